//! The access log of a server that runs: opened before it serves, opened anew when it is asked for, and written out at its
//! end.

use std::sync::Arc;
use std::time::Duration;

use crate::config::Settings;
use crate::log::Escaped;
use crate::observe::{Lines, Sink};
use crate::reports::Reports;

/// How long the end of the server waits for an output that takes no lines.
const LAST_LINES: Duration = Duration::from_secs(2);

/// What the lines of the access log go through, where there are any.
pub(super) struct OpenLog {
    sink: Option<Arc<Sink>>,
    /// Whether the lines go to a file.
    is_file: bool,
}

impl OpenLog {
    /// The lines' way out, where that is a file, which can be opened anew.
    pub(super) fn file(&self) -> Option<Arc<Sink>> {
        self.sink.clone().filter(|_| self.is_file)
    }

    /// Writes what is left.
    pub(super) fn finish(self) {
        if let Some(sink) = self.sink {
            sink.finish(LAST_LINES);
        }
    }
}

/// Opens what the lines are written to, and lets it be told of every exchange.
///
/// # Errors
///
/// When it cannot be opened.
pub(super) fn open_access_log(settings: &Settings, reports: &mut Reports) -> crate::Result<OpenLog> {
    let lines = Lines::open(settings, reports.counters.clone()).map_err(|error| {
        let to = settings.access_log_to.to_string();
        crate::Error::message(format!("access_log_to: {}: {error}", Escaped(&to)))
    })?;
    let sink = lines.as_ref().map(Lines::sink);
    if let Some(lines) = lines {
        reports.observers.push(Box::new(lines));
    }
    Ok(OpenLog { sink, is_file: settings.access_log_to.file().is_some() })
}
