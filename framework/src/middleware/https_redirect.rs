//! [`HttpsRedirect`]: sends clients that come over plain HTTP to the same place over TLS (308).
//!
//! The host in `Location` is the request's `Host`, which the engine has found to be a host and nothing else, and, where
//! names are listed, one of those. The rest is the request's own path and query, percent-encoded.

use http::StatusCode;

use super::{Kind, Middleware, Next};
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem, Redirect};

/// Redirects to `https://` with 308: for the server at port 80, or behind a proxy that ends TLS. What came over TLS stays.
///
/// What came over TLS passes: to this server, or to a [trusted proxy](crate::Settings::trusted_proxies) that says so.
///
/// ```
/// use server::layers::HttpsRedirect;
/// use server::testing::Client;
/// use server::{Routes, Server};
///
/// const TO_TLS: HttpsRedirect = HttpsRedirect::new().hosts(&["example.org", "*.example.org"]);
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::from(Server::new(Routes::<()>::EMPTY).with(TO_TLS));
/// let response = client.get("/notes?page=2").header("host", "www.example.org:80").await;
/// assert_eq!(response.status(), 308);
/// assert_eq!(response.header("location"), Some("https://www.example.org/notes?page=2"));
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HttpsRedirect {
    port: u16,
    hosts: &'static [&'static str],
    except: &'static [&'static str],
}

impl HttpsRedirect {
    /// Redirects everything, whatever host it is for, to port 443.
    pub const fn new() -> Self {
        Self { port: 443, hosts: &[], except: &[] }
    }

    /// Redirects to this port.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Redirects to these hosts alone, and answers 421 for all others: `example.org`, or `*.example.org` for all that
    /// is below it. Without it a cache may be led to keep a redirect to a host of an attacker's choice.
    ///
    /// # Panics
    ///
    /// Where one is not in lower case, or has a port; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn hosts(mut self, hosts: &'static [&'static str]) -> Self {
        let mut rest = hosts;
        while let [host, more @ ..] = rest {
            check_host(host.as_bytes());
            rest = more;
        }
        self.hosts = hosts;
        self
    }

    /// Leaves out paths that begin so, such as `/.well-known/acme-challenge/`.
    ///
    /// # Panics
    ///
    /// Where one does not begin and end with a slash; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn except(mut self, prefixes: &'static [&'static str]) -> Self {
        let mut rest = prefixes;
        while let [prefix, more @ ..] = rest {
            assert!(
                matches!(prefix.as_bytes(), [b'/'] | [b'/', .., b'/']),
                "what is left out begins and ends with a slash, as in \"/.well-known/acme-challenge/\""
            );
            rest = more;
        }
        self.except = prefixes;
        self
    }

    /// Where the request is to go; `None` where it stays.
    #[inline]
    fn target(&self, request: &Request) -> Option<Result<String, Problem>> {
        let path = request.path();
        // Not a path: `*`, or CONNECT's authority.
        if request.is_secure()
            || !path.starts_with('/')
            || self.except.iter().any(|prefix| path.starts_with(prefix))
        {
            return None;
        }
        Some(https_target(request, self.port, |host| self.knows(host)).ok_or_else(|| {
            let host = request.host().unwrap_or_default().to_ascii_lowercase();
            let detail = format!("`{}` is no host of this server", without_port(&host));
            Problem::new(StatusCode::MISDIRECTED_REQUEST).detail(detail)
        }))
    }

    #[inline]
    fn knows(&self, host: &str) -> bool {
        self.hosts.is_empty()
            || self.hosts.iter().any(|known| match known.strip_prefix('*') {
                Some(domain) => host.strip_suffix(domain).is_some_and(|labels| !labels.is_empty()),
                None => host == *known,
            })
    }
}

impl<S: Sync> Middleware<S> for HttpsRedirect {
    const KIND: Kind = Kind::HttpsRedirect;

    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        match self.target(&request) {
            None => next.run(request).await,
            Some(Ok(target)) => Redirect::permanent(target).into_response(),
            Some(Err(problem)) => problem.into_response(),
        }
    }
}

impl Default for HttpsRedirect {
    fn default() -> Self {
        Self::new()
    }
}

/// The same place over TLS, at `port`; `None` where the target has no path, or the host is none that `knows` knows.
#[inline]
pub(crate) fn https_target(request: &Request, port: u16, knows: impl Fn(&str) -> bool) -> Option<String> {
    let path = request.path();
    let authority = request.host().unwrap_or_default().to_ascii_lowercase();
    let host = without_port(&authority);
    if !path.starts_with('/') || host.is_empty() || !knows(host) {
        return None;
    }
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let query = request.query().map_or_else(String::new, |query| format!("?{query}"));
    Some(format!("https://{host}{port}{path}{query}"))
}

/// `uri-host [ ":" port ]` without the port; an address in brackets keeps them.
#[inline]
fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    }
}

#[inline]
const fn check_host(host: &[u8]) {
    let mut rest = match host {
        [b'*', b'.', rest @ ..] => rest,
        _ => host,
    };
    assert!(!rest.is_empty() && !matches!(rest, [b'.', ..]), "expected a host such as \"example.org\"");
    while let [byte, more @ ..] = rest {
        assert!(
            matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'),
            "a host is a name in lower case, without scheme and port, and `*.` stands at its start alone"
        );
        rest = more;
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::testing::Client;
    use crate::{Routes, Server};

    const PLAIN: HttpsRedirect = HttpsRedirect::new();
    const NAMED: HttpsRedirect = HttpsRedirect::new()
        .hosts(&["example.org", "*.example.org"])
        .port(8443)
        .except(&["/.well-known/acme-challenge/"]);

    async fn ask(
        layer: HttpsRedirect,
        target: &str,
        fields: &[(&'static str, &'static str)],
    ) -> (u16, String) {
        let request =
            Client::from(Server::new(Routes::<()>::EMPTY).with(layer)).request(Method::POST, target);
        let request = fields.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.await;
        (response.status().as_u16(), response.header("location").unwrap_or_default().to_owned())
    }

    #[tokio::test]
    async fn the_place_is_the_same_over_tls() {
        let rows = [
            (PLAIN, "/", "localhost", "https://localhost/"),
            (PLAIN, "/a//b?c=/d", "Example.org:80", "https://example.org/a//b?c=/d"),
            (PLAIN, "//evil.example/", "example.org", "https://example.org//evil.example/"),
            (PLAIN, "/@evil.example", "example.org", "https://example.org/@evil.example"),
            (PLAIN, "http://other.example:81/a", "example.org", "https://other.example/a"),
            (PLAIN, "/", "[::1]:8080", "https://[::1]/"),
            (PLAIN, "/", "[::1]", "https://[::1]/"),
            (NAMED, "/a?b", "example.org:8080", "https://example.org:8443/a?b"),
            (NAMED, "/a", "b.a.example.org", "https://b.a.example.org:8443/a"),
        ];
        for (layer, target, host, expected) in rows {
            let found = ask(layer, target, &[("host", host)]).await;
            assert_eq!(found, (308, expected.to_owned()), "{target} {host}");
        }
    }

    #[tokio::test]
    async fn a_host_that_is_not_ours_is_misdirected() {
        for host in ["evil.example", "evilexample.org", ".example.org", "example.org.evil.example", ""] {
            let (status, location) = ask(NAMED, "/", &[("host", host)]).await;
            assert_eq!((status, location.as_str()), (421, ""), "{host}");
        }
        assert_eq!(ask(PLAIN, "/", &[("host", "")]).await.0, 421);
        // The engine has refused what is no host at all.
        assert_eq!(ask(PLAIN, "/", &[("host", "a/b")]).await.0, 400);
        assert_eq!(ask(PLAIN, "/", &[("host", "user@a")]).await.0, 400);
    }

    #[tokio::test]
    async fn some_stay() {
        let host = ("host", "example.org");
        assert_eq!(ask(NAMED, "/.well-known/acme-challenge/x", &[host]).await.0, 404);
        assert_eq!(ask(PLAIN, "/", &[host, ("x-forwarded-proto", "https")]).await.0, 308);
    }
}
