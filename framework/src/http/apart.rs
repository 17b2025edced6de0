//! Values that end in one place: what drops them is compiled once, and called.
//!
//! The compiler writes out what drops a value again in each unit of the program that may hold one, also where it has
//! been moved on long before. For what every request has that is most of what such a unit is made of.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

/// A value whose drop is a call.
#[derive(Default)]
pub(crate) struct Apart<T: Ends>(ManuallyDrop<T>);

/// What can end before it is dropped: its default then stays, of which nothing is left to be dropped.
pub(crate) trait Ends: Default {
    /// Whether it has anything to drop.
    fn is_live(&self) -> bool;
}

impl<T: Ends> Apart<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(ManuallyDrop::new(value))
    }
}

impl<T: Ends> Deref for Apart<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Ends> DerefMut for Apart<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Ends> Drop for Apart<T> {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_live() {
            end(&mut *self.0);
        }
    }
}

#[inline(never)]
fn end<T: Ends>(value: &mut T) {
    *value = T::default();
}

impl<T> Ends for Option<Box<T>> {
    #[inline]
    fn is_live(&self) -> bool {
        self.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn drops_what_is_left_once() {
        let watched = Arc::new(());
        let mut kept = Apart::new(Some(Box::new(Arc::clone(&watched))));
        let moved = Apart::new(kept.take());
        assert_eq!(Arc::strong_count(&watched), 2);
        drop(kept);
        assert_eq!(Arc::strong_count(&watched), 2);
        drop(moved);
        assert_eq!(Arc::strong_count(&watched), 1);
    }
}
