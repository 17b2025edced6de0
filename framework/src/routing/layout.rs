//! [`Layout`]: the table as constants of a type, which the compiler evaluates for generated code alone.
//!
//! rustc evaluates every constant and static that it meets, be it only checking a program; those of a generic type it
//! evaluates where code that has them is generated. So `routes!` makes a type for its table and hands over
//! [`Layout::table`], and `cargo check` lays out none.

use std::marker::PhantomData;

use super::conflict::Conflicts;
use super::gather::{Rows, join_texts};
use super::source::Listed;
use super::trie::{Plan, Trie};
use super::{Segment, Table};

/// The table of what `T` lists, of as many items, and of the [`Sizes`](super::Sizes) that were counted.
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
    const JOINED: &'static [u8; TEXT] = &join_texts(T::SOURCES);
    // By value, as only half of it is of use when the trie is built.
    const GATHERED: (Rows<ROUTES, ROWS, LAYERS>, [Segment; SEGMENTS]) =
        Rows::gather(T::SOURCES, Self::JOINED);
    const ROWS: &'static Rows<ROUTES, ROWS, LAYERS> = &Self::GATHERED.0;
    const PLAN: Plan<ROWS, NODES> = Plan::of(&Self::ROWS.gathered(), &Self::GATHERED.1);
    const TRIE: &'static Trie<NODES, LEAVES> = &Trie::build(&Self::ROWS.gathered(), &Self::PLAN);
    const TABLE: &'static Table = &Table::new(Self::ROWS.gathered(), Self::TRIE);
    const CONFLICTS: &'static Conflicts<ITEMS> = &Conflicts::find(T::SOURCES, Self::TABLE);

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
