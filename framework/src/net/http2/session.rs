//! A connection of HTTP/2, from its preface to its last stream.
//!
//! The session takes streams from `h2` and starts a task for each. It ends the connection with GOAWAY where the client
//! is too much of a nuisance, where no stream has been open for `keep_alive_timeout`, and at a drain: then streams that
//! the client had begun are answered, and the GOAWAY names the last of them, so that the client may send the others
//! elsewhere (RFC 9113 §6.8).

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::server::{Builder, Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::{Request, StatusCode};
use tokio::time::{Instant, timeout};

use super::super::connection::Turns;
use super::super::deadline::{Timer, after};
use super::super::{Application, Limits, Peer, Place, clock};
use super::ledger::{Account, Ledger};
use super::record::{Common, Record};
use super::stream::{Leaving, Stream};
use super::tap::{Carrier, Tap};
use crate::http::{Origin, RequestFacts, RequestId, Security};
use crate::observe::{Ended, Exchange, Http2Fault, Kind, Slot, Timeout, Witness};

/// How a connection has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Ending {
    /// Nothing is owed: both have said so, or the client has closed.
    Orderly,
    /// The client is at fault, and was told so.
    AtFault,
    /// It is to be cut: the client takes nothing.
    Cut,
}

/// What a connection is served with.
pub(in super::super) struct Service<A> {
    pub(in super::super) app: Arc<A>,
    pub(in super::super) limits: Arc<Limits>,
    pub(in super::super) witness: Witness,
    pub(in super::super) peer: Peer,
    pub(in super::super) security: Security,
    pub(in super::super) place: Place,
}

/// Serves a connection whose first bytes, which `carrier` gives first, are the preface.
///
/// # Cancel safety
///
/// Dropping the future ends the connection; its streams end with their tasks.
pub(in super::super) async fn serve<C: Carrier, A: Application>(
    carrier: &mut C,
    service: Service<A>,
) -> Ending {
    let Service { app, limits, witness, peer, security, place } = service;
    witness.tally().opened_http2();
    let ledger = Ledger::new(&limits);
    let common = Arc::new(Common { limits, witness, peer, security, ledger });
    let mut session =
        Session { app, common: Arc::clone(&common), place, timer: Timer::default(), end: End::Open };
    let ending = session.run(Tap::new(carrier, common)).await;
    session.tell_leftovers();
    // Handlers that may finish without a client do so.
    poll_fn(|context| {
        let mut book = session.common.ledger.lock();
        book.watch(context);
        if book.is_idle() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    session.tell_leftovers();
    ending
}

/// How far the end of a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It serves.
    Open,
    /// The client was told; streams that it begins until it knows are served. Since when.
    Announced(Instant),
    /// GOAWAY with the last stream is on its way, and `h2` closes behind it. Since when.
    Final(Instant),
}

/// What must end before the connection does.
enum Next {
    /// Nothing has changed.
    Wait,
    /// `h2` was told something, and is to be polled again.
    Again,
    /// The client takes nothing, and is not to be waited for.
    Cut,
}

struct Session<A: Application> {
    app: Arc<A>,
    common: Arc<Common>,
    place: Place,
    timer: Timer,
    end: End,
}

impl<A: Application> Session<A> {
    async fn run<C: Carrier>(&mut self, tap: Tap<'_, C>) -> Ending {
        let limits = &self.common.limits;
        let handshake = builder(limits).handshake::<_, Bytes>(tap);
        // Of it only our own first frame is to be waited for.
        let Ok(shaken) = timeout(limits.header_read_timeout, handshake).await else { return Ending::Cut };
        match shaken {
            Ok(mut connection) => poll_fn(|context| self.poll(&mut connection, context)).await,
            Err(error) => self.failed(&error),
        }
    }

    fn poll<C: Carrier>(
        &mut self,
        connection: &mut Connection<Tap<'_, C>, Bytes>,
        context: &mut Context<'_>,
    ) -> Poll<Ending> {
        loop {
            match connection.poll_accept(context) {
                Poll::Ready(Some(Ok((request, respond)))) => {
                    self.begin(request, respond);
                    continue;
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(self.failed(&error)),
                Poll::Ready(None) if self.broken_by().is_some() => return Poll::Ready(Ending::AtFault),
                Poll::Ready(None) => return Poll::Ready(Ending::Orderly),
                Poll::Pending => {}
            }
            match self.look(connection, context) {
                Next::Wait => return Poll::Pending,
                Next::Again => {}
                Next::Cut => return Poll::Ready(Ending::Cut),
            }
        }
    }

    /// Starts a stream's task, unless as many run as may.
    fn begin(&mut self, request: Request<RecvStream>, mut respond: SendResponse<Bytes>) {
        // One whose client has reset it may still run, and is no longer counted by `h2`.
        let is_full = self.common.ledger.lock().active() >= self.common.limits.http2.max_streams;
        let is_over = match self.end {
            End::Open => false,
            End::Announced(since) => since.elapsed() > self.common.limits.last_call,
            End::Final(_) => true,
        };
        if is_full || is_over {
            return respond.send_reset(Reason::REFUSED_STREAM);
        }
        let (parts, body) = request.into_parts();
        let leaving = Leaving(Arc::clone(&self.common));
        let stream = Stream {
            app: Arc::clone(&self.app),
            common: Arc::clone(&self.common),
            place: self.place.beside(),
            shutdown: self.place.shutdown().clone(),
            parts,
            body,
            respond,
        };
        self.common.ledger.begin();
        tokio::spawn(Turns::of(async move {
            stream.serve().await;
            drop(leaving);
        }));
    }

    /// Tells what was written, and sees what is due.
    fn look<C: Carrier>(
        &mut self,
        connection: &mut Connection<Tap<'_, C>, Bytes>,
        context: &mut Context<'_>,
    ) -> Next {
        let (written, lost, unread, seen) = {
            let mut book = self.common.ledger.lock();
            book.watch(context);
            let seen = Seen {
                is_idle: book.is_idle() && !book.has_unwritten(),
                idle_since: book.idle_since,
                idle_timeout: self.idle_timeout(book.is_used()),
                head_since: book.head_since,
                write_due: book.write_due(),
            };
            (book.take_written(), book.take_lost(), book.take_unread(), seen)
        };
        written.into_iter().for_each(Record::written);
        lost.into_iter().for_each(Record::lost);
        unread.iter().for_each(|account| self.tell_unread(account));
        if let End::Final(since) = self.end {
            return self.look_at_end(&seen, since, context);
        }
        if let Some(reason) = self.broken_by() {
            let is_flood = reason == Reason::ENHANCE_YOUR_CALM;
            self.tally_fault(if is_flood { Http2Fault::Flood } else { Http2Fault::Connection });
            return self.go_away(connection, reason);
        }
        if self.end == End::Open && self.place.is_draining(context.waker()) {
            self.end = End::Announced(Instant::now());
            connection.graceful_shutdown();
            return Next::Again;
        }
        self.look_at_time(&seen, connection, context)
    }

    /// What ends by time: a client that takes nothing, a header section that does not end, a connection without streams.
    fn look_at_time<C: Carrier>(
        &mut self,
        seen: &Seen,
        connection: &mut Connection<Tap<'_, C>, Bytes>,
        context: &mut Context<'_>,
    ) -> Next {
        let limits = &self.common.limits;
        let head_due = seen.head_since.map(|since| after(since, limits.header_read_timeout));
        let idle_due = seen.is_idle.then(|| match self.end {
            End::Open => after(seen.idle_since, seen.idle_timeout),
            // The client is asked to say that it knows; one that does not is not waited for.
            End::Announced(since) => after(since.max(seen.idle_since), limits.last_call),
            End::Final(since) => since,
        });
        let dues = [seen.write_due, head_due, idle_due];
        let Some(due) = dues.into_iter().flatten().min() else { return Next::Wait };
        if self.timer.poll(due, clock::now(), context).is_pending() {
            return Next::Wait;
        }
        if seen.write_due == Some(due) {
            return self.cut();
        }
        if head_due == Some(due) {
            self.common.witness.tally().ended(Ended::TimedOut(Timeout::Head));
            return self.go_away(connection, Reason::ENHANCE_YOUR_CALM);
        }
        match self.end {
            End::Open => {
                self.common.witness.tally().idled();
                self.end = End::Announced(Instant::now());
                connection.graceful_shutdown();
                Next::Again
            }
            End::Announced(_) | End::Final(_) => self.go_away(connection, Reason::NO_ERROR),
        }
    }

    /// Ends the connection behind what is buffered; streams that are open end with it.
    fn go_away<C: Carrier>(
        &mut self,
        connection: &mut Connection<Tap<'_, C>, Bytes>,
        reason: Reason,
    ) -> Next {
        self.end = End::Final(Instant::now());
        connection.abrupt_shutdown(reason);
        Next::Again
    }

    /// Nothing but our last frames is to be written.
    fn look_at_end(&mut self, seen: &Seen, since: Instant, context: &mut Context<'_>) -> Next {
        let due = seen.write_due.unwrap_or_else(|| after(since, self.common.limits.last_call));
        if self.timer.poll(due, clock::now(), context).is_pending() { Next::Wait } else { Next::Cut }
    }

    /// Where connections are not kept, the first stream needs its time all the same.
    fn idle_timeout(&self, is_used: bool) -> Duration {
        let limits = &self.common.limits;
        if is_used {
            limits.keep_alive_timeout
        } else {
            limits.keep_alive_timeout.max(limits.header_read_timeout)
        }
    }

    fn cut(&mut self) -> Next {
        self.common.witness.tally().ended(Ended::TimedOut(Timeout::Write));
        Next::Cut
    }

    fn broken_by(&self) -> Option<Reason> {
        self.common.ledger.lock().broken_by()
    }

    /// Notes why `h2` has given the connection up.
    fn failed(&self, error: &h2::Error) -> Ending {
        if error.is_library() {
            self.tally_fault(Http2Fault::Connection);
            tracing::debug!(%error, peer = ?self.common.peer.addr, "a connection of HTTP/2 was ended");
            return Ending::AtFault;
        }
        Ending::Orderly
    }

    fn tally_fault(&self, fault: Http2Fault) {
        self.common.witness.tally().ended(Ended::Malformed(fault.into()));
        if fault == Http2Fault::Flood {
            self.common.witness.tally().flooded_http2();
            let by = self.common.ledger.lock().calm.broken_by();
            tracing::debug!(?by, peer = ?self.common.peer.addr, "a client was told to calm down");
        }
    }

    /// Tells of a stream that `h2` answered, or reset, before it was a request.
    fn tell_unread(&self, account: &Account) {
        let Common { witness, peer, .. } = &*self.common;
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

    /// Tells of what was written last, and of what was not when the connection ended.
    fn tell_leftovers(&self) {
        let written = self.common.ledger.lock().take_written();
        written.into_iter().for_each(Record::written);
        for record in self.common.ledger.leftovers() {
            record.lost();
        }
    }
}

impl<A: Application> Drop for Session<A> {
    /// A connection that is cut drops what waits to be written, which tells so.
    fn drop(&mut self) {
        let written = self.common.ledger.lock().take_written();
        written.into_iter().for_each(Record::written);
        drop(self.common.ledger.leftovers());
    }
}

/// What the ledger said at one moment.
struct Seen {
    is_idle: bool,
    idle_since: Instant,
    /// How long it may be idle.
    idle_timeout: Duration,
    head_since: Option<Instant>,
    write_due: Option<Instant>,
}

/// `h2` with our limits.
fn builder(limits: &Limits) -> Builder {
    let http2 = &limits.http2;
    let mut builder = Builder::new();
    let streams = u32::try_from(http2.max_streams).unwrap_or(u32::MAX);
    builder
        .max_concurrent_streams(streams)
        .initial_window_size(http2.stream_window)
        .initial_connection_window_size(http2.connection_window)
        .max_frame_size(http2.max_frame)
        .max_header_list_size(list_size(limits))
        .max_send_buffer_size(AHEAD_BYTES)
        // RFC 8441.
        .enable_connect_protocol();
    builder
}

/// So much of an answer lies in `h2` before it is written, of each stream.
const AHEAD_BYTES: usize = 64 * 1024;

/// The size of a header list that `h2` decodes: each line counts 32 bytes more than it has (RFC 9113 §6.5.2). Twice as
/// large as our limits on heads, so that what passes those is answered like any other request that does.
fn list_size(limits: &Limits) -> u32 {
    let lines = limits.head.max_fields.saturating_mul(32);
    u32::try_from(limits.head.max_head.saturating_add(lines).saturating_mul(2)).unwrap_or(u32::MAX)
}
