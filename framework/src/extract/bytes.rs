//! [`Bytes`] and `Vec<u8>` as arguments: the whole body as it is.

use bytes::Bytes;

use super::FromRequest;
use super::body::{BodyRejection, collect};
use crate::http::Request;

/// Takes the whole body, of any content type, as it was sent.
///
/// A content coding is not undone: `Content-Encoding` says in which the bytes are. Behind
/// `layers::Decompression` they come as they were before it, and the field is gone.
///
/// ```
/// use bytes::Bytes;
/// use server::post;
///
/// #[post("/echo")]
/// async fn echo(body: Bytes) -> Bytes {
///     body
/// }
/// # assert_eq!(tokio::runtime::Builder::new_current_thread().build()?.block_on(echo("hi".into())), "hi");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Refuses with 413 a body over the limit, 408 one that comes too slowly, 400 one that breaks off.
impl<S: Sync> FromRequest<S> for Bytes {
    const TAKES_BODY: bool = true;
    type Rejection = BodyRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, BodyRejection> {
        collect(request).await
    }
}

/// Takes the whole body, of any content type and as it was sent, to change it; refuses what `Bytes` refuses.
impl<S: Sync> FromRequest<S> for Vec<u8> {
    const TAKES_BODY: bool = true;
    type Rejection = BodyRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, BodyRejection> {
        collect(request).await.map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::http::Body;

    #[tokio::test]
    async fn takes_any_bytes() {
        let mut request = Request::new(Method::POST, "/");
        assert_eq!(Bytes::from_request(&mut request, &()).await.unwrap(), "");
        request.set_body(Body::from(vec![0, 255]));
        assert_eq!(Vec::from_request(&mut request, &()).await.unwrap(), [0, 255]);
        assert_eq!(Vec::from_request(&mut request, &()).await.unwrap(), [0; 0]);
    }

    #[tokio::test]
    async fn refuses_more_than_the_limit() {
        let mut request = Request::new(Method::POST, "/");
        request.set_body(Body::from("abc"));
        request.set_body_limit(2);
        assert_eq!(Bytes::from_request(&mut request, &()).await.unwrap_err().status(), 413);
    }
}
