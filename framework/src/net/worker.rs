//! Workers: threads that accept connections and serve them.
//!
//! Per core, the default, each worker is a thread with a runtime, a listening socket and connections of its own:
//! nothing is shared on a request's way. Shared is one runtime of Tokio's with work stealing, for handlers whose work
//! is so uneven that a core's neighbours must help.

use std::future::poll_fn;
use std::io;
use std::net::TcpListener as StdListener;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::acceptor::{Accepted, Caps, accept};
use super::blocking::BlockingPool;
use super::listener::{Listeners, adopt};
use super::{Application, Drain, Limits, Peer, Place, serve_connection};

/// What every worker works with.
pub(crate) struct Shop<A> {
    pub(crate) app: Arc<A>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) caps: Arc<Caps>,
    pub(crate) blocking: Arc<BlockingPool>,
}

impl<A> Clone for Shop<A> {
    fn clone(&self) -> Self {
        Self {
            app: Arc::clone(&self.app),
            limits: Arc::clone(&self.limits),
            caps: Arc::clone(&self.caps),
            blocking: Arc::clone(&self.blocking),
        }
    }
}

/// The running workers of a server.
#[derive(Debug)]
pub(crate) struct Workers {
    drains: Vec<Arc<Drain>>,
    crew: Crew,
}

#[derive(Debug)]
enum Crew {
    PerCore(Vec<Thread>),
    Shared(Runtime),
}

/// A per-core worker's thread.
#[derive(Debug)]
struct Thread {
    /// Ends its runtime, and with it all its connections, when dropped.
    stop: oneshot::Sender<()>,
    /// Told when that has happened.
    stopped: oneshot::Receiver<()>,
}

impl Workers {
    /// Starts a worker for each listening socket, on a thread of its own.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread or a runtime.
    pub(crate) fn per_core<A: Application>(listeners: Listeners, shop: &Shop<A>) -> io::Result<Self> {
        let mut drains = Vec::new();
        let mut threads = Vec::new();
        for (index, socket) in listeners.into_sockets().into_iter().enumerate() {
            let drain = Arc::new(Drain::default());
            threads.push(start_thread(index, socket, shop.clone(), Arc::clone(&drain))?);
            drains.push(drain);
        }
        Ok(Self { drains, crew: Crew::PerCore(threads) })
    }

    /// Starts one runtime of `workers` threads for all sockets.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread or the runtime.
    pub(crate) fn shared<A: Application>(
        listeners: Listeners,
        workers: usize,
        shop: &Shop<A>,
    ) -> io::Result<Self> {
        let blocking = Arc::clone(&shop.blocking);
        let runtime = Builder::new_multi_thread()
            .worker_threads(workers)
            .thread_name("worker")
            .on_thread_start(move || blocking.install())
            .enable_all()
            .build()?;
        let drain = Arc::new(Drain::default());
        for socket in listeners.into_sockets() {
            let _guard = runtime.enter();
            runtime.spawn(accept_all(adopt(socket)?, shop.clone(), Arc::clone(&drain)));
        }
        Ok(Self { drains: vec![drain], crew: Crew::Shared(runtime) })
    }

    /// Stops accepting, closes idle connections, and lets the others end with the request they are at.
    pub(crate) fn begin_drain(&self) {
        self.drains.iter().for_each(|drain| drain.begin());
    }

    /// Waits until no connection is open.
    pub(crate) async fn drained(&self) {
        for drain in &self.drains {
            drain.emptied().await;
        }
    }

    /// Connections that are open, and requests that wait for their answer.
    pub(crate) fn remaining(&self) -> (usize, usize) {
        let connections = self.drains.iter().map(|drain| drain.connections()).sum();
        let requests = self.drains.iter().map(|drain| drain.busy()).sum();
        (connections, requests)
    }

    /// Ends the workers, and cuts the connections that are left.
    pub(crate) async fn stop(self) {
        match self.crew {
            Crew::Shared(runtime) => runtime.shutdown_background(),
            Crew::PerCore(threads) => {
                let (stops, stopped): (Vec<_>, Vec<_>) =
                    threads.into_iter().map(|thread| (thread.stop, thread.stopped)).unzip();
                drop(stops);
                for stopped in stopped {
                    // A handler that never yields holds its thread; the process does not wait for it.
                    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), stopped).await;
                }
            }
        }
    }
}

fn start_thread<A: Application>(
    index: usize,
    socket: StdListener,
    shop: Shop<A>,
    drain: Arc<Drain>,
) -> io::Result<Thread> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (stop, told) = oneshot::channel::<()>();
    let (done, stopped) = oneshot::channel();
    let listener = {
        let _guard = runtime.enter();
        adopt(socket)?
    };
    thread::Builder::new().name(format!("worker-{index}")).spawn(move || {
        shop.blocking.install();
        runtime.spawn(accept_all(listener, shop, drain));
        // Ends with an error when the sender is dropped, which is how it is told.
        let _ = runtime.block_on(told);
        drop(runtime);
        let _ = done.send(());
    })?;
    Ok(Thread { stop, stopped })
}

/// Accepts and serves until the drain begins; then takes what the kernel has accepted already, and closes the socket.
async fn accept_all<A: Application>(listener: TcpListener, shop: Shop<A>, drain: Arc<Drain>) {
    while let Some(accepted) = unless(accept(&listener, &shop.caps), drain.begun()).await {
        serve(accepted, &shop, &drain);
    }
    while let Some(accepted) = unless(accept(&listener, &shop.caps), std::future::ready(())).await {
        serve(accepted, &shop, &drain);
    }
}

fn serve<A: Application>(accepted: Accepted, shop: &Shop<A>, drain: &Arc<Drain>) {
    let Accepted { stream, addr, held } = accepted;
    let place = Place::new(Arc::clone(drain));
    let connection = serve_connection(
        stream,
        Peer { addr: Some(addr) },
        Arc::clone(&shop.app),
        Arc::clone(&shop.limits),
        place,
    );
    tokio::spawn(async move {
        connection.await;
        drop(held);
    });
}

/// Waits for `wanted`, unless `end` comes; what is wanted wins where both are ready.
async fn unless<T>(wanted: impl Future<Output = T>, end: impl Future<Output = ()>) -> Option<T> {
    let (mut wanted, mut end) = (pin!(wanted), pin!(end));
    poll_fn(|context| {
        if let Poll::Ready(value) = wanted.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        end.as_mut().poll(context).map(|()| None)
    })
    .await
}
