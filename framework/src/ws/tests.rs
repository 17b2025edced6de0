//! WebSockets over the whole engine: raw bytes, a client of another's making, and how they end.

mod app;
#[cfg(feature = "ws-deflate")]
mod deflate;
mod ends;
mod handshake;
mod metrics;
mod peer;
mod rooms;
mod rules;
mod suite;
