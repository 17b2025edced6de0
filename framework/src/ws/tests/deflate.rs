//! Compressed messages over the wire: what is agreed on, what the frames look like, and what ends them.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

use super::app::{Raw, frame, opening};
use crate::testing::Client;
use crate::ws::frame::Opcode::{Binary, Close, Text};
use crate::{MessageCompression, Response, Routes, WebSocketUpgrade, get, routes};

pub(super) const ROUTES: Routes = routes![alone, kept, off];

async fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message(256 * 1024).on_upgrade(async |mut socket| {
        while let Some(message) = socket.recv().await {
            socket.send(message).await?;
        }
        Ok(())
    })
}

#[get("/alone")]
async fn alone(upgrade: WebSocketUpgrade) -> Response {
    echo(upgrade.compression(MessageCompression::new().min_bytes(0))).await
}

#[get("/kept")]
async fn kept(upgrade: WebSocketUpgrade) -> Response {
    echo(upgrade.compression(MessageCompression::new().min_bytes(0).keep_context())).await
}

#[get("/off")]
async fn off(upgrade: WebSocketUpgrade) -> Response {
    echo(upgrade).await
}

/// What a client compresses messages to, by itself or with its context.
pub(super) fn deflated(messages: &[Vec<u8>], bits: u8, keeps: bool) -> Vec<Vec<u8>> {
    let mut state = Compress::new_with_window_bits(Compression::default(), false, bits);
    let compress = |message: &Vec<u8>| {
        if !keeps {
            state.reset();
        }
        let mut out = Vec::with_capacity(message.len() + 1024);
        state.compress_vec(message, &mut out, FlushCompress::Sync).unwrap();
        out.truncate(out.len() - 4);
        out
    };
    messages.iter().map(compress).collect()
}

/// The messages in a server's frames, up to its Close.
pub(super) fn inflated(mut rest: &[u8], keeps: bool) -> Vec<Vec<u8>> {
    let mut state = Decompress::new(false);
    let mut messages = Vec::new();
    while let [first, short, ..] = *rest {
        if first & 0x0F == 8 {
            break;
        }
        let (len, head) = match short {
            126 => (usize::from(u16::from_be_bytes([rest[2], rest[3]])), 4),
            127 => (usize::try_from(u64::from_be_bytes(rest[2..10].try_into().unwrap())).unwrap(), 10),
            short => (usize::from(short), 2),
        };
        let payload = &rest[head..head + len];
        rest = &rest[head + len..];
        if first & 0x40 == 0 {
            messages.push(payload.to_vec());
            continue;
        }
        if !keeps {
            state.reset(false);
        }
        let mut out = Vec::with_capacity(256 * 1024);
        state
            .decompress_vec(&[payload, &[0, 0, 0xFF, 0xFF]].concat(), &mut out, FlushDecompress::Sync)
            .unwrap();
        messages.push(out);
    }
    messages
}

/// Opens one with an offer; gives what the answer says of it.
async fn open(path: &str, offer: &str) -> (Raw, Option<String>) {
    let mut raw = Raw::connect(&Client::new(ROUTES));
    let offer = format!("\r\nsec-websocket-extensions: {offer}\r\n\r\n");
    raw.send(opening(path).replacen("\r\n\r\n", &offer, 1).as_bytes()).await;
    let head = raw.head().await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let answer = head.lines().find_map(|line| line.strip_prefix("sec-websocket-extensions: "));
    (raw, answer.map(str::to_owned))
}

/// "Hello" (RFC 7692 §7.2.3.1), masked with zeros.
const HELLO: [u8; 13] = [0xC1, 0x87, 0, 0, 0, 0, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];

#[tokio::test(start_paused = true)]
async fn what_the_rfc_shows_comes_back() {
    let (mut raw, answer) = open("/kept", "permessage-deflate").await;
    assert_eq!(answer.as_deref(), Some("permessage-deflate"));
    raw.send(&HELLO).await;
    assert_eq!(raw.read(9).await, [0xC1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    raw.send(&[0xC1, 0x85, 0, 0, 0, 0, 0xf2, 0x00, 0x11, 0x00, 0x00]).await;
    assert_eq!(raw.read(7).await, [0xC1, 0x05, 0xf2, 0x00, 0x11, 0x00, 0x00]);
    raw.send(&[frame(Text, b"a"), frame(Close, b"")].concat()).await;
    let rest = raw.rest().await;
    assert!(rest.starts_with(&[0xC1]) && rest.ends_with(&[0x88, 0]), "{rest:?}");
}

#[tokio::test(start_paused = true)]
async fn each_message_by_itself_is_the_same_each_time() {
    let (mut raw, answer) = open("/alone", "permessage-deflate; client_max_window_bits").await;
    let expected = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    assert_eq!(answer.as_deref(), Some(expected));
    // Five bytes do not get smaller.
    for _ in 0..2 {
        raw.send(&HELLO).await;
        assert_eq!(raw.read(7).await, b"\x81\x05Hello");
    }
    let long = "festina lente ".repeat(20);
    raw.send_frame(Text, long.as_bytes()).await;
    let head = raw.read(2).await;
    assert!(head[0] == 0xC1 && head[1] < 40, "{head:?}");
    let first = raw.read(usize::from(head[1])).await;
    raw.send_frame(Text, long.as_bytes()).await;
    assert_eq!(raw.read(2 + first.len()).await, [head, first].concat());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_agreed_on_that_one_side_does_not_want() {
    for (path, offer) in
        [("/off", "permessage-deflate"), ("/alone", "foo"), ("/kept", "permessage-deflate; x=1")]
    {
        let (mut raw, answer) = open(path, offer).await;
        assert_eq!(answer, None, "{path}");
        raw.send(&HELLO).await;
        let rest = raw.rest().await;
        assert!(rest.starts_with(&[0x88]) && rest[2..4] == 1002_u16.to_be_bytes(), "{path}: {rest:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_fault_has_its_code() {
    // Many zeros in few bytes: less than the limit of the message, compressed.
    let mut deflated = Vec::with_capacity(8000);
    let zeros = vec![0; 800_000];
    Compress::new(Compression::best(), false)
        .compress_vec(&zeros, &mut deflated, FlushCompress::Sync)
        .unwrap();
    assert!(deflated.len() < 8000, "there was room for all of it");
    let mut bomb = frame(Binary, &deflated);
    bomb[0] |= 0x40;
    let first = |byte: u8| [&[byte], HELLO.get(1..).unwrap()].concat();
    let rows: &[(Vec<u8>, u16, &str)] = &[
        (first(0xC0), 1002, "expected RSV1 in no frame but the first of a message"),
        (first(0xC9), 1002, "expected RSV1 in no frame but the first of a message"),
        (first(0xE1), 1002, "expected a frame without reserved bits: no extension was agreed on"),
        (vec![0xC1, 0x81, 0, 0, 0, 0, 0xFF], 1007, "expected a whole message in DEFLATE"),
        (bomb, 1009, "expected at most 262144 bytes in a message"),
    ];
    for path in ["/alone", "/kept"] {
        for (sent, code, reason) in rows {
            let (mut raw, _) = open(path, "permessage-deflate").await;
            raw.send(sent).await;
            let rest = raw.rest().await;
            assert_eq!(rest[2..4], code.to_be_bytes(), "{path}: {rest:?}");
            assert_eq!(std::str::from_utf8(&rest[4..]).unwrap().find(reason), Some(0), "{path}");
        }
    }
}
