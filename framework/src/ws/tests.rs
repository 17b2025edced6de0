//! WebSockets over the whole engine: raw bytes, a client of another's making, and how they end.

mod app;
mod ends;
mod handshake;
mod peer;
mod rules;
