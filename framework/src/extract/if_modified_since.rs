//! [`IfModifiedSince`] and [`IfUnmodifiedSince`]: the time of the state that a client knows.

use std::time::SystemTime;

use http::HeaderName;
use http::header::{IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE};

use super::typed_header::{HeaderFault, TypedHeader, arguments};
use crate::http::{FieldValues, parse_date, whole_seconds};

/// Takes `If-Modified-Since` (RFC 9110 §13.1.3).
///
/// A handler seldom asks for it: one that answers GET with [`LastModified`](crate::LastModified) is answered for with
/// 304.
///
/// Refuses with 400 a request without the field, with several, or with one that is no date. The RFC wants such a one
/// ignored, which `Option<IfModifiedSince>` does.
///
/// ```
/// use server::{IfModifiedSince, get};
///
/// #[get("/since")]
/// async fn since(known: Option<IfModifiedSince>) -> String {
///     format!("{:?}", known.map(|known| known.0))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfModifiedSince(pub SystemTime);

impl IfModifiedSince {
    /// Whether a state of the time `modified` is newer; parts of a second, which no field tells, are dropped.
    #[inline]
    pub fn is_older_than(&self, modified: SystemTime) -> bool {
        whole_seconds(modified) > self.0
    }
}

impl TypedHeader for IfModifiedSince {
    const NAME: HeaderName = IF_MODIFIED_SINCE;

    #[inline]
    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        decode_date(values).map(Self)
    }
}

/// Takes `If-Unmodified-Since` (RFC 9110 §13.1.4): the client's change is for a state that is no newer.
///
/// Refuses with 400 a request without the field, with several, or with one that is no date.
///
/// ```
/// use server::{IfUnmodifiedSince, put};
///
/// #[put("/since")]
/// async fn since(known: IfUnmodifiedSince) -> String {
///     format!("{:?}", known.0)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfUnmodifiedSince(pub SystemTime);

impl IfUnmodifiedSince {
    /// Whether a state of the time `modified` is newer; parts of a second, which no field tells, are dropped.
    #[inline]
    pub fn is_older_than(&self, modified: SystemTime) -> bool {
        whole_seconds(modified) > self.0
    }
}

impl TypedHeader for IfUnmodifiedSince {
    const NAME: HeaderName = IF_UNMODIFIED_SINCE;

    #[inline]
    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        decode_date(values).map(Self)
    }
}

arguments!(IfModifiedSince, IfUnmodifiedSince);

#[inline]
fn decode_date(values: &mut FieldValues<'_>) -> Result<SystemTime, HeaderFault> {
    let malformed =
        || HeaderFault::Malformed("expected a date such as `Sun, 06 Nov 1994 08:49:37 GMT`".to_owned());
    parse_date(HeaderFault::only_text(values)?).ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use http::{HeaderValue, Method};

    use super::*;
    use crate::h1::format_date;
    use crate::{FromRequest, Request};

    async fn extract(value: &str) -> Result<SystemTime, String> {
        let mut request = Request::new(Method::GET, "/");
        for name in ["if-modified-since", "if-unmodified-since"] {
            request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        }
        let modified = IfModifiedSince::from_request(&mut request, &()).await;
        let unmodified = IfUnmodifiedSince::from_request(&mut request, &()).await;
        assert_eq!(
            modified.as_ref().map(|since| since.0).map_err(|error| error.fault()),
            unmodified.as_ref().map(|since| since.0).map_err(|error| error.fault())
        );
        modified.map(|since| since.0).map_err(|refused| refused.to_string())
    }

    #[tokio::test]
    async fn takes_the_three_forms_of_a_date() {
        let time = UNIX_EPOCH + Duration::from_secs(784_111_777);
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(extract(text).await, Ok(time), "{text}");
        }
    }

    #[tokio::test]
    async fn says_what_is_no_date() {
        for text in [
            "",
            "now",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "784111777",
        ] {
            let expected = format!(
                "header `if-modified-since`: expected a date such as `Sun, 06 Nov 1994 08:49:37 GMT`, found `{text}`"
            );
            assert_eq!(extract(text).await, Err(expected));
        }
    }

    #[test]
    fn the_same_second_is_not_newer() {
        let known = UNIX_EPOCH + Duration::from_secs(7);
        for (millis, expected) in [(6_999, false), (7_000, false), (7_999, false), (8_000, true)] {
            let modified = UNIX_EPOCH + Duration::from_millis(millis);
            assert_eq!(IfModifiedSince(known).is_older_than(modified), expected, "{millis}");
            assert_eq!(IfUnmodifiedSince(known).is_older_than(modified), expected, "{millis}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(seconds in 0_u64..253_402_300_800) {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            let text = format_date(time);
            proptest::prop_assert_eq!(parse_date(std::str::from_utf8(&text).unwrap()), Some(time));
        }

        #[test]
        fn any_text_is_a_date_or_none(text in "[A-Za-z0-9:, -]{0,32}") {
            if let Some(time) = parse_date(&text) {
                proptest::prop_assert_eq!(whole_seconds(time), time);
            }
        }
    }
}
