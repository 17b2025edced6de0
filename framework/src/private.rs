//! What the macros' expansions name. No part of the public interface: it changes with the macros.

pub use crate::blocking::run_blocking;
pub use crate::extract::argument::{
    AnyState, Argument, Extract, NoExtractor, Probe, StateProbe, assert_extractor, assert_extractor_for,
    extract,
};
pub use crate::extract::param::{AnyParam, borrowed_param, owned_param, param_text};
pub use crate::middleware::around::{Around, MiddlewareProbe, NoMiddleware, around, assert_middleware};
pub use crate::routing::{
    Bound, HandlerFn, OnDisconnect, Pattern, Policy, Reply, RouteInfo, Segment, UrlBuilder, reply, respond,
};
