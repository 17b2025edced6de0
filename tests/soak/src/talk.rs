//! A connection of a client that knows exactly what it asked and what it was answered.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::clients::PATIENCE;

/// What the client hears when it waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A whole answer.
    Answer {
        status: u16,
        /// Whether it says that the connection ends with it.
        closes: bool,
    },
    /// The connection ended, or nothing more came for long.
    End(Ending),
}

/// Where a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Between two answers.
    Between,
    /// Between two answers, by a reset.
    Reset,
    /// Inside of an answer.
    Inside,
}

/// A connection, and what was received and not yet understood.
#[derive(Debug)]
pub(crate) struct Talk {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Talk {
    /// Connects.
    ///
    /// # Errors
    ///
    /// Where nobody listens, or nobody answers in time.
    pub(crate) async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = timeout(PATIENCE, TcpStream::connect(address)).await??;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Sends bytes.
    ///
    /// # Errors
    ///
    /// Where the connection is gone.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        timeout(PATIENCE, self.stream.write_all(bytes)).await?
    }

    /// Waits for the next answer, and reads the whole of it.
    pub(crate) async fn answer(&mut self) -> Heard {
        let head = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                let rest = self.received.split_off(end + 4);
                break std::mem::replace(&mut self.received, rest);
            }
            match self.more().await {
                Ok(0) if self.received.is_empty() => return Heard::End(Ending::Between),
                Err(_) if self.received.is_empty() => return Heard::End(Ending::Reset),
                Ok(0) | Err(_) => return Heard::End(Ending::Inside),
                Ok(_) => {}
            }
        };
        let head = Head::parse(&head);
        let whole = match head.len {
            Some(len) => self.skip(len).await,
            None => self.skip_chunks().await,
        };
        if whole {
            Heard::Answer { status: head.status, closes: head.closes }
        } else {
            Heard::End(Ending::Inside)
        }
    }

    /// Waits for the end of a connection on which nothing was asked; whether it came, in order.
    pub(crate) async fn ended(&mut self) -> bool {
        self.answer().await == Heard::End(Ending::Between)
    }

    /// Reads once and appends what came.
    async fn more(&mut self) -> io::Result<usize> {
        self.received.reserve(64 * 1024);
        timeout(PATIENCE, self.stream.read_buf(&mut self.received)).await?
    }

    /// Drops the next `len` bytes; `false` where they do not come.
    async fn skip(&mut self, mut len: usize) -> bool {
        loop {
            let here = len.min(self.received.len());
            self.received.drain(..here);
            len -= here;
            if len == 0 {
                return true;
            }
            if !matches!(self.more().await, Ok(1..)) {
                return false;
            }
        }
    }

    /// Drops a body in chunks, to its end; `false` where that does not come.
    async fn skip_chunks(&mut self) -> bool {
        loop {
            let end = loop {
                match find(&self.received, b"\r\n") {
                    Some(end) => break end,
                    None if matches!(self.more().await, Ok(1..)) => {}
                    None => return false,
                }
            };
            let size = self.received.get(..end).and_then(|line| std::str::from_utf8(line).ok());
            let Some(size) = size.and_then(|size| usize::from_str_radix(size, 16).ok()) else { return false };
            // The line, the data, and the line feed behind them.
            if !self.skip(end + 2 + size + 2).await {
                return false;
            }
            if size == 0 {
                return true;
            }
        }
    }
}

/// What the client must know of an answer.
struct Head {
    status: u16,
    closes: bool,
    /// Bytes of body; `None` where it comes in chunks.
    len: Option<usize>,
}

impl Head {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim_start_matches(':').trim())
        };
        Self {
            status: text.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0),
            closes: field("connection") == Some("close"),
            len: match field("transfer-encoding") {
                Some(_) => None,
                None => Some(field("content-length").and_then(|len| len.parse().ok()).unwrap_or(0)),
            },
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
