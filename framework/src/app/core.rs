//! What of an application knows the state's type: the handlers, what stands around them, the mounts.
//!
//! All else, the engine among it, is compiled once, with this crate, and not again for each state. A request comes here
//! by one call that is looked up, of [`Continue::run`], which middleware needs in any case.

use std::sync::{Arc, Weak};

use http::StatusCode;

use crate::http::{Request, Response};
use crate::middleware::{BoxFuture, Chain, Continue, Detached, Layer, Layers, Next, Place};
use crate::respond::{IntoResponse, Problem};
use crate::routing::{LaidOut, Mounts, Reply, Routes, Table};

/// The handlers with their state, and what stands around them.
pub(crate) struct Core<S: 'static> {
    pub(crate) routes: LaidOut<S>,
    pub(crate) mounts: Mounts<S>,
    /// The server's middleware, outermost first.
    pub(crate) layers: Vec<Box<dyn Layer<S>>>,
    pub(crate) state: S,
    /// The core itself: for what outlasts a request.
    this: Weak<Self>,
}

/// What stands inside of all layers.
pub(crate) type Answer<'a> = &'a (dyn Fn(Request) -> BoxFuture<'a, Response> + Sync);

/// A [`Core`] without its state's type.
pub(crate) trait AnyCore: Continue + Send {
    fn table(&self) -> &'static Table;

    /// Where the chain of what no route answers begins: the server's layers, and those of this route that answer
    /// preflights.
    fn around<'a>(
        &'a self,
        request: Request,
        route: Option<usize>,
        answer: Answer<'a>,
    ) -> BoxFuture<'a, Response>;

    /// Lets the mount of this index answer; what lies below it begins there in the path.
    fn call_mount(&self, index: usize, start: usize, request: Request) -> BoxFuture<'_, Response>;

    /// The index of the mount for this path, and where in the path what lies below it begins.
    fn find_mount(&self, path: &str) -> Option<(usize, usize)>;

    /// The prefixes that something is mounted at.
    fn mounts(&self) -> Vec<&str>;

    /// Whether a layer of the server answers preflights.
    fn answers_preflights_itself(&self) -> bool;

    /// Which layers of a route answer preflights, outermost first: their addresses, which tell them apart.
    fn answering_preflights(&self, route: usize) -> Vec<usize>;
}

/// The chain around a handler: the server's layers, then those of its scopes and its own.
impl<S: Send + Sync + 'static> Continue for Core<S> {
    fn run(&self, request: Request, place: Place) -> Reply<'_> {
        let Some((handler, route)) = self.routes.bound(place.route()) else { return nowhere() };
        match (Layers { server: &self.layers, route }).at(place.depth()) {
            Some(layer) => Reply::Later(layer.call(request, &self.state, Next::new(self, place.deeper()))),
            None => handler.call(request, &self.state),
        }
    }

    fn answers_preflights(&self, place: Place) -> bool {
        let route = self.routes.bound(place.route()).map_or(&[][..], |(_, layers)| layers);
        Layers { server: &self.layers, route }.answer_preflights(place.depth())
    }

    fn is_detachable(&self) -> bool {
        self.this.strong_count() > 0
    }

    fn detach(&self, place: Place, work: Detached) -> Option<BoxFuture<'static, ()>> {
        let core = self.this.upgrade()?;
        Some(Box::pin(async move { work(Next::new(&*core, place)).await }))
    }
}

/// What answers where the table has no such route; no request comes there.
#[cold]
fn nowhere<'a>() -> Reply<'a> {
    Reply::Ready(Problem::new(StatusCode::NOT_FOUND).into_response())
}

impl<S: Send + Sync + 'static> AnyCore for Core<S> {
    fn table(&self) -> &'static Table {
        self.routes.table
    }

    fn around<'a>(
        &'a self,
        request: Request,
        route: Option<usize>,
        answer: Answer<'a>,
    ) -> BoxFuture<'a, Response> {
        Box::pin(async move {
            let route: Vec<_> =
                route.into_iter().flat_map(|route| self.preflighted(route)).map(Some).collect();
            let layers = Layers { server: &self.layers, route: &route };
            Chain { layers, answer, state: &self.state }.start(request).await
        })
    }

    fn call_mount(&self, index: usize, start: usize, request: Request) -> BoxFuture<'_, Response> {
        self.mounts.call(index, request, (start, self.routes.table), &self.state)
    }

    fn find_mount(&self, path: &str) -> Option<(usize, usize)> {
        self.mounts.find(path)
    }

    fn mounts(&self) -> Vec<&str> {
        self.mounts.prefixes().collect()
    }

    fn answers_preflights_itself(&self) -> bool {
        self.layers.iter().any(|layer| layer.answers_preflights())
    }

    fn answering_preflights(&self, route: usize) -> Vec<usize> {
        self.preflighted(route).map(|layer| std::ptr::from_ref(layer).addr()).collect()
    }
}

impl<S: Send + Sync + 'static> Core<S> {
    /// Lets all workers have it, and itself.
    pub(crate) fn shared(
        routes: Routes<S>,
        mounts: Mounts<S>,
        layers: Vec<Box<dyn Layer<S>>>,
        state: S,
    ) -> Arc<Self> {
        let routes = routes.laid_out();
        Arc::new_cyclic(|this| Self { routes, mounts, layers, state, this: Weak::clone(this) })
    }

    /// The layers around a route that answer preflights, outermost first.
    fn preflighted(&self, route: usize) -> impl Iterator<Item = &'static dyn Layer<S>> {
        let layers = self.routes.bound(route).map_or(&[][..], |(_, layers)| layers);
        layers.iter().copied().flatten().filter(|layer| layer.answers_preflights())
    }
}
