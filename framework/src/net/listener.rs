//! Listening sockets of TCP and Unix, made with socket2 and handed to Tokio.
//!
//! Each worker of a per-core server has a socket of its own on one port (`SO_REUSEPORT`), so that the kernel spreads
//! connections and no lock is shared. That option would also let a second copy of the program bind the same port
//! unseen; so the first socket is bound without it, which fails where anybody listens, and shares afterwards.
//!
//! How a listener ends depends on who else may serve its clients; see [`Parting`].

mod incoming;
mod redirect;
#[cfg(unix)]
mod unix;

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

pub(super) use self::incoming::Incoming;
use crate::config::{ListenAddr, ListenError};

/// Listening sockets that are not yet spread over workers.
#[derive(Debug)]
pub(crate) struct Listeners {
    /// The addresses in use, each once; a port is the real one where 0 was asked for.
    pub(crate) addrs: Vec<ListenAddr>,
    sockets: Vec<(ListenAddr, Listening)>,
    files: Files,
}

/// A listening socket, and how it ends.
#[derive(Debug)]
pub(crate) struct Listening {
    pub(super) socket: Socket,
    pub(super) parting: Parting,
    /// The port that its clients are sent to, over TLS, where it is there for that.
    pub(super) sends_to: Option<u16>,
    family: Family,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Tcp,
    #[cfg(unix)]
    Unix,
}

/// The files of the Unix sockets that were made; they are removed when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Files {
    #[cfg(unix)]
    files: Vec<unix::SocketFile>,
}

/// What becomes of connections that come while a listener is about to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parting {
    /// Those that the kernel has accepted are served, as closing would reset them. Later ones are another process's
    /// where there is one, and refused where not; see [`leave_new_ones`].
    Serve,
    /// All stay in the queue, which outlives us: whoever gave us the socket holds it too.
    Leave,
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
    /// The permissions of a Unix socket's file.
    pub(crate) unix_mode: u32,
}

impl Listeners {
    /// Listens at every address.
    ///
    /// # Errors
    ///
    /// When one of them is in use, is none of this machine, or may not be bound by this process.
    pub(crate) fn bind_all(addrs: &[ListenAddr], options: ListenOptions) -> Result<Self, ListenError> {
        let mut all = Self { addrs: Vec::new(), sockets: Vec::new(), files: Files::default() };
        for addr in addrs {
            all.bind_next(addr, options).map_err(|error| ListenError::new(addr.clone(), error))?;
        }
        Ok(all)
    }

    /// Listens at `addr`.
    #[cfg(test)]
    pub(super) fn bind(addr: SocketAddr, options: ListenOptions) -> io::Result<Self> {
        let mut listeners = Self { addrs: Vec::new(), sockets: Vec::new(), files: Files::default() };
        listeners.bind_next(&addr.into(), options).map(|()| listeners)
    }

    fn bind_next(&mut self, addr: &ListenAddr, options: ListenOptions) -> io::Result<()> {
        match addr {
            ListenAddr::Tcp(addr) => self.bind_port(*addr, options),
            #[cfg(unix)]
            ListenAddr::Unix(path) => {
                let (socket, file) = unix::listen_at(path, options.unix_mode, options.backlog())?;
                self.files.files.push(file);
                self.push(addr.clone(), socket, Parting::Serve);
                Ok(())
            }
            #[cfg(target_os = "linux")]
            ListenAddr::Abstract(name) => {
                self.push(addr.clone(), unix::listen_as(name, options.backlog())?, Parting::Serve);
                Ok(())
            }
            #[cfg(not(target_os = "linux"))]
            ListenAddr::Unix(_) | ListenAddr::Abstract(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn push(&mut self, addr: ListenAddr, socket: Socket, parting: Parting) {
        let family = match addr {
            ListenAddr::Tcp(_) => Family::Tcp,
            #[cfg(unix)]
            ListenAddr::Unix(_) | ListenAddr::Abstract(_) => Family::Unix,
            #[cfg(not(unix))]
            ListenAddr::Unix(_) | ListenAddr::Abstract(_) => return,
        };
        if !self.addrs.contains(&addr) {
            self.addrs.push(addr.clone());
        }
        self.sockets.push((addr, Listening { socket, parting, sends_to: None, family }));
    }

    /// The files of its Unix sockets, which are removed when what this gives is dropped.
    pub(super) fn take_files(&mut self) -> Files {
        std::mem::take(&mut self.files)
    }

    /// Binds a port with every socket.
    fn bind_port(&mut self, addr: SocketAddr, options: ListenOptions) -> io::Result<()> {
        let first = if options.reuse_port { Sharing::BeforeBind } else { Sharing::AfterBind };
        let first = bind(addr, first)?;
        // Port 0 has become the port that the others bind.
        let addr = first.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let mut sockets = vec![first];
        for _ in 1..options.sockets {
            sockets.push(bind(addr, Sharing::BeforeBind)?);
        }
        for socket in &sockets {
            socket.listen(options.backlog())?;
        }
        for socket in sockets {
            self.push(addr.into(), socket, Parting::Serve);
        }
        Ok(())
    }

    /// Takes listening sockets that somebody else made, and holds.
    ///
    /// # Errors
    ///
    /// When one of them cannot be made not to block.
    pub(super) fn held_elsewhere(inherited: Vec<(ListenAddr, Socket)>) -> io::Result<Self> {
        let mut all = Self { addrs: Vec::new(), sockets: Vec::new(), files: Files::default() };
        for (addr, socket) in inherited {
            match addr {
                ListenAddr::Tcp(_) => prepare(&socket)?,
                ListenAddr::Unix(_) | ListenAddr::Abstract(_) => socket.set_nonblocking(true)?,
            }
            all.push(addr, socket, Parting::Leave);
        }
        Ok(all)
    }

    /// Spreads the sockets over `workers`: each serves every address, and every socket is served. Where an address has
    /// fewer sockets than there are workers, workers share them.
    ///
    /// # Errors
    ///
    /// When the process is out of files.
    pub(super) fn into_workers(self, workers: usize) -> io::Result<Vec<Vec<Listening>>> {
        let mut spread: Vec<_> = (0..workers).map(|_| Vec::new()).collect();
        for addr in &self.addrs {
            let of_addr: Vec<_> =
                self.sockets.iter().filter(|(of, _)| of == addr).map(|(_, listening)| listening).collect();
            for index in 0..of_addr.len().max(workers) {
                let (Some(listening), Some(worker)) =
                    (of_addr.get(index % of_addr.len()), spread.get_mut(index % workers))
                else {
                    continue;
                };
                let socket = listening.socket.try_clone()?;
                let Listening { parting, sends_to, family, .. } = **listening;
                worker.push(Listening { socket, parting, sends_to, family });
            }
        }
        Ok(spread)
    }
}

impl ListenOptions {
    fn backlog(self) -> i32 {
        i32::try_from(self.backlog).unwrap_or(i32::MAX)
    }
}

/// Lets the kernel give no new connection to `listener`, while handshakes that it has begun go on: `false` where that
/// cannot be done.
///
/// However fast the queue is emptied and closed, a connection may come in between, and is reset; so are handshakes
/// under way (`net.ipv4.tcp_migrate_req`, off by default, would move both to another socket of the port). So a filter
/// drops each SYN unseen. Its client sends it again a second later, when the socket is gone, and the SYN meets that of
/// another process, or a refusal.
#[cfg(target_os = "linux")]
fn leave_new_ones(listener: &TcpListener) -> bool {
    use socket2::{SockFilter, SockRef};
    // A filter of a TCP socket sees the TCP header first (RFC 9293 §3.1); codes from linux/bpf_common.h.
    const LOAD_BYTE: u16 = 0x30;
    const JUMP_IF_SET: u16 = 0x45;
    const RETURN: u16 = 0x06;
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    let program = [
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS),
        SockFilter::new(JUMP_IF_SET, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ];
    SockRef::from(listener).attach_filter(&program).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn leave_new_ones(_: &TcpListener) -> bool {
    false
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
    prepare(&socket)?;
    if sharing == Sharing::BeforeBind {
        share(&socket)?;
    }
    socket.bind(&addr.into())?;
    if sharing == Sharing::AfterBind {
        share(&socket)?;
    }
    Ok(socket)
}

/// Sets what every listening socket has, whoever made it.
fn prepare(socket: &Socket) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    // Accepted sockets inherit these on Linux; it saves a call for each connection.
    socket.set_tcp_nodelay(true)?;
    limit_unsent(socket)
}

/// What the kernel takes of a connection's output before it can be sent.
///
/// Left alone it takes what a fast peer would need, 200 to 600 KiB measured on the loopback interface, for a peer that
/// does not read as well: a few thousand of them then fill the memory that TCP has on the machine. What is in flight
/// is not counted, so that no transfer is slower for it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const MOST_UNSENT_BYTES: u32 = 64 * 1024;

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

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: ListenOptions = ListenOptions { backlog: 16, sockets: 2, reuse_port: false, unix_mode: 0o600 };

    fn loopback(port: u16) -> SocketAddr {
        (std::net::Ipv4Addr::LOCALHOST, port).into()
    }

    fn ports(worker: &[Listening]) -> Vec<u16> {
        worker.iter().map(|one| one.socket.local_addr().unwrap().as_socket().unwrap().port()).collect()
    }

    /// `counts` are the sockets of each address; what each worker gets is told by the index of the address.
    #[track_caller]
    fn check_spread(counts: &[usize], workers: usize, expected: &[&[usize]]) {
        let mut sockets = Vec::new();
        let mut addrs = Vec::new();
        for &count in counts {
            let options = ListenOptions { backlog: 1, sockets: count, reuse_port: true, ..TWO };
            let listeners = Listeners::bind(loopback(0), options).unwrap();
            addrs.push(listeners.addrs[0].tcp().unwrap());
            sockets.extend(listeners.sockets.into_iter().map(|(addr, one)| (addr, one.socket)));
        }
        let spread = Listeners::held_elsewhere(sockets).unwrap().into_workers(workers).unwrap();
        let index = |port| addrs.iter().position(|addr| addr.port() == port).unwrap();
        let found: Vec<Vec<_>> =
            spread.iter().map(|worker| ports(worker).into_iter().map(index).collect()).collect();
        assert_eq!(found, expected, "{counts:?} sockets over {workers} workers");
    }

    #[test]
    fn every_worker_serves_every_address_and_every_socket_is_served() {
        check_spread(&[1], 1, &[&[0]]);
        check_spread(&[1], 2, &[&[0], &[0]]);
        check_spread(&[2], 2, &[&[0], &[0]]);
        check_spread(&[3], 2, &[&[0, 0], &[0]]);
        check_spread(&[1, 2], 2, &[&[0, 1], &[0, 1]]);
        check_spread(&[2, 1], 1, &[&[0, 0, 1]]);
    }

    #[test]
    fn workers_share_a_port() {
        let listeners = Listeners::bind(loopback(0), TWO).unwrap();
        let port = listeners.addrs[0].tcp().unwrap().port();
        assert_ne!(port, 0);
        let workers = listeners.into_workers(2).unwrap();
        let ports = workers.iter().map(|worker| ports(worker)).collect::<Vec<_>>();
        assert_eq!(ports, [[port], [port]]);
    }

    #[test]
    fn a_second_copy_does_not_share_it() {
        let first = Listeners::bind(loopback(0), TWO).unwrap();
        for sockets in [1, 2] {
            let second = Listeners::bind(first.addrs[0].tcp().unwrap(), ListenOptions { sockets, ..TWO });
            assert_eq!(second.unwrap_err().kind(), io::ErrorKind::AddrInUse, "with {sockets} sockets");
        }
    }

    #[test]
    fn copies_that_say_so_share_it() {
        let shared = ListenOptions { reuse_port: true, ..TWO };
        let first = Listeners::bind(loopback(0), shared).unwrap();
        let second = Listeners::bind(first.addrs[0].tcp().unwrap(), shared).unwrap();
        assert_eq!(second.addrs, first.addrs);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_holds_little_for_an_accepted_connection() {
        let inherited = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        inherited.bind(&loopback(0).into()).unwrap();
        inherited.listen(16).unwrap();
        let addr = inherited.local_addr().unwrap().as_socket().unwrap();
        let inherited = Listeners::held_elsewhere(vec![(addr.into(), inherited)]).unwrap();
        for listeners in [Listeners::bind(loopback(0), TWO).unwrap(), inherited] {
            let addr = listeners.addrs[0].tcp().unwrap();
            let sockets: Vec<_> = listeners.into_workers(2).unwrap().into_iter().flatten().collect();
            let _client = std::net::TcpStream::connect(addr).unwrap();
            let accepted = sockets.iter().cycle().find_map(|one| one.socket.accept().ok()).unwrap().0;
            assert_eq!(accepted.tcp_notsent_lowat().unwrap(), MOST_UNSENT_BYTES);
        }
    }
}
