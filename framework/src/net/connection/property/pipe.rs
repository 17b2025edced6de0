//! A client that has sent everything and takes everything, a piece at a time.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::__properties::Random;
use crate::net::Transport;

/// What a client sends, and how.
pub(super) struct Pipe<'a> {
    input: &'a [u8],
    /// Where the pieces end, the last one left out.
    cuts: Vec<usize>,
    read: usize,
    /// Whether the reader has waited for the next piece.
    waited: bool,
    random: Random,
}

/// The server's end.
pub(super) struct ServerEnd<'a> {
    pipe: Pipe<'a>,
    received: &'a mut Vec<u8>,
}

impl<'a> Pipe<'a> {
    pub(super) fn new(input: &'a [u8], mut cuts: Vec<usize>, random: Random) -> Self {
        cuts.sort_unstable_by(|a, b| b.cmp(a));
        Self { input, cuts, read: 0, waited: false, random }
    }

    /// The end that a connection runs over; what it writes goes to `received`.
    pub(super) fn into(self, received: &'a mut Vec<u8>) -> ServerEnd<'a> {
        ServerEnd { pipe: self, received }
    }

    /// The rest of the piece that is being read.
    fn piece(&mut self) -> &'a [u8] {
        while let Some(cut) = self.cuts.pop_if(|cut| *cut <= self.read) {
            // A new piece has not always come when the one before it is read.
            self.waited = cut == 0 || self.random.below(2) == 0;
        }
        let end = self.cuts.last().copied().unwrap_or(self.input.len());
        self.input.get(self.read..end).unwrap_or_default()
    }
}

impl AsyncRead for ServerEnd<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let pipe = &mut self.get_mut().pipe;
        let piece = pipe.piece();
        if !std::mem::replace(&mut pipe.waited, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let taken = piece.get(..buffer.remaining()).unwrap_or(piece);
        buffer.put_slice(taken);
        pipe.read += taken.len();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ServerEnd<'_> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let len = bytes.len().min(1 + this.pipe.random.below(200));
        this.received.extend_from_slice(bytes.get(..len).unwrap_or(bytes));
        Poll::Ready(Ok(len))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Transport for ServerEnd<'_> {
    fn reset_on_close(&mut self) {}

    fn has_unread(&self) -> bool {
        self.pipe.read < self.pipe.input.len()
    }
}
