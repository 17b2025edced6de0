//! The application under test, and a client that sends bytes of its own.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::timeout;

use crate::testing::Client;
use crate::ws::frame::{Opcode, encode_masked};
use crate::{
    CloseCode, CloseFrame, Message, Response, Routes, Server, Shutdown, WebSocketUpgrade, get, routes,
};

pub(super) const ROUTES: Routes =
    routes![echo, small, only_sends, asks, panics, fails, closes, chat, listed, plain, sums, stays, slow];

/// More than any timeout; it passes at once, because the time is paused.
const LONG: Duration = Duration::from_secs(600);

/// The head of a request that opens a WebSocket, for a path.
pub(super) fn opening(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
    )
}

/// A client of the application, and the end of the server.
pub(super) fn client() -> (Client, Shutdown) {
    let server = Server::new(ROUTES);
    let shutdown = server.shutdown_handle();
    (Client::from(server), shutdown)
}

/// A WebSocket of which every byte is seen.
pub(super) struct Raw {
    stream: DuplexStream,
}

impl Raw {
    /// Opens one at `path`.
    pub(super) async fn open(client: &Client, path: &str) -> Self {
        let mut raw = Self::connect(client);
        raw.send(opening(path).as_bytes()).await;
        raw.switched().await;
        raw
    }

    /// A connection on which nothing was said.
    pub(super) fn connect(client: &Client) -> Self {
        Self { stream: client.connect() }
    }

    /// Reads the answer to an opening request.
    pub(super) async fn switched(&mut self) {
        let head = self.head().await;
        assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{head}");
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        // The server may have closed already.
        let _ = self.stream.write_all(bytes).await;
    }

    /// Sends a whole frame.
    pub(super) async fn send_frame(&mut self, opcode: Opcode, payload: &[u8]) {
        self.send(&frame(opcode, payload)).await;
    }

    /// Reads a head up to its empty line.
    pub(super) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(LONG, self.stream.read_u8()).await.unwrap().unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    /// Reads so many bytes.
    pub(super) async fn read(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        timeout(LONG, self.stream.read_exact(&mut bytes)).await.expect("an answer in time").unwrap();
        bytes
    }

    /// Reads until the server closes.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        timeout(LONG, self.stream.read_to_end(&mut bytes)).await.expect("an end in time").unwrap();
        bytes
    }

    pub(super) fn into_stream(self) -> DuplexStream {
        self.stream
    }
}

/// A client's frame, whole.
pub(super) fn frame(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    part(true, opcode, payload)
}

/// A client's frame, which may be one of several.
pub(super) fn part(is_final: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_masked(is_final, opcode, payload, [0x12, 0x34, 0x56, 0x78], &mut out);
    out
}

#[get("/echo")]
async fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        while let Some(message) = socket.recv().await {
            socket.send(message).await?;
        }
        Ok(())
    })
}

/// Echoes what is small.
#[get("/small")]
async fn small(upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message(8).max_frame(5).on_upgrade(async |mut socket| {
        while let Some(message) = socket.recv().await {
            socket.send(message).await?;
        }
        Ok(())
    })
}

/// Sends more than any buffer holds, and looks at nothing.
#[get("/only-sends")]
async fn only_sends(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |socket| {
        let (_, mut writer) = socket.split();
        for _ in 0..64 {
            writer.send(vec![b'x'; 64 * 1024]).await?;
            SENT.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
        Ok(())
    })
}

/// How many messages `only_sends` had room for.
pub(super) static SENT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

/// Asks for one message, and says what it was.
#[get("/asks")]
async fn asks(upgrade: WebSocketUpgrade) -> Response {
    upgrade.idle_timeout(Duration::ZERO).on_upgrade(async |mut socket| {
        socket.send("who?").await?;
        let answer = socket.recv().await;
        socket.send(format!("{:?}", answer.as_ref().and_then(Message::as_text))).await?;
        Ok(())
    })
}

/// Panics at the first message; the hook that prints a panic is passed by.
#[get("/panics")]
async fn panics(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        socket.recv().await;
        std::panic::resume_unwind(Box::new("on purpose"))
    })
}

#[get("/fails")]
async fn fails(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        socket.send("before").await?;
        Err(crate::Error::message("on purpose"))
    })
}

#[get("/closes")]
async fn closes(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        socket.send("before").await?;
        socket.close(CloseFrame::new(CloseCode::POLICY_VIOLATION, "enough"));
        Ok(())
    })
}

#[get("/chat")]
async fn chat(upgrade: WebSocketUpgrade) -> Response {
    let upgrade = upgrade.protocols(&["chat.v2", "chat.v1"]);
    let protocol = upgrade.protocol();
    upgrade.on_upgrade(async move |mut socket| Ok(socket.send(protocol.unwrap_or("none")).await?))
}

#[get("/listed")]
async fn listed(upgrade: WebSocketUpgrade) -> Response {
    upgrade.origins(&["https://app.example.org", "https://*.example.net"]).on_upgrade(async |_| Ok(()))
}

#[get("/plain")]
async fn plain() -> &'static str {
    "plain"
}

/// Adds the numbers that come up.
#[get("/sums")]
async fn sums(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        let mut sum = 0;
        while let Some(number) = socket.recv_json::<i64>().await {
            sum += number?;
            socket.send_json(&[sum]).await?;
        }
        Ok(())
    })
}

/// Waits for nothing that comes.
#[get("/stays")]
async fn stays(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |socket| {
        std::future::pending::<()>().await;
        drop(socket);
        Ok(())
    })
}

/// Takes a message a second.
#[get("/slow")]
async fn slow(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        while socket.recv().await.is_some() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            TAKEN.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
        Ok(())
    })
}

/// How many messages `slow` has taken.
pub(super) static TAKEN: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
