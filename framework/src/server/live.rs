//! Settings that are read again while the server runs: on SIGHUP, where they come from a file.

use std::sync::Arc;

use super::run::gather;
use super::{CommandLine, Server};
use crate::config::{FileSource, Loaded, Reread, Settings};
use crate::log::set_level;
use crate::net::LiveLimits;

/// Where the settings of a server came from.
pub(super) struct Sources {
    program: Settings,
    file: FileSource,
    command_line: CommandLine,
    /// What is in force.
    current: Settings,
}

impl Sources {
    /// Those of `server`, which said `loaded`; `None` where no file was among them, as the others never change.
    pub(super) fn of<S, P>(server: &Server<S, P>, loaded: &Loaded) -> Option<Self> {
        loaded.section.name()?;
        let Server { settings, file, command_line, .. } = server;
        let (program, current) = (settings.clone(), loaded.settings.clone());
        Some(Self { program, file: file.again(), command_line: *command_line, current })
    }

    /// Has them read again for a server that holds its connections to `limits`.
    pub(super) fn live(self, limits: &Arc<LiveLimits>) -> LiveSettings {
        LiveSettings { sources: self, limits: Arc::clone(limits) }
    }
}

/// The settings in force, and what follows them.
pub(super) struct LiveSettings {
    sources: Sources,
    limits: Arc<LiveLimits>,
}

impl LiveSettings {
    /// Reads all sources, and does what they say now, as far as that can be done; says in the log what changed and what
    /// waits for the next start. Where something is wrong with them, all stays as it is.
    pub(super) fn read_again(&mut self) {
        let Sources { program, file, command_line, current } = &mut self.sources;
        let loaded = match gather(program.clone(), file, *command_line).finish() {
            Ok(loaded) => loaded,
            Err(faults) => return tracing::error!(%faults, "the settings stay as they are"),
        };
        let reread = Reread::of(current, &loaded.settings);
        let (changes, waiting) = (reread.changes(), reread.waiting());
        set_level(reread.settings.log);
        self.limits.change(&reread.settings);
        *current = reread.settings;
        if changes.is_empty() {
            tracing::info!("settings were read again; nothing is in force that was not");
        } else {
            tracing::info!(changes, "settings were read again; they hold for new connections");
        }
        if !waiting.is_empty() {
            tracing::warn!(settings = waiting, "these can only change when the server starts");
        }
    }
}
