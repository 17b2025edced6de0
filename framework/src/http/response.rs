//! A response: status, content type, fields and body.
//!
//! Status, content type and body stand in the response itself; all that a plain answer does not have is in a box that is
//! made when it is needed, as each answer is moved a few times on its way.
//! Content-Length, Transfer-Encoding, Connection and Date are the engine's to write: it knows the framing.

mod fields;
mod more;
mod pipeline;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_core::Serialize;

use self::more::{BodyType, ContentType, HTML, JSON, More, NO_FIELDS, OCTETS, Report, TEXT};
use super::Body;
use super::apart::Apart;
use super::body::BoxError;
use super::uri_reference::uri_reference;
use crate::respond::Problem;

/// An answer on its way to the client; every [`IntoResponse`](crate::IntoResponse) becomes one.
///
/// ```
/// use server::Response;
/// use std::time::Duration;
///
/// let response = Response::ok().header("x-build", "7").cache_for(Duration::from_secs(60)).text("hello");
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.headers()["cache-control"], "public, max-age=60");
/// ```
pub struct Response {
    status: StatusCode,
    /// Kept apart from the map, which most answers then do not have.
    content_type: ContentType,
    body: Body,
    more: Apart<Option<Box<More>>>,
}

impl Response {
    /// An answer with this status and no body.
    pub fn new(status: StatusCode) -> Self {
        Self { status, content_type: ContentType::Nowhere, body: Body::empty(), more: Apart::default() }
    }

    /// 200 OK.
    pub fn ok() -> Self {
        Self::new(StatusCode::OK)
    }

    /// 201 Created with the `Location` of what was created (RFC 9110 §15.3.2).
    ///
    /// Bytes of `location` that cannot stand in a URI reference are percent-encoded, so that no text from a client
    /// can end the field line.
    pub fn created(location: impl AsRef<str>) -> Self {
        Self::new(StatusCode::CREATED).location(location.as_ref())
    }

    /// 204 No Content.
    pub fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT)
    }

    /// An answer that reports `problem` (RFC 9457), with its status.
    ///
    /// The document is written where the answer leaves the server, with the request's id in it.
    pub fn problem(problem: Problem) -> Self {
        let mut response = Self::new(problem.status());
        response.more_mut().report = Report::Problem(Box::new(problem));
        response
    }

    /// 101 Switching Protocols: behind the head, `takeover` has the connection.
    #[cfg(feature = "ws")]
    pub(crate) fn switching(takeover: Box<dyn super::Takeover>) -> Self {
        let mut response = Self::new(StatusCode::SWITCHING_PROTOCOLS);
        response.more_mut().takeover = Some(takeover);
        response
    }

    /// Sets the field `name` to `value` and drops what it had.
    ///
    /// A name or value that no field line can hold (RFC 9110 §5) makes this a 500 with the reason in the log, whatever
    /// else is called before or after: a response is never split. Fields of framing (`Content-Length`,
    /// `Transfer-Encoding`, `Connection`) are the engine's and are left out when the answer is written.
    #[must_use]
    pub fn header<Name, Value>(mut self, name: Name, value: Value) -> Self
    where
        Name: TryInto<HeaderName>,
        Value: TryInto<HeaderValue>,
        Name::Error: fmt::Display,
        Value::Error: fmt::Display,
    {
        match Self::field(name, value) {
            Ok((name, value)) => {
                self.set_header(name, value);
                self
            }
            Err(reason) => Self::broken(reason),
        }
    }

    /// Adds a field beside those of the same name, as `Set-Cookie` and `Vary` may have several; otherwise as
    /// [`Response::header`]. Of `Content-Type` there is only one.
    #[must_use]
    pub fn append<Name, Value>(mut self, name: Name, value: Value) -> Self
    where
        Name: TryInto<HeaderName>,
        Value: TryInto<HeaderValue>,
        Name::Error: fmt::Display,
        Value::Error: fmt::Display,
    {
        match Self::field(name, value) {
            Ok((name, value)) => {
                self.append_header(name, value);
                self
            }
            Err(reason) => Self::broken(reason),
        }
    }

    /// Sets the status and keeps all else; the status of a problem follows.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        match self.more.as_mut().map(|more| &mut more.report) {
            None | Some(Report::Nothing) => {}
            Some(Report::Problem(problem)) => problem.set_status(status),
            Some(Report::Broken(_)) => return self,
        }
        self.status = status;
        self
    }

    /// Lets any cache keep this answer for `age`, in whole seconds: `Cache-Control: public, max-age=…`.
    #[must_use]
    pub fn cache_for(self, age: Duration) -> Self {
        self.header(CACHE_CONTROL, format!("public, max-age={}", age.as_secs()))
    }

    /// Sets a body of text.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with_body(&TEXT, Body::from(text.into()))
    }

    /// Sets a body of HTML.
    #[must_use]
    pub fn html(self, html: impl Into<String>) -> Self {
        self.page(Body::from(html.into()))
    }

    /// Sets a body that is HTML.
    pub(crate) fn page(self, body: Body) -> Self {
        self.with_body(&HTML, body)
    }

    /// Sets a body of JSON; a value that cannot be written as JSON makes this a 500 with the reason in the log.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.with_body(&JSON, Body::from(json)),
            Err(error) => Self::broken(error),
        }
    }

    /// Sets a body of bytes, `application/octet-stream` unless a content type was set.
    #[must_use]
    pub fn bytes(self, bytes: impl Into<Bytes>) -> Self {
        self.octets(Body::from(bytes.into()))
    }

    /// Sets the body and keeps the content type.
    #[must_use]
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        if !self.is_broken() {
            self.body = body.into();
        }
        self
    }

    /// Sets a body whose content nobody named.
    pub(crate) fn octets(self, body: Body) -> Self {
        self.with_body(&OCTETS, body)
    }

    /// Sets the body, and the content type unless one was named.
    fn with_body(mut self, content_type: &'static BodyType, body: Body) -> Self {
        let named = matches!(self.content_type, ContentType::Named(_)) || self.has_field(CONTENT_TYPE);
        if !named {
            self.content_type = ContentType::OfBody(content_type);
        }
        self.body(body)
    }

    /// 200 with a body of text: as [`Response::text`], which asks what was set before.
    pub(crate) fn of_text(text: impl Into<Body>) -> Self {
        Self::of(&TEXT, text.into())
    }

    /// 200 with a body of JSON: as [`Response::json`].
    pub(crate) fn of_json<T: Serialize + ?Sized>(value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => Self::of(&JSON, Body::from(json)),
            Err(error) => Self::broken(error),
        }
    }

    fn of(body_type: &'static BodyType, body: Body) -> Self {
        Self {
            status: StatusCode::OK,
            content_type: ContentType::OfBody(body_type),
            body,
            more: Apart::default(),
        }
    }

    /// Sets `Location`, encoding what a URI reference cannot hold.
    pub(crate) fn location(mut self, location: &str) -> Self {
        match HeaderValue::from_str(&uri_reference(location)) {
            Ok(value) => {
                self.set_header(LOCATION, value);
                self
            }
            Err(error) => Self::broken(error),
        }
    }

    /// Makes a field of what `http` takes for a name and a value; the error says what was wrong with which.
    pub(crate) fn field<Name, Value>(name: Name, value: Value) -> Result<(HeaderName, HeaderValue), BoxError>
    where
        Name: TryInto<HeaderName>,
        Value: TryInto<HeaderValue>,
        Name::Error: fmt::Display,
        Value::Error: fmt::Display,
    {
        let name = name.try_into().map_err(|error| format!("a response's field: {error}"))?;
        match value.try_into() {
            Ok(value) => Ok((name, value)),
            Err(error) => Err(format!("a response's field {name}: {error}").into()),
        }
    }

    /// An answer that the application could not make: 500, with the reason in the log alone.
    pub(crate) fn broken(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR).source(reason);
        let mut response = Self::new(problem.status());
        response.more_mut().report = Report::Broken(Box::new(problem));
        response
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The content type, wherever it was set.
    pub fn content_type(&self) -> Option<&HeaderValue> {
        match &self.content_type {
            ContentType::OfBody(body_type) => Some(&body_type.value),
            ContentType::Named(value) => Some(value),
            ContentType::Nowhere => self.more.as_ref()?.headers.get(CONTENT_TYPE),
        }
    }

    /// The field line of a content type that is one of ours: alone, and with `content-length: ` behind it.
    pub(crate) fn content_type_line(&self) -> Option<(&'static [u8], &'static [u8])> {
        match &self.content_type {
            ContentType::OfBody(body_type) => {
                Some((body_type.line.as_bytes(), body_type.line_and_length.as_bytes()))
            }
            ContentType::Named(_) | ContentType::Nowhere => None,
        }
    }

    /// The fields where there may be any, `Content-Type` among them or not.
    pub(crate) fn fields(&self) -> Option<&HeaderMap> {
        self.more.as_ref().map(|more| &more.headers)
    }

    /// The fields set so far, without `Content-Type`, which [`Response::content_type`] gives.
    pub fn headers(&self) -> &HeaderMap {
        self.more.as_ref().map_or_else(|| &*NO_FIELDS, |more| &more.headers)
    }

    /// The fields to change; `Content-Type` is moved in among them.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        match std::mem::replace(&mut self.content_type, ContentType::Nowhere) {
            ContentType::Nowhere => {}
            ContentType::OfBody(body_type) => {
                self.fields_mut().insert(CONTENT_TYPE, body_type.value.clone());
            }
            ContentType::Named(value) => drop(self.fields_mut().insert(CONTENT_TYPE, *value)),
        }
        self.fields_mut()
    }

    fn fields_mut(&mut self) -> &mut HeaderMap {
        &mut self.more_mut().headers
    }

    fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    fn has_field(&self, name: HeaderName) -> bool {
        self.more.as_ref().is_some_and(|more| more.headers.contains_key(name))
    }

    /// Sets a field; `Content-Type` goes to its own place.
    pub(crate) fn set_header(&mut self, name: HeaderName, value: HeaderValue) {
        if self.is_broken() {
            return;
        }
        if name == CONTENT_TYPE {
            if let Some(more) = &mut *self.more {
                more.headers.remove(CONTENT_TYPE);
            }
            self.content_type = ContentType::Named(Box::new(value));
        } else {
            self.fields_mut().insert(name, value);
        }
    }

    /// Adds a field beside those of the same name; of `Content-Type` there is only one.
    pub(crate) fn append_header(&mut self, name: HeaderName, value: HeaderValue) {
        if self.is_broken() {
            return;
        }
        if name == CONTENT_TYPE {
            self.set_header(name, value);
        } else {
            self.fields_mut().append(name, value);
        }
    }

    /// The body, to look at or to wrap.
    pub fn body_mut(&mut self) -> &mut Body {
        &mut self.body
    }

    /// Takes the body and leaves an empty one.
    pub fn take_body(&mut self) -> Body {
        std::mem::take(&mut self.body)
    }

    /// The problem this answer reports, for middleware that counts or translates them.
    pub fn problem_ref(&self) -> Option<&Problem> {
        match &self.more.as_ref()?.report {
            Report::Nothing => None,
            Report::Problem(problem) | Report::Broken(problem) => Some(problem),
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("content_type", &self.content_type())
            .field("headers", self.headers())
            .field("body", &self.body)
            .field("problem", &self.problem_ref())
            .finish()
    }
}

#[cfg(test)]
mod tests;
