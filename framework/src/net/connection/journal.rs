//! What a connection does, as it is counted and told of.
//!
//! An exchange is told of when it has ended for good: an answer that waits in the buffer is not written yet, and may
//! never be. So it waits here until the transport has taken its last byte, or the connection has ended without that.
//! Where nobody observes, nothing is measured, and only the worker's tally counts.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;
use tracing::Span;

use super::super::clock;
use super::Peer;
use crate::http::{Origin, RequestFacts, RequestId, Response};
use crate::observe::{Ended, Exchange, Kind, Slot, Tally, Timeout, Witness, scope};

/// The account of one connection.
#[derive(Debug)]
pub(super) struct Journal {
    witness: Witness,
    peer: Peer,
    /// Bytes that the transport gave and took.
    received: u64,
    written: u64,
    current: Current,
    /// What is measured where somebody observes; apart, as many connections are idle and nobody does.
    measured: Option<Box<Measured>>,
    /// Why what is still to be written will not be.
    lost: Option<Ended>,
}

/// The exchange that is under way.
#[derive(Debug, Default)]
struct Current {
    /// Whether there is one: its first byte was read.
    open: bool,
    /// Who it came from, where that is not the peer.
    client_addr: Option<Box<SocketAddr>>,
    /// What the request is called, once that was asked; and the route that matched.
    id: Option<RequestId>,
    route: Option<&'static str>,
    status: Option<StatusCode>,
    /// The first reason to end that was not that all was done.
    ended: Option<Ended>,
}

/// What only observers and counts by route ask for.
#[derive(Debug, Default)]
struct Measured {
    /// Where the exchange that is under way is counted.
    slot: Slot,
    /// What an access log makes of it.
    kind: Kind,
    /// When and where it began.
    begun: Option<Begun>,
    /// Exchanges that have ended but for their answer's way out of the buffer.
    unwritten: VecDeque<Unwritten>,
}

#[derive(Clone, Copy, Debug)]
struct Begun {
    at: Instant,
    /// Bytes consumed, and bytes given to be written, before.
    consumed: u64,
    produced: u64,
}

#[derive(Debug)]
struct Unwritten {
    begun: Instant,
    /// How many bytes of the connection have been written when its answer is.
    end: u64,
    exchange: Exchange,
}

/// What lies in the buffers: bytes read that nobody has consumed, and bytes to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buffered {
    pub(super) input: usize,
    pub(super) output: usize,
}

impl Journal {
    pub(super) fn new(witness: Witness, peer: Peer) -> Self {
        witness.tally().opened();
        let is_measured = witness.is_observed() || witness.tally().meter().is_some();
        let measured = is_measured.then(Box::default);
        Self { witness, peer, received: 0, written: 0, current: Current::default(), measured, lost: None }
    }

    pub(super) fn witness(&self) -> &Witness {
        &self.witness
    }

    pub(super) fn tally(&self) -> &Tally {
        self.witness.tally()
    }

    pub(super) fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Notes who the request came from, where a proxy says that it was not the peer.
    pub(super) fn came_from(&mut self, client_addr: Option<SocketAddr>) {
        self.current.client_addr = client_addr.map(Box::new);
    }

    /// Notes bytes that the transport gave.
    pub(super) fn received(&mut self, len: usize) {
        self.received += len as u64;
        self.tally().received(len);
    }

    /// Notes bytes that the transport took; tells of the exchanges that end with them.
    pub(super) fn wrote(&mut self, len: usize) {
        self.written += len as u64;
        self.tally().wrote(len);
        if self.is_measured() {
            self.tell_until(self.written);
        }
    }

    /// Bytes that the transport took so far.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Notes that a request's first byte is there.
    pub(super) fn begin(&mut self) {
        self.current.open = true;
    }

    /// Whether anybody is going to be told of it, or counts it by its route.
    pub(super) fn is_measured(&self) -> bool {
        self.measured.is_some()
    }

    /// Notes when and where it began.
    #[cold]
    pub(super) fn measure(&mut self, buffered: Buffered) {
        let (consumed, produced) = (self.consumed(buffered), self.produced(buffered));
        if let Some(measured) = &mut self.measured {
            measured.slot = Slot::Unread;
            measured.kind = Kind::Ordinary;
            measured.begun = Some(Begun { at: Instant::now(), consumed, produced });
        }
    }

    /// Whether a request was begun whose head is not read yet.
    pub(super) fn is_reading(&self) -> bool {
        self.current.open && self.current.id.is_none()
    }

    /// Notes a request whose head was read.
    pub(super) fn requested(&mut self, id: RequestId, route: Option<&'static str>, slot: Slot) {
        self.tally().requested();
        if let Some(measured) = &mut self.measured {
            measured.slot = slot;
            measured.kind = if slot == Slot::Uncounted { Kind::Probe } else { Kind::Ordinary };
            if let Some(meter) = self.witness.tally().meter() {
                meter.enter(slot);
            }
        }
        self.current.id = Some(id);
        self.current.route = route;
    }

    /// What the request that is being answered is called.
    pub(super) fn id(&mut self) -> RequestId {
        self.current.id.get_or_insert_with(RequestId::generate).clone()
    }

    /// The same, where it was called anything yet.
    pub(super) fn known_id(&self) -> Option<&RequestId> {
        self.current.id.as_ref()
    }

    /// Tells the span of the request in work what became of it.
    #[cold]
    pub(super) fn conclude(&self, span: &Span) {
        scope::conclude(span, self.current.status, self.current.ended.unwrap_or(Ended::Done));
    }

    /// What is known of the request, of which `head` was read.
    pub(super) fn facts(&mut self, head: &[u8]) -> RequestFacts {
        let (id, route) = (self.id(), self.current.route);
        let client_addr = self.current.client_addr.as_deref().copied().or(self.peer.addr);
        RequestFacts::new(Origin { id, client_addr, route }, head)
    }

    /// The route that the request in work matched.
    pub(super) fn route(&self) -> Option<&'static str> {
        self.current.route
    }

    /// Notes the answer that is about to be written.
    pub(super) fn answered(&mut self, response: &Response) {
        let status = response.status();
        self.tally().answered(status);
        self.current.status = Some(status);
        if let Some(measured) = &mut self.measured
            && response.is_unlogged()
        {
            measured.kind = Kind::Unlogged;
        }
    }

    /// Counts an exchange whose connection another protocol takes over: its answer is written, and how long the other
    /// protocol lives is not how long the answer took.
    #[cold]
    pub(super) fn switched(&mut self) {
        let Some(measured) = &mut self.measured else { return };
        let Some(begun) = &measured.begun else { return };
        if let Some(meter) = self.witness.tally().meter() {
            meter.leave(measured.slot, self.current.status, begun.at.elapsed());
            measured.slot = Slot::Uncounted;
        }
    }

    /// Notes a reason for the exchange to end; the first one stands. What ends all that is to be written is counted
    /// once.
    pub(super) fn note(&mut self, ended: Ended) {
        if self.lost.is_none() {
            self.tally().ended(ended);
        }
        self.current.ended.get_or_insert(ended);
        match ended {
            Ended::ClientLeft | Ended::BrokenOff | Ended::Cut | Ended::TimedOut(Timeout::Write) => {
                self.lost.get_or_insert(ended);
            }
            Ended::Done
            | Ended::Malformed(_)
            | Ended::TimedOut(Timeout::Head | Timeout::Body | Timeout::Request) => {}
        }
    }

    /// Whether an exchange is under way.
    pub(super) fn is_open(&self) -> bool {
        self.current.open
    }

    /// Ends the exchange that is under way.
    pub(super) fn finish(&mut self) {
        self.current = Current::default();
    }

    /// Forgets what was begun: it was no exchange.
    #[cfg(feature = "http2")]
    pub(super) fn forget(&mut self) {
        self.finish();
        if let Some(measured) = &mut self.measured {
            measured.begun = None;
        }
    }

    /// Ends the connection: what is not written will not be.
    pub(super) fn close(&mut self) {
        self.tell_until(u64::MAX);
        self.tally().closed();
    }

    /// Counts the exchange that is under way, if one is, of whose request `head` was read; keeps it to be told of as
    /// soon as its answer is written.
    #[cold]
    pub(super) fn record(&mut self, head: &[u8], buffered: Buffered) {
        let Some(measured) = &mut self.measured else { return };
        let Some(begun) = measured.begun.take() else { return };
        if let Some(meter) = self.witness.tally().meter() {
            meter.leave(measured.slot, self.current.status, begun.at.elapsed());
        }
        if !self.witness.is_observed() {
            return;
        }
        let kind = measured.kind;
        let end = self.produced(buffered);
        let exchange = Exchange {
            request: self.facts(head),
            status: self.current.status,
            bytes_in: self.consumed(buffered) - begun.consumed,
            bytes_out: end - begun.produced,
            duration: Duration::ZERO,
            ended: self.current.ended.unwrap_or(Ended::Done),
            ended_millis: 0,
            kind,
        };
        if let Some(measured) = &mut self.measured {
            measured.unwritten.push_back(Unwritten { begun: begun.at, end, exchange });
        }
        self.tell_until(self.written);
    }

    /// Tells of the exchanges whose answers end within so many bytes.
    fn tell_until(&mut self, end: u64) {
        let Some(measured) = &mut self.measured else { return };
        while let Some(unwritten) = measured.unwritten.pop_front_if(|unwritten| unwritten.end <= end) {
            let Unwritten { begun, end, mut exchange } = unwritten;
            let now = Instant::now();
            exchange.duration = now - begun;
            exchange.ended_millis = clock::millis_at(now);
            if end > self.written && exchange.ended == Ended::Done {
                exchange.ended = self.lost.unwrap_or(Ended::Cut);
            }
            self.witness.tell(&exchange);
        }
    }

    /// Bytes that are no longer in the input buffer.
    fn consumed(&self, buffered: Buffered) -> u64 {
        self.received - buffered.input as u64
    }

    /// Bytes written and to be written.
    fn produced(&self, buffered: Buffered) -> u64 {
        self.written + buffered.output as u64
    }
}
