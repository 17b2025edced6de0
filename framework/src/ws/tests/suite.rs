//! The sections of the Autobahn suite that bind a server, as rows of our own: framing (1), pings (2), reserved bits (3) and
//! opcodes (4), fragments (5), UTF-8 (6), closing (7), sizes (9, 10) and compression (12, 13).
//!
//! What must come back follows from the rules of RFC 6455, strictly: where that suite takes another behaviour for good as
//! well, these rows do not.

use tokio::runtime::Runtime;

use super::app::{frame, part};
use super::rules::{Rule, answer, bye, check, echoed, exchange, failed, rule};
use crate::ws::frame::Opcode::{Binary, Close, Continuation, Ping, Pong, Text};
use crate::ws::frame::{Opcode, encode_frame};

/// A server's frame of any length.
fn sent(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_frame(opcode, payload, &mut out);
    out
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// The same for what is too much to be cut in two everywhere: it is cut in three places.
#[track_caller]
fn check_large(path: &str, rules: &[Rule]) {
    let runtime = runtime();
    for rule in rules {
        let (sent, expected) = (rule.sent.concat(), rule.received.concat());
        for cut in [0, 1, sent.len() / 2] {
            let received = runtime.block_on(exchange(path, &sent, cut));
            let (len, expected_len) = (received.len(), expected.len());
            assert!(received == expected, "{}, cut at {cut}: {len} bytes for {expected_len}", rule.name);
        }
    }
}

#[test]
fn frames_of_each_length() {
    let rules: Vec<_> = [0, 1, 125, 126, 127, 128, 65_535, 65_536]
        .into_iter()
        .flat_map(|len| {
            let payload = vec![b'*'; len];
            [Text, Binary].map(|opcode| {
                rule("echo", "§5.2", &[frame(opcode, &payload), bye()], &[sent(opcode, &payload), echoed()])
            })
        })
        .collect();
    check_large("/echo", &rules);
}

#[test]
fn pings_come_back_as_they_were() {
    let mut rules: Vec<_> = [0, 1, 5, 124, 125]
        .into_iter()
        .map(|len| {
            let payload: Vec<u8> = (0..len).map(|index| 255 - index).collect();
            rule("ping", "§5.5.3", &[frame(Ping, &payload), bye()], &[answer(0x8A, &payload), echoed()])
        })
        .collect();
    let ten: Vec<_> = (0..10).map(|number| frame(Ping, &[number])).chain([bye()]).collect();
    let pongs: Vec<_> = (0..10).map(|number| answer(0x8A, &[number])).chain([echoed()]).collect();
    rules.push(rule("ten-pings", "§5.5.2", &ten, &pongs));
    let unasked = [frame(Pong, b"x"), frame(Ping, b"y"), frame(Pong, b""), bye()];
    rules.push(rule("pongs-nobody-asked-for", "§5.5.3", &unasked, &[answer(0x8A, b"y"), echoed()]));
    let long = "expected at most 125 bytes in a control frame";
    for opcode in [Ping, Pong, Close] {
        rules.push(rule("long", "§5.5", &[frame(opcode, &[0; 126])], &[failed(1002, long)]));
    }
    check("/echo", &rules);
}

#[test]
fn every_bit_that_is_reserved_and_every_opcode_that_is_not_known() {
    let with = |byte: u8| {
        let mut bytes = frame(Text, b"x");
        bytes[0] = byte;
        bytes
    };
    let reserved = "expected a frame without reserved bits: no extension was agreed on";
    let mut rules = Vec::new();
    for bits in 1..8_u8 {
        for opcode in [0x1, 0x2, 0x0, 0x8, 0x9, 0xA] {
            let sent = [frame(Text, b"a"), with(0x80 | bits << 4 | opcode), frame(Ping, b"")];
            rules.push(rule("reserved", "§5.2", &sent, &[answer(0x81, b"a"), failed(1002, reserved)]));
        }
    }
    for opcode in (3..8).chain(11..16) {
        let reason = format!("expected a known opcode, found {opcode:#x}");
        for first in [opcode, 0x80 | opcode] {
            rules.push(rule("opcode", "§5.2", &[with(first), bye()], &[failed(1002, &reason)]));
        }
    }
    check("/echo", &rules);
}

#[test]
fn fragments_in_every_order() {
    let (nothing, another) = (
        failed(1002, "expected a message to begin, found a continuation"),
        failed(1002, "expected a continuation, found another message"),
    );
    let piece = failed(1002, "expected a control frame in one piece");
    let more = |bytes: &[u8]| part(false, Continuation, bytes);
    let last = |bytes: &[u8]| part(true, Continuation, bytes);
    let begun = || part(false, Text, b"ab");
    let whole = |bytes: &[u8]| answer(0x81, bytes);
    check(
        "/echo",
        &[
            rule("two", "§5.4", &[begun(), last(b"cd"), bye()], &[whole(b"abcd"), echoed()]),
            rule(
                "of-nothing",
                "§5.4",
                &[part(false, Text, b""), more(b""), last(b""), bye()],
                &[whole(b""), echoed()],
            ),
            rule(
                "of-single-bytes",
                "§5.4",
                &[begun(), more(b"c"), more(b"d"), more(b"e"), last(b"f"), bye()],
                &[whole(b"abcdef"), echoed()],
            ),
            rule(
                "pings-and-pongs-between",
                "§5.4",
                &[
                    begun(),
                    frame(Ping, b"1"),
                    more(b"c"),
                    frame(Pong, b"2"),
                    frame(Ping, b"3"),
                    last(b"d"),
                    bye(),
                ],
                &[answer(0x8A, b"1"), answer(0x8A, b"3"), whole(b"abcd"), echoed()],
            ),
            rule(
                "binary-then-text",
                "§5.4",
                &[part(false, Binary, &[0xFF]), last(&[0xFE]), begun(), last(b""), bye()],
                &[answer(0x82, &[0xFF, 0xFE]), whole(b"ab"), echoed()],
            ),
            rule(
                "ping-in-pieces",
                "§5.4",
                &[part(false, Ping, b"a"), last(b"b")],
                std::slice::from_ref(&piece),
            ),
            rule("pong-in-pieces", "§5.4", &[part(false, Pong, b"a"), last(b"b")], &[piece]),
            rule("last-of-nothing", "§5.4", &[last(b"x"), bye()], std::slice::from_ref(&nothing)),
            rule("more-of-nothing", "§5.4", &[more(b"x"), last(b"y")], std::slice::from_ref(&nothing)),
            rule(
                "more-behind-the-last",
                "§5.4",
                &[begun(), last(b"c"), more(b"d"), frame(Text, b"e")],
                &[whole(b"abc"), nothing],
            ),
            rule("text-within-text", "§5.4", &[begun(), frame(Text, b"c")], std::slice::from_ref(&another)),
            rule("begun-within-begun", "§5.4", &[begun(), part(false, Binary, b"c")], &[another]),
        ],
    );
}

/// Text, and what is none: each row of the suite's sixth section that is a kind of its own.
const TEXTS: &[&[u8]] = &[
    // Correct, up to the last of each length, and what is no character and yet text.
    "κόσμε".as_bytes(),
    "Hello-µ@ßöäüàá-UTF-8!!".as_bytes(),
    b"\x00",
    b"\xC2\x80",
    b"\xE0\xA0\x80",
    b"\xF0\x90\x80\x80",
    b"\x7F",
    b"\xDF\xBF",
    b"\xEF\xBF\xBF",
    b"\xF4\x8F\xBF\xBF",
    b"\xED\x9F\xBF",
    b"\xEE\x80\x80",
    b"\xEF\xBF\xBD",
    b"\xEF\xBF\xBE",
    b"\xEF\xB7\x90",
    b"\xF0\x9F\xBF\xBF",
    // Beyond the last, and of five and six bytes.
    b"\xF4\x90\x80\x80",
    b"\xF8\x88\x80\x80\x80",
    b"\xFC\x84\x80\x80\x80\x80",
    b"\xF7\xBF\xBF\xBF",
    b"\xFE",
    b"\xFF",
    b"\xFE\xFE\xFF\xFF",
    // Continuations without a beginning, beginnings without a continuation.
    b"\x80",
    b"\xBF",
    b"\x80\xBF\x80",
    b"\xC3",
    b"\xC3 ",
    b"\xE2\x82",
    b"\xE2\x82 ",
    b"\xF0\x9F\x98",
    b"\xF0\x9F\x98 ",
    b"\xC3\xE2\x82\xF0\x9F\x98",
    // Longer than needed.
    b"\xC0\xAF",
    b"\xE0\x80\xAF",
    b"\xF0\x80\x80\xAF",
    b"\xF8\x80\x80\x80\xAF",
    b"\xC1\xBF",
    b"\xE0\x9F\xBF",
    b"\xF0\x8F\xBF\xBF",
    b"\xC0\x80",
    b"\xE0\x80\x80",
    // Halves of what UTF-16 has, alone and in pairs.
    b"\xED\xA0\x80",
    b"\xED\xAD\xBF",
    b"\xED\xAE\x80",
    b"\xED\xAF\xBF",
    b"\xED\xB0\x80",
    b"\xED\xBE\x80",
    b"\xED\xBF\xBF",
    b"\xED\xA0\x80\xED\xB0\x80",
    b"\xED\xAF\xBF\xED\xBF\xBF",
    "κόσμε\u{10FFFF}edited".as_bytes(),
    b"\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80edited",
];

#[test]
fn text_is_utf_8_whole_and_in_fragments() {
    let not_utf8 = || failed(1007, "expected text in UTF-8");
    let mut rules = Vec::new();
    for text in TEXTS {
        let received = match std::str::from_utf8(text) {
            Ok(_) => vec![sent(Text, text), echoed()],
            Err(_) => vec![not_utf8()],
        };
        rules.push(rule("whole", "§8.1", &[frame(Text, text), bye()], &received));
        let mut bytes: Vec<_> = text.iter().map(|byte| part(false, Continuation, &[*byte])).collect();
        bytes.insert(0, part(false, Text, b""));
        bytes.extend([part(true, Continuation, b""), bye()]);
        rules.push(rule("byte-by-byte", "§8.1", &bytes, &received));
        rules.push(rule("as-binary", "§5.6", &[frame(Binary, text), bye()], &[sent(Binary, text), echoed()]));
        if text.len() <= 123 {
            let reasoned = frame(Close, &[&[3, 0xE8], *text].concat());
            let received = if std::str::from_utf8(text).is_ok() { echoed() } else { not_utf8() };
            rules.push(rule("as-a-reason", "§5.5.1", &[reasoned], &[received]));
        }
    }
    check_large("/echo", &rules);
}

#[test]
fn every_close_code() {
    let mut rules = Vec::new();
    for code in
        [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999_u16]
    {
        let sent = [frame(Close, &code.to_be_bytes())];
        rules.push(rule("code", "§7.4", &sent, &[answer(0x88, &code.to_be_bytes())]));
    }
    for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535_u16] {
        let reason = format!("expected a close code that may be sent, found {code}");
        rules.push(rule("no-code", "§7.4.1", &[frame(Close, &code.to_be_bytes())], &[failed(1002, &reason)]));
    }
    let longest = frame(Close, &[&[3, 0xE8], [b'*'; 123].as_slice()].concat());
    rules.push(rule("longest-reason", "§5.5.1", &[longest], &[echoed()]));
    for late in [frame(Text, b"x"), frame(Ping, b"x"), bye(), vec![0xFF; 3]] {
        rules.push(rule("behind-close", "§5.5.1", &[bye(), late], &[echoed()]));
    }
    let begun = [part(false, Text, b"a"), bye(), part(true, Continuation, b"b")];
    rules.push(rule("within-a-message", "§5.5.1", &begun, &[echoed()]));
    let large = vec![b'*'; 20_000];
    rules.push(rule(
        "behind-what-was-sent",
        "§5.5.1",
        &[frame(Text, &large), bye()],
        &[sent(Text, &large), echoed()],
    ));
    check("/echo", &rules);
}

#[test]
fn large_messages_in_fragments_of_each_size() {
    let mut rules = Vec::new();
    for (len, size) in
        [(65_536, 64), (65_536, 1000), (262_144, 4096), (1_048_576, 65_536), (1_048_576, 1_048_576)]
    {
        let payload: Vec<u8> = (b'a'..=b'z').cycle().take(len).collect();
        for opcode in [Text, Binary] {
            let count = payload.chunks(size).count();
            let parts = payload.chunks(size).enumerate();
            let mut fragments: Vec<_> = parts
                .map(|(index, chunk)| {
                    part(index + 1 == count, if index == 0 { opcode } else { Continuation }, chunk)
                })
                .collect();
            fragments.push(bye());
            rules.push(rule("fragments", "§5.4", &fragments, &[sent(opcode, &payload), echoed()]));
        }
    }
    check_large("/echo", &rules);
}

#[cfg(feature = "ws-deflate")]
mod compressed {
    use futures_util::future::join;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::testing::Client;
    use crate::ws::tests::app::opening;
    use crate::ws::tests::deflate::{ROUTES, deflated, inflated};

    /// Sends `messages`, each of them compressed, and reads what comes back.
    async fn echo(path: &str, offer: &str, bits: u8, keeps: bool, messages: &[Vec<u8>], size: usize) {
        let stream = Client::new(ROUTES).connect();
        let (mut from, mut to) = tokio::io::split(stream);
        let offer = format!("\r\nsec-websocket-extensions: {offer}\r\n\r\n");
        to.write_all(opening(path).replacen("\r\n\r\n", &offer, 1).as_bytes()).await.unwrap();
        let mut input = Vec::new();
        for payload in deflated(messages, bits, keeps) {
            let count = payload.chunks(size).count();
            for (index, chunk) in payload.chunks(size).enumerate() {
                let mut bytes =
                    part(index + 1 == count, if index == 0 { Binary } else { Continuation }, chunk);
                bytes[0] |= if index == 0 { 0x40 } else { 0 };
                input.extend(bytes);
            }
        }
        input.extend(bye());
        let mut received = Vec::new();
        let (wrote, read) = join(to.write_all(&input), from.read_to_end(&mut received)).await;
        wrote.unwrap();
        read.unwrap();
        let head = received.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        let found = inflated(&received[head..], keeps);
        assert!(found == messages, "{path} {offer:?}: {} messages", found.len());
    }

    #[test]
    fn messages_of_each_size_window_and_context() {
        let runtime = runtime();
        let sentence = b"It was the best of times, it was the worst of times, ".as_slice();
        for len in [16, 64, 256, 1024, 4096, 32_768, 131_072] {
            let text: Vec<u8> = sentence.iter().copied().cycle().take(len).collect();
            let mut state = 1_u32;
            let noise: Vec<u8> = (0..len)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    state.to_be_bytes()[0]
                })
                .collect();
            let count = (8 * 1024 / len).clamp(2, 50);
            let messages: Vec<_> = (0..count).flat_map(|_| [text.clone(), noise.clone()]).collect();
            let rows = [
                ("/alone", "permessage-deflate", 15, false),
                (
                    "/alone",
                    "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
                    9,
                    false,
                ),
                ("/kept", "permessage-deflate", 15, true),
                ("/kept", "permessage-deflate; client_max_window_bits", 15, true),
                ("/kept", "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9", 9, true),
            ];
            for (path, offer, bits, keeps) in rows {
                for size in [usize::MAX, 100] {
                    runtime.block_on(echo(path, offer, bits, keeps, &messages, size));
                }
            }
        }
    }
}
