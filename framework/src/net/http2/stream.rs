//! One stream: a request, its handler, and the answer (RFC 9113 §8.1).
//!
//! It is a task of its own, so that a stream that computes, panics or waits is no other's matter. Where the client resets
//! it, or the connection ends, the handler is dropped or finishes, as its route says.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::request::Parts;
use http::{Method, StatusCode};
use tokio::time::Instant;

use super::super::connection::{on_disconnect, panic_text};
use super::super::deadline::{Timer, after};
use super::super::naming::name;
use super::super::{Application, Place, Routed, clock};
use super::answer::answer;
use super::body::{Pump, Pumped};
use super::head::{self, Asked, Read, Tunnel};
use super::record::{Common, Record};
use super::tunnel::switch;
use crate::extract::rejection::BodyRejection;
use crate::h1::{Expect, RequestKind};
use crate::http::{BodyError, Request, RequestId, Response, Shutdown};
use crate::observe::{Ended, Timeout, scope};
use crate::respond::{IntoResponse, Problem};
use crate::routing::{OnDisconnect, Policy};

/// What a stream begins with.
pub(super) struct Stream<A> {
    pub(super) app: Arc<A>,
    pub(super) common: Arc<Common>,
    pub(super) place: Place,
    pub(super) shutdown: Shutdown,
    pub(super) parts: Parts,
    pub(super) body: RecvStream,
    pub(super) respond: SendResponse<Bytes>,
}

/// Notes the end of a stream's task, whichever way it ends.
pub(super) struct Leaving(pub(super) Arc<Common>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.ledger.leave();
    }
}

impl<A: Application> Stream<A> {
    /// Serves it to its end.
    pub(super) async fn serve(self) {
        let Self { app, common, place, shutdown, parts, body, mut respond } = self;
        let unnamed = RequestId::at(clock::millis());
        let mut record = Record::new(&common, respond.stream_id().as_u32(), place, unnamed);
        let kind = kind(&parts.method);
        let read = head::read(&parts, &common.limits.head, &mut record.head);
        drop(parts);
        let Read { mut request, asked } = match read {
            Ok(read) => read,
            Err(fault) => {
                record.note(Ended::Malformed(fault));
                tracing::debug!(error = %fault, peer = ?common.peer.addr, "a request was refused");
                let refusal = Problem::new(fault.status()).detail(fault.to_string()).into_response();
                return answer(&*app, record, respond, refusal, kind, &mut None).await;
            }
        };
        let method = request.method().clone();
        let id = introduce(&mut request, &mut record, &shutdown);
        let Routed { target, policy, slot } = app.route(&mut request);
        record.requested(request.full_pattern(), slot);
        record.span = scope::request_span(&request, &id, &common.limits.mask);
        record.place.handling();
        request.set_body_limit(policy.body_limit.unwrap_or(common.limits.max_body));
        let is_whole = body.is_end_stream();
        let Asked { len, expect, tunnel, .. } = asked;
        if let Some(refusal) = refusal(&request, Asked { len: len.filter(|_| !is_whole), ..asked }, &common) {
            // What is left of its body is not read: `h2` resets the stream behind the answer.
            answer(&*app, record, respond, refusal, kind, &mut None).await;
            return drop(body);
        }
        // Behind a CONNECT nothing is content.
        let mut body = Some(body).filter(|_| !is_whole);
        let mut pump = body.take_if(|_| tunnel == Tunnel::None).map(|body| {
            let owes_continue = expect == Expect::Continue;
            Pump::attach(body, len, owes_continue, &mut request, &record)
        });
        let mut watch = Watch::new(policy, &method);
        let mut answering = pin!(async { app.answer(request, target).answered().await });
        let span = record.span.clone();
        let answered = std::future::poll_fn(|context| {
            let _entered = scope::enter(Some(&id), span.as_deref());
            watch.poll(&mut record, &mut respond, &mut pump, answering.as_mut(), context)
        })
        .await;
        let Some(mut response) = answered else {
            respond.send_reset(Reason::CANCEL);
            return record.lost();
        };
        let app = &*app;
        let finish = async move {
            if tunnel == Tunnel::None {
                return answer(app, record, respond, response, kind, &mut pump).await;
            }
            match (response.take_takeover(), body) {
                (Some(takeover), Some(body)) => switch(record, respond, &mut response, body, takeover).await,
                (_, body) => {
                    // A 2xx would open what is none.
                    let response = if response.status().is_success() { no_tunnel() } else { response };
                    answer(app, record, respond, response, RequestKind::Other, &mut None).await;
                    drop(body);
                }
            }
        };
        scope::around(id, span, finish).await;
    }
}

/// What answers a CONNECT for a protocol that is not spoken at its target.
fn no_tunnel() -> Response {
    Problem::new(StatusCode::NOT_IMPLEMENTED).detail("the protocol is not spoken here").into_response()
}

/// Notes where a request came from, and whose it is; gives what it is called.
fn introduce(request: &mut Request, record: &mut Record, shutdown: &Shutdown) -> RequestId {
    let common = Arc::clone(record.common());
    let id = name(common.limits.proxies.as_deref(), &common.peer, request);
    record.id = id.clone();
    request.set_origin(&common.peer.addr, common.peer.is_secure, id.clone());
    request.set_security(common.security.clone());
    if let Some(proxies) = &common.limits.proxies {
        proxies.look_behind(common.peer.addr, request);
        record.client_addr = request.client_addr();
    }
    request.set_counters(common.witness.counters());
    request.set_shutdown(shutdown);
    #[cfg(feature = "otel")]
    request.set_sampling(common.limits.sampling);
    id
}

/// What the method says of the answer's framing.
fn kind(method: &Method) -> RequestKind {
    match *method {
        Method::HEAD => RequestKind::Head,
        Method::CONNECT => RequestKind::Connect,
        _ => RequestKind::Other,
    }
}

/// What can be refused on the head alone, before a handler runs.
fn refusal(request: &Request, asked: Asked, common: &Common) -> Option<Response> {
    let Common { peer, limits, .. } = common;
    // Behind a proxy that is trusted it may have been asked for in safety (RFC 9110 §7.4).
    let is_behind = limits.proxies.as_ref().is_some_and(|proxies| proxies.trust(peer.addr));
    if asked.is_https && !request.is_secure() && !is_behind {
        let detail = "an https resource cannot be asked for over a connection that is not secured";
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST).detail(detail).into_response());
    }
    if asked.tunnel == Tunnel::Unknown {
        return Some(no_tunnel());
    }
    if asked.expect == Expect::Other {
        let detail = "the only expectation that is understood is 100-continue";
        return Some(Problem::new(StatusCode::EXPECTATION_FAILED).detail(detail).into_response());
    }
    let limit = request.body_limit();
    let is_too_large = asked.len.is_some_and(|len| len > limit);
    is_too_large.then(|| BodyRejection::new(BodyError::TooLarge { limit }, request).into_response())
}

/// What is watched while a handler runs.
struct Watch {
    policy: &'static Policy,
    on_disconnect: OnDisconnect,
    /// When the handler first had to wait.
    since: Option<Instant>,
    /// Since when it waits for the client's body: that time is `body_min_rate`'s to judge.
    client_since: Option<Instant>,
    /// The client has left, and the handler may finish.
    left: bool,
    timer: Timer,
}

impl Watch {
    fn new(policy: &'static Policy, method: &Method) -> Self {
        let on_disconnect = policy.on_disconnect.unwrap_or_else(|| on_disconnect(method));
        Self { policy, on_disconnect, since: None, client_since: None, left: false, timer: Timer::default() }
    }

    /// Runs a handler until it is known what is answered; `None` where nobody is there to take it.
    fn poll(
        &mut self,
        record: &mut Record,
        respond: &mut SendResponse<Bytes>,
        pump: &mut Option<Pump>,
        mut answer: Pin<&mut impl Future<Output = Response>>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Response>> {
        let pumped = loop {
            match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
                Ok(Poll::Pending) => {}
                Ok(Poll::Ready(_)) | Err(_) if self.left => return Poll::Ready(None),
                Ok(Poll::Ready(response)) => return Poll::Ready(Some(response)),
                Err(panic) => return Poll::Ready(Some(panicked(record, panic.as_ref()))),
            }
            match pump.as_mut().map_or(Pumped::Idle, |pump| pump.pump(record, Some(respond), context)) {
                Pumped::Progress => {}
                pumped => break pumped,
            }
        };
        let since = self.since(pumped);
        self.left |= respond.poll_reset(context).is_ready();
        if self.left && self.on_disconnect == OnDisconnect::Cancel {
            return Poll::Ready(None);
        }
        let timeout = self.policy.timeout.unwrap_or(record.limits().request_timeout);
        let counts = !timeout.is_zero() && pumped != Pumped::Waiting;
        if !counts || self.timer.poll(after(since, timeout), clock::now(), context).is_pending() {
            return Poll::Pending;
        }
        Poll::Ready((!self.left).then(|| timed_out(record)))
    }

    /// When the handler's time began, with what the client took moved out of it.
    fn since(&mut self, pumped: Pumped) -> Instant {
        let now = Instant::now();
        let mut since = *self.since.get_or_insert(now);
        if pumped == Pumped::Waiting {
            self.client_since.get_or_insert(now);
        } else if let Some(client_since) = self.client_since.take() {
            since += now - client_since;
            self.since = Some(since);
        }
        since
    }
}

fn timed_out(record: &mut Record) -> Response {
    record.note(Ended::TimedOut(Timeout::Request));
    let detail = "the server did not answer in time";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail(detail).into_response()
}

/// What is answered in the place of a handler that panicked; the message is logged, never sent.
#[cold]
fn panicked(record: &Record, panic: &(dyn Any + Send)) -> Response {
    record.tally().panicked();
    tracing::error!(request_id = %record.id, panic = panic_text(panic), "a handler panicked");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
