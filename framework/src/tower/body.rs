//! Bodies as `http_body` has them, both ways.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Frame, SizeHint};

use crate::http::{Body, BodyError, BodySource, BoxError};

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let body = self.get_mut();
        Poll::Ready(match ready!(body.poll_chunk(context)) {
            Some(chunk) => Some(chunk.map(Frame::data)),
            None => body.take_trailers().map(|trailers| Ok(Frame::trailers(trailers))),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty() && !self.has_trailers()
    }

    fn size_hint(&self) -> SizeHint {
        self.len().map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Makes a body of ours of any other.
pub(super) fn inward<B>(body: B) -> Body
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let mut body = Some(body);
    // One of ours that nobody has wrapped stays what it is.
    if let Some(ours) = (&mut body as &mut dyn std::any::Any).downcast_mut::<Option<Body>>() {
        return ours.take().unwrap_or_default();
    }
    match body {
        Some(body) if !body.is_end_stream() => {
            Body::from_source(Foreign { body: Box::pin(body), trailers: None })
        }
        Some(_) | None => Body::empty(),
    }
}

/// Another library's body as the source of one of ours.
struct Foreign<B> {
    body: Pin<Box<B>>,
    trailers: Option<HeaderMap>,
}

impl<B> BodySource for Foreign<B>
where
    B: http_body::Body + Send,
    B::Error: Into<BoxError>,
{
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            let Some(frame) = ready!(self.body.as_mut().poll_frame(context)) else {
                return Poll::Ready(None);
            };
            let frame = match frame {
                Ok(frame) => frame.into_data(),
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            };
            match frame {
                // A chunk of nothing would be the last one.
                Ok(data) if !data.has_remaining() => {}
                Ok(mut data) => {
                    let len = data.remaining();
                    return Poll::Ready(Some(Ok(data.copy_to_bytes(len))));
                }
                // Nothing follows them but the end.
                Err(other) => self.trailers = other.into_trailers().ok().or_else(|| self.trailers.take()),
            }
        }
    }

    fn remaining_len(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    fn trailers(mut self: Pin<&mut Self>) -> Option<HeaderMap> {
        self.trailers.take()
    }
}
