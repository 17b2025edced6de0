//! Middleware: what stands around handlers.

use std::time::Instant;

use server::{Middleware, Next, Request, Response, Routes, get, middleware, routes};

use crate::state::App;

pub(crate) const ROUTES: Routes<App> = routes![opening_hours];

// ANCHOR: function
/// Says how long the answer took.
#[middleware]
pub(crate) async fn timed(request: Request, next: Next<'_>) -> Response {
    let started = Instant::now();
    let response = next.run(request).await;
    response.header("server-timing", format!("app;dur={}", started.elapsed().as_millis()))
}
// ANCHOR_END: function

// ANCHOR: value
/// Says until when these routes will be there (RFC 8594).
pub(crate) struct Sunset(pub(crate) &'static str);

impl<S: Sync> Middleware<S> for Sunset {
    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        next.run(request).await.header("sunset", self.0)
    }
}

/// When the library is open.
#[get("/hours", with = [timed, Sunset("Sat, 01 May 2027 00:00:00 GMT")])]
async fn opening_hours() -> &'static str {
    "9 to 5\n"
}
// ANCHOR_END: value

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn each_adds_its_field() {
        let response = Client::with_state(ROUTES, App::default()).get("/hours").await;
        assert!(response.header("server-timing").is_some_and(|value| value.starts_with("app;dur=")));
        assert_eq!(response.header("sunset"), Some("Sat, 01 May 2027 00:00:00 GMT"));
    }
}
