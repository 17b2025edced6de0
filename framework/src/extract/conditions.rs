//! [`Conditions`]: all that a client says of the state it knows, held against the state there is.

use std::error::Error;
use std::fmt;
use std::time::SystemTime;

use http::header::ETAG;
use http::{Method, StatusCode};

use super::typed_header::decode;
use super::{FromRequest, IfMatch, IfNoneMatch};
use crate::http::{ETag, Preconditions, Request, Response, Verdict};
use crate::rejection::HeaderRejection;
use crate::respond::{IntoResponse, Problem};

/// Takes the fields that make a request conditional, `If-Match` and its like, to be held against the current state
/// before anything is done.
///
/// A GET or HEAD whose answer has an [`ETag`] or [`LastModified`](crate::LastModified) needs none of this. It is for
/// handlers that change a state, so that no client overwrites what it has not seen, and for those that would rather
/// not make an answer that the client has already.
///
/// Refuses with 400 an `If-Match` or `If-None-Match` that is no list of tags. Dates that are none are ignored, as the
/// RFC wants.
///
/// ```
/// use server::{Conditions, ETag, NoContent, put};
/// use server::rejection::ConditionUnmet;
///
/// #[put("/motto")]
/// async fn put_motto(conditions: Conditions, text: String) -> Result<(ETag, NoContent), ConditionUnmet> {
///     conditions.check(&ETag::strong(7))?;
///     Ok((ETag::strong(8), NoContent))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Conditions {
    method: Method,
    preconditions: Preconditions,
}

impl Conditions {
    /// Whether there is no condition at all; a handler that insists on one answers 428 then.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.preconditions == Preconditions::default()
    }

    /// Holds the conditions against a state with the tag `etag`, in the order of RFC 9110 §13.2.2.
    ///
    /// # Errors
    ///
    /// [`ConditionUnmet`]: what to answer in place of doing what was asked.
    #[inline]
    pub fn check(&self, etag: &ETag) -> Result<(), ConditionUnmet> {
        self.check_state(Some(etag), None)
    }

    /// The same for a state of which the tag, the time of its last change, or both are known.
    ///
    /// # Errors
    ///
    /// As [`Conditions::check`].
    #[inline]
    pub fn check_state(
        &self,
        etag: Option<&ETag>,
        modified: Option<SystemTime>,
    ) -> Result<(), ConditionUnmet> {
        let verdict = self.preconditions.evaluate(&self.method, etag, modified);
        ConditionUnmet::of(verdict, etag)
    }

    /// Holds the conditions against a resource that does not exist yet: `If-Match` cannot be met.
    ///
    /// # Errors
    ///
    /// As [`Conditions::check`].
    #[inline]
    pub fn check_absent(&self) -> Result<(), ConditionUnmet> {
        let verdict = if self.preconditions.if_match.is_some() { Verdict::Failed } else { Verdict::Proceed };
        ConditionUnmet::of(verdict, None)
    }
}

impl<S: Sync> FromRequest<S> for Conditions {
    const READY: bool = true;
    type Rejection = HeaderRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, HeaderRejection> {
        if !request.is_conditional() {
            return Ok(Self { method: request.method().clone(), preconditions: Preconditions::default() });
        }
        // `header` would not see a value that is not UTF-8.
        if request.header_values("if-match").next().is_some() {
            decode::<IfMatch>(request)?;
        }
        if request.header_values("if-none-match").next().is_some() {
            decode::<IfNoneMatch>(request)?;
        }
        Ok(Self { method: request.method().clone(), preconditions: Preconditions::of(request) })
    }
}

/// The client's condition does not hold: 304 where it reads what it has already, 412 where it would change what it does
/// not know. With the current `ETag`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionUnmet {
    status: StatusCode,
    etag: Option<ETag>,
}

impl ConditionUnmet {
    #[inline]
    fn of(verdict: Verdict, etag: Option<&ETag>) -> Result<(), Self> {
        let unmet = |status| Err(Self { status, etag: etag.cloned() });
        match verdict {
            Verdict::Proceed => Ok(()),
            Verdict::NotModified => unmet(StatusCode::NOT_MODIFIED),
            Verdict::Failed => unmet(StatusCode::PRECONDITION_FAILED),
        }
    }

    /// 304 Not Modified or 412 Precondition Failed.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl fmt::Display for ConditionUnmet {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status, &self.etag) {
            (StatusCode::NOT_MODIFIED, _) => f.write_str("the client has the current state"),
            (_, Some(etag)) => write!(f, "the state is another than the request expects: its tag is {etag}"),
            (_, None) => f.write_str("the state is another than the request expects"),
        }
    }
}

impl Error for ConditionUnmet {}

impl IntoResponse for ConditionUnmet {
    #[inline]
    fn into_response(self) -> Response {
        let mut response = match self.status {
            StatusCode::NOT_MODIFIED => Response::new(StatusCode::NOT_MODIFIED),
            status => Problem::new(status).detail(self.to_string()).into_response(),
        };
        if let Some(etag) = self.etag {
            response.set_header(ETAG, etag.to_value());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    type Fields = &'static [(&'static str, &'static str)];

    async fn extract(method: Method, fields: Fields) -> Result<Conditions, HeaderRejection> {
        let mut request = Request::new(method, "/");
        for (name, value) in fields {
            request.headers_mut().append(*name, HeaderValue::from_static(value));
        }
        Conditions::from_request(&mut request, &()).await
    }

    #[tokio::test]
    async fn says_what_to_answer() {
        let rows: &[(Method, Fields, u16)] = &[
            (Method::PUT, &[], 0),
            (Method::PUT, &[("if-match", "\"7\"")], 0),
            (Method::PUT, &[("if-match", "\"6\"")], 412),
            (Method::PUT, &[("if-none-match", "*")], 412),
            (Method::GET, &[("if-none-match", "W/\"7\"")], 304),
            (Method::GET, &[("accept", "*/*")], 0),
        ];
        for (method, fields, status) in rows {
            let conditions = extract(method.clone(), fields).await.unwrap();
            assert_eq!(conditions.is_empty(), !fields.iter().any(|(name, _)| name.starts_with("if-")));
            let found =
                conditions.check(&ETag::strong(7)).map_or_else(|unmet| unmet.status().as_u16(), |()| 0);
            assert_eq!(found, *status, "{method} {fields:?}");
        }
    }

    #[tokio::test]
    async fn the_answer_has_the_current_tag() {
        let conditions = extract(Method::PUT, &[("if-match", "\"6\"")]).await.unwrap();
        let unmet = conditions.check(&ETag::strong(7)).unwrap_err();
        assert_eq!(unmet.to_string(), "the state is another than the request expects: its tag is \"7\"");
        assert_eq!(unmet.into_response().headers()[ETAG], "\"7\"");
    }

    #[tokio::test]
    async fn what_is_not_there_matches_nothing() {
        let rows: &[(Fields, u16)] =
            &[(&[("if-match", "*")], 412), (&[("if-match", "\"7\"")], 412), (&[("if-none-match", "*")], 0)];
        for (fields, status) in rows {
            let conditions = extract(Method::PUT, fields).await.unwrap();
            let found = conditions.check_absent().map_or_else(|unmet| unmet.status().as_u16(), |()| 0);
            assert_eq!(found, *status, "{fields:?}");
        }
    }

    #[tokio::test]
    async fn a_condition_that_is_malformed_is_not_taken_for_none() {
        for name in ["if-match", "if-none-match"] {
            for value in [b"7".as_slice(), b"\xff", b""] {
                let mut request = Request::new(Method::PUT, "/");
                request.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
                let refused = Conditions::from_request(&mut request, &()).await.unwrap_err();
                assert_eq!((refused.status().as_u16(), refused.name().as_str()), (400, name));
            }
        }
        assert!(extract(Method::PUT, &[("if-unmodified-since", "now")]).await.unwrap().is_empty());
    }
}
