//! [`Outage`]: what is said of a Redis that cannot be asked: once, and once when it can be again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;

/// The least time between two lines that say so: one that comes and goes is not to fill the log.
const QUIET: Duration = Duration::from_secs(10);

/// Whether a Redis can be asked, as far as anybody knows.
pub(super) struct Outage {
    address: String,
    /// Looked at with each answer, in the lock's place.
    is_out: AtomicBool,
    spell: Mutex<Spell>,
}

#[derive(Default)]
struct Spell {
    /// Since when there is no answer.
    since: Option<Instant>,
    /// How many have asked in vain.
    missed: u64,
    /// When the last line was written.
    said: Option<Instant>,
    /// Whether that was about this outage.
    is_said: bool,
}

impl Outage {
    pub(super) fn of(address: String) -> Self {
        Self { address, is_out: AtomicBool::new(false), spell: Mutex::default() }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// There was no answer, for this reason.
    pub(super) fn begin(&self, reason: String) -> Error {
        let reason = format!("Redis at {} cannot be asked: {reason}", self.address);
        let now = Instant::now();
        let mut spell = self.spell();
        spell.missed += 1;
        spell.since.get_or_insert(now);
        self.is_out.store(true, Ordering::Release);
        if !spell.is_said && spell.said.is_none_or(|said| now - said >= QUIET) {
            (spell.said, spell.is_said) = (Some(now), true);
            drop(spell);
            tracing::warn!("{reason}");
        }
        Error::message(reason)
    }

    /// There was an answer.
    pub(super) fn end(&self) {
        if !self.is_out.load(Ordering::Acquire) {
            return;
        }
        let mut spell = self.spell();
        let (missed, was_said) = (spell.missed, spell.is_said);
        let Some(since) = spell.since.take() else { return };
        (spell.missed, spell.is_said) = (0, false);
        self.is_out.store(false, Ordering::Release);
        drop(spell);
        if was_said {
            let after = since.elapsed();
            tracing::info!(missed, ?after, "Redis at {} answers again", self.address);
        }
    }

    /// Nothing panics while it is held.
    fn spell(&self) -> MutexGuard<'_, Spell> {
        self.spell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
