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
mod journal;
#[cfg(any(test, feature = "__properties"))]
mod property;
mod pump;
#[cfg(test)]
mod tests;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::task::consume_budget;

pub(crate) use self::exchange::panic_text;
use self::head::NextHead;
use self::journal::Journal;
#[cfg(any(test, feature = "__properties"))]
pub use self::property::connection;
use self::wire::Wire;
use super::{Application, Limits, Place, Transport, clock};
use crate::observe::Witness;
use crate::respond::{IntoResponse, Problem};

/// How long a client may go on sending after an answer that ends the connection.
const LINGER: Duration = Duration::from_secs(5);

/// Who is at the other end, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Peer {
    /// `None` for transports without addresses.
    pub(crate) addr: Option<SocketAddr>,
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
pub(crate) async fn serve_connection<IO, A>(
    io: IO,
    peer: Peer,
    app: Arc<A>,
    limits: Arc<Limits>,
    place: Place,
    witness: Witness,
) where
    IO: Transport,
    A: Application,
{
    let journal = Journal::new(witness, peer.addr);
    let mut connection = Connection { wire: Wire::new(io, limits, place, journal), app };
    match connection.serve().await {
        After::Next | After::Close => {
            if !connection.wire.close().await {
                connection.wire.abort();
            }
        }
        After::Linger => {
            if connection.wire.close().await {
                connection.wire.discard_until_end(LINGER).await;
            } else {
                connection.wire.abort();
            }
        }
        After::Leave => {
            let patience = connection.wire.limits.last_call;
            if connection.wire.close().await {
                connection.wire.discard_until_end(patience).await;
            } else {
                connection.wire.abort();
            }
        }
        After::Abort => connection.wire.abort(),
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
    /// Answers request after request; gives how the connection is to end.
    async fn serve(&mut self) -> After {
        loop {
            let after = match self.wire.next_head().await {
                NextHead::Request(request, head) => self.exchange(request, head).await,
                NextHead::Malformed(error) => {
                    tracing::debug!(%error, peer = ?self.wire.journal.client_addr(), "a request was refused");
                    self.refuse(Problem::new(error.status()).detail(error.to_string())).await
                }
                NextHead::TimedOut => {
                    let detail = "the request's head did not arrive in time";
                    self.refuse(Problem::new(StatusCode::REQUEST_TIMEOUT).detail(detail)).await
                }
                NextHead::Left => After::Close,
                NextHead::Ended if self.wire.eof => After::Close,
                NextHead::Ended => After::Leave,
                NextHead::Stalled => After::Abort,
            };
            self.wire.finish_exchange();
            if after != After::Next {
                return after;
            }
            // However many requests a client has sent at once, the others of this thread have their turn.
            consume_budget().await;
        }
    }

    /// Answers a request that could not be read; the connection ends with it.
    async fn refuse(&mut self, problem: Problem) -> After {
        // It may have been waited for.
        clock::tick();
        let message = answer::Message::unread(&self.wire.facts());
        match self.respond(problem.into_response(), message, &mut pump::Pump::nothing()).await {
            After::Abort => After::Abort,
            After::Next | After::Close | After::Leave | After::Linger => After::Linger,
        }
    }
}
