//! The macros, re-exported with their documentation.

mod around;
#[cfg(test)]
mod behaviour;
mod derives;
#[cfg(feature = "embed")]
mod embed;
mod entry;
mod handlers;
mod tables;

pub use around::{extractor, middleware};
pub use derives::{HttpError, State};
#[cfg(feature = "embed")]
pub use embed::embed;
pub use entry::{main, test};
pub use handlers::{delete, get, head, options, patch, post, put, route};
pub use tables::{routes, scope};
