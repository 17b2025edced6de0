//! [`Request`] itself as an argument.

use std::convert::Infallible;

use super::FromRequest;
use crate::http::Request;

/// Takes the request as it is, body and all, and leaves an empty one behind.
///
/// `#[route]` takes it after all other arguments, wherever it stands among them; what is extracted from the request
/// after it finds an empty one.
///
/// ```
/// use server::{Request, RequestId, post};
///
/// #[post("/inspect")]
/// async fn inspect(id: RequestId, mut request: Request) -> server::Result<String> {
///     let limit = request.body_limit();
///     let body = request.take_body().collect(limit).await?;
///     Ok(format!("{id}: {} bytes to {}", body.len(), request.target()))
/// }
/// ```
impl<S: Sync> FromRequest<S> for Request {
    const TAKES_BODY: bool = true;
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(request.take())
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[tokio::test]
    async fn takes_all_of_it() {
        let mut request = Request::new(Method::POST, "/a?b");
        request.set_body("hello".into());
        let Ok(mut taken) = Request::from_request(&mut request, &()).await;
        assert_eq!((taken.method(), taken.target()), (&Method::POST, "/a?b"));
        assert_eq!(taken.take_body().collect(5).await.unwrap(), "hello");
        assert!(request.take_body().is_empty());
    }
}
