//! [`Tally`]: one worker's counts.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

use super::{Counts, Ended, Meter, Timeout};

/// What one worker has counted since it began.
///
/// Each worker adds to its own, in cache lines that no other worker writes to: an addition costs nothing that grows
/// with the number of cores. Nothing is ordered by them, so they are relaxed.
#[derive(Debug, Default)]
// Processors fetch lines of 64 bytes in pairs.
#[repr(align(128))]
pub(crate) struct Tally {
    opened: AtomicU64,
    closed: AtomicU64,
    address_full: AtomicU64,
    proxy_header: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    requests: AtomicU64,
    /// By the first digit of the status, less one.
    responses: [AtomicU64; 5],
    client_left: AtomicU64,
    broken_off: AtomicU64,
    cut: AtomicU64,
    protocol_errors: AtomicU64,
    head_timeouts: AtomicU64,
    body_timeouts: AtomicU64,
    request_timeouts: AtomicU64,
    write_timeouts: AtomicU64,
    keep_alive_timeouts: AtomicU64,
    panics: AtomicU64,
    /// By what became of them.
    handshakes: [AtomicU64; Handshake::ALL],
    http2_connections: AtomicU64,
    http2_requests: AtomicU64,
    http2_floods: AtomicU64,
    /// Counts by route, where somebody asks for them.
    meter: Option<Meter>,
}

/// Why a connection was closed as soon as it was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Its address has `max_connections_per_address` open.
    AddressFull,
    /// What a peer that must say who its client is said first was no PROXY header, or did not come.
    ProxyHeader,
}

/// What became of a TLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "there are no handshakes"))]
pub(crate) enum Handshake {
    /// It was done from the beginning.
    Full,
    /// It went on from an earlier one.
    Resumed,
    /// One of the two did not agree.
    Failed,
    /// It did not end in time.
    TimedOut,
    /// The client spoke HTTP without one.
    InTheClear,
}

impl Handshake {
    /// How many there are.
    const ALL: usize = 5;
}

impl Tally {
    /// One that counts by route as well, where it is given where to.
    pub(super) fn new(meter: Option<Meter>) -> Self {
        Self { meter, ..Self::default() }
    }

    pub(crate) fn meter(&self) -> Option<&Meter> {
        self.meter.as_ref()
    }

    pub(crate) fn opened(&self) {
        add(&self.opened, 1);
    }

    pub(crate) fn closed(&self) {
        add(&self.closed, 1);
    }

    pub(crate) fn refused(&self, reason: Refusal) {
        match reason {
            Refusal::AddressFull => add(&self.address_full, 1),
            Refusal::ProxyHeader => add(&self.proxy_header, 1),
        }
    }

    pub(crate) fn received(&self, len: usize) {
        add(&self.bytes_in, len as u64);
    }

    pub(crate) fn wrote(&self, len: usize) {
        add(&self.bytes_out, len as u64);
    }

    /// A request whose head was read.
    pub(crate) fn requested(&self) {
        add(&self.requests, 1);
    }

    /// An answer that is about to be written.
    pub(crate) fn answered(&self, status: StatusCode) {
        if let Some(count) = self.responses.get(class(status)) {
            add(count, 1);
        }
    }

    pub(crate) fn ended(&self, ended: Ended) {
        match ended {
            Ended::Done => {}
            Ended::ClientLeft => add(&self.client_left, 1),
            Ended::TimedOut(Timeout::Head) => add(&self.head_timeouts, 1),
            Ended::TimedOut(Timeout::Body) => add(&self.body_timeouts, 1),
            Ended::TimedOut(Timeout::Request) => add(&self.request_timeouts, 1),
            Ended::TimedOut(Timeout::Write) => add(&self.write_timeouts, 1),
            Ended::BrokenOff => add(&self.broken_off, 1),
            Ended::Cut => add(&self.cut, 1),
            Ended::Malformed(_) => add(&self.protocol_errors, 1),
        }
    }

    /// A connection that was idle for too long.
    pub(crate) fn idled(&self) {
        add(&self.keep_alive_timeouts, 1);
    }

    /// A connection that has begun as one of HTTP/2.
    #[cfg(feature = "http2")]
    pub(crate) fn opened_http2(&self) {
        add(&self.http2_connections, 1);
    }

    /// A request that came over one; it is counted among all requests as well.
    #[cfg(feature = "http2")]
    pub(crate) fn requested_http2(&self) {
        add(&self.http2_requests, 1);
    }

    /// A connection that was ended for what its client made of it.
    #[cfg(feature = "http2")]
    pub(crate) fn flooded_http2(&self) {
        add(&self.http2_floods, 1);
    }

    pub(crate) fn panicked(&self) {
        add(&self.panics, 1);
    }

    /// A handshake that has ended.
    #[cfg(feature = "tls")]
    pub(crate) fn shaken(&self, handshake: Handshake) {
        if let Some(count) = self.handshakes.get(handshake as usize) {
            add(count, 1);
        }
    }

    /// Adds what was counted here to `counts`.
    #[inline]
    pub(super) fn add_to(&self, counts: &mut Counts) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        // Read before those that were opened, so that there are never more closed than opened.
        let closed = read(&self.closed);
        let opened = read(&self.opened);
        counts.connections_accepted += opened;
        counts.connections_open += opened.saturating_sub(closed);
        counts.connections_refused.address_full += read(&self.address_full);
        counts.connections_refused.proxy_header += read(&self.proxy_header);
        counts.requests += read(&self.requests);
        let [informational, success, redirection, client_error, server_error] = &self.responses;
        counts.responses.informational += read(informational);
        counts.responses.success += read(success);
        counts.responses.redirection += read(redirection);
        counts.responses.client_error += read(client_error);
        counts.responses.server_error += read(server_error);
        counts.client_left += read(&self.client_left);
        counts.broken_off += read(&self.broken_off);
        counts.cut += read(&self.cut);
        counts.protocol_errors += read(&self.protocol_errors);
        counts.timeouts.head += read(&self.head_timeouts);
        counts.timeouts.body += read(&self.body_timeouts);
        counts.timeouts.request += read(&self.request_timeouts);
        counts.timeouts.write += read(&self.write_timeouts);
        counts.timeouts.keep_alive += read(&self.keep_alive_timeouts);
        counts.bytes_in += read(&self.bytes_in);
        counts.bytes_out += read(&self.bytes_out);
        counts.panics += read(&self.panics);
        let [full, resumed, failed, timed_out, in_the_clear] = &self.handshakes;
        counts.handshakes.full += read(full);
        counts.handshakes.resumed += read(resumed);
        counts.handshakes.failed += read(failed);
        counts.handshakes.timed_out += read(timed_out);
        counts.handshakes.in_the_clear += read(in_the_clear);
        counts.http2.connections += read(&self.http2_connections);
        counts.http2.requests += read(&self.http2_requests);
        counts.http2.floods += read(&self.http2_floods);
    }
}

/// The first digit of a status, less one.
pub(super) fn class(status: StatusCode) -> usize {
    // `StatusCode` goes to 999; what is no class of RFC 9110 §15 is treated as one of the server's errors.
    usize::from(status.as_u16() / 100).saturating_sub(1).min(4)
}

fn add(count: &AtomicU64, more: u64) {
    count.fetch_add(more, Ordering::Relaxed);
}
