//! A pipe in memory that notes a reset, which it has no other way to show.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::net::Transport;

/// The server's end.
pub(super) struct Pipe {
    io: DuplexStream,
    was_reset: Arc<AtomicBool>,
}

impl Pipe {
    /// Gives with it what tells whether the connection was cut off.
    pub(super) fn new(io: DuplexStream) -> (Self, Arc<AtomicBool>) {
        let was_reset = Arc::new(AtomicBool::new(false));
        (Self { io, was_reset: Arc::clone(&was_reset) }, was_reset)
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

impl Transport for Pipe {
    fn reset_on_close(&mut self) {
        self.was_reset.store(true, Ordering::Relaxed);
    }

    fn has_unread(&self) -> bool {
        false
    }
}
