//! Bodies: as a value, as bytes, as they come.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use server::{Body, Form, Json, Routes, post, put, routes};

use crate::state::App;

pub(crate) const ROUTES: Routes<App> = routes![review, subscribe, store, measure];

// ANCHOR: json
#[derive(Deserialize, Serialize)]
struct Review {
    stars: u8,
    #[serde(default)]
    text: String,
}

/// Takes a review and gives it back.
#[post("/books/:title/reviews")]
async fn review(title: String, Json(review): Json<Review>) -> Json<(String, Review)> {
    Json((title, review))
}
// ANCHOR_END: json

// ANCHOR: form
#[derive(Deserialize)]
struct Subscription {
    email: String,
}

/// What a browser's form sends.
#[post("/subscribe")]
async fn subscribe(form: Form<Subscription>) -> String {
    format!("{} will hear of new books\n", form.email)
}
// ANCHOR_END: form

// ANCHOR: bytes
/// A cover: at most 64 KiB, all of it in memory.
#[put("/books/:title/cover", body_limit = "64KiB")]
async fn store(title: &str, cover: Bytes) -> String {
    format!("{} bytes of {title}\n", cover.len())
}
// ANCHOR_END: bytes

// ANCHOR: stream
/// A recording: of any length, a chunk in memory at a time.
#[put("/books/:title/recording", body_limit = "10GiB", timeout = "1h")]
async fn measure(title: &str, mut recording: Body) -> server::Result<String> {
    let mut len = 0;
    while let Some(chunk) = recording.chunk().await {
        len += chunk?.len();
    }
    Ok(format!("{len} bytes of {title}\n"))
}
// ANCHOR_END: stream

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use server::testing::Client;

    use super::*;

    fn client() -> Client {
        Client::with_state(ROUTES, App::default())
    }

    #[server::test]
    async fn takes_json() {
        let request = client().post("/books/Emma/reviews");
        let response = request.json(&json!({ "stars": 5 })).await;
        assert_eq!(response.text(), r#"["Emma",{"stars":5,"text":""}]"#);
    }

    #[server::test]
    async fn says_what_is_wrong_with_it() {
        let rows = [
            ("application/json", r#"{"stars": 5"#, 400),
            ("application/json", r#"{"stars": "five"}"#, 422),
            ("text/plain", r#"{"stars": 5}"#, 415),
        ];
        for (content_type, body, status) in rows {
            let request = client().post("/books/Emma/reviews").header("content-type", content_type);
            assert_eq!(request.body(body).await.status(), status, "{body}");
        }
        let wrong = client().post("/books/Emma/reviews").json(&json!({ "stars": "five" })).await;
        assert_eq!(wrong.json::<Value>()["field"], "stars");
    }

    #[server::test]
    async fn takes_forms_and_bytes() {
        let subscribed = client().post("/subscribe").form(&[("email", "ada@example.org")]).await;
        assert_eq!(subscribed.text(), "ada@example.org will hear of new books\n");
        assert_eq!(
            client().put("/books/Emma/cover").body(vec![0; 65_536]).await.text(),
            "65536 bytes of Emma\n"
        );
        let large = client().put("/books/Emma/cover").body(vec![0; 65_537]).await;
        assert_eq!(large.status(), 413);
        assert_eq!(large.json::<Value>()["limit_bytes"], 65_536);
        let recording = client().put("/books/Emma/recording").body(vec![0; 65_537]).await;
        assert_eq!(recording.text(), "65537 bytes of Emma\n");
    }
}
