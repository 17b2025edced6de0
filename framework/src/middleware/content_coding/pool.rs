//! Encoders that a worker uses again: to make one costs several times what a small answer does.
//!
//! They are large, too: what is made and dropped again and again between small things leaves holes in the allocator's
//! memory. So a thread keeps as many as it had in use at once, and lets go in time of those that it has no use for
//! any more.

use std::cell::RefCell;
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::{Coding, CompressionLevel, Encode, Fault, Then};

/// How many encoders a thread keeps at most, of all kinds together; each has some hundred KiB.
const KEPT: usize = 32;
/// What was not needed for so long is let go.
const LATELY: Duration = Duration::from_secs(600);

thread_local! {
    static FREE: RefCell<Free> = const { RefCell::new(Free { encoders: Vec::new(), spare: 0, since: None }) };
}

/// The encoders that nobody uses; those that were used last stand at the end.
struct Free {
    encoders: Vec<(Kind, Box<dyn Encode>)>,
    /// The fewest that there were since `since`: so many were not needed.
    spare: usize,
    since: Option<Instant>,
}

impl Free {
    fn take(&mut self, kind: Kind) -> Option<Box<dyn Encode>> {
        let place = self.encoders.iter().rposition(|(free, _)| *free == kind);
        let encoder = place.map(|place| self.encoders.remove(place).1);
        self.spare = self.spare.min(self.encoders.len());
        encoder
    }

    fn give(&mut self, kind: Kind, mut encoder: Box<dyn Encode>) {
        if self.encoders.len() < KEPT && encoder.reset() {
            self.encoders.push((kind, encoder));
        }
        self.let_go();
    }

    /// Drops what was not needed lately.
    fn let_go(&mut self) {
        let now = Instant::now();
        if now.duration_since(*self.since.get_or_insert(now)) < LATELY {
            return;
        }
        // Those that were not needed: they lay still while others were used, and so stand in front.
        self.encoders.drain(..self.spare.min(self.encoders.len()));
        self.spare = self.encoders.len();
        self.since = Some(now);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    coding: Coding,
    level: CompressionLevel,
}

/// An encoder that goes back to the pool of the thread that drops it.
pub(in crate::middleware) struct Pooled {
    kind: Kind,
    /// `None` while it works elsewhere.
    encoder: Option<Box<dyn Encode>>,
}

impl Pooled {
    /// Takes one of this thread's, or makes one when it is used.
    pub(in crate::middleware) fn new(coding: Coding, level: CompressionLevel) -> Self {
        let kind = Kind { coding, level };
        let encoder = FREE.with_borrow_mut(|free| free.take(kind));
        Self { kind, encoder }
    }

    /// Takes the encoder away, to work on another thread; it is put back with [`Pooled::put`].
    pub(in crate::middleware) fn take(&mut self) -> Result<Box<dyn Encode>, Fault> {
        match self.encoder.take() {
            Some(encoder) => Ok(encoder),
            None => self.kind.coding.encoder(self.kind.level),
        }
    }

    pub(in crate::middleware) fn put(&mut self, encoder: Box<dyn Encode>) {
        self.encoder = Some(encoder);
    }

    /// As [`Encode::encode`]; after a failure it is not used again.
    pub(in crate::middleware) fn encode(
        &mut self,
        input: &[u8],
        then: Then,
        output: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let mut encoder = self.take()?;
        encoder.encode(input, then, output)?;
        self.put(encoder);
        Ok(())
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let Some(encoder) = self.encoder.take() else { return };
        // A thread that is ending has no pool any more.
        let _ = FREE.try_with(|free| free.borrow_mut().give(self.kind, encoder));
    }
}

impl fmt::Debug for Pooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pooled").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> usize {
        FREE.with_borrow(|free| free.encoders.len())
    }

    fn gzip() -> Pooled {
        Pooled::new(Coding::Gzip, CompressionLevel::Balanced)
    }

    fn encode(encoder: &mut Pooled, then: Then) -> Vec<u8> {
        let mut output = Vec::new();
        encoder.encode(b"festina lente, festina lente", then, &mut output).unwrap();
        output
    }

    /// Uses so many at once.
    fn use_at_once(count: usize) {
        let mut many: Vec<_> = (0..count).map(|_| gzip()).collect();
        for encoder in &mut many {
            encode(encoder, Then::Flush);
        }
    }

    #[test]
    fn an_encoder_is_used_again_whatever_it_was_in_and_only_so_many_are_kept() {
        let whole = encode(&mut gzip(), Then::Finish);
        assert_eq!(kept(), 1);
        encode(&mut gzip(), Then::Continue);
        assert_eq!((kept(), encode(&mut gzip(), Then::Finish)), (1, whole));
        drop(Pooled::new(Coding::Gzip, CompressionLevel::Small));
        assert_eq!(kept(), 1, "one that was never used was never made");
        use_at_once(2 * KEPT);
        assert_eq!(kept(), KEPT);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_in_use_at_once_is_kept_as_long_as_it_is_needed() {
        let first = Instant::now();
        while first.elapsed() < 5 * LATELY {
            use_at_once(12);
            assert_eq!(kept(), 12);
            tokio::time::advance(LATELY / 4).await;
        }
        for at_once in [5, 1] {
            use_at_once(at_once);
            assert!(kept() > at_once, "others may be needed again");
            for _ in 0..3 {
                tokio::time::advance(LATELY).await;
                use_at_once(at_once);
            }
            assert_eq!(kept(), at_once);
        }
    }
}
