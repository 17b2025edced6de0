//! What the macros' expansions name. No part of the public interface: it changes with the macros.

use std::fmt;
use std::pin::Pin;

pub use crate::blocking::run_blocking;
pub use crate::extract::argument::{
    AnyState, Argument, Extract, NoExtractor, Probe, StateProbe, assert_extractor, assert_extractor_for,
};
pub use crate::extract::param::{borrowed_param, owned_param, param_text};
pub use crate::http::Response;
pub use crate::middleware::around::{Around, MiddlewareProbe, NoMiddleware, assert_middleware};
pub use crate::routing::{Bound, HandlerFn, OnDisconnect, Pattern, Policy, RouteInfo, Segment, UrlBuilder};

/// A handler's future as the table holds it.
pub type Reply<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// Boxes a handler's future; a future that cannot move between threads is refused here.
pub fn reply<'a>(future: impl Future<Output = Response> + Send + 'a) -> Reply<'a> {
    Box::pin(future)
}

/// Makes a handler's result a response.
pub fn respond<T: crate::IntoResponse>(result: T) -> Response {
    result.into_response()
}

/// What a URL's parameter takes where no argument tells its type.
pub trait AnyParam {
    /// What writes the parameter's text, not yet encoded.
    fn into_param(self) -> impl fmt::Display;
}

impl<T: fmt::Display> AnyParam for T {
    fn into_param(self) -> impl fmt::Display {
        self
    }
}
