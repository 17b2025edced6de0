//! One address that takes too many connections: it has its fill, and others are served.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::programs::start_with;

const ONE: &str = "127.0.0.1";
const OTHER: &str = "127.0.0.2";

/// Connects from an address of our own.
fn connect(from: &str, to: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(from.parse::<IpAddr>().unwrap(), 0).into()).unwrap();
    socket.connect(&to.into()).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket.into()
}

/// Whether a request on this connection is answered; one that is closed may end with a reset.
fn is_served(stream: &mut TcpStream) -> bool {
    if stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").is_err() {
        return false;
    }
    let mut answer = [0; 1024];
    stream.read(&mut answer).is_ok() && answer.starts_with(b"HTTP/1.1 200 ")
}

#[track_caller]
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "it never was so");
        sleep(Duration::from_millis(10));
    }
}

#[test]
fn has_its_fill_whichever_worker_takes_its_connections() {
    for runtime in ["per-core", "shared"] {
        let settings = [
            ("SERVER_RUNTIME", runtime),
            ("SERVER_WORKERS", "4"),
            ("SERVER_MAX_CONNECTIONS_PER_ADDRESS", "8"),
        ];
        let app = start_with("probe", &settings);
        let mut held: Vec<_> = (0..8).map(|_| connect(ONE, app.address())).collect();
        assert!(held.iter_mut().all(is_served), "{runtime}");
        for _ in 0..8 {
            assert!(!is_served(&mut connect(ONE, app.address())), "{runtime}: one more was served");
        }
        let mut others: Vec<_> = (0..8).map(|_| connect(OTHER, app.address())).collect();
        assert!(others.iter_mut().all(is_served), "{runtime}");
        wait_until(|| app.log().contains("address=127.0.0.1 refused=8"));
        // Those that it has live on, and one that ends makes room.
        assert!(held.iter_mut().all(is_served), "{runtime}");
        held.pop();
        wait_until(|| is_served(&mut connect(ONE, app.address())));
    }
}

#[test]
fn is_not_bounded_where_nothing_is_set() {
    let app = start_with("probe", &[]);
    let mut held: Vec<_> = (0..200).map(|_| connect(ONE, app.address())).collect();
    assert!(held.iter_mut().all(is_served));
}
