//! [`EventStream`]: what is sent, with comments in its silences, up to its own end or that of the server.
//!
//! ```text
//!   open ── the server drains ──► last words ── nothing at hand, or enough was said ──► told ──► over
//!     └───────────── the application finished, or failed ─────────────────────────────────────────┘
//! ```
//!
//! Each chunk of the body is whole events: between two of them the stream may end.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, Sleep, sleep_until};

use super::event::comment;
use crate::http::{Body, BodySource, BoxError, Shutdown};

/// How many events may still follow the beginning of the drain, where one is always at hand.
const LAST_WORDS: u8 = 16;

/// The body of an event stream.
pub(super) struct EventStream {
    body: Body,
    /// The longest silence; zero is as long as it likes.
    keep_alive: Duration,
    come_back: Duration,
    /// When the silence has lasted too long.
    timer: Option<Pin<Box<Sleep>>>,
    /// The beginning of the server's drain.
    draining: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    /// The server drains; so many events may still come that are at hand.
    LastWords(u8),
    Over,
}

impl EventStream {
    #[inline]
    pub(super) fn new(body: Body, keep_alive: Duration, come_back: Duration) -> Self {
        Self { body, keep_alive, come_back, timer: None, draining: None, stage: Stage::Open }
    }

    /// Looks whether the server drains.
    #[inline]
    fn look_at_drain(&mut self, context: &mut Context<'_>) {
        if let Some(draining) = &mut self.draining
            && draining.as_mut().poll(context).is_ready()
        {
            self.draining = None;
            self.stage = Stage::LastWords(LAST_WORDS);
        }
    }

    /// Ends it, with when the client is to come back.
    #[inline]
    fn tell(&mut self) -> Bytes {
        self.stage = Stage::Over;
        self.body.clear();
        let least = u64::try_from(self.come_back.as_millis()).unwrap_or(u64::MAX);
        // Each client another time: together they would be a flood for who serves next.
        let spread = RandomState::new().hash_one(least) % least.saturating_add(1);
        Bytes::from(format!("retry: {}\n\n", least.saturating_add(spread)))
    }

    /// Gives a comment, where nothing was sent for long.
    #[inline]
    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<Bytes> {
        if self.keep_alive.is_zero() {
            return Poll::Pending;
        }
        let Some(due) = Instant::now().checked_add(self.keep_alive) else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if timer.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        timer.as_mut().reset(due);
        Poll::Ready(Bytes::from(comment("")))
    }

    /// Something was sent.
    #[inline]
    fn end_silence(&mut self) {
        if let Some(timer) = &mut self.timer
            && let Some(due) = Instant::now().checked_add(self.keep_alive)
        {
            timer.as_mut().reset(due);
        }
    }
}

impl BodySource for EventStream {
    #[inline]
    fn poll_chunk(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let this = self.get_mut();
        if this.stage == Stage::Over {
            return Poll::Ready(None);
        }
        this.look_at_drain(context);
        if this.stage == Stage::LastWords(0) {
            return Poll::Ready(Some(Ok(this.tell())));
        }
        match (this.body.poll_chunk(context), this.stage) {
            (Poll::Ready(Some(Ok(chunk))), stage) => {
                this.end_silence();
                if let Stage::LastWords(left) = stage {
                    this.stage = Stage::LastWords(left - 1);
                }
                Poll::Ready(Some(Ok(chunk)))
            }
            (Poll::Ready(None) | Poll::Pending, Stage::LastWords(_)) => Poll::Ready(Some(Ok(this.tell()))),
            (Poll::Ready(end), _) => {
                this.stage = Stage::Over;
                Poll::Ready(end.map(|end| end.map_err(BoxError::from)))
            }
            (Poll::Pending, _) => this.poll_silence(context).map(|comment| Some(Ok(comment))),
        }
    }

    #[inline]
    fn attend(mut self: Pin<&mut Self>, shutdown: &Shutdown) {
        let shutdown = shutdown.clone();
        self.draining = Some(Box::pin(async move { shutdown.draining().await }));
    }
}

impl fmt::Debug for EventStream {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("stage", &self.stage).finish_non_exhaustive()
    }
}
