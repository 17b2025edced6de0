//! What replicas share through Redis, against a real one: limits and sessions; and what becomes of both when it is slow,
//! gone, or no Redis at all.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../redis/limits.rs"]
mod limits;
#[path = "../redis/logged.rs"]
mod logged;
#[path = "../redis/outages.rs"]
mod outages;
#[path = "../redis/replicas.rs"]
mod replicas;
#[path = "../redis/sessions.rs"]
mod sessions;
