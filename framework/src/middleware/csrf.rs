//! [`Csrf`]: refuses requests that a page of another site makes in its user's name.
//!
//! No tokens: browsers say where a request comes from, by `Sec-Fetch-Site` (Fetch Metadata §2.4), and those before 2023
//! by `Origin`. The rules are those of Go's `http.CrossOriginProtection`:
//!
//! 1. GET, HEAD and OPTIONS pass: they change nothing, or should not.
//! 2. `Sec-Fetch-Site` decides where it is there: `same-origin` and `none` (the user's own doing) pass.
//! 3. Otherwise an `Origin` that is the `Host` passes.
//! 4. A request with neither is of no browser, has nobody's cookies, and passes.
//! 5. All else is a 403, but for trusted origins and routes that are left out.

use http::header::ORIGIN;
use http::{Method, StatusCode};

use super::{Kind, Middleware, Next, origin};
use crate::http::{Request, Response};
use crate::respond::Problem;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Refuses with 403 what a page of another site makes a browser send: POST, PUT, PATCH, DELETE and all else that is not
/// GET, HEAD or OPTIONS.
///
/// ```
/// use server::layers::Csrf;
/// use server::testing::Client;
/// use server::{Server, post, routes};
///
/// #[post("/transfer")]
/// async fn transfer() -> &'static str {
///     "done"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::from(Server::new(routes![transfer]).with(Csrf::new()));
/// let own = client.post("/transfer").header("sec-fetch-site", "same-origin");
/// assert_eq!(own.await.status(), 200);
/// let foreign = client.post("/transfer").header("sec-fetch-site", "cross-site");
/// assert_eq!(foreign.await.status(), 403);
/// # }
/// ```
///
/// A handler of GET that changes something is not guarded, and nothing guards it.
#[derive(Clone, Copy, Debug)]
pub struct Csrf {
    trusted: &'static [&'static str],
    except: &'static [&'static str],
}

impl Csrf {
    /// Trusts this origin alone.
    pub const fn new() -> Self {
        Self { trusted: &[], except: &[] }
    }

    /// Lets pages of these origins send what they like, as `https://app.example.org`, or `https://*.example.org` for
    /// all that is below `example.org`.
    ///
    /// # Panics
    ///
    /// Where one of them is none that a browser could send; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn trusted_origins(mut self, origins: &'static [&'static str]) -> Self {
        origin::check_all(origins);
        self.trusted = origins;
        self
    }

    /// Leaves out these patterns, as the table has them: `/hooks/:sender`, or `/hooks/*` for all that begin so.
    ///
    /// ```
    /// use server::layers::Csrf;
    ///
    /// const CSRF: Csrf = Csrf::new().except(&["/hooks/*", "/saml/:provider"]);
    /// ```
    ///
    /// # Panics
    ///
    /// Where one does not begin with a slash; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn except(mut self, patterns: &'static [&'static str]) -> Self {
        let mut rest = patterns;
        while let [pattern, more @ ..] = rest {
            assert!(
                matches!(pattern.as_bytes(), [b'/', ..]),
                "a pattern begins with a slash, as in \"/hooks/*\""
            );
            rest = more;
        }
        self.except = patterns;
        self
    }

    /// Why a request is refused, as a sentence.
    #[inline]
    fn fault(&self, request: &Request) -> Option<String> {
        if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
            return None;
        }
        let fault = foreign_site(request)?;
        let is_exempt = self.is_trusted(request) || self.is_left_out(request);
        (!is_exempt).then_some(fault)
    }

    #[inline]
    fn is_trusted(&self, request: &Request) -> bool {
        let Some(origin) = only(request, ORIGIN.as_str()) else { return false };
        self.trusted.iter().any(|trusted| origin::is_match(trusted, origin))
    }

    #[inline]
    fn is_left_out(&self, request: &Request) -> bool {
        let Some(matched) = request.full_pattern() else { return false };
        self.except.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) if start.ends_with('/') => matched.starts_with(start),
            Some(_) | None => matched == *pattern,
        })
    }
}

/// Which other site it comes from, by what a browser says of it.
#[inline]
fn foreign_site(request: &Request) -> Option<String> {
    let mut sites = request.header_values(SEC_FETCH_SITE).peekable();
    if sites.peek().is_some() {
        let foreign = sites.find(|site| !matches!(*site, b"same-origin" | b"none"))?;
        let site = String::from_utf8_lossy(foreign).into_owned();
        return Some(format!("this came from a page of another site: `sec-fetch-site` is `{site}`"));
    }
    request.header_values(ORIGIN.as_str()).next()?;
    let origin = only(request, ORIGIN.as_str()).unwrap_or_default();
    let host = request.host().unwrap_or_default();
    let is_foreign = !origin::is_own(origin, host);
    is_foreign.then(|| format!("this came from a page of another site: `origin` is `{origin}`"))
}

/// The value of a field that stands there once.
#[inline]
fn only<'a>(request: &'a Request, name: &'a str) -> Option<&'a str> {
    let mut values = request.header_values(name);
    match (values.next(), values.next()) {
        (Some(value), None) => std::str::from_utf8(value).ok(),
        (Some(_), Some(_)) | (None, _) => None,
    }
}

impl<S: Sync> Middleware<S> for Csrf {
    const KIND: Kind = Kind::Csrf;

    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        match self.fault(&request) {
            None => next.run(request).await,
            Some(fault) => Response::problem(Problem::new(StatusCode::FORBIDDEN).detail(fault)),
        }
    }
}

impl Default for Csrf {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Client;
    use crate::{Routes, Server, delete, get, post, routes};

    const CSRF: Csrf = Csrf::new()
        .trusted_origins(&["https://app.example.org", "https://*.friend.example"])
        .except(&["/hooks/*", "/saml/:provider"]);

    #[get("/read")]
    async fn read() -> &'static str {
        "read"
    }

    #[post("/write")]
    async fn write() -> &'static str {
        "write"
    }

    #[delete("/write")]
    async fn remove() -> &'static str {
        "remove"
    }

    #[post("/hooks/:sender")]
    async fn hook(sender: &str) -> String {
        sender.to_owned()
    }

    #[post("/saml/:provider")]
    async fn saml(provider: &str) -> String {
        provider.to_owned()
    }

    #[post("/hooksy")]
    async fn hooksy() -> &'static str {
        "hooksy"
    }

    const ROUTES: Routes = routes![read, write, remove, hook, saml, hooksy];

    async fn status(method: &str, target: &str, fields: &[(&'static str, &'static str)]) -> u16 {
        let client = Client::from(Server::new(ROUTES).with(CSRF));
        let request = client.request(method.parse().unwrap(), target);
        let request = fields.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.await.status().as_u16()
    }

    #[tokio::test]
    async fn what_another_sites_page_sends_is_refused() {
        let rows: &[(&[(&'static str, &'static str)], u16)] = &[
            (&[], 200),
            (&[("cookie", "session=1")], 200),
            (&[("sec-fetch-site", "same-origin")], 200),
            (&[("sec-fetch-site", "none")], 200),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], 200),
            (&[("sec-fetch-site", "same-site")], 403),
            (&[("sec-fetch-site", "cross-site")], 403),
            (&[("sec-fetch-site", "Same-Origin")], 403),
            (&[("sec-fetch-site", "")], 403),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], 403),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://localhost")], 403),
            (&[("origin", "http://localhost")], 200),
            (&[("origin", "https://LOCALHOST")], 200),
            (&[("origin", "http://localhost:8080")], 403),
            (&[("origin", "http://localhost:8080"), ("host", "localhost:8080")], 200),
            (&[("origin", "https://evil.example")], 403),
            (&[("origin", "https://evil.example"), ("host", "evil.example.org")], 403),
            (&[("origin", "null")], 403),
            (&[("origin", "")], 403),
            (&[("origin", "http://")], 403),
            (&[("origin", "localhost")], 403),
            (&[("origin", "http://localhost"), ("origin", "http://localhost")], 403),
            (&[("origin", "https://app.example.org")], 200),
            (&[("origin", "https://app.example.org"), ("sec-fetch-site", "cross-site")], 200),
            (&[("origin", "http://app.example.org"), ("sec-fetch-site", "cross-site")], 403),
            (&[("origin", "https://a.friend.example"), ("sec-fetch-site", "cross-site")], 200),
            (&[("origin", "https://evilfriend.example"), ("sec-fetch-site", "cross-site")], 403),
        ];
        for (fields, expected) in rows {
            assert_eq!(status("POST", "/write", fields).await, *expected, "{fields:?}");
            assert_eq!(status("DELETE", "/write", fields).await, *expected, "{fields:?}");
            assert_eq!(status("GET", "/read", fields).await, 200, "{fields:?}");
            assert_eq!(status("OPTIONS", "/write", fields).await, 204, "{fields:?}");
        }
    }

    #[tokio::test]
    async fn patterns_of_the_table_are_left_out() {
        let cross = [("sec-fetch-site", "cross-site")];
        let rows = [
            ("/hooks/github", 200),
            ("/saml/okta", 200),
            ("/hooksy", 403),
            ("/write", 403),
            ("/hooks/../write", 403),
            ("/hooks/a/b", 403),
        ];
        for (target, expected) in rows {
            assert_eq!(status("POST", target, &cross).await, expected, "{target}");
        }
    }

    #[tokio::test]
    async fn the_refusal_says_why() {
        let client = Client::from(Server::new(ROUTES).with(Csrf::default()));
        let response = client.post("/write").header("origin", "https://evil.example").await;
        assert!(response.text().contains("another site: `origin` is `https://evil.example`"), "{response:?}");
        let response = client.post("/write").header("sec-fetch-site", "same-site").await;
        assert!(response.text().contains("`sec-fetch-site` is `same-site`"), "{response:?}");
    }
}
