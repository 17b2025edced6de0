//! A stream as the [ledger](super::ledger) has it, and how it is found there.

use std::hash::Hasher;

use tokio::time::Instant;

use super::record::Record;

/// A stream's entry.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) begun: Instant,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    /// Whether a request of ours has the stream.
    pub(super) is_taken: bool,
    /// Whether the client has sent its last frame of it.
    pub(super) has_ended: bool,
    /// Whether a final head was written.
    pub(super) is_answered: bool,
    /// What became of its answer, once that is known.
    pub(super) fate: Option<Fate>,
    /// What is to be told once it was.
    pub(super) record: Option<Record>,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its last frame was written.
    Written,
    /// The client has reset the stream: what was not written will not be.
    Left,
}

impl Account {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            begun: now,
            bytes_in: 0,
            bytes_out: 0,
            is_taken: false,
            has_ended: false,
            is_answered: false,
            fate: None,
            record: None,
        }
    }
}

/// Hashes the number of a stream. Who picks numbers that lie together wins nothing: there are a few hundred at most.
#[derive(Debug, Default)]
pub(super) struct StreamHasher(u64);

impl Hasher for StreamHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(byte.into());
        }
    }

    fn write_u32(&mut self, stream: u32) {
        // Half of it tells the place, the highest bits tell those of one place apart.
        self.0 = (self.0 ^ u64::from(stream)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
