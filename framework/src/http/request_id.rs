//! Request ids: UUID version 7 (RFC 9562 §5.7), made without a system call.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

/// The id of one request, as it stands in logs and in problem documents.
///
/// A UUID of version 7: its first 48 bits are the Unix time in milliseconds, so ids sort by when the request began;
/// the others are random. They tell requests apart; they are no secret and no proof of anything.
///
/// ```
/// let id = server::RequestId::generate();
/// assert_eq!(id.to_string().len(), 36);
/// assert_ne!(id, server::RequestId::generate());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(u128);

impl RequestId {
    /// Makes a new id from the clock and this thread's random generator.
    pub fn generate() -> Self {
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let random = u128::from(next_random()) << 64 | u128::from(next_random());
        let unset = (millis << 80) | (random & ((1 << 80) - 1));
        let version = (unset & !(0xf << 76)) | (0x7 << 76);
        Self((version & !(0b11 << 62)) | (0b10 << 62))
    }
}

impl fmt::Display for RequestId {
    /// Writes the 36 characters of the usual form, in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(id) = self;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            id >> 96,
            (id >> 80) & 0xffff,
            (id >> 64) & 0xffff,
            (id >> 48) & 0xffff,
            id & 0xffff_ffff_ffff,
        )
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

thread_local! {
    /// The state of this thread's generator; the standard library's hasher keys seed it.
    static RANDOM: Cell<u64> = Cell::new(RandomState::new().hash_one(std::thread::current().id()) | 1);
}

/// SplitMix64 (Steele, Lea, Flood 2014): one addition and two multiplications a number.
fn next_random() -> u64 {
    RANDOM.with(|state| {
        let next = state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        state.set(next);
        let mixed = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_version_and_variant_of_a_uuid_7() {
        let text = RequestId::generate().to_string();
        assert_eq!(text.as_bytes()[14], b'7', "{text}");
        assert!(matches!(text.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{text}");
    }

    #[test]
    fn ten_thousand_ids_differ() {
        let ids: std::collections::HashSet<_> = (0..10_000).map(|_| RequestId::generate()).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
