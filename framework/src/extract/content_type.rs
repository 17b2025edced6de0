//! [`ContentType`]: what a request says that its body is.

use std::fmt;

use http::HeaderName;
use http::header::CONTENT_TYPE;

use super::typed_header::{HeaderFault, TypedHeader, arguments};
use crate::http::{FieldValues, MediaType};

/// Takes `Content-Type` (RFC 9110 §8.3), taken apart.
///
/// ```
/// use bytes::Bytes;
/// use server::{ContentType, post};
///
/// #[post("/upload")]
/// async fn upload(kind: ContentType, body: Bytes) -> String {
///     format!("{} bytes of {}", body.len(), kind.essence())
/// }
/// ```
///
/// Refuses with 400 a request without one, with several, or with one that is no media type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContentType {
    /// In lower case.
    essence: String,
    /// Names in lower case; values as sent, unquoted.
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Type and subtype in lower case, without parameters: `text/html`.
    pub fn essence(&self) -> &str {
        &self.essence
    }

    /// The type: `text` of `text/html`.
    #[inline]
    pub fn kind(&self) -> &str {
        self.essence.split_once('/').map_or("", |(kind, _)| kind)
    }

    /// The subtype: `html` of `text/html`.
    #[inline]
    pub fn subtype(&self) -> &str {
        self.essence.split_once('/').map_or("", |(_, subtype)| subtype)
    }

    /// The first parameter called `name`, in any case: `utf-8` for `charset`, say.
    #[inline]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl TypedHeader for ContentType {
    const NAME: HeaderName = CONTENT_TYPE;

    #[inline]
    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        let text = HeaderFault::only_text(values)?;
        let malformed = || HeaderFault::Malformed("expected a media type such as `text/html`".to_owned());
        let media = MediaType::parse(text).ok_or_else(malformed)?;
        let parameters =
            media.parameters().map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned()));
        Ok(Self {
            essence: format!("{}/{}", media.kind, media.subtype).to_ascii_lowercase(),
            parameters: parameters.collect(),
        })
    }
}

arguments!(ContentType);

impl fmt::Display for ContentType {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.essence)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;
    use crate::rejection::HeaderRejection;
    use crate::{FromRequest, Request};

    async fn extract(values: &[&'static str]) -> Result<ContentType, HeaderRejection> {
        let mut request = Request::new(Method::POST, "/");
        for value in values {
            request.headers_mut().append(CONTENT_TYPE, HeaderValue::from_static(value));
        }
        ContentType::from_request(&mut request, &()).await
    }

    #[tokio::test]
    async fn is_taken_apart() {
        let kind = extract(&["Multipart/Form-Data; Boundary=\"a b\""]).await.unwrap();
        assert_eq!(
            (kind.essence(), kind.kind(), kind.subtype()),
            ("multipart/form-data", "multipart", "form-data")
        );
        assert_eq!((kind.parameter("boundary"), kind.parameter("charset")), (Some("a b"), None));
    }

    #[tokio::test]
    async fn refuses_none_several_and_nonsense() {
        for values in [&[][..], &["text/html", "text/html"], &["html"]] {
            assert_eq!(extract(values).await.unwrap_err().status(), 400, "{values:?}");
        }
    }
}
