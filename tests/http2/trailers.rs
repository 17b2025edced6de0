//! Trailer sections in both directions, over HTTP/2 and over HTTP/1.1.

use std::io::{Read, Write};
use std::net::TcpStream as Socket;
use std::time::Duration;

use bytes::Bytes;
use fingerpost_tests::App;
use http::{HeaderMap, Request};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

use super::frames::{Wire, field, frame, post};
use super::programs::start_with;

fn start() -> App {
    start_with("trailers", &[("SERVER_WORKERS", "1")])
}

fn map(fields: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for &(name, value) in fields {
        map.append(name, value.parse().unwrap());
    }
    map
}

/// Asks over HTTP/2, with a body in two pieces and a trailer section; the answer's body and trailers.
fn ask(app: &App, method: &str, path: &str, trailers: Option<HeaderMap>) -> (String, Option<HeaderMap>) {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let stream = TcpStream::connect(app.address()).await.unwrap();
        let (send, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let request = Request::builder().method(method).uri(format!("http://{}{path}", app.address()));
        let mut send = send.ready().await.unwrap();
        let (answer, mut body) = send.send_request(request.body(()).unwrap(), method == "GET").unwrap();
        if method != "GET" {
            body.send_data(Bytes::from_static(b"ab"), false).unwrap();
            body.send_data(Bytes::from_static(b"c"), trailers.is_none()).unwrap();
            if let Some(trailers) = trailers {
                body.send_trailers(trailers).unwrap();
            }
        }
        let mut body = answer.await.unwrap().into_body();
        let mut content = Vec::new();
        while let Some(chunk) = body.data().await {
            let chunk = chunk.unwrap();
            body.flow_control().release_capacity(chunk.len()).unwrap();
            content.extend_from_slice(&chunk);
        }
        (String::from_utf8(content).unwrap(), body.trailers().await.unwrap())
    })
}

#[test]
fn an_answer_of_http_2_ends_with_them() {
    let app = start();
    let (content, trailers) = ask(&app, "GET", "/report", None);
    assert_eq!((content.as_str(), trailers), ("2\n3\n5\n", Some(map(&[("lines", "3")]))));
    let (content, trailers) = ask(&app, "POST", "/echo", None);
    assert_eq!((content.as_str(), trailers), ("abc", None));
}

#[test]
fn a_handler_reads_those_of_a_request_of_http_2() {
    let app = start();
    let rows = [
        (Some(map(&[("checksum", "294")])), "whole\n"),
        (Some(map(&[("checksum", "295")])), "not whole\n"),
        (Some(map(&[("other", "294")])), "not whole\n"),
        (None, "not whole\n"),
    ];
    for (trailers, expected) in rows {
        assert_eq!(ask(&app, "POST", "/upload", trailers.clone()).0, expected, "{trailers:?}");
    }
    // What frames, routes or describes a message is left out of them.
    let sent = map(&[("a", "1"), ("content-length", "7"), ("host", "b"), ("a", "2"), ("authorization", "c")]);
    let (content, trailers) = ask(&app, "POST", "/echo", Some(sent));
    assert_eq!((content.as_str(), trailers), ("abc", Some(map(&[("a", "1"), ("a", "2")]))));
}

#[test]
fn a_trailer_section_that_is_too_large_costs_its_request_alone() {
    let app = start();
    let mut wire = Wire::open(&app);
    wire.send(&post(1, "/upload"));
    wire.send(&frame(0, 0, 1, b"abc"));
    let large: Vec<u8> = (0..200).flat_map(|at| field(&format!("x-{at}"), &"y".repeat(120))).collect();
    // END_STREAM in the first frame, END_HEADERS in the last.
    let pieces: Vec<_> = large.chunks(16_000).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let end = if at + 1 == pieces.len() { 4 } else { 0 };
        wire.send(&if at == 0 { frame(1, 1 | end, 1, piece) } else { frame(9, end, 1, piece) });
    }
    // However it is refused, the server serves on.
    assert!(wire.until(|frame| frame.stream == 1 || frame.kind == 7).is_some());
    assert_eq!(ask(&app, "GET", "/report", None).0, "2\n3\n5\n");
}

/// Sends bytes over HTTP/1.1, and gives what comes until the server closes.
fn raw(app: &App, request: &str) -> String {
    let mut socket = Socket::connect(app.address()).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn an_answer_of_http_1_1_has_them_where_the_client_takes_them() {
    let app = start();
    let with = "\r\n2\r\n5\n\r\n0\r\nlines: 3\r\n\r\n";
    let without = "\r\n2\r\n5\n\r\n0\r\n\r\n";
    let rows = [
        ("te: trailers\r\n", with),
        ("TE: deflate;q=0.5, Trailers\r\n", with),
        ("te: gzip\r\nte:\ttrailers\r\n", with),
        ("", without),
        ("te:\r\n", without),
        ("te: gzip\r\n", without),
        ("te: trailers2\r\n", without),
        ("x-te: trailers\r\n", without),
    ];
    for (fields, expected) in rows {
        let request = format!("GET /report HTTP/1.1\r\nhost: a\r\n{fields}connection: close, te\r\n\r\n");
        let answer = raw(&app, &request);
        assert!(answer.ends_with(expected), "{fields:?}: {answer:?}");
    }
    let old = raw(&app, "GET /report HTTP/1.0\r\nte: trailers\r\n\r\n");
    assert!(old.ends_with("\r\n\r\n2\n3\n5\n"), "{old:?}");
    // The next request of a connection has said nothing.
    let two = "GET /report HTTP/1.1\r\nhost: a\r\nte: trailers\r\n\r\nGET /report HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answers = raw(&app, two);
    assert!(answers.contains(with) && answers.ends_with(without), "{answers:?}");
    let head = raw(&app, "HEAD /report HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: close\r\n\r\n");
    assert!(head.ends_with("\r\n\r\n") && !head.contains("lines"), "{head:?}");
}

#[test]
fn a_handler_reads_those_of_a_request_of_http_1_1() {
    let app = start();
    let rows = [
        ("checksum: 294\r\n", "whole\n"),
        ("CheckSum:294 \t\r\nother: x\r\n", "whole\n"),
        ("checksum: 295\r\n", "not whole\n"),
        ("", "not whole\n"),
    ];
    for (trailers, expected) in rows {
        let head = "POST /upload HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n";
        let answer = raw(&app, &format!("{head}\r\n3\r\nabc\r\n0\r\n{trailers}\r\n"));
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(&format!("\r\n\r\n{expected}")),
            "{answer:?}"
        );
        // In the head it is a field like any other.
        let answer = raw(&app, &format!("{head}{trailers}\r\n3\r\nabc\r\n0\r\n\r\n"));
        assert!(answer.ends_with("not whole\n"), "{answer:?}");
    }
    let head = "POST /upload HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    let refused = raw(&app, &format!("{head}3\r\nabc\r\n0\r\ncontent-length: 3\r\n\r\n"));
    assert!(refused.starts_with("HTTP/1.1 400 "), "{refused:?}");
}

#[test]
fn they_pass_through_from_version_to_version() {
    let app = start();
    let request = "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nte: trailers\r\nconnection: close, te\r\n\r\n\
                   3\r\nabc\r\n0\r\nsum: 1\r\nsum: 2\r\n\r\n";
    let answer = raw(&app, request);
    assert!(answer.ends_with("3\r\nabc\r\n0\r\nsum: 1\r\nsum: 2\r\n\r\n"), "{answer:?}");
    let (content, trailers) = ask(&app, "POST", "/echo", Some(map(&[("sum", "1"), ("sum", "2")])));
    assert_eq!((content.as_str(), trailers), ("abc", Some(map(&[("sum", "1"), ("sum", "2")]))));
}
