//! Arguments from the path, the query and the fields.

use std::num::NonZeroU32;

use serde::Deserialize;
use server::{ClientAddr, HeaderMap, MatchedRoute, Query, RequestId, Routes, UserAgent, get, routes};

use crate::state::App;

pub(crate) const ROUTES: Routes<App> = routes![page, search, about, trace];

// ANCHOR: path
/// A page of a book.
#[get("/books/:title/pages/:number")]
async fn page(title: &str, number: NonZeroU32) -> String {
    format!("{title}, page {number}\n")
}
// ANCHOR_END: path

// ANCHOR: query
#[derive(Deserialize)]
struct Search {
    author: String,
    #[serde(default)]
    skip: u32,
    #[serde(default)]
    tag: Vec<String>,
}

/// Books of an author: `?author=Austen&skip=20&tag=novel&tag=irony`.
#[get("/books")]
async fn search(search: Query<Search>) -> String {
    format!("{} from {} on, {:?}\n", search.author, search.skip, search.tag)
}
// ANCHOR_END: query

// ANCHOR: optional
/// Who asks.
#[get("/about")]
async fn about(agent: Option<UserAgent>, client: ClientAddr) -> String {
    let program = agent.map_or("something".to_owned(), |agent| agent.product().to_owned());
    format!("{program} at {}\n", client.ip())
}
// ANCHOR_END: optional

// ANCHOR: others
/// What the server knows of a request before a handler runs.
#[get("/trace/*rest")]
async fn trace(rest: &str, id: RequestId, route: MatchedRoute, headers: HeaderMap) -> String {
    format!("{rest}: {} fields for {}, as {id}\n", headers.len(), route.pattern())
}
// ANCHOR_END: others

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use server::testing::Client;

    use super::*;

    fn client() -> Client {
        Client::with_state(ROUTES, App::default())
    }

    #[server::test]
    async fn takes_params_by_name() {
        assert_eq!(
            client().get("/books/Sense%20%26%20Sensibility/pages/3").await.text(),
            "Sense & Sensibility, page 3\n"
        );
        let refused = client().get("/books/Emma/pages/zero").await;
        let mut problem = refused.json::<Value>();
        assert!(problem["request_id"].take().is_string());
        let detail = "`number`: expected an unsigned 32-bit integer other than zero, found `zero`";
        assert_eq!(problem["detail"], detail);
    }

    #[server::test]
    async fn takes_the_query_as_a_value() {
        let found = client().get("/books?author=Austen&tag=novel&tag=irony").await;
        assert_eq!(found.text(), "Austen from 0 on, [\"novel\", \"irony\"]\n");
        let refused = client().get("/books?author=Austen&skip=some").await;
        assert_eq!(refused.status(), 400);
        assert_eq!(refused.json::<Value>()["field"], json!("skip"));
    }

    #[server::test]
    async fn takes_what_may_be_absent() {
        assert_eq!(client().get("/about").await.text(), "something at 127.0.0.1\n");
        let named = client().get("/about").header("user-agent", "curl/8.5.0").await;
        assert_eq!(named.text(), "curl at 127.0.0.1\n");
        let traced = client().get("/trace/a/b").await;
        assert!(traced.text().starts_with("a/b: 2 fields for /trace/*rest, as "), "{}", traced.text());
    }
}
