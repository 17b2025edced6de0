//! Timeouts, rates and bounds.

use std::time::Duration;

use bytes::Bytes;
use h2::Reason;
use tokio::time::{Instant, sleep};

use super::app::{LONG, Peer, Site, read, request};
use super::raw::{Raw, frame};
use crate::Settings;

#[tokio::test(start_paused = true)]
async fn a_handler_that_is_late_is_a_503() {
    let site = Site::with(Settings { request_timeout: Duration::from_secs(3), ..Settings::default() });
    let mut peer = site.connect().await;
    let begun = Instant::now();
    assert_eq!(peer.get("/never").await.unwrap().status, 503);
    assert_eq!((begun.elapsed().as_secs(), site.work.alive()), (3, 0));
    assert_eq!(site.told(), ["/never 503 request-timeout"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_resets_a_get_cancels_it_and_a_post_finishes() {
    let site = Site::new();
    let mut peer = site.connect().await;
    for (method, path) in [("GET", "/never"), ("POST", "/works")] {
        let (response, mut stream) = peer.begin(request(method, path), true).await;
        sleep(Duration::from_secs(1)).await;
        assert_eq!(site.work.alive(), 1, "{path}");
        stream.send_reset(Reason::CANCEL);
        drop(response);
        sleep(Duration::from_millis(10)).await;
        assert_eq!(site.work.alive(), usize::from(method == "POST"), "{path}");
    }
    sleep(LONG).await;
    assert_eq!((site.work.alive(), site.work.finished()), (0, 1));
    assert_eq!(site.told(), ["/never - client-left", "/works - client-left"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_the_client_resets_before_it_is_written_is_told_of_at_once() {
    let site = Site::new();
    // The answer lies in `h2`, and there is no window for it.
    let mut peer =
        Peer::over(&site, h2::client::Builder::new().initial_connection_window_size(1 << 20)).await;
    let (response, mut stream) = peer.begin(request("GET", "/large"), true).await;
    let body = response.await.unwrap().into_body();
    sleep(Duration::from_secs(1)).await;
    stream.send_reset(Reason::CANCEL);
    drop(body);
    sleep(Duration::from_secs(1)).await;
    assert_eq!((site.work.alive(), site.told()), (0, vec!["/large 200 client-left".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_cancels_a_get_and_a_post_finishes() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let _get = peer.begin(request("GET", "/never"), true).await;
    let _post = peer.begin(request("POST", "/works"), true).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(site.work.alive(), 2);
    peer.task.abort();
    sleep(Duration::from_millis(10)).await;
    assert_eq!(site.work.alive(), 1);
    sleep(LONG).await;
    assert_eq!((site.work.alive(), site.work.finished(), site.counters.read().connections_open), (0, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_a_408() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let begun = Instant::now();
    let (response, _stream) = peer.begin(request("POST", "/echo"), false).await;
    assert_eq!(read(response).await.unwrap().status, 408);
    assert_eq!(begun.elapsed().as_secs(), 5);
    assert_eq!(site.told(), ["/echo 408 body-timeout"]);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_too_large_is_a_413() {
    let site = Site::with(Settings { max_body: 1000, ..Settings::default() });
    let mut peer = site.connect().await;
    for announced in [true, false] {
        let head = request("POST", "/echo");
        let head = if announced { head.header("content-length", "1001") } else { head };
        let (response, mut stream) = peer.begin(head, false).await;
        // Where it was announced, the stream may be reset by now.
        let _ = stream.send_data(Bytes::from(vec![0; 1001]), true);
        assert_eq!(read(response).await.unwrap().status, 413, "{announced}");
    }
    assert_eq!(peer.send(http::Method::POST, "/echo", &[0; 1000]).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_holds_its_window_shut_loses_its_stream() {
    let site = Site::new();
    // The connection has room for more: it is the stream's own window that is shut.
    let mut peer =
        Peer::over(&site, h2::client::Builder::new().initial_connection_window_size(1 << 20)).await;
    let begun = Instant::now();
    let (response, _) = peer.begin(request("GET", "/large"), true).await;
    let mut body = response.await.unwrap().into_body();
    // What comes is taken, and no window opened for it.
    let error = loop {
        match tokio::time::timeout(LONG, body.data()).await.unwrap().unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.reason(), Some(Reason::CANCEL));
    // What it took earned it a minute.
    assert!((55..70).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert_eq!(site.work.alive(), 0);
    assert_eq!(peer.get("/").await.unwrap().status, 200, "the connection lives");
    assert_eq!(site.told(), ["/large 200 write-timeout", "/ 200 done"]);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_holds_the_window_of_all_shut_loses_the_connection() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let (response, _) = peer.begin(request("GET", "/large"), true).await;
    let (other, _) = peer.begin(request("GET", "/large"), true).await;
    sleep(LONG).await;
    assert_eq!((site.work.alive(), site.counters.read().connections_open), (0, 0));
    drop((response, other));
    assert_eq!(site.counters.read().timeouts.write, 1);
    assert_eq!(site.told(), ["/large 200 client-left"; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_window_of_zero_from_the_start_loses_its_stream_after_the_grace() {
    let site = Site::new();
    let mut peer = Peer::over(&site, h2::client::Builder::new().initial_window_size(0)).await;
    let begun = Instant::now();
    let error = peer.get("/").await.unwrap_err();
    assert_eq!((error.reason(), begun.elapsed().as_secs()), (Some(Reason::CANCEL), 5));
    assert_eq!(site.counters.read().timeouts.write, 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_at_all_is_cut_off() {
    let site = Site::new();
    let mut raw = Raw::open(&site).await;
    // Windows as large as can be, so that the transport alone holds it up.
    raw.send(&frame(8, 0, 0, &0x7000_0000_u32.to_be_bytes())).await;
    raw.send(&frame(4, 0, 0, &[0, 4, 0x7f, 0xff, 0xff, 0xff])).await;
    raw.get(1, "/large").await;
    sleep(LONG).await;
    assert_eq!((site.work.alive(), site.counters.read().connections_open), (0, 0));
    assert_eq!(site.counters.read().timeouts.write, 1);
    assert_eq!(site.told(), ["/large 200 client-left"]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_streams_is_closed_however_often_it_pings() {
    let site = Site::new();
    let mut raw = Raw::open(&site).await;
    raw.get(1, "/").await;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(74) {
        raw.send(&frame(6, 0, 0, b"pingping")).await;
        sleep(Duration::from_secs(1)).await;
    }
    let frames = raw.rest().await;
    assert!((75..78).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    let goaways: Vec<_> = frames.iter().filter(|frame| frame.kind == 7).collect();
    // The first names no stream, the last one the last that was answered.
    assert_eq!(goaways.first().unwrap().numbers(), (0x7fff_ffff, 0));
    assert_eq!(goaways.last().unwrap().numbers(), (1, 0));
    assert_eq!(site.counters.read().timeouts.keep_alive, 1);
}

#[tokio::test(start_paused = true)]
async fn a_header_section_that_does_not_end_ends_the_connection() {
    let site = Site::new();
    let mut raw = Raw::open(&site).await;
    raw.send(&frame(1, 1, 1, b"\x82\x86\x84")).await;
    let begun = Instant::now();
    let frames = raw.rest().await;
    assert_eq!(begun.elapsed().as_secs(), 10);
    assert_eq!(frames.last().unwrap().numbers(), (0, 11), "GOAWAY with ENHANCE_YOUR_CALM");
    assert_eq!(site.counters.read().timeouts.head, 1);
}

#[tokio::test(start_paused = true)]
async fn a_preface_in_pieces_is_one_and_what_only_begins_so_is_none() {
    let site = Site::new();
    let mut raw = Raw::new(&site);
    for byte in super::super::PREFACE {
        raw.send(&[*byte]).await;
        sleep(Duration::from_millis(10)).await;
    }
    raw.send(&frame(4, 0, 0, &[])).await;
    raw.get(1, "/").await;
    assert!(raw.until(|frame| frame.kind == 0 && frame.flags == 1).await.payload == b"index");

    let mut raw = Raw::new(&site);
    raw.send(b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n").await;
    let answer = raw.text().await;
    assert!(answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 505"), "{answer}");
    let mut raw = Raw::new(&site);
    raw.send(b"PRI * HTTP/2.0\r\n\r\nS").await;
    assert!(raw.text().await.starts_with("HTTP/1.1 408"));
}

#[tokio::test(start_paused = true)]
async fn where_it_is_off_the_preface_is_no_request() {
    let site = Site::with(Settings { http2: false, ..Settings::default() });
    let mut raw = Raw::new(&site);
    raw.send(super::super::PREFACE).await;
    let answer = raw.text().await;
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
}
