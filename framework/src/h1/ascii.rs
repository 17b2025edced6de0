//! The alphabets of RFC 9110 and RFC 3986 as one table, and a loop that finds where an alphabet is left.
//!
//! Nothing here knows what the bytes are for. A lookup is a load and a mask; for what is long, [`words`](super::words)
//! looks at several bytes at once.

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

/// `bytes` from the first one on that does not belong to `alphabet`.
///
/// Eight at a time, so that their number is looked at less often than they are.
#[inline]
pub(super) fn skip(bytes: &[u8], alphabet: u8) -> &[u8] {
    let mut rest = bytes;
    while let Some((block, behind)) = rest.split_first_chunk::<8>() {
        for (at, &byte) in block.iter().enumerate() {
            if !is(byte, alphabet) {
                return rest.get(at..).unwrap_or_default();
            }
        }
        rest = behind;
    }
    skip_few(rest, alphabet)
}

/// The same for less than eight.
#[inline(never)]
fn skip_few(bytes: &[u8], alphabet: u8) -> &[u8] {
    let mut rest = bytes;
    if let Some((block, behind)) = rest.split_first_chunk::<4>() {
        for (at, &byte) in block.iter().enumerate() {
            if !is(byte, alphabet) {
                return rest.get(at..).unwrap_or_default();
            }
        }
        rest = behind;
    }
    while let [byte, behind @ ..] = rest
        && is(*byte, alphabet)
    {
        rest = behind;
    }
    rest
}

/// Whether `byte` is a space or a tab, the whitespace of RFC 9110 §5.6.3.
pub(super) const fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// `bytes` without spaces and tabs at either end.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    trim_end(trim_start(bytes))
}

/// `bytes` without spaces and tabs at the start; one space is how nearly every field value begins.
#[inline]
pub(super) fn trim_start(bytes: &[u8]) -> &[u8] {
    if let [b' ', rest @ ..] = bytes
        && let [b'!'..=b'\xff', ..] = rest
    {
        return rest;
    }
    trim_start_of_others(bytes)
}

#[cold]
fn trim_start_of_others(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// `bytes` without spaces and tabs at the end; mostly there are none.
#[inline]
pub(super) fn trim_end(bytes: &[u8]) -> &[u8] {
    match bytes {
        [.., b'!'..=b'\xff'] => bytes,
        _ => trim_end_of_others(bytes),
    }
}

#[cold]
fn trim_end_of_others(mut bytes: &[u8]) -> &[u8] {
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

    #[test]
    fn an_alphabet_is_left_at_its_first_stranger() {
        for len in 0..24 {
            for stranger in 0..len {
                let mut bytes = vec![b'a'; len];
                assert_eq!(skip(&bytes, TOKEN).len(), 0);
                bytes[stranger] = b':';
                assert_eq!(skip(&bytes, TOKEN), &bytes[stranger..]);
            }
        }
    }

    #[test]
    fn whitespace_is_trimmed_at_both_ends_only() {
        for (bytes, expected) in [
            ("", ""),
            (" ", ""),
            (" \t ", ""),
            ("a", "a"),
            (" a", "a"),
            ("\t a b \t", "a b"),
            ("\x0ba", "\x0ba"),
        ] {
            assert_eq!(trim(bytes.as_bytes()), expected.as_bytes());
        }
    }
}
