//! How connections end: a drain, a client that leaves, one that half-closes.

use http::Method;

use super::super::exchange::on_disconnect;
use super::*;
use crate::routing::OnDisconnect;

#[tokio::test(start_paused = true)]
async fn a_drain_closes_what_is_idle_and_answers_what_is_not() {
    for (idle_for, expected) in [(0, 1000), (400, 600), (1000, 0), (60_000, 0)] {
        let mut idle = connect();
        tokio::task::yield_now().await;
        sleep(Duration::from_millis(idle_for)).await;
        idle.drain.begin();
        let (received, after) = time_to_close(&mut idle).await;
        assert_eq!(
            (received.as_str(), after),
            ("", Duration::from_millis(expected)),
            "idle for {idle_for} ms"
        );
    }

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
async fn an_answer_that_is_waited_for_counts_when_it_is_written() {
    for target in ["/large", "/stream"] {
        let request = format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
        let mut written = connect_with(4096);
        written.send(&request).await;
        sleep(Duration::from_millis(5)).await;
        written.drain.begin();
        written.rest().await;
        written.drain.emptied().await;
        assert_eq!(written.drain.answered(), 1, "{target}");

        // One that was written whole before is not lost with what follows it.
        let mut kept = connect_with(2 << 20);
        kept.send(&request).await;
        kept.send("GET /never HTTP/1.1\r\nhost: a\r\n\r\n").await;
        sleep(Duration::from_millis(100)).await;
        kept.drain.begin();
        kept.drain.cut();
        kept.task.abort();
        kept.drain.emptied().await;
        let losses = kept.drain.losses();
        assert_eq!((losses.handling, losses.answering, losses.waiting), (1, 0, 0), "{target}");
    }
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
    for (method, expected) in [
        (Method::GET, OnDisconnect::Cancel),
        (Method::HEAD, OnDisconnect::Cancel),
        (Method::POST, OnDisconnect::Finish),
        (Method::DELETE, OnDisconnect::Finish),
    ] {
        assert_eq!(on_disconnect(&method), expected, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_drain_answers_all_that_has_been_read() {
    let mut pair = connect();
    pair.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n".repeat(3) + "GET / HT").await;
    sleep(Duration::from_millis(100)).await;
    pair.drain.begin();
    pair.send("TP/1.1\r\nhost: a\r\n\r\n").await;
    let received = pair.rest().await;
    assert_eq!(received.matches("HTTP/1.1 200 OK").count(), 4, "{received}");
    assert_eq!(received.matches("connection: close").count(), 1, "{received}");
    assert!(received.ends_with("root"), "{received}");
}

#[tokio::test(start_paused = true)]
async fn what_a_drain_finds_on_its_way_does_not_cost_the_answer() {
    let mut pair = connect();
    pair.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    sleep(Duration::from_millis(100)).await;
    pair.drain.begin();
    assert!(pair.until("slow").await.contains("connection: close"));
    // A request that crossed with the answer is read and dropped: unread, it would reset the connection.
    pair.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(pair.rest().await, "");
    drop(pair.client);
    pair.drain.emptied().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_ends_a_stream_that_is_silent() {
    let mut pair = connect();
    pair.send("GET /silent HTTP/1.1\r\nhost: a\r\n\r\n").await;
    pair.until("hello\r\n").await;
    sleep(Duration::from_secs(2)).await;
    pair.client.shutdown().await.unwrap();
    let (_, after) = time_to_close(&mut pair).await;
    assert!(after < Duration::from_secs(1), "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_half_close_with_the_end_of_a_long_upload_is_answered() {
    let mut pair = connect();
    pair.send("POST /through HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n").await;
    for _ in 0..5 {
        sleep(Duration::from_secs(1)).await;
        pair.send("3\r\nabc\r\n").await;
    }
    pair.send("0\r\n\r\n").await;
    pair.client.shutdown().await.unwrap();
    assert!(pair.rest().await.ends_with("abc\r\n0\r\n\r\n"));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_follows_at_once_is_answered_though_the_drain_has_begun() {
    let mut pair = connect();
    pair.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(!pair.until("root").await.contains("connection: close"));
    pair.drain.begin();
    sleep(Duration::from_millis(999)).await;
    pair.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let received = pair.rest().await;
    assert!(received.contains("connection: close\r\n") && received.ends_with("root"), "{received}");
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_read_from_for_a_moment_after_its_end() {
    let mut pair = connect();
    sleep(Duration::from_secs(60)).await;
    pair.drain.begin();
    let start = Instant::now();
    assert_eq!(pair.rest().await, "");
    // This crossed with the end: it is taken, and the client sees no reset.
    pair.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    pair.drain.emptied().await;
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_drain_answers_what_follows_a_body_that_nobody_read() {
    let body = "content-length: 5\r\n\r\nhello";
    let chunked = "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    for (path, body) in [("slow", body), ("slow", chunked), ("slow-through", chunked)] {
        let mut pair = connect();
        pair.send(format!("POST /{path} HTTP/1.1\r\nhost: a\r\n{body}GET / HTTP/1.1\r\nhost: a\r\n\r\n"))
            .await;
        sleep(Duration::from_millis(100)).await;
        pair.drain.begin();
        let received = pair.rest().await;
        assert_eq!(received.matches("HTTP/1.1 200 OK").count(), 2, "{received}");
        assert_eq!(received.matches("connection: close").count(), 1, "{received}");
        assert!(received.ends_with("root"), "{received}");
    }
}

/// Cuts a connection that was sent `requests` and drains since 100 ms.
async fn cut(requests: &str) -> crate::net::Losses {
    let (mut client, server) = duplex(64 * 1024);
    let drain = Arc::new(Drain::default());
    let task = tokio::spawn(serve(server, &Settings::default(), &drain));
    client.write_all(requests.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(50)).await;
    drain.begin();
    sleep(Duration::from_millis(50)).await;
    drain.cut();
    task.abort();
    let _ = task.await;
    drain.losses()
}

#[tokio::test(start_paused = true)]
async fn a_cut_counts_every_request_whose_first_byte_was_read() {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
    let post = |path: &str, body: &str| format!("POST {path} HTTP/1.1\r\nhost: a\r\n{body}");
    let upload = "transfer-encoding: chunked\r\n\r\n5\r\nhel";
    let last = "GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned();
    // Handlers, answers, and what waits.
    let rows = [
        (String::new(), (0, 0, 0)),
        ("\r\n".to_owned(), (0, 0, 0)),
        ("GET / HT".to_owned(), (0, 0, 1)),
        (get("/slow"), (1, 0, 0)),
        (get("/slow").repeat(3) + "G", (1, 0, 3)),
        (get("/silent"), (0, 1, 0)),
        (get("/silent") + &get("/slow"), (0, 1, 1)),
        (post("/slow", upload), (1, 0, 0)),
        (post("/echo", upload), (1, 0, 0)),
        (post("/slow", "content-length: 5\r\n\r\nhello") + &get("/") + &post("/", upload), (1, 0, 2)),
        // Behind what is no request, nothing can be told apart.
        (get("/slow") + "no request\r\n\r\n" + &get("/"), (1, 0, 1)),
        (last + &get("/"), (1, 0, 0)),
    ];
    for (requests, expected) in rows {
        let losses = cut(&requests).await;
        let found = (losses.handling, losses.answering, losses.waiting);
        assert_eq!((found, losses.connections), (expected, 1), "{requests}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_drain_answers_what_was_read_behind_a_body() {
    const CHUNKED: &str = "host: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for first in ["/slow", "/through", "/stream", "/after?400", "/left-half"] {
        let mut pair = connect();
        let slow = "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n";
        pair.send(format!("{slow}POST {first} HTTP/1.1\r\n{CHUNKED}GET / HTTP/1.1\r\nhost: a\r\n\r\n\r\n"))
            .await;
        sleep(Duration::from_millis(100)).await;
        pair.drain.begin();
        let received = pair.rest().await;
        assert_eq!(received.matches("HTTP/1.1 200 OK").count(), 3, "{first}: {received}");
        assert_eq!(received.matches("connection: close").count(), 1, "{first}: {received}");
        assert!(received.ends_with("root"), "{first}: {received}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_with_an_answer_that_is_made_from_the_body_still_to_come() {
    let mut pair = connect();
    pair.send("POST /through HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc").await;
    pair.drain.begin();
    assert!(pair.until("abc").await.contains("connection: close"));
    pair.send("def").await;
    assert_eq!(pair.rest().await, "def");
}

#[tokio::test(start_paused = true)]
async fn an_unread_body_whose_length_nobody_knows_ends_the_connection_as_announced() {
    for (rest, keeps) in [("0\r\n\r\n", true), ("", false)] {
        let mut pair = connect();
        pair.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n").await;
        pair.send(rest).await;
        assert_eq!(pair.until("root").await.contains("connection: close"), !keeps);
        pair.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        assert_eq!(pair.rest().await.ends_with("root"), keeps);
    }
}
