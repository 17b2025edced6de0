//! A listening socket of either family in the hands of a runtime.
//!
//! What is accepted at a Unix socket is a [`TcpStream`] as well: all that is asked of it (to read, write, peek, shut down
//! and reset) is the same system call for any stream socket. So a connection is compiled once, and asks nowhere which
//! one it has.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener, TcpStream as StdStream};
#[cfg(unix)]
use std::os::fd::OwnedFd;

use tokio::net::{TcpListener, TcpStream};

use super::{Family, Listening, leave_new_ones};

/// A listening socket that a runtime watches.
#[derive(Debug)]
pub(in super::super) enum Incoming {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
}

impl Incoming {
    /// Hands a socket to the current runtime.
    pub(in super::super) fn adopt(listening: Listening) -> io::Result<Self> {
        match listening.family {
            Family::Tcp => TcpListener::from_std(listening.socket.into()).map(Self::Tcp),
            #[cfg(unix)]
            Family::Unix => tokio::net::UnixListener::from_std(listening.socket.into()).map(Self::Unix),
        }
    }

    /// Waits for the next connection; one at a Unix socket has no address.
    pub(in super::super) async fn accept(&self) -> io::Result<(TcpStream, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => listener.accept().await.map(|(stream, addr)| (stream, Some(addr))),
            #[cfg(unix)]
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                into_stream(OwnedFd::from(stream.into_std()?).into()).map(|stream| (stream, None))
            }
        }
    }

    /// Takes the socket back from the runtime.
    pub(in super::super) fn into_backlog(self) -> Option<Backlog> {
        Some(match self {
            Self::Tcp(listener) => Backlog::Tcp(listener.into_std().ok()?),
            #[cfg(unix)]
            Self::Unix(listener) => Backlog::Unix(listener.into_std().ok()?),
        })
    }

    /// Lets the kernel give it no new connection, where that can be done; see [`leave_new_ones`].
    pub(in super::super) fn leave_new_ones(&self) -> bool {
        match self {
            Self::Tcp(listener) => leave_new_ones(listener),
            #[cfg(unix)]
            Self::Unix(_) => false,
        }
    }
}

/// A listening socket that no runtime watches, with what the kernel has accepted already.
#[derive(Debug)]
pub(in super::super) enum Backlog {
    Tcp(StdListener),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixListener),
}

impl Backlog {
    /// The next connection, without waiting for one.
    pub(in super::super) fn accept(&self) -> io::Result<(TcpStream, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, addr) = listener.accept()?;
                into_stream(stream).map(|stream| (stream, Some(addr)))
            }
            #[cfg(unix)]
            Self::Unix(listener) => {
                let (stream, _) = listener.accept()?;
                into_stream(OwnedFd::from(stream).into()).map(|stream| (stream, None))
            }
        }
    }
}

fn into_stream(stream: StdStream) -> io::Result<TcpStream> {
    stream.set_nonblocking(true)?;
    TcpStream::from_std(stream)
}
