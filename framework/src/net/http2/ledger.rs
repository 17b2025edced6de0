//! What is known of a connection's frames, shared by its tasks: bytes by stream, windows, and what is held up by whom.
//!
//! The tap enters what passes; the session and the streams look it up. All of it is of one connection, whose tasks run
//! on one thread as a rule: the lock is free, and held for a few lines.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use h2::Reason;
use tokio::time::Instant;

use super::super::Limits;
use super::super::deadline::MinRate;
use super::account::{Account, Fate, StreamHasher};
use super::calm::{Calm, Nuisance};
use super::content::{Content, Opening, Settings};
use super::frames::{CONTINUATION, DATA, HEADERS, Head, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE};
use super::pace::HeldUp;
use super::record::Record;
use super::spare::{self, WRITTEN};

/// The window of a connection at its start (RFC 9113 §6.9.2).
const FIRST_WINDOW: i64 = 65_535;
/// A client whose window on us is smaller may be waiting for more: most send whole frames.
const SCANT_WINDOW: i64 = 16_384;

/// Error codes of RFC 9113 §7 that a stream is reset with for what its client did.
const CLIENT_FAULTS: [u32; 5] = [1, 3, 5, 6, 9];
const REFUSED_STREAM: u32 = 7;

#[derive(Debug)]
pub(super) struct Ledger(Mutex<Book>);

/// The entries.
#[derive(Debug)]
pub(super) struct Book {
    streams: HashMap<u32, Account, BuildHasherDefault<StreamHasher>>,
    /// How many of them there may be.
    most_streams: usize,
    /// The latest stream that the client began.
    last: u32,
    /// Streams whose task has not ended.
    active: usize,
    /// Since when there are none, and nothing is written of any.
    pub(super) idle_since: Instant,
    pub(super) calm: Calm,
    /// Since when a header section is under way whose end is not here.
    pub(super) head_since: Option<Instant>,
    /// The frame under way, where it is looked at; a trailer section to its end.
    content: Option<Content>,
    /// What we may send, and what the client may, on the connection.
    send_window: i64,
    receive_window: i64,
    /// Whether the transport took less than it was given.
    is_congested: bool,
    /// Streams that wait until they may send.
    waiting: usize,
    /// The least rate at which the client takes what waits.
    write_rate: MinRate,
    held_up: HeldUp,
    /// Answers that were written, to be told of.
    written: Vec<Record>,
    /// The same of those that will not be.
    lost: Vec<Record>,
    /// Streams that `h2` answered, or reset, by itself.
    unread: Vec<Account>,
    /// What the client has done that no connection goes on behind.
    pub(super) fault: Option<Reason>,
    /// The session, where it is to look at this.
    session: Option<Waker>,
    /// The connection has ended.
    is_closed: bool,
}

/// What became of an answer that a stream has given away.
pub(super) enum Finished {
    /// It waits to be written.
    Later,
    /// All of it was written.
    Written(Record),
    /// Some of it will not be.
    Never(Record),
}

impl Ledger {
    pub(super) fn new(limits: &Limits) -> Self {
        let now = Instant::now();
        Self(Mutex::new(Book {
            streams: HashMap::default(),
            most_streams: limits.http2.max_streams.saturating_mul(2).saturating_add(100),
            last: 0,
            active: 0,
            idle_since: now,
            calm: Calm::new(now),
            head_since: None,
            content: None,
            send_window: FIRST_WINDOW,
            receive_window: FIRST_WINDOW,
            is_congested: false,
            waiting: 0,
            write_rate: MinRate::new(limits.write_min_rate, limits.rate_grace),
            held_up: HeldUp::default(),
            written: Vec::new(),
            lost: Vec::new(),
            unread: Vec::new(),
            fault: None,
            session: None,
            is_closed: false,
        }))
    }

    /// A panic elsewhere while the lock was held leaves the entries good enough to end the connection by.
    pub(super) fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a stream's task begins.
    pub(super) fn begin(&self) {
        self.lock().active += 1;
    }

    /// Takes a stream that the client began; tells when that was. `None` where `most` have a task already.
    pub(super) fn take(&self, stream: u32, most: usize) -> Option<Instant> {
        let mut book = self.lock();
        if book.active >= most {
            return None;
        }
        Some(match book.streams.get_mut(&stream) {
            Some(account) => {
                account.is_taken = true;
                account.begun
            }
            None => Instant::now(),
        })
    }

    /// Notes that a stream's task has ended.
    pub(super) fn leave(&self) {
        let mut book = self.lock();
        book.active = book.active.saturating_sub(1);
        book.idle_since = Instant::now();
        book.wake_session();
    }

    /// Keeps `record` until the last frame of its answer is written.
    pub(super) fn finish(&self, stream: u32, record: Record) -> Finished {
        let mut book = self.lock();
        let is_closed = book.is_closed;
        match book.streams.get_mut(&stream) {
            Some(account) if account.fate == Some(Fate::Written) => Finished::Written(record),
            Some(account) if !is_closed && account.fate.is_none() => {
                account.record = Some(record);
                Finished::Later
            }
            Some(_) | None => Finished::Never(record),
        }
    }

    /// Closes a stream's entry; gives what was read and written of it.
    pub(super) fn close(&self, stream: u32) -> (u64, u64) {
        let account = self.lock().streams.remove(&stream);
        account.map_or((0, 0), |account| (account.bytes_in, account.bytes_out))
    }

    /// What is still to be told of when the connection has ended.
    pub(super) fn leftovers(&self) -> Vec<Record> {
        let mut book = self.lock();
        // What is kept here from now on would be kept for ever: it has a part in this.
        book.is_closed = true;
        let mut left = book.take_lost();
        left.extend(book.streams.values_mut().filter_map(|account| account.record.take()));
        left
    }

    /// For how long the connection was held up so far.
    pub(super) fn held_up(&self) -> Duration {
        self.lock().held_up.total()
    }

    /// Notes that one more stream, or one less, waits until it may send.
    pub(super) fn wait(&self, waits: bool) {
        let mut book = self.lock();
        book.waiting = if waits { book.waiting + 1 } else { book.waiting.saturating_sub(1) };
        book.look_at_hold();
    }

    /// Whether the client may be waiting for a window that other streams have used up.
    pub(super) fn is_window_scant(&self) -> bool {
        self.lock().receive_window < SCANT_WINDOW
    }

    /// Notes how much the transport took of what it was given.
    pub(super) fn wrote(&self, len: Option<usize>) {
        let mut book = self.lock();
        book.is_congested = len.is_none();
        if let Some(len) = len {
            book.write_rate.progress(len);
            // It goes on counting from here where the window alone is what holds it up.
            book.held_up.settle();
        }
        book.look_at_hold();
    }
}

impl Book {
    pub(super) fn is_idle(&self) -> bool {
        self.active == 0
    }

    /// Whether the client has begun a stream.
    pub(super) fn is_used(&self) -> bool {
        self.last > 0
    }

    /// Why the connection is to end: it is at fault, or has done too much that is of no use.
    pub(super) fn broken_by(&self) -> Option<Reason> {
        self.fault.or_else(|| self.calm.broken_by().map(|_| Reason::ENHANCE_YOUR_CALM))
    }

    /// Whether answers, or parts of them, are still to be written.
    pub(super) fn has_unwritten(&self) -> bool {
        self.streams.values().any(|account| account.record.is_some())
    }

    /// Lets the session be woken for what is entered from now on.
    pub(super) fn watch(&mut self, context: &Context<'_>) {
        if !self.session.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            self.session = Some(context.waker().clone());
        }
    }

    pub(super) fn take_written(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.written)
    }

    pub(super) fn take_lost(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.lost)
    }

    pub(super) fn take_unread(&mut self) -> Vec<Account> {
        std::mem::take(&mut self.unread)
    }

    /// When the client will have taken too little for too long.
    pub(super) fn write_due(&mut self) -> Option<Instant> {
        if self.held_up.is_so() { self.write_rate.wait() } else { None }
    }

    fn wake_session(&mut self) {
        if let Some(session) = self.session.take() {
            session.wake();
        }
    }

    fn look_at_hold(&mut self) {
        let is_held = self.is_congested || (self.send_window <= 0 && self.waiting > 0);
        if !is_held {
            self.held_up.settle();
            self.write_rate.pause();
        } else if self.held_up.begin() {
            // It sets itself a deadline.
            self.wake_session();
        }
    }

    /// Enters the head of a frame of the client's.
    pub(super) fn coming(&mut self, head: Head, is_first: bool, now: Instant) {
        if self.fault.is_some() {
            return;
        }
        self.fault = head.fault(is_first);
        let has_ended = |account: &Account| account.has_ended && self.head_since.is_none();
        match head.kind {
            DATA | HEADERS
                if head.stream <= self.last && self.streams.get(&head.stream).is_some_and(has_ended) =>
            {
                self.fault = Some(Reason::STREAM_CLOSED);
            }
            HEADERS => {
                if head.stream > self.last && self.streams.len() < self.most_streams {
                    self.last = head.stream;
                    self.streams.insert(head.stream, Account::new(now));
                } else if self.head_since.is_none() && self.streams.contains_key(&head.stream) {
                    self.content = Some(Content::Trailers(Opening::of(head)));
                }
                self.head_since.get_or_insert(now);
            }
            CONTINUATION if head.len == 0 && !head.ends_headers() => self.calm.suffer(Nuisance::Empty, now),
            DATA if head.len == 0 && !head.ends_stream() => self.calm.suffer(Nuisance::Empty, now),
            DATA | CONTINUATION | RST_STREAM => {}
            SETTINGS | PING if head.is_ack() => self.calm.suffer(Nuisance::Other, now),
            SETTINGS => {
                self.content = Some(Content::Settings(Settings::default()));
                self.calm.suffer(Nuisance::Control, now);
            }
            PING => self.calm.suffer(Nuisance::Control, now),
            _ => self.calm.suffer(Nuisance::Other, now),
        }
    }

    /// Looks at a piece of a frame of the client's.
    pub(super) fn content_came(&mut self, bytes: &[u8]) {
        if let Some(content) = &mut self.content {
            self.fault = self.fault.or(content.fault(bytes));
        }
    }

    /// Enters a frame of the client's that has come whole; `value` is the number that it begins with.
    pub(super) fn came(&mut self, head: Head, value: u32, now: Instant) {
        if let Some(account) = self.streams.get_mut(&head.stream) {
            account.bytes_in += head.frame_len();
            account.has_ended |= head.ends_stream();
        }
        match head.kind {
            HEADERS | CONTINUATION if head.ends_headers() => (self.head_since, self.content) = (None, None),
            SETTINGS => self.content = None,
            DATA => self.receive_window -= i64::from(head.len),
            RST_STREAM => {
                let is_open = self.streams.get(&head.stream).is_some_and(|account| account.fate.is_none());
                self.calm.suffer(if is_open { Nuisance::Reset } else { Nuisance::Other }, now);
                self.idle_since = now;
                self.leave_stream(head.stream);
            }
            WINDOW_UPDATE if head.stream == 0 => {
                self.send_window += i64::from(value & 0x7fff_ffff);
                self.look_at_hold();
            }
            _ => {}
        }
    }

    /// Notes that the client has reset a stream.
    fn leave_stream(&mut self, stream: u32) {
        let Some(account) = self.streams.get_mut(&stream) else { return };
        account.fate.get_or_insert(Fate::Left);
        self.lost.extend(account.record.take());
        if !account.is_taken {
            self.streams.remove(&stream);
        }
    }

    /// Enters a frame of ours that was written whole.
    pub(super) fn went(&mut self, head: Head, value: u32, now: Instant) {
        match head.kind {
            DATA => {
                self.send_window -= i64::from(head.len);
                self.look_at_hold();
                self.calm.sent(head.len);
            }
            WINDOW_UPDATE if head.stream == 0 => self.receive_window += i64::from(value & 0x7fff_ffff),
            RST_STREAM if value == REFUSED_STREAM => self.calm.suffer(Nuisance::Refused, now),
            RST_STREAM if CLIENT_FAULTS.contains(&value) => self.calm.suffer(Nuisance::StreamError, now),
            _ => {}
        }
        if head.ends_stream() {
            self.calm.answered();
        }
        let Some(account) = self.streams.get_mut(&head.stream) else { return };
        account.bytes_out += head.frame_len();
        account.is_answered |= head.kind == HEADERS;
        if !head.ends_stream() && head.kind != RST_STREAM {
            return;
        }
        // Nothing follows of the answer.
        self.idle_since = now;
        account.fate.get_or_insert(Fate::Written);
        if let Some(mut record) = account.record.take() {
            record.close(now, (account.bytes_in, account.bytes_out));
            spare::push(&mut self.written, &WRITTEN, record);
            self.streams.remove(&head.stream);
        } else if !account.is_taken
            && let Some(account) = self.streams.remove(&head.stream)
            && (head.kind != RST_STREAM || CLIENT_FAULTS.contains(&value))
        {
            self.unread.push(account);
        }
    }
}
