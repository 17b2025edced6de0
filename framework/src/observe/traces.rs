//! [`Traces`]: a span for each exchange, sent to a collector of OpenTelemetry.

mod collector;
mod environment;
mod protobuf;
mod queue;
mod sampling;
mod span;

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use self::environment::Plan;
pub(crate) use self::queue::Queue;
pub(crate) use self::sampling::Sampling;
use super::access_log::Selection;
use super::{Counters, Exchange, Observer};
use crate::config::Settings;
use crate::http::TraceContext;

/// Sends a span for each exchange to a collector of OpenTelemetry: OTLP over HTTP, in protobuf.
///
/// ```no_run
/// use server::{Server, Traces, get, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello, world!"
/// }
///
/// #[server::main]
/// async fn main() -> server::Result {
///     let traces = Traces::otlp("http://collector:4318").service_name("shop").ratio(0.1);
///     Server::new(routes![index]).traces(traces).run().await
/// }
/// ```
///
/// A span has the ids that the access log and [`TraceContext`](crate::TraceContext) have: a good `traceparent` names its
/// trace and its parent; without one a trace begins. Its attributes are those of the semantic conventions for servers of
/// HTTP, with the values of secret query parameters masked as in the access log, and an answer of 5xx is an error. What
/// has no line in the access log because it is a probe, or stands in [`layers::Unlogged`](crate::layers::Unlogged), has
/// no span either.
///
/// Spans go from a thread of its own. No request waits for the collector: what has no room in the queue, 1 MiB, is
/// dropped and counted, and so is what the collector does not take in five attempts. At the end of the server what is left
/// is sent, for 3 s at the most.
///
/// The collector is asked in plain HTTP: one on the same machine or in the same network, which may pass spans on over
/// TLS. Whoever runs the program has the last word, by the variables of the OpenTelemetry specification:
///
/// | variable | |
/// | --- | --- |
/// | `OTEL_EXPORTER_OTLP_ENDPOINT` | the collector; `/v1/traces` is added to its path |
/// | `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` | the same, used as it is |
/// | `OTEL_EXPORTER_OTLP_HEADERS`, `…_TRACES_HEADERS` | fields of each request to it: `name=value,name=value` |
/// | `OTEL_EXPORTER_OTLP_TIMEOUT`, `…_TRACES_TIMEOUT` | how long it may take for one, in milliseconds; 10000 unless set |
/// | `OTEL_EXPORTER_OTLP_PROTOCOL`, `…_TRACES_PROTOCOL` | `http/protobuf`, as there is no other |
/// | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | what this program is called, and what else is to be said of it |
/// | `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG` | `always_on`, `always_off`, `traceidratio`, and each of these with `parentbased_` in front |
/// | `OTEL_TRACES_EXPORTER=none`, `OTEL_SDK_DISABLED=true` | nothing is exported |
///
/// A value that cannot be used is an error of [`Server::run`](crate::Server::run).
#[derive(Clone, Debug, PartialEq)]
#[must_use = "give it to `Server::traces`"]
pub struct Traces {
    endpoint: Option<String>,
    service_name: Option<String>,
    sampling: Sampling,
}

impl Traces {
    /// To the collector at `endpoint`, such as `http://collector:4318`; `/v1/traces` is added to its path.
    pub fn otlp(endpoint: impl Into<String>) -> Self {
        Self { endpoint: Some(endpoint.into()), ..Self::from_env() }
    }

    /// To the collector that the environment names; where it names none, nothing is exported.
    pub fn from_env() -> Self {
        Self { endpoint: None, service_name: None, sampling: Sampling::default() }
    }

    /// What the program is called: `service.name`. Its file's name with `unknown_service:` in front unless set.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// The share of the traces beginning here that is exported, from 0.0 to 1.0; all unless set. It is chosen by the
    /// trace's id, and those who are asked with [`TraceContext::fields`](crate::TraceContext::fields) are told.
    ///
    /// Of a trace that began elsewhere a span is exported where its parent was sampled.
    pub fn ratio(mut self, share: f64) -> Self {
        self.sampling = self.sampling.with_share(share);
        self
    }

    /// Chooses by the share alone, whether a parent was sampled or not: where `traceparent` comes from anybody.
    pub fn regardless_of_parents(mut self) -> Self {
        self.sampling = self.sampling.regardless_of_parents();
        self
    }

    /// Starts to export what is asked for here and by the environment; `None` where nothing is.
    ///
    /// # Errors
    ///
    /// When a value is of no use, or the operating system refuses a thread.
    pub(crate) fn start(self, settings: &Settings, counters: &Counters) -> crate::Result<Option<Export>> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let Some(plan) = Plan::of(self, &variable)? else { return Ok(None) };
        Ok(Some(Export::start(plan, settings, counters)?))
    }
}

/// Spans on their way to the collector.
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) spans: Spans,
    pub(crate) queue: Queue,
    pub(crate) sampling: Sampling,
}

impl Export {
    fn start(plan: Plan, settings: &Settings, counters: &Counters) -> io::Result<Self> {
        let Plan { collector, resource, sampling } = plan;
        let queue = Queue::start(collector, resource, counters.clone())?;
        let spans = Spans { selection: Selection::of(settings), sampling, shared: queue.shared() };
        Ok(Self { spans, queue, sampling })
    }
}

/// The observer that makes spans.
#[derive(Debug)]
pub(crate) struct Spans {
    selection: Selection,
    sampling: Sampling,
    shared: Arc<queue::Shared>,
}

thread_local! {
    /// Where this thread writes its spans before it gives them away.
    static SPAN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Observer for Spans {
    fn ended(&self, exchange: &Exchange) {
        if !self.selection.has(exchange) {
            return;
        }
        let context = TraceContext::of_facts(exchange.request()).sampled_by(self.sampling);
        if !context.is_sampled() {
            return;
        }
        let end = SystemTime::now();
        SPAN.with_borrow_mut(|bytes| {
            bytes.clear();
            span::push(bytes, exchange, &context, self.selection.mask(), end);
            self.shared.push(bytes);
        });
    }
}
