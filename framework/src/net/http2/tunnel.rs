//! A stream behind a CONNECT that was answered (RFC 8441): another protocol has it, as it has a connection behind a 101.

use std::any::Any;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use h2::{Reason, RecvStream, SendStream};
use http::StatusCode;
use http::header::SEC_WEBSOCKET_ACCEPT;

use super::super::connection::panic_text;
use super::answer::{AHEAD_BYTES, Exchange, write_head};
use super::pace::Pace;
use super::record::Record;
use crate::http::{Link, Parting, RequestId, Response, Takeover, Unreachable};
use crate::observe::Ended;

/// Answers with 200, and lets `takeover` have the stream until it parts from it.
pub(super) async fn switch(
    (exchange, response): (Exchange, Response),
    body: RecvStream,
    mut takeover: Box<dyn Takeover>,
) {
    let Exchange { mut record, mut respond, .. } = exchange;
    record.place.answering();
    let mut response = response.with_status(StatusCode::OK);
    record.answered(&response);
    record.switched();
    let mut head = write_head(&mut response, None);
    // It answers a key, and the client sent none.
    head.headers_mut().remove(SEC_WEBSOCKET_ACCEPT);
    let Ok(stream) = respond.send_response(head, false) else { return record.lost() };
    let pace = Pace::new(record.common());
    let mut link = StreamLink {
        record,
        stream,
        body,
        pace,
        input: BytesMut::new(),
        output: Vec::new(),
        sent: 0,
        is_over: false,
    };
    let mut parting = poll_fn(|context| takeover.poll(&mut link, context)).await;
    drop(takeover);
    if parting == Parting::Closed && poll_fn(|context| link.poll_flush(context)).await.is_err() {
        parting = Parting::Lost;
    }
    let StreamLink { mut record, mut stream, .. } = link;
    match parting {
        Parting::Closed if stream.send_data(Bytes::new(), true).is_ok() => record.finish(),
        Parting::Closed => record.lost(),
        Parting::Lost => {
            record.note(Ended::ClientLeft);
            stream.send_reset(Reason::CANCEL);
            record.finish();
        }
    }
}

/// A stream as a protocol on it sees it.
struct StreamLink {
    record: Record,
    stream: SendStream<Bytes>,
    body: RecvStream,
    pace: Pace,
    /// Bytes that have come and were not consumed; the client's window is open for as many less.
    input: BytesMut,
    /// Bytes to be written, of which `h2` has the first few.
    output: Vec<u8>,
    sent: usize,
    /// Nothing more will come.
    is_over: bool,
}

impl Link for StreamLink {
    fn unread(&self) -> &[u8] {
        &self.input
    }

    fn consume(&mut self, len: usize) {
        let len = len.min(self.input.len());
        self.input.advance(len);
        // It fails where more is given back than was taken, which is not so.
        let _ = self.body.flow_control().release_capacity(len);
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        while !self.is_over {
            match ready!(self.body.poll_data(context)) {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(Ok(bytes)) => {
                    self.input.extend_from_slice(&bytes);
                    return Poll::Ready(bytes.len());
                }
                Some(Err(_)) | None => self.is_over = true,
            }
        }
        Poll::Ready(0)
    }

    fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    fn unsent_len(&self) -> usize {
        self.output.len() - self.sent
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Unreachable>> {
        while self.unsent_len() > 0 {
            self.stream.reserve_capacity(self.unsent_len().min(AHEAD_BYTES));
            let capacity = self.stream.capacity();
            if capacity == 0 {
                match self.stream.poll_capacity(context) {
                    Poll::Ready(Some(Ok(_))) if self.stream.capacity() > 0 => continue,
                    Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
                    Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(Err(Unreachable)),
                }
                let is_lost = self.stream.poll_reset(context).is_ready() || self.pace.is_late(context);
                return if is_lost { Poll::Ready(Err(Unreachable)) } else { Poll::Pending };
            }
            let unsent = self.output.get(self.sent..).unwrap_or_default();
            let piece = Bytes::copy_from_slice(unsent.get(..capacity).unwrap_or(unsent));
            self.sent += piece.len();
            self.pace.go_on(piece.len());
            if self.stream.send_data(piece, false).is_err() {
                return Poll::Ready(Err(Unreachable));
            }
        }
        self.output.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }

    fn shrink(&mut self) {
        if self.input.is_empty() {
            self.input = BytesMut::new();
        }
    }

    fn request_id(&mut self) -> RequestId {
        self.record.id.clone()
    }

    fn panicked(&mut self, panic: &(dyn Any + Send)) {
        self.record.tally().panicked();
        tracing::error!(request_id = %self.record.id, panic = panic_text(panic), "a handler panicked");
    }
}
