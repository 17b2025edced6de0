//! [`TlsIo`]: a secured transport, as the connection wants one.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::server::TlsStream;

use super::super::Transport;
use crate::http::{Secured, Security};

/// How much is encrypted before the system has taken what was: four records of the largest size, and so one call.
const MOST_AT_ONCE: usize = 64 * 1024;

/// A connection behind its handshake.
///
/// What [`poll_write`](AsyncWrite::poll_write) says is written, the system has taken: were it only encrypted, a
/// connection that has nothing more to write would not know that something is left, nor that its peer does not read.
/// So bytes that were encrypted and are not yet sent are owed, and told of when they are: whoever writes offers the same
/// bytes again until they are taken, as `WriteBuffer` does.
#[derive(Debug)]
pub(super) struct TlsIo<IO> {
    stream: TlsStream<IO>,
    /// How many bytes at the beginning of what is written next are encrypted already.
    owed: usize,
    security: Security,
}

impl<IO: Transport> TlsIo<IO> {
    pub(super) fn new(stream: TlsStream<IO>) -> Self {
        let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let client_chain = chain.iter().map(|certificate| certificate.to_vec()).collect();
        let security = Security::new(Arc::new(Secured { client_chain }));
        Self { stream, owed: 0, security }
    }

    /// Sends what TLS itself has to say to what was read: that a TLS 1.2 client may not renegotiate (RFC 5246 §7.2.2), who
    /// waits for that and for nothing else. Nobody writes for it, as nothing of ours is to be said.
    ///
    /// Where bytes of ours are owed it goes with them. What the system does not take now, it is asked for at the next read
    /// or write; and where it fails, that is told there.
    fn reply(&mut self, context: &mut Context<'_>) {
        if self.owed == 0 && self.stream.get_ref().1.wants_write() {
            let _ = Pin::new(&mut self.stream).poll_flush(context);
        }
    }
}

impl<IO: Transport> AsyncRead for TlsIo<IO> {
    /// An end that the peer has not announced is an end like any other: HTTP frames its messages by itself.
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.reply(context);
        match polled {
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
            polled => polled,
        }
    }
}

impl<IO: Transport> AsyncWrite for TlsIo<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.owed == 0 {
            let bytes = bytes.get(..MOST_AT_ONCE).unwrap_or(bytes);
            this.owed = ready!(Pin::new(&mut this.stream).poll_write(context, bytes))?;
        }
        if this.stream.get_ref().1.wants_write() {
            ready!(Pin::new(&mut this.stream).poll_flush(context))?;
        }
        Poll::Ready(Ok(std::mem::take(&mut this.owed)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Sends close_notify (RFC 8446 §6.1), so that the peer can tell this end from one that was forged.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<IO: Transport> Transport for TlsIo<IO> {
    fn reset_on_close(&mut self) {
        self.stream.get_mut().0.reset_on_close();
    }

    fn security(&self) -> Security {
        self.security.clone()
    }

    fn has_unread(&self) -> bool {
        self.stream.get_ref().0.has_unread()
    }
}
