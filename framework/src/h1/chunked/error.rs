//! What can be wrong with a chunked body.

use std::error::Error;
use std::fmt;

use crate::h1::HeadError;
use crate::h1::error::expected;
use crate::http::BodyError;

/// A chunked body that is at fault; each is answered with 400, and the connection closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChunkError {
    /// A LF without a CR before it.
    BareLf,
    /// A CR without a LF behind it.
    BareCr,
    /// What is no hexadecimal digit, or stands behind the size and begins no extension.
    InvalidSize(u8),
    /// A size that 64 bits cannot hold, or with too many zeros before it.
    SizeTooLarge,
    /// What the grammar of extensions does not have.
    InvalidExtension(u8),
    /// Extensions that outweigh the data by more than 8 KiB.
    ExtensionsTooLarge,
    /// Data that goes on where the chunk should end.
    InvalidDataEnd(u8),
    /// A trailer field that would be at fault in a head too.
    InvalidTrailer(HeadError),
    /// A trailer section of more than 16 KiB or 100 fields.
    TrailerTooLarge,
    /// A field in the trailer section that must be known before the content (RFC 9110 §6.5.1).
    ForbiddenTrailer,
}

impl ChunkError {
    /// The fault's name, for a log or a label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BareLf => "bare-lf-in-chunk",
            Self::BareCr => "bare-cr-in-chunk",
            Self::InvalidSize(_) => "invalid-chunk-size",
            Self::SizeTooLarge => "chunk-size-too-large",
            Self::InvalidExtension(_) => "invalid-chunk-extension",
            Self::ExtensionsTooLarge => "chunk-extensions-too-large",
            Self::InvalidDataEnd(_) => "invalid-chunk-end",
            Self::InvalidTrailer(_) => "invalid-trailer",
            Self::TrailerTooLarge => "trailer-too-large",
            Self::ForbiddenTrailer => "forbidden-trailer",
        }
    }
}

impl Error for ChunkError {}

impl fmt::Display for ChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::InvalidSize(found) => return expected(f, "a chunk size of hexadecimal digits", found),
            Self::InvalidExtension(found) => {
                return expected(f, "a chunk extension of name and value", found);
            }
            Self::InvalidDataEnd(found) => return expected(f, "CRLF behind a chunk's data", found),
            Self::InvalidTrailer(fault) => return write!(f, "in the trailer section: {fault}"),
            Self::BareLf => "expected CRLF in the chunked coding, found a LF alone",
            Self::BareCr => "expected CRLF in the chunked coding, found a CR alone",
            Self::SizeTooLarge => "expected a chunk size of at most 64 bits, found a larger one",
            Self::ExtensionsTooLarge => {
                "expected fewer chunk extensions, found more than 8 KiB beyond the data"
            }
            Self::TrailerTooLarge => {
                "expected a trailer section within 16 KiB and 100 fields, found a larger one"
            }
            Self::ForbiddenTrailer => "expected a field that may stand in a trailer section, found another",
        };
        f.write_str(text)
    }
}

impl From<ChunkError> for BodyError {
    fn from(error: ChunkError) -> Self {
        Self::Malformed { detail: error.to_string() }
    }
}
