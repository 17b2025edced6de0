//! The chain of middleware around one handler, and [`Next`], the rest of it.
//!
//! A chain borrows the layers of the server and those that the table holds for the route; it copies and allocates
//! nothing. Each layer's future is one allocation; a handler that need not wait answers without one.

use std::fmt;
use std::pin::Pin;

use super::Middleware;
use crate::http::{Request, Response};
use crate::routing::{HandlerFn, Reply};

/// A boxed future; what a layer's call and a handler's call give.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A [`Middleware`] without its type, as tables and servers hold it.
///
/// It is never written by hand: each [`Middleware`] is one. Its use is a list whose members differ in type.
///
/// ```
/// use server::{Layer, Next, Request, Response, middleware};
///
/// #[middleware]
/// async fn log(request: Request, next: Next<'_>) -> Response {
///     next.run(request).await
/// }
///
/// #[middleware]
/// async fn auth(request: Request, next: Next<'_>) -> Response {
///     next.run(request).await
/// }
///
/// let layers: Vec<Box<dyn Layer<()>>> = vec![Box::new(log), Box::new(auth)];
/// assert_eq!(layers.len(), 2);
/// ```
pub trait Layer<S>: Send + Sync + 'static {
    /// Boxes the middleware's future.
    fn call<'a>(
        &'a self,
        request: Request,
        state: &'a S,
        next: Next<'a>,
    ) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

    /// [`Middleware::answers_preflights`].
    #[doc(hidden)]
    fn answers_preflights(&self) -> bool;
}

impl<S: Sync, M: Middleware<S>> Layer<S> for M {
    fn call<'a>(&'a self, request: Request, state: &'a S, next: Next<'a>) -> BoxFuture<'a, Response> {
        Box::pin(Middleware::call(self, request, state, next))
    }

    fn answers_preflights(&self) -> bool {
        Middleware::answers_preflights(self)
    }
}

/// What is still to come after a middleware: the layers inside of it and the handler.
///
/// ```
/// use server::{Next, Request, Response, StatusCode, middleware};
///
/// #[middleware]
/// async fn read_only(request: Request, next: Next<'_>) -> Response {
///     match request.method().is_safe() {
///         true => next.run(request).await,
///         false => Response::new(StatusCode::FORBIDDEN),
///     }
/// }
/// ```
pub struct Next<'a> {
    chain: &'a dyn Continue,
    depth: usize,
}

impl<'a> Next<'a> {
    /// Asks the rest of the chain for its response.
    pub async fn run(self, request: Request) -> Response {
        let reply = match self.chain.run(request, self.depth) {
            Reply::Ready(response) => return response,
            Reply::Later(reply) => reply,
        };
        reply.await
    }

    /// Whether one of the layers inside answers preflights.
    pub(super) fn answers_preflights(&self) -> bool {
        self.chain.answers_preflights(self.depth)
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("depth", &self.depth).finish_non_exhaustive()
    }
}

/// A chain without its state's type, so that [`Next`] needs none.
trait Continue: Sync {
    fn run(&self, request: Request, depth: usize) -> Reply<'_>;

    /// Whether a layer at this depth or deeper answers preflights.
    fn answers_preflights(&self, depth: usize) -> bool;
}

/// All that stands between a routed request and its response.
pub(crate) struct Chain<'a, S: 'static> {
    /// The server's layers, outermost first.
    pub(crate) server: &'a [Box<dyn Layer<S>>],
    /// The layers of scopes and route, outermost first.
    pub(crate) route: &'a [Option<&'static dyn Layer<S>>],
    pub(crate) handler: Terminal<'a, S>,
    pub(crate) state: &'a S,
}

/// What answers inside the innermost layer.
pub(crate) enum Terminal<'a, S: 'static> {
    Handler(HandlerFn<S>),
    /// What no handler answers: no route, another method, a mount.
    Other(&'a (dyn Fn(Request) -> BoxFuture<'a, Response> + Sync)),
}

impl<S: Sync> Chain<'_, S> {
    pub(crate) async fn start(&self, request: Request) -> Response {
        Next { chain: self, depth: 0 }.run(request).await
    }
}

impl<S: Sync> Continue for Chain<'_, S> {
    fn run(&self, request: Request, depth: usize) -> Reply<'_> {
        let next = Next { chain: self, depth: depth + 1 };
        if let Some(layer) = self.server.get(depth) {
            return Reply::Later(layer.call(request, self.state, next));
        }
        if let Some(Some(layer)) = self.route.get(depth - self.server.len()) {
            return Reply::Later(layer.call(request, self.state, next));
        }
        match &self.handler {
            Terminal::Handler(handler) => handler.call(request, self.state),
            Terminal::Other(answer) => Reply::Later(answer(request)),
        }
    }

    fn answers_preflights(&self, depth: usize) -> bool {
        let server = self.server.iter().map(|layer| &**layer);
        let mut inside = server.chain(self.route.iter().copied().flatten()).skip(depth);
        inside.any(|layer| layer.answers_preflights())
    }
}
