//! The trie: a node for each segment, built by the compiler out of sorted rows.
//!
//! Nodes are numbered level by level, so that the children of a node lie beside each other: its literals, sorted by
//! length and text, then the param, then the catch-all.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use super::Segment;
use super::gather::{Gathered, Row, narrow};

/// A place in the trie: what was matched so far, and how it may go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// The literal that leads here; empty where a param or a catch-all does.
    pub(super) literal: &'static str,
    /// The children with a literal: the first, and how many.
    pub(super) literals: (u16, u16),
    /// The child that takes any segment which is not empty; 0 where there is none, as the root is no child.
    pub(super) param: u16,
    /// The child that takes the rest of the path; 0 where there is none.
    pub(super) catch_all: u16,
    /// What answers where the path ends here: the first leaf, and how many.
    pub(super) leaves: (u16, u16),
}

/// A method of a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf {
    pub(super) method: &'static str,
    /// The index of the handler.
    pub(super) entry: u16,
    /// The index among the handler's patterns.
    pub(super) pattern: u16,
}

/// The trie's arrays.
#[derive(Debug)]
pub struct Trie<const NODES: usize, const LEAVES: usize> {
    pub(super) nodes: [Node; NODES],
    pub(super) leaves: [Leaf; LEAVES],
}

impl<const NODES: usize, const LEAVES: usize> Trie<NODES, LEAVES> {
    /// Builds the trie; `NODES` is what [`Gathered::count_nodes`] found.
    pub const fn build(gathered: &Gathered) -> Self {
        let mut trie = Self { nodes: [Node::EMPTY; NODES], leaves: [Leaf::NONE; LEAVES] };
        build(gathered, &mut trie.nodes, &mut trie.leaves, &mut [Open::NOTHING; NODES]);
        trie
    }
}

impl Node {
    pub(super) const EMPTY: Self =
        Self { literal: "", literals: (0, 0), param: 0, catch_all: 0, leaves: (0, 0) };
}

impl Leaf {
    pub(super) const NONE: Self = Self { method: "", entry: 0, pattern: 0 };
}

/// The part of the order whose rows all pass through a node, and how many segments lead there.
#[derive(Clone, Copy)]
pub(super) struct Open {
    start: usize,
    end: usize,
    depth: usize,
}

impl Open {
    pub(super) const NOTHING: Self = Self { start: 0, end: 0, depth: 0 };
}

/// Builds level by level: `open` says for each node that exists which rows are below it.
pub(super) const fn build(gathered: &Gathered, nodes: &mut [Node], leaves: &mut [Leaf], open: &mut [Open]) {
    open[0] = Open { start: 0, end: gathered.order.len(), depth: 0 };
    let (mut node, mut next_node, mut next_leaf) = (0, 1, 0);
    while node < next_node {
        let Open { mut start, end, depth } = open[node];
        let first_leaf = next_leaf;
        while start < end {
            let row = &gathered.rows[gathered.order[start].row as usize];
            if row.segments.1 as usize != depth {
                break;
            }
            next_leaf = add_leaves(gathered, row, leaves, next_leaf);
            start += 1;
        }
        nodes[node].leaves = (narrow!(first_leaf), narrow!(next_leaf - first_leaf));
        nodes[node].literals = (narrow!(next_node), 0);
        while start < end {
            let mut group_end = start + 1;
            while group_end < end && gathered.order[group_end].shared as usize > depth {
                group_end += 1;
            }
            let row = &gathered.rows[gathered.order[start].row as usize];
            match gathered.segments[row.segments.0 as usize + depth] {
                Segment::Literal(literal) => {
                    nodes[node].literals.1 += 1;
                    nodes[next_node].literal = literal;
                }
                Segment::Param(_) => nodes[node].param = narrow!(next_node),
                Segment::CatchAll(_) => nodes[node].catch_all = narrow!(next_node),
            }
            open[next_node] = Open { start, end: group_end, depth: depth + 1 };
            next_node += 1;
            start = group_end;
        }
        node += 1;
    }
}

/// Adds a row's methods and returns where the next row's go.
const fn add_leaves(gathered: &Gathered, row: &Row, leaves: &mut [Leaf], mut next: usize) -> usize {
    let mut methods = gathered.entries[row.entry as usize].route.methods;
    while let [method, rest @ ..] = methods {
        leaves[next] = Leaf { method, entry: row.entry, pattern: row.pattern };
        next += 1;
        methods = rest;
    }
    next
}
