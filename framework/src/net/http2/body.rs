//! A request's body on its way from `h2` to whoever reads it.
//!
//! A window is opened again for what was read, and not before: so a handler that does not read holds its client back.

use std::task::{Context, Poll};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::{HeaderMap, StatusCode};

use super::super::clock;
use super::super::deadline::{MinRate, Timer};
use super::record::Record;
use crate::http::{Body, BodyError, Incoming, IncomingState, Request, Wanted, may_trail};
use crate::observe::{Ended, Http2Fault, Timeout};

/// The state of one request's body.
#[derive(Debug)]
pub(super) struct Pump {
    stream: RecvStream,
    /// The reader's other half; `None` once nobody reads any more.
    reader: Option<IncomingState>,
    rate: MinRate,
    timer: Timer,
    /// The most bytes of content, and how many there have been.
    limit: u64,
    received: u64,
    /// Bytes that the reader has, for which the window is to be opened again.
    held: usize,
    /// Whether the client waits for 100 Continue (RFC 9110 §10.1.1).
    owes_continue: bool,
}

/// What a look at the body brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pumped {
    /// The reader has something to look at.
    Progress,
    /// The reader waits, and so do we, for the client.
    Waiting,
    /// Nobody waits for the body.
    Idle,
}

impl Pump {
    /// Gives `request` its body, of `len` bytes or of unknown length.
    pub(super) fn attach(
        stream: RecvStream,
        len: Option<u64>,
        owes_continue: bool,
        request: &mut Request,
        record: &Record,
    ) -> Self {
        let limits = record.limits();
        let (reader, incoming) = Incoming::new(len);
        let limit = request.body_limit();
        request.set_body(Body::incoming(incoming));
        Self {
            stream,
            reader: Some(reader),
            rate: MinRate::new(limits.body_min_rate, limits.rate_grace),
            timer: Timer::default(),
            limit,
            received: 0,
            held: 0,
            owes_continue,
        }
    }

    /// Moves the body on, as far as somebody waits for it. `respond` is there until the answer's head is written.
    pub(super) fn pump(
        &mut self,
        record: &mut Record,
        respond: Option<&mut SendResponse<Bytes>>,
        context: &mut Context<'_>,
    ) -> Pumped {
        match self.reader.as_mut().map(|reader| reader.poll_wanted(context)) {
            Some(Poll::Ready(Wanted::Chunk)) => {}
            not_now => {
                if not_now != Some(Poll::Pending) {
                    self.reader = None;
                }
                self.rate.pause();
                return Pumped::Idle;
            }
        }
        self.open_window();
        loop {
            match self.stream.poll_data(context) {
                Poll::Ready(Some(Ok(content))) => {
                    self.rate.progress(content.len());
                    self.owes_continue = false;
                    if self.take(&content, context) {
                        return Pumped::Progress;
                    }
                }
                Poll::Ready(Some(Err(error))) => return self.fail(&error, record, context),
                Poll::Ready(None) => match self.stream.poll_trailers(context) {
                    Poll::Ready(Ok(trailers)) => return self.end_with(trailers, context),
                    Poll::Ready(Err(error)) => return self.fail(&error, record, context),
                    Poll::Pending => break,
                },
                Poll::Pending => break,
            }
        }
        if std::mem::take(&mut self.owes_continue)
            && let Some(respond) = respond
        {
            let mut interim = http::Response::new(());
            *interim.status_mut() = StatusCode::CONTINUE;
            // Where it cannot be sent the stream is gone, which is seen at once.
            let _ = respond.send_informational(interim);
        }
        if record.common().ledger.is_window_scant() {
            // Others have used it up: the client may not send, however much it wants to.
            self.rate.pause();
            return Pumped::Waiting;
        }
        match self.rate.wait() {
            Some(due) if self.timer.poll(due, clock::now(), context).is_ready() => {
                record.note(Ended::TimedOut(Timeout::Body));
                self.end(Err(BodyError::TooSlow), context)
            }
            Some(_) | None => Pumped::Waiting,
        }
    }

    /// Hands over what came; `false` where there was nothing in it.
    fn take(&mut self, content: &Bytes, context: &mut Context<'_>) -> bool {
        self.held = content.len();
        self.received += content.len() as u64;
        if self.received > self.limit {
            self.end(Err(BodyError::TooLarge { limit: self.limit }), context);
            return true;
        }
        if content.is_empty() && !self.stream.is_end_stream() {
            return false;
        }
        if let Some(reader) = &mut self.reader {
            if !content.is_empty() {
                reader.push(content.clone(), context);
            }
            if self.stream.is_end_stream() {
                self.end(Ok(()), context);
            }
        }
        true
    }

    /// Lets the client send as much as was read.
    fn open_window(&mut self) {
        // It fails where more is given back than was taken, which is not so.
        let _ = self.stream.flow_control().release_capacity(std::mem::take(&mut self.held));
    }

    fn fail(&mut self, error: &h2::Error, record: &mut Record, context: &mut Context<'_>) -> Pumped {
        let is_fault = error.is_library() && error.reason() != Some(Reason::NO_ERROR);
        if is_fault {
            record.note(Ended::Malformed(Http2Fault::Stream.into()));
            let detail = error.to_string();
            return self.end(Err(BodyError::Malformed { detail }), context);
        }
        record.note(Ended::ClientLeft);
        self.end(Err(BodyError::Disconnected), context)
    }

    /// Ends it well, with the trailer section where there is one.
    fn end_with(&mut self, trailers: Option<HeaderMap>, context: &mut Context<'_>) -> Pumped {
        if let (Some(reader), Some(trailers)) = (&mut self.reader, trailers) {
            let mut kept = HeaderMap::new();
            for (name, value) in trailers.iter().filter(|(name, _)| may_trail(name)) {
                kept.append(name.clone(), value.clone());
            }
            reader.set_trailers(Box::new(kept));
        }
        self.end(Ok(()), context)
    }

    fn end(&mut self, end: Result<(), BodyError>, context: &mut Context<'_>) -> Pumped {
        if let Some(mut reader) = self.reader.take() {
            reader.end(end, context);
        }
        Pumped::Progress
    }
}
