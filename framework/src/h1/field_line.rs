//! One field line of a header section (RFC 9112 §5): `field-name ":" OWS field-value OWS`, ended by CRLF.
//!
//! Whatever two parsers could read in two ways is refused: whitespace before the colon or at the line's start
//! (obs-fold), a missing or empty name, a bare CR or LF, control bytes.

use std::ops::Range;

use super::HeadError;
use super::ascii::{TOKEN, run_len, trim_end, trim_start, value_run_len};

/// What stands at the start of the bytes given.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A field line with its CRLF.
    Field(FieldLine),
    /// The empty line, two bytes long, that ends the section.
    End,
    /// The beginning of a line that may still become valid.
    Incomplete(Partial),
}

/// Where the parts of a complete field line lie, counted from the line's first byte.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FieldLine {
    /// The name begins with the line.
    pub(super) name_len: usize,
    /// The value without whitespace around it; empty where there is nothing else.
    pub(super) value: Range<usize>,
    /// All bytes of the line, its CRLF too.
    pub(super) len: usize,
}

/// What an earlier look at the same line has found, so that no byte is looked at twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Partial {
    /// Zero until the colon was seen; a name is never empty.
    name_len: usize,
    /// Bytes of the line that are known to be good.
    pub(super) checked: usize,
}

/// Reads the line at the start of `bytes`, of which `known` was found out before.
///
/// # Errors
///
/// A [`HeadError`] at the first byte that no valid line has in its place.
#[inline]
pub(super) fn parse_field_line(bytes: &[u8], known: Partial) -> Result<Line, HeadError> {
    let Partial { mut name_len, mut checked } = known;
    if name_len == 0 {
        checked += run_len(bytes.get(checked..).unwrap_or_default(), TOKEN);
        match bytes.get(checked) {
            Some(b':') if checked > 0 => {
                name_len = checked;
                checked += 1;
            }
            Some(_) => return parse_line_without_field(bytes, checked),
            None => return Ok(Line::Incomplete(Partial { name_len, checked })),
        }
    }
    let value_start = name_len + 1;
    let end = checked + value_run_len(bytes.get(checked..).unwrap_or_default());
    match bytes.get(end..).unwrap_or_default() {
        [b'\r', b'\n', ..] => {
            let value = trim_start(bytes.get(value_start..end).unwrap_or_default());
            let start = end - value.len();
            let value = start..start + trim_end(value).len();
            Ok(Line::Field(FieldLine { name_len, value, len: end + 2 }))
        }
        [] | [b'\r'] => Ok(Line::Incomplete(Partial { name_len, checked: end })),
        [b'\r', ..] => Err(HeadError::BareCr),
        [b'\n', ..] => Err(HeadError::BareLf),
        [found, ..] => Err(HeadError::InvalidFieldValue(*found)),
    }
}

/// Reads a line that has no colon behind its first `name_len` bytes: the empty line, or a fault.
#[cold]
fn parse_line_without_field(bytes: &[u8], name_len: usize) -> Result<Line, HeadError> {
    match (name_len, bytes.get(name_len..).unwrap_or_default()) {
        (0, [b'\r', b'\n', ..]) => Ok(Line::End),
        (0, [b'\r']) => Ok(Line::Incomplete(Partial::default())),
        (0, [b'\r', ..]) => Err(HeadError::BareCr),
        (_, [b'\n', ..]) => Err(HeadError::BareLf),
        (0, [b' ' | b'\t', ..]) => Err(HeadError::IndentedLine),
        (0, [b':', ..]) => Err(HeadError::EmptyFieldName),
        (_, [b' ' | b'\t', ..]) => Err(HeadError::WhitespaceBeforeColon),
        (_, [b'\r', ..]) => Err(HeadError::MissingColon),
        (_, [found, ..]) => Err(HeadError::InvalidFieldName(*found)),
        (_, []) => Ok(Line::Incomplete(Partial { name_len: 0, checked: name_len })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: Result<Line, HeadError>) {
        let bytes = input.as_bytes();
        let mut known = Partial::default();
        for end in 0..=bytes.len() {
            match parse_field_line(&bytes[..end], known) {
                Ok(Line::Incomplete(partial)) if end < bytes.len() => {
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
        assert_eq!(parse_field_line(bytes, Partial::default()), expected, "{input:?}");
    }

    fn field(name_len: usize, value: Range<usize>, len: usize) -> Result<Line, HeadError> {
        Ok(Line::Field(FieldLine { name_len, value, len }))
    }

    #[test]
    fn reads_name_and_value_without_whitespace_around_it() {
        check("a:b\r\n", field(1, 2..3, 5));
        check("Host: x\r\n", field(4, 6..7, 9));
        check("a: \t b\tc \t\r\n", field(1, 5..8, 12));
        check("a: \u{e9}\r\n", field(1, 3..5, 7));
        check("a:b:c\r\n", field(1, 2..5, 7));
    }

    #[test]
    fn an_empty_value_is_a_value() {
        check("a:\r\n", field(1, 2..2, 4));
        check("a: \t \r\n", field(1, 5..5, 7));
    }

    #[test]
    fn takes_every_token_character_in_a_name() {
        check("!#$%&'*+-.^_`|~09azAZ: 1\r\n", field(21, 23..24, 26));
    }

    #[test]
    fn the_empty_line_ends_the_section() {
        check("\r\n", Ok(Line::End));
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
