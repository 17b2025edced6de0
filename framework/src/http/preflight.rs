//! [`Preflight`]: what a CORS preflight asks about (Fetch §3.2, "CORS-preflight request"), noted in the request.

use http::Method;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};

use super::Request;

/// A preflight of a path that is known, as the router notes it for the layer that answers it.
#[derive(Clone, Debug)]
pub(crate) struct Preflight {
    /// The methods that have the same answer to a preflight as the one asked about has, so that a browser may keep it
    /// for all of them; `None` below a mount, whose methods nobody knows.
    pub(crate) methods: Option<Vec<&'static str>>,
}

impl Preflight {
    /// The method that `request` asks about, where it is a preflight: OPTIONS with `Origin` and
    /// `Access-Control-Request-Method`.
    #[inline]
    pub(crate) fn wanted(request: &Request) -> Option<Method> {
        if *request.method() != Method::OPTIONS || request.header(ORIGIN).is_none() {
            return None;
        }
        Method::from_bytes(request.header(ACCESS_CONTROL_REQUEST_METHOD)?.as_bytes()).ok()
    }

    /// What the router noted.
    #[inline]
    pub(crate) fn of(request: &Request) -> Option<&Self> {
        request.extensions()?.get()
    }
}

impl Request {
    /// Whether this is a CORS preflight that a [`Cors`](crate::layers::Cors) around the route, or around the server,
    /// answers.
    ///
    /// No handler sees it, and no browser sends credentials with it: a middleware of the server that asks for some lets
    /// it pass.
    #[inline]
    pub fn is_preflight(&self) -> bool {
        Preflight::of(self).is_some()
    }
}
