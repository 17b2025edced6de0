//! What `routes!` hands over: its items with their scopes, and how many places the table needs for them.
//!
//! A table in a table is there as its own items; who walks over them goes into it, and remembers by a [`Place`] where
//! that is. This is what `cargo check` evaluates.

use std::marker::PhantomData;

use super::{Endpoint, RouteInfo, Segment};

/// A type that `routes!` makes for its table, so that the constants of a [`Layout`](super::Layout) are those of a type.
pub trait Listed {
    /// What was listed.
    const SOURCES: &'static Sources;
}

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
    /// The key of these segments, as [`Survey`](super::Survey) has it; 0 where there are none.
    pub key: u64,
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
    Table(&'static Sources),
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

/// A scope with what stands around the table that it is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) scope: &'a Scope,
    /// Where the table stands in another.
    pub(super) outer: Option<&'a Self>,
    /// How many segments all prefixes have.
    pub(super) segments: usize,
    /// How many bytes they have.
    pub(super) text: usize,
    /// How many layers there are.
    pub(super) layers: usize,
}

impl<'a> Place<'a> {
    pub(super) const fn new(scope: &'a Scope, outer: Option<&'a Self>) -> Self {
        let (segments, text, layers) = match outer {
            Some(outer) => (outer.segments, outer.text, outer.layers),
            None => (0, 0, 0),
        };
        Self {
            scope,
            outer,
            segments: segments + scope.segments.len(),
            text: text + scope.prefix.len(),
            layers: layers + scope.layers.len(),
        }
    }

    /// Whether a pattern is the prefix alone: `/` under `/admin`.
    pub(super) const fn ends_here(&self, pattern: &[Segment]) -> bool {
        self.segments > 0 && is_root(pattern)
    }

    /// The same for the pattern's text.
    pub(super) const fn text_below<'b>(&self, text: &'b str) -> &'b str {
        match text.as_bytes() {
            b"/" if self.segments > 0 => "",
            _ => text,
        }
    }
}

/// Whether these are the segments of the pattern `/`.
pub(super) const fn is_root(segments: &[Segment]) -> bool {
    matches!(segments, [Segment::Literal(text)] if text.is_empty())
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
    pub const fn of(sources: &Sources) -> Self {
        let mut sizes = Self::NONE;
        sizes.add(sources, None);
        let fits = sizes.routes <= 0xffff && sizes.rows <= 0xffff && sizes.leaves <= 0xffff;
        assert!(fits, "a table holds at most 65,535 routes, patterns and methods of them: split it");
        sizes
    }

    /// Most routes have one method, one pattern and nothing around them: of these nothing need be called, which takes
    /// the compiler's interpreter longer than all else here.
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses a wrong index")]
    const fn add(&mut self, sources: &Sources, outer: Option<&Place<'_>>) {
        let (mut plain, mut segments) = (0, 0);
        let mut items = sources.items;
        while let [item, rest @ ..] = items {
            items = rest;
            let scope = &sources.scopes[item.scope];
            if let (None, Scope { segments: [], layers: [], .. }) = (outer, scope)
                && let Source::Route(route) = &item.source
                && let RouteInfo { methods: [_], patterns: [pattern], middleware: [], .. } = route
            {
                plain += 1;
                segments += match pattern.segments {
                    [_] => 1,
                    [_, _] => 2,
                    [_, _, _] => 3,
                    more => more.len(),
                };
                continue;
            }
            let place = Place::new(scope, outer);
            match &item.source {
                Source::Route(route) => self.add_route(&place, route),
                Source::Table(nested) => self.add(nested, Some(&place)),
            }
        }
        self.routes += plain;
        self.rows += plain;
        self.leaves += plain;
        self.segments += segments;
    }

    const fn add_route(&mut self, place: &Place<'_>, route: &RouteInfo) {
        self.routes += 1;
        self.layers += place.layers + route.middleware.len();
        let methods = route.methods.len();
        let mut patterns = route.patterns;
        while let [pattern, rest @ ..] = patterns {
            self.rows += 1;
            self.leaves += methods;
            self.segments += place.segments + pattern.segments.len();
            if place.segments > 0 {
                self.text += place.text + place.text_below(pattern.text).len();
                if place.ends_here(pattern.segments) {
                    self.segments -= 1;
                }
            }
            patterns = rest;
        }
    }
}
