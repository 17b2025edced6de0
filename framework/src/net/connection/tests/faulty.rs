//! The real connection over a transport with faults: splits, stalls, short writes, half-closes and resets, drawn from a
//! seed, under paused time.
//!
//! For every seed: the answers come in order and byte for byte, none twice and none of another request; what is cut
//! is the beginning of what was due; the task ends; and it is polled no more often than there is something to do.
//! `FAULT_SEEDS=10000` runs more of them than a test run does.

mod answers;
mod client;
mod plan;
mod transport;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::io::duplex;
use tokio::time::{Instant, timeout};

use self::plan::{End, Plan};
use self::transport::{Counts, Faulty};
use super::serve;
use crate::__properties::Random;
use crate::config::Settings;
use crate::net::Drain;

/// Seeds of a test run.
const SEEDS: u64 = 300;
/// Longer than all that a client may do, and a connection that is idle behind it.
const LONGEST: Duration = Duration::from_secs(200);

#[test]
fn no_fault_loses_doubles_or_mixes_anything() {
    let seeds = std::env::var("FAULT_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    let (mut whole, mut polls) = (0, 0);
    for seed in 0..seeds {
        let tally = run(seed);
        whole += tally.answers;
        polls += tally.polls;
    }
    println!("{seeds} seeds: {whole} whole answers, {polls} polls");
    assert!(whole > usize::try_from(seeds).unwrap(), "{whole} whole answers of {seeds} seeds");
}

struct Tally {
    answers: usize,
    polls: usize,
}

fn run(seed: u64) -> Tally {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut random = Random::new(seed);
        let plan = Plan::draw(&mut random);
        let (ours, theirs) = duplex(16 << random.below(13));
        let counts = Arc::new(Counts::default());
        let drain = Arc::new(Drain::default());
        let reset_at = (plan.end == End::Reset).then(|| random.below(plan.len() * 2));
        let transport = Faulty::new(theirs, random.fork(), reset_at, Arc::clone(&counts));
        let start = Instant::now();
        let polls = Arc::new(AtomicUsize::new(0));
        let connection = serve(transport, &Settings::default(), &drain);
        let task = tokio::spawn(counted(connection, Arc::clone(&polls)));
        if plan.end == End::Drain {
            let (drain, wait) = (Arc::clone(&drain), Duration::from_millis(random.below(3000) as u64));
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                drain.begin();
            });
        }
        let received = timeout(LONGEST, client::run(ours, &plan, random.fork())).await;
        let received = received.unwrap_or_else(|_| panic!("seed {seed}: no end of the answers; {plan:#?}"));
        let ended = timeout(LONGEST, task).await;
        ended.unwrap_or_else(|_| panic!("seed {seed}: the task is left behind")).expect("no panic");
        assert_eq!((drain.connections(), drain.busy()), (0, 0), "seed {seed}");
        let polls = polls.load(Ordering::Relaxed);
        let progress = counts.progress();
        assert!(
            polls < 2000 + 3 * progress,
            "seed {seed}: {polls} polls, {progress} reads, writes and stalls"
        );
        assert!(start.elapsed() < LONGEST, "seed {seed}: {:?}", start.elapsed());
        let answers = answers::check(&plan, &received)
            .unwrap_or_else(|fault| panic!("seed {seed}: {fault}; {plan:#?}\n{}", received.escape_ascii()));
        Tally { answers, polls }
    })
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
