//! What `routes!` hands over: its items with their scopes, and how many places the table needs for them.

use std::marker::PhantomData;

use super::table::Table;
use super::{Endpoint, RouteInfo, Segment};

/// The items of one `routes!`, nested scopes already flattened.
#[derive(Clone, Copy, Debug)]
pub struct Sources {
    /// The scopes that items stand in; an item names its own by index.
    pub scopes: &'static [Scope],
    /// The routes and tables, in the order written.
    pub items: &'static [Item],
}

/// A scope with everything of the scopes around it.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// The whole prefix, such as `/admin/v2`; empty where there is none.
    pub prefix: &'static str,
    /// The same, split at the slashes.
    pub segments: &'static [&'static str],
    /// The names of the layers, outermost first.
    pub layers: &'static [&'static str],
}

/// An item of `routes!`.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// The index of its scope.
    pub scope: usize,
    /// What stands there.
    pub source: Source,
}

/// What an item brings into the table.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// One handler.
    Route(&'static RouteInfo),
    /// All routes of another table.
    Table(&'static Table),
}

/// Answers `RouteProbe::<T>::ROUTE` for any `T`: the inherent constant where `T` is a route, the trait's where not.
///
/// A table asks here what was written, and [`Handle`](super::Handle) alone how it is called: so a type that is no
/// route is told of once, not by both.
#[derive(Debug)]
pub struct RouteProbe<T>(PhantomData<T>);

impl<T: Endpoint> RouteProbe<T> {
    /// The route as written.
    pub const ROUTE: &'static RouteInfo = &T::ROUTE;
}

/// The answer for all other types; macros bring it into scope beside [`RouteProbe`].
pub trait NoRoute {
    /// A route that is never built: its table does not compile.
    const ROUTE: &'static RouteInfo = &RouteInfo::NONE;
}

impl<T> NoRoute for RouteProbe<T> {}

impl Sources {
    pub(super) const fn scope(&self, item: &Item) -> &'static Scope {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses a wrong index")]
        &self.scopes[item.scope]
    }
}

impl Scope {
    /// How many segments of the prefix and the pattern remain, as [`Scope::join`] has it.
    pub(super) const fn joined_len(&self, segments: &[Segment]) -> usize {
        self.segments.len() + self.below(segments).len()
    }

    /// A pattern as it continues the prefix: under `/admin`, the pattern `/` is `/admin` itself.
    pub(super) const fn below<'a>(&self, segments: &'a [Segment]) -> &'a [Segment] {
        match segments {
            [Segment::Literal(text)] if text.is_empty() && !self.segments.is_empty() => &[],
            _ => segments,
        }
    }

    /// The same for the pattern's text.
    pub(super) const fn text_below<'a>(&self, text: &'a str) -> &'a str {
        match text.as_bytes() {
            b"/" if !self.segments.is_empty() => "",
            _ => text,
        }
    }
}

/// How many places of each kind a table needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Handlers.
    pub routes: usize,
    /// Patterns of all handlers.
    pub rows: usize,
    /// Segments of all patterns.
    pub segments: usize,
    /// Pairs of a method and a pattern.
    pub leaves: usize,
    /// Bytes of those patterns that a prefix made longer than they are written.
    pub text: usize,
    /// Layers of all handlers.
    pub layers: usize,
}

impl Sizes {
    pub(super) const NONE: Self = Self { routes: 0, rows: 0, segments: 0, leaves: 0, text: 0, layers: 0 };

    /// Counts what the items need.
    pub const fn of(sources: &Sources) -> Self {
        let mut sizes = Self::NONE;
        let mut items = sources.items;
        while let [item, rest @ ..] = items {
            let scope = sources.scope(item);
            match &item.source {
                Source::Route(route) => sizes.add_route(scope, route),
                Source::Table(table) => sizes.add_table(scope, table),
            }
            items = rest;
        }
        sizes
    }

    const fn add_route(&mut self, scope: &Scope, route: &RouteInfo) {
        self.routes += 1;
        self.layers += scope.layers.len() + route.middleware.len();
        self.leaves += route.patterns.len() * route.methods.len();
        let mut patterns = route.patterns;
        while let [pattern, rest @ ..] = patterns {
            self.add_row(scope, pattern.segments, pattern.text);
            patterns = rest;
        }
    }

    const fn add_table(&mut self, scope: &Scope, table: &Table) {
        let gathered = table.gathered();
        self.routes += gathered.entries.len();
        self.leaves += table.leaves().len();
        self.layers += gathered.layers.len() + scope.layers.len() * gathered.entries.len();
        let mut rows = gathered.rows;
        while let [row, rest @ ..] = rows {
            self.add_row(scope, gathered.segments(row), row.text);
            rows = rest;
        }
    }

    const fn add_row(&mut self, scope: &Scope, segments: &[Segment], text: &str) {
        self.rows += 1;
        self.segments += scope.joined_len(segments);
        if !scope.prefix.is_empty() {
            self.text += scope.prefix.len() + scope.text_below(text).len();
        }
    }
}
