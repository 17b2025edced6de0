//! Where a connection turns out to be one of HTTP/2: it begins with the preface, which no request of HTTP/1 does.
//!
//! That is looked for where the parser has refused the first request, and nowhere else: connections of HTTP/1 pay nothing
//! for it.

use std::io::{self, IoSlice};
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::ReadBuf;

use super::super::http2::{Carrier, Ending, PREFACE, Service, serve};
use super::super::{Application, Transport};
use super::wire::Wire;
use super::{After, Connection};

/// A connection that has begun with the preface.
#[derive(Debug)]
pub(super) struct Http2;

impl<IO: Transport> Wire<IO> {
    /// Whether what has arrived, which is no request, is the preface, or the beginning of it: then `Some`.
    #[cold]
    pub(super) fn preface(&mut self) -> Option<Option<Http2>> {
        let unread = self.input.unread();
        if !self.limits.http2.enabled || self.is_kept {
            return None;
        }
        if unread.starts_with(PREFACE) {
            return Some(Some(Http2));
        }
        PREFACE.starts_with(unread).then(|| {
            self.parser.reset();
            None
        })
    }
}

impl<IO, A> Connection<IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Serves it as one of HTTP/2, to its end.
    #[cold]
    pub(super) async fn serve_http2(&mut self, _: Http2) -> After {
        let wire = &mut self.wire;
        wire.begin_http2();
        let service = Service {
            app: Arc::clone(&self.app),
            limits: Arc::clone(&wire.limits),
            witness: wire.journal.witness().clone(),
            peer: wire.journal.peer(),
            place: wire.place.beside(),
        };
        match serve(wire, service).await {
            Ending::Orderly if wire.eof => After::Close,
            Ending::Orderly => After::Leave,
            Ending::AtFault => After::Linger,
            Ending::Cut => After::Abort,
        }
    }
}

impl<IO: Transport> Carrier for Wire<IO> {
    fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_read_into(context, buffer)
    }

    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.poll_write_out(context, bytes)
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush_out(context)
    }
}
