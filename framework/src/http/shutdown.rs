//! [`Shutdown`]: the end of a server, as the application asks for it and learns of it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use tokio::sync::Notify;

/// The end of the server: a handler takes it as an argument, and the rest of the program has it from
/// [`Server::shutdown_handle`](crate::Server::shutdown_handle).
///
/// A shutdown has two steps. It is *requested*, by SIGTERM, SIGINT, [`Server::shutdown_on`](crate::Server::shutdown_on)
/// or [`Shutdown::request`]: the server still serves for `shutdown_delay`, while load balancers learn that it leaves.
/// Then it *drains*: nothing more is accepted, and each connection ends with the answer it is at. What is left
/// `shutdown_timeout` later is cut.
///
/// A handler that ends the server, and whose own answer still arrives:
///
/// ```
/// use server::{Shutdown, post};
///
/// #[post("/admin/stop")]
/// async fn stop(shutdown: Shutdown) -> &'static str {
///     shutdown.request();
///     "stopping\n"
/// }
/// ```
///
/// A response without an end of its own waits for the drain, which would cut it otherwise:
///
/// ```
/// use std::time::Duration;
///
/// use server::{Body, Shutdown, get};
///
/// #[get("/ticks")]
/// async fn ticks(shutdown: Shutdown) -> Body {
///     Body::stream(|mut out| async move {
///         while !shutdown.is_draining() {
///             out.send("tick\n").await?;
///             // Whichever comes first.
///             let _ = tokio::time::timeout(Duration::from_secs(1), shutdown.draining()).await;
///         }
///         out.send("bye\n").await?;
///         out.finish().await
///     })
/// }
/// ```
#[derive(Clone, Default)]
pub struct Shutdown(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Only ever grows.
    step: AtomicU8,
    /// Told when it has.
    changed: Notify,
    /// No server runs that would begin the drain: what is requested begins at once.
    at_once: AtomicBool,
}

const REQUESTED: u8 = 1;
const DRAINING: u8 = 2;

impl Shutdown {
    /// Asks for the shutdown, as SIGTERM does, and returns at once. Asking again changes nothing.
    ///
    /// A server that is not running yet ends as soon as it runs. For that of a
    /// [`testing::Client`](crate::testing::Client) the drain begins at once.
    pub fn request(&self) {
        let at_once = self.0.at_once.load(Ordering::SeqCst);
        self.reach(if at_once { DRAINING } else { REQUESTED });
    }

    /// Whether the shutdown was requested: what a readiness check looks at, to fail from then on.
    pub fn is_requested(&self) -> bool {
        self.step() >= REQUESTED
    }

    /// Waits until the shutdown is requested.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn requested(&self) {
        self.reached(REQUESTED).await;
    }

    /// Whether the drain has begun, so that whatever has no end of its own should find one.
    pub fn is_draining(&self) -> bool {
        self.step() >= DRAINING
    }

    /// Waits until the drain begins.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn draining(&self) {
        self.reached(DRAINING).await;
    }

    /// Notes that the drain begins.
    pub(crate) fn drain(&self) {
        self.reach(DRAINING);
    }

    /// Notes that no server runs.
    pub(crate) fn drain_at_once(&self) {
        self.0.at_once.store(true, Ordering::SeqCst);
    }

    /// Whether both are of one server.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn step(&self) -> u8 {
        self.0.step.load(Ordering::SeqCst)
    }

    fn reach(&self, step: u8) {
        if self.0.step.fetch_max(step, Ordering::SeqCst) < step {
            self.0.changed.notify_waiters();
        }
    }

    async fn reached(&self, step: u8) {
        loop {
            // Made before the look, so that a change between the two is not missed.
            let changed = self.0.changed.notified();
            if self.step() >= step {
                return;
            }
            changed.await;
        }
    }
}

impl fmt::Debug for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shutdown")
            .field("requested", &self.is_requested())
            .field("draining", &self.is_draining())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    async fn comes(future: impl Future<Output = ()>) -> bool {
        timeout(Duration::from_secs(1), future).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn steps_are_told_to_all_who_wait_and_never_go_back() {
        let shutdown = Shutdown::default();
        assert!(!shutdown.is_requested() && !comes(shutdown.requested()).await);
        let waiting = [shutdown.clone(), shutdown.clone()]
            .map(|shutdown| tokio::spawn(async move { shutdown.requested().await }));
        tokio::task::yield_now().await;
        shutdown.request();
        for waiting in waiting {
            waiting.await.unwrap();
        }
        assert!(shutdown.is_requested() && !shutdown.is_draining());
        assert!(comes(shutdown.requested()).await && !comes(shutdown.draining()).await);
        shutdown.drain();
        shutdown.request();
        assert!(shutdown.is_draining() && comes(shutdown.draining()).await);
    }

    #[test]
    fn a_drain_was_requested_and_where_no_server_runs_a_request_drains() {
        let shutdown = Shutdown::default();
        shutdown.drain();
        assert!(shutdown.is_requested());
        let shutdown = Shutdown::default();
        shutdown.drain_at_once();
        assert!(!shutdown.is_requested());
        shutdown.request();
        assert!(shutdown.is_draining());
    }
}
