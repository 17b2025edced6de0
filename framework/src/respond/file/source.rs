//! The body of a file that is sent while it is read.
//!
//! What the system has in memory is copied at once. Else the blocking pool reads, and goes on reading ahead.

use std::io::{self, ErrorKind};
use std::ops;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::task::JoinHandle;

use super::CHUNK_BYTES;
use super::opened::{Access, Opened};
use crate::blocking::start_blocking;
use crate::http::{BodySource, BoxError};

/// Chunks of an open file. Where they must come from the disk, one is read ahead while the one before is on its way.
pub(super) struct FileSource {
    file: Arc<Opened>,
    /// What is still to be given.
    left: ops::Range<u64>,
    /// The read of the chunk at the start of `left`.
    reading: Option<JoinHandle<io::Result<Bytes>>>,
}

impl FileSource {
    /// The whole file.
    #[inline]
    pub(super) fn new(file: Opened) -> Self {
        let left = 0..file.len();
        Self { file: Arc::new(file), left, reading: None }
    }

    #[inline]
    fn next_len(&self) -> u64 {
        (self.left.end - self.left.start).min(CHUNK_BYTES)
    }

    /// Reads the next chunk, where the system has it in memory.
    #[inline]
    fn read_at_hand(&self) -> io::Result<Bytes> {
        self.file.read(self.left.start, self.next_len(), Access::AtHand)
    }

    /// Begins to read the next chunk; there is one.
    #[inline]
    fn read(&self) -> JoinHandle<io::Result<Bytes>> {
        let (file, start, count) = (Arc::clone(&self.file), self.left.start, self.next_len());
        start_blocking(move || file.read(start, count, Access::Blocking))
    }
}

impl BodySource for FileSource {
    #[inline]
    fn poll_chunk(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let this = self.get_mut();
        if this.left.is_empty() {
            return Poll::Ready(None);
        }
        let mut reading = match this.reading.take() {
            Some(reading) => reading,
            None => match this.read_at_hand() {
                Ok(chunk) => {
                    this.left.start += chunk.len() as u64;
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => this.read(),
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            },
        };
        let Poll::Ready(read) = Pin::new(&mut reading).poll(context) else {
            this.reading = Some(reading);
            return Poll::Pending;
        };
        let chunk = match read {
            Ok(Ok(chunk)) => chunk,
            Ok(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
            // The pool has ended with the server.
            Err(error) => return Poll::Ready(Some(Err(error.into()))),
        };
        this.left.start += chunk.len() as u64;
        // What has to be waited for is not at hand behind it, either.
        if !this.left.is_empty() {
            this.reading = Some(this.read());
        }
        Poll::Ready(Some(Ok(chunk)))
    }

    #[inline]
    fn remaining_len(&self) -> Option<u64> {
        Some(self.left.end - self.left.start)
    }

    #[inline]
    fn seek(mut self: Pin<&mut Self>, range: ops::Range<u64>) -> bool {
        if range.start > range.end || range.end > self.file.len() {
            return false;
        }
        // A read ahead is of other bytes; it ends unseen.
        self.reading = None;
        self.left = range;
        true
    }
}
