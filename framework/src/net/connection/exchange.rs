//! One request and its handler: the body is pumped while the handler runs, until there is a response.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Method, StatusCode};
use tracing::Span;

use super::super::deadline::{MinRate, Waited, after};
use super::super::naming::name;
use super::super::{Application, Routed, Transport};
use super::Connection;
use super::pump::{Pump, Pumped};
use super::wire::{Following, Gone, Wire};
use crate::extract::rejection::BodyRejection;
use crate::h1::Expect;
use crate::http::{BodyError, Request, Response};
use crate::middleware::BoxFuture;
use crate::observe::{Ended, Timeout, scope};
use crate::respond::{IntoResponse, Problem};
use crate::routing::{OnDisconnect, Policy, Reply};

/// A request in work, but for what answers it.
#[derive(Default)]
pub(super) struct Exchange {
    /// What moves the request's body, where some of it may still be coming.
    pub(super) pump: Option<Box<Pump>>,
    /// Whether the client may still be sending what nobody is going to read.
    pub(super) is_turned_away: bool,
    /// What is around the handler, where somebody records it.
    pub(super) span: Option<Box<Span>>,
}

/// A request whose answer is waited for.
pub(super) struct Handling<'a> {
    exchange: Exchange,
    watch: Watch,
    answer: BoxFuture<'a, Response>,
}

impl<'a, IO, A> Connection<'a, IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Notes a request whose head was read, gives it its body, and asks for its answer; gives what is to be waited for,
    /// or puts what is answered into `response`. What else is known of the request is put into `exchange`.
    pub(super) fn begin(
        &mut self,
        mut request: Request,
        exchange: &mut Exchange,
        response: &mut Option<Response>,
        context: &mut Context<'_>,
    ) -> Option<Handling<'a>> {
        let wire = &mut *self.wire;
        // Looked at where it lies, as it is large.
        let peer = wire.journal.peer();
        let proxies = wire.limits.proxies.as_deref();
        let id = name(proxies, peer, &request);
        request.set_origin(&peer.addr, peer.is_secure, id.clone());
        request.set_security(wire.security());
        if let Some(proxies) = proxies {
            proxies.look_behind(peer.addr, &mut request);
            wire.journal.came_from(request.client_addr());
        }
        request.set_counters(wire.journal.witness().counters());
        request.set_shutdown(wire.place.shutdown());
        #[cfg(feature = "otel")]
        request.set_sampling(wire.limits.sampling);
        let Routed { target, policy, slot } = self.app.route(&mut request);
        exchange.span = scope::request_span(&request, &id, &wire.limits.mask);
        wire.journal.requested(id, request.full_pattern(), slot);
        wire.place.handling();
        wire.following = if wire.message.is_last() { Following::Nothing } else { Following::Requests };
        request.set_body_limit(policy.body_limit.unwrap_or(wire.limits.max_body));
        if let Some(refusal) = refusal(wire, &request) {
            wire.message = wire.message.closing();
            exchange.pump = Some(Box::new(Pump::unread()));
            exchange.is_turned_away = true;
            *response = Some(refusal);
            return None;
        }
        if !wire.body.is_complete() {
            let rate = MinRate::new(wire.limits.body_min_rate, wire.limits.rate_grace);
            exchange.pump = Pump::attach(rate, &mut request, wire);
        }
        let app: &'a A = self.app;
        // As a rule it is answered at once, and nothing is made of what a handler needs that waits.
        let answer = attempt(wire, exchange.span.as_deref(), response, |response| {
            let mut answer = match app.answer(request, target) {
                Reply::Ready(answered) => {
                    *response = Some(answered);
                    return None;
                }
                Reply::Later(answer) => answer,
            };
            match answer.as_mut().poll(context) {
                Poll::Ready(answered) => {
                    *response = Some(answered);
                    None
                }
                Poll::Pending => Some(answer),
            }
        })?;
        Some(Handling { exchange: mem::take(exchange), watch: Watch::new(policy), answer })
    }
}

/// Lets user code answer into `response`, and gives what it gives; nothing where it panics, which is answered in its
/// place.
#[inline(always)]
fn attempt<IO: Transport, T>(
    wire: &mut Wire<IO>,
    span: Option<&Span>,
    response: &mut Option<Response>,
    work: impl FnOnce(&mut Option<Response>) -> Option<T>,
) -> Option<T> {
    let entered = scope::enter(wire.journal.known_id(), span);
    let done = catch_unwind(AssertUnwindSafe(|| work(response)));
    drop(entered);
    done.unwrap_or_else(|panic| {
        *response = Some(panicked(wire, panic.as_ref()));
        None
    })
}

/// What can be refused on the head alone, before a handler runs.
fn refusal<IO: Transport>(wire: &Wire<IO>, request: &Request) -> Option<Response> {
    let head = request.head();
    // An https resource is not to be had over a connection that is not secured (RFC 9110 §7.4). Only a target that
    // names its authority can name a scheme.
    if head.authority.is_some()
        && !request.is_secure()
        && head.target().get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"https://"))
    {
        let detail = "an https resource cannot be asked for over a connection that is not secured";
        return Some(refused(StatusCode::MISDIRECTED_REQUEST, detail));
    }
    if wire.message.expect == Expect::Other {
        let detail = "the only expectation that is understood is 100-continue";
        return Some(refused(StatusCode::EXPECTATION_FAILED, detail));
    }
    if wire.body.is_complete() {
        return None;
    }
    let limit = request.body_limit();
    let is_too_large = wire.body.remaining_len().is_some_and(|len| len > limit);
    is_too_large.then(|| too_large(limit, request))
}

#[cold]
fn refused(status: StatusCode, detail: &'static str) -> Response {
    Problem::new(status).detail(detail).into_response()
}

#[cold]
fn too_large(limit: u64, request: &Request) -> Response {
    BodyRejection::new(BodyError::TooLarge { limit }, request).into_response()
}

/// What a client that leaves does to its handler, where the route says nothing: a GET or HEAD changes nothing, and can
/// be dropped where it stands.
pub(in super::super) fn on_disconnect(method: &Method) -> OnDisconnect {
    if matches!(*method, Method::GET | Method::HEAD) { OnDisconnect::Cancel } else { OnDisconnect::Finish }
}

impl Handling<'_> {
    /// Asks for what is answered, which is put into `response`; nothing where nobody is there to take it.
    pub(super) fn poll<IO: Transport>(
        &mut self,
        wire: &mut Wire<IO>,
        response: &mut Option<Response>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        match self.poll_answer(wire, response, context) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => self.wait(wire, response, context),
        }
    }

    /// The same, where it was asked for just before.
    pub(super) fn wait<IO: Transport>(
        &mut self,
        wire: &mut Wire<IO>,
        response: &mut Option<Response>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        loop {
            let pumped = self.exchange.pump.as_mut().map_or(Pumped::Idle, |pump| pump.pump(wire, context));
            if pumped != Pumped::Progress {
                return self.watch.wait(wire, pumped, context).map(|end| *response = end.into_response(wire));
            }
            if self.poll_answer(wire, response, context).is_ready() {
                return Poll::Ready(());
            }
        }
    }

    fn poll_answer<IO: Transport>(
        &mut self,
        wire: &mut Wire<IO>,
        response: &mut Option<Response>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let Self { exchange, watch, answer } = self;
        let waits = attempt(wire, exchange.span.as_deref(), response, |response| {
            match answer.as_mut().poll(context) {
                Poll::Ready(answered) => {
                    *response = Some(answered);
                    None
                }
                Poll::Pending => Some(()),
            }
        });
        if waits.is_some() {
            return Poll::Pending;
        }
        if watch.left {
            *response = None;
            wire.journal.note(Ended::ClientLeft);
        }
        Poll::Ready(())
    }

    /// Drops what answered.
    pub(super) fn into_exchange(self) -> Exchange {
        self.exchange
    }

    /// Takes what the request was, of a handler that is done.
    pub(super) fn take_exchange(&mut self) -> Exchange {
        mem::take(&mut self.exchange)
    }
}

/// What is watched while a handler runs.
struct Watch {
    policy: &'static Policy,
    waited: Waited,
    /// The client has left, and the handler may finish.
    left: bool,
}

impl Watch {
    /// Over the handler of a route with these rules.
    fn new(policy: &'static Policy) -> Self {
        Self { policy, waited: Waited::default(), left: false }
    }

    /// The handler waits: writes what earlier requests were answered, and looks whether the client or time has gone.
    fn wait<IO: Transport>(
        &mut self,
        wire: &mut Wire<IO>,
        pumped: Pumped,
        context: &mut Context<'_>,
    ) -> Poll<GivenUp> {
        wire.input.shrink();
        let since = self.waited.since(pumped == Pumped::Waiting);
        if pumped == Pumped::Idle {
            self.left |= wire.has_left(since, context);
        }
        if let Poll::Ready(Err(Gone)) = wire.poll_flush(context) {
            self.left = true;
        }
        self.left |= wire.gone;
        let on_disconnect = self.policy.on_disconnect.unwrap_or(wire.message.on_disconnect);
        if self.left && on_disconnect == OnDisconnect::Cancel {
            return Poll::Ready(GivenUp::ClientLeft);
        }
        let timeout = self.policy.timeout.unwrap_or(wire.limits.request_timeout);
        let counts = !timeout.is_zero() && pumped != Pumped::Waiting;
        if counts && wire.is_due(after(since, timeout), context) {
            return Poll::Ready(if self.left { GivenUp::ClientLeft } else { GivenUp::TimedOut });
        }
        Poll::Pending
    }
}

/// Why a handler is not waited for any more.
enum GivenUp {
    /// `request_timeout`, or the route's own, passed before there was a response.
    TimedOut,
    /// The client has left.
    ClientLeft,
}

impl GivenUp {
    /// What is answered in the handler's place.
    fn into_response<IO: Transport>(self, wire: &mut Wire<IO>) -> Option<Response> {
        match self {
            Self::TimedOut => {
                wire.journal.note(Ended::TimedOut(Timeout::Request));
                let detail = "the server did not answer in time";
                Some(Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail(detail).into_response())
            }
            Self::ClientLeft => {
                wire.journal.note(Ended::ClientLeft);
                None
            }
        }
    }
}

/// What is answered in the place of a handler that panicked; the message is logged, never sent.
#[cold]
fn panicked<IO: Transport>(wire: &mut Wire<IO>, panic: &(dyn Any + Send)) -> Response {
    wire.journal.tally().panicked();
    let id = wire.journal.id();
    tracing::error!(request_id = %id, panic = panic_text(panic), "a handler panicked");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

/// Polls user code; a panic in it is caught. The future is not polled again after one.
pub(in super::super) fn poll_caught<F: Future + ?Sized>(
    future: Pin<&mut F>,
    context: &mut Context<'_>,
) -> Poll<Result<F::Output, Box<dyn Any + Send>>> {
    match catch_unwind(AssertUnwindSafe(|| future.poll(context))) {
        Ok(polled) => polled.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a value that is no text")
}
