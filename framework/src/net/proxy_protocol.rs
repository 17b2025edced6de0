//! The PROXY protocol, versions 1 and 2: a load balancer that passes bytes on says first whose they are.
//!
//! Of the peers that are configured a header is required: one that begins otherwise, or not in time, is closed, as it
//! would be taken for the client. Of others none is accepted: theirs is a malformed request.
//!
//! The header is taken from the socket byte for byte and nothing behind it, so that whatever comes then, TLS or HTTP,
//! finds the socket as if its client had connected.

mod header;
#[cfg(any(test, feature = "__properties"))]
mod property;

use std::fmt;
use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;

use self::header::{Client, HeaderError, Parsed, parse};
#[cfg(any(test, feature = "__properties"))]
pub use self::property::proxy_header;
use crate::config::Network;

/// The peers that must say who their client is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Announced(Vec<Network>);

impl Announced {
    pub(crate) fn by(networks: &[Network]) -> Self {
        Self(networks.to_vec())
    }

    /// Whether a peer must; one without an address is at a Unix socket.
    pub(super) fn must(&self, peer: Option<SocketAddr>) -> bool {
        self.0.iter().any(|network| network.has_peer(peer))
    }
}

/// Reads a peer's header, and gives the address of its client; that of the peer where the header speaks of none.
///
/// # Errors
///
/// [`Refused`] where there is no header, or the connection ends in it.
///
/// # Cancel safety
///
/// What was read of the header is lost; nothing behind it ever is.
pub(super) async fn read_header(
    stream: &TcpStream,
    peer: Option<SocketAddr>,
) -> Result<Option<SocketAddr>, Refused> {
    let mut header = Vec::new();
    loop {
        let mut window = [0; WINDOW];
        let seen = stream.peek(&mut window).await.map_err(Refused::Broken)?;
        if seen == 0 {
            return Err(Refused::Broken(io::ErrorKind::UnexpectedEof.into()));
        }
        let before = header.len();
        header.extend_from_slice(window.get(..seen).unwrap_or_default());
        let parsed = parse(&header).map_err(Refused::Malformed)?;
        // As long as the header is not whole, all that there is belongs to it.
        let len = parsed.map_or(header.len(), |parsed| parsed.len);
        take(stream, len - before)?;
        match parsed {
            Some(Parsed { client: Client::At(addr), .. }) => return Ok(Some(addr)),
            Some(Parsed { client: Client::Unix, .. }) => return Ok(None),
            Some(Parsed { client: Client::Peer, .. }) => return Ok(peer),
            None => {}
        }
    }
}

/// Most headers are shorter.
const WINDOW: usize = 256;

/// Takes `len` bytes that are there from the socket.
fn take(stream: &TcpStream, mut len: usize) -> Result<(), Refused> {
    let mut taken = [0; WINDOW];
    while len > 0 {
        let window = taken.get_mut(..len.min(WINDOW)).unwrap_or_default();
        match stream.try_read(window).map_err(Refused::Broken)? {
            0 => return Err(Refused::Broken(io::ErrorKind::UnexpectedEof.into())),
            read => len -= read,
        }
    }
    Ok(())
}

/// Why a peer is not listened to.
#[derive(Debug)]
pub(super) enum Refused {
    Malformed(HeaderError),
    Broken(io::Error),
    /// The header did not come in time.
    TimedOut,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed(HeaderError::NoHeader) => "it did not begin with a PROXY header",
            Self::Malformed(HeaderError::Line) => "its PROXY header of version 1 is malformed",
            Self::Malformed(HeaderError::Kind) => "its PROXY header is of no kind that there is",
            Self::Malformed(HeaderError::TooLong) => "its PROXY header is longer than 4 KiB",
            Self::Malformed(HeaderError::Cut) => "its PROXY header has no room for what it holds",
            Self::Broken(error) => return write!(f, "it ended within its PROXY header: {error}"),
            Self::TimedOut => "its PROXY header did not come within the header_read_timeout",
        })
    }
}
