//! The trie: a node for each segment, built by the compiler out of sorted rows.
//!
//! Nodes are numbered level by level. A child with a literal is found by the key of that literal in a hash table of all
//! nodes, so that it takes the same however many there are; the order of the table's slots means nothing.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use super::Segment;
use super::gather::{Gathered, Row, narrow};
use super::key::Key;

/// A place in the trie: what was matched so far, and how it may go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// That of the literal.
    pub(super) key: Key,
    /// The literal that leads here; empty where a param or a catch-all does.
    pub(super) literal: &'static str,
    /// The node above it, where a literal leads here.
    pub(super) parent: u16,
    /// How many children have a literal.
    pub(super) literals: u16,
    /// The child that takes any segment which is not empty; 0 where there is none, as the root is no child.
    pub(super) param: u16,
    /// The child that takes the rest of the path; 0 where there is none.
    pub(super) catch_all: u16,
    /// Whether there is such a child, of either kind.
    pub(super) has_others: bool,
    /// What answers where the path ends here: the first leaf, and how many.
    pub(super) leaves: (u16, u16),
}

/// A method of a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf {
    /// That of the method.
    pub(super) key: Key,
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
    pub(super) slots: [[u16; SLOTS_PER_NODE]; NODES],
}

/// How many slots there are for a node: many, as two nodes in search of one slot cost each look-up of one of them.
pub(super) const SLOTS_PER_NODE: usize = 4;

/// The indices of the nodes with a literal, each behind or at the slot of its key; 0 where a slot is free, as the root
/// has no literal.
pub(super) type Slots = [[u16; SLOTS_PER_NODE]];

/// A trie in the making.
pub(super) struct TrieMut<'a> {
    pub(super) nodes: &'a mut [Node],
    pub(super) leaves: &'a mut [Leaf],
    pub(super) slots: &'a mut Slots,
}

impl<const NODES: usize, const LEAVES: usize> Trie<NODES, LEAVES> {
    /// Builds the trie; `NODES` is what [`Gathered::count_nodes`] found.
    pub const fn build(gathered: &Gathered) -> Self {
        let mut trie = Self {
            nodes: [Node::EMPTY; NODES],
            leaves: [Leaf::NONE; LEAVES],
            slots: [[0; SLOTS_PER_NODE]; NODES],
        };
        let trie_mut = TrieMut { nodes: &mut trie.nodes, leaves: &mut trie.leaves, slots: &mut trie.slots };
        build(gathered, trie_mut, &mut [Open::NOTHING; NODES]);
        trie
    }
}

impl Node {
    pub(super) const EMPTY: Self = Self {
        key: Key::EMPTY,
        literal: "",
        parent: 0,
        literals: 0,
        param: 0,
        catch_all: 0,
        has_others: false,
        leaves: (0, 0),
    };
}

impl Leaf {
    pub(super) const NONE: Self = Self { key: Key::EMPTY, method: "", entry: 0, pattern: 0 };
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
pub(super) const fn build(gathered: &Gathered, trie: TrieMut<'_>, open: &mut [Open]) {
    let TrieMut { nodes, leaves, slots } = trie;
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
        while start < end {
            let mut group_end = start + 1;
            while group_end < end && gathered.order[group_end].shared as usize > depth {
                group_end += 1;
            }
            let row = &gathered.rows[gathered.order[start].row as usize];
            match gathered.segments[row.segments.0 as usize + depth] {
                Segment::Literal(literal) => {
                    nodes[node].literals += 1;
                    nodes[next_node].parent = narrow!(node);
                    nodes[next_node].literal = literal;
                    let key = Key::of(literal);
                    nodes[next_node].key = key;
                    enter(slots, next_node, key, node);
                }
                Segment::Param(_) => {
                    nodes[node].param = narrow!(next_node);
                    nodes[node].has_others = true;
                }
                Segment::CatchAll(_) => {
                    nodes[node].catch_all = narrow!(next_node);
                    nodes[node].has_others = true;
                }
            }
            open[next_node] = Open { start, end: group_end, depth: depth + 1 };
            next_node += 1;
            start = group_end;
        }
        node += 1;
    }
}

/// Enters a node into the first free slot from its key's on; there are more slots than nodes.
const fn enter(slots: &mut Slots, node: usize, key: Key, parent: usize) {
    let count = slots.len() * SLOTS_PER_NODE;
    let mut slot = key.slot(parent, count);
    while slots[slot / SLOTS_PER_NODE][slot % SLOTS_PER_NODE] != 0 {
        slot = if slot + 1 == count { 0 } else { slot + 1 };
    }
    slots[slot / SLOTS_PER_NODE][slot % SLOTS_PER_NODE] = narrow!(node);
}

/// Adds a row's methods and returns where the next row's go.
const fn add_leaves(gathered: &Gathered, row: &Row, leaves: &mut [Leaf], mut next: usize) -> usize {
    let mut methods = gathered.entries[row.entry as usize].route.methods;
    while let [method, rest @ ..] = methods {
        leaves[next] = Leaf { key: Key::of(method), method, entry: row.entry, pattern: row.pattern };
        next += 1;
        methods = rest;
    }
    next
}
