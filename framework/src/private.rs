//! What the macros' expansions name. No part of the public interface: it changes with the macros.

pub use crate::blocking::run_blocking;
pub use crate::entry::{block_on_main, block_on_test};
pub use crate::extract::argument::{
    AnyState, Argument, Checked, Extract, ExtractAll, NoExtractor, StateProbe, assert_extractor_for, extract,
    refuse_if, takes_body, takes_no_body,
};
pub use crate::extract::function::{Cache, Outcome, cache};
pub use crate::extract::param::{
    AnyParam, ParamFault, borrowed_param, owned_param, param_fault, param_text, refuse_params,
};
pub use crate::extract::serde_bounds::{Readable, Writable};
pub use crate::extract::state::Shared;
#[cfg(feature = "validation")]
pub use crate::extract::valid::Validates;
#[cfg(feature = "embed")]
pub use crate::handlers::{EmbeddedFile, embedded};
pub use crate::middleware::around::{Around, MiddlewareProbe, NoMiddleware, assert_middleware};
pub use crate::middleware::order::{Placed, layer, ordered};
pub use crate::middleware::responding::responding;
pub use crate::respond::cause::{Cause, member, status};
pub use crate::routing::{
    Binding, Bindings, Bound, HandlerFn, Item, Layout, Listed, NoRoute, OnDisconnect, Parts, Pattern, Policy,
    Reply, RouteInfo, RouteProbe, Scope, Segment, Sizes, Source, Sources, Survey, Table, answer_0_0,
    answer_0_1, answer_0_2, answer_0_3, answer_0_4, answer_1_0, answer_1_1, answer_1_2, answer_1_3,
    answer_1_4, answer_2_0, answer_2_1, answer_2_2, answer_2_3, answer_2_4, answer_3_0, answer_3_1,
    answer_3_2, answer_3_3, answer_3_4, reply, reply_at_once, respond, url, url_0, url_1, url_2,
};
