//! [`Sink`]: lines on their way out, behind a queue with an end and on a thread of its own.
//!
//! ```text
//! workers ── a line each ──► queue (bytes, bounded) ── all of it, at most every 10 ms ──► thread ── one write ──► output
//!                               └─ full: the line is dropped and counted
//! ```
//!
//! No request waits for the output: who has a line holds the queue's lock for as long as it takes to copy it. The thread
//! says how many lines were dropped once it can write again, and an output that fails is told of once, until it works
//! again.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::form::Form;
use super::moment::Moment;
use super::output::{Output, Unwritten};
use crate::observe::Counters;
use crate::threads;

/// How long lines are gathered before they are written: few enough writes, and soon enough for who looks on.
const GATHER: Duration = Duration::from_millis(10);

/// The most bytes that are set aside for a buffer from the start.
const LARGEST_BUFFER: usize = 4 * 1024 * 1024;
/// Room for the line that tells how many others were dropped.
const LINE_OF_DROPPED: usize = 256;

/// The queue, and the thread that empties it.
#[derive(Debug)]
pub(crate) struct Sink(Arc<Queue>);

impl Sink {
    /// Starts the thread, which writes to `output` and says in `form` how many lines of those beyond `room` bytes were
    /// dropped.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread.
    pub(super) fn start(mut output: Output, form: Form, room: u64, counters: Counters) -> io::Result<Self> {
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let state = Mutex::new(State { lines: buffer(room), ..State::default() });
        let queue = Arc::new(Queue { state, room, wake: Condvar::new(), counters });
        let kept = Arc::clone(&queue);
        let work = move || {
            kept.run(&mut output, form);
            kept.state().phase = Phase::Done;
            kept.wake.notify_all();
        };
        threads::start("access-log", Box::new(work))?;
        Ok(Self(queue))
    }

    /// Takes a line, which ends in a line feed, unless there is no room for it.
    pub(super) fn push(&self, line: &[u8]) {
        let queue = &*self.0;
        let mut state = queue.state();
        if state.lines.len() + line.len() > queue.room {
            state.dropped += 1;
            queue.counters.dropped_log_lines(1);
            return;
        }
        state.lines.extend_from_slice(line);
        let is_waiting = std::mem::take(&mut state.is_waiting);
        drop(state);
        if is_waiting {
            queue.wake.notify_all();
        }
    }

    /// Lets the thread open its file anew before it writes on.
    pub(crate) fn reopen(&self) {
        self.0.state().reopens = true;
        self.0.wake.notify_all();
    }

    /// Waits until all that was taken is written, but no longer than `patience`; says so where it was in vain.
    pub(crate) fn finish(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut state = self.0.state();
        if state.phase == Phase::Open {
            state.phase = Phase::Closed;
        }
        self.0.wake.notify_all();
        while state.phase != Phase::Done {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(state);
                tracing::warn!("the access log takes no lines: the last ones are not written");
                return;
            }
            state = self.0.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Sink {
    /// The thread writes what it has, and ends.
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.phase == Phase::Open {
            state.phase = Phase::Closed;
        }
        drop(state);
        self.0.wake.notify_all();
    }
}

#[derive(Debug)]
struct Queue {
    state: Mutex<State>,
    /// The most bytes of lines that wait.
    room: usize,
    /// Wakes the thread where it waits for lines, and who waits for its end.
    wake: Condvar,
    counters: Counters,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<u8>,
    /// Lines for which there was no room since that was last said.
    dropped: u64,
    /// The thread waits for a line.
    is_waiting: bool,
    reopens: bool,
    phase: Phase,
}

/// How far the thread's life has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Lines come.
    #[default]
    Open,
    /// What there is is the last.
    Closed,
    /// All is written.
    Done,
}

/// A place for lines that never has to grow, unless its room is larger than most: what is not written to takes no memory,
/// and what would be grown again and again leaves holes.
fn buffer(room: usize) -> Vec<u8> {
    Vec::with_capacity(room.min(LARGEST_BUFFER) + LINE_OF_DROPPED)
}

/// What is to be done next.
#[derive(Default)]
struct Batch {
    lines: Vec<u8>,
    dropped: u64,
    reopens: bool,
    /// Nothing comes behind it.
    is_last: bool,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes until the queue is closed and empty.
    fn run(&self, output: &mut Output, form: Form) {
        let mut batch = Batch { lines: buffer(self.room), ..Batch::default() };
        let mut fails = false;
        while !batch.is_last {
            self.take(&mut batch);
            if std::mem::take(&mut batch.reopens)
                && let Err(error) = output.reopen()
            {
                tracing::error!(%error, "the access log's file could not be opened anew, the old one stays in use");
            }
            if batch.dropped > 0 {
                form.push_dropped(&mut batch.lines, &Moment::now(), batch.dropped);
            }
            match output.write(&batch.lines) {
                Ok(()) if fails => {
                    fails = false;
                    tracing::info!("the access log is written again");
                }
                Ok(()) => {}
                Err(Unwritten { error, lines }) => {
                    // Of those the line is one that says how many were dropped before.
                    let lost = lines.saturating_sub(u64::from(batch.dropped > 0));
                    self.counters.dropped_log_lines(lost);
                    self.state().dropped += lost + batch.dropped;
                    if !fails {
                        tracing::error!(%error, "the access log cannot be written: lines are dropped until it can");
                    }
                    fails = true;
                }
            }
            batch.lines.clear();
        }
    }

    /// Waits for lines, gathers them for a moment, and takes them.
    fn take(&self, batch: &mut Batch) {
        let mut state = self.state();
        while state.lines.is_empty() && !state.reopens && state.phase == Phase::Open {
            state.is_waiting = true;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_waiting = false;
        let deadline = Instant::now() + GATHER;
        while state.phase == Phase::Open && !state.reopens {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::swap(&mut state.lines, &mut batch.lines);
        batch.dropped = std::mem::take(&mut state.dropped);
        batch.reopens = std::mem::take(&mut state.reopens);
        batch.is_last = state.phase != Phase::Open;
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Write};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;

    use super::*;

    /// An output that takes a write only when it is told to, and does with it what it is told.
    struct Led {
        steps: Receiver<Step>,
        written: Sender<String>,
    }

    enum Step {
        Take,
        TakeBytes(usize),
        Fail(ErrorKind),
    }

    impl Write for Led {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let len = match self.steps.recv() {
                Ok(Step::Take) | Err(_) => bytes.len(),
                Ok(Step::TakeBytes(len)) => len,
                Ok(Step::Fail(kind)) => return Err(kind.into()),
            };
            let text = String::from_utf8(bytes[..len].to_vec()).unwrap();
            let _ = self.written.send(text);
            Ok(len)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Rig {
        sink: Sink,
        steps: Sender<Step>,
        written: Receiver<String>,
        counters: Counters,
    }

    fn rig(room: u64) -> Rig {
        let ((steps, led), (tell, written)) = (channel(), channel());
        let output = Output::to(Led { steps: led, written: tell });
        let counters = Counters::default();
        let sink = Sink::start(output, Form::Json, room, counters.clone()).unwrap();
        Rig { sink, steps, written, counters }
    }

    impl Rig {
        /// Waits until the thread has taken all there is, and is about to write it.
        fn wait_until_taken(&self) {
            let start = Instant::now();
            while !self.sink.0.state().lines.is_empty() {
                assert!(start.elapsed() < Duration::from_secs(20), "nobody takes the lines");
                thread::yield_now();
            }
        }

        fn next(&self) -> String {
            self.written.recv_timeout(Duration::from_secs(20)).expect("a write")
        }
    }

    #[test]
    fn writes_all_that_waits_at_once_and_drops_what_has_no_room() {
        let rig = rig(8);
        rig.sink.push(b"one\n");
        rig.wait_until_taken();
        // The output takes nothing now.
        for line in [b"two\n", b"tre\n", b"fou\n", b"fiv\n"] {
            rig.sink.push(line);
        }
        assert_eq!(rig.counters.read().log_lines_dropped, 2);
        rig.steps.send(Step::Take).unwrap();
        assert_eq!(rig.next(), "one\n");
        rig.steps.send(Step::Take).unwrap();
        let next = rig.next();
        assert!(
            next.starts_with("two\ntre\n{\"time\":\"") && next.ends_with("\",\"dropped\":2}\n"),
            "{next}"
        );
        rig.sink.push(b"six\n");
        rig.steps.send(Step::Take).unwrap();
        assert_eq!(rig.next(), "six\n");
    }

    #[test]
    fn survives_an_output_that_fails_and_begins_a_new_line_behind_a_torn_one() {
        let rig = rig(100);
        rig.sink.push(b"first\n");
        rig.wait_until_taken();
        rig.sink.push(b"second\nthird\n");
        for step in [Step::TakeBytes(2), Step::Fail(ErrorKind::StorageFull)] {
            rig.steps.send(step).unwrap();
        }
        assert_eq!(rig.next(), "fi");
        for step in [Step::Fail(ErrorKind::StorageFull), Step::Take, Step::Take] {
            rig.steps.send(step).unwrap();
        }
        rig.wait_until_taken();
        rig.sink.push(b"last\n");
        assert_eq!(rig.next(), "\n");
        let next = rig.next();
        assert!(next.starts_with("last\n{") && next.ends_with("\"dropped\":3}\n"), "{next}");
        assert_eq!(rig.counters.read().log_lines_dropped, 3);
    }

    #[test]
    fn finishes_with_all_lines_written_and_waits_no_longer_than_it_may() {
        let finished = rig(100);
        finished.sink.push(b"one\n");
        finished.steps.send(Step::Take).unwrap();
        finished.sink.finish(Duration::from_secs(20));
        assert_eq!(finished.written.try_recv().as_deref(), Ok("one\n"));
        let blocked = rig(100);
        blocked.sink.push(b"one\n");
        let start = Instant::now();
        blocked.sink.finish(Duration::from_millis(50));
        assert!(start.elapsed() < Duration::from_secs(20));
        assert!(blocked.written.try_recv().is_err(), "it took nothing");
    }
}
