//! One slow client, from its first byte to the moment at which the server has had enough.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::clients::{End, PATIENCE, connect, is_reset, read_end};
use crate::{Failure, Pattern};

/// What a client is slow at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its request's head, a byte at a time.
    Head,
    /// Reading a large response, a byte at a time.
    Reader,
    /// Its request's body, some bytes at a time.
    Upload,
}

/// How long clients pause between two steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slowness {
    /// Between two bytes of a head.
    pub(super) head: Duration,
    /// Between two pieces of a body, read or sent.
    pub(super) body: Duration,
}

/// How a client was shed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shed {
    pub(super) end: End,
    /// Since its first byte.
    pub(super) after: Duration,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Head => "slow heads",
            Self::Reader => "slow readers",
            Self::Upload => "slow uploads",
        }
    }

    /// How the server is to shed it.
    pub(super) fn end(self) -> End {
        match self {
            Self::Head | Self::Upload => End::Answered(408),
            Self::Reader => End::Reset,
        }
    }

    pub(super) fn end_text(self) -> &'static str {
        match self {
            Self::Head | Self::Upload => "with 408 and a close",
            Self::Reader => "with a reset",
        }
    }

    /// When the defaults shed it, in seconds: not before the first, and after the second at the latest.
    pub(super) fn bounds(self) -> (f64, f64) {
        match self {
            // `header_read_timeout`, which begins when the server sees the first byte.
            Self::Head => (9.9, 10.0),
            // What the socket's buffers took at first has earned a minute, which is the most.
            Self::Reader => (5.0, 65.0),
            // The grace of 5 s, and 1/240 s for each byte, of which there are 100 a second: 5 / (1 - 100/240).
            Self::Upload => (5.0, 8.6),
        }
    }
}

const HEAD: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
const READER: &[u8] = b"GET /chunked/1073741824 HTTP/1.1\r\nHost: localhost\r\n\r\n";
const UPLOAD: &[u8] = b"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n";

/// A piece of a body: with a second's pause well below 240 bytes a second.
const PIECE_BYTES: usize = 100;

/// The segments of an Ethernet; those of the loopback interface are 64 KiB.
const SEGMENT_BYTES: u32 = 1460;

/// What a reader lets the server send ahead: little, as one does that wants the server to hold the rest.
const WINDOW_BYTES: u32 = 16 * 1024;

/// Runs a client until the server sheds it.
pub(super) async fn shed(kind: Kind, address: SocketAddr, slowness: Slowness) -> Result<Shed, Failure> {
    let mut stream = match kind {
        Kind::Head | Kind::Upload => connect(address).await?,
        Kind::Reader => connect_with_a_small_window(address).await?,
    };
    let mut pattern = Pattern::default();
    let started = Instant::now();
    let end = match kind {
        Kind::Head => send_slowly(&mut stream, HEAD, || b"x", slowness.head).await?,
        Kind::Reader => read_slowly(&mut stream, slowness.body).await?,
        Kind::Upload => send_slowly(&mut stream, UPLOAD, || pattern.next(PIECE_BYTES), slowness.body).await?,
    };
    Ok(Shed { end, after: started.elapsed() })
}

/// Sends `first`, and then a piece after each pause in which nothing came.
async fn send_slowly(
    stream: &mut TcpStream,
    first: &[u8],
    mut piece: impl FnMut() -> &'static [u8],
    pause: Duration,
) -> Result<End, Failure> {
    stream.write_all(first).await?;
    let mut answer = vec![0; 1024];
    loop {
        match timeout(pause, stream.read(&mut answer)).await {
            Err(_) => match stream.write_all(piece()).await {
                Ok(()) => {}
                Err(error) if is_reset(&error) => return Ok(End::Reset),
                Err(error) => return Err(error.into()),
            },
            Ok(Ok(len)) => {
                answer.truncate(len);
                return read_end(stream, answer).await;
            }
            Ok(Err(error)) if is_reset(&error) => return Ok(End::Reset),
            Ok(Err(error)) => return Err(error.into()),
        }
    }
}

/// Asks for a large response, and reads a byte of it after each pause.
async fn read_slowly(stream: &mut TcpStream, pause: Duration) -> Result<End, Failure> {
    stream.write_all(READER).await?;
    loop {
        sleep(pause).await;
        match stream.try_read(&mut [0]) {
            Ok(0) => return Ok(End::Closed),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if is_reset(&error) => return Ok(End::Reset),
            Err(error) => return Err(error.into()),
        }
        // What lies in the socket's buffer is given before a reset behind it is told.
        match stream.take_error()? {
            Some(error) if is_reset(&error) => return Ok(End::Reset),
            Some(error) => return Err(error.into()),
            None => {}
        }
    }
}

async fn connect_with_a_small_window(address: SocketAddr) -> Result<TcpStream, Failure> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_mss(SEGMENT_BYTES)?;
    let socket = TcpSocket::from_std_stream(socket.into());
    socket.set_recv_buffer_size(WINDOW_BYTES)?;
    Ok(timeout(PATIENCE, socket.connect(address)).await??)
}
