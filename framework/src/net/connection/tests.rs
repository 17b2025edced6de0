//! Bytes in, bytes out: whole connections over a pipe in memory, with paused time.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use super::super::{Application, Drain, Limits, Peer, Place, Routed, serve_connection};
use crate::config::Settings;
use crate::http::{Body, Request, RequestId, Response};
use crate::respond::{IntoResponse, Problem};
use crate::routing::Policy;

/// An application of a few paths, so that these tests need no table.
struct TestApp;

impl Application for TestApp {
    type Target = ();

    fn route(&self, request: &mut Request) -> Routed<()> {
        let mut policy = Policy::NONE;
        if request.path() == "/small" {
            policy.body_limit = Some(4);
        }
        Routed { target: (), policy }
    }

    async fn answer(&self, mut request: Request, (): ()) -> Response {
        match request.path() {
            "/" => Response::ok().text("root"),
            "/slow" => {
                sleep(Duration::from_millis(400)).await;
                Response::ok().text("slow")
            }
            "/never" => std::future::pending().await,
            "/panic" => panic!("on purpose"),
            "/echo" | "/small" => {
                let limit = request.body_limit();
                match request.take_body().collect(limit).await {
                    Ok(bytes) => Response::ok().bytes(bytes),
                    Err(error) => Problem::new(error.status()).into_response(),
                }
            }
            "/through" => Response::ok().body(request.take_body()),
            "/stream" => Response::ok().body(Body::stream(|mut out| async move {
                for piece in ["one", "two", "three"] {
                    out.send(piece).await?;
                    sleep(Duration::from_millis(10)).await;
                }
                out.finish().await
            })),
            "/broken" => Response::ok().body(Body::stream(|mut out| async move {
                out.send("half").await?;
                sleep(Duration::from_millis(1)).await;
                panic!("half-way")
            })),
            "/pieces" => Response::ok().body(Body::stream(|mut out| async move {
                for _ in 0..1000 {
                    out.send("piece").await?;
                }
                out.finish().await
            })),
            "/large" => Response::ok().bytes(vec![b'x'; 1 << 20]),
            _ => Problem::new(StatusCode::NOT_FOUND).into_response(),
        }
    }

    fn render(&self, response: Response, id: RequestId) -> Response {
        crate::respond::render(response, id)
    }
}

/// A connection under test.
struct Pair {
    client: DuplexStream,
    drain: Arc<Drain>,
}

fn connect() -> Pair {
    connect_with(64 * 1024)
}

fn connect_with(pipe_len: usize) -> Pair {
    let (client, server) = duplex(pipe_len);
    let drain = Arc::new(Drain::default());
    let limits = Arc::new(Limits::of(&Settings::default()));
    tokio::spawn(serve_connection(
        server,
        Peer::default(),
        Arc::new(TestApp),
        limits,
        Place::new(Arc::clone(&drain)),
    ));
    Pair { client, drain }
}

impl Pair {
    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.client.write_all(bytes.as_ref()).await.unwrap();
    }

    /// All that comes until the server closes its half.
    async fn rest(&mut self) -> String {
        let mut received = Vec::new();
        self.client.read_to_end(&mut received).await.unwrap();
        String::from_utf8(received).unwrap()
    }

    /// What comes until `end` is there.
    async fn until(&mut self, end: &str) -> String {
        let mut received = Vec::new();
        while !received.ends_with(end.as_bytes()) {
            let mut byte = [0];
            assert_ne!(
                self.client.read(&mut byte).await.unwrap(),
                0,
                "{}",
                String::from_utf8_lossy(&received)
            );
            received.push(byte[0]);
        }
        String::from_utf8(received).unwrap()
    }
}

/// Sends all of `input` at once, and once byte by byte; the answers' status codes and the end must be the same.
#[track_caller]
fn check(input: &str, statuses: &[u16], contains: &[&str]) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    for piece_len in [input.len(), 1] {
        let received = runtime.block_on(async {
            let mut pair = connect();
            for piece in input.as_bytes().chunks(piece_len) {
                // The server may have closed already.
                let _ = pair.client.write_all(piece).await;
            }
            let _ = pair.client.shutdown().await;
            pair.rest().await
        });
        let found: Vec<u16> = received
            .match_indices("HTTP/1.1 ")
            .map(|(at, _)| received[at + 9..at + 12].parse().unwrap())
            .collect();
        assert_eq!(found, statuses, "in pieces of {piece_len}: {received}");
        for part in contains {
            assert!(received.contains(part), "in pieces of {piece_len}: no {part:?} in {received}");
        }
    }
}

#[test]
fn answers_pipelined_requests_in_order() {
    check(
        "GET / HTTP/1.1\r\nhost: a\r\n\r\nPOST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello\
         GET /stream HTTP/1.1\r\nhost: a\r\n\r\nGET /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        &[200, 200, 200, 404],
        &[
            "\r\n\r\nroot",
            "\r\n\r\nhello",
            "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n",
            "connection: close",
        ],
    );
}

#[test]
fn reads_a_chunked_body() {
    check(
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n\
         GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200, 200],
        &["\r\n\r\nabcde", "\r\n\r\nroot"],
    );
}

#[test]
fn passes_a_body_through_as_it_comes() {
    check(
        "POST /through HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n\
         POST /through HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello",
        &[200, 200],
        &["0\r\n\r\n", "\r\n\r\nhello"],
    );
}

#[test]
fn never_takes_an_unread_body_for_a_request() {
    check(
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 32\r\n\r\nGET /x HTTP/1.1\r\nhost: a\r\n\r\n123\
         GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200, 200],
        &[],
    );
}

#[test]
fn runs_nothing_behind_a_malformed_request() {
    check(
        "GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200, 400],
        &["application/problem+json", "request_id"],
    );
}

#[test]
fn runs_nothing_behind_close() {
    check(
        "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200],
        &["connection: close"],
    );
}

#[test]
fn refuses_a_body_beyond_the_routes_limit() {
    check("POST /small HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello", &[413], &["limit_bytes"]);
    check(
        "POST /small HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n\
         GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        &[413],
        &["connection: close"],
    );
}

#[test]
fn a_panic_is_a_500_and_the_connection_lives() {
    check("GET /panic HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n", &[500, 200], &[]);
}

#[test]
fn a_stream_that_panics_is_cut_off() {
    check("GET /broken HTTP/1.1\r\nhost: a\r\n\r\n", &[200], &["4\r\nhalf\r\n"]);
}

#[test]
fn a_stream_longer_than_a_tasks_budget_is_whole() {
    check(
        "GET /pieces HTTP/1.1\r\nhost: a\r\n\r\n",
        &[200],
        &[&"5\r\npiece\r\n".repeat(1000), "\r\n0\r\n\r\n"],
    );
}

#[test]
fn an_unknown_expectation_is_417() {
    check(
        "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: a-miracle\r\ncontent-length: 5\r\n\r\nhello",
        &[417],
        &[],
    );
}

#[tokio::test(start_paused = true)]
async fn sends_100_continue_when_the_body_is_wanted() {
    let mut pair = connect();
    pair.send("POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n").await;
    assert_eq!(pair.until("\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
    pair.send("hello").await;
    assert!(pair.until("hello").await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test(start_paused = true)]
async fn closes_when_the_body_held_back_was_not_wanted() {
    let mut pair = connect();
    pair.send("POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n").await;
    let received = pair.rest().await;
    assert!(
        received.starts_with("HTTP/1.1 200 OK\r\n") && received.contains("connection: close"),
        "{received}"
    );
}

/// Waits for the server to close, and gives what it sent and after how long it closed.
async fn time_to_close(pair: &mut Pair) -> (String, Duration) {
    let start = Instant::now();
    let received = pair.rest().await;
    (received, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_after_75_s() {
    let (received, after) = time_to_close(&mut connect()).await;
    assert_eq!((received.as_str(), after.as_secs()), ("", 75));
}

#[tokio::test(start_paused = true)]
async fn a_stalled_head_is_408_after_10_s() {
    let mut pair = connect();
    pair.send("GET / HT").await;
    let (received, after) = time_to_close(&mut pair).await;
    assert!(received.starts_with("HTTP/1.1 408 "), "{received}");
    assert_eq!(after.as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_body_is_408_after_5_s() {
    let mut pair = connect();
    pair.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n").await;
    let (received, after) = time_to_close(&mut pair).await;
    assert!(received.starts_with("HTTP/1.1 408 "), "{received}");
    assert_eq!(after.as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_handler_without_end_is_503_after_30_s() {
    let mut pair = connect();
    pair.send("GET /never HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let start = Instant::now();
    let received = pair.until("\r\n\r\n").await;
    assert!(received.starts_with("HTTP/1.1 503 "), "{received}");
    assert_eq!(start.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_slow_upload_does_not_use_up_the_handlers_time() {
    let mut pair = connect();
    pair.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 40000\r\n\r\n").await;
    for _ in 0..40 {
        sleep(Duration::from_secs(1)).await;
        pair.send([b'x'; 1000]).await;
    }
    assert!(pair.until("x").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_cut_off() {
    let mut pair = connect_with(1024);
    pair.send("GET /large HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let start = Instant::now();
    while pair.drain.connections() > 0 {
        sleep(Duration::from_millis(100)).await;
    }
    let after = start.elapsed().as_secs_f64();
    assert!((5.0..15.0).contains(&after), "{after} s");
}

#[tokio::test(start_paused = true)]
async fn a_drain_closes_what_is_idle_and_answers_what_is_not() {
    let mut idle = connect();
    tokio::task::yield_now().await;
    idle.drain.begin();
    let (received, after) = time_to_close(&mut idle).await;
    assert_eq!((received.as_str(), after), ("", Duration::ZERO));

    let mut busy = connect();
    busy.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!((busy.drain.connections(), busy.drain.busy()), (1, 1));
    busy.drain.begin();
    let received = busy.rest().await;
    assert!(received.contains("connection: close") && received.ends_with("slow"), "{received}");
    busy.drain.emptied().await;
}

#[tokio::test(start_paused = true)]
async fn a_half_close_with_the_request_is_answered() {
    let mut pair = connect();
    pair.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    pair.client.shutdown().await.unwrap();
    assert!(pair.rest().await.ends_with("slow"));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_cancels_a_get() {
    let mut pair = connect();
    pair.send("GET /never HTTP/1.1\r\nhost: a\r\n\r\n").await;
    sleep(Duration::from_secs(2)).await;
    pair.client.shutdown().await.unwrap();
    let (received, after) = time_to_close(&mut pair).await;
    assert_eq!(received, "");
    assert!(after < Duration::from_secs(1), "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn an_early_answer_reaches_a_client_that_is_still_sending() {
    let mut pair = connect_with(4096);
    pair.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 2000000\r\n\r\n").await;
    for _ in 0..400 {
        pair.send([b'x'; 5000]).await;
    }
    let received = pair.rest().await;
    assert!(received.starts_with("HTTP/1.1 404 "), "{received}");
}

#[test]
fn on_disconnect_follows_the_method() {
    use super::exchange::on_disconnect;
    use crate::routing::OnDisconnect;
    for (method, expected) in [
        (Method::GET, OnDisconnect::Cancel),
        (Method::HEAD, OnDisconnect::Cancel),
        (Method::POST, OnDisconnect::Finish),
        (Method::DELETE, OnDisconnect::Finish),
    ] {
        assert_eq!(on_disconnect(&method), expected, "{method}");
    }
}
