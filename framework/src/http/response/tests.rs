//! The builder at its boundary: status, content type, fields and body, whatever the order of the calls.

use std::collections::BTreeMap;

use super::*;

/// The status, the content type, and the text of the body.
#[track_caller]
fn check(mut response: Response, status: u16, content_type: Option<&str>, body: &str) {
    assert_eq!(response.status(), status, "{response:?}");
    let found = response.content_type().map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(found.as_deref(), content_type, "{response:?}");
    assert_eq!(response.body_mut().as_bytes().unwrap(), body);
}

const JSON: Option<&str> = Some("application/json");

#[test]
fn calls_may_come_in_any_order() {
    check(Response::ok().json(&[1]).with_status(StatusCode::ACCEPTED), 202, JSON, "[1]");
    check(Response::ok().with_status(StatusCode::ACCEPTED).json(&[1]), 202, JSON, "[1]");
    let named = Some("text/csv");
    check(Response::ok().header("content-type", "text/csv").text("a"), 200, named, "a");
    check(Response::ok().text("a").header("Content-Type", "text/csv"), 200, named, "a");
    check(Response::ok().header(CONTENT_TYPE, "text/csv").bytes("a").text("b"), 200, named, "b");
}

#[test]
fn the_last_body_says_what_it_is() {
    check(Response::ok().text("a").json(&1), 200, JSON, "1");
    check(Response::ok().json(&1).html("<p>"), 200, Some("text/html; charset=utf-8"), "<p>");
    check(Response::ok().json(&1).body("2"), 200, JSON, "2");
    check(Response::ok().body("2"), 200, None, "2");
}

#[test]
fn created_names_the_place() {
    let response = Response::created("/users/J. Doe\r\nx: y").json(&7);
    assert_eq!(response.headers()["location"], "/users/J.%20Doe%0D%0Ax:%20y");
    check(response, 201, JSON, "7");
    check(Response::no_content(), 204, None, "");
}

#[test]
fn caches_for_whole_seconds() {
    for (age, expected) in
        [(0, "public, max-age=0"), (1_999, "public, max-age=1"), (60_000, "public, max-age=60")]
    {
        let response = Response::ok().cache_for(Duration::from_millis(age));
        assert_eq!(response.headers()["cache-control"], expected);
    }
}

#[test]
fn a_later_field_replaces_an_earlier() {
    let response = Response::ok().header("x-a", "1").header("X-A", String::from("2"));
    assert_eq!(response.headers().get_all("x-a").iter().collect::<Vec<_>>(), ["2"]);
    let response = response.append("x-a", "3").append(CONTENT_TYPE, "text/a").append(CONTENT_TYPE, "text/b");
    assert_eq!(response.headers().get_all("x-a").iter().collect::<Vec<_>>(), ["2", "3"]);
    check(response, 200, Some("text/b"), "");
}

#[test]
fn what_cannot_be_built_stays_a_500_that_says_nothing() {
    let no_json = BTreeMap::from([(vec![1], 1)]);
    let bad = "a\nb";
    let responses = [
        Response::ok().header("x-a", bad),
        Response::ok().append("x-a", bad).append("x-b", "1"),
        Response::ok().header("x-a", bad).text("secret").header("x-b", "1"),
        Response::ok().header("x-b", "1").text("secret").header(bad, "x"),
        Response::ok().header("x-a", bad).with_status(StatusCode::OK).body("secret"),
        Response::created("/a").json(&no_json).cache_for(Duration::MAX),
        Response::ok().json(&no_json).json(&1),
    ];
    for response in responses {
        let problem = response.problem_ref().unwrap();
        assert_eq!((problem.status().as_u16(), problem.detail_text()), (500, None));
        assert!(problem.source_error().is_some());
        assert!(response.headers().is_empty());
        let content_type = response.content_type().cloned();
        let facts = crate::RequestFacts::of(&crate::Request::new(crate::Method::GET, "/"));
        let rendered = crate::respond::render(response, &facts, |_| None);
        assert_eq!(rendered.content_type().unwrap(), "application/problem+json", "{content_type:?}");
    }
}
