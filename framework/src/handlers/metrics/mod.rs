//! [`Metrics`]: what the server counts, for a monitoring system to fetch.

mod exposition;
mod families;
mod json;
mod snapshot;
#[cfg(test)]
mod tests;

use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use http::{HeaderValue, StatusCode};

use crate::app::App;
use crate::http::{Accept, Request, Response, Shutdown};
use crate::middleware::{CacheCounts, SharedCache};
use crate::respond::{IntoResponse, Problem};
use exposition::Dialect;
use snapshot::{Label, Snapshot};

/// What each form is called; the first is for who does not care.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const JSON: &str = "application/json";

/// Answers `/metrics`; attached with [`Server::metrics`](crate::Server::metrics).
///
/// It is the text of [Prometheus](https://prometheus.io/docs/instrumenting/exposition_formats/), or OpenMetrics or JSON,
/// whichever `Accept` weighs most, and 406 where it names none of them: requests by route and status, how long they
/// took, how many are in flight, connections, bytes, timeouts, what was refused, workers, the blocking pool, the drain,
/// and the checks of [`Health`](crate::Health) where there are any.
///
/// A route is counted under its pattern, `/users/:id`, and never under a path: how many series there are is known when
/// the program is compiled. Requests that no route answers count as `(none)`, those whose head could not be read as
/// `(unread)`, those of a mount under its prefix, `/assets/*`. Probes of `Health`, and requests for the metrics
/// themselves, count to no route and no status; to connections and bytes they do.
///
/// Each worker counts in memory of its own, without a lock; they are added up when somebody asks. A server without
/// `Metrics` does not count by route, nor look at the clock for it.
///
/// The server's middleware stands around it, as around a route.
///
/// ```
/// use server::testing::Client;
/// use server::{Metrics, Server, get, routes};
///
/// #[get("/users/:id")]
/// async fn user(id: u64) -> String {
///     format!("user {id}")
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let client = Client::from(Server::new(routes![user]).metrics(Metrics::new()));
/// client.get("/users/1").await;
/// client.get("/users/2").await;
/// let metrics = client.get("/metrics").await;
/// let line = r#"fingerpost_requests_total{route="/users/:id",method="GET",status="2xx"} 2"#;
/// assert!(metrics.text().lines().any(|found| found == line));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Metrics {
    path: String,
    caches: Vec<(&'static str, &'static SharedCache)>,
}

impl Metrics {
    /// Answers at `/metrics`.
    #[inline]
    pub fn new() -> Self {
        Self { path: "/metrics".to_owned(), caches: Vec::new() }
    }

    /// Answers at another path.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Tells of a cache as well, under this name: what it was asked, what it holds.
    ///
    /// ```
    /// use server::Metrics;
    /// use server::layers::SharedCache;
    ///
    /// static PAGES: SharedCache = SharedCache::new();
    ///
    /// let metrics = Metrics::new().cache("pages", &PAGES);
    /// ```
    #[must_use]
    #[inline]
    pub fn cache(mut self, name: &'static str, cache: &'static SharedCache) -> Self {
        self.caches.push((name, cache));
        self
    }

    /// What the caches have counted.
    #[inline]
    pub(crate) fn caches(&self) -> Vec<(&'static str, CacheCounts)> {
        self.caches.iter().map(|(name, cache)| (*name, cache.counts())).collect()
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl Default for Metrics {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

/// Writes a snapshot in the form that the client likes best.
#[inline]
pub(super) fn respond(app: &App, mut request: Request) -> Response {
    let accept = Accept::parse(request.header_values("accept"));
    write(&read(app, &request.shutdown()), &accept)
}

/// All that is counted, and all that is there to do.
#[inline]
fn read(app: &App, shutdown: &Shutdown) -> Snapshot {
    let rows = app
        .table
        .iter()
        .map(|listed| Label { route: listed.pattern.to_owned(), method: listed.methods().join("|") });
    let mounts = app.mounts().into_iter().map(|prefix| {
        let base = prefix.strip_suffix('/').unwrap_or(prefix);
        Label::any(format!("{base}/*"))
    });
    let mut snapshot = Snapshot::read(&app.counters, &app.vitals, shutdown, rows.chain(mounts));
    snapshot.caches = app.probes.caches();
    snapshot.with_checks(app.probes.passes())
}

/// Writes it in the form that the client prefers.
#[inline]
fn write(snapshot: &Snapshot, accept: &Accept) -> Response {
    let offers = [PROMETHEUS, OPEN_METRICS, JSON];
    let mut response = match accept.best_of(&offers) {
        Some(PROMETHEUS) => text(PROMETHEUS, families::write(snapshot, Dialect::Prometheus)),
        Some(OPEN_METRICS) => text(OPEN_METRICS, families::write(snapshot, Dialect::OpenMetrics)),
        Some(_) => Response::ok().json(&json::document(snapshot)),
        None => {
            let detail = format!("expected `accept` to allow one of: {}", offers.join(", "));
            Problem::new(StatusCode::NOT_ACCEPTABLE).detail(detail).into_response()
        }
    };
    response.append_header(VARY, HeaderValue::from_static("accept"));
    response.header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

#[inline]
fn text(content_type: &'static str, text: String) -> Response {
    Response::ok().text(text).header(CONTENT_TYPE, HeaderValue::from_static(content_type))
}
