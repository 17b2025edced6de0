//! The transport as `h2` sees it: what was read before comes first, and the frames of both directions are entered in
//! the ledger as they pass.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::PREFACE;
use super::frames::{Passing, Scanner};
use super::record::Common;

/// A connection's transport, with what was read of it already.
pub(in super::super) trait Carrier {
    /// Reads what has come; nothing is the end.
    fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>>;

    /// Writes what is taken of these.
    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>>;

    /// Passes on what the transport holds itself.
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// A carrier that is watched.
pub(super) struct Tap<'a, C> {
    carrier: &'a mut C,
    common: Arc<Common>,
    coming: Scanner,
    /// Whether no frame of the client's has come.
    is_first: bool,
    going: Scanner,
    /// Whether the client was too much of a nuisance.
    is_broken: bool,
}

impl<'a, C: Carrier> Tap<'a, C> {
    pub(super) fn new(carrier: &'a mut C, common: Arc<Common>) -> Self {
        let (coming, going) = (Scanner::behind(PREFACE.len()), Scanner::behind(0));
        Self { carrier, common, coming, is_first: true, going, is_broken: false }
    }

    /// Enters the frames in `bytes`, which were written.
    fn enter_going(&mut self, bytes: &[u8], now: Instant) {
        let mut book = self.common.ledger.lock();
        self.going.scan(bytes, |passing| {
            if let Passing::End(head, value) = passing {
                book.went(head, value, now);
            }
        });
        self.is_broken = book.broken_by().is_some();
    }
}

impl<C: Carrier> AsyncRead for Tap<'_, C> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_broken {
            // The session sees it as well, and ends the connection: nothing more is read.
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        ready!(this.carrier.poll_read(context, buffer))?;
        let now = Instant::now();
        let mut book = this.common.ledger.lock();
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        let is_first = &mut this.is_first;
        this.coming.scan(bytes, |passing| match passing {
            Passing::Head(head) => book.coming(head, std::mem::take(is_first), now),
            Passing::Content(bytes) => book.content_came(bytes),
            Passing::End(head, value) => book.came(head, value, now),
        });
        this.is_broken = book.broken_by().is_some();
        if book.fault.is_some() {
            // `h2` would find another name for it. What came with it is dropped, and so not among what GOAWAY names.
            buffer.set_filled(before);
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

impl<C: Carrier> AsyncWrite for Tap<'_, C> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = this.carrier.poll_write(context, bytes);
        match &written {
            Poll::Ready(Ok(len)) => {
                let (mut left, now) = (*len, Instant::now());
                this.common.ledger.wrote(Some(left));
                for slice in bytes {
                    let taken = slice.len().min(left);
                    this.enter_going(slice.get(..taken).unwrap_or_default(), now);
                    left -= taken;
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => this.common.ledger.wrote(None),
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().carrier.poll_flush(context)
    }

    /// The connection closes its half by itself, when the session has ended.
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}
