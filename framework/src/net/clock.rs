//! The time as a connection's task knows it: looked up once a turn.
//!
//! A turn is one poll of the task: a read, the answers to all that it brought, and the write. A look at the system's
//! clock costs as much as a tenth of all that, so the turn's first asker looks, and the deadline, the `Date` and the
//! request's id that the others ask for are of the same moment. A handler that holds its thread for long makes it an old
//! one: who is about to give up on somebody looks again.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::h1::{DateLine, format_date};

thread_local! {
    /// The time of this turn, once somebody has asked.
    static NOW: Cell<Option<Instant>> = const { Cell::new(None) };
    /// The same as Unix time in milliseconds.
    static MILLIS: Cell<u64> = const { Cell::new(0) };
    /// A moment of the second that `DATE` tells, in both kinds of time: between two of them it is reckoned.
    static KNOWN: Cell<Option<(Instant, u64)>> = const { Cell::new(None) };
    static DATE: Cell<DateLine> = const { Cell::new(DateLine::new([b' '; 29])) };
}

/// Begins a turn.
pub(super) fn begin_turn() {
    NOW.set(None);
}

/// The time of this turn.
#[inline]
pub(super) fn now() -> Instant {
    NOW.get().unwrap_or_else(look)
}

/// Looks at the clock.
#[inline(never)]
fn look() -> Instant {
    let now = Instant::now();
    NOW.set(Some(now));
    MILLIS.set(reckon(now).unwrap_or_else(|| look_up(now)));
    now
}

/// The Unix time of this turn in milliseconds.
pub(super) fn millis() -> u64 {
    now();
    MILLIS.get()
}

/// The Unix time at `moment`, which is not before this turn.
pub(super) fn millis_at(moment: Instant) -> u64 {
    let since = u64::try_from(moment.saturating_duration_since(now()).as_millis()).unwrap_or(0);
    millis().saturating_add(since)
}

/// The date of this turn as a field line (RFC 9110 §6.6.1).
pub(super) fn date() -> DateLine {
    now();
    DATE.get()
}

/// The Unix time, where it is of the second that is known.
fn reckon(now: Instant) -> Option<u64> {
    let (then, known) = KNOWN.get()?;
    let since = now.saturating_duration_since(then);
    let left = 1000 - known % 1000;
    let millis = u64::from(since.subsec_millis());
    (since.as_secs() == 0 && millis < left).then(|| known + millis)
}

/// Asks the system for the Unix time, once a second.
#[cold]
fn look_up(now: Instant) -> u64 {
    let time = SystemTime::now();
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    KNOWN.set(Some((now, millis)));
    DATE.set(DateLine::new(format_date(time)));
    millis
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_turn_has_one_time() {
        begin_turn();
        let (now, millis, date) = (now(), millis(), date());
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!((super::now(), super::millis(), super::date()), (now, millis, date));
        begin_turn();
        assert!(super::now() > now && super::millis() > millis);
    }

    #[tokio::test(start_paused = true)]
    async fn within_a_second_the_time_is_reckoned_and_then_looked_up() {
        begin_turn();
        now();
        let then = Instant::now();
        KNOWN.set(Some((then, 5_400)));
        for (passed, told) in
            [(0, Some(5_400)), (599, Some(5_999)), (600, None), (1_000, None), (61_000, None)]
        {
            assert_eq!(reckon(then + Duration::from_millis(passed)), told, "{passed} ms later");
        }
    }

    #[test]
    fn the_date_is_of_the_same_second() {
        let before = SystemTime::now();
        begin_turn();
        let told = UNIX_EPOCH + Duration::from_millis(millis() + 1);
        assert!(before < told && told < SystemTime::now() + Duration::from_secs(60));
        assert_eq!(date(), DateLine::new(format_date(UNIX_EPOCH + Duration::from_millis(millis()))));
    }
}
