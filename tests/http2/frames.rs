//! Frames of HTTP/2 by hand, and a connection that sends and reads them: nothing is checked here but their form.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use fingerpost_tests::App;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const PRIORITY: u8 = 2;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PUSH_PROMISE: u8 = 5;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 1;
pub(crate) const ACK: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;
pub(crate) const PADDED: u8 = 8;
pub(crate) const PRIORITIZED: u8 = 0x20;

pub(crate) const PROTOCOL_ERROR: u32 = 1;
pub(crate) const FLOW_CONTROL_ERROR: u32 = 3;
pub(crate) const STREAM_CLOSED: u32 = 5;
pub(crate) const FRAME_SIZE_ERROR: u32 = 6;
pub(crate) const ENHANCE_YOUR_CALM: u32 = 11;

/// A frame's bytes.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, len @ ..] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&len[..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A frame with one number in it: RST_STREAM or WINDOW_UPDATE.
pub(crate) fn number(kind: u8, stream: u32, value: u32) -> Vec<u8> {
    frame(kind, 0, stream, &value.to_be_bytes())
}

/// A field line that enters no table (RFC 7541 §6.2.2).
pub(crate) fn field(name: &str, value: &str) -> Vec<u8> {
    let mut line = vec![0];
    for text in [name, value] {
        let len = u8::try_from(text.len()).unwrap();
        assert!(len < 127, "a length of one byte");
        line.push(len);
        line.extend_from_slice(text.as_bytes());
    }
    line
}

/// The pseudo-fields of a request.
pub(crate) fn pseudo(method: &str, path: &str) -> Vec<u8> {
    let pairs = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "a")];
    pairs.iter().flat_map(|(name, value)| field(name, value)).collect()
}

/// A request without a body.
pub(crate) fn get(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &pseudo("GET", path))
}

/// A request whose body follows.
pub(crate) fn post(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &pseudo("POST", path))
}

/// A frame that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// The error code of RST_STREAM or GOAWAY.
    pub(crate) fn code(&self) -> Option<u32> {
        let at = match self.kind {
            RST_STREAM => 0,
            GOAWAY => 4,
            _ => return None,
        };
        Some(u32::from_be_bytes(self.payload.get(at..at + 4)?.try_into().ok()?))
    }

    /// The last stream that GOAWAY names.
    pub(crate) fn last_stream(&self) -> Option<u32> {
        let last = self.payload.get(..4).filter(|_| self.kind == GOAWAY)?;
        Some(u32::from_be_bytes(last.try_into().ok()?))
    }
}

/// A connection.
pub(crate) struct Wire(pub(crate) TcpStream);

impl Wire {
    /// One on which nothing was said.
    pub(crate) fn connect(app: &App) -> Self {
        let stream = TcpStream::connect(app.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// One that has begun as RFC 9113 §3.4 says.
    pub(crate) fn open(app: &App) -> Self {
        let mut wire = Self::connect(app);
        wire.send(&[PREFACE, &frame(SETTINGS, 0, 0, &[])].concat());
        wire
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// Sends what the server may not want any more.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// The next frame; `None` at the end, however the connection came to it.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).ok()?;
        let [len0, len1, len2, kind, flags, id @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, len0, len1, len2]) as usize];
        self.0.read_exact(&mut payload).ok()?;
        Some(Frame { kind, flags, stream: u32::from_be_bytes(id), payload })
    }

    /// The next frame like this; `None` where the connection ends before.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Frame) -> bool) -> Option<Frame> {
        std::iter::from_fn(|| self.next()).find(|frame| wanted(frame))
    }

    /// Waits until the server has seen all that was sent; `false` where it has closed instead.
    pub(crate) fn sync(&mut self) -> Option<Frame> {
        let _ = self.try_send(&frame(PING, 0, 0, b"synchron"));
        self.until(|frame| frame.kind == GOAWAY || (frame.kind == PING && frame.flags == ACK))
    }
}

/// The server goes on: a request of another connection is answered.
#[track_caller]
pub(crate) fn check_serves(app: &App) {
    let mut wire = Wire::open(app);
    wire.send(&get(1, "/"));
    let answer = wire.until(|frame| frame.kind == DATA).expect("no answer");
    assert_eq!(answer.payload, b"probe\n");
}
