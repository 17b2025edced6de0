//! The traces of a server that runs: exported from its start to its end.

use std::time::Duration;

use super::Server;
use crate::observe::{Export, Queue};

/// How long the end of the server waits for a collector that takes no spans.
const LAST_SPANS: Duration = Duration::from_secs(3);

/// What the spans go through, where there are any.
pub(super) struct OpenTraces(Option<Queue>);

impl OpenTraces {
    /// Sends what is left.
    pub(super) fn finish(self) {
        if let Some(queue) = self.0 {
            queue.finish(LAST_SPANS);
        }
    }
}

impl<S: Send + Sync + 'static, P> Server<S, P> {
    /// Starts to export spans where that is asked for.
    ///
    /// # Errors
    ///
    /// When what is asked for cannot be done.
    pub(super) fn start_traces(&mut self) -> crate::Result<OpenTraces> {
        let Some(traces) = self.reports.traces.take() else { return Ok(OpenTraces(None)) };
        let Some(export) = traces.start(&self.settings, &self.reports.counters)? else {
            return Ok(OpenTraces(None));
        };
        let Export { spans, queue, sampling } = export;
        self.reports.observers.push(Box::new(spans));
        self.reports.sampling = Some(sampling);
        Ok(OpenTraces(Some(queue)))
    }
}
