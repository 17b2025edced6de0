//! The body of a file that is sent while it is read.

use std::io;
use std::ops;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::task::JoinHandle;

use super::CHUNK_BYTES;
use super::opened::Opened;
use crate::blocking::start_blocking;
use crate::http::{BodySource, BoxError};

/// Chunks of an open file. One is read ahead, on the blocking pool, while the one before is on its way.
pub(super) struct FileSource {
    file: Arc<Opened>,
    /// What is still to be given.
    left: ops::Range<u64>,
    /// The read of the chunk at the start of `left`.
    reading: Option<JoinHandle<io::Result<Bytes>>>,
}

impl FileSource {
    /// The whole file.
    pub(super) fn new(file: Opened) -> Self {
        let left = 0..file.len();
        Self { file: Arc::new(file), left, reading: None }
    }

    /// Begins to read the next chunk; there is one.
    fn read(&self) -> JoinHandle<io::Result<Bytes>> {
        let (file, start) = (Arc::clone(&self.file), self.left.start);
        let count = (self.left.end - start).min(CHUNK_BYTES);
        start_blocking(move || file.read(start, count))
    }
}

impl BodySource for FileSource {
    fn poll_chunk(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let this = self.get_mut();
        if this.left.is_empty() {
            return Poll::Ready(None);
        }
        let mut reading = match this.reading.take() {
            Some(reading) => reading,
            None => this.read(),
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
        if !this.left.is_empty() {
            this.reading = Some(this.read());
        }
        Poll::Ready(Some(Ok(chunk)))
    }

    fn remaining_len(&self) -> Option<u64> {
        Some(self.left.end - self.left.start)
    }

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
