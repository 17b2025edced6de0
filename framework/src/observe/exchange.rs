//! [`Exchange`]: a request and what became of it.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::{Kind, ProtocolError};
use crate::http::RequestFacts;

/// A request, its answer where it had one, and why it ended.
///
/// ```
/// use server::{Ended, Exchange};
///
/// fn is_worth_a_look(exchange: &Exchange) -> bool {
///     let failed = exchange.status().is_some_and(|status| status.is_server_error());
///     failed || matches!(exchange.ended(), Ended::BrokenOff | Ended::TimedOut(_))
/// }
/// ```
#[derive(Debug)]
pub struct Exchange {
    pub(crate) request: RequestFacts,
    pub(crate) status: Option<StatusCode>,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) duration: Duration,
    pub(crate) ended: Ended,
    /// When it ended, as Unix time.
    pub(crate) ended_millis: u64,
    /// What an access log makes of it.
    pub(crate) kind: Kind,
}

impl Exchange {
    /// What is known of the request: its id, its client's address, method and target as received, its route's pattern.
    pub fn request(&self) -> &RequestFacts {
        &self.request
    }

    /// The status of the answer; `None` where none was begun.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Bytes of the request that were read, head and framing included.
    pub fn bytes_in(&self) -> u64 {
        self.bytes_in
    }

    /// Bytes of the answer that were written, head and framing included; where the exchange did not end well some of
    /// them may not have reached the system.
    pub fn bytes_out(&self) -> u64 {
        self.bytes_out
    }

    /// From the first byte of the request to the last of the answer, as they were read and written here.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    pub(crate) fn duration_micros(&self) -> u64 {
        u64::try_from(self.duration.as_micros()).unwrap_or(u64::MAX)
    }

    /// Why it ended; the first reason where there were several.
    pub fn ended(&self) -> Ended {
        self.ended
    }
}

/// Why an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// It was answered, and the whole answer handed to the system. A request that a handler, an extractor or the server
    /// refused ends so, and one whose handler panicked: the status tells.
    Done,
    /// The client closed the connection, or it broke, before the request was read or the answer written.
    ClientLeft,
    /// Something took too long.
    TimedOut(Timeout),
    /// The answer's body failed half-way, and the connection was cut so that the client can tell.
    BrokenOff,
    /// The server ended, and cut it.
    Cut,
    /// What the client sent is no request, or its body is malformed.
    Malformed(ProtocolError),
}

impl Ended {
    /// The reason's name, such as `done` or `client-left`, for a log or a label; a malformed request's is
    /// [`ProtocolError::name`].
    ///
    /// ```
    /// use server::{Ended, Timeout};
    ///
    /// assert_eq!(Ended::TimedOut(Timeout::Head).name(), "head-timeout");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::ClientLeft => "client-left",
            Self::TimedOut(Timeout::Head) => "head-timeout",
            Self::TimedOut(Timeout::Body) => "body-timeout",
            Self::TimedOut(Timeout::Request) => "request-timeout",
            Self::TimedOut(Timeout::Write) => "write-timeout",
            Self::BrokenOff => "broken-off",
            Self::Cut => "cut",
            Self::Malformed(error) => error.name(),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What took too long; each is a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Timeout {
    /// The request's head: `header_read_timeout`, answered with 408.
    Head,
    /// The request's body, slower than `body_min_rate`: 408 unless a handler answers otherwise.
    Body,
    /// The handler: `request_timeout`, or the route's `timeout`, answered with 503.
    Request,
    /// The client, that took its answer slower than `write_min_rate`: the connection is cut.
    Write,
}
