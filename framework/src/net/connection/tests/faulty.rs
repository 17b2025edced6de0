//! The real connection over a transport with faults, drawn from a seed, under paused time.
//!
//! A seed draws up to three connections. On each a client pipelines requests with and without bodies; it splits them,
//! pauses, waits for `100 Continue`, stops for good, closes its half, leaves, or does not read; the transport cuts reads
//! and writes down to a byte, holds them up and resets the connection; the server drains. For every seed:
//!
//! - each request that arrived whole is answered once, in order and byte for byte, or the client can tell that it was
//!   not: nothing that was cut off looks whole;
//! - no request is answered that did not arrive, and no body taken for one;
//! - what stops is answered 408, or closed, by its timeout;
//! - a drain answers each request of which a byte had been read;
//! - no task and no handler is left, and no task is polled again and again.
//!
//! `FAULT_SEEDS=10000` runs more of them than a test run does.

mod answers;
mod client;
mod oracle;
mod plan;
mod requests;
mod transport;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::io::duplex;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use self::oracle::Outcome;
use self::plan::{End, Plan};
use self::transport::{Counts, Faulty};
use super::app::TestApp;
use super::serve_app;
use crate::__properties::Random;
use crate::config::Settings;
use crate::net::Drain;

/// Seeds of a test run.
const SEEDS: u64 = 300;
/// Longer than all that a client may do, and a connection that is idle behind it.
const LONGEST: Duration = Duration::from_secs(600);

#[test]
fn no_fault_loses_doubles_or_mixes_anything() {
    let seeds = std::env::var("FAULT_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    let mut total = Tally::default();
    let mut faults = Vec::new();
    for seed in 0..seeds {
        match std::panic::catch_unwind(|| run(seed)) {
            Ok(Ok(tally)) => total.add(&tally),
            Ok(Err(fault)) => faults.push(format!("seed {seed}: {fault}")),
            Err(_) => faults.push(format!("seed {seed}: a panic")),
        }
    }
    println!("{seeds} seeds: {total:?}");
    assert!(faults.is_empty(), "{} of {seeds} seeds show a fault; {}", faults.len(), faults[0]);
    assert!(total.answers > usize::try_from(seeds).unwrap(), "{total:?}");
}

/// What was seen.
#[derive(Debug, Default)]
struct Tally {
    connections: usize,
    requests: usize,
    /// Those that came whole.
    answers: usize,
    polls: usize,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.connections += other.connections;
        self.requests += other.requests;
        self.answers += other.answers;
        self.polls += other.polls;
    }
}

fn run(seed: u64) -> Result<Tally, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut random = Random::new(seed);
        let app = Arc::new(TestApp::default());
        let mut connections = JoinSet::new();
        for number in 0..=random.below(3) {
            connections.spawn(connection(random.fork(), number, Arc::clone(&app)));
        }
        let mut total = Tally::default();
        while let Some(tally) = connections.join_next().await {
            total.add(&tally.map_err(|error| error.to_string())??);
        }
        // What handlers have started ends by itself.
        tokio::time::sleep(Duration::from_secs(5)).await;
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let left = (tasks, app.handlers.load(Ordering::Relaxed));
        if left == (0, 0) { Ok(total) } else { Err(format!("tasks and handlers are left behind: {left:?}")) }
    })
}

/// One connection, from its first byte to its last.
async fn connection(mut random: Random, number: usize, app: Arc<TestApp>) -> Result<Tally, String> {
    let plan = Plan::draw(&mut random, number);
    let (ours, theirs) = duplex(16 << random.below(13));
    let counts = Arc::new(Counts::default());
    let drain = Arc::new(Drain::default());
    let reset_at = (plan.end == End::Reset).then(|| random.below(plan.len() * 2));
    let transport = Faulty::new(theirs, random.fork(), reset_at, Arc::clone(&counts));
    let start = Instant::now();
    let polls = Arc::new(AtomicUsize::new(0));
    let connection = serve_app(transport, &Settings::default(), &drain, app);
    let task = tokio::spawn(counted(connection, Arc::clone(&polls)));
    let mut read_at_drain = None;
    let wait = Duration::from_millis(random.below(3000) as u64);
    let (received, ()) = tokio::join!(timeout(LONGEST, client::run(ours, &plan, random.fork())), async {
        if plan.end == End::Drain {
            tokio::time::sleep(wait).await;
            drain.begin();
            read_at_drain = Some(counts.read_bytes());
        }
    });
    let fault = |what: &str| format!("{what}; {plan:#?}");
    let received = received.map_err(|_| fault("no end of the answers"))?;
    let ended = timeout(LONGEST, task).await;
    ended.map_err(|_| fault("the task is left behind"))?.map_err(|error| fault(&error.to_string()))?;
    let open = (drain.connections(), drain.busy());
    if open != (0, 0) {
        return Err(fault(&format!("{open:?} connections and requests are left behind")));
    }
    if start.elapsed() > LONGEST {
        return Err(fault(&format!("an end after {:?}", start.elapsed())));
    }
    let (polls, progress) = (polls.load(Ordering::Relaxed), counts.progress());
    if polls > 2000 + 3 * progress {
        return Err(fault(&format!("{polls} polls for {progress} reads, writes and stalls")));
    }
    let outcome = Outcome { received: &received, was_reset: counts.was_reset(), read_at_drain };
    let answers = oracle::check(&plan, &outcome)
        .map_err(|what| fault(&what) + &format!("\n{}", received.escape_ascii()))?;
    Ok(Tally { connections: 1, requests: plan.exchanges.len(), answers, polls })
}

/// The same future, with its polls counted.
async fn counted(future: impl Future<Output = ()>, polls: Arc<AtomicUsize>) {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        polls.fetch_add(1, Ordering::Relaxed);
        match future.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
}
