//! HTTP/2 on a connection (RFC 9113): the crate `h2` speaks the protocol, this room puts our handlers behind it.
//!
//! A connection of HTTP/1 turns into one of HTTP/2 where it begins with the client's preface; see
//! [`connection`](super::connection). From then on one task, the [session](session), drives `h2` over the same
//! transport and begins its streams; each of them is a task of its own where it has to wait. Its request is made of what
//! `h2` decoded, answered by the same application, and held to the same limits and timeouts.
//!
//! ```text
//!   transport ◄──► tap ◄──► h2 ◄──► session ──► stream: head ─► handler ─► answer
//!                   │                  ▲           │
//!                   └──── ledger ──────┴───────────┘
//! ```
//!
//! The [tap](tap) sees all frames on their way and enters in the [ledger](ledger) what `h2` does not tell: bytes by
//! stream, when an answer's last frame was written, windows, [faults](content) that `h2` passes over, and what a client
//! does that costs more than it is worth. Beyond a bound the connection ends with GOAWAY.

mod account;
mod answer;
mod body;
mod builder;
mod calm;
mod content;
mod frames;
mod head;
mod ledger;
mod pace;
mod record;
mod session;
mod spare;
mod stream;
mod tap;
#[cfg(test)]
mod tests;
mod tunnel;
mod watch;

pub(super) use session::{Ending, Service, serve};
pub(super) use tap::Carrier;

/// What a client of HTTP/2 sends first (RFC 9113 §3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
