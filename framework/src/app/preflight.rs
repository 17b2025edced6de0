//! CORS preflights: which layers see them, so that a [`Cors`](crate::layers::Cors) works wherever it stands.
//!
//! A preflight is an OPTIONS request about another method (Fetch §3.2). The table finds the route of that method, and
//! of the layers around it those that answer preflights are put inside the server's; authentication of a scope, say,
//! never sees it. A browser keeps the answer for each method that it lists, so that only those are listed whose routes
//! have the same layers: what one route allows is never taken for another.

use http::Method;

use super::{App, Target};
use crate::http::{Preflight, Request};
use crate::middleware::Layer;
use crate::routing::{Allowed, Captures, Found};

impl<S: Send + Sync> App<S> {
    /// What answers a preflight, where a layer does; then what it asks about is noted in the request.
    pub(super) fn preflight(&self, request: &mut Request) -> Option<Target> {
        let wanted = Preflight::wanted(request)?;
        let route = self.route_of(&wanted, request.path());
        let inside = self.answering_preflights(route);
        if inside.is_empty() && !self.layers.iter().any(|layer| layer.answers_preflights()) {
            return None;
        }
        let (target, methods) = if let Some(allow) = self.routes.table().allowed(request.path()) {
            let methods = self.alike(&allow, &inside, request.path());
            (Target::Preflight(allow, route), Some(methods))
        } else {
            let (index, rest) = self.mounts.find(request.path())?;
            (Target::Mount(index, rest), None)
        };
        request.extensions_mut().insert(Preflight { methods });
        Some(target)
    }

    /// The layers around a route that answer preflights, outermost first.
    pub(super) fn answering_preflights(&self, route: Option<usize>) -> Vec<Option<&'static dyn Layer<S>>> {
        let Some((_, layers)) = route.and_then(|index| self.routes.bound(index)) else { return Vec::new() };
        let answers = |layer: &Option<&'static dyn Layer<S>>| layer.is_some_and(|it| it.answers_preflights());
        layers.iter().copied().filter(answers).collect()
    }

    /// The methods of a path that have the very layers of `inside`.
    fn alike(
        &self,
        allow: &Allowed,
        inside: &[Option<&'static dyn Layer<S>>],
        path: &str,
    ) -> Vec<&'static str> {
        let is_alike = |method: &&&'static str| {
            let route = Method::from_bytes(method.as_bytes()).ok().and_then(|it| self.route_of(&it, path));
            route.is_some() && are_same(&self.answering_preflights(route), inside)
        };
        allow.methods().iter().filter(is_alike).copied().collect()
    }

    fn route_of(&self, method: &Method, path: &str) -> Option<usize> {
        match self.routes.table().find(method, path, &mut Captures::default()) {
            Found::Route(index) => Some(index),
            Found::MethodNotAllowed | Found::NotFound => None,
        }
    }
}

/// Whether these are the same values, not only equal ones.
fn are_same<S>(a: &[Option<&'static dyn Layer<S>>], b: &[Option<&'static dyn Layer<S>>]) -> bool {
    let (a, b) = (a.iter().copied().flatten(), b.iter().copied().flatten());
    a.map(|layer| std::ptr::from_ref(layer).cast::<()>()).eq(b.map(|layer| std::ptr::from_ref(layer).cast()))
}
