//! What clients of scenarios share: to connect, to ask, to see how a connection ends.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::Failure;

/// The longest wait for one step of a client that does nothing slowly.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The shortest request.
pub(crate) const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Runs clients to their end, on a thread of their own beside the caller's.
///
/// # Errors
///
/// Where there is no runtime, or what `clients` fails with.
pub(crate) fn run_clients<T>(clients: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(clients)
}

/// Connects from any address of this machine.
pub(crate) async fn connect(address: SocketAddr) -> Result<TcpStream, Failure> {
    Ok(timeout(PATIENCE, TcpStream::connect(address)).await??)
}

/// Connects from `from`, such as a second address of the loopback interface.
pub(crate) async fn connect_from(from: [u8; 4], address: SocketAddr) -> Result<TcpStream, Failure> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    Ok(timeout(PATIENCE, socket.connect(address)).await??)
}

/// Sends the shortest request and reads its answer.
pub(crate) async fn ask(stream: &mut TcpStream) -> Result<(), Failure> {
    begin_ask(stream).await?;
    finish_ask(stream).await
}

/// Sends the shortest request.
pub(crate) async fn begin_ask(stream: &mut TcpStream) -> Result<(), Failure> {
    Ok(stream.write_all(REQUEST).await?)
}

/// Reads what comes with the answer's first bytes: it is short, and comes whole.
pub(crate) async fn finish_ask(stream: &mut TcpStream) -> Result<(), Failure> {
    let mut answer = [0; 4096];
    let len = timeout(PATIENCE, stream.read(&mut answer)).await??;
    match answer.get(..len) {
        Some(answer) if answer.starts_with(b"HTTP/1.1 200 ") => Ok(()),
        Some(_) | None => Err(format!("expected an answer, found {len} other bytes").into()),
    }
}

/// How a server ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With an answer of this status, and an orderly close behind it.
    Answered(u16),
    /// With an orderly close, and no answer.
    Closed,
    /// With a reset.
    Reset,
}

/// Reads what is left, `begun` being what has come already, until the server ends the connection.
pub(crate) async fn read_end(stream: &mut TcpStream, mut begun: Vec<u8>) -> Result<End, Failure> {
    match timeout(PATIENCE, stream.read_to_end(&mut begun)).await? {
        Ok(_) => Ok(status(&begun).map_or(End::Closed, End::Answered)),
        Err(error) if is_reset(&error) => Ok(End::Reset),
        Err(error) => Err(error.into()),
    }
}

/// Whether the peer has reset the connection.
pub(crate) fn is_reset(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

/// The status of an answer that begins with these bytes.
fn status(answer: &[u8]) -> Option<u16> {
    let digits = answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
