//! The trailer section of a body (RFC 9110 §6.5): fields that are known at its end alone.

use http::{HeaderMap, HeaderName};

use super::{Body, Inner};

/// Fields that decide what a message is before its content is read: framing, routing, connection, request modifiers,
/// authentication and the content's format (RFC 9110 §6.5.1). In lower case.
pub(crate) const NEVER_TRAILERS: [&str; 16] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether a field may stand in a trailer section.
pub(crate) fn may_trail(name: &HeaderName) -> bool {
    !NEVER_TRAILERS.contains(&name.as_str())
}

impl Body {
    /// Takes the trailer section that stood behind the content, once all of that was read: `None` before, where there is
    /// none, and the second time.
    ///
    /// A request has one where its client sent one: behind the last chunk over HTTP/1.1, in a HEADERS frame over HTTP/2.
    /// Nothing of it is part of the header section (RFC 9110 §6.5.1). Over HTTP/1.1 a field that could be taken for one
    /// of those that frame or route a message makes the request malformed; over HTTP/2 it is left out.
    ///
    /// That of a response, which [`BodySender::finish_with`](crate::BodySender::finish_with) or
    /// [`BodySource::trailers`](crate::BodySource::trailers) gives, is sent over HTTP/2, and over HTTP/1.1 to clients
    /// that say `TE: trailers` (RFC 9110 §10.1.4). All others get the content without it, as do those whom the length of
    /// the content is announced to.
    ///
    /// ```
    /// use server::{Body, BodyError, post};
    ///
    /// /// Says whether the checksum behind an upload is that of its bytes.
    /// #[post("/upload")]
    /// async fn upload(mut body: Body) -> Result<String, BodyError> {
    ///     let mut sum = 0_u64;
    ///     while let Some(chunk) = body.chunk().await {
    ///         sum += chunk?.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    ///     }
    ///     let trailers = body.take_trailers().unwrap_or_default();
    ///     let said = trailers.get("checksum").and_then(|sum| sum.to_str().ok()?.parse().ok());
    ///     Ok(if said == Some(sum) { "whole\n" } else { "not whole\n" }.to_owned())
    /// }
    /// ```
    pub fn take_trailers(&mut self) -> Option<HeaderMap> {
        match std::mem::take(&mut *self.0) {
            Inner::Ended(trailers) => Some(*trailers),
            other => {
                *self.0 = other;
                None
            }
        }
    }

    /// Whether there is a trailer section to take.
    #[cfg(feature = "tower")]
    pub(crate) fn has_trailers(&self) -> bool {
        matches!(*self.0, Inner::Ended(_))
    }

    /// Notes that there is no content any more; what stands behind it is kept.
    pub(super) fn end(&mut self) {
        let trailers = match &mut *self.0 {
            Inner::Incoming(incoming) => incoming.take_trailers(),
            Inner::Channel(channel) => channel.take_trailers(),
            Inner::Source(source) => source.as_mut().trailers().map(Box::new),
            Inner::Limited(limited) => limited.take_trailers().map(Box::new),
            Inner::Empty | Inner::Full(_) | Inner::Owned(_) | Inner::Ended(_) => None,
        };
        let trailers = trailers.filter(|trailers| !trailers.is_empty());
        *self.0 = trailers.map_or(Inner::Empty, Inner::Ended);
    }
}
