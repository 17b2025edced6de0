//! [`Monitor`]: runs the checks, on a thread beside the workers, and tells what they found.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::{Notify, oneshot};
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};

use super::super::probes::{AnyMonitor, Probe};
use super::check::{OWN, Planned};
use super::record::{Fault, Told};
use super::report::{Finding, Report};
use crate::app::App;
use crate::http::{Request, Response, Shutdown};
use crate::middleware::BoxFuture;
use crate::net::{Vitals, panic_text};
use crate::threads;

/// The checks of a server, and what it knows of itself.
pub(super) struct Monitor {
    path: String,
    checks: Vec<Planned>,
    stuck_after: Duration,
    /// Told whenever a check has run.
    ran: Notify,
}

/// Ends the thread of the checks when it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    /// Its other end is told when this is dropped.
    _stop: oneshot::Sender<()>,
}

impl AnyMonitor for Monitor {
    fn path(&self) -> &str {
        &self.path
    }

    #[inline]
    fn answer<'a>(
        &'a self,
        app: &'a App,
        mut request: Request,
        probe: Probe,
        waits: bool,
    ) -> BoxFuture<'a, Response> {
        let shutdown = request.shutdown();
        Box::pin(async move {
            if probe == Probe::Live {
                return self.live(&app.vitals, &shutdown).into_response();
            }
            if waits {
                self.ran_once().await;
            }
            self.ready(&app.vitals, &shutdown).into_response()
        })
    }

    #[inline]
    fn passes(&self) -> Vec<(String, bool)> {
        self.told().map(|(name, told)| (name.to_owned(), told.fault.is_none())).collect()
    }

    #[inline]
    fn start(self: Arc<Self>) -> io::Result<Option<Watch>> {
        if self.checks.is_empty() {
            return Ok(None);
        }
        let (stop, told) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().thread_name("health-blocking").build()?;
        let work = move || {
            let checks = LocalSet::new();
            checks.block_on(&runtime, async {
                self.spawn();
                // Ends with an error when the sender is dropped, which is how it is told.
                let _: Result<(), _> = told.await;
            });
            drop(checks);
            runtime.shutdown_background();
        };
        threads::start("health", Box::new(work))?;
        Ok(Some(Watch { _stop: stop }))
    }
}

impl Monitor {
    #[inline]
    pub(super) fn new(path: String, checks: Vec<Planned>, stuck_after: Duration) -> Self {
        Self { path, checks, stuck_after, ran: Notify::new() }
    }

    /// Spawns a task for each check, on the local set that this is called on.
    #[inline]
    fn spawn(self: &Arc<Self>) {
        for index in 0..self.checks.len() {
            let monitor = Arc::clone(self);
            tokio::task::spawn_local(async move {
                while let Some(check) = monitor.checks.get(index) {
                    monitor.run(check).await;
                    sleep(check.record.interval).await;
                }
            });
        }
    }

    /// Waits until each check has run once, as a server that listens nowhere does: nobody probes it again.
    async fn ran_once(&self) {
        loop {
            let ran = self.ran.notified();
            if self.checks.iter().all(|check| check.record.has_run()) {
                return;
            }
            ran.await;
        }
    }

    /// What is told of liveness.
    #[inline]
    fn live(&self, vitals: &Vitals, shutdown: &Shutdown) -> Report {
        // Accept loops end when the drain begins.
        let signs = vitals.signs(self.stuck_after, shutdown.is_draining());
        let findings = signs.into_iter().map(|sign| Finding::of_sign(OWN, sign));
        Report::new(vitals.uptime(), findings.collect())
    }

    /// What is told of readiness.
    #[inline]
    fn ready(&self, vitals: &Vitals, shutdown: &Shutdown) -> Report {
        let mut report = self.live(vitals, shutdown);
        report.findings.insert(0, Finding::of_shutdown(OWN, shutdown));
        report.findings.extend(self.told().map(|(name, told)| Finding::of_check(name, told)));
        report
    }

    #[inline]
    fn told(&self) -> impl Iterator<Item = (&str, Told)> {
        let now = Instant::now();
        self.checks.iter().map(move |check| (check.record.name.as_str(), check.record.tell(now)))
    }

    /// Runs a check once, and not longer than its timeout.
    async fn run(&self, Planned { call, record }: &Planned) {
        record.begin();
        // A task of its own, so that a panic ends it alone.
        let mut task = tokio::task::spawn_local(call());
        let (fault, error) = match timeout(record.timeout, &mut task).await {
            Ok(Ok(Ok(()))) => (None, None),
            Ok(Ok(Err(error))) => (Some(Fault::Failed), Some(chain(&error))),
            Ok(Err(ended)) => {
                let panic = ended.try_into_panic().ok();
                (Some(Fault::Panicked), panic.map(|panic| panic_text(panic.as_ref()).to_owned()))
            }
            Err(_) => {
                task.abort();
                (Some(Fault::TimedOut), None)
            }
        };
        let before = record.end(fault);
        log(&record.name, before.unwrap_or_default(), fault, error.as_deref());
        self.ran.notify_waiters();
    }
}

/// An error with all its causes.
#[inline]
fn chain(error: &crate::Error) -> String {
    let mut text = error.inner().to_string();
    let mut next = error.inner().source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// Writes a line when a check begins to fail, to fail in another way, or to pass again.
#[inline]
fn log(check: &str, before: Option<Fault>, now: Option<Fault>, error: Option<&str>) {
    match now {
        _ if before == now => {}
        Some(fault) => tracing::warn!(check, error, "a health check does not pass: {fault}"),
        None => tracing::info!(check, "a health check passes again"),
    }
}
