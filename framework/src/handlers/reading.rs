//! What all handlers that only give something to read say alike.

use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};

use crate::http::{Accept, Request, Response};
use crate::respond::{IntoResponse, Problem};

/// The methods that are answered.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Answers any method but GET and HEAD: OPTIONS with the methods there are, others with 405.
pub(super) fn read_only(request: &Request) -> Option<Response> {
    match *request.method() {
        Method::GET | Method::HEAD => None,
        Method::OPTIONS => Some(Response::no_content().header(ALLOW, METHODS)),
        _ => Some(Problem::new(StatusCode::METHOD_NOT_ALLOWED).header(ALLOW, METHODS).into_response()),
    }
}

pub(super) fn not_found() -> Response {
    Problem::new(StatusCode::NOT_FOUND).into_response()
}

/// Sends to the same path with a slash, so that links in a folder's page lead where they should.
pub(super) fn with_slash(path: &str, query: Option<&str>) -> Response {
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    Response::new(StatusCode::PERMANENT_REDIRECT).location(&format!("{path}/{query}"))
}

/// Whether the client takes a page of HTML.
pub(super) fn takes_html(request: &Request) -> bool {
    Accept::parse(request.header_values("accept")).best_of(&["text/html"]).is_some()
}
