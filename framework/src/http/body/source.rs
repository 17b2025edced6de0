//! [`BodySource`]: where the chunks of a body come from.

use std::error::Error;
use std::ops;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;

use crate::http::Shutdown;

/// Where a streamed body's chunks come from; for types that are no channel.
///
/// ```
/// use std::error::Error;
/// use std::pin::Pin;
/// use std::task::{Context, Poll};
///
/// use bytes::Bytes;
/// use server::{Body, BodySource, get};
///
/// /// So many zeros.
/// struct Zeros(u64);
///
/// impl BodySource for Zeros {
///     fn poll_chunk(
///         mut self: Pin<&mut Self>,
///         _: &mut Context<'_>,
///     ) -> Poll<Option<Result<Bytes, Box<dyn Error + Send + Sync>>>> {
///         static CHUNK: [u8; 1024] = [0; 1024];
///         let len = self.0.min(1024) as usize;
///         self.0 -= len as u64;
///         Poll::Ready((len > 0).then(|| Ok(Bytes::from_static(&CHUNK[..len]))))
///     }
///
///     fn remaining_len(&self) -> Option<u64> {
///         Some(self.0)
///     }
/// }
///
/// #[get("/zeros")]
/// async fn zeros() -> Body {
///     Body::from_source(Zeros(1_000_000))
/// }
/// ```
pub trait BodySource: Send {
    /// Gives the next chunk, `None` after the last. An error cuts the connection, so that the client can tell. A
    /// [`BodyError`](crate::BodyError), of a body that is read here, is told as what it is; any other as
    /// [`BodyError::Source`](crate::BodyError::Source).
    fn poll_chunk(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Box<dyn Error + Send + Sync>>>>;

    /// The bytes still to come where that is known exactly; then the response has a `Content-Length`.
    fn remaining_len(&self) -> Option<u64> {
        None
    }

    /// Gives the trailer section, once, after the last chunk; what becomes of it is told at
    /// [`Body::take_trailers`](crate::Body::take_trailers).
    fn trailers(self: Pin<&mut Self>) -> Option<HeaderMap> {
        None
    }

    /// Turns to these bytes of the whole, counted from 0: they come next, and then the end. `false`, and nothing is
    /// changed, where this cannot be done.
    ///
    /// It is asked before the first chunk, and again after each range but the last, where the answer has
    /// [`AcceptRanges`](crate::AcceptRanges) and the client asks for parts.
    fn seek(self: Pin<&mut Self>, range: ops::Range<u64>) -> bool {
        let _ = range;
        false
    }

    /// Learns, before the first chunk, of the end of the server that sends it: what has no end of its own ends with that.
    #[doc(hidden)]
    fn attend(self: Pin<&mut Self>, shutdown: &Shutdown) {
        let _ = shutdown;
    }
}
