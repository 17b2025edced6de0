//! Writing a response: its head, its body as the client takes it, and what then becomes of the connection.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use http::{Method, StatusCode, Version};

use super::super::{Application, Transport, clock};
use super::exchange::{Exchange, on_disconnect, panic_text};
use super::pump::{Pump, Unread};
use super::rest::write_rest;
use super::wire::{Following, GATHERED_BYTES, Wire};
use super::{After, Connection};
use crate::h1::{
    self, BodyLength, EncodeContext, Expect, OutgoingFraming, ParsedHead, Persistence, RequestKind,
};
use crate::http::{Body, Request, RequestFacts, RequestId, Response, Takeover};
use crate::observe::Ended;
use crate::respond::{IntoResponse, Problem};
use crate::routing::OnDisconnect;

/// What of a request its answer depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    version: Version,
    kind: RequestKind,
    /// What the client waits for before it sends the body.
    pub(super) expect: Expect,
    /// What it does to the handler when the client leaves, where the route says nothing.
    pub(super) on_disconnect: OnDisconnect,
    /// Whether the connection closes behind the answer, because the client said so (RFC 9112 §9.3) or must be taken
    /// to have.
    closes: bool,
    /// Whether the client takes a trailer section.
    pub(super) takes_trailers: bool,
}

impl Message {
    /// Notes that of `request`; part by part, as what is so small would be put together to be given back.
    pub(super) fn read(&mut self, request: &Request, head: &ParsedHead) {
        let method = request.method();
        self.version = head.version;
        self.kind = kind(method);
        self.expect = head.expect;
        self.on_disconnect = on_disconnect(method);
        self.closes = !head.persists();
        self.takes_trailers = head.connection.trailers;
    }

    /// Of a request that could not be read to the end of its head.
    pub(super) fn unread(facts: &RequestFacts) -> Self {
        let kind = facts.method().map_or(RequestKind::Other, kind);
        Self { kind, ..Self::default() }
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

impl Default for Message {
    /// Of a request of which nothing is known.
    fn default() -> Self {
        Self {
            version: Version::HTTP_11,
            kind: RequestKind::Other,
            expect: Expect::None,
            on_disconnect: OnDisconnect::Finish,
            closes: true,
            takes_trailers: false,
        }
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

impl<IO, A> Connection<'_, IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Buffers an answer, as far as that goes at once: as a rule all of it.
    #[inline(never)]
    pub(super) fn answer(&mut self, response: &mut Option<Response>, mut exchange: Exchange) -> Answered {
        let Some(response) = response else {
            return self.give_up(exchange);
        };
        let Some(framing) = self.announce(response, &mut exchange.pump) else {
            return match response.take_takeover() {
                None => self.give_up(exchange),
                Some(takeover) => Answered::Begun(Box::new(Begun::Switched(takeover, exchange))),
            };
        };
        let wire = &mut *self.wire;
        if framing != OutgoingFraming::None {
            // What is at hand has a length, and is framed by it.
            let body = response.body_mut();
            match body.at_hand().map(|content| wire.output.copy(content)) {
                Some(true) => {}
                Some(false) => {
                    wire.output.push(body.as_bytes().cloned().unwrap_or_default());
                    return Answered::begun(Rest::Buffered, exchange);
                }
                None => return Answered::begun(Rest::Body(response.take_body(), framing), exchange),
            }
        }
        wire.written();
        match wire.after_answer(&exchange.pump) {
            Some(after) => Answered::Whole(self.conclude(exchange, after)),
            None => Answered::begun(Rest::Behind, exchange),
        }
    }

    /// Ends an exchange that has no answer.
    #[cold]
    fn give_up(&mut self, exchange: Exchange) -> Answered {
        Answered::Whole(self.conclude(exchange, After::Abort))
    }

    /// Writes what could not be buffered at once, as far as it must be before the next request may be looked at; gives
    /// what becomes of the connection.
    pub(super) async fn answer_rest(&mut self, rest: Rest, mut exchange: Exchange) -> After {
        let after = write_rest(self.wire, rest, &mut exchange.pump).await;
        self.conclude(exchange, after)
    }

    /// Writes a response's head; gives how its body follows. `None` where there is no answer, or
    /// another protocol follows it.
    fn announce(&mut self, response: &mut Response, pump: &mut Option<Box<Pump>>) -> Option<OutgoingFraming> {
        self.wire.place.answering();
        if response.status().is_informational() {
            if self.switch(response) {
                return None;
            }
            *response = no_answer(response.status(), self.wire.journal.id());
        }
        let length = self.prepare(response)?;
        let wire = &mut *self.wire;
        wire.journal.answered(response);
        let unread = pump.as_mut().map_or(Unread::Little, |pump| {
            pump.settle(wire);
            pump.rest(wire)
        });
        // What was read is answered before the connection ends.
        let ends = wire.is_ending() && !wire.has_next();
        let keep = !wire.message.is_last() && !ends && unread == Unread::Little;
        let context = EncodeContext {
            version: wire.message.version,
            kind: wire.message.kind,
            persistence: if keep { Persistence::KeepAlive } else { Persistence::Close },
            date: &clock::date(),
        };
        let framing = h1::encode_head(response, length, &context, wire.output.tail());
        wire.following = Following::behind(framing, keep);
        Some(framing)
    }

    /// Renders the response; gives its body's length. A body that panics when it is asked for that, or for a part of it,
    /// is no answer, but a problem; `None` where that of the problem is the same.
    fn prepare(&mut self, response: &mut Response) -> Option<BodyLength> {
        // In most answers there is nothing that could panic.
        if !response.is_to_be_rendered()
            && let Some(bytes) = response.body_mut().at_hand()
        {
            return Some(BodyLength::Known(bytes.len() as u64));
        }
        self.prepare_guarded(response)
    }

    /// The same of one where something could.
    #[inline(never)]
    fn prepare_guarded(&mut self, response: &mut Response) -> Option<BodyLength> {
        for _ in 0..2 {
            match catch_unwind(AssertUnwindSafe(|| self.render(response))) {
                Ok(length) => return Some(length),
                Err(panic) => body_panicked(self.wire, panic.as_ref()),
            }
            *response = Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        }
        self.wire.journal.note(Ended::BrokenOff);
        None
    }

    /// Renders the response where it reports a problem, or is one that the request's conditions and ranges may be about.
    fn render(&mut self, response: &mut Response) -> BodyLength {
        if response.is_to_be_rendered() {
            let unrendered = std::mem::replace(response, Response::ok());
            *response = self.app.render(unrendered, &self.wire.facts(), self.wire.journal.tally());
        }
        response.body_mut().len().map_or(BodyLength::Unknown, BodyLength::Known)
    }
}

impl<IO: Transport> Wire<IO> {
    /// Notes that the whole of an answer has been buffered.
    pub(super) fn written(&mut self) {
        if self.following == Following::EndOfBody {
            self.following = Following::Nothing;
        }
        self.place.answered();
    }

    /// Notes the same of one that had to be waited for, and of which the client may have all by now.
    pub(super) fn written_at_length(&mut self) {
        self.written();
        if self.output.is_empty() {
            self.place.written();
        }
    }

    /// What becomes of the connection behind an answer; `None` where something is to be waited for before.
    pub(super) fn after_answer(&self, pump: &Option<Box<Pump>>) -> Option<After> {
        let is_complete = pump.as_ref().is_none_or(|pump| pump.is_complete(self));
        if self.following == Following::Nothing {
            // A client that asked for the end sends nothing more. Another may have sent its next request already.
            let asked = self.message.closes && is_complete && self.input.is_empty();
            return Some(if self.eof || asked { After::Close } else { After::Linger });
        }
        (is_complete && self.output.len() <= GATHERED_BYTES).then_some(After::Next)
    }
}

/// How far an answer has come.
pub(super) enum Answered {
    /// All of it is buffered, and the exchange has ended.
    Whole(After),
    /// Something of it is to be waited for; in a box, as most are whole, and are not to be moved about in its place.
    Begun(Box<Begun>),
}

impl Answered {
    #[inline(never)]
    fn begun(rest: Rest, exchange: Exchange) -> Self {
        Self::Begun(Box::new(Begun::Rest(rest, exchange)))
    }
}

/// An answer of which something is to be waited for.
pub(super) enum Begun {
    /// Its head is buffered, and this is left of it.
    Rest(Rest, Exchange),
    /// It is a 101, and the connection is no longer one of HTTP.
    Switched(Box<dyn Takeover>, Exchange),
}

/// What is still to be done for an answer whose head is buffered.
pub(super) enum Rest {
    /// Its body is to be written, framed like this.
    Body(Body, OutgoingFraming),
    /// It is to be written before more is buffered.
    Buffered,
    /// It is whole, but the rest of the request is to be read, or much to be written.
    Behind,
}

/// Logs and counts a panic of a response's body.
pub(super) fn body_panicked<IO: Transport>(wire: &mut Wire<IO>, panic: &(dyn Any + Send)) {
    wire.journal.tally().panicked();
    let request_id = wire.journal.id();
    tracing::error!(%request_id, panic = panic_text(panic), "a response's body panicked");
}

/// The 500 in the place of an interim response: a client would take the next answer for this request's.
#[cold]
fn no_answer(status: StatusCode, id: RequestId) -> Response {
    let status = status.as_u16();
    tracing::error!(request_id = %id, status, "a handler gave an interim response (1xx) for an answer");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

/// An error with all its causes, for the log.
pub(in super::super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
