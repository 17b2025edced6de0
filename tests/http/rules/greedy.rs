//! What a client can make the server do by not reading: no more than fits between the two.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use server::testing::Client;
use server::{Body, Bytes, Routes, State, get, routes};
use tokio::io::AsyncWriteExt;
use tokio::runtime::Builder;

/// Bytes of a piece, or of an answer.
const PIECE: usize = 16 * 1024;

/// What may lie between a handler and a client that does not read: the pipe, what is gathered before it is written,
/// and a few pieces on their way.
const BETWEEN: usize = 64 * 1024 + 64 * 1024 + 4 * PIECE;

#[derive(server::State, Clone)]
struct Made {
    bytes: Arc<AtomicUsize>,
}

const ROUTES: Routes<Made> = routes![endless, piece];

/// Never ends, and counts what it got rid of.
#[get("/endless")]
async fn endless(made: State<Arc<AtomicUsize>>) -> Body {
    let made = Arc::clone(&made);
    Body::stream(|mut out| async move {
        loop {
            made.fetch_add(PIECE, Ordering::Relaxed);
            out.send(Bytes::from_static(&[b'x'; PIECE])).await?;
        }
    })
}

#[get("/piece")]
async fn piece(made: State<Arc<AtomicUsize>>) -> Bytes {
    made.fetch_add(PIECE, Ordering::Relaxed);
    Bytes::from_static(&[b'x'; PIECE])
}

/// Sends `requests` and reads nothing for two seconds; gives how many bytes were made for it.
fn made_for(requests: String) -> usize {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let bytes = Arc::new(AtomicUsize::new(0));
        let client = Client::with_state(ROUTES, Made { bytes: Arc::clone(&bytes) });
        let (_unread, mut writer) = tokio::io::split(client.connect());
        // The server stops to read, too: what does not fit is never sent.
        let writing = tokio::spawn(async move { writer.write_all(requests.as_bytes()).await });
        tokio::time::sleep(Duration::from_secs(2)).await;
        writing.abort();
        bytes.load(Ordering::Relaxed)
    })
}

#[test]
fn a_reader_that_stops_stops_the_producer() {
    let made = made_for("GET /endless HTTP/1.1\r\nhost: a\r\n\r\n".to_owned());
    assert!((1..=BETWEEN).contains(&made), "{made} bytes for a client that reads none");
}

#[test]
fn pipelined_requests_are_not_answered_ahead_of_the_reader() {
    let made = made_for("GET /piece HTTP/1.1\r\nhost: a\r\n\r\n".repeat(10_000));
    assert!((1..=BETWEEN).contains(&made), "{made} bytes for a client that reads none");
}
