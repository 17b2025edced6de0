//! The body of a compressed answer: what the handler's gives, encoded while the client takes it.
//!
//! Nothing is held but one piece on its way in and one on its way out. A small piece is encoded on the worker, a larger one
//! in slices on the blocking pool, so that no piece of any size holds the worker up. What the encoder has taken is never
//! kept from the client while the handler has nothing more to say: as soon as it must wait, the encoder is flushed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use tokio::task::JoinHandle;

use crate::blocking::start_blocking;
use crate::http::{Body, BodySource, BoxError, Shutdown};
use crate::middleware::content_coding::{Encode, Fault, Pooled, Then};

/// The most bytes that are encoded on the worker at a time: a few hundred microseconds.
pub(super) const AT_ONCE: usize = 16 * 1024;
/// The most bytes that are encoded on the blocking pool at a time.
const SLICE: usize = 64 * 1024;
/// After so many pieces in a row others have their turn on the worker.
const IN_A_ROW: u8 = 8;

/// A body on its way through an encoder.
pub(super) struct Compressing {
    body: Body,
    encoder: Pooled,
    /// What the body gave, and the encoder has not taken yet.
    input: Bytes,
    /// What the encoder took since it last gave anything: it may be most of what a flush has to do.
    held: usize,
    /// Whether the other end cannot read all yet that was taken.
    is_owed: bool,
    /// Whether each chunk is flushed, however soon the next one comes.
    flushes_chunks: bool,
    work: Option<JoinHandle<Worked>>,
    in_a_row: u8,
    stage: Stage,
}

/// An encoder that comes back from the blocking pool, with what it made.
type Worked = Result<(Box<dyn Encode>, Vec<u8>), Fault>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// More may come of the body.
    Reading,
    /// The encoder was told that this is all.
    Finishing,
    /// All was given, or it failed.
    Done,
}

impl Compressing {
    pub(super) fn new(body: Body, encoder: Pooled, flushes_chunks: bool) -> Self {
        Self {
            body,
            encoder,
            input: Bytes::new(),
            held: 0,
            is_owed: false,
            flushes_chunks,
            work: None,
            in_a_row: 0,
            stage: Stage::Reading,
        }
    }

    /// Has `input` encoded; `None` where that is done elsewhere, and `work` tells when.
    fn encode(&mut self, input: Bytes, then: Then) -> Result<Option<Vec<u8>>, BoxError> {
        self.is_owed = then == Then::Continue;
        self.held += input.len();
        if self.held <= AT_ONCE || input.is_empty() && self.held <= SLICE {
            self.in_a_row += 1;
            let mut output = Vec::new();
            self.encoder.encode(&input, then, &mut output)?;
            return Ok(Some(output));
        }
        self.in_a_row = 0;
        // Taken out of the pool's care: where the client leaves meanwhile it ends with its work, and is not kept by a
        // thread that has no use for it.
        let mut encoder = self.encoder.take()?;
        self.work = Some(start_blocking(move || {
            let mut output = Vec::new();
            encoder.encode(&input, then, &mut output)?;
            Ok((encoder, output))
        }));
        Ok(None)
    }

    /// What is next to be done for the encoder; pending while the body has nothing to say and nothing is owed.
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Vec<u8>>, BoxError>> {
        if self.input.is_empty() {
            match self.body.poll_chunk(context) {
                Poll::Ready(Some(Ok(chunk))) => self.input = chunk,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error.into())),
                Poll::Ready(None) => {
                    self.stage = Stage::Finishing;
                    return Poll::Ready(self.encode(Bytes::new(), Then::Finish));
                }
                Poll::Pending if self.is_owed => {
                    return Poll::Ready(self.encode(Bytes::new(), Then::Flush));
                }
                Poll::Pending => return Poll::Pending,
            }
        }
        let slice = self.input.split_to(self.input.len().min(SLICE));
        let is_last = self.input.is_empty();
        let then = if self.flushes_chunks && is_last { Then::Flush } else { Then::Continue };
        Poll::Ready(self.encode(slice, then))
    }

    fn poll_output(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            let output = match (&mut self.work, self.stage) {
                (Some(work), _) => {
                    let (encoder, output) = ready!(Pin::new(work).poll(context))??;
                    self.work = None;
                    self.encoder.put(encoder);
                    output
                }
                (None, Stage::Reading) if self.in_a_row >= IN_A_ROW => {
                    self.in_a_row = 0;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                (None, Stage::Reading) => match ready!(self.poll_step(context))? {
                    Some(output) => output,
                    None => continue,
                },
                (None, Stage::Finishing | Stage::Done) => return Poll::Ready(None),
            };
            if !output.is_empty() {
                self.held = 0;
                return Poll::Ready(Some(Ok(Bytes::from(output))));
            }
        }
    }
}

impl BodySource for Compressing {
    fn poll_chunk(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let this = self.get_mut();
        let output = ready!(this.poll_output(context));
        if !matches!(output, Some(Ok(_))) {
            this.stage = Stage::Done;
        }
        Poll::Ready(output)
    }

    fn trailers(self: Pin<&mut Self>) -> Option<HeaderMap> {
        self.get_mut().body.take_trailers()
    }

    fn attend(self: Pin<&mut Self>, shutdown: &Shutdown) {
        self.get_mut().body.attend(shutdown);
    }
}
