//! Patterns as texts, and what is said of those that are none.

use super::*;

fn parse(text: &str) -> Result<Vec<Segment>, Vec<String>> {
    Pattern::parse_text(text, Span::call_site()).map(|pattern| pattern.segments)
}

#[track_caller]
fn check(text: &str, expected: &[Segment]) {
    assert_eq!(parse(text).as_deref(), Ok(expected), "{text}");
}

#[track_caller]
fn refuses(text: &str, messages: &[&str]) {
    let found = parse(text).expect_err(text);
    assert_eq!(found, messages, "{text}");
}

fn lit(text: &str) -> Segment {
    Segment::Literal(text.to_owned())
}

fn param(name: &str) -> Segment {
    Segment::Param(name.to_owned())
}

fn rest(name: &str) -> Segment {
    Segment::CatchAll(name.to_owned())
}

#[test]
fn splits_at_slashes() {
    check("/", &[lit("")]);
    check("/a", &[lit("a")]);
    check("/a/", &[lit("a"), lit("")]);
    check("/users/:id/posts/:post_id", &[lit("users"), param("id"), lit("posts"), param("post_id")]);
    check("/*rest", &[rest("rest")]);
    check("/:type/:größe", &[param("type"), param("größe")]);
}

#[test]
fn encodes_what_clients_encode() {
    check("/café au lait", &[lit("caf%C3%A9%20au%20lait")]);
    check("/100%25", &[lit("100%25")]);
    check("/~a.b-c_d!$&'()+,;=@", &[lit("~a.b-c_d!$&'()+,;=@")]);
}

#[test]
fn shows_how_to_write_it() {
    refuses("users", &["a pattern begins with a slash: write `\"/users\"`"]);
    refuses(" /users", &["a pattern begins with a slash: write `\"/users\"`"]);
    refuses("\\users", &["a pattern begins with a slash: write `\"/users\"`"]);
    refuses("*", &["a pattern begins with a slash: write `\"/*rest\"`"]);
    refuses("/users ", &["a pattern ends with its last segment: write `\"/users\"`, without the space"]);
    refuses("/a#b", &["a pattern matches the path alone: write `\"/a\"`; what follows `#` no client sends"]);
    refuses("/users/{id}", &["`{id}` is not how a parameter is written: write `\"/users/:id\"`"]);
    refuses("/f/{*rest}", &["`{*rest}` is not how a parameter is written: write `\"/f/*rest\"`"]);
    refuses("/<id>/x", &["`<id>` is not how a parameter is written: write `\"/:id/x\"`"]);
    refuses("/[id]", &["`[id]` is not how a parameter is written: write `\"/:id\"`"]);
    refuses("/a:b", &["`a:b`: a parameter takes a whole segment: write `\"/:b\"`"]);
    refuses(
        "/:name.txt",
        &["`:name.txt`: a parameter is a whole segment and named like an argument: write `\"/:name\"`"],
    );
    refuses(
        "/:user-id",
        &["`:user-id`: a parameter is a whole segment and named like an argument: write `\"/:user_id\"`"],
    );
    refuses(
        "/users/:id?",
        &[
            "`:id?`: a parameter is never absent: write `\"/users/:id\"`, and another function for the path without it",
        ],
    );
    refuses("http://a.test/users", &["a pattern begins with a slash: write `\"/users\"`"]);
    refuses("/x/:", &["`:` has no name: write `\"/x/:id\"`"]);
    refuses("/x/*", &["`*` has no name: write `\"/x/*rest\"`"]);
    refuses("/:self", &["`self` cannot be an argument's name: write `\"/:id\"`"]);
    refuses("/:7", &["`7` cannot be an argument's name: write `\"/:id\"`"]);
    refuses(
        "/*a/b",
        &["the catch-all `*a` takes all that is left and stands last: write `:a` for one segment"],
    );
    refuses("/a//b", &["two slashes in a row hold an empty segment: write one"]);
    refuses(
        "/a?b=:c",
        &["a pattern matches the path alone: write `\"/a\"`, and take what follows `?` with `Query<T>`"],
    );
    refuses("/:a/:a", &["the parameter `a` stands twice: give each a name of its own"]);
    refuses("/100%", &["a `%` begins an encoded byte: write `%25` for the sign itself"]);
    refuses("/a|b", &["`|` cannot stand in a path: write `%7C`"]);
    refuses("/a/../b", &["clients resolve `..` before they send it: leave the segment out"]);
}

#[test]
fn tells_each_fault_of_a_pattern() {
    refuses(
        "/{a}//:",
        &[
            "`{a}` is not how a parameter is written: write `\"/:a//:\"`",
            "two slashes in a row hold an empty segment: write one",
            "`:` has no name: write `\"/{a}//:id\"`",
        ],
    );
}

#[test]
fn holds_sixteen_params() {
    let text: String = (0..16).map(|index| format!("/:p{index}")).collect();
    assert_eq!(parse(&text).map(|segments| segments.len()), Ok(16));
    refuses(&format!("{text}/:p16"), &["the pattern has 17 parameters: 16 at most have room"]);
}

#[test]
fn joins_a_prefix() {
    let parse = |text: &str| {
        let parsed = Pattern::parse_text(text, Span::call_site());
        parsed.unwrap_or_else(|messages| panic!("{text}: {messages:?}"))
    };
    let join = |prefix, text| parse(text).under(&parse(prefix)).map(|whole| (whole.text, whole.segments));
    assert_eq!(join("/admin", "/"), Ok(("/admin".to_owned(), vec![lit("admin")])));
    assert_eq!(join("/admin", "/x/"), Ok(("/admin/x/".to_owned(), vec![lit("admin"), lit("x"), lit("")])));
    assert_eq!(join("/:org", "/*rest"), Ok(("/:org/*rest".to_owned(), vec![param("org"), rest("rest")])));
    assert_eq!(
        join("/:org", "/:org"),
        Err("under the prefix `/:org`, the parameter `org` stands twice: give each a name of its own"
            .to_owned())
    );
}
