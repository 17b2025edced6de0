//! Bytes in, bytes out: whole connections over a pipe in memory, with paused time.

mod app;
mod ends;
mod faulty;
mod figures;
mod messages;
mod pipe;
mod timeouts;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use self::app::TestApp;
use self::pipe::Pipe;
use super::super::{Application, Drain, Limits, Peer, Place, Transport, serve_connection};
use crate::config::Settings;

/// A connection under test.
struct Pair {
    client: DuplexStream,
    drain: Arc<Drain>,
    /// The connection's task, which tells when it ended, and how.
    task: JoinHandle<(Instant, End)>,
}

/// How a connection ends for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// In order: what was sent is seen to its last byte.
    Close,
    /// With a reset: what was sent may be lost, and is seen to have been cut.
    Reset,
}

fn connect() -> Pair {
    connect_with(64 * 1024)
}

fn connect_with(pipe_len: usize) -> Pair {
    connect_to(&Settings::default(), pipe_len)
}

fn connect_to(settings: &Settings, pipe_len: usize) -> Pair {
    let (client, server) = duplex(pipe_len);
    let drain = Arc::new(Drain::default());
    let (server, was_reset) = Pipe::new(server);
    let connection = serve(server, settings, &drain);
    let task = tokio::spawn(async move {
        connection.await;
        (Instant::now(), if was_reset.load(Ordering::Relaxed) { End::Reset } else { End::Close })
    });
    Pair { client, drain, task }
}

/// A connection to the test's application.
fn serve<IO: Transport>(
    io: IO,
    settings: &Settings,
    drain: &Arc<Drain>,
) -> impl Future<Output = ()> + Send + use<IO> {
    serve_app(io, settings, drain, Arc::default())
}

fn serve_app<IO: Transport>(
    io: IO,
    settings: &Settings,
    drain: &Arc<Drain>,
    app: Arc<TestApp>,
) -> impl Future<Output = ()> + Send + use<IO> {
    let place = Place::new(Arc::clone(drain));
    let limits = Arc::new(Limits::of(settings));
    let witness = app.witness();
    serve_connection(io, Peer::default(), app, limits, place, witness)
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
