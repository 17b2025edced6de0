//! Workers: threads that accept connections and serve them.
//!
//! Per core, the default, each worker is a thread with a runtime, a listening socket and connections of its own:
//! nothing is shared on a request's way. Shared is one runtime of Tokio's with work stealing, for handlers whose work
//! is so uneven that a core's neighbours must help.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Builder;
#[cfg(feature = "shared-runtime")]
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::acceptor::{Caps, accept, accept_backlog};
use super::drain::Door;
use super::listener::{Files, Incoming, Listeners, Listening, Parting};
use super::vitals::{Beating, Pulse, Vitals};
use super::welcome::{unless, welcome};
use super::{Application, Drain, LiveLimits, LiveTls, Losses};
use crate::blocking::BlockingPool;
use crate::http::Shutdown;
use crate::middleware::BoxFuture;
use crate::observe::Witness;
use crate::threads;

/// How long workers may take to stop: a handler that never yields holds its thread, and the process does not wait
/// for it.
pub(super) const STOP: Duration = Duration::from_secs(1);

/// What every worker works with.
pub(crate) struct Shop<A> {
    pub(crate) app: Arc<A>,
    pub(crate) limits: Arc<LiveLimits>,
    pub(crate) caps: Arc<Caps>,
    pub(crate) blocking: Arc<BlockingPool>,
    pub(crate) shutdown: Shutdown,
    /// Where somebody looks at them.
    pub(crate) vitals: Option<Arc<Vitals>>,
    /// How TLS is spoken, where it is.
    pub(crate) tls: Option<Arc<LiveTls>>,
    /// The port that clients are sent to, over TLS, where this is the side of a listener that does nothing else.
    pub(crate) sends_to: Option<u16>,
}

impl<A> Clone for Shop<A> {
    fn clone(&self) -> Self {
        Self {
            app: Arc::clone(&self.app),
            limits: Arc::clone(&self.limits),
            caps: Arc::clone(&self.caps),
            blocking: Arc::clone(&self.blocking),
            shutdown: self.shutdown.clone(),
            vitals: self.vitals.clone(),
            tls: self.tls.clone(),
            sends_to: self.sends_to,
        }
    }
}

impl<A> Shop<A> {
    /// The same behind a listener that sends clients to this port.
    fn behind(&self, sends_to: Option<u16>) -> Self {
        Self { sends_to, ..self.clone() }
    }
}

/// The running workers of a server.
#[derive(Debug)]
pub(crate) struct Workers {
    drains: Vec<Arc<Drain>>,
    crew: Crew,
    shutdown: Shutdown,
    /// Of the Unix sockets, until the drain begins.
    files: Mutex<Files>,
}

#[derive(Debug)]
enum Crew {
    PerCore(Vec<Thread>),
    #[cfg(feature = "shared-runtime")]
    Shared(SharedRuntime),
}

/// The runtime of shared workers; there until it is dropped.
#[cfg(feature = "shared-runtime")]
#[derive(Debug)]
struct SharedRuntime(Option<Runtime>);

#[cfg(feature = "shared-runtime")]
impl SharedRuntime {
    /// Ends it and waits, but not longer than [`STOP`]: on a thread of its own, as Tokio lets no task wait for it.
    async fn stop(mut self) {
        let Some(runtime) = self.0.take() else { return };
        let (done, stopped) = oneshot::channel();
        let work = move || {
            runtime.shutdown_timeout(STOP);
            let _ = done.send(());
        };
        if threads::start("shutdown", Box::new(work)).is_ok() {
            let _ = stopped.await;
        }
    }
}

#[cfg(feature = "shared-runtime")]
impl Drop for SharedRuntime {
    /// Ends it without waiting: a server's future may be dropped, and Tokio panics where a runtime is waited for in
    /// another one.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
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
    /// Starts `workers`, each on a thread of its own with listening sockets of its own.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread or a runtime.
    pub(crate) fn per_core<A: Application>(
        mut listeners: Listeners,
        workers: usize,
        shop: &Shop<A>,
    ) -> io::Result<Self> {
        let files = Mutex::new(listeners.take_files());
        let mut drains = Vec::new();
        let mut threads = Vec::new();
        for (index, sockets) in listeners.into_workers(workers)?.into_iter().enumerate() {
            let drain = Arc::new(Drain::new(shop.shutdown.clone()));
            threads.push(start_thread(index, sockets, shop.clone(), &drain)?);
            drains.push(drain);
        }
        Ok(Self { drains, crew: Crew::PerCore(threads), shutdown: shop.shutdown.clone(), files })
    }

    /// Starts one runtime of `workers` threads for all sockets.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread or the runtime.
    #[cfg(feature = "shared-runtime")]
    pub(crate) fn shared<A: Application>(
        mut listeners: Listeners,
        workers: usize,
        shop: &Shop<A>,
    ) -> io::Result<Self> {
        let files = Mutex::new(listeners.take_files());
        let blocking = Arc::clone(&shop.blocking);
        let runtime = Builder::new_multi_thread()
            .worker_threads(workers)
            .thread_name("worker")
            .on_thread_start(move || blocking.install())
            .enable_all()
            .build()?;
        let drain = Arc::new(Drain::new(shop.shutdown.clone()));
        if let Some(vitals) = &shop.vitals {
            vitals.watch_runtime(runtime.handle(), &drain);
        }
        let runtime = SharedRuntime(Some(runtime));
        for listening in listeners.into_workers(1)?.into_iter().flatten() {
            let Some(runtime) = &runtime.0 else { continue };
            let _guard = runtime.enter();
            let witnesses = (0..workers.max(1)).map(|_| shop.app.witness()).collect();
            let door = Door::new(Arc::clone(&drain));
            let (parting, shop) = (listening.parting, shop.behind(listening.sends_to));
            let listener = Incoming::adopt(listening)?;
            let pulse = shop.vitals.as_ref().map(Vitals::pulse);
            runtime.spawn(accepting(listener, parting, shop, door, witnesses, pulse));
        }
        Ok(Self { drains: vec![drain], crew: Crew::Shared(runtime), shutdown: shop.shutdown.clone(), files })
    }

    /// The end of this server, as the application sees it.
    pub(crate) fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }

    /// Workers without threads, of connections that a test runs by itself.
    #[cfg(test)]
    pub(crate) fn without_threads(drains: Vec<Arc<Drain>>, shutdown: Shutdown) -> Self {
        Self { drains, crew: Crew::PerCore(Vec::new()), shutdown, files: Mutex::default() }
    }

    /// Stops accepting, closes idle connections, and lets the others end with the request they are at.
    pub(crate) fn begin_drain(&self) {
        // Before the sockets close: who finds no file tries another server, who finds one must find it listening.
        drop(std::mem::take(&mut *self.files.lock().unwrap_or_else(PoisonError::into_inner)));
        // The application last: what ends as soon as it is told is one of those that the drain answered.
        self.drains.iter().for_each(|drain| drain.begin());
        self.shutdown.drain();
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

    /// How many requests were answered since the drain began.
    pub(crate) fn answered(&self) -> u64 {
        self.drains.iter().map(|drain| drain.answered()).sum()
    }

    /// Ends the workers, cuts the connections that are left, and tells what that cost.
    pub(crate) async fn stop(self) -> Losses {
        self.drains.iter().for_each(|drain| drain.cut());
        match self.crew {
            #[cfg(feature = "shared-runtime")]
            Crew::Shared(runtime) => runtime.stop().await,
            Crew::PerCore(threads) => {
                let (stops, stopped): (Vec<_>, Vec<_>) =
                    threads.into_iter().map(|thread| (thread.stop, thread.stopped)).unzip();
                drop(stops);
                let deadline = Instant::now() + STOP;
                for stopped in stopped {
                    let _ = timeout_at(deadline, stopped).await;
                }
            }
        }
        Losses::sum(self.drains.iter().map(|drain| drain.losses()))
    }
}

fn start_thread<A: Application>(
    index: usize,
    sockets: Vec<Listening>,
    shop: Shop<A>,
    drain: &Arc<Drain>,
) -> io::Result<Thread> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (stop, told) = oneshot::channel::<()>();
    let (done, stopped) = oneshot::channel();
    let witness = shop.app.witness();
    if let Some(vitals) = &shop.vitals {
        vitals.watch_runtime(runtime.handle(), drain);
    }
    {
        let _guard = runtime.enter();
        for listening in sockets {
            let door = Door::new(Arc::clone(drain));
            let witnesses = vec![witness.clone()];
            let (parting, shop) = (listening.parting, shop.behind(listening.sends_to));
            let listener = Incoming::adopt(listening)?;
            let pulse = shop.vitals.as_ref().map(Vitals::pulse);
            runtime.spawn(accepting(listener, parting, shop, door, witnesses, pulse));
        }
    }
    let work = move || {
        shop.blocking.install();
        // Ends with an error when the sender is dropped, which is how it is told.
        let _ = runtime.block_on(told);
        // Blocking calls of its handlers are not waited for.
        runtime.shutdown_background();
        let _ = done.send(());
    };
    threads::start(&format!("worker-{index}"), Box::new(work))?;
    Ok(Thread { stop, stopped })
}

/// [`accept_all`] with its pulse. In a box, so that it is compiled once, and not for each kind of runtime.
fn accepting<A: Application>(
    listener: Incoming,
    parting: Parting,
    shop: Shop<A>,
    door: Door,
    witnesses: Vec<Witness>,
    pulse: Option<Pulse>,
) -> BoxFuture<'static, ()> {
    Box::pin(Beating::new(accept_all(listener, parting, shop, door, witnesses), pulse))
}

/// Accepts and serves until the drain begins; then closes the socket, as its parting says.
///
/// `witnesses`, one for each thread that may serve the connections, take turns, so that no two threads count in the
/// same place all the time.
async fn accept_all<A: Application>(
    listener: Incoming,
    parting: Parting,
    shop: Shop<A>,
    door: Door,
    witnesses: Vec<Witness>,
) {
    let Some(first) = witnesses.first() else { return };
    let mut turns = witnesses.iter().cycle();
    let mut turn = || turns.next().unwrap_or(first).clone();
    let drain = door.drain();
    while let Some(accepted) = unless(accept(&listener, &shop.caps, first.tally()), drain.begun()).await {
        // At the cap this one connection waits here, and the others in the kernel's backlog. Where a drain begins
        // meanwhile it is served beyond the cap, as are those in the backlog: closed, they would be reset.
        let room = unless(shop.caps.room(), drain.begun()).await;
        welcome(accepted, room, &shop, drain, turn());
    }
    if parting == Parting::Leave {
        return;
    }
    if listener.leave_new_ones() {
        // Longer than a handshake under way takes to its last segment, and shorter than until a SYN that is dropped
        // comes again: by then this socket must be closed.
        let end = Instant::now() + shop.limits.now().last_call / 4;
        let accept = || accept(&listener, &shop.caps, first.tally());
        while let Some(accepted) = unless(accept(), sleep_until(end)).await {
            welcome(accepted, None, &shop, drain, turn());
        }
    }
    for accepted in accept_backlog(listener, &shop.caps, first.tally()) {
        welcome(accepted, None, &shop, drain, turn());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::ListenOptions;
    use crate::{Server, get, routes};

    #[get("/")]
    async fn index() {}

    #[tokio::test]
    async fn a_server_that_is_dropped_inside_a_runtime_ends_quietly() {
        let (app, limits) = Server::new(routes![index]).into_app();
        let shop = Shop {
            app: Arc::new(app),
            limits: Arc::new(LiveLimits::new(limits)),
            caps: Arc::new(Caps::new(1, 0)),
            blocking: Arc::new(BlockingPool::new(1, 1).unwrap()),
            shutdown: Shutdown::default(),
            vitals: None,
            tls: None,
            sends_to: None,
        };
        let options = ListenOptions { backlog: 1, sockets: 1, reuse_port: false, unix_mode: 0o600 };
        let listen = || Listeners::bind((std::net::Ipv4Addr::LOCALHOST, 0).into(), options).unwrap();
        #[cfg(feature = "shared-runtime")]
        drop(Workers::shared(listen(), 1, &shop).unwrap());
        drop(Workers::per_core(listen(), 1, &shop).unwrap());
    }
}
