//! Whole connections of HTTP/2 over a pipe in memory, with paused time: what `h2`'s own client sees, and raw frames.

mod app;
mod ends;
mod limits;
mod messages;
mod raw;
mod settings;
#[cfg(feature = "ws")]
mod tunnels;
