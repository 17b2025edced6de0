//! Where a body ends: RFC 9112 §6 and §7, RFC 9110 §6.5 and §8.6.

use super::rule::{check, rule};

/// A POST to `/echo` with these lines behind Host, and these bytes behind the head.
fn echo(lines: &str, body: &str) -> String {
    format!("POST /echo HTTP/1.1\r\nhost: a\r\n{lines}\r\n{body}")
}

/// The same, chunked.
fn chunked(body: &str) -> String {
    echo("transfer-encoding: chunked\r\n", body)
}

fn get(target: &str, version: &str) -> String {
    format!("GET {target} HTTP/{version}\r\nhost: a\r\n\r\n")
}

#[test]
fn content_length_at_fault() {
    let rules = [
        ("length-plus", "content-length: +2\r\n"),
        ("length-minus", "content-length: -2\r\n"),
        ("length-hex", "content-length: 0x2\r\n"),
        ("length-empty", "content-length:\r\n"),
        ("length-fraction", "content-length: 2.0\r\n"),
        ("length-spaces", "content-length: 2 2\r\n"),
        ("length-underscore", "content-length: 0_2\r\n"),
        ("length-quoted", "content-length: \"2\"\r\n"),
        ("length-beyond-64-bits", "content-length: 18446744073709551616\r\n"),
        ("length-list", "content-length: 2, 3\r\n"),
        ("length-list-of-one", "content-length: 2,\r\n"),
        ("length-list-of-the-same", "content-length: 2, 2\r\n"),
        ("length-twice", "content-length: 2\r\ncontent-length: 3\r\n"),
        ("length-twice-the-same", "content-length: 2\r\ncontent-length: 2\r\n"),
    ];
    check(rules.map(|(id, lines)| rule(id, "9112 §6.3", echo(lines, "hi")).refused(400)));
}

#[test]
fn content_length() {
    check([
        rule("length", "9112 §6.2", echo("content-length: 2\r\n", "hi")).body("hi"),
        rule("length-zeros", "9110 §8.6", echo("content-length: 002\r\n", "hi")).body("hi"),
        rule("length-of-nothing", "9112 §6.3", echo("content-length: 0\r\n", "")).body(""),
        rule("length-missing", "9112 §6.3", echo("", "")).body(""),
        rule("length-largest", "9110 §8.6", echo("content-length: 18446744073709551615\r\n", "hi"))
            .refused(413),
        rule("body-breaks-off", "9112 §6.3", echo("content-length: 5\r\n", "hi")).half_closed(400),
    ]);
}

#[test]
fn transfer_encoding_at_fault() {
    let both = "9112 §6.1";
    let rules = [
        ("coding-not-last", "9112 §6.3", "transfer-encoding: chunked, gzip\r\n", 400),
        ("coding-without-chunked", "9112 §6.3", "transfer-encoding: gzip\r\n", 400),
        ("coding-identity", "9112 §6.3", "transfer-encoding: identity\r\n", 400),
        ("coding-twice", "9112 §6.1", "transfer-encoding: chunked, chunked\r\n", 400),
        (
            "coding-in-two-lines",
            "9112 §6.1",
            "transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n",
            400,
        ),
        (
            "coding-twice-in-two-lines",
            "9112 §6.1",
            "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
            400,
        ),
        ("coding-empty", "9112 §6.3", "transfer-encoding:\r\n", 400),
        ("coding-empty-element", "9112 §6.3", "transfer-encoding: , chunked\r\n", 400),
        ("coding-with-parameter", "9112 §7.1", "transfer-encoding: chunked;a=b\r\n", 400),
        ("coding-quoted", "9112 §6.3", "transfer-encoding: \"chunked\"\r\n", 400),
        ("coding-with-vertical-tab", "9112 §6.3", "transfer-encoding: \x0bchunked\r\n", 400),
        ("coding-with-a-letter-more", "9112 §6.3", "transfer-encoding: xchunked\r\n", 400),
        ("coding-unknown", "9112 §6.1", "transfer-encoding: gzip, chunked\r\n", 501),
        ("coding-after-length", both, "content-length: 12\r\ntransfer-encoding: chunked\r\n", 400),
        ("coding-before-length", both, "transfer-encoding: chunked\r\ncontent-length: 12\r\n", 400),
        ("coding-beside-no-length", both, "content-length: 0\r\ntransfer-encoding: chunked\r\n", 400),
    ];
    check(rules.map(|(id, clause, lines, status)| {
        rule(id, clause, echo(lines, "2\r\nhi\r\n0\r\n\r\n")).refused(status)
    }));
    let in_10 = "POST /echo HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    check([rule("coding-in-10", "9112 §6.1", in_10).refused(400)]);
}

#[test]
fn chunks() {
    let sizes = "0000A\r\n0123456789\r\n00\r\n\r\n";
    let any_case = echo("Transfer-Encoding: CHUNKED\r\n", "2\r\nhi\r\n0\r\n\r\n");
    check([
        rule("chunks", "9112 §7.1", chunked("1\r\nh\r\n1\r\ni\r\n0\r\n\r\n")).body("hi"),
        rule("chunks-none", "9112 §7.1", chunked("0\r\n\r\n")).body(""),
        rule("chunk-size-digits", "9112 §7.1", chunked(sizes)).body("0123456789"),
        rule("coding-in-any-case", "9112 §7", any_case).body("hi"),
        rule("chunk-breaks-off", "9112 §8", chunked("5\r\nhi")).half_closed(400),
        rule("chunks-break-off", "9112 §8", chunked("2\r\nhi\r\n")).half_closed(400),
        rule("trailers-break-off", "9112 §8", chunked("2\r\nhi\r\n0\r\n")).half_closed(400),
    ]);
}

#[test]
fn chunks_at_fault() {
    let rules = [
        ("chunk-size-beyond-64-bits", "10000000000000002\r\nhi\r\n0\r\n\r\n"),
        ("chunk-size-plus", "+2\r\nhi\r\n0\r\n\r\n"),
        ("chunk-size-minus", "-2\r\nhi\r\n0\r\n\r\n"),
        ("chunk-size-0x", "0x2\r\nhi\r\n0\r\n\r\n"),
        ("chunk-size-underscore", "0_2\r\nhi\r\n0\r\n\r\n"),
        ("chunk-size-missing", "\r\nhi\r\n0\r\n\r\n"),
        ("chunk-size-space-before", " 2\r\nhi\r\n0\r\n\r\n"),
        ("chunk-size-space-behind", "2 \r\nhi\r\n0\r\n\r\n"),
        ("chunk-size-two", "0 2\r\nhi\r\n0\r\n\r\n"),
        ("chunk-lf-after-size", "2\nhi\r\n0\r\n\r\n"),
        ("chunk-cr-after-size", "2\rhi\r\n0\r\n\r\n"),
        ("chunk-lf-after-data", "2\r\nhi\n0\r\n\r\n"),
        ("chunk-cr-after-data", "2\r\nhi\r0\r\n\r\n"),
        ("chunk-data-longer", "2\r\nhip\r\n0\r\n\r\n"),
        ("chunk-data-shorter", "3\r\nhi\r\n0\r\n\r\n"),
        ("chunk-lf-at-the-end", "2\r\nhi\r\n0\r\n\n"),
        ("chunk-cr-at-the-end", "2\r\nhi\r\n0\r\n\rx"),
        ("extension-without-name", "2;\r\nhi\r\n0\r\n\r\n"),
        ("extension-without-value", "2;a=\r\nhi\r\n0\r\n\r\n"),
        ("extension-with-lf", "2;a\nhi\r\n0\r\n\r\n"),
        ("extension-with-cr", "2;a\rb\r\nhi\r\n0\r\n\r\n"),
        ("extension-with-control", "2;a=\x01\r\nhi\r\n0\r\n\r\n"),
        ("extension-quote-open", "2;a=\"b\r\nhi\r\n0\r\n\r\n"),
        ("extension-lf-in-quotes", "2;a=\"\n\"\r\nhi\r\n0\r\n\r\n"),
        ("extension-two-names", "2;a b\r\nhi\r\n0\r\n\r\n"),
    ];
    check(rules.map(|(id, body)| {
        let clause = if id.starts_with("extension") { "9112 §7.1.1" } else { "9112 §7.1" };
        rule(id, clause, chunked(body)).refused(400)
    }));
}

#[test]
fn extensions_and_trailers() {
    let ignored = "2;a;b=c;d=\"e;\\\"f\"\r\nhi\r\n0;g\r\n\r\n";
    let spaces = "2 ; a = b\t;c\r\nhi\r\n0\r\n\r\n";
    let large = format!("2;{}\r\nhi\r\n0\r\n\r\n", "a".repeat(9000));
    let many = format!("{}0\r\n\r\n", format!("1;{}\r\nx\r\n", "a".repeat(100)).repeat(200));
    let host = "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx: y\r\n\r\n\
                GET /field HTTP/1.1\r\nhost: a\r\n\r\n";
    check([
        rule("extension-ignored", "9112 §7.1.1", chunked(ignored)).body("hi"),
        rule("extension-with-spaces", "9110 §5.6.3", chunked(spaces)).body("hi"),
        rule("extension-too-large", "9112 §7.1.1", chunked(&large)).refused(400),
        rule("extensions-too-many", "9112 §7.1.1", chunked(&many)).refused(400),
        rule("trailer-ignored", "9112 §7.1.2", chunked("2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n")).body("hi"),
        rule("trailer-not-kept", "9110 §6.5.1", host).answers_each(&[200, 200]).body(""),
    ]);
    let refused = [
        ("trailer-content-length", "content-length: 5"),
        ("trailer-transfer-encoding", "transfer-encoding: chunked"),
        ("trailer-host", "host: b"),
        ("trailer-content-type", "content-type: text/html"),
        ("trailer-authorization", "authorization: basic eDp5"),
        ("trailer-space-before-colon", "x : y"),
        ("trailer-without-colon", "x"),
        ("trailer-folded", "x: y\r\n z"),
        ("trailer-with-nul", "x: \0"),
        ("trailer-with-lf", "x: y\nz: 1"),
        ("trailer-that-is-a-request", "GET / HTTP/1.1\r\nhost: a"),
    ];
    check(refused.map(|(id, line)| {
        rule(id, "9110 §6.5.1", chunked(&format!("2\r\nhi\r\n0\r\n{line}\r\n\r\n"))).refused(400)
    }));
    let large = format!("0\r\nx: {}\r\n\r\n", "y".repeat(17_000));
    let many = format!("0\r\n{}\r\n", "x:\r\n".repeat(101));
    check([
        rule("trailer-too-large", "9110 §5.4", chunked(&large)).refused(400),
        rule("trailers-too-many", "9110 §5.4", chunked(&many)).refused(400),
    ]);
}

#[test]
fn answers() {
    let head = "HEAD /stream HTTP/1.1\r\nhost: a\r\n\r\n";
    check([
        rule("answer-of-known-length", "9110 §8.6", get("/", "1.1")).has("content-length", "4"),
        rule("answer-in-chunks", "9112 §6.3", get("/stream", "1.1"))
            .has("transfer-encoding", "chunked")
            .lacks("content-length")
            .body("onetwo"),
        rule("answer-to-10", "9112 §6.1", get("/stream", "1.0"))
            .closes(&[200])
            .lacks("transfer-encoding")
            .lacks("content-length")
            .body("onetwo"),
        rule("answer-to-head-in-chunks", "9110 §9.3.2", head).has("transfer-encoding", "chunked").body(""),
        rule("answer-204", "9112 §6.1", get("/status/204", "1.1"))
            .answers(204)
            .lacks("content-length")
            .lacks("transfer-encoding"),
        rule("answer-205", "9110 §15.3.6", get("/status/205", "1.1"))
            .answers(205)
            .has("content-length", "0")
            .body(""),
        rule("answer-304", "9110 §15.4.5", get("/status/304", "1.1")).answers(304).has("content-length", "6"),
        rule("answer-framed-by-the-engine", "9112 §6.2", get("/choosy", "1.1"))
            .has("content-length", "6")
            .has("x-own", "1")
            .lacks("transfer-encoding")
            .lacks("connection")
            .body("choosy"),
    ]);
}
