//! Timeouts.

use super::client::Step::{Answers, Send, Trickle, Upload, Wait};
use super::client::{Client, Seen, Step, run};
use super::*;

/// A timeout at a value, and two clients: one that it meets, and one that is a millisecond quicker.
struct Time {
    setting: &'static str,
    value: &'static str,
    /// What it is shown on.
    of: &'static str,
    late: &'static [Step],
    /// What the late client sees, and how many milliseconds from the connection's beginning.
    sees: &'static [u16],
    end: Option<End>,
    at: u128,
    in_time: &'static [Step],
    /// What the other one is answered.
    answered: &'static [u16],
}

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const SLOW: &str = "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n";
const POST: &str = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n";
/// 40,000 bytes, and a handler that takes its time when it has them.
const POST_IN_TIME: &str = "POST /after?29999 HTTP/1.1\r\nhost: a\r\ncontent-length: 40000\r\n\r\n";
const POST_TOO_LATE: &str = "POST /after?30001 HTTP/1.1\r\nhost: a\r\ncontent-length: 40000\r\n\r\n";

const TIMES: &[Time] = &[
    Time {
        setting: "header_read_timeout",
        value: "10s",
        of: "a head that stalls",
        late: &[Send("GET / HT")],
        sees: &[408],
        end: Some(End::Close),
        at: 10_000,
        in_time: &[Send("GET / HT"), Wait(9_999), Send("TP/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200],
    },
    Time {
        setting: "header_read_timeout",
        value: "10s",
        of: "a head that trickles: no byte buys more time",
        late: &[Trickle("GET / HTTP/1.1\r\nhost: a\r\n", 1_000)],
        sees: &[408],
        end: Some(End::Close),
        at: 11_000,
        in_time: &[Trickle("GET / HTT", 1_000), Wait(1_999), Send("P/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200],
    },
    Time {
        setting: "header_read_timeout",
        value: "10s",
        of: "a head behind a silence, which is not its own",
        late: &[Wait(60_000), Send("G")],
        sees: &[408],
        end: Some(End::Close),
        at: 70_000,
        in_time: &[Wait(60_000), Send("G"), Wait(9_999), Send("ET / HTTP/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200],
    },
    Time {
        setting: "header_read_timeout",
        value: "10s",
        of: "a head behind an empty line, which begins none",
        late: &[Send("\r\n"), Wait(9_000), Send("G")],
        sees: &[408],
        end: Some(End::Close),
        at: 19_000,
        in_time: &[
            Send("\r\n"),
            Wait(9_000),
            Send("G"),
            Wait(9_999),
            Send("ET / HTTP/1.1\r\nhost: a\r\n\r\n"),
        ],
        answered: &[200],
    },
    Time {
        setting: "header_read_timeout",
        value: "2s",
        of: "the second request of a connection",
        late: &[Send(GET), Answers(1), Wait(30_000), Send("GET /")],
        sees: &[200, 408],
        end: Some(End::Close),
        at: 32_000,
        in_time: &[Send(GET), Wait(30_000), Send("GET /"), Wait(1_999), Send(" HTTP/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200, 200],
    },
    Time {
        setting: "header_read_timeout",
        value: "10s",
        of: "a pipelined head, from the end of the answer before it",
        late: &[Send(SLOW), Send("GET / HT")],
        sees: &[200, 408],
        end: Some(End::Close),
        at: 10_400,
        in_time: &[Send(SLOW), Send("GET / HT"), Wait(10_399), Send("TP/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200, 200],
    },
    Time {
        setting: "keep_alive_timeout",
        value: "75s",
        of: "a connection without a request",
        late: &[],
        sees: &[],
        end: Some(End::Close),
        at: 75_000,
        in_time: &[Wait(74_999), Send(GET)],
        answered: &[200],
    },
    Time {
        setting: "keep_alive_timeout",
        value: "75s",
        of: "an idle connection, from the end of the last answer",
        late: &[Wait(30_000), Send(SLOW)],
        sees: &[200],
        end: Some(End::Close),
        at: 105_400,
        in_time: &[Wait(30_000), Send(SLOW), Answers(1), Wait(74_999), Send(GET)],
        answered: &[200, 200],
    },
    Time {
        setting: "keep_alive_timeout",
        value: "75s",
        of: "an idle connection with an empty line, which is no request",
        late: &[Send(GET), Wait(30_000), Send("\r\n")],
        sees: &[200],
        end: Some(End::Close),
        at: 75_000,
        in_time: &[Send(GET), Wait(30_000), Send("\r\n"), Wait(44_999), Send(GET)],
        answered: &[200, 200],
    },
    Time {
        setting: "keep_alive_timeout",
        value: "250ms",
        of: "an idle connection",
        late: &[Send(GET), Answers(1)],
        sees: &[200],
        end: Some(End::Close),
        at: 250,
        in_time: &[Send(GET), Answers(1), Wait(249), Send(GET)],
        answered: &[200, 200],
    },
    Time {
        setting: "keep_alive_timeout",
        value: "0s",
        of: "a connection that may not be idle: the requests that came together are its last",
        late: &[Send(GET), Wait(1), Send(GET)],
        sees: &[200],
        end: Some(End::Close),
        at: 0,
        in_time: &[Wait(9_999), Send("GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200, 200],
    },
    Time {
        setting: "keep_alive_timeout",
        value: "0s",
        of: "a connection that has not brought its first request: it has the time of a head",
        late: &[],
        sees: &[],
        end: Some(End::Close),
        at: 10_000,
        in_time: &[Wait(9_999), Send("G"), Wait(9_999), Send("ET / HTTP/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200],
    },
    Time {
        setting: "request_timeout",
        value: "30s",
        of: "a handler; the connection lives",
        late: &[Send("GET /after?30001 HTTP/1.1\r\nhost: a\r\n\r\n")],
        sees: &[503],
        end: None,
        at: 30_000,
        in_time: &[Send("GET /after?29999 HTTP/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200],
    },
    Time {
        setting: "request_timeout",
        value: "1500ms",
        of: "a pipelined request's handler, which has its own time",
        late: &[Send(SLOW), Send("GET /after?1501 HTTP/1.1\r\nhost: a\r\n\r\n")],
        sees: &[200, 503],
        end: None,
        at: 1_900,
        in_time: &[Send(SLOW), Send("GET /after?1499 HTTP/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200, 200],
    },
    Time {
        setting: "request_timeout",
        value: "30s",
        of: "a handler whose route has a timeout of 5 s",
        late: &[Send("GET /hurried?5001 HTTP/1.1\r\nhost: a\r\n\r\n")],
        sees: &[503],
        end: None,
        at: 5_000,
        in_time: &[Send("GET /hurried?4999 HTTP/1.1\r\nhost: a\r\n\r\n")],
        answered: &[200],
    },
    Time {
        setting: "request_timeout",
        value: "30s",
        of: "a handler that has waited 40 s for its body, which is not its time",
        late: &[Send(POST_TOO_LATE), Upload { every: 1_000, bytes: 1_000, times: 40 }],
        sees: &[503],
        end: None,
        at: 70_000,
        in_time: &[Send(POST_IN_TIME), Upload { every: 1_000, bytes: 1_000, times: 40 }],
        answered: &[200],
    },
    Time {
        setting: "rate_grace",
        value: "5s",
        of: "a body that does not begin",
        late: &[Send(POST)],
        sees: &[408],
        end: Some(End::Close),
        at: 5_000,
        in_time: &[Send(POST), Wait(4_999), Send("hello")],
        answered: &[200],
    },
    Time {
        setting: "rate_grace",
        value: "1s",
        of: "a body that does not begin, in chunks",
        late: &[Send("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")],
        sees: &[408],
        end: Some(End::Close),
        at: 1_000,
        in_time: &[
            Send("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"),
            Wait(999),
            Send("5\r\nhello\r\n0\r\n\r\n"),
        ],
        answered: &[200],
    },
];

pub(super) fn shown() -> Vec<(&'static str, &'static str)> {
    TIMES.iter().map(|row| (row.setting, row.value)).collect()
}

fn client(row: &Time) -> Client {
    Client::new(connect_to(&settings(&[(row.setting, row.value)]), 64 * 1024))
}

#[test]
fn each_timeout_comes_at_its_figure() {
    for row in TIMES {
        let seen = run(async {
            let mut client = client(row);
            client.run(row.late).await;
            match row.end {
                Some(_) => client.end().await,
                None => client.answers(row.sees.len()).await,
            }
        });
        let expected = Seen { statuses: row.sees.to_vec(), end: row.end, millis: row.at };
        assert_eq!(seen, expected, "{} of {}: {}", row.setting, row.value, row.of);
    }
}

#[test]
fn a_millisecond_before_it_nothing_has_happened() {
    for row in TIMES {
        let seen = run(async {
            let mut client = client(row);
            client.run(row.in_time).await;
            client.answers(row.answered.len()).await
        });
        assert_eq!(seen.statuses, row.answered, "{} of {}: {}", row.setting, row.value, row.of);
    }
}

#[test]
fn a_503_leaves_the_connection_to_the_next_request() {
    for row in TIMES.iter().filter(|row| row.end.is_none()) {
        let seen = run(async {
            let mut client = client(row);
            client.run(row.late).await;
            client.run(&[Answers(row.sees.len()), Wait(1_000), Send(GET)]).await;
            client.answers(row.sees.len() + 1).await
        });
        assert_eq!(seen.statuses.last(), Some(&200), "{} of {}: {}", row.setting, row.value, row.of);
    }
}

#[test]
fn a_routes_timeout_of_zero_is_none() {
    let seen = run(async {
        let mut client = Client::new(connect());
        client.send(b"GET /unhurried?86400000 HTTP/1.1\r\nhost: a\r\n\r\n").await;
        client.answers(1).await
    });
    assert_eq!(seen, Seen { statuses: vec![200], end: None, millis: 86_400_000 });
}

#[test]
fn an_end_that_the_settings_bring_is_announced() {
    let text = run(async {
        let mut client = Client::new(connect_to(&settings(&[("keep_alive_timeout", "0s")]), 64 * 1024));
        client.send([GET, GET].concat().as_bytes()).await;
        client.run(&[Answers(2)]).await;
        client.text()
    });
    let (first, second) = text.split_once("root").unwrap();
    assert!(!first.contains("connection: close") && second.contains("connection: close"), "{text}");
}
