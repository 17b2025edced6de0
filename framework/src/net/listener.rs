//! Listening sockets, made with socket2 and handed to Tokio.
//!
//! Each worker of a per-core server has a socket of its own on one port (`SO_REUSEPORT`), so that the kernel spreads
//! connections and no lock is shared. That option would also let a second copy of the program bind the same port
//! unseen; so the first socket is bound without it, which fails where anybody listens, and shares afterwards.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};

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
    pub(crate) backlog: usize,
    /// How many sockets to make; more than one shares the port among them.
    pub(crate) sockets: usize,
    /// Whether other processes that say the same may listen on the port as well.
    pub(crate) reuse_port: bool,
}

impl Listeners {
    /// Binds `addr` with every socket.
    ///
    /// # Errors
    ///
    /// When the address is in use, is none of this machine, or may not be bound by this process.
    pub(crate) fn bind(addr: SocketAddr, options: ListenOptions) -> io::Result<Self> {
        let first = if options.reuse_port { Sharing::BeforeBind } else { Sharing::AfterBind };
        let first = bind(addr, first)?;
        // Port 0 has become the port that the others bind.
        let addr = first.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let mut sockets = vec![first];
        for _ in 1..options.sockets {
            sockets.push(bind(addr, Sharing::BeforeBind)?);
        }
        let backlog = i32::try_from(options.backlog).unwrap_or(i32::MAX);
        for socket in &sockets {
            socket.listen(backlog)?;
        }
        Ok(Self { addr, sockets: sockets.into_iter().map(StdListener::from).collect() })
    }

    /// The sockets, to be given to workers.
    pub(crate) fn into_sockets(self) -> Vec<StdListener> {
        self.sockets
    }
}

/// From when on a socket lets others bind its port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// It shares with any that shares.
    BeforeBind,
    /// It must find the port unused, and shares with those that come later: the program's own.
    AfterBind,
}

fn bind(addr: SocketAddr, sharing: Sharing) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // A port whose last connections still linger in TIME_WAIT can be bound again at once.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if addr.is_ipv6() && addr.ip().is_unspecified() {
        // `::` means every address, IPv4's among them, whatever the system's default.
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    // Accepted sockets inherit it on Linux; it saves a call for each connection.
    socket.set_tcp_nodelay(true)?;
    limit_unsent(&socket)?;
    if sharing == Sharing::BeforeBind {
        share(&socket)?;
    }
    socket.bind(&addr.into())?;
    if sharing == Sharing::AfterBind {
        share(&socket)?;
    }
    Ok(socket)
}

/// What the kernel takes of a connection's output before it can be sent.
///
/// Left alone it takes what a fast peer would need, 200 to 600 KiB measured on the loopback interface, for a peer that
/// does not read as well: a few thousand of them then fill the memory that TCP has on the machine. What is in flight
/// is not counted, so that no transfer is slower for it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const MOST_UNSENT_BYTES: u32 = 64 * 1024;

/// Accepted sockets inherit it.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn limit_unsent(socket: &Socket) -> io::Result<()> {
    socket.set_tcp_notsent_lowat(MOST_UNSENT_BYTES)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn limit_unsent(_: &Socket) -> io::Result<()> {
    Ok(())
}

#[cfg(all(unix, not(target_os = "solaris"), not(target_os = "illumos")))]
fn share(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_port(true)
}

#[cfg(not(all(unix, not(target_os = "solaris"), not(target_os = "illumos"))))]
fn share(_: &Socket) -> io::Result<()> {
    Ok(())
}

/// Hands a socket to the current runtime.
pub(super) fn adopt(socket: StdListener) -> io::Result<TcpListener> {
    TcpListener::from_std(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: ListenOptions = ListenOptions { backlog: 16, sockets: 2, reuse_port: false };

    fn loopback(port: u16) -> SocketAddr {
        (std::net::Ipv4Addr::LOCALHOST, port).into()
    }

    #[test]
    fn workers_share_a_port() {
        let listeners = Listeners::bind(loopback(0), TWO).unwrap();
        let port = listeners.addr.port();
        assert_ne!(port, 0);
        let ports: Vec<_> =
            listeners.into_sockets().iter().map(|socket| socket.local_addr().unwrap().port()).collect();
        assert_eq!(ports, [port, port]);
    }

    #[test]
    fn a_second_copy_does_not_share_it() {
        let first = Listeners::bind(loopback(0), TWO).unwrap();
        for sockets in [1, 2] {
            let second = Listeners::bind(first.addr, ListenOptions { sockets, ..TWO });
            assert_eq!(second.unwrap_err().kind(), io::ErrorKind::AddrInUse, "with {sockets} sockets");
        }
    }

    #[test]
    fn copies_that_say_so_share_it() {
        let shared = ListenOptions { reuse_port: true, ..TWO };
        let first = Listeners::bind(loopback(0), shared).unwrap();
        assert_eq!(Listeners::bind(first.addr, shared).unwrap().addr, first.addr);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_holds_little_for_an_accepted_connection() {
        let listeners = Listeners::bind(loopback(0), TWO).unwrap();
        let addr = listeners.addr;
        let sockets = listeners.into_sockets();
        let _client = std::net::TcpStream::connect(addr).unwrap();
        let accepted = sockets.iter().cycle().find_map(|socket| socket.accept().ok()).unwrap().0;
        assert_eq!(Socket::from(accepted).tcp_notsent_lowat().unwrap(), MOST_UNSENT_BYTES);
    }
}
