//! The chain of middleware around one handler, and [`Next`], the rest of it.
//!
//! A chain borrows the layers of the server and those that the table holds for the route; it copies and allocates
//! nothing. A route's chain is the application itself: a place says which route, and how deep in its layers a request is.
//! Each layer's future is one allocation; a handler that need not wait answers without one.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Kind, Middleware};
use crate::http::{Request, Response};
use crate::routing::Reply;

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

    /// [`Middleware::KIND`].
    #[doc(hidden)]
    fn kind(&self) -> Kind;

    /// The name of one of the box, or the type's own, for listings.
    #[doc(hidden)]
    fn name(&self) -> &'static str;
}

impl<S: Sync, M: Middleware<S>> Layer<S> for M {
    fn call<'a>(&'a self, request: Request, state: &'a S, next: Next<'a>) -> BoxFuture<'a, Response> {
        Box::pin(Middleware::call(self, request, state, next))
    }

    fn answers_preflights(&self) -> bool {
        Middleware::answers_preflights(self)
    }

    fn kind(&self) -> Kind {
        M::KIND
    }

    fn name(&self) -> &'static str {
        if let Some(name) = M::KIND.name() {
            return name;
        }
        let path = std::any::type_name::<M>();
        let path = path.split('<').next().unwrap_or(path);
        path.rsplit("::").next().unwrap_or(path)
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
    place: Place,
}

impl<'a> Next<'a> {
    /// What is left of a chain at a place.
    pub(crate) fn new(chain: &'a dyn Continue, place: Place) -> Self {
        Self { chain, place }
    }

    /// Asks the rest of the chain for its response.
    ///
    /// Nothing of it runs before the future is polled.
    pub fn run(self, request: Request) -> impl Future<Output = Response> + Send + use<'a> {
        Running::Begin { next: self, request: Some(request) }
    }

    /// The same rest, to be asked once more.
    pub(super) fn again(&self) -> Self {
        Self { chain: self.chain, place: self.place }
    }

    /// Whether [`Next::detach`] can do it.
    pub(super) fn is_detachable(&self) -> bool {
        self.chain.is_detachable()
    }

    /// Gives `work` this rest of the chain beside the request that it is of; `None` where that ends with the request.
    pub(super) fn detach(&self, work: Detached) -> Option<BoxFuture<'static, ()>> {
        self.chain.detach(self.place, work)
    }

    /// Whether one of the layers inside answers preflights.
    pub(super) fn answers_preflights(&self) -> bool {
        self.chain.answers_preflights(self.place)
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("place", &self.place).finish_non_exhaustive()
    }
}

/// The rest of a chain under way: written out, as the future of an `async fn` keeps its arguments twice.
enum Running<'a> {
    /// Nothing of it has run.
    Begin { next: Next<'a>, request: Option<Request> },
    /// It waits.
    Later(BoxFuture<'a, Response>),
}

impl Future for Running<'_> {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        loop {
            match &mut *self {
                Self::Begin { next, request } => {
                    let request = request.take().expect("what is ready is not polled again");
                    match next.chain.run(request, next.place) {
                        Reply::Ready(response) => return Poll::Ready(response),
                        Reply::Later(reply) => *self = Self::Later(reply),
                    }
                }
                Self::Later(reply) => return reply.as_mut().poll(context),
            }
        }
    }
}

/// Where in a chain a request is; small, as each layer's future holds it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// The index of the route in its table, where the chain is a route's.
    route: u32,
    /// How many layers stand around.
    depth: u32,
}

impl Place {
    /// Outside of all layers of a route.
    pub(crate) fn outside(route: usize) -> Self {
        // A table has fewer.
        Self { route: u32::try_from(route).unwrap_or(u32::MAX), depth: 0 }
    }

    /// The route's index.
    pub(crate) fn route(self) -> usize {
        self.route as usize
    }

    /// How many layers stand around.
    pub(crate) fn depth(self) -> usize {
        self.depth as usize
    }

    /// One layer further in.
    pub(crate) fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

/// What is done with the rest of a chain beside the request that it is of.
pub(crate) type Detached = Box<dyn for<'a> FnOnce(Next<'a>) -> BoxFuture<'a, ()> + Send>;

/// A chain without its state's type, so that [`Next`] needs none.
pub(crate) trait Continue: Sync {
    /// Lets the layer of this place answer, or what stands inside of them all.
    fn run(&self, request: Request, place: Place) -> Reply<'_>;

    /// Whether a layer at this place or deeper answers preflights.
    fn answers_preflights(&self, place: Place) -> bool;

    /// Whether it can be had for longer than the request lasts.
    fn is_detachable(&self) -> bool {
        false
    }

    /// Gives `work` the rest of the chain from `place` on, for as long as it takes.
    fn detach(&self, place: Place, work: Detached) -> Option<BoxFuture<'static, ()>> {
        let _ = (place, work);
        None
    }
}

/// The layers around an answer, outermost first.
pub(crate) struct Layers<'a, S: 'static> {
    /// The server's.
    pub(crate) server: &'a [Box<dyn Layer<S>>],
    /// Those of scopes and route.
    pub(crate) route: &'a [Option<&'static dyn Layer<S>>],
}

impl<'a, S> Layers<'a, S> {
    /// The layer inside of `depth` others.
    pub(crate) fn at(&self, depth: usize) -> Option<&'a dyn Layer<S>> {
        match self.server.get(depth) {
            Some(layer) => Some(&**layer),
            None => self.route.get(depth - self.server.len()).copied().flatten().map(|layer| layer as _),
        }
    }

    /// Whether a layer at this depth or deeper answers preflights.
    pub(crate) fn answer_preflights(&self, depth: usize) -> bool {
        (depth..).map_while(|depth| self.at(depth)).any(|layer| layer.answers_preflights())
    }
}

/// The chain around what no handler answers: no route, another method, a mount.
pub(crate) struct Chain<'l, 'a, S: 'static> {
    pub(crate) layers: Layers<'l, S>,
    pub(crate) answer: &'a (dyn Fn(Request) -> BoxFuture<'a, Response> + Sync),
    pub(crate) state: &'a S,
}

impl<S: Sync> Chain<'_, '_, S> {
    pub(crate) fn start(&self, request: Request) -> impl Future<Output = Response> + Send {
        Next::new(self, Place::default()).run(request)
    }
}

impl<S: Sync> Continue for Chain<'_, '_, S> {
    fn run(&self, request: Request, place: Place) -> Reply<'_> {
        Reply::Later(match self.layers.at(place.depth()) {
            Some(layer) => layer.call(request, self.state, Next::new(self, place.deeper())),
            None => (self.answer)(request),
        })
    }

    fn answers_preflights(&self, place: Place) -> bool {
        self.layers.answer_preflights(place.depth())
    }
}
