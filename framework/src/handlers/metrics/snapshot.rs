//! [`Snapshot`]: all that is told, read at one moment, in no form yet.

use std::time::Duration;

use crate::blocking::{BlockingPool, PoolLoad};
use crate::http::Shutdown;
use crate::middleware::CacheCounts;
use crate::net::{LiveTls, Load, Vitals};
use crate::observe::{Counters, Counts, Reading, Readings};

/// What a server has counted, and what it has to do now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(super) uptime: Duration,
    pub(super) counts: Counts,
    pub(super) readings: Readings,
    /// Of each slot of the readings.
    pub(super) labels: Vec<Label>,
    pub(super) load: Load,
    /// `None` where no server runs.
    pub(super) pool: Option<PoolLoad>,
    pub(super) end: End,
    /// Days that each certificate is still good, by its file; `None` where no TLS is spoken.
    pub(super) certificates: Option<Vec<(String, f64)>>,
    /// Whether these are what is in the files.
    pub(super) has_current_files: bool,
    /// The application's checks, and whether they pass.
    pub(super) checks: Vec<(String, bool)>,
    /// By the names that they were given.
    pub(crate) caches: Vec<(&'static str, CacheCounts)>,
}

/// What a slot's requests have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// A pattern, or what no pattern looks like.
    pub(crate) route: String,
    /// As the route names them.
    pub(crate) method: String,
}

/// How far the server's end has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    pub(super) is_requested: bool,
    pub(super) is_draining: bool,
}

impl Label {
    /// Of what answers any method.
    #[inline]
    pub(crate) fn any(route: impl Into<String>) -> Self {
        Self { route: route.into(), method: "(any)".to_owned() }
    }
}

impl Snapshot {
    /// Reads everything; `routes` are the labels of the table's rows, then of the mounts.
    #[inline]
    pub(crate) fn read(
        counters: &Counters,
        vitals: &Vitals,
        shutdown: &Shutdown,
        routes: impl Iterator<Item = Label>,
    ) -> Self {
        let others = ["(unread)", "(none)"].map(Label::any);
        Self {
            uptime: vitals.uptime(),
            counts: counters.read(),
            readings: counters.readings(),
            labels: others.into_iter().chain(routes).collect(),
            load: vitals.load(),
            pool: vitals.blocking().map(BlockingPool::load),
            end: End { is_requested: shutdown.is_requested(), is_draining: shutdown.is_draining() },
            certificates: vitals.tls().map(LiveTls::days_left),
            has_current_files: vitals.tls().is_none_or(LiveTls::has_current_files),
            checks: Vec::new(),
            caches: Vec::new(),
        }
    }

    /// Adds what the application's checks have found.
    #[inline]
    pub(crate) fn with_checks(self, checks: Vec<(String, bool)>) -> Self {
        Self { checks, ..self }
    }

    /// Each slot with its label.
    #[inline]
    pub(super) fn slots(&self) -> impl Iterator<Item = (&Label, &Reading)> {
        self.labels.iter().zip(&self.readings.slots)
    }

    /// Open connections that have no request.
    pub(super) fn idle_connections(&self) -> usize {
        self.load.connections.saturating_sub(self.load.busy)
    }
}
