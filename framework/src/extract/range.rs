//! [`Range`]: which bytes of a representation a client asks for (RFC 9110 §14).
//!
//! ```text
//! Range        = "bytes=" 1#( int-range / suffix-range )
//! int-range    = 1*DIGIT "-" [ 1*DIGIT ]
//! suffix-range = "-" 1*DIGIT
//! ```

#[cfg(any(test, feature = "__properties"))]
mod property;

use std::error::Error;
use std::fmt;
use std::ops;

use http::header::{CONTENT_RANGE, RANGE};
use http::{HeaderName, HeaderValue, StatusCode};

#[cfg(any(test, feature = "__properties"))]
pub use property::range;

use super::typed_header::{HeaderFault, TypedHeader, arguments};
use crate::http::{FieldValues, Response};
use crate::respond::{IntoResponse, Problem};

/// The most ranges of one request: each costs a part of an answer, and clients have asked for thousands.
const MAX_RANGES: usize = 16;

/// Takes `Range`, in bytes.
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
pub struct Range {
    /// One at least.
    specs: Vec<Spec>,
}

/// One range, as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spec {
    /// From this byte on.
    From(u64),
    /// From the one to the other, both included.
    Between(u64, u64),
    /// So many at the end.
    Last(u64),
}

impl Range {
    /// The ranges that lie in a representation of `len` bytes, cut at its end, in the order asked for.
    ///
    /// # Errors
    ///
    /// [`RangeNotSatisfiable`], a 416, where none does.
    pub fn satisfiable(&self, len: u64) -> Result<Vec<ops::Range<u64>>, RangeNotSatisfiable> {
        let ranges: Vec<_> = self.specs.iter().filter_map(|spec| spec.within(len)).collect();
        if ranges.is_empty() { Err(RangeNotSatisfiable { len }) } else { Ok(ranges) }
    }

    /// The one range that holds all that were asked for: what answers most clients with a single part.
    ///
    /// # Errors
    ///
    /// [`RangeNotSatisfiable`], a 416, where none lies in a representation of `len` bytes.
    pub fn only(&self, len: u64) -> Result<ops::Range<u64>, RangeNotSatisfiable> {
        let ranges = self.satisfiable(len)?;
        let around = |a: ops::Range<u64>, b: ops::Range<u64>| a.start.min(b.start)..a.end.max(b.end);
        ranges.into_iter().reduce(around).ok_or(RangeNotSatisfiable { len })
    }
}

impl Spec {
    /// `None` where the element does not follow the grammar, or ends before it begins.
    fn parse(element: &str) -> Option<Self> {
        let (first, last) = element.split_once('-')?;
        match (first, last) {
            ("", last) => Some(Self::Last(number(last)?)),
            (first, "") => Some(Self::From(number(first)?)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    fn within(self, len: u64) -> Option<ops::Range<u64>> {
        let range = match self {
            Self::From(first) => first..len,
            Self::Between(first, last) => first..last.saturating_add(1).min(len),
            Self::Last(count) => len.saturating_sub(count)..len,
        };
        (!range.is_empty()).then_some(range)
    }
}

/// Digits alone; a number that is too large to count to lies beyond every end.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

impl TypedHeader for Range {
    const NAME: HeaderName = RANGE;

    fn decode(values: &mut FieldValues<'_>) -> Result<Self, HeaderFault> {
        let text = HeaderFault::only_text(values)?;
        let malformed = || HeaderFault::Malformed("expected ranges such as `bytes=0-499,-500`".to_owned());
        let (unit, set) = text.split_once('=').ok_or_else(malformed)?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return Err(HeaderFault::Malformed("expected the unit `bytes`".to_owned()));
        }
        let mut specs = Vec::new();
        for element in set.split(',').map(|element| element.trim_matches([' ', '\t'])) {
            if element.is_empty() {
                continue;
            }
            if specs.len() == MAX_RANGES {
                return Err(HeaderFault::Malformed(format!("expected at most {MAX_RANGES} ranges")));
            }
            specs.push(Spec::parse(element).ok_or_else(malformed)?);
        }
        if specs.is_empty() { Err(malformed()) } else { Ok(Self { specs }) }
    }
}

arguments!(Range);

/// No range that was asked for lies in the representation; 416 with its length in `Content-Range` (RFC 9110 §15.5.17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeNotSatisfiable {
    len: u64,
}

impl RangeNotSatisfiable {
    /// 416 Range Not Satisfiable.
    pub fn status(&self) -> StatusCode {
        StatusCode::RANGE_NOT_SATISFIABLE
    }
}

impl fmt::Display for RangeNotSatisfiable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a range within {} bytes", self.len)
    }
}

impl Error for RangeNotSatisfiable {}

impl IntoResponse for RangeNotSatisfiable {
    fn into_response(self) -> Response {
        let problem = Problem::new(self.status()).detail(self.to_string());
        let value = HeaderValue::try_from(format!("bytes */{}", self.len));
        problem.header(CONTENT_RANGE, value.expect("digits can stand in a field value")).into_response()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
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
