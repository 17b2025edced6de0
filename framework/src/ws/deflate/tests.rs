//! Messages there and back, at the border of the codec: bytes of frames, without a connection.

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};
use proptest::prelude::*;

use super::super::decoder::{Decoder, Event, MessageLimits, Violation};
use super::super::extensions::parse;
use super::super::frame::{Opcode, encode_masked};
use super::super::socket::Message;
use super::codec::{Deflater, Inflater};
use super::{MessageCompression, agree};

const LIMITS: MessageLimits = MessageLimits { message: 100_000, frame: 100_000 };
const MASK: [u8; 4] = [9, 8, 7, 6];

fn inflater(context: Option<u8>) -> Inflater {
    Inflater::new(context)
}

/// A client's frame with RSV1 as `is_compressed` says.
fn frame(is_final: bool, is_compressed: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_masked(is_final, opcode, payload, MASK, &mut out);
    out[0] |= if is_compressed { 0x40 } else { 0 };
    out
}

/// A client's message in a frame.
fn message(payload: &[u8]) -> Vec<u8> {
    frame(true, true, Opcode::Text, payload)
}

/// All that `input` says, in pieces of `step` bytes.
fn decode(decoder: &mut Decoder, input: &[u8], step: usize) -> Result<Vec<Event>, Violation> {
    let (mut events, mut unread) = (Vec::new(), Vec::new());
    for piece in input.chunks(step.max(1)) {
        unread.extend_from_slice(piece);
        loop {
            let (consumed, event) = decoder.decode(&unread)?;
            unread.drain(..consumed);
            let Some(event) = event else { break };
            events.push(event);
        }
    }
    Ok(events)
}

fn text(text: &str) -> Event {
    Event::Message(Message::from(text))
}

/// What a client compresses a message to, with its context or a fresh one.
fn compress(state: &mut Compress, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 1024);
    state.compress_vec(content, &mut out, FlushCompress::Sync).unwrap();
    out.truncate(out.len() - 4);
    out
}

fn fresh() -> Compress {
    Compress::new(Compression::default(), false)
}

#[track_caller]
fn check(context: Option<u8>, input: &[u8], expected: Result<&[Event], Violation>) {
    for step in [usize::MAX, 1, 2, 3, 7] {
        let mut decoder = Decoder::new(LIMITS, Some(inflater(context)));
        let found = decode(&mut decoder, input, step.min(input.len()));
        assert_eq!(found.as_deref().map_err(|violation| *violation), expected, "in pieces of {step}");
    }
}

#[test]
fn the_messages_of_the_rfc_are_read() {
    // RFC 7692 §7.2.3.1 to §7.2.3.5.
    let hello = [text("Hello")];
    let parts = [
        frame(false, true, Opcode::Text, &[0xf2, 0x48, 0xcd]),
        frame(true, false, Opcode::Continuation, &[0xc9, 0xc9, 0x07, 0x00]),
    ];
    for context in [None, Some(15), Some(9), Some(8)] {
        check(context, &message(&[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]), Ok(&hello));
        check(context, &parts.concat(), Ok(&hello));
        let stored = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
        check(context, &message(&stored), Ok(&hello));
        check(context, &message(&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00]), Ok(&hello));
        let blocks = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
        check(context, &message(&blocks), Ok(&hello));
        check(context, &message(&[0x00]), Ok(&[text("")]));
    }
    let twice =
        [message(&[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]), message(&[0xf2, 0x00, 0x11, 0x00, 0x00])]
            .concat();
    check(Some(15), &twice, Ok(&[text("Hello"), text("Hello")]));
    // The same without a context refers to what is not there.
    check(None, &twice, Err(Violation::InvalidDeflate));
}

#[test]
fn control_frames_and_plain_messages_stand_between() {
    let mut state = fresh();
    let first = compress(&mut state, b"festina lente");
    let second = compress(&mut state, b"festina lente, lente");
    let (a, b) = first.split_at(first.len() / 2);
    let input = [
        frame(false, true, Opcode::Text, a),
        frame(true, false, Opcode::Ping, b"p"),
        frame(false, false, Opcode::Continuation, b""),
        frame(true, false, Opcode::Continuation, b),
        frame(true, false, Opcode::Text, b"plain"),
        message(&second),
    ]
    .concat();
    let expected =
        [Event::Ping(b"p".to_vec()), text("festina lente"), text("plain"), text("festina lente, lente")];
    check(Some(15), &input, Ok(&expected));
}

#[test]
fn what_is_no_whole_message_is_refused() {
    let whole = compress(&mut fresh(), "a longer text, of which a part will be missing".as_bytes());
    for len in 1..whole.len() {
        check(None, &message(&whole[..len]), Err(Violation::InvalidDeflate));
    }
    for garbage in [b"\xFF\xFF\xFF\xFF".as_slice(), b"\x07", b"Hello"] {
        check(None, &message(garbage), Err(Violation::InvalidDeflate));
        check(Some(15), &message(garbage), Err(Violation::InvalidDeflate));
    }
    let not_utf8 = compress(&mut fresh(), b"a\xFF");
    check(None, &message(&not_utf8), Err(Violation::InvalidUtf8));
    let cut_character = compress(&mut fresh(), b"\xE2\x82");
    check(Some(15), &message(&cut_character), Err(Violation::InvalidUtf8));
    let binary = compress(&mut fresh(), b"a\xFF");
    let expected = Event::Message(Message::from(Bytes::from_static(b"a\xFF")));
    check(None, &frame(true, true, Opcode::Binary, &binary), Ok(&[expected]));
}

#[test]
fn a_bomb_is_cut_at_the_limit() {
    let bomb = compress(&mut fresh(), &vec![0; 10_000_000]);
    assert!(bomb.len() < 20_000, "{}", bomb.len());
    for context in [None, Some(15)] {
        let mut inflater = inflater(context);
        let mut output = Vec::new();
        let refused = inflater.inflate(&bomb, &mut output, 50_000);
        assert_eq!(refused, Err(Violation::MessageTooBig { limit: 50_000 }));
        assert!(output.capacity() <= 200_000, "{} bytes of room", output.capacity());
        check(
            context,
            &frame(true, true, Opcode::Binary, &bomb),
            Err(Violation::MessageTooBig { limit: 100_000 }),
        );
        let at_limit = compress(&mut fresh(), &vec![0; 100_000]);
        let whole = Event::Message(Message::from(vec![0; 100_000]));
        check(context, &frame(true, true, Opcode::Binary, &at_limit), Ok(&[whole]));
        let beyond = compress(&mut fresh(), &vec![0; 100_001]);
        let refused = Err(Violation::MessageTooBig { limit: 100_000 });
        check(context, &frame(true, true, Opcode::Binary, &beyond), refused);
    }
    // Blocks of nothing, on and on, in a frame after another.
    let mut decoder = Decoder::new(MessageLimits { message: 64, frame: 64 }, Some(inflater(None)));
    let nothing = frame(false, false, Opcode::Continuation, &[0, 0, 0, 0xFF, 0xFF].repeat(10));
    let mut input = frame(false, true, Opcode::Binary, b"");
    (0..4).for_each(|_| input.extend_from_slice(&nothing));
    let refused = decode(&mut decoder, &input, 1000);
    assert_eq!(refused, Err(Violation::MessageTooBig { limit: 64 }));
}

/// What a server's frames say to a client that has agreed to the same.
fn read_back(bytes: &[u8], context: Option<u8>) -> Vec<Event> {
    let mut decoder = Decoder::new(LIMITS, Some(inflater(context)));
    let (mut masked, mut rest) = (Vec::new(), bytes);
    while let [first, short, ..] = *rest {
        let (len, head) = match short {
            126 => (usize::from(u16::from_be_bytes([rest[2], rest[3]])), 4),
            127 => (usize::try_from(u64::from_be_bytes(rest[2..10].try_into().unwrap())).unwrap(), 10),
            short => (usize::from(short), 2),
        };
        let opcode = if first & 0x0F == 1 { Opcode::Text } else { Opcode::Binary };
        masked.extend(frame(true, first & 0x40 != 0, opcode, &rest[head..head + len]));
        rest = &rest[head + len..];
    }
    decode(&mut decoder, &masked, masked.len()).unwrap()
}

#[test]
fn only_what_gets_smaller_is_compressed() {
    let encode = |deflater: &mut Deflater, content: &[u8]| {
        let mut out = Vec::new();
        deflater.encode(Opcode::Text, content, &mut out);
        out
    };
    let mut alone = Deflater::new(15, false, 64);
    assert_eq!(encode(&mut alone, b"aaaa"), b"\x81\x04aaaa");
    let long = "festina lente ".repeat(10);
    let first = encode(&mut alone, long.as_bytes());
    assert_eq!(first[0], 0xC1);
    assert!(first.len() < 30, "{} bytes", first.len());
    assert_eq!(encode(&mut alone, long.as_bytes()), first, "each by itself");
    let mut state = 1_u32;
    let noise: Vec<u8> = (0..200)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    assert_eq!(encode(&mut alone, &noise)[..2], [0x81, 126]);

    let mut kept = Deflater::new(15, true, 64);
    let (first, second) = (encode(&mut kept, long.as_bytes()), encode(&mut kept, long.as_bytes()));
    assert!(second.len() < first.len() && second.len() < 12, "{} after {}", second.len(), first.len());
    let third = encode(&mut kept, &noise);
    assert_eq!(third[0], 0xC1, "the client must see what the context has");
    assert!(third.len() < noise.len() + 16);
    assert_eq!(encode(&mut Deflater::new(9, true, 0), b""), b"\xC1\x01\x00");
    assert!(alone.kind().is_some() && kept.kind().is_none());
}

#[test]
fn a_state_is_used_again_clean_whatever_became_of_it() {
    let (hello, bad) = (compress(&mut fresh(), b"Hello, hello, hello"), message(b"\xFF\xFF"));
    for _ in 0..3 {
        check(None, &message(&hello), Ok(&[text("Hello, hello, hello")]));
        check(None, &bad, Err(Violation::InvalidDeflate));
    }
}

#[test]
fn an_agreement_makes_what_it_says() {
    let offered = |text: &str| parse([text.as_bytes()].into_iter()).unwrap();
    let kept = agree(&MessageCompression::new().keep_context(), &offered("permessage-deflate")).unwrap();
    assert!(kept.deflater.kind().is_none());
    let alone = agree(
        &MessageCompression::new().keep_context(),
        &offered("permessage-deflate; server_no_context_takeover; server_max_window_bits=12"),
    );
    assert_eq!(alone.unwrap().deflater.kind(), Deflater::new(12, false, 64).kind());
}

proptest! {
    #[test]
    fn what_is_compressed_is_read_back(
        messages in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..3000),
            "[ab]{0,3000}".prop_map(String::into_bytes),
            Just(b"festina lente".repeat(5000)),
        ], 1..6),
        bits in 9_u8..=15,
        keeps: bool,
    ) {
        let mut deflater = Deflater::new(bits, keeps, 0);
        let mut out = Vec::new();
        for message in &messages {
            deflater.encode(Opcode::Binary, message, &mut out);
        }
        let expected: Vec<_> = messages.into_iter().map(|bytes| Event::Message(Message::from(bytes))).collect();
        prop_assert_eq!(read_back(&out, keeps.then_some(bits)), expected);
    }

    #[test]
    fn any_bytes_are_a_message_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), keeps: bool) {
        let context = keeps.then_some(15);
        let input = frame(true, true, Opcode::Binary, &bytes);
        let whole = decode(&mut Decoder::new(LIMITS, Some(inflater(context))), &input, input.len());
        let pieces = decode(&mut Decoder::new(LIMITS, Some(inflater(context))), &input, 1);
        prop_assert_eq!(whole, pieces);
    }
}
