//! A response's head as bytes (RFC 9112 §4, §6; RFC 9110 §6.6.1, §8.6), and how its body is to be framed.
//!
//! Framing is decided here and nowhere else: Content-Length, Transfer-Encoding, Connection and Keep-Alive that an
//! application set are left out. Field values come typed and can hold no CR, LF or NUL, so that no response splits.

mod status_line;

#[cfg(test)]
mod tests;

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, StatusCode, Version};

use self::status_line::write_status_line;
use super::date::DateLine;
use super::head::parse_length;
use crate::http::Response;

/// The interim response that lets a client send the body it holds back (RFC 9110 §15.2.1).
pub(crate) const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What is known of the size of a response's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyLength {
    /// Exactly so many bytes.
    Known(u64),
    /// It ends when it ends.
    Unknown,
}

/// The kinds of request whose answers are framed in their own ways (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// The answer has GET's fields and no body.
    Head,
    /// A 2xx answer makes a tunnel of the connection.
    Connect,
    /// Every other method.
    Other,
}

/// What becomes of the connection behind the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// It serves another request.
    KeepAlive,
    /// It is closed.
    Close,
}

/// What a head depends on beside the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EncodeContext<'a> {
    /// The version of the request; the status line says HTTP/1.1 in any case (RFC 9110 §6.2).
    pub(crate) version: Version,
    pub(crate) kind: RequestKind,
    pub(crate) persistence: Persistence,
    pub(crate) date: &'a DateLine,
}

/// How the body that follows a head is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutgoingFraming {
    /// Not at all, whatever the response holds.
    None,
    /// Exactly so many bytes as they are.
    Sized(u64),
    /// In chunks.
    Chunked,
    /// As it is; closing the connection ends it.
    UntilClose,
}

impl OutgoingFraming {
    /// Whether the connection must close behind the body, even where the context said otherwise.
    pub(crate) fn must_close(self) -> bool {
        self == Self::UntilClose
    }
}

/// Appends the head of `response` to `out` and says how its body follows.
///
/// `length` is that of the body the response has, whether or not it will be sent.
pub(crate) fn encode_head(
    response: &Response,
    length: BodyLength,
    context: &EncodeContext<'_>,
    out: &mut Vec<u8>,
) -> OutgoingFraming {
    let (announced, framing) = frame(response, length, context);
    let fields = response.fields();
    let has_date = fields.is_some_and(|fields| fields.contains_key(DATE));
    match response.status() {
        StatusCode::OK if !has_date => out.extend_from_slice(context.date.behind_ok()),
        status => {
            write_status_line(status, out);
            if !has_date {
                out.extend_from_slice(context.date.as_bytes());
            }
        }
    }
    match (response.content_type_line(), announced) {
        // Most answers have both: what is constant in two lines is one piece.
        (Some((_, line_and_length)), Announced::Length(len)) => {
            out.extend_from_slice(line_and_length);
            write_length(len, out);
        }
        (Some((line, _)), announced) => {
            out.extend_from_slice(line);
            write_announced(announced, out);
        }
        (None, announced) => {
            if let Some(content_type) = response.content_type() {
                write_field(b"content-type", content_type.as_bytes(), out);
            }
            write_announced(announced, out);
        }
    }
    let closes = context.persistence == Persistence::Close || framing.must_close();
    if closes || fields.is_some() || context.version != Version::HTTP_11 {
        write_connection(fields, closes, context.version, out);
    }
    if let Some(fields) = fields {
        write_fields(fields, out);
    }
    out.extend_from_slice(b"\r\n");
    framing
}

/// The length that a head of HTTP/2 announces, and how the body that follows is written: it needs no framing, so that one
/// of unknown length is as it is.
#[cfg(feature = "http2")]
pub(crate) fn frame_stream(
    response: &Response,
    length: BodyLength,
    kind: RequestKind,
) -> (Option<u64>, OutgoingFraming) {
    let date = DateLine::new([0; 29]);
    let persistence = Persistence::KeepAlive;
    let context = EncodeContext { version: Version::HTTP_2, kind, persistence, date: &date };
    let (announced, framing) = frame(response, length, &context);
    match announced {
        Announced::Length(len) => (Some(len), framing),
        Announced::Nothing | Announced::Chunked => (None, framing),
    }
}

/// What a head says of its body.
enum Announced {
    Nothing,
    Length(u64),
    Chunked,
}

/// Decides what the head says of the body, and how the body is written.
fn frame(
    response: &Response,
    length: BodyLength,
    context: &EncodeContext<'_>,
) -> (Announced, OutgoingFraming) {
    let status = response.status().as_u16();
    let tunnel = context.kind == RequestKind::Connect && matches!(status, 200..=299);
    match status {
        // RFC 9110 §8.6, §9.3.6: neither field may stand here.
        100..=199 | 204 => return (Announced::Nothing, OutgoingFraming::None),
        _ if tunnel => return (Announced::Nothing, OutgoingFraming::None),
        // RFC 9110 §15.3.6: no content, but its length is said like any other's.
        205 => return (Announced::Length(0), OutgoingFraming::None),
        304 => {
            let len = untaken_len(response, length).filter(|&len| len > 0);
            return (len.map_or(Announced::Nothing, Announced::Length), OutgoingFraming::None);
        }
        _ => {}
    }
    let length = match context.kind {
        RequestKind::Head => untaken_len(response, length).map_or(BodyLength::Unknown, BodyLength::Known),
        RequestKind::Connect | RequestKind::Other => length,
    };
    let (announced, framing) = match length {
        BodyLength::Known(len) => (Announced::Length(len), OutgoingFraming::Sized(len)),
        BodyLength::Unknown if context.version == Version::HTTP_11 => {
            (Announced::Chunked, OutgoingFraming::Chunked)
        }
        BodyLength::Unknown => (Announced::Nothing, OutgoingFraming::UntilClose),
    };
    match context.kind {
        RequestKind::Head => (announced, OutgoingFraming::None),
        RequestKind::Connect | RequestKind::Other => (announced, framing),
    }
}

/// Writes the line that says it.
fn write_announced(announced: Announced, out: &mut Vec<u8>) {
    match announced {
        Announced::Nothing => {}
        Announced::Length(len) => {
            out.extend_from_slice(b"content-length: ");
            write_length(len, out);
        }
        Announced::Chunked => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
    }
}

/// Writes a length, and the end of its line.
fn write_length(len: u64, out: &mut Vec<u8>) {
    if len >= 1_000_000 {
        return write_long_length(len, out);
    }
    // Six digits and the line's end are a word, the first digit lowest. All of it is appended, and what is too much
    // taken back: to copy so few bytes of a number that is not known here is a call.
    let (mut word, mut rest, mut word_len) = (u64::from(u16::from_le_bytes(*b"\r\n")), len, 2);
    loop {
        word = (word << 8) | (u64::from(b'0') + rest % 10);
        word_len += 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let end = out.len() + word_len;
    out.extend_from_slice(&word.to_le_bytes());
    out.truncate(end);
}

#[cold]
fn write_long_length(len: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(len).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// The length of a body that is not sent: where the response has none to measure, the application may have said it.
fn untaken_len(response: &Response, length: BodyLength) -> Option<u64> {
    let said = || parse_length(response.headers().get(CONTENT_LENGTH)?.as_bytes());
    match length {
        BodyLength::Known(0) => said().or(Some(0)),
        BodyLength::Known(len) => Some(len),
        BodyLength::Unknown => said(),
    }
}

/// Writes Connection where the client could not know: closing, HTTP/1.0 kept, and Upgrade, which belongs to the
/// connection (RFC 9110 §7.8).
fn write_connection(fields: Option<&HeaderMap>, closes: bool, version: Version, out: &mut Vec<u8>) {
    let upgrades = fields.is_some_and(|fields| fields.contains_key(UPGRADE));
    let options: &[u8] = match (closes, version == Version::HTTP_10, upgrades) {
        (true, _, true) => b"connection: close, upgrade\r\n",
        (true, _, false) => b"connection: close\r\n",
        (false, true, true) => b"connection: keep-alive, upgrade\r\n",
        (false, true, false) => b"connection: keep-alive\r\n",
        (false, false, true) => b"connection: upgrade\r\n",
        (false, false, false) => b"",
    };
    out.extend_from_slice(options);
}

/// Writes the fields that are the application's.
fn write_fields(fields: &HeaderMap, out: &mut Vec<u8>) {
    for (name, value) in fields {
        if !is_engines(name) {
            write_field(name.as_str().as_bytes(), value.as_bytes(), out);
        }
    }
}

/// Whether a field is the engine's to write, or was written already.
fn is_engines(name: &HeaderName) -> bool {
    *name == CONTENT_TYPE
        || *name == CONTENT_LENGTH
        || *name == TRANSFER_ENCODING
        || *name == CONNECTION
        || name.as_str() == "keep-alive"
}

fn write_field(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}
