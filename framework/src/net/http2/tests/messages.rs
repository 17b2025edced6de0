//! Requests and answers.

use bytes::Bytes;
use h2::Reason;
use http::Method;
use tokio::time::sleep;

use super::super::PREFACE;
use super::app::{Peer, Site, drain, read, request};
use super::raw::{Raw, frame};
use crate::{Network, Settings};

#[tokio::test(start_paused = true)]
async fn the_same_table_answers() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let rows = [
        ("GET", "/", 200, "index"),
        ("GET", "/users/7", 200, "7"),
        ("HEAD", "/users/7", 200, ""),
        ("GET", "/empty", 204, ""),
        ("GET", "/same", 304, ""),
    ];
    for (method, path, status, body) in rows {
        let (response, _) = peer.begin(request(method, path), true).await;
        let answer = read(response).await.unwrap();
        assert_eq!((answer.status, answer.text()), (status, body), "{method} {path}");
        assert!(answer.headers.contains_key("date"), "{method} {path}");
    }
    for (method, path, status) in
        [("GET", "/users/x", 400), ("GET", "/nothing", 404), ("DELETE", "/", 405), ("CONNECT", ":80", 501)]
    {
        let (response, _) = peer.begin(request(method, path), true).await;
        let answer = read(response).await.unwrap();
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
        assert!(answer.text().contains(&id), "{method} {path}: {answer:?}");
    }
    let told = site.told();
    assert_eq!(told.len(), 9, "{told:?}");
    assert!(told.iter().all(|line| line.ends_with(" done")), "{told:?}");
    let counts = site.counters.read();
    assert_eq!((counts.requests, counts.http2.requests, counts.http2.connections), (9, 9, 1));
}

#[tokio::test(start_paused = true)]
async fn a_trusted_proxys_word_is_taken_stream_by_stream() {
    let by = |trusted_proxies| Settings { trusted_proxies, ..Settings::default() };
    let fields = |head: http::request::Builder| {
        head.header("x-forwarded-for", "203.0.113.7").header("x-forwarded-proto", "https")
    };
    for (trusted, expected) in
        [(vec![Network::UNIX], "203.0.113.7:0 true site.test"), (Vec::new(), "- false site.test")]
    {
        let mut peer = Site::with(by(trusted)).connect().await;
        let (response, _) = peer.begin(fields(request("GET", "/from")), true).await;
        assert_eq!(read(response).await.unwrap().text(), expected);
        let (response, _) = peer.begin(request("GET", "/from"), true).await;
        assert_eq!(read(response).await.unwrap().text(), "- false site.test");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_sees_what_it_would_see_of_any_request() {
    let mut peer = Site::new().connect().await;
    let head = request("GET", "/told?a=b").header("cookie", "a=1").header("cookie", "b=2");
    let (response, _) = peer.begin(head, true).await;
    assert_eq!(read(response).await.unwrap().text(), "HTTP/2.0 /told?a=b site.test a=1; b=2");
}

#[tokio::test(start_paused = true)]
async fn head_says_the_length_and_304_says_none() {
    let mut peer = Site::new().connect().await;
    let (response, _) = peer.begin(request("HEAD", "/"), true).await;
    assert_eq!(read(response).await.unwrap().headers["content-length"], "5");
    for path in ["/same", "/empty"] {
        assert!(!peer.get(path).await.unwrap().headers.contains_key("content-length"), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn fields_of_the_connection_are_left_out() {
    let answer = Site::new().connect().await.get("/connection").await.unwrap();
    assert_eq!((answer.status, answer.text()), (200, "as it is"));
    for name in ["connection", "keep-alive", "transfer-encoding", "upgrade"] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_comes_in_and_goes_out_in_both_directions_at_once() {
    let mut peer = Site::new().connect().await;
    assert_eq!(peer.send(Method::POST, "/echo", b"hello").await.text(), "hello");
    let (response, mut stream) = peer.begin(request("POST", "/mirror"), false).await;
    let mut body = response.await.unwrap().into_body();
    for round in 0..100_u8 {
        stream.send_data(Bytes::from(vec![round; 1000]), round == 99).unwrap();
        let mut len = 0;
        while len < 1000 {
            let chunk = body.data().await.unwrap().unwrap();
            assert!(chunk.iter().all(|&byte| byte == round));
            body.flow_control().release_capacity(chunk.len()).unwrap();
            len += chunk.len();
        }
    }
    assert_eq!(drain(body).await.unwrap(), b"");
}

#[tokio::test(start_paused = true)]
async fn a_small_answer_goes_through_a_smaller_window() {
    let mut raw = Raw::new(&Site::new());
    raw.send(PREFACE).await;
    // SETTINGS_INITIAL_WINDOW_SIZE.
    raw.send(&frame(4, 0, 0, &[0, 4, 0, 0, 0, 3])).await;
    raw.get(1, "/").await;
    let piece = raw.until(|frame| frame.kind == 0).await;
    assert_eq!((&*piece.payload, piece.flags), (&b"ind"[..], 0));
    raw.send(&frame(8, 0, 1, &100_u32.to_be_bytes())).await;
    let piece = raw.until(|frame| frame.kind == 0).await;
    assert_eq!((&*piece.payload, piece.flags), (&b"ex"[..], 1));
}

/// The time of the others is paused, which that of several threads cannot be.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn where_there_are_several_threads_handlers_compute_beside_each_other() {
    let mut peer = Site::new().connect().await;
    let (one, _) = peer.begin(request("GET", "/meets"), true).await;
    let (other, _) = peer.begin(request("GET", "/meets"), true).await;
    for response in [one, other] {
        assert_eq!(read(response).await.unwrap().text(), "true");
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_body_is_whole() {
    let mut peer = Site::new().connect().await;
    let (response, mut stream) = peer.begin(request("POST", "/mirror"), false).await;
    let content: Bytes = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let sent = content.clone();
    tokio::spawn(async move { stream.send_data(sent, true).unwrap() });
    assert!(read(response).await.unwrap().body == content);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_does_not_read_holds_its_client_back() {
    let settings = Settings { http2_stream_window: 100_000, ..Settings::default() };
    let site = Site::with(settings);
    let mut peer = site.connect().await;
    let (_response, mut stream) = peer.begin(request("POST", "/unread"), false).await;
    stream.reserve_capacity(1 << 20);
    sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(stream.capacity(), 100_000);
    stream.send_data(Bytes::from(vec![0; 100_000]), false).unwrap();
    stream.reserve_capacity(1 << 20);
    sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(stream.capacity(), 0, "nothing was read, and no window is opened");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_500_and_the_connection_lives() {
    let site = Site::new();
    let mut peer = site.connect().await;
    assert_eq!(peer.get("/panics").await.unwrap().status, 500);
    assert_eq!(peer.get("/").await.unwrap().status, 200);
    assert_eq!(site.counters.read().panics, 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_resets_its_stream_alone() {
    let site = Site::new();
    let mut peer = site.connect().await;
    for path in ["/breaks", "/lies"] {
        let error = peer.get(path).await.unwrap_err();
        assert_eq!(error.reason(), Some(Reason::INTERNAL_ERROR), "{path}");
    }
    assert_eq!(peer.get("/").await.unwrap().status, 200);
    assert_eq!(site.told(), ["/breaks 200 broken-off", "/lies 200 broken-off", "/ 200 done"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_100_continue_gets_it_when_the_body_is_wanted() {
    let mut peer = Site::new().connect().await;
    let head = request("POST", "/echo").header("expect", "100-continue").header("content-length", "2");
    let (mut response, mut stream) = peer.begin(head, false).await;
    let interim = std::future::poll_fn(|context| response.poll_informational(context)).await;
    assert_eq!(interim.unwrap().unwrap().status(), 100);
    stream.send_data(Bytes::from_static(b"ok"), true).unwrap();
    assert_eq!(read(response).await.unwrap().text(), "ok");

    let head = request("POST", "/echo").header("expect", "100-continue").header("content-length", "3000000");
    let (response, _stream) = peer.begin(head, false).await;
    assert_eq!(read(response).await.unwrap().status, 413);
    let (response, _) = peer.begin(request("GET", "/").header("expect", "cake"), true).await;
    assert_eq!(read(response).await.unwrap().status, 417);
}

#[tokio::test(start_paused = true)]
async fn a_request_at_fault_is_answered_as_over_http_1() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let long = format!("/{}", "x".repeat(9000));
    let wide = "x".repeat(17_000);
    let rows = [
        (request("GET", "/").header("host", "other.test"), 400, "/ 400 conflicting-host"),
        (request("GET", "/%zz"), 400, "/%zz 400 invalid-percent-encoding"),
        (request("GET", &long), 414, "? 414 target-too-long"),
        (request("GET", "/").header("x-wide", &wide), 431, "/ 431 head-too-large"),
    ];
    for (head, status, line) in rows {
        let (response, _) = peer.begin(head, true).await;
        let answer = read(response).await.unwrap();
        assert_eq!(answer.status, status, "{line}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{line}");
        let told = site.told();
        // What is too long for a target is told of as far as it is anybody's.
        assert!(told.len() == 1 && told[0].ends_with(line.trim_start_matches('?')), "{line}: {told:?}");
    }
    assert_eq!(peer.get("/").await.unwrap().status, 200);
}

#[tokio::test(start_paused = true)]
async fn many_streams_are_answered_at_once() {
    let site = Site::new();
    let mut peer: Peer = site.connect().await;
    // Once the client knows how many it may have.
    peer.get("/").await.unwrap();
    let mut responses = Vec::new();
    for _ in 0..100 {
        responses.push(peer.begin(request("GET", "/slow"), true).await.0);
    }
    let begun = tokio::time::Instant::now();
    for response in responses {
        assert_eq!(read(response).await.unwrap().text(), "slow");
    }
    assert_eq!(begun.elapsed().as_secs(), 2);
    assert_eq!((site.work.alive(), site.work.finished()), (0, 100));
}

#[tokio::test(start_paused = true)]
async fn an_https_resource_is_not_to_be_had_in_the_clear() {
    let mut peer = Site::new().connect().await;
    let head = http::Request::builder().uri("https://site.test/");
    let (response, _) = peer.begin(head, true).await;
    assert_eq!(read(response).await.unwrap().status, 421);
}

#[tokio::test(start_paused = true)]
async fn the_word_of_a_trusted_proxy_is_taken() {
    let settings = Settings { trusted_proxies: vec!["unix".parse().unwrap()], ..Settings::default() };
    let mut peer = Site::with(settings).connect().await;
    let head = http::Request::builder().uri("https://site.test/from").header("x-forwarded-for", "192.0.2.7");
    let (response, _) = peer.begin(head, true).await;
    let answer = read(response).await.unwrap();
    assert!(answer.status == 200 && answer.text().starts_with("192.0.2.7"), "{answer:?}");
}
