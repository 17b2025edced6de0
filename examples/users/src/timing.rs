//! How long an answer took, told to the client: the field `Server-Timing`.

use std::time::Instant;

use server::{Next, Request, Response, middleware};

/// Adds the milliseconds that the rest of the chain took.
#[middleware]
pub(crate) async fn server_timing(request: Request, next: Next<'_>) -> Response {
    let started = Instant::now();
    let response = next.run(request).await;
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    response.header("server-timing", format!("app;dur={milliseconds:.2}"))
}
