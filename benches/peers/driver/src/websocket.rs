//! WebSockets (RFC 6455): a request that opens one, a message as a client frames it, and what a server sends back.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The same for each message: no server can know.
const MASK: [u8; 4] = [0x35, 0xA6, 0x0F, 0xC1];

const OPEN: &str = "GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What [`OPEN`] is accepted with (RFC 6455 §1.3).
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The bytes of the scenario's messages; `None` where it is no WebSocket's.
pub(crate) fn message_len(scenario: &str) -> Option<usize> {
    scenario.strip_prefix("socket")?.parse().ok()
}

/// A text message of so many bytes, masked.
pub(crate) fn message(len: usize) -> Vec<u8> {
    let mut frame = head(len, 0x80);
    frame.extend_from_slice(&MASK);
    frame.extend(MASK.iter().cycle().take(len).map(|mask| mask ^ b'x'));
    frame
}

/// The same message as a server sends it.
fn echoed(len: usize) -> Vec<u8> {
    let mut frame = head(len, 0);
    frame.resize(frame.len() + len, b'x');
    frame
}

/// The first bytes of a whole text message's frame.
fn head(len: usize, masked: u8) -> Vec<u8> {
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(short @ ..126), _) => vec![0x81, masked | short],
        (_, Ok(long)) => [&[0x81, masked | 126], long.to_be_bytes().as_slice()].concat(),
        (_, Err(_)) => [&[0x81, masked | 127], (len as u64).to_be_bytes().as_slice()].concat(),
    }
}

/// Opens a WebSocket on a connection.
pub(crate) fn open(stream: &mut TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(OPEN.as_bytes())?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    if head.starts_with("HTTP/1.1 101") && head.contains(ACCEPT) {
        Ok(())
    } else {
        let line = head.lines().next().unwrap_or_default();
        Err(io::Error::new(ErrorKind::InvalidData, format!("no WebSocket: {line}")))
    }
}

/// Sends a message; gives how many bytes it comes back as, when it is the right one.
pub(crate) fn check(stream: &mut TcpStream, len: usize) -> io::Result<usize> {
    stream.write_all(&message(len))?;
    let expected = echoed(len);
    let mut answer = vec![0; expected.len()];
    stream.read_exact(&mut answer)?;
    if answer == expected {
        Ok(expected.len())
    } else {
        Err(io::Error::new(ErrorKind::InvalidData, "another message came back"))
    }
}
