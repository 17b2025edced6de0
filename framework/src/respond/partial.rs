//! Parts of an answer: what `Range` and `If-Range` make of a 200 that can be cut (RFC 9110 §13.1.5, §14, §15.3.7).
//!
//! ```text
//! multipart/byteranges = *( "--" boundary CRLF [ Content-Type CRLF ] Content-Range CRLF CRLF bytes CRLF )
//!                        "--" boundary "--" CRLF
//! ```

mod several;

use std::error::Error;
use std::fmt;
use std::ops;
use std::time::{Duration, SystemTime};

use http::header::{ACCEPT_RANGES, CONTENT_RANGE, ETAG, LAST_MODIFIED};
use http::{HeaderValue, Method, StatusCode};

use super::{IntoResponse, Problem, ResponsePart};
use crate::http::{ByteRanges, ETag, RequestFacts, Response, parse_date};
use several::give_several;

/// Lets clients ask for parts of what follows: sets `Accept-Ranges`, and a GET with `Range` is answered with these bytes
/// alone. A [`File`](crate::File) has it already.
///
/// It is for bodies whose bytes are at hand, and for a [`BodySource`](crate::BodySource) that can `seek` and knows its
/// length; others are given whole. With an [`ETag`] or [`LastModified`](crate::LastModified) beside it a client can
/// resume what broke off, and never joins parts of two states.
///
/// | request | answer |
/// |---|---|
/// | one range, or several that overlap or nearly touch | 206 with `Content-Range` |
/// | several that lie apart | 206, `multipart/byteranges` |
/// | no range lies in the content | 416 with the content's length |
/// | another unit, more than 16 ranges, a value that is no set of ranges, or another method than GET | 200, whole |
/// | `If-Range` names another state, or a weak tag | 200, whole |
///
/// ```
/// use server::testing::Client;
/// use server::{AcceptRanges, ETag, get, routes};
///
/// #[get("/alphabet")]
/// async fn alphabet() -> (AcceptRanges, ETag, &'static str) {
///     (AcceptRanges, ETag::strong(1), "abcdefghijklmnopqrstuvwxyz")
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let part = Client::new(routes![alphabet]).get("/alphabet").header("range", "bytes=-3").await;
/// assert_eq!((part.status().as_u16(), part.text()), (206, "xyz"));
/// assert_eq!(part.header("content-range"), Some("bytes 23-25/26"));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptRanges;

impl ResponsePart for AcceptRanges {
    fn apply(self, mut response: Response) -> Response {
        response.set_header(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        response
    }
}

/// Answers a GET with the parts that it asks for, where its answer, a 200, can be given in parts. Its conditions have
/// been held against the answer before (RFC 9110 §13.2.2).
pub(crate) fn answer_partially(mut response: Response, facts: &RequestFacts) -> Response {
    if facts.method() != Some(&Method::GET) || !response.accepts_ranges() || response.problem_ref().is_some()
    {
        return response;
    }
    let Some(ranges) =
        only(facts, "range").and_then(|value| ByteRanges::parse(std::str::from_utf8(value).ok()?).ok())
    else {
        return response;
    };
    // Of nothing no range can be satisfied; clients that ask for `bytes=0-` by habit are given what there is.
    let Some(len) = response.body_mut().len().filter(|&len| len > 0) else { return response };
    if !is_of_the_same_state(&response, facts) {
        return response;
    }
    let parts = ranges.merged(len);
    match parts.as_slice() {
        [] => RangeNotSatisfiable::of(len).into_response(),
        [part] if response.body_mut().cut(part.clone()) => {
            response.set_header(CONTENT_RANGE, content_range(part, len));
            response.with_status(StatusCode::PARTIAL_CONTENT)
        }
        [_] => response,
        _ => give_several(response, parts, len),
    }
}

/// The value of a field that stands once; several are as good as none.
fn only<'a>(facts: &'a RequestFacts, name: &'a str) -> Option<&'a [u8]> {
    let mut values = facts.values(name);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Evaluates `If-Range` (RFC 9110 §13.1.5): whether the client has parts of just this state, or asks for them whatever it
/// is.
fn is_of_the_same_state(response: &Response, facts: &RequestFacts) -> bool {
    if facts.values("if-range").next().is_none() {
        return true;
    }
    let Some(named) = only(facts, "if-range") else { return false };
    let field = |name| response.headers().get(name).map(HeaderValue::as_bytes);
    if let Some(tag) = ETag::parse(named) {
        return field(ETAG).and_then(ETag::parse).is_some_and(|etag| etag.is_same_bytes(&tag));
    }
    let date = |value: &[u8]| parse_date(std::str::from_utf8(value).ok()?);
    match (date(named), field(LAST_MODIFIED).and_then(date)) {
        (Some(named), Some(modified)) => named == modified && is_over(modified),
        _ => false,
    }
}

/// Whether nothing more can happen in the second that `modified` tells: a date is a strong validator then (RFC 9110
/// §8.8.2.2).
fn is_over(modified: SystemTime) -> bool {
    SystemTime::now().duration_since(modified).is_ok_and(|age| age >= Duration::from_secs(1))
}

/// `Content-Range` of a part that is not empty.
fn content_range(part: &ops::Range<u64>, len: u64) -> HeaderValue {
    let value = format!("bytes {}-{}/{len}", part.start, part.end.saturating_sub(1));
    HeaderValue::try_from(value).expect("digits can stand in a field value")
}

/// No range that was asked for lies in the representation; 416 with its length in `Content-Range` (RFC 9110 §15.5.17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeNotSatisfiable {
    len: u64,
}

impl RangeNotSatisfiable {
    /// In a representation of `len` bytes.
    pub(crate) fn of(len: u64) -> Self {
        Self { len }
    }

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
mod tests;
