//! [`Table`], what the compiler made of the routes, and [`Routes`], the table with its handlers.

use std::fmt;

use super::bind::Bindings;
use super::gather::{Entry, Gathered};
use super::source::Sources;
#[cfg(any(test, feature = "__micro"))]
use super::trie::TrieMut;
use super::trie::{Leaf, Node, Slots, Trie};
use super::{HandlerFn, RouteInfo};
use crate::middleware::Layer;

/// A routing table without its handlers: what is known of each route, and the trie that finds it.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    gathered: Gathered,
    pub(super) nodes: &'static [Node],
    leaves: &'static [Leaf],
    pub(super) slots: &'static Slots,
}

impl Table {
    /// The table that has no route.
    pub const EMPTY: &'static Self =
        &Self { gathered: Gathered::EMPTY, nodes: &[Node::EMPTY], leaves: &[], slots: &[] };

    /// Puts rows and trie together.
    pub(super) const fn new<const MOST: usize, const LEAVES: usize>(
        gathered: Gathered,
        trie: &'static Trie<MOST, LEAVES>,
    ) -> Self {
        Self { gathered, nodes: trie.nodes(), leaves: trie.leaves(), slots: trie.slots() }
    }

    #[cfg(any(test, feature = "__micro"))]
    pub(super) fn of_slices(gathered: Gathered, trie: TrieMut<'static>) -> Self {
        Self { gathered, nodes: trie.nodes, leaves: trie.leaves, slots: trie.slots }
    }

    /// How many handlers it has.
    pub const fn len(&self) -> usize {
        self.gathered.entries.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.gathered.entries.is_empty()
    }

    /// What was written of the handler at this index, which [`Table::find`] gave.
    pub(crate) fn route(&self, index: usize) -> Option<&'static RouteInfo> {
        self.gathered.entries.get(index).map(|entry| entry.route)
    }

    /// A handler's pattern with the prefixes of all scopes around it, such as `/v2/users/:id`.
    pub(crate) fn full_pattern(&self, route: usize, pattern: usize) -> Option<&'static str> {
        let entry = self.gathered.entries.get(route)?;
        let row = self.gathered.rows.get(usize::from(entry.first_row) + pattern)?;
        (usize::from(row.entry) == route).then_some(row.text)
    }

    /// Where in the table a handler's pattern stands: as [`Routes::iter`] counts them.
    pub(crate) fn row(&self, route: usize, pattern: usize) -> Option<u32> {
        let entry = self.gathered.entries.get(route)?;
        u32::try_from(usize::from(entry.first_row) + pattern).ok()
    }

    /// How many patterns it has.
    pub(crate) const fn rows(&self) -> usize {
        self.gathered.rows.len()
    }

    /// Whether some pattern begins with the first `count` segments of `path`, all of them literal.
    #[inline]
    pub(crate) fn begins_a_route(&self, path: &str, count: usize) -> bool {
        let begins = |text: &str| {
            let (mut pattern, mut path) = (text.split('/').skip(1), path.split('/').skip(1));
            (0..count).all(|_| match (pattern.next(), path.next()) {
                (Some(literal), Some(segment)) => !literal.is_empty() && literal == segment,
                _ => false,
            })
        };
        self.gathered.rows.iter().any(|row| begins(row.text))
    }

    /// Each pattern of each handler, in the order of the table.
    pub(crate) fn iter(&'static self) -> impl Iterator<Item = ListedRoute> {
        self.gathered.rows.iter().filter_map(|row| {
            let entry = self.gathered.entries.get(usize::from(row.entry))?;
            Some(ListedRoute { pattern: row.text, route: entry.route, middleware: self.layers_of(entry) })
        })
    }

    pub(super) const fn gathered(&self) -> &Gathered {
        &self.gathered
    }

    pub(super) const fn leaves(&self) -> &'static [Leaf] {
        self.leaves
    }

    /// The leaves of a node, in the order of the routes.
    pub(super) const fn leaves_of(&self, node: &Node) -> &'static [Leaf] {
        let (start, len) = node.leaves;
        self.leaves.split_at(start as usize).1.split_at(len as usize).0
    }

    /// The names of a handler's layers, outermost first: those of its scopes, then its own.
    pub(super) const fn layers_of(&self, entry: &Entry) -> &'static [&'static str] {
        let (start, len) = entry.layers;
        self.gathered.layers.split_at(start as usize).1.split_at(len as usize).0
    }
}

/// A routing table with its handlers; [`routes!`](crate::routes) makes it.
///
/// `S` is the application's state. The table is a constant: copying it copies a few references.
///
/// ```
/// use server::{Routes, get, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello"
/// }
///
/// const ROUTES: Routes = routes![index];
/// assert_eq!(ROUTES.len(), 1);
/// ```
pub struct Routes<S: 'static = ()> {
    /// What was listed, for tables that have this one in them.
    sources: &'static Sources,
    /// Gives the table, which lies there in code that was generated, and was not laid out where it was only checked.
    table: fn() -> &'static Table,
    calls: &'static [HandlerFn<S>],
    layers: Layers<S>,
}

impl<S> Routes<S> {
    /// No routes at all.
    pub const EMPTY: Self = Self {
        sources: &Sources { scopes: &[], items: &[] },
        table: || Table::EMPTY,
        calls: &[],
        layers: &[],
    };

    /// Puts a table and its handlers together; the macro's alone.
    #[doc(hidden)]
    pub const fn __new<const ROUTES: usize, const LAYERS: usize>(
        sources: &'static Sources,
        table: fn() -> &'static Table,
        bindings: &'static Bindings<S, ROUTES, LAYERS>,
    ) -> Self {
        Self { sources, table, calls: &bindings.calls, layers: &bindings.layers }
    }

    /// What was listed, which knows nothing of the state.
    #[doc(hidden)]
    pub const fn __sources(&self) -> &'static Sources {
        self.sources
    }

    /// How many handlers the table has.
    pub const fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Each pattern of each handler, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = ListedRoute> + use<S> {
        self.table().iter()
    }

    pub(crate) fn table(&self) -> &'static Table {
        (self.table)()
    }

    /// What a server has of it.
    pub(crate) fn laid_out(&self) -> LaidOut<S> {
        LaidOut { table: self.table(), calls: self.calls, layers: self.layers }
    }

    pub(super) const fn parts(&self) -> (&'static [HandlerFn<S>], Layers<S>) {
        (self.calls, self.layers)
    }
}

/// A routing table with its handlers as a server has it, which asks for each request.
pub(crate) struct LaidOut<S: 'static> {
    pub(crate) table: &'static Table,
    calls: &'static [HandlerFn<S>],
    layers: Layers<S>,
}

impl<S> LaidOut<S> {
    /// How the handler at this index, which [`Table::find`] gave, is called, with the layers of its scopes and its
    /// own, outermost first.
    pub(crate) fn bound(&self, index: usize) -> Option<(HandlerFn<S>, Layers<S>)> {
        let (start, len) = self.table.gathered.entries.get(index)?.layers;
        let start = start as usize;
        Some((*self.calls.get(index)?, self.layers.get(start..start + usize::from(len))?))
    }
}

/// Layers as a table holds them, outermost first; each place is taken.
pub(crate) type Layers<S> = &'static [Option<&'static dyn Layer<S>>];

impl<S> Clone for Routes<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Routes<S> {}

impl<S> Default for Routes<S> {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// The patterns with their methods.
impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|listed| (listed.methods(), listed.pattern))).finish()
    }
}

/// A pattern of a table with its handler.
///
/// ```
/// use server::{Routes, get, routes};
///
/// #[get("/users/:id")]
/// async fn get_user(id: u64) -> String {
///     format!("user {id}")
/// }
///
/// const ROUTES: Routes = routes!["/v2" => [get_user]];
///
/// let listed: Vec<_> = ROUTES.iter().collect();
/// assert_eq!((listed[0].methods(), listed[0].pattern), (["GET"].as_slice(), "/v2/users/:id"));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ListedRoute {
    /// The pattern with the prefixes of all scopes around it.
    pub pattern: &'static str,
    /// What was written at the handler.
    pub route: &'static RouteInfo,
    /// The names of its middleware, outermost first: those of its scopes, then its own.
    pub middleware: &'static [&'static str],
}

impl ListedRoute {
    /// The methods that it answers, as written.
    pub const fn methods(&self) -> &'static [&'static str] {
        self.route.methods
    }
}
