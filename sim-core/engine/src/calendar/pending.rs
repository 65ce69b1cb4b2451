//! The seam between the calendar and the structure that keeps its keys sorted.

use crate::calendar::Key;

/// A priority queue of distinct keys. Every implementation pops in exactly the same order.
///
/// The calendar never pushes a key whose time is before the last popped one, but it may push a key that is smaller
/// than one already seen by [`PendingSet::peek`], and one of the same instant with a lower phase.
pub trait PendingSet: Default {
    /// Add a key.
    fn push(&mut self, key: Key);

    /// Remove and return the smallest key if it is at most `limit`.
    fn pop_at_most(&mut self, limit: Key) -> Option<Key>;

    /// The smallest key. It may move keys between internal stores, hence the mutable borrow.
    fn peek(&mut self) -> Option<Key>;

    /// Keep only the keys for which `keep` is true, in any order of asking.
    fn retain<F: FnMut(Key) -> bool>(&mut self, keep: F);

    /// Number of keys held.
    fn len(&self) -> usize;

    /// Whether no key is held.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
