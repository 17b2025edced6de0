//! Request ids: those that a trusted peer gave, and UUIDs of version 7 (RFC 9562 §5.7) made without a system call.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The field that names a request, on requests of those who are trusted and on answers.
pub(crate) const X_REQUEST_ID: &str = "x-request-id";

/// The most bytes of an id that is accepted: room for two UUIDs and what joins them.
const MOST_GIVEN: usize = 128;

/// The id of one request, as it stands in logs and in problem documents.
///
/// A UUID of version 7: its first 48 bits are the Unix time in milliseconds, so ids sort by when the request began;
/// the others are random. They tell requests apart; they are no secret and no proof of anything.
///
/// Of a request that a [trusted proxy](crate::Settings::trusted_proxies) sends it is the one that this gave in
/// `X-Request-Id`, if that is well-formed: 1 to 128 ASCII letters, digits and `-_.:=/+@`. Any other is as if it were not
/// there.
///
/// ```
/// let id = server::RequestId::generate();
/// assert_eq!(id.to_string().len(), 36);
/// assert_ne!(id, server::RequestId::generate());
/// ```
#[derive(Clone)]
pub struct RequestId {
    /// Unix time.
    millis: u64,
    /// A state of the generator, of which the random bits are made when the id is written: most are never.
    seed: u64,
    /// What the peer calls it; behind one pointer, as every request has room for it and few have it.
    given: Option<Arc<Box<str>>>,
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
        Self { millis, seed, given: None }
    }

    /// The same with the name that a peer gave; where that is not well-formed, it is made anew.
    pub(crate) fn given_at(millis: u64, given: &[u8]) -> Self {
        let given = std::str::from_utf8(given).ok().filter(|given| is_well_formed(given));
        Self { given: given.map(|given| Arc::new(given.into())), ..Self::at(millis) }
    }

    /// Adds its text to `line`.
    pub(crate) fn push(&self, line: &mut Vec<u8>) {
        match &self.given {
            Some(given) => line.extend_from_slice(given.as_bytes()),
            None => line.extend_from_slice(&self.uuid()),
        }
    }

    /// The 128 bits that this request's trace is called where no other is known: of those that are made here the id
    /// itself.
    pub(crate) fn to_trace_bits(&self) -> u128 {
        match &self.given {
            None => self.to_bits(),
            // A peer may give one name to several requests: of those each has a trace of its own.
            Some(_) => Self { given: None, ..self.clone() }.to_bits(),
        }
    }

    /// 64 bits that are this request's alone, and not to be told from its id: never 0.
    pub(crate) fn to_span_bits(&self) -> u64 {
        mixed(self.seed ^ SPAN).max(1)
    }

    /// The made id's three parts, to be kept where nothing can be dropped.
    pub(crate) fn made_parts(&self) -> Option<(u64, u64)> {
        self.given.is_none().then_some((self.millis, self.seed))
    }

    /// The made id of these parts.
    pub(crate) fn of_parts((millis, seed): (u64, u64)) -> Self {
        Self { millis, seed, given: None }
    }

    /// The 36 characters of the usual form, in lower case.
    fn uuid(&self) -> [u8; 36] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let (bits, mut shift) = (self.to_bits(), 128);
        std::array::from_fn(|index| match index {
            8 | 13 | 18 | 23 => b'-',
            _ => {
                shift -= 4;
                let nibble = (bits >> shift) as usize & 0xf;
                DIGITS.get(nibble).copied().unwrap_or(b'0')
            }
        })
    }

    fn to_bits(&self) -> u128 {
        let random = u128::from(mixed(self.seed)) << 64 | u128::from(mixed(self.seed.wrapping_add(GAMMA)));
        let unset = (u128::from(self.millis) << 80) | (random & ((1 << 80) - 1));
        let version = (unset & !(0xf << 76)) | (0x7 << 76);
        (version & !(0b11 << 62)) | (0b10 << 62)
    }
}

/// Whether what a peer calls a request may be its id: nothing that could end a line or a value of any log, and no longer
/// than anyone needs.
fn is_well_formed(given: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:=/+@".contains(&byte);
    (1..=MOST_GIVEN).contains(&given.len()) && given.bytes().all(is_allowed)
}

/// Those are one that are written alike.
impl PartialEq for RequestId {
    fn eq(&self, other: &Self) -> bool {
        match (&self.given, &other.given) {
            (Some(given), Some(other)) => given == other,
            (None, None) => (self.millis, self.seed) == (other.millis, other.seed),
            (None, Some(_)) | (Some(_), None) => self.to_string() == other.to_string(),
        }
    }
}

impl Eq for RequestId {}

impl Hash for RequestId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.given {
            Some(given) => f.write_str(given),
            None => f.write_str(std::str::from_utf8(&self.uuid()).unwrap_or_default()),
        }
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

/// What keeps the numbers of spans apart from those of ids.
const SPAN: u64 = 0x5ba3_1e52_9d6c_0f4b;

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
    fn takes_what_is_well_formed_and_makes_all_else_anew() {
        let longest = "a".repeat(128);
        for given in ["1", "019a-B_c.d:e=f/g+h@i", &longest] {
            assert_eq!(RequestId::given_at(1, given.as_bytes()).to_string(), given);
        }
        let too_long = "a".repeat(129);
        let refused: [&[u8]; 12] = [
            b"",
            b" ",
            b"a b",
            b"a\tb",
            b"a\nb",
            b"\x00",
            b"\x1b[31m",
            b"\x7f",
            "é".as_bytes(),
            b"\xff",
            b"a\"b",
            too_long.as_bytes(),
        ];
        for given in refused {
            let id = RequestId::given_at(1, given).to_string();
            assert_eq!(id.len(), 36, "{given:?}: {id}");
            assert_eq!(id.as_bytes()[14], b'7', "{given:?}: {id}");
        }
    }

    #[test]
    fn those_are_one_that_are_written_alike() {
        let (first, second) = (RequestId::given_at(1, b"a"), RequestId::given_at(2, b"a"));
        assert_eq!(first, second);
        let made = RequestId::generate();
        assert_eq!(RequestId::given_at(1, made.to_string().as_bytes()), made);
        assert_ne!(made, first);
        assert_ne!(first.to_trace_bits(), second.to_trace_bits(), "each has a trace of its own");
        assert_ne!(first.to_span_bits(), second.to_span_bits());
        assert_eq!(format!("{:032x}", made.to_trace_bits()), made.to_string().replace('-', ""));
    }

    #[test]
    fn is_written_as_a_uuid_is() {
        let id = RequestId::at(0x0123_4567_89ab);
        let text = id.to_string();
        assert!(text.starts_with("01234567-89ab-7"), "{text}");
        let mut pushed = Vec::new();
        id.push(&mut pushed);
        assert_eq!(pushed, text.as_bytes());
    }

    #[test]
    fn ten_thousand_ids_differ() {
        let ids: std::collections::HashSet<_> =
            (0..10_000).map(|_| RequestId::generate().to_string()).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
