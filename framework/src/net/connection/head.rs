//! Waiting for the next request: idle, then its head.

use std::future::poll_fn;
use std::task::{Context, Poll};

use tokio::time::Instant;

use super::super::Transport;
use super::super::deadline::after;
use super::wire::{Gone, Wire, is_empty_line};
use crate::h1::{HeadError, ParsedHead};
use crate::http::Request;
use crate::observe::{Ended, Timeout};

/// What came of waiting for a request.
pub(super) enum NextHead {
    /// A request whose body is still to be read.
    Request(Request, ParsedHead),
    /// Bytes that no request begins with; nothing after them is read.
    Malformed(HeadError),
    /// A head that was begun and not ended in time.
    TimedOut,
    /// A head that was begun, before the client left.
    Left,
    /// No further request: the client closed its half, was idle for too long, or the server drains.
    Ended,
    /// The client does not take the answers that it has coming.
    Stalled,
}

/// What is known while a head is awaited.
#[derive(Default)]
struct Waiting {
    /// Storage for the request, from its first byte on: an idle connection holds none.
    request: Option<Request>,
    /// When the wait for the first byte, or for the head's end, began.
    since: Option<Instant>,
    /// Whether the buffer holds bytes that the parser has not seen.
    fresh: bool,
}

impl<IO: Transport> Wire<IO> {
    /// Waits for a request's head.
    pub(super) async fn next_head(&mut self) -> NextHead {
        let mut waiting = Waiting { fresh: !self.input.is_empty(), ..Waiting::default() };
        poll_fn(|context| self.poll_head(&mut waiting, context)).await
    }

    fn poll_head(&mut self, waiting: &mut Waiting, context: &mut Context<'_>) -> Poll<NextHead> {
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
                    return Poll::Ready(NextHead::Stalled);
                }
                Poll::Pending => return Poll::Pending,
            }
            match self.poll_read(context) {
                Poll::Ready(0) if waiting.request.is_some() => {
                    self.give_up_head();
                    self.journal.note(Ended::ClientLeft);
                    return Poll::Ready(NextHead::Left);
                }
                Poll::Ready(0) => return Poll::Ready(NextHead::Ended),
                Poll::Ready(_) => {
                    if waiting.request.is_none() && !is_empty_line(self.input.unread()) {
                        waiting.since = None;
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
                self.parser.reset();
                self.idle_timeout = self.limits.keep_alive_timeout;
                waiting.request.take().map(|request| NextHead::Request(request, head))
            }
            Err(error) => {
                self.give_up_head();
                self.journal.note(Ended::Malformed(error.into()));
                Some(NextHead::Malformed(error))
            }
        }
    }

    /// Nothing has come: looks at the deadline, and at the drain where no request was begun.
    fn poll_wait(&mut self, waiting: &mut Waiting, context: &mut Context<'_>) -> Poll<NextHead> {
        let since = *waiting.since.get_or_insert_with(Instant::now);
        if waiting.request.is_some() {
            self.input.shrink();
            if !self.is_due(after(since, self.limits.header_read_timeout), context) {
                return Poll::Pending;
            }
            self.give_up_head();
            self.journal.note(Ended::TimedOut(Timeout::Head));
            return Poll::Ready(NextHead::TimedOut);
        }
        self.input.shrink();
        self.place.idle();
        let is_draining = self.place.is_draining(context.waker());
        let patience =
            if is_draining { self.limits.last_call.min(self.idle_timeout) } else { self.idle_timeout };
        if !self.is_due(after(since, patience), context) {
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
        Poll::Ready(NextHead::Ended)
    }
}
