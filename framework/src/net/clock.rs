//! The time of day as a thread knows it: looked up once for all the requests that a read brought.
//!
//! A look at the system's clock costs as much as parsing a small head. So each read of a connection is a *tick*, and so
//! is the end of whatever a connection waited for: the `Date` and the ids of what is answered then are of that time.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::h1::format_date;

thread_local! {
    /// Unix time in milliseconds, at the last tick.
    static MILLIS: Cell<u64> = const { Cell::new(0) };
    /// The second that `DATE` tells.
    static SECOND: Cell<Option<u64>> = const { Cell::new(None) };
    static DATE: Cell<[u8; 29]> = const { Cell::new([b' '; 29]) };
}

/// Looks at the clock.
pub(super) fn tick() {
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let second = since.as_secs();
    MILLIS.set(second.saturating_mul(1000) + u64::from(since.subsec_millis()));
    if SECOND.get() != Some(second) {
        SECOND.set(Some(second));
        DATE.set(format_date(now));
    }
}

/// The Unix time of the last tick.
pub(super) fn millis() -> u64 {
    MILLIS.get()
}

/// The date of the last tick as an IMF-fixdate (RFC 9110 §5.6.7).
pub(super) fn date() -> [u8; 29] {
    DATE.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_tells_the_time() {
        let before = SystemTime::now();
        tick();
        let told = UNIX_EPOCH + std::time::Duration::from_millis(millis() + 1);
        assert!(before < told && told < SystemTime::now() + std::time::Duration::from_secs(60));
        let second = UNIX_EPOCH + std::time::Duration::from_secs(millis() / 1000);
        assert_eq!(date(), format_date(second));
    }
}
