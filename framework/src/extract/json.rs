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
        serde_json::from_slice(json).map(Self).map_err(|error| JsonRejection::new(&error, json))
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
fn is_well_formed(json: &[u8]) -> bool {
    std::str::from_utf8(json).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
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
    fn new(error: &serde_json::Error, json: &[u8]) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let place = format!(" at line {line} column {column}");
        let reason = bounded(text.strip_suffix(&place).unwrap_or(&text), REASON_CHARS);
        if error.classify() != Category::Data && !is_well_formed(json) {
            return Self::not_utf8(json, line, column).unwrap_or(Self::Syntax { reason, line, column });
        }
        let mut field = json_path::at(json, line, column);
        if let Some(missing) = missing_field(&text) {
            field = if field.is_empty() { missing.to_owned() } else { format!("{field}.{missing}") };
        }
        Self::Data { reason, field: bounded(&field, REASON_CHARS), line, column }
    }

    /// The same where a byte before this place is not UTF-8, in which JSON is (RFC 8259 §8.1): text of another charset.
    fn not_utf8(json: &[u8], line: usize, column: usize) -> Option<Self> {
        let valid_up_to = std::str::from_utf8(json).err()?.valid_up_to();
        let before = json.get(..valid_up_to)?;
        let found_line = 1 + memchr::memchr_iter(b'\n', before).count();
        let found_column = valid_up_to - memchr::memrchr(b'\n', before).map_or(0, |end| end + 1) + 1;
        let reason = "expected UTF-8, found another byte".to_owned();
        let is_before = (found_line, found_column) <= (line, column);
        is_before.then_some(Self::Syntax { reason, line: found_line, column: found_column })
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
mod tests {
    use http::{HeaderValue, Method};
    use serde::Deserialize;

    use super::*;
    use crate::http::{Body, RequestId};

    #[derive(Debug, PartialEq, Deserialize)]
    struct User {
        name: String,
        age: u8,
    }

    async fn extract(
        content_type: Option<&'static str>,
        body: &'static str,
    ) -> Result<Json<User>, JsonRejection> {
        let mut request = Request::new(Method::POST, "/");
        if let Some(content_type) = content_type {
            request.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
        }
        request.set_body(Body::from(body));
        request.set_body_limit(64);
        Json::from_request(&mut request, &()).await
    }

    const ADA: &str = r#"{"name": "Ada", "age": 36}"#;

    #[tokio::test]
    async fn takes_json_by_any_of_its_names() {
        let names = [
            "application/json",
            "Application/JSON; charset=utf-8",
            // It means nothing (RFC 8259 §11); the text is UTF-8 all the same.
            "application/json; charset=iso-8859-1",
            "application/vnd.api+json",
        ];
        for name in names {
            let Json(user) = extract(Some(name), ADA).await.unwrap();
            assert_eq!(user, User { name: "Ada".to_owned(), age: 36 }, "{name}");
        }
    }

    #[tokio::test]
    async fn refuses_other_content_types_and_none() {
        for name in
            [None, Some("text/plain"), Some("application/jsonp"), Some("application/json, text/plain")]
        {
            let refused = extract(name, ADA).await.unwrap_err();
            assert_eq!(refused.status(), 415, "{name:?}");
        }
        let refused = extract(None, ADA).await.unwrap_err();
        assert_eq!(refused.to_string(), "expected a body of the content type `application/json`, found none");
    }

    #[tokio::test]
    async fn says_where_it_is_no_json_and_where_no_user() {
        let rows = [
            ("", 400, "the body is no JSON: EOF while parsing a value at line 1, column 0"),
            ("{\n  \"name\": nope}", 400, "the body is no JSON: expected ident at line 2, column 12"),
            (
                r#"{"name":"a","age":1} x"#,
                400,
                "the body is no JSON: trailing characters at line 1, column 22",
            ),
            (
                r#"{"name": "Ada", "age": 300}"#,
                422,
                "`age`: invalid value: integer `300`, expected u8 at line 1, column 26",
            ),
            (
                r#"{"name": 7, "age": 1}"#,
                422,
                "`name`: invalid type: integer `7`, expected a string at line 1, column 10",
            ),
            (r#"{"age": 1}"#, 422, "`name`: missing field `name` at line 1, column 10"),
        ];
        for (body, status, text) in rows {
            let refused = extract(Some("application/json"), body).await.unwrap_err();
            assert_eq!((refused.status().as_u16(), refused.to_string().as_str()), (status, text));
        }
    }

    #[tokio::test]
    async fn tells_programs_the_place() {
        let refused = extract(Some("application/json"), "{\"name\": 7}").await.unwrap_err();
        let document = refused.into_response().problem_ref().unwrap().parsed_document(RequestId::generate());
        assert_eq!(
            (&document["field"], &document["line"], &document["column"]),
            (&"name".into(), &1.into(), &10.into())
        );
    }

    #[tokio::test]
    async fn refuses_what_is_too_large_before_it_is_parsed() {
        let large = "                                                                    {}";
        let refused = extract(Some("application/json"), large).await.unwrap_err();
        assert_eq!(refused.status(), 413);
    }

    #[test]
    fn what_a_type_has_no_room_for_is_json_all_the_same() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "none is made")]
        enum Pick {
            One(u8),
        }
        #[track_caller]
        fn check<T: for<'de> Deserialize<'de> + fmt::Debug>(json: &str, status: u16, field: &str) {
            let refused = Json::<T>::parse(json.as_bytes()).unwrap_err();
            let found = match &refused {
                JsonRejection::Data { field, .. } => field.as_str(),
                _ => "",
            };
            assert_eq!((refused.status().as_u16(), found), (status, field), "{json}");
        }
        check::<Vec<f64>>("[1, 1e400]", 422, "[1]");
        check::<Vec<Pick>>(r#"[{"One": 1, "Two": 2}]"#, 422, "[0].One");
        check::<Vec<User>>(r#"[{"name": "Ada"}]"#, 422, "[0].age");
        check::<Vec<u8>>(&format!("[{}{}]", "[".repeat(200), "]".repeat(200)), 422, "[0]");
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(Json::<serde_json::Value>::parse(deep.as_bytes()).unwrap_err().status(), 422);
        check::<Vec<f64>>("[1, 1e400", 400, "");
        check::<Vec<String>>("[\"\\ud800\"]", 422, "[0]");
    }

    #[test]
    fn another_charset_is_told_by_its_first_byte() {
        let at = |place: &str| format!("the body is no JSON: expected UTF-8, found another byte at {place}");
        let rows: [(&[u8], String); 5] = [
            (b"[\"a\",\n \"\xe9t\xe9\"]", at("line 2, column 3")),
            (b"\xff\xfe[\0]\0", at("line 1, column 1")),
            (b"[\"\",\xff]", at("line 1, column 5")),
            // What is wrong before that is told.
            (b"[,\"\xff\"]", "the body is no JSON: expected value at line 1, column 2".to_owned()),
            (b"[\"a\"\n\"\xff\"]", "the body is no JSON: expected `,` or `]` at line 2, column 1".to_owned()),
        ];
        for (json, text) in rows {
            let refused = Json::<Vec<String>>::parse(json).unwrap_err();
            assert_eq!((refused.status().as_u16(), refused.to_string()), (400, text));
        }
    }

    #[test]
    fn does_not_nest_without_end() {
        let deep = "[".repeat(100_000);
        assert!(matches!(
            Json::<serde_json::Value>::parse(deep.as_bytes()),
            Err(JsonRejection::Syntax { .. })
        ));
    }

    #[test]
    fn answers_with_json() {
        let response = Json(vec![1, 2]).into_response();
        assert_eq!(response.status(), 200);
        assert_eq!(response.content_type().unwrap(), "application/json");
    }
}
