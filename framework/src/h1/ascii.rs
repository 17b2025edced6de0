//! The alphabets of RFC 9110 and RFC 3986 as one table, and loops that find where an alphabet is left.
//!
//! Nothing here knows what the bytes are for. A lookup is a load and a mask; field values, the bulk of a head, are
//! looked at eight bytes at once.

/// `tchar` (RFC 9110 §5.6.2): methods, field names, names of chunk extensions.
pub(super) const TOKEN: u8 = 1 << 0;
/// Characters of a path or query (RFC 3986 §3.3, §3.4) but for `%` and `?`, which mean something to the scanner.
///
/// So are `[`, `]`, `|`, `^`, `{`, `}` and the backtick, which the RFC leaves out: browsers send them as they are, in
/// `?id[]=1|2` say (URL Standard, query percent-encode set), and nobody reads them in two ways.
pub(super) const TARGET: u8 = 1 << 1;
/// Characters of a `reg-name` (RFC 3986 §3.2.2): unreserved and sub-delims, without `%`.
pub(super) const REG_NAME: u8 = 1 << 2;
/// Every character that an authority without userinfo can hold.
pub(super) const AUTHORITY: u8 = 1 << 3;
/// `qdtext` (RFC 9110 §5.6.4): inside a quoted string, but for `"` and the backslash.
pub(super) const QUOTED: u8 = 1 << 4;
/// `HTAB`, `SP`, `VCHAR` and `obs-text` (RFC 9110 §5.5): field values, and what a backslash may quote.
pub(super) const VALUE: u8 = 1 << 5;

static ALPHABETS: [u8; 256] = alphabets();

/// Whether `byte` belongs to `alphabet`.
pub(super) fn is(byte: u8, alphabet: u8) -> bool {
    ALPHABETS.get(usize::from(byte)).is_some_and(|alphabets| alphabets & alphabet != 0)
}

/// Counts the bytes at the start of `bytes` that belong to `alphabet`.
pub(super) fn run_len(bytes: &[u8], alphabet: u8) -> usize {
    bytes.iter().position(|&byte| !is(byte, alphabet)).unwrap_or(bytes.len())
}

/// Counts the bytes at the start of `bytes` that a field value can hold.
///
/// The same as `run_len(bytes, VALUE)`, a word at a time: a byte below 0x20 or equal to 0x7f sets its top bit in
/// `stops`. A borrow may set bits above a true one, never below it, so the lowest one is exact.
pub(super) fn value_run_len(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        let controls = word.wrapping_sub(ONES * 0x20) & !word;
        let without_del = word ^ (ONES * 0x7f);
        let del = without_del.wrapping_sub(ONES) & !without_del;
        let stops = (controls | del) & TOPS;
        if stops == 0 {
            rest = after;
            continue;
        }
        let at = (stops.trailing_zeros() / 8) as usize;
        let stopped = rest.get(at..).unwrap_or_default();
        let [b'\t', after @ ..] = stopped else { return bytes.len() - stopped.len() };
        rest = after;
    }
    bytes.len() - rest.len() + run_len(rest, VALUE)
}

/// Whether `byte` is a space or a tab, the whitespace of RFC 9110 §5.6.3.
pub(super) const fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// `bytes` without spaces and tabs at either end.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    trim_end(trim_start(bytes))
}

/// `bytes` without spaces and tabs at the start.
pub(super) fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// `bytes` without spaces and tabs at the end.
pub(super) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[expect(
    clippy::indexing_slicing,
    reason = "the compiler evaluates it, and would stop at an index out of range"
)]
const fn alphabets() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    loop {
        let index = byte as usize;
        let unreserved = matches!(byte, b'-' | b'.' | b'_' | b'~') || byte.is_ascii_alphanumeric();
        let sub_delim =
            matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=');
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+')
            || matches!(byte, b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
        {
            table[index] |= TOKEN;
        }
        if unreserved
            || sub_delim
            || matches!(byte, b':' | b'@' | b'/' | b'[' | b']' | b'|' | b'^' | b'`' | b'{' | b'}')
        {
            table[index] |= TARGET;
        }
        if unreserved || sub_delim {
            table[index] |= REG_NAME;
        }
        if unreserved || sub_delim || matches!(byte, b':' | b'[' | b']' | b'%') {
            table[index] |= AUTHORITY;
        }
        if byte == b'\t' || (byte >= b' ' && byte != 0x7f) {
            table[index] |= VALUE;
            if !matches!(byte, b'"' | b'\\') {
                table[index] |= QUOTED;
            }
        }
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn members(alphabet: u8) -> String {
        (0..=127u8).filter(|&byte| is(byte, alphabet)).map(char::from).collect()
    }

    #[test]
    fn an_alphabet_is_what_its_rfc_lists() {
        let alphanumeric: String = ('\0'..='\x7f').filter(char::is_ascii_alphanumeric).collect();
        for (alphabet, others) in [
            (TOKEN, "!#$%&'*+-.^_`|~"),
            (TARGET, "-._~!$&'()*+,;=:@/[]|^`{}"),
            (REG_NAME, "-._~!$&'()*+,;="),
            (AUTHORITY, "-._~!$&'()*+,;=:[]%"),
        ] {
            let mut expected: Vec<char> = alphanumeric.chars().chain(others.chars()).collect();
            expected.sort_unstable();
            assert_eq!(members(alphabet), String::from_iter(expected));
            assert!((128..=255).all(|byte| !is(byte, alphabet)));
        }
        assert!((128..=255).all(|byte| is(byte, VALUE) && is(byte, QUOTED)));
        assert!((0..32).all(|byte| is(byte, VALUE) == (byte == b'\t')));
    }

    proptest! {
        #[test]
        fn a_word_at_a_time_finds_what_the_table_finds(
            bytes in prop::collection::vec(prop_oneof![8 => 0x20..=0xffu8, 1 => 0..=0xffu8, 1 => Just(b'\t')], 0..60)
        ) {
            prop_assert_eq!(value_run_len(&bytes), run_len(&bytes, VALUE));
        }

        #[test]
        fn every_stop_is_found_at_every_offset(offset in 0..24usize, stop in 0..=0xffu8) {
            let mut bytes = vec![b'a'; 32];
            bytes[offset] = stop;
            prop_assert_eq!(value_run_len(&bytes), run_len(&bytes, VALUE));
        }
    }

    #[test]
    fn whitespace_is_trimmed_at_both_ends_only() {
        for (bytes, expected) in
            [("", ""), (" \t ", ""), ("a", "a"), ("\t a b \t", "a b"), ("\x0ba", "\x0ba")]
        {
            assert_eq!(trim(bytes.as_bytes()), expected.as_bytes());
        }
    }
}
