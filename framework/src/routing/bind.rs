//! The handlers of a table with the layers around them, in the order of its entries.
//!
//! This is the one part of `routes!` that needs the state's type; it runs in the compiler too.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use std::fmt;

use ::http::StatusCode;

use super::source::{Source, Sources};
use super::table::Layers;
use super::{Bound, HandlerFn, Reply, Routes};
use crate::http::Request;
use crate::middleware::Layer;
use crate::respond::{IntoResponse, Problem};

/// An item of `routes!` with the state's type.
pub enum Binding<S: 'static> {
    /// One handler.
    Route(Bound<S>),
    /// All handlers of another table.
    Table(Routes<S>),
}

impl<S> fmt::Debug for Binding<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route(_) => f.write_str("Route"),
            Self::Table(routes) => f.debug_tuple("Table").field(routes).finish(),
        }
    }
}

/// The handlers of a table, and the layers of all of them.
pub struct Bindings<S: 'static, const ROUTES: usize, const LAYERS: usize> {
    pub(super) calls: [HandlerFn<S>; ROUTES],
    pub(super) layers: [Option<&'static dyn Layer<S>>; LAYERS],
}

impl<S, const ROUTES: usize, const LAYERS: usize> Bindings<S, ROUTES, LAYERS> {
    /// Gathers the handlers of `items`, each of which names its scope by index.
    pub const fn new(scopes: &[&[&'static dyn Layer<S>]], items: &[(usize, Binding<S>)]) -> Self {
        let mut new = Self { calls: [HandlerFn::new(nowhere); ROUTES], layers: [None; LAYERS] };
        let (mut call, mut layer) = (0, 0);
        let mut items = items;
        while let [(scope, binding), rest @ ..] = items {
            items = rest;
            let outer = scopes[*scope];
            match binding {
                Binding::Route(bound) => {
                    new.calls[call] = bound.call;
                    // A call costs the compiler's interpreter more than all else here.
                    if let [_, ..] = outer {
                        layer = push_all(&mut new.layers, layer, outer);
                    }
                    if let [_, ..] = bound.layers {
                        layer = push_all(&mut new.layers, layer, bound.layers);
                    }
                    call += 1;
                }
                Binding::Table(routes) => {
                    let (calls, inner) = routes.parts();
                    new.calls.split_at_mut(call).1.split_at_mut(calls.len()).0.copy_from_slice(calls);
                    call += calls.len();
                    let mut nested = Nested { to: &mut new.layers, next: layer, outer, inner };
                    nested.add(routes.__sources(), 0);
                    layer = nested.next;
                }
            }
        }
        assert!(call == ROUTES && layer == LAYERS, "a route's layers and their names differ in number");
        new
    }
}

/// Puts the layers of a scope around each route of a table.
struct Nested<'a, S: 'static> {
    to: &'a mut [Option<&'static dyn Layer<S>>],
    next: usize,
    outer: &'a [&'static dyn Layer<S>],
    /// Those of the table's routes that no route has taken yet.
    inner: Layers<S>,
}

impl<S> Nested<'_, S> {
    /// Adds the layers of each route of `sources`, around which as many stand in the table.
    const fn add(&mut self, sources: &Sources, around: usize) {
        let mut items = sources.items;
        while let [item, rest @ ..] = items {
            items = rest;
            let around = around + sources.scopes[item.scope].layers.len();
            match &item.source {
                Source::Route(route) => {
                    self.next = push_all(self.to, self.next, self.outer);
                    let (own, rest) = self.inner.split_at(around + route.middleware.len());
                    self.to.split_at_mut(self.next).1.split_at_mut(own.len()).0.copy_from_slice(own);
                    self.next += own.len();
                    self.inner = rest;
                }
                Source::Table(nested) => self.add(nested, around),
            }
        }
    }
}

impl<S, const ROUTES: usize, const LAYERS: usize> fmt::Debug for Bindings<S, ROUTES, LAYERS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bindings").field("routes", &ROUTES).field("layers", &LAYERS).finish()
    }
}

const fn push_all<S>(
    to: &mut [Option<&'static dyn Layer<S>>],
    mut next: usize,
    layers: &[&'static dyn Layer<S>],
) -> usize {
    let mut index = 0;
    while index < layers.len() {
        to[next] = Some(layers[index]);
        next += 1;
        index += 1;
    }
    next
}

/// Fills the places that no handler has taken yet; `Bindings::new` leaves none.
fn nowhere<S>(_: Request, _: &S) -> Reply<'_> {
    Reply::Ready(Problem::new(StatusCode::NOT_FOUND).into_response())
}
