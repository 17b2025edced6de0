//! The side of the engine that reads, writes and sleeps: listeners, workers, connections, and the end of them all.
//!
//! What a message means is decided in [`h1`](crate::h1), which sees no socket; what is answered is decided by the
//! [`Application`]. This room carries both out, and holds every limit and timeout.

mod acceptor;
mod buffer;
mod clock;
mod connection;
mod deadline;
mod drain;
#[cfg(feature = "http2")]
mod http2;
mod inherited;
mod limits;
mod listener;
mod naming;
mod proxies;
mod proxy_protocol;
mod run;
mod signal;
#[cfg(unix)]
mod supervisor;
#[cfg(not(unix))]
#[path = "no_supervisor.rs"]
mod supervisor;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
mod vitals;
mod welcome;
mod worker;

pub(crate) use acceptor::Caps;
#[cfg(any(test, feature = "__properties"))]
pub use connection::connection;
#[cfg(all(feature = "http2", any(test, feature = "__properties")))]
pub use connection::http2;
pub(crate) use connection::{Peer, panic_text, serve_connection};
pub(crate) use drain::{Drain, Losses, Place};
pub(crate) use limits::{Limits, LiveLimits};
pub(crate) use listener::{ListenOptions, Listeners};
pub(crate) use proxies::Proxies;
pub(crate) use proxy_protocol::Announced;
#[cfg(any(test, feature = "__properties"))]
pub use proxy_protocol::proxy_header;
pub(crate) use run::{DrainOptions, Trigger, run};
pub(crate) use signal::{Hangups, Signals};
pub(crate) use supervisor::Supervisor;
pub(crate) use tls::{Live as LiveTls, Watch as TlsWatch};
pub(crate) use vitals::{Load, Sign, Vitals};
pub(crate) use worker::{Shop, Workers};

use std::io;
use std::mem::MaybeUninit;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpStream;

use crate::http::{Request, RequestFacts, Response, Security};
use crate::observe::{Slot, Tally, Witness};
use crate::routing::{Policy, Reply};

/// What answers requests; the engine asks it in this order.
pub(crate) trait Application: Send + Sync + 'static {
    /// What [`Application::route`] found and [`Application::answer`] needs.
    type Target: Send;

    /// Finds what is to answer `request`, and with which rules, before any of its body is read.
    fn route(&self, request: &mut Request) -> Routed<Self::Target>;

    /// Answers a request: as a rule at once, and then nothing of it lies anywhere but on the stack.
    fn answer(&self, request: Request, target: Self::Target) -> Reply<'_>;

    /// Writes out the problem that a response reports, where it reports one; it counts its own panics.
    fn render(&self, response: Response, facts: &RequestFacts, tally: &Tally) -> Response;

    /// Makes the one that a new worker's connections tell what they do.
    fn witness(&self) -> Witness;
}

/// What a connection runs over.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {
    /// Lets the peer see a reset, in place of an orderly end, when this is dropped; where there is such a thing.
    fn reset_on_close(&mut self);

    /// Writes what the system takes at once: as `poll_write`, but for the waker, which most writes have no use for.
    ///
    /// # Errors
    ///
    /// `WouldBlock` where it takes nothing now, or where only `poll_write` can tell.
    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = bytes;
        Err(io::ErrorKind::WouldBlock.into())
    }

    /// How it is secured, where it is.
    fn security(&self) -> Security {
        Security::default()
    }

    /// Whether bytes have arrived that nobody has read: asked of the system, which may know it before the runtime.
    fn has_unread(&self) -> bool;
}

impl Transport for TcpStream {
    fn reset_on_close(&mut self) {
        // A socket that is gone already cannot be told, and need not be.
        let _ = self.set_zero_linger();
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::try_write(self, bytes)
    }

    fn has_unread(&self) -> bool {
        let mut byte = [MaybeUninit::uninit()];
        // An error is left for the next read to find.
        SockRef::from(self).peek(&mut byte).is_ok_and(|len| len > 0)
    }
}

impl Transport for DuplexStream {
    fn reset_on_close(&mut self) {}

    /// A read of it that waits has seen all there is.
    fn has_unread(&self) -> bool {
        false
    }
}

/// A request's destination, and its route's rules.
pub(crate) struct Routed<Target> {
    pub(crate) target: Target,
    pub(crate) policy: &'static Policy,
    /// Where it is counted.
    pub(crate) slot: Slot,
}
