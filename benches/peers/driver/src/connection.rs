//! One connection: a request's bytes go out, and as many bytes come in as its answers have.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::Instant;

use mio::net::TcpStream;
use mio::{Interest, Poll, Token};

use crate::options::Options;
use crate::websocket;

pub(crate) struct Connection {
    address: SocketAddr,
    /// Whether it is a WebSocket's.
    is_socket: bool,
    stream: Option<TcpStream>,
    request: Vec<u8>,
    /// How many bytes answer it.
    expected: usize,
    written: usize,
    read: usize,
    active: bool,
    /// When the next request is to be sent, where a rate is held.
    pub(crate) due: Option<Instant>,
}

impl Connection {
    pub(crate) fn new(options: &Options, request: Vec<u8>, expected: usize) -> Self {
        let address = options.address;
        let is_socket = websocket::message_len(&options.scenario).is_some();
        Self {
            address,
            is_socket,
            stream: None,
            request,
            expected,
            written: 0,
            read: 0,
            active: false,
            due: None,
        }
    }

    /// Connects anew; a request that was under way is forgotten.
    pub(crate) fn open(&mut self, poll: &Poll, token: Token) -> io::Result<()> {
        let mut stream = if self.is_socket { self.open_socket()? } else { TcpStream::connect(self.address)? };
        stream.set_nodelay(true)?;
        poll.registry().register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        self.stream = Some(stream);
        self.rest();
        Ok(())
    }

    /// A WebSocket, which is waited for.
    fn open_socket(&self) -> io::Result<TcpStream> {
        let mut stream = std::net::TcpStream::connect(self.address)?;
        websocket::open(&mut stream)?;
        stream.set_nonblocking(true)?;
        Ok(TcpStream::from_std(stream))
    }

    /// Whether no request is under way.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.active
    }

    pub(crate) fn begin(&mut self) {
        self.active = true;
    }

    pub(crate) fn rest(&mut self) {
        (self.active, self.written, self.read) = (false, 0, 0);
    }

    /// Writes what is left of the request, as far as the socket takes it.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        while self.active && self.written < self.request.len() {
            match stream.write(&self.request[self.written..]) {
                Ok(len) => self.written += len,
                // Until it is connected, it takes nothing.
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    break;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what has come; `true` where the answers are whole.
    pub(crate) fn read(&mut self, scratch: &mut [u8]) -> io::Result<bool> {
        let Some(stream) = &mut self.stream else { return Ok(false) };
        while self.active {
            match stream.read(scratch) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(len) => {
                    self.read += len;
                    if self.read == self.expected {
                        return Ok(true);
                    }
                    if self.read > self.expected {
                        return Err(ErrorKind::InvalidData.into());
                    }
                    // A short read has emptied the socket: the next would only say so.
                    if len < scratch.len() {
                        return Ok(false);
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    break;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}
