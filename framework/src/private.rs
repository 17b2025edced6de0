//! What the macros' expansions name. No part of the public interface: it changes with the macros.

pub use crate::extract::argument::{AnyState, Argument, Extract, NoExtractor, Probe, assert_extractor};
pub use crate::routing::{
    Binding, Bindings, Bound, Conflicts, HandlerFn, Item, OnDisconnect, Pattern, Policy, RouteInfo, Rows,
    Scope, Segment, Sizes, Source, Sources, Table, Trie, join_texts, layer,
};
