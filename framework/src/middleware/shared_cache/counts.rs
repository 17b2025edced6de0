//! What a cache has counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a [`SharedCache`](super::SharedCache) has done, and what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheCounts {
    /// Requests that were answered with what was kept, fresh or within what its answer allowed.
    pub hits: u64,
    /// Of these, those that had what was out of date.
    pub stale: u64,
    /// Of these, those that waited for another request's answer.
    pub collapsed: u64,
    /// Requests that went on to the handler.
    pub forwarded: u64,
    /// Of these, those that asked whether what is kept is still right, and it was.
    pub revalidated: u64,
    /// Answers that were kept.
    pub stored: u64,
    /// Answers that made room for others.
    pub evicted: u64,
    /// Answers that are kept now.
    pub entries: usize,
    /// Their bytes, with their fields and what it takes to find them.
    pub bytes: usize,
}

/// The counters, each of which only grows.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) hits: Counter,
    pub(super) stale: Counter,
    pub(super) collapsed: Counter,
    pub(super) forwarded: Counter,
    pub(super) revalidated: Counter,
    pub(super) stored: Counter,
}

/// One of them.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    #[inline]
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
