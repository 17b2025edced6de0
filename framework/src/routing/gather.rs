//! The rows of a table: each pattern of each handler with its prefix in front.
//!
//! All of this runs in the compiler. The functions write into slices that are handed in, so that tests can run them
//! on tables that are only known at run time.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use super::source::{Scope, Sizes, Source, Sources};
use super::table::Table;
use super::{RouteInfo, Segment};

/// An index of the table as it is stored, of which there are no more than fit. A macro, as the interpreter takes longer
/// for a call than for all of this.
macro_rules! narrow {
    ($index:expr) => {{
        let index: usize = $index;
        assert!(index <= 0xffff, "a table holds at most 65,535 routes, patterns and nodes: split it");
        #[expect(clippy::cast_possible_truncation, reason = "compared the line before")]
        let narrow = index as u16;
        narrow
    }};
}
pub(super) use narrow;

/// The same for segments and layers.
macro_rules! wide {
    ($index:expr) => {{
        let index: usize = $index;
        assert!(index <= 0xffff_ffff, "a table holds at most 4,294,967,295 segments and layers: split it");
        #[expect(clippy::cast_possible_truncation, reason = "compared the line before")]
        let wide = index as u32;
        wide
    }};
}

/// A handler of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) route: &'static RouteInfo,
    /// The index of the item of `routes!` that brought it.
    pub(super) item: u16,
    /// The row of its first pattern; those of the others follow.
    pub(super) first_row: u16,
    /// Where its layers lie: the first, and how many.
    pub(super) layers: (u32, u16),
}

/// A pattern of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The index of its handler.
    pub(super) entry: u16,
    /// Its index among the handler's patterns.
    pub(super) pattern: u16,
    /// Where its segments lie: the first, and how many.
    pub(super) segments: (u32, u16),
    /// With all prefixes, as users know it.
    pub(super) text: &'static str,
}

/// The rows of a table with all that belongs to them.
#[derive(Clone, Copy, Debug)]
pub struct Gathered {
    pub(super) entries: &'static [Entry],
    pub(super) rows: &'static [Row],
    pub(super) segments: &'static [Segment],
    /// The names of the layers of all handlers.
    pub(super) layers: &'static [&'static str],
}

impl Gathered {
    pub(super) const EMPTY: Self = Self { entries: &[], rows: &[], segments: &[], layers: &[] };
}

/// The arrays behind a [`Gathered`], as long as [`Sizes`] says.
#[derive(Debug)]
pub struct Rows<const ROUTES: usize, const ROWS: usize, const SEGMENTS: usize, const LAYERS: usize> {
    entries: [Entry; ROUTES],
    rows: [Row; ROWS],
    segments: [Segment; SEGMENTS],
    layers: [&'static str; LAYERS],
}

impl<const ROUTES: usize, const ROWS: usize, const SEGMENTS: usize, const LAYERS: usize>
    Rows<ROUTES, ROWS, SEGMENTS, LAYERS>
{
    /// Gathers the rows; `text` is what [`join_texts`] made.
    #[inline]
    pub const fn gather(sources: &Sources, text: &'static [u8]) -> Self {
        let mut new = Self {
            entries: [NO_ENTRY; ROUTES],
            rows: [NO_ROW; ROWS],
            segments: [Segment::Literal(""); SEGMENTS],
            layers: [""; LAYERS],
        };
        let target = Target {
            entries: &mut new.entries,
            rows: &mut new.rows,
            segments: &mut new.segments,
            layers: &mut new.layers,
        };
        fill(sources, text, target);
        new
    }

    /// The same, to be used.
    pub const fn gathered(&'static self) -> Gathered {
        Gathered { entries: &self.entries, rows: &self.rows, segments: &self.segments, layers: &self.layers }
    }
}

pub(super) const NO_ENTRY: Entry = Entry { route: &RouteInfo::NONE, item: 0, first_row: 0, layers: (0, 0) };
pub(super) const NO_ROW: Row = Row { entry: 0, pattern: 0, segments: (0, 0), text: "" };

/// Writes the patterns' texts that a prefix made longer, one after the other.
pub const fn join_texts<const TEXT: usize>(sources: &Sources) -> [u8; TEXT] {
    let mut joined = [0; TEXT];
    write_texts(sources, &mut joined);
    joined
}

#[inline]
pub(super) const fn write_texts(sources: &Sources, joined: &mut [u8]) {
    let mut writer = TextWriter { joined, len: 0 };
    let mut items = sources.items;
    while let [item, rest @ ..] = items {
        items = rest;
        let scope = &sources.scopes[item.scope];
        if scope.segments.is_empty() {
            continue;
        }
        match &item.source {
            Source::Route(route) => {
                let mut patterns = route.patterns;
                while let [pattern, rest @ ..] = patterns {
                    writer.join(scope, pattern.text);
                    patterns = rest;
                }
            }
            Source::Table(table) => {
                let mut rows = table.gathered().rows;
                while let [row, rest @ ..] = rows {
                    writer.join(scope, row.text);
                    rows = rest;
                }
            }
        }
    }
}

struct TextWriter<'a> {
    joined: &'a mut [u8],
    /// How much is written.
    len: usize,
}

impl TextWriter<'_> {
    #[inline]
    const fn join(&mut self, scope: &Scope, text: &str) {
        self.push(scope.prefix.as_bytes());
        self.push(scope.text_below(text).as_bytes());
    }

    #[inline]
    const fn push(&mut self, bytes: &[u8]) {
        let (_, rest) = self.joined.split_at_mut(self.len);
        rest.split_at_mut(bytes.len()).0.copy_from_slice(bytes);
        self.len += bytes.len();
    }
}

/// Where the rows are written to.
pub(super) struct Target<'a> {
    pub(super) entries: &'a mut [Entry],
    pub(super) rows: &'a mut [Row],
    pub(super) segments: &'a mut [Segment],
    pub(super) layers: &'a mut [&'static str],
}

/// Writes entries, rows, segments and layers in the order of the items.
#[inline]
pub(super) const fn fill(sources: &Sources, text: &'static [u8], target: Target<'_>) {
    let Ok(text) = str::from_utf8(text) else { panic!("whole texts were joined") };
    let mut filler = Filler { target, done: Sizes::NONE, text };
    let mut index = 0;
    let mut items = sources.items;
    while let [item, rest @ ..] = items {
        let scope = &sources.scopes[item.scope];
        match &item.source {
            Source::Route(route) => filler.route(scope, index, route),
            Source::Table(table) => filler.table(scope, index, table),
        }
        items = rest;
        index += 1;
    }
}

/// A pattern as it stands below the scope: its part of `segments`, and its text.
struct Written<'a> {
    segments: &'a [Segment],
    start: usize,
    end: usize,
    text: &'static str,
}

struct Filler<'a> {
    target: Target<'a>,
    /// How much is written.
    done: Sizes,
    /// The joined texts that no row has taken yet.
    text: &'static str,
}

impl Filler<'_> {
    #[inline]
    const fn route(&mut self, scope: &Scope, item: usize, route: &'static RouteInfo) {
        self.entry(scope, item, route, route.middleware);
        let mut index = 0;
        let mut patterns = route.patterns;
        while let [pattern, rest @ ..] = patterns {
            let end = pattern.segments.len();
            self.row(scope, index, Written { segments: pattern.segments, start: 0, end, text: pattern.text });
            patterns = rest;
            index += 1;
        }
    }

    #[inline]
    const fn table(&mut self, scope: &Scope, item: usize, table: &'static Table) {
        let gathered = table.gathered();
        let segments = gathered.segments;
        let mut rows = gathered.rows;
        let mut entries = gathered.entries;
        let mut entry = 0;
        while let [from, rest @ ..] = entries {
            let layers: &[_] = if from.layers.1 == 0 { &[] } else { table.layers_of(from) };
            self.entry(scope, item, from.route, layers);
            while let [from, rest @ ..] = rows {
                if from.entry as usize != entry {
                    break;
                }
                let start = from.segments.0 as usize;
                let end = start + from.segments.1 as usize;
                self.row(scope, from.pattern as usize, Written { segments, start, end, text: from.text });
                rows = rest;
            }
            entries = rest;
            entry += 1;
        }
    }

    #[inline]
    const fn entry(
        &mut self,
        scope: &Scope,
        item: usize,
        route: &'static RouteInfo,
        inner: &'static [&'static str],
    ) {
        let start = self.done.layers;
        let mut next = start;
        let mut outer = scope.layers;
        while let [layer, rest @ ..] = outer {
            self.target.layers[next] = layer;
            next += 1;
            outer = rest;
        }
        let mut inner = inner;
        while let [layer, rest @ ..] = inner {
            self.target.layers[next] = layer;
            next += 1;
            inner = rest;
        }
        let layers = (wide!(start), narrow!(next - start));
        self.target.entries[self.done.routes] =
            Entry { route, item: narrow!(item), first_row: narrow!(self.done.rows), layers };
        self.done.routes += 1;
        self.done.layers = next;
    }

    /// Adds a pattern to the entry added last.
    #[inline]
    const fn row(&mut self, scope: &Scope, pattern: usize, written: Written<'_>) {
        let Written { segments, start: mut from, end, text } = written;
        let start = self.done.segments;
        let mut next = start;
        let mut text = text;
        if let [_, ..] = scope.segments {
            let mut prefix = scope.segments;
            while let [literal, rest @ ..] = prefix {
                self.target.segments[next] = Segment::Literal(literal);
                next += 1;
                prefix = rest;
            }
            if scope.ends_here(segments, from, end) {
                from = end;
            }
            text = self.text(scope, text);
        }
        while from < end {
            self.target.segments[next] = segments[from];
            next += 1;
            from += 1;
        }
        self.target.rows[self.done.rows] = Row {
            entry: narrow!(self.done.routes - 1),
            pattern: narrow!(pattern),
            segments: (wide!(start), narrow!(next - start)),
            text,
        };
        self.done.segments = next;
        self.done.rows += 1;
    }

    #[inline]
    const fn text(&mut self, scope: &Scope, written: &'static str) -> &'static str {
        let (text, rest) = self.text.split_at(scope.prefix.len() + scope.text_below(written).len());
        self.text = rest;
        text
    }
}
