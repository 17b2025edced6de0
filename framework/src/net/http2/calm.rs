//! What a client may do that costs the server more than itself, before the connection ends (RFC 9113 §10.5).
//!
//! A balance of points: what is of no use costs some, an answer that was written whole earns some, and time gives the
//! rest. So a page that cancels all it asked for once is served on, as is a client that cancels now and then for ever;
//! one that does nothing else is not. `h2` has bounds of its own beside, for what it sees before we do: resets of
//! streams that were not taken yet, CONTINUATION frames of one section, tiny DATA frames.

use std::time::Duration;

use tokio::time::Instant;

/// The balance at first, and at most.
const MOST: u32 = 1000;
/// Points that a second gives.
const PER_SECOND: u32 = 50;
/// Points of an answer that was written whole.
const ANSWER: u32 = 10;
/// Points of a frame of an answer's that is no smaller than this.
const DATA: u32 = 2;
const DATA_BYTES: u32 = 256;

/// What a client did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nuisance {
    /// It asked, and left before it was answered: CVE-2023-44487.
    Reset,
    /// It did what a stream is to be reset for: CVE-2025-8671.
    StreamError,
    /// It began a request beyond `http2_max_streams`; before it knows the setting it may.
    Refused,
    /// PING or SETTINGS, each of which is to be answered.
    Control,
    /// A frame without content, and not the last of its stream.
    Empty,
    /// Anything else that is neither request nor content: window updates, priorities, unknown frames.
    Other,
}

impl Nuisance {
    fn cost(self) -> u32 {
        match self {
            Self::Reset | Self::StreamError => 10,
            Self::Control | Self::Empty => 5,
            Self::Refused => 2,
            Self::Other => 1,
        }
    }
}

/// A client's balance.
#[derive(Debug)]
pub(super) struct Calm {
    points: u32,
    /// Up to when time has given its points.
    at: Instant,
    /// What the last points went for.
    broken_by: Option<Nuisance>,
}

impl Calm {
    pub(super) fn new(now: Instant) -> Self {
        Self { points: MOST, at: now, broken_by: None }
    }

    /// Takes the points of what the client did.
    pub(super) fn suffer(&mut self, nuisance: Nuisance, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs();
        if seconds > 0 {
            self.at += Duration::from_secs(seconds);
            let given = u32::try_from(seconds).unwrap_or(MOST).saturating_mul(PER_SECOND);
            self.earn(given);
        }
        match self.points.checked_sub(nuisance.cost()) {
            Some(left) => self.points = left,
            None => {
                self.broken_by.get_or_insert(nuisance);
            }
        }
    }

    /// Gives the points of an answer whose last frame was written.
    pub(super) fn answered(&mut self) {
        self.earn(ANSWER);
    }

    /// Gives those of a frame of content. Of tiny ones there are none: the client may have asked for them by its window.
    pub(super) fn sent(&mut self, len: u32) {
        if len >= DATA_BYTES {
            self.earn(DATA);
        }
    }

    /// What was too much, once something was.
    pub(super) fn broken_by(&self) -> Option<Nuisance> {
        self.broken_by
    }

    fn earn(&mut self, points: u32) {
        self.points = self.points.saturating_add(points).min(MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many times a client does it at once before it is too much.
    fn bound(nuisance: Nuisance) -> u32 {
        let now = Instant::now();
        let mut calm = Calm::new(now);
        (0..)
            .find(|_| {
                calm.suffer(nuisance, now);
                calm.broken_by().is_some()
            })
            .unwrap()
    }

    #[test]
    fn each_has_its_bound() {
        let rows = [
            (Nuisance::Reset, 100),
            (Nuisance::StreamError, 100),
            (Nuisance::Control, 200),
            (Nuisance::Empty, 200),
            (Nuisance::Refused, 500),
            (Nuisance::Other, 1000),
        ];
        for (nuisance, expected) in rows {
            assert_eq!(bound(nuisance), expected, "{nuisance:?}");
        }
    }

    #[test]
    fn what_is_of_use_and_time_make_up_for_it() {
        let start = Instant::now();
        let mut calm = Calm::new(start);
        for _ in 0..10_000 {
            calm.suffer(Nuisance::Reset, start);
            calm.answered();
        }
        for second in 0..1000 {
            for _ in 0..5 {
                calm.suffer(Nuisance::Reset, start + Duration::from_secs(second));
            }
        }
        assert_eq!(calm.broken_by(), None);
    }

    #[test]
    fn tiny_windows_earn_nothing() {
        let now = Instant::now();
        let mut calm = Calm::new(now);
        for _ in 0..1001 {
            calm.suffer(Nuisance::Other, now);
            calm.sent(1);
        }
        assert_eq!(calm.broken_by(), Some(Nuisance::Other));
    }
}
