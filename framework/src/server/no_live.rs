//! What stands for `live.rs` where no file has settings, or no signal asks for them to be read again.

use std::sync::Arc;

use super::Server;
use crate::config::Loaded;
use crate::net::LiveLimits;

/// There are none that change.
pub(super) enum Sources {}

impl Sources {
    pub(super) fn of<S, P>(_: &Server<S, P>, _: &Loaded) -> Option<Self> {
        None
    }

    pub(super) fn live(self, _: &Arc<LiveLimits>) -> LiveSettings {
        match self {}
    }
}

/// Nor here.
pub(super) enum LiveSettings {}

impl LiveSettings {
    pub(super) fn read_again(&mut self) {
        match *self {}
    }
}
