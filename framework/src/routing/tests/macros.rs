//! What `routes!` makes of scopes, nested tables and middleware.

use ::http::Method;

use super::handlers::{COUNTER, auth, handler, log};
use crate::routing::Segment::{CatchAll, Literal, Param};
use crate::routing::{Captures, Found};
use crate::{Routes, routes};

handler!(index: "GET", "/" = [Literal("")];);
handler!(get_user: "GET", "/users/:id" = [Literal("users"), Param("id")]; log);
handler!(create_user: "POST", "/users" = [Literal("users")];);
handler!(file: "GET" | "PURGE", "/files/*path" = [Literal("files"), CatchAll("path")], "/f" = [Literal("f")];);

const API: Routes<u32> = routes![index, "/v1" with [log] => [get_user, create_user], file];

const ROUTES: Routes<u32> = routes![
    index,
    "/admin" with [auth] => [
        index,
        with [log, COUNTER] => [create_user],
        "/deep" => [file],
    ],
    "/api" with [auth] => API,
    ..API_2,
];

const API_2: Routes<u32> = routes!["/v2" => API];

#[track_caller]
fn check(routes: Routes<u32>, method: &str, path: &str, expected: &str) {
    let mut captures = Captures::default();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let found = routes.table().find(&method, path, &mut captures);
    let Found::Route(index) = found else { panic!("{method} {path}: {found:?}") };
    let names: Vec<_> = routes.bound(index).unwrap().1.iter().map(|layer| layer.is_some()).collect();
    assert!(names.iter().all(|is_some| *is_some));
    let route = routes.table().route(index).unwrap();
    let pattern = routes.table().full_pattern(index, captures.pattern()).unwrap();
    let listed =
        routes.iter().find(|listed| listed.pattern == pattern && std::ptr::eq(listed.route, route)).unwrap();
    assert_eq!(listed.middleware.len(), names.len());
    let found = format!("{} {pattern} {}", route.name, listed.middleware.join(" "));
    assert_eq!(found.trim_end(), expected);
}

#[test]
fn a_prefix_stands_in_front_of_each_pattern() {
    check(ROUTES, "GET", "/", "index /");
    check(ROUTES, "GET", "/admin", "index /admin auth");
    check(ROUTES, "POST", "/admin/users", "create_user /admin/users auth log COUNTER");
    check(ROUTES, "PURGE", "/admin/deep/files/a/b", "file /admin/deep/files/*path auth");
    check(ROUTES, "GET", "/admin/deep/f", "file /admin/deep/f auth");
    check(ROUTES, "GET", "/api", "index /api auth");
    check(ROUTES, "GET", "/api/v1/users/7", "get_user /api/v1/users/:id auth log log");
    check(ROUTES, "HEAD", "/v2/v1/users/7", "get_user /v2/v1/users/:id log log");
}
