//! A connection from its first byte to the end of its handshake, and what serves it then.
//!
//! Which version of HTTP that is, its first bytes tell, as in the clear: who has agreed on `h2` (RFC 7301, RFC 9113 §3.2)
//! begins with the preface.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;

use super::super::deadline::after;
use super::super::welcome::Holding;
use super::super::{Application, Limits, Peer, Place, serve_connection};
use super::clear::InTheClear;
use super::io::TlsIo;
use super::live::Live;
use crate::observe::{Handshake, Witness};

/// Leads a connection through its handshake, and has it served; `held` is given back when it ends.
#[expect(clippy::too_many_arguments, reason = "what a connection is served with, and what it holds")]
pub(in crate::net) async fn serve<A: Application, Held: Send + 'static>(
    tls: Arc<Live>,
    stream: TcpStream,
    peer: Peer,
    app: Arc<A>,
    limits: Arc<Limits>,
    mut place: Place,
    witness: Witness,
    held: Held,
) {
    let deadline = after(Instant::now(), tls.settings().handshake_timeout);
    let first = first_byte(&stream, &mut place, deadline, limits.last_call).await;
    let place = place.renewed();
    match first {
        First::Handshake => {}
        First::Clear => {
            witness.tally().shaken(Handshake::InTheClear);
            let app = Arc::new(InTheClear::refused(app));
            let limits = Arc::new(limits.for_one_request());
            let connection = serve_connection(stream, peer, app, limits, place, witness);
            tokio::spawn(Holding { connection, held });
            return;
        }
        First::TimedOut => return witness.tally().shaken(Handshake::TimedOut),
        First::Ended => return,
    }
    let shaking = TlsAcceptor::from(tls.config()).accept(stream).into_fallible();
    match timeout_at(deadline, shaking).await {
        Ok(Ok(stream)) => {
            let is_resumed = stream.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
            witness.tally().shaken(if is_resumed { Handshake::Resumed } else { Handshake::Full });
            let peer = Peer { is_secure: true, ..peer };
            // A task of its own: this one has room for a handshake, and a connection may be idle for long.
            let connection = serve_connection(TlsIo::new(stream), peer, app, limits, place, witness);
            tokio::spawn(Holding { connection, held });
        }
        Ok(Err((error, stream))) => {
            witness.tally().shaken(Handshake::Failed);
            tracing::debug!(%error, peer = ?peer.addr, "a TLS handshake failed");
            part(stream, limits.last_call).await;
        }
        Err(_) => {
            witness.tally().shaken(Handshake::TimedOut);
            tracing::debug!(peer = ?peer.addr, "a TLS handshake did not end in time");
        }
    }
}

/// Has a connection served in the clear whose requests are sent to `port`, over TLS; `held` is given back when it ends.
#[expect(clippy::too_many_arguments, reason = "what a connection is served with, and what it holds")]
pub(in crate::net) fn redirect<A: Application, Held: Send + 'static>(
    tls: Arc<Live>,
    port: u16,
    stream: TcpStream,
    peer: Peer,
    app: Arc<A>,
    limits: Arc<Limits>,
    place: Place,
    witness: Witness,
    held: Held,
) {
    let app = Arc::new(InTheClear::sent_to(port, tls, app));
    let connection = serve_connection(stream, peer, app, limits, place, witness);
    tokio::spawn(Holding { connection, held });
}

/// How a connection begins.
enum First {
    /// As a handshake does, or as nothing does that we know.
    Handshake,
    /// As a request in the clear does.
    Clear,
    TimedOut,
    /// The client has left, or the server is about to end and the client has said nothing.
    Ended,
}

/// Waits for the first byte, and leaves it there. Where the server drains, that is as long as for a connection that is
/// idle.
async fn first_byte(stream: &TcpStream, place: &mut Place, deadline: Instant, last_call: Duration) -> First {
    let peeked = poll_fn(|context| {
        let mut byte = [0];
        stream.poll_peek(context, &mut ReadBuf::new(&mut byte)).map_ok(|len| (len > 0).then_some(byte))
    });
    let drained = async {
        poll_fn(|context| if place.is_draining(context.waker()) { Poll::Ready(()) } else { Poll::Pending })
            .await;
        sleep(last_call).await;
    };
    let (mut peeked, mut drained) = (pin!(peeked), pin!(drained));
    let first = poll_fn(|context| {
        if let Poll::Ready(peeked) = peeked.as_mut().poll(context) {
            return Poll::Ready(match peeked {
                // Methods begin with a letter, nearly all with a capital one; a record of a handshake with 22.
                Ok(Some([byte])) if byte.is_ascii_alphabetic() => First::Clear,
                Ok(Some(_)) => First::Handshake,
                Ok(None) | Err(_) => First::Ended,
            });
        }
        drained.as_mut().poll(context).map(|()| First::Ended)
    });
    timeout_at(deadline, first).await.unwrap_or(First::TimedOut)
}

/// The most that a client may go on sending after an alert.
const PARTING_BYTES: usize = 64 * 1024;

/// Ends a connection whose handshake failed, so that the client sees the alert: were anything left unread, the kernel
/// would send a reset, which may overtake it.
async fn part(mut stream: TcpStream, patience: Duration) {
    let parting = async {
        stream.shutdown().await?;
        let mut buffer = [0; 1024];
        let mut dropped = 0;
        while dropped < PARTING_BYTES {
            match stream.read(&mut buffer).await? {
                0 => break,
                len => dropped += len,
            }
        }
        io::Result::Ok(())
    };
    // However it ends, it has ended.
    let _ = timeout(patience, parting).await;
}
