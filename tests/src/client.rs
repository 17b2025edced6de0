//! A client of one request a connection over a blocking socket: what is sent is what was written.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Answer;
use crate::answer::Malformed;

/// The longest time without a byte.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request that is put together and then sent.
#[derive(Debug, Clone)]
pub struct Call {
    address: SocketAddr,
    method: String,
    target: String,
    fields: String,
    body: Vec<u8>,
}

impl Call {
    pub(crate) fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        let fields = format!("Host: {address}\r\nConnection: close\r\n");
        Self { address, method: method.to_owned(), target: target.to_owned(), fields, body: Vec::new() }
    }

    /// Sends it to another address.
    #[must_use]
    pub fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// Adds a field line, as it stands.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// Sets a body with its type and length.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let len = self.body.len().to_string();
        self.field("Content-Type", content_type).field("Content-Length", &len)
    }

    /// Sets a body of JSON text.
    #[must_use]
    pub fn json(self, text: &str) -> Self {
        self.body("application/json", text)
    }

    /// Sends it on a connection of its own and reads the whole answer.
    ///
    /// # Errors
    ///
    /// [`ClientError`] where the socket fails, the server says nothing for 20 s, or the answer is no HTTP.
    pub fn send(self) -> Result<Answer, ClientError> {
        self.begin()?.finish()
    }

    /// Sends it on a connection of its own and waits for the first byte of the answer.
    ///
    /// # Errors
    ///
    /// Those of [`Call::send`].
    pub fn begin(self) -> Result<Begun, ClientError> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(&self.bytes())?;
        let mut first = [0];
        let len = stream.read(&mut first)?;
        Ok(Begun { stream, method: self.method, received: first.into_iter().take(len).collect() })
    }

    /// The bytes as they go out.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes =
            format!("{} {} HTTP/1.1\r\n{}\r\n", self.method, self.target, self.fields).into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// An answer of which something has come.
#[derive(Debug)]
pub struct Begun {
    stream: TcpStream,
    method: String,
    received: Vec<u8>,
}

impl Begun {
    /// Reads the rest, until the server closes.
    ///
    /// # Errors
    ///
    /// Those of [`Call::send`].
    pub fn finish(mut self) -> Result<Answer, ClientError> {
        self.stream.read_to_end(&mut self.received)?;
        Ok(Answer::parse(&self.received, &self.method)?)
    }
}

/// Why there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientError {
    /// The socket failed.
    Io(io::Error),
    /// The answer is no HTTP/1.1 response; what is wrong with it.
    Malformed(String),
}

impl From<io::Error> for ClientError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Malformed> for ClientError {
    fn from(error: Malformed) -> Self {
        Self::Malformed(error.0)
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the request failed: {error}"),
            Self::Malformed(detail) => write!(f, "the answer is malformed: {detail}"),
        }
    }
}

impl std::error::Error for ClientError {}
