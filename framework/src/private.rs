//! What the macros' expansions name. No part of the public interface: it changes with the macros.

pub use crate::entry::{block_on_main, block_on_test};
pub use crate::extract::argument::{
    AnyState, Argument, Extract, NoExtractor, Probe, StateProbe, assert_extractor, assert_extractor_for,
    refuse_if,
};
pub use crate::extract::function::{Cache, Outcome, cache};
pub use crate::respond::cause::{Cause, status};
pub use crate::routing::{Bound, HandlerFn, OnDisconnect, Pattern, Policy, RouteInfo, Segment};
