//! WebSocket (RFC 6455): messages both ways over a connection that was one of HTTP.
//!
//! [`frame`] and [`decoder`] are the protocol, without I/O: bytes to frames, frames to messages. [`handshake`] looks at
//! the request and [`extensions`] at what it offers, [`upgrade`] answers it. From then on a [`session`] has the
//! connection: it moves messages between the wire and the halves that the handler holds, answers pings, and sees to
//! an orderly end. A [`room`] sends to many of them.

mod close;
mod decoder;
#[cfg(feature = "ws-deflate")]
mod deflate;
#[cfg(not(feature = "ws-deflate"))]
#[path = "no_deflate.rs"]
mod deflate;
mod encoded;
mod extensions;
mod frame;
mod handshake;
#[cfg(any(test, feature = "__properties"))]
mod property;
mod room;
mod rooms;
mod session;
mod shared;
mod socket;
#[cfg(test)]
mod tests;
mod upgrade;

pub use close::{CloseCode, CloseFrame};
#[cfg(feature = "ws-deflate")]
pub use deflate::MessageCompression;
#[cfg(all(feature = "ws-deflate", any(test, feature = "__properties")))]
pub use deflate::deflate;
pub use handshake::UpgradeRejection;
#[cfg(any(test, feature = "__properties"))]
pub use property::websocket;
pub use room::{Delivery, Membership, Room, SlowReaders};
pub use rooms::Rooms;
pub use socket::{Message, WebSocket, WebSocketClosed, WebSocketReader, WebSocketWriter};
pub use upgrade::WebSocketUpgrade;
