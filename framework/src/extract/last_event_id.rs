//! [`LastEventId`]: what a client saw last of an event stream.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use http::HeaderName;

use super::typed_header::{HeaderFault, TypedHeader, arguments};
use crate::http::FieldValues;

/// Takes `Last-Event-ID` (WHATWG HTML §9.2.4): the id of the last event that a client saw before it was cut off.
///
/// A client that comes for the first time has none, so ask for an `Option`.
///
/// ```
/// use server::{Event, LastEventId, Sse, get};
///
/// #[get("/numbers")]
/// async fn numbers(last: Option<LastEventId>) -> Sse {
///     let seen = last.and_then(|last| last.parse::<u64>().ok());
///     Sse::stream(move |mut events| async move {
///         for number in seen.map_or(0, |seen| seen + 1)..100 {
///             events.send(Event::data(number.to_string()).id(number.to_string())).await?;
///         }
///         events.finish().await
///     })
/// }
/// ```
///
/// Refuses with 400 a request without one, with several, or with one that is not UTF-8. It is what the client says: any
/// text at all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LastEventId(String);

impl LastEventId {
    /// The id, as it was given to [`Event::id`](crate::Event::id).
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as something else, such as a number.
    ///
    /// # Errors
    ///
    /// Where it is none.
    pub fn parse<T: FromStr>(&self) -> Result<T, T::Err> {
        self.0.parse()
    }
}

impl TypedHeader for LastEventId {
    const NAME: HeaderName = HeaderName::from_static("last-event-id");

    #[inline]
    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        HeaderFault::only_text(values).map(|text| Self(text.to_owned()))
    }
}

arguments!(LastEventId);

impl Deref for LastEventId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LastEventId {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;
    use crate::{FromRequest, Request};

    async fn extract(values: &[&'static [u8]]) -> Result<String, String> {
        let mut request = Request::new(Method::GET, "/");
        for value in values {
            request.headers_mut().append(LastEventId::NAME, HeaderValue::from_bytes(value).unwrap());
        }
        let taken = LastEventId::from_request(&mut request, &()).await;
        taken.map(|id| id.as_str().to_owned()).map_err(|rejection| rejection.to_string())
    }

    #[tokio::test]
    async fn is_any_text_once() {
        for (value, expected) in [("41", "41"), ("", ""), ("é, b", "é, b"), ("a:b", "a:b")] {
            assert_eq!(extract(&[value.as_bytes()]).await.as_deref(), Ok(expected));
        }
        let refused = [extract(&[]).await, extract(&[b"1", b"2"]).await, extract(&[b"\xFF"]).await];
        let sentences = ["is missing", "found several", "expected UTF-8"];
        for (refused, sentence) in refused.into_iter().zip(sentences) {
            assert!(refused.as_ref().is_err_and(|refused| refused.contains(sentence)), "{refused:?}");
        }
    }
}
