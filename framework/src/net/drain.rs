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
    /// Accept loops that have not ended yet.
    doors: AtomicUsize,
    /// Open connections.
    connections: AtomicUsize,
    /// Connections with a request whose answer is not yet written.
    busy: AtomicUsize,
    /// Told when the drain begins, for the accept loop.
    begun: Notify,
    /// Told when the last connection, or the accept loop, of a draining worker has ended.
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
        self.phase.load(Ordering::SeqCst) != SERVING
    }

    /// Begins the drain and wakes every connection.
    pub(crate) fn begin(&self) {
        // Sequentially consistent, as the counts are: either who ends sees the drain, or the drain sees it ended.
        self.phase.store(DRAINING, Ordering::SeqCst);
        let wakers: Vec<_> = self.lock().slots.iter().flatten().cloned().collect();
        wakers.into_iter().for_each(Waker::wake);
        self.begun.notify_waiters();
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

    /// Waits until no connection is open and none can come; only of use once the drain has begun.
    pub(crate) async fn emptied(&self) {
        loop {
            let notified = self.empty.notified();
            if self.is_empty() {
                return;
            }
            notified.await;
        }
    }

    fn is_empty(&self) -> bool {
        self.doors.load(Ordering::SeqCst) == 0 && self.connections() == 0
    }

    /// How many connections are open.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many requests wait for their answer.
    pub(crate) fn busy(&self) -> usize {
        self.busy.load(Ordering::Acquire)
    }

    /// After a count has fallen.
    fn tell_if_empty(&self) {
        if self.is_draining() && self.is_empty() {
            self.empty.notify_waiters();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Wakers> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An accept loop's hold on its worker's [`Drain`], which is not empty before this is dropped.
#[derive(Debug)]
pub(crate) struct Door(Arc<Drain>);

impl Door {
    pub(crate) fn new(drain: Arc<Drain>) -> Self {
        drain.doors.fetch_add(1, Ordering::SeqCst);
        Self(drain)
    }

    pub(crate) fn drain(&self) -> &Arc<Drain> {
        &self.0
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.0.doors.fetch_sub(1, Ordering::SeqCst);
        self.0.tell_if_empty();
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
        drain.connections.fetch_add(1, Ordering::SeqCst);
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
        self.drain.connections.fetch_sub(1, Ordering::SeqCst);
        self.drain.tell_if_empty();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn is_emptied(drain: &Drain) -> bool {
        tokio::time::timeout(std::time::Duration::from_secs(1), drain.emptied()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn is_not_empty_before_the_accept_loop_has_ended() {
        let drain = Arc::new(Drain::default());
        let door = Door::new(Arc::clone(&drain));
        drain.begin();
        assert!(!is_emptied(&drain).await);
        let place = Place::new(Arc::clone(&drain));
        drop(door);
        assert!(!is_emptied(&drain).await);
        let (emptied, ()) = tokio::join!(is_emptied(&drain), async { drop(place) });
        assert!(emptied);
    }
}
