//! What is said where the server cannot listen: what is wrong, and by what option to choose something else.

use std::error::Error;
use std::fmt;
use std::io;

use super::listen_addr::ListenAddr;

/// An address that could not be listened on.
#[derive(Debug)]
pub(crate) struct ListenError {
    address: ListenAddr,
    error: io::Error,
    /// The option that names the address, where it is none of those for the server itself.
    option: Option<&'static str>,
}

impl ListenError {
    /// Takes what the system said when a listener was to be made at `address`.
    pub(crate) fn new(address: ListenAddr, error: io::Error) -> Self {
        Self { address, error, option: None }
    }

    /// The same for a listener that sends clients to where TLS is spoken.
    #[cfg(feature = "tls")]
    pub(crate) fn redirecting(address: ListenAddr, error: io::Error) -> Self {
        Self { address, error, option: Some("--tls-redirect") }
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, error, option } = self;
        write!(f, "cannot listen on {address}: ")?;
        if let Some(option) = option {
            return write!(f, "{error}; `{option}` chooses another address");
        }
        let Some(address) = address.tcp() else { return write_unix_fault(error, f) };
        let (host, port) = (address.ip(), address.port());
        match error.kind() {
            io::ErrorKind::AddrInUse => {
                let other = port.checked_add(1).unwrap_or(8080);
                write!(
                    f,
                    "the port is in use by another socket; choose another one with `--port {other}` or \
                     `SERVER_PORT={other}`, or any free one with `--port 0`"
                )
            }
            io::ErrorKind::PermissionDenied if (1..FIRST_UNPRIVILEGED).contains(&port) => {
                let other = port + 8000;
                write!(
                    f,
                    "ports below {FIRST_UNPRIVILEGED} need a privilege (root, or CAP_NET_BIND_SERVICE); choose \
                     another one with `--port {other}` or `SERVER_PORT={other}`"
                )
            }
            io::ErrorKind::AddrNotAvailable => write!(
                f,
                "this machine has no interface with the address {host}; choose another one with `--host 127.0.0.1` \
                 or `SERVER_HOST=127.0.0.1`, or all of IPv4 with `--host 0.0.0.0`"
            ),
            _ => write!(f, "{error}; `--host` and `--port` choose another address"),
        }
    }
}

/// What is wrong with a Unix socket.
fn write_unix_fault(error: &io::Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error.kind() {
        io::ErrorKind::AddrInUse => f.write_str("another program listens there"),
        io::ErrorKind::AlreadyExists => {
            f.write_str("there is something that is no socket; remove it, or choose another path")
        }
        io::ErrorKind::NotFound => f.write_str("there is no such folder"),
        io::ErrorKind::PermissionDenied => f.write_str("this user may make no socket in that folder"),
        _ => write!(f, "{error}"),
    }
}

impl Error for ListenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

/// The first port that needs no privilege on Linux, if nobody has configured another one.
const FIRST_UNPRIVILEGED: u16 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, kind: io::ErrorKind, expected: &str) {
        let error = ListenError::new(address.parse().expect("an address"), kind.into());
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn says_what_is_wrong_and_what_to_choose() {
        use io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied, Unsupported};
        check(
            "127.0.0.1:8080",
            AddrInUse,
            "cannot listen on 127.0.0.1:8080: the port is in use by another socket; choose another one with \
             `--port 8081` or `SERVER_PORT=8081`, or any free one with `--port 0`",
        );
        check(
            "[::1]:65535",
            AddrInUse,
            "cannot listen on [::1]:65535: the port is in use by another socket; choose another one with \
             `--port 8080` or `SERVER_PORT=8080`, or any free one with `--port 0`",
        );
        check(
            "0.0.0.0:443",
            PermissionDenied,
            "cannot listen on 0.0.0.0:443: ports below 1024 need a privilege (root, or CAP_NET_BIND_SERVICE); choose \
             another one with `--port 8443` or `SERVER_PORT=8443`",
        );
        check(
            "10.1.2.3:8080",
            AddrNotAvailable,
            "cannot listen on 10.1.2.3:8080: this machine has no interface with the address 10.1.2.3; choose another \
             one with `--host 127.0.0.1` or `SERVER_HOST=127.0.0.1`, or all of IPv4 with `--host 0.0.0.0`",
        );
        check(
            "0.0.0.0:8080",
            PermissionDenied,
            "cannot listen on 0.0.0.0:8080: permission denied; `--host` and `--port` choose another address",
        );
        check(
            "0.0.0.0:8080",
            Unsupported,
            "cannot listen on 0.0.0.0:8080: unsupported; `--host` and `--port` choose another address",
        );
        let at = "unix:/run/a.sock";
        check(at, AddrInUse, "cannot listen on unix:/run/a.sock: another program listens there");
        check(
            at,
            io::ErrorKind::AlreadyExists,
            "cannot listen on unix:/run/a.sock: there is something that is no socket; remove it, or choose another path",
        );
    }

    #[test]
    fn a_port_that_is_taken_says_so() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = taken.local_addr().expect("its address");
        let refused = std::net::TcpListener::bind(address).expect_err("the port is taken");
        let error = ListenError::new(address.into(), refused);
        assert!(
            error.to_string().starts_with(&format!("cannot listen on {address}: the port is in use")),
            "{error}"
        );
        assert!(error.source().is_some_and(|source| source.to_string().contains("in use")));
    }
}
