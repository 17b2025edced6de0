//! `book/listings`, the program `surface`: each extractor and response over a real socket, right and wrong.

use fingerpost_tests::{Answer, App};
use serde_json::Value;

use super::programs::start;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=xyz";

#[track_caller]
fn get(app: &App, target: &str, fields: &[(&str, &str)]) -> Answer {
    let call = fields.iter().fold(app.get(target), |call, (name, value)| call.field(name, value));
    call.send().unwrap()
}

fn document(answer: &Answer) -> Value {
    serde_json::from_slice(answer.body()).unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

/// `name=value` of what the answer has the client keep.
fn cookie(answer: &Answer) -> String {
    answer.field("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

fn parts(parts: &[(&str, &str)]) -> String {
    let part = |(head, content): &(&str, &str)| {
        format!("--xyz\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
    };
    parts.iter().map(part).chain(["--xyz--\r\n".to_owned()]).collect()
}

#[test]
fn fields_are_taken_or_named() {
    let app = start("surface");
    type Row = (&'static str, &'static [(&'static str, &'static str)], u16, &'static str);
    let rows: &[Row] = &[
        ("/greeting", &[("Accept-Language", "de-AT;q=0.8, en;q=0.5")], 200, "Guten Tag\n"),
        ("/depth", &[("Depth", "3")], 200, "3 levels\n"),
        ("/alphabet", &[("Range", "bytes=0-2")], 206, "abc"),
        ("/alphabet", &[("Range", "lines=0-2")], 200, "abcdefghijklmnopqrstuvwxyz"),
        ("/card", &[("Authorization", "bearer 1815")], 200, "Hello, Ada!\n"),
        ("/ledger", &[("Authorization", "Basic YWRhOjE4MTU=")], 200, "nobody owes anything\n"),
    ];
    for (target, fields, status, text) in rows {
        let answer = get(&app, target, fields);
        assert_eq!((answer.status(), answer.text().as_str()), (*status, *text), "{target} {fields:?}");
    }
    assert!(get(&app, "/visitor", &[("User-Agent", "curl/8.5.0")]).text().starts_with("curl asked as "));

    let refused = get(&app, "/depth", &[("Depth", "deep")]);
    assert_eq!(refused.status(), 400);
    assert_eq!(document(&refused)["detail"], "header `depth`: expected a number up to 255, found `deep`");
    let outside = get(&app, "/alphabet", &[("Range", "bytes=26-")]);
    assert_eq!((outside.status(), outside.field("content-range")), (416, Some("bytes */26")));
    for (target, challenge) in [("/card", "Bearer"), ("/ledger", "Basic")] {
        let answer = get(&app, target, &[("Authorization", "Digest secret")]);
        assert_eq!(answer.status(), 401, "{target}");
        assert!(answer.field("www-authenticate").unwrap().starts_with(challenge));
        assert!(!answer.text().contains("secret"), "{}", answer.text());
    }
}

#[test]
fn a_state_that_is_known_is_not_sent_again() {
    let app = start("surface");
    for target in ["/motto", "/catalogue"] {
        let first = get(&app, target, &[]);
        let tag = first.field("etag").unwrap();
        let again = get(&app, target, &[("If-None-Match", tag)]);
        assert_eq!(
            (again.status(), again.field("etag"), again.body().len()),
            (304, Some(tag), 0),
            "{target}"
        );
        assert_eq!(again.field("cache-control"), first.field("cache-control"));
        assert_eq!(get(&app, target, &[("If-None-Match", "\"other\"")]).status(), 200);
        assert_eq!(get(&app, target, &[("If-Match", "\"other\"")]).status(), 412);
    }
    for (tag, status) in [("\"7\"", 204), ("\"6\"", 412), ("W/\"7\"", 412), ("7", 400)] {
        let answer = app.call("PUT", "/motto").field("If-Match", tag).body("text/plain", "x").send().unwrap();
        assert_eq!(answer.status(), status, "{tag}");
    }
}

#[test]
fn forms_are_values_or_all_their_faults() {
    let app = start("surface");
    let found = get(&app, "/search?title=Emma&tag=a&tag=b&page=2", &[]);
    assert_eq!(found.text(), "Emma [\"a\", \"b\"] by title, page 2\n");
    let refused = get(&app, "/search?tag=a&sort=age", &[]);
    assert_eq!(refused.status(), 400);
    let detail = "query: `sort`: expected `title` or `year`, found `age`; `title` is missing";
    assert_eq!(document(&refused)["detail"], detail);

    let reader = r#"{"name": "", "email": "ada", "age": 3}"#;
    let invalid = app.call("POST", "/readers").json(reader).send().unwrap();
    assert_eq!((invalid.status(), document(&invalid)["errors"].as_array().unwrap().len()), (422, 3));

    let book = [
        ("name=\"title\"", "Emma"),
        ("name=\"pages\"", "474"),
        ("name=\"cover\"; filename=\"e.png\"", "PNG"),
    ];
    let shelve = |body: String| app.call("POST", "/books").body(MULTIPART, body).send().unwrap();
    assert_eq!(shelve(parts(&book)).text(), "Emma, 474 pages, [], 3 bytes of cover\n");
    let refused = shelve(parts(&book[..1]));
    assert_eq!((refused.status(), &document(&refused)["field"]), (422, &"pages".into()));
    let cut = shelve(parts(&book).replace("--xyz--\r\n", ""));
    assert_eq!((cut.status(), &document(&cut)["part"]), (400, &"cover".into()));
    let other = app.call("POST", "/books").body(FORM, "title=Emma").send().unwrap();
    assert_eq!((other.status(), other.field("accept")), (415, Some("multipart/form-data")));
    let large = app.call("POST", "/books").body(MULTIPART, vec![b'x'; (5 << 20) + 1]).begin().unwrap();
    assert_eq!(large.finish().unwrap().status(), 413);
}

#[test]
fn what_a_client_keeps_is_what_we_gave_it() {
    let app = start("surface");
    let chosen = app.call("POST", "/theme/dark%3B%20x").send().unwrap();
    assert_eq!((chosen.status(), cookie(&chosen).as_str()), (303, "theme=dark%3B%20x"));
    assert_eq!(get(&app, "/theme", &[("Cookie", &cookie(&chosen))]).text(), "dark; x\n");
    for (target, first, second) in
        [("/visits", "0 visits before\n", "1 visits before\n"), ("/discount", "no%\n", "7%\n")]
    {
        let kept = cookie(&get(&app, target, &[]));
        assert_eq!(get(&app, target, &[("Cookie", &kept)]).text(), second);
        assert_eq!(get(&app, target, &[("Cookie", &kept.replacen('=', "=A", 1))]).text(), first);
    }

    assert_eq!(get(&app, "/me", &[]).status(), 401);
    let login = app.call("POST", "/login").body(FORM, "name=Ada").send().unwrap();
    let session = cookie(&login);
    assert_eq!(get(&app, "/me", &[("Cookie", &session)]).text(), "Ada\n");
    let made = format!("session={}", "0".repeat(64));
    assert_eq!(get(&app, "/me", &[("Cookie", &made)]).status(), 401);
    assert_eq!(app.call("POST", "/logout").field("Cookie", &session).send().unwrap().status(), 303);
    assert_eq!(get(&app, "/me", &[("Cookie", &session)]).status(), 401);
}

#[test]
fn answers_say_what_they_are() {
    let app = start("surface");
    let rows = [
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200, "<h1>Emma</h1><p>474 pages"),
        ("*/*", 200, r#"{"title":"Emma","pages":474}"#),
        ("text/plain", 200, "Emma, 474 pages\n"),
    ];
    for (accept, status, text) in rows {
        let answer = get(&app, "/emma", &[("Accept", accept)]);
        assert_eq!((answer.status(), answer.text().as_str()), (status, text), "{accept}");
        assert_eq!(answer.field("vary"), Some("accept"));
    }
    assert_eq!(get(&app, "/emma", &[("Accept", "image/png")]).status(), 406);
    let created = app.call("POST", "/loans/a%20b").send().unwrap();
    assert_eq!((created.status(), created.field("location")), (201, Some("/loans/a%20b")));
    assert_eq!(app.call("DELETE", "/loans/a%20b").send().unwrap().status(), 204);
    let report = get(&app, "/report", &[]);
    assert!(report.field("content-disposition").unwrap().ends_with("filename*=UTF-8''%C3%9Cbersicht.csv"));
    let manual = get(&app, "/manual", &[]);
    let (etag, len) = (manual.field("etag").unwrap(), manual.body().len());
    let part = get(&app, "/manual", &[("Range", "bytes=0-8"), ("If-Range", etag)]);
    assert_eq!((part.status(), part.text().as_str()), (206, "# Answers"));
    let outside = get(&app, "/manual", &[("Range", &format!("bytes={len}-"))]);
    let complete = format!("bytes */{len}");
    assert_eq!((outside.status(), outside.field("content-range")), (416, Some(complete.as_str())));
    let other = get(&app, "/manual", &[("Range", "bytes=9-"), ("If-Range", "\"an older state\"")]);
    assert_eq!((other.status(), other.body().len()), (200, len));
    let again = get(&app, "/manual/by-post", &[("If-None-Match", etag)]);
    assert_eq!((again.status(), again.field("cache-control")), (304, Some("no-cache")));
    let events = get(&app, "/countdown", &[]);
    assert_eq!(events.field("content-type"), Some("text/event-stream"));
    assert_eq!(events.text().matches("event: tick\n\n").count(), 3);
}
