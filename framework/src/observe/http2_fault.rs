//! What a client of HTTP/2 may do wrong that HTTP/1.1 has no word for.

use std::fmt;

use http::StatusCode;

/// A fault in a request over HTTP/2, or in the connection (RFC 9113 §5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Http2Fault {
    /// `:authority` and Host differ.
    ConflictingHost,
    /// A header section that is no request's; the stream was reset.
    Head,
    /// A header section beyond what is decoded at all.
    HeadTooLarge,
    /// A frame that its stream may not have, or content that is not as long as announced; the stream was reset.
    Stream,
    /// A fault that the connection ends for.
    Connection,
    /// Too much that is of no use; the connection ends.
    Flood,
}

impl Http2Fault {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ConflictingHost => "conflicting-host",
            Self::Head => "http2-malformed-head",
            Self::HeadTooLarge => "http2-head-too-large",
            Self::Stream => "http2-stream-error",
            Self::Connection => "http2-connection-error",
            Self::Flood => "http2-flood",
        }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::ConflictingHost | Self::Head | Self::Stream | Self::Connection | Self::Flood => {
                StatusCode::BAD_REQUEST
            }
        }
    }
}

impl fmt::Display for Http2Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConflictingHost => "expected a Host that is the same as :authority, found another one",
            Self::Head => "expected the header section of a request, found one that is malformed",
            Self::HeadTooLarge => "expected a smaller header section, found one beyond twice max_head",
            Self::Stream => "expected the frames of a request, found one that its stream may not have",
            Self::Connection => "expected frames of HTTP/2, found what is none, or out of place",
            Self::Flood => "expected requests, found little but resets, pings and empty frames",
        })
    }
}
