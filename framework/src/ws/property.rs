//! Any bytes as what a client sends over a WebSocket: read the same in all pieces, as they are read by hand, within
//! bounds; and what a server writes of it is read back.

#[cfg(test)]
mod tests;

use super::close::CloseFrame;
use super::decoder::{Decoder, Event, MessageLimits, Violation};
use super::frame::{MAX_CONTROL_LEN, Opcode, encode_frame, encode_masked};
use super::socket::Message;
use crate::__properties::cuts;

/// Longer inputs would only be slower.
const MAX_INPUT: usize = 16 * 1024;
/// A header with the longest length and a mask.
const MAX_HEADER: usize = 14;

const LIMITS: MessageLimits = MessageLimits { message: 600, frame: 500 };
/// Of who reads back what was within the others.
const WIDE: MessageLimits = MessageLimits { message: 600, frame: 600 };

/// Holds where `input`, as all that a client sends once its WebSocket is open, says the same whatever its pieces.
///
/// # Panics
///
/// Where it does not hold.
pub fn websocket(input: &[u8]) {
    let input = input.get(..MAX_INPUT).unwrap_or(input);
    let said = decode(input, &[]);
    for cuts in cuts(input) {
        assert_eq!(decode(input, &cuts), said, "cut at {cuts:?}");
    }
    let (events, violation) = said;
    let (by_hand, end) = read_by_hand(input);
    assert_eq!(events.iter().map(Said::of).collect::<Vec<_>>(), by_hand);
    match end {
        End::Refused => assert!(violation.is_some(), "by hand it is refused"),
        End::Whole => assert_eq!(violation, None),
        // What is wrong is seen before all of it is there.
        End::Within => {}
    }
    events.into_iter().for_each(reads_back);
    if let Some(violation) = violation {
        reads_back(Event::Close(Some(violation.close_frame())));
    }
}

/// All that `input` says, cut there, up to a fault.
fn decode(input: &[u8], cuts: &[usize]) -> (Vec<Event>, Option<Violation>) {
    let (mut decoder, mut events) = (Decoder::new(LIMITS, None), Vec::new());
    let (mut unread, mut start) = (Vec::new(), 0);
    for end in cuts.iter().copied().chain([input.len()]) {
        unread.extend_from_slice(input.get(start..end).unwrap_or_default());
        start = end;
        loop {
            let (consumed, event) = match decoder.decode(&unread) {
                Ok(decoded) => decoded,
                Err(violation) => return (events, Some(violation)),
            };
            unread.drain(..consumed);
            // Room doubles as it grows.
            let most = 2 * (LIMITS.message + MAX_CONTROL_LEN + 1);
            assert!(decoder.held() <= most, "{} bytes are held", decoder.held());
            let Some(event) = event else { break };
            events.push(event);
        }
        assert!(unread.len() < MAX_HEADER, "{} bytes are left", unread.len());
    }
    (events, None)
}

/// What a server writes of it says the same to a client, and what a client writes of it the same to a server.
fn reads_back(event: Event) {
    let (opcode, payload) = match &event {
        Event::Message(message) => (message.opcode(), message.as_bytes().to_vec()),
        Event::Ping(payload) => (Opcode::Ping, payload.clone()),
        Event::Pong => (Opcode::Pong, Vec::new()),
        Event::Close(frame) => (Opcode::Close, frame.as_ref().map(CloseFrame::payload).unwrap_or_default()),
    };
    let mut frame = Vec::new();
    encode_frame(opcode, &payload, &mut frame);
    let head = frame.strip_suffix(payload.as_slice()).expect("the payload ends the frame");
    match (payload.len(), head) {
        (0..126, &[_, len]) => assert_eq!(usize::from(len), payload.len()),
        (126.., &[_, 126, high, low]) => {
            assert_eq!(usize::from(u16::from_be_bytes([high, low])), payload.len());
        }
        (len, head) => panic!("{} in front of {len} bytes", head.escape_ascii()),
    }
    let mut masked = Vec::new();
    encode_masked(true, opcode, &payload, [0xA5, 0, 0xFF, 1], &mut masked);
    assert_eq!(masked.first(), frame.first());
    assert_eq!(Decoder::new(WIDE, None).decode(&masked), Ok((masked.len(), Some(event))));
}

/// An event as it is read by hand.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close(Option<(u16, String)>),
}

impl Said {
    fn of(event: &Event) -> Self {
        match event {
            Event::Message(Message::Text(text)) => Self::Text(text.clone()),
            Event::Message(Message::Binary(bytes)) => Self::Binary(bytes.to_vec()),
            Event::Ping(payload) => Self::Ping(payload.clone()),
            Event::Pong => Self::Pong,
            Event::Close(frame) => {
                let parts = |frame: &CloseFrame| (frame.code().as_u16(), frame.reason().to_owned());
                Self::Close(frame.as_ref().map(parts))
            }
        }
    }
}

/// Where reading by hand came to.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// Each frame is whole.
    Whole,
    /// The input ends in a frame, or in front of its payload's end.
    Within,
    Refused,
}

/// A frame, its mask taken off.
struct Frame {
    is_final: bool,
    code: u8,
    payload: Vec<u8>,
}

/// Frame by frame, and each when it is whole (RFC 6455 §5).
fn read_by_hand(mut input: &[u8]) -> (Vec<Said>, End) {
    let (mut said, mut message) = (Vec::new(), None::<(u8, Vec<u8>)>);
    while !input.is_empty() {
        let held = message.as_ref().map(|(_, bytes)| bytes.len());
        let frame = match read_frame(&mut input, held) {
            Ok(frame) => frame,
            Err(end) => return (said, end),
        };
        let one = match frame.code {
            0x8 => say_close(&frame.payload),
            0x9 => Some(Said::Ping(frame.payload)),
            0xA => Some(Said::Pong),
            code => {
                let (kind, bytes) = message.get_or_insert((code, Vec::new()));
                bytes.extend_from_slice(&frame.payload);
                let is_text = *kind == 1;
                if !frame.is_final {
                    let cut = |bytes: &[u8]| {
                        std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_some())
                    };
                    if is_text && cut(bytes) {
                        return (said, End::Refused);
                    }
                    continue;
                }
                let bytes = message.take().map(|(_, bytes)| bytes).unwrap_or_default();
                if is_text {
                    String::from_utf8(bytes).ok().map(Said::Text)
                } else {
                    Some(Said::Binary(bytes))
                }
            }
        };
        let Some(one) = one else { return (said, End::Refused) };
        said.push(one);
    }
    (said, End::Whole)
}

/// Takes a frame; `held` says how much there is of a message that it may continue.
fn read_frame(input: &mut &[u8], held: Option<usize>) -> Result<Frame, End> {
    let &[first, second, ..] = *input else { return Err(End::Within) };
    let (is_final, code) = (first & 0x80 != 0, first & 0x0F);
    let short = usize::from(second & 0x7F);
    let is_control = code >= 8;
    let is_wrong = first & 0x70 != 0
        || !matches!(code, 0..=2 | 8..=10)
        || second & 0x80 == 0
        || (is_control && (!is_final || short > 125));
    if is_wrong {
        return Err(End::Refused);
    }
    let len_bytes = [(126, 2), (127, 8)].iter().find(|(mark, _)| *mark == short).map_or(0, |(_, len)| *len);
    let len_field = input.get(2..2 + len_bytes).ok_or(End::Within)?;
    let long = len_field.iter().fold(0_u64, |len, &byte| len << 8 | u64::from(byte));
    let len = if len_bytes == 0 { short as u64 } else { long };
    // In the fewest bytes, and 63 bits.
    if (len_bytes == 2 && len < 126) || (len_bytes == 8 && (len < 65_536 || len >> 63 == 1)) {
        return Err(End::Refused);
    }
    let mask: [u8; 4] = *input.get(2 + len_bytes..).and_then(<[u8]>::first_chunk).ok_or(End::Within)?;
    if !is_control {
        let is_misplaced = held.is_some() != (code == 0);
        let total = len.saturating_add(held.unwrap_or_default() as u64);
        if is_misplaced || len > LIMITS.frame as u64 || total > LIMITS.message as u64 {
            return Err(End::Refused);
        }
    }
    let start = 6 + len_bytes;
    let end = start + usize::try_from(len).map_err(|_| End::Within)?;
    let masked = input.get(start..end).ok_or(End::Within)?;
    let payload = masked.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    *input = input.get(end..).unwrap_or_default();
    Ok(Frame { is_final, code, payload })
}

/// What a Close frame says, where it may say it (RFC 6455 §5.5.1, §7.4).
fn say_close(payload: &[u8]) -> Option<Said> {
    match payload {
        [] => Some(Said::Close(None)),
        &[high, low, ref reason @ ..] => {
            let code = u16::from_be_bytes([high, low]);
            let is_known = (1000..=1014).contains(&code) && !(1004..=1006).contains(&code);
            let reason = String::from_utf8(reason.to_vec()).ok()?;
            (is_known || (3000..5000).contains(&code)).then_some(Said::Close(Some((code, reason))))
        }
        [_] => None,
    }
}
