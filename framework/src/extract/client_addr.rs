//! [`ClientAddr`]: where a request came from.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use http::StatusCode;

use super::FromRequest;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// Takes the client's address, the same that logs and limits use: the peer's, or what a trusted proxy says.
///
/// ```
/// use server::{ClientAddr, get};
///
/// #[get("/ip")]
/// async fn ip(client: ClientAddr) -> String {
///     client.ip().to_string()
/// }
/// ```
///
/// On a transport without addresses (a Unix socket, an in-memory pipe) there is none, and the client can do nothing
/// about it: 500. A server that may listen there takes an `Option<ClientAddr>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddr(pub SocketAddr);

impl ClientAddr {
    /// The address without the port.
    pub fn ip(self) -> IpAddr {
        self.0.ip()
    }
}

impl<S: Sync> FromRequest<S> for ClientAddr {
    const READY: bool = true;
    type Rejection = ClientAddrRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, ClientAddrRejection> {
        request.client_addr().map(Self).ok_or(ClientAddrRejection(()))
    }
}

impl fmt::Display for ClientAddr {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The transport has no addresses; 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddrRejection(());

impl ClientAddrRejection {
    /// 500 Internal Server Error.
    pub fn status(self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

impl fmt::Display for ClientAddrRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a handler asks for the client's address, and this transport has none: take an Option")
    }
}

impl Error for ClientAddrRejection {}

impl IntoResponse for ClientAddrRejection {
    #[inline]
    fn into_response(self) -> Response {
        Problem::new(self.status()).source(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::http::RequestId;

    #[tokio::test]
    async fn is_the_connections() {
        let address: SocketAddr = "192.0.2.1:7".parse().unwrap();
        let mut request = Request::new(Method::GET, "/");
        request.set_origin(&Some(address), false, RequestId::generate());
        assert_eq!(ClientAddr::from_request(&mut request, &()).await, Ok(ClientAddr(address)));
    }

    #[tokio::test]
    async fn a_transport_without_addresses_has_none() {
        let mut request = Request::new(Method::GET, "/");
        let Ok(none) = Option::<ClientAddr>::from_request(&mut request, &()).await;
        assert_eq!(none, None);
        let refused = ClientAddr::from_request(&mut request, &()).await.unwrap_err();
        assert_eq!(refused.into_response().status(), 500);
    }
}
