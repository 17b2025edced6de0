//! Encoders that a worker uses again: to make one costs several times what a small answer does.

use std::cell::RefCell;
use std::fmt;

use super::{Coding, CompressionLevel, Encode, Fault, Then};

/// How many encoders a thread keeps, of all kinds together; each has some hundred KiB.
const KEPT: usize = 8;

thread_local! {
    static FREE: RefCell<Vec<(Kind, Box<dyn Encode>)>> = const { RefCell::new(Vec::new()) };
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
        let encoder = FREE.with_borrow_mut(|free| {
            let place = free.iter().position(|(free, _)| *free == kind)?;
            Some(free.swap_remove(place).1)
        });
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
        let Some(mut encoder) = self.encoder.take() else { return };
        // A thread that is ending has no pool any more.
        let _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            if free.len() < KEPT && encoder.reset() {
                free.push((self.kind, encoder));
            }
        });
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
        FREE.with_borrow(Vec::len)
    }

    #[test]
    fn an_encoder_is_used_again_whatever_it_was_in_and_only_so_many_are_kept() {
        let gzip = || Pooled::new(Coding::Gzip, CompressionLevel::Balanced);
        let encode = |encoder: &mut Pooled, then| {
            let mut output = Vec::new();
            encoder.encode(b"festina lente, festina lente", then, &mut output).unwrap();
            output
        };
        let whole = encode(&mut gzip(), Then::Finish);
        assert_eq!(kept(), 1);
        encode(&mut gzip(), Then::Continue);
        assert_eq!((kept(), encode(&mut gzip(), Then::Finish)), (1, whole));
        drop(Pooled::new(Coding::Gzip, CompressionLevel::Small));
        assert_eq!(kept(), 1, "one that was never used was never made");
        let mut many: Vec<_> = (0..2 * KEPT).map(|_| gzip()).collect();
        for encoder in &mut many {
            encode(encoder, Then::Flush);
        }
        drop(many);
        assert_eq!(kept(), KEPT);
    }
}
