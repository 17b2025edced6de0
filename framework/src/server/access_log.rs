//! The access log of a server that runs: opened before it serves, opened anew on SIGHUP, and written out at its end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::config::Settings;
use crate::log::Escaped;
use crate::observe::{Lines, Sink};
use crate::reports::Reports;

/// How long the end of the server waits for an output that takes no lines.
const LAST_LINES: Duration = Duration::from_secs(2);

/// What the lines of the access log go through, where there are any.
pub(super) struct OpenLog {
    sink: Option<Arc<Sink>>,
    /// Waits for SIGHUP, where the lines go to a file.
    hangups: Option<JoinHandle<()>>,
}

impl OpenLog {
    /// Writes what is left.
    pub(super) fn finish(self) {
        if let Some(hangups) = self.hangups {
            hangups.abort();
        }
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
    let hangups = sink.as_ref().map(|sink| reopen_on_hangup(settings, sink)).transpose()?.flatten();
    Ok(OpenLog { sink, hangups })
}

/// Opens the log's file anew whenever SIGHUP asks for that, where it has one: without it the signal ends the process, as
/// it always did.
#[cfg(unix)]
fn reopen_on_hangup(settings: &Settings, sink: &Arc<Sink>) -> io::Result<Option<JoinHandle<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    if settings.access_log_to.file().is_none() {
        return Ok(None);
    }
    let (mut hangups, sink) = (signal(SignalKind::hangup())?, Arc::clone(sink));
    Ok(Some(tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            sink.reopen();
        }
    })))
}

#[cfg(not(unix))]
fn reopen_on_hangup(_: &Settings, _: &Arc<Sink>) -> io::Result<Option<JoinHandle<()>>> {
    Ok(None)
}
