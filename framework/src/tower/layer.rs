//! [`layer()`]: a layer of tower as middleware.
//!
//! A service of tower owns what it calls, and lives as long as the server; the rest of a chain of ours is borrowed, for
//! one request. So the layer is put around [`Inner`], once, which has nothing but finds in each request's extensions the
//! place where the rest of the chain waits for it. The middleware drives both in turn: the service, and, once that has
//! called for it, the rest.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use http::StatusCode;
use tower_layer::Layer;
use tower_service::Service;

use super::convert::{Carried, request_in, request_out, response_in, response_out};
use crate::http::{Body, BoxError, Request, Response};
use crate::middleware::{Middleware, Next};
use crate::respond::{IntoResponse, Problem};

/// Makes middleware of a layer of tower, to stand wherever middleware stands.
///
/// The layer sees the request with its fields, extensions and body, and may change these; by method and target it was
/// routed already. An answer that reports a problem (RFC 9457) has no body yet, as that is written where it leaves the
/// server. An error of the service is a 500, told in the log.
///
/// At a route or a scope, where a layer cannot be made while the table is compiled, it is a `LazyLock`:
///
/// ```
/// use std::sync::LazyLock;
/// use std::time::Duration;
///
/// use server::{StatusCode, get};
/// use server::tower::{Inner, TowerLayer, layer};
/// use tower_http::timeout::{Timeout, TimeoutLayer};
///
/// static BRIEF: LazyLock<TowerLayer<Timeout<Inner>>> = LazyLock::new(|| {
///     layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(5)))
/// });
///
/// #[get("/report", with = [BRIEF])]
/// async fn report() -> &'static str {
///     "all is well"
/// }
/// ```
///
/// The layer is put on once, when this is called; its service is cloned for each request, as tower has it. One that
/// calls the service inside a second time for a request, as a retry does, is answered with 500 there.
pub fn layer<L: Layer<Inner>>(layer: L) -> TowerLayer<L::Service> {
    TowerLayer(layer.layer(Inner(())))
}

/// A layer of tower as middleware; what [`layer()`] makes.
#[derive(Clone)]
pub struct TowerLayer<T>(T);

impl<S, T, B> Middleware<S> for TowerLayer<T>
where
    S: Sync,
    T: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    T::Error: Into<BoxError>,
    T::Future: Send,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        let meeting = Arc::new(Mutex::new(Meeting::default()));
        let (mut request, ours) = request_out(request);
        request.extensions_mut().insert(Seat { meeting: Arc::clone(&meeting), ours: Carried::new(ours) });
        let mut service = self.0.clone();
        let mut called = pin!(async move {
            poll_fn(|context| service.poll_ready(context)).await?;
            service.call(request).await
        });
        let (mut next, mut running) = (Some(next), None);
        poll_fn(|context| {
            loop {
                if let Poll::Ready(result) = called.as_mut().poll(context) {
                    return Poll::Ready(result.map_or_else(|error| failed(error.into()), response_in));
                }
                if let Some(asked) = lock(&meeting).take_request(context) {
                    running = next.take().map(|next| Box::pin(next.run(asked)));
                }
                let Some(rest) = &mut running else { return Poll::Pending };
                let Poll::Ready(response) = rest.as_mut().poll(context) else { return Poll::Pending };
                running = None;
                lock(&meeting).answer(response);
            }
        })
        .await
    }
}

impl<T> fmt::Debug for TowerLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerLayer").finish_non_exhaustive()
    }
}

/// What is answered where a service fails.
pub(super) fn failed(error: BoxError) -> Response {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR).source(error).into_response()
}

/// The service inside of a layer: the rest of the chain, down to the handler.
#[derive(Clone, Debug)]
pub struct Inner(());

impl<B> Service<http::Request<B>> for Inner
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = InnerFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: http::Request<B>) -> InnerFuture {
        let seat = request.extensions_mut().remove::<Seat>();
        let Some(Seat { meeting, ours }) = seat else {
            return InnerFuture(State::Refused("a layer has dropped the request's extensions"));
        };
        let Some(ours) = ours.take() else {
            return InnerFuture(State::Refused("a layer has called the service inside a second time"));
        };
        lock(&meeting).ask(request_in(request, ours));
        InnerFuture(State::Waiting(meeting))
    }
}

/// The answer of an [`Inner`] on its way.
pub struct InnerFuture(State);

enum State {
    Waiting(Arc<Mutex<Meeting>>),
    Refused(&'static str),
}

impl Future for InnerFuture {
    type Output = Result<http::Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = match &self.0 {
            State::Waiting(meeting) => lock(meeting).poll_response(context),
            State::Refused(reason) => Poll::Ready(failed((*reason).into())),
        };
        response.map(|response| Ok(response_out(response)))
    }
}

impl fmt::Debug for InnerFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InnerFuture").finish_non_exhaustive()
    }
}

/// Where a request, inside of all layers, finds the rest of its chain.
#[derive(Clone)]
struct Seat {
    meeting: Arc<Mutex<Meeting>>,
    /// What of the request did not go out.
    ours: Carried<Request>,
}

/// Where the service asks, and the middleware answers. Both are in one task as a rule, but a layer may move the service to
/// another.
#[derive(Default)]
struct Meeting {
    request: Option<Request>,
    response: Option<Response>,
    /// Who waits for the request, and who for the response.
    answering: Option<Waker>,
    asking: Option<Waker>,
}

impl Meeting {
    fn ask(&mut self, request: Request) {
        self.request = Some(request);
        if let Some(waker) = self.answering.take() {
            waker.wake();
        }
    }

    fn take_request(&mut self, context: &Context<'_>) -> Option<Request> {
        let request = self.request.take();
        if request.is_none() {
            self.answering = Some(context.waker().clone());
        }
        request
    }

    fn answer(&mut self, response: Response) {
        self.response = Some(response);
        if let Some(waker) = self.asking.take() {
            waker.wake();
        }
    }

    fn poll_response(&mut self, context: &Context<'_>) -> Poll<Response> {
        match self.response.take() {
            Some(response) => Poll::Ready(response),
            None => {
                self.asking = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

fn lock(meeting: &Mutex<Meeting>) -> MutexGuard<'_, Meeting> {
    meeting.lock().unwrap_or_else(PoisonError::into_inner)
}
