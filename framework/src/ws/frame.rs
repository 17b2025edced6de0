//! One frame: its header as bytes, and the mask over its payload (RFC 6455 §5.2, §5.3).
//!
//! ```text
//!  FIN RSV1-3 opcode | MASK length (7 bits) | length in 16 or 64 bits | mask key (32 bits) | payload
//! ```
//!
//! A byte that no frame of a client can have in its place is refused when it comes, not when the header is whole.

use std::error::Error;
use std::fmt;

/// The most bytes of payload of a control frame (RFC 6455 §5.5).
pub(super) const MAX_CONTROL_LEN: usize = 125;

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
/// Of a message's first frame: the message is compressed (RFC 7692 §6).
const COMPRESSED: u8 = 0x40;
const MASKED: u8 = 0x80;
/// What stands in the place of a length that follows in 16 and in 64 bits.
const LEN_16: u8 = 126;
const LEN_64: u8 = 127;

/// What a frame is (RFC 6455 §11.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn parse(code: u8) -> Result<Self, FrameError> {
        Ok(match code {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return Err(FrameError::UnknownOpcode(code)),
        })
    }

    fn code(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xA,
        }
    }

    /// Whether it is about the connection, and may stand between the frames of a message.
    pub(super) fn is_control(self) -> bool {
        match self {
            Self::Close | Self::Ping | Self::Pong => true,
            Self::Continuation | Self::Text | Self::Binary => false,
        }
    }
}

/// The header of a client's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// Whether it is the last of its message.
    pub(super) is_final: bool,
    /// Whether it begins a message that is compressed.
    pub(super) is_compressed: bool,
    pub(super) opcode: Opcode,
    /// Bytes of payload.
    pub(super) len: u64,
    pub(super) mask: [u8; 4],
}

/// Parses the header of a client's frame; gives it with the bytes that it took. Where `deflates`, messages may be
/// compressed.
///
/// Returns `Ok(None)` while it is incomplete.
///
/// # Errors
///
/// [`FrameError`] at the first byte that no frame of a client can contain.
pub(super) fn parse_header(input: &[u8], deflates: bool) -> Result<Option<(FrameHeader, usize)>, FrameError> {
    let Some((&first, rest)) = input.split_first() else { return Ok(None) };
    let is_compressed = deflates && first & COMPRESSED != 0;
    if first & RESERVED & !(if is_compressed { COMPRESSED } else { 0 }) != 0 {
        return Err(FrameError::ReservedBits);
    }
    let (is_final, opcode) = (first & FIN != 0, Opcode::parse(first & 0x0F)?);
    if is_compressed && !matches!(opcode, Opcode::Text | Opcode::Binary) {
        return Err(FrameError::MisplacedCompression);
    }
    if opcode.is_control() && !is_final {
        return Err(FrameError::FragmentedControl);
    }
    let Some((&second, rest)) = rest.split_first() else { return Ok(None) };
    if second & MASKED == 0 {
        return Err(FrameError::Unmasked);
    }
    let short = second & !MASKED;
    if opcode.is_control() && usize::from(short) > MAX_CONTROL_LEN {
        return Err(FrameError::LongControl);
    }
    let Some((len, len_bytes)) = parse_len(short, rest)? else { return Ok(None) };
    let Some(&mask) = rest.get(len_bytes..).and_then(<[u8]>::first_chunk) else { return Ok(None) };
    let header = FrameHeader { is_final, is_compressed, opcode, len, mask };
    Ok(Some((header, 2 + len_bytes + mask.len())))
}

/// Reads the length that `short` announces; gives it with the bytes that it took.
fn parse_len(short: u8, rest: &[u8]) -> Result<Option<(u64, usize)>, FrameError> {
    match short {
        LEN_16 => {
            let Some(&bytes) = rest.first_chunk() else { return Ok(None) };
            let len = u16::from_be_bytes(bytes);
            if len < u16::from(LEN_16) {
                return Err(FrameError::LongerThanNeeded);
            }
            Ok(Some((u64::from(len), 2)))
        }
        LEN_64 => {
            if rest.first().is_some_and(|&first| first & 0x80 != 0) {
                return Err(FrameError::LengthHighBit);
            }
            let Some(&bytes) = rest.first_chunk() else { return Ok(None) };
            let len = u64::from_be_bytes(bytes);
            if len <= u64::from(u16::MAX) {
                return Err(FrameError::LongerThanNeeded);
            }
            Ok(Some((len, 8)))
        }
        short => Ok(Some((u64::from(short), 0))),
    }
}

/// Appends a whole frame of a server's, which has no mask (RFC 6455 §5.1).
pub(super) fn encode_frame(opcode: Opcode, payload: &[u8], out: &mut Vec<u8>) {
    encode_whole(FIN | opcode.code(), payload, out);
}

/// The same with a payload that is compressed.
#[cfg(feature = "ws-deflate")]
pub(super) fn encode_compressed(opcode: Opcode, payload: &[u8], out: &mut Vec<u8>) {
    encode_whole(FIN | COMPRESSED | opcode.code(), payload, out);
}

fn encode_whole(first: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.push(first);
    encode_len(payload.len(), 0, out);
    out.extend_from_slice(payload);
}

/// Appends a length in the fewest bytes, with the bit `masked` beside it.
fn encode_len(len: usize, masked: u8, out: &mut Vec<u8>) {
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(short), _) if usize::from(short) <= MAX_CONTROL_LEN => out.push(masked | short),
        (_, Ok(len)) => {
            out.push(masked | LEN_16);
            out.extend_from_slice(&len.to_be_bytes());
        }
        (_, Err(_)) => {
            out.push(masked | LEN_64);
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
}

/// Takes the mask off a piece of payload, before which `offset` bytes of it came; put on again, it is the same.
pub(super) fn unmask(piece: &mut [u8], mask: [u8; 4], offset: u64) {
    let mut mask = mask;
    mask.rotate_left((offset % 4) as usize);
    // Eight bytes at a time: the compiler makes vectors of them.
    let wide = u64::from_ne_bytes([mask, mask].as_flattened().try_into().unwrap_or_default());
    let (chunks, rest) = piece.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

/// Appends a frame as a client sends it, for tests.
#[cfg(any(test, feature = "__properties"))]
pub(super) fn encode_masked(
    is_final: bool,
    opcode: Opcode,
    payload: &[u8],
    mask: [u8; 4],
    out: &mut Vec<u8>,
) {
    out.push(if is_final { FIN } else { 0 } | opcode.code());
    encode_len(payload.len(), MASKED, out);
    out.extend_from_slice(&mask);
    let start = out.len();
    out.extend_from_slice(payload);
    unmask(out.get_mut(start..).unwrap_or_default(), mask, 0);
}

/// Why bytes are no frame of a client; the connection ends with 1002.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameError {
    /// No extension was agreed on that could mean something by RSV1, RSV2 or RSV3.
    ReservedBits,
    /// RSV1 elsewhere than at the beginning of a message (RFC 7692 §6.1).
    MisplacedCompression,
    UnknownOpcode(u8),
    FragmentedControl,
    /// More than [`MAX_CONTROL_LEN`] bytes.
    LongControl,
    /// Without a mask, a script could have chosen the bytes that an intermediary sees (RFC 6455 §10.3).
    Unmasked,
    /// A length in more bytes than it needs.
    LongerThanNeeded,
    /// The highest bit of a length of 64 bits is 0.
    LengthHighBit,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReservedBits => {
                f.write_str("expected a frame without reserved bits: no extension was agreed on")
            }
            Self::MisplacedCompression => f.write_str("expected RSV1 in no frame but the first of a message"),
            Self::UnknownOpcode(code) => write!(f, "expected a known opcode, found {code:#x}"),
            Self::FragmentedControl => f.write_str("expected a control frame in one piece"),
            Self::LongControl => f.write_str("expected at most 125 bytes in a control frame"),
            Self::Unmasked => f.write_str("expected a masked frame"),
            Self::LongerThanNeeded => f.write_str("expected a length in the fewest bytes"),
            Self::LengthHighBit => f.write_str("expected a length of at most 63 bits"),
        }
    }
}

impl Error for FrameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &[u8], expected: Result<Option<(FrameHeader, usize)>, FrameError>) {
        for end in 0..input.len() {
            let early = parse_header(&input[..end], false);
            assert!(early == Ok(None) || early == expected, "cut at byte {end}: {early:?}");
        }
        assert_eq!(parse_header(input, false), expected);
    }

    #[test]
    fn takes_compression_at_the_beginning_of_a_message_where_it_was_agreed_on() {
        let rows = [
            (0xC1, Ok(true)),
            (0x42, Ok(true)),
            (0x81, Ok(false)),
            (0x80, Ok(false)),
            (0xC0, Err(FrameError::MisplacedCompression)),
            (0xC8, Err(FrameError::MisplacedCompression)),
            (0xC9, Err(FrameError::MisplacedCompression)),
            (0xCA, Err(FrameError::MisplacedCompression)),
            (0xE1, Err(FrameError::ReservedBits)),
            (0xD1, Err(FrameError::ReservedBits)),
            (0xA1, Err(FrameError::ReservedBits)),
        ];
        for (first, expected) in rows {
            let found = parse_header(&[first, 0x80, 1, 2, 3, 4], true);
            assert_eq!(found.map(|header| header.unwrap().0.is_compressed), expected, "{first:#x}");
        }
    }

    #[test]
    fn takes_a_header_of_each_length() {
        let header = |opcode, len| FrameHeader {
            is_final: true,
            is_compressed: false,
            opcode,
            len,
            mask: [1, 2, 3, 4],
        };
        check(&[0x81, 0x80, 1, 2, 3, 4], Ok(Some((header(Opcode::Text, 0), 6))));
        check(&[0x82, 0xFD, 1, 2, 3, 4], Ok(Some((header(Opcode::Binary, 125), 6))));
        check(&[0x82, 0xFE, 0, 126, 1, 2, 3, 4], Ok(Some((header(Opcode::Binary, 126), 8))));
        check(&[0x80, 0xFE, 255, 255, 1, 2, 3, 4], Ok(Some((header(Opcode::Continuation, 65_535), 8))));
        let longest = [0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4];
        check(&longest, Ok(Some((header(Opcode::Binary, i64::MAX as u64), 14))));
        check(&[0x89, 0xFD, 1, 2, 3, 4], Ok(Some((header(Opcode::Ping, 125), 6))));
    }

    #[test]
    fn refuses_at_the_first_byte_that_shows_it() {
        use FrameError as E;
        let rows: &[(&[u8], FrameError)] = &[
            (&[0xC1], E::ReservedBits),
            (&[0xA1], E::ReservedBits),
            (&[0x91], E::ReservedBits),
            (&[0x83], E::UnknownOpcode(3)),
            (&[0x87], E::UnknownOpcode(7)),
            (&[0x8B], E::UnknownOpcode(11)),
            (&[0x8F], E::UnknownOpcode(15)),
            (&[0x09], E::FragmentedControl),
            (&[0x08], E::FragmentedControl),
            (&[0x81, 0x05], E::Unmasked),
            (&[0x88, 0x00], E::Unmasked),
            (&[0x89, 0xFE], E::LongControl),
            (&[0x88, 0xFF], E::LongControl),
            (&[0x81, 0xFE, 0, 125], E::LongerThanNeeded),
            (&[0x81, 0xFF, 0, 0, 0, 0, 0, 0, 255, 255], E::LongerThanNeeded),
            (&[0x81, 0xFF, 0x80], E::LengthHighBit),
        ];
        for (input, expected) in rows {
            check(input, Err(*expected));
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_encoded_is_parsed(len in 0_usize..70_000, is_final: bool, mask: [u8; 4], cut: usize) {
            let payload: Vec<_> = (0..=u8::MAX).cycle().take(len).collect();
            let mut out = Vec::new();
            encode_masked(is_final, Opcode::Binary, &payload, mask, &mut out);
            let (header, taken) = parse_header(&out, false).unwrap().unwrap();
            let (opcode, len_64) = (Opcode::Binary, len as u64);
            let expected = FrameHeader { is_final, is_compressed: false, opcode, len: len_64, mask };
            proptest::prop_assert_eq!(header, expected);
            let mut masked = out.split_off(taken);
            // In two pieces, wherever they meet.
            let cut = cut % (len + 1);
            let (first, second) = masked.split_at_mut(cut);
            unmask(first, mask, 0);
            unmask(second, mask, cut as u64);
            proptest::prop_assert_eq!(masked, payload);
        }
    }
}
