//! A connection behind a 101: another protocol has it, and is counted as the request that it was.

use std::any::Any;
use std::future::poll_fn;
use std::task::{Context, Poll};

use super::super::{Application, Transport, clock};
use super::exchange::{Exchange, panic_text};
use super::wire::{Following, Wire};
use super::{After, Connection};
use crate::h1::{BodyLength, EncodeContext, Persistence, RequestKind, encode_head};
use crate::http::{Link, Parting, RequestId, Response, Takeover, Unreachable};
use crate::observe::{Ended, scope};

impl<IO, A> Connection<'_, IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Writes the head of a 101; `false` where the answer has nothing that takes the connection over, or the request's
    /// body stands between.
    #[cold]
    pub(super) fn switch(&mut self, response: &Response) -> bool {
        let wire = &mut *self.wire;
        if !response.has_takeover() || !wire.body.is_complete() {
            return false;
        }
        wire.journal.answered(response);
        wire.journal.switched();
        let context = EncodeContext {
            version: http::Version::HTTP_11,
            kind: RequestKind::Other,
            // It serves no other request, and yet it lives.
            persistence: Persistence::KeepAlive,
            date: &clock::date(),
        };
        encode_head(response, BodyLength::Known(0), &context, wire.output.tail());
        wire.following = Following::Nothing;
        true
    }

    /// Lets another protocol have the connection until it parts from it; gives how that ends.
    #[cold]
    pub(super) async fn serve_switched(
        &mut self,
        mut takeover: Box<dyn Takeover>,
        exchange: Exchange,
    ) -> After {
        let exchange = Exchange { span: exchange.span, ..Exchange::default() };
        let span = exchange.span.as_deref();
        let wire = &mut *self.wire;
        if !wire.journal.is_measured() {
            wire.input.release();
        }
        let id = wire.journal.id();
        let parting = poll_fn(|context| {
            let _entered = scope::enter(Some(&id), span);
            takeover.poll(wire, context)
        })
        .await;
        wire.place.answered();
        if wire.output.is_empty() {
            // All was written while the other protocol had the connection.
            wire.place.written();
        }
        let after = match parting {
            Parting::Closed if wire.eof => After::Close,
            Parting::Closed => After::Linger,
            Parting::Lost => {
                wire.journal.note(Ended::ClientLeft);
                After::Abort
            }
        };
        drop(takeover);
        self.conclude(exchange, after)
    }
}

impl<IO: Transport> Link for Wire<IO> {
    fn unread(&self) -> &[u8] {
        self.input.unread()
    }

    fn consume(&mut self, len: usize) {
        self.input.consume(len);
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        self.poll_read(context)
    }

    fn output(&mut self) -> &mut Vec<u8> {
        self.output.tail()
    }

    fn unsent_len(&self) -> usize {
        self.output.len()
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Unreachable>> {
        self.poll_flush(context).map_err(|_| Unreachable)
    }

    fn shrink(&mut self) {
        self.input.shrink();
    }

    fn request_id(&mut self) -> RequestId {
        self.journal.id()
    }

    fn panicked(&mut self, panic: &(dyn Any + Send)) {
        self.journal.tally().panicked();
        let request_id = self.journal.id();
        tracing::error!(%request_id, panic = panic_text(panic), "a handler panicked");
    }
}
