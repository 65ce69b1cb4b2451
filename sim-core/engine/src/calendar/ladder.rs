//! Ladder queue: the default pending set, O(1) per event on average.
//!
//! After Tang, Goh and Thng (2005), "Ladder queue: an O(1) priority queue structure for large-scale discrete event
//! simulation", with whole-key buckets. From late to early: the *top* holds far keys unsorted; *rungs* split a range
//! into buckets of equal width, each inner rung one bucket of the outer one; the *bottom* holds the next few keys
//! sorted. Few keys live in the bottom alone, which is then a small sorted array.
//!
//! The bucket of a key is `min((key − start) >> shift, last)`: one monotone integer function of the whole key, so a
//! bucket's edge can never disagree with the order, and events tied in time are still split by sequence number.

use crate::calendar::chunk::{Bag, ChunkPool};
use crate::calendar::{Key, PendingSet};

/// The bottom is thinned when it holds more keys than this.
const BOTTOM_MAX: usize = 32;
/// Keys left in the bottom when it is thinned.
const BOTTOM_KEEP: usize = 8;
/// A bucket or top of at most this many keys is sorted, a larger one becomes a rung.
const SORT_MAX: usize = 16;
/// Most buckets of a rung.
const BUCKETS_MAX: usize = 1024;

/// Ladder queue; see the module's head.
#[derive(Debug, Clone)]
pub struct LadderQueue {
    /// The smallest keys, descending: the next one is last.
    bottom: Vec<Key>,
    /// Outermost first; only the first `depth` are in use, the others keep their memory.
    rungs: Vec<Rung>,
    depth: usize,
    /// Keys from `top_start` on, unsorted.
    top: Vec<Key>,
    top_start: Key,
    pool: ChunkPool,
    len: usize,
}

impl Default for LadderQueue {
    fn default() -> Self {
        Self {
            bottom: Vec::with_capacity(2 * BOTTOM_MAX),
            rungs: Vec::new(),
            depth: 0,
            top: Vec::new(),
            top_start: Key::MAX,
            pool: ChunkPool::default(),
            len: 0,
        }
    }
}

/// A range of keys split into buckets of width `1 << shift`.
#[derive(Debug, Clone, Default)]
struct Rung {
    start: u128,
    shift: u32,
    /// Index of the last bucket, which also takes everything later.
    last: usize,
    /// Lower edge of the first bucket not yet consumed; [`Key::MAX`] when none is left.
    edge: Key,
    /// First bucket not yet consumed.
    next: usize,
    /// Keys in the buckets.
    len: usize,
    buckets: Vec<Bag>,
    /// One bit per bucket: set when it holds keys.
    occupied: Vec<u64>,
}

impl Rung {
    /// Take over `keys` (at least two, distinct), leaving them empty.
    fn fill(&mut self, keys: &mut Vec<Key>, pool: &mut ChunkPool) {
        let (mut min, mut max) = (Key::MAX, Key::MIN);
        for &key in keys.iter() {
            min = min.min(key);
            max = max.max(key);
        }
        let buckets = keys.len().next_power_of_two().min(BUCKETS_MAX);
        let span = max.0 - min.0;
        let span_bits = u128::BITS - span.leading_zeros();
        self.start = min.0;
        self.shift = span_bits.saturating_sub(buckets.trailing_zeros());
        self.last = (span >> self.shift) as usize;
        self.next = 0;
        self.edge = min;
        self.len = 0;
        if self.buckets.len() <= self.last {
            self.buckets.resize(BUCKETS_MAX.min(2 * buckets), Bag::EMPTY);
            self.occupied.resize(self.buckets.len().div_ceil(64), 0);
        }
        for &key in keys.iter() {
            self.put(key, pool);
        }
        keys.clear();
    }

    /// Add a key that is not before `edge`.
    #[inline]
    fn put(&mut self, key: Key, pool: &mut ChunkPool) {
        let bucket = (((key.0 - self.start) >> self.shift) as usize).min(self.last);
        pool.push(&mut self.buckets[bucket], key);
        self.occupied[bucket / 64] |= 1 << (bucket % 64);
        self.len += 1;
    }

    /// The first occupied bucket.
    #[inline]
    fn first_occupied(&self) -> Option<usize> {
        let mut word = self.next / 64;
        let mut bits = self.occupied.get(word)?;
        while *bits == 0 {
            word += 1;
            bits = self.occupied.get(word)?;
        }
        Some(64 * word + bits.trailing_zeros() as usize)
    }

    /// Move the keys of the first occupied bucket to the end of `into`, and the edge behind it.
    #[inline]
    fn take_next(&mut self, pool: &mut ChunkPool, into: &mut Vec<Key>) {
        let Some(bucket) = self.first_occupied() else { return };
        let before = into.len();
        pool.drain(&mut self.buckets[bucket], into);
        self.occupied[bucket / 64] &= !(1 << (bucket % 64));
        self.len -= into.len() - before;
        self.next = bucket + 1;
        self.edge = if bucket < self.last {
            Key(self.start + ((self.next as u128) << self.shift))
        } else {
            Key::MAX
        };
    }
}

impl LadderQueue {
    /// Insert into the sorted bottom.
    #[inline]
    fn push_bottom(&mut self, key: Key) {
        let mut at = self.bottom.len();
        self.bottom.push(key);
        while at > 0 && self.bottom[at - 1] < key {
            self.bottom[at] = self.bottom[at - 1];
            at -= 1;
        }
        self.bottom[at] = key;
        if self.bottom.len() > BOTTOM_MAX {
            self.thin_bottom();
        }
    }

    /// Move most of a long bottom to where larger sets are kept.
    #[cold]
    fn thin_bottom(&mut self) {
        if self.depth == 0 && self.top.is_empty() {
            let keep_from = self.bottom.len() - BOTTOM_KEEP;
            self.top_start = self.bottom[keep_from - 1];
            self.top.extend(self.bottom.drain(..keep_from));
        } else {
            let mut keys = std::mem::take(&mut self.bottom);
            self.add_rung(&mut keys);
            self.bottom = keys;
        }
    }

    /// Turn `keys` into the innermost rung, leaving them empty.
    fn add_rung(&mut self, keys: &mut Vec<Key>) {
        if self.rungs.len() == self.depth {
            self.rungs.push(Rung::default());
        }
        self.rungs[self.depth].fill(keys, &mut self.pool);
        self.depth += 1;
    }

    /// Bring the next keys into the empty bottom; false when there are none.
    fn refill(&mut self) -> bool {
        loop {
            let Some(rung) = self.rungs[..self.depth].last_mut() else {
                if !self.refill_from_top() {
                    return false;
                }
                if self.depth == 0 {
                    return true;
                }
                continue;
            };
            if rung.len == 0 {
                self.depth -= 1;
                continue;
            }
            rung.take_next(&mut self.pool, &mut self.bottom);
            if self.bottom.len() <= SORT_MAX {
                sort_descending(&mut self.bottom);
                return true;
            }
            let mut keys = std::mem::take(&mut self.bottom);
            self.add_rung(&mut keys);
            self.bottom = keys;
        }
    }

    /// Bring the top into the bottom (when short) or into the first rung; false when it is empty.
    fn refill_from_top(&mut self) -> bool {
        if self.top.len() <= SORT_MAX {
            self.top_start = Key::MAX;
            self.bottom.append(&mut self.top);
            sort_descending(&mut self.bottom);
            return !self.bottom.is_empty();
        }
        let mut keys = std::mem::take(&mut self.top);
        let latest = keys.iter().max().map_or(0, |key| key.0);
        self.add_rung(&mut keys);
        self.top = keys;
        self.top_start = Key(latest + 1);
        true
    }
}

/// Insertion sort: the slices are a handful of keys long.
#[inline]
fn sort_descending(keys: &mut [Key]) {
    for end in 1..keys.len() {
        let key = keys[end];
        let mut at = end;
        while at > 0 && keys[at - 1] < key {
            keys[at] = keys[at - 1];
            at -= 1;
        }
        keys[at] = key;
    }
}

impl PendingSet for LadderQueue {
    #[inline]
    fn push(&mut self, key: Key) {
        self.len += 1;
        if key >= self.top_start {
            self.top.push(key);
            return;
        }
        for rung in &mut self.rungs[..self.depth] {
            if key >= rung.edge {
                rung.put(key, &mut self.pool);
                return;
            }
        }
        self.push_bottom(key);
    }

    #[inline]
    fn pop_at_most(&mut self, limit: Key) -> Option<Key> {
        loop {
            if let Some(&key) = self.bottom.last() {
                if key > limit {
                    return None;
                }
                self.bottom.pop();
                self.len -= 1;
                return Some(key);
            }
            if !self.refill() {
                return None;
            }
        }
    }

    #[inline]
    fn peek(&mut self) -> Option<Key> {
        if self.bottom.is_empty() && !self.refill() {
            return None;
        }
        self.bottom.last().copied()
    }

    fn retain<F: FnMut(Key) -> bool>(&mut self, mut keep: F) {
        self.top.append(&mut self.bottom);
        for rung in &mut self.rungs[..self.depth] {
            while rung.len > 0 {
                rung.take_next(&mut self.pool, &mut self.top);
            }
        }
        self.depth = 0;
        self.top.retain(|&key| keep(key));
        self.top_start = Key::MIN;
        self.len = self.top.len();
    }

    #[inline]
    fn len(&self) -> usize {
        self.len
    }
}
