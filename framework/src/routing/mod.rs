//! The routing table: patterns, the trie the compiler builds from them, and what is only known at run time.
//!
//! `routes!` composes the constants that `#[route]` emits; everything it calls here is a `const fn`, so that the table
//! lies in `.rodata` and a conflict stops `cargo check`. Its steps, a file each: [`source`] takes what the macro found
//! and counts it, [`gather`] puts prefixes in front and sorts, [`trie`] builds, [`conflict`] refuses, [`bind`] adds the
//! handlers. [`lookup`] is what runs for each request.

mod bind;
mod conflict;
mod gather;
mod info;
mod lookup;
mod sort;
mod source;
mod table;
mod trie;

pub use bind::{Binding, Bindings, layer};
pub use conflict::Conflicts;
pub use gather::{Gathered, Rows, join_texts};
pub use info::{
    Bound, Captures, Endpoint, Handle, HandlerFn, OnDisconnect, Pattern, Policy, RouteInfo, Segment,
};
pub(crate) use lookup::{Allowed, Found};
pub use source::{Item, Scope, Sizes, Source, Sources};
pub use table::{Iter, ListedRoute, Routes, Table};
pub use trie::Trie;

#[cfg(test)]
mod tests;
