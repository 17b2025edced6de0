//! Buffers of a connection, which holds none while it is idle.
//!
//! Reads go to a scratch buffer of the thread; only what came is copied to the connection's own, which is taken from
//! the thread's pool with the first byte and given back with the last.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that one read takes at most.
const SCRATCH_BYTES: usize = 64 * 1024;
/// How many free buffers a thread keeps, and how large one may be to be kept.
const KEPT: usize = 64;
const KEPT_BYTES: usize = 64 * 1024;
/// A body of up to so many bytes is copied behind its head; a larger one is written from where it lies.
const COPIED_BYTES: usize = 16 * 1024;

thread_local! {
    static SCRATCH: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
    static FREE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

fn take_buffer() -> Vec<u8> {
    FREE.with_borrow_mut(Vec::pop).unwrap_or_default()
}

fn give_buffer(mut buffer: Vec<u8>) {
    if buffer.capacity() == 0 || buffer.capacity() > KEPT_BYTES {
        return;
    }
    buffer.clear();
    // A thread that is ending has no pool any more: the buffer is freed then.
    let _ = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        if free.len() < KEPT {
            free.push(buffer);
        }
    });
}

/// Bytes received and not yet understood.
#[derive(Debug, Default)]
pub(super) struct ReadBuffer {
    bytes: Vec<u8>,
    /// How many of them, from the start, have been consumed.
    consumed: usize,
}

impl ReadBuffer {
    /// Reads once and appends what came; 0 is the end of what the peer sends.
    pub(super) fn poll_fill<IO: AsyncRead>(
        &mut self,
        io: Pin<&mut IO>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut scratch = SCRATCH.take().unwrap_or_else(|| vec![0; SCRATCH_BYTES].into_boxed_slice());
        let mut read = ReadBuf::new(&mut scratch);
        let polled = io.poll_read(context, &mut read);
        let filled = read.filled();
        let len = filled.len();
        if len > 0 {
            if self.bytes.capacity() == 0 {
                self.bytes = take_buffer();
            }
            self.compact();
            self.bytes.extend_from_slice(filled);
        }
        SCRATCH.set(Some(scratch));
        polled.map_ok(|()| len)
    }

    /// What has not been consumed yet.
    pub(super) fn unread(&self) -> &[u8] {
        self.bytes.get(self.consumed..).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.consumed >= self.bytes.len()
    }

    pub(super) fn len(&self) -> usize {
        self.unread().len()
    }

    /// Drops `len` bytes from the front; gives the buffer back when they were the last.
    pub(super) fn consume(&mut self, len: usize) {
        self.consumed += len;
        if self.is_empty() {
            self.consumed = 0;
            give_buffer(std::mem::take(&mut self.bytes));
        }
    }

    /// Moves a small rest out of a large buffer, which others can then use: called before a wait.
    pub(super) fn shrink(&mut self) {
        if self.is_empty() || self.bytes.capacity() < 4 * self.len() + 1024 {
            return;
        }
        let rest = self.unread().to_vec();
        give_buffer(std::mem::replace(&mut self.bytes, rest));
        self.consumed = 0;
    }

    /// Drops what was consumed, where that moves less than it frees.
    fn compact(&mut self) {
        if self.consumed > self.len() {
            self.bytes.drain(..self.consumed);
            self.consumed = 0;
        }
    }
}

impl Drop for ReadBuffer {
    fn drop(&mut self) {
        give_buffer(std::mem::take(&mut self.bytes));
    }
}

/// Bytes on their way to the peer: heads and small bodies one behind the other, and at most one large piece.
#[derive(Debug, Default)]
pub(super) struct WriteBuffer {
    bytes: Vec<u8>,
    written: usize,
    /// Written after `bytes`, from where it lies.
    large: Bytes,
}

impl WriteBuffer {
    /// Where heads and framing are encoded to. Nothing may be appended while a large piece waits: flush first.
    pub(super) fn tail(&mut self) -> &mut Vec<u8> {
        debug_assert!(self.large.is_empty(), "flushed before more is appended");
        if self.bytes.capacity() == 0 {
            self.bytes = take_buffer();
        }
        &mut self.bytes
    }

    /// Appends content; `true` where it was large, so that nothing more may be appended before a flush.
    pub(super) fn push(&mut self, content: Bytes) -> bool {
        if content.len() <= COPIED_BYTES {
            self.tail().extend_from_slice(&content);
            return false;
        }
        self.large = content;
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes still to be written.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.written + self.large.len()
    }

    /// Writes once; gives how many bytes the transport took.
    pub(super) fn poll_write<IO: AsyncWrite>(
        &mut self,
        io: Pin<&mut IO>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let head = self.bytes.get(self.written..).unwrap_or_default();
        let len = if head.is_empty() {
            ready!(io.poll_write(context, &self.large))?
        } else if self.large.is_empty() {
            ready!(io.poll_write(context, head))?
        } else {
            let slices = [io::IoSlice::new(head), io::IoSlice::new(&self.large)];
            ready!(io.poll_write_vectored(context, &slices))?
        };
        if len == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.advance(len);
        Poll::Ready(Ok(len))
    }

    fn advance(&mut self, len: usize) {
        let of_bytes = len.min(self.bytes.len() - self.written);
        self.written += of_bytes;
        self.large.advance(len - of_bytes);
        if self.written == self.bytes.len() {
            self.written = 0;
            give_buffer(std::mem::take(&mut self.bytes));
        }
    }
}

impl Drop for WriteBuffer {
    fn drop(&mut self) {
        give_buffer(std::mem::take(&mut self.bytes));
    }
}
