//! [`Sse`]: events that are sent as they happen (WHATWG HTML §9.2, server-sent events).

mod event;
mod stream;
#[cfg(test)]
mod tests;

use std::time::Duration;

use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use self::event::comment;
pub use self::event::{Event, EventFault};
use self::stream::EventStream;
use super::IntoResponse;
use crate::error::Error;
use crate::http::{Body, BodySender, Response};

/// Answers 200 with `text/event-stream`: what a browser's `EventSource` reads.
///
/// The future runs inside the response, and stops when the client leaves; see [`Body::stream`].
///
/// ```
/// use server::{Event, Sse, get};
///
/// #[get("/countdown")]
/// async fn countdown() -> Sse {
///     Sse::stream(|mut events| async move {
///         for number in (0..3).rev() {
///             events.send(Event::data(number.to_string()).id(number.to_string())).await?;
///         }
///         events.finish().await
///     })
/// }
/// ```
///
/// While nothing is sent, a comment is: so that what lies between does not take the connection for a dead one, and a client
/// that is gone is found out.
///
/// When the server [drains](crate::Shutdown), what was sent reaches the client, which is told to come back after a second
/// or two, each after another time; then the stream ends, and the future with it. A future that has a last word to say
/// waits for [`Shutdown::draining`](crate::Shutdown::draining) beside its events, and says it at once.
///
/// | setting | default |
/// |---|---|
/// | [`keep_alive`](Self::keep_alive) | a comment after 15 s of silence |
/// | [`come_back`](Self::come_back) | after 1 s to 2 s |
#[derive(Debug)]
pub struct Sse {
    body: Body,
    keep_alive: Duration,
    come_back: Duration,
}

impl Sse {
    /// The events that `write` sends.
    #[inline]
    pub fn stream<Produce, Sent>(write: Produce) -> Self
    where
        Produce: FnOnce(EventSender) -> Sent,
        Sent: Future<Output = Result<(), Error>> + Send + 'static,
    {
        Self::of(Body::stream(|sender| write(EventSender(sender))))
    }

    /// The same for another task to send: the sender, and what it sends.
    #[inline]
    pub fn channel() -> (EventSender, Self) {
        let (sender, body) = Body::channel();
        (EventSender(sender), Self::of(body))
    }

    fn of(body: Body) -> Self {
        Self { body, keep_alive: Duration::from_secs(15), come_back: Duration::from_secs(1) }
    }

    /// After how long a silence a comment is sent; zero sends none.
    #[must_use]
    pub fn keep_alive(mut self, silence: Duration) -> Self {
        self.keep_alive = silence;
        self
    }

    /// How long a client waits before it comes back to a server that ends, at least; at most twice as long, so that not all
    /// clients come at once.
    #[must_use]
    pub fn come_back(mut self, after: Duration) -> Self {
        self.come_back = after;
        self
    }
}

impl IntoResponse for Sse {
    #[inline]
    fn into_response(self) -> Response {
        let mut response = Response::ok();
        response.set_header(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        response.set_header(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response.body(Body::from_source(EventStream::new(self.body, self.keep_alive, self.come_back)))
    }
}

/// The writing half of an event stream.
#[derive(Debug)]
pub struct EventSender(BodySender);

impl EventSender {
    /// Sends an event, once the client has taken the one before.
    ///
    /// # Errors
    ///
    /// [`BodyError::Disconnected`](crate::BodyError::Disconnected) when the client has left, or the server ended the stream;
    /// and an [`EventFault`] for an event that cannot be written, of which nothing is sent.
    pub async fn send(&mut self, event: Event) -> Result<(), Error> {
        let text = event.into_text()?;
        self.0.send(text).await
    }

    /// Sends text, of any number of lines, that no script sees: for who looks at the stream.
    ///
    /// # Errors
    ///
    /// As [`EventSender::send`].
    pub async fn comment(&mut self, text: impl AsRef<str>) -> Result<(), Error> {
        self.0.send(comment(text.as_ref())).await
    }

    /// Says that this was all. An `EventSource` asks again after a while; an answer of 204 has it stop.
    ///
    /// # Errors
    ///
    /// As [`EventSender::send`].
    pub async fn finish(self) -> Result<(), Error> {
        self.0.finish().await
    }
}
