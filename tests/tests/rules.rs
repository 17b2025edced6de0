//! What RFC 9112 and RFC 9110 ask of a server, a row each: bytes in, and what must come out.
//!
//! The book's chapter on HTTP names these rows by their ids.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../http/rules/app.rs"]
mod app;
#[path = "../http/rules/connections.rs"]
mod connections;
#[path = "../http/rules/framing.rs"]
mod framing;
#[path = "../http/rules/greedy.rs"]
mod greedy;
#[path = "../http/rules/messages.rs"]
mod messages;
#[path = "../http/rules/rule.rs"]
mod rule;
#[path = "../http/rules/semantics.rs"]
mod semantics;
