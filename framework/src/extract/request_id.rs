//! [`RequestId`] as an argument.

use std::convert::Infallible;

use super::FromRequest;
use crate::http::{Request, RequestId};

/// Takes the request's id, as it stands in the log and in problem documents.
///
/// ```
/// use server::{RequestId, get};
///
/// #[get("/id")]
/// async fn id(id: RequestId) -> String {
///     id.to_string()
/// }
/// ```
impl<S: Sync> FromRequest<S> for RequestId {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(request.id())
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[tokio::test]
    async fn stays_the_same() {
        let mut request = Request::new(Method::GET, "/");
        let Ok(first) = RequestId::from_request(&mut request, &()).await;
        let Ok(second) = RequestId::from_request(&mut request, &()).await;
        assert_eq!(first, second);
    }
}
