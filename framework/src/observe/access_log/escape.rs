//! What comes from clients, written so that it stays in its place: no byte of it ends a line, a value or a colour.

use std::fmt::Write as _;

use crate::log::Escaped;

/// Adds `text` to `line` as a string of JSON (RFC 8259 §7), quotes included.
///
/// What is not UTF-8 becomes U+FFFD. Beside what JSON demands, all is escaped that a terminal would obey.
pub(super) fn push_json(line: &mut Vec<u8>, text: &[u8]) {
    line.push(b'"');
    if is_all_plain(text) {
        line.extend_from_slice(text);
    } else {
        push_json_chars(line, &String::from_utf8_lossy(text));
    }
    line.push(b'"');
}

#[cold]
fn push_json_chars(line: &mut Vec<u8>, text: &str) {
    for c in text.chars() {
        match c {
            '"' => line.extend_from_slice(b"\\\""),
            '\\' => line.extend_from_slice(b"\\\\"),
            '\n' => line.extend_from_slice(b"\\n"),
            '\r' => line.extend_from_slice(b"\\r"),
            '\t' => line.extend_from_slice(b"\\t"),
            _ if crate::log::is_obeyed(c) => {
                // All of them are in the first plane: one unit of UTF-16 each.
                line.extend_from_slice(b"\\u");
                let [_, _, high, low] = u32::from(c).to_be_bytes();
                line.extend([high >> 4, high & 0xf, low >> 4, low & 0xf].map(hex_digit));
            }
            _ => line.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Adds `text` as Apache's `%r` and `%{…}i` are written: `\"`, `\\`, and `\xhh` for all that is not printable ASCII.
pub(super) fn push_apache(line: &mut Vec<u8>, text: &[u8]) {
    if is_all_plain(text) {
        line.extend_from_slice(text);
        return;
    }
    for &byte in text {
        match byte {
            b'"' | b'\\' => line.extend_from_slice(&[b'\\', byte]),
            b' '..=b'~' => line.push(byte),
            _ => line.extend_from_slice(&[b'\\', b'x', hex_digit(byte >> 4), hex_digit(byte & 0xf)]),
        }
    }
}

/// Adds `text` for somebody who reads: with everything escaped that a terminal would obey.
pub(super) fn push_readable(line: &mut Vec<u8>, text: &[u8]) {
    if is_all_plain(text) {
        line.extend_from_slice(text);
        return;
    }
    let mut escaped = String::new();
    // A `String` takes everything.
    let _ = write!(escaped, "{}", Escaped(&String::from_utf8_lossy(text)));
    line.extend_from_slice(escaped.as_bytes());
}

/// Whether each byte means itself in every form. All are looked at, many at a time, as nearly always all are plain.
fn is_all_plain(text: &[u8]) -> bool {
    text.iter().fold(true, |are_plain, &byte| {
        are_plain & (b' '..=b'~').contains(&byte) & (byte != b'"') & (byte != b'\\')
    })
}

/// The digit of a number below 16.
fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + (nibble & 0xf) - 10 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(push: fn(&mut Vec<u8>, &[u8]), text: &[u8]) -> String {
        let mut line = Vec::new();
        push(&mut line, text);
        String::from_utf8(line).expect("lines are UTF-8")
    }

    #[test]
    fn escapes_by_the_rules_of_each_form() {
        let rows: [(&[u8], &str, &str, &str); 6] = [
            (b"/a?b=c d", "\"/a?b=c d\"", "/a?b=c d", "/a?b=c d"),
            (b"a\"b\\c", "\"a\\\"b\\\\c\"", "a\\\"b\\\\c", "a\"b\\c"),
            (b"a\nb\r\tc", "\"a\\nb\\r\\tc\"", "a\\x0ab\\x0d\\x09c", "a\\nb\\r\\tc"),
            (
                b"\x1b[31m\0\x7f",
                "\"\\u001b[31m\\u0000\\u007f\"",
                "\\x1b[31m\\x00\\x7f",
                "\\u{1b}[31m\\u{0}\\u{7f}",
            ),
            ("é\u{202e}".as_bytes(), "\"é\\u202e\"", "\\xc3\\xa9\\xe2\\x80\\xae", "é\\u{202e}"),
            (b"\xff", "\"\u{fffd}\"", "\\xff", "\u{fffd}"),
        ];
        for (text, json, apache, readable) in rows {
            assert_eq!(written(push_json, text), json);
            assert_eq!(written(push_apache, text), apache);
            assert_eq!(written(push_readable, text), readable);
        }
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_place(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let json = written(push_json, &text);
            let read: String = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read, String::from_utf8_lossy(&text));
            prop_assert!(!json.contains(crate::log::is_obeyed));
            let apache = written(push_apache, &text);
            prop_assert!(apache.bytes().all(|byte| matches!(byte, b' '..=b'~')));
            prop_assert!(!apache.replace("\\\\", "").replace("\\\"", "").contains('"'));
            prop_assert!(!written(push_readable, &text).contains(crate::log::is_obeyed));
        }
    }
}
