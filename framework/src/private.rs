//! What the macros' expansions name. No part of the public interface: it changes with the macros.

pub use crate::blocking::run_blocking;
pub use crate::entry::{block_on_main, block_on_test};
pub use crate::extract::argument::{
    AnyState, Argument, Checked, Extract, ExtractAll, NoExtractor, StateProbe, assert_extractor_for, extract,
    refuse_if, takes_body, takes_no_body,
};
pub use crate::extract::function::{Cache, Outcome, cache};
pub use crate::extract::param::{AnyParam, borrowed_param, owned_param, param_text};
#[cfg(feature = "embed")]
pub use crate::handlers::{EmbeddedFile, embedded};
pub use crate::middleware::around::{Around, MiddlewareProbe, NoMiddleware, assert_middleware};
pub use crate::respond::cause::{Cause, member, status};
pub use crate::routing::{
    Binding, Bindings, Bound, Call, Conflicts, Gathered, HandlerFn, Item, NoRoute, OnDisconnect, Params,
    Pattern, Policy, Reply, RouteInfo, RouteProbe, Rows, Scope, Segment, Sizes, Source, Sources, Table, Trie,
    UrlBuilder, answer, answer_at_once, join_texts, layer, reply, reply_at_once, respond,
};
