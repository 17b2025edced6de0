//! The accept loop: it takes connections while there is room, and survives every error of `accept`.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

use super::listener::Incoming;
use crate::config::Network;
use crate::observe::{Refusal, Tally};

/// How long the loop waits after an error that more of the same would follow, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The bounds on connections, shared by all workers.
#[derive(Debug)]
pub(crate) struct Caps {
    /// A permit for each connection; without one the backlog waits.
    room: Arc<Semaphore>,
    /// The most connections of one address; 0 is no bound.
    per_address: usize,
    /// Proxies, whose connections are many clients'; they count to nobody.
    exempt: Vec<Network>,
    addresses: Mutex<HashMap<IpAddr, usize>>,
    /// Connections closed because their address had too many.
    refused: AtomicU64,
}

impl Caps {
    pub(crate) fn new(connections: usize, per_address: usize) -> Self {
        let room = Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS)));
        Self {
            room,
            per_address,
            exempt: Vec::new(),
            addresses: Mutex::default(),
            refused: AtomicU64::new(0),
        }
    }

    /// Counts no connection of these peers.
    pub(crate) fn but_for<'a>(mut self, networks: impl Iterator<Item = &'a Network>) -> Self {
        self.exempt.extend(networks);
        self
    }

    /// Waits for room for a connection; it is given back when the permit is dropped.
    pub(super) async fn room(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.room).acquire_owned().await.expect("the semaphore is never closed")
    }

    /// Counts a connection of `addr`; `None` where the address has its fill.
    pub(super) fn enter(self: &Arc<Self>, addr: Option<SocketAddr>) -> Option<Admitted> {
        let counted = addr.filter(|_| self.per_address > 0);
        let Some(ip) = counted.map(|addr| addr.ip()).filter(|&ip| !self.is_exempt(ip)) else {
            return Some(Admitted(None));
        };
        let key = address_key(ip);
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let open = addresses.entry(key).or_insert(0);
        if *open >= self.per_address {
            let refused = self.refused.fetch_add(1, Ordering::Relaxed) + 1;
            // At the first one, and whenever their number has doubled.
            if refused.is_power_of_two() {
                tracing::warn!(address = %key, refused, "an address has its fill of connections");
            }
            return None;
        }
        *open += 1;
        Some(Admitted(Some(Box::new((Arc::clone(self), key)))))
    }

    fn is_exempt(&self, ip: IpAddr) -> bool {
        self.exempt.iter().any(|network| network.contains(ip))
    }
}

/// An admitted connection; it is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Admitted(Option<Box<(Arc<Caps>, IpAddr)>>);

impl Drop for Admitted {
    fn drop(&mut self) {
        let Some(place) = self.0.take() else { return };
        let (caps, key) = *place;
        let mut addresses = caps.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = addresses.get_mut(&key) {
            *open -= 1;
            if *open == 0 {
                addresses.remove(&key);
            }
        }
    }
}

/// IPv6 counts by /64, which is what one customer is given; an IPv4 address in IPv6 clothes counts as itself.
fn address_key(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))),
    }
}

/// A connection that was accepted, and counts to its address.
pub(super) struct Accepted {
    pub(super) stream: TcpStream,
    /// `None` at a Unix socket.
    pub(super) addr: Option<SocketAddr>,
    /// Given back when it ends.
    pub(super) admitted: Admitted,
}

/// Accepts the next connection, however often `accept` fails before.
pub(super) async fn accept(listener: &Incoming, caps: &Arc<Caps>, tally: &Tally) -> Accepted {
    let mut trouble = Trouble::default();
    loop {
        match listener.accept().await {
            Ok((stream, addr)) => {
                let Some(admitted) = caps.enter(addr) else {
                    tally.refused(Refusal::AddressFull);
                    continue;
                };
                return Accepted { stream, addr, admitted };
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => trouble.pause(&error).await,
        }
    }
}

/// Closes the listener; gives the connections that the kernel has accepted already.
///
/// The system is asked directly: Tokio says that there are none when a task's budget is used up, or before it has
/// looked.
pub(super) fn accept_backlog(
    listener: Incoming,
    caps: &Arc<Caps>,
    tally: &Tally,
) -> impl Iterator<Item = Accepted> {
    let caps = Arc::clone(caps);
    let backlog = listener.into_backlog();
    std::iter::from_fn(move || {
        loop {
            match backlog.as_ref()?.accept() {
                Ok((stream, addr)) => {
                    let Some(admitted) = caps.enter(addr) else {
                        tally.refused(Refusal::AddressFull);
                        continue;
                    };
                    return Some(Accepted { stream, addr, admitted });
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(_) => return None,
            }
        }
    })
}

/// Whether an error is of the connection that was being accepted, and says nothing of the next (accept(2)).
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, TimedOut};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted | TimedOut)
}

/// A run of errors that are the process's or the machine's: out of files (EMFILE, ENFILE) or memory.
#[derive(Default)]
struct Trouble {
    pause: Option<Duration>,
    logged: Option<Instant>,
}

impl Trouble {
    /// Waits, longer each time: connections that end meanwhile give back what is missing.
    async fn pause(&mut self, error: &io::Error) {
        let now = Instant::now();
        if self.logged.is_none_or(|at| now.duration_since(at) >= LONGEST_PAUSE) {
            tracing::error!(%error, "connections cannot be accepted; trying again");
            self.logged = Some(now);
        }
        let pause = self.pause.map_or(FIRST_PAUSE, |before| (before * 2).min(LONGEST_PAUSE));
        self.pause = Some(pause);
        sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::listener::{ListenOptions, Listeners};
    use crate::observe::{Counters, Witness};

    #[test]
    fn an_ipv6_address_counts_by_its_64_and_a_mapped_one_as_ipv4() {
        let key = |text: &str| address_key(text.parse().unwrap()).to_string();
        let rows = [
            ("10.0.0.1", "10.0.0.1"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
            // Deprecated forms that are no mapped ones.
            ("::10.0.0.1", "::"),
            ("::1", "::"),
            ("fe80::1", "fe80::"),
        ];
        for (address, expected) in rows {
            assert_eq!(key(address), expected, "{address}");
        }
    }

    #[test]
    fn an_address_with_its_fill_is_refused_until_one_ends() {
        let caps = Arc::new(Caps::new(10, 2));
        let enter = |addr: &str| caps.enter(addr.parse().ok());
        let first = enter("127.0.0.1:9").unwrap();
        let second = enter("[::ffff:127.0.0.1]:10").unwrap();
        assert!(enter("127.0.0.1:11").is_none());
        assert!(enter("127.0.0.2:9").is_some());
        drop(first);
        let third = enter("127.0.0.1:9").unwrap();
        assert!(enter("127.0.0.1:12").is_none());
        assert_eq!(caps.refused.load(Ordering::Relaxed), 2);
        drop((second, third));
        assert!(caps.addresses.lock().unwrap().is_empty(), "an address without connections takes no memory");
    }

    #[test]
    fn no_address_is_counted_where_there_is_no_bound() {
        let caps = Arc::new(Caps::new(1, 0));
        let open: Vec<_> = (0..100).map(|port| caps.enter(Some(([127, 0, 0, 1], port).into()))).collect();
        assert!(open.iter().all(Option::is_some));
        assert!(caps.addresses.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_connection_that_is_refused_is_counted() {
        let counters = Counters::default();
        let witness = Witness::new(&counters, &Arc::from([]), None);
        let options = ListenOptions { backlog: 10, sockets: 1, reuse_port: false, unix_mode: 0o600 };
        let listeners = Listeners::bind((std::net::Ipv4Addr::LOCALHOST, 0).into(), options).unwrap();
        let addr = listeners.addrs[0].tcp().unwrap();
        let listening = listeners.into_workers(1).unwrap().remove(0).remove(0);
        let listener = Incoming::adopt(listening).unwrap();
        let _clients: Vec<_> = (0..5).map(|_| std::net::TcpStream::connect(addr).unwrap()).collect();
        let caps = Arc::new(Caps::new(10, 2));
        let _first = accept(&listener, &caps, witness.tally()).await;
        // Each that is accepted is kept: were it dropped, its address would have room again.
        let accepted: Vec<_> = accept_backlog(listener, &caps, witness.tally()).collect();
        assert_eq!(accepted.len(), 1);
        assert_eq!(counters.read().connections_refused.address_full, 3);
    }

    #[tokio::test]
    async fn a_backlog_longer_than_a_tasks_budget_is_taken_whole() {
        let options = ListenOptions { backlog: 400, sockets: 1, reuse_port: false, unix_mode: 0o600 };
        let listeners = Listeners::bind((std::net::Ipv4Addr::LOCALHOST, 0).into(), options).unwrap();
        let addr = listeners.addrs[0].tcp().unwrap();
        let listening = listeners.into_workers(1).unwrap().remove(0).remove(0);
        let listener = Incoming::adopt(listening).unwrap();
        let clients: Vec<_> = (0..300).map(|_| std::net::TcpStream::connect(addr).unwrap()).collect();
        let accepted: Vec<_> =
            accept_backlog(listener, &Arc::new(Caps::new(1, 0)), &Tally::default()).collect();
        assert_eq!(accepted.len(), clients.len());
    }
}
