//! Waiting for the next request: idle, then its head.

use std::task::{Context, Poll};
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use super::super::deadline::after;
use super::super::{Transport, clock};
use super::After;
use super::http2::Http2;
use super::wire::{Gone, Wire, is_empty_line};
use crate::h1::{BodyDecoder, HeadError};
use crate::http::Request;
use crate::observe::{Ended, Timeout};
use crate::respond::Problem;

/// A deadline that is looked at so late was missed by a thread that had something else to do.
const HELD: Duration = Duration::from_secs(1);

/// What came of waiting for a request.
pub(super) enum NextHead {
    /// A request whose body is still to be read; what its head says of the message is noted.
    Request(Request),
    /// There is none: the connection has begun as one of HTTP/2.
    Http2(Http2),
    /// Bytes that no request begins with, or a head that was begun and not ended in time; nothing after them is read.
    Unreadable(Box<Problem>),
    /// There is none, and nothing to be answered.
    Ended(After),
}

/// What is known while a head is awaited.
#[derive(Default)]
pub(super) struct Waiting {
    /// Storage for the request, from its first byte on: an idle connection holds none.
    request: Option<Request>,
    /// When the wait for the first byte, or for the head's end, began.
    since: Option<Instant>,
    /// Whether that time was looked up anew, and not the turn's.
    is_timed: bool,
    /// Whether the buffer holds bytes that the parser has not seen.
    fresh: bool,
}

impl<IO: Transport> Wire<IO> {
    /// What is known before a request's head is waited for.
    pub(super) fn wait_for_head(&self) -> Waiting {
        Waiting { fresh: !self.input.is_empty(), ..Waiting::default() }
    }

    /// Waits for a request's head.
    pub(super) fn poll_head(&mut self, waiting: &mut Waiting, context: &mut Context<'_>) -> Poll<NextHead> {
        loop {
            if std::mem::take(&mut waiting.fresh) && !is_empty_line(self.input.unread()) {
                self.place.reading();
                if let Some(next) = self.parse(waiting) {
                    return Poll::Ready(next);
                }
            }
            // Before we wait for more bytes, what was answered goes out. A client that does not take it is not read
            // from either: that bounds what can pile up.
            match self.poll_flush(context) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(Gone)) => {
                    if waiting.request.is_some() {
                        self.give_up_head();
                    }
                    // The client does not take the answers that it has coming.
                    return Poll::Ready(NextHead::Ended(After::Abort));
                }
                Poll::Pending => {
                    self.input.shrink();
                    return Poll::Pending;
                }
            }
            match self.poll_read(context) {
                Poll::Ready(0) if waiting.request.is_some() => {
                    self.give_up_head();
                    self.journal.note(Ended::ClientLeft);
                    return Poll::Ready(NextHead::Ended(After::Close));
                }
                Poll::Ready(0) => return Poll::Ready(NextHead::Ended(After::Close)),
                Poll::Ready(_) => {
                    if waiting.request.is_none() && !is_empty_line(self.input.unread()) {
                        (waiting.since, waiting.is_timed) = (None, false);
                    }
                    waiting.fresh = true;
                }
                Poll::Pending => return self.poll_wait(waiting, context),
            }
        }
    }

    /// Asks the parser about what has arrived; `None` where it needs more.
    fn parse(&mut self, waiting: &mut Waiting) -> Option<NextHead> {
        if waiting.request.is_none() {
            self.begin_exchange();
        }
        let request = waiting.request.get_or_insert_with(Request::empty);
        match self.parser.parse(self.input.unread(), &self.limits.head, request.head_mut()) {
            Ok(None) => None,
            Ok(Some(head)) => {
                request.head_mut().replace_host();
                self.input.hold(head.len);
                self.is_kept = true;
                self.message.read(request, &head);
                self.body = BodyDecoder::new(head.framing);
                waiting.request.take().map(NextHead::Request)
            }
            Err(error) => {
                if let Some(preface) = self.preface() {
                    request.head_mut().clear();
                    return preface.map(NextHead::Http2);
                }
                Some(self.refuse_head(error))
            }
        }
    }

    #[cold]
    fn refuse_head(&mut self, error: HeadError) -> NextHead {
        self.give_up_head();
        self.journal.note(Ended::Malformed(error.into()));
        tracing::debug!(%error, peer = ?self.journal.peer().addr, "a request was refused");
        unreadable(Problem::new(error.status()).detail(error.to_string()))
    }

    /// Nothing has come: looks at the deadline, and at the drain where no request was begun.
    fn poll_wait(&mut self, waiting: &mut Waiting, context: &mut Context<'_>) -> Poll<NextHead> {
        if waiting.request.is_some() {
            self.input.shrink();
            if !self.has_waited(waiting, self.limits.header_read_timeout, context) {
                return Poll::Pending;
            }
            self.give_up_head();
            self.journal.note(Ended::TimedOut(Timeout::Head));
            let detail = "the request's head did not arrive in time";
            return Poll::Ready(unreadable(Problem::new(StatusCode::REQUEST_TIMEOUT).detail(detail)));
        }
        self.input.shrink();
        self.place.idle();
        let is_draining = self.place.is_draining(context.waker());
        let timeout = self.idle_timeout();
        let patience = if is_draining { self.limits.last_call.min(timeout) } else { timeout };
        if !self.has_waited(waiting, patience, context) {
            return Poll::Pending;
        }
        // The last look: what has arrived by now is answered. The readiness of the transport is on its way to us
        // then, and wakes this task.
        if self.has_arrived() {
            return Poll::Pending;
        }
        if !is_draining {
            self.journal.tally().idled();
        }
        Poll::Ready(NextHead::Ended(After::Leave))
    }

    /// Whether the wait has lasted for so long; it begins with the first call.
    fn has_waited(&mut self, waiting: &mut Waiting, patience: Duration, context: &mut Context<'_>) -> bool {
        if let Some(since) = waiting.since {
            let due = after(since, patience);
            let is_due = self.is_due(due, context);
            if !is_due || waiting.is_timed || self.place.drains() || due.elapsed() < HELD {
                return is_due;
            }
            // So late a look, and no drain that made the wait shorter: the turn in which it began may have been held
            // by a handler, and its time was an old one.
            let now = Instant::now();
            (waiting.since, waiting.is_timed) = (Some(now), true);
            return self.is_due(after(now, patience), context);
        }
        let mut begins_at = |since| {
            waiting.since = Some(since);
            self.is_due(after(since, patience), context)
        };
        // What the turn's time is old by is no time that the client took.
        begins_at(clock::now()) && begins_at(Instant::now())
    }
}

fn unreadable(problem: Problem) -> NextHead {
    NextHead::Unreadable(Box::new(problem))
}
