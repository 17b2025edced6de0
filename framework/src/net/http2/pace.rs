//! How fast a client takes what one stream has for it, and for how long none could take anything.

use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::super::clock;
use super::super::deadline::{MinRate, Timer};
use super::record::Common;

/// The least rate of one stream. For what holds the whole connection up no stream is to blame: the session sees to that.
pub(super) struct Pace {
    common: Arc<Common>,
    rate: MinRate,
    timer: Timer,
    /// While it waits for the client: for how long the connection had been held up when that began.
    waits: Option<Duration>,
}

impl Pace {
    pub(super) fn new(common: &Arc<Common>) -> Self {
        let rate = MinRate::new(common.limits.write_min_rate, common.limits.rate_grace);
        Self { common: Arc::clone(common), rate, timer: Timer::default(), waits: None }
    }

    /// Whether the client, which is waited for, has taken too little for too long.
    pub(super) fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        let ledger = &self.common.ledger;
        if self.waits.is_none() {
            ledger.wait(true);
        }
        let held_up = ledger.held_up();
        let before = *self.waits.get_or_insert(held_up);
        let Some(due) = self.rate.wait() else { return false };
        let due = due + held_up.saturating_sub(before);
        self.timer.poll(due, clock::now(), context).is_ready()
    }

    /// Notes that the client takes so much.
    pub(super) fn go_on(&mut self, len: usize) {
        if let Some(before) = self.waits.take() {
            let ledger = &self.common.ledger;
            ledger.wait(false);
            self.rate.excuse(ledger.held_up().saturating_sub(before));
        }
        self.rate.progress(len);
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        if self.waits.is_some() {
            self.common.ledger.wait(false);
        }
    }
}

/// The time for which the whole connection was held up, by the transport or by its window: no stream is to blame for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeldUp {
    since: Option<Instant>,
    past: Duration,
}

impl HeldUp {
    /// Notes that it is held up from now on; `false` where it was already.
    pub(super) fn begin(&mut self) -> bool {
        let begins = self.since.is_none();
        self.since.get_or_insert_with(Instant::now);
        begins
    }

    /// Notes that it is not held up any more.
    pub(super) fn settle(&mut self) {
        self.past = self.total();
        self.since = None;
    }

    pub(super) fn is_so(&self) -> bool {
        self.since.is_some()
    }

    /// For how long it was so far.
    pub(super) fn total(&self) -> Duration {
        self.past + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}
