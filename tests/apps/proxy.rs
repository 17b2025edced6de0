//! What lies between a client and a server, and may be cut: bytes both ways, until it is told otherwise.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A way to a server, on a port of its own.
pub(crate) struct Proxy {
    address: SocketAddr,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    is_cut: AtomicBool,
    /// Both ends of each connection.
    streams: Mutex<Vec<TcpStream>>,
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Proxy {
    /// A way to `server`, until the test ends.
    pub(crate) fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (address, line) = (listener.local_addr().unwrap(), Arc::new(Line::default()));
        let own = Arc::clone(&line);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // Where it is cut, who connects sees it end at once.
                if !own.is_cut.load(Ordering::SeqCst) {
                    let _ = join(client, server, &own);
                }
            }
        });
        Self { address, line }
    }

    /// Where clients connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends all connections, and each that comes from now on.
    pub(crate) fn cut(&self) {
        self.line.is_cut.store(true, Ordering::SeqCst);
        for stream in self.line.lock().drain(..) {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets bytes pass again.
    pub(crate) fn mend(&self) {
        self.line.is_cut.store(false, Ordering::SeqCst);
    }
}

/// Connects a client with the server.
fn join(client: TcpStream, server: SocketAddr, line: &Line) -> io::Result<()> {
    let server = TcpStream::connect(server)?;
    let mut streams = line.lock();
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
        streams.push(stream.try_clone()?);
    }
    let (back_from, back_to) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || pass(client, server));
    thread::spawn(move || pass(back_from, back_to));
    Ok(())
}

/// Passes on what comes, up to its end.
fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut room = [0; 16 * 1024];
    while let Ok(len @ 1..) = from.read(&mut room) {
        let passed = room.get(..len).map(|bytes| to.write_all(bytes));
        if !matches!(passed, Some(Ok(()))) {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
