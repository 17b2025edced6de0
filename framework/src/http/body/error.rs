//! [`BodyError`]: why a body was not whole.

use std::error::Error;
use std::fmt;

/// Why a body could not be read, or written, to its end.
///
/// ```
/// use server::{Body, BodyError};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let refused = Body::from("hello").collect(4).await.unwrap_err();
/// assert!(matches!(refused, BodyError::TooLarge { limit: 4 }));
/// assert_eq!(refused.status(), 413);
/// # });
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum BodyError {
    /// There are more than `limit` bytes; 413.
    TooLarge {
        /// The bound that was passed, in bytes; a body of exactly so many is allowed.
        limit: u64,
    },
    /// The client sent slower than `body_min_rate`; 408.
    TooSlow,
    /// The chunked coding is broken; 400.
    Malformed {
        /// What was wrong with it, in words for a log.
        detail: String,
    },
    /// The content is not what its content coding says, or ends too early; 400. Where it is decoded: see
    /// `layers::Decompression`.
    Undecodable {
        /// What was wrong with it, in words for a log.
        detail: String,
    },
    /// The content is more than `ratio` times as large as what was sent of it; 413. Where it is decoded: see
    /// `layers::Decompression`.
    TooDense {
        /// The bound that was passed.
        ratio: u32,
    },
    /// The client closed its half before the body's end; 400.
    Incomplete,
    /// The peer has left.
    Disconnected,
    /// A response's writer was dropped before it said that it was done.
    Unfinished,
    /// A response's source failed.
    Source(Box<dyn Error + Send + Sync>),
}

impl BodyError {
    /// The status that answers a request whose body failed so.
    pub fn status(&self) -> http::StatusCode {
        match self {
            Self::TooLarge { .. } | Self::TooDense { .. } => http::StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => http::StatusCode::REQUEST_TIMEOUT,
            Self::Malformed { .. } | Self::Undecodable { .. } | Self::Incomplete | Self::Disconnected => {
                http::StatusCode::BAD_REQUEST
            }
            Self::Unfinished | Self::Source(_) => http::StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { limit } => write!(f, "the body is larger than the limit of {limit} bytes"),
            Self::TooSlow => f.write_str("the body arrived slower than the server's minimum rate"),
            Self::Malformed { detail } => write!(f, "the chunked body is malformed: {detail}"),
            Self::Undecodable { detail } => write!(f, "the content cannot be decoded: {detail}"),
            Self::TooDense { ratio } => {
                write!(f, "the content is more than {ratio} times as large as what was sent of it")
            }
            Self::Incomplete => f.write_str("the client closed the connection before the body's end"),
            Self::Disconnected => f.write_str("the client has closed the connection"),
            Self::Unfinished => f.write_str("the body's writer was dropped before it called finish"),
            Self::Source(_) => f.write_str("the body's source failed"),
        }
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Source(source) => Some(source.as_ref()),
            Self::TooLarge { .. }
            | Self::TooSlow
            | Self::Malformed { .. }
            | Self::Undecodable { .. }
            | Self::TooDense { .. }
            | Self::Incomplete
            | Self::Disconnected
            | Self::Unfinished => None,
        }
    }
}
