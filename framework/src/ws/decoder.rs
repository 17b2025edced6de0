//! Frames to messages (RFC 6455 §5.4 to §5.6, §8.1): fragments are put together, what is compressed is inflated, text is
//! checked as it comes.
//!
//! ```text
//!             Text, Binary, not final             Continuation, final
//!   between ───────────────────────────► within ──────────────────────► between
//!      ▲ │ Text, Binary, final             ▲ │ Continuation, not final
//!      └─┘                                 └─┘
//! ```
//!
//! Control frames may stand anywhere between the others. No byte is kept that a limit forbids, and none is reserved
//! before it has come.

use std::error::Error;
use std::fmt;

use bytes::Bytes;

use super::close::{CloseCode, CloseFrame};
use super::deflate::Inflater;
use super::frame::{FrameError, FrameHeader, Opcode, parse_header, unmask};
use super::socket::Message;

/// How large what a client sends may be; each bound is itself allowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct MessageLimits {
    /// Bytes of a whole message.
    pub(super) message: usize,
    /// Bytes of one frame's payload.
    pub(super) frame: usize,
}

/// The state of what comes from one client.
#[derive(Debug)]
pub(super) struct Decoder {
    limits: MessageLimits,
    /// Where it was agreed that messages may be compressed.
    inflater: Option<Inflater>,
    /// The message that was begun.
    message: Option<Partial>,
    /// The frame that was begun, and how many bytes of its payload have come.
    frame: Option<(FrameHeader, u64)>,
    /// The payload of a control frame that was begun.
    control: Vec<u8>,
}

/// The part of a message that has come.
#[derive(Debug)]
struct Partial {
    kind: Kind,
    is_compressed: bool,
    /// Bytes of payload that its frames have announced.
    announced: u64,
    bytes: Vec<u8>,
}

#[derive(Debug)]
enum Kind {
    /// So many bytes are whole characters.
    Text {
        valid: usize,
    },
    Binary,
}

/// What a client has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Message(Message),
    Ping(Vec<u8>),
    Pong,
    Close(Option<CloseFrame>),
}

impl Decoder {
    pub(super) fn new(limits: MessageLimits, inflater: Option<Inflater>) -> Self {
        Self { limits, inflater, message: None, frame: None, control: Vec::new() }
    }

    /// Bytes of room that it has for what has come.
    #[cfg(any(test, feature = "__properties"))]
    pub(super) fn held(&self) -> usize {
        self.message.as_ref().map_or(0, |message| message.bytes.capacity()) + self.control.capacity()
    }

    /// Takes in what it can, up to the end of a message or control frame; gives how many bytes that were.
    ///
    /// # Errors
    ///
    /// [`Violation`] at the first byte that shows it; nothing can be decoded behind one.
    pub(super) fn decode(&mut self, input: &[u8]) -> Result<(usize, Option<Event>), Violation> {
        let mut consumed = 0;
        loop {
            let rest = input.get(consumed..).unwrap_or_default();
            let Some((header, received)) = self.frame else {
                let Some((header, len)) = parse_header(rest, self.inflater.is_some())? else {
                    return Ok((consumed, None));
                };
                self.begin(&header)?;
                self.frame = Some((header, 0));
                consumed += len;
                continue;
            };
            let owed = header.len - received;
            let len = usize::try_from(owed).unwrap_or(usize::MAX).min(rest.len());
            let is_whole = len as u64 == owed;
            self.take(&header, received, rest.get(..len).unwrap_or_default(), is_whole)?;
            consumed += len;
            if !is_whole {
                self.frame = Some((header, received + len as u64));
                return Ok((consumed, None));
            }
            self.frame = None;
            if let Some(event) = self.end(&header)? {
                return Ok((consumed, Some(event)));
            }
        }
    }

    /// Looks at a frame whose header has come.
    fn begin(&mut self, header: &FrameHeader) -> Result<(), Violation> {
        if header.opcode.is_control() {
            return Ok(());
        }
        let limit = self.limits.frame as u64;
        if header.len > limit {
            return Err(Violation::FrameTooBig { limit });
        }
        let message = match (header.opcode, &mut self.message) {
            (Opcode::Continuation, Some(message)) => message,
            (Opcode::Continuation, None) => return Err(Violation::NothingToContinue),
            (_, Some(_)) => return Err(Violation::MessageWithinMessage),
            (opcode, message @ None) => {
                let kind = if opcode == Opcode::Text { Kind::Text { valid: 0 } } else { Kind::Binary };
                let is_compressed = header.is_compressed;
                message.insert(Partial { kind, is_compressed, announced: 0, bytes: Vec::new() })
            }
        };
        let limit = self.limits.message as u64;
        // What cannot be compressed gets a little longer by it; more than that is no honest message.
        let most = if message.is_compressed { limit.saturating_add(limit / 64 + 64) } else { limit };
        message.announced = message.announced.saturating_add(header.len);
        if message.announced > most {
            return Err(Violation::MessageTooBig { limit });
        }
        Ok(())
    }

    /// Takes in a piece of a frame's payload; `is_whole` says whether that is all of it.
    fn take(
        &mut self,
        header: &FrameHeader,
        received: u64,
        piece: &[u8],
        is_whole: bool,
    ) -> Result<(), Violation> {
        let bytes = match (&mut self.message, &mut self.inflater) {
            (_, _) if header.opcode.is_control() => &mut self.control,
            (Some(message), Some(inflater)) if message.is_compressed => {
                let limit = self.limits.message;
                inflate_masked(inflater, header, received, piece, &mut message.bytes, limit)?;
                return self.check_text();
            }
            (Some(message), _) => &mut message.bytes,
            (None, _) => return Ok(()),
        };
        let start = bytes.len();
        bytes.extend_from_slice(piece);
        unmask(bytes.get_mut(start..).unwrap_or_default(), header.mask, received);
        // Text that is whole is looked at as a whole.
        if header.opcode.is_control() || (header.is_final && is_whole) { Ok(()) } else { self.check_text() }
    }

    /// Looks at the text that has come since the last look: at most three bytes are looked at again.
    fn check_text(&mut self) -> Result<(), Violation> {
        let Some(Partial { kind: Kind::Text { valid }, bytes, .. }) = &mut self.message else {
            return Ok(());
        };
        match std::str::from_utf8(bytes.get(*valid..).unwrap_or_default()) {
            Ok(text) => *valid += text.len(),
            Err(error) if error.error_len().is_none() => *valid += error.valid_up_to(),
            Err(_) => return Err(Violation::InvalidUtf8),
        }
        Ok(())
    }

    /// Gives what a frame whose payload is whole says.
    fn end(&mut self, header: &FrameHeader) -> Result<Option<Event>, Violation> {
        let control = |decoder: &mut Self| std::mem::take(&mut decoder.control);
        Ok(Some(match header.opcode {
            Opcode::Ping => Event::Ping(control(self)),
            Opcode::Pong => {
                self.control.clear();
                Event::Pong
            }
            Opcode::Close => Event::Close(CloseFrame::parse(&control(self))?),
            Opcode::Continuation | Opcode::Text | Opcode::Binary if !header.is_final => return Ok(None),
            Opcode::Continuation | Opcode::Text | Opcode::Binary => {
                if let (Some(message), Some(inflater)) = (&mut self.message, &mut self.inflater)
                    && message.is_compressed
                {
                    inflater.finish(&mut message.bytes, self.limits.message)?;
                    self.check_text()?;
                }
                let Some(message) = self.message.take() else { return Ok(None) };
                Event::Message(message.complete()?)
            }
        }))
    }
}

/// Inflates a piece of a frame's payload, before which `received` bytes of it came.
fn inflate_masked(
    inflater: &mut Inflater,
    header: &FrameHeader,
    received: u64,
    piece: &[u8],
    output: &mut Vec<u8>,
    limit: usize,
) -> Result<(), Violation> {
    let mut offset = received;
    let mut room = [0; 2048];
    for part in piece.chunks(room.len()) {
        let Some(unmasked) = room.get_mut(..part.len()) else { continue };
        unmasked.copy_from_slice(part);
        unmask(unmasked, header.mask, offset);
        inflater.inflate(unmasked, output, limit)?;
        offset += part.len() as u64;
    }
    Ok(())
}

impl Partial {
    /// The message, where text does not end within a character.
    fn complete(self) -> Result<Message, Violation> {
        match self.kind {
            Kind::Binary => Ok(Message::Binary(Bytes::from(self.bytes))),
            Kind::Text { .. } => {
                String::from_utf8(self.bytes).map(Message::Text).map_err(|_| Violation::InvalidUtf8)
            }
        }
    }
}

/// What a client did that ends the connection (RFC 6455 §7.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Violation {
    Frame(FrameError),
    NothingToContinue,
    MessageWithinMessage,
    CloseWithoutCode,
    InvalidCloseCode(u16),
    InvalidUtf8,
    /// What a message was compressed to is no DEFLATE, or not all of it.
    #[cfg_attr(
        not(feature = "ws-deflate"),
        allow(dead_code, reason = "nothing is inflated without the feature")
    )]
    InvalidDeflate,
    /// Bytes.
    FrameTooBig {
        limit: u64,
    },
    /// Bytes.
    MessageTooBig {
        limit: u64,
    },
}

impl Violation {
    /// What the client is told.
    pub(super) fn close_frame(self) -> CloseFrame {
        let code = match self {
            Self::Frame(_)
            | Self::NothingToContinue
            | Self::MessageWithinMessage
            | Self::CloseWithoutCode
            | Self::InvalidCloseCode(_) => CloseCode::PROTOCOL_ERROR,
            Self::InvalidUtf8 | Self::InvalidDeflate => CloseCode::INVALID_PAYLOAD,
            Self::FrameTooBig { .. } | Self::MessageTooBig { .. } => CloseCode::TOO_BIG,
        };
        CloseFrame::new(code, self.to_string())
    }
}

impl From<FrameError> for Violation {
    fn from(error: FrameError) -> Self {
        Self::Frame(error)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(error) => error.fmt(f),
            Self::NothingToContinue => f.write_str("expected a message to begin, found a continuation"),
            Self::MessageWithinMessage => f.write_str("expected a continuation, found another message"),
            Self::CloseWithoutCode => f.write_str("expected a close code of two bytes, found one"),
            Self::InvalidCloseCode(code) => write!(f, "expected a close code that may be sent, found {code}"),
            Self::InvalidUtf8 => f.write_str("expected text in UTF-8"),
            Self::InvalidDeflate => f.write_str("expected a whole message in DEFLATE"),
            Self::FrameTooBig { limit } => write!(f, "expected at most {limit} bytes in a frame"),
            Self::MessageTooBig { limit } => write!(f, "expected at most {limit} bytes in a message"),
        }
    }
}

impl Error for Violation {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ws::frame::encode_masked;

    const LIMITS: MessageLimits = MessageLimits { message: 64, frame: 48 };

    /// All that these pieces say, up to a fault.
    fn decode(pieces: &[&[u8]]) -> (Vec<Event>, Option<Violation>) {
        let (mut decoder, mut events, mut input) = (Decoder::new(LIMITS, None), Vec::new(), Vec::new());
        for piece in pieces {
            input.extend_from_slice(piece);
            loop {
                match decoder.decode(&input) {
                    Ok((consumed, event)) => {
                        input.drain(..consumed);
                        let Some(event) = event else { break };
                        events.push(event);
                    }
                    Err(violation) => return (events, Some(violation)),
                }
            }
        }
        (events, None)
    }

    fn frames() -> impl Strategy<Value = Vec<u8>> {
        let opcodes = [
            Opcode::Continuation,
            Opcode::Text,
            Opcode::Text,
            Opcode::Binary,
            Opcode::Close,
            Opcode::Ping,
            Opcode::Pong,
        ];
        let payload = prop_oneof![
            "[aé€😀]{0,12}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..60)
        ];
        let frame = (any::<bool>(), prop::sample::select(opcodes.to_vec()), payload, any::<[u8; 4]>());
        prop::collection::vec(frame, 0..6).prop_map(|frames| {
            let mut bytes = Vec::new();
            for (is_final, opcode, payload, mask) in frames {
                encode_masked(is_final || opcode.is_control(), opcode, &payload, mask, &mut bytes);
            }
            bytes
        })
    }

    proptest! {
        #[test]
        fn frames_say_the_same_cut_at_every_byte(bytes in frames()) {
            let whole = decode(&[&bytes]);
            for cut in 0..=bytes.len() {
                let (first, second) = bytes.split_at(cut);
                prop_assert_eq!(&decode(&[first, second]), &whole, "cut at byte {}", cut);
            }
            let each: Vec<_> = bytes.chunks(1).collect();
            prop_assert_eq!(decode(&each), whole);
        }

        #[test]
        fn any_bytes_say_the_same_in_pieces(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let each: Vec<_> = bytes.chunks(1).collect();
            prop_assert_eq!(decode(&each), decode(&[&bytes]));
        }

        #[test]
        fn text_is_refused_at_its_first_byte_that_no_text_has(text in prop::collection::vec(any::<u8>(), 1..40)) {
            let mut bytes = Vec::new();
            encode_masked(false, Opcode::Text, &text, [0; 4], &mut bytes);
            let head = bytes.len() - text.len();
            let fault = (1..=text.len()).find(|&len| {
                std::str::from_utf8(&text[..len]).is_err_and(|error| error.error_len().is_some())
            });
            for len in 1..=text.len() {
                let found = decode(&[&bytes[..head + len]]).1;
                let expected = fault.is_some_and(|fault| len >= fault).then_some(Violation::InvalidUtf8);
                prop_assert_eq!(found, expected, "{} bytes", len);
            }
        }

        #[test]
        fn a_message_is_that_of_its_fragments(parts in prop::collection::vec("[aé€😀]{0,4}", 1..4), mask: [u8; 4]) {
            let mut bytes = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let opcode = if index == 0 { Opcode::Text } else { Opcode::Continuation };
                encode_masked(index + 1 == parts.len(), opcode, part.as_bytes(), mask, &mut bytes);
            }
            let expected = vec![Event::Message(Message::Text(parts.concat()))];
            prop_assert_eq!(decode(&[&bytes]), (expected, None));
        }
    }
}
