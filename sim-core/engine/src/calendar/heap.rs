//! A packed 4-ary min-heap of keys: the pending set for few events or heavy-tailed increments.
//!
//! The children of node `i` are `4 i + 1 … 4 i + 4` in one flat array, so a level costs one cache line of four
//! keys. Every operation is O(log₄ n) whatever the increments (Johnson 1975, d-heaps).

use std::hint::select_unpredictable;

use crate::calendar::{Key, PendingSet};

const ARITY: usize = 4;

/// A packed 4-ary min-heap; see the module's head.
#[derive(Debug, Clone, Default)]
pub struct PackedHeap {
    keys: Vec<Key>,
}

impl PackedHeap {
    fn sift_up(&mut self, mut at: usize) {
        let key = self.keys[at];
        while let Some(above) = parent(at)
            && key < self.keys[above]
        {
            self.keys[at] = self.keys[above];
            at = above;
        }
        self.keys[at] = key;
    }

    fn sift_down(&mut self, mut at: usize) {
        let key = self.keys[at];
        while let Some((child, smallest)) = smallest_child(&self.keys, at)
            && smallest < key
        {
            self.keys[at] = smallest;
            at = child;
        }
        self.keys[at] = key;
    }
}

/// The parent of node `at`; the root has none.
#[inline]
pub(super) fn parent(at: usize) -> Option<usize> {
    at.checked_sub(1).map(|before| before / ARITY)
}

/// Index and key of the smallest child of node `at`, if it has any.
#[inline]
pub(super) fn smallest_child(keys: &[Key], at: usize) -> Option<(usize, Key)> {
    let first = ARITY * at + 1;
    if let Some(&[a, b, c, d]) = keys.get(first..first + ARITY) {
        // Which child is smallest is a coin toss: conditional moves, no branches.
        let (left, right) = (b < a, d < c);
        let (low, high) = (select_unpredictable(left, b, a), select_unpredictable(right, d, c));
        let (left, right) = (first + usize::from(left), first + 2 + usize::from(right));
        let child = select_unpredictable(high < low, right, left);
        return Some((child, select_unpredictable(high < low, high, low)));
    }
    let rest = keys.get(first..)?;
    rest.iter().enumerate().min_by_key(|&(_, key)| *key).map(|(i, &key)| (first + i, key))
}

impl PendingSet for PackedHeap {
    #[inline]
    fn push(&mut self, key: Key) {
        self.keys.push(key);
        self.sift_up(self.keys.len() - 1);
    }

    #[inline]
    fn pop_at_most(&mut self, limit: Key) -> Option<Key> {
        let smallest = *self.keys.first()?;
        if smallest > limit {
            return None;
        }
        self.keys.swap_remove(0);
        if self.keys.len() > 1 {
            self.sift_down(0);
        }
        Some(smallest)
    }

    fn peek(&mut self) -> Option<Key> {
        self.keys.first().copied()
    }

    fn retain<F: FnMut(Key) -> bool>(&mut self, mut keep: F) {
        self.keys.retain(|&key| keep(key));
        // Floyd's construction: the last parent first.
        for at in (0..self.keys.len().div_ceil(ARITY)).rev() {
            self.sift_down(at);
        }
    }

    fn len(&self) -> usize {
        self.keys.len()
    }
}
