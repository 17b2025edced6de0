//! The content of a compressed request: decoded piece by piece, and only while somebody reads.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::HeaderMap;

use super::Decompression;
use crate::http::{Body, BodyError, BodySource, BoxError};
use crate::middleware::content_coding::{Coding, Decode, Fault};

/// The most bytes that are decoded at a time: some ten microseconds.
const PIECE: usize = 16 * 1024;
/// After so many pieces in a row others have their turn on the worker.
const IN_A_ROW: u8 = 16;
/// Of so little the ratio is not asked for: a small body of one letter has any.
const FREE_BYTES: u64 = 64 * 1024;

/// A body on its way through a decoder.
pub(super) struct Decoding {
    body: Body,
    coding: Coding,
    decoder: Box<dyn Decode>,
    /// What the body gave, and the decoder has not taken yet.
    input: Bytes,
    /// Whether the decoder used all the room it had, and so may have more to give without more to take.
    is_full: bool,
    /// Whether the body has given all.
    is_read: bool,
    bounds: Bounds,
    in_a_row: u8,
}

/// What the content may come to.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    limit: u64,
    ratio: u32,
    taken: u64,
    given: u64,
}

impl Decoding {
    /// Decodes `body`, of which at most `limit` bytes may come.
    ///
    /// # Errors
    ///
    /// Where the decoder cannot be made.
    pub(super) fn start(
        body: Body,
        coding: Coding,
        rules: &Decompression,
        limit: u64,
    ) -> Result<Body, Fault> {
        let bounds = Bounds { limit, ratio: rules.max_ratio, taken: 0, given: 0 };
        let decoder = coding.decoder()?;
        Ok(Body::from_source(Self {
            body,
            coding,
            decoder,
            input: Bytes::new(),
            is_full: false,
            is_read: false,
            bounds,
            in_a_row: 0,
        }))
    }

    /// Decodes a piece of what was read; `None` where more is needed for it.
    fn decode(&mut self) -> Result<Option<Bytes>, BodyError> {
        let mut output = Vec::with_capacity(PIECE);
        let taken =
            self.decoder.decode(&self.input, &mut output).map_err(|fault| self.undecodable(&fault))?;
        if taken == 0 && output.is_empty() && !self.input.is_empty() {
            return Err(self.undecodable(&"the decoder stands still"));
        }
        self.input.advance(taken.min(self.input.len()));
        self.is_full = output.len() == output.capacity();
        self.bounds.count(taken as u64, output.len() as u64)?;
        self.in_a_row += 1;
        Ok((!output.is_empty()).then(|| Bytes::from(output)))
    }

    fn undecodable(&self, fault: &dyn std::fmt::Display) -> BodyError {
        BodyError::Undecodable { detail: format!("{}: {fault}", self.coding.name()) }
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            if self.in_a_row >= IN_A_ROW {
                self.in_a_row = 0;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !self.input.is_empty() || self.is_full {
                match self.decode()? {
                    Some(piece) => return Poll::Ready(Some(Ok(piece))),
                    None => continue,
                }
            }
            if self.is_read {
                let is_whole = self.decoder.is_complete();
                return Poll::Ready((!is_whole).then(|| Err(self.undecodable(&"it ends too early"))));
            }
            match ready!(self.body.poll_chunk(context)) {
                Some(chunk) => self.input = chunk?,
                None => self.is_read = true,
            }
        }
    }
}

impl BodySource for Decoding {
    fn poll_chunk(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let piece = ready!(self.get_mut().poll_piece(context));
        Poll::Ready(piece.map(|piece| piece.map_err(BoxError::from)))
    }

    fn trailers(self: Pin<&mut Self>) -> Option<HeaderMap> {
        self.get_mut().body.take_trailers()
    }
}

impl Bounds {
    fn count(&mut self, taken: u64, given: u64) -> Result<(), BodyError> {
        self.taken += taken;
        self.given += given;
        if self.given > self.limit {
            return Err(BodyError::TooLarge { limit: self.limit });
        }
        if self.given > FREE_BYTES && self.given > self.taken.saturating_mul(u64::from(self.ratio)) {
            return Err(BodyError::TooDense { ratio: self.ratio });
        }
        Ok(())
    }
}
