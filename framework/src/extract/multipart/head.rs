//! A part's head (RFC 7578 §4.2, RFC 2183 §2): its name, its file's name, its content type.
//!
//! ```text
//! disposition = "form-data" *( OWS ";" OWS token "=" ( token / quoted ) )
//! quoted      = DQUOTE *( any but DQUOTE, or "\" DQUOTE, or "\\" ) DQUOTE
//! ```
//!
//! Names are UTF-8. Browsers write `"`, CR and LF in them as `%22`, `%0D`, `%0A` and nothing else so; other backslashes
//! are what they are, as in paths of Windows.

/// The most field lines of one head; browsers send two.
const MAX_FIELDS: usize = 16;

/// What the fields of a part say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PartHead {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

impl PartHead {
    /// Parses the field lines, each with its line end; the error says what was expected.
    #[inline]
    pub(super) fn parse(head: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(head).map_err(|_| "expected UTF-8 in a part's head")?;
        let (mut disposition, mut content_type) = (None, None);
        for (index, line) in text.split_terminator("\r\n").enumerate() {
            if index == MAX_FIELDS {
                return Err("expected at most 16 field lines in a part's head");
            }
            let (name, value) = line.split_once(':').ok_or("expected `name: value` in a part's head")?;
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
                return Err("expected a field name before `:` in a part's head");
            }
            let value = value.trim_matches([' ', '\t']);
            if value.contains(|character: char| character.is_control() && character != '\t') {
                return Err("expected no control characters in a part's head");
            }
            let seen = match name {
                _ if name.eq_ignore_ascii_case("content-disposition") => disposition.replace(value),
                _ if name.eq_ignore_ascii_case("content-type") => content_type.replace(value),
                _ if name.eq_ignore_ascii_case("content-transfer-encoding") && !is_plain(value) => {
                    return Err("expected a part without `content-transfer-encoding` (RFC 7578 §4.7)");
                }
                _ => None,
            };
            if seen.is_some() {
                return Err("expected each field once in a part's head");
            }
        }
        let disposition = disposition.ok_or("expected `content-disposition` in a part's head")?;
        let (name, file_name) = parse_disposition(disposition)
            .ok_or("expected a disposition such as `form-data; name=\"a\"` in a part's head")?;
        Ok(Self { name, file_name, content_type: content_type.map(str::to_owned) })
    }
}

/// Whether what mail calls a transfer encoding leaves the bytes as they are (RFC 2045 §6.2).
#[inline]
fn is_plain(encoding: &str) -> bool {
    ["7bit", "8bit", "binary"].iter().any(|plain| encoding.eq_ignore_ascii_case(plain))
}

/// The parameters `name` and `filename`.
#[inline]
fn parse_disposition(value: &str) -> Option<(String, Option<String>)> {
    let (kind, mut rest) = split_token(value)?;
    if !kind.eq_ignore_ascii_case("form-data") {
        return None;
    }
    let (mut name, mut file_name) = (None, None);
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return Some((name?, file_name.as_deref().map(without_folders)));
        }
        rest = rest.strip_prefix(';')?.trim_start_matches([' ', '\t']);
        let (key, after) = split_token(rest)?;
        let after = after.strip_prefix('=')?;
        let (text, after) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => split_token(after).map(|(token, after)| (token.to_owned(), after))?,
        };
        rest = after;
        let seen = match key {
            _ if key.eq_ignore_ascii_case("name") => name.replace(text),
            _ if key.eq_ignore_ascii_case("filename") => file_name.replace(text),
            // RFC 7578 §4.2 wants `filename*` unsent, and others mean nothing here.
            _ => None,
        };
        if seen.is_some() {
            return None;
        }
    }
}

/// Takes what follows an opening quote, up to the closing one.
#[inline]
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => break,
            '\\' if characters.as_str().starts_with(['"', '\\']) => value.extend(characters.next()),
            character => value.push(character),
        }
    }
    let value = value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    Some((value, characters.as_str()))
}

#[inline]
fn split_token(text: &str) -> Option<(&str, &str)> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let end = text.bytes().position(|byte| !is_token(byte)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(token, _)| !token.is_empty())
}

/// What stands behind the last separator, as some clients send the whole path; nothing where that is a folder's name.
#[inline]
fn without_folders(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if matches!(name, "." | "..") { String::new() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(disposition: &str, expected: Option<(&str, Option<&str>)>) {
        let found = PartHead::parse(format!("Content-Disposition: {disposition}\r\n").as_bytes()).ok();
        let found = found.as_ref().map(|head| (head.name.as_str(), head.file_name.as_deref()));
        assert_eq!(found, expected, "{disposition}");
    }

    #[test]
    fn reads_names_as_browsers_and_curl_write_them() {
        check("form-data; name=\"a\"", Some(("a", None)));
        check("Form-Data;name=a;filename=b.txt", Some(("a", Some("b.txt"))));
        check("form-data; name=\"\"; filename=\"\"", Some(("", Some(""))));
        check("form-data; name=\"é b\"; filename=\"ü.txt\"", Some(("é b", Some("ü.txt"))));
        check("form-data; name=\"a%22b%0D%0A%41\"", Some(("a\"b\r\n%41", None)));
        check(r#"form-data; name="a\"b\\c""#, Some((r#"a"b\c"#, None)));
        check(r#"form-data; name="a"; filename="C:\dir\x.txt""#, Some(("a", Some("x.txt"))));
        check("form-data; name=\"a\"; filename=\"../../etc/passwd\"", Some(("a", Some("passwd"))));
        check("form-data; name=a; filename=..", Some(("a", Some(""))));
        check(r#"form-data; name=a; filename="x\.""#, Some(("a", Some(""))));
        check("form-data; name=\"a;b=\"; filename*=UTF-8''x", Some(("a;b=", None)));
    }

    #[test]
    fn refuses_other_dispositions() {
        for disposition in [
            "",
            "form-data",
            "form-data;",
            "form-data; name",
            "form-data; name=",
            "form-data; name=\"a",
            "form-data; name=\"a\" b",
            "form-data name=\"a\"",
            "form-data; filename=\"a\"",
            "form-data; name=\"a\"; name=\"b\"",
            "attachment; name=\"a\"",
        ] {
            check(disposition, None);
        }
    }

    #[test]
    fn refuses_other_heads() {
        const GOOD: &str = "Content-Disposition: form-data; name=\"a\"\r\n";
        let head =
            PartHead::parse(format!("{GOOD}content-type:  text/plain \r\nX-Y: z\r\n").as_bytes()).unwrap();
        assert_eq!(head.content_type.as_deref(), Some("text/plain"));
        for head in [
            String::new(),
            "content-type: text/plain\r\n".to_owned(),
            format!("{GOOD}{GOOD}"),
            format!("{GOOD}no colon\r\n"),
            format!("{GOOD}: empty\r\n"),
            format!("{GOOD}a b: c\r\n"),
            format!("{GOOD}a: b\nc: d\r\n"),
            format!("{GOOD} folded\r\n"),
            format!("{GOOD}{}", "a: b\r\n".repeat(MAX_FIELDS)),
        ] {
            assert!(PartHead::parse(head.as_bytes()).is_err(), "{head:?}");
        }
        assert!(PartHead::parse(b"content-disposition: form-data; name=\"\xff\"\r\n").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_name_is_read_back(name in "[^\\p{Cc}]{0,12}", file in "[^\\p{Cc}/\\\\%]{0,12}") {
            let escape = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
            let text = format!("content-disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n", escape(&name), escape(&file));
            let head = PartHead::parse(text.as_bytes()).unwrap();
            let name = name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
            let file = if matches!(file.as_str(), "." | "..") { String::new() } else { file };
            proptest::prop_assert_eq!((head.name, head.file_name), (name, Some(file)));
        }

        #[test]
        fn any_bytes_are_a_head_or_none(head in "[a-c:;=\"\\\\ \r\n%é]{0,40}") {
            let head = format!("content-disposition: form-data; name=\"a\"{head}");
            if let Ok(head) = PartHead::parse(head.as_bytes()) {
                proptest::prop_assert_eq!(head.name, "a");
            }
        }
    }
}
