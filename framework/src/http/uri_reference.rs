//! Text as a URI reference (RFC 3986 §4.1), for `Location`.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// All that RFC 3986 §2 does not let stand in a reference, but for `%`.
const OUTSIDE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Percent-encodes what a URI reference cannot hold, control bytes and non-ASCII among it; what is encoded already
/// stays as it is.
#[inline]
pub(super) fn uri_reference(text: &str) -> String {
    utf8_percent_encode(text, OUTSIDE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_cannot_stand_and_nothing_twice() {
        let rows = [
            ("/a?b=c&d#e", "/a?b=c&d#e"),
            ("https://[::1]:80/%20", "https://[::1]:80/%20"),
            ("/a b\\\"<>^`{|}", "/a%20b%5C%22%3C%3E%5E%60%7B%7C%7D"),
            ("/\r\nx: y\0\x7f", "/%0D%0Ax:%20y%00%7F"),
            ("/é", "/%C3%A9"),
            ("", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(uri_reference(text), expected, "{text:?}");
        }
    }
}
