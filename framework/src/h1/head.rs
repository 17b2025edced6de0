//! A request's head: request line and header section (RFC 9112 §2 to §6, RFC 9110 §5 and §7).
//!
//! One pass from the first byte to the empty line. A parser remembers how far it came: a head that trickles in is
//! looked at once, byte for byte, and a byte that no valid head has in its place is refused when it comes, not when
//! the line ends. Limits hold before anything is stored. Where RFC 9112 lets a recipient be lenient (a bare LF,
//! obs-fold, runs of spaces), this one is not: what two parsers read in two ways is how requests are smuggled.

#[cfg(any(test, feature = "__properties"))]
mod property;
mod request_line;
mod understood;

#[cfg(test)]
mod tests;

use std::mem;

use http::Version;

#[cfg(any(test, feature = "__properties"))]
pub use self::property::head;
use self::request_line::RequestLine;
use self::understood::Understood;
pub(super) use self::understood::parse_length;
use super::field_line::{NoField, Partial, find_out, parse_field_line};
use super::{Framing, HeadError};
use crate::http::{FieldSpan, RequestHead, Span};

/// How large a head may be; each bound is itself allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeadLimits {
    /// Bytes of the request target; more is answered with 414.
    pub(crate) max_target: usize,
    /// Bytes of the whole head, the empty line at its end included; more is answered with 431.
    pub(crate) max_head: usize,
    /// Field lines; more is answered with 431.
    pub(crate) max_fields: usize,
}

impl Default for HeadLimits {
    fn default() -> Self {
        Self { max_target: 8 * 1024, max_head: 16 * 1024, max_fields: 100 }
    }
}

/// What a connection must know of a complete head; the rest is in the [`RequestHead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParsedHead {
    /// Bytes of the input that the head took, an empty line before it included.
    pub(crate) len: usize,
    /// How the end of the body is found.
    pub(crate) framing: Framing,
    /// What the client wants of the connection.
    pub(crate) connection: ConnectionOptions,
    /// What the client waits for before it sends the body.
    pub(crate) expect: Expect,
    /// HTTP/1.0 or HTTP/1.1, which stands for each later 1.x as well (RFC 9110 §2.5).
    pub(crate) version: Version,
}

impl ParsedHead {
    /// Whether the client lets the connection persist (RFC 9112 §9.3).
    pub(crate) fn persists(&self) -> bool {
        !self.connection.close && (self.connection.keep_alive || self.version == Version::HTTP_11)
    }
}

/// The options of Connection that mean something here (RFC 9110 §7.6.1); others are passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is said by itself, in one field or another")]
pub(crate) struct ConnectionOptions {
    /// The client closes after this request.
    pub(crate) close: bool,
    /// An HTTP/1.0 client would keep the connection.
    pub(crate) keep_alive: bool,
    /// Upgrade belongs to this connection (RFC 9110 §7.8).
    pub(crate) upgrade: bool,
    /// The client takes trailer fields: `TE: trailers`, which is of the connection as well (RFC 9110 §10.1.4).
    pub(crate) trailers: bool,
}

/// What Expect asks for (RFC 9110 §10.1.1); HTTP/1.0 clients cannot expect anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Nothing.
    #[default]
    None,
    /// An interim 100 before the body is sent.
    Continue,
    /// Something that nobody here knows; answered with 417.
    Other,
}

/// Reads heads, one after the other; one parser per connection.
#[derive(Debug, Default)]
pub(crate) struct HeadParser {
    /// Bytes of an empty line before the request line, which RFC 9112 §2.2 asks a server to pass over once.
    skipped: usize,
    /// The part of the head that is being read; positions are counted behind what was skipped.
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    RequestLine(RequestLine),
    Fields(Fields),
}

impl Default for Stage {
    fn default() -> Self {
        Self::RequestLine(RequestLine::default())
    }
}

/// Where the header section stands.
#[derive(Debug)]
struct Fields {
    /// Where the line begins that is being read.
    line: usize,
    /// What is known of it.
    partial: Partial,
    understood: Understood,
}

impl HeadParser {
    /// Reads the head at the start of `input`; `None` where more bytes are needed, and nothing counts as consumed.
    ///
    /// Until the head is complete, `input` must begin with the same byte and `head` must be the same: it is empty before
    /// the first byte, then its fields grow line by line. Once it is complete, the caller drops [`ParsedHead::len`]
    /// bytes, and the parser stands at its start again.
    ///
    /// # Errors
    ///
    /// A [`HeadError`] as soon as `input` is the beginning of no head that is served; the connection is then done
    /// with, and so is the parser until [`reset`](Self::reset).
    pub(crate) fn parse(
        &mut self,
        input: &[u8],
        limits: &HeadLimits,
        head: &mut RequestHead,
    ) -> Result<Option<ParsedHead>, HeadError> {
        let mut input = input;
        if let [b'\r', rest @ ..] = input {
            match rest {
                [] => return Ok(None),
                [b'\n', rest @ ..] => (self.skipped, input) = (2, rest),
                [_, ..] => return Err(HeadError::BareCr),
            }
        }
        // Bytes beyond the limit are never looked at, so that it makes no difference in which pieces they came.
        let max_len = limits.max_head.min(u32::MAX as usize);
        let window = input.get(..max_len).unwrap_or(input);
        let Some(parsed) = self.parse_window(window, limits, head)? else {
            let full = window.len() == max_len;
            return if full { Err(self.too_large()) } else { Ok(None) };
        };
        self.reset();
        Ok(Some(parsed))
    }

    /// Forgets an unfinished head.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// How many bytes of `input`, which is no whole head or one at fault, hold whole elements of a head: the method,
    /// the request target, the line's end, field lines; each with what ends it.
    pub(crate) fn good_len(&self) -> usize {
        self.skipped
            + match &self.stage {
                Stage::RequestLine(line) => line.good_len(),
                Stage::Fields(fields) => fields.line,
            }
    }

    fn parse_window(
        &mut self,
        input: &[u8],
        limits: &HeadLimits,
        head: &mut RequestHead,
    ) -> Result<Option<ParsedHead>, HeadError> {
        if let Stage::RequestLine(request_line) = &mut self.stage {
            debug_assert!(
                !request_line.is_at_start() || (head.bytes.is_empty() && head.fields.is_empty()),
                "a head is given empty"
            );
            let Some(line) = request_line.parse(input, limits, head)? else { return Ok(None) };
            self.stage = Stage::Fields(Fields {
                line,
                partial: Partial::default(),
                understood: Understood::new(head.version),
            });
        }
        let Stage::Fields(fields) = &mut self.stage else { return Ok(None) };
        let Some(len) = fields.parse(input, limits, head)? else { return Ok(None) };
        let Understood { connection, expect, version, .. } = fields.understood;
        let framing = fields.understood.framing()?;
        head.bytes.extend_from_slice(input.get(..len).unwrap_or_default());
        Ok(Some(ParsedHead { len: self.skipped + len, framing, connection, expect, version }))
    }

    /// The fault of a head that is not complete at the limit.
    fn too_large(&self) -> HeadError {
        match &self.stage {
            Stage::RequestLine(request_line) if request_line.is_in_target() => HeadError::TargetTooLong,
            Stage::RequestLine(_) | Stage::Fields(_) => HeadError::HeadTooLarge,
        }
    }
}

impl Fields {
    /// Reads lines up to the empty one; gives where the head ends.
    #[inline]
    fn parse(
        &mut self,
        input: &[u8],
        limits: &HeadLimits,
        head: &mut RequestHead,
    ) -> Result<Option<usize>, HeadError> {
        let mut known = mem::take(&mut self.partial);
        let mut rest = input.get(self.line..).unwrap_or_default();
        while !rest.starts_with(b"\r\n") {
            let Some(field) = parse_field_line(rest, known) else {
                return self.pause(rest, known, head.fields.len() >= limits.max_fields);
            };
            if head.fields.len() >= limits.max_fields {
                return Err(HeadError::TooManyFields);
            }
            known = Partial::default();
            self.understood.read(field.name, field.value)?;
            let value_start = input.len() - field.from_value.len();
            head.fields.push(FieldSpan {
                name: Span::new(self.line, self.line + field.name.len()),
                value: Span::new(value_start, value_start + field.value.len()),
            });
            rest = field.behind;
            self.line = input.len() - rest.len();
        }
        Ok(Some(self.line + 2))
    }

    /// Notes how much is known of the line at the end of the input, where another one may come.
    #[cold]
    fn pause(&mut self, rest: &[u8], known: Partial, is_full: bool) -> Result<Option<usize>, HeadError> {
        if is_full && rest.first().is_some_and(|&byte| byte != b'\r') {
            return Err(HeadError::TooManyFields);
        }
        match find_out(rest, known)? {
            NoField::Incomplete(partial) => {
                self.partial = partial;
                Ok(None)
            }
            NoField::End => Ok(Some(self.line + 2)),
        }
    }
}
