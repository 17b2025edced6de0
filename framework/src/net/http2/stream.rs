//! One stream: a request, its handler, and the answer (RFC 9113 §8.1).
//!
//! Most handlers answer at once. So a request is read, routed and answered in the session's turn, and costs no task; where
//! its handler waits, or not all of the answer can be sent, what is left becomes a task of its own, so that a stream that
//! waits is no other's matter. On a runtime of several threads every handler is a task: there other threads can run it.
//! Where the client resets the stream, or the connection ends, the handler is dropped or finishes, as its route says.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::request::Parts;
use http::{Method, StatusCode};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::consume_budget;
use tokio::time::Instant;

use super::super::naming::name;
use super::super::{Application, Place, Routed};
use super::answer::{Exchange, Rest, answer};
use super::body::Pump;
use super::head::{self, Asked, Read, Tunnel};
use super::record::{Common, Record};
use super::tunnel::switch;
use super::watch::Watch;
use crate::extract::rejection::BodyRejection;
use crate::h1::{Expect, RequestKind};
use crate::http::{BodyError, Request, RequestId, Response, Shutdown, Takeover};
use crate::observe::{Ended, scope};
use crate::respond::{IntoResponse, Problem};

/// What a stream begins with.
pub(super) struct Stream<'a, A> {
    pub(super) app: &'a Arc<A>,
    pub(super) common: &'a Arc<Common>,
    /// The connection's.
    pub(super) place: &'a Place,
    pub(super) id: u32,
    pub(super) parts: Parts,
    pub(super) body: RecvStream,
    pub(super) respond: SendResponse<Bytes>,
    /// When it began.
    pub(super) begun: Instant,
}

/// Notes the end of a stream's task, whichever way it ends.
pub(super) struct Leaving(pub(super) Arc<Common>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.ledger.leave();
    }
}

/// Where a connection's handlers begin: the room of one that has answered at once is that of the next.
pub(super) struct Desk<A: Application, F> {
    handle: fn(Arc<A>, Request, A::Target) -> F,
    /// Whether handlers are polled in the session's turn.
    is_polling: bool,
    spare: Option<Answering<F>>,
}

/// A handler under way; nothing behind its end.
type Answering<F> = Pin<Box<Option<F>>>;

impl<A: Application, F> Desk<A, F> {
    pub(super) fn new(handle: fn(Arc<A>, Request, A::Target) -> F) -> Self {
        let is_polling = Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread;
        Self { handle, is_polling, spare: None }
    }

    fn begin(&mut self, app: &Arc<A>, request: Request, target: A::Target) -> Answering<F> {
        let mut answering = self.spare.take().unwrap_or_else(|| Box::pin(None));
        answering.set(Some((self.handle)(Arc::clone(app), request, target)));
        answering
    }

    fn end(&mut self, mut answering: Answering<F>) {
        answering.set(None);
        self.spare = Some(answering);
    }

    /// Whether the next handler is polled in this turn, of which each takes a part.
    fn polls(&self, context: &mut Context<'_>) -> bool {
        self.is_polling && pin!(consume_budget()).poll(context).is_ready()
    }
}

/// What [`handle`] gives.
pub(super) trait Handler: Future<Output = Response> + Send + 'static {}

impl<F: Future<Output = Response> + Send + 'static> Handler for F {}

/// Answers a request, in a future that can be given to a task.
pub(super) fn handle<A: Application>(app: Arc<A>, request: Request, target: A::Target) -> impl Handler {
    async move { app.answer(request, target).answered().await }
}

/// What is left of a stream that could not be answered at once.
pub(super) enum Left<F> {
    /// Its handler has not answered.
    Handler(Handling<F>),
    /// A part of its answer is not sent.
    Answer(Rest),
    /// Another protocol has it.
    Tunnel(Box<dyn Takeover>, Box<(Exchange, Response)>, RecvStream),
}

impl<F: Handler> Left<F> {
    /// Goes on with it to its end.
    pub(super) async fn run<A: Application>(self, app: Arc<A>) {
        let record = match &self {
            Self::Handler(handling) => &handling.exchange.record,
            Self::Answer(rest) => &rest.record,
            Self::Tunnel(_, answered, _) => &answered.0.record,
        };
        let (id, span) = (record.id.clone(), record.span.clone());
        let to_its_end = async move {
            let mut left = Some(self);
            while let Some(now) = left.take() {
                match now {
                    Self::Handler(mut handling) => {
                        let response = poll_fn(|context| handling.poll(context)).await;
                        left = handling.finish(response, &*app, drop);
                    }
                    Self::Answer(rest) => rest.write().await,
                    Self::Tunnel(takeover, answered, body) => switch(*answered, body, takeover).await,
                }
            }
        };
        scope::around(id, span, to_its_end).await;
    }
}

impl<A: Application> Stream<'_, A> {
    /// Reads its request and answers it, as far as that goes at once; gives what is left.
    pub(super) fn begin<F: Handler>(
        self,
        desk: &mut Desk<A, F>,
        context: &mut Context<'_>,
    ) -> Option<Left<F>> {
        let Self { app, common, place, id, parts, body, respond, begun } = self;
        let mut record = Record::new(common, id, place.of_request(), begun);
        let kind = kind(&parts.method);
        let read = head::read(&parts, &common.limits.head, &mut record.head);
        drop(parts);
        let Read { mut request, asked } = match read {
            Ok(read) => read,
            Err(fault) => {
                record.note(Ended::Malformed(fault));
                tracing::debug!(error = %fault, peer = ?common.peer.addr, "a request was refused");
                let refusal = Problem::new(fault.status()).detail(fault.to_string()).into_response();
                let exchange = Exchange { record, respond, kind, pump: None, unread: Some(body) };
                return answer(&**app, exchange, refusal).map(Left::Answer);
            }
        };
        let id = introduce(&mut request, &mut record, place.shutdown());
        let Routed { target, policy, slot } = app.route(&mut request);
        record.requested(request.full_pattern(), slot);
        record.span = scope::request_span(&request, &id, &common.limits.mask);
        record.place.handling();
        request.set_body_limit(policy.body_limit.unwrap_or(common.limits.max_body));
        let is_whole = body.is_end_stream();
        let Asked { len, expect, tunnel, .. } = asked;
        let mut exchange = Exchange { record, respond, kind, pump: None, unread: None };
        if let Some(refusal) = refusal(&request, asked, is_whole, common) {
            // What is left of its body is not read: `h2` resets the stream behind the answer.
            exchange.unread = Some(body);
            return answer(&**app, exchange, refusal).map(Left::Answer);
        }
        if is_whole {
            drop(body);
        } else if tunnel == Tunnel::None {
            let owes_continue = expect == Expect::Continue;
            exchange.pump = Some(Pump::attach(body, len, owes_continue, &mut request, &exchange.record));
        } else {
            // Behind a CONNECT nothing is content.
            exchange.unread = Some(body);
        }
        let watch = Watch::new(policy, request.method());
        let mut handling = Handling { exchange, tunnel, watch, answering: desk.begin(app, request, target) };
        if !desk.polls(context) {
            return Some(Left::Handler(handling));
        }
        let span = handling.exchange.record.span.clone();
        let _entered = scope::enter(Some(&id), span.as_deref());
        match handling.poll(context) {
            Poll::Pending => Some(Left::Handler(handling)),
            Poll::Ready(response) => handling.finish(response, &**app, |answering| desk.end(answering)),
        }
    }
}

/// A request whose handler is under way.
pub(super) struct Handling<F> {
    exchange: Exchange,
    tunnel: Tunnel,
    watch: Watch,
    answering: Answering<F>,
}

impl<F: Handler> Handling<F> {
    /// Runs it until it is known what is answered; `None` where nobody is there to take it.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Response>> {
        let Self { exchange, watch, answering, .. } = self;
        let answer = poll_fn(|context| match answering.as_mut().as_pin_mut() {
            Some(answer) => answer.poll(context),
            None => Poll::Pending,
        });
        watch.poll(exchange, pin!(answer), context)
    }

    /// Sends what it has answered, as far as that goes at once. `end` has the handler, which ends before that.
    fn finish<A: Application>(
        self,
        response: Option<Response>,
        app: &A,
        end: impl FnOnce(Answering<F>),
    ) -> Option<Left<F>> {
        let Self { mut exchange, tunnel, answering, .. } = self;
        end(answering);
        let Some(mut response) = response else {
            exchange.respond.send_reset(Reason::CANCEL);
            exchange.record.lost();
            return None;
        };
        if tunnel == Tunnel::None {
            return answer(app, exchange, response).map(Left::Answer);
        }
        match (response.take_takeover(), exchange.unread.take()) {
            (Some(takeover), Some(body)) => {
                Some(Left::Tunnel(takeover, Box::new((exchange, response)), body))
            }
            (_, body) => {
                exchange.unread = body;
                exchange.kind = RequestKind::Other;
                // A 2xx would open what is none.
                let response = if response.status().is_success() { no_tunnel() } else { response };
                answer(app, exchange, response).map(Left::Answer)
            }
        }
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
fn refusal(request: &Request, asked: Asked, is_whole: bool, common: &Common) -> Option<Response> {
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
    if asked.tunnel == Tunnel::WebSocket && is_whole {
        let detail = "a WebSocket is opened on a stream that goes on, and this one ends with its request";
        return Some(Problem::new(StatusCode::BAD_REQUEST).detail(detail).into_response());
    }
    if asked.expect == Expect::Other {
        let detail = "the only expectation that is understood is 100-continue";
        return Some(Problem::new(StatusCode::EXPECTATION_FAILED).detail(detail).into_response());
    }
    let limit = request.body_limit();
    let is_too_large = !is_whole && asked.len.is_some_and(|len| len > limit);
    is_too_large.then(|| BodyRejection::new(BodyError::TooLarge { limit }, request).into_response())
}
