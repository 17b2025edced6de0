//! The side of the engine that reads, writes and sleeps: listeners, workers, connections, and the end of them all.
//!
//! What a message means is decided in [`h1`](crate::h1), which sees no socket; what is answered is decided by the
//! [`Application`]. This room carries both out, and holds every limit and timeout.

mod acceptor;
pub(crate) mod blocking;
mod buffer;
mod clock;
mod connection;
mod deadline;
mod drain;
mod limits;
mod listener;
mod run;
mod signal;
mod worker;

pub(crate) use acceptor::Caps;
pub(crate) use blocking::BlockingPool;
#[cfg(any(test, feature = "__properties"))]
pub use connection::connection;
pub(crate) use connection::{Peer, serve_connection};
pub(crate) use drain::{Drain, Place};
pub(crate) use limits::Limits;
pub(crate) use listener::{ListenOptions, Listeners};
pub(crate) use run::{DrainOptions, Trigger, run};
pub(crate) use signal::Signals;
pub(crate) use worker::{Shop, Workers};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpStream;

use crate::http::{Request, RequestId, Response};
use crate::routing::Policy;

/// What answers requests; the engine asks it in this order.
pub(crate) trait Application: Send + Sync + 'static {
    /// What [`Application::route`] found and [`Application::answer`] needs.
    type Target: Send;

    /// Finds what is to answer `request`, and with which rules, before any of its body is read.
    fn route(&self, request: &mut Request) -> Routed<Self::Target>;

    /// Answers a request.
    fn answer(&self, request: Request, target: Self::Target) -> impl Future<Output = Response> + Send;

    /// Writes out the problem that a response reports, where it reports one.
    fn render(&self, response: Response, id: RequestId) -> Response;
}

/// What a connection runs over.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {
    /// Lets the peer see a reset, in place of an orderly end, when this is dropped; where there is such a thing.
    fn reset_on_close(&mut self);
}

impl Transport for TcpStream {
    fn reset_on_close(&mut self) {
        // A socket that is gone already cannot be told, and need not be.
        let _ = self.set_zero_linger();
    }
}

impl Transport for DuplexStream {
    fn reset_on_close(&mut self) {}
}

/// A request's destination, and its route's rules.
pub(crate) struct Routed<Target> {
    pub(crate) target: Target,
    pub(crate) policy: Policy,
}
