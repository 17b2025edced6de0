//! The blocking pool: where plain `fn` handlers run, so that they hold up no worker.
//!
//! Threads and queue are both bounded. A call that finds the queue full is refused with a 503 at once: a queue that
//! grows without end answers nobody in time.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

use crate::http::Response;
use crate::observe::scope::Baggage;
use crate::respond::{IntoResponse, Problem};

thread_local! {
    /// The pool of the server that this thread works for.
    static POOL: RefCell<Option<Arc<BlockingPool>>> = const { RefCell::new(None) };
}

/// A bounded pool of threads for calls that block.
#[derive(Debug)]
pub(crate) struct BlockingPool {
    /// Never driven: of it only the threads for blocking calls are used.
    runtime: Option<Runtime>,
    /// Calls that run or wait.
    taken: AtomicUsize,
    /// The most that run.
    threads: usize,
    /// The most of both: threads and queue together.
    room: usize,
    /// Calls refused so far because there was no room.
    refused: AtomicUsize,
}

/// How much a [`BlockingPool`] has to do, and what it could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PoolLoad {
    /// The most calls that run at once; threads are started as they are needed.
    pub(crate) threads: usize,
    /// Calls that run.
    pub(crate) active: usize,
    /// Calls that wait for a thread.
    pub(crate) queued: usize,
    /// The most that may wait.
    pub(crate) queue: usize,
    /// Calls refused so far.
    pub(crate) refused: usize,
}

/// The refused calls are told at the first one, and whenever their number has doubled.
fn tell_refused(refused: usize) {
    if refused.is_power_of_two() {
        tracing::warn!(refused, "blocking calls were refused with 503: the pool's queue was full");
    }
}

impl BlockingPool {
    /// Makes a pool of up to `threads` threads, started as they are needed, for up to `queue` waiting calls.
    ///
    /// # Errors
    ///
    /// When the operating system refuses what a runtime needs.
    pub(crate) fn new(threads: usize, queue: usize) -> std::io::Result<Self> {
        let runtime =
            Builder::new_current_thread().max_blocking_threads(threads).thread_name("blocking").build()?;
        let room = threads.saturating_add(queue);
        Ok(Self {
            runtime: Some(runtime),
            taken: AtomicUsize::new(0),
            threads,
            room,
            refused: AtomicUsize::new(0),
        })
    }

    /// Makes this the pool of the current thread.
    pub(crate) fn install(self: &Arc<Self>) {
        POOL.set(Some(Arc::clone(self)));
    }

    /// What the pool has to do.
    pub(crate) fn load(&self) -> PoolLoad {
        let taken = self.taken.load(Ordering::Relaxed);
        let active = taken.min(self.threads);
        PoolLoad {
            threads: self.threads,
            active,
            // Calls that were just refused are counted for a moment.
            queued: (taken - active).min(self.room - self.threads),
            queue: self.room - self.threads,
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    fn enter(self: Arc<Self>) -> Option<Entered> {
        let taken = self.taken.fetch_add(1, Ordering::AcqRel);
        let entered = Entered(self);
        if taken < entered.0.room {
            return Some(entered);
        }
        tell_refused(entered.0.refused.fetch_add(1, Ordering::Relaxed) + 1);
        None
    }
}

impl Drop for BlockingPool {
    /// Calls under way are left to end by themselves: a drop must not block.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A call's place in the pool.
struct Entered(Arc<BlockingPool>);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Runs `work` on the blocking pool of this thread's server, or on Tokio's where there is none, as in tests.
///
/// # Errors
///
/// A 503 with `Retry-After` when the pool's queue is full.
///
/// # Panics
///
/// With the panic of `work`.
pub async fn run_blocking<T, Work>(work: Work) -> Result<T, Response>
where
    T: Send + 'static,
    Work: FnOnce() -> T + Send + 'static,
{
    call_blocking(work).await.map_err(IntoResponse::into_response)
}

/// The same, with an error that is no answer yet.
///
/// # Errors
///
/// When the pool's queue is full.
pub(crate) async fn call_blocking<T, Work>(work: Work) -> Result<T, Overloaded>
where
    T: Send + 'static,
    Work: FnOnce() -> T + Send + 'static,
{
    let entered = match POOL.with_borrow(Clone::clone) {
        None => None,
        Some(pool) => Some(pool.enter().ok_or(Overloaded)?),
    };
    match spawn(entered, work).await {
        Ok(value) => Ok(value),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The pool is shut down: the server has ended, and with it whoever waited.
            Err(_) => Err(Overloaded),
        },
    }
}

/// Starts `work` at once, and never refuses it: for what was let in already, and has one call at a time, as the body of
/// an answer does. There are no more of these than connections.
pub(crate) fn start_blocking<T, Work>(work: Work) -> JoinHandle<T>
where
    T: Send + 'static,
    Work: FnOnce() -> T + Send + 'static,
{
    let entered = POOL.with_borrow(Clone::clone).map(|pool| {
        pool.taken.fetch_add(1, Ordering::AcqRel);
        Entered(pool)
    });
    spawn(entered, work)
}

fn spawn<T, Work>(entered: Option<Entered>, work: Work) -> JoinHandle<T>
where
    T: Send + 'static,
    Work: FnOnce() -> T + Send + 'static,
{
    let runtime = entered.as_ref().and_then(|entered| entered.0.runtime.as_ref());
    let handle = runtime.map_or_else(Handle::current, |runtime| runtime.handle().clone());
    let baggage = Baggage::pack();
    handle.spawn_blocking(move || {
        let _place = entered;
        let _request = baggage.enter();
        work()
    })
}

/// The pool's queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overloaded;

impl fmt::Display for Overloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server is busy: too many blocking calls wait")
    }
}

impl IntoResponse for Overloaded {
    fn into_response(self) -> Response {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail(self.to_string());
        problem.header(RETRY_AFTER, HeaderValue::from_static("1")).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_full_queue_is_refused_with_503_and_recovers() {
        let pool = Arc::new(BlockingPool::new(1, 1).unwrap());
        pool.install();
        let (release, held) = mpsc::channel::<()>();
        let first = tokio::spawn(run_blocking(move || held.recv()));
        tokio::task::yield_now().await;
        let second = tokio::spawn(run_blocking(|| 2));
        tokio::task::yield_now().await;
        let refused = run_blocking(|| 3).await.unwrap_err();
        assert_eq!(refused.status(), 503);
        let load = PoolLoad { threads: 1, active: 1, queued: 1, queue: 1, refused: 1 };
        assert_eq!(pool.load(), load);
        release.send(()).unwrap();
        assert!(first.await.unwrap().unwrap().is_ok());
        assert_eq!(second.await.unwrap().unwrap(), 2);
        assert_eq!(run_blocking(|| 4).await.unwrap(), 4);
    }

    #[tokio::test]
    async fn what_is_let_in_already_waits_in_a_full_queue() {
        let pool = Arc::new(BlockingPool::new(1, 0).unwrap());
        pool.install();
        let (release, held) = mpsc::channel::<()>();
        let first = tokio::spawn(call_blocking(move || held.recv()));
        tokio::task::yield_now().await;
        let second = start_blocking(|| 2);
        assert_eq!(call_blocking(|| 3).await, Err(Overloaded));
        release.send(()).unwrap();
        assert!(first.await.unwrap().is_ok());
        assert_eq!(second.await.unwrap(), 2);
        assert_eq!(call_blocking(|| 4).await, Ok(4));
    }

    #[tokio::test]
    #[should_panic(expected = "in the handler")]
    async fn a_panic_passes_on() {
        let _ = run_blocking(|| panic!("in the handler")).await;
    }
}
