//! Problem documents (RFC 9457): the one shape of every failure.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::IntoResponse;
use crate::http::{RequestId, Response};

/// A failure that the client is told of, as `application/problem+json` (RFC 9457).
///
/// ```
/// use server::{Problem, StatusCode};
///
/// let problem = Problem::new(StatusCode::NOT_FOUND).detail("there is no user 7").with("user", 7);
/// assert_eq!(problem.title_text(), "Not Found");
/// ```
#[derive(Clone)]
pub struct Problem {
    status: StatusCode,
    kind: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    /// The extension members by name, in order, each with its value in JSON: what a program never adds, a number with
    /// a fraction say, it need not be able to write.
    members: Vec<(String, String)>,
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
            members: Vec::new(),
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
    pub fn title(mut self, title: impl Into<String>) -> Self {
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
    #[inline]
    pub fn with(mut self, member: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set_member(member.into(), value.into().to_string());
        self
    }

    /// The same for a text. What every program has in it names this, and [`Problem::with_number`]: then one that has no
    /// other members need not be able to write those.
    #[must_use]
    pub(crate) fn with_text(mut self, member: &str, text: &str) -> Self {
        self.set_member(member.to_owned(), quoted(text));
        self
    }

    /// The same for a whole number.
    #[must_use]
    pub(crate) fn with_number(mut self, member: &str, number: u64) -> Self {
        self.set_member(member.to_owned(), number.to_string());
        self
    }

    /// The same for a list of objects whose members are texts.
    #[must_use]
    pub(crate) fn with_rows<'a>(
        mut self,
        member: &str,
        rows: impl Iterator<Item = [(&'a str, &'a str); 2]>,
    ) -> Self {
        let mut json = "[".to_owned();
        for row in rows {
            if json.len() > 1 {
                json.push(',');
            }
            let mut object = Document("{".to_owned());
            row.iter().for_each(|(name, text)| object.text(name, text));
            json.push_str(&object.0);
            json.push('}');
        }
        json.push(']');
        self.set_member(member.to_owned(), json);
        self
    }

    /// The same for what is written in JSON already.
    #[must_use]
    #[inline]
    pub(super) fn with_json(mut self, member: &str, json: String) -> Self {
        self.set_member(member.to_owned(), json);
        self
    }

    fn set_member(&mut self, name: String, json: String) {
        match self.members.binary_search_by(|(known, _)| known.cmp(&name)) {
            Ok(at) => {
                if let Some((_, known)) = self.members.get_mut(at) {
                    *known = json;
                }
            }
            Err(at) => self.members.insert(at, (name, json)),
        }
    }

    /// Adds a field to the answer, `Allow` or `WWW-Authenticate` say.
    #[must_use]
    #[inline]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Keeps the error behind it for the log; the client is told none of it.
    #[must_use]
    #[inline]
    pub fn source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The title: what was set, or the status's reason phrase.
    pub fn title_text(&self) -> &str {
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
        let mut document = Document("{".to_owned());
        if let Some(kind) = &self.kind {
            document.text("type", kind);
        }
        document.text("title", self.title_text());
        document.member("status", self.status.as_str());
        if let Some(detail) = &self.detail {
            document.text("detail", detail);
        }
        for (name, json) in self.members.iter().filter(|(name, _)| !OWN_MEMBERS.contains(&name.as_str())) {
            document.member(name, json);
        }
        document.text("request_id", &id.to_string());
        document.0.push('}');
        document.0
    }

    /// The document as tests look into it.
    #[cfg(test)]
    pub(crate) fn parsed_document(&self, id: RequestId) -> Value {
        serde_json::from_str(&self.document(&id)).unwrap()
    }
}

/// A problem as it is sent, in the making: what a reader looks for first stands first.
struct Document(String);

impl Document {
    fn text(&mut self, name: &str, text: &str) {
        self.member(name, &quoted(text));
    }

    fn member(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(json);
    }
}

/// A text in JSON, which can hold any.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// The members that are not the application's to set.
const OWN_MEMBERS: [&str; 5] = ["type", "title", "status", "detail", "request_id"];

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Response::problem(self)
    }
}

impl fmt::Display for Problem {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.title_text())?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Problem {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Problem({self})")?;
        match &self.source {
            Some(source) => write!(f, " from {source:?}"),
            None => Ok(()),
        }
    }
}
