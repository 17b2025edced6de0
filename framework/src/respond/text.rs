//! Text and bytes as responses: 200 with the content type that the Rust type says.

use std::borrow::Cow;

use bytes::Bytes;

use super::IntoResponse;
use crate::http::{Body, Response};

/// `text/plain; charset=utf-8`, without a copy.
impl IntoResponse for &'static str {
    fn into_response(self) -> Response {
        Response::of_text(self)
    }
}

/// `text/plain; charset=utf-8`.
impl IntoResponse for String {
    fn into_response(self) -> Response {
        Response::of_text(self)
    }
}

/// `text/plain; charset=utf-8`.
impl IntoResponse for Box<str> {
    fn into_response(self) -> Response {
        Response::ok().text(self)
    }
}

/// `text/plain; charset=utf-8`.
impl IntoResponse for Cow<'static, str> {
    fn into_response(self) -> Response {
        match self {
            Self::Borrowed(text) => text.into_response(),
            Self::Owned(text) => text.into_response(),
        }
    }
}

/// `application/octet-stream`.
impl IntoResponse for Bytes {
    fn into_response(self) -> Response {
        Response::ok().bytes(self)
    }
}

/// `application/octet-stream`.
impl IntoResponse for Vec<u8> {
    fn into_response(self) -> Response {
        Response::ok().bytes(self)
    }
}

/// `application/octet-stream`, without a copy.
impl IntoResponse for &'static [u8] {
    fn into_response(self) -> Response {
        Response::ok().bytes(self)
    }
}

/// `application/octet-stream`, without a copy: what `include_bytes!` and `b"…"` give.
impl<const LEN: usize> IntoResponse for &'static [u8; LEN] {
    fn into_response(self) -> Response {
        Response::ok().bytes(self.as_slice())
    }
}

/// `application/octet-stream`.
impl<const LEN: usize> IntoResponse for [u8; LEN] {
    fn into_response(self) -> Response {
        Response::ok().bytes(self.to_vec())
    }
}

/// `application/octet-stream`, streamed where the body is: a browser that is told nothing would guess. Another content
/// type is set by a tuple, `([("content-type", "text/csv")], body)`.
impl IntoResponse for Body {
    fn into_response(self) -> Response {
        Response::ok().octets(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(response: impl IntoResponse, content_type: &str, body: &[u8]) {
        let mut response = response.into_response();
        assert_eq!(response.status(), 200);
        assert_eq!(response.content_type().unwrap(), content_type);
        assert!(response.headers().is_empty());
        assert_eq!(response.body_mut().as_bytes().unwrap(), body);
    }

    #[test]
    fn each_type_says_what_it_is() {
        const TEXT: &str = "text/plain; charset=utf-8";
        check("é", TEXT, "é".as_bytes());
        check(String::from("a"), TEXT, b"a");
        check(Box::<str>::from("a"), TEXT, b"a");
        check(Cow::Borrowed("a"), TEXT, b"a");
        check(Cow::<'static, str>::Owned("a".to_owned()), TEXT, b"a");
        const OCTETS: &str = "application/octet-stream";
        check(Bytes::from_static(b"a"), OCTETS, b"a");
        check(vec![0_u8], OCTETS, b"\0");
        check(&[1_u8, 2][..], OCTETS, &[1, 2]);
        check(b"ab", OCTETS, b"ab");
        check([1_u8, 2], OCTETS, &[1, 2]);
        check(Body::from("ab"), OCTETS, b"ab");
        check("", TEXT, b"");
    }
}
