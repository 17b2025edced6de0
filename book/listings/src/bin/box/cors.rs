//! Scripts of other origins.

use server::Routes;
// ANCHOR: cors
use server::layers::Cors;
use server::{get, put, routes};

const CORS: Cors = Cors::new()
    .origins(&["https://app.example.org", "https://*.preview.example.org"])
    .allow_headers(&["content-type", "authorization"])
    .credentials();

#[get("/notes/:id")]
async fn read(id: u64) -> String {
    format!("note {id}\n")
}

#[put("/notes/:id")]
async fn store(id: u64, note: String) -> String {
    format!("note {id} is now {note}\n")
}

pub(crate) const ROUTES: Routes = routes!["/api" with [CORS] => [read, store]];
// ANCHOR_END: cors

#[cfg(test)]
mod tests {
    use server::Method;
    use server::testing::{Client, TestResponse};

    use super::*;

    async fn ask(origin: &'static str, method: &'static str) -> TestResponse {
        let request = Client::new(ROUTES).request(Method::OPTIONS, "/api/notes/7").header("origin", origin);
        request.header("access-control-request-method", method).await
    }

    #[server::test]
    async fn an_origin_that_is_listed_may_read() {
        let answer = ask("https://app.example.org", "PUT").await;
        assert_eq!(answer.status(), 204);
        let rows = [
            ("access-control-allow-origin", "https://app.example.org"),
            ("access-control-allow-methods", "GET, HEAD, PUT"),
            ("access-control-allow-headers", "content-type, authorization"),
            ("access-control-allow-credentials", "true"),
            ("access-control-max-age", "600"),
        ];
        for (name, value) in rows {
            assert_eq!(answer.header(name), Some(value));
        }
        let answer =
            Client::new(ROUTES).get("/api/notes/7").header("origin", "https://app.example.org").await;
        assert_eq!(answer.text(), "note 7\n");
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example.org"));
        assert_eq!(answer.header("vary"), Some("origin"));
    }

    #[server::test]
    async fn another_is_told_why_not() {
        let rows = [
            (
                "https://evil.example",
                "PUT",
                "the origin `https://evil.example` may not read what is answered here",
            ),
            ("https://app.example.org", "PATCH", ""),
        ];
        for (origin, method, expected) in rows {
            let answer = ask(origin, method).await;
            assert_eq!(answer.header("access-control-allow-origin"), None);
            if !expected.is_empty() {
                assert_eq!(answer.json::<serde_json::Value>()["detail"], expected);
            }
        }
    }
}
