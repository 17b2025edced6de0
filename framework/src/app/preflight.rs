//! CORS preflights: which layers see them, so that a [`Cors`](crate::layers::Cors) works wherever it stands.
//!
//! A preflight is an OPTIONS request about another method (Fetch §3.2). The table finds the route of that method, and
//! of the layers around it those that answer preflights are put inside the server's; authentication of a scope, say,
//! never sees it. A browser keeps the answer for each method that it lists, so that only those are listed whose routes
//! have the same layers: what one route allows is never taken for another.

use http::Method;

use super::{App, Unrouted};
use crate::http::{Preflight, Request};
use crate::routing::{Allowed, Captures, Found};

impl App {
    /// What answers a preflight, where a layer does; then what it asks about is noted in the request.
    pub(super) fn preflight(&self, request: &mut Request) -> Option<Unrouted> {
        let wanted = Preflight::wanted(request)?;
        let route = self.route_of(&wanted, request.path());
        let inside = self.answering_preflights(route);
        if inside.is_empty() && !self.core.answers_preflights_itself() {
            return None;
        }
        let (target, methods) = if let Some(allow) = self.table.allowed(request.path()) {
            let methods = self.alike(&allow, &inside, request.path());
            (Unrouted::Preflight(allow, route), Some(methods))
        } else {
            let (index, rest) = self.core.find_mount(request.path())?;
            (Unrouted::Mount(index, rest), None)
        };
        request.extensions_mut().insert(Preflight { methods });
        Some(target)
    }

    fn answering_preflights(&self, route: Option<usize>) -> Vec<usize> {
        route.map_or_else(Vec::new, |route| self.core.answering_preflights(route))
    }

    /// The methods of a path that have the very layers of `inside`: the same values, not only equal ones.
    fn alike(&self, allow: &Allowed, inside: &[usize], path: &str) -> Vec<&'static str> {
        let is_alike = |method: &&&'static str| {
            let route = Method::from_bytes(method.as_bytes()).ok().and_then(|it| self.route_of(&it, path));
            route.is_some() && self.answering_preflights(route) == inside
        };
        allow.methods().iter().filter(is_alike).copied().collect()
    }

    fn route_of(&self, method: &Method, path: &str) -> Option<usize> {
        match self.table.find(method, path, &mut Captures::default()) {
            Found::Route(index) => Some(index),
            Found::MethodNotAllowed | Found::NotFound => None,
        }
    }
}
