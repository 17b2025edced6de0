//! HTTP/1.1 and 1.0 (RFC 9112) without I/O: heads, framing, the chunked coding, and the bytes of a response.
//!
//! Functions and small state machines from bytes to events and from responses to bytes. Nothing here sees a socket or
//! a clock; `net` reads, writes and sleeps.

mod ascii;
mod authority;
mod chunked;
mod date;
mod encode;
mod error;
mod field_line;
mod framing;
mod head;
#[cfg(any(test, feature = "__properties"))]
mod pipeline;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use authority::is_authority;
#[cfg(any(test, feature = "__properties"))]
pub use chunked::chunked;
#[cfg(any(test, feature = "__properties"))]
pub(crate) use chunked::encode_chunk;
pub(crate) use chunked::{CHUNK_END, ChunkError, ChunkHead, encode_last_chunk, encode_trailers};
pub(crate) use date::{DateLine, format_date};
#[cfg(feature = "http2")]
pub(crate) use encode::frame_stream;
pub(crate) use encode::{
    BodyLength, CONTINUE, EncodeContext, OutgoingFraming, Persistence, RequestKind, encode_head,
};
pub(crate) use error::HeadError;
#[cfg(any(test, feature = "__properties"))]
pub use framing::framing;
pub(crate) use framing::{BodyDecoder, Decoded, Framing};
#[cfg(any(test, feature = "__properties"))]
pub use head::head;
pub(crate) use head::{Expect, HeadLimits, HeadParser, ParsedHead};
#[cfg(any(test, feature = "__properties"))]
pub(crate) use pipeline::{Asked, BodyEnd, Read, read_pipeline};
