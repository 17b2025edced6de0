//! [`Json`]: a body of JSON, in and out.

use std::error::Error;
use std::fmt;
use std::ops::{Deref, DerefMut};

use http::StatusCode;
use serde_core::de::{Deserialize, IgnoredAny};
use serde_json::error::Category;

use super::FromRequest;
use super::body::{BodyRejection, collect};
use super::de::bounded;
use super::json_path;
use super::media_type::MediaTypeRejection;
use super::serde_bounds::{Readable, Writable};
use crate::http::{MediaType, Request, Response};
use crate::respond::{IntoResponse, Problem};

/// The most characters of serde's sentence that an answer holds; it quotes what the client sent.
const REASON_CHARS: usize = 256;

/// Takes the body as JSON, and answers with JSON.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use server::{Json, post};
///
/// #[derive(Deserialize, Serialize)]
/// struct User {
///     name: String,
/// }
///
/// #[post("/users", body_limit = "64KiB")]
/// async fn create(Json(user): Json<User>) -> Json<User> {
///     Json(user)
/// }
///
/// let Json(user) = Json::<User>::parse(br#"{"name": "Ada"}"#)?;
/// assert_eq!(user.name, "Ada");
/// # Ok::<(), server::rejection::JsonRejection>(())
/// ```
///
/// Refuses with 415 a content type other than `application/json` or one that ends in `+json`, and a body without one:
/// a page of another site can send that without a preflight; and a content coding, which `layers::Decompression` would
/// undo. 413 a body over the limit, which the answer says: `body_limit` in the route's attribute, or the server's
/// `max_body`. 400 what is no JSON, with line and column; 422 JSON that is no `T`, with the path to the value as well.
///
/// JSON is UTF-8 (RFC 8259 §8.1), and a `charset` beside its content type means nothing (§11): what is in another is a
/// 400 at its first byte that is not UTF-8.
///
/// As a response: 200 with `application/json`. A value that cannot be written as JSON (a map whose keys are no text)
/// is a 500 with the reason in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T> Json<T> {
    /// Reads one JSON value, with nothing but whitespace around it.
    ///
    /// # Errors
    ///
    /// [`JsonRejection::Syntax`] and [`JsonRejection::Data`].
    pub fn parse<'de>(json: &'de [u8]) -> Result<Self, JsonRejection>
    where
        T: Deserialize<'de>,
    {
        // All of it: serde passes over strings that the type does not ask for. It looks at no string a second time.
        let text =
            std::str::from_utf8(json).map_err(|error| JsonRejection::not_utf8(json, error.valid_up_to()))?;
        serde_json::from_str(text).map(Self).map_err(|error| JsonRejection::new(&error, text))
    }
}

impl<S: Sync, T: Readable + Send> FromRequest<S> for Json<T> {
    const TAKES_BODY: bool = true;
    type Rejection = JsonRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, JsonRejection> {
        check_form(request).map_err(JsonRejection::MediaType)?;
        Self::parse(&collect(request).await.map_err(JsonRejection::Body)?)
    }
}

impl<T: Writable> IntoResponse for Json<T> {
    #[inline]
    fn into_response(self) -> Response {
        Response::of_json(&self.0)
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// Whether the body is in the form of JSON, as the head says.
#[inline]
fn check_form(request: &Request) -> Result<(), MediaTypeRejection> {
    let facts = request.content_facts();
    if !facts.content_type.is_some_and(is_json) {
        return Err(MediaTypeRejection::of_type("application/json", request));
    }
    if facts.is_coded { Err(MediaTypeRejection::of_coding(request)) } else { Ok(()) }
}

/// Whether a content type is `application/json`, or of JSON's syntax (RFC 6839 §3.1). Its parameters mean nothing
/// (RFC 8259 §11).
#[inline]
fn is_json(content_type: &str) -> bool {
    let parsed = || MediaType::parse(content_type);
    content_type == "application/json"
        || parsed().is_some_and(|media| media.is("application", "json") || media.has_suffix("json"))
}

/// Whether it is JSON all the same. serde counts to its syntax what a type has no room for as well: a number beyond `f64`,
/// a second member of an enum's object, more depth than it goes into.
fn is_well_formed(json: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(json).is_ok()
}

/// The name in serde's sentence for a member that is missing.
fn missing_field(text: &str) -> Option<&str> {
    text.strip_prefix("missing field `")?.split_once('`').map(|(name, _)| name)
}

/// Why a body is no JSON of `T`.
#[derive(Debug)]
#[non_exhaustive]
pub enum JsonRejection {
    /// Its content type is another, or not said, or it is in a content coding; 415.
    MediaType(MediaTypeRejection),
    /// It could not be read, or is too large.
    Body(BodyRejection),
    /// It is no JSON; 400.
    Syntax {
        /// What was expected, or found.
        reason: String,
        /// The line, from 1.
        line: usize,
        /// The byte in the line, from 1; 0 before its first.
        column: usize,
    },
    /// It is JSON, and no `T`; 422.
    Data {
        /// What was expected, and found.
        reason: String,
        /// The path to the value, such as `users[2].name`, also where it is missing; empty for the document itself.
        field: String,
        /// The line, from 1.
        line: usize,
        /// The byte in the line at which it was seen, from 1.
        column: usize,
    },
}

impl JsonRejection {
    #[inline]
    fn new(error: &serde_json::Error, json: &str) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let place = format!(" at line {line} column {column}");
        let reason = bounded(text.strip_suffix(&place).unwrap_or(&text), REASON_CHARS);
        if error.classify() != Category::Data && !is_well_formed(json) {
            return Self::Syntax { reason, line, column };
        }
        let mut field = json_path::at(json.as_bytes(), line, column);
        if let Some(missing) = missing_field(&text) {
            field = if field.is_empty() { missing.to_owned() } else { format!("{field}.{missing}") };
        }
        Self::Data { reason, field: bounded(&field, REASON_CHARS), line, column }
    }

    /// JSON is UTF-8 (RFC 8259 §8.1); text of another charset is told by its first byte that is not.
    #[cold]
    fn not_utf8(json: &[u8], valid_up_to: usize) -> Self {
        let before = json.get(..valid_up_to).unwrap_or_default();
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        Self::Syntax {
            reason: "expected UTF-8, found another byte".to_owned(),
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: 1 + before.len() - line_start,
        }
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MediaType(rejection) => rejection.status(),
            Self::Body(rejection) => rejection.status(),
            Self::Syntax { .. } => StatusCode::BAD_REQUEST,
            Self::Data { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl fmt::Display for JsonRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType(rejection) => rejection.fmt(f),
            Self::Body(rejection) => rejection.fmt(f),
            Self::Syntax { reason, line, column } => {
                write!(f, "the body is no JSON: {reason} at line {line}, column {column}")
            }
            Self::Data { reason, field, line, column } if field.is_empty() => {
                write!(f, "{reason} at line {line}, column {column}")
            }
            Self::Data { reason, field, line, column } => {
                write!(f, "`{field}`: {reason} at line {line}, column {column}")
            }
        }
    }
}

impl Error for JsonRejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Body(rejection) => rejection.source(),
            Self::MediaType(_) | Self::Syntax { .. } | Self::Data { .. } => None,
        }
    }
}

impl IntoResponse for JsonRejection {
    #[inline]
    fn into_response(self) -> Response {
        let problem = Problem::new(self.status()).detail(self.to_string());
        match self {
            Self::MediaType(rejection) => rejection.into_response(),
            Self::Body(rejection) => rejection.into_response(),
            Self::Syntax { line, column, .. } => {
                problem.with("line", line).with("column", column).into_response()
            }
            Self::Data { field, line, column, .. } => {
                problem.with("field", field).with("line", line).with("column", column).into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests;
