//! [`ConcurrencyLimit`]: so many requests at a time, a bounded queue behind them, and 503 for the rest.
//!
//! A server that takes more than it can do answers everybody late, and those who have given up first of all. This one
//! says no in time: to whom finds the queue full at once, to whom waited too long then. Who waits longest is next.
//!
//! The engine bounds connections and bodies by itself (see its settings); this bounds the work of handlers, where a
//! database or a processor is what there is too little of.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::{Kind, Middleware, Next};
use crate::http::{Request, Response};
use crate::respond::Problem;

/// Lets only so many requests be worked on at a time; some more wait, and the rest are refused with 503 and
/// `Retry-After`.
///
/// A request counts until its answer begins; the time that a stream takes to be sent is the client's. One whose client
/// leaves while it waits gives its place up.
///
/// As it counts it is a `static`: each place that names it shares the one limit.
///
/// ```
/// use std::time::Duration;
///
/// use server::layers::ConcurrencyLimit;
/// use server::testing::Client;
/// use server::{get, routes};
///
/// static REPORTS: ConcurrencyLimit = ConcurrencyLimit::new(4).queue(16).longest_wait(Duration::from_secs(2));
///
/// #[get("/report", with = [REPORTS])]
/// async fn report() -> &'static str {
///     "all is well"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// assert_eq!(Client::new(routes![report]).get("/report").await.text(), "all is well");
/// # }
/// ```
#[derive(Debug)]
pub struct ConcurrencyLimit {
    running: Semaphore,
    waiting: AtomicUsize,
    queue: usize,
    longest_wait: Duration,
    /// The longest wait in a queue that stands; a tenth of the other unless set.
    standing_wait: Option<Duration>,
    /// Since when somebody waits.
    standing_since: Mutex<Option<Instant>>,
}

impl ConcurrencyLimit {
    /// At most `max` requests at a time; as many again wait, for one second at most.
    ///
    /// # Panics
    ///
    /// Where `max` is 0, or more than tokio's `Semaphore::MAX_PERMITS`.
    #[inline]
    pub const fn new(max: usize) -> Self {
        assert!(max > 0, "a limit of 0 requests would answer none");
        Self {
            running: Semaphore::const_new(max),
            waiting: AtomicUsize::new(0),
            queue: max,
            longest_wait: Duration::from_secs(1),
            standing_wait: None,
            standing_since: Mutex::new(None),
        }
    }

    /// How many requests may wait; none waits where it is 0.
    #[must_use = "this is the limit with the queue"]
    pub const fn queue(mut self, queue: usize) -> Self {
        self.queue = queue;
        self
    }

    /// How long a request may wait.
    #[must_use = "this is the limit with the longest wait"]
    pub const fn longest_wait(mut self, longest_wait: Duration) -> Self {
        self.longest_wait = longest_wait;
        self
    }

    /// How long a request may wait in a queue that stands: one that has not been empty for the longest wait. A tenth
    /// of that unless set; as long as that, and it makes no difference.
    #[must_use = "this is the limit with the wait"]
    pub const fn standing_wait(mut self, wait: Duration) -> Self {
        self.standing_wait = Some(wait);
        self
    }

    /// Runs the rest of the chain when there is a place.
    async fn admit(&self, request: Request, next: Next<'_>) -> Response {
        if let Ok(_place) = self.running.try_acquire() {
            return next.run(request).await;
        }
        let Some(waiting) = Waiting::begin(self) else {
            return self.refuse("too many requests are waiting");
        };
        let place = tokio::time::timeout(self.wait(), self.running.acquire()).await;
        drop(waiting);
        match place {
            Ok(Ok(_place)) => next.run(request).await,
            Ok(Err(_)) | Err(_) => self.refuse("the requests before this one took too long"),
        }
    }

    /// How long a request may wait that comes now.
    #[inline]
    fn wait(&self) -> Duration {
        let since = *self.standing_since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none_or(|since| since.elapsed() < self.longest_wait) {
            return self.longest_wait;
        }
        self.standing_wait.unwrap_or(self.longest_wait / 10).min(self.longest_wait)
    }

    #[inline]
    fn refuse(&self, detail: &str) -> Response {
        let seconds = self.longest_wait.as_secs().max(1);
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail(detail);
        Response::problem(problem.header(RETRY_AFTER, HeaderValue::from(seconds)))
    }
}

impl<S: Sync> Middleware<S> for ConcurrencyLimit {
    const KIND: Kind = Kind::ConcurrencyLimit;

    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        self.admit(request, next).await
    }
}

/// A place in the queue, which is given up when this is dropped.
struct Waiting<'a>(&'a ConcurrencyLimit);

impl<'a> Waiting<'a> {
    /// Takes a place; `None` where all are taken.
    #[inline]
    fn begin(limit: &'a ConcurrencyLimit) -> Option<Self> {
        let more = |waiting: usize| (waiting < limit.queue).then_some(waiting + 1);
        let before = limit.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        let mut since = limit.standing_since.lock().unwrap_or_else(PoisonError::into_inner);
        if before == 0 || since.is_none() {
            *since = Some(Instant::now());
        }
        drop(since);
        Some(Self(limit))
    }
}

impl Drop for Waiting<'_> {
    #[inline]
    fn drop(&mut self) {
        let before = self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        if before == 1 {
            *self.0.standing_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::Client;
    use crate::{Server, State, get, routes};

    /// What the handler waits for, and how many are in it.
    #[derive(crate::State, Clone)]
    struct App {
        gate: Arc<Semaphore>,
    }

    #[get("/")]
    async fn index(gate: State<Arc<Semaphore>>) -> &'static str {
        gate.0.acquire().await.unwrap().forget();
        "done"
    }

    fn client(limit: ConcurrencyLimit) -> (Client, Arc<Semaphore>) {
        let gate = Arc::new(Semaphore::new(0));
        let app = App { gate: Arc::clone(&gate) };
        (Client::from(Server::new(routes![index]).state(app).with(limit)), gate)
    }

    fn send(client: &Client) -> tokio::task::JoinHandle<(u16, Option<String>, String)> {
        let request = client.get("/");
        tokio::spawn(async move {
            let response = request.await;
            let retry = response.header("retry-after").map(str::to_owned);
            (response.status().as_u16(), retry, response.text().to_owned())
        })
    }

    /// Lets all that can go on do so; with the clock paused it takes no time.
    async fn settle() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_queue_is_served_in_order_and_what_finds_it_full_is_refused_at_once() {
        let (client, gate) = client(ConcurrencyLimit::new(2).queue(2).longest_wait(Duration::from_secs(5)));
        let mut sent = Vec::new();
        for _ in 0..4 {
            sent.push(send(&client));
            settle().await;
        }
        let (status, retry, text) = send(&client).await.unwrap();
        assert_eq!((status, retry.as_deref()), (503, Some("5")));
        assert!(text.contains("too many requests are waiting"), "{text}");
        gate.add_permits(4);
        for request in sent {
            assert_eq!(request.await.unwrap().0, 200);
        }
        gate.add_permits(1);
        assert_eq!(send(&client).await.unwrap().0, 200, "all places are free again");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_refused_and_the_place_is_free() {
        let (client, gate) = client(ConcurrencyLimit::new(1).longest_wait(Duration::from_millis(1500)));
        let first = send(&client);
        settle().await;
        let started = Instant::now();
        let (status, retry, text) = send(&client).await.unwrap();
        assert_eq!((status, retry.as_deref()), (503, Some("1")));
        assert!(text.contains("took too long"), "{text}");
        assert!(started.elapsed() >= Duration::from_millis(1500));
        let second = send(&client);
        settle().await;
        gate.add_permits(2);
        assert_eq!((first.await.unwrap().0, second.await.unwrap().0), (200, 200));
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_gives_the_place_up() {
        let limit = Arc::new(ConcurrencyLimit::new(1).queue(1));
        let held = limit.running.try_acquire().unwrap();
        let waiting = Waiting::begin(&limit).unwrap();
        assert!(Waiting::begin(&limit).is_none());
        drop(waiting);
        assert!(Waiting::begin(&limit).is_some());
        drop(held);
        assert_eq!((limit.running.available_permits(), limit.waiting.load(Ordering::Relaxed)), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_queue_that_stands_nobody_waits_for_long() {
        let limit = ConcurrencyLimit::new(1).queue(100).longest_wait(Duration::from_secs(2));
        let (client, gate) = client(limit.standing_wait(Duration::from_millis(500)));
        let first = send(&client);
        settle().await;
        let mut queued = Vec::new();
        // Somebody waits for three seconds on end.
        for _ in 0..8 {
            queued.push(send(&client));
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        let started = Instant::now();
        let (status, retry, text) = send(&client).await.unwrap();
        assert_eq!((status, retry.as_deref()), (503, Some("2")));
        assert!(text.contains("took too long"), "{text}");
        let waited = started.elapsed();
        assert!(waited >= Duration::from_millis(500) && waited < Duration::from_millis(600), "{waited:?}");
        // It empties, and is again what it was.
        gate.add_permits(1);
        assert_eq!(first.await.unwrap().0, 200);
        for request in queued {
            assert_eq!(request.await.unwrap().0, 503);
        }
        let held = send(&client);
        settle().await;
        let started = Instant::now();
        assert_eq!(send(&client).await.unwrap().0, 503);
        assert!(started.elapsed() >= Duration::from_secs(2), "{:?}", started.elapsed());
        gate.add_permits(1);
        assert_eq!(held.await.unwrap().0, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_queue_nobody_waits() {
        let (client, gate) = client(ConcurrencyLimit::new(1).queue(0));
        let first = send(&client);
        settle().await;
        assert_eq!(send(&client).await.unwrap().0, 503);
        gate.add_permits(1);
        assert_eq!(first.await.unwrap().0, 200);
    }
}
