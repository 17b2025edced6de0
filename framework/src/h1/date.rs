//! The form of Date (RFC 9110 §5.6.7); which time it is, and for how long to keep it, is the caller's to know.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use httpdate::HttpDate;

/// The last second of the year 9999, the last one that the form can tell.
const LAST_SECOND: u64 = 253_402_300_799;

/// Writes `time` as IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`; parts of a second are dropped.
///
/// A time before 1970 reads as its first second, one beyond 9999 as its last: a clock that is wrong stops no server.
pub(crate) fn format_date(time: SystemTime) -> [u8; 29] {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().min(LAST_SECOND));
    let date = HttpDate::from(UNIX_EPOCH + Duration::from_secs(seconds));
    let mut text = *b"Thu, 01 Jan 1970 00:00:00 GMT";
    // The form has 29 bytes for each year of four digits, so this cannot run out of room.
    let _ = write!(text.as_mut_slice(), "{date}");
    text
}

/// Bytes of the status line of a 200, and of that with a `date` field line behind it.
const OK_LEN: usize = 17;
const BOTH_LEN: usize = OK_LEN + 37;

/// A whole `date` field line: it is the same for a second, and is then written as one piece, together with the status line
/// of most answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateLine([u8; BOTH_LEN]);

impl DateLine {
    /// The line that tells `date`, as [`format_date`] writes it.
    pub(crate) const fn new(date: [u8; 29]) -> Self {
        let mut both = *b"HTTP/1.1 200 OK\r\ndate:                              \r\n";
        if let Some(value) = both.split_at_mut(OK_LEN + 6).1.first_chunk_mut() {
            *value = date;
        }
        Self(both)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        self.0.split_at(OK_LEN).1
    }

    /// The line with the status line of a 200 before it.
    pub(super) const fn behind_ok(&self) -> &[u8; BOTH_LEN] {
        &self.0
    }

    /// The date alone.
    #[cfg(feature = "http2")]
    pub(crate) fn value(&self) -> &[u8] {
        self.as_bytes().get(6..35).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(time: SystemTime, expected: &str) {
        assert_eq!(std::str::from_utf8(&format_date(time)).unwrap(), expected);
    }

    #[test]
    fn writes_the_example_of_the_rfc() {
        check(UNIX_EPOCH + Duration::from_secs(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        check(UNIX_EPOCH + Duration::from_millis(784_111_777_999), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn a_line_tells_the_date_and_ends() {
        let line = DateLine::new(*b"Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(line.as_bytes(), b"date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    }

    #[test]
    fn a_clock_that_is_wrong_is_no_panic() {
        check(UNIX_EPOCH, "Thu, 01 Jan 1970 00:00:00 GMT");
        check(UNIX_EPOCH - Duration::from_secs(1), "Thu, 01 Jan 1970 00:00:00 GMT");
        check(UNIX_EPOCH + Duration::from_secs(LAST_SECOND), "Fri, 31 Dec 9999 23:59:59 GMT");
        check(UNIX_EPOCH + Duration::from_secs(LAST_SECOND + 1), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
