//! Chunk extensions (RFC 9112 §7.1.1), checked and passed over.
//!
//! ```text
//! chunk-ext      = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
//! chunk-ext-val  = token / quoted-string
//! ```
//!
//! The grammar is held to the letter, because a lenient reader and a strict one differ in where the line ends:
//! whitespace stands only before `;` and around `=`, and neither CR nor LF stands in a quoted string.

use super::ChunkError;
use crate::h1::ascii::{QUOTED, TOKEN, VALUE, is, is_whitespace};

/// What the next byte of an extension belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extension {
    /// Whitespace; a semicolon must follow.
    BeforeSemicolon,
    /// Whitespace behind the semicolon, or the name's first byte.
    BeforeName,
    Name,
    /// Whitespace behind the name; `=` or a semicolon must follow.
    AfterName,
    /// Whitespace behind `=`, or the value's first byte.
    BeforeValue,
    Value,
    Quoted,
    /// The byte behind a backslash.
    Escaped,
    /// What follows the closing quote.
    AfterQuoted,
}

/// What follows a byte.
pub(super) enum Next {
    /// More of the extensions.
    Extension(Extension),
    /// The CR was it: a LF must follow.
    Cr,
}

impl Extension {
    /// Right behind the semicolon.
    pub(super) const START: Self = Self::BeforeName;

    /// Moves on by one byte.
    pub(super) fn read(self, byte: u8) -> Result<Next, ChunkError> {
        let next = match (self, byte) {
            (Self::BeforeSemicolon, b';') => Self::BeforeName,
            (Self::BeforeSemicolon, byte) if is_whitespace(byte) => Self::BeforeSemicolon,
            (Self::BeforeName, byte) if is_whitespace(byte) => Self::BeforeName,
            (Self::BeforeName | Self::Name, byte) if is(byte, TOKEN) => Self::Name,
            (Self::Name | Self::AfterName, b'=') => Self::BeforeValue,
            (Self::Name | Self::AfterName, b';') => Self::BeforeName,
            (Self::Name | Self::AfterName, byte) if is_whitespace(byte) => Self::AfterName,
            (Self::BeforeValue, b'"') => Self::Quoted,
            (Self::BeforeValue, byte) if is_whitespace(byte) => Self::BeforeValue,
            (Self::BeforeValue | Self::Value, byte) if is(byte, TOKEN) => Self::Value,
            (Self::Quoted, b'"') => Self::AfterQuoted,
            (Self::Quoted, b'\\') => Self::Escaped,
            (Self::Quoted, byte) if is(byte, QUOTED) => Self::Quoted,
            (Self::Escaped, byte) if is(byte, VALUE) => Self::Quoted,
            (Self::Value | Self::AfterQuoted, b';') => Self::BeforeName,
            (Self::Value | Self::AfterQuoted, byte) if is_whitespace(byte) => Self::BeforeSemicolon,
            (Self::Name | Self::Value | Self::AfterQuoted, b'\r') => return Ok(Next::Cr),
            (_, b'\n') => return Err(ChunkError::BareLf),
            (_, found) => return Err(ChunkError::InvalidExtension(found)),
        };
        Ok(Next::Extension(next))
    }
}
