//! [`SecurityHeaders`]: fields that tell browsers what a page may not do and what may not be done to it.
//!
//! A field that the handler, or a layer inside, has set stays as it is. What the engine answers in place of the handler
//! has none of them: it is no page of the application's.

mod csp;
#[cfg(feature = "csp-nonces")]
mod nonce;
mod ready;

use std::time::Duration;

use http::HeaderValue;

use super::{Kind, Middleware, Next};
use crate::error::Error;
use crate::http::{Request, Response};
use crate::respond::IntoResponse;

pub use csp::Csp;
#[cfg(feature = "csp-nonces")]
pub use nonce::{CspNonce, CspNonceRejection};

use ready::Ready;

/// Adds fields that browsers keep their users safe by; without a setting it is strict.
///
/// | field | value |
/// |---|---|
/// | `X-Content-Type-Options` | `nosniff` |
/// | `Referrer-Policy` | `same-origin` |
/// | `Cross-Origin-Opener-Policy` | `same-origin` |
/// | `Cross-Origin-Resource-Policy` | `same-origin` |
/// | `Origin-Agent-Cluster` | `?1` |
/// | `Permissions-Policy` | no camera, microphone, location, payment, USB, serial or MIDI devices, sensors, screen |
/// | `X-Frame-Options` | `DENY` |
/// | `Content-Security-Policy` | [`Csp::strict`] |
/// | `Strict-Transport-Security` | not sent, unless [`SecurityHeaders::hsts`] says so |
///
/// ```
/// use server::layers::SecurityHeaders;
/// use server::testing::Client;
/// use server::{Server, get, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::from(Server::new(routes![index]).with(SecurityHeaders::new()));
/// let response = client.get("/").await;
/// assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
/// assert_eq!(response.header("x-frame-options"), Some("DENY"));
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SecurityHeaders {
    plain: [(&'static str, Option<&'static str>); PLAIN],
    framing: Framing,
    csp: Option<Csp>,
    csp_report_only: Option<Csp>,
    hsts: Option<Hsts>,
}

/// How many fields have a value of their own.
const PLAIN: usize = 7;

/// Who may have a page in a frame: `X-Frame-Options`, and `frame-ancestors` of a policy that does not say it itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Nobody.
    Nobody,
    /// Pages of the same origin.
    SameOrigin,
    /// Everybody.
    Anybody,
}

/// What `Strict-Transport-Security` says (RFC 6797 §6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hsts {
    max_age: Duration,
    subdomains: bool,
}

/// Those that Chromium knows: it complains of each other name in its console.
const NO_DEVICES: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
                          magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), \
                          xr-spatial-tracking=()";

impl SecurityHeaders {
    /// The strict ones.
    #[inline]
    pub const fn new() -> Self {
        Self {
            plain: [
                ("x-content-type-options", Some("nosniff")),
                ("referrer-policy", Some("same-origin")),
                ("cross-origin-opener-policy", Some("same-origin")),
                ("cross-origin-resource-policy", Some("same-origin")),
                ("cross-origin-embedder-policy", None),
                ("origin-agent-cluster", Some("?1")),
                ("permissions-policy", Some(NO_DEVICES)),
            ],
            framing: Framing::Nobody,
            csp: Some(Csp::strict()),
            csp_report_only: None,
            hsts: None,
        }
    }

    /// Sets one of `referrer-policy`, `cross-origin-opener-policy`, `cross-origin-resource-policy`,
    /// `cross-origin-embedder-policy` (not sent unless set), `origin-agent-cluster`, `permissions-policy` and
    /// `x-content-type-options`.
    ///
    /// ```
    /// use server::layers::SecurityHeaders;
    ///
    /// const HEADERS: SecurityHeaders = SecurityHeaders::new().set("referrer-policy", "no-referrer");
    /// ```
    ///
    /// # Panics
    ///
    /// Where the name is another, or the value is empty or has other than visible ASCII and spaces in it; in a
    /// constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn set(self, name: &str, value: &'static str) -> Self {
        let mut rest = value.as_bytes();
        assert!(!rest.is_empty(), "a field that is not to be sent is taken away by `.without(...)`");
        while let [byte, more @ ..] = rest {
            assert!(matches!(byte, b' '..=b'~'), "the value of a field is visible ASCII and spaces here");
            rest = more;
        }
        self.put(name, Some(value))
    }

    /// Leaves out one of the fields that [`SecurityHeaders::set`] names.
    ///
    /// # Panics
    ///
    /// Where the name is another; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn without(self, name: &str) -> Self {
        self.put(name, None)
    }

    /// Sends this policy in place of [`Csp::strict`].
    #[must_use]
    #[inline]
    pub const fn csp(mut self, policy: Csp) -> Self {
        self.csp = Some(policy);
        self
    }

    /// Sends no policy.
    #[must_use]
    pub const fn without_csp(mut self) -> Self {
        self.csp = None;
        self
    }

    /// Sends a policy that browsers report against and do not enforce, beside the other: to try one out.
    #[must_use]
    pub const fn csp_report_only(mut self, policy: Csp) -> Self {
        self.csp_report_only = Some(policy);
        self
    }

    /// Says who may have the pages in a frame; nobody unless set.
    #[must_use]
    pub const fn framing(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Tells browsers to come over TLS alone from now on, for `max_age` (a year is usual).
    ///
    /// Sent with answers to requests that [are secure](Request::is_secure) alone, as what says so over plain HTTP is not
    /// heard (RFC 6797 §7.2, §8.1). What was said cannot be taken back before its time.
    #[must_use]
    pub const fn hsts(mut self, max_age: Duration) -> Self {
        self.hsts = Some(Hsts { max_age, subdomains: false });
        self
    }

    /// The same for every name below this one.
    #[must_use]
    pub const fn hsts_with_subdomains(mut self, max_age: Duration) -> Self {
        self.hsts = Some(Hsts { max_age, subdomains: true });
        self
    }

    #[inline]
    const fn put(mut self, name: &str, value: Option<&'static str>) -> Self {
        let mut fields: &mut [(&'static str, Option<&'static str>)] = &mut self.plain;
        while let [field, rest @ ..] = fields {
            if csp::is_same(field.0.as_bytes(), name.as_bytes()) {
                field.1 = value;
                return self;
            }
            fields = rest;
        }
        panic!(
            "no such field here: see `SecurityHeaders::set`; a policy is set by `.csp(...)`, frames by `.framing(...)`"
        )
    }

    /// Adds the fields that are not there.
    #[inline]
    fn secure(&self, response: &mut Response, nonce: &str, over: Over) {
        let ready = Ready::of(self);
        response.add_missing(&ready.fields);
        if !nonce.is_empty() {
            for (name, policy) in self.policies().filter(|(_, policy)| policy.has_nonce()) {
                let value = self.policy_value(&name, policy, nonce);
                response.add_missing(&[(name, value)]);
            }
        }
        if over == Over::Tls {
            response.add_missing(&ready.over_tls);
        }
    }
}

/// What a request came over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Tls,
    Clear,
}

impl<S: Sync> Middleware<S> for SecurityHeaders {
    const KIND: Kind = Kind::SecurityHeaders;

    async fn call(&self, mut request: Request, _: &S, next: Next<'_>) -> Response {
        let nonce = match self.note_nonce(&mut request) {
            Ok(nonce) => nonce,
            Err(error) => return error.into_response(),
        };
        let over = if request.is_secure() { Over::Tls } else { Over::Clear };
        let mut response = next.run(request).await;
        self.secure(&mut response, &nonce, over);
        response
    }
}

impl SecurityHeaders {
    /// Draws a nonce where a policy has a place for one, and notes it for the handler.
    #[cfg(feature = "csp-nonces")]
    fn note_nonce(&self, request: &mut Request) -> Result<String, Error> {
        if ![&self.csp, &self.csp_report_only].into_iter().flatten().any(Csp::has_nonce) {
            return Ok(String::new());
        }
        let nonce = CspNonce::generate()?;
        let text = nonce.as_str().to_owned();
        request.extensions_mut().insert(nonce);
        Ok(text)
    }

    /// No policy has a place for one.
    #[cfg(not(feature = "csp-nonces"))]
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "with the feature there is one, or a fault"
    )]
    fn note_nonce(&self, _: &mut Request) -> Result<String, Error> {
        Ok(String::new())
    }
}

impl Default for SecurityHeaders {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl Framing {
    #[inline]
    fn header_value(self) -> Option<HeaderValue> {
        match self {
            Self::Nobody => Some(HeaderValue::from_static("DENY")),
            Self::SameOrigin => Some(HeaderValue::from_static("SAMEORIGIN")),
            Self::Anybody => None,
        }
    }

    /// The directive that says the same.
    fn ancestors(self) -> &'static str {
        match self {
            Self::Nobody => "frame-ancestors 'none'",
            Self::SameOrigin => "frame-ancestors 'self'",
            Self::Anybody => "",
        }
    }
}

#[cfg(test)]
mod tests;
