//! Every way in which an exchange can end: rendered once where it failed, told of once, counted, and called the same in
//! the answer's body, in its header section and in the log.

mod app;
mod ends;
mod failures;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::sleep;
use tracing::Level;

use crate::testing::Client;
use crate::{AccessLog, Counters, Counts, Exchange, IntoResponse, Problem, RequestFacts, Server};

/// What the client does when it has sent its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// It closes its half, and reads to the end.
    End,
    /// It reads to the end, however long that takes.
    Read,
    /// It closes the connection.
    Leave,
    /// It does nothing more, but stays.
    Stall,
}

/// How it came out.
#[derive(Debug)]
struct Outcome {
    received: String,
    /// Status and reason of each exchange, such as `404 done` or `- client-left`.
    told: Vec<String>,
    /// The ids of the exchanges.
    ids: Vec<String>,
    /// How often the renderer was called.
    rendered: usize,
    counts: Counts,
    /// The lines of the access log.
    log: Vec<String>,
}

/// A server that is watched.
struct Watched {
    client: Client,
    told: Arc<Mutex<Vec<(String, String)>>>,
    rendered: Arc<AtomicUsize>,
    counters: Counters,
}

/// The test's application, watched.
fn watched() -> Watched {
    let told = Arc::new(Mutex::new(Vec::new()));
    let rendered = Arc::new(AtomicUsize::new(0));
    let observer = {
        let told = Arc::clone(&told);
        move |exchange: &Exchange| {
            let status = exchange.status().map_or("-".to_owned(), |status| status.as_str().to_owned());
            let line = format!("{status} {}", exchange.ended());
            told.lock().unwrap().push((line, exchange.request().id().to_string()));
        }
    };
    let renderer = {
        let rendered = Arc::clone(&rendered);
        move |problem: &Problem, _: &RequestFacts| {
            rendered.fetch_add(1, Ordering::Relaxed);
            problem.clone().into_response()
        }
    };
    let server =
        app::server().observe(observer).access_log(AccessLog::Events).render_problems(renderer).max_body(100);
    let counters = server.counters();
    Watched { client: Client::from(server), told, rendered, counters }
}

/// Sends `input` to a server that is watched.
async fn outcome(input: &[u8], then: Then) -> Outcome {
    let lines = Arc::default();
    let guard = crate::log::record(Level::INFO, &lines);
    let watched = watched();
    let mut stream = watched.client.connect();
    // A server that has heard enough may have closed already.
    let _ = stream.write_all(input).await;
    let mut received = Vec::new();
    match then {
        Then::End | Then::Read => {
            if then == Then::End {
                let _ = stream.shutdown().await;
            }
            stream.read_to_end(&mut received).await.unwrap();
        }
        // Later than a client that only closes its half would.
        Then::Leave => sleep(Duration::from_secs(2)).await,
        Then::Stall => sleep(Duration::from_secs(3600)).await,
    }
    drop(stream);
    sleep(Duration::from_secs(10)).await;
    drop(guard);
    let (told, ids) = watched.told.lock().unwrap().drain(..).unzip();
    let log: Vec<String> = lines.lock().unwrap().drain(..).collect();
    Outcome {
        received: String::from_utf8(received).unwrap(),
        told,
        ids,
        rendered: watched.rendered.load(Ordering::Relaxed),
        counts: watched.counters.read(),
        log: log.into_iter().filter(|line| line.contains(" access ")).collect(),
    }
}

/// Runs `test` in a runtime whose time is paused.
fn paused<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.unwrap().block_on(test)
}

/// The server whose table is the test's.
type TestServer = Server;
