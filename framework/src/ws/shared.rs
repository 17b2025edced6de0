//! What the session, the handler's halves and its rooms share: one message that has come, and what is to be sent.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::close::CloseFrame;
use super::deflate::Deflater;
use super::encoded::Encoded;
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
    /// All that wait for room: the writer, and who sends to a room.
    writers: Vec<Waker>,
    closed: Option<Waker>,
}

/// What became of a message to many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Posted {
    Sent,
    /// Too much waits to be sent already.
    NoRoom,
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

    /// Has the task woken when there is room.
    fn wait_for_room(&mut self, context: &Context<'_>) {
        if !self.writers.iter().any(|writer| writer.will_wake(context.waker())) {
            self.writers.push(context.waker().clone());
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
            state.wait_for_room(context);
            return Poll::Pending;
        }
        state.encode(message);
        state.tell_session();
        Poll::Ready(Ok(()))
    }

    /// The same for a message to many.
    pub(super) fn poll_post(
        &self,
        message: &mut Encoded,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), WebSocketClosed>> {
        match self.post(message) {
            Ok(Posted::Sent) => Poll::Ready(Ok(())),
            Ok(Posted::NoRoom) => {
                let mut state = self.lock();
                // There may be some by now, which nobody would tell of.
                if state.outbox.len() < OUTBOX_BYTES {
                    context.waker().wake_by_ref();
                }
                state.wait_for_room(context);
                Poll::Pending
            }
            Err(closed) => Poll::Ready(Err(closed)),
        }
    }

    /// Puts a message to many behind what is to be sent, where there is room.
    pub(super) fn post(&self, message: &mut Encoded) -> Result<Posted, WebSocketClosed> {
        let mut state = self.lock();
        if state.is_over || state.asked.is_some() {
            return Err(WebSocketClosed(()));
        }
        if state.outbox.len() >= OUTBOX_BYTES {
            return Ok(Posted::NoRoom);
        }
        let State { deflater, outbox, .. } = &mut *state;
        message.append_to(deflater.as_mut(), outbox);
        state.tell_session();
        Ok(Posted::Sent)
    }

    /// Whether nothing more can be sent.
    pub(super) fn is_over(&self) -> bool {
        let state = self.lock();
        state.is_over || state.asked.is_some()
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

    /// Whether the handler has been polled yet.
    pub(super) fn has_run(&self) -> bool {
        self.lock().session.is_some()
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

    /// Moves what is to be sent behind `output`; gives whether somebody waited for the room.
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
        let writers = std::mem::take(&mut state.writers);
        drop(state);
        let gave_room = !writers.is_empty();
        writers.into_iter().for_each(|writer| wake(Some(writer), context));
        gave_room
    }

    /// Notes what the client closed with.
    pub(super) fn set_received(&self, frame: Option<CloseFrame>) {
        self.lock().received = frame;
    }

    /// Ends both halves; a message that waits can still be received.
    pub(super) fn end(&self, context: &Context<'_>) {
        let mut state = self.lock();
        state.is_over = true;
        let wakers = [state.reader.take(), state.closed.take()];
        let writers = std::mem::take(&mut state.writers);
        drop(state);
        wakers.into_iter().flatten().chain(writers).for_each(|waker| wake(Some(waker), context));
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
