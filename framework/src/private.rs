//! What the macros' expansions name. No part of the public interface: it changes with the macros.

pub use crate::extract::argument::{AnyState, Argument, Extract, NoExtractor, Probe, assert_extractor};
pub use crate::routing::{Bound, HandlerFn, OnDisconnect, Pattern, Policy, RouteInfo, Segment};
