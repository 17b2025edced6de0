//! [`Range`]: which bytes of a representation a client asks for (RFC 9110 §14), for handlers that cut them themselves.

#[cfg(any(test, feature = "__properties"))]
mod property;

use std::ops;

use http::HeaderName;
use http::header::RANGE;

#[cfg(any(test, feature = "__properties"))]
pub use property::range;

use super::typed_header::{HeaderFault, TypedHeader, arguments};
use crate::http::{ByteRanges, FieldValues};
use crate::respond::RangeNotSatisfiable;

/// Takes `Range`, in bytes.
///
/// An answer with [`AcceptRanges`](crate::AcceptRanges), as a [`File`](crate::File) is, needs none of this.
///
/// A client that resumes a download asks for one range; more than 16 are refused. `Option<Range>` is `None` where the
/// field is missing or is to be ignored, as another unit is; then the whole is the answer.
///
/// Refuses with 400 a request without the field, with several, or with one that is no set of byte ranges.
///
/// ```
/// use server::{Range, Response, StatusCode, get};
/// use server::rejection::RangeNotSatisfiable;
///
/// #[get("/alphabet")]
/// async fn alphabet(range: Option<Range>) -> Result<Response, RangeNotSatisfiable> {
///     const TEXT: &str = "abcdefghijklmnopqrstuvwxyz";
///     let Some(range) = range else { return Ok(Response::ok().text(TEXT)) };
///     let part = range.only(TEXT.len() as u64)?;
///     let text = &TEXT[part.start as usize..part.end as usize];
///     let response = Response::new(StatusCode::PARTIAL_CONTENT);
///     Ok(response.header("content-range", format!("bytes {}-{}/26", part.start, part.end - 1)).text(text))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range(ByteRanges);

impl Range {
    /// The ranges that lie in a representation of `len` bytes, cut at its end, in the order asked for.
    ///
    /// # Errors
    ///
    /// [`RangeNotSatisfiable`], a 416, where none does.
    #[inline]
    pub fn satisfiable(&self, len: u64) -> Result<Vec<ops::Range<u64>>, RangeNotSatisfiable> {
        let ranges = self.0.within(len);
        if ranges.is_empty() { Err(RangeNotSatisfiable::of(len)) } else { Ok(ranges) }
    }

    /// The one range that holds all that were asked for: what answers most clients with a single part.
    ///
    /// # Errors
    ///
    /// [`RangeNotSatisfiable`], a 416, where none lies in a representation of `len` bytes.
    #[inline]
    pub fn only(&self, len: u64) -> Result<ops::Range<u64>, RangeNotSatisfiable> {
        let ranges = self.satisfiable(len)?;
        let around = |a: ops::Range<u64>, b: ops::Range<u64>| a.start.min(b.start)..a.end.max(b.end);
        ranges.into_iter().reduce(around).ok_or(RangeNotSatisfiable::of(len))
    }
}

impl TypedHeader for Range {
    const NAME: HeaderName = RANGE;

    #[inline]
    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        let text = HeaderFault::only_text(values)?;
        ByteRanges::parse(text).map(Self).map_err(HeaderFault::Malformed)
    }
}

arguments!(Range);

#[cfg(test)]
mod tests {
    use http::header::CONTENT_RANGE;
    use http::{HeaderValue, Method};

    use super::*;
    use crate::http::MAX_RANGES;
    use crate::{FromRequest, Request};

    fn decode(value: &str) -> Result<Range, String> {
        let mut request = Request::new(Method::GET, "/");
        request.headers_mut().append(RANGE, HeaderValue::from_str(value).unwrap());
        Range::decode(&mut request.header_values("range")).map_err(|fault| fault.to_string())
    }

    #[test]
    fn cuts_what_was_asked_for_at_the_end() {
        // First and last byte, as the field has them.
        let rows: &[(&str, &[(u64, u64)])] = &[
            ("bytes=0-0", &[(0, 0)]),
            ("bytes=0-499", &[(0, 9)]),
            ("Bytes=2-", &[(2, 9)]),
            ("bytes=-3", &[(7, 9)]),
            ("bytes=-99", &[(0, 9)]),
            ("bytes=9-9, 0-1 ,,-1", &[(9, 9), (0, 1), (9, 9)]),
            ("bytes=10-, 5-6", &[(5, 6)]),
            ("bytes=0-99999999999999999999999", &[(0, 9)]),
            ("bytes=3-18446744073709551615", &[(3, 9)]),
        ];
        for (value, expected) in rows {
            let found = decode(value).unwrap().satisfiable(10).unwrap();
            let found: Vec<_> = found.into_iter().map(|range| (range.start, range.end - 1)).collect();
            assert_eq!(found, *expected, "{value}");
        }
        assert_eq!(decode("bytes=8-8,1-2").unwrap().only(10), Ok(1..9));
    }

    #[test]
    fn what_lies_outside_is_a_416_with_the_length() {
        for value in ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999999-"] {
            let refused = decode(value).unwrap().satisfiable(10).unwrap_err();
            let response = crate::respond::rendered(refused);
            assert_eq!(response.status(), 416, "{value}");
            assert_eq!(response.headers()[CONTENT_RANGE], "bytes */10");
        }
        assert!(decode("bytes=0-").unwrap().only(0).is_err());
    }

    #[test]
    fn refuses_what_is_no_set_of_ranges() {
        let malformed = "expected ranges such as `bytes=0-499,-500`";
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=1",
            "bytes=2-1",
            "bytes=a-b",
            "bytes=1-2-3",
            "bytes=+1-2",
            "bytes= 1 - 2",
            "bytes=--1",
            "bytes 1-2",
            "bytes=0x1-",
        ] {
            assert_eq!(decode(value).unwrap_err(), malformed, "{value}");
        }
        assert_eq!(decode("lines=1-2").unwrap_err(), "expected the unit `bytes`");
    }

    #[test]
    fn counts_the_ranges() {
        let of = |count: usize| decode(&format!("bytes={} ,,", vec!["0-0"; count].join(",")));
        assert_eq!(of(16).unwrap().satisfiable(1).unwrap().len(), 16);
        assert_eq!(of(17).unwrap_err(), "expected at most 16 ranges");
    }

    #[tokio::test]
    async fn is_an_argument() {
        let mut request = Request::new(Method::GET, "/");
        let refused = Range::from_request(&mut request, &()).await.unwrap_err();
        assert_eq!(refused.to_string(), "header `range` is missing");
        request.headers_mut().append(RANGE, HeaderValue::from_static("bytes=1-"));
        assert_eq!(Range::from_request(&mut request, &()).await.unwrap().only(3), Ok(1..3));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_satisfiable_lies_within(value in "bytes=[0-9,-]{0,20}", len in 0_u64..1000) {
            if let Ok(ranges) = decode(&value).and_then(|range| range.satisfiable(len).map_err(|e| e.to_string())) {
                proptest::prop_assert!(!ranges.is_empty() && ranges.len() <= MAX_RANGES);
                for range in ranges {
                    proptest::prop_assert!(range.start < range.end && range.end <= len, "{range:?} of {len}");
                }
            }
        }

        #[test]
        fn a_range_is_the_bytes_that_it_names(first in 0_u64..50, more in 0_u64..50, len in 1_u64..80) {
            let found = decode(&format!("bytes={first}-{}", first + more)).unwrap().only(len).ok();
            let bytes: Vec<u64> = (0..len).filter(|byte| (first..=first + more).contains(byte)).collect();
            proptest::prop_assert_eq!(found.map(|range| range.collect()), (!bytes.is_empty()).then_some(bytes));
        }
    }
}
