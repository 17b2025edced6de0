//! The requests that a plan is made of.

use super::plan::{Closing, Exchange, Reading};
use crate::__properties::Random;

impl Exchange {
    fn of(request: Vec<u8>, status: u16, body: Option<Vec<u8>>) -> Self {
        let head_len =
            request.windows(4).position(|end| end == b"\r\n\r\n").map_or(request.len(), |at| at + 4);
        Self {
            request,
            blank_len: 0,
            head_len,
            expects: false,
            reading: Reading::Nothing,
            status,
            body,
            is_head: false,
            closing: Closing::Never,
        }
    }

    fn answered(request: impl Into<Vec<u8>>, body: impl Into<Vec<u8>>) -> Self {
        Self::of(request.into(), 200, Some(body.into()))
    }

    fn refused(request: impl Into<Vec<u8>>, status: u16) -> Self {
        Self::of(request.into(), status, None)
    }

    fn head(self) -> Self {
        Self { is_head: true, ..self }
    }

    fn closing(self, closing: Closing) -> Self {
        Self { closing, ..self }
    }

    /// The same behind an empty line, as some clients send one behind a body.
    fn behind_an_empty_line(self) -> Self {
        let request = [b"\r\n", self.request.as_slice()].concat();
        Self { request, blank_len: 2, head_len: self.head_len + 2, ..self }
    }
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n")
}

/// A request behind which the connection lives; `name` is of no other.
pub(super) fn draw(random: &mut Random, name: &str) -> Exchange {
    let exchange = if random.one_in(2) { draw_post(random) } else { draw_get(random, name) };
    if random.one_in(12) { exchange.behind_an_empty_line() } else { exchange }
}

fn draw_get(random: &mut Random, name: &str) -> Exchange {
    match random.below(14) {
        0 => Exchange::answered(get("/stream"), "onetwothree"),
        1 => Exchange::answered(get("/from-elsewhere"), "onetwothree"),
        2 => Exchange::answered(get("/slow"), "slow"),
        3 => Exchange::answered(get("/pieces"), "piece".repeat(1000)),
        4 => Exchange::answered(get("/medium"), vec![b'x'; 40_000]),
        5 => Exchange::refused(get("/missing"), 404),
        6 => Exchange::refused(get("/panic"), 500),
        7 => Exchange::answered("HEAD /stream HTTP/1.1\r\nhost: a\r\n\r\n", "").head(),
        8 => Exchange::refused("HEAD /missing HTTP/1.1\r\nhost: a\r\n\r\n", 404).head(),
        9 => Exchange::of(get("/status?204").into_bytes(), 204, Some(Vec::new())),
        10 => Exchange::answered("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", "root"),
        11 => Exchange::answered(get("/blocking"), "blocking"),
        _ => {
            let name = format!("/name/{name}");
            Exchange::answered(get(&name), name)
        }
    }
}

/// A request with a body, which its handler reads, or not.
fn draw_post(random: &mut Random) -> Exchange {
    let body = draw_body(random);
    let expects = random.one_in(4);
    let chunked = random.one_in(2);
    let rows: [(&str, Reading, u16, Option<&[u8]>); 10] = [
        ("/echo", Reading::All, 200, Some(&body)),
        ("/echo", Reading::All, 200, Some(&body)),
        ("/after?200", Reading::All, 200, Some(&body)),
        ("/elsewhere", Reading::All, 200, Some(&body)),
        ("/through", Reading::Through, 200, Some(&body)),
        ("/", Reading::Nothing, 200, Some(b"root")),
        ("/stream", Reading::Nothing, 200, Some(b"onetwothree")),
        ("/left-half", Reading::Some, 200, Some(b"half")),
        ("/panic", Reading::Nothing, 500, None),
        ("/missing", Reading::Nothing, 404, None),
    ];
    let (target, reading, status, due) = rows[random.below(rows.len())];
    let request = post(random, target, &body, chunked, expects);
    let unread = matches!(reading, Reading::Nothing | Reading::Some) && (chunked || expects);
    let closing = if unread { Closing::Perhaps } else { Closing::Never };
    let exchange = Exchange::of(request, status, due.map(<[u8]>::to_vec));
    Exchange { reading, expects, closing, ..exchange }
}

/// A request behind which nothing is answered.
pub(super) fn draw_last(random: &mut Random) -> Exchange {
    let long = vec![b'x'; 512 * 1024];
    let exchange = match random.below(12) {
        0 => Exchange::answered("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "root"),
        1 => Exchange::answered("GET /stream HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", "onetwothree"),
        2 => Exchange::answered("GET / HTTP/1.0\r\n\r\n", "root"),
        3 => Exchange::refused("GET / HTTP/1.1\nhost: a\r\n\r\n", 400),
        4 => Exchange::refused("GET / HTTP/1.1\r\n\r\n", 400),
        5 => Exchange::refused("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 9999999\r\n\r\n", 413),
        6 => Exchange::refused(
            "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nexpect: a-miracle\r\n\r\nhello",
            417,
        ),
        7 => Exchange::refused(
            "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\nhello",
            400,
        ),
        8 => Exchange::refused(
            "POST /small HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            413,
        ),
        9 => Exchange::answered(
            "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello",
            "hello",
        ),
        10 => Exchange::answered(post(random, "/", &long, true, false), "root"),
        _ => Exchange::answered(post(random, "/", &long, false, false), "root"),
    };
    exchange.closing(Closing::Always)
}

fn draw_body(random: &mut Random) -> Vec<u8> {
    if random.one_in(4) {
        // Taken for a request, it would be answered.
        return get("/name/smuggled").repeat(1 + random.below(3)).into_bytes();
    }
    let len = 1 + random.mostly_small(30_000);
    (0..len).map(|_| random.next().to_le_bytes()[0]).collect()
}

/// A body that is sized or in chunks, with or without an expectation.
fn post(random: &mut Random, target: &str, body: &[u8], chunked: bool, expects: bool) -> Vec<u8> {
    let expect = if expects { "expect: 100-continue\r\n" } else { "" };
    let head = format!("POST {target} HTTP/1.1\r\nhost: a\r\n{expect}");
    if !chunked {
        return [head.as_bytes(), format!("content-length: {}\r\n\r\n", body.len()).as_bytes(), body]
            .concat();
    }
    let mut request = format!("{head}transfer-encoding: chunked\r\n\r\n").into_bytes();
    let mut rest = body;
    while !rest.is_empty() {
        let len = 1 + random.mostly_small(rest.len());
        let extension = if random.one_in(20) { ";name=\"value\"" } else { "" };
        request.extend_from_slice(format!("{len:x}{extension}\r\n").as_bytes());
        request.extend_from_slice(&rest[..len]);
        request.extend_from_slice(b"\r\n");
        rest = &rest[len..];
    }
    let end: &[u8] = if random.one_in(3) { b"0\r\nfield: of a trailer\r\n\r\n" } else { b"0\r\n\r\n" };
    request.extend_from_slice(end);
    request
}
