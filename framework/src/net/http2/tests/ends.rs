//! The drain.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::app::{Site, read, request};
use super::raw::{Raw, frame};
use crate::net::Place;

#[tokio::test(start_paused = true)]
async fn streams_in_flight_finish_and_the_connection_closes() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let mut responses = Vec::new();
    for _ in 0..10 {
        responses.push(peer.begin(request("GET", "/slow"), true).await.0);
    }
    sleep(Duration::from_secs(1)).await;
    let begun = Instant::now();
    site.drain.begin();
    for response in responses {
        assert_eq!(read(response).await.unwrap().text(), "slow");
    }
    peer.task.await.unwrap().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert!(site.told().iter().all(|line| line == "/slow 200 done"));
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_busy_once_however_many_streams_it_has() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let _other = site.connect().await;
    let counts = || (site.drain.connections(), site.drain.busy_connections(), site.drain.busy());
    for _ in 0..2 {
        let mut responses = Vec::new();
        for _ in 0..10 {
            responses.push(peer.begin(request("GET", "/slow"), true).await.0);
        }
        sleep(Duration::from_secs(1)).await;
        assert_eq!(counts(), (2, 1, 10));
        for response in responses {
            assert_eq!(read(response).await.unwrap().text(), "slow");
        }
        sleep(Duration::from_millis(1)).await;
        assert_eq!(counts(), (2, 0, 0));
    }
    let (_, mut stream) = peer.begin(request("GET", "/never"), true).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(counts(), (2, 1, 1));
    stream.send_reset(h2::Reason::CANCEL);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(counts(), (2, 0, 0));
    drop(peer);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(counts().1, 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_stream_is_told_when_to_come_back_and_ends() {
    let site = Site::new();
    let mut peer = site.connect().await;
    let (response, _) = peer.begin(request("GET", "/events"), true).await;
    sleep(Duration::from_secs(1)).await;
    let shutdown = Place::new(Arc::clone(&site.drain)).shutdown().clone();
    site.drain.begin();
    shutdown.drain();
    let answer = read(response).await.unwrap();
    assert!(answer.text().starts_with("data: a\n\nretry: "), "{}", answer.text());
    peer.task.await.unwrap().unwrap();
    assert_eq!(site.told(), ["/events 200 done"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_heed_goaway_is_refused() {
    let site = Site::new();
    let mut raw = Raw::open(&site).await;
    raw.get(1, "/slow").await;
    sleep(Duration::from_millis(100)).await;
    site.drain.begin();
    // Before it can know, it asks again: that is answered, before it is told or behind it.
    raw.get(3, "/").await;
    let both = [
        raw.until(|frame| [0, 7].contains(&frame.kind)).await,
        raw.until(|frame| [0, 7].contains(&frame.kind)).await,
    ];
    let [answer, goaway] =
        [0, 7].map(|kind| both.iter().find(|frame| frame.kind == kind).expect("both come"));
    assert_eq!((&*answer.payload, goaway.numbers()), (&b"index"[..], (0x7fff_ffff, 0)));
    // It never says that it knows, and goes on.
    sleep(Duration::from_millis(1500)).await;
    raw.get(5, "/").await;
    let reset = raw.until(|frame| frame.kind == 3).await;
    assert_eq!(reset.payload, 7_u32.to_be_bytes(), "REFUSED_STREAM: it may send that elsewhere");
    let rest = raw.rest().await;
    assert!(rest.iter().any(|frame| frame.kind == 0 && frame.payload == b"slow"), "{rest:?}");
    assert_eq!(rest.last().unwrap().numbers().1, 0);
    raw.send(&frame(6, 0, 0, b"pingping")).await;
}
