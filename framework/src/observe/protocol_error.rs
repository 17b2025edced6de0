//! [`ProtocolError`]: what was wrong with a message that could not be read.

use std::error::Error;
use std::fmt;

use http::StatusCode;

#[cfg(feature = "http2")]
use super::Http2Fault;
use crate::h1::{ChunkError, HeadError};

/// A fault in a request's head or in its chunked coding: what the client sent is no HTTP/1.1 message (RFC 9112), or one
/// beyond the limits on heads. Over HTTP/2, one in its header section, its frames or what they ask for.
///
/// Its text says what was expected and what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolError(Fault);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Head(HeadError),
    Chunk(ChunkError),
    #[cfg(feature = "http2")]
    Http2(Http2Fault),
}

impl ProtocolError {
    /// The fault's name, such as `bare-lf` or `target-too-long`: the same for each occurrence, so that it can label a
    /// count.
    pub fn name(self) -> &'static str {
        match self.0 {
            Fault::Head(error) => error.name(),
            Fault::Chunk(error) => error.name(),
            #[cfg(feature = "http2")]
            Fault::Http2(fault) => fault.name(),
        }
    }

    /// The status that a head with this fault is answered with. One in the body comes to whoever reads the body, and
    /// is answered so unless a handler answers otherwise.
    pub fn status(self) -> StatusCode {
        match self.0 {
            Fault::Head(error) => error.status(),
            Fault::Chunk(_) => StatusCode::BAD_REQUEST,
            #[cfg(feature = "http2")]
            Fault::Http2(fault) => fault.status(),
        }
    }
}

impl From<HeadError> for ProtocolError {
    fn from(error: HeadError) -> Self {
        Self(Fault::Head(error))
    }
}

impl From<ChunkError> for ProtocolError {
    fn from(error: ChunkError) -> Self {
        Self(Fault::Chunk(error))
    }
}

#[cfg(feature = "http2")]
impl From<Http2Fault> for ProtocolError {
    fn from(fault: Http2Fault) -> Self {
        Self(Fault::Http2(fault))
    }
}

impl Error for ProtocolError {}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Fault::Head(error) => error.fmt(f),
            Fault::Chunk(error) => error.fmt(f),
            #[cfg(feature = "http2")]
            Fault::Http2(fault) => fault.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_a_name_a_status_and_a_sentence() {
        let rows: [(ProtocolError, &str, u16, &str); 3] = [
            (HeadError::BareLf.into(), "bare-lf", 400, "expected CRLF, found a LF alone"),
            (
                HeadError::TargetTooLong.into(),
                "target-too-long",
                414,
                "expected a shorter request target, found one beyond max_request_target",
            ),
            (
                ChunkError::InvalidSize(b'x').into(),
                "invalid-chunk-size",
                400,
                "expected a chunk size of hexadecimal digits, found 'x'",
            ),
        ];
        for (error, name, status, text) in rows {
            assert_eq!((error.name(), error.status().as_u16()), (name, status));
            assert_eq!(error.to_string(), text);
        }
    }
}
