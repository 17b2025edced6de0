//! Conflicts: two routes that share a method and match the same requests, told at compile time.
//!
//! The trie keeps both at the same node; what is found here stops the program from compiling. It is looked for where
//! two keys of a [`Survey`](super::Survey) are the same, and nowhere else: so `cargo check` of a program without a fault
//! lays out no table.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses a wrong index")]

use super::RouteInfo;
use super::gather::Row;
use super::source::{Source, Sources};
use super::table::Table;
use super::trie::Leaf;

/// The first conflict of each item of `routes!` with what stands before it.
#[derive(Debug)]
pub(super) struct Conflicts<const ITEMS: usize> {
    of_item: [Option<Conflict>; ITEMS],
}

/// Two leaves of the same node with the same method.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conflict {
    first: Leaf,
    second: Leaf,
}

impl<const ITEMS: usize> Conflicts<ITEMS> {
    /// Looks for conflicts in all nodes.
    pub(super) const fn find(sources: &Sources, table: &Table) -> Self {
        let mut of_item = [None; ITEMS];
        find(sources, table, &mut of_item);
        Self { of_item }
    }

    /// Stops the compiler where the item has a conflict; the error stands where this is called.
    #[track_caller]
    pub(super) const fn check(&self, table: &Table, item: usize) {
        if let Some(conflict) = &self.of_item[item] {
            let message = conflict.message(table);
            panic!("{}", message.as_str());
        }
    }
}

/// Finds the first conflict of each item.
pub(super) const fn find(sources: &Sources, table: &Table, conflicts: &mut [Option<Conflict>]) {
    let mut nodes = table.nodes;
    while let [node, rest @ ..] = nodes {
        nodes = rest;
        let first = node.leaves.0 as usize;
        let (mut second, end) = (first + 1, first + node.leaves.1 as usize);
        while second < end {
            if let Some(conflict) = first_conflict(sources, table, first, second) {
                let item = item_of(table, &conflict.second);
                if conflicts[item].is_none() {
                    conflicts[item] = Some(conflict);
                }
            }
            second += 1;
        }
    }
}

/// The conflict of the leaf at `second` with one before it, from that at `first` on. A nested table has told of its own
/// already.
#[inline]
const fn first_conflict(
    sources: &Sources,
    table: &Table,
    mut first: usize,
    second: usize,
) -> Option<Conflict> {
    let leaves = table.leaves();
    let this = leaves[second];
    while first < second {
        let other = leaves[first];
        if other.key.is(this.key) && same(other.method, this.method) {
            let item = item_of(table, &this);
            let nested = matches!(sources.items[item].source, Source::Table(_));
            if !nested || item_of(table, &other) != item {
                return Some(Conflict { first: other, second: this });
            }
        }
        first += 1;
    }
    None
}

const fn item_of(table: &Table, leaf: &Leaf) -> usize {
    table.gathered().entries[leaf.entry as usize].item as usize
}

impl Conflict {
    /// Says which routes these are, where they stand, and what to do.
    #[inline]
    pub(super) const fn message(&self, table: &Table) -> Message {
        let (first, second) = (&self.first, &self.second);
        let first_route = route_of(table, first);
        let second_route = route_of(table, second);
        let text = row_of(table, first).text;
        let second_text = row_of(table, second).text;
        let mut message = Message::EMPTY;
        if first.entry != second.entry && same_place(first_route, second_route) {
            message.push_name(first_route);
            message.push_all(&[" is listed twice: "]);
            message.push_all(&[first.method, " ", text, " at "]);
            message.push_place(first_route);
            message.push_all(&[" is in the table already; remove one"]);
            return message;
        }
        message.push_all(&[first.method, " ", text, " is routed twice: by "]);
        message.push_name(first_route);
        message.push_all(&[" at "]);
        message.push_place(first_route);
        message.push_all(&[" and by "]);
        message.push_name(second_route);
        message.push_all(&[" at "]);
        message.push_place(second_route);
        if !same(text, second_text) {
            message.push_all(&[", there as ", second_text, ", which matches the same requests"]);
        }
        message.push_all(&["; change one pattern or method, or remove one"]);
        message
    }
}

const fn route_of(table: &Table, leaf: &Leaf) -> &'static RouteInfo {
    table.gathered().entries[leaf.entry as usize].route
}

const fn row_of(table: &Table, leaf: &Leaf) -> &'static Row {
    let gathered = table.gathered();
    &gathered.rows[gathered.entries[leaf.entry as usize].first_row as usize + leaf.pattern as usize]
}

#[inline]
pub(super) const fn same_place(one: &RouteInfo, other: &RouteInfo) -> bool {
    one.line == other.line
        && same(one.name, other.name)
        && same(one.module, other.module)
        && same(one.file, other.file)
}

#[inline]
pub(super) const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// The longest message; what is over it is cut off.
const MESSAGE_LEN: usize = 2048;

/// A text put together in the compiler, which has no `String`.
pub(super) struct Message {
    bytes: [u8; MESSAGE_LEN],
    len: usize,
}

impl Message {
    const EMPTY: Self = Self { bytes: [0; MESSAGE_LEN], len: 0 };

    #[inline]
    pub(super) const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "two routes match the same requests, and one has a name that is too long to print",
        }
    }

    #[inline]
    const fn push_all(&mut self, pieces: &[&str]) {
        let mut index = 0;
        while index < pieces.len() {
            self.push(pieces[index].as_bytes());
            index += 1;
        }
    }

    #[inline]
    const fn push(&mut self, text: &[u8]) {
        let mut index = 0;
        while index < text.len() && self.len < MESSAGE_LEN {
            self.bytes[self.len] = text[index];
            self.len += 1;
            index += 1;
        }
    }

    #[inline]
    const fn push_name(&mut self, route: &RouteInfo) {
        let separator = if route.module.is_empty() { "" } else { "::" };
        self.push_all(&["`", route.module, separator, route.name, "`"]);
    }

    #[inline]
    const fn push_place(&mut self, route: &RouteInfo) {
        self.push_all(&[route.file, ":"]);
        self.push_number(route.line);
    }

    #[inline]
    const fn push_number(&mut self, number: u32) {
        if number >= 10 {
            self.push_number(number / 10);
        }
        self.push(&[b'0' + (number % 10) as u8]);
    }
}
