//! [`Vitals`]: whether workers and accept loops still move, and how much they have to do, as another thread sees it.
//!
//! A thread that serves connections is looked at from outside: its runtime counts how long it was busy and how often it
//! went to sleep, and a thread that is awake while neither changes is inside of one piece of work that does not end. So
//! nothing is asked of a worker, and nothing costs it anything. An accept loop, which sleeps for as long as nobody
//! comes, has a pulse: it is woken every second, and notes that it was.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{Drain, LiveTls};
use crate::blocking::BlockingPool;

/// How often an accept loop without anything to do is woken.
const BEAT: Duration = Duration::from_secs(1);

/// What is looked at of a server while it runs. One that is not running has nothing to look at.
#[derive(Debug)]
pub(crate) struct Vitals {
    /// When the server was made.
    began: Instant,
    threads: Mutex<Vec<Thread>>,
    doors: Mutex<Vec<Arc<Beat>>>,
    drains: Mutex<Vec<Arc<Drain>>>,
    blocking: OnceLock<Arc<BlockingPool>>,
    tls: OnceLock<Arc<LiveTls>>,
}

/// Whether a part of the server moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sign {
    /// Such as `worker-0`.
    pub(crate) name: String,
    /// For how long it has not moved, where that is too long; zero of one that has ended.
    pub(crate) stuck: Option<Duration>,
}

/// How much the threads that serve connections have to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) workers: usize,
    /// Those of them that are awake.
    pub(crate) active: usize,
    /// Tasks that wait for any of them.
    pub(crate) queued: usize,
    pub(crate) connections: usize,
    /// Connections with a request that is read or answered.
    pub(crate) busy: usize,
    /// Requests answered since the drain began.
    pub(crate) drained: u64,
}

impl Vitals {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            threads: Mutex::default(),
            doors: Mutex::default(),
            drains: Mutex::default(),
            blocking: OnceLock::new(),
            tls: OnceLock::new(),
        }
    }

    /// How long ago the server was made.
    pub(crate) fn uptime(&self) -> Duration {
        self.began.elapsed()
    }

    /// The pool for calls that block, once there is one.
    pub(crate) fn blocking(&self) -> Option<&BlockingPool> {
        self.blocking.get().map(AsRef::as_ref)
    }

    /// Notes the pool; the first one stays.
    pub(crate) fn watch_blocking(&self, pool: &Arc<BlockingPool>) {
        let _ = self.blocking.set(Arc::clone(pool));
    }

    /// How TLS is spoken, where it is.
    pub(crate) fn tls(&self) -> Option<&LiveTls> {
        self.tls.get().map(AsRef::as_ref)
    }

    /// Notes it; the first one stays.
    pub(crate) fn watch_tls(&self, tls: &Arc<LiveTls>) {
        let _ = self.tls.set(Arc::clone(tls));
    }

    /// Notes a runtime whose threads serve connections.
    pub(super) fn watch_runtime(&self, handle: &Handle, drain: &Arc<Drain>) {
        let mut threads = lock(&self.threads);
        for index in 0..handle.metrics().num_workers() {
            let name = format!("worker-{}", threads.len());
            threads.push(Thread { name, handle: handle.clone(), index, seen: None });
        }
        lock(&self.drains).push(Arc::clone(drain));
    }

    /// A pulse for one more accept loop; to be called on its runtime.
    pub(super) fn pulse(self: &Arc<Self>) -> Pulse {
        let mut doors = lock(&self.doors);
        let name = format!("acceptor-{}", doors.len());
        let beat = Arc::new(Beat {
            name,
            at: AtomicU64::new(self.millis(Instant::now())),
            ended: AtomicBool::new(false),
        });
        doors.push(Arc::clone(&beat));
        let mut timer = interval(BEAT);
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Pulse { vitals: Arc::clone(self), beat, timer }
    }

    /// Looks at every thread, and at every accept loop unless all are `leaving`: which of them have not moved for
    /// `limit`.
    ///
    /// A thread is seen to stand still by looking twice, `limit` apart or more.
    pub(crate) fn signs(&self, limit: Duration, leaving: bool) -> Vec<Sign> {
        let now = Instant::now();
        let mut signs: Vec<_> =
            lock(&self.threads).iter_mut().map(|thread| thread.sign(now, limit)).collect();
        if !leaving {
            let now = self.millis(now);
            signs.extend(lock(&self.doors).iter().map(|beat| beat.sign(now, limit)));
        }
        signs
    }

    pub(crate) fn load(&self) -> Load {
        let mut load = Load::default();
        for thread in lock(&self.threads).iter() {
            let metrics = thread.handle.metrics();
            load.workers += 1;
            load.active += usize::from(!is_parked(metrics.worker_park_unpark_count(thread.index)));
            // It is the whole runtime's.
            if thread.index == 0 {
                load.queued += metrics.global_queue_depth();
            }
        }
        for drain in lock(&self.drains).iter() {
            load.connections += drain.connections();
            load.busy += drain.busy_connections();
            load.drained += drain.answered();
        }
        load
    }

    /// Milliseconds since the server was made.
    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a thread sleeps that has gone to sleep, or woken up, so many times.
fn is_parked(count: u64) -> bool {
    count % 2 == 1
}

/// A thread of a runtime.
#[derive(Debug)]
struct Thread {
    name: String,
    handle: Handle,
    /// Among those of its runtime.
    index: usize,
    /// How it was found at the last look that found it moved, and when that was; `None` where it slept.
    seen: Option<(Moved, Instant)>,
}

/// What of a thread changes as long as it moves: how long it was busy, and how often it slept and woke up.
type Moved = (Duration, u64);

impl Thread {
    fn sign(&mut self, now: Instant, limit: Duration) -> Sign {
        let metrics = self.handle.metrics();
        let moved =
            (metrics.worker_total_busy_duration(self.index), metrics.worker_park_unpark_count(self.index));
        self.seen = match self.seen {
            _ if is_parked(moved.1) => None,
            Some((before, since)) if before == moved => Some((before, since)),
            Some(_) | None => Some((moved, now)),
        };
        let still = self.seen.map(|(_, since)| now.duration_since(since));
        Sign { name: self.name.clone(), stuck: still.filter(|&still| still >= limit) }
    }
}

/// An accept loop as others see it.
#[derive(Debug)]
struct Beat {
    name: String,
    /// When it last moved, in milliseconds since the server was made.
    at: AtomicU64,
    /// It moves no more.
    ended: AtomicBool,
}

impl Beat {
    fn sign(&self, now: u64, limit: Duration) -> Sign {
        let still = Duration::from_millis(now.saturating_sub(self.at.load(Ordering::Relaxed)));
        let ended = self.ended.load(Ordering::Relaxed).then_some(Duration::ZERO);
        // A beat late is none that is missing.
        let stuck = ended.or_else(|| (still >= limit.max(2 * BEAT)).then_some(still));
        Sign { name: self.name.clone(), stuck }
    }
}

/// What an accept loop beats with.
#[derive(Debug)]
pub(super) struct Pulse {
    vitals: Arc<Vitals>,
    beat: Arc<Beat>,
    timer: Interval,
}

impl Pulse {
    fn beat(&mut self, context: &mut Context<'_>) {
        while self.timer.poll_tick(context).is_ready() {}
        self.beat.at.store(self.vitals.millis(Instant::now()), Ordering::Relaxed);
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.beat.ended.store(true, Ordering::Relaxed);
    }
}

pin_project! {
    /// An accept loop with its pulse, where it is looked at.
    pub(super) struct Beating<Loop> {
        #[pin]
        inner: Loop,
        pulse: Option<Pulse>,
    }
}

impl<Loop> Beating<Loop> {
    pub(super) fn new(inner: Loop, pulse: Option<Pulse>) -> Self {
        Self { inner, pulse }
    }
}

impl<Loop: Future> Future for Beating<Loop> {
    type Output = Loop::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Loop::Output> {
        let this = self.project();
        if let Some(pulse) = this.pulse {
            pulse.beat(context);
        }
        this.inner.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::mpsc;
    use std::thread;

    use tokio::runtime::Builder;

    use super::*;
    use crate::http::Shutdown;

    const LIMIT: Duration = Duration::from_millis(50);
    /// What a thread that does move may need on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// Looks until `found` holds of the names of what is stuck.
    #[track_caller]
    fn look_until(vitals: &Vitals, found: impl Fn(&[String]) -> bool) {
        let start = Instant::now();
        loop {
            let stuck: Vec<_> = vitals
                .signs(LIMIT, false)
                .into_iter()
                .filter_map(|sign| sign.stuck.map(|_| sign.name))
                .collect();
            if found(&stuck) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "stuck: {stuck:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[track_caller]
    fn check_blocked(builder: &mut Builder, threads: usize) {
        let vitals = Arc::new(Vitals::new());
        let runtime = builder.enable_all().build().unwrap();
        vitals.watch_runtime(runtime.handle(), &Arc::new(Drain::new(Shutdown::default())));
        assert_eq!(vitals.load().workers, threads);
        let (release, held) = mpsc::channel::<()>();
        let (ended, end) = tokio::sync::oneshot::channel();
        let handle = runtime.handle().clone();
        let serving = thread::spawn(move || runtime.block_on(end));
        look_until(&vitals, <[_]>::is_empty);
        // A handler that never yields.
        handle.spawn(async move { held.recv() });
        look_until(&vitals, |stuck| stuck.len() == 1 && stuck[0].starts_with("worker-"));
        drop(release);
        look_until(&vitals, <[_]>::is_empty);
        ended.send(()).unwrap();
        serving.join().unwrap().unwrap();
    }

    #[test]
    fn a_thread_that_a_handler_blocks_is_seen_and_seen_to_recover() {
        check_blocked(&mut Builder::new_current_thread(), 1);
    }

    #[test]
    fn one_of_several_threads_is_seen_as_well() {
        check_blocked(Builder::new_multi_thread().worker_threads(2), 2);
    }

    #[test]
    fn an_accept_loop_that_ended_is_seen_unless_all_leave() {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let vitals = Arc::new(Vitals::new());
        runtime.block_on(async {
            let waits = Beating::new(pending::<()>(), Some(vitals.pulse()));
            let ends = Beating::new(async {}, Some(vitals.pulse()));
            tokio::spawn(waits);
            tokio::spawn(ends).await.unwrap();
        });
        let signs = vitals.signs(PATIENCE, false);
        let expected = [("acceptor-0", None), ("acceptor-1", Some(Duration::ZERO))];
        let found: Vec<_> = signs.iter().map(|sign| (sign.name.as_str(), sign.stuck)).collect();
        assert_eq!(found, expected);
        assert_eq!(vitals.signs(PATIENCE, true), []);
    }

    #[test]
    fn an_accept_loop_that_is_not_woken_is_seen_after_the_limit() {
        let beat = Beat { name: String::new(), at: AtomicU64::new(1_000), ended: AtomicBool::new(false) };
        let rows =
            [(1_000, 5, None), (5_999, 5, None), (6_000, 5, Some(5)), (2_500, 1, None), (3_000, 1, Some(2))];
        for (now, limit, expected) in rows {
            let sign = beat.sign(now, Duration::from_secs(limit));
            assert_eq!(sign.stuck, expected.map(Duration::from_secs), "{now} {limit}");
        }
    }
}
