//! Where a connection turns out to be one of HTTP/2: it begins with the preface, which no request of HTTP/1 does.
//!
//! That is looked for where the parser has refused the first request, and nowhere else: connections of HTTP/1 pay nothing
//! for it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

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

impl<IO, A> Connection<'_, IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Serves it as one of HTTP/2, to its end.
    #[cold]
    pub(super) async fn serve_http2(&mut self, _: Http2) -> After {
        let wire = &mut *self.wire;
        wire.begin_http2();
        let service = Service {
            app: Arc::clone(self.app),
            limits: Arc::clone(&wire.limits),
            witness: wire.journal.witness().clone(),
            peer: *wire.journal.peer(),
            security: wire.security(),
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

/// What was read before the preface was known comes first.
impl<IO: Transport> Carrier for Wire<IO> {
    fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.input.is_empty() {
            let len = buffer.remaining().min(self.input.len());
            buffer.put_slice(self.input.unread().get(..len).unwrap_or_default());
            self.input.consume(len);
            return Poll::Ready(Ok(()));
        }
        if self.eof {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.io).poll_read(context, buffer));
        let len = buffer.filled().len() - before;
        self.gone |= read.is_err();
        self.eof = len == 0;
        self.journal.received(len);
        Poll::Ready(read)
    }

    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.io).poll_write_vectored(context, bytes));
        match &written {
            Ok(len) => self.journal.wrote(*len),
            Err(_) => self.gone = true,
        }
        Poll::Ready(written)
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }
}
