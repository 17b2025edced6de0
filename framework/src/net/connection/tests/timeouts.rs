//! What counts to which deadline, and what never does; their figures are in `figures`.

use std::sync::atomic::Ordering;

use super::*;

#[tokio::test(start_paused = true)]
async fn little_is_produced_for_a_client_that_does_not_read() {
    let mut pair = connect_with(1024);
    pair.send("GET /counted HTTP/1.1\r\nhost: a\r\n\r\n").await;
    sleep(Duration::from_secs(1)).await;
    let produced = app::PRODUCED.load(Ordering::Relaxed);
    assert!((1024..=16 * 1024).contains(&produced), "{produced} bytes");
}

#[tokio::test(start_paused = true)]
async fn an_empty_line_between_requests_begins_none() {
    let mut pair = connect();
    pair.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n\r\n").await;
    pair.until("root").await;
    sleep(Duration::from_secs(30)).await;
    assert_eq!(pair.drain.busy(), 0);
    pair.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n\r").await;
    pair.until("root").await;
    let (received, after) = time_to_close(&mut pair).await;
    assert_eq!((received.as_str(), after.as_secs()), ("", 75));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_holds_its_thread_takes_none_of_the_keep_alive_timeout() {
    let mut pair = connect();
    pair.send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n").await;
    pair.until("held").await;
    let (received, after) = time_to_close(&mut pair).await;
    assert_eq!((received.as_str(), after.as_secs()), ("", 75));
}

#[tokio::test(start_paused = true)]
async fn what_a_client_took_of_earlier_answers_earns_it_time_for_the_next() {
    const PIPE_LEN: usize = 480;
    let settings =
        Settings { write_min_rate: 240, rate_grace: Duration::from_secs(5), ..Settings::default() };
    let mut pair = connect_to(&settings, PIPE_LEN);
    let mut taken = PIPE_LEN;
    for _ in 0..8 {
        pair.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
        taken += pair.until("root").await.len();
    }
    let start = Instant::now();
    pair.send("GET /medium HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let (ended_at, end) = pair.task.await.unwrap();
    let credit = Duration::from_secs(5) + Duration::from_millis(taken as u64 * 1000 / 240);
    let waited = ended_at - start;
    assert_eq!(end, End::Reset);
    assert!(waited.abs_diff(credit) <= Duration::from_millis(2), "{waited:?} of {credit:?}");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_without_end_is_none() {
    let mut pair = connect();
    pair.send("GET /days HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(pair.until("days").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_reads_any_more_leaves_the_handler_its_timeout() {
    let (mut client, server) = duplex(1024);
    let settings = Settings { body_min_rate: 0, ..Settings::default() };
    tokio::spawn(serve(server, &settings, &Arc::default()));
    client.write_all(b"POST /left-alone HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n").await.unwrap();
    let start = Instant::now();
    let mut status = [0; 12];
    tokio::time::timeout(Duration::from_secs(3600), client.read_exact(&mut status)).await.unwrap().unwrap();
    assert_eq!((&status, start.elapsed().as_secs()), (b"HTTP/1.1 503", 31));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_an_answer_is_not_the_bodys() {
    let mut pair = connect();
    pair.send("POST /later HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n").await;
    let received = pair.until("0\r\n\r\n").await;
    assert!(received.contains("later"), "{received}");
    sleep(Duration::from_secs(2)).await;
    pair.send("helloGET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(pair.until("root").await.starts_with("HTTP/1.1 200 "));
}
