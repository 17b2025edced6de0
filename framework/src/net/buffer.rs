//! Buffers of a connection, which holds none while it is idle.
//!
//! Reads go to the thread's one large buffer. A connection that has nothing unread keeps that until all of it is consumed,
//! which is as a rule before any other has its turn; one that must wait before copies the rest into a buffer of its own
//! and gives the large one back.

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::Transport;

/// Bytes that one read takes at most, the size of the large buffer.
const LARGE_BYTES: usize = 64 * 1024;
/// How many free buffers a thread keeps, and how large one may be to be kept.
const KEPT: usize = 64;
const KEPT_BYTES: usize = 64 * 1024;
/// A buffer that is smaller is not worth the move of what it holds.
const MOVED_BYTES: usize = 1024;
/// A body of up to so many bytes is copied behind its head; a larger one is written from where it lies.
const COPIED_BYTES: usize = 16 * 1024;

thread_local! {
    /// The large one; without capacity while a connection has it.
    static LARGE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
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

/// Gives the large buffer back, or one that a rest lay in.
fn give_read(mut buffer: Vec<u8>) {
    if buffer.capacity() == LARGE_BYTES {
        buffer.clear();
        // As above.
        let _ = LARGE.try_with(|large| *large.borrow_mut() = buffer);
    } else {
        give_buffer(buffer);
    }
}

/// Bytes received and not yet understood.
#[derive(Debug, Default)]
pub(super) struct ReadBuffer {
    bytes: Vec<u8>,
    /// How many of them, from the start, have been consumed.
    consumed: usize,
    /// Those of the consumed ones that are still looked at; they lie before `consumed`.
    held: Range<usize>,
}

impl ReadBuffer {
    /// Reads once and appends what came; 0 is the end of what the peer sends.
    pub(super) fn poll_fill<IO: AsyncRead>(
        &mut self,
        mut io: Pin<&mut IO>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        LARGE.with_borrow_mut(|large| {
            if large.capacity() == 0 {
                large.reserve_exact(LARGE_BYTES);
            }
            let polled = pin!(io.read_buf(large)).poll(context);
            if large.is_empty() {
                return polled;
            }
            if self.bytes.capacity() == 0 {
                self.bytes = std::mem::take(large);
            } else {
                self.compact();
                self.bytes.extend_from_slice(large);
                large.clear();
            }
            polled
        })
    }

    /// What has not been consumed yet.
    #[inline(always)]
    pub(super) fn unread(&self) -> &[u8] {
        match self.bytes.get(self.consumed..) {
            Some(unread) => unread,
            // Never more is consumed than there is.
            None => nothing(),
        }
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
        if self.is_empty() && self.held.is_empty() {
            self.consumed = 0;
            give_read(std::mem::take(&mut self.bytes));
        }
    }

    /// Takes `len` bytes from the front, but keeps them to look at until they are released.
    pub(super) fn hold(&mut self, len: usize) {
        self.held = self.consumed..self.consumed + len.min(self.len());
        self.consumed = self.held.end;
    }

    /// The bytes that are held.
    pub(super) fn held(&self) -> &[u8] {
        self.bytes.get(self.held.clone()).unwrap_or_default()
    }

    /// Drops the bytes that are held.
    pub(super) fn release(&mut self) {
        self.held = 0..0;
        self.consume(0);
    }

    /// Moves a small rest out of a large buffer, which others can then use: called before a wait.
    #[inline]
    pub(super) fn shrink(&mut self) {
        if self.bytes.capacity() >= MOVED_BYTES {
            self.move_rest();
        }
    }

    fn move_rest(&mut self) {
        let kept = self.held.len() + self.len();
        if kept == 0 || self.bytes.capacity() < Self::most_capacity(kept) {
            return;
        }
        let mut rest = take_buffer();
        if rest.capacity() >= Self::most_capacity(kept) {
            give_buffer(rest);
            rest = Vec::with_capacity(kept);
        }
        rest.extend_from_slice(self.held());
        rest.extend_from_slice(self.unread());
        give_read(std::mem::replace(&mut self.bytes, rest));
        self.held = 0..self.held.len();
        self.consumed = self.held.len();
    }

    /// The capacity from which on a buffer is too large for a rest of so many bytes.
    fn most_capacity(kept: usize) -> usize {
        4 * kept + MOVED_BYTES
    }

    /// Drops what was consumed, where that moves less than it frees.
    fn compact(&mut self) {
        let held = self.held.len();
        if self.consumed - held > self.len() + held {
            self.bytes.drain(self.held.end..self.consumed);
            self.bytes.drain(..self.held.start);
            self.held = 0..held;
            self.consumed = held;
        }
    }
}

impl Drop for ReadBuffer {
    fn drop(&mut self) {
        give_read(std::mem::take(&mut self.bytes));
    }
}

/// No bytes, where none can be; to the compiler the less likely case, for which it prepares nothing.
#[cold]
fn nothing() -> &'static [u8] {
    &[]
}

/// Bytes on their way to the peer: heads and small bodies one behind the other, and at most one large piece.
#[derive(Debug, Default)]
pub(super) struct WriteBuffer {
    bytes: Vec<u8>,
    written: usize,
    /// Written after `bytes`, from where it lies; in a box, as most connections have none.
    large: Option<Box<Bytes>>,
}

/// What became of content that was appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pushed {
    /// It stands behind the rest.
    Copied,
    /// It was large and lies where it was: nothing more may be appended before a flush.
    Kept,
}

impl WriteBuffer {
    /// Where heads and framing are encoded to. Nothing may be appended while a large piece waits: flush first.
    pub(super) fn tail(&mut self) -> &mut Vec<u8> {
        debug_assert!(self.large.is_none(), "flushed before more is appended");
        if self.bytes.capacity() == 0 {
            self.bytes = take_buffer();
        }
        &mut self.bytes
    }

    /// Appends content; what is large is kept.
    pub(super) fn push(&mut self, content: Bytes) -> Pushed {
        if self.copy(&content) {
            return Pushed::Copied;
        }
        self.large = Some(Box::new(content));
        Pushed::Kept
    }

    /// Appends content, unless it is large: `false` then.
    #[inline]
    pub(super) fn copy(&mut self, content: &[u8]) -> bool {
        let is_small = content.len() <= COPIED_BYTES;
        if is_small {
            self.tail().extend_from_slice(content);
        }
        is_small
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes still to be written.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.written + self.large.as_ref().map_or(0, |large| large.len())
    }

    /// Writes once; gives how many bytes the transport took.
    pub(super) fn poll_write<IO: Transport>(
        &mut self,
        mut io: Pin<&mut IO>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let head = self.bytes.get(self.written..).unwrap_or_default();
        let len = match &self.large {
            None => match io.try_write(head) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(io.poll_write(context, head))?
                }
                written => written?,
            },
            Some(large) if head.is_empty() => ready!(io.poll_write(context, large))?,
            Some(large) => {
                let slices = [io::IoSlice::new(head), io::IoSlice::new(large)];
                ready!(io.poll_write_vectored(context, &slices))?
            }
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
        if let Some(large) = &mut self.large {
            large.advance(len - of_bytes);
            self.large.take_if(|large| large.is_empty());
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Appends `text` as if it had been read.
    fn fill(buffer: &mut ReadBuffer, mut text: &[u8]) {
        let mut context = Context::from_waker(std::task::Waker::noop());
        while !text.is_empty() {
            let filled = buffer.poll_fill(Pin::new(&mut text), &mut context);
            assert!(matches!(filled, Poll::Ready(Ok(1..))));
        }
    }

    #[test]
    fn what_is_held_stays_until_it_is_released() {
        let mut buffer = ReadBuffer::default();
        fill(&mut buffer, b"before head body");
        buffer.consume(7);
        buffer.hold(5);
        assert_eq!((buffer.held(), buffer.unread()), (b"head ".as_slice(), b"body".as_slice()));
        buffer.consume(4);
        assert!(buffer.is_empty());
        for round in 0..100 {
            fill(&mut buffer, b"more of the body");
            buffer.consume(if round % 3 == 0 { 20 } else { 14 }.min(buffer.len()));
            assert_eq!(buffer.held(), b"head ", "in round {round}");
        }
        assert!(buffer.bytes.len() < 1000, "consumed bytes pile up: {}", buffer.bytes.len());
        let rest = buffer.unread().to_vec();
        buffer.shrink();
        assert_eq!((buffer.held(), buffer.unread()), (b"head ".as_slice(), rest.as_slice()));
        buffer.release();
        assert_eq!((buffer.held(), buffer.unread()), (b"".as_slice(), rest.as_slice()));
        buffer.consume(rest.len());
        assert_eq!(buffer.bytes.capacity(), 0);
    }

    #[test]
    fn a_wait_keeps_no_large_buffer() {
        let mut buffer = ReadBuffer::default();
        fill(&mut buffer, &[b'x'; 60_000]);
        buffer.hold(100);
        buffer.consume(59_900);
        buffer.shrink();
        assert_eq!((buffer.held().len(), buffer.len()), (100, 0));
        assert!(buffer.bytes.capacity() < 2000, "{}", buffer.bytes.capacity());
        buffer.release();
        assert_eq!(buffer.bytes.capacity(), 0);
    }
}
