//! [`Cors`]: which other origins' scripts may read answers (Fetch §3.2, the CORS protocol).
//!
//! Preflights are answered here, from the methods of the table; other answers get the fields that let a browser hand
//! them to a script. A request of an origin that is not allowed runs all the same, as the protocol keeps answers from
//! being read and not requests from being made: against those stands [`Csrf`](crate::layers::Csrf).
//!
//! It works on a server, a scope or a route; where several stand around a route the innermost alone decides. Others on
//! the same scope may stand before it or behind: preflights pass them by.

mod answer;

use std::fmt;
use std::time::Duration;

use http::HeaderValue;
use http::header::ORIGIN;

use super::{Kind, Middleware, Next, origin};
use crate::http::{Preflight, Request, Response};

/// Lets scripts of other origins read the answers of a server, a scope or a route.
///
/// Without a setting it allows no origin. One that is allowed may send `Content-Type` beside what is always allowed,
/// no credentials, and asks again after ten minutes.
///
/// ```
/// use server::layers::Cors;
/// use server::testing::Client;
/// use server::{put, routes};
///
/// const CORS: Cors = Cors::new().origins(&["https://app.example.org", "https://*.preview.example.org"]).credentials();
///
/// #[put("/notes/:id", with = [CORS])]
/// async fn store(id: u64, note: String) -> String {
///     format!("{id}: {note}")
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::new(routes![store]);
/// let preflight = client
///     .request(server::Method::OPTIONS, "/notes/7")
///     .header("origin", "https://app.example.org")
///     .header("access-control-request-method", "PUT");
/// let response = preflight.await;
/// assert_eq!(response.status(), 204);
/// assert_eq!(response.header("access-control-allow-origin"), Some("https://app.example.org"));
/// assert_eq!(response.header("access-control-allow-methods"), Some("PUT"));
/// # }
/// ```
///
/// What cannot work is refused where it is written, in a constant by the compiler:
///
/// ```compile_fail
/// use server::layers::Cors;
///
/// const CORS: Cors = Cors::new().any_origin().credentials();
/// # assert!(format!("{CORS:?}").is_empty());
/// ```
#[derive(Clone, Copy)]
pub struct Cors {
    origins: Origins,
    /// Whether `Origin: null` is allowed.
    null: bool,
    credentials: bool,
    private_network: bool,
    allowed: AllowedFields,
    exposed: &'static [&'static str],
    max_age: Duration,
}

/// Whose scripts may read.
#[derive(Clone, Copy)]
enum Origins {
    Any,
    Listed(&'static [&'static str]),
    By(Judge),
}

/// Which fields a script may send.
#[derive(Clone, Copy)]
enum AllowedFields {
    Listed(&'static [&'static str]),
    /// Those that it asks for.
    Mirrored,
}

/// A function that knows allowed origins.
type Judge = &'static (dyn Fn(&str) -> bool + Send + Sync);

impl Cors {
    /// Allows no origin until it is told which.
    pub const fn new() -> Self {
        Self {
            origins: Origins::Listed(&[]),
            null: false,
            credentials: false,
            private_network: false,
            allowed: AllowedFields::Listed(&["content-type"]),
            exposed: &[],
            max_age: Duration::from_secs(10 * 60),
        }
    }

    /// Allows these origins: `https://app.example.org`, or `https://*.example.org` for all that is below
    /// `example.org`, at any depth and without `example.org` itself.
    ///
    /// A list that is known when the program has started becomes one by [`Vec::leak`].
    ///
    /// # Panics
    ///
    /// Where one of them is none that a browser could send; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn origins(mut self, origins: &'static [&'static str]) -> Self {
        origin::check_all(origins);
        self.origins = Origins::Listed(origins);
        self
    }

    /// Allows the origins that `is_allowed` knows; it is asked for each request, and never about `null`.
    ///
    /// ```
    /// use server::layers::Cors;
    ///
    /// const CORS: Cors = Cors::new().origins_by(&|origin| origin.starts_with("http://localhost:"));
    /// ```
    #[must_use]
    pub const fn origins_by(mut self, is_allowed: &'static (dyn Fn(&str) -> bool + Send + Sync)) -> Self {
        self.origins = Origins::By(is_allowed);
        self
    }

    /// Allows every origin: what anybody may read anyway.
    ///
    /// # Panics
    ///
    /// With [`Cors::credentials`]; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn any_origin(mut self) -> Self {
        self.origins = Origins::Any;
        self.checked()
    }

    /// Allows `Origin: null` too, which sandboxed frames, `file:` pages and some redirects send.
    ///
    /// Every page can make itself such a frame: it is as good as any origin.
    ///
    /// # Panics
    ///
    /// With [`Cors::credentials`]; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn null_origin(mut self) -> Self {
        self.null = true;
        self.checked()
    }

    /// Lets requests have cookies and other credentials of the user's.
    ///
    /// # Panics
    ///
    /// With [`Cors::any_origin`] or [`Cors::null_origin`]; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn credentials(mut self) -> Self {
        self.credentials = true;
        self.checked()
    }

    /// Allows these fields in requests, in place of `Content-Type`; `Accept`, `Accept-Language` and
    /// `Content-Language` always are.
    ///
    /// # Panics
    ///
    /// Where one is no field name in lower case; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn allow_headers(mut self, names: &'static [&'static str]) -> Self {
        check_names(names);
        self.allowed = AllowedFields::Listed(names);
        self
    }

    /// Allows whichever fields a script wants to send.
    #[must_use]
    pub const fn mirror_headers(mut self) -> Self {
        self.allowed = AllowedFields::Mirrored;
        self
    }

    /// Lets scripts read these fields of answers; `Cache-Control`, `Content-Language`, `Content-Length`,
    /// `Content-Type`, `Expires`, `Last-Modified` and `Pragma` they always may.
    ///
    /// # Panics
    ///
    /// Where one is no field name in lower case; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn expose_headers(mut self, names: &'static [&'static str]) -> Self {
        check_names(names);
        self.exposed = names;
        self
    }

    /// How long a browser keeps the answer to a preflight, in whole seconds; ten minutes unless set, and zero is not
    /// at all. Browsers have bounds of their own, of two hours (Chromium) and a day (Firefox).
    #[must_use]
    pub const fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// Lets pages of public networks ask a server in a private one (Private Network Access).
    #[must_use]
    pub const fn private_network(mut self) -> Self {
        self.private_network = true;
        self
    }

    /// Refuses what would hand a user's data to every page.
    #[inline]
    const fn checked(self) -> Self {
        assert!(
            !(self.credentials && matches!(self.origins, Origins::Any)),
            "credentials are not for any origin: name the origins with `.origins(&[...])`, or leave out `.credentials()`"
        );
        assert!(
            !(self.credentials && self.null),
            "credentials are not for the origin `null`, which every page can have: leave out `.null_origin()` or \
             `.credentials()`"
        );
        self
    }

    #[inline]
    fn allows(&self, origin: &str) -> bool {
        if origin == "null" {
            return self.null || matches!(self.origins, Origins::Any);
        }
        match self.origins {
            Origins::Any => true,
            Origins::Listed(origins) => origins.iter().any(|configured| origin::is_match(configured, origin)),
            Origins::By(is_allowed) => is_allowed(origin),
        }
    }

    /// Whether the fields are the same for each request, whoever it is from.
    fn is_same_for_all(&self) -> bool {
        matches!(self.origins, Origins::Any)
    }

    /// What a request's one origin is answered with; `None` where it has none, several, or one that is not allowed.
    #[inline]
    fn allowed_origin(&self, request: &Request) -> Option<HeaderValue> {
        if self.is_same_for_all() {
            return Some(HeaderValue::from_static("*"));
        }
        let mut values = request.header_values(ORIGIN.as_str());
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        let origin = std::str::from_utf8(value).ok()?;
        if self.allows(origin) { HeaderValue::from_bytes(value).ok() } else { None }
    }
}

impl<S: Sync> Middleware<S> for Cors {
    const KIND: Kind = Kind::Cors;

    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        if next.answers_preflights() {
            return next.run(request).await;
        }
        if let Some(preflight) = Preflight::of(&request) {
            return self.answer_preflight(&request, preflight);
        }
        let origin = self.allowed_origin(&request);
        self.share(next.run(request).await, origin)
    }

    fn answers_preflights(&self) -> bool {
        true
    }
}

impl Default for Cors {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Cors {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cors")
            .field("origins", &self.origins)
            .field("null", &self.null)
            .field("credentials", &self.credentials)
            .field("private_network", &self.private_network)
            .field("allowed", &self.allowed)
            .field("exposed", &self.exposed)
            .field("max_age", &self.max_age)
            .finish()
    }
}

impl fmt::Debug for Origins {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("Any"),
            Self::Listed(origins) => f.debug_list().entries(*origins).finish(),
            Self::By(_) => f.write_str("By(..)"),
        }
    }
}

impl fmt::Debug for AllowedFields {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(names) => f.debug_list().entries(*names).finish(),
            Self::Mirrored => f.write_str("Mirrored"),
        }
    }
}

#[inline]
const fn check_names(names: &[&str]) {
    let mut names = names;
    while let [name, rest @ ..] = names {
        assert!(
            is_field_name(name.as_bytes()),
            "expected field names in lower case, such as \"x-request-id\"; `*` is none: use `.mirror_headers()`, or \
             name the fields"
        );
        names = rest;
    }
}

/// A token in lower case (RFC 9110 §5.6.2), but for `*`.
#[inline]
const fn is_field_name(name: &[u8]) -> bool {
    let mut rest = name;
    while let [byte, more @ ..] = rest {
        if !matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'!' | b'#'..=b'\'' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
        {
            return false;
        }
        rest = more;
    }
    !name.is_empty()
}

#[cfg(test)]
mod tests;
