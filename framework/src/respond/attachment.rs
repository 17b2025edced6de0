//! [`Attachment`]: a response that is saved under a name (RFC 6266, RFC 8187).
//!
//! ```text
//! content-disposition = disposition-type *( ";" parameter )
//! filename-parm       = "filename" "=" value / "filename*" "=" ext-value
//! ext-value           = "UTF-8''" *( pct-encoded / attr-char )
//! ```

use http::HeaderValue;
use http::header::CONTENT_DISPOSITION;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::ResponsePart;
use crate::http::Response;

/// The most characters of a name that are sent; file systems take 255 bytes.
const MAX_CHARS: usize = 120;

/// All but `attr-char` (RFC 8187 §3.2.1).
const NO_ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Says in `Content-Disposition` that a browser is to save the response, and how the file is called.
///
/// The name may come from a client: it is cut at 120 characters, separators of folders and control characters in it
/// become `_`, and what is not ASCII is encoded, so that it names a file in no other folder and ends no field line.
///
/// ```
/// use server::{Attachment, get};
///
/// #[get("/report")]
/// async fn report() -> (Attachment, [(&'static str, &'static str); 1], &'static str) {
///     (Attachment::named("Übersicht.csv"), [("content-type", "text/csv")], "name,age\r\n")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    kind: &'static str,
    name: String,
}

impl Attachment {
    /// A file to save under `name`.
    pub fn named(name: impl AsRef<str>) -> Self {
        Self { kind: "attachment", name: file_name(name.as_ref()) }
    }

    /// What a browser shows where it can, and saves under `name` when its user wants to.
    pub fn inline(name: impl AsRef<str>) -> Self {
        Self { kind: "inline", name: file_name(name.as_ref()) }
    }

    /// The field value: the name in ASCII for old clients, and as it is where it is not ASCII.
    #[inline]
    fn value(&self) -> String {
        let Self { kind, name } = self;
        let is_plain = |character: char| matches!(character, ' '..='~') && !"\"\\%".contains(character);
        let ascii: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        if ascii == *name {
            return format!("{kind}; filename=\"{ascii}\"");
        }
        let encoded = utf8_percent_encode(name, NO_ATTR_CHAR);
        format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
    }
}

/// A name that stands for a file in whatever folder the client chooses.
#[inline]
fn file_name(name: &str) -> String {
    let safe = |c: char| if c.is_control() || "/\\:".contains(c) || is_invisible(c) { '_' } else { c };
    let name: String = name.chars().take(MAX_CHARS).map(safe).collect();
    match name.trim_matches(['.', ' ']) {
        "" => "download".to_owned(),
        _ => name.trim_start_matches(['.', ' ']).trim_end().to_owned(),
    }
}

/// Whether it changes the direction of what follows, so that `gpj.exe` reads as `exe.jpg`.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

impl ResponsePart for Attachment {
    #[inline]
    fn apply(self, mut response: Response) -> Response {
        let value = HeaderValue::try_from(self.value());
        response.set_header(CONTENT_DISPOSITION, value.expect("all but visible ASCII is encoded"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IntoResponse;

    #[test]
    fn names_the_file() {
        let rows = [
            ("report.csv", r#"attachment; filename="report.csv""#),
            ("a b.txt", r#"attachment; filename="a b.txt""#),
            ("é.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%A9.txt"),
            ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
            ("a\"b.txt", "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
            (
                "a\"; filename=\"b",
                "attachment; filename=\"a_; filename=_b\"; filename*=UTF-8''a%22%3B%20filename%3D%22b",
            ),
            ("a\r\nset-cookie: b", r#"attachment; filename="a__set-cookie_ b""#),
            ("../../etc/passwd", r#"attachment; filename="_.._etc_passwd""#),
            ("C:\\a.txt", r#"attachment; filename="C__a.txt""#),
            (".bashrc", r#"attachment; filename="bashrc""#),
            ("exe\u{202e}gpj.exe", r#"attachment; filename="exe_gpj.exe""#),
            ("..", r#"attachment; filename="download""#),
            ("", r#"attachment; filename="download""#),
        ];
        for (name, expected) in rows {
            let response = (Attachment::named(name), "text").into_response();
            assert_eq!(response.headers()[CONTENT_DISPOSITION], expected, "{name:?}");
        }
        let response = (Attachment::inline("a"), "text").into_response();
        assert_eq!(response.headers()[CONTENT_DISPOSITION], "inline; filename=\"a\"");
        assert_eq!(Attachment::named("a".repeat(999)).name.len(), MAX_CHARS);
    }

    proptest::proptest! {
        #[test]
        fn any_name_stays_between_its_quotes(name in "\\PC{0,20}|[\\x00-\\x7f]{0,20}") {
            let value = Attachment::named(&name).value();
            proptest::prop_assert!(HeaderValue::try_from(value.clone()).is_ok(), "{value:?}");
            let rest = value.strip_prefix("attachment; filename=\"").unwrap();
            let (plain, rest) = rest.split_once('"').unwrap();
            proptest::prop_assert!(!plain.contains(['/', '\\', '\r', '\n']) && !plain.starts_with('.'));
            proptest::prop_assert!(rest.is_empty() || rest.starts_with("; filename*=UTF-8''"));
            proptest::prop_assert!(!rest.contains('"'));
        }
    }
}
