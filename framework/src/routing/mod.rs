//! The routing table: patterns, the trie the compiler builds from them, and what is only known at run time.
//!
//! `routes!` composes the constants that `#[route]` emits; everything it calls here is a `const fn`, so that the table
//! lies in `.rodata` and a conflict stops `cargo check`.

mod info;
mod reply;
mod url;

pub use info::{
    Bound, Captures, Endpoint, Handle, HandlerFn, OnDisconnect, Pattern, Policy, RouteInfo, Segment,
};
pub use reply::{Reply, reply, respond};
pub use url::UrlBuilder;
