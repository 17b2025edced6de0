//! The trailer section (RFC 9112 §7.1.2): field lines checked as those of a head, and kept apart from them.
//!
//! Those that must be known before the content are refused: a recipient that merged them into the head would see
//! another message (RFC 9110 §6.5.1).

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{ChunkError, expect_lf};
use crate::h1::HeadError;
use crate::h1::ascii::{TOKEN, VALUE, is, is_whitespace, trim};
use crate::http::NEVER_TRAILERS;

/// Bytes of a trailer section, without the empty line at its end.
const MAX_TRAILER: u32 = 16 * 1024;
/// Field lines of a trailer section.
const MAX_TRAILER_FIELDS: u32 = 100;

/// Where the reading of a trailer section stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Trailer {
    place: Place,
    len: u32,
    fields: u32,
}

#[derive(Clone, Copy, Debug, Default)]
enum Place {
    /// A line's first byte.
    #[default]
    Line,
    Name(Name),
    Value,
    /// The LF behind a field line.
    LineLf,
    /// The LF behind the empty line.
    EndLf,
}

impl Trailer {
    /// Whether the next byte is part of a field line, or of the empty line at the end.
    pub(super) fn is_in_line(&self, byte: u8) -> bool {
        !matches!((self.place, byte), (Place::Line, b'\r') | (Place::EndLf, _))
    }

    /// Moves on by one byte; gives whether it was the section's last.
    pub(super) fn read(&mut self, byte: u8) -> Result<bool, ChunkError> {
        self.place = match self.place {
            Place::Line if byte == b'\r' => Place::EndLf,
            Place::Line => {
                self.fields += 1;
                if self.fields > MAX_TRAILER_FIELDS {
                    return Err(ChunkError::TrailerTooLarge);
                }
                Place::Name(Name::begin(byte)?)
            }
            Place::Name(name) if byte == b':' => {
                if name.is_forbidden() {
                    return Err(ChunkError::ForbiddenTrailer);
                }
                Place::Value
            }
            Place::Name(name) => Place::Name(name.continued(byte)?),
            Place::Value if is(byte, VALUE) => Place::Value,
            Place::Value => match byte {
                b'\r' => Place::LineLf,
                b'\n' => return Err(ChunkError::BareLf),
                found => return Err(ChunkError::InvalidTrailer(HeadError::InvalidFieldValue(found))),
            },
            Place::LineLf => {
                expect_lf(byte)?;
                Place::Line
            }
            Place::EndLf => {
                expect_lf(byte)?;
                return Ok(true);
            }
        };
        self.len += 1;
        if self.len > MAX_TRAILER && !matches!(self.place, Place::EndLf) {
            return Err(ChunkError::TrailerTooLarge);
        }
        Ok(false)
    }
}

/// The fields of lines that were read here.
pub(super) fn parse(lines: &[u8]) -> HeaderMap {
    let mut fields = HeaderMap::new();
    for line in lines.split(|&byte| byte == b'\n') {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).and_then(|value| value.strip_suffix(b"\r")).unwrap_or_default();
        // Each byte was looked at already.
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(trim(value))) {
            fields.append(name, value);
        }
    }
    fields
}

/// A field name that goes by: how long it is, and which of the forbidden ones it may still be, a bit each.
#[derive(Clone, Copy, Debug)]
struct Name {
    len: u32,
    candidates: u16,
}

impl Name {
    fn begin(byte: u8) -> Result<Self, ChunkError> {
        match byte {
            b'\n' => Err(ChunkError::BareLf),
            b':' => Err(ChunkError::InvalidTrailer(HeadError::EmptyFieldName)),
            byte if is_whitespace(byte) => Err(ChunkError::InvalidTrailer(HeadError::IndentedLine)),
            byte => Self { len: 0, candidates: u16::MAX }.continued(byte),
        }
    }

    fn continued(self, byte: u8) -> Result<Self, ChunkError> {
        if is(byte, TOKEN) {
            let next = byte.to_ascii_lowercase();
            let candidates = self.keep(|name| name.get(self.len as usize) == Some(&next));
            return Ok(Self { len: self.len + 1, candidates });
        }
        Err(match byte {
            b'\n' => ChunkError::BareLf,
            b'\r' => ChunkError::InvalidTrailer(HeadError::MissingColon),
            byte if is_whitespace(byte) => ChunkError::InvalidTrailer(HeadError::WhitespaceBeforeColon),
            found => ChunkError::InvalidTrailer(HeadError::InvalidFieldName(found)),
        })
    }

    fn is_forbidden(self) -> bool {
        self.keep(|name| name.len() == self.len as usize) != 0
    }

    /// The candidates that `condition` holds for.
    fn keep(self, condition: impl Fn(&[u8]) -> bool) -> u16 {
        let mut kept = self.candidates;
        if kept == 0 {
            return 0;
        }
        for (bit, name) in NEVER_TRAILERS.iter().enumerate() {
            if !condition(name.as_bytes()) {
                kept &= !(1 << bit);
            }
        }
        kept
    }
}
