//! [`Event`]: one event as text (WHATWG HTML §9.2.5).
//!
//! ```text
//! stream  = *event
//! event   = *( comment / field ) LF
//! comment = ":" *( any but CR, LF ) LF
//! field   = ( "event" / "id" / "data" / "retry" ) ": " *( any but CR, LF ) LF
//! ```

use std::error;
use std::fmt::{self, Write};
use std::time::Duration;

use serde_core::Serialize;

use crate::error::Error;

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
    /// The first thing that could not be written.
    fault: Option<EventFault>,
}

impl Event {
    /// An event with this text, of any number of lines.
    pub fn data(text: impl AsRef<str>) -> Self {
        let mut event = Self { text: String::new(), fault: None };
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
    /// Where it cannot be written as JSON. In [`Sse::stream`](crate::Sse::stream) it cuts the stream off.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        Ok(Self::data(serde_json::to_string(value)?))
    }

    /// The name that a script listens for; without one it is `message`. One with a line end is an [`EventFault`] when the
    /// event is sent.
    #[must_use]
    pub fn named(mut self, name: impl AsRef<str>) -> Self {
        if name.as_ref().contains(['\r', '\n']) {
            self.fault.get_or_insert(EventFault { field: "event" });
            return self;
        }
        self.field("event", name.as_ref())
    }

    /// What a client that was cut off sends in `Last-Event-ID` when it asks again; see
    /// [`LastEventId`](crate::LastEventId). One with a line end or NUL is an [`EventFault`] when the event is sent.
    #[must_use]
    pub fn id(mut self, id: impl AsRef<str>) -> Self {
        if id.as_ref().contains(['\r', '\n', '\0']) {
            self.fault.get_or_insert(EventFault { field: "id" });
            return self;
        }
        self.field("id", id.as_ref())
    }

    /// How long a client that was cut off waits before it asks again.
    #[must_use]
    #[inline]
    pub fn retry(self, after: Duration) -> Self {
        self.field("retry", &after.as_millis().to_string())
    }

    /// The whole of it, with the empty line at its end.
    #[inline]
    pub(super) fn into_text(self) -> Result<String, EventFault> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.text + "\n"),
        }
    }

    #[inline]
    fn field(mut self, name: &str, value: &str) -> Self {
        let _ = writeln!(self.text, "{name}: {value}");
        self
    }
}

/// As it is sent; a field that cannot be is left out.
impl fmt::Display for Event {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)
    }
}

/// Text that no field of an event can have: the rest of it would be read as another field, or as another event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventFault {
    field: &'static str,
}

impl fmt::Display for EventFault {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event's `{}` cannot have a line end or NUL", self.field)
    }
}

impl error::Error for EventFault {}

/// A comment of this text, with the empty line behind it.
#[inline]
pub(super) fn comment(text: &str) -> String {
    let mut comment = String::new();
    for line in lines(text) {
        let _ = writeln!(comment, ": {line}");
    }
    comment + "\n"
}

/// Splits at each CR LF, LF and CR, which all end a line of the stream.
#[inline]
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
