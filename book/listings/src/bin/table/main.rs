//! "How the table is built": routes of three modules, put together by the compiler.

mod files;
mod users;

// ANCHOR: program
use server::{Next, Request, Response, Routes, Server, get, middleware, routes};

/// Where to begin.
#[get("/")]
async fn index() -> &'static str {
    "users and files\n"
}

/// Lets pass whoever knows the word.
#[middleware]
async fn staff_only(request: Request, next: Next<'_>) -> Response {
    match request.header("x-word") {
        Some("open sesame") => next.run(request).await,
        Some(_) | None => Response::problem(server::Problem::new(server::StatusCode::FORBIDDEN)),
    }
}

const ROUTES: Routes = routes![
    index,
    ..users::ROUTES,
    "/files" => files::ROUTES,
    "/staff" with [staff_only] => [users::purge],
];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}
// ANCHOR_END: program

#[cfg(test)]
mod tests {
    use server::StatusCode;
    use server::testing::Client;

    use super::*;

    async fn check(method: &str, target: &str, status: u16, text: &str) {
        let method = method.parse().unwrap();
        let response = Client::new(ROUTES).request(method, target).await;
        assert_eq!(response.status(), status, "{target}");
        assert_eq!(response.text(), text, "{target}");
    }

    #[server::test]
    async fn the_more_specific_pattern_answers() {
        check("GET", "/users/7", 200, "user 7\n").await;
        check("GET", "/users/me", 200, "you\n").await;
        check("GET", "/files/a/b.txt", 200, "a/b.txt\n").await;
        check("GET", "/files/latest", 200, "the latest\n").await;
        check("GET", "/files/latest/log", 200, "latest/log\n").await;
    }

    #[server::test]
    async fn a_method_is_looked_for_on_each_pattern_that_matches() {
        check("DELETE", "/users/me", 200, "user me is gone\n").await;
        let refused = Client::new(ROUTES).put("/users/me").await;
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(refused.header("allow"), Some("GET, HEAD, DELETE, OPTIONS"));
        let asked = Client::new(ROUTES).request(server::Method::OPTIONS, "/users/7").await;
        assert_eq!(
            (asked.status(), asked.header("allow")),
            (StatusCode::NO_CONTENT, Some("GET, HEAD, DELETE, OPTIONS"))
        );
    }

    #[server::test]
    async fn a_scope_has_middleware_of_its_own() {
        let client = Client::new(ROUTES);
        assert_eq!(client.post("/staff/purge").await.status(), StatusCode::FORBIDDEN);
        assert_eq!(client.post("/staff/purge").header("x-word", "open sesame").await.text(), "purged\n");
    }

    // ANCHOR: data
    #[test]
    fn the_table_is_a_constant() {
        const COUNT: usize = ROUTES.len();
        assert_eq!(COUNT, 8);
        let patterns: Vec<_> = ROUTES.iter().map(|listed| listed.pattern).collect();
        assert_eq!(patterns[..4], ["/", "/users/me", "/users/:id", "/users/:id"]);
    }
    // ANCHOR_END: data

    #[test]
    fn the_chapter_prints_this_table() {
        let chapter = include_str!("../../../../src/table.md");
        for listed in ROUTES.iter() {
            let place = format!("{}:{}", listed.route.file, listed.route.line);
            let name = format!("{}::{}", listed.route.module, listed.route.name);
            let mut lines = chapter.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            let line = lines.find(|words| words.contains(&place.as_str())).unwrap_or_default();
            assert_eq!(line.get(..3), Some([listed.methods()[0], listed.pattern, &name].as_slice()));
        }
    }

    #[test]
    fn a_url_knows_the_prefix_of_its_scope() {
        assert_eq!(users::get_user::url(7), "/users/7");
        assert_eq!(users::accounts::close::url("acme", 7), "/orgs/acme/accounts/7");
    }
}
