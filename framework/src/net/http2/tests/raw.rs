//! Frames by hand, for what no client does.

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::super::PREFACE;
use super::app::Site;

/// A frame's bytes.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, len @ ..] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&len[..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A frame that came.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    /// The first two numbers in it: of GOAWAY the last stream, and the error code.
    pub(super) fn numbers(&self) -> (u32, u32) {
        let number = |at: usize| u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap());
        (number(0), number(4))
    }
}

/// A connection on which bytes are written and frames are read.
pub(super) struct Raw {
    io: DuplexStream,
}

impl Raw {
    pub(super) fn new(site: &Site) -> Self {
        Self { io: site.open() }
    }

    /// One that has begun, with empty SETTINGS.
    pub(super) async fn open(site: &Site) -> Self {
        let mut raw = Self::new(site);
        raw.send(PREFACE).await;
        raw.send(&frame(4, 0, 0, &[])).await;
        raw
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        self.io.write_all(bytes).await.unwrap();
    }

    /// Asks for `path`: a header section of literals.
    pub(super) async fn get(&mut self, stream: u32, path: &str) {
        let mut section = b"\x82\x86\x01\x01a\x04".to_vec();
        section.push(u8::try_from(path.len()).unwrap());
        section.extend_from_slice(path.as_bytes());
        self.send(&frame(1, 5, stream, &section)).await;
    }

    /// The next frame; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.io.read_exact(&mut head).await.ok()?;
        let len = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; len as usize];
        self.io.read_exact(&mut payload).await.ok()?;
        Some(Frame { kind: head[3], flags: head[4], payload })
    }

    /// The next frame like this.
    pub(super) async fn until(&mut self, wanted: impl Fn(&Frame) -> bool) -> Frame {
        loop {
            let frame = self.next().await.expect("the connection ended");
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// All frames until the server closes.
    pub(super) async fn rest(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(frame) = self.next().await {
            frames.push(frame);
        }
        frames
    }

    /// All that comes until the server closes, where that is no HTTP/2.
    pub(super) async fn text(&mut self) -> String {
        let mut bytes = Vec::new();
        self.io.read_to_end(&mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }
}
