//! The routing table: patterns, the trie the compiler builds from them, and what is only known at run time.
//!
//! `routes!` composes the constants that `#[route]` emits; everything it calls here is a `const fn`, so that the table
//! lies in `.rodata` and a conflict stops `cargo check`. Its steps, a file each: `source` takes what the macro found and
//! counts it, `survey` tells whether routes may conflict, `bind` lists the handlers. That is all of `cargo check`. Where
//! code is generated, or routes may conflict, `layout` has the table made: `gather` puts prefixes in front, `trie` builds,
//! and `conflict` refuses. `lookup` is what runs for each request, by the numbers of `key`; `mount` answers what the
//! table does not.

mod bind;
#[cfg(any(test, feature = "__micro"))]
mod build;
mod conflict;
mod gather;
mod info;
mod key;
mod layout;
mod listing;
mod lookup;
mod mount;
mod reply;
mod route_url;
mod source;
mod survey;
mod table;
mod trie;
mod url;

pub use bind::{Binding, Bindings};
#[cfg(feature = "__micro")]
pub(crate) use build::table as table_of;
pub(crate) use info::Captures;
pub use info::{
    Bound, Endpoint, Handle, HandlerFn, OnDisconnect, Parts, Pattern, Policy, RouteInfo, Segment,
};
pub use layout::Layout;
pub(crate) use listing::Listing;
pub(crate) use lookup::{Allowed, Found};
pub use mount::{Mount, Rest};
pub(crate) use mount::{MountError, Mounts};
pub use reply::{
    Reply, answer_0_0, answer_0_1, answer_0_2, answer_0_3, answer_0_4, answer_1_0, answer_1_1, answer_1_2,
    answer_1_3, answer_1_4, answer_2_0, answer_2_1, answer_2_2, answer_2_3, answer_2_4, answer_3_0,
    answer_3_1, answer_3_2, answer_3_3, answer_3_4, reply, reply_at_once, respond,
};
pub use route_url::{RouteUrl, UrlError};
pub use source::{Item, Listed, NoRoute, RouteProbe, Scope, Sizes, Source, Sources};
pub use survey::Survey;
pub(crate) use table::LaidOut;
pub use table::{ListedRoute, Routes, Table};
pub use url::{url, url_0, url_1, url_2};

#[cfg(test)]
mod tests;
