//! [`Form`]: a body of `application/x-www-form-urlencoded` as a value.

use std::error::Error;
use std::fmt;
use std::ops::{Deref, DerefMut};

use http::StatusCode;
use serde_core::de::Deserialize;

use super::FromRequest;
use super::body::{BodyRejection, collect};
use super::de::{Coding, FieldErrors, Fields};
use super::media_type::MediaTypeRejection;
use super::serde_bounds::Readable;
use crate::http::{MediaType, Request, Response};
use crate::respond::{IntoResponse, Problem};

/// Takes the body as a browser sends a form, by the rules of [`Query`](crate::Query).
///
/// The body alone: a form sent with GET is a query string, so its handler takes a [`Query`](crate::Query).
///
/// ```
/// use serde::Deserialize;
/// use server::{Form, post};
///
/// #[derive(Deserialize)]
/// struct Login {
///     name: String,
///     #[serde(default)]
///     remember: bool,
/// }
///
/// #[post("/login")]
/// async fn login(Form(login): Form<Login>) -> String {
///     format!("hello, {}", login.name)
/// }
///
/// let Form(login) = Form::<Login>::parse(b"name=J.+Doe&remember=on")?;
/// assert_eq!((login.name.as_str(), login.remember), ("J. Doe", true));
/// # Ok::<(), server::rejection::FormRejection>(())
/// ```
///
/// Refuses with 415 another content type or none, a `charset` other than UTF-8, or a content coding, which
/// `layers::Decompression` would undo; 413 a body over the limit (`body_limit` in the route's attribute, or the server's
/// `max_body`); 400 what is no form: broken percent-encoding, bytes that are not UTF-8, more than 1,000 names and values;
/// 422 a form that is no `T`, naming each field at fault. A type that no form can make is the application's mistake: 500,
/// with the reason in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form<T>(pub T);

impl<T> Form<T> {
    /// Takes a form's bytes apart.
    ///
    /// # Errors
    ///
    /// [`FormRejection::NotUtf8`], [`FormRejection::Malformed`] and [`FormRejection::Mismatch`].
    pub fn parse<'de>(form: &'de [u8]) -> Result<Self, FormRejection>
    where
        T: Deserialize<'de>,
    {
        let text = std::str::from_utf8(form)
            .map_err(|error| FormRejection::NotUtf8 { valid_up_to: error.valid_up_to() })?;
        let fields = Fields::parse(text, Coding::Form).map_err(FieldErrors::from);
        fields.and_then(Fields::into_map).map(Self).map_err(|errors| match errors.are_malformed() {
            true => FormRejection::Malformed(errors),
            false => FormRejection::Mismatch(errors),
        })
    }
}

impl<S: Sync, T: Readable + Send> FromRequest<S> for Form<T> {
    const TAKES_BODY: bool = true;
    type Rejection = FormRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, FormRejection> {
        check_form(request).map_err(FormRejection::MediaType)?;
        Self::parse(&collect(request).await.map_err(FormRejection::Body)?)
    }
}

/// Whether the body is in the form of one, as the head says.
#[inline]
fn check_form(request: &Request) -> Result<(), MediaTypeRejection> {
    const EXPECTED: &str = "application/x-www-form-urlencoded";
    let facts = request.content_facts();
    let media = facts.content_type.and_then(MediaType::parse);
    let Some(media) = media.filter(|media| media.is("application", "x-www-form-urlencoded")) else {
        return Err(MediaTypeRejection::of_type(EXPECTED, request));
    };
    if let Some(charset) = media.other_charset() {
        return Err(MediaTypeRejection::of_charset(&charset, EXPECTED, request));
    }
    if facts.is_coded { Err(MediaTypeRejection::of_coding(request)) } else { Ok(()) }
}

impl<T> Deref for Form<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Form<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// Why a body is no form of `T`.
#[derive(Debug)]
#[non_exhaustive]
pub enum FormRejection {
    /// Its content type is another, or not said, or it is in another charset, or in a content coding; 415.
    MediaType(MediaTypeRejection),
    /// It could not be read, or is too large.
    Body(BodyRejection),
    /// It is not UTF-8; 400.
    NotUtf8 {
        /// The bytes before the first that is not.
        valid_up_to: usize,
    },
    /// It is no form, or one of too many fields; 400.
    Malformed(FieldErrors),
    /// It is a form, and no `T`; 422, or 500 where no form could make the type.
    Mismatch(FieldErrors),
}

impl FormRejection {
    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MediaType(rejection) => rejection.status(),
            Self::Body(rejection) => rejection.status(),
            Self::NotUtf8 { .. } | Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Mismatch(errors) if errors.are_impossible() => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Mismatch(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// The name of the first field at fault, where one is.
    pub fn field(&self) -> Option<&str> {
        self.errors().and_then(FieldErrors::field)
    }

    /// All that is wrong with the fields, where the body could be read.
    pub fn errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Malformed(errors) | Self::Mismatch(errors) => Some(errors),
            Self::MediaType(_) | Self::Body(_) | Self::NotUtf8 { .. } => None,
        }
    }
}

impl fmt::Display for FormRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType(rejection) => rejection.fmt(f),
            Self::Body(rejection) => rejection.fmt(f),
            Self::NotUtf8 { valid_up_to } => {
                write!(f, "form: expected UTF-8, found another byte at offset {valid_up_to}")
            }
            Self::Malformed(error) | Self::Mismatch(error) => write!(f, "form: {error}"),
        }
    }
}

impl Error for FormRejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Body(rejection) => rejection.source(),
            Self::MediaType(_) | Self::NotUtf8 { .. } | Self::Malformed(_) | Self::Mismatch(_) => None,
        }
    }
}

impl IntoResponse for FormRejection {
    #[inline]
    fn into_response(self) -> Response {
        let (status, text) = (self.status(), self.to_string());
        match self {
            Self::Mismatch(_) if status.is_server_error() => {
                Problem::new(status).source(self).into_response()
            }
            Self::MediaType(rejection) => rejection.into_response(),
            Self::Body(rejection) => rejection.into_response(),
            Self::NotUtf8 { valid_up_to } => {
                Problem::new(status).detail(text).with("offset", valid_up_to).into_response()
            }
            Self::Malformed(errors) | Self::Mismatch(errors) => {
                errors.problem(status).detail(text).into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};
    use serde::Deserialize;

    use super::*;
    use crate::http::Body;
    use crate::respond::rendered;

    const FORM: &str = "application/x-www-form-urlencoded";

    #[derive(Debug, PartialEq, Deserialize)]
    struct Login {
        name: String,
        age: Option<u8>,
    }

    async fn extract(content_type: &'static str, body: &'static [u8]) -> Result<Form<Login>, FormRejection> {
        let mut request = Request::new(Method::POST, "/?name=query");
        request.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
        request.set_body(Body::from(body));
        request.set_body_limit(32);
        Form::from_request(&mut request, &()).await
    }

    #[tokio::test]
    async fn reads_the_body() {
        let in_utf8 = "Application/X-WWW-Form-Urlencoded; charset=\"Utf-8\"";
        for content_type in [FORM, in_utf8, "application/x-www-form-urlencoded;charset=us-ascii"] {
            let Form(login) = extract(content_type, "name=J.+é&age=".as_bytes()).await.unwrap();
            assert_eq!(login, Login { name: "J. é".to_owned(), age: None });
        }
    }

    #[tokio::test]
    async fn another_charset_is_named_and_utf8_asked_for() {
        let refused = extract("application/x-www-form-urlencoded; charset=\"latin1\"", b"name=a").await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.to_string(), "expected a body in UTF-8, found the charset `latin1`");
        let response = rendered(refused);
        assert_eq!(
            (response.status().as_u16(), &response.headers()["accept"]),
            (415, &FORM.parse().unwrap())
        );
    }

    #[tokio::test]
    async fn each_fault_has_its_status() {
        let rows: &[(&'static str, &'static [u8], u16, Option<&str>)] = &[
            ("text/plain", b"name=a", 415, None),
            ("", b"name=a", 415, None),
            (FORM, b"name=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 413, None),
            (FORM, b"name=\xff", 400, None),
            (FORM, b"name=%f", 400, Some("name")),
            (FORM, b"name=a&age=x", 422, Some("age")),
            (FORM, b"age=1", 422, Some("name")),
            (FORM, b"age=x", 422, Some("age")),
        ];
        let refused = extract(FORM, b"age=x").await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "form: `age`: expected an unsigned 8-bit integer, found `x`; `name` is missing"
        );
        for &(content_type, body, status, field) in rows {
            let refused = extract(content_type, body).await.unwrap_err();
            assert_eq!(refused.field(), field, "{refused}");
            assert_eq!(refused.status(), status, "{refused}");
            assert_eq!(refused.into_response().status(), status);
        }
    }
}
