//! What must hold for any bytes whatever: each property once, tried by tests and by the fuzzer alike.
//!
//! A property is a function of bytes that panics where it does not hold. It stands in the room that it speaks of; here
//! are the names under which `fuzz/` finds it, and what several of them need. Nothing is drawn but from the bytes, so
//! that an input is a case by itself, and a corpus of HTTP messages is made of HTTP messages.
//!
//! No part of the public interface, nor of a build without the feature `__properties`.

mod answer;
mod lines;
mod random;
#[cfg(test)]
mod replay;

#[cfg(feature = "cookies")]
pub use crate::extract::cookies;
pub use crate::extract::{form, percent, query, range};
pub use crate::h1::{chunked, framing, head};
#[cfg(any(feature = "tls", feature = "__properties"))]
pub use crate::http::certificate;
pub use crate::http::conditions;
#[cfg(feature = "http2")]
pub use crate::net::http2;
pub use crate::net::{connection, proxy_header};
pub use crate::testing::jar;
#[cfg(feature = "ws-deflate")]
pub use crate::ws::deflate;
#[cfg(feature = "ws")]
pub use crate::ws::websocket;

pub(crate) use answer::{Answer, read_answer, read_chunked};
pub(crate) use lines::{fields, trim, values};
pub(crate) use random::{Random, cuts};
#[cfg(test)]
pub(crate) use replay::replay;
