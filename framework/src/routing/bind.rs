//! The handlers of a table with the layers around them, in the order of its entries.
//!
//! This is the one part of `routes!` that needs the state's type; it runs in the compiler too.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use std::fmt;

use ::http::StatusCode;

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
                    let mut entry = 0;
                    while entry < calls.len() {
                        new.calls[call] = calls[entry];
                        layer = push_all(&mut new.layers, layer, outer);
                        let (start, len) = routes.__table().gathered().entries[entry].layers;
                        let own = inner.split_at(start as usize).1.split_at(len as usize).0;
                        new.layers.split_at_mut(layer).1.split_at_mut(own.len()).0.copy_from_slice(own);
                        layer += own.len();
                        call += 1;
                        entry += 1;
                    }
                }
            }
        }
        assert!(call == ROUTES && layer == LAYERS, "a route's layers and their names differ in number");
        new
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
