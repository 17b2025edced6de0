//! One field line of a header section (RFC 9112 §5): `field-name ":" OWS field-value OWS`, ended by CRLF.
//!
//! Whatever two parsers could read in two ways is refused: whitespace before the colon or at the line's start
//! (obs-fold), a missing or empty name, a bare CR or LF, control bytes.

use super::HeadError;
use super::ascii::{TOKEN, skip, trim_end, trim_start};
use super::words::skip_value;

/// A complete field line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FieldLine<'a> {
    pub(super) name: &'a [u8],
    /// The value without whitespace around it; empty where there is nothing else.
    pub(super) value: &'a [u8],
    /// All from the value's first byte on.
    pub(super) from_value: &'a [u8],
    /// What follows the line's CRLF.
    pub(super) behind: &'a [u8],
}

/// What else can stand where a field line is looked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoField {
    /// The empty line, two bytes long, that ends the section.
    End,
    /// The beginning of a line that may still become valid.
    Incomplete(Partial),
}

/// What an earlier look at the same line has found, so that no byte is looked at twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Partial {
    /// Zero until the colon was seen; a name is never empty.
    name_len: usize,
    /// Bytes of the line that are known to be good.
    pub(super) checked: usize,
}

/// Reads the field line at the start of `bytes`, of which `known` was found out before.
///
/// `None` where there is no complete and valid one; [`find_out`] says what there is.
#[inline]
pub(super) fn parse_field_line(bytes: &[u8], known: Partial) -> Option<FieldLine<'_>> {
    let unchecked = bytes.get(known.checked..)?;
    let (name, behind_colon, unchecked) = if known.name_len == 0 {
        let behind = skip(unchecked, TOKEN);
        let [b':', value @ ..] = behind else { return None };
        (bytes.get(..bytes.len() - behind.len())?, value, value)
    } else {
        (bytes.get(..known.name_len)?, bytes.get(known.name_len + 1..)?, unchecked)
    };
    let behind = skip_value(unchecked);
    let Some((b"\r\n", rest)) = behind.split_first_chunk() else { return None };
    if name.is_empty() {
        return None;
    }
    // The CR ends the whitespace in front, where the value is empty.
    let from_value = trim_start(behind_colon);
    let value = trim_end(from_value.get(..from_value.len() - behind.len())?);
    Some(FieldLine { name, value, from_value, behind: rest })
}

/// Says what stands at the start of `bytes`, which is no complete field line; `known` was found out before.
///
/// # Errors
///
/// A [`HeadError`] at the first byte that no valid line has in its place.
#[cold]
pub(super) fn find_out(bytes: &[u8], known: Partial) -> Result<NoField, HeadError> {
    let Partial { mut name_len, checked } = known;
    let mut rest = bytes.get(checked..).unwrap_or_default();
    if name_len == 0 {
        rest = skip(rest, TOKEN);
        name_len = bytes.len() - rest.len();
        match rest {
            [b':', value @ ..] if name_len > 0 => rest = value,
            _ => return find_out_without_colon(bytes, name_len),
        }
    }
    rest = skip_value(rest);
    match rest {
        [] | [b'\r'] => Ok(NoField::Incomplete(Partial { name_len, checked: bytes.len() - rest.len() })),
        [b'\r', ..] => Err(HeadError::BareCr),
        [b'\n', ..] => Err(HeadError::BareLf),
        [found, ..] => Err(HeadError::InvalidFieldValue(*found)),
    }
}

/// Says what a line is that has no colon behind its first `name_len` bytes: the empty line, or a fault.
fn find_out_without_colon(bytes: &[u8], name_len: usize) -> Result<NoField, HeadError> {
    match (name_len, bytes.get(name_len..).unwrap_or_default()) {
        (0, [b'\r', b'\n', ..]) => Ok(NoField::End),
        (0, [b'\r']) => Ok(NoField::Incomplete(Partial::default())),
        (0, [b'\r', ..]) => Err(HeadError::BareCr),
        (_, [b'\n', ..]) => Err(HeadError::BareLf),
        (0, [b' ' | b'\t', ..]) => Err(HeadError::IndentedLine),
        (0, [b':', ..]) => Err(HeadError::EmptyFieldName),
        (_, [b' ' | b'\t', ..]) => Err(HeadError::WhitespaceBeforeColon),
        (_, [b'\r', ..]) => Err(HeadError::MissingColon),
        (_, [found, ..]) => Err(HeadError::InvalidFieldName(*found)),
        (_, []) => Ok(NoField::Incomplete(Partial { name_len: 0, checked: name_len })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field line as what it says and how long it is, or what else there is.
    #[derive(Debug, PartialEq)]
    enum Line {
        Field(String, String, usize),
        Other(NoField),
    }

    fn parse(bytes: &[u8], known: Partial) -> Result<Line, HeadError> {
        let Some(line) = parse_field_line(bytes, known) else {
            return find_out(bytes, known).map(Line::Other);
        };
        assert!(line.from_value.starts_with(line.value) && bytes.ends_with(line.from_value));
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Ok(Line::Field(text(line.name), text(line.value), bytes.len() - line.behind.len()))
    }

    #[track_caller]
    fn check(input: &str, expected: Result<Line, HeadError>) {
        let bytes = input.as_bytes();
        let mut known = Partial::default();
        for end in 0..=bytes.len() {
            match parse(&bytes[..end], known) {
                Ok(Line::Other(NoField::Incomplete(partial))) if end < bytes.len() => {
                    assert!(
                        partial.checked + 1 >= end,
                        "{end} bytes of {input:?} leave more than a CR to look at"
                    );
                    known = partial;
                }
                found => {
                    assert_eq!(found, expected, "{input:?} cut at byte {end}");
                    break;
                }
            }
        }
        assert_eq!(parse(bytes, Partial::default()), expected, "{input:?}");
    }

    fn field(name: &str, value: &str, len: usize) -> Result<Line, HeadError> {
        Ok(Line::Field(name.into(), value.into(), len))
    }

    #[test]
    fn reads_name_and_value_without_whitespace_around_it() {
        check("a:b\r\n", field("a", "b", 5));
        check("Host: x\r\n", field("Host", "x", 9));
        check("a: \t b\tc \t\r\n", field("a", "b\tc", 12));
        check("a: \u{e9}\r\n", field("a", "\u{e9}", 7));
        check("a:b:c\r\n", field("a", "b:c", 7));
    }

    #[test]
    fn an_empty_value_is_a_value() {
        check("a:\r\n", field("a", "", 4));
        check("a: \t \r\n", field("a", "", 7));
    }

    #[test]
    fn takes_every_token_character_in_a_name() {
        check("!#$%&'*+-.^_`|~09azAZ: 1\r\n", field("!#$%&'*+-.^_`|~09azAZ", "1", 26));
    }

    #[test]
    fn the_empty_line_ends_the_section() {
        check("\r\n", Ok(Line::Other(NoField::End)));
    }

    #[test]
    fn refuses_a_bare_lf() {
        for line in ["\n", "a\n", "a:\n", "a: b\n", "a: b\nc: d\r\n"] {
            check(line, Err(HeadError::BareLf));
        }
    }

    #[test]
    fn refuses_a_bare_cr() {
        for line in ["\ra", "\r\r\n", "a: b\rc\r\n", "a:\r\r\n", "a: b\r\r\n"] {
            check(line, Err(HeadError::BareCr));
        }
    }

    #[test]
    fn refuses_whitespace_where_two_parsers_differ() {
        for line in [" a: b\r\n", "\ta: b\r\n", " \r\n", "\t\r\n"] {
            check(line, Err(HeadError::IndentedLine));
        }
        for line in ["a : b\r\n", "a\t: b\r\n", "a b: c\r\n"] {
            check(line, Err(HeadError::WhitespaceBeforeColon));
        }
    }

    #[test]
    fn refuses_what_is_no_name() {
        check(": b\r\n", Err(HeadError::EmptyFieldName));
        check("a\r\n", Err(HeadError::MissingColon));
        for (line, found) in
            [("a(: b", b'('), ("a@b: c", b'@'), ("\0: c", 0), ("a\u{e9}: c", 0xc3), ("a\x7f:", 0x7f)]
        {
            check(line, Err(HeadError::InvalidFieldName(found)));
        }
    }

    #[test]
    fn refuses_controls_in_a_value() {
        for found in (0..=0x1f).chain([0x7f]).filter(|byte| !matches!(byte, b'\t' | b'\n' | b'\r')) {
            check(&format!("a: b{}c\r\n", char::from(found)), Err(HeadError::InvalidFieldValue(found)));
        }
    }
}
