//! Failures that are answered.

use super::*;

/// One request that fails: it is answered with `status`, and ends for the reason of this name.
#[track_caller]
fn check(name: &str, input: &[u8], then: Then, status: u16, ended: &str) -> Outcome {
    let outcome = paused(outcome(input, then));
    let Outcome { received, told, ids, rendered, counts, log } = &outcome;
    assert_eq!(told, &[format!("{status} {ended}")], "{name}: {received}");
    assert_eq!(*rendered, 1, "{name}: {received}");
    assert!(received.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {received}");
    let id = &ids[0];
    assert!(received.contains(&format!("x-request-id: {id}\r\n")), "{name}: {id}: {received}");
    assert!(received.contains(&format!("\"request_id\":\"{id}\"")), "{name}: {id}: {received}");
    let [line] = log.as_slice() else { panic!("{name}: expected one line, found {log:?}") };
    assert!(line.contains(&format!("request_id={id} ")), "{name}: {line}");
    assert!(line.contains(&format!(" status={status} ")), "{name}: {line}");
    assert!(line.contains(&format!(" ended={ended}\n")), "{name}: {line}");
    let (client, server) = (u64::from(status < 500), u64::from(status >= 500));
    assert_eq!((counts.responses.client_error, counts.responses.server_error), (client, server), "{name}");
    assert_eq!(counts.responses.success, 0, "{name}");
    assert_eq!((counts.connections_accepted, counts.connections_open), (1, 0), "{name}");
    assert_eq!(counts.bytes_out, received.len() as u64, "{name}");
    assert_eq!(counts.bytes_in, input.len() as u64, "{name}");
    outcome
}

#[test]
fn what_the_application_and_the_table_refuse() {
    let rows: &[(&str, &str, u16)] = &[
        ("no route", "GET /missing HTTP/1.1\r\nhost: a\r\n\r\n", 404),
        ("another method", "POST / HTTP/1.1\r\nhost: a\r\n\r\n", 405),
        ("a proxy's method", "CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n", 501),
        ("a parameter", "GET /users/x HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        ("a handler's problem", "GET /refuses HTTP/1.1\r\nhost: a\r\n\r\n", 409),
        ("a handler's error", "GET /fails HTTP/1.1\r\nhost: a\r\n\r\n", 500),
        (
            "a long body",
            "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 101\r\nexpect: 100-continue\r\n\r\n",
            413,
        ),
        (
            "a long body in chunks",
            &format!(
                "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n65\r\n{}\r\n0\r\n\r\n",
                "x".repeat(101)
            ),
            413,
        ),
        (
            "an expectation",
            "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: a-miracle\r\ncontent-length: 5\r\n\r\nhello",
            417,
        ),
    ];
    for (name, input, status) in rows {
        let outcome = check(name, input.as_bytes(), Then::End, *status, "done");
        assert_eq!(outcome.counts.requests, 1, "{name}");
        assert_eq!((outcome.counts.panics, outcome.counts.protocol_errors), (0, 0), "{name}");
    }
}

#[test]
fn panics_that_leave_room_for_an_answer() {
    for target in ["/panics", "/panics/early", "/panics/around", "/panics/blocking", "/lies"] {
        let input = format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
        let outcome = check(target, input.as_bytes(), Then::Read, 500, "done");
        assert_eq!((outcome.counts.panics, outcome.counts.requests), (1, 1), "{target}");
        // The connection lived on, and was idle.
        assert_eq!(outcome.counts.timeouts.keep_alive, 1, "{target}");
    }
}

#[test]
fn requests_that_cannot_be_read() {
    let long = "x".repeat(20_000);
    let fields: String = (0..101).map(|n| format!("x-{n}: 1\r\n")).collect();
    let rows: &[(&str, String, u16)] = &[
        ("bare-lf", "GET / HTTP/1.1\nhost: a\r\n\r\n".to_owned(), 400),
        ("invalid-method", "G@T / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("missing-host", "GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("unsupported-version", "GET / HTTP/2.0\r\n\r\n".to_owned(), 505),
        ("target-too-long", format!("GET /{long}"), 414),
        ("head-too-large", format!("GET / HTTP/1.1\r\nhost: {long}"), 431),
        ("too-many-fields", format!("GET / HTTP/1.1\r\nhost: a\r\n{fields}\r\n"), 431),
        (
            "unknown-transfer-coding",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n".to_owned(),
            501,
        ),
        (
            "conflicting-content-length",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"
                .to_owned(),
            400,
        ),
    ];
    for (name, input, status) in rows {
        let outcome = check(name, input.as_bytes(), Then::Read, *status, name);
        assert_eq!((outcome.counts.requests, outcome.counts.protocol_errors), (0, 1), "{name}");
    }
}

#[test]
fn bodies_that_cannot_be_read() {
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    let rows = [
        ("invalid-chunk-size", "x\r\n"),
        ("bare-lf-in-chunk", "1\nx\r\n"),
        ("invalid-trailer", "0\r\nno name: x\r\n\r\n"),
    ];
    for (name, body) in rows {
        let input = format!("{head}{body}");
        let outcome = check(name, input.as_bytes(), Then::Read, 400, name);
        assert_eq!((outcome.counts.requests, outcome.counts.protocol_errors), (1, 1), "{name}");
    }
    // The same where nobody reads the body.
    let unread = format!("{}x\r\n", head.replace("/echo", "/missing"));
    let outcome = check("unread", unread.as_bytes(), Then::Read, 404, "invalid-chunk-size");
    assert_eq!(outcome.counts.protocol_errors, 1);
    let outcome = check("incomplete", format!("{head}5\r\nhel").as_bytes(), Then::End, 400, "client-left");
    assert_eq!((outcome.counts.client_left, outcome.counts.protocol_errors), (1, 0));
}

#[test]
fn what_takes_too_long() {
    let head = check("head", b"GET / HTTP/1.1\r\nhos", Then::Read, 408, "head-timeout");
    assert_eq!((head.counts.timeouts.head, head.counts.requests), (1, 0));
    let body = b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhe";
    let body = check("body", body, Then::Read, 408, "body-timeout");
    assert_eq!((body.counts.timeouts.body, body.counts.requests), (1, 1));
    let request = b"GET /never HTTP/1.1\r\nhost: a\r\n\r\n";
    let request = check("request", request, Then::Read, 503, "request-timeout");
    assert_eq!((request.counts.timeouts.request, request.counts.requests), (1, 1));
}

#[test]
fn a_request_that_could_not_be_read_is_answered_in_the_form_it_asked_for() {
    let rows = [
        ("GET /a HTTP/1.1\r\nAccept: text/html\r\nhost: a b\r\n\r\n", "text/html; charset=utf-8"),
        ("GET /a HTTP/1.1\r\nAccept: text/plain\r\nx", "text/plain; charset=utf-8"),
        // A line that is not whole says nothing.
        ("GET /a HTTP/1.1\r\nhost: a\r\nAccept: text/ht\x01", "application/problem+json"),
        ("GET /a\r\nAccept: text/html\r\n\r\n", "application/problem+json"),
    ];
    for (input, content_type) in rows {
        let outcome = paused(outcome(input.as_bytes(), Then::Read));
        let field = format!("content-type: {content_type}\r\n");
        assert!(outcome.received.contains(&field), "{input:?}: {}", outcome.received);
        assert!(outcome.received.contains("vary: accept\r\n"), "{input:?}: {}", outcome.received);
        assert!(outcome.received.contains(&outcome.ids[0]), "{input:?}: {}", outcome.received);
    }
}

#[test]
fn a_head_request_that_could_not_be_read_gets_no_body() {
    let outcome = paused(outcome(b"HEAD / HTTP/1.1\r\nhost: a b\r\n\r\n", Then::Read));
    assert!(outcome.received.starts_with("HTTP/1.1 400 "), "{}", outcome.received);
    assert!(outcome.received.ends_with("\r\n\r\n"), "{}", outcome.received);
    assert_eq!(outcome.told, ["400 invalid-host"]);
}
