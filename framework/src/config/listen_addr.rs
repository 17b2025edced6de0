//! [`ListenAddr`]: where a server listens.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use super::list::Item;

/// Where a server listens: an address with its port, or a Unix socket.
///
/// As text it is `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `unix:/run/service.sock`, or `unix:@service`, a socket
/// of Linux that has a name and no file.
///
/// ```
/// use server::ListenAddr;
///
/// let addr: ListenAddr = "unix:/run/service.sock".parse()?;
/// assert_eq!(addr, ListenAddr::Unix("/run/service.sock".into()));
/// assert_eq!("[::1]:80".parse::<ListenAddr>()?.to_string(), "[::1]:80");
/// # Ok::<(), server::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListenAddr {
    /// A TCP port; 0 takes any free one.
    Tcp(SocketAddr),
    /// A Unix socket at this path. It is made, and removed at the end; one that nobody listens at is replaced.
    Unix(PathBuf),
    /// A Unix socket without a file, on Linux. Whoever is in the same network namespace may connect.
    Abstract(String),
}

impl ListenAddr {
    /// The address, where it is one of TCP.
    pub(crate) fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(addr) => Some(*addr),
            Self::Unix(_) | Self::Abstract(_) => None,
        }
    }
}

impl From<SocketAddr> for ListenAddr {
    fn from(addr: SocketAddr) -> Self {
        Self::Tcp(addr)
    }
}

impl FromStr for ListenAddr {
    type Err = ListenAddrError;

    fn from_str(text: &str) -> Result<Self, ListenAddrError> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path.strip_prefix('@') {
                Some("") => Err(ListenAddrError { nearest: None }),
                Some(name) => Ok(Self::Abstract(name.to_owned())),
                None if path.is_empty() || path.contains('\0') => Err(ListenAddrError { nearest: None }),
                None => Ok(Self::Unix(path.into())),
            };
        }
        let with_ip = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
        with_ip.as_deref().unwrap_or(text).parse().map(Self::Tcp).map_err(|_| ListenAddrError::near(text))
    }
}

impl fmt::Display for ListenAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(addr) => addr.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Abstract(name) => write!(f, "unix:@{name}"),
        }
    }
}

impl Item for ListenAddr {
    fn nearest(_: &str, error: &ListenAddrError) -> Option<String> {
        error.nearest.clone()
    }
}

/// A text that is no [`ListenAddr`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddrError {
    nearest: Option<String>,
}

impl ListenAddrError {
    fn near(text: &str) -> Self {
        let is_port = |port: &str| port.parse::<u16>().is_ok();
        let nearest = match text.strip_prefix(':').or(text.strip_prefix("*:")) {
            Some(port) => is_port(port).then(|| format!("0.0.0.0:{port}")),
            None if is_port(text) => Some(format!("127.0.0.1:{text}")),
            None if text.starts_with('/') => Some(format!("unix:{text}")),
            None => None,
        };
        Self { nearest }
    }
}

impl fmt::Display for ListenAddrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected an address with a port, such as `127.0.0.1:8080`, or a Unix socket, `unix:/run/a.sock`",
        )
    }
}

impl Error for ListenAddrError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_it_is_read() {
        for text in ["127.0.0.1:8080", "[::1]:0", "unix:/run/a b.sock", "unix:./a.sock", "unix:@a"] {
            assert_eq!(text.parse::<ListenAddr>().unwrap().to_string(), text);
        }
        assert_eq!("localhost:80".parse::<ListenAddr>().unwrap().to_string(), "127.0.0.1:80");
    }

    #[test]
    fn refuses_what_is_none_and_says_what_was_meant() {
        let rows = [
            ("", None),
            ("127.0.0.1", None),
            ("127.0.0.1:", None),
            ("127.0.0.1:65536", None),
            ("example.org:80", None),
            ("unix:", None),
            ("unix:@", None),
            ("unix:a\0b", None),
            ("8080", Some("127.0.0.1:8080")),
            (":8080", Some("0.0.0.0:8080")),
            ("*:8080", Some("0.0.0.0:8080")),
            ("/run/a.sock", Some("unix:/run/a.sock")),
        ];
        for (text, nearest) in rows {
            let error = text.parse::<ListenAddr>().unwrap_err();
            assert_eq!(error.nearest.as_deref(), nearest, "{text}");
        }
    }
}
