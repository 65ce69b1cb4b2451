//! The next few keys of a ladder queue, sorted in a fixed ring.
//!
//! Where a key goes is as random as its time, so the loops below choose by conditional moves instead of branches: a
//! mispredicted branch costs as much as the whole insertion.

use std::hint::select_unpredictable;

use crate::calendar::Key;
use crate::calendar::chunk::CHUNK;

/// The bottom is to be thinned when it holds more keys than this.
pub(super) const BOTTOM_MAX: usize = 16;
/// Most keys that are sorted into the bottom at once.
pub(super) const SORT_MAX: usize = 16;
/// A power of two above the sum of both, so that a masked index is always in bounds.
const CAPACITY: usize = 64;
/// Up to this many keys are all compared at an insertion; beyond, the search stops at the right place.
const COMPARE_ALL: usize = 8;

/// Keys in ascending order.
#[derive(Debug, Clone)]
pub(super) struct Bottom {
    keys: [Key; CAPACITY],
    /// Position of the smallest key, modulo the capacity.
    head: usize,
    len: usize,
}

impl Default for Bottom {
    fn default() -> Self {
        Self { keys: [Key::MIN; CAPACITY], head: 0, len: 0 }
    }
}

/// The smaller and the larger of two keys.
#[inline]
fn order(a: Key, b: Key) -> (Key, Key) {
    let swap = b < a;
    (select_unpredictable(swap, b, a), select_unpredictable(swap, a, b))
}

impl Bottom {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The `rank`-th smallest key's place.
    #[inline]
    fn at(&mut self, rank: usize) -> &mut Key {
        &mut self.keys[self.head.wrapping_add(rank) % CAPACITY]
    }

    /// The smallest key.
    #[inline]
    pub(super) fn first(&self) -> Option<Key> {
        (self.len > 0).then(|| self.keys[self.head % CAPACITY])
    }

    /// Remove the smallest key if it is at most `limit`.
    #[inline]
    pub(super) fn pop_at_most(&mut self, limit: Key) -> Option<Key> {
        let key = self.first()?;
        if key > limit {
            return None;
        }
        self.head = self.head.wrapping_add(1);
        self.len -= 1;
        Some(key)
    }

    /// Insert a key and return how many there are now.
    #[inline]
    pub(super) fn insert(&mut self, key: Key) -> usize {
        let mut rank = self.len;
        self.len += 1;
        if rank <= COMPARE_ALL {
            let mut carried = key;
            while rank > 0 {
                let (low, high) = order(*self.at(rank - 1), carried);
                *self.at(rank) = high;
                carried = low;
                rank -= 1;
            }
            *self.at(0) = carried;
        } else {
            while rank > 0 && key < *self.at(rank - 1) {
                *self.at(rank) = *self.at(rank - 1);
                rank -= 1;
            }
            *self.at(rank) = key;
        }
        self.len
    }

    /// Append the first `count` of a chunk's keys, all larger than those held.
    #[inline]
    pub(super) fn append_chunk(&mut self, chunk: &[Key; CHUNK], count: usize) {
        // Places beyond `count` get keys that a later append overwrites.
        let key = |i| select_unpredictable(i < count, chunk[i], Key::MAX);
        let (a, b) = order(chunk[0], key(1));
        if count <= 2 {
            (*self.at(self.len), *self.at(self.len + 1)) = (a, b);
        } else {
            // A sorting network (Batcher) of five comparisons for four keys.
            let (c, d) = order(key(2), key(3));
            let ((a, c), (b, d)) = (order(a, c), order(b, d));
            let (b, c) = order(b, c);
            for (i, key) in [a, b, c, d].into_iter().enumerate() {
                *self.at(self.len + i) = key;
            }
        }
        self.len += count;
    }

    /// Fill the empty bottom with at most [`SORT_MAX`] keys.
    pub(super) fn sort_all(&mut self, keys: &mut Vec<Key>) {
        for key in keys.drain(..) {
            self.insert(key);
        }
    }

    /// Move all but the `kept` smallest keys to the end of `into`.
    pub(super) fn keep_smallest(&mut self, kept: usize, into: &mut Vec<Key>) {
        for rank in kept..self.len {
            into.push(*self.at(rank));
        }
        self.len = self.len.min(kept);
    }
}
