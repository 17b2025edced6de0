//! `examples/probe`: what the conformance programs rely on, and that nothing is lost when it is told to stop.

use super::programs::{start, start_with};

#[test]
fn answers_its_endpoints() {
    let app = start("probe");
    let rows = [
        ("GET", "/", 200),
        ("POST", "/", 405),
        ("GET", "/hello/caf%C3%A9", 200),
        ("GET", "/echo", 405),
        ("GET", "/stream", 200),
        ("GET", "/slow", 200),
        ("GET", "/no-content", 204),
        ("GET", "/not-modified", 304),
        ("GET", "/missing", 404),
    ];
    for (method, target, expected) in rows {
        let answer = app.call(method, target).send().unwrap();
        assert_eq!(answer.status(), expected, "{method} {target}: {}", answer.text());
        assert_eq!(answer.field("allow").is_some(), expected == 405, "{method} {target}: {answer:?}");
    }
    assert!(app.get("/hello/caf%C3%A9").send().unwrap().text().contains("caf\u{e9}"));
    assert_eq!(app.get("/not-modified").send().unwrap().field("etag"), Some("\"probe-1\""));
}

#[test]
fn echoes_two_mebibytes_byte_for_byte() {
    let app = start("probe");
    let body: Vec<u8> = (0..=250).cycle().take(2 << 20).collect();
    let answer = app.call("POST", "/echo").body("application/x-test", body.clone()).send().unwrap();
    assert_eq!((answer.status(), answer.field("content-type")), (200, Some("application/x-test")));
    assert!(answer.body() == body, "{} bytes came back, or others", answer.body().len());
}

#[test]
fn streams_what_has_no_known_length() {
    let app = start("probe");
    let stream = app.get("/stream").send().unwrap();
    assert_eq!(stream.field("transfer-encoding"), Some("chunked"));
    assert_eq!(stream.text(), "part 1\npart 2\npart 3\npart 4\npart 5\n");
    let large = app.get("/large").send().unwrap();
    assert_eq!((large.status(), large.body().len()), (200, 32 << 20));
}

#[track_caller]
fn check_shutdown(runtime: &str) {
    let app = start_with("probe", &[("SERVER_RUNTIME", runtime)]);
    // More than the sockets' buffers hold: the handler is still at it when the signal comes.
    let begun = app.get("/large").begin().unwrap();
    app.terminate().unwrap();
    let answer = begun.finish().unwrap();
    assert_eq!((answer.status(), answer.body().len()), (200, 32 << 20), "{runtime}");
    let (status, log) = app.wait().unwrap();
    assert!(status.success(), "{runtime}: {status}\n{log}");
}

#[test]
fn ends_the_answer_it_has_begun_before_it_stops() {
    check_shutdown("per-core");
    check_shutdown("shared");
}
