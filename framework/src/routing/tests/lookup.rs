//! The rules of precedence, a row each, and the bound of a search.

use crate::routing::build::{find, table};
use crate::routing::lookup::Visitor;
use crate::routing::trie::Leaf;
use crate::routing::{Captures, Found, Table};

#[track_caller]
fn check(routes: &[&str], request: &str, expected: &str) {
    let (method, path) = request.split_once(' ').unwrap();
    let found = match find(table(routes), method, path) {
        Ok((pattern, captures)) => [&[pattern.to_owned()], &captures[..]].concat().join(" "),
        Err(Found::NotFound) => "404".to_owned(),
        Err(Found::MethodNotAllowed) => "405".to_owned(),
        Err(Found::Route(_)) => unreachable!(),
    };
    assert_eq!(found, expected);
}

#[track_caller]
fn check_allowed(routes: &[&str], path: &str, expected: Option<&str>) {
    let allowed = table(routes).allowed(path).map(|allowed| allowed.header_value());
    assert_eq!(allowed.as_ref().map(|value| value.to_str().unwrap()), expected);
}

#[test]
fn a_literal_is_before_a_param_and_that_before_a_catch_all() {
    let routes = ["GET /users/:id", "GET /users/*rest", "GET /users/me"];
    check(&routes, "GET /users/me", "/users/me");
    check(&routes, "GET /users/7", "/users/:id 7");
    check(&routes, "GET /users/me/", "/users/*rest me/");
    check(&routes, "GET /users/7/books", "/users/*rest 7/books");
}

#[test]
fn the_leftmost_difference_decides() {
    let routes = ["GET /:a/b/*c", "GET /a/:b/c", "GET /:a/b/c"];
    check(&routes, "GET /a/b/c", "/a/:b/c b");
    check(&routes, "GET /x/b/c", "/:a/b/c x");
    check(&routes, "GET /a/b/d", "/:a/b/*c a d");
}

#[test]
fn a_more_telling_child_that_leads_nowhere_is_left_again() {
    let routes = ["GET /a/b/c/d", "GET /a/:x/c/:y/e", "GET /:x/b/*rest"];
    check(&routes, "GET /a/b/c/d", "/a/b/c/d");
    check(&routes, "GET /a/b/c/d/e", "/a/:x/c/:y/e b d");
    check(&routes, "GET /a/b/c/d/f", "/:x/b/*rest a c/d/f");
    check(&routes, "GET /a/c/c/d/f", "404");
}

#[test]
fn the_most_telling_pattern_with_the_method_answers() {
    let routes = ["GET /users/me", "PUT|DELETE /users/:id", "POST /*rest"];
    check(&routes, "GET /users/me", "/users/me");
    check(&routes, "DELETE /users/me", "/users/:id me");
    check(&routes, "POST /users/me", "/*rest users/me");
    check(&routes, "PATCH /users/me", "405");
    check(&routes, "GET /users/7", "405");
}

#[test]
fn get_answers_head_unless_the_pattern_has_its_own() {
    check(&["GET /a"], "HEAD /a", "/a");
    check(&["GET /:x", "HEAD /:y"], "HEAD /a", "/:y a");
    check(&["HEAD /:y", "GET /:x"], "GET /a", "/:x a");
    check(&["GET /a", "HEAD /:y"], "HEAD /a", "/a");
    check(&["HEAD /a"], "GET /a", "405");
}

#[test]
fn methods_are_case_sensitive_and_may_be_anyones() {
    check(&["PURGE /a"], "PURGE /a", "/a");
    check(&["GET /a"], "get /a", "405");
}

#[test]
fn a_param_takes_one_segment_that_is_not_empty() {
    check(&["GET /a/:b"], "GET /a/", "404");
    check(&["GET /a/:b"], "GET /a/b/", "404");
    check(&["GET /a/:b/c"], "GET /a//c", "404");
    check(&["GET /a/:b"], "GET /a/%2Fx", "/a/:b %2Fx");
    check(&["GET /:b"], "GET /", "404");
}

#[test]
fn a_catch_all_takes_one_byte_at_least() {
    check(&["GET /a/*b"], "GET /a", "404");
    check(&["GET /a/*b"], "GET /a/", "404");
    check(&["GET /a/*b"], "GET /a//", "/a/*b /");
    check(&["GET /a/*b"], "GET /a/b/c/", "/a/*b b/c/");
    check(&["GET /*b"], "GET /", "404");
    check(&["GET /:a/*b"], "GET //b", "404");
}

#[test]
fn a_slash_at_the_end_is_a_segment() {
    check(&["GET /a", "GET /a/"], "GET /a/", "/a/");
    check(&["GET /a", "GET /a/"], "GET /a", "/a");
    check(&["GET /a"], "GET /a/", "404");
    check(&["GET /"], "GET /", "/");
    check(&["GET /"], "GET //", "404");
    check(&["GET /a//b"], "GET /a//b", "/a//b");
}

#[test]
fn a_target_that_is_no_path_finds_nothing() {
    for path in ["", "*", "example.org:443", "a"] {
        check(&["GET /", "GET /*rest", "GET /:a"], &format!("GET {path}"), "404");
    }
    check(&[], "GET /", "404");
}

#[test]
fn many_literals_are_all_found() {
    let routes: Vec<_> = (0..300).map(|number| format!("GET /{}{number}", "a".repeat(number % 17))).collect();
    let routes: Vec<_> = routes.iter().map(String::as_str).collect();
    for route in &routes {
        check(&routes, route, &route[4..]);
        check(&routes, &format!("{route}x"), "404");
    }
}

#[test]
fn long_literals_that_begin_alike_are_told_apart() {
    let routes = ["GET /a-long-segment-one/x", "GET /a-long-segment-two/x", "GET /a-long-segment-one/y"];
    for route in routes {
        check(&routes, route, &route[4..]);
    }
}

#[test]
fn allow_is_the_union_of_all_matching_patterns() {
    let routes = ["DELETE|GET /users/me", "PUT /users/:id", "PURGE|ACL /*rest", "HEAD /users/:id"];
    check_allowed(&routes, "/users/me", Some("GET, HEAD, PUT, DELETE, OPTIONS, ACL, PURGE"));
    check_allowed(&routes, "/users/7", Some("HEAD, PUT, OPTIONS, ACL, PURGE"));
    check_allowed(&routes, "/x", Some("OPTIONS, ACL, PURGE"));
    check_allowed(&routes, "/", None);
    check_allowed(&["OPTIONS /"], "/", Some("OPTIONS"));
}

#[test]
fn the_whole_table_allows_what_any_pattern_does() {
    let all = table(&["POST /a", "GET /b", "POST /c"]).all_allowed();
    assert_eq!(all.methods(), ["GET", "HEAD", "POST", "OPTIONS"]);
    assert_eq!(table(&[]).all_allowed().methods(), ["OPTIONS"]);
}

struct Steps(usize);

impl Visitor for Steps {
    fn enter(&mut self) {
        self.0 += 1;
    }

    fn arrive(&mut self, _: &[Leaf], _: &mut Captures) -> bool {
        false
    }
}

fn steps(table: &Table, path: &str) -> usize {
    let mut steps = Steps(0);
    table.visit(path.as_bytes(), &mut Captures::default(), &mut steps);
    steps.0
}

#[test]
fn a_search_enters_each_node_once_at_most() {
    // Every mixture of `a` and a param, twelve segments deep, so that each ends at a last segment that no path has.
    let routes: Vec<_> = (0..1 << 12)
        .map(|mixture| {
            let segments = (0..12).map(|place| if mixture >> place & 1 == 0 { "/a" } else { "/:p" });
            format!("GET {}/z", segments.collect::<String>())
        })
        .collect();
    let table = table(&routes.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(table.nodes.len(), (1 << 13) - 1 + (1 << 12));
    assert_eq!(
        steps(table, &"/a".repeat(12)),
        (1 << 13) - 1,
        "the worst path: all nodes but the last literals"
    );
    assert_eq!(steps(table, &"/a".repeat(4000)), (1 << 13) - 1, "a longer path costs no more");
    assert_eq!(steps(table, &"/".repeat(8000)), 1);
}

#[test]
fn a_long_path_costs_no_more_than_the_trie_is_deep() {
    let table = table(&["GET /:a/:b/:c", "GET /:a/:b/:c/d", "GET /a/*rest"]);
    assert!(steps(table, &"/a".repeat(100_000)) <= table.nodes.len());
}
