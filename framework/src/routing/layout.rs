//! [`Layout`]: the table as constants of a type, which the compiler evaluates for generated code alone.
//!
//! rustc evaluates every constant and static that it meets, be it only checking a program; those of a generic type it
//! evaluates where code that has them is generated. So `routes!` makes a type for its table and hands over
//! [`Layout::table`], and `cargo check` lays out none.

use std::marker::PhantomData;

use super::conflict::Conflicts;
use super::gather::{Rows, join_texts};
use super::source::{Listed, Sources};
use super::table::Table;
use super::trie::Trie;

/// The table of what `T` lists, of as many items, and of the [`Sizes`](super::Sizes) and the nodes that were counted.
#[derive(Debug)]
pub struct Layout<
    T,
    const ITEMS: usize,
    const ROUTES: usize,
    const ROWS: usize,
    const SEGMENTS: usize,
    const LAYERS: usize,
    const TEXT: usize,
    const LEAVES: usize,
    const NODES: usize,
>(PhantomData<T>);

impl<
    T: Listed,
    const ITEMS: usize,
    const ROUTES: usize,
    const ROWS: usize,
    const SEGMENTS: usize,
    const LAYERS: usize,
    const TEXT: usize,
    const LEAVES: usize,
    const NODES: usize,
> Layout<T, ITEMS, ROUTES, ROWS, SEGMENTS, LAYERS, TEXT, LEAVES, NODES>
{
    const SOURCES: &'static Sources = T::SOURCES;
    const JOINED: &'static [u8; TEXT] = &join_texts(Self::SOURCES);
    const GATHERED: &'static Rows<ROUTES, ROWS, SEGMENTS, LAYERS> = &Rows::gather(Self::SOURCES, Self::JOINED);
    const TRIE: &'static Trie<NODES, LEAVES> = &Trie::build::<ROWS>(&Self::GATHERED.gathered());
    const TABLE: &'static Table = &Table::new(Self::GATHERED.gathered(), Self::TRIE);
    const CONFLICTS: &'static Conflicts<ITEMS> = &Conflicts::find(Self::SOURCES, Self::TABLE);

    /// The table, laid out.
    pub fn table() -> &'static Table {
        Self::TABLE
    }

    /// Stops the compiler where the item has a conflict with what stands before it; the error stands where this is
    /// called.
    #[track_caller]
    pub const fn check(item: usize) {
        Self::CONFLICTS.check(Self::TABLE, item);
    }
}
