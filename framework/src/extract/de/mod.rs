//! One serde deserializer for all text of the form "names and values": path parameters, query strings, forms.
//!
//! A value is text until the type it is for is known: `page=7` makes a number where a number is asked for. Repeated
//! names make lists. Text that nothing is encoded in is borrowed. Nothing nests: struct in struct goes through
//! `#[serde(flatten)]`, whose trap for such formats [`buffered`] removes.
//!
//! Bounded: at most 1,000 pairs, and a value that nobody asks for is not even decoded.

mod buffered;
mod decode;
mod error;
mod fields;
mod map;
mod pairs;
mod params;
#[cfg(any(test, feature = "__properties"))]
mod property;
mod stand_in;
mod text;
mod value;
mod words;

#[cfg(test)]
mod tests;

/// The name of the struct that only a multipart form can make; see [`UploadedFile`](crate::UploadedFile).
pub(crate) const FILE: &str = "server::UploadedFile";

pub use error::{FieldError, FieldErrors};
#[cfg(any(test, feature = "__properties"))]
use fields::MAX_PAIRS;
pub(crate) use fields::{Coding, Fields, Given};
#[cfg(any(test, feature = "__properties"))]
pub use property::{form, percent, query};
pub(crate) use words::{bounded, quoted};
