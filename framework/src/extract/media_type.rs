//! The refusal of a body in another form than the handler takes: another media type (RFC 9110 §8.3.1), another charset
//! (§8.3.2), or a content coding that nobody undid (§8.4).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use http::header::{ACCEPT, ACCEPT_ENCODING};
use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::de::quoted;
use crate::http::{MediaType, Request, Response};
use crate::respond::{IntoResponse, Problem};

const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// The refusal of a body in another form than the handler takes: 415 (RFC 9110 §15.5.16).
///
/// The answer says what came, and what would have been taken: a media type in `Accept` (RFC 9110 §12.5.1), to PATCH in
/// `Accept-Patch` as well (RFC 5789 §2.2), and of a content coding `identity` in `Accept-Encoding` (§12.5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaTypeRejection {
    fault: MediaTypeFault,
    /// The media type that is taken, or the coding.
    expected: Cow<'static, str>,
    /// What came instead, quoted.
    found: Option<String>,
    is_patch: bool,
}

/// What about a body is of another form than the handler takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaTypeFault {
    /// `Content-Type` names another media type, is missing, or is there more than once.
    Type,
    /// `Content-Type` names another charset than UTF-8.
    Charset,
    /// `Content-Encoding` names a coding that no layer has undone.
    Coding,
}

impl MediaTypeRejection {
    /// The content type is not the `expected` one.
    #[cold]
    pub(super) fn of_type(expected: &'static str, request: &Request) -> Self {
        Self::new(MediaTypeFault::Type, expected.into(), quoted_values(request, "content-type"), request)
    }

    /// The `charset` is no UTF-8; the type would have been taken as `expected`.
    #[cold]
    pub(super) fn of_charset(
        charset: &str,
        expected: impl Into<Cow<'static, str>>,
        request: &Request,
    ) -> Self {
        Self::new(MediaTypeFault::Charset, expected.into(), Some(quoted(charset)), request)
    }

    /// The content is in a coding.
    #[cold]
    pub(super) fn of_coding(request: &Request) -> Self {
        let found = quoted_values(request, "content-encoding");
        Self::new(MediaTypeFault::Coding, "identity".into(), found, request)
    }

    fn new(
        fault: MediaTypeFault,
        expected: Cow<'static, str>,
        found: Option<String>,
        request: &Request,
    ) -> Self {
        Self { fault, expected, found, is_patch: request.method() == Method::PATCH }
    }

    /// 415 Unsupported Media Type.
    pub fn status(&self) -> StatusCode {
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    }

    /// What is of another form.
    pub fn fault(&self) -> MediaTypeFault {
        self.fault
    }

    fn problem(&self) -> Problem {
        let problem = Problem::new(self.status()).detail(self.to_string());
        // It is made of tokens.
        let Ok(value) = HeaderValue::from_str(&self.expected) else { return problem };
        match self.fault {
            MediaTypeFault::Coding => {
                problem.with_text("expected_coding", &self.expected).header(ACCEPT_ENCODING, value)
            }
            MediaTypeFault::Type | MediaTypeFault::Charset => {
                let problem = problem.with_text("expected", &self.expected).header(ACCEPT, value.clone());
                if self.is_patch { problem.header(ACCEPT_PATCH, value) } else { problem }
            }
        }
    }
}

/// The media type of a body's text in UTF-8, as a client would have to name it.
#[cold]
pub(super) fn in_utf8(media: &MediaType<'_>) -> String {
    format!("{}/{}; charset=utf-8", media.kind, media.subtype)
}

/// All that stands in the lines of this name.
fn quoted_values(request: &Request, name: &str) -> Option<String> {
    let values: Vec<_> = request.header_values(name).map(String::from_utf8_lossy).collect();
    (!values.is_empty()).then(|| quoted(&values.join(", ")))
}

impl fmt::Display for MediaTypeRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.found.as_deref().unwrap_or("none");
        match self.fault {
            MediaTypeFault::Type => {
                write!(f, "expected a body of the content type `{}`, found {found}", self.expected)
            }
            MediaTypeFault::Charset => write!(f, "expected a body in UTF-8, found the charset {found}"),
            MediaTypeFault::Coding => write!(f, "expected a body in no content coding, found {found}"),
        }
    }
}

impl Error for MediaTypeRejection {}

impl IntoResponse for MediaTypeRejection {
    #[inline]
    fn into_response(self) -> Response {
        self.problem().into_response()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::Value;

    use crate::testing::{Client, TestResponse};
    use crate::{Body, Bytes, Form, Json, Multipart, MultipartForm, Request, Routes, route, routes};

    #[derive(Deserialize)]
    struct Note {}

    #[route(POST | PATCH, "/json")]
    async fn json(_: Json<Note>) {}

    #[route(POST | PATCH, "/form")]
    async fn form(_: Form<Note>) {}

    #[route(POST | PATCH, "/text")]
    async fn text(_: String) {}

    #[route(POST | PATCH, "/parts")]
    async fn parts(_: Multipart) {}

    #[route(POST | PATCH, "/files")]
    async fn files(_: MultipartForm<Note>) {}

    #[route(POST, "/bytes")]
    async fn bytes(body: Bytes) -> Bytes {
        body
    }

    #[route(POST, "/vec")]
    async fn vec(body: Vec<u8>) -> Vec<u8> {
        body
    }

    #[route(POST, "/body")]
    async fn body(body: Body) -> Body {
        body
    }

    #[route(POST, "/request")]
    async fn request(mut request: Request) -> Body {
        request.take_body()
    }

    const ROUTES: Routes = routes![json, form, text, parts, files, bytes, vec, body, request];

    const TYPED: [(&str, &str); 5] = [
        ("/json", "application/json"),
        ("/form", "application/x-www-form-urlencoded"),
        ("/text", "text/plain"),
        ("/parts", "multipart/form-data; boundary=a"),
        ("/files", "multipart/form-data; boundary=a"),
    ];

    async fn send(method: &str, target: &str, lines: &[(&'static str, &'static str)]) -> TestResponse {
        let client = Client::new(ROUTES);
        let request = client.request(method.parse().unwrap(), target);
        lines.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body("{}").await
    }

    #[track_caller]
    fn hints(response: &TestResponse) -> [Option<&str>; 4] {
        assert_eq!(response.status(), 415, "{}", response.text());
        ["accept", "accept-encoding", "accept-patch", "accept-post"].map(|name| response.header(name))
    }

    #[server::test]
    async fn a_coding_is_named_by_all_that_read_the_content() {
        for (target, content_type) in TYPED {
            let rows: [(&[&str], &str); 6] = [
                (&["gzip"], "gzip"),
                (&["x-gzip"], "x-gzip"),
                (&["gzip, br"], "gzip, br"),
                (&["gzip", "identity", "br"], "gzip, identity, br"),
                (&["", "zstd"], ", zstd"),
                (&["aws-chunked"], "aws-chunked"),
            ];
            for (codings, found) in rows {
                let mut lines = vec![("content-type", content_type)];
                lines.extend(codings.iter().map(|coding| ("content-encoding", *coding)));
                let response = send("PATCH", target, &lines).await;
                assert_eq!(hints(&response), [None, Some("identity"), None, None]);
                let document: Value = serde_json::from_str(response.text()).unwrap();
                let detail = format!("expected a body in no content coding, found `{found}`");
                assert_eq!(
                    (&document["detail"], &document["expected_coding"]),
                    (&detail.into(), &"identity".into())
                );
            }
            for coding in ["", "identity", " , Identity"] {
                let lines = [("content-type", content_type), ("content-encoding", coding)];
                assert_ne!(send("POST", target, &lines).await.status(), 415, "{target} {coding}");
            }
        }
    }

    #[server::test]
    async fn bytes_come_in_their_coding() {
        for target in ["/bytes", "/vec", "/body", "/request"] {
            let response = send("POST", target, &[("content-encoding", "gzip")]).await;
            assert_eq!((response.status().as_u16(), response.text()), (200, "{}"), "{target}");
        }
    }

    #[server::test]
    async fn a_patch_is_told_by_its_own_field() {
        let json = Some("application/json");
        assert_eq!(hints(&send("POST", "/json", &[]).await), [json, None, None, None]);
        assert_eq!(hints(&send("PATCH", "/json", &[]).await), [json, None, json, None]);
        let lines = [("content-type", "text/markdown; charset=utf-16")];
        let utf8 = Some("text/markdown; charset=utf-8");
        assert_eq!(hints(&send("PATCH", "/text", &lines).await), [utf8, None, utf8, None]);
        assert_eq!(hints(&send("PATCH", "/files", &lines).await)[2], Some("multipart/form-data"));
    }

    #[server::test]
    async fn two_content_types_are_none() {
        let lines = [("content-type", "application/json"), ("content-type", "text/plain")];
        let response = send("POST", "/json", &lines).await;
        assert_eq!(hints(&response)[0], Some("application/json"));
        assert!(response.text().contains("found `application/json, text/plain`"), "{}", response.text());
    }
}
