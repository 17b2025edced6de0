//! Answers as a client reads them.

use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::plan::Exchange;
use crate::h1::{BodyDecoder, Framing};

/// One answer, or what there is of it.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) is_whole: bool,
    /// Whether its framing shows where it ends, so that a part of it never looks whole.
    pub(super) tells_of_a_cut: bool,
    pub(super) closes: bool,
    /// How many interim answers came before it.
    pub(super) interims: usize,
    /// Its bytes, those of the interim ones included.
    pub(super) len: usize,
}

/// Reads the next answer behind any interim ones; `None` where its head is not there. Where `is_head`, the server has
/// read a HEAD request, whose answer has no content.
pub(super) fn read(input: &[u8], exchange: &Exchange, is_head: bool) -> Result<Option<Answer>, String> {
    let mut start = 0;
    let mut interims = 0;
    loop {
        let Some((status, headers, len)) = head(&input[start..])? else { return Ok(None) };
        start += len;
        if status < 200 {
            interims += 1;
            continue;
        }
        let closes = headers.get(CONNECTION).is_some_and(|value| value == "close");
        let bodiless = is_head || matches!(status, 204 | 304);
        let framing = if bodiless {
            Framing::Empty
        } else if headers.contains_key(TRANSFER_ENCODING) {
            Framing::Chunked
        } else if let Some(len) = headers.get(CONTENT_LENGTH) {
            Framing::Sized(len.to_str().unwrap().parse().map_err(|_| "a Content-Length that is none")?)
        } else {
            let body = input[start..].to_vec();
            let is_whole = exchange.body.as_ref() == Some(&body);
            let len = input.len();
            return Ok(Some(Answer { status, body, is_whole, tells_of_a_cut: false, closes, interims, len }));
        };
        let mut decoder = BodyDecoder::new(framing);
        let mut body = Vec::new();
        while !decoder.is_complete() && start < input.len() {
            let decoded = decoder.decode(&input[start..]).map_err(|error| error.to_string())?;
            body.extend_from_slice(&input[start..][decoded.content]);
            start += decoded.consumed;
        }
        let is_whole = decoder.is_complete();
        return Ok(Some(Answer {
            status,
            body,
            is_whole,
            tells_of_a_cut: true,
            closes,
            interims,
            len: start,
        }));
    }
}

/// Reads a head; `None` where it is not whole.
fn head(input: &[u8]) -> Result<Option<(u16, HeaderMap, usize)>, String> {
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(len) = response.parse(input).map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let headers = response.headers.iter().map(|field| {
        let name = HeaderName::from_bytes(field.name.as_bytes()).unwrap();
        (name, HeaderValue::from_bytes(field.value).unwrap())
    });
    Ok(Some((response.code.unwrap(), headers.collect(), len)))
}
