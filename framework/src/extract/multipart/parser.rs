//! Where a multipart body's parts begin and end (RFC 2046 §5.1.1): from bytes to events, without I/O.
//!
//! ```text
//! body      = [ CRLF ] "--" boundary padding CRLF part *( delimiter padding CRLF part ) delimiter "--" epilogue
//! delimiter = CRLF "--" boundary
//! part      = *( field-line CRLF ) CRLF *OCTET
//! ```
//!
//! Stricter than the RFC: no text may stand before the first boundary. A boundary is looked for with its CRLF, so the
//! first one is read as if a CRLF stood before the body. What follows the last one is left alone.

use bytes::{Bytes, BytesMut};
use memchr::memmem::{self, Finder};

use super::MultipartRejection;
use super::head::PartHead;

/// The most spaces and tabs behind a boundary.
const MAX_PADDING: usize = 64;

/// Takes a body's bytes, gives what they mean.
pub(super) struct Parser {
    /// What was pushed and not understood yet.
    rest: Bytes,
    delimiter: Finder<'static>,
    reading: Reading,
    /// The name of the part that is being read, for what goes wrong in it.
    part: Option<String>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// The first boundary.
    First,
    /// What follows a boundary: the end of its line, or of the body.
    Boundary,
    /// A part's field lines.
    Head,
    /// The empty line behind them, whose CRLF may be the next boundary's: then the part has no content.
    EmptyLine,
    /// A part's content, up to the next boundary.
    Content,
    /// Nothing: the last boundary was read.
    Epilogue,
}

/// What was understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// More bytes, please.
    Starved,
    /// A part begins.
    Head(PartHead),
    /// A piece of its content; never empty.
    Content(Bytes),
    /// The part has ended.
    PartEnd,
    /// The last part has ended.
    End,
}

impl Parser {
    /// `None` where no boundary can be so (RFC 2046 §5.1.1: 1 to 70 `bchars`, the last no space).
    #[inline]
    pub(super) fn new(boundary: &str) -> Option<Self> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
        let is_boundary =
            matches!(boundary.len(), 1..=70) && boundary.bytes().all(is_allowed) && !boundary.ends_with(' ');
        is_boundary.then(|| Self {
            rest: Bytes::new(),
            delimiter: Finder::new(format!("\r\n--{boundary}").as_bytes()).into_owned(),
            reading: Reading::First,
            part: None,
        })
    }

    /// Adds what came of the body.
    #[inline]
    pub(super) fn push(&mut self, chunk: Bytes) {
        if self.rest.is_empty() {
            self.rest = chunk;
            return;
        }
        let mut joined = BytesMut::with_capacity(self.rest.len() + chunk.len());
        joined.extend_from_slice(&self.rest);
        joined.extend_from_slice(&chunk);
        self.rest = joined.freeze();
    }

    /// Understands what comes next. After [`Event::End`] or an error there is nothing more.
    ///
    /// # Errors
    ///
    /// [`MultipartRejection::Malformed`], and [`MultipartRejection::HeadTooLarge`] beyond `head_limit` bytes of fields.
    #[inline]
    pub(super) fn next(&mut self, head_limit: usize) -> Result<Event, MultipartRejection> {
        loop {
            let event = match self.reading {
                Reading::First => self.first()?,
                Reading::Boundary => self.boundary()?,
                Reading::Head => self.head(head_limit)?,
                Reading::EmptyLine => self.empty_line(),
                Reading::Content => Some(self.content()),
                Reading::Epilogue => Some(Event::End),
            };
            if let Some(event) = event {
                return Ok(event);
            }
        }
    }

    /// The first boundary, at the very beginning.
    #[inline]
    fn first(&mut self) -> Result<Option<Event>, MultipartRejection> {
        let delimiter = self.delimiter.needle();
        // An empty line before it is what some clients send.
        let expected = if self.rest.first() == Some(&b'\r') {
            delimiter
        } else {
            delimiter.get(2..).unwrap_or_default()
        };
        let known = self.rest.len().min(expected.len());
        if self.rest.get(..known) != expected.get(..known) {
            return Err(self.malformed("expected the boundary at the beginning"));
        }
        if known < expected.len() {
            return Ok(Some(Event::Starved));
        }
        let len = expected.len();
        self.reading = Reading::Boundary;
        self.skip(len);
        Ok(None)
    }

    /// What follows `--boundary`.
    #[inline]
    fn boundary(&mut self) -> Result<Option<Event>, MultipartRejection> {
        if self.rest.starts_with(b"--") {
            self.reading = Reading::Epilogue;
            return Ok(None);
        }
        let padding = self.rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match self.rest.get(padding..).unwrap_or_default() {
            _ if padding > MAX_PADDING => {
                Err(self.malformed("expected the end of the line after a boundary"))
            }
            [b'\r', b'\n', ..] => {
                self.reading = Reading::Head;
                self.skip(padding + 2);
                Ok(None)
            }
            [] | [b'\r'] => Ok(Some(Event::Starved)),
            [b'-'] if padding == 0 => Ok(Some(Event::Starved)),
            _ => Err(self.malformed("expected the end of the line after a boundary")),
        }
    }

    #[inline]
    fn head(&mut self, limit: usize) -> Result<Option<Event>, MultipartRejection> {
        // A part without fields begins with its empty line; it has no name, and is refused for that.
        let end = if self.rest.starts_with(b"\r\n") {
            Some(0)
        } else {
            memmem::find(&self.rest, b"\r\n\r\n").map(|end| end + 2)
        };
        // Without its end, a head of `limit` bytes may be here with the first byte of the empty line.
        if end.unwrap_or(self.rest.len().saturating_sub(1)) > limit {
            return Err(MultipartRejection::HeadTooLarge { limit });
        }
        let Some(end) = end else { return Ok(Some(Event::Starved)) };
        let parsed = PartHead::parse(self.rest.get(..end).unwrap_or_default());
        let head = parsed.map_err(|reason| self.malformed(reason))?;
        self.skip(end);
        self.part = Some(head.name.clone());
        self.reading = Reading::EmptyLine;
        Ok(Some(Event::Head(head)))
    }

    #[inline]
    fn empty_line(&mut self) -> Option<Event> {
        let delimiter = self.delimiter.needle();
        let known = self.rest.len().min(delimiter.len());
        let is_boundary = self.rest.get(..known) == delimiter.get(..known);
        if is_boundary && known < delimiter.len() {
            return Some(Event::Starved);
        }
        self.reading = Reading::Content;
        if !is_boundary {
            self.skip(2);
        }
        None
    }

    /// Gives content as long as no boundary can begin in it.
    #[inline]
    fn content(&mut self) -> Event {
        let delimiter = self.delimiter.needle();
        if let Some(start) = self.delimiter.find(&self.rest) {
            if start > 0 {
                return Event::Content(self.rest.split_to(start));
            }
            let len = delimiter.len();
            self.skip(len);
            self.part = None;
            self.reading = Reading::Boundary;
            return Event::PartEnd;
        }
        // Of the end only as much is kept as a boundary may begin with.
        let tail = self.rest.len().saturating_sub(delimiter.len() - 1);
        let may_begin = |start: &usize| self.rest.get(*start..).is_some_and(|end| delimiter.starts_with(end));
        let safe = memchr::memchr_iter(b'\r', self.rest.get(tail..).unwrap_or_default())
            .map(|start| tail + start)
            .find(may_begin)
            .unwrap_or(self.rest.len());
        if safe == 0 { Event::Starved } else { Event::Content(self.rest.split_to(safe)) }
    }

    #[inline]
    fn skip(&mut self, len: usize) {
        drop(self.rest.split_to(len.min(self.rest.len())));
    }

    #[inline]
    fn malformed(&self, reason: &'static str) -> MultipartRejection {
        MultipartRejection::Malformed { reason, part: self.part.clone() }
    }
}
