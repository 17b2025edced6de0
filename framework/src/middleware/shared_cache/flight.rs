//! One fill for many: who finds nothing and is the first makes the answer, the others wait for it.
//!
//! The first one may leave, its handler may panic, or its answer may turn out to be for itself alone. [`Lead`] tells those
//! who wait, at the latest when it is dropped: to look again, so that one of them is the next to lead; or to ask for
//! themselves, all at once, since nobody's answer is going to be another's.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::asked::Key;
use super::table::Table;

/// An answer that is being made.
#[derive(Default)]
pub(super) struct Flight {
    /// A [`Landing`], 0 while there is none.
    landing: AtomicU8,
    landed: Notify,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Landing {
    /// Look again: there is an answer, or a place for one who makes it.
    Look = 1,
    /// Each makes its own.
    Apart = 2,
}

/// What one is who found nothing.
pub(super) enum Role {
    /// Who makes the answer.
    Lead(Lead),
    /// Who waits for it.
    Follow(Arc<Flight>),
    /// Neither: answers of this address are not kept.
    Apart,
}

impl Flight {
    /// Waits for its end.
    pub(super) async fn landed(&self) -> Landing {
        let mut landed = pin!(self.landed.notified());
        // Before the look, so that what happens in between is not missed.
        landed.as_mut().enable();
        if self.landing.load(Ordering::Acquire) == 0 {
            landed.await;
        }
        if self.landing.load(Ordering::Acquire) == Landing::Apart as u8 {
            Landing::Apart
        } else {
            Landing::Look
        }
    }
}

/// The duty to tell those who wait.
pub(super) struct Lead {
    table: Arc<Table>,
    key: Arc<Key>,
    flight: Arc<Flight>,
    landing: Landing,
}

impl Lead {
    /// Finds the part that a request has in making the answer for `key`.
    #[inline]
    pub(super) fn join(table: &Arc<Table>, key: &Arc<Key>) -> Role {
        let mut shard = table.shard(key);
        if let Some(flight) = shard.flights.get(key) {
            return Role::Follow(Arc::clone(flight));
        }
        if shard.passes(table.hash(key), Instant::now()) {
            return Role::Apart;
        }
        let flight = Arc::new(Flight::default());
        shard.flights.insert(Arc::clone(key), Arc::clone(&flight));
        drop(shard);
        Role::Lead(Self { table: Arc::clone(table), key: Arc::clone(key), flight, landing: Landing::Look })
    }

    /// Its answer is nobody else's, and so are those of the next ones.
    #[inline]
    pub(super) fn apart(mut self) {
        self.landing = Landing::Apart;
        let hash = self.table.hash(&self.key);
        self.table.shard(&self.key).pass(hash, Instant::now());
    }

    /// Its answer is somebody else's, but later: it is sent as it is made.
    #[inline]
    pub(super) fn later(mut self) {
        self.landing = Landing::Apart;
    }
}

impl Drop for Lead {
    #[inline]
    fn drop(&mut self) {
        // A handler that panics would do so for each that waits, one after the other.
        let landing = if std::thread::panicking() { Landing::Apart } else { self.landing };
        self.table.shard(&self.key).flights.remove(&self.key);
        self.flight.landing.store(landing as u8, Ordering::Release);
        self.flight.landed.notify_waiters();
    }
}
