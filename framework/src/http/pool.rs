//! Request storage that a worker uses again, so that a request in steady state allocates nothing for its head.

use std::cell::RefCell;

use super::request::Parts;

/// How many free requests a thread keeps; one in flight per connection makes more of no use in a burst.
const KEPT: usize = 64;
/// A head buffer that grew beyond this many bytes is given back to the allocator.
const KEPT_HEAD_BYTES: usize = 16 * 1024;

thread_local! {
    #[expect(clippy::vec_box, reason = "the boxes themselves are what is used again")]
    static FREE: RefCell<Vec<Box<Parts>>> = const { RefCell::new(Vec::new()) };
}

/// Takes empty request storage from this thread's pool, or allocates it.
pub(super) fn take() -> Box<Parts> {
    FREE.with_borrow_mut(Vec::pop).unwrap_or_default()
}

/// Gives storage back, emptied; what is too many or too large is freed.
#[inline(never)]
pub(super) fn give(mut parts: Box<Parts>) {
    if parts.head.bytes.capacity() > KEPT_HEAD_BYTES {
        return;
    }
    parts.clear();
    // A thread that is ending has no pool any more: the storage is freed then.
    let _ = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        if free.len() < KEPT {
            free.push(parts);
        }
    });
}
