//! The end of a server, as its connections learn of it.
//!
//! A [`Drain`] belongs to a worker: a phase that connections read without a lock, and the wakers of those that wait.
//! Phases only go forward.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use tokio::sync::Notify;

const SERVING: u8 = 0;
const DRAINING: u8 = 1;

/// What a worker and its connections share: the phase, and how many there are.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    phase: AtomicU8,
    wakers: Mutex<Wakers>,
    /// Open connections.
    connections: AtomicUsize,
    /// Connections with a request whose answer is not yet written.
    busy: AtomicUsize,
    /// Told when the drain begins, for the accept loop.
    begun: Notify,
    /// Told when the last connection of a draining worker has ended.
    empty: Notify,
}

/// The wakers of open connections, each in a slot of its own.
#[derive(Debug, Default)]
struct Wakers {
    slots: Vec<Option<Waker>>,
    free: Vec<usize>,
}

impl Drain {
    /// Whether connections are to end after the request they are at.
    pub(crate) fn is_draining(&self) -> bool {
        self.phase.load(Ordering::Acquire) != SERVING
    }

    /// Begins the drain and wakes every connection.
    pub(crate) fn begin(&self) {
        self.phase.store(DRAINING, Ordering::Release);
        let wakers: Vec<_> = self.lock().slots.iter().flatten().cloned().collect();
        wakers.into_iter().for_each(Waker::wake);
        self.begun.notify_waiters();
        if self.connections() == 0 {
            self.empty.notify_waiters();
        }
    }

    /// Waits until the drain begins.
    pub(crate) async fn begun(&self) {
        loop {
            let notified = self.begun.notified();
            if self.is_draining() {
                return;
            }
            notified.await;
        }
    }

    /// Waits until no connection is open; only of use once the drain has begun.
    pub(crate) async fn emptied(&self) {
        loop {
            let notified = self.empty.notified();
            if self.connections() == 0 {
                return;
            }
            notified.await;
        }
    }

    /// How many connections are open.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Acquire)
    }

    /// How many requests wait for their answer.
    pub(crate) fn busy(&self) -> usize {
        self.busy.load(Ordering::Acquire)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Wakers> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place in its worker's [`Drain`]; it counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    drain: Arc<Drain>,
    slot: Option<usize>,
    busy: bool,
}

impl Place {
    pub(crate) fn new(drain: Arc<Drain>) -> Self {
        drain.connections.fetch_add(1, Ordering::AcqRel);
        Self { drain, slot: None, busy: false }
    }

    /// Whether this connection is to end after the request it is at. The first call notes the task's waker, so that
    /// the beginning of the drain wakes it.
    pub(crate) fn is_draining(&mut self, waker: &Waker) -> bool {
        if self.slot.is_none() {
            let mut wakers = self.drain.lock();
            let slot = wakers.free.pop().unwrap_or(wakers.slots.len());
            match wakers.slots.get_mut(slot) {
                Some(place) => *place = Some(waker.clone()),
                None => wakers.slots.push(Some(waker.clone())),
            }
            self.slot = Some(slot);
        }
        self.drain.is_draining()
    }

    /// The same for who does not wait.
    pub(crate) fn drains(&self) -> bool {
        self.drain.is_draining()
    }

    /// Notes whether a request waits for its answer.
    pub(crate) fn set_busy(&mut self, busy: bool) {
        if self.busy == busy {
            return;
        }
        self.busy = busy;
        if busy {
            self.drain.busy.fetch_add(1, Ordering::AcqRel);
        } else {
            self.drain.busy.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.set_busy(false);
        if let Some(slot) = self.slot {
            let mut wakers = self.drain.lock();
            if let Some(place) = wakers.slots.get_mut(slot) {
                *place = None;
            }
            wakers.free.push(slot);
        }
        let last = self.drain.connections.fetch_sub(1, Ordering::AcqRel) == 1;
        if last && self.drain.is_draining() {
            self.drain.empty.notify_waiters();
        }
    }
}
