//! What the session and the handler's halves share: one message that has come, and what is to be sent.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::close::CloseFrame;
use super::deflate::Deflater;
use super::frame::encode_frame;
use super::socket::{Message, WebSocketClosed};

/// So much may wait to be sent before another message has to wait.
const OUTBOX_BYTES: usize = 64 * 1024;

/// Shared by the connection's task, which moves bytes, and whoever holds a half.
pub(super) struct Shared(Mutex<State>);

#[derive(Default)]
struct State {
    /// The message that the reader has not taken yet.
    inbox: Option<Message>,
    /// Frames that are not with the connection yet.
    outbox: Vec<u8>,
    /// Where messages may be compressed.
    deflater: Option<Deflater>,
    /// What the application closes it with.
    asked: Option<CloseFrame>,
    /// What the client closed it with.
    received: Option<CloseFrame>,
    /// Nothing more is sent, or comes but for what lies in the inbox.
    is_over: bool,
    is_reader_gone: bool,
    /// The handler is being polled by the session, which looks here right after.
    is_polling: bool,
    session: Option<Waker>,
    reader: Option<Waker>,
    writer: Option<Waker>,
    closed: Option<Waker>,
}

impl State {
    /// Puts a message behind what is to be sent.
    fn encode(&mut self, message: &Message) {
        let (opcode, content) = (message.opcode(), message.as_bytes());
        match &mut self.deflater {
            Some(deflater) => deflater.encode(opcode, content, &mut self.outbox),
            None => encode_frame(opcode, content, &mut self.outbox),
        }
    }

    /// Has the session look, where it does not do so anyway.
    fn tell_session(&mut self) {
        if !self.is_polling
            && let Some(session) = &self.session
        {
            session.wake_by_ref();
        }
    }
}

/// The handler's side.
impl Shared {
    pub(super) fn poll_recv(&self, context: &mut Context<'_>) -> Poll<Option<Message>> {
        let mut state = self.lock();
        if let Some(message) = state.inbox.take() {
            state.tell_session();
            return Poll::Ready(Some(message));
        }
        if state.is_over {
            return Poll::Ready(None);
        }
        state.reader = Some(context.waker().clone());
        Poll::Pending
    }

    pub(super) fn poll_send(
        &self,
        message: &Message,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), WebSocketClosed>> {
        let mut state = self.lock();
        if state.is_over || state.asked.is_some() {
            return Poll::Ready(Err(WebSocketClosed(())));
        }
        if state.outbox.len() >= OUTBOX_BYTES {
            state.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        state.encode(message);
        state.tell_session();
        Poll::Ready(Ok(()))
    }

    pub(super) fn poll_closed(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.is_over {
            return Poll::Ready(());
        }
        state.closed = Some(context.waker().clone());
        Poll::Pending
    }

    pub(super) fn ask_to_close(&self, frame: CloseFrame) {
        let mut state = self.lock();
        state.asked.get_or_insert(frame);
        state.tell_session();
    }

    pub(super) fn close_frame(&self) -> Option<CloseFrame> {
        self.lock().received.clone()
    }

    pub(super) fn drop_reader(&self) {
        let mut state = self.lock();
        state.is_reader_gone = true;
        state.inbox = None;
        state.tell_session();
    }
}

/// The session's side.
impl Shared {
    pub(super) fn new(deflater: Option<Deflater>) -> Self {
        Self(Mutex::new(State { deflater, ..State::default() }))
    }

    /// Notes who is to be woken, and that the handler is about to be polled.
    pub(super) fn begin_poll(&self, context: &Context<'_>) {
        let mut state = self.lock();
        if !state.session.as_ref().is_some_and(|session| session.will_wake(context.waker())) {
            state.session = Some(context.waker().clone());
        }
        state.is_polling = true;
    }

    /// Notes that the handler was polled; gives what it wants to close with.
    pub(super) fn end_poll(&self) -> Option<CloseFrame> {
        let mut state = self.lock();
        state.is_polling = false;
        state.asked.clone()
    }

    /// Whether another message can be taken in.
    pub(super) fn has_room(&self) -> bool {
        self.lock().inbox.is_none()
    }

    /// Gives the reader a message.
    pub(super) fn deliver(&self, message: Message, context: &Context<'_>) {
        let mut state = self.lock();
        if !state.is_reader_gone {
            state.inbox = Some(message);
            let reader = state.reader.take();
            drop(state);
            wake(reader, context);
        }
    }

    /// Moves what is to be sent behind `output`; gives whether there was something.
    pub(super) fn take_outbox(&self, output: &mut Vec<u8>, context: &Context<'_>) -> bool {
        let mut state = self.lock();
        if state.outbox.is_empty() {
            return false;
        }
        output.extend_from_slice(&state.outbox);
        if state.outbox.capacity() > OUTBOX_BYTES {
            state.outbox = Vec::new();
        } else {
            state.outbox.clear();
        }
        let writer = state.writer.take();
        drop(state);
        wake(writer, context);
        true
    }

    /// Notes what the client closed with.
    pub(super) fn set_received(&self, frame: Option<CloseFrame>) {
        self.lock().received = frame;
    }

    /// Ends both halves; a message that waits can still be received.
    pub(super) fn end(&self, context: &Context<'_>) {
        let mut state = self.lock();
        state.is_over = true;
        let wakers = [state.reader.take(), state.writer.take(), state.closed.take()];
        drop(state);
        wakers.into_iter().for_each(|waker| wake(waker, context));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes a task, unless it is the session's own, which polls the handler again in the same turn.
fn wake(waker: Option<Waker>, context: &Context<'_>) {
    if let Some(waker) = waker.filter(|waker| !waker.will_wake(context.waker())) {
        waker.wake();
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}
