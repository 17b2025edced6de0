//! In the place of HTTP/2 where the feature is off: there is none.

use super::super::{Application, Transport};
use super::wire::Wire;
use super::{After, Connection};

/// A connection of HTTP/2, which there is none of.
#[derive(Debug)]
pub(super) enum Http2 {}

impl<IO: Transport> Wire<IO> {
    /// What has arrived is malformed, and nothing else.
    pub(super) fn preface(&mut self) -> Option<Option<Http2>> {
        None
    }
}

impl<IO, A> Connection<'_, IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Cannot be called.
    pub(super) async fn serve_http2(&mut self, none: Http2) -> After {
        match none {}
    }
}
