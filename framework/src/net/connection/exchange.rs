//! One request and its handler: the body is pumped while the handler runs, until there is a response.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Method, StatusCode};
use tokio::time::Instant;

use super::super::deadline::{MinRate, after};
use super::super::{Application, Routed, Transport};
use super::answer::Message;
use super::pump::{Pump, Pumped};
use super::wire::{Following, Gone, Wire};
use super::{After, Connection};
use crate::extract::rejection::BodyRejection;
use crate::h1::{BodyDecoder, Expect, Framing, ParsedHead};
use crate::http::{BodyError, Request, RequestId, Response};
use crate::observe::{Ended, Timeout};
use crate::respond::{IntoResponse, Problem};
use crate::routing::OnDisconnect;

/// How a handler ended.
enum Outcome {
    Response(Response),
    /// It panicked; the message is logged, never sent.
    Panicked(Box<dyn Any + Send>),
    /// `request_timeout`, or the route's own, passed before there was a response.
    TimedOut,
    /// The client has left, and the handler was dropped or has ended.
    ClientLeft,
}

impl<IO, A> Connection<IO, A>
where
    IO: Transport,
    A: Application,
{
    /// Answers one request.
    pub(super) async fn exchange(&mut self, mut request: Request, head: ParsedHead) -> After {
        let id = RequestId::generate();
        request.set_origin(self.wire.journal.client_addr(), id);
        request.set_counters(self.wire.journal.witness().counters());
        request.set_shutdown(self.wire.place.shutdown());
        let message = Message::of(&request, &head);
        let Routed { target, policy, slot } = self.app.route(&mut request);
        self.wire.journal.requested(id, request.full_pattern(), slot);
        self.wire.place.handling();
        self.wire.body = BodyDecoder::new(head.framing);
        self.wire.following = if message.is_last() { Following::Nothing } else { Following::Requests };
        let limit = policy.body_limit.unwrap_or(self.wire.limits.max_body);
        request.set_body_limit(limit);
        if let Some(refusal) = refusal(&head, &request) {
            return self.turn_away(refusal, message).await;
        }

        let rate = MinRate::new(self.wire.limits.body_min_rate, self.wire.limits.rate_grace);
        let mut pump = Pump::attach(&head, limit, rate, &mut request, &mut self.wire);
        let watch = Watch {
            timeout: policy.timeout.unwrap_or(self.wire.limits.request_timeout),
            on_disconnect: policy.on_disconnect.unwrap_or_else(|| on_disconnect(request.method())),
            since: None,
            client_since: None,
            left: false,
        };
        let outcome = {
            // Pinned where it is made: moved into `run`, a handler's future would be copied twice.
            let answer = pin!(self.app.answer(request, target));
            run(&mut self.wire, &mut pump, watch, answer).await
        };
        let response = match outcome {
            Outcome::Response(response) => response,
            Outcome::Panicked(panic) => {
                self.wire.journal.tally().panicked();
                tracing::error!(request_id = %id, panic = panic_text(panic.as_ref()), "a handler panicked");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
            }
            Outcome::TimedOut => {
                self.wire.journal.note(Ended::TimedOut(Timeout::Request));
                let detail = "the server did not answer in time";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail(detail).into_response()
            }
            Outcome::ClientLeft => {
                self.wire.journal.note(Ended::ClientLeft);
                return After::Abort;
            }
        };
        self.respond(response, message, &mut pump).await
    }

    /// Answers a request whose body is not going to be read.
    async fn turn_away(&mut self, refusal: Response, message: Message) -> After {
        let message = message.closing();
        match self.respond(refusal, message, &mut Pump::nothing()).await {
            After::Abort => After::Abort,
            After::Next | After::Close | After::Leave | After::Linger => After::Linger,
        }
    }
}

/// What can be refused on the head alone, before a handler runs.
fn refusal(head: &ParsedHead, request: &Request) -> Option<Response> {
    // No connection here is secured: an https resource is not to be had over it (RFC 9110 §7.4).
    if request.target().get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        let detail = "an https resource cannot be asked for over a connection that is not secured";
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST).detail(detail).into_response());
    }
    if head.expect == Expect::Other {
        let detail = "the only expectation that is understood is 100-continue";
        return Some(Problem::new(StatusCode::EXPECTATION_FAILED).detail(detail).into_response());
    }
    let limit = request.body_limit();
    match head.framing {
        Framing::Sized(len) if len > limit => {
            Some(BodyRejection::new(BodyError::TooLarge { limit }, request).into_response())
        }
        Framing::Sized(_) | Framing::Chunked | Framing::Empty => None,
    }
}

/// What a client that leaves does to its handler, where the route says nothing: a GET or HEAD changes nothing, and can
/// be dropped where it stands.
pub(super) fn on_disconnect(method: &Method) -> OnDisconnect {
    if matches!(*method, Method::GET | Method::HEAD) { OnDisconnect::Cancel } else { OnDisconnect::Finish }
}

/// What is watched while a handler runs.
struct Watch {
    timeout: Duration,
    on_disconnect: OnDisconnect,
    /// When the handler first had to wait: one that answers at once costs no look at the clock.
    since: Option<Instant>,
    /// Since when it waits for the client's body: that time is `body_min_rate`'s to judge, and does not count here.
    client_since: Option<Instant>,
    /// The client has left, and the handler may finish.
    left: bool,
}

/// Runs a handler to its response.
async fn run<IO: Transport>(
    wire: &mut Wire<IO>,
    pump: &mut Pump,
    mut watch: Watch,
    mut answer: Pin<&mut impl Future<Output = Response>>,
) -> Outcome {
    poll_fn(|context| {
        loop {
            match poll_caught(answer.as_mut(), context) {
                Poll::Ready(_) if watch.left => return Poll::Ready(Outcome::ClientLeft),
                Poll::Ready(Ok(response)) => return Poll::Ready(Outcome::Response(response)),
                Poll::Ready(Err(panic)) => return Poll::Ready(Outcome::Panicked(panic)),
                Poll::Pending => {}
            }
            let pumped = pump.pump(wire, context);
            if pumped != Pumped::Progress {
                return watch.wait(wire, pumped, context);
            }
        }
    })
    .await
}

impl Watch {
    /// The handler waits: writes what earlier requests were answered, and looks whether the client or time has gone.
    fn wait<IO: Transport>(
        &mut self,
        wire: &mut Wire<IO>,
        pumped: Pumped,
        context: &mut Context<'_>,
    ) -> Poll<Outcome> {
        wire.input.shrink();
        let since = self.since(pumped);
        if pumped == Pumped::Idle {
            self.left |= wire.has_left(since, context);
        }
        if let Poll::Ready(Err(Gone)) = wire.poll_flush(context) {
            self.left = true;
        }
        self.left |= wire.gone;
        if self.left && self.on_disconnect == OnDisconnect::Cancel {
            return Poll::Ready(Outcome::ClientLeft);
        }
        let counts = !self.timeout.is_zero() && pumped != Pumped::Waiting;
        if counts && wire.is_due(after(since, self.timeout), context) {
            return Poll::Ready(if self.left { Outcome::ClientLeft } else { Outcome::TimedOut });
        }
        Poll::Pending
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

/// Polls user code; a panic in it is caught. The future is not polled again after one.
pub(super) fn poll_caught<F: Future + ?Sized>(
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
