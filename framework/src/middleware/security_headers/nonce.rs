//! [`CspNonce`]: the nonce of a request (CSP §7.1), for the page that answers it.

use std::error::Error;
use std::fmt;

use http::StatusCode;

use crate::extract::FromRequest;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// Bytes of randomness; CSP asks for 128 bits at least.
const BYTES: usize = 16;

/// Takes the nonce that the policy of this request's answer allows scripts and styles by.
///
/// The policy has it where [`Csp::NONCE`](super::Csp::NONCE) stands, and no other request has the same. A page that
/// has one is not to be cached.
///
/// Without a [`SecurityHeaders`](super::SecurityHeaders) around the route whose policy has a place for one, there is
/// none, and the client can do nothing about it: 500.
///
/// ```
/// use server::layers::{Csp, CspNonce, SecurityHeaders};
/// use server::{Html, get, routes};
///
/// const HEADERS: SecurityHeaders = SecurityHeaders::new()
///     .csp(Csp::new().default_src(&["'self'"]).script_src(&[Csp::NONCE]));
///
/// #[get("/", with = [HEADERS])]
/// async fn index(nonce: CspNonce) -> Html<String> {
///     Html(format!("<!DOCTYPE html><title>Now</title><script nonce=\"{nonce}\">document.write(new Date())</script>"))
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let response = server::testing::Client::new(routes![index]).get("/").await;
/// let (_, nonce) = response.text().split_once("nonce=\"").unwrap();
/// let (nonce, _) = nonce.split_once('"').unwrap();
/// let policy = format!("default-src 'self'; script-src 'nonce-{nonce}'");
/// assert!(response.header("content-security-policy").unwrap().starts_with(&policy));
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CspNonce(String);

impl CspNonce {
    /// Draws one from the system's generator.
    pub(super) fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The nonce: letters and digits, to be put in a `nonce` attribute as it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Sync> FromRequest<S> for CspNonce {
    const READY: bool = true;
    type Rejection = CspNonceRejection;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, CspNonceRejection> {
        request.extensions().and_then(|extensions| extensions.get()).cloned().ok_or(CspNonceRejection(()))
    }
}

impl fmt::Display for CspNonce {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says that there is one, and not which: debug output ends in logs.
impl fmt::Debug for CspNonce {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CspNonce").finish_non_exhaustive()
    }
}

/// There is no nonce; 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CspNonceRejection(());

impl CspNonceRejection {
    /// 500 Internal Server Error.
    pub fn status(self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

impl fmt::Display for CspNonceRejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a handler asks for a CSP nonce, and no policy around it has a place for one: put `SecurityHeaders` with a \
             `Csp` that names `Csp::NONCE` around its route",
        )
    }
}

impl Error for CspNonceRejection {}

impl IntoResponse for CspNonceRejection {
    fn into_response(self) -> Response {
        Problem::new(self.status()).source(self).into_response()
    }
}
