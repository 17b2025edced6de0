//! Problem documents (RFC 9457): the one shape of every failure.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, StatusCode};
use serde_core::ser::{Serialize, SerializeMap, Serializer};
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

    /// The fields of the answer, in the order in which they were added.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.headers.iter().map(|(name, value)| (name, value))
    }

    /// The document in JSON, with the request's id as the member `request_id`.
    pub(crate) fn document(&self, id: &RequestId) -> String {
        // Texts, numbers and maps with text as keys: nothing that JSON cannot hold.
        serde_json::to_string(&Document { problem: self, id }).unwrap_or_default()
    }

    /// The document as tests look into it.
    #[cfg(test)]
    pub(crate) fn parsed_document(&self, id: RequestId) -> Value {
        serde_json::from_str(&self.document(&id)).unwrap()
    }
}

/// A problem as it is sent: what a reader looks for first stands first.
struct Document<'a> {
    problem: &'a Problem,
    id: &'a RequestId,
}

/// The members that are not the application's to set.
const OWN_MEMBERS: [&str; 5] = ["type", "title", "status", "detail", "request_id"];

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { problem, id } = self;
        let mut map = serializer.serialize_map(None)?;
        if let Some(kind) = &problem.kind {
            map.serialize_entry("type", kind)?;
        }
        map.serialize_entry("title", problem.title())?;
        map.serialize_entry("status", &problem.status.as_u16())?;
        if let Some(detail) = &problem.detail {
            map.serialize_entry("detail", detail)?;
        }
        for (name, value) in problem.members.iter().filter(|(name, _)| !OWN_MEMBERS.contains(&name.as_str()))
        {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("request_id", &id.to_string())?;
        map.end()
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
