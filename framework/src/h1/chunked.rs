//! The chunked transfer coding (RFC 9112 §7.1), both ways.
//!
//! ```text
//! chunked-body   = *chunk last-chunk trailer-section CRLF
//! chunk          = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//! ```
//!
//! The decoder takes framing byte by byte and keeps none of it, so that a line may come in any pieces; runs of data
//! are told as ranges and not touched.
//!
//! ```text
//! Size ─";"→ Extension ─CR→ SizeLf ─LF, size > 0→ Data → DataCr → DataLf → Size
//!   └──────────CR────────────↑  └────LF, size = 0→ Trailer ─empty line→ Complete
//! ```
//!
//! CRLF alone ends a line (CVE-2025-22871, CVE-2025-55315); a size is digits and nothing else; extensions and
//! trailers have a budget. Extensions are checked and discarded, as nobody here knows any. A trailer field is kept
//! apart and never merged into the header section (RFC 9110 §6.5.1); one that would mean something there is refused.

mod encode;
mod error;
mod extension;
#[cfg(any(test, feature = "__properties"))]
mod property;
mod trailer;

#[cfg(test)]
mod tests;

use http::HeaderMap;

use self::extension::{Extension, Next};
use self::trailer::Trailer;
use super::Decoded;
use super::ascii::is_whitespace;

#[cfg(any(test, feature = "__properties"))]
pub(crate) use encode::encode_chunk;
pub(crate) use encode::{CHUNK_END, ChunkHead, encode_last_chunk, encode_trailers};
pub(crate) use error::ChunkError;
#[cfg(any(test, feature = "__properties"))]
pub use property::chunked;

/// Digits of a chunk size; sixteen are all that 64 bits hold, the others must be zeros at the front.
const MAX_SIZE_DIGITS: u8 = 32;
/// Bytes by which chunk extensions may outweigh the data sent so far.
///
/// Data pays them off, so that a long upload may carry an extension a chunk, while neither one line nor any number
/// of small chunks can make the server read much that is not content (CVE-2023-39326).
const EXTENSION_BUDGET: u64 = 8 * 1024;

/// Takes chunks apart; see [`BodyDecoder`](super::BodyDecoder).
#[derive(Clone, Debug)]
pub(super) struct ChunkedDecoder {
    state: State,
    /// Bytes of extensions not paid for by data.
    extension_debt: u64,
    /// The lines of the trailer section, as far as they came; in a box, as most bodies have none.
    trailers: Option<Box<Lines>>,
}

#[derive(Clone, Debug, Default)]
struct Lines(Vec<u8>);

/// What the next byte belongs to.
#[derive(Clone, Debug)]
enum State {
    /// The chunk size, of which `digits` have come.
    Size {
        size: u64,
        digits: u8,
    },
    /// An extension, or whitespace before one.
    Extension {
        size: u64,
        extension: Extension,
    },
    /// The LF of the size's line.
    SizeLf {
        size: u64,
    },
    /// Data of a chunk that had `size` bytes.
    Data {
        size: u64,
        remaining: u64,
    },
    /// The CR behind the data.
    DataCr,
    /// The LF behind the data.
    DataLf,
    Trailer(Trailer),
    /// Nothing: what comes is no part of this body.
    Complete,
}

impl Default for ChunkedDecoder {
    fn default() -> Self {
        Self { state: State::SIZE, extension_debt: 0, trailers: None }
    }
}

impl ChunkedDecoder {
    /// See [`BodyDecoder::decode`](super::BodyDecoder::decode).
    pub(super) fn decode(&mut self, input: &[u8]) -> Result<Decoded, ChunkError> {
        let start = self.framing_len(input)?;
        let data = input.get(start..).unwrap_or_default();
        let len = self.take_data(data.len());
        let content = start..start + len;
        let behind = data.get(len..).unwrap_or_default();
        let consumed = content.end + self.framing_len(behind)?;
        Ok(Decoded { content, consumed, complete: self.is_complete() })
    }

    pub(super) fn is_complete(&self) -> bool {
        matches!(self.state, State::Complete)
    }

    /// The fields of the trailer section, once, where the body is complete and has any.
    pub(super) fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        if !self.is_complete() {
            return None;
        }
        self.trailers.take().map(|lines| Box::new(trailer::parse(&lines.0)))
    }

    /// Reads framing up to data, to the body's end or to the input's; gives how many bytes that took.
    fn framing_len(&mut self, input: &[u8]) -> Result<usize, ChunkError> {
        for (at, &byte) in input.iter().enumerate() {
            if matches!(self.state, State::Data { .. } | State::Complete) {
                return Ok(at);
            }
            self.read(byte)?;
        }
        Ok(input.len())
    }

    /// Takes as much of `available` bytes as the chunk has left; gives how many.
    fn take_data(&mut self, available: usize) -> usize {
        let State::Data { size, remaining } = &mut self.state else { return 0 };
        let len = usize::try_from(*remaining).map_or(available, |remaining| remaining.min(available));
        *remaining -= len as u64;
        if *remaining == 0 {
            self.extension_debt = self.extension_debt.saturating_sub(*size);
            self.state = State::DataCr;
        }
        len
    }

    /// Moves on by one byte of framing.
    fn read(&mut self, byte: u8) -> Result<(), ChunkError> {
        match &mut self.state {
            State::Size { size, digits } => {
                let (size, digits) = (*size, *digits);
                return self.read_size(size, digits, byte);
            }
            State::Extension { size, extension } => {
                let size = *size;
                match extension.read(byte)? {
                    Next::Extension(next) => {
                        *extension = next;
                        return self.charge_extension();
                    }
                    Next::Cr => self.state = State::SizeLf { size },
                }
            }
            State::SizeLf { size } => {
                let size = *size;
                expect_lf(byte)?;
                self.state = match size {
                    0 => State::Trailer(Trailer::default()),
                    size => State::Data { size, remaining: size },
                };
            }
            State::DataCr => match byte {
                b'\r' => self.state = State::DataLf,
                b'\n' => return Err(ChunkError::BareLf),
                found => return Err(ChunkError::InvalidDataEnd(found)),
            },
            State::DataLf => {
                expect_lf(byte)?;
                self.state = State::SIZE;
            }
            State::Trailer(trailer) => {
                if trailer.is_in_line(byte) {
                    self.trailers.get_or_insert_default().0.push(byte);
                }
                if trailer.read(byte)? {
                    self.state = State::Complete;
                }
            }
            // The callers stop in front of these two.
            State::Data { .. } | State::Complete => {}
        }
        Ok(())
    }

    fn read_size(&mut self, size: u64, digits: u8, byte: u8) -> Result<(), ChunkError> {
        if let Some(digit) = char::from(byte).to_digit(16) {
            if digits == MAX_SIZE_DIGITS {
                return Err(ChunkError::SizeTooLarge);
            }
            let size = size.checked_mul(16).ok_or(ChunkError::SizeTooLarge)? + u64::from(digit);
            self.state = State::Size { size, digits: digits + 1 };
            return Ok(());
        }
        match byte {
            b'\n' => return Err(ChunkError::BareLf),
            found if digits == 0 => return Err(ChunkError::InvalidSize(found)),
            b'\r' => self.state = State::SizeLf { size },
            b';' => {
                self.state = State::Extension { size, extension: Extension::START };
                return self.charge_extension();
            }
            byte if is_whitespace(byte) => {
                self.state = State::Extension { size, extension: Extension::BeforeSemicolon };
                return self.charge_extension();
            }
            found => return Err(ChunkError::InvalidSize(found)),
        }
        Ok(())
    }

    fn charge_extension(&mut self) -> Result<(), ChunkError> {
        self.extension_debt += 1;
        if self.extension_debt > EXTENSION_BUDGET { Err(ChunkError::ExtensionsTooLarge) } else { Ok(()) }
    }
}

impl State {
    /// The first digit of a chunk's size.
    const SIZE: Self = Self::Size { size: 0, digits: 0 };
}

/// The byte behind a CR.
fn expect_lf(byte: u8) -> Result<(), ChunkError> {
    if byte == b'\n' { Ok(()) } else { Err(ChunkError::BareCr) }
}
