//! All of it, in an order that makes sense.

// ANCHOR: stack
use std::net::Ipv4Addr;
use std::time::Duration;

use server::layers::{
    Compression, ConcurrencyLimit, Cors, Csrf, Decompression, HttpsRedirect, NormalPath, Quota, RateLimit,
    SecurityHeaders, TimeLimit,
};
use server::{Routes, Server, post, routes};

const TO_TLS: HttpsRedirect = HttpsRedirect::new().hosts(&["example.org"]);
const HEADERS: SecurityHeaders = SecurityHeaders::new().hsts(Duration::from_secs(365 * 24 * 3600));
const CORS: Cors = Cors::new().origins(&["https://app.example.org"]).credentials();
const CSRF: Csrf = Csrf::new().trusted_origins(&["https://app.example.org"]);
const RATES: &[Quota] = &[Quota::new("minute", 2, Duration::from_secs(60))];

#[post("/notes")]
async fn create(note: String) -> String {
    format!("noted: {note}\n")
}

pub(crate) fn server() -> Server {
    Server::new(ROUTES)
        .trusted_proxies([Ipv4Addr::LOCALHOST])
        .with(HEADERS)
        .with(TO_TLS)
        .with(NormalPath)
        .with(CORS)
        .with(CSRF)
        .with(RateLimit::by_client(RATES))
        .with(ConcurrencyLimit::new(256))
        .with(TimeLimit::new(Duration::from_secs(10)))
        .with(Compression::new())
        .with(Decompression::new())
}
// ANCHOR_END: stack

pub(crate) const ROUTES: Routes = routes![create];

#[cfg(test)]
mod tests {
    use server::Method;
    use server::testing::{Client, RequestBuilder};

    use super::*;

    fn ask(client: &Client, method: Method, target: &str, origin: &'static str) -> RequestBuilder {
        let request = client.request(method, target).header("host", "example.org").header("origin", origin);
        request.header("x-forwarded-proto", "https")
    }

    #[server::test]
    async fn what_one_refuses_the_outer_ones_have_seen() {
        let client = Client::from(server());
        let app = "https://app.example.org";
        let preflight = ask(&client, Method::OPTIONS, "/notes", app);
        let preflight = preflight.header("access-control-request-method", "POST").await;
        assert_eq!(preflight.header("access-control-allow-methods"), Some("POST"));
        for status in [200, 200, 429] {
            let response = ask(&client, Method::POST, "/notes", app).body("tea").await;
            assert_eq!(response.status(), status);
            assert_eq!(response.header("access-control-allow-origin"), Some(app));
            assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        }
        let foreign = ask(&client, Method::POST, "/notes", "https://evil.example").await;
        assert_eq!(foreign.status(), 403);
        assert_eq!(foreign.header("ratelimit"), None, "it has taken nothing from anybody");
        let twice = ask(&client, Method::POST, "//notes", app).await;
        assert_eq!((twice.status().as_u16(), twice.header("location")), (308, Some("/notes")));
    }
}
