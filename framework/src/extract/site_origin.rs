//! [`SiteOrigin`]: the origin that the client asked for, to make absolute URLs of.

use std::error::Error;
use std::fmt;

use http::StatusCode;

use super::FromRequest;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// Takes the origin that the client asked for (RFC 6454 §4), such as `https://example.org`: scheme, host, and the port
/// where it named one. Behind a [trusted proxy](crate::Settings::trusted_proxies) they are what that says.
///
/// ```
/// use server::testing::Client;
/// use server::{SiteOrigin, get, routes};
///
/// #[get("/users/:id")]
/// async fn user(id: u64, site: SiteOrigin) -> String {
///     site.url(user::url(id))
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::new(routes![user]);
/// let response = client.get("/users/7").header("host", "example.org").await;
/// assert_eq!(response.text(), "http://example.org/users/7");
/// # }
/// ```
///
/// A client may send any host. Where an answer goes to others than its client (a mail, a shared cache), the hosts must
/// be known: [`HttpsRedirect::hosts`](crate::layers::HttpsRedirect::hosts) refuses all others.
///
/// A request without a host (HTTP/1.0, or an empty `Host`) is a 400.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SiteOrigin(String);

impl SiteOrigin {
    /// The origin as text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The absolute URL of a path, such as what `handler::url(…)` gives, or `/users?page=2`.
    pub fn url(&self, path: impl Into<String>) -> String {
        let path = path.into();
        let slash = if path.starts_with('/') { "" } else { "/" };
        format!("{}{slash}{path}", self.0)
    }
}

impl<S: Sync> FromRequest<S> for SiteOrigin {
    const READY: bool = true;
    type Rejection = SiteOriginRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, SiteOriginRejection> {
        let host = request.host().filter(|host| !host.is_empty()).ok_or(SiteOriginRejection(()))?;
        let scheme = if request.is_secure() { "https" } else { "http" };
        Ok(Self(format!("{scheme}://{}", host.to_ascii_lowercase())))
    }
}

impl fmt::Display for SiteOrigin {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The request names no host; 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteOriginRejection(());

impl SiteOriginRejection {
    /// 400 Bad Request.
    pub fn status(self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }
}

impl fmt::Display for SiteOriginRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request does not say for which host it is")
    }
}

impl Error for SiteOriginRejection {}

impl IntoResponse for SiteOriginRejection {
    #[inline]
    fn into_response(self) -> Response {
        Problem::new(self.status()).detail(self.to_string()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use crate::{SiteOrigin, get, routes};

    #[get("/a")]
    async fn site(site: SiteOrigin) -> String {
        format!("{site} {} {}", site.url("/b?c"), site.url("d"))
    }

    #[tokio::test]
    async fn is_what_the_client_asked_for() {
        let client = Client::new(routes![site]);
        let rows = [
            ("/a", "Example.org:8080", "http://example.org:8080"),
            ("/a", "[::1]:80", "http://[::1]:80"),
            ("http://other.example/a", "example.org", "http://other.example"),
        ];
        for (target, host, origin) in rows {
            let response = client.get(target).header("host", host).await;
            assert_eq!(response.text(), format!("{origin} {origin}/b?c {origin}/d"));
        }
        assert_eq!(client.get("/a").header("host", "").await.status(), 400);
    }
}
