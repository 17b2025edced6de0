//! Loops that pass over the bytes of an alphabet, eight or sixteen at once.
//!
//! A word is eight bytes, the first one lowest. A test of a word sets the top bit of each byte that may leave the
//! alphabet; the lowest one set is judged by the table of [`ascii`](super::ascii), so that a test may be stricter than
//! the alphabet and needs to hold for common bytes only. Sums and differences carry from one byte into the next, but
//! only out of a byte that is marked itself: what lies below the lowest mark is exact.
//!
//! No intrinsics: the words are integers, and the test of sixteen bytes is a loop that the compiler makes vectors of.

use super::ascii::{REG_NAME, TARGET, VALUE, is, skip};

const ONES: u64 = u64::from_le_bytes([1; 8]);
const TOPS: u64 = ONES * 0x80;
/// Makes a letter lower-case; of the other bytes that a token holds, none becomes a letter.
const LOWER: u64 = ONES * 0x20;

/// `bytes` from the first one on that a field value cannot hold (RFC 9110 §5.5).
#[inline]
pub(super) fn skip_value(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((block, behind)) = rest.split_first_chunk::<16>() {
        if block.iter().fold(false, |found, &byte| found | (byte < 0x20) | (byte == 0x7f)) {
            break;
        }
        rest = behind;
    }
    skip_words(
        rest,
        VALUE,
        |byte| byte == b'\t',
        |word| {
            let controls = word.wrapping_sub(ONES * 0x20) & !word;
            let without_del = word ^ (ONES * 0x7f);
            controls | (without_del.wrapping_sub(ONES) & !without_del)
        },
    )
}

/// `bytes` from the first one on that no registered name holds (RFC 3986 §3.2.2).
#[inline]
pub(super) fn skip_name(bytes: &[u8]) -> &[u8] {
    skip_words(
        bytes,
        REG_NAME,
        |byte| is(byte, REG_NAME),
        |word| !(letters(word) | between(word, b'0', b'9') | between(word, b'-', b'.')) | word,
    )
}

/// `bytes` from the first one on that is neither in a path nor in a query, or is `%` or `?`.
///
/// Most paths are so short that words do not pay for their constants.
#[inline]
pub(super) fn skip_target(bytes: &[u8]) -> &[u8] {
    let Some((start, behind)) = bytes.split_first_chunk::<16>() else { return skip(bytes, TARGET) };
    for (at, &byte) in start.iter().enumerate() {
        if !is(byte, TARGET) {
            return bytes.get(at..).unwrap_or_default();
        }
    }
    skip_long_target(behind)
}

#[inline(never)]
fn skip_long_target(bytes: &[u8]) -> &[u8] {
    skip_words(
        bytes,
        TARGET,
        |byte| is(byte, TARGET),
        |word| !(letters(word) | between(word, b'-', b'9')) | word,
    )
}

/// Whether `token`, which holds no control bytes, is `name` in any case; a name is of lower-case letters and hyphens.
///
/// What is left of the last word is compared with a part of the one before.
#[inline]
pub(super) fn is_name<const N: usize>(token: &[u8], name: &[u8; N]) -> bool {
    if token.len() != N {
        return false;
    }
    let mut words = token.as_chunks::<8>().0.iter().zip(name.as_chunks::<8>().0);
    if N < 8 {
        halves_agree(token.first_chunk(), name.first_chunk())
            && halves_agree(token.last_chunk(), name.last_chunk())
    } else {
        words.all(|(word, name)| words_agree(Some(word), Some(name)))
            && words_agree(token.last_chunk(), name.last_chunk())
    }
}

#[inline(always)]
fn words_agree(token: Option<&[u8; 8]>, name: Option<&[u8; 8]>) -> bool {
    token
        .zip(name)
        .is_some_and(|(token, name)| u64::from_le_bytes(*token) | LOWER == u64::from_le_bytes(*name))
}

#[inline(always)]
fn halves_agree(token: Option<&[u8; 4]>, name: Option<&[u8; 4]>) -> bool {
    const LOWER: u32 = 0x2020_2020;
    token
        .zip(name)
        .is_some_and(|(token, name)| u32::from_le_bytes(*token) | LOWER == u32::from_le_bytes(*name))
}

/// `bytes` from the first one on that `stops` marks and `goes_on` does not find in `alphabet`.
#[inline(always)]
fn skip_words(bytes: &[u8], alphabet: u8, goes_on: impl Fn(u8) -> bool, stops: impl Fn(u64) -> u64) -> &[u8] {
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let stops = stops(u64::from_le_bytes(*word)) & TOPS;
        if stops == 0 {
            rest = behind;
            continue;
        }
        let at = (stops.trailing_zeros() / 8) as usize;
        match rest.get(at..).unwrap_or_default() {
            [byte, behind @ ..] if goes_on(*byte) => rest = behind,
            stopped => return stopped,
        }
    }
    while let [byte, behind @ ..] = rest
        && is(*byte, alphabet)
    {
        rest = behind;
    }
    rest
}

/// Sets the top bits of letters; of bytes beyond ASCII, whatever.
#[inline(always)]
fn letters(word: u64) -> u64 {
    between(word | LOWER, b'a', b'z')
}

/// Sets the top bits of bytes from `first` to `last`; of bytes beyond ASCII, whatever.
#[inline(always)]
fn between(word: u64, first: u8, last: u8) -> u64 {
    word.wrapping_add(ONES * u64::from(0x80 - first)) ^ word.wrapping_add(ONES * u64::from(0x7f - last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bytes of which most go on, some stop, and some do neither in the test of a word.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            16 => prop::sample::select(b"abcXYZ019-./".as_slice()),
            2 => prop::sample::select(b"\t _~%?\"<>\x7f\xe9\r".as_slice()),
            1 => any::<u8>(),
        ];
        prop::collection::vec(byte, 0..80)
    }

    proptest! {
        #[test]
        fn words_stop_where_the_table_does(bytes in bytes()) {
            prop_assert_eq!(skip_value(&bytes), skip(&bytes, VALUE));
            prop_assert_eq!(skip_target(&bytes), skip(&bytes, TARGET));
            prop_assert_eq!(skip_name(&bytes), skip(&bytes, REG_NAME));
        }

        #[test]
        fn every_stop_is_found_at_every_offset(offset in 0..40usize, stop in any::<u8>(), next in any::<u8>()) {
            let mut bytes = vec![b'a'; 48];
            bytes[offset] = stop;
            bytes[offset + 1] = next;
            prop_assert_eq!(skip_value(&bytes), skip(&bytes, VALUE));
            prop_assert_eq!(skip_target(&bytes), skip(&bytes, TARGET));
            prop_assert_eq!(skip_name(&bytes), skip(&bytes, REG_NAME));
        }
    }

    #[test]
    fn a_name_is_known_in_any_case_and_by_all_of_its_bytes() {
        fn check<const N: usize>(name: &[u8; N]) {
            assert!(is_name(name, name));
            assert!(is_name(&name.to_ascii_uppercase(), name));
            assert!(!is_name(&name[1..], name));
            for at in 0..N {
                for byte in (0x20..=0xff).filter(|byte: &u8| !byte.eq_ignore_ascii_case(&name[at])) {
                    let mut other = *name;
                    other[at] = byte;
                    assert!(!is_name(&other, name), "{}", other.escape_ascii());
                }
            }
        }
        check(b"host");
        check(b"close");
        check(b"expect");
        check(b"upgrade");
        check(b"connection");
        check(b"content-length");
        check(b"transfer-encoding");
    }
}
