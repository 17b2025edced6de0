//! Plain `fn` handlers, on the pool of threads that may block.

use std::panic;

use http::StatusCode;

use crate::http::Response;
use crate::respond::{IntoResponse, Problem};

/// Runs `work` where it may block; a panic in it goes on in the caller.
///
/// # Errors
///
/// The 503 for a pool that is shutting down.
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Response> {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => Ok(value),
        Err(error) => match error.try_into_panic() {
            Ok(payload) => panic::resume_unwind(payload),
            Err(error) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE).source(error).into_response()),
        },
    }
}
