//! A connection of HTTP/2, from its preface to its last stream.
//!
//! The session takes streams from `h2` and begins them: those that have come together are answered together, as far as
//! that goes at once, and written together; what has to wait becomes a task. It ends the connection with GOAWAY where the
//! client is too much of a nuisance, where no stream has been open for `keep_alive_timeout`, and at a drain: then streams
//! that the client had begun are answered, and the GOAWAY names the last of them, so that the client may send the others
//! elsewhere (RFC 9113 §6.8).

use std::future::poll_fn;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use h2::server::{Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::Request;
use tokio::time::{Instant, timeout};

use super::super::connection::Turns;
use super::super::deadline::{Timer, after};
use super::super::drain::Sharing;
use super::super::{Application, Limits, Peer, Place, clock};
use super::builder::builder;
use super::ledger::Ledger;
use super::record::{Common, Record};
use super::spare::{self, ACCEPTED, WRITTEN};
use super::stream::{Desk, Handler, Leaving, Stream, handle};
use super::tap::{Carrier, Tap};
use crate::http::Security;
use crate::observe::{Ended, Http2Fault, Timeout, Witness};

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
    let mut session = Session {
        app,
        common: Arc::clone(&common),
        place,
        sharing: None,
        timer: Timer::default(),
        end: End::Open,
        accepted: Vec::new(),
    };
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

/// A stream as `h2` gives it.
pub(super) type Accepted = (Request<RecvStream>, SendResponse<Bytes>);

struct Session<A: Application> {
    app: Arc<A>,
    common: Arc<Common>,
    place: Place,
    /// While there are streams.
    sharing: Option<Sharing>,
    timer: Timer,
    end: End,
    /// Streams that are to begin.
    accepted: Vec<Accepted>,
}

impl<A: Application> Session<A> {
    async fn run<C: Carrier>(&mut self, tap: Tap<'_, C>) -> Ending {
        let limits = &self.common.limits;
        let handshake = builder(limits).handshake::<_, Bytes>(tap);
        // Of it only our own first frame is to be waited for.
        let Ok(shaken) = timeout(limits.header_read_timeout, handshake).await else { return Ending::Cut };
        match shaken {
            Ok(mut connection) => {
                let mut desk = Desk::new(handle::<A>);
                poll_fn(|context| self.poll(&mut connection, &mut desk, context)).await
            }
            Err(error) => self.failed(&error),
        }
    }

    fn poll<C: Carrier, F: Handler>(
        &mut self,
        connection: &mut Connection<Tap<'_, C>, Bytes>,
        desk: &mut Desk<A, F>,
        context: &mut Context<'_>,
    ) -> Poll<Ending> {
        loop {
            // While streams wait to begin, `h2` has nobody to wake: it is polled again behind their answers, in this turn.
            let mut nobody = Context::from_waker(Waker::noop());
            let waits = if self.accepted.is_empty() { &mut *context } else { &mut nobody };
            let polled = connection.poll_accept(waits);
            if let Poll::Ready(Some(Ok(accepted))) = polled {
                spare::push(&mut self.accepted, &ACCEPTED, accepted);
                if self.accepted.len() >= TOGETHER {
                    self.begin_accepted(desk, context);
                }
                continue;
            }
            let is_begun = self.begin_accepted(desk, context);
            match polled {
                Poll::Ready(Some(Err(error))) => return Poll::Ready(self.failed(&error)),
                Poll::Ready(None) if self.broken_by().is_some() => return Poll::Ready(Ending::AtFault),
                Poll::Ready(_) => return Poll::Ready(Ending::Orderly),
                // What was answered is written, all of it together.
                Poll::Pending if is_begun => continue,
                Poll::Pending => {}
            }
            match self.look(connection, context) {
                Next::Wait => return Poll::Pending,
                Next::Again => {}
                Next::Cut => return Poll::Ready(Ending::Cut),
            }
        }
    }

    /// Begins the streams that were accepted; tells whether there were any.
    fn begin_accepted<F: Handler>(&mut self, desk: &mut Desk<A, F>, context: &mut Context<'_>) -> bool {
        if self.accepted.is_empty() {
            return false;
        }
        self.share(true);
        let mut accepted = mem::take(&mut self.accepted);
        for (request, respond) in accepted.drain(..) {
            self.begin(request, respond, desk, context);
        }
        spare::keep(accepted, &ACCEPTED);
        true
    }

    /// Notes whether there are streams.
    fn share(&mut self, has_streams: bool) {
        if has_streams != self.sharing.is_some() {
            self.sharing = has_streams.then(|| self.place.share());
        }
    }

    /// Answers a stream, or starts its task, unless as many run as may.
    fn begin<F: Handler>(
        &mut self,
        request: Request<RecvStream>,
        mut respond: SendResponse<Bytes>,
        desk: &mut Desk<A, F>,
        context: &mut Context<'_>,
    ) {
        let is_over = match self.end {
            End::Open => false,
            End::Announced(since) => since.elapsed() > self.common.limits.last_call,
            End::Final(_) => true,
        };
        // One whose client has reset it may still run, and is no longer counted by `h2`.
        let id = respond.stream_id().as_u32();
        let (ledger, most) = (&self.common.ledger, self.common.limits.http2.max_streams);
        let taken = if is_over { None } else { ledger.take(id, most) };
        let Some(begun) = taken else { return respond.send_reset(Reason::REFUSED_STREAM) };
        let (parts, body) = request.into_parts();
        let (app, common, place) = (&self.app, &self.common, &self.place);
        let stream = Stream { app, common, place, id, parts, body, respond, begun };
        let Some(left) = stream.begin(desk, context) else { return };
        ledger.begin();
        let (app, leaving) = (Arc::clone(app), Leaving(Arc::clone(common)));
        tokio::spawn(Turns::of(async move {
            left.run(app).await;
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
        self.share(!seen.is_idle);
        tell_written(written);
        lost.into_iter().for_each(Record::lost);
        unread.iter().for_each(|account| self.common.tell_unread(account));
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

    /// Tells of what was written last, and of what was not when the connection ended.
    fn tell_leftovers(&self) {
        let written = self.common.ledger.lock().take_written();
        tell_written(written);
        for record in self.common.ledger.leftovers() {
            record.lost();
        }
    }
}

fn tell_written(mut written: Vec<Record>) {
    written.drain(..).for_each(Record::written);
    spare::keep(written, &WRITTEN);
}

impl<A: Application> Drop for Session<A> {
    /// A connection that is cut drops what waits to be written, which tells so.
    fn drop(&mut self) {
        let written = self.common.ledger.lock().take_written();
        tell_written(written);
        drop(self.common.ledger.leftovers());
    }
}

/// So many streams begin together, if they have come together: what they are answered is then written together.
const TOGETHER: usize = 64;

/// What the ledger said at one moment.
struct Seen {
    is_idle: bool,
    idle_since: Instant,
    /// How long it may be idle.
    idle_timeout: Duration,
    head_since: Option<Instant>,
    write_due: Option<Instant>,
}
