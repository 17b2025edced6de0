//! A request's body between the connection, which reads the socket, and whoever reads the body.
//!
//! One chunk lies between the two. The connection reads from the socket only while somebody waits for a chunk, so
//! that the client feels a handler that does not read. Handler and connection are one task as a rule: then neither
//! wakes the other, for the connection looks here after each poll of the handler.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::HeaderMap;

use super::BodyError;

/// The reader's half; it stands in the request's [`Body`](super::Body).
#[derive(Debug)]
pub(crate) struct Incoming(Arc<Mutex<Shared>>);

/// The connection's half.
#[derive(Debug)]
pub(crate) struct IncomingState(Arc<Mutex<Shared>>);

/// What the reader wants of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The next chunk.
    Chunk,
    /// Nothing any more: the body was dropped, or has ended.
    Nothing,
}

#[derive(Debug)]
struct Shared {
    chunk: Option<Bytes>,
    /// How it ended, once it did; an error is handed out once.
    end: Option<Result<(), BodyError>>,
    trailers: Option<Box<HeaderMap>>,
    /// Bytes of content not yet handed out, where the message says how many there are.
    remaining_len: Option<u64>,
    /// Whether the reader waits for a chunk.
    wanted: bool,
    dropped: bool,
    reader: Option<Waker>,
    connection: Option<Waker>,
}

impl Incoming {
    /// Makes the two halves for a body of `len` bytes, or of unknown length.
    pub(crate) fn new(len: Option<u64>) -> (IncomingState, Self) {
        let shared = Arc::new(Mutex::new(Shared {
            chunk: None,
            end: None,
            trailers: None,
            remaining_len: len,
            wanted: false,
            dropped: false,
            reader: None,
            connection: None,
        }));
        (IncomingState(Arc::clone(&shared)), Self(shared))
    }

    pub(crate) fn remaining_len(&self) -> Option<u64> {
        lock(&self.0).remaining_len
    }

    /// The trailer section, where the body has ended with one.
    pub(super) fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        lock(&self.0).trailers.take()
    }

    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        let mut shared = lock(&self.0);
        if let Some(chunk) = shared.chunk.take() {
            shared.remaining_len = shared.remaining_len.map(|len| len.saturating_sub(chunk.len() as u64));
            return Poll::Ready(Some(Ok(chunk)));
        }
        match shared.end.take() {
            Some(Ok(())) => {
                shared.end = Some(Ok(()));
                return Poll::Ready(None);
            }
            Some(Err(error)) => {
                shared.end = Some(Ok(()));
                return Poll::Ready(Some(Err(error)));
            }
            None => {}
        }
        let is_new = !std::mem::replace(&mut shared.wanted, true);
        if !shared.reader.as_ref().is_some_and(|reader| reader.will_wake(context.waker())) {
            shared.reader = Some(context.waker().clone());
        }
        if is_new
            && let Some(connection) = shared.connection.take_if(|waker| !waker.will_wake(context.waker()))
        {
            connection.wake();
        }
        Poll::Pending
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        let mut shared = lock(&self.0);
        shared.dropped = true;
        shared.chunk = None;
        if let Some(connection) = shared.connection.take() {
            connection.wake();
        }
    }
}

impl IncomingState {
    /// Waits until the reader wants something.
    pub(crate) fn poll_wanted(&mut self, context: &mut Context<'_>) -> Poll<Wanted> {
        let mut shared = lock(&self.0);
        if shared.dropped || shared.end.is_some() {
            return Poll::Ready(Wanted::Nothing);
        }
        // Noted even where a chunk is wanted: a reader elsewhere may leave before it comes.
        if !shared.connection.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            shared.connection = Some(context.waker().clone());
        }
        if shared.wanted && shared.chunk.is_none() { Poll::Ready(Wanted::Chunk) } else { Poll::Pending }
    }

    /// Whether nobody can read it any more.
    pub(crate) fn is_dropped(&self) -> bool {
        lock(&self.0).dropped
    }

    /// Hands over the next chunk.
    pub(crate) fn push(&mut self, chunk: Bytes, context: &mut Context<'_>) {
        self.change(context, |shared| shared.chunk = Some(chunk));
    }

    /// Notes the trailer section of a body that is about to end.
    pub(crate) fn set_trailers(&mut self, trailers: Box<HeaderMap>) {
        lock(&self.0).trailers = Some(trailers);
    }

    /// Says that the body ended, well or badly.
    pub(crate) fn end(&mut self, end: Result<(), BodyError>, context: &mut Context<'_>) {
        self.change(context, |shared| shared.end = Some(end));
    }

    fn change(&mut self, context: &mut Context<'_>, change: impl FnOnce(&mut Shared)) {
        let mut shared = lock(&self.0);
        change(&mut shared);
        shared.wanted = false;
        if let Some(reader) = shared.reader.take_if(|waker| !waker.will_wake(context.waker())) {
            reader.wake();
        }
    }
}

impl Drop for IncomingState {
    /// A connection that ends leaves no reader waiting.
    fn drop(&mut self) {
        let mut shared = lock(&self.0);
        shared.connection = None;
        if shared.end.is_none() {
            shared.end = Some(Err(BodyError::Disconnected));
            if let Some(reader) = shared.reader.take() {
                reader.wake();
            }
        }
    }
}

/// A panic elsewhere while the lock was held leaves the state as whole as any: each change is one assignment.
fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
