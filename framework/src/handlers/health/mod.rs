//! [`Health`]: what an orchestrator asks a server: whether it lives, and whether it should be sent requests.

mod check;
mod monitor;
mod record;
mod report;

pub(crate) use check::CheckFault;
pub(crate) use monitor::Watch;

pub use check::HealthCheck;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::probes::{AnyMonitor, AttachedHealth};
use crate::app::Core;
use check::Planned;
use monitor::Monitor;

/// Answers `/health/live`, `/health/ready` and `/health`; attached with [`Server::health`](crate::Server::health).
///
/// | path | 200 as long as | else 503; who asks |
/// |---|---|---|
/// | `/health/live` | every worker and every accept loop moves | an orchestrator that would restart the process |
/// | `/health/ready` | the same, no shutdown was requested, and every check passes | a load balancer that would send it no more |
/// | `/health` | as `/health/ready` | a person |
///
/// The answer is JSON with `status`, `uptime_seconds`, `timestamp` and each check, and is not to be stored by caches. It
/// names what is wrong, not why: the error behind it is in the log, once when a check begins to fail.
///
/// Checks run beside the workers, on a thread of their own, from the server's start on and again after
/// [`Health::interval`]; a probe is answered from what they found last. One that takes longer than its timeout is told as
/// such from that moment on, and holds up no probe, and neither does one that panics. Readiness fails until each has
/// passed once.
///
/// Probes come before the table and before the server's middleware: no limit, no log-in and no catch-all is in their way.
///
/// ```
/// use server::testing::Client;
/// use server::{Health, Server, get, routes};
///
/// struct App {
///     queue: std::path::PathBuf,
/// }
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello, world!"
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let health = Health::new().check("queue", async |app: &App| {
///     std::fs::metadata(&app.queue)?;
///     Ok(())
/// });
/// let app = App { queue: "/no/such/folder".into() };
/// let client = Client::from(Server::new(routes![index]).state(app).health(health));
/// assert_eq!(client.get("/health/ready").await.status(), 503);
/// assert_eq!(client.get("/health/live").await.status(), 200);
/// # }
/// ```
pub struct Health<S: 'static = ()> {
    at: String,
    checks: Vec<HealthCheck<S>>,
    interval: Duration,
    timeout: Duration,
    stuck_after: Duration,
}

impl<S: Send + Sync + 'static> Health<S> {
    /// Without checks of the application's: what the server knows of itself, at `/health`.
    #[inline]
    pub fn new() -> Self {
        Self {
            at: "/health".to_owned(),
            checks: Vec::new(),
            interval: Duration::from_secs(10),
            timeout: Duration::from_secs(2),
            stuck_after: Duration::from_secs(30),
        }
    }

    /// Answers at another path; `/live` and `/ready` lie below it. `/health` unless set.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.at = path.into();
        self
    }

    /// Adds a check: the server is ready as long as it returns `Ok`. See [`HealthCheck::new`].
    #[must_use]
    #[inline]
    pub fn check<F>(self, name: impl Into<String>, check: F) -> Self
    where
        F: AsyncFn(&S) -> crate::Result + Send + Sync + 'static,
    {
        self.add_check(HealthCheck::new(name, check))
    }

    /// Adds a check with a timeout or an interval of its own.
    #[must_use]
    pub fn add_check(mut self, check: HealthCheck<S>) -> Self {
        self.checks.push(check);
        self
    }

    /// How long after its end a check runs again, 10 s unless set.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// How long a check may take, 2 s unless set; then it is told as timed out, and its future dropped.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// For how long a worker or an accept loop may stand still, 30 s unless set, before the server is told to live no
    /// more. A worker does as long as a handler of its own blocks it.
    ///
    /// An accept loop moves every second, and less than two of those are not looked at.
    #[must_use]
    pub fn stuck_after(mut self, limit: Duration) -> Self {
        self.stuck_after = limit;
        self
    }
}

impl<S: Send + Sync + 'static> AttachedHealth<S> for Health<S> {
    fn path(&self) -> &str {
        &self.at
    }

    fn fault(&self) -> Option<CheckFault> {
        check::fault(self.checks.iter().map(HealthCheck::name))
    }

    fn into_monitor(self: Box<Self>, core: &Arc<Core<S>>) -> Arc<dyn AnyMonitor> {
        let (timeout, interval) = (self.timeout, self.interval);
        let checks = self.checks.into_iter().map(|check| Planned::new(check, core, timeout, interval));
        Arc::new(Monitor::new(self.at, checks.collect(), self.stuck_after))
    }
}

impl<S: Send + Sync + 'static> Default for Health<S> {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Health<S> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health")
            .field("at", &self.at)
            .field("checks", &self.checks)
            .field("interval", &self.interval)
            .field("timeout", &self.timeout)
            .field("stuck_after", &self.stuck_after)
            .finish()
    }
}

#[cfg(test)]
mod tests;
