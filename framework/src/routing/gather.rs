//! The rows of a table: each pattern of each handler with its prefix in front.
//!
//! All of this runs in the compiler. The functions write into slices that are handed in, so that tests can run them
//! on tables that are only known at run time.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use super::source::{Place, Sizes, Source, Sources};
use super::{Pattern, RouteInfo, Segment};

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
    /// Where its segments lie, while the trie is built: the first, and how many.
    pub(super) segments: (u32, u16),
    /// With all prefixes, as users know it.
    pub(super) text: &'static str,
}

/// The handlers of a table with their patterns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gathered {
    pub(super) entries: &'static [Entry],
    pub(super) rows: &'static [Row],
    /// The names of the layers of all handlers.
    pub(super) layers: &'static [&'static str],
}

impl Gathered {
    pub(super) const EMPTY: Self = Self { entries: &[], rows: &[], layers: &[] };
}

/// The arrays behind a [`Gathered`], as long as [`Sizes`] says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<const ROUTES: usize, const ROWS: usize, const LAYERS: usize> {
    entries: [Entry; ROUTES],
    rows: [Row; ROWS],
    layers: [&'static str; LAYERS],
}

impl<const ROUTES: usize, const ROWS: usize, const LAYERS: usize> Rows<ROUTES, ROWS, LAYERS> {
    /// Gathers the rows, and their segments, of which the trie is built; `text` is what [`join_texts`] made.
    pub(super) const fn gather<const SEGMENTS: usize>(
        sources: &Sources,
        text: &'static [u8],
    ) -> (Self, [Segment; SEGMENTS]) {
        let mut new = Self { entries: [NO_ENTRY; ROUTES], rows: [NO_ROW; ROWS], layers: [""; LAYERS] };
        let mut segments = [Segment::Literal(""); SEGMENTS];
        let target = Target {
            entries: &mut new.entries,
            rows: &mut new.rows,
            segments: &mut segments,
            layers: &mut new.layers,
        };
        fill(sources, text, target);
        (new, segments)
    }

    /// The same, to be used.
    pub(super) const fn gathered(&'static self) -> Gathered {
        Gathered { entries: &self.entries, rows: &self.rows, layers: &self.layers }
    }
}

pub(super) const NO_ENTRY: Entry = Entry { route: &RouteInfo::NONE, item: 0, first_row: 0, layers: (0, 0) };
pub(super) const NO_ROW: Row = Row { entry: 0, pattern: 0, segments: (0, 0), text: "" };

/// Writes the patterns' texts that a prefix made longer, one after the other.
pub(super) const fn join_texts<const TEXT: usize>(sources: &Sources) -> [u8; TEXT] {
    let mut joined = [0; TEXT];
    write_texts(sources, &mut joined);
    joined
}

pub(super) const fn write_texts(sources: &Sources, joined: &mut [u8]) {
    TextWriter { joined, len: 0 }.add(sources, None);
}

struct TextWriter<'a> {
    joined: &'a mut [u8],
    /// How much is written.
    len: usize,
}

impl TextWriter<'_> {
    const fn add(&mut self, sources: &Sources, outer: Option<&Place<'_>>) {
        let mut items = sources.items;
        while let [item, rest @ ..] = items {
            items = rest;
            let place = Place::new(&sources.scopes[item.scope], outer);
            match &item.source {
                Source::Route(_) if place.segments == 0 => {}
                Source::Route(route) => {
                    let mut patterns = route.patterns;
                    while let [pattern, rest @ ..] = patterns {
                        self.prefix(&place);
                        self.push(place.text_below(pattern.text).as_bytes());
                        patterns = rest;
                    }
                }
                Source::Table(nested) => self.add(nested, Some(&place)),
            }
        }
    }

    const fn prefix(&mut self, place: &Place<'_>) {
        if let Some(outer) = place.outer {
            self.prefix(outer);
        }
        self.push(place.scope.prefix.as_bytes());
    }

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
pub(super) const fn fill(sources: &Sources, text: &'static [u8], target: Target<'_>) {
    let Ok(text) = str::from_utf8(text) else { panic!("whole texts were joined") };
    let mut filler = Filler { target, done: Sizes::NONE, text };
    let (mut item, count) = (0, sources.items.len());
    while item < count {
        filler.item(sources, item, None, item);
        item += 1;
    }
}

struct Filler<'a> {
    target: Target<'a>,
    /// How much is written.
    done: Sizes,
    /// The joined texts that no row has taken yet.
    text: &'static str,
}

impl Filler<'_> {
    /// Adds the item of `sources` at `index`; `of` is the item of the whole table that brought it.
    const fn item(&mut self, sources: &Sources, index: usize, outer: Option<&Place<'_>>, of: usize) {
        let item = &sources.items[index];
        let place = Place::new(&sources.scopes[item.scope], outer);
        match &item.source {
            Source::Route(route) => self.route(&place, of, route),
            Source::Table(nested) => {
                let (mut index, count) = (0, nested.items.len());
                while index < count {
                    self.item(nested, index, Some(&place), of);
                    index += 1;
                }
            }
        }
    }

    const fn route(&mut self, place: &Place<'_>, item: usize, route: &'static RouteInfo) {
        let start = self.done.layers;
        if place.layers > 0 {
            self.outer_layers(place);
        }
        self.layers(route.middleware);
        self.target.entries[self.done.routes] = Entry {
            route,
            item: narrow!(item),
            first_row: narrow!(self.done.rows),
            layers: (wide!(start), narrow!(self.done.layers - start)),
        };
        let mut index = 0;
        let mut patterns = route.patterns;
        while let [pattern, rest @ ..] = patterns {
            self.row(place, index, pattern);
            patterns = rest;
            index += 1;
        }
        self.done.routes += 1;
    }

    const fn outer_layers(&mut self, place: &Place<'_>) {
        if let Some(outer) = place.outer {
            self.outer_layers(outer);
        }
        self.layers(place.scope.layers);
    }

    const fn layers(&mut self, layers: &'static [&'static str]) {
        let mut layers = layers;
        while let [layer, rest @ ..] = layers {
            self.target.layers[self.done.layers] = layer;
            self.done.layers += 1;
            layers = rest;
        }
    }

    /// Adds a pattern of the entry that is being added.
    const fn row(&mut self, place: &Place<'_>, index: usize, pattern: &Pattern) {
        let start = self.done.segments;
        let mut text = pattern.text;
        let mut own = pattern.segments;
        if place.segments > 0 {
            self.prefix(place);
            if place.ends_here(own) {
                own = &[];
            }
            (text, self.text) = self.text.split_at(place.text + place.text_below(text).len());
        }
        while let [segment, rest @ ..] = own {
            self.target.segments[self.done.segments] = *segment;
            self.done.segments += 1;
            own = rest;
        }
        self.target.rows[self.done.rows] = Row {
            entry: narrow!(self.done.routes),
            pattern: narrow!(index),
            segments: (wide!(start), narrow!(self.done.segments - start)),
            text,
        };
        self.done.rows += 1;
    }

    const fn prefix(&mut self, place: &Place<'_>) {
        if let Some(outer) = place.outer {
            self.prefix(outer);
        }
        let mut prefix = place.scope.segments;
        while let [literal, rest @ ..] = prefix {
            self.target.segments[self.done.segments] = Segment::Literal(literal);
            self.done.segments += 1;
            prefix = rest;
        }
    }
}
