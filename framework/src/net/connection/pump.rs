//! A request's body on its way from the socket to whoever reads it.
//!
//! The pump reads from the socket only while somebody waits for a chunk, and ends the body with an error where the
//! message is broken, too large or too slow. What nobody read is dropped before the next request, or the connection
//! closed: never are a body's bytes taken for a request.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

use super::super::Transport;
use super::super::deadline::MinRate;
use super::wire::{Gone, Wire};
use crate::h1::{CONTINUE, ChunkError, Expect};
use crate::http::{Body, BodyError, Incoming, IncomingState, Request, Wanted};
use crate::observe::{Ended, Timeout};

/// A rest of up to so many bytes is read and dropped to keep the connection; a larger one costs the connection.
const DISCARDED_BYTES: u64 = 256 * 1024;

/// The state of one request's body.
#[derive(Debug)]
pub(super) struct Pump {
    /// The reader's other half; `None` once nobody reads any more.
    reader: Option<IncomingState>,
    rate: MinRate,
    /// The most bytes of content, and how many there have been.
    limit: u64,
    received: u64,
    interim: Interim,
    /// The framing is lost or the limit passed: nothing behind can be read.
    failed: bool,
}

/// The `100 Continue` that a client may wait for (RFC 9110 §10.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interim {
    NotAsked,
    Owed,
    Sent,
}

/// What a look at the body brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pumped {
    /// The reader has something to look at.
    Progress,
    /// The reader waits, and so do we, for the client.
    Waiting,
    /// Nobody waits for the body.
    Idle,
}

/// What of the body is still unread when the answer is about to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Nothing, or what somebody still reads, or so little that it can be dropped.
    Little,
    /// More than is worth reading, or nobody knows how much, or nothing that can be read.
    Much,
}

impl Pump {
    /// For a body that is not going to be read.
    pub(super) fn unread() -> Self {
        Self {
            reader: None,
            rate: MinRate::new(0, Duration::ZERO),
            limit: 0,
            received: 0,
            interim: Interim::NotAsked,
            failed: false,
        }
    }

    /// Gives `request` its body: the bytes themselves where all of them are here, else a body to be filled, and what
    /// fills it.
    #[inline(never)]
    pub(super) fn attach<IO: Transport>(
        rate: MinRate,
        request: &mut Request,
        wire: &mut Wire<IO>,
    ) -> Option<Box<Self>> {
        let limit = request.body_limit();
        let mut pump = Self { rate, limit, ..Self::unread() };
        let len = wire.body.remaining_len();
        if let Some(len) = len
            && len <= limit
            && len <= wire.input.len() as u64
            && let Ok(Some(content)) = pump.next_content(wire)
        {
            request.set_body(Body::from(content));
            return None;
        }
        if wire.message.expect == Expect::Continue {
            pump.interim = Interim::Owed;
        }
        let (reader, incoming) = Incoming::new(len);
        pump.reader = Some(reader);
        request.set_body(Body::incoming(incoming));
        Some(Box::new(pump))
    }

    /// Moves the body on, as far as somebody waits for it.
    pub(super) fn pump<IO>(&mut self, wire: &mut Wire<IO>, context: &mut Context<'_>) -> Pumped
    where
        IO: Transport,
    {
        match self.reader.as_mut().map(|reader| reader.poll_wanted(context)) {
            Some(Poll::Ready(Wanted::Chunk)) => {}
            not_now => {
                if not_now != Some(Poll::Pending) {
                    self.reader = None;
                }
                self.rate.pause();
                return Pumped::Idle;
            }
        }
        loop {
            match self.next_content(wire) {
                Ok(Some(content)) => {
                    if let Some(reader) = &mut self.reader {
                        reader.push(content, context);
                    }
                    return if wire.body.is_complete() { self.end(wire, context) } else { Pumped::Progress };
                }
                Ok(None) if wire.body.is_complete() => return self.end(wire, context),
                Ok(None) => {}
                Err(fault) => {
                    fault.note(wire);
                    return self.finish(Err(fault.into_error(self.limit)), context);
                }
            }
            // The interim response is owed until the client is seen to send, or somebody wants what it holds back.
            if self.interim == Interim::Owed {
                self.interim = Interim::Sent;
                wire.output.tail().extend_from_slice(CONTINUE);
            }
            match wire.poll_read(context) {
                Poll::Ready(0) => {
                    wire.journal.note(Ended::ClientLeft);
                    let error = if wire.gone { BodyError::Disconnected } else { BodyError::Incomplete };
                    return self.finish(Err(error), context);
                }
                Poll::Ready(_) => self.rate.pause(),
                Poll::Pending => {
                    if self.rate.wait().is_some_and(|due| wire.is_due(due, context)) {
                        wire.journal.note(Ended::TimedOut(Timeout::Body));
                        return self.finish(Err(BodyError::TooSlow), context);
                    }
                    return Pumped::Waiting;
                }
            }
        }
    }

    /// Ends a body that is complete, with what stands behind it.
    fn end<IO: Transport>(&mut self, wire: &mut Wire<IO>, context: &mut Context<'_>) -> Pumped {
        if let (Some(reader), Some(trailers)) = (&mut self.reader, wire.body.take_trailers()) {
            reader.set_trailers(trailers);
        }
        self.finish(Ok(()), context)
    }

    fn finish(&mut self, end: Result<(), BodyError>, context: &mut Context<'_>) -> Pumped {
        self.failed |= end.is_err();
        if let Some(mut reader) = self.reader.take() {
            reader.end(end, context);
        }
        Pumped::Progress
    }

    /// Decodes from what has arrived; `None` where nothing of the body is there.
    fn next_content<IO: Transport>(&mut self, wire: &mut Wire<IO>) -> Result<Option<Bytes>, Fault> {
        let Wire { input, body, .. } = wire;
        while !input.is_empty() && !body.is_complete() {
            let decoded = body.decode(input.unread()).map_err(Fault::Malformed)?;
            if decoded.consumed == 0 {
                return Ok(None);
            }
            self.interim = Interim::NotAsked;
            // What came with the head, or while nobody read, counts like what we waited for.
            self.rate.earn(decoded.consumed as u64);
            let content = input.unread().get(decoded.content).unwrap_or_default();
            self.received += content.len() as u64;
            if self.received > self.limit {
                return Err(Fault::TooLarge);
            }
            let content = Bytes::copy_from_slice(content);
            input.consume(decoded.consumed);
            if !content.is_empty() {
                return Ok(Some(content));
            }
        }
        Ok(None)
    }

    /// Settles what the answer's head depends on. The `100 Continue` that is still owed goes out where the response
    /// itself is going to read the body: after its head it would be too late. Of a body that nobody reads any more, what
    /// has arrived is dropped, so that it is known how much is left.
    pub(super) fn settle<IO: Transport>(&mut self, wire: &mut Wire<IO>) {
        // What the answer takes is not the client's time.
        self.rate.pause();
        let read_later = self.reader.as_ref().is_some_and(|reader| !reader.is_dropped());
        if !read_later {
            self.reader = None;
            if let Err(fault) = self.drop_arrived(wire) {
                fault.note(wire);
                self.failed = true;
            }
        } else if self.interim == Interim::Owed {
            self.interim = Interim::Sent;
            wire.output.tail().extend_from_slice(CONTINUE);
        }
    }

    fn drop_arrived<IO: Transport>(&mut self, wire: &mut Wire<IO>) -> Result<(), Fault> {
        if self.failed || wire.body.is_complete() {
            return Ok(());
        }
        self.limit = self.received.saturating_add(DISCARDED_BYTES);
        while self.next_content(wire)?.is_some() {}
        Ok(())
    }

    /// Whether the connection can go on after this body.
    pub(super) fn rest<IO: Transport>(&self, wire: &Wire<IO>) -> Unread {
        if self.failed || (self.interim == Interim::Owed && !wire.body.is_complete()) {
            // A client that still waits for `100 Continue` may send the body or not: nobody could tell which.
            return Unread::Much;
        }
        if self.reader.is_some() {
            return Unread::Little;
        }
        match wire.body.remaining_len() {
            Some(len) if len <= DISCARDED_BYTES => Unread::Little,
            // Of chunks nobody knows how many there are: announced now, the end is one that the client understands
            // (RFC 9112 §9.6).
            Some(_) | None => Unread::Much,
        }
    }

    /// Whether every byte of the body has been consumed.
    pub(super) fn is_complete<IO: Transport>(&self, wire: &Wire<IO>) -> bool {
        wire.body.is_complete() && !self.failed
    }

    /// Reads and drops what nobody read; `false` where that is too much, too slow, or broken.
    pub(super) async fn discard<IO>(&mut self, wire: &mut Wire<IO>) -> bool
    where
        IO: Transport,
    {
        self.reader = None;
        if self.failed {
            return false;
        }
        self.limit = self.received.saturating_add(DISCARDED_BYTES);
        poll_fn(|context| self.poll_discard(wire, context)).await
    }

    fn poll_discard<IO>(&mut self, wire: &mut Wire<IO>, context: &mut Context<'_>) -> Poll<bool>
    where
        IO: Transport,
    {
        loop {
            match self.next_content(wire) {
                Ok(Some(_)) => continue,
                Ok(None) if wire.body.is_complete() => return Poll::Ready(true),
                Ok(None) => {}
                Err(fault) => {
                    fault.note(wire);
                    return Poll::Ready(false);
                }
            }
            // The answer must not wait for the rest of the question.
            if let Poll::Ready(Err(Gone)) = wire.poll_flush(context) {
                return Poll::Ready(false);
            }
            match wire.poll_read(context) {
                Poll::Ready(0) => return Poll::Ready(false),
                Poll::Ready(_) => self.rate.pause(),
                Poll::Pending => {
                    let due = self.rate.wait();
                    if !due.is_some_and(|due| wire.is_due(due, context)) {
                        return Poll::Pending;
                    }
                    wire.journal.note(Ended::TimedOut(Timeout::Body));
                    return Poll::Ready(false);
                }
            }
        }
    }
}

/// Why nothing more of a body can be taken from what arrived.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Malformed(ChunkError),
    TooLarge,
}

impl Fault {
    /// Notes what the client did wrong; a body that is too large is answered in good order.
    fn note<IO: Transport>(self, wire: &mut Wire<IO>) {
        match self {
            Self::Malformed(error) => wire.journal.note(Ended::Malformed(error.into())),
            Self::TooLarge => {}
        }
    }

    /// What the reader is told.
    fn into_error(self, limit: u64) -> BodyError {
        match self {
            Self::Malformed(error) => error.into(),
            Self::TooLarge => BodyError::TooLarge { limit },
        }
    }
}
