//! One connection of HTTP/1.1 or 1.0, from its first byte to its last (RFC 9112).
//!
//! ```text
//!            ┌──────────────── the next request, or the keep-alive timeout ───────────────┐
//!            ▼                                                                             │
//!   idle ── first byte ──► head ── complete ──► exchange ── response ──► answer ── whole ──┤
//!                           │                      │                       │              │
//!                malformed, late: 4xx        client gone            cut off, stalled      │ close
//!                           │                      ▼                       ▼              ▼
//!                           └──────► linger     abort                    abort       linger, end
//! ```
//!
//! One task does all of it, one request at a time: requests that were pipelined wait in the read buffer and are
//! answered in order. Answers are gathered and written when nothing more can be answered at once, so that all the
//! requests of one read are answered with one write. Nothing is parsed after a request that could not be framed, or
//! whose answer said `Connection: close`.
//!
//! When two things are possible at once, bytes that have arrived win over a timeout, and over the drain: a request
//! that reached the server before it began to drain is answered. And as a client that just got its answer may have
//! sent its next request, of which nothing is seen yet, a connection drains once it has been idle for a moment: the
//! last call.

mod answer;
mod exchange;
mod head;
#[cfg(feature = "http2")]
mod http2;
#[cfg(not(feature = "http2"))]
#[path = "no_http2.rs"]
mod http2;
mod journal;
#[cfg(any(test, feature = "__properties"))]
mod property;
mod pump;
mod rest;
mod switched;
#[cfg(test)]
mod tests;
mod wire;

use std::future::{poll_fn, ready};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::consume_budget;

#[cfg(feature = "http2")]
pub(super) use self::answer::chain as cause_chain;
use self::answer::{Answered, Begun, Message};
pub(crate) use self::exchange::panic_text;
use self::exchange::{Exchange, Handling};
#[cfg(feature = "http2")]
pub(super) use self::exchange::{on_disconnect, poll_caught};
use self::head::{NextHead, Waiting};
use self::http2::Http2;
use self::journal::Journal;
#[cfg(any(test, feature = "__properties"))]
pub use self::property::connection;
#[cfg(all(feature = "http2", any(test, feature = "__properties")))]
pub use self::property::http2;
use self::wire::Wire;
use super::{Application, Limits, Place, Transport, clock};
use crate::http::Request;
use crate::middleware::BoxFuture;
use crate::observe::{Witness, scope};
use crate::respond::{IntoResponse, Problem};

/// How long a client may go on sending after an answer that ends the connection.
const LINGER: Duration = Duration::from_secs(5);

/// Who is at the other end, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Peer {
    /// `None` for transports without addresses.
    pub(crate) addr: Option<SocketAddr>,
    /// Whether nobody in between can read or change what it sends.
    pub(crate) is_secure: bool,
}

/// What becomes of the connection after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// The next request is read.
    Next,
    /// What is buffered is written, and the connection closed.
    Close,
    /// The same, but the client may still be sending: closing at once would reset the connection, and the client
    /// could lose the answer (RFC 9112 §9.6).
    Linger,
    /// Nothing is owed, and the connection closed; but a request may be on its way from the client. That is read and
    /// dropped, so that the client sees an end and no reset.
    Leave,
    /// Nothing more is written: the client has left, or must see that the answer is not whole.
    Abort,
}

/// Serves a connection until it ends.
///
/// # Cancel safety
///
/// Dropping the future cuts the connection off.
pub(crate) fn serve_connection<IO, A>(
    io: IO,
    peer: Peer,
    app: Arc<A>,
    limits: Arc<Limits>,
    place: Place,
    witness: Witness,
) -> impl Future<Output = ()> + Send
where
    IO: Transport,
    A: Application,
{
    let journal = Journal::new(witness, peer);
    let mut wire = Wire::new(io, limits, place, journal);
    // What it captures is used where it lies; the arguments of an `async fn` would be kept beside what is made of them.
    Turns { serving: async move { Connection { wire: &mut wire, app: &app }.run().await } }
}

pin_project! {
    /// A connection's task, each poll of which is a turn.
    pub(super) struct Turns<Serving> {
        #[pin]
        serving: Serving,
    }
}

#[cfg(feature = "http2")]
impl<Serving> Turns<Serving> {
    pub(super) fn of(serving: Serving) -> Self {
        Self { serving }
    }
}

impl<Serving: Future<Output = ()>> Future for Turns<Serving> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        clock::begin_turn();
        self.project().serving.poll(context)
    }
}

/// A connection under way: its transport, and what answers its requests.
struct Connection<'a, IO: Transport, A> {
    wire: &'a mut Wire<IO>,
    app: &'a Arc<A>,
}

/// What a connection waits for.
enum Step<'a> {
    /// A request's head.
    Head(Waiting),
    /// What answers a request.
    Handler(Handling<'a>),
}

/// What is no part of most connections' daily work.
enum Paused {
    /// The connection ends, and this is how.
    Ended(After),
    /// It goes on as one of HTTP/2.
    Http2(Http2),
    /// An answer is begun, and this is left of it.
    Begun(Box<Begun>),
}

impl<'a, IO, A> Connection<'a, IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Serves it to its end: answers request after request.
    async fn run(&mut self) {
        let mut step = Step::Head(self.wire.wait_for_head());
        let after = loop {
            let paused = poll_fn(|context| self.poll_step(&mut step, context)).await;
            if let Paused::Ended(after) = paused {
                break after;
            }
            let after = self.resume(paused).await;
            if after != After::Next {
                break after;
            }
            step = Step::Head(self.wire.wait_for_head());
        };
        self.end(after).await;
    }

    /// Ends it as it is to end.
    async fn end(&mut self, after: After) {
        let wire = &mut *self.wire;
        let patience = match after {
            After::Next | After::Close => None,
            After::Linger => Some(LINGER),
            After::Leave => Some(wire.limits.last_call),
            After::Abort => return wire.abort(),
        };
        if !wire.close().await {
            return wire.abort();
        }
        if let Some(patience) = patience {
            wire.discard_until_end(patience).await;
        }
    }

    /// Answers request after request, as far as that goes at once.
    fn poll_step(&mut self, step: &mut Step<'a>, context: &mut Context<'_>) -> Poll<Paused> {
        loop {
            let answered = match step {
                Step::Head(waiting) => match ready!(self.wire.poll_head(waiting, context)) {
                    NextHead::Request(request) => ready!(self.poll_request(request, step, context)),
                    NextHead::Unreadable(problem) => self.refuse(*problem),
                    NextHead::Ended(after) => {
                        self.wire.finish_exchange();
                        return Poll::Ready(Paused::Ended(after));
                    }
                    NextHead::Http2(http2) => return Poll::Ready(Paused::Http2(http2)),
                },
                Step::Handler(handling) => {
                    let mut response = None;
                    ready!(handling.poll(self.wire, &mut response, context));
                    let exchange = handling.take_exchange();
                    // Its future ends before the answer begins.
                    *step = Step::Head(Waiting::default());
                    self.answer(&mut response, exchange)
                }
            };
            match answered {
                Answered::Whole(After::Next) => {}
                Answered::Whole(after) => return Poll::Ready(Paused::Ended(after)),
                Answered::Begun(begun) => return Poll::Ready(Paused::Begun(begun)),
            }
            *step = Step::Head(self.wire.wait_for_head());
            // However many requests a client has sent at once, the others of this thread have their turn. Where it has
            // sent no more, the read that follows sees to that.
            if !self.wire.input.is_empty() && pin!(consume_budget()).poll(context).is_pending() {
                self.wire.input.shrink();
                return Poll::Pending;
            }
        }
    }

    /// Answers a request. What it needs lies on the stack, and is moved to `step` only where its handler waits.
    fn poll_request(
        &mut self,
        request: Request,
        step: &mut Step<'a>,
        context: &mut Context<'_>,
    ) -> Poll<Answered> {
        // Written where they lie: given back by each call, they would be copied.
        let (mut response, mut exchange) = (None, Exchange::default());
        if let Some(mut handling) = self.begin(request, &mut exchange, &mut response, context) {
            if handling.wait(self.wire, &mut response, context).is_pending() {
                *step = Step::Handler(handling);
                return Poll::Pending;
            }
            exchange = handling.into_exchange();
        }
        Poll::Ready(self.answer(&mut response, exchange))
    }

    /// Goes on with what is rare; gives what becomes of the connection behind it. In a box: a connection that waits for
    /// nothing of the kind has no room for it.
    fn resume(&mut self, paused: Paused) -> BoxFuture<'_, After> {
        self.wire.input.shrink();
        match paused {
            Paused::Ended(after) => Box::pin(ready(after)),
            Paused::Http2(http2) => Box::pin(self.serve_http2(http2)),
            Paused::Begun(begun) => match *begun {
                Begun::Switched(takeover, exchange) => Box::pin(self.serve_switched(takeover, exchange)),
                Begun::Rest(rest, exchange) => {
                    let (id, span) = (self.wire.journal.id(), exchange.span.clone());
                    Box::pin(scope::around(id, span, self.answer_rest(rest, exchange)))
                }
            },
        }
    }

    /// Answers a request that could not be read; the connection ends with it.
    #[cold]
    fn refuse(&mut self, problem: Problem) -> Answered {
        self.wire.message = Message::unread(&self.wire.facts());
        let exchange = Exchange { is_turned_away: true, ..Exchange::default() };
        self.answer(&mut Some(problem.into_response()), exchange)
    }

    /// Ends an exchange of which nothing is left to be done; gives what becomes of the connection.
    #[inline(always)]
    fn conclude(&mut self, exchange: Exchange, after: After) -> After {
        let Exchange { pump, span, is_turned_away } = exchange;
        if let Some(span) = span {
            self.wire.journal.conclude(&span);
        }
        // Looked at first: to drop what is not there costs as well.
        if let Some(pump) = pump {
            drop(pump);
        }
        self.wire.finish_exchange();
        if is_turned_away && after != After::Abort { After::Linger } else { after }
    }
}
