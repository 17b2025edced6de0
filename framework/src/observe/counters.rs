//! [`Counters`]: what a server has done, in numbers, at any time.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Meter, Readings, Tally};

/// A server's counters, to read while it runs: from [`Server::counters`](crate::Server::counters), or as an argument of
/// a handler.
///
/// They count always and cost a few additions a request; a clone reads the same ones.
///
/// ```
/// use server::testing::Client;
/// use server::{Counters, Server, get, routes};
///
/// #[get("/load")]
/// async fn load(counters: Counters) -> String {
///     let counts = counters.read();
///     format!("{} connections, {} requests so far", counts.connections_open, counts.requests)
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let server = Server::new(routes![load]);
/// let counters = server.counters();
/// let client = Client::from(server);
/// assert_eq!(client.get("/load").await.text(), "1 connections, 1 requests so far");
/// assert_eq!(client.get("/nothing").await.status(), 404);
/// assert_eq!(counters.read().responses.client_error, 1);
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Counters(Arc<Shared>);

/// What all workers share.
#[derive(Default)]
struct Shared {
    tallies: Mutex<Vec<Arc<Tally>>>,
    /// Counted by whoever writes the access log, which no worker does for itself.
    dropped_log_lines: AtomicU64,
    #[cfg(feature = "otel")]
    dropped_spans: AtomicU64,
}

impl Counters {
    /// Adds up what all workers have counted.
    ///
    /// They go on counting meanwhile: two of the numbers may be from moments that lie a little apart.
    #[inline]
    pub fn read(&self) -> Counts {
        let mut counts = Counts::default();
        for tally in self.tallies().iter() {
            tally.add_to(&mut counts);
        }
        counts.log_lines_dropped = self.0.dropped_log_lines.load(Ordering::Relaxed);
        #[cfg(feature = "otel")]
        {
            counts.spans_dropped = self.0.dropped_spans.load(Ordering::Relaxed);
        }
        counts
    }

    /// Adds up what all workers have counted by route; nothing where none does.
    #[inline]
    pub(crate) fn readings(&self) -> Readings {
        let mut readings = Readings::default();
        for meter in self.tallies().iter().filter_map(|tally| tally.meter()) {
            meter.add_to(&mut readings);
        }
        readings
    }

    /// One more worker's.
    pub(super) fn tally(&self, meter: Option<Meter>) -> Arc<Tally> {
        let tally = Arc::new(Tally::new(meter));
        self.tallies().push(Arc::clone(&tally));
        tally
    }

    /// Counts lines of the access log that were not written.
    pub(crate) fn dropped_log_lines(&self, more: u64) {
        self.0.dropped_log_lines.fetch_add(more, Ordering::Relaxed);
    }

    /// Counts spans that no collector took.
    #[cfg(feature = "otel")]
    pub(crate) fn dropped_spans(&self, more: u64) {
        self.0.dropped_spans.fetch_add(more, Ordering::Relaxed);
    }

    /// Whether both read the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn tallies(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Tally>>> {
        self.0.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Counters {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}

/// What a server has counted since it was made, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Connections that were accepted and served.
    pub connections_accepted: u64,
    /// Those of them that are open now.
    pub connections_open: u64,
    /// Connections that were accepted and closed at once.
    pub connections_refused: Refusals,
    /// Requests whose head was read. One that could not be read counts with its reason alone: `protocol_errors`,
    /// `timeouts.head` or `client_left`.
    pub requests: u64,
    /// Final responses by status class, those to requests that could not be read among them.
    pub responses: StatusClasses,
    /// Requests, or connections with answers still to be written, that the client left.
    pub client_left: u64,
    /// Responses whose body failed half-way.
    pub broken_off: u64,
    /// Exchanges that the server's end cut.
    pub cut: u64,
    /// Requests that are malformed or beyond the limits on heads.
    pub protocol_errors: u64,
    /// What took too long.
    pub timeouts: Timeouts,
    /// Bytes read from connections.
    pub bytes_in: u64,
    /// Bytes written to connections.
    pub bytes_out: u64,
    /// Lines of the access log that were dropped, because there was no room for them or they could not be written.
    pub log_lines_dropped: u64,
    /// Spans that were dropped, because there was no room for them or no collector took them.
    #[cfg(feature = "otel")]
    pub spans_dropped: u64,
    /// Panics of handlers, extractors, middleware, bodies, renderers and observers that were caught.
    pub panics: u64,
    /// TLS handshakes, by what became of them; none where TLS is not spoken.
    pub handshakes: Handshakes,
    /// What of it was HTTP/2, with the feature `http2`.
    pub http2: Http2Counts,
}

/// What was HTTP/2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Http2Counts {
    /// Connections that began as such, among those that were accepted.
    pub connections: u64,
    /// Requests that came over them, among all requests.
    pub requests: u64,
    /// Connections that were ended because their client cost more than it asked for: see the chapter on HTTP/2.
    pub floods: u64,
}

/// Connections that were refused, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusals {
    /// The client's address had `max_connections_per_address` open.
    pub address_full: u64,
    /// A peer of `proxy_protocol` did not begin with a PROXY header, or not in time.
    pub proxy_header: u64,
}

/// TLS handshakes by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshakes {
    /// Done from the beginning.
    pub full: u64,
    /// Gone on from an earlier one, at a tenth of the cost.
    pub resumed: u64,
    /// Failed: client and server have nothing in common, a certificate was refused, or it was no TLS at all.
    pub failed: u64,
    /// `tls_handshake_timeout`.
    pub timed_out: u64,
    /// Not begun: the client spoke plain HTTP, and was answered with 400.
    pub in_the_clear: u64,
}

/// Responses by the class of their status (RFC 9110 §15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusClasses {
    /// 1xx that ended an exchange: a protocol was switched.
    pub informational: u64,
    /// 2xx.
    pub success: u64,
    /// 3xx.
    pub redirection: u64,
    /// 4xx.
    pub client_error: u64,
    /// 5xx.
    pub server_error: u64,
}

/// Timeouts by setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// `header_read_timeout`.
    pub head: u64,
    /// `body_min_rate`.
    pub body: u64,
    /// `request_timeout`, and routes' `timeout`.
    pub request: u64,
    /// `write_min_rate`.
    pub write: u64,
    /// `keep_alive_timeout`: idle connections that were closed, which is no failure.
    pub keep_alive: u64,
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::observe::{Ended, Refusal, Timeout};

    #[test]
    fn adds_up_all_workers() {
        let counters = Counters::default();
        let (first, second) = (counters.tally(None), counters.clone().tally(None));
        first.opened();
        first.closed();
        second.opened();
        second.refused(Refusal::AddressFull);
        second.refused(Refusal::ProxyHeader);
        for status in [101, 200, 204, 301, 404, 500, 999] {
            second.answered(StatusCode::from_u16(status).unwrap());
        }
        let timeouts = [Timeout::Head, Timeout::Body, Timeout::Request, Timeout::Write];
        timeouts.into_iter().for_each(|timeout| first.ended(Ended::TimedOut(timeout)));
        let others = [Ended::Done, Ended::ClientLeft, Ended::BrokenOff, Ended::Cut];
        others.into_iter().for_each(|ended| second.ended(ended));
        second.ended(Ended::Malformed(crate::h1::HeadError::BareLf.into()));
        first.idled();
        first.received(5);
        second.received(6);
        second.wrote(7);
        first.requested();
        second.panicked();
        counters.dropped_log_lines(3);
        #[cfg(feature = "otel")]
        counters.dropped_spans(4);
        let expected = Counts {
            connections_accepted: 2,
            connections_open: 1,
            connections_refused: Refusals { address_full: 1, proxy_header: 1 },
            requests: 1,
            responses: StatusClasses {
                informational: 1,
                success: 2,
                redirection: 1,
                client_error: 1,
                server_error: 2,
            },
            client_left: 1,
            broken_off: 1,
            cut: 1,
            protocol_errors: 1,
            timeouts: Timeouts { head: 1, body: 1, request: 1, write: 1, keep_alive: 1 },
            bytes_in: 11,
            bytes_out: 7,
            log_lines_dropped: 3,
            #[cfg(feature = "otel")]
            spans_dropped: 4,
            panics: 1,
            handshakes: Handshakes::default(),
            http2: Http2Counts::default(),
        };
        assert_eq!(counters.read(), expected);
        assert!(counters.is(&counters.clone()) && !counters.is(&Counters::default()));
    }
}
