//! The trie: a node for each segment, built by the compiler out of the rows.
//!
//! A child with a literal is found by the key of that literal in a hash table of all nodes, so that it takes the same
//! however many there are; the order of the table's slots means nothing. The same way the trie is built: each row goes
//! down from the root, and makes the nodes that are not there yet. That is done twice, as the hash table's size must be
//! known before it is filled: a [`Plan`] says how many nodes there are.
//!
//! The compiler's interpreter takes about 400 instructions for a step, and twenty times that for a call: so the loops
//! call nothing that need not be called.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use super::Segment;
use super::conflict::same;
use super::gather::{Gathered, narrow};
use super::key::Key;

/// A place in the trie: what was matched so far, and how it may go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// That of the literal.
    pub(super) key: Key,
    /// The literal that leads here; empty where a param or a catch-all does.
    pub(super) literal: &'static str,
    /// The node above it, where a literal leads here; else [`NO_PARENT`].
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

/// The trie's arrays. `MOST` is a node for each segment and the root: of types no length can be made for generated code
/// alone. What is over is empty and never read.
#[derive(Debug)]
pub(super) struct Trie<const MOST: usize, const LEAVES: usize> {
    nodes: [Node; MOST],
    leaves: [Leaf; LEAVES],
    slots: [[u16; SLOTS_PER_NODE]; MOST],
    /// How many nodes there are.
    len: usize,
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

/// Which nodes there are, before the trie can be made.
#[derive(Debug)]
pub(super) struct Plan<const ROWS: usize, const MOST: usize> {
    nodes: [Node; MOST],
    /// How many of them there are.
    len: usize,
    /// Where each row ends.
    ends: [u16; ROWS],
}

impl<const ROWS: usize, const MOST: usize> Plan<ROWS, MOST> {
    /// Takes every row down the trie.
    pub(super) const fn of(gathered: &Gathered, segments: &[Segment]) -> Self {
        let mut plan = Self { nodes: [Node::EMPTY; MOST], len: 1, ends: [0; ROWS] };
        let mut slots = [[0; SLOTS_PER_NODE]; MOST];
        plan.len = plan_nodes(gathered, segments, &mut plan.nodes, &mut slots, &mut plan.ends);
        plan
    }
}

impl<const MOST: usize, const LEAVES: usize> Trie<MOST, LEAVES> {
    /// Builds the trie that was planned.
    pub(super) const fn build<const ROWS: usize>(gathered: &Gathered, plan: &Plan<ROWS, MOST>) -> Self {
        let mut trie = Self {
            nodes: [Node::EMPTY; MOST],
            leaves: [Leaf::NONE; LEAVES],
            slots: [[0; SLOTS_PER_NODE]; MOST],
            len: plan.len,
        };
        let trie_mut = TrieMut {
            nodes: trie.nodes.split_at_mut(plan.len).0,
            leaves: &mut trie.leaves,
            slots: trie.slots.split_at_mut(plan.len).0,
        };
        build(gathered, (&plan.nodes, &plan.ends), trie_mut, &mut [0; MOST]);
        trie
    }

    pub(super) const fn nodes(&'static self) -> &'static [Node] {
        self.nodes.split_at(self.len).0
    }

    pub(super) const fn leaves(&'static self) -> &'static [Leaf] {
        &self.leaves
    }

    pub(super) const fn slots(&'static self) -> &'static Slots {
        self.slots.split_at(self.len).0
    }
}

/// No node is above one of this index, as a child's is greater.
const NO_PARENT: u16 = u16::MAX;

impl Node {
    pub(super) const EMPTY: Self = Self {
        key: Key::EMPTY,
        literal: "",
        parent: NO_PARENT,
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

/// Takes every row down the trie, and makes the nodes that are not there; notes in `ends` where each row ends, and at
/// each node how many leaves it will have. Gives how many nodes there are.
#[inline]
pub(super) const fn plan_nodes(
    gathered: &Gathered,
    segments: &[Segment],
    nodes: &mut [Node],
    slots: &mut Slots,
    ends: &mut [u16],
) -> usize {
    let slot_count = slots.len() * SLOTS_PER_NODE;
    let (mut len, mut row) = (1, 0);
    let mut rows = gathered.rows;
    while let [of_row, rest @ ..] = rows {
        rows = rest;
        let (mut segment, mut left) = (of_row.segments.0 as usize, of_row.segments.1);
        let mut node = 0;
        while left > 0 {
            let child = match segments[segment] {
                Segment::Literal(literal) => {
                    let key = Key::of(literal);
                    let mut slot = key.slot(node, slot_count);
                    loop {
                        let found = slots[slot / SLOTS_PER_NODE][slot % SLOTS_PER_NODE] as usize;
                        if found == 0 {
                            slots[slot / SLOTS_PER_NODE][slot % SLOTS_PER_NODE] = narrow!(len);
                            nodes[node].literals += 1;
                            nodes[len] = Node { key, literal, parent: narrow!(node), ..Node::EMPTY };
                            break len;
                        }
                        let there = &nodes[found];
                        if there.parent as usize == node
                            && there.key.is(key)
                            && (key.is_whole() || same(there.literal, literal))
                        {
                            break found;
                        }
                        slot = if slot + 1 == slot_count { 0 } else { slot + 1 };
                    }
                }
                Segment::Param(_) => {
                    if nodes[node].param == 0 {
                        nodes[node].param = narrow!(len);
                        nodes[node].has_others = true;
                    }
                    nodes[node].param as usize
                }
                Segment::CatchAll(_) => {
                    if nodes[node].catch_all == 0 {
                        nodes[node].catch_all = narrow!(len);
                        nodes[node].has_others = true;
                    }
                    nodes[node].catch_all as usize
                }
            };
            if child == len {
                len += 1;
            }
            node = child;
            segment += 1;
            left -= 1;
        }
        nodes[node].leaves.1 += narrow!(gathered.entries[of_row.entry as usize].route.methods.len());
        ends[row] = narrow!(node);
        row += 1;
    }
    len
}

/// Fills the trie's arrays with the nodes that were planned, and where each row ends with its methods; `next` has a place
/// for each node.
#[inline]
pub(super) const fn build(
    gathered: &Gathered,
    (planned, ends): (&[Node], &[u16]),
    trie: TrieMut<'_>,
    next: &mut [u16],
) {
    let TrieMut { nodes, leaves, slots } = trie;
    let (mut node, mut first_leaf, count) = (0, 0, nodes.len());
    while node < count {
        nodes[node] = planned[node];
        nodes[node].leaves.0 = first_leaf;
        next[node] = first_leaf;
        first_leaf += planned[node].leaves.1;
        if planned[node].parent != NO_PARENT {
            enter(slots, node, planned[node].key, planned[node].parent as usize);
        }
        node += 1;
    }
    let mut row = 0;
    let mut rows = gathered.rows;
    while let [of_row, rest @ ..] = rows {
        rows = rest;
        let end = ends[row] as usize;
        let mut methods = gathered.entries[of_row.entry as usize].route.methods;
        while let [method, rest @ ..] = methods {
            leaves[next[end] as usize] =
                Leaf { key: Key::of(method), method, entry: of_row.entry, pattern: of_row.pattern };
            next[end] += 1;
            methods = rest;
        }
        row += 1;
    }
}

/// Enters a node into the first free slot from its key's on; there are more slots than nodes.
#[inline]
const fn enter(slots: &mut Slots, node: usize, key: Key, parent: usize) {
    let count = slots.len() * SLOTS_PER_NODE;
    let mut slot = key.slot(parent, count);
    while slots[slot / SLOTS_PER_NODE][slot % SLOTS_PER_NODE] != 0 {
        slot = if slot + 1 == count { 0 } else { slot + 1 };
    }
    slots[slot / SLOTS_PER_NODE][slot % SLOTS_PER_NODE] = narrow!(node);
}
