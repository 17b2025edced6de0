//! What a [`Server`] tells of what it does: how failures are written out, who observes, what is counted.

use crate::http::{RequestFacts, Response};
use crate::observe::{AccessLog, Counters, Observer};
#[cfg(feature = "otel")]
use crate::observe::{Sampling, Traces};
use crate::respond::{Problem, Renderer};
use crate::serving::Server;

/// How failures are written out, and who is told of what the server does.
#[derive(Default)]
pub(crate) struct Reports {
    pub(crate) renderer: Option<Renderer>,
    pub(crate) observers: Vec<Box<dyn Observer>>,
    pub(crate) counters: Counters,
    /// Who is sent spans.
    #[cfg(feature = "otel")]
    pub(crate) traces: Option<Traces>,
    /// Which of them, once that has begun.
    #[cfg(feature = "otel")]
    pub(crate) sampling: Option<Sampling>,
}

impl<S: Send + Sync + 'static, P> Server<S, P> {
    /// Writes out every failure with `renderer`, in place of the built-in JSON (RFC 9457), HTML and text.
    ///
    /// Every one passes it: what handlers, extractors and middleware refuse, 404 and 405, limits and timeouts, panics,
    /// and requests that could not be read; of those, little is known but the id. The fields of the answer so far, such
    /// as `Allow`, are kept beside those that `renderer` sets, and `X-Request-Id` is set. In the place of a status of
    /// 2xx the problem's own is sent: no failure becomes a success. To leave a problem to the built-in forms, give it
    /// back: `problem.clone().into_response()`. A renderer that panics is logged, and the built-in forms answer.
    ///
    /// A problem whose answer has a body already, as a middleware may have given it, is left as it is.
    ///
    /// ```no_run
    /// use server::{Problem, RequestFacts, Response, Server, get, routes};
    ///
    /// #[get("/")]
    /// async fn index() -> &'static str {
    ///     "Hello, world!"
    /// }
    ///
    /// fn sorry(problem: &Problem, request: &RequestFacts) -> Response {
    ///     Response::new(problem.status()).text(format!("Sorry: {} ({})\n", problem.title_text(), request.id()))
    /// }
    ///
    /// #[server::main]
    /// async fn main() -> server::Result {
    ///     Server::new(routes![index]).render_problems(sorry).run().await
    /// }
    /// ```
    pub fn render_problems(
        mut self,
        renderer: impl Fn(&Problem, &RequestFacts) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.reports.renderer = Some(Box::new(renderer));
        self
    }

    /// Tells `observer` of every exchange that has ended: of each request what was answered, or why nothing was. There
    /// may be several.
    pub fn observe(mut self, observer: impl Observer) -> Self {
        self.reports.observers.push(Box::new(observer));
        self
    }

    /// Writes a line for each exchange, in this form; the setting `access_log`.
    pub fn access_log(mut self, form: AccessLog) -> Self {
        self.settings.access_log = form;
        self
    }

    /// Sends a span for each exchange to a collector of OpenTelemetry, once the server runs.
    #[cfg(feature = "otel")]
    pub fn traces(mut self, traces: Traces) -> Self {
        self.reports.traces = Some(traces);
        self
    }

    /// The counters of this server, to read while it runs.
    pub fn counters(&self) -> Counters {
        self.reports.counters.clone()
    }
}
