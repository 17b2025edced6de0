//! What a stream does, as it is counted and told of: once, when its answer was written or it has ended without one.

use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;

use http::StatusCode;
use tokio::time::Instant;
use tracing::Span;

use super::super::{Limits, Peer, Place, clock};
use super::account::Account;
use super::ledger::{Finished, Ledger};
use super::spare;
use crate::http::{Origin, RequestFacts, RequestId, Response, Security};
use crate::observe::{Ended, Exchange, Http2Fault, Kind, Slot, Tally, Witness, scope};

/// What the streams of a connection have in common.
#[derive(Debug)]
pub(super) struct Common {
    pub(super) limits: Arc<Limits>,
    pub(super) witness: Witness,
    pub(super) peer: Peer,
    /// How its transport is secured.
    pub(super) security: Security,
    pub(super) ledger: Ledger,
}

impl Common {
    /// Tells of a stream that `h2` answered, or reset, before it was a request.
    pub(super) fn tell_unread(&self, account: &Account) {
        let Self { witness, peer, .. } = self;
        let fault = if account.is_answered { Http2Fault::HeadTooLarge } else { Http2Fault::Head };
        let status = account.is_answered.then_some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        let (tally, ended) = (witness.tally(), Ended::Malformed(fault.into()));
        tally.ended(ended);
        if let Some(status) = status {
            tally.answered(status);
        }
        let duration = account.begun.elapsed();
        if let Some(meter) = tally.meter() {
            meter.leave(Slot::Unread, status, duration);
        }
        if witness.is_observed() {
            let origin = Origin { id: RequestId::generate(), client_addr: peer.addr, route: None };
            let Account { bytes_in, bytes_out, .. } = *account;
            let request = RequestFacts::new(origin, &[]);
            let (ended_millis, kind) = (clock::millis_at(Instant::now()), Kind::Ordinary);
            let exchange =
                Exchange { request, status, bytes_in, bytes_out, duration, ended, ended_millis, kind };
            witness.tell(&exchange);
        }
    }
}

/// The account of one stream; told of when it is dropped, if not before.
#[derive(Debug)]
pub(super) struct Record {
    common: Arc<Common>,
    stream: u32,
    pub(super) place: Place,
    pub(super) id: RequestId,
    /// Where the request came from: another than the peer, where a proxy says so.
    pub(super) client_addr: Option<SocketAddr>,
    /// The head of the request, for those who are told of it.
    pub(super) head: Vec<u8>,
    route: Option<&'static str>,
    slot: Slot,
    begun: Instant,
    status: Option<StatusCode>,
    ended: Option<Ended>,
    /// When the last frame was written, and the bytes that were read and written until then.
    closed: Option<(Instant, (u64, u64))>,
    is_told: bool,
    /// What an access log makes of it.
    kind: Kind,
    /// What is around the handler, where somebody records it.
    pub(super) span: Option<Box<Span>>,
}

impl Record {
    /// Of a stream that was [taken](Ledger::take), which had begun then.
    pub(super) fn new(common: &Arc<Common>, stream: u32, place: Place, begun: Instant) -> Self {
        Self {
            common: Arc::clone(common),
            stream,
            place,
            id: RequestId::at(clock::millis()),
            client_addr: common.peer.addr,
            head: spare::take_head(),
            route: None,
            slot: Slot::Unread,
            begun,
            status: None,
            ended: None,
            closed: None,
            is_told: false,
            kind: Kind::Ordinary,
            span: None,
        }
    }

    pub(super) fn common(&self) -> &Arc<Common> {
        &self.common
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.common.limits
    }

    pub(super) fn tally(&self) -> &Tally {
        self.common.witness.tally()
    }

    /// Notes a request whose head is well formed.
    pub(super) fn requested(&mut self, route: Option<&'static str>, slot: Slot) {
        self.tally().requested();
        self.tally().requested_http2();
        if let Some(meter) = self.tally().meter() {
            meter.enter(slot);
        }
        (self.route, self.slot) = (route, slot);
        self.kind = if slot == Slot::Uncounted { Kind::Probe } else { Kind::Ordinary };
    }

    /// What is known of the request.
    pub(super) fn facts(&self) -> RequestFacts {
        let origin = Origin { id: self.id.clone(), client_addr: self.client_addr, route: self.route };
        RequestFacts::new(origin, &self.head)
    }

    /// Notes the answer that is about to be written.
    pub(super) fn answered(&mut self, response: &Response) {
        self.tally().answered(response.status());
        self.status = Some(response.status());
        if response.is_unlogged() {
            self.kind = Kind::Unlogged;
        }
    }

    /// Counts a request whose stream another protocol takes over: how long that lives is not how long the answer took.
    pub(super) fn switched(&mut self) {
        if let Some(meter) = self.tally().meter() {
            meter.leave(self.slot, self.status, self.begun.elapsed());
        }
        self.slot = Slot::Uncounted;
    }

    /// Notes a reason to end; the first one stands.
    pub(super) fn note(&mut self, ended: Ended) {
        if self.ended.is_none() {
            self.tally().ended(ended);
            self.ended = Some(ended);
        }
    }

    /// Gives the answer away, all of which `h2` has; what becomes of it is told then.
    pub(super) fn finish(mut self) {
        self.place.answered();
        let (common, stream) = (Arc::clone(&self.common), self.stream);
        match common.ledger.finish(stream, self) {
            Finished::Later => {}
            Finished::Written(record) => record.written(),
            Finished::Never(record) => record.lost(),
        }
    }

    /// Notes that the last frame was written, and that the ledger has no entry of the stream any more.
    pub(super) fn close(&mut self, now: Instant, bytes: (u64, u64)) {
        self.closed = Some((now, bytes));
    }

    /// Tells of an answer whose last frame was written.
    pub(super) fn written(mut self) {
        self.place.written();
        self.tell();
    }

    /// Tells of an answer that the client has left before it was written.
    pub(super) fn lost(mut self) {
        self.note(Ended::ClientLeft);
        self.tell();
    }

    fn tell(&mut self) {
        self.is_told = true;
        let (now, (bytes_in, bytes_out)) =
            self.closed.unwrap_or_else(|| (Instant::now(), self.common.ledger.close(self.stream)));
        self.place.idle();
        let duration = now - self.begun;
        if let Some(span) = &self.span {
            scope::conclude(span, self.status, self.ended.unwrap_or(Ended::Done));
        }
        if let Some(meter) = self.tally().meter() {
            meter.leave(self.slot, self.status, duration);
        }
        if self.common.witness.is_observed() {
            let ended = self.ended.unwrap_or(Ended::Done);
            let (request, status, kind) = (self.facts(), self.status, self.kind);
            let ended_millis = clock::millis_at(now);
            let exchange =
                Exchange { request, status, bytes_in, bytes_out, duration, ended, ended_millis, kind };
            self.common.witness.tell(&exchange);
        }
    }
}

impl Drop for Record {
    /// A task that is ended in the middle of it cuts it off.
    fn drop(&mut self) {
        if !self.is_told {
            self.place.count_losses(self.route, || 0);
            self.note(Ended::Cut);
            self.tell();
        }
        spare::keep_head(mem::take(&mut self.head));
    }
}
