//! [`Probes`]: the paths that the box answers before the table, as a server has them.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use http::Method;

use super::health::{CheckFault, Watch};
use super::metrics::Metrics;
use crate::app::{App, Core};
use crate::http::{Request, Response};
use crate::middleware::{BoxFuture, CacheCounts};
use crate::respond::{IntoResponse, Problem};
use crate::routing::{Captures, Found, MountError, RouteInfo, Table};

/// What of the box is attached to a server that is being put together.
///
/// All that these do is called through what attaching them puts here: a program that attaches none has none of it.
pub(crate) struct Attached<S: 'static> {
    pub(crate) health: Option<Box<dyn AttachedHealth<S>>>,
    pub(crate) metrics: Option<AttachedMetrics>,
}

/// Health, before the server runs.
pub(crate) trait AttachedHealth<S: 'static>: Send + Sync {
    /// Where it is answered.
    fn path(&self) -> &str;

    /// What is wrong with a check, if anything is.
    fn fault(&self) -> Option<CheckFault>;

    /// The same for a server whose checks look at the state of `core`.
    fn into_monitor(self: Box<Self>, core: &Arc<Core<S>>) -> Arc<dyn AnyMonitor>;
}

/// Health of a server that runs.
pub(crate) trait AnyMonitor: Send + Sync {
    /// Where it is answered.
    fn path(&self) -> &str;

    /// Answers a probe; where the server `waits`, when each check has run once.
    fn answer<'a>(
        &'a self,
        app: &'a App,
        request: Request,
        probe: Probe,
        waits: bool,
    ) -> BoxFuture<'a, Response>;

    /// Each check by its name, and whether it passes.
    fn passes(&self) -> Vec<(String, bool)>;

    /// Starts what runs the checks, where there are any.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread or its runtime.
    fn start(self: Arc<Self>) -> io::Result<Option<Watch>>;
}

/// Metrics, and what answers them.
pub(crate) struct AttachedMetrics {
    pub(crate) metrics: Metrics,
    pub(crate) answer: fn(&App, Request) -> Response,
}

/// The same, of a server that runs.
pub(crate) struct Probes {
    monitor: Option<Arc<dyn AnyMonitor>>,
    metrics: Option<AttachedMetrics>,
    /// Nobody probes twice: who asks waits until each check has run once.
    pub(crate) waits: bool,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    Health,
    Live,
    Ready,
    Metrics,
}

impl<S> Default for Attached<S> {
    fn default() -> Self {
        Self { health: None, metrics: None }
    }
}

impl<S: Send + Sync + 'static> Attached<S> {
    /// Why it cannot be run beside `table`, if it cannot.
    pub(crate) fn fault(&self, table: &Table) -> Option<ProbeError> {
        if let Some(fault) = self.health.as_ref().and_then(|health| health.fault()) {
            return Some(ProbeError::Check(fault));
        }
        let mut paths: Vec<String> = Vec::new();
        for (path, _) in self.paths() {
            if let Some(error) = MountError::of(&path) {
                return Some(ProbeError::Path(error));
            }
            if paths.contains(&path) {
                return Some(ProbeError::Twice(path));
            }
            if let Some(route) = same_path(table, &path) {
                return Some(ProbeError::Route(path, route));
            }
            paths.push(path);
        }
        None
    }

    /// Each path that is answered, and by what.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (String, &'static str)> {
        let health = self.health.as_ref().map(|health| {
            let base = health.path();
            let below = base.strip_suffix('/').unwrap_or(base);
            [base.to_owned(), format!("{below}/live"), format!("{below}/ready")]
                .map(|path| (path, "server::Health"))
        });
        let path_of = |attached: &AttachedMetrics| (attached.metrics.path().to_owned(), "server::Metrics");
        let metrics = self.metrics.as_ref().map(path_of);
        health.into_iter().flatten().chain(metrics)
    }

    pub(crate) fn into_probes(self, core: &Arc<Core<S>>) -> Probes {
        let monitor = self.health.map(|health| health.into_monitor(core));
        Probes { monitor, metrics: self.metrics, waits: false }
    }
}

/// The route that is for this very path, whatever its parameters.
fn same_path(table: &Table, path: &str) -> Option<&'static RouteInfo> {
    let mut captures = Captures::default();
    match table.find(&Method::GET, path, &mut captures) {
        Found::Route(index) if table.full_pattern(index, captures.pattern()) == Some(path) => {
            table.route(index)
        }
        Found::Route(_) | Found::MethodNotAllowed | Found::NotFound => None,
    }
}

impl Probes {
    /// Whether requests are counted by their route.
    pub(crate) fn count_routes(&self) -> bool {
        self.metrics.is_some()
    }

    /// What caches have counted that the metrics are to tell of.
    pub(crate) fn caches(&self) -> Vec<(&'static str, CacheCounts)> {
        self.metrics.as_ref().map(|attached| attached.metrics.caches()).unwrap_or_default()
    }

    /// Whether there is any.
    pub(crate) fn are_attached(&self) -> bool {
        self.metrics.is_some() || self.monitor.is_some()
    }

    /// What is answered at `path`, if anything is.
    pub(crate) fn find(&self, path: &str) -> Option<Probe> {
        if self.metrics.as_ref().is_some_and(|attached| attached.metrics.path() == path) {
            return Some(Probe::Metrics);
        }
        let base = self.monitor.as_ref()?.path();
        let rest = path.strip_prefix(base)?;
        match if base == "/" && !rest.is_empty() { path } else { rest } {
            "" => Some(Probe::Health),
            "/live" => Some(Probe::Live),
            "/ready" => Some(Probe::Ready),
            _ => None,
        }
    }

    /// Answers a probe.
    pub(crate) fn answer<'a>(
        &'a self,
        app: &'a App,
        request: Request,
        probe: Probe,
    ) -> BoxFuture<'a, Response> {
        let ready = match (&self.monitor, &self.metrics) {
            (_, Some(attached)) if probe == Probe::Metrics => (attached.answer)(app, request),
            (Some(monitor), _) if probe != Probe::Metrics => {
                return monitor.answer(app, request, probe, self.waits);
            }
            _ => Problem::new(http::StatusCode::NOT_FOUND).into_response(),
        };
        Box::pin(std::future::ready(ready))
    }

    /// Each check of the application's by its name, and whether it passes.
    pub(crate) fn passes(&self) -> Vec<(String, bool)> {
        self.monitor.as_ref().map_or_else(Vec::new, |monitor| monitor.passes())
    }

    /// Starts what runs the checks, where there are any.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread or its runtime.
    pub(crate) fn start(&self) -> io::Result<Option<Watch>> {
        self.monitor.as_ref().map_or(Ok(None), |monitor| Arc::clone(monitor).start())
    }
}

/// Why the box cannot answer where it was told to.
#[derive(Clone, Debug)]
pub(crate) enum ProbeError {
    Check(CheckFault),
    Path(MountError),
    Twice(String),
    Route(String, &'static RouteInfo),
}

impl Error for ProbeError {}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(fault) => fault.fmt(f),
            Self::Path(error) => error.fmt(f),
            Self::Twice(path) => {
                write!(
                    f,
                    "health and metrics are both to be answered at {path:?}: give one another path with `.at(...)`"
                )
            }
            Self::Route(path, RouteInfo { name, file, line, .. }) => write!(
                f,
                "{path:?} is the route `{name}` already ({file}:{line}): give one of them another path, the box's with `.at(...)`"
            ),
        }
    }
}
