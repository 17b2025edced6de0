//! From an accepted connection to one that is served: who its client is, and what is spoken with it.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{sleep, timeout};

use super::acceptor::Accepted;
use super::proxy_protocol::{Refused, read_header};
use super::worker::Shop;
use super::{Application, Drain, Peer, Place, serve_connection, tls};
use crate::middleware::BoxFuture;
use crate::observe::{Refusal, Witness};

/// Serves a connection, once its peer has said whose it is, where it must.
pub(super) fn welcome<A: Application>(
    accepted: Accepted,
    room: Option<OwnedSemaphorePermit>,
    shop: &Shop<A>,
    drain: &Arc<Drain>,
    witness: Witness,
) {
    let place = Place::new(Arc::clone(drain));
    if shop.limits.now().announced.must(accepted.addr) {
        let (shop, drain) = (shop.clone(), Arc::clone(drain));
        // In a box, as the accept loop is: a task of a type that the runtime is compiled for already.
        let waiting: BoxFuture<'static, ()> = Box::pin(async move {
            if let Some(accepted) = announced(accepted, &shop, &drain, &witness).await {
                serve(accepted, room, &shop, place, witness);
            }
        });
        tokio::spawn(waiting);
    } else {
        serve(accepted, room, shop, place, witness);
    }
}

/// Waits for the PROXY header of a peer that must send one, and counts the connection to its client; `None` where it is
/// not served.
async fn announced<A: Application>(
    accepted: Accepted,
    shop: &Shop<A>,
    drain: &Drain,
    witness: &Witness,
) -> Option<Accepted> {
    let Accepted { stream, addr: peer, .. } = accepted;
    let header = timeout(shop.limits.now().header_read_timeout, read_header(&stream, peer));
    // When the drain begins, a peer that has said nothing is as one that is idle.
    let last_call = async {
        drain.begun().await;
        sleep(shop.limits.now().last_call).await;
    };
    match unless(header, last_call).await?.unwrap_or(Err(Refused::TimedOut)) {
        Ok(addr) => {
            let admitted = shop.caps.enter(addr);
            if admitted.is_none() {
                witness.tally().refused(Refusal::AddressFull);
            }
            admitted.map(|admitted| Accepted { stream, addr, admitted })
        }
        Err(refused) => {
            witness.tally().refused(Refusal::ProxyHeader);
            tracing::warn!(?peer, "a connection was closed: {refused}");
            None
        }
    }
}

fn serve<A: Application>(
    accepted: Accepted,
    room: Option<OwnedSemaphorePermit>,
    shop: &Shop<A>,
    place: Place,
    witness: Witness,
) {
    let Accepted { stream, addr, admitted } = accepted;
    let (peer, held) = (Peer { addr, is_secure: false }, (room, admitted));
    let (app, limits) = (Arc::clone(&shop.app), shop.limits.now());
    match (&shop.tls, shop.sends_to) {
        (None, _) => {
            let connection = serve_connection(stream, peer, app, limits, place, witness);
            tokio::spawn(Holding { connection, held });
        }
        (Some(tls), None) => {
            tokio::spawn(tls::serve(Arc::clone(tls), stream, peer, app, limits, place, witness, held));
        }
        (Some(tls), Some(port)) => {
            tls::redirect(Arc::clone(tls), port, stream, peer, app, limits, place, witness, held);
        }
    }
}

pin_project! {
    /// A connection with what is given back when it ends.
    ///
    /// An `async` block that awaits the connection would do the same and be twice as large: it has room for what it
    /// captures, and once more for what it awaits.
    pub(super) struct Holding<Connection, Held> {
        #[pin]
        pub(super) connection: Connection,
        pub(super) held: Held,
    }
}

impl<Connection: Future<Output = ()>, Held> Future for Holding<Connection, Held> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.project().connection.poll(context)
    }
}

/// Waits for `wanted`, unless `end` comes; what is wanted wins where both are ready.
pub(super) async fn unless<T>(wanted: impl Future<Output = T>, end: impl Future<Output = ()>) -> Option<T> {
    let (mut wanted, mut end) = (pin!(wanted), pin!(end));
    poll_fn(|context| {
        if let Poll::Ready(value) = wanted.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        end.as_mut().poll(context).map(|()| None)
    })
    .await
}
