//! Several parts in one body (RFC 9110 §14.6, §15.3.7.2).

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::ops;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use super::content_range;
use crate::http::{Body, BodySource, BoxError, Response};

/// Answers with each of `parts`, of which there are two at least and which lie apart, or whole where the body cannot be
/// cut.
pub(super) fn give_several(mut response: Response, parts: Vec<ops::Range<u64>>, len: u64) -> Response {
    let whole = response.body_mut().as_bytes().cloned();
    let can_be_cut =
        whole.is_some() || parts.first().is_some_and(|first| response.body_mut().cut(first.clone()));
    if !can_be_cut {
        return response;
    }
    let boundary = boundary();
    let content_type = response.content_type().map(HeaderValue::as_bytes);
    let parts: Vec<_> = parts
        .into_iter()
        .map(|range| Part { head: head(&boundary, content_type, &range, len), range })
        .collect();
    let end = Bytes::from(format!("\r\n--{boundary}--\r\n"));
    let heads: u64 = parts.iter().map(|part| part.head.len() as u64).sum();
    let contents: u64 = parts.iter().map(|part| part.range.end - part.range.start).sum();
    let several = Several {
        whole,
        body: response.take_body(),
        left: heads + contents + end.len() as u64,
        part_left: 0,
        parts: parts.into_iter(),
        end: Some(end),
    };
    let content_type = HeaderValue::try_from(format!("multipart/byteranges; boundary={boundary}"));
    response.set_header(CONTENT_TYPE, content_type.expect("a boundary is of hexadecimal digits"));
    response.with_status(StatusCode::PARTIAL_CONTENT).body(Body::from_source(several))
}

/// What no content can hold on purpose: nobody knows it before.
fn boundary() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}

/// What stands before a part's bytes; the line break before the first is one that a preamble may have.
fn head(boundary: &str, content_type: Option<&[u8]>, range: &ops::Range<u64>, len: u64) -> Bytes {
    let mut head = format!("\r\n--{boundary}\r\n").into_bytes();
    if let Some(content_type) = content_type {
        head.extend_from_slice(b"content-type: ");
        head.extend_from_slice(content_type);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"content-range: ");
    head.extend_from_slice(content_range(range, len).as_bytes());
    head.extend_from_slice(b"\r\n\r\n");
    Bytes::from(head)
}

struct Part {
    head: Bytes,
    range: ops::Range<u64>,
}

/// The parts one after the other, out of one body.
struct Several {
    /// All bytes, where they are at hand.
    whole: Option<Bytes>,
    /// The part in work, or what can turn to it.
    body: Body,
    parts: vec::IntoIter<Part>,
    /// Bytes of the part in work that are still to come.
    part_left: u64,
    end: Option<Bytes>,
    /// Bytes still to come, heads and end among them.
    left: u64,
}

impl Several {
    /// The next piece; an error where the body does not keep to what it said.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        if self.part_left > 0 {
            // After its end a body is empty for good: it is not asked for more than the part has.
            let chunk = match ready!(self.body.poll_chunk(context)) {
                Some(Ok(chunk)) => chunk,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None => return Poll::Ready(Some(Err("the body ended within a part of it".into()))),
            };
            let Some(part_left) = self.part_left.checked_sub(chunk.len() as u64) else {
                return Poll::Ready(Some(Err("the body gave more than the part asked for".into())));
            };
            self.part_left = part_left;
            return Poll::Ready(Some(Ok(chunk)));
        }
        let Some(part) = self.parts.next() else { return Poll::Ready(self.end.take().map(Ok)) };
        self.part_left = part.range.end - part.range.start;
        if let Some(whole) = &self.whole {
            self.body = Body::from(whole.clone());
        }
        if !self.body.cut(part.range) {
            return Poll::Ready(Some(Err("the body cannot turn to another part of it".into())));
        }
        Poll::Ready(Some(Ok(part.head)))
    }
}

impl BodySource for Several {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        let piece = ready!(self.poll_piece(context));
        if let Some(Ok(piece)) = &piece {
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(piece)
    }

    fn remaining_len(&self) -> Option<u64> {
        Some(self.left)
    }
}
