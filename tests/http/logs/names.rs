//! What a request is called, and the trace that it belongs to: in the log, in the handler's own events, and sent on.

use super::Logged;

#[test]
fn a_trusted_peer_names_the_request_and_nobody_else_does() {
    let mut trusting = Logged::start(&[("SERVER_TRUSTED_PROXIES", "127.0.0.1")]);
    let good = ["7", "0f5b-A_b.c:d=e/f+g@h", &"x".repeat(128)];
    for id in good {
        let answer = trusting.app.get("/nothing").field("X-Request-Id", id).send().unwrap();
        assert_eq!(answer.field("x-request-id"), Some(id));
        assert_eq!(trusting.json()["request_id"], id);
    }
    let bad = ["", "a b", "a\"b", "a\u{e9}", "a;b", "<b>", &"x".repeat(129)];
    for id in bad {
        trusting.app.get("/orders/1").field("X-Request-Id", id).send().unwrap();
        let line = trusting.json();
        let made = line["request_id"].as_str().unwrap();
        assert!(made.len() == 36 && made.as_bytes()[14] == b'7', "{id:?}: {line}");
    }
    let twice = trusting.app.get("/orders/1").field("X-Request-Id", "a").field("X-Request-Id", "b");
    twice.send().unwrap();
    assert_eq!(trusting.json()["request_id"].as_str().unwrap().len(), 36);
    let mut wary = Logged::start(&[]);
    wary.app.get("/orders/1").field("X-Request-Id", "7").send().unwrap();
    assert_eq!(wary.json()["request_id"].as_str().unwrap().len(), 36);
}

#[test]
fn an_id_of_control_bytes_is_refused_with_its_request() {
    let mut logged = Logged::start(&[("SERVER_TRUSTED_PROXIES", "127.0.0.1")]);
    for id in [&b"a\x00b"[..], b"a\x1bb", b"a\rb", b"\x7f"] {
        let request = [b"GET /orders/1 HTTP/1.1\r\nhost: a\r\nx-request-id: ", id, b"\r\n\r\n"].concat();
        super::exchange(logged.app.address(), &request);
        let line = logged.json();
        assert_eq!(
            (&line["status"], line["request_id"].as_str().unwrap().len()),
            (&400.into(), 36),
            "{line}"
        );
    }
}

#[test]
fn what_a_handler_logs_has_the_requests_name_on_whatever_thread() {
    let mut logged = Logged::start(&[("SERVER_TRUSTED_PROXIES", "127.0.0.1")]);
    for (target, event) in [("/orders/7", "looking for an order number=7"), ("/report", "writing the report")]
    {
        for given in [None, Some("of-a-peer")] {
            let call = logged.app.get(target);
            let call = if let Some(id) = given { call.field("X-Request-Id", id) } else { call };
            call.send().unwrap();
            let line = logged.json();
            let id = line["request_id"].as_str().unwrap();
            let expected = format!(" INFO {event} request_id={id}\n");
            super::until(|| logged.app.log().contains(&expected));
        }
    }
}

#[test]
fn a_trace_is_read_logged_and_sent_on() {
    let mut logged = Logged::start(&[]);
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let call = logged.app.get("/quote").field("traceparent", &format!("00-{trace}-{parent}-01"));
    let sent = call.field("tracestate", "a=1").field("tracestate", "b=2").send().unwrap().text();
    assert_eq!(logged.json()["trace_id"], trace);
    let (_, sent_on) = sent.split_once(&format!("traceparent: 00-{trace}-")).unwrap();
    let (span, rest) = sent_on.split_at(16);
    assert!(span != parent && span.bytes().all(|byte| byte.is_ascii_hexdigit()), "{sent}");
    assert!(rest.starts_with("-01\r\ntracestate: a=1,b=2\r\n"), "{sent}");
    for bad in ["00-0-0-0", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "x"] {
        let call = logged.app.get("/quote").field("traceparent", bad).field("tracestate", "a=1");
        let sent = call.send().unwrap().text();
        let line = logged.json();
        let trace = line["trace_id"].as_str().unwrap();
        assert_eq!(trace, line["request_id"].as_str().unwrap().replace('-', ""));
        assert!(
            sent.contains(&format!("traceparent: 00-{trace}-")) && !sent.contains("tracestate"),
            "{sent}"
        );
    }
}
