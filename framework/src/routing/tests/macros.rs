//! What `routes!` makes of scopes, nested tables and middleware.

use ::http::Method;

use super::handlers::{COUNTER, auth, handler, log};
use crate::middleware::{BoxFuture, Chain, Layers};
use crate::routing::Segment::{CatchAll, Literal, Param};
use crate::routing::{Captures, Found, Listing, Reply};
use crate::{Request, Response, Routes, routes};

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
    let names: Vec<_> =
        routes.laid_out().bound(index).unwrap().1.iter().map(|layer| layer.is_some()).collect();
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

#[test]
fn the_listing_stands_in_columns() {
    let routes: Routes<u32> = routes!["/admin" with [auth, log] => [get_user], file];
    let paths = [("/health".to_owned(), "server::Health")];
    let listing = Listing { table: routes.table(), paths: &paths, around: &["Cors", "log"] }.to_string();
    let lines: Vec<Vec<_>> = listing.lines().map(|line| line.split("  ").map(str::trim).collect()).collect();
    let named = |name: &str| format!("{}::{name}", module_path!());
    let (get_user, file) = (named("get_user"), named("file"));
    let expected = [
        vec!["GET", "/admin/users/:id", &get_user, "with auth, log, log"],
        vec!["GET|PURGE", "/files/*path", &file],
        vec!["GET|PURGE", "/f", &file],
        vec!["GET", "/health", "server::Health"],
    ];
    for (line, expected) in lines.iter().zip(expected) {
        let cells: Vec<_> = line.iter().filter(|cell| !cell.is_empty() && !cell.contains(".rs:")).collect();
        assert_eq!(cells, expected.iter().collect::<Vec<_>>(), "{listing}");
    }
    let starts: Vec<_> = listing.lines().take(4).map(|line| line.find('/')).collect();
    assert_eq!(starts, [Some(11); 4], "{listing}");
    assert_eq!(listing.lines().nth(4), Some("around all: Cors, log"));
    assert_eq!(listing.matches("macros.rs:").count(), 3, "{listing}");
}

#[tokio::test]
async fn layers_run_from_the_outermost_scope_to_the_route() {
    let routes: Routes<u32> = routes!["/admin" with [auth] => ["/v1" with [COUNTER] => [get_user]]];
    let before = COUNTER.0.load(std::sync::atomic::Ordering::Relaxed);
    let (handler, layers) = routes.laid_out().bound(0).unwrap();
    let answer = |request| match handler.call(request, &7) {
        Reply::Ready(response) => Box::pin(std::future::ready(response)) as BoxFuture<'_, Response>,
        Reply::Later(reply) => reply,
    };
    let chain = Chain { layers: Layers { server: &[], route: layers }, answer: &answer, state: &7 };
    let response = chain.start(Request::new(Method::GET, "/admin/v1/users/7")).await;
    let order: Vec<_> = response.headers().get_all("x-layer").iter().collect();
    assert_eq!(order, ["log", "auth"], "the innermost adds its name first");
    assert_eq!(COUNTER.0.load(std::sync::atomic::Ordering::Relaxed), before + 1);
}

#[test]
fn a_table_may_be_empty() {
    const EMPTY: Routes<u32> = routes![];
    assert!(EMPTY.is_empty());
    assert_eq!(format!("{EMPTY:?}"), "[]");
    assert_eq!(EMPTY.table().find(&Method::GET, "/", &mut Captures::default()), Found::NotFound);
    assert_eq!(
        routes!["/a" => EMPTY, ..EMPTY, index].len() + usize::from(routes!["/b" => [], ..EMPTY].is_empty()),
        2
    );
}

/// A table in a table in a table, with layers around some routes and not around others.
#[test]
fn layers_stay_with_their_routes_in_nested_tables() {
    const INNER: Routes<u32> = routes![index, with [log] => [create_user, get_user], file];
    const MIDDLE: Routes<u32> = routes!["/m" with [COUNTER] => INNER, ..API];
    const OUTER: Routes<u32> = routes!["/o" with [auth, log] => MIDDLE, "/p" => MIDDLE, ..INNER];
    check(OUTER, "GET", "/o/m", "index /o/m auth log COUNTER");
    check(OUTER, "GET", "/o/m/users/7", "get_user /o/m/users/:id auth log COUNTER log log");
    check(OUTER, "POST", "/o/m/users", "create_user /o/m/users auth log COUNTER log");
    check(OUTER, "GET", "/o/m/f", "file /o/m/f auth log COUNTER");
    check(OUTER, "GET", "/o", "index /o auth log");
    check(OUTER, "POST", "/o/v1/users", "create_user /o/v1/users auth log log");
    check(OUTER, "GET", "/p/m/files/x", "file /p/m/files/*path COUNTER");
    check(OUTER, "GET", "/p/v1/users/7", "get_user /p/v1/users/:id log log");
    check(OUTER, "GET", "/", "index /");
    check(OUTER, "GET", "/users/7", "get_user /users/:id log log");
    assert_eq!((INNER.len(), MIDDLE.len(), OUTER.len()), (4, 8, 20));
    assert_eq!(OUTER.iter().count(), 20 + 5, "one of the routes has two patterns, and is there five times");
    for (index, listed) in OUTER.iter().enumerate() {
        assert!(!listed.pattern.is_empty(), "{index}");
    }
}
