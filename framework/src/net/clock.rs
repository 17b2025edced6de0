//! The `Date` field's value, formatted once in half a second and thread.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime};

use crate::h1::format_date;

/// How old a formatted date may get; the field has whole seconds (RFC 9110 §6.6.1).
const FRESH: Duration = Duration::from_millis(500);

thread_local! {
    /// The date, and until when it is fresh: a comparison costs less than a difference of times.
    static DATE: Cell<Option<(Instant, [u8; 29])>> = const { Cell::new(None) };
}

/// The current date as an IMF-fixdate (RFC 9110 §5.6.7).
pub(super) fn date() -> [u8; 29] {
    let now = Instant::now();
    if let Some((until, date)) = DATE.get()
        && now < until
    {
        return date;
    }
    let date = format_date(SystemTime::now());
    DATE.set(Some((now + FRESH, date)));
    date
}
