//! What is watched while a handler runs: its time, its client, and the body that it reads.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Method, StatusCode};

use super::super::clock;
use super::super::connection::{on_disconnect, panic_text};
use super::super::deadline::{Timer, Waited, after};
use super::answer::Exchange;
use super::body::Pumped;
use super::record::Record;
use crate::http::Response;
use crate::observe::{Ended, Timeout};
use crate::respond::{IntoResponse, Problem};
use crate::routing::{OnDisconnect, Policy};

/// What is watched while a handler runs.
pub(super) struct Watch {
    policy: &'static Policy,
    on_disconnect: OnDisconnect,
    waited: Waited,
    /// The client has left, and the handler may finish.
    left: bool,
    timer: Timer,
}

impl Watch {
    pub(super) fn new(policy: &'static Policy, method: &Method) -> Self {
        let on_disconnect = policy.on_disconnect.unwrap_or_else(|| on_disconnect(method));
        Self { policy, on_disconnect, waited: Waited::default(), left: false, timer: Timer::default() }
    }

    /// Runs a handler until it is known what is answered; `None` where nobody is there to take it.
    pub(super) fn poll(
        &mut self,
        exchange: &mut Exchange,
        mut answer: Pin<&mut impl Future<Output = Response>>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Response>> {
        let Exchange { record, respond, pump, .. } = exchange;
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
        let since = self.waited.since(pumped == Pumped::Waiting);
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
