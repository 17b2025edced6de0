//! Percent-decoding (RFC 3986 §2.1) that refuses what it cannot decode.

use std::borrow::Cow;

/// What is encoded besides `%XX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Nothing at all: the parts of a multipart form (RFC 7578 §5.1).
    Plain,
    /// Nothing: paths (RFC 3986 §3.3).
    Percent,
    /// A space is a `+`: query strings and forms (URL Standard §5.1).
    Form,
}

/// Why text cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// A `%` without two hexadecimal digits after it.
    Escape,
    /// The decoded bytes are not UTF-8.
    Utf8,
    /// The bytes are not UTF-8 as they came.
    NotUtf8,
}

/// Decodes `raw`; borrows it where nothing is encoded.
#[inline]
pub(crate) fn decode(raw: &str, coding: Coding) -> Result<Cow<'_, str>, Malformed> {
    let first = match coding {
        Coding::Plain => None,
        Coding::Percent => memchr::memchr(b'%', raw.as_bytes()),
        Coding::Form => memchr::memchr2(b'%', b'+', raw.as_bytes()),
    };
    let Some((plain, mut rest)) = first.and_then(|first| raw.as_bytes().split_at_checked(first)) else {
        return Ok(Cow::Borrowed(raw));
    };
    let mut decoded = Vec::with_capacity(raw.len());
    decoded.extend_from_slice(plain);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'%' => {
                let [high, low, after @ ..] = rest else { return Err(Malformed::Escape) };
                let (high, low) = hex(*high).zip(hex(*low)).ok_or(Malformed::Escape)?;
                decoded.push(high << 4 | low);
                rest = after;
            }
            b'+' if coding == Coding::Form => decoded.push(b' '),
            _ => decoded.push(byte),
        }
    }
    String::from_utf8(decoded).map(Cow::Owned).map_err(|_| Malformed::Utf8)
}

#[inline]
fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__properties::replay;
    use crate::extract::de::percent;

    #[track_caller]
    fn check(raw: &str, coding: Coding, expected: Result<&str, Malformed>) {
        assert_eq!(decode(raw, coding).as_deref(), expected.as_deref(), "{raw}");
    }

    #[test]
    fn decodes_escapes_once() {
        check("", Coding::Form, Ok(""));
        check("caf%C3%A9", Coding::Percent, Ok("café"));
        check("%25%32%35", Coding::Percent, Ok("%25"));
        check("%2F%2f", Coding::Percent, Ok("//"));
        check("a%00b", Coding::Percent, Ok("a\0b"));
    }

    #[test]
    fn a_plus_is_a_space_in_forms_alone() {
        check("a+b%2B", Coding::Form, Ok("a b+"));
        check("a+b%2B", Coding::Percent, Ok("a+b+"));
    }

    #[test]
    fn refuses_what_is_no_escape() {
        for raw in ["%", "%4", "a%", "%g0", "%0g", "%%41", "100%", "%+1", "%é"] {
            check(raw, Coding::Percent, Err(Malformed::Escape));
            check(raw, Coding::Form, Err(Malformed::Escape));
        }
    }

    #[test]
    fn refuses_what_is_no_utf8() {
        for raw in ["%ff", "%C3", "%C3%28", "%ED%A0%80", "%C0%AF"] {
            check(raw, Coding::Form, Err(Malformed::Utf8));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_decoded_as_elsewhere_or_refused(raw in "([%0-9a-fA-F+é]|\\PC){0,20}") {
            percent(raw.as_bytes());
        }
    }

    #[test]
    fn the_fuzzers_texts_are_decoded_as_elsewhere_or_refused() {
        replay("percent", percent);
    }

    #[test]
    fn borrows_what_is_not_encoded() {
        assert!(matches!(decode("plain", Coding::Form), Ok(Cow::Borrowed("plain"))));
        assert!(matches!(decode("a+b", Coding::Percent), Ok(Cow::Borrowed("a+b"))));
    }
}
