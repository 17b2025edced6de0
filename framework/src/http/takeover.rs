//! What takes a connection over behind a 101 (RFC 9110 §15.2.2), and what it sees of it.
//!
//! A response carries the [`Takeover`]; the connection writes the response's head, and from then on moves bytes for it
//! instead of requests. Nothing here knows which protocol that is.

use std::any::Any;
use std::task::{Context, Poll};

use super::RequestId;

/// A protocol that is spoken on a connection in the place of HTTP.
pub(crate) trait Takeover: Send {
    /// Goes as far as it can without waiting; it is polled again when bytes come or go, and when it wakes the task.
    fn poll(&mut self, link: &mut dyn Link, context: &mut Context<'_>) -> Poll<Parting>;
}

/// How a protocol leaves its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parting {
    /// All was said: what is buffered is written, and our half closed.
    Closed,
    /// The peer is gone, or is not waited for any more.
    Lost,
}

/// A connection as a [`Takeover`] sees it.
pub(crate) trait Link {
    /// Bytes that have come and were not consumed: at first those that came behind the request.
    fn unread(&self) -> &[u8];

    /// Drops so many of them from the front.
    fn consume(&mut self, len: usize);

    /// Reads what has come; 0 is the end of what the peer sends.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<usize>;

    /// Where bytes to be written are appended.
    fn output(&mut self) -> &mut Vec<u8>;

    /// How many of them are still to be written.
    fn unsent_len(&self) -> usize;

    /// Writes until none is left; an error where the peer is gone, or takes them too slowly.
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Unreachable>>;

    /// Gives room back that is not needed while nothing comes.
    fn shrink(&mut self);

    /// What the request was called.
    fn request_id(&mut self) -> RequestId;

    /// Logs and counts a panic of the application.
    fn panicked(&mut self, panic: &(dyn Any + Send));
}

/// Nothing more reaches the peer.
#[derive(Debug)]
pub(crate) struct Unreachable;
