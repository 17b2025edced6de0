//! [`IfMatch`] and [`IfNoneMatch`]: the states of a resource that a client knows, by their tags.

use http::HeaderName;
use http::header::{IF_MATCH, IF_NONE_MATCH};

use super::typed_header::{HeaderFault, TypedHeader, arguments};
use crate::http::{ETag, EntityTags, FieldValues};

/// Takes `If-Match` (RFC 9110 §13.1.1): the states that a client wants to change, so that it overwrites no other.
///
/// Refuses with 400 a request without the field, or with one that is no list of tags. For all conditions at once see
/// [`Conditions`](crate::Conditions).
///
/// ```
/// use server::{ETag, IfMatch, StatusCode, put};
///
/// #[put("/motto")]
/// async fn put_motto(known: IfMatch, text: String) -> StatusCode {
///     let current = ETag::strong(7);
///     if known.matches(&current) { StatusCode::NO_CONTENT } else { StatusCode::PRECONDITION_FAILED }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(EntityTags);

impl IfMatch {
    /// Whether `current` is listed, by strong comparison; `*` is any.
    #[inline]
    pub fn matches(&self, current: &ETag) -> bool {
        self.0.contain(current, ETag::is_same_bytes)
    }

    /// Whether it is `*`: any state, as long as there is one.
    pub fn is_any(&self) -> bool {
        self.0 == EntityTags::Any
    }
}

impl TypedHeader for IfMatch {
    const NAME: HeaderName = IF_MATCH;

    #[inline]
    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        decode_tags(values).map(Self)
    }
}

/// Takes `If-None-Match` (RFC 9110 §13.1.2): the states that a client has already.
///
/// A handler seldom asks for it: one that answers GET with an [`ETag`] is answered for with 304. `*` with PUT asks that
/// nothing be there yet.
///
/// Refuses with 400 a request without the field, or with one that is no list of tags.
///
/// ```
/// use server::{ETag, IfNoneMatch, Response, StatusCode, get};
///
/// #[get("/report")]
/// async fn report(known: Option<IfNoneMatch>) -> Response {
///     let current = ETag::weak("2026-11");
///     if known.is_some_and(|known| known.matches(&current)) {
///         return Response::new(StatusCode::NOT_MODIFIED).header("etag", current.to_value());
///     }
///     Response::ok().header("etag", current.to_value()).text("what takes long to make")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfNoneMatch(EntityTags);

impl IfNoneMatch {
    /// Whether `current` is listed, by weak comparison; `*` is any.
    #[inline]
    pub fn matches(&self, current: &ETag) -> bool {
        self.0.contain(current, ETag::is_same_meaning)
    }

    /// Whether it is `*`: the client wants there to be no state at all.
    pub fn is_any(&self) -> bool {
        self.0 == EntityTags::Any
    }
}

impl TypedHeader for IfNoneMatch {
    const NAME: HeaderName = IF_NONE_MATCH;

    #[inline]
    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        decode_tags(values).map(Self)
    }
}

arguments!(IfMatch, IfNoneMatch);

#[inline]
fn decode_tags(values: &mut FieldValues<'_>) -> Result<EntityTags, HeaderFault> {
    let mut values = values.peekable();
    if values.peek().is_none() {
        return Err(HeaderFault::Missing);
    }
    let malformed = || HeaderFault::Malformed("expected `*` or tags such as `\"a\", W/\"b\"`".to_owned());
    EntityTags::parse(values).ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;
    use crate::rejection::HeaderRejection;
    use crate::{FromRequest, Request};

    async fn extract<T: FromRequest<(), Rejection = HeaderRejection>>(
        name: &'static str,
        values: &[&'static str],
    ) -> Result<T, String> {
        let mut request = Request::new(Method::PUT, "/");
        for value in values {
            request.headers_mut().append(name, HeaderValue::from_static(value));
        }
        T::from_request(&mut request, &()).await.map_err(|refused| refused.to_string())
    }

    #[tokio::test]
    async fn a_tag_matches_strongly_or_weakly() {
        let (strong, weak) = (ETag::strong("a"), ETag::weak("a"));
        let rows: &[(&[&'static str], [bool; 4])] = &[
            (&["\"a\""], [true, false, true, true]),
            (&["W/\"a\""], [false, false, true, true]),
            (&["\"x\"", "\"a\""], [true, false, true, true]),
            (&["\"x\""], [false; 4]),
            (&["*"], [true; 4]),
        ];
        for (values, expected) in rows {
            let must: IfMatch = extract("if-match", values).await.unwrap();
            let none: IfNoneMatch = extract("if-none-match", values).await.unwrap();
            let found =
                [must.matches(&strong), must.matches(&weak), none.matches(&strong), none.matches(&weak)];
            assert_eq!(found, *expected, "{values:?}");
            assert_eq!((must.is_any(), none.is_any()), (*values == ["*"], *values == ["*"]));
        }
    }

    #[tokio::test]
    async fn says_what_is_no_tag() {
        assert_eq!(extract::<IfMatch>("if-match", &[]).await.unwrap_err(), "header `if-match` is missing");
        assert_eq!(
            extract::<IfNoneMatch>("if-none-match", &["a"]).await.unwrap_err(),
            "header `if-none-match`: expected `*` or tags such as `\"a\", W/\"b\"`, found `a`"
        );
    }
}
