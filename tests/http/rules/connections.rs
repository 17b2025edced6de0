//! What becomes of a connection: RFC 9112 §9, and the bodies that nobody read.

use super::rule::{check, rule};

/// A GET of the root in this version, with these lines behind Host.
fn get(version: &str, lines: &str) -> String {
    format!("GET / HTTP/{version}\r\nhost: a\r\n{lines}\r\n")
}

/// A POST with these lines behind Host, and this body.
fn post(target: &str, lines: &str, body: &str) -> String {
    format!("POST {target} HTTP/1.1\r\nhost: a\r\n{lines}\r\n{body}")
}

/// A body that looks like a request; were it taken for one, it would be answered.
const SMUGGLED: &str = "GET /moved HTTP/1.1\r\nhost: a\r\n\r\n";

fn sized(target: &str) -> String {
    post(target, &format!("content-length: {}\r\n", SMUGGLED.len()), SMUGGLED)
}

fn chunked(target: &str) -> String {
    let body = format!("{:x}\r\n{SMUGGLED}\r\n0\r\n\r\n", SMUGGLED.len());
    post(target, "transfer-encoding: chunked\r\n", &body)
}

#[test]
fn persistence() {
    check([
        rule("persists", "9112 §9.3", get("1.1", "")).lacks("connection"),
        rule("persists-as-10-asked", "9112 §9.3", get("1.0", "connection: keep-alive\r\n"))
            .has("connection", "keep-alive"),
        rule("ends-in-10", "9112 §9.3", get("1.0", "")).closes(&[200]),
        rule("ends-as-asked", "9112 §9.6", get("1.1", "connection: close\r\n")).closes(&[200]),
        rule("ends-as-asked-in-any-case", "9112 §9.6", get("1.1", "Connection: x, CLOSE\r\n")).closes(&[200]),
        rule("close-beats-keep-alive", "9112 §9.6", get("1.1", "connection: keep-alive, close\r\n"))
            .closes(&[200]),
        rule("close-in-a-second-line", "9112 §9.6", get("1.1", "connection: x\r\nconnection: close\r\n"))
            .closes(&[200]),
        rule("connection-unknown-option", "9110 §7.6.1", get("1.1", "connection: x\r\nx: b\r\n")),
        rule("nothing-behind-close", "9112 §9.6", get("1.1", "connection: close\r\n") + SMUGGLED)
            .closes(&[200]),
        rule("nothing-behind-a-fault", "9112 §2.2", format!("GET / HTTP/1.1\r\nx\r\n\r\n{SMUGGLED}"))
            .refused(400),
    ]);
}

#[test]
fn order() {
    let slow = "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n";
    let three = format!("{slow}{}{}", get("1.1", ""), sized("/echo"));
    let field = "GET /field HTTP/1.1\r\nhost: a\r\n";
    check([
        rule("pipelined-keeps-nothing", "9110 §3.3", format!("{field}x: 1\r\n\r\n{field}\r\n"))
            .answers_each(&[200, 200])
            .body(""),
        rule("pipelined-in-order", "9112 §9.3.2", three).answers_each(&[200, 200, 200]).body(SMUGGLED),
        rule("pipelined-before-a-fault", "9112 §9.3.2", format!("{slow}GET / HTTP/1.1\r\n\r\n"))
            .closes(&[200, 400]),
    ]);
}

#[test]
fn bodies_that_nobody_read() {
    let large = "x".repeat(512 * 1024);
    let in_one_chunk = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let length = format!("content-length: {}\r\n", large.len());
    let in_chunks = "transfer-encoding: chunked\r\n";
    // Nobody knows how long a chunked body is before its end is there: where the answer begins sooner, it is the last.
    check([
        rule("unread", "9112 §9.3", sized("/lazy")).body("lazy"),
        rule("unread-in-chunks", "9112 §9.3", chunked("/lazy")).lives_if_whole(200).body("lazy"),
        rule("unread-after-a-panic", "9112 §9.3", sized("/panics")).answers(500),
        rule("unread-in-chunks-after-a-panic", "9112 §9.3", chunked("/panics")).lives_if_whole(500),
        rule("unread-after-an-error", "9112 §9.3", chunked("/fails")).lives_if_whole(409),
        rule("unread-without-a-route", "9112 §9.3", chunked("/nowhere")).lives_if_whole(404),
        rule("unread-without-the-method", "9112 §9.3", chunked("/")).lives_if_whole(405),
        rule("unread-of-a-get", "9112 §9.3", sized("/lazy").replacen("POST /lazy", "GET /", 1)).body("root"),
        rule("unread-of-a-head", "9112 §9.3", sized("/lazy").replacen("POST /lazy", "HEAD /", 1)),
        rule("unread-and-beyond-the-limit", "9110 §15.5.14", sized("/small")).closes(&[413]),
        rule("unread-and-large", "9112 §9.3", post("/lazy", &length, &large)).closes(&[200]),
        rule("read-beyond-the-limit", "9110 §15.5.14", chunked("/small")).closes(&[413]),
        rule("unread-in-chunks-and-large", "9112 §9.3", post("/lazy", in_chunks, &in_one_chunk))
            .closes(&[200]),
        rule("unread-and-broken", "9112 §9.3", post("/lazy", in_chunks, "5\r\nhello!\r\n0\r\n\r\n"))
            .closes(&[200]),
    ]);
}

#[test]
fn expectations() {
    let lines = "expect: 100-continue\r\ncontent-length: 2\r\n";
    // What follows may be the content, or the next request: nobody could tell which.
    let waiting = "expect: 100-continue\r\ncontent-length: 5\r\n";
    let in_10 = post("/echo", &format!("connection: keep-alive\r\n{lines}"), "hi").replacen("1.1", "1.0", 1);
    check([
        rule("expect", "9110 §10.1.1", post("/echo", lines, "hi")).continues().body("hi"),
        rule("expect-in-10", "9110 §10.1.1", in_10).has("connection", "keep-alive").body("hi"),
        rule("expect-without-content", "9110 §10.1.1", get("1.1", "expect: 100-continue\r\n")),
        rule("expect-of-what-is-too-large", "9110 §10.1.1", post("/small", waiting, "")).closes(&[413]),
        rule("expect-of-what-is-not-there", "9110 §10.1.1", post("/nowhere", waiting, "")).closes(&[404]),
        rule("expect-of-what-is-not-read", "9110 §10.1.1", post("/lazy", waiting, "")).closes(&[200]),
        rule("expect-unknown", "9110 §10.1.1", post("/echo", "expect: x\r\ncontent-length: 2\r\n", "hi"))
            .refused(417),
    ]);
}
