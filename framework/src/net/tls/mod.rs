//! TLS under HTTP (RFC 8446, RFC 5246; HTTP over it: RFC 9110 §4.2.2): certificates, handshakes, and what is spoken then.
//!
//! The protocol itself is rustls's. Here is what surrounds it: files are read and judged ([`pair`]), put together to a
//! configuration that can be replaced under running connections ([`live`]), watched ([`watch`]); a connection is led
//! through its handshake ([`serve`]), and is from then on a [`Transport`](super::Transport) like any other ([`io`]).
//! Who speaks HTTP in the clear is told so in HTTP, or sent to where TLS is spoken ([`clear`]).

mod clear;
#[cfg(feature = "tls-dev")]
mod dev;
mod io;
mod live;
mod names;
mod pair;
mod serve;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use live::Live;
pub(super) use serve::{redirect, serve};
pub(crate) use watch::Watch;
