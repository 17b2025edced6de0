//! What a request says of its content: the media type and the content codings (RFC 9110 §8.3, §8.4).

use super::Request;
use crate::http::elements;

/// What the field lines say of the content.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ContentFacts<'a> {
    /// `Content-Type`; `None` where there is none, where there are several, or where it is not UTF-8.
    pub(crate) content_type: Option<&'a str>,
    /// Whether `Content-Encoding` names a coding, and there is content that could be in it. `identity` is none.
    pub(crate) is_coded: bool,
}

impl Request {
    /// Reads both in one pass over the lines.
    #[inline]
    pub(crate) fn content_facts(&self) -> ContentFacts<'_> {
        let parts = self.parts();
        let mut facts = ContentFacts::default();
        let mut types = 0;
        let mut see = |name: &[u8], value| {
            // No other name is looked at but for its length.
            if name.len() == "content-type".len() && name.eq_ignore_ascii_case(b"content-type") {
                types += 1;
                facts.content_type = std::str::from_utf8(value).ok();
            } else if name.len() == "content-encoding".len() && name.eq_ignore_ascii_case(b"content-encoding")
            {
                facts.is_coded |= names_a_coding(value);
            }
        };
        match parts.headers.get() {
            Some(map) => map.iter().for_each(|(name, value)| see(name.as_str().as_bytes(), value.as_bytes())),
            None => parts.head.fields().for_each(|(name, value)| see(name, value)),
        }
        facts.content_type = facts.content_type.filter(|_| types == 1);
        facts.is_coded &= !parts.body.is_empty();
        facts
    }
}

#[cold]
fn names_a_coding(value: &[u8]) -> bool {
    elements(&String::from_utf8_lossy(value)).any(|coding| !coding.eq_ignore_ascii_case("identity"))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue, Method};

    use super::*;
    use crate::http::Body;

    type Lines = &'static [(&'static str, &'static [u8])];

    fn request(lines: Lines, body: &'static str) -> Request {
        let mut request = Request::new(Method::POST, "/");
        for (name, value) in lines {
            let value = HeaderValue::from_bytes(value).unwrap();
            request.headers_mut().append(HeaderName::from_static(name), value);
        }
        request.set_body(Body::from(body));
        request
    }

    #[test]
    fn one_content_type_counts() {
        let rows: [(Lines, _); 5] = [
            (&[], None),
            (&[("content-type", b"text/html"), ("content-length", b"1")], Some("text/html")),
            (&[("content-type", b"\xff")], None),
            (&[("content-type", b"text/html"), ("content-type", b"text/html")], None),
            (&[("content-type", b"text/html"), ("content-type", b"\xff")], None),
        ];
        for (lines, expected) in rows {
            assert_eq!(request(lines, "a").content_facts().content_type, expected, "{lines:?}");
        }
    }

    #[test]
    fn a_coding_is_one_that_something_is_in() {
        let rows: [(Lines, _, _); 7] = [
            (&[], "a", false),
            (&[("content-encoding", b"")], "a", false),
            (&[("content-encoding", b"Identity ,, identity")], "a", false),
            (&[("content-encoding", b"identity"), ("content-encoding", b"x-gzip")], "a", true),
            (&[("content-encoding", b"identity, gzip")], "a", true),
            (&[("content-encoding", b"\xff")], "a", true),
            (&[("content-encoding", b"gzip")], "", false),
        ];
        for (lines, body, expected) in rows {
            assert_eq!(request(lines, body).content_facts().is_coded, expected, "{lines:?} {body}");
        }
    }
}
