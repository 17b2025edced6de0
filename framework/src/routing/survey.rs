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
        let mut surveyor = Surveyor { keys: &mut [0; KEYS], may_conflict: false };
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

struct Surveyor<'a> {
    /// Each at or behind the place that it is first looked for at; 0 where a place is free.
    keys: &'a mut [u64],
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
                Source::Route(route) if above == 0 => self.enter(route.__keys, 0),
                Source::Route(route) => self.enter_below(above, route),
                Source::Table(nested) => self.add(nested, above),
            }
        }
    }

    const fn enter_below(&mut self, above: u64, route: &RouteInfo) {
        let methods = route.methods.len();
        let mut keys = route.__keys;
        let mut patterns = route.patterns;
        while let [pattern, rest @ ..] = patterns {
            patterns = rest;
            let pieces = if is_root(pattern.segments) { 1 } else { pattern.segments.len() + 1 };
            let (of_pattern, others) = keys.split_at(methods);
            self.enter(of_pattern, turned(above, pieces));
            keys = others;
        }
    }

    /// Enters the keys of one pattern below what has the key `above`.
    const fn enter(&mut self, keys: &[u64], above: u64) {
        let count = self.keys.len();
        let mut keys = keys;
        while let [key, rest @ ..] = keys {
            keys = rest;
            // Not 0, and the upper half is brought into range without a division.
            let key = (*key ^ above) | 1;
            let mut at = (((key >> 32) * count as u64) >> 32) as usize;
            loop {
                let there = self.keys[at];
                if there == 0 {
                    self.keys[at] = key;
                    break;
                }
                if there == key {
                    self.may_conflict = true;
                    break;
                }
                at = if at + 1 == count { 0 } else { at + 1 };
            }
        }
    }
}
