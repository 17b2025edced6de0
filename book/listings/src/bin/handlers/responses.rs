//! What a handler may return.

use std::time::Duration;

use server::{Html, Json, Redirect, Response, Routes, StatusCode, get, post, routes};

use crate::state::App;

pub(crate) const ROUTES: Routes<App> = routes![home, authors, order, random, cover];

// ANCHOR: simple
/// A page: 200, `text/html`.
#[get("/home")]
async fn home() -> Html<&'static str> {
    Html("<h1>Books</h1>")
}

/// A value: 200, `application/json`.
#[get("/authors")]
async fn authors() -> Json<[&'static str; 2]> {
    Json(["Austen", "Eliot"])
}
// ANCHOR_END: simple

// ANCHOR: tuple
/// A status, a field, and a body.
#[post("/orders")]
async fn order() -> (StatusCode, [(&'static str, &'static str); 1], &'static str) {
    (StatusCode::ACCEPTED, [("retry-after", "5")], "ordered\n")
}

/// Another place.
#[get("/random")]
async fn random() -> Redirect {
    Redirect::see_other("/books/Emma/cover")
}
// ANCHOR_END: tuple

// ANCHOR: builder
/// What needs more than that.
#[get("/books/:title/cover")]
async fn cover(title: &str) -> Option<Response> {
    let picture = (title == "Emma").then_some("<svg xmlns='http://www.w3.org/2000/svg'/>")?;
    let response = Response::ok().header("content-type", "image/svg+xml");
    Some(response.cache_for(Duration::from_secs(3600)).text(picture))
}
// ANCHOR_END: builder

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn each_type_says_status_and_content_type() {
        let client = Client::with_state(ROUTES, App::default());
        let rows = [
            ("/home", 200, Some("text/html; charset=utf-8")),
            ("/authors", 200, Some("application/json")),
            ("/random", 303, None),
            ("/books/Emma/cover", 200, Some("image/svg+xml")),
            ("/books/Ulysses/cover", 404, Some("application/problem+json")),
        ];
        for (target, status, content_type) in rows {
            let response = client.get(target).await;
            assert_eq!(response.status(), status, "{target}");
            assert_eq!(response.header("content-type"), content_type, "{target}");
        }
        let order = client.post("/orders").await;
        assert_eq!((order.status(), order.header("retry-after")), (StatusCode::ACCEPTED, Some("5")));
        let cover = client.get("/books/Emma/cover").await;
        assert_eq!(cover.header("cache-control"), Some("public, max-age=3600"));
        assert_eq!(client.get("/random").await.header("location"), Some("/books/Emma/cover"));
    }
}
