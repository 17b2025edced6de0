//! How the servers run that bring no runtime: one per worker, or one that the workers share.

mod buffers;

use std::io;
use std::net::SocketAddr;
use std::thread;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

pub use buffers::{output, read, write};

/// Runs `serve` for each connection, on as many threads as the environment says.
pub fn run<F, C>(serve: F) -> io::Result<()>
where
    F: Fn(TcpStream) -> C + Clone + Send + 'static,
    C: Future<Output = ()> + 'static,
{
    let (address, workers) = (contract::address(), contract::workers());
    let others: Vec<_> = (1..workers)
        .map(|_| {
            let serve = serve.clone();
            thread::spawn(move || work(address, serve))
        })
        .collect();
    work(address, serve)?;
    others.into_iter().try_for_each(|thread| thread.join().expect("a worker panicked"))
}

/// Runs `server` on a runtime that its workers share.
pub fn shared(server: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    let runtime = Builder::new_multi_thread().worker_threads(contract::workers()).enable_all().build()?;
    runtime.block_on(server)
}

fn work<F, C>(address: SocketAddr, serve: F) -> io::Result<()>
where
    F: Fn(TcpStream) -> C,
    C: Future<Output = ()> + 'static,
{
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        let listener = listen(address)?;
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::task::spawn_local(serve(stream));
        }
    })
}

/// Listens; what it accepts has TCP_NODELAY from it.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    socket.bind(&address.into())?;
    socket.listen(4096)?;
    TcpListener::from_std(socket.into())
}
