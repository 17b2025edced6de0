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

/// Answers `RouteProbe::<T>::SOURCE` for any `T`: the inherent constant where `T` is a route, the trait's where not.
///
/// A table asks here what was written, and [`Handle`](super::Handle) alone how it is called: so a type that is no
/// route is told of once, not by both.
#[derive(Debug)]
pub struct RouteProbe<T>(PhantomData<T>);

impl<T: Endpoint> RouteProbe<T> {
    /// The route as written.
    pub const SOURCE: Source = Source::Route(T::ROUTE);
}

/// The answer for all other types; macros bring it into scope beside [`RouteProbe`].
pub trait NoRoute {
    /// A route that is never built: its table does not compile.
    const SOURCE: Source = Source::Route(&RouteInfo::NONE);
}

impl<T> NoRoute for RouteProbe<T> {}

impl Scope {
    /// Whether a pattern, the part of `segments` from `start` to `end`, is the prefix alone: `/` under `/admin`.
    pub(super) const fn ends_here(&self, segments: &[Segment], start: usize, end: usize) -> bool {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses a wrong index")]
        match (self.segments, end - start) {
            ([_, ..], 1) => matches!(segments[start], Segment::Literal(text) if text.is_empty()),
            _ => false,
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

    /// How many nodes the trie has at most: the root, and one for each segment.
    pub const fn most_nodes(&self) -> usize {
        self.segments + 1
    }

    /// Counts what the items need.
    #[inline]
    pub const fn of(sources: &Sources) -> Self {
        let mut sizes = Self::NONE;
        let mut items = sources.items;
        while let [item, rest @ ..] = items {
            #[expect(
                clippy::indexing_slicing,
                reason = "evaluated by the compiler, which refuses a wrong index"
            )]
            let scope = &sources.scopes[item.scope];
            match &item.source {
                Source::Route(route) => sizes.add_route(scope, route),
                Source::Table(table) => sizes.add_table(scope, table),
            }
            items = rest;
        }
        sizes
    }

    #[inline]
    const fn add_route(&mut self, scope: &Scope, route: &RouteInfo) {
        self.routes += 1;
        self.layers += scope.layers.len() + route.middleware.len();
        let methods = route.methods.len();
        let mut patterns = route.patterns;
        while let [pattern, rest @ ..] = patterns {
            self.leaves += methods;
            self.add_row(scope, pattern.segments, 0, pattern.segments.len(), pattern.text);
            patterns = rest;
        }
    }

    #[inline]
    const fn add_table(&mut self, scope: &Scope, table: &Table) {
        let gathered = table.gathered();
        self.routes += gathered.entries.len();
        self.leaves += table.leaves().len();
        self.layers += gathered.layers.len() + scope.layers.len() * gathered.entries.len();
        if scope.segments.is_empty() {
            self.rows += gathered.rows.len();
            self.segments += gathered.segments.len();
            return;
        }
        let mut rows = gathered.rows;
        while let [row, rest @ ..] = rows {
            let start = row.segments.0 as usize;
            self.add_row(scope, gathered.segments, start, start + row.segments.1 as usize, row.text);
            rows = rest;
        }
    }

    #[inline]
    const fn add_row(&mut self, scope: &Scope, segments: &[Segment], start: usize, end: usize, text: &str) {
        self.rows += 1;
        self.segments += end - start;
        if let [_, ..] = scope.segments {
            self.segments += scope.segments.len();
            if scope.ends_here(segments, start, end) {
                self.segments -= 1;
            }
            self.text += scope.prefix.len() + scope.text_below(text).len();
        }
    }
}
