//! What RFC 6455 asks of a server behind the handshake, a row each: a client's bytes, and what must come back.
//!
//! Each row is sent whole, cut in two at every byte, and behind the opening request in one write.

use super::app::{Raw, client, frame, opening, part};
use crate::ws::frame::Opcode::{Binary, Close, Continuation, Ping, Pong, Text};

/// A rule: its name, its clause, what is sent, and all that comes back behind the handshake until the server closes.
pub(super) struct Rule {
    pub(super) name: &'static str,
    clause: &'static str,
    pub(super) sent: Vec<Vec<u8>>,
    pub(super) received: Vec<Vec<u8>>,
}

pub(super) fn rule(name: &'static str, clause: &'static str, sent: &[Vec<u8>], received: &[Vec<u8>]) -> Rule {
    Rule { name, clause, sent: sent.to_vec(), received: received.to_vec() }
}

/// A server's frame: the first byte, and a payload of at most 125 bytes.
pub(super) fn answer(first: u8, payload: &[u8]) -> Vec<u8> {
    [&[first, u8::try_from(payload.len()).unwrap()], payload].concat()
}

pub(super) fn text(payload: &str) -> Vec<u8> {
    answer(0x81, payload.as_bytes())
}

/// The Close of a server that fails the connection.
pub(super) fn failed(code: u16, reason: &str) -> Vec<u8> {
    answer(0x88, &[&code.to_be_bytes(), reason.as_bytes()].concat())
}

/// The Close of a client, and its echo.
pub(super) fn bye() -> Vec<u8> {
    frame(Close, &[3, 0xE8])
}

pub(super) fn echoed() -> Vec<u8> {
    answer(0x88, &[3, 0xE8])
}

#[track_caller]
pub(super) fn check(path: &str, rules: &[Rule]) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let mut faults = Vec::new();
    for rule in rules {
        let (sent, expected) = (rule.sent.concat(), rule.received.concat());
        let step = sent.len() / 64 + 1;
        for cut in (0..=sent.len()).step_by(step) {
            let received = runtime.block_on(exchange(path, &sent, cut));
            if received != expected {
                let (name, clause) = (rule.name, rule.clause);
                let (received, expected) = (received.escape_ascii(), expected.escape_ascii());
                faults
                    .push(format!("{name} ({clause}), cut at {cut}: expected {expected}, found {received}"));
                break;
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Sends bytes in two pieces, the first of which stands right behind the opening request.
pub(super) async fn exchange(path: &str, sent: &[u8], cut: usize) -> Vec<u8> {
    let (client, _) = client();
    let mut raw = Raw::connect(&client);
    let (first, second) = sent.split_at(cut);
    raw.send(&[opening(path).as_bytes(), first].concat()).await;
    raw.switched().await;
    tokio::task::yield_now().await;
    raw.send(second).await;
    raw.rest().await
}

#[test]
fn messages() {
    let long = "x".repeat(300);
    let mut long_answer = vec![0x81, 126, 1, 44];
    long_answer.extend_from_slice(long.as_bytes());
    check(
        "/echo",
        &[
            rule("text", "§5.6", &[frame(Text, b"Hello"), bye()], &[text("Hello"), echoed()]),
            rule("empty-text", "§5.6", &[frame(Text, b""), bye()], &[text(""), echoed()]),
            rule("binary", "§5.6", &[frame(Binary, &[0, 255]), bye()], &[answer(0x82, &[0, 255]), echoed()]),
            rule("unmasked-answer", "§5.1", &[frame(Text, long.as_bytes()), bye()], &[long_answer, echoed()]),
            rule(
                "fragments",
                "§5.4",
                &[
                    part(false, Text, b"He"),
                    part(false, Continuation, b""),
                    part(true, Continuation, b"llo"),
                    bye(),
                ],
                &[text("Hello"), echoed()],
            ),
            rule(
                "ping-between-fragments",
                "§5.4",
                &[part(false, Text, b"a"), frame(Ping, b"p"), part(true, Continuation, b"b"), bye()],
                &[answer(0x8A, b"p"), text("ab"), echoed()],
            ),
            rule(
                "ping",
                "§5.5.2",
                &[frame(Ping, b""), frame(Ping, b"x"), bye()],
                &[answer(0x8A, b""), answer(0x8A, b"x"), echoed()],
            ),
            rule(
                "unasked-pong",
                "§5.5.3",
                &[frame(Pong, b"x"), frame(Text, b"a"), bye()],
                &[text("a"), echoed()],
            ),
            rule(
                "in-order",
                "§5.4",
                &[frame(Text, b"a"), frame(Binary, b"b"), frame(Text, b"c"), bye()],
                &[text("a"), answer(0x82, b"b"), text("c"), echoed()],
            ),
            rule(
                "a-character-in-two-frames",
                "§5.6",
                &[part(false, Text, b"\xE2\x82"), part(true, Continuation, b"\xAC"), bye()],
                &[text("€"), echoed()],
            ),
        ],
    );
}

#[test]
fn closing() {
    let reasoned = |reason: &[u8]| frame(Close, &[b"\x03\xE8", reason].concat());
    check(
        "/echo",
        &[
            rule("close", "§5.5.1", &[bye()], &[echoed()]),
            rule("close-without-code", "§5.5.1", &[frame(Close, b"")], &[answer(0x88, b"")]),
            rule("close-with-reason", "§5.5.1", &[reasoned(b"done")], &[echoed()]),
            rule(
                "close-of-the-application",
                "§7.4.2",
                &[frame(Close, &4999_u16.to_be_bytes())],
                &[answer(0x88, &4999_u16.to_be_bytes())],
            ),
            rule("nothing-behind-close", "§5.5.1", &[bye(), frame(Text, b"late"), bye()], &[echoed()]),
            rule("close-within-a-message", "§5.4", &[part(false, Text, b"a"), bye()], &[echoed()]),
            rule(
                "close-with-half-a-code",
                "§5.5.1",
                &[frame(Close, b"\x03")],
                &[failed(1002, "expected a close code of two bytes, found one")],
            ),
            rule(
                "close-with-1005",
                "§7.4.1",
                &[frame(Close, &1005_u16.to_be_bytes())],
                &[failed(1002, "expected a close code that may be sent, found 1005")],
            ),
            rule(
                "close-with-999",
                "§7.4.2",
                &[frame(Close, &999_u16.to_be_bytes())],
                &[failed(1002, "expected a close code that may be sent, found 999")],
            ),
            rule(
                "close-with-5000",
                "§7.4.2",
                &[frame(Close, &5000_u16.to_be_bytes())],
                &[failed(1002, "expected a close code that may be sent, found 5000")],
            ),
            rule(
                "close-with-a-reason-that-is-no-text",
                "§5.5.1",
                &[reasoned(b"\xFF")],
                &[failed(1007, "expected text in UTF-8")],
            ),
        ],
    );
}

#[test]
fn what_is_no_protocol() {
    let reserved = "expected a frame without reserved bits: no extension was agreed on";
    let not_utf8 = || failed(1007, "expected text in UTF-8");
    let first = |byte: u8| {
        let mut bytes = frame(Text, b"x");
        bytes[0] = byte;
        bytes
    };
    let piece = "expected a control frame in one piece";
    check(
        "/echo",
        &[
            rule("rsv1", "§5.2", &[first(0xC1)], &[failed(1002, reserved)]),
            rule("rsv2", "§5.2", &[first(0xA1)], &[failed(1002, reserved)]),
            rule("rsv3", "§5.2", &[first(0x91)], &[failed(1002, reserved)]),
            rule(
                "unknown-opcode",
                "§5.2",
                &[first(0x83)],
                &[failed(1002, "expected a known opcode, found 0x3")],
            ),
            rule(
                "unknown-control",
                "§5.2",
                &[first(0x8F)],
                &[failed(1002, "expected a known opcode, found 0xf")],
            ),
            rule("unmasked", "§5.1", &[text("Hello")], &[failed(1002, "expected a masked frame")]),
            rule("ping-in-pieces", "§5.5", &[part(false, Ping, b"")], &[failed(1002, piece)]),
            rule("close-in-pieces", "§5.5", &[part(false, Close, b"")], &[failed(1002, piece)]),
            rule(
                "long-ping",
                "§5.5",
                &[frame(Ping, &[0; 126])],
                &[failed(1002, "expected at most 125 bytes in a control frame")],
            ),
            rule(
                "long-length",
                "§5.2",
                &[vec![0x81, 0xFE, 0, 5]],
                &[failed(1002, "expected a length in the fewest bytes")],
            ),
            rule(
                "high-bit",
                "§5.2",
                &[vec![0x82, 0xFF, 0x80]],
                &[failed(1002, "expected a length of at most 63 bits")],
            ),
            rule(
                "nothing-to-continue",
                "§5.4",
                &[frame(Continuation, b"x")],
                &[failed(1002, "expected a message to begin, found a continuation")],
            ),
            rule(
                "message-within-message",
                "§5.4",
                &[part(false, Text, b"x"), frame(Text, b"y")],
                &[failed(1002, "expected a continuation, found another message")],
            ),
            rule("not-utf8", "§8.1", &[frame(Text, b"a\xFF")], &[not_utf8()]),
            rule("surrogate", "§8.1", &[frame(Text, b"\xED\xA0\x80")], &[not_utf8()]),
            rule("overlong", "§8.1", &[frame(Text, b"\xC0\xAF")], &[not_utf8()]),
            rule("ends-within-a-character", "§8.1", &[frame(Text, b"\xE2\x82")], &[not_utf8()]),
            rule("not-utf8-before-the-end", "§8.1", &[part(false, Text, b"\xF4\x90")], &[not_utf8()]),
            rule(
                "what-came-before-a-fault",
                "§7.1.7",
                &[frame(Text, b"a"), first(0xC1)],
                &[text("a"), failed(1002, reserved)],
            ),
        ],
    );
}

#[test]
fn limits() {
    let too_big = |what: &str, limit| failed(1009, &format!("expected at most {limit} bytes in a {what}"));
    check(
        "/small",
        &[
            rule("frame-at-the-limit", "§10.4", &[frame(Text, b"12345"), bye()], &[text("12345"), echoed()]),
            rule("frame-beyond", "§10.4", &[part(false, Text, b"123456")], &[too_big("frame", 5)]),
            rule(
                "message-at-the-limit",
                "§10.4",
                &[part(false, Text, b"12345"), part(true, Continuation, b"678"), bye()],
                &[text("12345678"), echoed()],
            ),
            rule(
                "message-beyond",
                "§10.4",
                &[part(false, Text, b"12345"), part(true, Continuation, b"6789")],
                &[too_big("message", 8)],
            ),
            // Refused by its header: nothing of so many bytes is waited for.
            rule(
                "huge",
                "§10.4",
                &[vec![0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]],
                &[too_big("frame", 5)],
            ),
        ],
    );
}
