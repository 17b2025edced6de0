//! [`WebSocket`]: the handler's end, in one piece or in two.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use super::close::CloseFrame;
use super::frame::Opcode;
use super::shared::Shared;

/// A message, whole; its fragments, and the frames that are about the connection, are not the application's concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
}

impl Message {
    /// The text; `None` where it is bytes.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }

    /// What it holds, whichever it is.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    pub(super) fn opcode(&self) -> Opcode {
        match self {
            Self::Text(_) => Opcode::Text,
            Self::Binary(_) => Opcode::Binary,
        }
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Bytes> for Message {
    fn from(bytes: Bytes) -> Self {
        Self::Binary(bytes)
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }
}

/// An open WebSocket; see [`WebSocketUpgrade`](crate::WebSocketUpgrade).
///
/// Pings are answered, and sent, while the handler waits for whatever it likes. A client that sends faster than the
/// handler receives is held back by TCP; one that receives more slowly than the handler sends makes
/// [`WebSocket::send`] wait.
#[derive(Debug)]
pub struct WebSocket {
    reader: WebSocketReader,
    writer: WebSocketWriter,
}

impl WebSocket {
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.writer.shared
    }

    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let reader = WebSocketReader { shared: Arc::clone(&shared) };
        Self { reader, writer: WebSocketWriter { shared } }
    }

    /// Waits for the next message; `None` once the WebSocket is closed or lost.
    ///
    /// # Cancel safety
    ///
    /// No message is lost when the future is dropped.
    pub async fn recv(&mut self) -> Option<Message> {
        self.reader.recv().await
    }

    /// The same, read as JSON, from text or bytes.
    ///
    /// ```
    /// use serde::{Deserialize, Serialize};
    /// use server::{Response, WebSocketUpgrade, get};
    ///
    /// #[derive(Deserialize)]
    /// struct Order { item: String, count: u32 }
    ///
    /// #[derive(Serialize)]
    /// struct Taken { items: u32 }
    ///
    /// #[get("/orders")]
    /// async fn orders(upgrade: WebSocketUpgrade) -> Response {
    ///     upgrade.on_upgrade(async |mut socket| {
    ///         let mut items = 0;
    ///         while let Some(order) = socket.recv_json::<Order>().await {
    ///             items += order?.count;
    ///             socket.send_json(&Taken { items }).await?;
    ///         }
    ///         Ok(())
    ///     })
    /// }
    /// ```
    pub async fn recv_json<T: DeserializeOwned>(&mut self) -> Option<crate::Result<T>> {
        self.reader.recv_json().await
    }

    /// Sends a message, once there is room for it.
    ///
    /// It is on its way then, and not yet at the client: what was sent is written in order, and before the WebSocket is
    /// closed.
    ///
    /// # Errors
    ///
    /// [`WebSocketClosed`] once it is closed or lost.
    ///
    /// # Cancel safety
    ///
    /// A message whose future is dropped before it is ready is not sent.
    pub async fn send(&mut self, message: impl Into<Message>) -> Result<(), WebSocketClosed> {
        self.writer.send(message).await
    }

    /// Sends a value as JSON, in text.
    ///
    /// # Errors
    ///
    /// Where it cannot be written as JSON; and [`WebSocketClosed`].
    pub async fn send_json<T: Serialize + ?Sized>(&mut self, value: &T) -> crate::Result {
        self.writer.send_json(value).await
    }

    /// Closes it, behind what was sent; nothing is sent or received any more.
    pub fn close(self, frame: CloseFrame) {
        self.writer.close(frame);
    }

    /// Waits until it is closed or lost, by whichever side.
    pub async fn closed(&self) {
        self.writer.closed().await;
    }

    /// What the client said when it closed; `None` as long as it has not, and where it said nothing.
    pub fn close_frame(&self) -> Option<CloseFrame> {
        self.writer.shared.close_frame()
    }

    /// Takes it apart, so that one task can receive while another sends.
    ///
    /// A handler that only sends should drop the reader: what the client sends is dropped then, and waits for nobody.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use server::{Response, WebSocketUpgrade, get};
    ///
    /// #[get("/ticks")]
    /// async fn ticks(upgrade: WebSocketUpgrade) -> Response {
    ///     upgrade.on_upgrade(async |socket| {
    ///         let (_, mut writer) = socket.split();
    ///         loop {
    ///             writer.send("tick").await?;
    ///             tokio::time::sleep(Duration::from_secs(1)).await;
    ///         }
    ///     })
    /// }
    /// ```
    pub fn split(self) -> (WebSocketReader, WebSocketWriter) {
        (self.reader, self.writer)
    }
}

/// The half that receives; see [`WebSocket::split`].
#[derive(Debug)]
pub struct WebSocketReader {
    shared: Arc<Shared>,
}

impl WebSocketReader {
    /// As [`WebSocket::recv`].
    pub async fn recv(&mut self) -> Option<Message> {
        poll_fn(|context| self.shared.poll_recv(context)).await
    }

    /// As [`WebSocket::recv_json`].
    pub async fn recv_json<T: DeserializeOwned>(&mut self) -> Option<crate::Result<T>> {
        let message = self.recv().await?;
        Some(serde_json::from_slice(message.as_bytes()).map_err(crate::Error::from))
    }
}

impl Drop for WebSocketReader {
    fn drop(&mut self) {
        self.shared.drop_reader();
    }
}

/// The half that sends; see [`WebSocket::split`].
#[derive(Debug)]
pub struct WebSocketWriter {
    shared: Arc<Shared>,
}

impl WebSocketWriter {
    /// As [`WebSocket::send`].
    ///
    /// # Errors
    ///
    /// [`WebSocketClosed`] once it is closed or lost.
    pub async fn send(&mut self, message: impl Into<Message>) -> Result<(), WebSocketClosed> {
        let message = message.into();
        poll_fn(|context| self.shared.poll_send(&message, context)).await
    }

    /// As [`WebSocket::send_json`].
    ///
    /// # Errors
    ///
    /// Where it cannot be written as JSON; and [`WebSocketClosed`].
    pub async fn send_json<T: Serialize + ?Sized>(&mut self, value: &T) -> crate::Result {
        Ok(self.send(serde_json::to_string(value)?).await?)
    }

    /// As [`WebSocket::close`].
    pub fn close(self, frame: CloseFrame) {
        self.shared.ask_to_close(frame);
    }

    /// As [`WebSocket::closed`].
    pub async fn closed(&self) {
        poll_fn(|context| self.shared.poll_closed(context)).await;
    }
}

/// The WebSocket is closed or lost, and nothing can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebSocketClosed(pub(super) ());

impl fmt::Display for WebSocketClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the WebSocket is closed")
    }
}

impl Error for WebSocketClosed {}
