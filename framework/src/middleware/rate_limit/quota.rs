//! [`Quota`]: so many requests in so much time, by a token bucket, kept as one number (GCRA, ITU-T I.371 annex A).
//!
//! A bucket holds `burst` tokens and fills by `requests` in `window`. In place of its level stands the time at which it
//! will be full again: one that lies in the past says that it is full, so that nothing need be kept of it at all.

use std::fmt;
use std::time::Duration;

/// The most requests of a quota.
const MAX_REQUESTS: u64 = 1_000_000_000;
/// The longest window, of a year.
const MAX_WINDOW: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The longest name.
const MAX_NAME: usize = 32;

/// So many requests in so much time, of each client.
///
/// It is a token bucket: a client that has been quiet may send `requests` at once, and from then on as many as come
/// back in time. In any one `window` these are twice as many at most, and `requests` on average.
///
/// ```
/// use std::time::Duration;
///
/// use server::layers::Quota;
///
/// const MINUTE: Quota = Quota::new("minute", 600, Duration::from_secs(60)).burst(20);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    name: Name,
    requests: u64,
    window: Duration,
    burst: u64,
}

/// A name, in place: a quota is copied into the limits that have it, and may come from a file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Name {
    bytes: [u8; MAX_NAME],
    len: usize,
}

/// Why there can be no such [`Quota`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuotaError {
    /// It has no request, or more than a billion.
    Requests,
    /// The window is zero, or longer than a year.
    Window,
    /// The name is empty, longer than 32 bytes, or has other than letters, digits, `-` and `_`.
    Name,
    /// There is more than one request a nanosecond.
    Rate,
    /// The burst has no request, or more than the quota.
    Burst,
}

impl QuotaError {
    #[inline]
    const fn text(self) -> &'static str {
        match self {
            Self::Requests => "a quota has from one to a billion requests",
            Self::Window => "a window is a year at most, and not zero",
            Self::Name => "the name of a quota is made of up to 32 letters, digits, `-` and `_`",
            Self::Rate => "a quota has one request a nanosecond at most",
            Self::Burst => "a burst has from one request to as many as the quota",
        }
    }
}

impl fmt::Display for QuotaError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl std::error::Error for QuotaError {}

/// Where a bucket stands when a request has come: taken from, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// When the bucket is full again, in nanoseconds.
    pub(super) full_at: u64,
    /// The tokens that are left.
    pub(super) remaining: u64,
    /// How long until there is a token, in nanoseconds; 0 where one was taken.
    pub(super) wait: u64,
}

impl Quota {
    /// At most `requests` in `window`; clients are told of it by `name`.
    ///
    /// # Panics
    ///
    /// Where [`Quota::try_new`] gives an error; in a constant that is a compile error.
    #[inline]
    pub const fn new(name: &str, requests: u64, window: Duration) -> Self {
        match Self::try_new(name, requests, window) {
            Ok(quota) => quota,
            Err(error) => panic!("{}", error.text()),
        }
    }

    /// The same with figures that come from outside.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use server::layers::{Quota, QuotaError, RateLimit};
    ///
    /// fn limit(requests: u64) -> Result<RateLimit, QuotaError> {
    ///     Ok(RateLimit::by_client(&[Quota::try_new("minute", requests, Duration::from_secs(60))?]))
    /// }
    ///
    /// assert!(limit(600).is_ok());
    /// assert_eq!(limit(0).unwrap_err(), QuotaError::Requests);
    /// ```
    ///
    /// # Errors
    ///
    /// Where there can be none such; see [`QuotaError`].
    #[inline]
    pub const fn try_new(name: &str, requests: u64, window: Duration) -> Result<Self, QuotaError> {
        if requests == 0 || requests > MAX_REQUESTS {
            return Err(QuotaError::Requests);
        }
        if window.is_zero() || window.as_secs() > MAX_WINDOW.as_secs() {
            return Err(QuotaError::Window);
        }
        let Some(name) = Name::new(name) else { return Err(QuotaError::Name) };
        let quota = Self { name, requests, window, burst: requests };
        if quota.interval() == 0 {
            return Err(QuotaError::Rate);
        }
        Ok(quota)
    }

    /// How many requests may come at once; as many as the quota has, unless set.
    ///
    /// # Panics
    ///
    /// Where it is 0 or more than the quota has; in a constant that is a compile error.
    #[must_use]
    #[inline]
    pub const fn burst(self, burst: u64) -> Self {
        match self.try_burst(burst) {
            Ok(quota) => quota,
            Err(error) => panic!("{}", error.text()),
        }
    }

    /// The same with a figure that comes from outside.
    ///
    /// # Errors
    ///
    /// [`QuotaError::Burst`] where it is 0 or more than the quota has.
    pub const fn try_burst(mut self, burst: u64) -> Result<Self, QuotaError> {
        if burst == 0 || burst > self.requests {
            return Err(QuotaError::Burst);
        }
        self.burst = burst;
        Ok(self)
    }

    /// What clients know it by.
    #[inline]
    pub const fn name(&self) -> &str {
        self.name.text()
    }

    pub(super) const fn requests(&self) -> u64 {
        self.requests
    }

    pub(super) const fn window(&self) -> Duration {
        self.window
    }

    /// What becomes at `now` of a bucket that is full at `full_at`, when a token is asked for.
    #[inline]
    pub(super) fn ask(&self, full_at: u64, now: u64) -> Level {
        let interval = self.interval();
        let capacity = interval.saturating_mul(self.burst);
        let before = full_at.max(now);
        let after = before.saturating_add(interval);
        let limit = now.saturating_add(capacity);
        if after > limit {
            return Level { full_at: before, remaining: 0, wait: after - limit };
        }
        Level { full_at: after, remaining: (limit - after) / interval, wait: 0 }
    }

    /// How many tokens the bucket holds.
    #[cfg(feature = "redis")]
    pub(super) const fn capacity(&self) -> u64 {
        self.burst
    }

    /// Nanoseconds in which a token comes back; a fraction less than exact.
    const fn interval(&self) -> u64 {
        // A year of nanoseconds is a 500th of what 64 bits hold.
        let nanos = self.window.as_secs() * 1_000_000_000 + self.window.subsec_nanos() as u64;
        nanos / self.requests
    }
}

impl Name {
    #[inline]
    const fn new(name: &str) -> Option<Self> {
        let mut bytes = [0; MAX_NAME];
        let len = name.len();
        if len == 0 || len > MAX_NAME {
            return None;
        }
        let (mut rest, mut place) = (name.as_bytes(), bytes.as_mut_slice());
        while let ([byte, others @ ..], [first, behind @ ..]) = (rest, place) {
            if !matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_') {
                return None;
            }
            *first = *byte;
            (rest, place) = (others, behind);
        }
        Some(Self { bytes, len })
    }

    #[inline]
    const fn text(&self) -> &str {
        let (name, _) = self.bytes.split_at(self.len);
        match std::str::from_utf8(name) {
            Ok(name) => name,
            // It is ASCII.
            Err(_) => "",
        }
    }
}

impl fmt::Debug for Quota {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quota")
            .field("name", &self.name())
            .field("requests", &self.requests)
            .field("window", &self.window)
            .field("burst", &self.burst)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_bucket_gives_what_it_holds_and_then_what_comes_back() {
        let quota = Quota::new("a", 10, Duration::from_secs(10)).burst(3);
        let mut full_at = 0;
        let rows = [
            (100, 2, 0),
            (100, 1, 0),
            (100, 0, 0),
            (100, 0, SECOND),
            (100 + SECOND / 2, 0, SECOND / 2),
            (100 + SECOND, 0, 0),
            (100 + SECOND, 0, SECOND),
            (100 + 3 * SECOND, 1, 0),
            (100 + 90 * SECOND, 2, 0),
        ];
        for (now, remaining, wait) in rows {
            let level = quota.ask(full_at, now);
            assert_eq!((level.remaining, level.wait), (remaining, wait), "at {now}");
            full_at = level.full_at;
        }
    }

    /// What is built, and what is said of it.
    type Refused = (fn() -> Quota, &'static str);

    #[test]
    fn what_makes_no_sense_is_refused() {
        let rows: [Refused; 7] = [
            (|| Quota::new("a", 0, Duration::from_secs(1)), "from one to a billion"),
            (|| Quota::new("a", 1, Duration::ZERO), "not zero"),
            (|| Quota::new("a\"", 1, Duration::from_secs(1)), "letters, digits"),
            (|| Quota::new("", 1, Duration::from_secs(1)), "up to 32 letters"),
            (|| Quota::new(&"a".repeat(33), 1, Duration::from_secs(1)), "up to 32 letters"),
            (|| Quota::new("a", 10, Duration::from_nanos(9)), "one request a nanosecond"),
            (|| Quota::new("a", 10, Duration::from_secs(1)).burst(11), "from one request to as many"),
        ];
        for (build, expected) in rows {
            let panic = std::panic::catch_unwind(build).unwrap_err();
            let text = crate::net::panic_text(panic.as_ref());
            assert!(text.contains(expected), "{text}");
        }
    }

    #[test]
    fn a_name_from_a_file_is_kept_whole() {
        for len in [1, 31, 32] {
            let name = "a".repeat(len);
            assert_eq!(Quota::try_new(&name, 1, Duration::from_secs(1)).unwrap().name(), name);
        }
        let quota = Quota::new("a", 5, Duration::from_secs(1));
        assert_eq!(quota.try_burst(6), Err(QuotaError::Burst));
        assert_eq!(quota.try_burst(5), Ok(quota));
    }

    proptest::proptest! {
        #[test]
        fn no_window_has_more_than_burst_and_rate(
            requests in 1u64..50,
            burst in 1u64..50,
            steps in proptest::collection::vec(0u64..3_000, 1..200),
        ) {
            let quota = Quota::new("a", requests, Duration::from_micros(10)).burst(burst.min(requests));
            let (mut now, mut full_at, mut admitted) = (1_000_000, 0, Vec::new());
            for step in steps {
                now += step;
                let level = quota.ask(full_at, now);
                full_at = level.full_at;
                if level.wait == 0 {
                    admitted.push(now);
                } else {
                    // It has told the truth about when there is one.
                    proptest::prop_assert_eq!(quota.ask(full_at, now + level.wait).wait, 0);
                    proptest::prop_assert!(quota.ask(full_at, now + level.wait - 1).wait > 0);
                }
            }
            for (index, start) in admitted.iter().enumerate() {
                let within = admitted.iter().skip(index).take_while(|at| **at - start < 10_000).count() as u64;
                proptest::prop_assert!(within <= quota.burst + 10_000 / quota.interval() + 1, "{}", within);
            }
        }
    }
}
