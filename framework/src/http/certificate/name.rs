//! A distinguished name as text (RFC 4514 §2).

use super::super::der::Element;
use super::tag;

/// Kinds of strings that an attribute's value may have (RFC 5280 §4.1.2.4).
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const BMP_STRING: u8 = 0x1e;

/// `id-at-commonName`, 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// What attributes are called (RFC 4514 §3, RFC 4519, RFC 2985 §5.2.1).
const ATTRIBUTES: [(&[u8], &str); 9] = [
    (COMMON_NAME, "CN"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 9], "STREET"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25], "DC"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1], "UID"),
];

/// Writes a `Name`, the last part first, and gives its last common name as well.
pub(super) fn write_name(name: Element<'_>) -> Option<(String, Option<String>)> {
    let mut parts = Vec::new();
    let mut common_name = None;
    for part in name.elements() {
        let mut text = String::new();
        for attribute in (part.tag == tag::SET).then(|| part.elements())? {
            let mut fields = attribute.elements();
            let kind = fields.of_tag(tag::OBJECT_IDENTIFIER)?.content;
            let value = fields.next()?;
            if !text.is_empty() {
                text.push('+');
            }
            let known = ATTRIBUTES.iter().find(|(id, _)| *id == kind);
            match (known, read_text(value)) {
                (Some((_, known)), Some(value)) => {
                    text.push_str(known);
                    text.push('=');
                    escape(&mut text, &value);
                    if kind == COMMON_NAME {
                        common_name = Some(value);
                    }
                }
                (known, _) => {
                    text.push_str(&known.map_or_else(|| dotted(kind), |(_, known)| (*known).to_owned()));
                    text.push_str("=#");
                    text.extend(value.whole.iter().map(|byte| format!("{byte:02x}")));
                }
            }
        }
        parts.push(text);
    }
    parts.reverse();
    Some((parts.join(","), common_name))
}

/// The text of a string, where it is one and of its own alphabet.
fn read_text(value: Element<'_>) -> Option<String> {
    match value.tag {
        UTF8_STRING | PRINTABLE_STRING | IA5_STRING => String::from_utf8(value.content.to_vec()).ok(),
        // In practice it is Latin-1.
        TELETEX_STRING => Some(value.content.iter().map(|&byte| char::from(byte)).collect()),
        BMP_STRING => {
            let (units, []) = value.content.as_chunks::<2>() else { return None };
            let units: Vec<_> = units.iter().map(|&unit| u16::from_be_bytes(unit)).collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

/// Escapes what would be read as the end of the value (RFC 4514 §2.4), and what a terminal would obey.
fn escape(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (index, c) in value.chars().enumerate() {
        let is_edge = (index == 0 && matches!(c, ' ' | '#')) || (index == last && c == ' ');
        if is_edge || matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
            text.push('\\');
            text.push(c);
        } else if c.is_control() {
            text.extend(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\{byte:02x}")));
        } else {
            text.push(c);
        }
    }
}

/// An object identifier as numbers with dots (X.690 §8.19).
fn dotted(id: &[u8]) -> String {
    let mut numbers = Vec::new();
    let mut number = 0_u64;
    for &byte in id {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.extend([first, number - first * 40]);
            } else {
                numbers.push(number);
            }
            number = 0;
        }
    }
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::super::super::der::Elements;
    use super::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    /// A name of one part.
    #[track_caller]
    fn check(id: &[u8], tag: u8, value: &[u8], expected: &str, common_name: Option<&str>) {
        let attribute = [element(tag::OBJECT_IDENTIFIER, id), element(tag, value)].concat();
        let name = element(0x30, &element(tag::SET, &element(0x30, &attribute)));
        let written = write_name(Elements::new(&name).next().unwrap());
        assert_eq!(written, Some((expected.to_owned(), common_name.map(str::to_owned))));
    }

    #[test]
    fn writes_what_rfc_4514_says() {
        check(COMMON_NAME, UTF8_STRING, "Lučić".as_bytes(), "CN=Lučić", Some("Lučić"));
        check(COMMON_NAME, BMP_STRING, &[1, 0x0d, 0, b'a'], "CN=\u{10d}a", Some("\u{10d}a"));
        check(COMMON_NAME, TELETEX_STRING, b"\xe9", "CN=\u{e9}", Some("\u{e9}"));
        check(COMMON_NAME, TELETEX_STRING, b"\x8c", "CN=\\c2\\8c", Some("\u{8c}"));
        check(&[0x55, 4, 10], PRINTABLE_STRING, b" #a,b ", "O=\\ #a\\,b\\ ", None);
        check(&[0x55, 4, 11], IA5_STRING, b"#1", "OU=\\#1", None);
        check(&[0x55, 4, 11], UTF8_STRING, b"a\r\nb\x1b", "OU=a\\0d\\0ab\\1b", None);
        check(COMMON_NAME, UTF8_STRING, b"\xff", "CN=#0c01ff", None);
        check(
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1],
            IA5_STRING,
            b"a",
            "1.2.840.113549.1.9.1=#160161",
            None,
        );
        check(&[0x88, 0x37, 3], UTF8_STRING, b"", "2.999.3=#0c00", None);
    }
}
