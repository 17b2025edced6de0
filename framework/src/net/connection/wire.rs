//! The transport with its buffers and its one timer: all reads, writes and sleeps of a connection are here.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::Instant;

use super::super::buffer::{ReadBuffer, WriteBuffer};
use super::super::deadline::{MinRate, Timer, after};
use super::super::{Limits, Place, Transport, clock};
use super::answer::Message;
use super::journal::{Buffered, Journal};
use crate::h1::{BodyDecoder, Framing, HeadParser, OutgoingFraming};
use crate::http::{Request, RequestFacts, Security};
use crate::observe::{Ended, Timeout};

/// Answers are gathered up to so many bytes before they are written.
pub(super) const GATHERED_BYTES: usize = 64 * 1024;
/// Of a streamed body less is gathered: a client that stops reading leaves as much here.
pub(super) const STREAMED_BYTES: usize = 8 * 1024;
/// While a handler runs, so many bytes of later requests are read ahead; then TCP holds the client back.
const READ_AHEAD_BYTES: usize = 64 * 1024;
/// A client that closes its half this soon after its request has ended what it sends, and waits for the answer; one
/// that closes later has left. TCP shows both alike (RFC 9112 §9.6).
const HALF_CLOSE_GRACE: Duration = Duration::from_secs(1);
/// How much a client may go on sending after an answer that ends the connection.
const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// A connection's transport.
pub(super) struct Wire<IO: Transport> {
    pub(super) io: IO,
    pub(super) limits: Arc<Limits>,
    pub(super) place: Place,
    pub(super) input: ReadBuffer,
    pub(super) output: WriteBuffer,
    pub(super) parser: HeadParser,
    pub(super) journal: Journal,
    /// What the answer to the request in work depends on.
    pub(super) message: Message,
    /// What of the input belongs to the body of the request in work.
    pub(super) body: BodyDecoder,
    pub(super) following: Following,
    /// What a client has left that once was behind with its answers; of others the bytes they took tell it.
    write_rate: Option<Box<MinRate>>,
    timer: Timer,
    /// Whether a request was read before.
    pub(super) is_kept: bool,
    /// The peer has closed its half: nothing more will come.
    pub(super) eof: bool,
    /// The transport has failed: nothing more can be sent.
    pub(super) gone: bool,
}

/// What may follow the request in work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Following {
    /// Other requests.
    Requests,
    /// Nothing: its answer is the last, and what comes behind it is no request.
    Nothing,
    /// Nothing, and the end of the connection is that of the answer's body: closed too early, it would look whole.
    EndOfBody,
}

impl Following {
    /// What may follow an answer that is framed like this and says whether the connection is kept.
    pub(super) fn behind(framing: OutgoingFraming, keep: bool) -> Self {
        match framing {
            OutgoingFraming::UntilClose => Self::EndOfBody,
            OutgoingFraming::None | OutgoingFraming::Sized(_) | OutgoingFraming::Chunked if keep => {
                Self::Requests
            }
            OutgoingFraming::None | OutgoingFraming::Sized(_) | OutgoingFraming::Chunked => Self::Nothing,
        }
    }
}

/// The transport failed, or the peer took the answer too slowly.
#[derive(Debug)]
pub(super) struct Gone;

impl<IO: Transport> Wire<IO> {
    pub(super) fn new(io: IO, limits: Arc<Limits>, place: Place, journal: Journal) -> Self {
        Self {
            io,
            limits,
            place,
            input: ReadBuffer::default(),
            output: WriteBuffer::default(),
            parser: HeadParser::default(),
            message: Message::default(),
            body: BodyDecoder::new(Framing::Empty),
            following: Following::Requests,
            journal,
            write_rate: None,
            timer: Timer::default(),
            is_kept: false,
            eof: false,
            gone: false,
        }
    }

    /// Reads what has come; 0 is the end of the peer's half, and so is a failed transport, which is noted apart.
    pub(super) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        if self.eof {
            return Poll::Ready(0);
        }
        let read = ready!(self.input.poll_fill(Pin::new(&mut self.io), context));
        self.gone |= read.is_err();
        let len = read.unwrap_or(0);
        self.eof = len == 0;
        self.journal.received(len);
        Poll::Ready(len)
    }

    /// Reads ahead while something else is under way, so that the end of the peer is noticed.
    fn read_ahead(&mut self, context: &mut Context<'_>) {
        while !self.eof && self.input.len() < READ_AHEAD_BYTES {
            if self.poll_read(context).is_pending() {
                return;
            }
        }
    }

    /// The same; tells whether the client has left, where nothing was awaited from it since `since`.
    pub(super) fn has_left(&mut self, since: Instant, context: &mut Context<'_>) -> bool {
        if !self.eof {
            self.read_ahead(context);
            return self.gone || (self.eof && since.elapsed() > HALF_CLOSE_GRACE);
        }
        self.gone
    }

    /// How the transport is secured.
    #[inline]
    pub(super) fn security(&self) -> Security {
        self.io.security()
    }

    /// Forgets the request that was begun: what came is of another protocol, which reads and writes by itself.
    #[cfg(feature = "http2")]
    pub(super) fn begin_http2(&mut self) {
        self.parser.reset();
        self.journal.forget();
        self.place.idle();
        self.is_kept = true;
    }

    /// Whether the transport holds bytes that have not been read.
    pub(super) fn has_arrived(&self) -> bool {
        !self.eof && self.io.has_unread()
    }

    /// Whether something of another request has arrived behind the one in work.
    pub(super) fn has_next(&self) -> bool {
        match behind_body(self.body.clone(), self.input.unread()) {
            // A drain looks further than what was read: the client is told that this is the last answer.
            Some(unread) if is_empty_line(unread) => {
                self.place.drains() && self.body.is_complete() && self.has_arrived()
            }
            Some(_) => true,
            None => false,
        }
    }

    /// How many requests have begun to arrive behind the one in work.
    fn count_behind(&self) -> usize {
        if self.following != Following::Requests {
            return 0;
        }
        let mut count = 0;
        let mut rest = behind_body(self.body.clone(), self.input.unread());
        while let Some(unread) = rest.filter(|unread| !is_empty_line(unread)) {
            count += 1;
            let parsed = HeadParser::default().parse(unread, &self.limits.head, Request::empty().head_mut());
            let Ok(Some(head)) = parsed else { break };
            rest = behind_body(BodyDecoder::new(head.framing), unread.get(head.len..).unwrap_or_default());
        }
        count
    }

    /// Writes until nothing is buffered.
    #[inline]
    pub(super) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        if self.output.is_empty() { Poll::Ready(Ok(())) } else { self.poll_write(context) }
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        while !self.output.is_empty() {
            match self.output.poll_write(Pin::new(&mut self.io), context) {
                Poll::Ready(Ok(len)) => {
                    if let Some(rate) = &mut self.write_rate {
                        rate.progress(len);
                    }
                    self.journal.wrote(len);
                }
                Poll::Ready(Err(_)) => {
                    self.gone = true;
                    self.journal.note(Ended::ClientLeft);
                    return Poll::Ready(Err(Gone));
                }
                Poll::Pending => {
                    let (limits, written) = (&self.limits, self.journal.written());
                    let rate = self.write_rate.get_or_insert_with(|| {
                        let mut rate = MinRate::new(limits.write_min_rate, limits.rate_grace);
                        rate.earn(written);
                        Box::new(rate)
                    });
                    return match rate.wait() {
                        Some(due) if self.is_due(due, context) => {
                            self.journal.note(Ended::TimedOut(Timeout::Write));
                            Poll::Ready(Err(Gone))
                        }
                        Some(_) | None => Poll::Pending,
                    };
                }
            }
        }
        self.place.written();
        Poll::Ready(Ok(()))
    }

    /// The same, awaited, for when nothing else is under way.
    pub(super) async fn flush(&mut self) -> Result<(), Gone> {
        poll_fn(|context| self.poll_flush(context)).await
    }

    /// Whether the connection ends behind the last request that has been read.
    pub(super) fn is_ending(&self) -> bool {
        self.eof || self.place.drains() || self.limits.keep_alive_timeout.is_zero()
    }

    /// How long no request may come. Where connections are not kept, the first one needs its time all the same.
    pub(super) fn idle_timeout(&self) -> Duration {
        let timeout = self.limits.keep_alive_timeout;
        if self.is_kept { timeout } else { timeout.max(self.limits.header_read_timeout) }
    }

    /// Gives up a head that was begun: what was read of it is held, and nothing behind it is read.
    pub(super) fn give_up_head(&mut self) {
        self.input.hold(self.parser.good_len());
        self.input.consume(self.input.len());
    }

    /// What is known of the request that is being answered.
    pub(super) fn facts(&mut self) -> RequestFacts {
        self.journal.facts(self.input.held())
    }

    /// Ends the exchange that is under way, where there is one.
    #[inline(always)]
    pub(super) fn finish_exchange(&mut self) {
        if self.journal.is_measured() {
            self.journal.record(self.input.held(), self.buffered());
        }
        self.journal.finish();
        self.input.release();
    }

    /// What lies in the buffers.
    fn buffered(&self) -> Buffered {
        Buffered { input: self.input.len(), output: self.output.len() }
    }

    /// Notes that a request's first byte is there.
    pub(super) fn begin_exchange(&mut self) {
        self.journal.begin();
        if self.journal.is_measured() {
            self.journal.measure(self.buffered());
        }
    }

    /// Whether `deadline` has passed; if not, the task is woken when it has.
    pub(super) fn is_due(&mut self, deadline: Instant, context: &mut Context<'_>) -> bool {
        self.timer.poll(deadline, clock::now(), context).is_ready()
    }

    /// Writes what is buffered and closes our half; `false` where that fails.
    pub(super) async fn close(&mut self) -> bool {
        if self.gone || self.flush().await.is_err() {
            return false;
        }
        self.place.idle();
        poll_fn(|context| Pin::new(&mut self.io).poll_shutdown(context)).await.is_ok()
    }

    /// Cuts the connection off: a client that still reads sees a reset, never an end.
    pub(super) fn abort(&mut self) {
        self.io.reset_on_close();
    }

    /// Reads and drops what the client still sends in the next time: were it left unread, the kernel would reset the
    /// connection, and the client might never see the answer (RFC 9112 §9.6).
    pub(super) async fn discard_until_end(&mut self, patience: Duration) {
        let deadline = after(Instant::now(), patience);
        let mut dropped = 0;
        poll_fn(|context| {
            while !self.eof && dropped < LINGER_BYTES {
                self.input.consume(self.input.len());
                match self.poll_read(context) {
                    Poll::Ready(len) => dropped += len,
                    Poll::Pending if self.is_due(deadline, context) => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
            Poll::Ready(())
        })
        .await;
    }
}

impl<IO: Transport> Drop for Wire<IO> {
    /// A task that is ended in the middle of an answer cuts it off so that the client can tell.
    fn drop(&mut self) {
        let route = self.journal.route();
        self.place.count_losses(route, || self.count_behind());
        if self.journal.is_reading() {
            self.give_up_head();
        }
        if self.journal.is_open() {
            self.journal.note(Ended::Cut);
            self.finish_exchange();
        }
        self.journal.close();
        if self.following == Following::EndOfBody {
            self.io.reset_on_close();
        }
    }
}

/// What follows the end of a body in `input`; `None` where the end is not there.
fn behind_body(mut body: BodyDecoder, mut input: &[u8]) -> Option<&[u8]> {
    while !body.is_complete() {
        let decoded = body.decode(input).ok()?;
        if decoded.consumed == 0 {
            return None;
        }
        input = input.get(decoded.consumed..)?;
    }
    Some(input)
}

/// Whether these bytes are the empty line, or a part of it, that some clients send behind a body: the parser passes
/// over it (RFC 9112 §2.2), and no request is begun by it.
pub(super) fn is_empty_line(unread: &[u8]) -> bool {
    matches!(unread, b"" | b"\r" | b"\r\n")
}

impl<IO: Transport> std::fmt::Debug for Wire<IO> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire")
            .field("input", &self.input.len())
            .field("output", &self.output.len())
            .finish_non_exhaustive()
    }
}
