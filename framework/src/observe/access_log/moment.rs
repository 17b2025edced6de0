//! [`Moment`]: a time as lines have it, of which all but the milliseconds is written once a second.

use std::cell::Cell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::log::Timestamp;

/// A moment in UTC, in the ways that lines write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// `2026-11-21T09:03:15.123Z`
    rfc_3339: [u8; 24],
    /// `21/Nov/2026:09:03:15 +0000`
    apache: [u8; 26],
}

thread_local! {
    /// The last one of this thread, with its second.
    static LAST: Cell<Option<(u64, Moment)>> = const { Cell::new(None) };
}

impl Moment {
    /// The moment of this Unix time in milliseconds; one beyond the year 9999 is the last of it.
    pub(super) fn of(millis: u64) -> Self {
        let millis = millis.min(253_402_300_799_999);
        let second = millis / 1000;
        let mut moment = match LAST.get() {
            Some((known, moment)) if known == second => moment,
            _ => Self::written(second),
        };
        let part = u16::try_from(millis % 1000).unwrap_or(0);
        let digits = [part / 100, part / 10 % 10, part % 10].map(|digit| b'0' + (digit & 0xf) as u8);
        if let Some(place) = moment.rfc_3339.get_mut(20..23) {
            place.copy_from_slice(&digits);
        }
        moment
    }

    /// The moment that it is.
    pub(super) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::of(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    #[cold]
    fn written(second: u64) -> Self {
        let time = UNIX_EPOCH + Duration::from_secs(second);
        let mut moment = Self { rfc_3339: [b'0'; 24], apache: [b' '; 26] };
        moment.rfc_3339 = Timestamp(time).to_string().as_bytes().try_into().unwrap_or(moment.rfc_3339);
        // `Sat, 21 Nov 2026 09:03:15 GMT`, of which the pieces stand in another order.
        let http = httpdate::fmt_http_date(time);
        let piece = |range: std::ops::Range<usize>| http.get(range).unwrap_or_default();
        let apache = format!("{}/{}/{}:{} +0000", piece(5..7), piece(8..11), piece(12..16), piece(17..25));
        moment.apache = apache.as_bytes().try_into().unwrap_or(moment.apache);
        LAST.set(Some((second, moment)));
        moment
    }

    pub(super) fn rfc_3339(&self) -> &[u8] {
        &self.rfc_3339
    }

    pub(super) fn apache(&self) -> &[u8] {
        &self.apache
    }

    /// `09:03:15.123`
    pub(super) fn time_of_day(&self) -> &[u8] {
        self.rfc_3339.get(11..23).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_each_form() {
        let rows = [
            (0, "1970-01-01T00:00:00.000Z", "01/Jan/1970:00:00:00 +0000", "00:00:00.000"),
            (1_795_251_795_123, "2026-11-21T09:03:15.123Z", "21/Nov/2026:09:03:15 +0000", "09:03:15.123"),
            (1_795_251_795_999, "2026-11-21T09:03:15.999Z", "21/Nov/2026:09:03:15 +0000", "09:03:15.999"),
            (951_782_400_007, "2000-02-29T00:00:00.007Z", "29/Feb/2000:00:00:00 +0000", "00:00:00.007"),
            (u64::MAX, "9999-12-31T23:59:59.999Z", "31/Dec/9999:23:59:59 +0000", "23:59:59.999"),
        ];
        for (millis, rfc_3339, apache, time) in rows {
            for _ in 0..2 {
                let moment = Moment::of(millis);
                assert_eq!(moment.rfc_3339(), rfc_3339.as_bytes());
                assert_eq!(moment.apache(), apache.as_bytes());
                assert_eq!(moment.time_of_day(), time.as_bytes());
            }
        }
    }
}
