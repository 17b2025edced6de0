//! [`Queue`]: spans on their way to the collector, behind a queue with an end and on a thread of its own.
//!
//! ```text
//! workers ── a span each ──► queue (bytes, bounded) ── all of it, once a second ──► thread ── one request ──► collector
//!                               └─ full: the span is dropped and counted
//! ```
//!
//! While the collector takes nothing the thread keeps one batch, and the queue fills behind it.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::collector::{Collector, Fault};
use super::protobuf::{push_bytes, push_message};
use crate::observe::Counters;
use crate::threads;

/// The most bytes of spans that wait; one of a plain request has about 400.
const ROOM: usize = 1 << 20;

/// How many bytes of spans are sent before their time.
const ENOUGH: usize = ROOM / 4;

/// How long spans are gathered.
const GATHER: Duration = Duration::from_secs(1);

/// How often a batch is sent before it is given up.
const ATTEMPTS: u32 = 5;

/// How long the thread waits for a collector that takes nothing: at first; each time twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// The thread that sends spans; without it they wait for nothing.
#[derive(Debug)]
pub(crate) struct Queue(Arc<Shared>);

impl Queue {
    /// Starts the thread, which sends to `collector` for the resource with these attributes.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread, or what its runtime needs.
    pub(super) fn start(collector: Collector, resource: Vec<u8>, counters: Counters) -> io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), wake: Condvar::new(), counters, room: ROOM });
        let sender = Sender {
            shared: Arc::clone(&shared),
            runtime: Builder::new_current_thread().enable_all().build()?,
            collector,
            resource,
            is_failing: false,
        };
        threads::start("traces", Box::new(move || sender.run()))?;
        Ok(Self(shared))
    }

    /// Where spans are given away.
    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.0)
    }

    /// Waits until all that was taken is sent, but no longer than `patience`; says so where it was in vain.
    pub(crate) fn finish(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        self.0.close();
        let mut state = self.0.state();
        while state.phase != Phase::Done {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(state);
                tracing::warn!("the collector of traces does not answer: the last spans are not sent");
                return;
            }
            state = self.0.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Queue {
    /// The thread sends what it has, and ends.
    fn drop(&mut self) {
        self.0.close();
    }
}

/// What workers and the thread share.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// Wakes the thread where it waits for spans, and who waits for its end.
    wake: Condvar,
    counters: Counters,
    /// The most bytes of spans that wait.
    room: usize,
}

#[derive(Debug, Default)]
struct State {
    spans: Vec<u8>,
    count: u64,
    /// Spans for which there was no room since the thread looked last.
    dropped: u64,
    phase: Phase,
}

/// How far the thread's life has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Spans come.
    #[default]
    Open,
    /// What there is is the last.
    Closed,
    /// All is sent, or given up.
    Done,
}

impl Shared {
    /// Takes a span, unless there is no room for it.
    pub(super) fn push(&self, span: &[u8]) {
        let mut state = self.state();
        if state.phase != Phase::Open || state.spans.len() + span.len() > self.room {
            state.dropped += 1;
            self.counters.dropped_spans(1);
            return;
        }
        let before = state.spans.len();
        state.spans.extend_from_slice(span);
        state.count += 1;
        let wakes = before == 0 || before < ENOUGH && state.spans.len() >= ENOUGH;
        drop(state);
        if wakes {
            self.wake.notify_all();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let mut state = self.state();
        if state.phase == Phase::Open {
            state.phase = Phase::Closed;
        }
        drop(state);
        self.wake.notify_all();
    }

    fn is_closed(&self) -> bool {
        self.state().phase != Phase::Open
    }

    /// Waits until `pause` is over or the queue is closed, or holds `enough` bytes.
    fn pause<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        pause: Duration,
        enough: usize,
    ) -> MutexGuard<'a, State> {
        let deadline = Instant::now() + pause;
        while state.phase == Phase::Open && state.spans.len() < enough {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state
    }

    /// Waits for spans, gathers them for a moment, and takes them; `None` behind the last.
    fn take(&self) -> Option<Batch> {
        let mut state = self.state();
        while state.spans.is_empty() && state.phase == Phase::Open {
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut state = self.pause(state, GATHER, ENOUGH);
        let spans = std::mem::take(&mut state.spans);
        let (count, dropped) = (std::mem::take(&mut state.count), std::mem::take(&mut state.dropped));
        (!spans.is_empty()).then_some(Batch { spans, count, dropped })
    }
}

/// What is sent at once.
struct Batch {
    spans: Vec<u8>,
    count: u64,
    /// Those for which there was no room meanwhile.
    dropped: u64,
}

/// What the thread has.
struct Sender {
    shared: Arc<Shared>,
    runtime: Runtime,
    collector: Collector,
    resource: Vec<u8>,
    /// The last that was tried failed, and that was told.
    is_failing: bool,
}

impl Sender {
    fn run(mut self) {
        let mut told_of_drops = false;
        while let Some(batch) = self.shared.take() {
            if batch.dropped > 0 && !told_of_drops {
                tracing::warn!(
                    dropped = batch.dropped,
                    "spans are dropped: the collector of traces is too slow"
                );
            }
            told_of_drops = batch.dropped > 0;
            let message = self.message(&batch.spans);
            if !self.deliver(&message) {
                self.shared.counters.dropped_spans(batch.count);
            }
        }
        self.shared.state().phase = Phase::Done;
        self.shared.wake.notify_all();
        // A name that is still being looked up holds up nobody.
        self.runtime.shutdown_background();
    }

    /// `ExportTraceServiceRequest` of `opentelemetry/proto/collector/trace/v1/trace_service.proto`.
    fn message(&self, spans: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(spans.len() + self.resource.len() + 64);
        push_message(&mut out, 1, |out| {
            push_bytes(out, 1, &self.resource);
            push_message(out, 2, |out| {
                push_message(out, 1, |out| {
                    push_bytes(out, 1, b"fingerpost");
                    push_bytes(out, 2, env!("CARGO_PKG_VERSION").as_bytes());
                });
                out.extend_from_slice(spans);
            });
        });
        out
    }

    /// Sends until the collector has it; says whether it has.
    fn deliver(&mut self, message: &[u8]) -> bool {
        let mut pause = PAUSE;
        for attempt in 1..=ATTEMPTS {
            let is_last = attempt == ATTEMPTS || self.shared.is_closed();
            match self.runtime.block_on(self.collector.send(message)) {
                Ok(()) => {
                    if std::mem::take(&mut self.is_failing) {
                        tracing::info!("the collector of traces takes spans again");
                    }
                    return true;
                }
                Err(Fault::Lasting(fault)) => {
                    self.tell(&fault);
                    return false;
                }
                Err(Fault::Passing(fault)) => self.tell(&fault),
            }
            if is_last {
                break;
            }
            drop(self.shared.pause(self.shared.state(), pause, usize::MAX));
            pause *= 2;
        }
        false
    }

    fn tell(&mut self, fault: &str) {
        if !std::mem::replace(&mut self.is_failing, true) {
            tracing::warn!(
                fault,
                "the collector of traces takes no spans: they are dropped where it does not in time"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_and_counts_what_has_no_room_and_what_comes_behind_the_end() {
        let counters = Counters::default();
        let shared =
            Shared { state: Mutex::default(), wake: Condvar::new(), counters: counters.clone(), room: 8 };
        for _ in 0..3 {
            shared.push(b"span");
        }
        shared.close();
        shared.push(b"late");
        assert_eq!(counters.read().spans_dropped, 2);
        let batch = shared.take().unwrap();
        assert_eq!((batch.spans.as_slice(), batch.count, batch.dropped), (&b"spanspan"[..], 2, 2));
        assert!(shared.take().is_none());
    }
}
