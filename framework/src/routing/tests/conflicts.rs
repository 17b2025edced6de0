//! What is a conflict, what is said of it, and whether its keys tell that there may be one.

use super::handlers::handler;
use crate::routing::build::{conflicts, sources};
use crate::routing::{Item, Scope, Segment, Source, Sources, Survey};
use crate::{Routes, get, post, route, routes};

#[track_caller]
fn check(routes: &[&str], expected: &[&str]) {
    assert_eq!(conflicts(&sources(routes)), expected);
}

#[test]
fn the_same_method_and_pattern_conflict() {
    check(
        &["GET /users/:id", "GET|PUT /users/:id"],
        &[
            "GET /users/:id is routed twice: by `GET /users/:id` at src/main.rs:1 and by `GET|PUT /users/:id` at \
           src/main.rs:2; change one pattern or method, or remove one",
        ],
    );
}

#[test]
fn names_of_parameters_make_no_difference() {
    check(
        &["GET /:a/b/*c", "GET /:x/b/*y"],
        &["GET /:a/b/*c is routed twice: by `GET /:a/b/*c` at src/main.rs:1 and by `GET /:x/b/*y` at \
           src/main.rs:2, there as /:x/b/*y, which matches the same requests; change one pattern or method, or \
           remove one"],
    );
}

#[test]
fn each_route_tells_of_its_first_conflict_alone() {
    let routes = ["GET /a", "GET|PUT /a", "PUT|GET /a"];
    let messages = conflicts(&sources(&routes));
    assert_eq!(messages.len(), 2);
    assert!(
        messages[1].starts_with("PUT /a is routed twice: by `GET|PUT /a` at src/main.rs:2"),
        "{}",
        messages[1]
    );
}

#[test]
fn patterns_of_one_route_can_conflict_too() {
    assert_eq!(conflicts(&sources(&["GET /a/:x /a/:y"])).len(), 1);
}

#[test]
fn what_is_told_apart_is_no_conflict() {
    check(&["GET /a", "HEAD /a", "POST /a"], &[]);
    check(&["GET /a/:b", "GET /a/b", "GET /a/*b", "GET /a/b/c", "GET /:a/b"], &[]);
    check(&["GET /a", "GET /a/"], &[]);
    check(&["get /a", "GET /a"], &[]);
}

/// A table with these tables, each behind its prefix.
fn nested(tables: &'static [(&'static str, &'static [&'static str])]) -> Sources {
    let root = Scope { prefix: "", segments: &[], key: 0, layers: &[] };
    let scopes = tables.iter().map(|&(prefix, _)| Scope {
        prefix,
        segments: prefix.split('/').skip(1).collect::<Vec<_>>().leak(),
        key: 0,
        layers: &[],
    });
    let items = tables.iter().enumerate().map(|(index, &(_, routes))| Item {
        scope: index + 1,
        source: Source::Table(Box::leak(Box::new(sources(routes)))),
    });
    Sources {
        scopes: std::iter::once(root).chain(scopes).collect::<Vec<_>>().leak(),
        items: items.collect::<Vec<_>>().leak(),
    }
}

#[test]
fn routes_of_two_tables_conflict_under_their_prefixes() {
    let messages = conflicts(&nested(&[("/v1", &["GET /a", "GET /:x"]), ("/v1", &["GET /:y"])]));
    assert_eq!(
        messages,
        [
            "GET /v1/:x is routed twice: by `GET /:x` at src/main.rs:2 and by `GET /:y` at src/main.rs:1, there as \
          /v1/:y, which matches the same requests; change one pattern or method, or remove one"
        ]
    );
    assert!(conflicts(&nested(&[("/v1", &["GET /a"]), ("/v2", &["GET /a"])])).is_empty());
}

#[test]
fn a_tables_own_conflict_is_told_by_itself_alone() {
    assert!(conflicts(&nested(&[("/v1", &["GET /a", "GET /a"])])).is_empty());
}

#[test]
fn a_handler_that_is_there_already_is_listed_twice() {
    let messages = conflicts(&nested(&[("", &["GET /a"]), ("", &["GET /a"])]));
    assert_eq!(
        messages,
        ["`GET /a` is listed twice: GET /a at src/main.rs:1 is in the table already; remove one"]
    );
}

#[get("/")]
async fn index() {}

#[get("/admin")]
async fn admin() {}

#[get("/admin/")]
async fn admin_below() {}

#[get("/admin/users/:id")]
async fn user_of_admin(id: u64) {
    let _ = id;
}

#[get("/users/:name")]
async fn user(name: &str) {
    let _ = name;
}

#[get("/users/*rest")]
async fn users_below(rest: &str) {
    let _ = rest;
}

#[post("/users/:name")]
async fn change_user(name: &str) {
    let _ = name;
}

#[route(GET | DELETE, "/a/:id", "/admin/users/:id")]
async fn several(id: u64) {
    let _ = id;
}

handler!(by_hand: "GET", "/by-hand" = [Segment::Literal("by-hand")];);

/// Whether two routes of these tables, put into one, have a key in common.
fn may_conflict(tables: &[Routes<u32>]) -> bool {
    let items = tables.iter().map(|table| Item { scope: 0, source: Source::Table(table.__sources()) });
    let scopes = &[Scope { prefix: "", segments: &[], key: 0, layers: &[] }];
    Survey::of::<64>(&Sources { scopes, items: items.collect::<Vec<_>>().leak() }).may_conflict()
}

#[test]
fn routes_that_match_different_requests_have_different_keys() {
    assert!(!may_conflict(&[]));
    assert!(!may_conflict(&[routes![
        index,
        admin,
        admin_below,
        user_of_admin,
        user,
        users_below,
        change_user
    ]]));
    assert!(!may_conflict(&[
        routes!["/admin" => [index], admin_below, "/v2" => [index, user], user],
        routes!["/v2" => ["/v2" => [index], change_user], "/v3" => [user, several], several],
    ]));
}

#[test]
fn routes_that_conflict_have_a_key_in_common() {
    const ADMIN: Routes<u32> = routes!["/admin" => [index, user]];
    let twice = [
        [routes![user], routes![user]],
        [routes![admin], ADMIN],
        [routes![user_of_admin], ADMIN],
        [routes![several], ADMIN],
        [routes!["/v1" => [user_of_admin]], routes!["/v1" => ADMIN]],
        [routes!["/x" => ["/y" => ADMIN]], routes!["/x/y" => ADMIN]],
    ];
    for (index, tables) in twice.iter().enumerate() {
        assert!(may_conflict(tables), "{index}");
    }
}

#[test]
fn a_route_without_keys_may_conflict() {
    assert!(may_conflict(&[routes![by_hand]]));
}
