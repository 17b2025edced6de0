//! Programs as users write them, asked through the whole engine: what the table, the middleware and the handlers make
//! of a request together.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use server::testing::{Client, TestResponse};
use server::{
    Body, ClientAddr, Json, MatchedRoute, Method, Mount, Next, Problem, Request, Response, Rest, Routes,
    Server, State, StatusCode, TrailingSlash, extractor, get, middleware, post, route, routes,
};

// The application: a bit of everything.

#[derive(server::State, Clone)]
struct App {
    greeting: String,
    seen: Seen,
}

/// How often the user was looked up.
#[derive(Clone)]
struct Seen(std::sync::Arc<AtomicUsize>);

#[derive(Clone)]
struct User(String);

#[extractor(cached)]
async fn current_user(request: &mut Request, seen: State<Seen>) -> Result<User, Problem> {
    seen.0.0.fetch_add(1, Ordering::Relaxed);
    let name = request.header("x-user").map(str::to_owned);
    name.map(User).ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED).detail("who are you?"))
}

#[middleware]
async fn outer(request: Request, next: Next<'_>) -> Response {
    trail(next.run(request).await, "outer")
}

#[middleware]
async fn scoped(request: Request, next: Next<'_>) -> Response {
    trail(next.run(request).await, "scoped")
}

#[middleware]
async fn own(user: User, request: Request, next: Next<'_>) -> Response {
    let response = next.run(request).await;
    trail(response, &format!("own for {}", user.0))
}

/// Adds a name to the field that tells the order of the middleware, innermost first.
fn trail(response: Response, name: &str) -> Response {
    let before = response.headers().get("x-trail").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let trail = if before.is_empty() { name.to_owned() } else { format!("{before}, {name}") };
    response.header("x-trail", trail)
}

#[get("/")]
async fn index(greeting: State<String>) -> String {
    greeting.0
}

#[get("/users/:id")]
async fn get_user(id: u64, route: MatchedRoute) -> Json<Value> {
    Json(json!({ "id": id, "route": route.pattern() }))
}

#[get("/users/me", with = [own])]
async fn me(user: User, again: User) -> String {
    format!("{} {}", user.0, again.0)
}

#[route(POST | PUT, "/users", "/people")]
async fn create(Json(user): Json<Value>) -> Response {
    Response::created(get_user::url(7)).json(&user)
}

#[post("/upload", body_limit = "4B")]
async fn upload(body: Body) -> Result<String, server::Error> {
    let bytes = body.collect(u64::MAX).await?;
    Ok(bytes.len().to_string())
}

#[get("/slow", timeout = "50ms")]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_secs(5)).await;
    "too late"
}

/// A plain function: it may block.
#[get("/blocking/:name")]
fn blocking(name: &str, addr: ClientAddr) -> String {
    std::thread::sleep(Duration::from_millis(5));
    format!("{name} from {}", addr.ip())
}

#[get("/panic")]
async fn panics() -> &'static str {
    panic!("in the handler")
}

#[get("/fails")]
async fn fails() -> server::Result<&'static str> {
    Err(server::Error::message("the password is hunter2"))
}

#[get("/files/*path")]
async fn file(path: &str, agent: Option<server::UserAgent>) -> String {
    format!("{path} {}", agent.is_some())
}

const ROUTES: Routes<App> = routes![
    index,
    with [scoped] => [get_user, me, "/admin" => [create]],
    upload, slow, blocking, panics, fails, file,
];

/// Answers what lies below its prefix with what lies below its prefix.
struct Below;

impl<S: Sync> Mount<S> for Below {
    async fn call(&self, request: Request, rest: Rest, _: &S) -> Response {
        let text = rest.of(&request).to_owned();
        Response::ok().text(text)
    }
}

fn server() -> (Server<App, server::Held<App>>, Seen) {
    let seen = Seen(Default::default());
    let app = App { greeting: "hello".to_owned(), seen: seen.clone() };
    (Server::new(ROUTES).state(app).with(outer).mount("/assets", Below), seen)
}

fn client() -> Client {
    Client::from(server().0)
}

#[track_caller]
fn check(response: &TestResponse, status: u16, text: &str) {
    assert_eq!((response.status().as_u16(), response.text()), (status, text), "{response:?}");
}

#[track_caller]
fn check_problem(response: &TestResponse, status: u16) -> Value {
    assert_eq!(response.status(), status, "{response:?}");
    assert_eq!(response.header("content-type"), Some("application/problem+json"), "{response:?}");
    let problem: Value = response.json();
    assert_eq!(problem.get("status"), Some(&Value::from(status)));
    assert_eq!(problem.get("request_id").and_then(Value::as_str).unwrap().len(), 36);
    problem
}

#[server::test]
async fn routes_by_precedence_and_method() {
    let client = client();
    check(&client.get("/").await, 200, "hello");
    check(&client.get("/users/7").await, 200, r#"{"id":7,"route":"/users/:id"}"#);
    check(&client.get("/users/me").header("x-user", "ada").await, 200, "ada ada");
    let created = client.post("/admin/people").json(&json!({ "a": 1 })).await;
    check(&created, 201, r#"{"a":1}"#);
    assert_eq!(created.header("location"), Some("/users/7"));
    check(&client.get("/files/a%2Fb/c").await, 200, "a/b/c false");
    assert_eq!(client.get("/files/").await.status(), 404);
}

#[server::test]
async fn completes_the_methods() {
    let client = client();
    let head = client.head("/users/7").await;
    assert_eq!((head.status().as_u16(), head.bytes()), (200, &b""[..]));
    assert_eq!(head.header("content-length"), Some("29"));
    let refused = client.delete("/users/me").await;
    check_problem(&refused, 405);
    assert_eq!(refused.header("allow"), Some("GET, HEAD, OPTIONS"));
    let options = client.request(Method::OPTIONS, "/admin/users").await;
    assert_eq!((options.status().as_u16(), options.header("allow")), (204, Some("POST, PUT, OPTIONS")));
    let all = client.request(Method::OPTIONS, "*").await;
    assert_eq!((all.status().as_u16(), all.header("allow")), (204, Some("GET, HEAD, POST, PUT, OPTIONS")));
    assert!(
        !client
            .request(Method::CONNECT, "example.org:443")
            .header("host", "example.org:443")
            .await
            .status()
            .is_success()
    );
}

#[server::test]
async fn wraps_in_order_what_is_to_be_wrapped() {
    let client = client();
    let me = client.get("/users/me").header("x-user", "ada").await;
    assert_eq!(me.header("x-trail"), Some("own for ada, scoped, outer"));
    assert_eq!(client.get("/").await.header("x-trail"), Some("outer"));
    assert_eq!(client.get("/nothing").await.header("x-trail"), Some("outer"));
    assert_eq!(client.delete("/").await.header("x-trail"), Some("outer"));
}

#[server::test]
async fn makes_a_cached_value_once_a_request() {
    let (server, seen) = server();
    let client = Client::from(server);
    client.get("/users/me").header("x-user", "ada").await;
    assert_eq!(seen.0.load(Ordering::Relaxed), 1);
    let refused = client.get("/users/me").await;
    assert_eq!(check_problem(&refused, 401)["detail"], "who are you?");
}

#[server::test]
async fn holds_a_route_to_its_own_rules() {
    let client = client();
    check(&client.post("/upload").body("1234").await, 200, "4");
    assert_eq!(check_problem(&client.post("/upload").body("12345").await, 413)["limit_bytes"], 4);
    check_problem(&client.get("/slow").await, 503);
}

#[server::test]
async fn names_a_parameter_that_does_not_parse() {
    let problem = check_problem(&client().get("/users/seven").await, 400);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("id") && detail.contains("seven"), "{detail}");
}

#[server::test]
async fn runs_plain_functions_where_they_may_block() {
    check(&client().get("/blocking/a%20b").await, 200, "a b from 127.0.0.1");
}

#[server::test]
async fn tells_nothing_of_its_own_failures() {
    let client = client();
    for path in ["/panic", "/fails"] {
        let response = client.get(path).await;
        check_problem(&response, 500);
        assert!(!response.text().contains("hunter2") && !response.text().contains("handler"), "{response:?}");
    }
    check_problem(&client.post("/admin/users").body("{}").await, 415);
}

#[server::test]
async fn mounts_what_the_table_does_not_match() {
    let client = client();
    check(&client.get("/assets/css/a.css").await, 200, "/css/a.css");
    assert_eq!(client.get("/assetsx").await.status(), 404);
}

#[server::test]
async fn redirects_to_the_other_slash_where_asked_to() {
    let strict = client();
    assert_eq!(strict.get("/users/7/").await.status(), 404);
    let lenient = Client::from(server().0.trailing_slash(TrailingSlash::Redirect));
    let redirect = lenient.get("/users/7/?a=b").await;
    assert_eq!((redirect.status().as_u16(), redirect.header("location")), (308, Some("/users/7?a=b")));
    assert_eq!(lenient.get("//evil.example/").await.status(), 404);
}
