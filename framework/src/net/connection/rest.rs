//! What of an answer is not buffered at once: a body that comes piece by piece, and what is owed behind an answer.

use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::task::consume_budget;
use tokio::time::Instant;

use super::super::Transport;
use super::super::buffer::Pushed;
use super::After;
use super::answer::{Rest, body_panicked, chain};
use super::exchange::poll_caught;
use super::pump::{Pump, Pumped};
use super::wire::{Following, GATHERED_BYTES, Gone, STREAMED_BYTES, Wire};
use crate::h1::{CHUNK_END, ChunkHead, OutgoingFraming, encode_last_chunk, encode_trailers};
use crate::http::{Body, BodyError};
use crate::observe::Ended;

/// Writes the rest of an answer; gives what becomes of the connection behind it.
pub(super) async fn write_rest<IO: Transport>(
    wire: &mut Wire<IO>,
    rest: Rest,
    pump: &mut Option<Box<Pump>>,
) -> After {
    let is_noted = matches!(rest, Rest::Behind);
    let written = match rest {
        Rest::Behind => Ok(()),
        Rest::Buffered => wire.flush().await.map_err(CutOff::from),
        Rest::Body(body, framing) => write_stream(wire, pump, body, framing).await,
    };
    if let Err(cut_off) = written {
        return wire.cut_off(cut_off);
    }
    if !is_noted {
        wire.written_at_length();
    }
    if let Some(after) = wire.after_answer(pump) {
        return after;
    }
    if let Some(pump) = pump
        && !pump.is_complete(wire)
        && !pump.discard(wire).await
    {
        return After::Linger;
    }
    if wire.output.len() > GATHERED_BYTES && wire.flush().await.is_err() {
        return After::Abort;
    }
    After::Next
}

impl<IO: Transport> Wire<IO> {
    /// Notes that an answer cannot be completed.
    fn cut_off(&mut self, cut_off: CutOff) -> After {
        match cut_off {
            // A body without its last chunk, or short of its length, is seen to be broken off when the connection
            // closes; where closing is what ends the body, only a reset tells.
            CutOff::Broken => {
                self.journal.note(Ended::BrokenOff);
                if self.following == Following::EndOfBody { After::Abort } else { After::Close }
            }
            CutOff::Gone => {
                self.journal.note(Ended::ClientLeft);
                After::Abort
            }
        }
    }
}

/// Why an answer cannot be completed: the connection must be cut, so that the client can tell.
enum CutOff {
    /// The body failed.
    Broken,
    /// The client has left, or does not read.
    Gone,
}

impl From<Gone> for CutOff {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// Writes a body chunk by chunk, in the framing that the head announced.
async fn write_stream<IO: Transport>(
    wire: &mut Wire<IO>,
    pump: &mut Option<Box<Pump>>,
    mut body: Body,
    framing: OutgoingFraming,
) -> Result<(), CutOff> {
    let mut owed = match framing {
        OutgoingFraming::None => return Ok(()),
        OutgoingFraming::Sized(len) => Some(len),
        OutgoingFraming::Chunked | OutgoingFraming::UntilClose => None,
    };
    body.attend(wire.place.shutdown());
    let mut quiet = None;
    loop {
        let chunk = match next_chunk(wire, pump, &mut body, &mut quiet).await? {
            Some(Ok(chunk)) => chunk,
            Some(Err(error)) => {
                let id = wire.journal.id();
                tracing::error!(request_id = %id, error = %chain(&error), "a response broke off");
                return Err(CutOff::Broken);
            }
            None => break,
        };
        if let Some(owed) = &mut owed {
            let Some(left) = owed.checked_sub(chunk.len() as u64) else {
                let id = wire.journal.id();
                tracing::error!(request_id = %id, "a response's body is longer than its Content-Length");
                return Err(CutOff::Broken);
            };
            *owed = left;
        }
        write_chunk(wire, framing, chunk).await?;
    }
    if owed.is_some_and(|owed| owed > 0) {
        let id = wire.journal.id();
        tracing::error!(request_id = %id, "a response's body is shorter than its Content-Length");
        return Err(CutOff::Broken);
    }
    if framing == OutgoingFraming::Chunked {
        match body.take_trailers().filter(|_| wire.message.takes_trailers) {
            Some(trailers) => encode_trailers(&trailers, wire.output.tail()),
            None => encode_last_chunk(wire.output.tail()),
        }
    }
    Ok(())
}

/// Buffers a piece of content in its framing; waits where the client is behind.
async fn write_chunk<IO: Transport>(
    wire: &mut Wire<IO>,
    framing: OutgoingFraming,
    content: Bytes,
) -> Result<(), Gone> {
    let chunked = framing == OutgoingFraming::Chunked;
    let chunk = if chunked { ChunkHead::new(content.len()) } else { None };
    if let Some(chunk) = &chunk {
        wire.output.tail().extend_from_slice(chunk.as_bytes());
    }
    if wire.output.push(content) == Pushed::Kept || wire.output.len() > STREAMED_BYTES {
        wire.flush().await?;
    }
    if chunk.is_some() {
        wire.output.tail().extend_from_slice(CHUNK_END);
    }
    Ok(())
}

/// Waits for the body's next chunk; meanwhile what is buffered goes out, and the request's body comes in where the
/// response is made from it. Since `quiet`, nothing was awaited of the client.
async fn next_chunk<IO: Transport>(
    wire: &mut Wire<IO>,
    pump: &mut Option<Box<Pump>>,
    body: &mut Body,
    quiet: &mut Option<Instant>,
) -> Result<Option<Result<Bytes, BodyError>>, CutOff> {
    consume_budget().await;
    poll_fn(|context| poll_next_chunk(wire, pump, body, quiet, context)).await
}

fn poll_next_chunk<IO: Transport>(
    wire: &mut Wire<IO>,
    pump: &mut Option<Box<Pump>>,
    body: &mut Body,
    quiet: &mut Option<Instant>,
    context: &mut Context<'_>,
) -> Poll<Result<Option<Result<Bytes, BodyError>>, CutOff>> {
    loop {
        let mut chunk = std::pin::pin!(poll_fn(|context| body.poll_chunk(context)));
        match poll_caught(chunk.as_mut(), context) {
            Poll::Ready(Ok(chunk)) => {
                // While it is written nobody looks whether the client leaves.
                *quiet = None;
                return Poll::Ready(Ok(chunk));
            }
            Poll::Ready(Err(panic)) => {
                body_panicked(wire, panic.as_ref());
                return Poll::Ready(Err(CutOff::Broken));
            }
            Poll::Pending => {}
        }
        match pump.as_mut().map_or(Pumped::Idle, |pump| pump.pump(wire, context)) {
            Pumped::Progress => {
                *quiet = None;
                continue;
            }
            Pumped::Waiting => *quiet = None,
            Pumped::Idle => {
                if wire.has_left(*quiet.get_or_insert_with(Instant::now), context) {
                    return Poll::Ready(Err(CutOff::Gone));
                }
            }
        }
        if let Poll::Ready(Err(Gone)) = wire.poll_flush(context) {
            return Poll::Ready(Err(CutOff::Gone));
        }
        return if wire.gone { Poll::Ready(Err(CutOff::Gone)) } else { Poll::Pending };
    }
}
