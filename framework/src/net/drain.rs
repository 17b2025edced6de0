//! The end of a server, as its connections learn of it.
//!
//! A [`Drain`] belongs to a worker: a phase that connections read without a lock, and the wakers of those that wait.
//! Phases only go forward: serving, draining, and cut, in which whatever is dropped counts as lost.

mod losses;

use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use tokio::sync::Notify;

pub(crate) use losses::Losses;
use losses::Stage;

use crate::http::Shutdown;

const SERVING: u8 = 0;
const DRAINING: u8 = 1;
const CUT: u8 = 2;

/// What a worker and its connections share: the phase, and how many there are.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    /// The end as the application sees it, which is the server's.
    shutdown: Shutdown,
    phase: AtomicU8,
    wakers: Mutex<Wakers>,
    /// Accept loops that have not ended yet.
    doors: AtomicUsize,
    /// Open connections.
    connections: AtomicUsize,
    /// Requests whose answers are not yet written.
    busy: AtomicUsize,
    /// Those of them that may be several of one connection.
    beside: AtomicUsize,
    /// Connections that have such requests.
    sharing: AtomicUsize,
    /// Told when the drain begins, for the accept loop.
    begun: Notify,
    /// Told when the last connection, or the accept loop, of a draining worker has ended.
    empty: Notify,
    /// Requests whose answers were written whole since the drain began.
    answered: AtomicU64,
    losses: Mutex<Losses>,
}

/// The wakers of open connections, each in a slot of its own.
#[derive(Debug, Default)]
struct Wakers {
    slots: Vec<Option<Waker>>,
    free: Vec<usize>,
}

impl Drain {
    /// A worker's part of a server that `shutdown` speaks of.
    pub(crate) fn new(shutdown: Shutdown) -> Self {
        Self { shutdown, ..Self::default() }
    }

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

    /// Begins the cut: connections that are dropped from now on were cut.
    pub(crate) fn cut(&self) {
        self.phase.store(CUT, Ordering::SeqCst);
    }

    /// What the cut cost, once everything was dropped; what could not be is counted as running.
    pub(crate) fn losses(&self) -> Losses {
        let mut losses = self.lock_losses().clone();
        losses.connections += self.connections();
        losses.handling += self.busy();
        losses
    }

    /// How many requests were answered since the drain began.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
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

    /// How many connections have a request that waits for its answer.
    pub(crate) fn busy_connections(&self) -> usize {
        let alone = self.busy().saturating_sub(self.beside.load(Ordering::Acquire));
        alone + self.sharing.load(Ordering::Acquire)
    }

    /// After a count has fallen.
    fn tell_if_empty(&self) {
        if self.is_draining() && self.is_empty() {
            self.empty.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Wakers> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_losses(&self) -> MutexGuard<'_, Losses> {
        self.losses.lock().unwrap_or_else(PoisonError::into_inner)
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
    stage: Stage,
    /// Requests whose answers wait to be written, the last among them.
    unwritten: usize,
    holder: Holder,
}

/// Whose a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// A connection's, which is at one request at a time.
    Connection,
    /// That of who serves a connection with several.
    #[cfg(feature = "http2")]
    Session,
    /// One of these requests'.
    #[cfg(feature = "http2")]
    Request,
}

impl Place {
    pub(crate) fn new(drain: Arc<Drain>) -> Self {
        drain.connections.fetch_add(1, Ordering::SeqCst);
        Self { drain, slot: None, stage: Stage::Idle, unwritten: 0, holder: Holder::Connection }
    }

    /// A place for who serves the requests of a connection that has several at once; it does not outlive the connection's
    /// own.
    #[cfg(feature = "http2")]
    pub(crate) fn beside(&self) -> Self {
        let drain = Arc::clone(&self.drain);
        Self { drain, slot: None, stage: Stage::Idle, unwritten: 0, holder: Holder::Session }
    }

    /// A place for one of those requests, which has been read.
    #[cfg(feature = "http2")]
    pub(crate) fn of_request(&self) -> Self {
        self.drain.beside.fetch_add(1, Ordering::AcqRel);
        let mut place = self.beside();
        place.holder = Holder::Request;
        place.reading();
        place
    }

    /// Notes that the connection has such requests, until what this gives is dropped.
    #[cfg(feature = "http2")]
    pub(crate) fn share(&self) -> Sharing {
        self.drain.sharing.fetch_add(1, Ordering::AcqRel);
        Sharing(Arc::clone(&self.drain))
    }

    /// A place of the same connection, for another task that goes on with it.
    #[cfg(feature = "tls")]
    pub(super) fn renewed(&self) -> Self {
        Self::new(Arc::clone(&self.drain))
    }

    /// The server's end, for the application.
    pub(crate) fn shutdown(&self) -> &Shutdown {
        &self.drain.shutdown
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

    /// Notes that no request waits for its answer.
    pub(crate) fn idle(&mut self) {
        self.set(Stage::Idle);
    }

    /// Notes that the first byte of a request is there.
    pub(crate) fn reading(&mut self) {
        self.set(Stage::Reading);
    }

    /// Notes that a handler runs.
    pub(crate) fn handling(&mut self) {
        self.set(Stage::Handling);
    }

    /// Notes that an answer is written.
    pub(crate) fn answering(&mut self) {
        self.set(Stage::Answering);
    }

    /// Notes that the whole of an answer is ready to be sent.
    pub(crate) fn answered(&mut self) {
        self.unwritten += 1;
        self.set(Stage::Reading);
    }

    /// Notes that all that was ready has been sent.
    pub(crate) fn written(&mut self) {
        if self.unwritten > 0 && self.drain.is_draining() {
            self.drain.answered.fetch_add(self.unwritten as u64, Ordering::Relaxed);
        }
        self.unwritten = 0;
    }

    /// Where the server is being cut: counts what is lost with this connection. The request in work is of `route`;
    /// `behind` tells how many have begun to arrive behind it.
    pub(crate) fn count_losses(&self, route: Option<&'static str>, behind: impl FnOnce() -> usize) {
        if self.drain.phase.load(Ordering::SeqCst) == CUT {
            let behind = behind();
            self.drain.lock_losses().count(self.stage, route, self.unwritten, behind);
        }
    }

    fn set(&mut self, stage: Stage) {
        match (self.stage == Stage::Idle, stage == Stage::Idle) {
            (true, false) => {
                self.drain.busy.fetch_add(1, Ordering::AcqRel);
            }
            (false, true) => {
                self.drain.busy.fetch_sub(1, Ordering::AcqRel);
            }
            (true, true) | (false, false) => {}
        }
        self.stage = stage;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.set(Stage::Idle);
        if let Some(slot) = self.slot {
            let mut wakers = self.drain.lock();
            if let Some(place) = wakers.slots.get_mut(slot) {
                *place = None;
            }
            wakers.free.push(slot);
        }
        match self.holder {
            Holder::Connection => {}
            #[cfg(feature = "http2")]
            Holder::Session => return,
            #[cfg(feature = "http2")]
            Holder::Request => {
                self.drain.beside.fetch_sub(1, Ordering::AcqRel);
                return;
            }
        }
        if self.drain.phase.load(Ordering::SeqCst) == CUT {
            self.drain.lock_losses().connections += 1;
        }
        self.drain.connections.fetch_sub(1, Ordering::SeqCst);
        self.drain.tell_if_empty();
    }
}

/// That a connection has requests, of which there may be several.
#[cfg(feature = "http2")]
#[derive(Debug)]
pub(crate) struct Sharing(Arc<Drain>);

#[cfg(feature = "http2")]
impl Drop for Sharing {
    fn drop(&mut self) {
        self.0.sharing.fetch_sub(1, Ordering::AcqRel);
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
