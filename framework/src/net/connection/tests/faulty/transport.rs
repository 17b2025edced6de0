//! A pipe in memory whose reads and writes are cut, held up and reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::__properties::Random;
use crate::net::Transport;

/// Stalls of a connection in one direction; all together are shorter than any timeout and the grace of a rate.
const STALLS: usize = 8;
const LONGEST_STALL_MILLIS: usize = 300;
/// More calls than that are a busy loop.
const MOST_CALLS: usize = 500_000;

/// What was asked of the transport.
#[derive(Debug, Default)]
pub(super) struct Counts {
    calls: AtomicUsize,
    /// Calls that moved something, and stalls.
    progress: AtomicUsize,
    /// Bytes that the server has read.
    read_bytes: AtomicUsize,
    /// Whether the server has cut the connection off.
    was_reset: AtomicBool,
}

impl Counts {
    pub(super) fn read_bytes(&self) -> usize {
        self.read_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn was_reset(&self) -> bool {
        self.was_reset.load(Ordering::Relaxed)
    }

    pub(super) fn progress(&self) -> usize {
        self.progress.load(Ordering::Relaxed)
    }

    fn note_call(&self) {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed);
        assert!(calls < MOST_CALLS, "the transport is asked again and again");
    }

    fn note_progress(&self) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }
}

/// The server's end of the pipe.
pub(super) struct Faulty {
    io: DuplexStream,
    random: Random,
    reading: Stall,
    writing: Stall,
    /// Bytes, of both directions, until the connection is reset.
    reset_in: Option<usize>,
    counts: Arc<Counts>,
}

impl Faulty {
    pub(super) fn new(
        io: DuplexStream,
        random: Random,
        reset_in: Option<usize>,
        counts: Arc<Counts>,
    ) -> Self {
        let (reading, writing) = (Stall::new(), Stall::new());
        Self { io, random, reading, writing, reset_in, counts }
    }

    fn is_reset(&self) -> bool {
        self.reset_in == Some(0)
    }

    fn moved(&mut self, len: usize) {
        self.counts.note_progress();
        self.reset_in = self.reset_in.map(|left| left.saturating_sub(len));
    }

    /// How many of `len` bytes one call moves: one at least, and often no more.
    fn share(&mut self, len: usize) -> usize {
        match self.random.below(8) {
            0..4 => len,
            4 => 1,
            _ => 1 + self.random.mostly_small(len.max(1)),
        }
    }
}

impl AsyncRead for Faulty {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.counts.note_call();
        if this.is_reset() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        ready!(this.reading.poll(&mut this.random, &this.counts, context));
        let mut piece = [0; 4096];
        let share = this.share(piece.len().min(buffer.remaining()));
        let mut read = ReadBuf::new(&mut piece[..share]);
        ready!(Pin::new(&mut this.io).poll_read(context, &mut read))?;
        this.moved(read.filled().len());
        this.counts.read_bytes.fetch_add(read.filled().len(), Ordering::Relaxed);
        buffer.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Faulty {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.counts.note_call();
        if this.is_reset() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        ready!(this.writing.poll(&mut this.random, &this.counts, context));
        let offered: usize = slices.iter().map(|slice| slice.len()).sum();
        let share = this.share(offered).min(offered);
        let mut bytes = Vec::with_capacity(share);
        for slice in slices {
            bytes.extend_from_slice(&slice[..slice.len().min(share - bytes.len())]);
        }
        let len = ready!(Pin::new(&mut this.io).poll_write(context, &bytes))?;
        this.moved(len);
        Poll::Ready(Ok(len))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

impl Transport for Faulty {
    fn reset_on_close(&mut self) {
        self.counts.was_reset.store(true, Ordering::Relaxed);
    }

    fn has_unread(&self) -> bool {
        false
    }
}

/// Holds up one direction now and then.
struct Stall {
    left: usize,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Stall {
    fn new() -> Self {
        Self { left: STALLS, sleep: None }
    }

    fn poll(&mut self, random: &mut Random, counts: &Counts, context: &mut Context<'_>) -> Poll<()> {
        if self.sleep.is_none() && self.left > 0 && random.one_in(6) {
            self.left -= 1;
            counts.note_progress();
            let millis = random.below(LONGEST_STALL_MILLIS) as u64;
            self.sleep = Some(Box::pin(sleep(Duration::from_millis(millis))));
        }
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(context));
            self.sleep = None;
        }
        Poll::Ready(())
    }
}
