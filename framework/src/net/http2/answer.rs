//! An answer on its way into `h2`: its head, then its body as the client takes it.

use std::any::Any;
use std::cell::RefCell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use tokio::task::consume_budget;

use super::super::connection::{cause_chain, panic_text, poll_caught};
use super::super::{Application, clock};
use super::body::{Pump, Pumped};
use super::pace::Pace;
use super::record::Record;
use crate::h1::{BodyLength, OutgoingFraming, RequestKind, frame_stream};
use crate::http::{Body, BodyError, Response, may_trail};
use crate::observe::{Ended, Timeout};
use crate::respond::{IntoResponse, Problem};

/// So much of a body is given to `h2` before it has written any of it.
pub(super) const AHEAD_BYTES: usize = 64 * 1024;

/// Why an answer cannot be completed.
enum CutOff {
    /// The body failed.
    Broken,
    /// The client has left.
    Gone,
    /// It takes too little.
    TooSlow,
}

/// A request whose handler runs, or has answered.
pub(super) struct Exchange {
    pub(super) record: Record,
    pub(super) respond: SendResponse<Bytes>,
    pub(super) kind: RequestKind,
    /// What moves its body, where some of it may still be coming.
    pub(super) pump: Option<Pump>,
    /// The body that nobody reads: behind the answer `h2` resets the stream.
    pub(super) unread: Option<RecvStream>,
}

/// What is left of an answer whose head `h2` has.
pub(super) struct Rest {
    pub(super) record: Record,
    stream: SendStream<Bytes>,
    body: Body,
    /// The bytes of it that were announced.
    owed: Option<u64>,
    pump: Option<Pump>,
    _unread: Option<RecvStream>,
}

/// Gives an answer to `h2`, as far as that goes at once, and its record away; or what is left of it.
pub(super) fn answer<A: Application>(app: &A, exchange: Exchange, mut response: Response) -> Option<Rest> {
    let Exchange { mut record, mut respond, kind, pump, unread } = exchange;
    record.place.answering();
    if response.status().is_informational() {
        response = no_answer(response.status(), &record);
    }
    let Some(length) = prepare(app, &mut response, &mut record) else {
        respond.send_reset(Reason::INTERNAL_ERROR);
        record.finish();
        return None;
    };
    record.answered(&response);
    let (announced, framing) = frame_stream(&response, length, kind);
    let head = write_head(&mut response, announced);
    let owed = match framing {
        OutgoingFraming::None | OutgoingFraming::Sized(0) => None,
        OutgoingFraming::Sized(len) => Some(Some(len)),
        OutgoingFraming::Chunked | OutgoingFraming::UntilClose => Some(None),
    };
    let Ok(mut stream) = respond.send_response(head, owed.is_none()) else {
        record.lost();
        return None;
    };
    if let Some(owed) = owed {
        let mut body = response.take_body();
        match send_at_hand(&mut stream, &mut body, owed) {
            Some(true) => {}
            Some(false) => {
                record.lost();
                return None;
            }
            None => return Some(Rest { record, stream, body, owed, pump, _unread: unread }),
        }
    }
    record.finish();
    None
}

/// Sends a body that is at hand, where the client's windows have room for all of it: tells whether that went well.
fn send_at_hand(stream: &mut SendStream<Bytes>, body: &mut Body, owed: Option<u64>) -> Option<bool> {
    let len = body.at_hand().map(<[u8]>::len)?;
    if len > AHEAD_BYTES || owed != Some(len as u64) {
        return None;
    }
    stream.reserve_capacity(len);
    if stream.capacity() < len {
        return None;
    }
    // What is at hand is ready.
    match body.poll_chunk(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Some(Ok(content))) => Some(stream.send_data(content, true).is_ok()),
        Poll::Ready(Some(Err(_)) | None) | Poll::Pending => None,
    }
}

impl Rest {
    /// Writes it to its end.
    pub(super) async fn write(self) {
        let Self { mut record, mut stream, body, owed, mut pump, _unread } = self;
        let pace = Pace::new(record.common());
        let mut writer = Writer { pace, stream: &mut stream, record: &mut record, pump: &mut pump };
        let written = writer.write(body, owed).await;
        drop(writer);
        match written {
            Ok(()) => {}
            Err(CutOff::Broken) => {
                record.note(Ended::BrokenOff);
                stream.send_reset(Reason::INTERNAL_ERROR);
            }
            Err(CutOff::TooSlow) => {
                record.note(Ended::TimedOut(Timeout::Write));
                stream.send_reset(Reason::CANCEL);
            }
            Err(CutOff::Gone) => return record.lost(),
        }
        record.finish();
    }
}

/// Renders the response; gives its body's length. `None` where its body panics, and that of the problem in its place.
fn prepare<A: Application>(app: &A, response: &mut Response, record: &mut Record) -> Option<BodyLength> {
    // In most answers there is nothing that could panic.
    if !response.is_to_be_rendered()
        && let Some(bytes) = response.body_mut().at_hand()
    {
        return Some(BodyLength::Known(bytes.len() as u64));
    }
    prepare_guarded(app, response, record)
}

/// The same of one where something could.
fn prepare_guarded<A: Application>(
    app: &A,
    response: &mut Response,
    record: &mut Record,
) -> Option<BodyLength> {
    for _ in 0..2 {
        let prepared = catch_unwind(AssertUnwindSafe(|| {
            if response.is_to_be_rendered() {
                let unrendered = std::mem::replace(response, Response::ok());
                *response = app.render(unrendered, &record.facts(), record.tally());
            }
            response.body_mut().len().map_or(BodyLength::Unknown, BodyLength::Known)
        }));
        match prepared {
            Ok(length) => return Some(length),
            Err(panic) => body_panicked(record, panic.as_ref()),
        }
        *response = Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response();
    }
    record.note(Ended::BrokenOff);
    None
}

/// The head as `h2` takes it.
pub(super) fn write_head(response: &mut Response, announced: Option<u64>) -> http::Response<()> {
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    *head.version_mut() = Version::HTTP_2;
    let fields = head.headers_mut();
    let given = response.fields();
    // With as much room again as these three need, the places of fields lie apart.
    fields.reserve(given.map_or(0, HeaderMap::len) + 6);
    if let Some(given) = given {
        for (name, value) in given {
            if !is_of_connection(name) && *name != CONTENT_LENGTH && *name != CONTENT_TYPE {
                fields.append(name, value.clone());
            }
        }
    }
    if given.is_none_or(|given| !given.contains_key(DATE)) {
        fields.insert(DATE, date());
    }
    if let Some(content_type) = response.content_type() {
        fields.insert(CONTENT_TYPE, content_type.clone());
    }
    if let Some(len) = announced
        && let Ok(len) = HeaderValue::from_str(itoa::Buffer::new().format(len))
    {
        // Which is one allocation, where a number made a value would be two.
        fields.insert(CONTENT_LENGTH, len);
    }
    debug_assert!(!has_of_connection(fields));
    head
}

thread_local! {
    /// The date that answers have had last, to have a part in.
    static LAST_DATE: RefCell<HeaderValue> = const { RefCell::new(HeaderValue::from_static("")) };
}

/// The date of this turn.
fn date() -> HeaderValue {
    let date = clock::date();
    LAST_DATE.with_borrow_mut(|last| {
        if last.as_bytes() != date.value()
            && let Ok(value) = HeaderValue::from_bytes(date.value())
        {
            *last = value;
        }
        last.clone()
    })
}

/// Those fields of a trailer section that may stand there; `None` where there are none.
fn written_trailers(mut trailers: HeaderMap) -> Option<HeaderMap> {
    let others: Vec<_> =
        trailers.keys().filter(|name| !may_trail(name) || is_of_connection(name)).cloned().collect();
    others.iter().for_each(|name| drop(trailers.remove(name)));
    (!trailers.is_empty()).then_some(trailers)
}

/// Whether a field is one of a connection of HTTP/1, which there is none of here (RFC 9113 §8.2.2).
fn is_of_connection(name: &HeaderName) -> bool {
    *name == CONNECTION
        || *name == TRANSFER_ENCODING
        || *name == UPGRADE
        || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

fn has_of_connection(fields: &HeaderMap) -> bool {
    fields.keys().any(is_of_connection)
}

/// Writes a body; meanwhile the request's comes in where the response is made from it.
struct Writer<'a> {
    stream: &'a mut SendStream<Bytes>,
    record: &'a mut Record,
    pump: &'a mut Option<Pump>,
    pace: Pace,
}

impl Writer<'_> {
    /// Writes `body`, of which so many bytes are announced, to its end.
    async fn write(&mut self, mut body: Body, mut owed: Option<u64>) -> Result<(), CutOff> {
        body.attend(self.record.place.shutdown());
        loop {
            consume_budget().await;
            let chunk = match poll_fn(|context| self.poll_chunk(&mut body, context)).await? {
                Some(Ok(chunk)) => chunk,
                Some(Err(error)) => {
                    let id = &self.record.id;
                    tracing::error!(request_id = %id, error = %cause_chain(&error), "a response broke off");
                    return Err(CutOff::Broken);
                }
                None => break,
            };
            if let Some(owed) = &mut owed {
                let Some(left) = owed.checked_sub(chunk.len() as u64) else {
                    let id = &self.record.id;
                    tracing::error!(request_id = %id, "a response's body is longer than its Content-Length");
                    return Err(CutOff::Broken);
                };
                *owed = left;
            }
            // The last frame says so itself, where it is known which is the last.
            let is_last = owed == Some(0);
            self.write_chunk(chunk, is_last).await?;
            if is_last {
                return Ok(());
            }
        }
        if owed.is_some_and(|owed| owed > 0) {
            let id = &self.record.id;
            tracing::error!(request_id = %id, "a response's body is shorter than its Content-Length");
            return Err(CutOff::Broken);
        }
        let sent = match body.take_trailers().and_then(written_trailers) {
            Some(trailers) => self.stream.send_trailers(trailers),
            None => self.stream.send_data(Bytes::new(), true),
        };
        sent.map_err(|_| CutOff::Gone)
    }

    fn poll_chunk(
        &mut self,
        body: &mut Body,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Result<Bytes, BodyError>>, CutOff>> {
        loop {
            match poll_caught(pin!(poll_fn(|context| body.poll_chunk(context))), context) {
                Poll::Ready(Ok(chunk)) => return Poll::Ready(Ok(chunk)),
                Poll::Ready(Err(panic)) => {
                    body_panicked(self.record, panic.as_ref());
                    return Poll::Ready(Err(CutOff::Broken));
                }
                Poll::Pending => {}
            }
            if !self.pump(context) {
                break;
            }
        }
        if self.stream.poll_reset(context).is_ready() {
            Poll::Ready(Err(CutOff::Gone))
        } else {
            Poll::Pending
        }
    }

    /// Moves the request's body on; whether that brought anything.
    fn pump(&mut self, context: &mut Context<'_>) -> bool {
        let pumped = self.pump.as_mut().map(|pump| pump.pump(self.record, None, context));
        pumped == Some(Pumped::Progress)
    }

    async fn write_chunk(&mut self, mut chunk: Bytes, is_last: bool) -> Result<(), CutOff> {
        while !chunk.is_empty() {
            self.stream.reserve_capacity(chunk.len().min(AHEAD_BYTES));
            let capacity = poll_fn(|context| self.poll_capacity(context)).await?;
            let piece = chunk.split_to(capacity.min(chunk.len()));
            let is_last = is_last && chunk.is_empty();
            self.stream.send_data(piece, is_last).map_err(|_| CutOff::Gone)?;
        }
        Ok(())
    }

    fn poll_capacity(&mut self, context: &mut Context<'_>) -> Poll<Result<usize, CutOff>> {
        loop {
            let capacity = self.stream.capacity();
            if capacity > 0 {
                self.pace.go_on(capacity);
                return Poll::Ready(Ok(capacity));
            }
            match self.stream.poll_capacity(context) {
                // What there is now is asked above.
                Poll::Ready(Some(Ok(_))) if self.stream.capacity() > 0 => continue,
                Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(Err(CutOff::Gone)),
            }
            if self.stream.poll_reset(context).is_ready() {
                return Poll::Ready(Err(CutOff::Gone));
            }
            if self.pump(context) {
                continue;
            }
            return if self.pace.is_late(context) {
                Poll::Ready(Err(CutOff::TooSlow))
            } else {
                Poll::Pending
            };
        }
    }
}

/// Logs and counts a panic of a response's body.
fn body_panicked(record: &Record, panic: &(dyn Any + Send)) {
    record.tally().panicked();
    tracing::error!(request_id = %record.id, panic = panic_text(panic), "a response's body panicked");
}

/// The 500 in the place of an interim response.
#[cold]
fn no_answer(status: StatusCode, record: &Record) -> Response {
    let status = status.as_u16();
    tracing::error!(request_id = %record.id, status, "a handler gave an interim response (1xx) for an answer");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
