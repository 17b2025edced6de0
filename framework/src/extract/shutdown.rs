//! [`Shutdown`] as an argument.

use std::convert::Infallible;

use super::FromRequest;
use crate::http::{Request, Shutdown};

/// Takes the server's end, to ask for it or to wait for it; see [`Shutdown`].
impl<S: Sync> FromRequest<S> for Shutdown {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(request.shutdown())
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[tokio::test]
    async fn is_that_of_the_server_that_received_the_request() {
        let server = Shutdown::default();
        let mut request = Request::new(Method::GET, "/");
        request.set_shutdown(&server);
        let Ok(taken) = Shutdown::from_request(&mut request, &()).await;
        taken.request();
        assert!(server.is_requested());
    }

    #[tokio::test]
    async fn a_request_that_no_server_received_has_one_of_its_own() {
        let server = Shutdown::default();
        let mut received = Request::new(Method::GET, "/");
        received.set_shutdown(&server);
        drop(received);
        // Made in the storage of the first.
        let mut request = Request::new(Method::GET, "/");
        let Ok(taken) = Shutdown::from_request(&mut request, &()).await;
        taken.request();
        assert!(!server.is_requested() && request.shutdown().is_requested());
    }
}
