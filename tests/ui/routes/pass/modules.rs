//! Handlers of several modules in one table: scopes, nested tables, middleware, patterns, methods and URLs.

use server::testing::Client;
use server::{Next, Request, Response, Routes, State, StatusCode, get, middleware, route, routes};

#[derive(server::State)]
struct App {
    name: String,
}

#[get("/")]
async fn index(name: State<String>) -> String {
    name.0
}

/// Pages lie under two patterns and answer two methods.
#[route(GET | POST, "/pages/*path", "/old/pages/*path")]
async fn page(path: &str) -> String {
    format!("page {path}")
}

#[middleware]
async fn stamp(request: Request, next: Next<'_>) -> Response {
    next.run(request).await.header("x-stamp", "admin")
}

mod users {
    use server::{Json, Routes, delete, get, post, routes};

    use crate::App;

    #[get("/")]
    async fn list() -> &'static str {
        "users"
    }

    #[get("/:id")]
    pub async fn show(id: u64) -> String {
        format!("user {id}")
    }

    #[post("/")]
    async fn create(name: Json<String>) -> String {
        format!("created {}", name.0)
    }

    #[delete("/:id/tags/:tag")]
    pub fn remove_tag(id: u64, tag: String) -> String {
        format!("removed {tag} of {id}")
    }

    pub const ROUTES: Routes<App> = routes![list, show, "/all" => [create], remove_tag];
}

#[server::scope(prefix = "/orgs/:org", state = super::App)]
mod orgs {
    use server::{State, get};

    #[get("/")]
    pub async fn show(org: String, name: State<String>) -> String {
        format!("{org} of {}", name.0)
    }

    #[get("/members/:member")]
    pub async fn member(org: &str, member: u32) -> String {
        format!("{member} of {org}")
    }
}

const ADMIN: Routes<App> = routes!["/users" => users::ROUTES, page];

const ROUTES: Routes<App> = routes![
    index,
    "/admin" with [stamp] => ADMIN,
    "/users" => users::ROUTES,
    ..orgs::ROUTES,
    with [stamp] => ["/v2" => [page]],
];

#[server::main]
async fn main() {
    assert_eq!(ROUTES.len(), 13);
    assert_eq!(users::show::url(7), "/7");
    assert_eq!(users::remove_tag::url(7, "rock & roll"), "/7/tags/rock%20%26%20roll");
    assert_eq!(orgs::member::url("a/b", 7), "/orgs/a%2Fb/members/7");
    assert_eq!(page::url("a/b c"), "/pages/a/b%20c");

    let client = Client::with_state(ROUTES, App { name: "app".to_owned() });
    check(&client, "/", "app").await;
    check(&client, "/users", "users").await;
    check(&client, "/users/7", "user 7").await;
    check(&client, "/admin/users/7", "user 7").await;
    check(&client, "/admin/old/pages/a/b", "page a/b").await;
    check(&client, "/v2/pages/a", "page a").await;
    check(&client, "/orgs/acme", "acme of app").await;
    check(&client, &orgs::member::url("a/b", 7), "7 of a/b").await;
    let response = client.get("/admin/users").send().await;
    assert_eq!(response.header("x-stamp"), Some("admin"));
    let response = client.delete("/users/7/tags/new").send().await;
    assert_eq!(response.text(), "removed new of 7");
    let response = client.post("/admin/users/all").json(&"Ada").send().await;
    assert_eq!(response.text(), "created Ada");
    let response = client.post("/users").send().await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.header("allow"), Some("GET, HEAD, OPTIONS"));
}

async fn check(client: &Client, target: &str, expected: &str) {
    let response = client.get(target).send().await;
    assert_eq!((response.status(), response.text()), (StatusCode::OK, expected), "{target}");
}
