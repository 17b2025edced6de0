//! Room that a thread uses again: what is short-lived and of one size for the next stream costs no allocation, and a
//! connection that waits keeps none of it.

use std::cell::{Cell, RefCell};
use std::thread::LocalKey;

use super::record::Record;
use super::session::Accepted;

/// How many heads a thread keeps, and how large ones.
const KEPT_HEADS: usize = 64;
const KEPT_HEAD_BYTES: usize = 1024;
/// A list with more room is given back to the allocator.
const KEPT_ENTRIES: usize = 256;

/// A list for the streams, or answers, of a turn.
pub(super) type Spare<T> = LocalKey<Cell<Vec<T>>>;

thread_local! {
    static HEADS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    /// For streams that are to begin.
    pub(super) static ACCEPTED: Cell<Vec<Accepted>> = const { Cell::new(Vec::new()) };
    /// For answers that were written.
    pub(super) static WRITTEN: Cell<Vec<Record>> = const { Cell::new(Vec::new()) };
}

/// An empty buffer for a head.
pub(super) fn take_head() -> Vec<u8> {
    HEADS.try_with(|heads| heads.borrow_mut().pop()).ok().flatten().unwrap_or_default()
}

/// Keeps a head's buffer for the next.
pub(super) fn keep_head(mut head: Vec<u8>) {
    if head.capacity() == 0 || head.capacity() > KEPT_HEAD_BYTES {
        return;
    }
    head.clear();
    // A thread that is ending keeps nothing any more.
    let _ = HEADS.try_with(|heads| {
        let mut heads = heads.borrow_mut();
        if heads.len() < KEPT_HEADS {
            heads.push(head);
        }
    });
}

/// Adds to a list, which has the thread's spare room where it has none.
pub(super) fn push<T>(list: &mut Vec<T>, spare: &'static Spare<T>, entry: T) {
    if list.capacity() == 0 {
        *list = spare.try_with(Cell::take).unwrap_or_default();
    }
    list.push(entry);
}

/// Keeps a list's room for the next.
pub(super) fn keep<T>(mut list: Vec<T>, spare: &'static Spare<T>) {
    list.clear();
    if (1..=KEPT_ENTRIES).contains(&list.capacity()) {
        let _ = spare.try_with(|spare| spare.set(list));
    }
}
