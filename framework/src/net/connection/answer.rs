//! Writing a response: its head, its body as the client takes it, and what then becomes of the connection.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, StatusCode, Version};
use tokio::task::consume_budget;
use tokio::time::Instant;

use super::super::{Application, Transport, clock};
use super::exchange::{panic_text, poll_caught};
use super::pump::{Pump, Pumped, Rest};
use super::wire::{Following, GATHERED_BYTES, Gone, STREAMED_BYTES, Wire};
use super::{After, Connection};
use crate::h1::{
    self, BodyLength, CHUNK_END, ChunkHead, EncodeContext, OutgoingFraming, ParsedHead, Persistence,
    RequestKind, encode_last_chunk,
};
use crate::http::{Body, BodyError, Request, RequestFacts, RequestId, Response};
use crate::observe::Ended;
use crate::respond::{IntoResponse, Problem};

/// What of a request its answer depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    version: Version,
    kind: RequestKind,
    /// Whether the connection closes behind the answer, because the client said so (RFC 9112 §9.3) or must be taken
    /// to have.
    closes: bool,
}

impl Message {
    pub(super) fn of(request: &Request, head: &ParsedHead) -> Self {
        Self { version: head.version, kind: kind(request.method()), closes: !head.persists() }
    }

    /// Of a request that could not be read to the end of its head.
    pub(super) fn unread(facts: &RequestFacts) -> Self {
        let kind = facts.method().map_or(RequestKind::Other, kind);
        Self { version: Version::HTTP_11, kind, closes: true }
    }

    /// The same, with a connection that ends.
    pub(super) fn closing(self) -> Self {
        Self { closes: true, ..self }
    }

    /// Whether no other request may follow. None does behind CONNECT: what a client sends after it is meant for a
    /// tunnel (RFC 9110 §9.3.6), and must not be read as requests.
    pub(super) fn is_last(&self) -> bool {
        self.closes || self.kind == RequestKind::Connect
    }
}

/// What the method says of the answer's framing.
fn kind(method: &Method) -> RequestKind {
    match *method {
        Method::HEAD => RequestKind::Head,
        Method::CONNECT => RequestKind::Connect,
        _ => RequestKind::Other,
    }
}

impl<IO, A> Connection<IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Writes a response, as far as it must be before the next request may be looked at.
    pub(super) async fn respond(
        &mut self,
        mut response: Response,
        message: Message,
        pump: &mut Pump,
    ) -> After {
        self.wire.place.answering();
        let id = self.wire.journal.id();
        make_final(&mut response, id);
        let Some((mut body, length)) = self.prepare(&mut response) else { return After::Abort };
        let wire = &mut self.wire;
        wire.journal.answered(response.status());
        pump.settle(wire);
        // What was read is answered before the connection ends.
        let ends = wire.is_ending() && !wire.has_next();
        let keep = !message.is_last() && !ends && pump.rest(wire) == Rest::Little;
        let context = EncodeContext {
            version: message.version,
            kind: message.kind,
            persistence: if keep { Persistence::KeepAlive } else { Persistence::Close },
            date: &clock::date(),
        };
        let framing = h1::encode_head(&response, length, &context, wire.output.tail());
        wire.following = Following::behind(framing, keep);
        match write_body(wire, pump, &mut body, framing, id).await {
            Ok(()) => {
                if wire.following == Following::EndOfBody {
                    wire.following = Following::Nothing;
                }
                wire.place.answered();
            }
            // A body without its last chunk, or short of its length, is seen to be broken off when the connection
            // closes; where closing is what ends the body, only a reset tells.
            Err(CutOff::Broken) => {
                wire.journal.note(Ended::BrokenOff);
                let shows = framing != OutgoingFraming::UntilClose;
                return if shows { After::Close } else { After::Abort };
            }
            Err(CutOff::Gone) => {
                wire.journal.note(Ended::ClientLeft);
                return After::Abort;
            }
        }
        drop(body);
        if wire.following == Following::Nothing {
            // A client that asked for the end sends nothing more. Another may have sent its next request already.
            let asked = message.closes && pump.is_complete(wire) && wire.input.is_empty();
            return if wire.eof || asked { After::Close } else { After::Linger };
        }
        if !pump.is_complete(wire) && !pump.discard(wire).await {
            return After::Linger;
        }
        if wire.output.len() > GATHERED_BYTES && wire.flush().await.is_err() {
            return After::Abort;
        }
        After::Next
    }

    /// Renders the response and takes its body out. A body that panics when it is asked for its length, or for a part of
    /// it, is no answer, but a problem; `None` where that of the problem is the same.
    fn prepare(&mut self, response: &mut Response) -> Option<(Body, BodyLength)> {
        for _ in 0..2 {
            match catch_unwind(AssertUnwindSafe(|| self.render(response))) {
                Ok(body) => return Some(body),
                Err(panic) => body_panicked(&mut self.wire, panic.as_ref()),
            }
            *response = Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        }
        self.wire.journal.note(Ended::BrokenOff);
        None
    }

    /// Renders the response where it reports a problem, or is one that the request's conditions and ranges may be about.
    fn render(&mut self, response: &mut Response) -> (Body, BodyLength) {
        if response.problem_ref().is_some() || response.has_validators() || response.accepts_ranges() {
            let unrendered = std::mem::replace(response, Response::ok());
            *response = self.app.render(unrendered, &self.wire.facts(), self.wire.journal.tally());
        }
        let body = response.take_body();
        let len = body.len().map_or(BodyLength::Unknown, BodyLength::Known);
        (body, len)
    }
}

/// Logs and counts a panic of a response's body.
fn body_panicked<IO: Transport>(wire: &mut Wire<IO>, panic: &(dyn Any + Send)) {
    wire.journal.tally().panicked();
    let request_id = wire.journal.id();
    tracing::error!(%request_id, panic = panic_text(panic), "a response's body panicked");
}

/// Puts a 500 in the place of an interim response: a client would take the next answer for this request's.
fn make_final(response: &mut Response, id: RequestId) {
    if response.status().is_informational() {
        let status = response.status().as_u16();
        tracing::error!(request_id = %id, status, "a handler gave an interim response (1xx) for an answer");
        *response = Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response();
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

/// Writes the body, in the framing that the head announced.
async fn write_body<IO: Transport>(
    wire: &mut Wire<IO>,
    pump: &mut Pump,
    body: &mut Body,
    framing: OutgoingFraming,
    id: RequestId,
) -> Result<(), CutOff> {
    let mut owed = match framing {
        OutgoingFraming::None => return Ok(()),
        OutgoingFraming::Sized(len) => Some(len),
        OutgoingFraming::Chunked | OutgoingFraming::UntilClose => None,
    };
    if let Some(bytes) = body.as_bytes() {
        let bytes = bytes.clone();
        return Ok(write_piece(wire, framing, bytes, LastPiece::Yes).await?);
    }
    let mut quiet = None;
    loop {
        let chunk = match next_chunk(wire, pump, body, &mut quiet).await? {
            Some(Ok(chunk)) => chunk,
            Some(Err(error)) => {
                tracing::error!(request_id = %id, error = %chain(&error), "a response broke off");
                return Err(CutOff::Broken);
            }
            None => break,
        };
        if let Some(owed) = &mut owed {
            let Some(left) = owed.checked_sub(chunk.len() as u64) else {
                tracing::error!(request_id = %id, "a response's body is longer than its Content-Length");
                return Err(CutOff::Broken);
            };
            *owed = left;
        }
        write_piece(wire, framing, chunk, LastPiece::No).await?;
    }
    if owed.is_some_and(|owed| owed > 0) {
        tracing::error!(request_id = %id, "a response's body is shorter than its Content-Length");
        return Err(CutOff::Broken);
    }
    if framing == OutgoingFraming::Chunked {
        encode_last_chunk(wire.output.tail());
    }
    Ok(())
}

/// Whether a piece is the whole of what is left of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LastPiece {
    Yes,
    No,
}

/// Buffers a piece of content in its framing; waits where the client is behind.
async fn write_piece<IO: Transport>(
    wire: &mut Wire<IO>,
    framing: OutgoingFraming,
    content: Bytes,
    last: LastPiece,
) -> Result<(), Gone> {
    let chunked = framing == OutgoingFraming::Chunked;
    let chunk = if chunked { ChunkHead::new(content.len()) } else { None };
    if let Some(chunk) = &chunk {
        wire.output.tail().extend_from_slice(chunk.as_bytes());
    }
    let most = match last {
        LastPiece::Yes => GATHERED_BYTES,
        LastPiece::No => STREAMED_BYTES,
    };
    if wire.output.push(content) || wire.output.len() > most {
        wire.flush().await?;
    }
    if chunk.is_some() {
        wire.output.tail().extend_from_slice(CHUNK_END);
    }
    if chunked && last == LastPiece::Yes {
        encode_last_chunk(wire.output.tail());
    }
    Ok(())
}

/// Waits for the body's next chunk; meanwhile what is buffered goes out, and the request's body comes in where the
/// response is made from it. Since `quiet`, nothing was awaited of the client.
async fn next_chunk<IO: Transport>(
    wire: &mut Wire<IO>,
    pump: &mut Pump,
    body: &mut Body,
    quiet: &mut Option<Instant>,
) -> Result<Option<Result<Bytes, BodyError>>, CutOff> {
    consume_budget().await;
    poll_fn(|context| poll_next_chunk(wire, pump, body, quiet, context)).await
}

fn poll_next_chunk<IO: Transport>(
    wire: &mut Wire<IO>,
    pump: &mut Pump,
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
        match pump.pump(wire, context) {
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

/// An error with all its causes, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
