//! The default stack, with two more and one set anew.

// ANCHOR: production
use std::time::Duration;

use server::layers::{Cors, Quota, RateLimit, SecurityHeaders};
use server::{Next, Request, Response, Routes, Server, middleware, post, routes};

const HEADERS: SecurityHeaders = SecurityHeaders::new().hsts(Duration::from_secs(365 * 24 * 3600));
const CORS: Cors = Cors::new().origins(&["https://app.example.org"]);
const QUOTAS: &[Quota] = &[Quota::new("minute", 2, Duration::from_secs(60))];

/// Middleware of your own.
#[middleware]
async fn log(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[post("/notes")]
async fn create(note: String) -> String {
    format!("noted: {note}\n")
}

pub(crate) fn server() -> Server {
    Server::new(ROUTES).production().with(log).with(RateLimit::by_client(QUOTAS)).with(CORS).with(HEADERS)
}
// ANCHOR_END: production

pub(crate) const ROUTES: Routes = routes![create];

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn each_stands_at_its_place() {
        let client = Client::from(server());
        for status in [200, 200, 429] {
            let request = client.post("/notes").header("host", "example.org").body("tea");
            let response = request
                .header("sec-fetch-site", "same-origin")
                .header("origin", "https://app.example.org")
                .await;
            assert_eq!(response.status(), status);
            assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(response.header("access-control-allow-origin"), Some("https://app.example.org"));
        }
        let foreign = client.post("/notes").header("sec-fetch-site", "cross-site").await;
        assert_eq!((foreign.status().as_u16(), foreign.header("ratelimit")), (403, None));
        assert_eq!(client.get("//notes").await.header("location"), Some("/notes"));
    }
}
