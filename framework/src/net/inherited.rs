//! Listening sockets that another program opened and left to this one: the protocol of sd_listen_fds(3).
//!
//! Whoever starts us sets `LISTEN_FDS` to how many there are, from descriptor 3 on, and `LISTEN_PID` to our process: a
//! child that inherits the variables finds another's number in it, and takes nothing. The variables are left as they
//! are, as no program with threads can change its environment safely; the descriptors are closed when the process
//! becomes another program.
//!
//! A socket that somebody else holds lets the port outlive us: connections that come while no process serves wait in
//! its queue.

#[cfg(unix)]
mod descriptor;

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::io;

use super::Listeners;
#[cfg(unix)]
use crate::config::ListenAddr;

/// The first descriptor (SD_LISTEN_FDS_START).
const FIRST: i32 = 3;
/// More than anybody leaves to a program; a larger number is a mistake.
const MOST: i32 = 1024;

impl Listeners {
    /// The sockets that `variables` leave to the process `id`; `None` where there are none.
    ///
    /// # Errors
    ///
    /// [`InheritError`] where a number cannot be read, or what is left is no listening socket of TCP or Unix.
    pub(crate) fn inherited(
        variables: impl Iterator<Item = (OsString, OsString)>,
        id: u32,
    ) -> Result<Option<Self>, InheritError> {
        let count = count(variables, id)?;
        if count == 0 {
            return Ok(None);
        }
        take(count).map(Some)
    }
}

/// How many sockets are left to the process `id`.
fn count(variables: impl Iterator<Item = (OsString, OsString)>, id: u32) -> Result<i32, InheritError> {
    let (mut fds, mut pid) = (None, None);
    for (name, value) in variables {
        match name.to_str() {
            Some("LISTEN_FDS") => fds = Some(value.to_string_lossy().into_owned()),
            Some("LISTEN_PID") => pid = Some(value.to_string_lossy().into_owned()),
            Some(_) | None => {}
        }
    }
    let (Some(fds), Some(pid)) = (fds, pid) else { return Ok(0) };
    match pid.parse() {
        Ok(pid) if pid == id => {}
        // They are another's, such as the one's that started us.
        Ok(0_u32..) => return Ok(0),
        Err(_) => {
            return Err(InheritError::Variable { name: "LISTEN_PID", expected: "a process", found: pid });
        }
    }
    match fds.parse() {
        Ok(count @ 0..=MOST) => Ok(count),
        Ok(_) | Err(_) => Err(InheritError::Variable {
            name: "LISTEN_FDS",
            expected: "a number from 0 to 1024",
            found: fds,
        }),
    }
}

#[cfg(unix)]
fn take(count: i32) -> Result<Listeners, InheritError> {
    let mut sockets = Vec::new();
    for fd in FIRST..FIRST + count {
        let socket = descriptor::duplicate(fd).map_err(|error| InheritError::NotOpen { fd, error })?;
        let addr = listens_at(&socket).map_err(|found| InheritError::Unfit { fd, found })?;
        sockets.push((addr, socket));
    }
    let last = FIRST + count - 1;
    Listeners::held_elsewhere(sockets).map_err(|error| InheritError::NotOpen { fd: last, error })
}

#[cfg(not(unix))]
fn take(_: i32) -> Result<Listeners, InheritError> {
    let error = io::ErrorKind::Unsupported.into();
    Err(InheritError::NotOpen { fd: FIRST, error })
}

/// The address of a listening TCP or Unix socket, or what it is instead.
#[cfg(unix)]
fn listens_at(socket: &socket2::Socket) -> Result<ListenAddr, &'static str> {
    let Ok(kind) = socket.r#type() else { return Err("no socket") };
    let addr = socket.local_addr().map_err(|_| "a socket without an address")?;
    let is_stream = kind == socket2::Type::STREAM;
    let is_listening = socket.is_listener().unwrap_or(false);
    match (addr.as_socket(), unix_addr(&addr)) {
        (Some(addr), _) if is_stream && is_listening => Ok(addr.into()),
        (Some(_), _) if is_stream => Err("a TCP socket that does not listen"),
        (Some(_), _) => Err("a UDP socket"),
        (None, Some(addr)) if is_stream && is_listening => Ok(addr),
        (None, _) if addr.is_unix() && is_stream => Err("a Unix socket that does not listen"),
        (None, _) if addr.is_unix() => Err("a Unix socket of datagrams"),
        (None, _) => Err("a socket of another family"),
    }
}

/// The address of a Unix socket that has one.
#[cfg(unix)]
fn unix_addr(addr: &socket2::SockAddr) -> Option<ListenAddr> {
    if let Some(path) = addr.as_pathname() {
        return Some(ListenAddr::Unix(path.to_owned()));
    }
    let name = addr.as_abstract_namespace()?;
    Some(ListenAddr::Abstract(String::from_utf8_lossy(name).into_owned()))
}

/// Sockets that were left to this process, and cannot be used.
#[derive(Debug)]
pub(crate) enum InheritError {
    /// A variable that has no such value.
    Variable { name: &'static str, expected: &'static str, found: String },
    /// There is nothing at this descriptor.
    NotOpen { fd: i32, error: io::Error },
    /// There is something else at this descriptor.
    Unfit { fd: i32, found: &'static str },
}

impl fmt::Display for InheritError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot take over the sockets of `LISTEN_FDS`: ")?;
        match self {
            Self::Variable { name, expected, found } => {
                write!(f, "`{name}`: expected {expected}, found `{}`", crate::log::Escaped(found))
            }
            Self::NotOpen { fd, error } => write!(f, "descriptor {fd}: {error}"),
            Self::Unfit { fd, found } => {
                write!(f, "descriptor {fd}: expected a listening TCP or Unix socket, found {found}")
            }
        }
    }
}

impl Error for InheritError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotOpen { error, .. } => Some(error),
            Self::Variable { .. } | Self::Unfit { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const US: u32 = 4711;

    fn count_of(variables: &[(&str, &str)]) -> Result<i32, String> {
        let variables = variables.iter().map(|&(name, value)| (name.into(), value.into()));
        count(variables, US).map_err(|error| error.to_string())
    }

    #[test]
    fn takes_only_what_is_left_to_this_process() {
        let rows: [(&[(&str, &str)], i32); 8] = [
            (&[], 0),
            (&[("LISTEN_FDS", "2"), ("LISTEN_PID", "4711")], 2),
            (&[("LISTEN_PID", "4711"), ("LISTEN_FDS", "1"), ("LISTEN_FDNAMES", "http")], 1),
            (&[("LISTEN_FDS", "0"), ("LISTEN_PID", "4711")], 0),
            (&[("LISTEN_FDS", "2"), ("LISTEN_PID", "4712")], 0),
            (&[("LISTEN_FDS", "lots"), ("LISTEN_PID", "4712")], 0),
            (&[("LISTEN_FDS", "2")], 0),
            (&[("LISTEN_PID", "4711")], 0),
        ];
        for (variables, expected) in rows {
            assert_eq!(count_of(variables), Ok(expected), "{variables:?}");
        }
    }

    #[test]
    fn names_the_variable_that_cannot_be_read() {
        for (fds, pid, name) in [
            ("lots", "4711", "LISTEN_FDS"),
            ("-1", "4711", "LISTEN_FDS"),
            ("1025", "4711", "LISTEN_FDS"),
            ("1", "me", "LISTEN_PID"),
        ] {
            let error = count_of(&[("LISTEN_FDS", fds), ("LISTEN_PID", pid)]).unwrap_err();
            assert!(error.contains(&format!("`{name}`: expected")), "{error}");
        }
    }

    #[test]
    fn says_what_a_descriptor_is_instead() {
        use socket2::{Domain, Socket, Type};
        let bound = |domain, kind| {
            let socket = Socket::new(domain, kind, None).unwrap();
            let addr: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
            socket.bind(&addr.into()).unwrap();
            socket
        };
        let file: std::os::fd::OwnedFd = std::fs::File::open("/dev/null").unwrap().into();
        let unix = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        let datagrams: std::os::fd::OwnedFd = std::os::unix::net::UnixDatagram::unbound().unwrap().into();
        let listening = bound(Domain::IPV4, Type::STREAM);
        listening.listen(1).unwrap();
        let rows = [
            (Socket::from(file), Err("no socket")),
            (unix, Err("a Unix socket that does not listen")),
            (Socket::from(datagrams), Err("a Unix socket of datagrams")),
            (bound(Domain::IPV4, Type::DGRAM), Err("a UDP socket")),
            (bound(Domain::IPV4, Type::STREAM), Err("a TCP socket that does not listen")),
            (listening, Ok(())),
        ];
        for (socket, expected) in rows {
            assert_eq!(listens_at(&socket).map(|_| ()), expected);
        }
    }

    proptest! {
        #[test]
        fn any_value_gives_a_count_within_bounds_or_an_error(fds in ".{0,12}", pid in ".{0,12}") {
            let counted = count_of(&[("LISTEN_FDS", &fds), ("LISTEN_PID", &pid)]);
            prop_assert!(counted.is_err() || counted.is_ok_and(|count| (0..=MOST).contains(&count)));
        }
    }
}
