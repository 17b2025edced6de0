//! Bytes in, bytes out: whole connections over a pipe in memory, with paused time.

mod app;
mod ends;
mod faulty;
mod messages;
mod timeouts;

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use self::app::TestApp;
use super::super::{Application, Drain, Limits, Peer, Place, Transport, serve_connection};
use crate::config::Settings;

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
    tokio::spawn(serve(server, &Settings::default(), &drain));
    Pair { client, drain }
}

/// A connection to the test's application.
fn serve<IO: Transport>(
    io: IO,
    settings: &Settings,
    drain: &Arc<Drain>,
) -> impl Future<Output = ()> + Send + use<IO> {
    let place = Place::new(Arc::clone(drain));
    let limits = Arc::new(Limits::of(settings));
    serve_connection(io, Peer::default(), Arc::new(TestApp), limits, place, TestApp.witness())
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

/// Waits for the server to close, and gives what it sent and after how long it closed.
async fn time_to_close(pair: &mut Pair) -> (String, Duration) {
    let start = Instant::now();
    let received = pair.rest().await;
    (received, start.elapsed())
}
