//! What tests of whole programs share: a running application, and an HTTP client that hides nothing.
//!
//! It knows nothing of the framework: what is seen here is what any client sees. Nothing here retries.

mod answer;
mod app;
mod client;
mod redis;

pub use answer::Answer;
pub use app::{App, StartError, forget_settings};
pub use client::{Begun, Call, ClientError};
pub use redis::RedisServer;
