//! HTTP/2 on real sockets: frames by hand, floods, the clients that people have, and SIGTERM.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../http2/clients.rs"]
mod clients;
#[path = "../http2/drain.rs"]
mod drain;
#[path = "../http2/floods.rs"]
mod floods;
#[path = "../http2/frames.rs"]
mod frames;
#[path = "../http2/grpc.rs"]
mod grpc;
#[path = "../http2/heads.rs"]
mod heads;
#[path = "../apps/programs.rs"]
mod programs;
#[path = "../http2/rules.rs"]
mod rules;
#[path = "../http2/trailers.rs"]
mod trailers;
