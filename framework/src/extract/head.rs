//! What a request's head holds, as arguments: method, target, version and header section.

use std::convert::Infallible;

use http::{HeaderMap, Method, Uri, Version};

use super::FromRequest;
use crate::http::Request;

/// Takes the method, for handlers of several.
///
/// ```
/// use server::{Method, route};
///
/// #[route(PUT | PATCH, "/notes/:id")]
/// async fn write(id: u64, method: Method) -> String {
///     format!("{method} of note {id}")
/// }
/// ```
impl<S: Sync> FromRequest<S> for Method {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(request.method().clone())
    }
}

/// Takes the request target; see [`Request::uri`].
///
/// ```
/// use server::{Uri, get};
///
/// #[get("/where")]
/// async fn whereabouts(uri: Uri) -> String {
///     uri.path().to_owned()
/// }
/// ```
impl<S: Sync> FromRequest<S> for Uri {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(request.uri())
    }
}

/// Takes the protocol's version, HTTP/1.0 or HTTP/1.1.
///
/// ```
/// use server::{Version, get};
///
/// #[get("/version")]
/// async fn version(version: Version) -> String {
///     format!("{version:?}")
/// }
/// ```
impl<S: Sync> FromRequest<S> for Version {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(request.version())
    }
}

/// Takes a copy of all fields.
///
/// For one field, [`Header`](crate::Header) or a typed header such as [`UserAgent`](crate::UserAgent) costs less: the
/// map is built only for those who ask for it.
///
/// ```
/// use server::{HeaderMap, get};
///
/// #[get("/fields")]
/// async fn fields(headers: HeaderMap) -> String {
///     format!("{} fields", headers.len())
/// }
/// ```
impl<S: Sync> FromRequest<S> for HeaderMap {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(request.headers().clone())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[tokio::test]
    async fn takes_copies() {
        let mut request = Request::new(Method::DELETE, "/a/b?c=d");
        request.headers_mut().insert("x-a", HeaderValue::from_static("1"));
        for _ in 0..2 {
            let Ok(method) = Method::from_request(&mut request, &()).await;
            let Ok(uri) = Uri::from_request(&mut request, &()).await;
            let Ok(version) = Version::from_request(&mut request, &()).await;
            let Ok(headers) = HeaderMap::from_request(&mut request, &()).await;
            assert_eq!((method, version), (Method::DELETE, Version::HTTP_11));
            assert_eq!((uri.path(), uri.query()), ("/a/b", Some("c=d")));
            assert_eq!(headers["x-a"], "1");
        }
    }
}
