//! What a client asks for, and what is due to it.

use crate::__properties::Random;

/// How a client ends its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It sends no more, and reads to the end.
    HalfClose,
    /// It waits until the server closes.
    Wait,
    /// It leaves in the middle of a request.
    Leave,
    /// The network resets the connection somewhere.
    Reset,
    /// The server drains meanwhile.
    Drain,
}

impl End {
    /// Whether answers may be cut off or missing.
    pub(super) fn cuts(self) -> bool {
        matches!(self, Self::Leave | Self::Reset | Self::Drain)
    }
}

/// A request with its answer.
pub(super) struct Exchange {
    pub(super) request: Vec<u8>,
    pub(super) status: u16,
    /// `None` where a problem's document is due.
    pub(super) body: Option<Vec<u8>>,
    pub(super) is_head: bool,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let request = &self.request[..self.request.len().min(200)];
        write!(f, "{} <- {}", self.status, request.escape_ascii())
    }
}

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) exchanges: Vec<Exchange>,
    /// Behind the last request that is due an answer.
    unanswered: &'static [u8],
    pub(super) end: End,
}

impl Plan {
    pub(super) fn draw(random: &mut Random) -> Self {
        let count = 1 + random.below(8);
        let mut exchanges: Vec<_> = (0..count).map(|number| draw_exchange(random, number)).collect();
        let mut unanswered: &[u8] = b"";
        if random.one_in(2) {
            exchanges.push(draw_last(random));
            unanswered = b"GET /name/never HTTP/1.1\r\nhost: a\r\n\r\n";
        }
        let ends = [End::HalfClose, End::HalfClose, End::Wait, End::Leave, End::Reset, End::Drain];
        Self { exchanges, unanswered, end: ends[random.below(ends.len())] }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let requests = self.exchanges.iter().map(|exchange| exchange.request.as_slice());
        requests.chain([self.unanswered]).collect::<Vec<_>>().concat()
    }

    pub(super) fn len(&self) -> usize {
        self.bytes().len()
    }
}

fn answered(request: impl Into<Vec<u8>>, status: u16, body: impl Into<Vec<u8>>) -> Exchange {
    Exchange { request: request.into(), status, body: Some(body.into()), is_head: false }
}

fn refused(request: impl Into<Vec<u8>>, status: u16) -> Exchange {
    Exchange { request: request.into(), status, body: None, is_head: false }
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n")
}

/// A request behind which the connection lives.
fn draw_exchange(random: &mut Random, number: usize) -> Exchange {
    match random.below(16) {
        0 => answered(get("/stream"), 200, "onetwothree"),
        1 => answered(get("/from-elsewhere"), 200, "onetwothree"),
        2 => answered(get("/slow"), 200, "slow"),
        3 => answered(get("/pieces"), 200, "piece".repeat(1000)),
        4 => answered(get("/medium"), 200, vec![b'x'; 40_000]),
        5 => refused(get("/missing"), 404),
        6 => refused(get("/panic"), 500),
        7 => Exchange { is_head: true, ..answered("HEAD /stream HTTP/1.1\r\nhost: a\r\n\r\n", 200, "") },
        8 => Exchange { is_head: true, ..refused("HEAD /missing HTTP/1.1\r\nhost: a\r\n\r\n", 404) },
        9 => answered("GET /status?204 HTTP/1.1\r\nhost: a\r\n\r\n", 204, ""),
        10 => answered("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", 200, "root"),
        11 => {
            let body = looks_like_a_request(random);
            answered(post(random, "/", &body), 200, "root")
        }
        12 => echo(random, "/echo"),
        13 => echo(random, "/through"),
        14 => echo(random, "/elsewhere"),
        _ => {
            let name = format!("/name/{number}");
            answered(get(&name), 200, name)
        }
    }
}

/// A request behind which nothing is answered.
fn draw_last(random: &mut Random) -> Exchange {
    match random.below(10) {
        0 => answered("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 200, "root"),
        1 => answered("GET /stream HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", 200, "onetwothree"),
        2 => answered("GET / HTTP/1.0\r\n\r\n", 200, "root"),
        3 => refused("GET / HTTP/1.1\nhost: a\r\n\r\n", 400),
        4 => refused("GET / HTTP/1.1\r\n\r\n", 400),
        5 => refused("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 9999999\r\n\r\n", 413),
        6 => refused(
            "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nexpect: a-miracle\r\n\r\nhello",
            417,
        ),
        7 => refused("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\nhello", 400),
        8 => refused(
            "POST /small HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            413,
        ),
        _ => answered(post(random, "/", &vec![b'x'; 300 * 1024]), 200, "root"),
    }
}

fn echo(random: &mut Random, target: &str) -> Exchange {
    let len = random.mostly_small(30_000);
    let mut body: Vec<u8> = (0..len).map(|_| random.next().to_le_bytes()[0]).collect();
    if random.one_in(4) {
        body = looks_like_a_request(random);
    }
    answered(post(random, target, &body), 200, body)
}

fn looks_like_a_request(random: &mut Random) -> Vec<u8> {
    get("/name/smuggled").repeat(1 + random.below(3)).into_bytes()
}

/// A body that is sized or in chunks, with or without an expectation.
fn post(random: &mut Random, target: &str, body: &[u8]) -> Vec<u8> {
    let expect =
        if random.one_in(4) && body.len() < 1000 && target != "/" { "expect: 100-continue\r\n" } else { "" };
    let head = format!("POST {target} HTTP/1.1\r\nhost: a\r\n{expect}");
    if random.one_in(2) {
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
    request.extend_from_slice(if random.one_in(3) {
        b"0\r\nfield: of a trailer\r\n\r\n"
    } else {
        b"0\r\n\r\n"
    });
    request
}
