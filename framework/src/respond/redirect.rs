//! [`Redirect`]: the client is to ask elsewhere.

use http::StatusCode;

use super::IntoResponse;
use crate::http::Response;

/// Sends the client to another place; the constructor says how it is to ask there.
///
/// Bytes that cannot stand in a URI reference are percent-encoded, so that no text can end the field line. Whether a
/// client may choose the place is for the application to say: `//elsewhere.example` is a valid reference too.
///
/// ```
/// use server::{Redirect, post};
///
/// #[post("/notes")]
/// async fn create() -> Redirect {
///     Redirect::see_other("/notes/7")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    status: StatusCode,
    location: String,
}

impl Redirect {
    /// 303: the client gets the other place with GET. What answers a form (RFC 9110 §15.4.4).
    pub fn see_other(location: impl Into<String>) -> Self {
        Self { status: StatusCode::SEE_OTHER, location: location.into() }
    }

    /// 307: for this once, with the same method and body (RFC 9110 §15.4.8).
    pub fn temporary(location: impl Into<String>) -> Self {
        Self { status: StatusCode::TEMPORARY_REDIRECT, location: location.into() }
    }

    /// 308: from now on, with the same method and body (RFC 9110 §15.4.9). Caches keep it.
    pub fn permanent(location: impl Into<String>) -> Self {
        Self { status: StatusCode::PERMANENT_REDIRECT, location: location.into() }
    }
}

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        Response::new(self.status).location(&self.location)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_status() {
        let rows = [
            (Redirect::see_other("/"), 303),
            (Redirect::temporary("/"), 307),
            (Redirect::permanent("/"), 308),
        ];
        for (redirect, status) in rows {
            let response = redirect.into_response();
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()["location"], "/");
        }
    }

    #[test]
    fn no_text_ends_the_line() {
        let rows = [
            ("/a?b=c&d=%20#e", "/a?b=c&d=%20#e"),
            ("https://example.com:8080/[x]", "https://example.com:8080/[x]"),
            ("/a\r\nset-cookie: x=y", "/a%0D%0Aset-cookie:%20x=y"),
            ("/\0é\u{7f}", "/%00%C3%A9%7F"),
            ("/\"<>\\^`{|}", "/%22%3C%3E%5C%5E%60%7B%7C%7D"),
            ("", ""),
        ];
        for (location, expected) in rows {
            let response = Redirect::see_other(location).into_response();
            assert_eq!(response.headers()["location"], expected);
        }
    }
}
