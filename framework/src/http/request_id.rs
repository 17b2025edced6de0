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
pub struct RequestId {
    /// Unix time.
    millis: u64,
    /// A state of the generator, of which the random bits are made when the id is written: most are never.
    seed: u64,
}

impl RequestId {
    /// Makes a new id from the clock and this thread's random generator.
    pub fn generate() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::at(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    /// The same of a Unix time that is known.
    pub(crate) fn at(millis: u64) -> Self {
        // Two numbers an id.
        let seed = SEED.get();
        SEED.set(seed.wrapping_add(GAMMA).wrapping_add(GAMMA));
        Self { millis, seed }
    }

    fn to_bits(self) -> u128 {
        let random = u128::from(mixed(self.seed)) << 64 | u128::from(mixed(self.seed.wrapping_add(GAMMA)));
        let unset = (u128::from(self.millis) << 80) | (random & ((1 << 80) - 1));
        let version = (unset & !(0xf << 76)) | (0x7 << 76);
        (version & !(0b11 << 62)) | (0b10 << 62)
    }
}

impl fmt::Display for RequestId {
    /// Writes the 36 characters of the usual form, in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.to_bits();
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
    static SEED: Cell<u64> = Cell::new(RandomState::new().hash_one(std::thread::current().id()));
}

/// What each number of SplitMix64 (Steele, Lea, Flood 2014) adds to the state.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The number that SplitMix64 makes of a state.
fn mixed(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
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
        let ids: std::collections::HashSet<_> =
            (0..10_000).map(|_| RequestId::generate().to_string()).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
