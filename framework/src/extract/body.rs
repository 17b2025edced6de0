//! [`Body`] as an argument: the content as it comes, and what all extractors of content share: the limit.

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::StatusCode;

use super::FromRequest;
use crate::http::{Body, BodyError, Request, Response};
use crate::respond::{IntoResponse, Problem};

/// Takes the body as a stream: nothing is buffered, and the client is held back while the handler does not read.
///
/// It comes as it was sent, in its `Content-Encoding` where it has one, unless the layer
/// `layers::Decompression` undoes that.
///
/// ```
/// use server::{Body, post};
///
/// #[post("/count", body_limit = "10GiB")]
/// async fn count(mut body: Body) -> server::Result<String> {
///     let mut len = 0;
///     while let Some(chunk) = body.chunk().await {
///         len += chunk?.len();
///     }
///     Ok(format!("{len} bytes"))
/// }
/// ```
///
/// Refuses with 413 a body that says it is larger than the limit: `body_limit` in the route's attribute, or the
/// server's `max_body`. One that does not say so gives [`BodyError::TooLarge`] where it passes the limit.
impl<S: Sync> FromRequest<S> for Body {
    const TAKES_BODY: bool = true;
    const READY: bool = true;
    type Rejection = BodyRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, BodyRejection> {
        let (body, limit) = (request.take_body(), request.body_limit());
        if body.len().is_some_and(|len| len > limit) {
            return Err(BodyRejection::new(BodyError::TooLarge { limit }, request));
        }
        Ok(body.limited(limit))
    }
}

/// Reads the whole body.
pub(super) async fn collect(request: &mut Request) -> Result<Bytes, BodyRejection> {
    let body = request.take_body();
    body.collect(request.body_limit()).await.map_err(|error| BodyRejection::new(error, request))
}

/// The refusal of a request whose body could not be read: 413 where it is too large, 408 where it was too slow, 400
/// where it is malformed or broke off.
#[derive(Debug)]
pub struct BodyRejection {
    error: BodyError,
    /// The name of the setting that the limit comes from.
    setting: &'static str,
}

impl BodyRejection {
    /// Names the limit of `request` where that is what was passed.
    pub(crate) fn new(error: BodyError, request: &Request) -> Self {
        Self::of(error, Self::setting(request))
    }

    /// The same for a limit that `setting` has set.
    pub(super) fn of(error: BodyError, setting: &'static str) -> Self {
        Self { error, setting }
    }

    /// The name of the setting that the body's limit comes from.
    pub(super) fn setting(request: &Request) -> &'static str {
        let of_route = request.matched_route().is_some_and(|route| route.policy.body_limit.is_some());
        if of_route { "body_limit" } else { "max_body" }
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.error.status()
    }

    /// What went wrong.
    pub fn error(&self) -> &BodyError {
        &self.error
    }

    pub(super) fn problem(self) -> Problem {
        let (detail, setting) = (self.to_string(), self.setting);
        let too_large = matches!(self.error, BodyError::TooLarge { .. });
        let problem = problem_of(self.error, detail);
        if too_large { problem.with_text("setting", setting) } else { problem }
    }
}

fn problem_of(error: BodyError, detail: String) -> Problem {
    let problem = Problem::new(error.status());
    match error {
        BodyError::TooLarge { limit } => problem.detail(detail).with_number("limit_bytes", limit),
        error if error.status().is_server_error() => problem.source(error),
        _ => problem.detail(detail),
    }
}

impl fmt::Display for BodyRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        match (&self.error, self.setting) {
            (BodyError::TooLarge { .. }, "body_limit") => {
                f.write_str(", which `body_limit` in the route's attribute sets")
            }
            (BodyError::TooLarge { .. }, _) => f.write_str(
                ", which the server's `max_body` sets; `body_limit` in the route's attribute sets one of its own",
            ),
            _ => Ok(()),
        }
    }
}

impl Error for BodyRejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

/// What a handler that reads the body itself may return; it is answered as the extractors answer it.
///
/// ```
/// use server::{Body, BodyError, post};
///
/// #[post("/count", body_limit = "10GiB")]
/// async fn count(mut body: Body) -> Result<String, BodyError> {
///     let mut len = 0;
///     while let Some(chunk) = body.chunk().await {
///         len += chunk?.len();
///     }
///     Ok(format!("{len} bytes"))
/// }
/// ```
impl IntoResponse for BodyError {
    fn into_response(self) -> Response {
        let detail = self.to_string();
        problem_of(self, detail).into_response()
    }
}

impl IntoResponse for BodyRejection {
    fn into_response(self) -> Response {
        self.problem().into_response()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::http::RequestId;

    fn request(body: Body, limit: u64) -> Request {
        let mut request = Request::new(Method::POST, "/");
        request.set_body(body);
        request.set_body_limit(limit);
        request
    }

    fn streamed(chunks: &'static [&'static str]) -> Body {
        Body::stream(|mut out| async move {
            for chunk in chunks {
                out.send(*chunk).await?;
            }
            out.finish().await
        })
    }

    #[tokio::test]
    async fn gives_the_chunks_as_they_come() {
        let mut request = request(streamed(&["ab", "c"]), 3);
        let mut body = Body::from_request(&mut request, &()).await.unwrap();
        assert_eq!(body.chunk().await.unwrap().unwrap(), "ab");
        assert_eq!(body.chunk().await.unwrap().unwrap(), "c");
        assert!(body.chunk().await.is_none());
        assert!(request.take_body().is_empty());
    }

    #[tokio::test]
    async fn stops_at_the_limit() {
        let mut body = Body::from_request(&mut request(streamed(&["ab", "cd"]), 3), &()).await.unwrap();
        assert_eq!(body.chunk().await.unwrap().unwrap(), "ab");
        assert!(matches!(body.chunk().await, Some(Err(BodyError::TooLarge { limit: 3 }))));
        assert!(body.chunk().await.is_none());
    }

    #[tokio::test]
    async fn refuses_what_says_that_it_is_too_large() {
        let refused = Body::from_request(&mut request(Body::from("abcd"), 3), &()).await.unwrap_err();
        assert_eq!(refused.status(), 413);
        let document = refused.problem().parsed_document(RequestId::generate());
        assert_eq!(document["limit_bytes"], 3);
        assert_eq!(document["setting"], "max_body");
        assert_eq!(
            document["detail"],
            "the body is larger than the limit of 3 bytes, which the server's `max_body` sets; `body_limit` in the \
             route's attribute sets one of its own"
        );
    }

    #[tokio::test]
    async fn exactly_the_limit_is_allowed() {
        assert_eq!(collect(&mut request(Body::from("abc"), 3)).await.unwrap(), "abc");
        assert_eq!(collect(&mut request(streamed(&["ab", "cd"]), 3)).await.unwrap_err().status(), 413);
    }

    #[tokio::test]
    async fn a_handler_that_reads_the_body_itself_answers_what_is_wrong_with_it() {
        type Make = fn() -> BodyError;
        let rows: [(Make, u16); 5] = [
            (|| BodyError::TooSlow, 408),
            (|| BodyError::TooLarge { limit: 3 }, 413),
            (|| BodyError::Malformed { detail: "a chunk".into() }, 400),
            (|| BodyError::Incomplete, 400),
            (|| BodyError::Source("a disk".into()), 500),
        ];
        for (error, status) in rows {
            assert_eq!(error().into_response().status(), status, "{}", error());
            assert_eq!(
                crate::Error::from(error()).into_response().status(),
                status,
                "{} as any error",
                error()
            );
        }
    }
}
