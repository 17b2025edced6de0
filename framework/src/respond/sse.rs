//! [`Sse`]: events that are sent as they happen (WHATWG HTML §9.2, server-sent events).
//!
//! ```text
//! stream = *( *field LF )
//! field  = ( "event" / "id" / "data" / "retry" ) ": " *( any but CR, LF ) LF
//! ```

use std::fmt::{self, Write};
use std::time::Duration;

use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_core::Serialize;

use super::IntoResponse;
use crate::error::Error;
use crate::http::{Body, BodyError, BodySender, Response};

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
#[derive(Debug)]
pub struct Sse(Body);

impl Sse {
    /// The events that `write` sends.
    pub fn stream<Produce, Sent>(write: Produce) -> Self
    where
        Produce: FnOnce(EventSender) -> Sent,
        Sent: Future<Output = Result<(), BodyError>> + Send + 'static,
    {
        Self(Body::stream(|sender| write(EventSender(sender))))
    }

    /// The same for another task to send: the sender, and what it sends.
    pub fn channel() -> (EventSender, Self) {
        let (sender, body) = Body::channel();
        (EventSender(sender), Self(body))
    }
}

impl IntoResponse for Sse {
    fn into_response(self) -> Response {
        let mut response = Response::ok();
        response.set_header(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        response.set_header(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response.body(self.0)
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
    /// [`BodyError::Disconnected`] when the client has left.
    pub async fn send(&mut self, event: Event) -> Result<(), BodyError> {
        self.0.send(event.text + "\n").await
    }

    /// Sends a line that means nothing, so that what lies between does not take the connection for a dead one.
    ///
    /// # Errors
    ///
    /// As [`EventSender::send`].
    pub async fn keep_alive(&mut self) -> Result<(), BodyError> {
        self.0.send(":\n\n").await
    }

    /// Says that this was all. An `EventSource` asks again after a while; an answer of 204 has it stop.
    ///
    /// # Errors
    ///
    /// As [`EventSender::send`].
    pub async fn finish(self) -> Result<(), BodyError> {
        self.0.finish().await
    }
}

/// One event.
///
/// ```
/// use server::Event;
///
/// let event = Event::data("two\nlines").named("note").id("7");
/// assert_eq!(event.to_string(), "data: two\ndata: lines\nevent: note\nid: 7\n\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its fields, each with its line end.
    text: String,
}

impl Event {
    /// An event with this text, of any number of lines.
    pub fn data(text: impl AsRef<str>) -> Self {
        let mut event = Self { text: String::new() };
        for line in lines(text.as_ref()) {
            event = event.field("data", line);
        }
        event
    }

    /// An event with a value as JSON.
    ///
    /// ```
    /// use server::{Event, Sse, get};
    ///
    /// #[get("/primes")]
    /// async fn primes() -> Sse {
    ///     Sse::stream(|mut events| async move {
    ///         events.send(Event::json(&[2, 3, 5])?).await?;
    ///         events.finish().await
    ///     })
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Where it cannot be written as JSON. In [`Sse::stream`] it cuts the stream off.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        Ok(Self::data(serde_json::to_string(value)?))
    }

    /// The name that a script listens for; without one it is `message`. Line ends in it are left out.
    #[must_use]
    pub fn named(self, name: impl AsRef<str>) -> Self {
        self.field("event", &one_line(name.as_ref()))
    }

    /// What a client that was cut off sends in `Last-Event-ID` when it asks again. Line ends and NUL in it are left out.
    #[must_use]
    pub fn id(self, id: impl AsRef<str>) -> Self {
        self.field("id", &one_line(id.as_ref()))
    }

    /// How long a client that was cut off waits before it asks again.
    #[must_use]
    pub fn retry(self, after: Duration) -> Self {
        self.field("retry", &after.as_millis().to_string())
    }

    fn field(mut self, name: &str, value: &str) -> Self {
        let _ = writeln!(self.text, "{name}: {value}");
        self
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)
    }
}

/// Splits at each CR LF, LF and CR, which all end a line of the stream.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else { return rest.take() };
        let (line, after) = text.split_at_checked(end)?;
        rest = Some(after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or_default());
        Some(line)
    })
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n', '\0'], "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Client;
    use crate::{get, routes};

    #[test]
    fn every_line_has_its_name() {
        let rows = [
            (Event::data(""), "data: \n\n"),
            (Event::data("a\r\nb\rc\n"), "data: a\ndata: b\ndata: c\ndata: \n\n"),
            (Event::data("x\n\ndata: y"), "data: x\ndata: \ndata: data: y\n\n"),
            (Event::data("a").named("b\nid: 1").id("2\r\0"), "data: a\nevent: bid: 1\nid: 2\n\n"),
            (Event::data("a").retry(Duration::from_secs(3)), "data: a\nretry: 3000\n\n"),
            (Event::json(&[1, 2]).unwrap(), "data: [1,2]\n\n"),
        ];
        for (event, expected) in rows {
            assert_eq!(event.to_string(), expected);
        }
    }

    #[get("/events")]
    async fn events() -> Sse {
        Sse::stream(|mut events| async move {
            events.send(Event::data("a")).await?;
            events.keep_alive().await?;
            events.send(Event::data("b")).await?;
            events.finish().await
        })
    }

    #[server::test]
    async fn events_come_as_they_are_sent() {
        let response = Client::new(routes![events]).get("/events").await;
        assert_eq!(response.text(), "data: a\n\n:\n\ndata: b\n\n");
        assert_eq!(response.header("content-type"), Some("text/event-stream"));
        assert_eq!(response.header("cache-control"), Some("no-cache"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_ends_its_event(text in "[a:\r\n \\x00é]{0,24}", name in "[a\r\n]{0,6}") {
            let event = Event::data(&text).named(&name).to_string();
            let (fields, rest) = event.split_once("\n\n").unwrap();
            proptest::prop_assert_eq!(rest, "");
            let data: Vec<_> = fields.split('\n').filter_map(|line| line.strip_prefix("data: ")).collect();
            let unified = text.replace("\r\n", "\n").replace('\r', "\n");
            proptest::prop_assert_eq!(data.join("\n"), unified);
            proptest::prop_assert!(!fields.contains('\r'));
        }
    }
}
