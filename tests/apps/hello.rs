//! `examples/hello`: what a first user tries.

use fingerpost_tests::{Answer, App};

use super::programs::{start, try_start};

#[track_caller]
fn check(app: &App, method: &str, target: &str, expected: (u16, &str)) -> Answer {
    let answer = app.call(method, target).send().unwrap();
    let (status, body) = expected;
    assert_eq!(answer.status(), status, "{method} {target}: {}", answer.text());
    assert!(answer.text().contains(body), "{method} {target}: {}", answer.text());
    answer
}

#[test]
fn answers_its_routes() {
    let app = start("hello");
    let index = check(&app, "GET", "/", (200, "Hello, world!\n"));
    assert_eq!(index.field("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(index.field("content-length"), Some("14"));
    assert!(index.field("date").is_some(), "{index:?}");
    check(&app, "GET", "/hello/Ada", (200, "Hello, Ada!\n"));
    check(&app, "GET", "/hello/Ada%20Lovelace", (200, "Hello, Ada Lovelace!\n"));
    check(&app, "GET", "/hello/a%2Fb", (200, "Hello, a/b!\n"));
}

#[test]
fn tells_what_it_does_not_answer() {
    let app = start("hello");
    for target in ["/nowhere", "/hello", "/hello/", "/hello/a/b", "/hello/a/"] {
        let missing = check(&app, "GET", target, (404, "\"status\":404"));
        assert_eq!(missing.field("content-type"), Some("application/problem+json"), "{target}");
    }
    let refused = check(&app, "DELETE", "/", (405, "\"status\":405"));
    assert_eq!(refused.field("allow"), Some("GET, HEAD, OPTIONS"));
}

#[test]
fn answers_head_and_options_from_the_table() {
    let app = start("hello");
    let head = check(&app, "HEAD", "/", (200, ""));
    assert_eq!(head.field("content-length"), Some("14"));
    let options = app.call("OPTIONS", "/hello/Ada").send().unwrap();
    assert!(matches!(options.status(), 200 | 204), "{options:?}");
    assert_eq!(options.field("allow"), Some("GET, HEAD, OPTIONS"));
}

#[test]
fn names_its_address_and_routes_when_it_starts() {
    let app = start("hello");
    let address = format!("http://{}", app.address());
    app.terminate().unwrap();
    let (_, log) = app.wait().unwrap();
    for text in [address.as_str(), "GET", "/hello/:name"] {
        assert!(log.contains(text), "expected {text} in\n{log}");
    }
}

#[test]
fn says_by_what_option_to_choose_another_port() {
    let first = start("hello");
    let port = first.address().port().to_string();
    let refused = try_start("hello", &[("SERVER_PORT", &port)]).unwrap_err().to_string();
    assert!(refused.contains(&port) && refused.contains("--port"), "{refused}");
}
