//! A WebSocket's connection: bytes to the handler's messages and back, until both sides have closed (RFC 6455 §7).
//!
//! ```text
//!            the handler ends, fails, panics or closes; the drain
//!    open ──────────────────────────────────────────────────────► closing
//!      │                                                             │ Close came, or 5 s passed
//!      │ Close came and is answered; what is no protocol;            ▼
//!      └───────────────────────────────────────────────────────► closed ── the handler ended, or 10 s passed ──► parted
//!                        the peer is gone
//! ```
//!
//! The connection's task polls the handler, takes in what has come, and writes what is to be sent, until none of them
//! goes on. Nothing is decoded while a message waits for the handler, or while much waits for the peer: so each side is
//! held back by the other. What came before a fault is delivered, and what was sent before a Close is written.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::close::{CloseCode, CloseFrame};
use super::decoder::{Decoder, Event, MessageLimits, Violation};
use super::deflate::{Deflater, Inflater};
use super::frame::{Opcode, encode_frame};
use super::shared::Shared;
use super::socket::WebSocket;
use crate::http::{Link, Parting, Shutdown, Takeover, Unreachable};

/// How long the peer may take to answer our Close.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);
/// How long a handler may run on when its WebSocket is closed or lost.
const HANDLER_PATIENCE: Duration = Duration::from_secs(10);
/// With so many bytes unsent, nothing is taken in that could ask for more.
const UNSENT_BYTES: usize = 64 * 1024;
/// So many bytes are read ahead of the handler, to see whether the peer is gone.
const AHEAD_BYTES: usize = 64 * 1024;
/// So often a turn goes round before other tasks have theirs.
const ROUNDS: usize = 64;

/// What a WebSocket is held to.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) limits: MessageLimits,
    /// Where messages may be compressed.
    pub(super) codec: Option<(Inflater, Deflater)>,
    /// Zero waits for ever.
    pub(super) idle_timeout: Duration,
    pub(super) shutdown: Shutdown,
}

/// The connection's side of one WebSocket.
pub(super) struct Session {
    /// `None` once it has ended.
    handler: Option<Pin<Box<dyn Future<Output = crate::Result> + Send>>>,
    /// The beginning of the server's drain; `None` once it has been seen.
    draining: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    shared: Arc<Shared>,
    decoder: Decoder,
    phase: Phase,
    silence: Silence,
    timer: Option<Pin<Box<Sleep>>>,
}

/// How far the WebSocket has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// Our Close was sent; the peer's is awaited until then, and what comes before it is dropped.
    Closing {
        until: Instant,
    },
    /// Nothing more is taken in. The handler is waited for until then.
    Closed {
        until: Instant,
    },
    /// The same, and nothing can be written.
    Lost {
        until: Instant,
    },
}

/// How long nothing has come.
#[derive(Debug)]
struct Silence {
    timeout: Duration,
    since: Instant,
    /// Whether the peer was sent a Ping since.
    is_pinged: bool,
}

impl Session {
    /// Of `handler`, which begins to run when the session has its connection.
    pub(super) fn new<Handler, Running>(handler: Handler, options: Options) -> Self
    where
        Handler: FnOnce(WebSocket) -> Running + Send + 'static,
        Running: Future<Output = crate::Result> + Send + 'static,
    {
        let (inflater, deflater) = options.codec.unzip();
        let shared = Arc::new(Shared::new(deflater));
        let socket = WebSocket::new(Arc::clone(&shared));
        let shutdown = options.shutdown;
        let silence = Silence { timeout: options.idle_timeout, since: Instant::now(), is_pinged: false };
        Self {
            handler: Some(Box::pin(async move { handler(socket).await })),
            draining: Some(Box::pin(async move { shutdown.draining().await })),
            shared,
            decoder: Decoder::new(options.limits, inflater),
            phase: Phase::Open,
            silence,
            timer: None,
        }
    }

    /// Polls the handler; gives whether that changed how far the WebSocket is.
    fn run(&mut self, link: &mut dyn Link, context: &mut Context<'_>) -> bool {
        self.shared.begin_poll(context);
        let polled = match &mut self.handler {
            Some(handler) => catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(context))),
            None => Ok(Poll::Pending),
        };
        let asked = self.shared.end_poll();
        if let Ok(Poll::Ready(_)) = polled {
            self.handler = None;
        }
        let frame = match polled {
            Ok(Poll::Pending) => asked,
            Ok(Poll::Ready(Ok(()))) => Some(asked.unwrap_or_else(|| bare(CloseCode::NORMAL))),
            Ok(Poll::Ready(Err(error))) => {
                // One that could not send any more has nothing to tell.
                if self.phase == Phase::Open && asked.is_none() {
                    let request_id = link.request_id();
                    tracing::error!(%request_id, %error, "a WebSocket's handler failed");
                }
                Some(asked.unwrap_or_else(|| bare(CloseCode::INTERNAL_ERROR)))
            }
            Err(panic) => {
                link.panicked(panic.as_ref());
                self.handler = None;
                return self.close(bare(CloseCode::INTERNAL_ERROR), link, context);
            }
        };
        frame.is_some_and(|frame| self.close(frame, link, context))
    }

    /// Begins to close, behind what was sent; gives whether it was open.
    fn close(&mut self, frame: CloseFrame, link: &mut dyn Link, context: &mut Context<'_>) -> bool {
        if self.phase != Phase::Open {
            return false;
        }
        self.write_close(&frame.payload(), link, context);
        self.phase = Phase::Closing { until: Instant::now() + CLOSE_PATIENCE };
        self.shared.end(context);
        true
    }

    fn write_close(&mut self, payload: &[u8], link: &mut dyn Link, context: &mut Context<'_>) {
        self.shared.take_outbox(link.output(), context);
        encode_frame(Opcode::Close, payload, link.output());
    }

    /// Looks whether the server drains.
    fn look_at_drain(&mut self, link: &mut dyn Link, context: &mut Context<'_>) -> bool {
        let Some(draining) = &mut self.draining else { return false };
        if draining.as_mut().poll(context).is_pending() {
            return false;
        }
        self.draining = None;
        self.close(bare(CloseCode::GOING_AWAY), link, context)
    }

    /// Takes in what has come; gives whether the handler or the phase may go on by it.
    fn receive(&mut self, link: &mut dyn Link, context: &mut Context<'_>) -> bool {
        loop {
            if !matches!(self.phase, Phase::Open | Phase::Closing { .. }) {
                return false;
            }
            let is_held = self.phase == Phase::Open && !self.shared.has_room();
            if is_held || link.unsent_len() > UNSENT_BYTES {
                return self.read_ahead(link, context);
            }
            match self.decoder.decode(link.unread()) {
                Ok((consumed, event)) => {
                    link.consume(consumed);
                    if let Some(event) = event {
                        if self.hear(event, link, context) {
                            return true;
                        }
                        continue;
                    }
                }
                Err(violation) => {
                    self.fail(violation, link, context);
                    return true;
                }
            }
            match link.poll_read(context) {
                Poll::Ready(0) => {
                    self.lose(context);
                    return true;
                }
                Poll::Ready(_) => self.silence.end(),
                Poll::Pending => return false,
            }
        }
    }

    /// Looks whether the peer is gone while nothing can be decoded: who sends to it must learn of that.
    fn read_ahead(&mut self, link: &mut dyn Link, context: &mut Context<'_>) -> bool {
        self.silence.end();
        while link.unread().len() < AHEAD_BYTES {
            match link.poll_read(context) {
                // What has come is still to be heard.
                Poll::Ready(0) if !link.unread().is_empty() => return false,
                Poll::Ready(0) => {
                    self.lose(context);
                    return true;
                }
                Poll::Ready(_) => {}
                Poll::Pending => return false,
            }
        }
        false
    }

    /// Does what a client's message or control frame asks for; gives whether the handler or the phase may go on by it.
    fn hear(&mut self, event: Event, link: &mut dyn Link, context: &mut Context<'_>) -> bool {
        let is_open = self.phase == Phase::Open;
        match event {
            Event::Message(message) if is_open => {
                self.shared.deliver(message, context);
                true
            }
            Event::Ping(payload) if is_open => {
                encode_frame(Opcode::Pong, &payload, link.output());
                false
            }
            Event::Message(_) | Event::Ping(_) | Event::Pong => false,
            Event::Close(frame) => {
                if is_open {
                    let code = frame.as_ref().map(|frame| bare(frame.code()).payload()).unwrap_or_default();
                    self.write_close(&code, link, context);
                }
                self.shared.set_received(frame);
                self.phase = Phase::Closed { until: Instant::now() + HANDLER_PATIENCE };
                self.shared.end(context);
                true
            }
        }
    }

    /// Ends it over what is no protocol: the client is told, and nothing that it sends is looked at (RFC 6455 §7.1.7).
    fn fail(&mut self, violation: Violation, link: &mut dyn Link, context: &mut Context<'_>) {
        let request_id = link.request_id();
        tracing::debug!(%request_id, error = %violation, "a WebSocket was ended");
        if self.phase == Phase::Open {
            self.write_close(&violation.close_frame().payload(), link, context);
        }
        self.phase = Phase::Closed { until: Instant::now() + HANDLER_PATIENCE };
        self.shared.end(context);
    }

    /// Ends it without a word: the peer is gone.
    fn lose(&mut self, context: &mut Context<'_>) {
        self.phase = Phase::Lost { until: Instant::now() + HANDLER_PATIENCE };
        self.shared.end(context);
    }

    /// Writes what is to be sent; gives whether there is room that somebody waits for.
    fn send(&mut self, link: &mut dyn Link, context: &mut Context<'_>) -> bool {
        if matches!(self.phase, Phase::Lost { .. }) {
            return false;
        }
        let was_full = link.unsent_len() > UNSENT_BYTES;
        let gave_room = !was_full && self.shared.take_outbox(link.output(), context);
        match link.poll_flush(context) {
            Poll::Ready(Ok(())) => gave_room || was_full,
            Poll::Ready(Err(Unreachable)) => {
                self.lose(context);
                true
            }
            Poll::Pending => gave_room || (was_full && link.unsent_len() <= UNSENT_BYTES),
        }
    }

    /// When time is up for what is awaited, if it ever is.
    fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Open => self.silence.deadline(self.shared.has_room()),
            Phase::Closing { until } => Some(until),
            Phase::Closed { until } | Phase::Lost { until } => self.handler.is_some().then_some(until),
        }
    }

    /// Looks at the clock; gives whether something came of it.
    fn look_at_time(&mut self, link: &mut dyn Link, context: &mut Context<'_>) -> bool {
        let Some(deadline) = self.deadline() else { return false };
        if !is_due(&mut self.timer, deadline, context) {
            return false;
        }
        match self.phase {
            Phase::Open if !self.silence.is_pinged => {
                self.silence.is_pinged = true;
                encode_frame(Opcode::Ping, &[], link.output());
            }
            Phase::Open | Phase::Closing { .. } => self.lose(context),
            // It had its time.
            Phase::Closed { .. } | Phase::Lost { .. } => self.handler = None,
        }
        true
    }

    /// Whether nothing is left to be done.
    fn parting(&self, link: &dyn Link) -> Option<Parting> {
        match self.phase {
            Phase::Lost { .. } if self.handler.is_none() => Some(Parting::Lost),
            Phase::Closed { .. } if self.handler.is_none() && link.unsent_len() == 0 => Some(Parting::Closed),
            Phase::Open | Phase::Closing { .. } | Phase::Closed { .. } | Phase::Lost { .. } => None,
        }
    }
}

impl Takeover for Session {
    fn poll(&mut self, link: &mut dyn Link, context: &mut Context<'_>) -> Poll<Parting> {
        // What a client sends is what most turns are for: the handler then runs once. Its first turn is its own, as it may
        // send before it listens.
        if self.shared.has_run() {
            self.receive(link, context);
        }
        for _ in 0..ROUNDS {
            // Bytes are written when nothing else goes on, so that many messages are written with one write.
            let goes_on = self.run(link, context)
                || self.receive(link, context)
                || self.look_at_drain(link, context)
                || self.send(link, context)
                || self.look_at_time(link, context);
            if let Some(parting) = self.parting(link) {
                return Poll::Ready(parting);
            }
            if !goes_on {
                link.shrink();
                return Poll::Pending;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Silence {
    /// Something has come, or nothing could.
    fn end(&mut self) {
        self.since = Instant::now();
        self.is_pinged = false;
    }

    /// When the peer is to be sent a Ping, or is given up; never while messages wait for the handler.
    fn deadline(&self, is_listening: bool) -> Option<Instant> {
        if self.timeout.is_zero() || !is_listening {
            return None;
        }
        self.since.checked_add(if self.is_pinged { self.timeout } else { self.timeout / 2 })
    }
}

/// A frame without a reason.
fn bare(code: CloseCode) -> CloseFrame {
    CloseFrame::new(code, "")
}

/// Whether `deadline` has passed; if not, the task is woken when it has, or before.
fn is_due(timer: &mut Option<Pin<Box<Sleep>>>, deadline: Instant, context: &mut Context<'_>) -> bool {
    let sleep = timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
    // A later deadline leaves the timer as it is: most are put off again and again.
    if sleep.deadline() > deadline {
        sleep.as_mut().reset(deadline);
    }
    while sleep.as_mut().poll(context).is_ready() {
        if Instant::now() >= deadline {
            return true;
        }
        sleep.as_mut().reset(deadline);
    }
    false
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("phase", &self.phase).finish_non_exhaustive()
    }
}
