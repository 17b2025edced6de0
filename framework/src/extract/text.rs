//! `String` as an argument: the whole body as text.

use std::error::Error;
use std::fmt;

use http::StatusCode;

use super::FromRequest;
use super::body::{BodyRejection, collect};
use super::media_type::{MediaTypeRejection, in_utf8};
use crate::http::{MediaType, Request, Response};
use crate::respond::{IntoResponse, Problem};

/// Takes the whole body as UTF-8 text, of any media type.
///
/// ```
/// use server::post;
///
/// #[post("/shout")]
/// async fn shout(text: String) -> String {
///     text.to_uppercase()
/// }
/// ```
///
/// Refuses with 415 a `charset` other than UTF-8, or a content coding, which `layers::Decompression` would undo; 400 bytes
/// that are not UTF-8; 413 a body over the limit.
impl<S: Sync> FromRequest<S> for String {
    const TAKES_BODY: bool = true;
    type Rejection = TextRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, TextRejection> {
        check_form(request).map_err(TextRejection::MediaType)?;
        let bytes = collect(request).await.map_err(TextRejection::Body)?;
        Self::from_utf8(bytes.into())
            .map_err(|error| TextRejection::NotUtf8 { valid_up_to: error.utf8_error().valid_up_to() })
    }
}

/// Whether the body is text that can be read, as the head says.
#[inline]
fn check_form(request: &Request) -> Result<(), MediaTypeRejection> {
    let facts = request.content_facts();
    if let Some(media) = facts.content_type.and_then(MediaType::parse)
        && let Some(charset) = media.other_charset()
    {
        return Err(MediaTypeRejection::of_charset(&charset, in_utf8(&media), request));
    }
    if facts.is_coded { Err(MediaTypeRejection::of_coding(request)) } else { Ok(()) }
}

/// Why a body is no `String`.
#[derive(Debug)]
#[non_exhaustive]
pub enum TextRejection {
    /// It is said to be in another charset, or in a content coding; 415.
    MediaType(MediaTypeRejection),
    /// It could not be read, or is too large.
    Body(BodyRejection),
    /// It is not UTF-8; 400.
    NotUtf8 {
        /// The bytes before the first that is not.
        valid_up_to: usize,
    },
}

impl TextRejection {
    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MediaType(rejection) => rejection.status(),
            Self::Body(rejection) => rejection.status(),
            Self::NotUtf8 { .. } => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for TextRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType(rejection) => rejection.fmt(f),
            Self::Body(rejection) => rejection.fmt(f),
            Self::NotUtf8 { valid_up_to } => {
                write!(f, "expected a body of UTF-8, found another byte at offset {valid_up_to}")
            }
        }
    }
}

impl Error for TextRejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Body(rejection) => rejection.source(),
            Self::MediaType(_) | Self::NotUtf8 { .. } => None,
        }
    }
}

impl IntoResponse for TextRejection {
    #[inline]
    fn into_response(self) -> Response {
        match self {
            Self::MediaType(rejection) => rejection.into_response(),
            Self::Body(rejection) => rejection.into_response(),
            Self::NotUtf8 { valid_up_to } => Problem::new(self.status())
                .detail(self.to_string())
                .with("offset", valid_up_to)
                .into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;
    use crate::http::Body;
    use crate::respond::rendered;

    async fn extract(
        content_type: Option<&'static str>,
        body: &'static [u8],
    ) -> Result<String, TextRejection> {
        let mut request = Request::new(Method::POST, "/");
        if let Some(content_type) = content_type {
            request.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
        }
        request.set_body(Body::from(body));
        String::from_request(&mut request, &()).await
    }

    #[tokio::test]
    async fn takes_utf8() {
        let quoted = "text/csv; charset=\"UTF-8\"";
        for content_type in [None, Some("text/plain"), Some(quoted), Some("nonsense")] {
            assert_eq!(extract(content_type, "é".as_bytes()).await.unwrap(), "é");
        }
    }

    #[tokio::test]
    async fn refuses_other_charsets_and_other_bytes() {
        let refused = extract(Some("Text/csv; header=present; charset=latin1"), b"a").await.unwrap_err();
        assert_eq!(refused.to_string(), "expected a body in UTF-8, found the charset `latin1`");
        let response = rendered(refused);
        let expected = (415, "Text/csv; charset=utf-8".parse().unwrap());
        assert_eq!((response.status().as_u16(), response.headers()["accept"].clone()), expected);
        let refused = extract(None, b"ab\xff").await.unwrap_err();
        assert_eq!(refused.status(), 400);
        assert_eq!(refused.to_string(), "expected a body of UTF-8, found another byte at offset 2");
    }
}
