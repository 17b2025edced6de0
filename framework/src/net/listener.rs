//! Listening sockets, made with socket2 and handed to Tokio.
//!
//! Each worker of a per-core server has a socket of its own on one port (`SO_REUSEPORT`), so that the kernel spreads
//! connections and no lock is shared. That option would also let a second copy of the program bind the same port
//! unseen; so the port is first bound without it, which fails where anybody listens.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

/// A bound port with as many sockets as were asked for.
#[derive(Debug)]
pub(crate) struct Listeners {
    /// The address in use; its port is the real one where 0 was asked for.
    pub(crate) addr: SocketAddr,
    sockets: Vec<StdListener>,
}

/// How to listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListenOptions {
    /// Connections that the kernel holds before they are accepted.
    pub(crate) backlog: u32,
    /// How many sockets to make; more than one shares the port among them.
    pub(crate) sockets: usize,
}

impl Listeners {
    /// Binds `host` and `port`: the first address of the host that can be bound.
    ///
    /// # Errors
    ///
    /// When the host has no address, or none of them can be bound; the error is that of the last one.
    pub(crate) fn bind(host: &str, port: u16, options: ListenOptions) -> io::Result<Self> {
        // A bracketed IPv6 address is what people copy from a URL.
        let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for addr in (host, port).to_socket_addrs()? {
            match Self::bind_addr(addr, options) {
                Ok(listeners) => return Ok(listeners),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn bind_addr(addr: SocketAddr, options: ListenOptions) -> io::Result<Self> {
        if options.sockets <= 1 {
            let socket = listen(addr, options.backlog, Sharing::None)?;
            return Ok(Self { addr: socket.local_addr()?, sockets: vec![socket] });
        }
        // Fails where somebody listens already; port 0 becomes the port that all of them bind.
        let probe = listen(addr, options.backlog, Sharing::None)?;
        let addr = probe.local_addr()?;
        drop(probe);
        let sockets: io::Result<Vec<_>> =
            (0..options.sockets).map(|_| listen(addr, options.backlog, Sharing::AmongWorkers)).collect();
        Ok(Self { addr, sockets: sockets? })
    }

    /// The sockets, to be given to workers.
    pub(crate) fn into_sockets(self) -> Vec<StdListener> {
        self.sockets
    }
}

/// Whether sockets of this program share a port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    None,
    AmongWorkers,
}

fn listen(addr: SocketAddr, backlog: u32, sharing: Sharing) -> io::Result<StdListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // A port whose last connections still linger in TIME_WAIT can be bound again at once.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    #[cfg(all(unix, not(target_os = "solaris"), not(target_os = "illumos")))]
    if sharing == Sharing::AmongWorkers {
        socket.set_reuse_port(true)?;
    }
    if addr.is_ipv6() && addr.ip().is_unspecified() {
        // `::` means every address, IPv4's among them, whatever the system's default.
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    // Accepted sockets inherit it on Linux; it saves a call for each connection.
    socket.set_tcp_nodelay(true)?;
    socket.bind(&addr.into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

/// Hands a socket to the current runtime.
pub(super) fn adopt(socket: StdListener) -> io::Result<TcpListener> {
    TcpListener::from_std(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: ListenOptions = ListenOptions { backlog: 16, sockets: 2 };

    #[test]
    fn workers_share_a_port() {
        let listeners = Listeners::bind("127.0.0.1", 0, TWO).unwrap();
        let port = listeners.addr.port();
        assert_ne!(port, 0);
        let ports: Vec<_> =
            listeners.into_sockets().iter().map(|socket| socket.local_addr().unwrap().port()).collect();
        assert_eq!(ports, [port, port]);
    }

    #[test]
    fn a_second_copy_does_not_share_it() {
        let first = Listeners::bind("127.0.0.1", 0, TWO).unwrap();
        for sockets in [1, 2] {
            let second = Listeners::bind("127.0.0.1", first.addr.port(), ListenOptions { sockets, ..TWO });
            assert_eq!(second.unwrap_err().kind(), io::ErrorKind::AddrInUse, "with {sockets} sockets");
        }
    }

    #[test]
    fn brackets_around_an_ipv6_address_are_understood() {
        match Listeners::bind("[::1]", 0, TWO) {
            Ok(listeners) => assert!(listeners.addr.is_ipv6()),
            // A machine without IPv6 says so by this and no other error.
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable, "{error}"),
        }
    }
}
