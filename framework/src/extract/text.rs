//! `String` as an argument: the whole body as text.

use std::error::Error;
use std::fmt;

use http::StatusCode;

use super::FromRequest;
use super::body::{BodyRejection, collect};
use super::media_type::MediaTypeRejection;
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
/// Refuses with 415 a `charset` other than UTF-8, 400 bytes that are not UTF-8, 413 a body over the limit.
impl<S: Sync> FromRequest<S> for String {
    const TAKES_BODY: bool = true;
    type Rejection = TextRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, TextRejection> {
        let media = request.header("content-type").and_then(MediaType::parse);
        if media.is_some_and(|media| !media.is_utf8()) {
            return Err(TextRejection::Charset(MediaTypeRejection::new(
                "text/plain; charset=utf-8",
                request,
            )));
        }
        let bytes = collect(request).await.map_err(TextRejection::Body)?;
        Self::from_utf8(bytes.into())
            .map_err(|error| TextRejection::NotUtf8 { valid_up_to: error.utf8_error().valid_up_to() })
    }
}

/// Why a body is no `String`.
#[derive(Debug)]
#[non_exhaustive]
pub enum TextRejection {
    /// It is said to be text of another charset; 415.
    Charset(MediaTypeRejection),
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
            Self::Charset(rejection) => rejection.status(),
            Self::Body(rejection) => rejection.status(),
            Self::NotUtf8 { .. } => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for TextRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Charset(rejection) => rejection.fmt(f),
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
            Self::Charset(_) | Self::NotUtf8 { .. } => None,
        }
    }
}

impl IntoResponse for TextRejection {
    #[inline]
    fn into_response(self) -> Response {
        match self {
            Self::Charset(rejection) => rejection.into_response(),
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
        for content_type in [None, Some("text/plain"), Some("text/csv; charset=UTF-8"), Some("nonsense")] {
            assert_eq!(extract(content_type, "é".as_bytes()).await.unwrap(), "é");
        }
    }

    #[tokio::test]
    async fn refuses_other_charsets_and_other_bytes() {
        let refused = extract(Some("text/plain; charset=latin1"), b"a").await.unwrap_err();
        assert_eq!(refused.status(), 415);
        let refused = extract(None, b"ab\xff").await.unwrap_err();
        assert_eq!(refused.status(), 400);
        assert_eq!(refused.to_string(), "expected a body of UTF-8, found another byte at offset 2");
    }
}
