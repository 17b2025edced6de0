//! Answers as a client reads them, held against what was due.

use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::plan::{Exchange, Plan};
use crate::h1::{BodyDecoder, Framing};

/// One answer, or what there is of it.
struct Answer {
    status: u16,
    body: Vec<u8>,
    is_whole: bool,
    closes: bool,
    len: usize,
}

/// Compares all that was received with what `plan` is due; gives how many answers were whole.
pub(super) fn check(plan: &Plan, received: &[u8]) -> Result<usize, String> {
    let mut rest = received;
    let mut whole = 0;
    for (number, exchange) in plan.exchanges.iter().enumerate() {
        let fault = |what: String| format!("answer {number} of {}: {what}", plan.exchanges.len());
        let Some(answer) = read(rest, exchange).map_err(fault)? else {
            if plan.end.cuts() {
                return Ok(whole);
            }
            return Err(fault(format!("missing or cut within {} bytes", rest.len())));
        };
        compare(&answer, exchange).map_err(fault)?;
        if !answer.is_whole {
            return if plan.end.cuts() { Ok(whole) } else { Err(fault("broke off".to_owned())) };
        }
        rest = &rest[answer.len..];
        whole += 1;
        if answer.closes && exchange.may_close {
            return if rest.is_empty() { Ok(whole) } else { Err("bytes behind the last answer".to_owned()) };
        }
        if answer.closes {
            break;
        }
    }
    if !plan.end.cuts() && whole < plan.exchanges.len() {
        return Err(format!("closed after {whole} of {} answers", plan.exchanges.len()));
    }
    if rest.is_empty() { Ok(whole) } else { Err(format!("{} bytes behind the last answer", rest.len())) }
}

fn compare(answer: &Answer, exchange: &Exchange) -> Result<(), String> {
    if answer.status != exchange.status {
        return Err(format!("{} in place of {}", answer.status, exchange.status));
    }
    match &exchange.body {
        Some(body) if answer.is_whole && answer.body != *body => Err("another body".to_owned()),
        Some(body) if !body.starts_with(&answer.body) => Err("no beginning of the body".to_owned()),
        None if answer.is_whole && !exchange.is_head && !answer.body.ends_with(b"}") => {
            Err("no problem document".to_owned())
        }
        Some(_) | None => Ok(()),
    }
}

/// Reads the next answer behind any interim ones; `None` where its head is not there.
fn read(input: &[u8], exchange: &Exchange) -> Result<Option<Answer>, String> {
    let mut start = 0;
    loop {
        let Some((status, headers, len)) = head(&input[start..])? else { return Ok(None) };
        start += len;
        if status < 200 {
            continue;
        }
        let closes = headers.get(CONNECTION).is_some_and(|value| value == "close");
        let bodiless = exchange.is_head || matches!(status, 204 | 304);
        let framing = if bodiless {
            Framing::Empty
        } else if headers.contains_key(TRANSFER_ENCODING) {
            Framing::Chunked
        } else if let Some(len) = headers.get(CONTENT_LENGTH) {
            Framing::Sized(len.to_str().unwrap().parse().map_err(|_| "a Content-Length that is none")?)
        } else {
            let body = input[start..].to_vec();
            let is_whole = exchange.body.as_ref() == Some(&body);
            return Ok(Some(Answer { status, body, is_whole, closes, len: input.len() }));
        };
        let mut decoder = BodyDecoder::new(framing);
        let mut body = Vec::new();
        while !decoder.is_complete() && start < input.len() {
            let decoded = decoder.decode(&input[start..]).map_err(|error| error.to_string())?;
            body.extend_from_slice(&input[start..][decoded.content]);
            start += decoded.consumed;
        }
        return Ok(Some(Answer { status, body, is_whole: decoder.is_complete(), closes, len: start }));
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
