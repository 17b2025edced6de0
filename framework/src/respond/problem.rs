//! Problem documents (RFC 9457): the one shape of every failure.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use super::IntoResponse;
use crate::http::{RequestId, Response};

/// A failure that the client is told of, as `application/problem+json` (RFC 9457).
///
/// ```
/// use server::{Problem, StatusCode};
///
/// let problem = Problem::new(StatusCode::NOT_FOUND).detail("there is no user 7").with("user", 7);
/// assert_eq!(problem.title(), "Not Found");
/// ```
#[derive(Clone)]
pub struct Problem {
    status: StatusCode,
    kind: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem of this status, titled with its reason phrase.
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            kind: None,
            title: None,
            detail: None,
            members: Map::new(),
            headers: Vec::new(),
            source: None,
        }
    }

    /// Says what went wrong with this request, for the one who sent it (RFC 9457 §3.1.4).
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the kind of problem, the same for each occurrence (RFC 9457 §3.1.3).
    #[must_use]
    pub fn title_text(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the URI that identifies the kind of problem (RFC 9457 §3.1.1); `about:blank` is left out.
    #[must_use]
    pub fn kind(mut self, uri: impl Into<String>) -> Self {
        self.kind = Some(uri.into());
        self
    }

    /// Adds an extension member (RFC 9457 §3.2). The members that the RFC defines are not to be set so.
    #[must_use]
    pub fn with(mut self, member: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.insert(member.into(), value.into());
        self
    }

    /// Adds a field to the answer, `Allow` or `WWW-Authenticate` say.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Keeps the error behind it for the log; the client is told none of it.
    #[must_use]
    pub fn source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The title: what was set, or the status's reason phrase.
    pub fn title(&self) -> &str {
        self.title.as_deref().or_else(|| self.status.canonical_reason()).unwrap_or("Unknown Status")
    }

    /// Sets the status, and so the title unless one was set.
    pub(crate) fn set_status(&mut self, status: StatusCode) {
        self.status = status;
    }

    /// What was told to the client beyond the title.
    pub fn detail_text(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The error behind it, for the log alone.
    pub fn source_error(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.source.as_deref()
    }

    /// The document, with the request's id as the member `request_id`.
    pub(crate) fn document(&self, id: RequestId) -> Value {
        let mut document = Map::new();
        if let Some(kind) = &self.kind {
            document.insert("type".to_owned(), Value::from(kind.as_str()));
        }
        document.insert("title".to_owned(), Value::from(self.title()));
        document.insert("status".to_owned(), Value::from(self.status.as_u16()));
        if let Some(detail) = &self.detail {
            document.insert("detail".to_owned(), Value::from(detail.as_str()));
        }
        document.extend(self.members.clone());
        document.insert("request_id".to_owned(), Value::from(id.to_string()));
        Value::Object(document)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Response::problem(self)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.title())?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Problem({self})")?;
        match &self.source {
            Some(source) => write!(f, " from {source:?}"),
            None => Ok(()),
        }
    }
}

/// Writes the document of a response that reports a problem and has no body yet; fields of the problem are set.
///
/// Here, and so once, a problem of the server's is logged with the chain of errors behind it. The same goes for HEAD:
/// the engine leaves the body out and keeps its length. A status that has no content (RFC 9110 §15) gets none.
pub(crate) fn render(mut response: Response, id: RequestId) -> Response {
    let Some(problem) = response.take_problem() else { return response };
    if problem.status.is_server_error() {
        log(&problem, id);
    }
    let mut seen: Vec<&HeaderName> = Vec::new();
    for (name, value) in &problem.headers {
        match seen.contains(&name) {
            true => response.append_header(name.clone(), value.clone()),
            false => response.set_header(name.clone(), value.clone()),
        }
        seen.push(name);
    }
    let status = response.status();
    let has_no_content = status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    if has_no_content || !response.body_mut().is_empty() {
        return response;
    }
    let document = problem.document(id).to_string();
    response.set_header(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.body(document)
}

/// Logs a failure of the server's.
fn log(problem: &Problem, id: RequestId) {
    let status = problem.status.as_u16();
    let detail = problem.detail.as_deref();
    let error = problem.source.as_deref().map(|source| Chain(source).to_string());
    tracing::error!(request_id = %id, status, title = problem.title(), detail, error, "a request failed");
}

/// An error and what caused it, on one line.
struct Chain<'a>(&'a (dyn Error + Send + Sync + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http::header::WWW_AUTHENTICATE;

    use super::*;

    #[track_caller]
    fn rendered(response: impl IntoResponse) -> (Response, Value) {
        let mut response = render(response.into_response(), RequestId::generate());
        let document = serde_json::from_slice(response.body_mut().as_bytes().unwrap()).unwrap_or(Value::Null);
        (response, document)
    }

    #[test]
    fn writes_the_document() {
        let id = RequestId::generate();
        let problem = Problem::new(StatusCode::CONFLICT)
            .kind("https://example.com/taken")
            .title_text("Name taken")
            .detail("there is a user \"ada\"")
            .with("name", "ada");
        let mut response = render(problem.into_response(), id);
        assert_eq!(response.status(), 409);
        assert_eq!(response.content_type().unwrap(), "application/problem+json");
        let document: Value = serde_json::from_slice(response.body_mut().as_bytes().unwrap()).unwrap();
        let expected = serde_json::json!({
            "type": "https://example.com/taken",
            "title": "Name taken",
            "status": 409,
            "detail": "there is a user \"ada\"",
            "name": "ada",
            "request_id": id.to_string(),
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn leaves_a_body_that_is_there() {
        let (mut response, _) =
            rendered(Response::problem(Problem::new(StatusCode::NOT_FOUND)).html("<h1>no</h1>"));
        assert_eq!(response.content_type().unwrap(), "text/html; charset=utf-8");
        assert_eq!(response.body_mut().as_bytes().unwrap(), "<h1>no</h1>");
        assert!(response.problem_ref().is_none());
    }

    #[test]
    fn a_status_without_content_gets_none() {
        for status in [StatusCode::NOT_MODIFIED, StatusCode::NO_CONTENT] {
            let (mut response, _) = rendered(Problem::new(status));
            assert!(response.body_mut().is_empty());
            assert_eq!(response.content_type(), None);
        }
    }

    #[test]
    fn sets_every_field_once_rendered() {
        let problem = Problem::new(StatusCode::UNAUTHORIZED)
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"))
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        let response = Response::problem(problem).header("www-authenticate", "Digest").header("x-a", "1");
        let (response, _) = rendered(response);
        assert_eq!(
            response.headers().get_all(WWW_AUTHENTICATE).iter().collect::<Vec<_>>(),
            ["Basic", "Bearer"]
        );
        assert_eq!(response.headers()["x-a"], "1");
    }

    #[test]
    fn tells_the_client_nothing_of_the_source() {
        let source = std::io::Error::other("secret");
        let (mut response, document) = rendered(crate::Error::from(source));
        assert_eq!(document["title"], "Internal Server Error");
        let text = response.body_mut().as_bytes().unwrap();
        assert!(!text.windows(6).any(|piece| piece == b"secret"));
    }
}
