//! What is around a request's handler while it runs: its span, and its name for the log.
//!
//! Whatever a handler, an extractor, a middleware or a body logs belongs to a request. A subscriber that records spans
//! learns which by the span `request`; the log of a program without a subscriber records none, and is told by thread.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;

use http::StatusCode;
use tracing::Span;
use tracing::field::Empty;

use super::client_text::ClientText;
use super::{Ended, Mask};
use crate::http::{Request, RequestId, TraceContext};
use crate::log::Escaped;

thread_local! {
    /// The request that this thread works for, where its name was made here; of those that were given one, the other.
    static MADE: Cell<Option<(u64, u64)>> = const { Cell::new(None) };
    static GIVEN: RefCell<Option<RequestId>> = const { RefCell::new(None) };
}

/// The span of a request whose route is known; `None` where nobody records it.
///
/// Its target is `server::request`, its level INFO, and its fields are those of the access log.
#[inline]
pub(crate) fn request_span(request: &Request, id: &RequestId, mask: &Mask) -> Option<Box<Span>> {
    let span = tracing::info_span!(
        target: "server::request",
        "request",
        request_id = %id,
        trace_id = TraceContext::of(request).trace_id(),
        client = request.client_addr().map(|addr| tracing::field::display(ClientText(addr))),
        method = %request.method(),
        request_target = %Masked(mask, request.target()),
        route = request.full_pattern(),
        status = Empty,
        ended = Empty,
    );
    (!span.is_disabled()).then(|| Box::new(span))
}

/// A target as a field has it.
struct Masked<'a>(&'a Mask, &'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(mask, target) = self;
        Escaped(&String::from_utf8_lossy(&mask.apply(target.as_bytes()))).fmt(f)
    }
}

/// Tells the span how its request ended.
pub(crate) fn conclude(span: &Span, status: Option<StatusCode>, ended: Ended) {
    if let Some(status) = status {
        span.record("status", status.as_u16());
    }
    span.record("ended", ended.name());
}

/// Lets this thread work for a request until what is given back is dropped.
#[inline(always)]
#[must_use]
pub(crate) fn enter<'a>(id: Option<&RequestId>, span: Option<&'a Span>) -> Entered<'a> {
    let made = id.and_then(RequestId::made_parts);
    let is_given = made.is_none() && id.is_some();
    if is_given {
        set_given(id.cloned());
    }
    Entered { _span: span.map(Span::enter), before: MADE.replace(made), is_given }
}

/// This thread works for a request.
pub(crate) struct Entered<'a> {
    _span: Option<tracing::span::Entered<'a>>,
    before: Option<(u64, u64)>,
    is_given: bool,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        MADE.set(self.before);
        if self.is_given {
            set_given(None);
        }
    }
}

/// Out of the way of all those that are named here.
#[cold]
fn set_given(id: Option<RequestId>) {
    GIVEN.set(id);
}

/// The request that this thread works for.
pub(crate) fn current_id() -> Option<RequestId> {
    MADE.get().map(RequestId::of_parts).or_else(|| GIVEN.with_borrow(Clone::clone))
}

/// Runs a future for a request.
pub(crate) async fn around<F: Future>(id: RequestId, span: Option<Box<Span>>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let _entered = enter(Some(&id), span.as_deref());
        future.as_mut().poll(context)
    })
    .await
}

/// The request that this thread works for, to take along to another.
pub(crate) struct Baggage {
    id: Option<RequestId>,
    span: Span,
}

impl Baggage {
    pub(crate) fn pack() -> Self {
        Self { id: current_id(), span: Span::current() }
    }

    pub(crate) fn enter(&self) -> Entered<'_> {
        enter(self.id.as_ref(), (!self.span.is_none()).then_some(&self.span))
    }
}
