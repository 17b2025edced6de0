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
mod switched;
#[cfg(test)]
mod tests;
mod wire;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::consume_budget;

#[cfg(feature = "http2")]
pub(super) use self::answer::chain as cause_chain;
use self::answer::{Answered, Message};
pub(crate) use self::exchange::panic_text;
use self::exchange::{Exchange, Watch};
#[cfg(feature = "http2")]
pub(super) use self::exchange::{on_disconnect, poll_caught};
use self::head::NextHead;
use self::journal::Journal;
#[cfg(any(test, feature = "__properties"))]
pub use self::property::connection;
#[cfg(all(feature = "http2", any(test, feature = "__properties")))]
pub use self::property::http2;
use self::wire::Wire;
use super::{Application, Limits, Place, Routed, Transport, clock};
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
    let mut connection = Connection { wire: Wire::new(io, limits, place, journal), app };
    // What it captures is used where it lies; the arguments of an `async fn` would be kept beside what is made of them.
    Turns { serving: async move { connection.run().await } }
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

struct Connection<IO: Transport, A> {
    wire: Wire<IO>,
    app: Arc<A>,
}

impl<IO, A> Connection<IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Serves it to its end.
    async fn run(&mut self) {
        let after = self.serve().await;
        let wire = &mut self.wire;
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

    /// Answers request after request; gives how the connection is to end.
    async fn serve(&mut self) -> After {
        loop {
            let next = {
                let mut waiting = self.wire.wait_for_head();
                poll_fn(|context| self.wire.poll_head(&mut waiting, context)).await
            };
            let after = {
                // Made when there is something to be answered: an idle connection has no room for it.
                let mut exchange = Exchange::default();
                match next {
                    NextHead::Request(mut request) => {
                        if let Some(Routed { target, policy, .. }) = self.begin(&mut request, &mut exchange) {
                            let (wire, mut watch) = (&mut self.wire, Watch::new(policy));
                            // Pinned where it is made: moved, it would be copied.
                            let mut answer = pin!(self.app.answer(request, target));
                            poll_fn(|context| watch.poll(wire, &mut exchange, answer.as_mut(), context))
                                .await;
                        }
                    }
                    NextHead::Ended(after) => {
                        self.wire.finish_exchange();
                        return after;
                    }
                    // In a box, as below.
                    NextHead::Http2(http2) => return Box::pin(self.serve_http2(http2)).await,
                    NextHead::Unreadable(problem) => self.refuse(*problem, &mut exchange),
                }
                let after = match self.answer(&mut exchange) {
                    Answered::Whole(after) => after,
                    // In a box: a connection that waits for nothing of the kind has no room for it.
                    Answered::Begun(rest) => {
                        let (id, span) = (self.wire.journal.id(), exchange.span.clone());
                        let rest = self.answer_rest(rest, &mut exchange.pump);
                        Box::pin(scope::around(id, span, rest)).await
                    }
                    Answered::Switched(takeover) => {
                        Box::pin(self.serve_switched(takeover, &mut exchange)).await
                    }
                };
                if let Some(span) = &exchange.span {
                    self.wire.journal.conclude(span);
                }
                if exchange.is_turned_away && after != After::Abort { After::Linger } else { after }
            };
            self.wire.finish_exchange();
            if after != After::Next {
                return after;
            }
            // However many requests a client has sent at once, the others of this thread have their turn. Where it has
            // sent no more, the read that follows sees to that.
            if !self.wire.input.is_empty() {
                consume_budget().await;
            }
        }
    }

    /// Answers a request that could not be read; the connection ends with it.
    fn refuse(&mut self, problem: Problem, exchange: &mut Exchange) {
        self.wire.message = Message::unread(&self.wire.facts());
        exchange.response = Some(problem.into_response());
        exchange.is_turned_away = true;
    }
}
