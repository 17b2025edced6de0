//! How a WebSocket ends, and what holds it back before.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::app::{Raw, SENT, TAKEN, client, frame, part};
use crate::ws::frame::Opcode::{Binary, Close, Ping, Pong, Text};

const BYE: [u8; 2] = 1000_u16.to_be_bytes();

fn close(code: u16) -> Vec<u8> {
    [&[0x88, 2], code.to_be_bytes().as_slice()].concat()
}

#[tokio::test(start_paused = true)]
async fn the_handlers_end_closes_behind_what_was_sent() {
    let (client, _) = client();
    let mut raw = Raw::open(&client, "/asks").await;
    assert_eq!(raw.read(6).await, b"\x81\x04who?");
    raw.send_frame(Text, b"me").await;
    let answer = b"\x81\x0aSome(\"me\")";
    assert_eq!(raw.read(16).await, [answer.as_slice(), &close(1000)].concat());
    raw.send_frame(Close, &BYE).await;
    assert_eq!(raw.rest().await, b"");
}

#[tokio::test(start_paused = true)]
async fn a_panic_an_error_and_the_application_close_in_their_own_ways() {
    let (client, _) = client();
    let enough = [[0x88, 8].as_slice(), &1008_u16.to_be_bytes(), b"enough"].concat();
    let before = b"\x81\x06before".to_vec();
    let rows = [
        ("/panics", close(1011)),
        ("/fails", [before.clone(), close(1011)].concat()),
        ("/closes", [before, enough].concat()),
    ];
    for (path, expected) in rows {
        let mut raw = Raw::open(&client, path).await;
        raw.send_frame(Text, b"x").await;
        assert_eq!(raw.read(expected.len()).await, expected, "{path}");
        raw.send_frame(Close, &BYE).await;
        assert_eq!(raw.rest().await, b"", "{path}");
    }
    assert_eq!(client.get("/plain").await.text(), "plain");
}

#[tokio::test(start_paused = true)]
async fn the_drain_says_1001_and_waits_for_the_answer() {
    let (client, shutdown) = client();
    for path in ["/echo", "/stays", "/slow"] {
        let mut raw = Raw::open(&client, path).await;
        raw.send_frame(Text, b"a").await;
        if path == "/echo" {
            assert_eq!(raw.read(3).await, b"\x81\x01a");
        }
        sleep(Duration::from_millis(10)).await;
        shutdown.request();
        assert_eq!(raw.read(4).await, close(1001), "{path}");
        // What crosses with it is dropped.
        raw.send(&[frame(Text, b"late"), frame(Close, &BYE)].concat()).await;
        assert_eq!(raw.rest().await, b"", "{path}");
    }
    // One that came while the server drains is opened, and told at once.
    let mut raw = Raw::open(&client, "/echo").await;
    assert_eq!(raw.read(4).await, close(1001));
}

#[tokio::test(start_paused = true)]
async fn a_close_that_is_not_answered_is_waited_for_5_s() {
    let (client, shutdown) = client();
    let mut raw = Raw::open(&client, "/echo").await;
    shutdown.request();
    assert_eq!(raw.read(4).await, close(1001));
    let before = tokio::time::Instant::now();
    assert_eq!(raw.rest().await, b"");
    let waited = before.elapsed();
    assert!((4..6).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn silence_is_broken_by_a_ping_and_ends_it() {
    let (client, _) = client();
    let mut raw = Raw::open(&client, "/echo").await;
    let opened = tokio::time::Instant::now();
    for answered in 1..=3 {
        assert_eq!(raw.read(2).await, [0x89, 0]);
        assert_eq!(opened.elapsed().as_secs(), 30 * answered);
        raw.send_frame(Pong, b"").await;
    }
    assert_eq!(raw.read(2).await, [0x89, 0]);
    assert_eq!(raw.rest().await, b"");
    assert_eq!(opened.elapsed().as_secs(), 150);
}

#[tokio::test(start_paused = true)]
async fn where_silence_may_last_nothing_is_sent() {
    let (client, _) = client();
    let mut raw = Raw::open(&client, "/asks").await;
    assert_eq!(raw.read(6).await, b"\x81\x04who?");
    sleep(Duration::from_secs(500)).await;
    raw.send_frame(Ping, b"x").await;
    assert_eq!(raw.read(3).await, b"\x8A\x01x");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_holds_the_handler_back() {
    let (client, _) = client();
    let mut raw = Raw::open(&client, "/only-sends").await;
    sleep(Duration::from_secs(2)).await;
    let sent = SENT.load(Ordering::SeqCst);
    assert!((1..8).contains(&sent), "{sent} messages of 64 KiB had room");
    for _ in 0..64 {
        assert_eq!(raw.read(10).await, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert!(raw.read(64 * 1024).await.iter().all(|&byte| byte == b'x'));
    }
    assert_eq!((raw.read(4).await, SENT.load(Ordering::SeqCst)), (close(1000), 64));
}

#[tokio::test(start_paused = true)]
async fn pings_of_a_client_that_does_not_read_are_not_taken_without_end() {
    let (client, _) = client();
    let mut raw = Raw::open(&client, "/echo").await;
    // Ten times what there is room for, both ways.
    let pings = frame(Ping, &[7; 125]).repeat(20_000);
    let sent = timeout(Duration::from_secs(2), raw.send(&pings)).await;
    assert!(sent.is_err(), "{} bytes of pings were taken, and their pongs are held", pings.len());
    let pong = [&[0x8A, 125][..], &[7; 125]].concat();
    for _ in 0..100 {
        assert_eq!(raw.read(pong.len()).await, pong);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_is_slow_holds_the_client_back() {
    let (client, _) = client();
    let mut raw = Raw::open(&client, "/slow").await;
    let message = part(true, Binary, &[7; 60_000]);
    let sending = async {
        for _ in 0..20 {
            raw.send(&message).await;
        }
        // Each message but the few on their way was taken before the last could be sent.
        let taken = TAKEN.load(Ordering::SeqCst);
        assert!((15..=20).contains(&taken), "{taken} messages were taken");
        raw.send_frame(Close, &BYE).await;
        raw.rest().await
    };
    assert_eq!(sending.await, close(1000));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_cut_off_ends_the_handler() {
    let (client, _) = client();
    let mut raw = Raw::open(&client, "/slow").await;
    raw.send_frame(Text, b"a").await;
    drop(raw.into_stream());
    sleep(Duration::from_secs(20)).await;
    assert_eq!(client.get("/plain").await.text(), "plain");
}
