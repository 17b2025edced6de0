//! Responses in, heads out, as whole texts.

use http::{HeaderValue, StatusCode};

use super::*;

const CONTEXT: EncodeContext<'_> = EncodeContext {
    version: Version::HTTP_11,
    kind: RequestKind::Other,
    persistence: Persistence::KeepAlive,
    date: &DateLine::new(*b"Sun, 06 Nov 1994 08:49:37 GMT"),
};
const TO_HEAD: EncodeContext<'_> = EncodeContext { kind: RequestKind::Head, ..CONTEXT };
const TO_CONNECT: EncodeContext<'_> = EncodeContext { kind: RequestKind::Connect, ..CONTEXT };
const TO_10: EncodeContext<'_> = EncodeContext { version: Version::HTTP_10, ..CONTEXT };
const CLOSING: EncodeContext<'_> = EncodeContext { persistence: Persistence::Close, ..CONTEXT };
const CLOSING_10: EncodeContext<'_> = EncodeContext { persistence: Persistence::Close, ..TO_10 };

/// The head without its Date, which is checked to be there.
fn encode(response: &Response, length: BodyLength, context: &EncodeContext<'_>) -> (String, OutgoingFraming) {
    let mut out = b"before".to_vec();
    let framing = encode_head(response, length, context, &mut out);
    let text = String::from_utf8(out).unwrap();
    let text = text.strip_prefix("before").expect("a head is appended");
    assert_eq!(text.matches("\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n").count(), 1, "{text}");
    (text.replace("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", ""), framing)
}

#[track_caller]
fn check(
    response: &Response,
    length: BodyLength,
    context: &EncodeContext<'_>,
    lines: &[&str],
    expected: OutgoingFraming,
) {
    let (text, framing) = encode(response, length, context);
    let lines: Vec<_> =
        text.strip_suffix("\r\n\r\n").map(|_| lines.join("\r\n") + "\r\n\r\n").into_iter().collect();
    assert_eq!((lines.first(), framing), (Some(&text), expected));
}

fn status(code: u16) -> Response {
    Response::new(StatusCode::from_u16(code).unwrap())
}

#[test]
fn a_known_length_is_said() {
    let response = Response::ok().text("hello");
    let lines = ["HTTP/1.1 200 OK", "content-type: text/plain; charset=utf-8", "content-length: 5"];
    check(&response, BodyLength::Known(5), &CONTEXT, &lines, OutgoingFraming::Sized(5));
    let lines = ["HTTP/1.1 200 OK", "content-length: 0"];
    check(&Response::ok(), BodyLength::Known(0), &CONTEXT, &lines, OutgoingFraming::Sized(0));
    let lines = ["HTTP/1.1 404 Not Found", "content-length: 18446744073709551615"];
    check(&status(404), BodyLength::Known(u64::MAX), &CONTEXT, &lines, OutgoingFraming::Sized(u64::MAX));
}

#[test]
fn an_unknown_length_is_chunked_to_1_1_and_ends_with_the_connection_to_1_0() {
    let lines = ["HTTP/1.1 200 OK", "transfer-encoding: chunked"];
    check(&Response::ok(), BodyLength::Unknown, &CONTEXT, &lines, OutgoingFraming::Chunked);
    let lines = ["HTTP/1.1 200 OK", "connection: close"];
    check(&Response::ok(), BodyLength::Unknown, &TO_10, &lines, OutgoingFraming::UntilClose);
    assert!(OutgoingFraming::UntilClose.must_close() && !OutgoingFraming::Chunked.must_close());
}

#[test]
fn a_connection_that_closes_says_so_and_a_1_0_one_that_stays_too() {
    let length = BodyLength::Known(0);
    let close = ["HTTP/1.1 200 OK", "content-length: 0", "connection: close"];
    check(&Response::ok(), length, &CLOSING, &close, OutgoingFraming::Sized(0));
    check(&Response::ok(), length, &CLOSING_10, &close, OutgoingFraming::Sized(0));
    let keep = ["HTTP/1.1 200 OK", "content-length: 0", "connection: keep-alive"];
    check(&Response::ok(), length, &TO_10, &keep, OutgoingFraming::Sized(0));
    let chunked = ["HTTP/1.1 200 OK", "transfer-encoding: chunked", "connection: close"];
    check(&Response::ok(), BodyLength::Unknown, &CLOSING, &chunked, OutgoingFraming::Chunked);
}

#[test]
fn head_has_the_fields_of_get_and_no_body() {
    let lines = ["HTTP/1.1 200 OK", "content-length: 5"];
    check(&Response::ok(), BodyLength::Known(5), &TO_HEAD, &lines, OutgoingFraming::None);
    let lines = ["HTTP/1.1 200 OK", "content-length: 0"];
    check(&Response::ok(), BodyLength::Known(0), &TO_HEAD, &lines, OutgoingFraming::None);
    let lines = ["HTTP/1.1 200 OK", "transfer-encoding: chunked"];
    check(&Response::ok(), BodyLength::Unknown, &TO_HEAD, &lines, OutgoingFraming::None);
    // There is no body whose end the connection would have to mark.
    let context = EncodeContext { kind: RequestKind::Head, ..TO_10 };
    let lines = ["HTTP/1.1 200 OK", "connection: keep-alive"];
    check(&Response::ok(), BodyLength::Unknown, &context, &lines, OutgoingFraming::None);
}

#[test]
fn an_application_may_say_the_length_of_a_body_it_does_not_make() {
    let said = |code| status(code).header("content-length", "7");
    for (code, line) in [(200, "HTTP/1.1 200 OK"), (304, "HTTP/1.1 304 Not Modified")] {
        for length in [BodyLength::Unknown, BodyLength::Known(0)] {
            check(&said(code), length, &TO_HEAD, &[line, "content-length: 7"], OutgoingFraming::None);
        }
    }
    let lines = ["HTTP/1.1 304 Not Modified", "content-length: 7"];
    check(&said(304), BodyLength::Unknown, &CONTEXT, &lines, OutgoingFraming::None);
    let broken = Response::ok().header("content-length", "+7");
    let lines = ["HTTP/1.1 200 OK", "transfer-encoding: chunked"];
    check(&broken, BodyLength::Unknown, &TO_HEAD, &lines, OutgoingFraming::None);
    let lines = ["HTTP/1.1 200 OK", "content-length: 5"];
    check(&said(200), BodyLength::Known(5), &CONTEXT, &lines, OutgoingFraming::Sized(5));
}

#[test]
fn a_status_without_content_has_no_framing_and_no_body() {
    for length in [BodyLength::Known(5), BodyLength::Unknown, BodyLength::Known(0)] {
        check(&status(204), length, &CONTEXT, &["HTTP/1.1 204 No Content"], OutgoingFraming::None);
        check(&status(100), length, &CONTEXT, &["HTTP/1.1 100 Continue"], OutgoingFraming::None);
        let lines = ["HTTP/1.1 205 Reset Content", "content-length: 0"];
        check(&status(205), length, &CONTEXT, &lines, OutgoingFraming::None);
    }
    for length in [BodyLength::Unknown, BodyLength::Known(0)] {
        check(&status(304), length, &CONTEXT, &["HTTP/1.1 304 Not Modified"], OutgoingFraming::None);
    }
    let lines = ["HTTP/1.1 304 Not Modified", "content-length: 5"];
    check(&status(304), BodyLength::Known(5), &CONTEXT, &lines, OutgoingFraming::None);
    // To a 1.0 client neither of them needs a close to end.
    let lines = ["HTTP/1.1 204 No Content", "connection: keep-alive"];
    check(&status(204), BodyLength::Unknown, &TO_10, &lines, OutgoingFraming::None);
}

#[test]
fn a_tunnel_has_no_framing_and_a_refused_one_has() {
    check(&Response::ok(), BodyLength::Known(0), &TO_CONNECT, &["HTTP/1.1 200 OK"], OutgoingFraming::None);
    check(&Response::ok(), BodyLength::Unknown, &TO_CONNECT, &["HTTP/1.1 200 OK"], OutgoingFraming::None);
    let lines = ["HTTP/1.1 405 Method Not Allowed", "content-length: 3"];
    check(&status(405), BodyLength::Known(3), &TO_CONNECT, &lines, OutgoingFraming::Sized(3));
}

#[test]
fn framing_that_an_application_set_is_left_out() {
    let mut response = Response::ok().header("content-length", "99").header("transfer-encoding", "gzip");
    response = response.header("connection", "x-secret").header("keep-alive", "timeout=5").header("x-a", "b");
    let lines = ["HTTP/1.1 200 OK", "content-length: 5", "x-a: b"];
    check(&response, BodyLength::Known(5), &CONTEXT, &lines, OutgoingFraming::Sized(5));
}

#[test]
fn upgrade_is_named_in_connection() {
    let response = status(101).header("upgrade", "websocket");
    let lines = ["HTTP/1.1 101 Switching Protocols", "connection: upgrade", "upgrade: websocket"];
    check(&response, BodyLength::Known(0), &CONTEXT, &lines, OutgoingFraming::None);
    let response = status(426).header("upgrade", "websocket");
    let lines = [
        "HTTP/1.1 426 Upgrade Required",
        "content-length: 0",
        "connection: close, upgrade",
        "upgrade: websocket",
    ];
    check(&response, BodyLength::Known(0), &CLOSING, &lines, OutgoingFraming::Sized(0));
}

#[test]
fn a_content_type_is_written_once_wherever_it_was_set() {
    let mut response = Response::ok().text("a");
    response.headers_mut().insert("x-a", HeaderValue::from_static("b"));
    response.headers_mut().append("x-a", HeaderValue::from_static("c"));
    let lines = [
        "HTTP/1.1 200 OK",
        "content-type: text/plain; charset=utf-8",
        "content-length: 1",
        "x-a: b",
        "x-a: c",
    ];
    check(&response, BodyLength::Known(1), &CONTEXT, &lines, OutgoingFraming::Sized(1));
    response.headers_mut().append("content-type", HeaderValue::from_static("text/html"));
    check(&response, BodyLength::Known(1), &CONTEXT, &lines, OutgoingFraming::Sized(1));
}

#[test]
fn an_application_may_say_the_date() {
    let mut response = Response::ok();
    response.headers_mut().append("date", HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
    let (text, _) = encode(
        &response,
        BodyLength::Known(0),
        &EncodeContext { date: &DateLine::new([b'x'; 29]), ..CONTEXT },
    );
    assert_eq!(text, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
}

#[test]
fn an_unregistered_status_keeps_the_space_before_its_empty_phrase() {
    let lines = ["HTTP/1.1 299 ", "content-length: 0"];
    check(&status(299), BodyLength::Known(0), &CONTEXT, &lines, OutgoingFraming::Sized(0));
}
