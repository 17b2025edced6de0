//! What `cargo check` must know of the trie and no more: how many nodes it will have, and whether two routes may conflict.
//!
//! Each node has a key of 64 bits, made of its parent's and of what leads there, and so has each method at a node. The
//! keys are entered into one hash table: a node's is new where no row came by before, and a method's that is there
//! already is a conflict in all likelihood. Names of parameters are in no key.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use super::source::{Place, Sizes, Source, Sources};
use super::{RouteInfo, Segment};

/// What was found in going over all routes once.
#[derive(Clone, Copy, Debug)]
pub struct Survey {
    nodes: usize,
    may_conflict: bool,
}

impl Survey {
    /// Goes over all routes; `KEYS` is what [`Sizes::most_keys`] says.
    pub const fn of<const KEYS: usize>(sources: &Sources) -> Self {
        survey(sources, &mut [0; KEYS])
    }

    /// How many nodes the trie will have.
    pub const fn nodes(&self) -> usize {
        self.nodes
    }

    /// Whether two keys of methods are the same; where not, no routes conflict.
    pub const fn may_conflict(&self) -> bool {
        self.may_conflict
    }
}

impl Sizes {
    /// How many places the keys need: a key for each segment and each leaf, and as many that stay free.
    pub const fn most_keys(&self) -> usize {
        2 * (self.segments + self.leaves)
    }
}

/// The same as [`Survey::of`], with the places for the keys handed in.
pub(super) const fn survey(sources: &Sources, keys: &mut [u64]) -> Survey {
    let mut surveyor = Surveyor { keys, nodes: 1, may_conflict: false };
    surveyor.add(sources, None);
    Survey { nodes: surveyor.nodes, may_conflict: surveyor.may_conflict }
}

/// The root's.
const ROOT: u64 = 0x9e37_79b9_7f4a_7c15;
/// What tells apart what leads on from a node: a literal, a parameter, a catch-all, or a method at its end.
const LITERAL: u64 = 0xbf58_476d_1ce4_e5b9;
const PARAM: u64 = 0x94d0_49bb_1331_11eb;
const CATCH_ALL: u64 = 0xd6e8_feb8_6659_fd93;
const METHOD: u64 = 0xa076_1d64_78bd_642f;

/// Multiplies, and adds the upper half of the product to the lower. A macro, as the interpreter takes longer for a call
/// than for all of this.
macro_rules! mix {
    ($key:expr, $with:expr) => {{
        let product = ($key) as u128 * ($with) as u128;
        #[expect(clippy::cast_possible_truncation, reason = "the halves of the product")]
        let mixed = product as u64 ^ (product >> 64) as u64;
        mixed
    }};
}

struct Surveyor<'a> {
    /// Each at or behind the place that it is first looked for at; 0 where a place is free.
    keys: &'a mut [u64],
    nodes: usize,
    may_conflict: bool,
}

impl Surveyor<'_> {
    const fn add(&mut self, sources: &Sources, outer: Option<&Place<'_>>) {
        let mut items = sources.items;
        while let [item, rest @ ..] = items {
            let place = Place::new(&sources.scopes[item.scope], outer);
            match &item.source {
                Source::Route(route) => self.route(&place, route),
                Source::Table(nested) => self.add(nested, Some(&place)),
            }
            items = rest;
        }
    }

    const fn route(&mut self, place: &Place<'_>, route: &RouteInfo) {
        let above = if place.segments == 0 { ROOT } else { self.prefix(place) };
        let mut patterns = route.patterns;
        while let [pattern, rest @ ..] = patterns {
            patterns = rest;
            let mut key = above;
            let mut segments = if place.ends_here(pattern.segments) { &[] } else { pattern.segments };
            while let [segment, rest @ ..] = segments {
                segments = rest;
                key = match segment {
                    Segment::Literal(literal) => literal_key(key ^ LITERAL, literal),
                    Segment::Param(_) => mix!(key ^ PARAM, LITERAL) | 1,
                    Segment::CatchAll(_) => mix!(key ^ CATCH_ALL, LITERAL) | 1,
                };
                if self.is_new(key) {
                    self.nodes += 1;
                }
            }
            let mut methods = route.methods;
            while let [method, rest @ ..] = methods {
                methods = rest;
                if !self.is_new(literal_key(key ^ METHOD, method)) {
                    self.may_conflict = true;
                }
            }
        }
    }

    /// Enters the nodes of all prefixes, and gives the key of the last.
    const fn prefix(&mut self, place: &Place<'_>) -> u64 {
        let mut key = match place.outer {
            Some(outer) => self.prefix(outer),
            None => ROOT,
        };
        let mut segments = place.scope.segments;
        while let [literal, rest @ ..] = segments {
            segments = rest;
            key = literal_key(key ^ LITERAL, literal);
            if self.is_new(key) {
                self.nodes += 1;
            }
        }
        key
    }

    /// Enters a key, and says whether it was not there.
    const fn is_new(&mut self, key: u64) -> bool {
        let count = self.keys.len();
        // The upper half is brought into range without a division.
        let mut at = (((key >> 32) * count as u64) >> 32) as usize;
        loop {
            let there = self.keys[at];
            if there == 0 {
                self.keys[at] = key;
                return true;
            }
            if there == key {
                return false;
            }
            at = if at + 1 == count { 0 } else { at + 1 };
        }
    }
}

/// The key of a text below that of what it stands below; never 0.
const fn literal_key(above: u64, text: &str) -> u64 {
    let mut key = above;
    let mut rest = text.as_bytes();
    let len = rest.len() as u64;
    while let [a, b, c, d, e, f, g, h, behind @ ..] = rest {
        let low = *a as u64 | (*b as u64) << 8 | (*c as u64) << 16 | (*d as u64) << 24;
        let high = *e as u64 | (*f as u64) << 8 | (*g as u64) << 16 | (*h as u64) << 24;
        key = mix!(key ^ low ^ high << 32, ROOT);
        rest = behind;
    }
    let mut last = len;
    while let [byte, behind @ ..] = rest {
        last = last << 8 | *byte as u64;
        rest = behind;
    }
    mix!(key ^ last, PARAM) | 1
}
