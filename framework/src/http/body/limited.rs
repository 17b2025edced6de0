//! A body that may not pass a limit, for those who read it chunk by chunk.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;

use super::{Body, BodyError, Shutdown};

/// A body of which at most `limit` bytes are handed out.
pub(super) struct Limited {
    body: Body,
    /// Bytes that may still come.
    left: u64,
    limit: u64,
}

impl Limited {
    pub(super) fn new(body: Body, limit: u64) -> Self {
        Self { body, left: limit, limit }
    }

    /// The bytes still to come, where that is known; beyond the limit they come as an error.
    pub(super) fn remaining_len(&self) -> Option<u64> {
        self.body.len()
    }

    pub(super) fn attend(&mut self, shutdown: &Shutdown) {
        self.body.attend(shutdown);
    }

    /// The trailer section of the body inside, at its end.
    pub(super) fn take_trailers(&mut self) -> Option<HeaderMap> {
        self.body.take_trailers()
    }

    /// Gives the next chunk, or [`BodyError::TooLarge`] in place of the one that passes the limit.
    pub(super) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        let chunk = match ready!(self.body.poll_chunk(context)) {
            Some(Ok(chunk)) => chunk,
            end => return Poll::Ready(end),
        };
        match self.left.checked_sub(chunk.len() as u64) {
            Some(left) => {
                self.left = left;
                Poll::Ready(Some(Ok(chunk)))
            }
            None => Poll::Ready(Some(Err(BodyError::TooLarge { limit: self.limit }))),
        }
    }
}
