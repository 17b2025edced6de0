//! Any bytes as a header section with a body behind it, and as an answer: both ends see one end of the message.

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderName, HeaderValue, StatusCode, Version};

use super::{BodyDecoder, Framing};
use crate::__properties::{cuts, read_answer, read_chunked};
use crate::h1::{
    BodyLength, ChunkError, DateLine, EncodeContext, HeadLimits, HeadParser, OutgoingFraming, Persistence,
    RequestKind, encode_chunk, encode_head, encode_last_chunk,
};
use crate::http::{RequestHead, Response};

/// What stands behind a body and is no part of it.
const BEHIND: &[u8] = b"HTTP/1.1 200 OK\r\n";

/// Holds where `input` is framed as RFC 9112 §6.3 has it: as field lines and body of a request, and as an answer.
///
/// # Panics
///
/// Where it does not hold.
pub fn framing(input: &[u8]) {
    for version in ["HTTP/1.1", "HTTP/1.0"] {
        request(version, input);
    }
    Drawn::new(input).check();
}

/// Reads `input` as what follows the Host of a request.
fn request(version: &str, input: &[u8]) {
    let bytes = [format!("POST / {version}\r\nHost: a\r\n").as_bytes(), input].concat();
    let mut head = RequestHead::default();
    let parsed = HeadParser::default().parse(&bytes, &HeadLimits::default(), &mut head);
    let Ok(Some(parsed)) = parsed else { return };
    let values = |wanted: &str| -> Vec<&[u8]> {
        let named = head.fields().filter(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes()));
        named.map(|(_, value)| value).collect()
    };
    let expected = by_hand(version, &values("transfer-encoding"), &values("content-length"));
    assert_eq!(Some(parsed.framing), expected);

    let rest = bytes.get(parsed.len..).unwrap_or_default();
    let whole = decode_cut(parsed.framing, rest, &[]);
    for cuts in cuts(rest) {
        assert_eq!(decode_cut(parsed.framing, rest, &cuts), whole, "cut at {cuts:?}");
    }
    let Ok(body) = whole else { return };
    let taken = |len: usize| rest.get(..len).unwrap_or(rest).to_vec();
    match parsed.framing {
        Framing::Empty => assert_eq!(body, Body { content: Vec::new(), len: 0, complete: true }),
        Framing::Sized(len) => {
            let content = taken(usize::try_from(len).unwrap_or(usize::MAX));
            let complete = content.len() as u64 == len;
            assert_eq!(body, Body { len: content.len(), content, complete });
        }
        Framing::Chunked => {
            let len = body.complete.then_some(body.len);
            assert_eq!(read_chunked(rest), Ok((body.content, len)));
        }
    }
}

/// The framing that these field lines give; `None` where the request is to be refused.
fn by_hand(version: &str, codings: &[&[u8]], lengths: &[&[u8]]) -> Option<Framing> {
    match (codings, lengths) {
        ([], []) => Some(Framing::Empty),
        ([], [digits]) if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            let len = std::str::from_utf8(digits).ok()?.parse().ok()?;
            Some(if len == 0 { Framing::Empty } else { Framing::Sized(len) })
        }
        ([coding], []) if version == "HTTP/1.1" && coding.eq_ignore_ascii_case(b"chunked") => {
            Some(Framing::Chunked)
        }
        (_, _) => None,
    }
}

/// An answer that some bytes decide.
#[derive(Debug)]
struct Drawn<'a> {
    status: StatusCode,
    kind: RequestKind,
    version: Version,
    persistence: Persistence,
    length: BodyLength,
    fields: Vec<(HeaderName, HeaderValue)>,
    content: &'a [u8],
}

impl<'a> Drawn<'a> {
    fn new(input: &'a [u8]) -> Self {
        let (choices, mut rest) = input.split_first_chunk().unwrap_or((&[0; 4], input));
        let [high, low, choice, count] = *choices;
        let code = 100 + u16::from_be_bytes([high, low]) % 900;
        let mut fields = Vec::new();
        for _ in 0..count % 4 {
            let Some((&[name, len], behind)) = rest.split_first_chunk() else { break };
            let (value, behind) = behind.split_at(usize::from(len % 8).min(behind.len()));
            rest = behind;
            fields.extend(HeaderValue::from_bytes(value).ok().map(|value| (field_name(name), value)));
        }
        let one_of = |bit: u8| choice & bit != 0;
        Self {
            status: StatusCode::from_u16(code).unwrap_or_default(),
            kind: match choice % 4 {
                0 => RequestKind::Head,
                1 => RequestKind::Connect,
                _ => RequestKind::Other,
            },
            version: if one_of(4) { Version::HTTP_10 } else { Version::HTTP_11 },
            persistence: if one_of(8) { Persistence::Close } else { Persistence::KeepAlive },
            length: if one_of(16) { BodyLength::Unknown } else { BodyLength::Known(rest.len() as u64) },
            fields,
            content: rest,
        }
    }

    /// Writes the answer, and another one behind it; a client must find where the first ends.
    fn check(&self) {
        let (mut out, framing) = self.write();
        let len = out.len();
        let ends_with_close = framing == OutgoingFraming::UntilClose;
        if !ends_with_close {
            out.extend_from_slice(BEHIND);
        }
        let text = out.escape_ascii();
        let answer = read_answer(&out, self.kind).unwrap_or_else(|fault| panic!("{fault}: {text}"));
        let Some(answer) = answer else { panic!("no answer at all") };
        assert_eq!((answer.status, answer.is_whole, answer.len), (self.status.as_u16(), true, len), "{text}");
        assert_eq!(answer.ends_with_close, ends_with_close, "{text}");
        let content = if framing == OutgoingFraming::None { &[] } else { self.content };
        assert_eq!(answer.content, content, "{text}");

        let count = |name: &str| answer.values(name).len();
        assert!(
            count("content-length") + count("transfer-encoding") <= 1 && count("content-type") <= 1,
            "{text}"
        );
        assert!(count("keep-alive") == 0 && count("connection") <= 1 && count("date") == 1, "{text}");
        assert!(self.version == Version::HTTP_11 || count("transfer-encoding") == 0, "{text}");
        assert_eq!(answer.closes(), ends_with_close || self.persistence == Persistence::Close, "{text}");
    }

    fn write(&self) -> (Vec<u8>, OutgoingFraming) {
        let mut response = Response::new(self.status);
        for (name, value) in &self.fields {
            response.headers_mut().append(name.clone(), value.clone());
        }
        let date = &DateLine::new(*b"Sun, 06 Nov 1994 08:49:37 GMT");
        let context =
            EncodeContext { version: self.version, kind: self.kind, persistence: self.persistence, date };
        let mut out = Vec::new();
        let framing = encode_head(&response, self.length, &context, &mut out);
        match framing {
            OutgoingFraming::None => {}
            OutgoingFraming::Sized(len) => {
                assert_eq!(len, self.content.len() as u64);
                out.extend_from_slice(self.content);
            }
            OutgoingFraming::UntilClose => out.extend_from_slice(self.content),
            OutgoingFraming::Chunked => {
                self.content.chunks(7).for_each(|chunk| encode_chunk(chunk, &mut out));
                encode_last_chunk(&mut out);
            }
        }
        (out, framing)
    }
}

/// The name of a field that an application might set.
fn field_name(choice: u8) -> HeaderName {
    match choice % 8 {
        0 => CONTENT_LENGTH,
        1 => TRANSFER_ENCODING,
        2 => CONNECTION,
        3 => HeaderName::from_static("keep-alive"),
        4 => CONTENT_TYPE,
        5 => UPGRADE,
        _ => HeaderName::from_static("x-a"),
    }
}

/// What a body came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Body {
    pub(crate) content: Vec<u8>,
    /// Bytes of the input that belong to it.
    pub(crate) len: usize,
    pub(crate) complete: bool,
}

/// Feeds a decoder `input` in the pieces that `cuts` make, as a connection does: what was not consumed comes again.
pub(crate) fn decode_cut(framing: Framing, input: &[u8], cuts: &[usize]) -> Result<Body, ChunkError> {
    let mut decoder = BodyDecoder::new(framing);
    let mut body = Body { content: Vec::new(), len: 0, complete: false };
    for end in cuts.iter().copied().chain([input.len()]) {
        loop {
            let rest = input.get(body.len..end).unwrap_or_default();
            let decoded = decoder.decode(rest)?;
            assert!(decoded.content.end <= decoded.consumed && decoded.consumed <= rest.len(), "{decoded:?}");
            assert_eq!(decoded.complete, decoder.is_complete());
            assert!(decoded.complete || decoded.consumed > 0 || rest.is_empty(), "the decoder stands still");
            body.content.extend_from_slice(rest.get(decoded.content).unwrap_or_default());
            body.len += decoded.consumed;
            body.complete = decoded.complete;
            if decoded.consumed == 0 || decoded.complete {
                break;
            }
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::__properties::replay;

    /// Field lines of framing, with a body behind them.
    fn requests() -> impl Strategy<Value = Vec<u8>> {
        let name = prop::sample::select(vec!["content-length", "Transfer-Encoding", "a"]);
        let value = prop_oneof!["[0-9]{0,2}", "[0-9, +]{0,4}", Just("chunked".to_owned()), "[a-z, ;]{0,9}"];
        let line = (name, value).prop_map(|(name, value)| format!("{name}: {value}\r\n"));
        let body = prop_oneof!["[a-z]{0,40}", "([0-9a-f]\r\n[a-z]{0,9}\r\n){0,3}(0\r\n\r\n)?[a-z]{0,3}"];
        (prop::collection::vec(line, 0..3), body)
            .prop_map(|(lines, body)| format!("{}\r\n{body}", lines.concat()).into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn a_request_has_one_end(input in requests()) {
            framing(&input);
        }

        #[test]
        fn an_answer_has_one_end(input in prop::collection::vec(any::<u8>(), 0..60)) {
            framing(&input);
        }
    }

    #[test]
    fn the_fuzzers_messages_have_one_end() {
        replay("framing", framing);
    }
}
