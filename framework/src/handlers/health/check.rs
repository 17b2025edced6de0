//! [`HealthCheck`]: one of the application's, with its name and its times.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::record::Record;
use crate::app::Core;

/// A check of [`Health`](super::Health) with times of its own.
///
/// ```
/// use std::time::Duration;
///
/// use server::{Health, HealthCheck};
///
/// let slow = HealthCheck::new("archive", async |_: &()| Ok(())).timeout(Duration::from_secs(10));
/// let health = Health::new().add_check(slow.interval(Duration::from_secs(60)));
/// ```
pub struct HealthCheck<S: 'static = ()> {
    name: String,
    call: Arc<dyn Call<S>>,
    timeout: Option<Duration>,
    interval: Option<Duration>,
}

impl<S: Send + Sync + 'static> HealthCheck<S> {
    /// A check that passes as long as `check`, which is given the state, returns `Ok`.
    ///
    /// Its future may be dropped wherever it waits. One that blocks its thread keeps the others from running, which is
    /// told of each; what must block belongs in `tokio::task::spawn_blocking`.
    ///
    /// The name is what the report calls it: not empty, no control characters, of no other check, and not in the
    /// server's own way, which is `server:` at the start. Anything else is an error of [`Server::run`](crate::Server::run).
    #[inline]
    pub fn new<F>(name: impl Into<String>, check: F) -> Self
    where
        F: AsyncFn(&S) -> crate::Result + Send + Sync + 'static,
    {
        Self { name: name.into(), call: Arc::new(check), timeout: None, interval: None }
    }

    /// How long it may take, in place of [`Health::timeout`](super::Health::timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long after its end it runs again, in place of [`Health::interval`](super::Health::interval).
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl<S> fmt::Debug for HealthCheck<S> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HealthCheck")
            .field("name", &self.name)
            .field("timeout", &self.timeout)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// A check's function without its type. Its futures stay on one thread, and need not be `Send`.
pub(super) trait Call<S>: Send + Sync {
    fn call<'a>(&'a self, state: &'a S) -> Pin<Box<dyn Future<Output = crate::Result> + 'a>>;
}

impl<S, F: AsyncFn(&S) -> crate::Result + Send + Sync> Call<S> for F {
    #[inline]
    fn call<'a>(&'a self, state: &'a S) -> Pin<Box<dyn Future<Output = crate::Result> + 'a>> {
        Box::pin(self(state))
    }
}

/// A check as a server runs it, with its state.
pub(super) struct Planned {
    pub(super) call: Box<dyn Fn() -> Checking + Send + Sync>,
    pub(super) record: Record,
}

/// A check that runs.
pub(super) type Checking = Pin<Box<dyn Future<Output = crate::Result>>>;

impl Planned {
    /// With the times of the server where the check has none of its own.
    #[inline]
    pub(super) fn new<S: Send + Sync + 'static>(
        check: HealthCheck<S>,
        core: &Arc<Core<S>>,
        timeout: Duration,
        interval: Duration,
    ) -> Self {
        let HealthCheck { name, call, timeout: own_timeout, interval: own_interval } = check;
        let (timeout, interval) = (own_timeout.unwrap_or(timeout), own_interval.unwrap_or(interval));
        let core = Arc::clone(core);
        let call = Box::new(move || -> Checking {
            let (call, core) = (Arc::clone(&call), Arc::clone(&core));
            Box::pin(async move { call.call(&core.state).await })
        });
        Self { call, record: Record::new(name, timeout, interval) }
    }
}

/// What the server's own findings begin with.
pub(crate) const OWN: &str = "server:";

/// Why the checks cannot be told apart, or written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CheckFault {
    Twice(String),
    NoName,
    ControlCharacter(String),
    Ours(String),
}

impl Error for CheckFault {}

impl fmt::Display for CheckFault {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice(name) => write!(f, "two health checks are called {name:?}: expected a name for each"),
            Self::NoName => f.write_str("a health check has no name: expected one that the report can show"),
            Self::ControlCharacter(name) => {
                write!(f, "the health check {name:?} has a control character in its name")
            }
            Self::Ours(name) => {
                write!(f, "the health check {name:?} is called like the server's own: `{OWN}` is theirs")
            }
        }
    }
}

/// The first fault of these names.
pub(super) fn fault<'a>(names: impl Iterator<Item = &'a str>) -> Option<CheckFault> {
    let mut seen = BTreeSet::new();
    for name in names {
        let fault: fn(String) -> CheckFault = if name.trim().is_empty() {
            |_| CheckFault::NoName
        } else if name.contains(char::is_control) {
            CheckFault::ControlCharacter
        } else if name.starts_with(OWN) {
            CheckFault::Ours
        } else if !seen.insert(name) {
            CheckFault::Twice
        } else {
            continue;
        };
        return Some(fault(name.to_owned()));
    }
    None
}
