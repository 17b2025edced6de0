use http::Method;

use super::*;
use crate::testing::{Client, TestResponse};
use crate::{Mount, Problem, Rest, Routes, Server, delete, get, middleware, options, post, put, routes};

const APP: &str = "https://app.example.org";
const CORS: Cors = Cors::new()
    .origins(&[APP, "https://*.preview.example.org"])
    .credentials()
    .allow_headers(&["content-type", "authorization"])
    .expose_headers(&["x-total", "etag"])
    .max_age(Duration::from_secs(60));
const OPEN: Cors = Cors::new().any_origin().mirror_headers().private_network();

#[get("/notes/:id")]
async fn read(id: u64) -> String {
    id.to_string()
}

#[put("/notes/:id")]
async fn store(id: u64) -> String {
    id.to_string()
}

#[delete("/notes/:id")]
async fn remove(id: u64) -> String {
    id.to_string()
}

#[get("/own", with = [OPEN])]
async fn own() -> &'static str {
    "own"
}

#[options("/asked")]
async fn asked() -> &'static str {
    "a handler's own"
}

#[post("/asked")]
async fn posted() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("vary", "accept, Origin")], "posted")
}

#[middleware]
async fn keep_out(request: Request, _: Next<'_>) -> Problem {
    drop(request);
    Problem::new(http::StatusCode::UNAUTHORIZED)
}

async fn preflight(client: &Client, target: &str, origin: &str, method: &str) -> TestResponse {
    let request = client.request(Method::OPTIONS, target);
    request.header("origin", origin).header("access-control-request-method", method).await
}

#[track_caller]
fn check(response: &TestResponse, status: u16, fields: &[(&str, Option<&str>)]) {
    assert_eq!(response.status(), status, "{response:?}");
    for (name, value) in fields {
        assert_eq!(response.header(name), *value, "{name} of {response:?}");
    }
}

const NOTES: Routes = routes![read, store, remove];
const SERVED: Routes = routes![..NOTES, asked, posted];

fn on_the_server() -> Client {
    Client::from(Server::new(SERVED).with(keep_out_but_preflights()).with(CORS))
}

/// A middleware of the server that asks for credentials.
fn keep_out_but_preflights() -> impl Middleware<()> {
    struct KeepOut;
    impl<S: Sync> Middleware<S> for KeepOut {
        async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
            match request.is_preflight() || request.header("x-key").is_some() {
                true => next.run(request).await,
                false => Response::problem(Problem::new(http::StatusCode::UNAUTHORIZED)),
            }
        }
    }
    KeepOut
}

#[tokio::test]
async fn a_preflight_is_answered_from_the_table() {
    let client = on_the_server();
    let methods = "GET, HEAD, PUT, DELETE";
    for origin in [APP, "https://a.preview.example.org"] {
        let fields = [
            ("access-control-allow-origin", Some(origin)),
            ("access-control-allow-methods", Some(methods)),
            ("access-control-allow-headers", Some("content-type, authorization")),
            ("access-control-allow-credentials", Some("true")),
            ("access-control-max-age", Some("60")),
            ("access-control-allow-private-network", None),
            ("access-control-expose-headers", None),
            ("content-length", None),
        ];
        check(&preflight(&client, "/notes/7", origin, "DELETE").await, 204, &fields);
    }
    let response = preflight(&client, "/notes/7", APP, "DELETE").await;
    let vary: Vec<_> = response.headers().get_all("vary").iter().collect();
    assert_eq!(vary, ["origin", "access-control-request-method", "access-control-request-headers"]);
}

#[tokio::test]
async fn a_preflight_is_refused_with_a_sentence() {
    let client = on_the_server();
    let rows = [
        ("/notes/7", "https://evil.example", "PUT", "the origin `https://evil.example` may not"),
        ("/notes/7", "https://evilpreview.example.org", "PUT", "may not"),
        ("/notes/7", "null", "PUT", "the origin `null` may not"),
        ("/notes/7", "", "PUT", "may not"),
        ("/notes/7", "https://app.example.org, https://app.example.org", "PUT", "may not"),
        ("/notes/7", APP, "POST", "POST is not answered here; for other origins: GET, HEAD, PUT, DELETE"),
        ("/notes/7", APP, "put", "put is not answered here"),
    ];
    for (target, origin, method, detail) in rows {
        let response = preflight(&client, target, origin, method).await;
        check(&response, 403, &[("access-control-allow-origin", None), ("vary", Some("origin"))]);
        assert!(response.text().contains(detail), "{origin} {method}: {}", response.text());
    }
    let field = |name: &'static str| {
        let request = client.request(Method::OPTIONS, "/notes/7").header("origin", APP);
        request.header("access-control-request-method", "PUT").header("access-control-request-headers", name)
    };
    check(&field("Authorization,content-type").await, 204, &[]);
    let response = field("authorization, x-other").await;
    check(&response, 403, &[]);
    assert!(response.text().contains("the field `x-other` is not allowed here; allowed: content-type, auth"));
    let two = field("authorization").header("origin", APP);
    check(&two.await, 403, &[]);
    let private = field("authorization").header("access-control-request-private-network", "true");
    check(&private.await, 403, &[]);
}

#[tokio::test]
async fn an_answer_says_who_may_read_it_and_always_varies() {
    let client = on_the_server();
    let get = |origin: Option<&'static str>| {
        let request = client.get("/notes/7").header("x-key", "1");
        match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
    };
    let allowed = [
        ("access-control-allow-origin", Some(APP)),
        ("access-control-allow-credentials", Some("true")),
        ("access-control-expose-headers", Some("x-total, etag")),
        ("vary", Some("origin")),
    ];
    check(&get(Some(APP)).await, 200, &allowed);
    let none = [
        ("access-control-allow-origin", None),
        ("access-control-allow-credentials", None),
        ("vary", Some("origin")),
    ];
    for origin in
        [None, Some("null"), Some("https://evil.example"), Some("https://app.example.org.evil.example")]
    {
        check(&get(origin).await, 200, &none);
    }
    check(&get(Some(APP)).header("origin", APP).await, 200, &none);
    // A failure is an answer too, as long as it is made inside.
    check(&client.get("/nowhere").header("x-key", "1").header("origin", APP).await, 404, &allowed[..2]);
    let response = client.post("/asked").header("x-key", "1").header("origin", APP).await;
    assert_eq!(response.headers().get_all("vary").iter().count(), 1, "{response:?}");
}

#[tokio::test]
async fn a_preflight_of_nothing_is_a_404_and_other_options_are_as_ever() {
    let client = on_the_server();
    check(&preflight(&client, "/nowhere", APP, "GET").await, 401, &[]);
    let options = client.request(Method::OPTIONS, "/asked").header("x-key", "1").await;
    assert_eq!((options.status().as_u16(), options.text()), (200, "a handler's own"));
    check(
        &preflight(&client, "/asked", APP, "POST").await,
        204,
        &[("access-control-allow-methods", Some("POST, OPTIONS"))],
    );
    let plain = Client::new(SERVED);
    let response = preflight(&plain, "/asked", APP, "POST").await;
    assert_eq!(response.text(), "a handler's own", "nobody answers preflights here");
    check(
        &preflight(&plain, "/notes/7", APP, "PUT").await,
        204,
        &[("allow", Some("GET, HEAD, PUT, DELETE, OPTIONS"))],
    );
}

#[tokio::test]
async fn it_works_on_a_scope_behind_what_keeps_others_out() {
    const GUARDED: Routes = routes!["/api" with [keep_out, CORS] => [read, store], "/api" => [remove], own];
    let client = Client::new(GUARDED);
    let response = preflight(&client, "/api/notes/7", APP, "PUT").await;
    // A browser would keep DELETE's for a minute, and it has none.
    check(&response, 204, &[("access-control-allow-methods", Some("GET, HEAD, PUT"))]);
    let response = preflight(&client, "/api/notes/7", APP, "DELETE").await;
    check(&response, 204, &[("access-control-allow-origin", None), ("access-control-allow-methods", None)]);
    check(&client.put("/api/notes/7").header("origin", APP).await, 401, &[]);
}

#[tokio::test]
async fn the_innermost_decides() {
    let client = Client::from(Server::new(routes![own, with [CORS] => [read]]).with(OPEN));
    let other = "https://other.example";
    check(&preflight(&client, "/notes/7", other, "GET").await, 403, &[]);
    check(
        &client.get("/notes/7").header("origin", other).await,
        200,
        &[("access-control-allow-origin", None)],
    );
    let open = [("access-control-allow-origin", Some("*")), ("vary", None)];
    check(&client.get("/own").await, 200, &open);
    check(&client.get("/own").header("origin", other).await, 200, &open);
    check(&client.get("/nowhere").await, 404, &open[..1]);
}

#[tokio::test]
async fn fields_are_mirrored_within_bounds() {
    let client = Client::new(routes![own]);
    let ask = |names: String| {
        let request = client.request(Method::OPTIONS, "/own").header("origin", "null");
        let request = request.header("access-control-request-method", "GET");
        request
            .header("access-control-request-headers", names)
            .header("access-control-request-private-network", "true")
    };
    let rows = [
        ("X-One,x-two".to_owned(), 204, Some("x-one, x-two")),
        (String::new(), 204, None),
        (" , ".to_owned(), 204, None),
        ("a b".to_owned(), 403, None),
        ("*".to_owned(), 403, None),
        ("a,".repeat(1365), 204, Some("")),
        ("a,".repeat(1366), 403, None),
    ];
    for (names, status, expected) in rows {
        let response = ask(names.clone()).await;
        check(&response, status, &[]);
        let allowed = response.header("access-control-allow-headers");
        assert!(allowed == expected || expected == Some("") && allowed.is_some(), "{names} {allowed:?}");
        let private = response.header("access-control-allow-private-network");
        assert_eq!(private, (status == 204).then_some("true"));
    }
}

#[tokio::test]
async fn below_a_mount_the_method_asked_for_is_allowed() {
    struct Below;
    impl<S: Sync> Mount<S> for Below {
        async fn call(&self, _: Request, _: Rest, _: &S) -> Response {
            Response::ok()
        }
    }
    let client = Client::from(Server::new(Routes::<()>::EMPTY).mount("/files", Below).with(CORS));
    let fields = [("access-control-allow-methods", Some("PATCH"))];
    check(&preflight(&client, "/files/a", APP, "PATCH").await, 204, &fields);
    check(&preflight(&client, "/other", APP, "PATCH").await, 404, &fields[1..]);
}

#[tokio::test]
async fn origins_are_known_by_a_function() {
    const LOCAL: Cors = Cors::new().origins_by(&|origin| origin.starts_with("http://localhost:"));
    const WITH_NULL: Cors = Cors::new().null_origin();
    assert!(LOCAL.allows("http://localhost:3000") && !LOCAL.allows("http://localhost.evil.example:1"));
    assert!(!Cors::new().origins_by(&|_| true).allows("null"));
    assert!(WITH_NULL.allows("null") && !WITH_NULL.allows(APP) && !Cors::default().allows(APP));
}

/// What is built, and what is said of it.
type Refused = (fn() -> Cors, &'static str);

#[test]
fn what_cannot_work_is_refused_when_built() {
    let rows: [Refused; 6] = [
        (|| Cors::new().any_origin().credentials(), "credentials are not for any origin"),
        (|| Cors::new().credentials().any_origin(), "credentials are not for any origin"),
        (|| Cors::new().credentials().null_origin(), "credentials are not for the origin `null`"),
        (|| Cors::new().origins(&["https://app.example.org/"]), "an origin ends with its host or port"),
        (|| Cors::new().allow_headers(&["*"]), "expected field names in lower case"),
        (|| Cors::new().expose_headers(&["X-Total"]), "expected field names in lower case"),
    ];
    for (build, expected) in rows {
        let panic = std::panic::catch_unwind(build).unwrap_err();
        let text = crate::net::panic_text(panic.as_ref());
        assert!(text.contains(expected), "{text}");
    }
}
