//! What tells a client whether its copy is the current one: [`ETag`] and [`LastModified`] before a response, and the
//! 304 that follows from them by itself (RFC 9110 §13, §15.4.5).

use std::time::SystemTime;

use http::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{HeaderValue, Method, StatusCode};

use super::{IntoResponse, Problem, ResponsePart};
use crate::h1::format_date;
use crate::http::{ETag, Preconditions, RequestFacts, Response, Verdict, parse_date};

/// Sets `ETag`. A GET or HEAD that names the same tag in `If-None-Match` is then answered with 304.
impl ResponsePart for ETag {
    fn apply(self, mut response: Response) -> Response {
        response.set_header(ETAG, self.to_value());
        response
    }
}

/// Sets `Last-Modified` (RFC 9110 §8.8.2): when the resource changed last, in whole seconds.
///
/// A GET or HEAD that has a copy of that time or a later one, and names no tag, is then answered with 304.
///
/// ```
/// use server::{LastModified, get};
///
/// #[get("/motd")]
/// async fn motd() -> server::Result<(LastModified, String)> {
///     let modified = std::fs::metadata("/etc/motd")?.modified()?;
///     Ok((LastModified(modified), std::fs::read_to_string("/etc/motd")?))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastModified(pub SystemTime);

impl ResponsePart for LastModified {
    fn apply(self, mut response: Response) -> Response {
        let date = HeaderValue::from_bytes(&format_date(self.0));
        response.set_header(LAST_MODIFIED, date.expect("a date is ASCII"));
        response
    }
}

/// Answers a GET or HEAD by its preconditions, where its answer, a 200, says which state it is of: 304 in its place, or
/// 412. Other requests are not even looked at.
///
/// A 304 keeps all fields but those that describe the content it leaves out; who has the tag needs no date.
pub(crate) fn answer_conditionally(mut response: Response, facts: &RequestFacts) -> Response {
    let is_reading = matches!(facts.method(), Some(&Method::GET | &Method::HEAD));
    if !is_reading || !response.has_validators() || response.problem_ref().is_some() {
        return response;
    }
    let preconditions = Preconditions::of_facts(facts);
    let headers = response.headers();
    let etag = headers.get(ETAG).and_then(|value| ETag::parse(value.as_bytes()));
    let modified = headers.get(LAST_MODIFIED).and_then(|value| parse_date(value.to_str().ok()?));
    match preconditions.evaluate(&Method::GET, etag.as_ref(), modified) {
        Verdict::Proceed => response,
        Verdict::Failed => {
            let detail = "the state is another than the request expects";
            let problem = Problem::new(StatusCode::PRECONDITION_FAILED).detail(detail).into_response();
            etag.into_iter().fold(problem, |problem, etag| etag.apply(problem))
        }
        Verdict::NotModified => {
            drop(response.take_body());
            let headers = response.headers_mut();
            for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_RANGE] {
                headers.remove(name);
            }
            if etag.is_some() {
                headers.remove(LAST_MODIFIED);
            }
            response.with_status(StatusCode::NOT_MODIFIED)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::testing::{Client, TestResponse};
    use crate::{Json, get, post, routes};

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn modified() -> LastModified {
        LastModified(UNIX_EPOCH + Duration::from_millis(784_111_777_900))
    }

    #[get("/tagged")]
    async fn tagged() -> (ETag, LastModified, [(&'static str, &'static str); 3], Json<u8>) {
        let fields = [("cache-control", "no-cache"), ("content-language", "en"), ("set-cookie", "a=b")];
        (ETag::strong("v1"), modified(), fields, Json(7))
    }

    #[get("/dated")]
    async fn dated() -> (LastModified, &'static str) {
        (modified(), "text")
    }

    #[get("/plain")]
    async fn plain() -> &'static str {
        "text"
    }

    #[get("/gone")]
    async fn gone() -> (StatusCode, ETag, &'static str) {
        (StatusCode::GONE, ETag::strong("v1"), "text")
    }

    #[post("/tagged")]
    async fn change() -> (ETag, &'static str) {
        (ETag::strong("v1"), "text")
    }

    async fn get(target: &str, fields: &[(&'static str, &'static str)]) -> TestResponse {
        let client = Client::new(routes![tagged, dated, plain, gone, change]);
        fields.iter().fold(client.get(target), |request, (name, value)| request.header(*name, *value)).await
    }

    #[server::test]
    async fn a_copy_that_is_current_is_answered_with_304() {
        let response = get("/tagged", &[("if-none-match", "\"v0\", W/\"v1\"")]).await;
        assert_eq!((response.status().as_u16(), response.bytes()), (304, b"".as_slice()));
        let fields =
            ["etag", "cache-control", "set-cookie", "content-type", "content-language", "last-modified"];
        let found = fields.map(|name| response.header(name));
        assert_eq!(found, [Some("\"v1\""), Some("no-cache"), Some("a=b"), None, None, None]);
        let response = get("/dated", &[("if-modified-since", DATE)]).await;
        assert_eq!((response.status().as_u16(), response.header("last-modified")), (304, Some(DATE)));
    }

    #[server::test]
    async fn all_others_are_answered_in_full() {
        type Row = (&'static str, &'static [(&'static str, &'static str)], u16);
        let rows: &[Row] = &[
            ("/tagged", &[], 200),
            ("/tagged", &[("if-none-match", "\"v2\"")], 200),
            ("/tagged", &[("if-none-match", "\"v2\""), ("if-modified-since", DATE)], 200),
            ("/tagged", &[("if-match", "\"v1\"")], 200),
            ("/tagged", &[("if-match", "\"v2\"")], 412),
            ("/dated", &[("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT")], 200),
            ("/dated", &[("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT")], 412),
            ("/plain", &[("if-none-match", "*")], 200),
            ("/gone", &[("if-none-match", "\"v1\"")], 410),
            ("/missing", &[("if-none-match", "*")], 404),
        ];
        for (target, fields, status) in rows {
            assert_eq!(get(target, fields).await.status().as_u16(), *status, "{target} {fields:?}");
        }
    }

    #[server::test]
    async fn a_method_that_changes_something_is_the_handlers() {
        let client = Client::new(routes![tagged, change]);
        let response = client.post("/tagged").header("if-none-match", "\"v1\"").await;
        assert_eq!(response.status(), 200);
        let head = client.request(Method::HEAD, "/tagged").header("if-none-match", "\"v1\"").await;
        assert_eq!(head.status(), 304);
    }
}
