//! The traces of a server that runs: exported from its start to its end.

use std::time::Duration;

use crate::config::Settings;
use crate::observe::{Export, Queue};
use crate::reports::Reports;

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

/// Starts to export spans where that is asked for.
///
/// # Errors
///
/// When what is asked for cannot be done.
pub(super) fn start_traces(settings: &Settings, reports: &mut Reports) -> crate::Result<OpenTraces> {
    let Some(traces) = reports.traces.take() else { return Ok(OpenTraces(None)) };
    let Some(export) = traces.start(settings, &reports.counters)? else { return Ok(OpenTraces(None)) };
    let Export { spans, queue, sampling } = export;
    reports.observers.push(Box::new(spans));
    reports.sampling = Some(sampling);
    Ok(OpenTraces(Some(queue)))
}
