//! What `cargo check` finds out of conflicts: whether there may be any.
//!
//! `#[route]` writes a key of 64 bits for each method of each pattern, made of the segments and the method: a key begins
//! with 0, and with each of them it is turned and the number of the next taken in by exclusive or. All parameters have
//! one number, whatever their names, and so have all catch-alls. An empty literal has 0, as the pattern `/` is nothing
//! below a prefix. So a pattern's key below a prefix is the prefix's, turned as often as there are pieces behind it, and
//! the pattern's: those that match the same requests have the same key, however they came to be. Where two are the same,
//! the table is laid out after all, and the patterns are compared.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use super::RouteInfo;
use super::source::{Sizes, Source, Sources, is_root};

/// Whether routes may conflict.
#[derive(Clone, Copy, Debug)]
pub struct Survey {
    may_conflict: bool,
}

impl Survey {
    /// Compares the keys of all routes; `KEYS` is what [`Sizes::most_keys`] says.
    pub const fn of<const KEYS: usize>(sources: &Sources) -> Self {
        let mut surveyor = Surveyor { keys: &mut [0; KEYS], count: KEYS as u64, may_conflict: false };
        surveyor.add(sources, 0);
        Self { may_conflict: surveyor.may_conflict }
    }

    /// Whether two keys are the same; where not, no routes conflict.
    pub const fn may_conflict(&self) -> bool {
        self.may_conflict
    }
}

impl Sizes {
    /// How many places the keys need: each its own, and as many that stay free.
    pub const fn most_keys(&self) -> usize {
        2 * self.leaves
    }
}

/// By how many bits each piece turns the key of what stands before it; the macros write keys by the same.
const TURN: usize = 7;

/// The key of what stands before as many pieces.
const fn turned(key: u64, pieces: usize) -> u64 {
    let bits = pieces * TURN % 64;
    // In two steps, as a word cannot be shifted by all its bits.
    key << bits | key >> 1 >> (63 - bits)
}

/// Enters a key. A macro, as the interpreter takes longer for a call than for all of this.
macro_rules! enter {
    ($surveyor:ident, $key:expr) => {{
        // Not 0, and the upper half is brought into range without a division.
        let key = $key | 1;
        let mut at = ((key >> 32) * $surveyor.count >> 32) as usize;
        loop {
            let there = $surveyor.keys[at];
            if there == 0 {
                $surveyor.keys[at] = key;
                break;
            }
            if there == key {
                $surveyor.may_conflict = true;
                break;
            }
            at = if at + 1 == $surveyor.keys.len() { 0 } else { at + 1 };
        }
    }};
}

struct Surveyor<'a> {
    /// Each at or behind the place that it is first looked for at; 0 where a place is free.
    keys: &'a mut [u64],
    /// How many places there are.
    count: u64,
    may_conflict: bool,
}

impl Surveyor<'_> {
    /// Enters all routes below what has the key `outer`, which is 0 where there is nothing.
    const fn add(&mut self, sources: &Sources, outer: u64) {
        let mut items = sources.items;
        while let [item, rest @ ..] = items {
            items = rest;
            let scope = &sources.scopes[item.scope];
            let above = if outer == 0 { scope.key } else { turned(outer, scope.segments.len()) ^ scope.key };
            match &item.source {
                Source::Route(RouteInfo { __keys: [], .. }) => self.may_conflict = true,
                Source::Route(RouteInfo { __keys: [key], .. }) if above == 0 => enter!(self, *key),
                Source::Route(route) => self.add_route(above, route),
                Source::Table(nested) => self.add(nested, above),
            }
        }
    }

    const fn add_route(&mut self, above: u64, route: &RouteInfo) {
        let methods = route.methods.len();
        let mut keys = route.__keys;
        let mut patterns = route.patterns;
        while let [pattern, rest @ ..] = patterns {
            patterns = rest;
            let pieces = if is_root(pattern.segments) { 1 } else { pattern.segments.len() + 1 };
            let above = turned(above, pieces);
            let (mut of_pattern, others) = keys.split_at(methods);
            while let [key, rest @ ..] = of_pattern {
                of_pattern = rest;
                enter!(self, *key ^ above);
            }
            keys = others;
        }
    }
}
