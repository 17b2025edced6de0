//! What a check found last, and what that says now: probes look here, and never at a check that runs.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How much later than planned a check may begin before it is told as held up.
const GRACE: Duration = Duration::from_secs(1);

/// A check's name and times, and how it went.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) timeout: Duration,
    pub(super) interval: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    running_since: Option<Instant>,
    last: Option<Last>,
}

/// The run that ended last.
#[derive(Clone, Copy, Debug)]
struct Last {
    /// `None` where it passed.
    fault: Option<Fault>,
    took: Duration,
    ended: Instant,
    at: SystemTime,
}

/// Why a check does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It has not run to its end since the server began.
    Pending,
    /// It returned an error.
    Failed,
    TimedOut,
    Panicked,
    /// It should have run again and has not, as another one blocks the thread.
    HeldUp,
}

impl fmt::Display for Fault {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "not run yet",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Panicked => "panicked",
            Self::HeldUp => "held up by another check that blocks",
        })
    }
}

/// What is told of a check at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) fault: Option<Fault>,
    /// When it ran last, and for how long.
    pub(super) ran: Option<(SystemTime, Duration)>,
}

impl Record {
    #[inline]
    pub(super) fn new(name: String, timeout: Duration, interval: Duration) -> Self {
        Self { name, timeout, interval, state: Mutex::default() }
    }

    /// Notes that it begins to run.
    #[inline]
    pub(super) fn begin(&self) {
        self.lock().running_since = Some(Instant::now());
    }

    /// Notes how it ended; gives how it had ended before, where it had.
    #[inline]
    pub(super) fn end(&self, fault: Option<Fault>) -> Option<Option<Fault>> {
        let (ended, at) = (Instant::now(), SystemTime::now());
        let mut state = self.lock();
        let took = state.running_since.take().map_or(Duration::ZERO, |since| ended.duration_since(since));
        state.last.replace(Last { fault, took, ended, at }).map(|last| last.fault)
    }

    /// Whether it has run to its end, or used up its time.
    #[inline]
    pub(super) fn has_run(&self) -> bool {
        self.lock().last.is_some()
    }

    /// What is to be told of it `now`.
    #[inline]
    pub(super) fn tell(&self, now: Instant) -> Told {
        let State { running_since, last } = *self.lock();
        let ran = last.map(|last| (last.at, last.took));
        let overdue = running_since.is_some_and(|since| now.saturating_duration_since(since) >= self.timeout);
        let held_up = running_since.is_none()
            && last.is_some_and(|last| now.saturating_duration_since(last.ended) > self.interval + GRACE);
        let fault = match last {
            // A future that blocks its thread cannot be dropped, and does not end; the time is up all the same.
            _ if overdue => Some(Fault::TimedOut),
            _ if held_up => Some(Fault::HeldUp),
            Some(last) => last.fault,
            None => Some(Fault::Pending),
        };
        Told { fault, ran }
    }

    #[inline]
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn record() -> Record {
        Record::new("a".to_owned(), 2 * SECOND, 10 * SECOND)
    }

    #[test]
    fn is_pending_until_it_has_run_and_fails_no_later_than_its_timeout() {
        let record = record();
        let fault = |after| record.tell(Instant::now() + after).fault;
        assert_eq!(fault(Duration::ZERO), Some(Fault::Pending));
        record.begin();
        assert_eq!(fault(SECOND), Some(Fault::Pending));
        assert_eq!(fault(2 * SECOND), Some(Fault::TimedOut));
        assert_eq!(record.end(None), None);
        assert_eq!(fault(Duration::ZERO), None);
    }

    #[test]
    fn stands_while_the_next_run_is_under_way_and_not_overdue() {
        let record = record();
        let fault = |after| record.tell(Instant::now() + after).fault;
        record.begin();
        assert_eq!(record.end(Some(Fault::Failed)), None);
        record.begin();
        assert_eq!(fault(SECOND), Some(Fault::Failed));
        assert_eq!(record.end(None), Some(Some(Fault::Failed)));
        assert_eq!(fault(10 * SECOND), None);
        assert_eq!(fault(12 * SECOND), Some(Fault::HeldUp));
    }
}
