//! Ladder queue: the default pending set, O(1) per event on average.
//!
//! After Tang, Goh and Thng (2005), "Ladder queue: an O(1) priority queue structure for large-scale discrete event
//! simulation", with whole-key buckets. From late to early: the *top* holds far keys unsorted; *rungs* split a range
//! into buckets of equal width, each inner rung one bucket of the outer one; the *bottom* holds the next few keys
//! sorted. Few keys live in the bottom alone, which is then a small sorted array.
//!
//! The bucket of a key is `min((key − start) >> shift, last)`: one monotone integer function of the whole key, so a
//! bucket's edge can never disagree with the order, and events tied in time are still split by sequence number.

use crate::calendar::bottom::{BOTTOM_MAX, Bottom, SORT_MAX};
use crate::calendar::chunk::ChunkPool;
use crate::calendar::rung::Rung;
use crate::calendar::{Key, PendingSet};

/// Buckets are moved into the bottom until it holds this many keys.
const REFILL_MIN: usize = 4;
/// Keys left in the bottom when it is thinned.
const BOTTOM_KEEP: usize = 8;

/// Room for keys that an empty ladder starts with.
const RESERVED: usize = 64;
/// Rungs made at a time.
const RUNGS_AT_ONCE: usize = 4;

/// Ladder queue; see the module's head.
#[derive(Debug, Clone)]
pub struct LadderQueue {
    bottom: Bottom,
    /// Outermost first; only the first `depth` are in use, the others keep their memory.
    rungs: Vec<Rung>,
    depth: usize,
    /// Keys from `top_start` on, unsorted.
    top: Vec<Key>,
    top_start: Key,
    pool: ChunkPool,
    /// Keys on their way from a bucket to an inner rung; empty between calls.
    moving: Vec<Key>,
    len: usize,
}

impl Default for LadderQueue {
    fn default() -> Self {
        Self {
            bottom: Bottom::default(),
            rungs: Vec::new(),
            depth: 0,
            top: Vec::with_capacity(RESERVED),
            top_start: Key::MAX,
            pool: ChunkPool::default(),
            moving: Vec::with_capacity(RESERVED),
            len: 0,
        }
    }
}

impl LadderQueue {
    /// Move most of a long bottom to where larger sets are kept.
    #[cold]
    #[inline(never)]
    fn thin_bottom(&mut self) {
        let alone = self.depth == 0 && self.top.is_empty();
        self.bottom.keep_smallest(if alone { BOTTOM_KEEP } else { 0 }, &mut self.moving);
        // Keys pushed ever earlier would pile up rungs. Merging those that are not much larger keeps their number
        // logarithmic.
        while let Some(rung) = self.rungs[..self.depth].last_mut()
            && rung.len() <= 2 * self.moving.len()
        {
            rung.take_every(&mut self.pool, &mut self.moving);
            self.depth -= 1;
        }
        if self.depth == 0 && self.top.len() <= 2 * self.moving.len() {
            self.top_start = self.moving.iter().copied().min().unwrap_or(self.top_start);
            self.top.append(&mut self.moving);
        } else {
            self.add_rung();
        }
    }

    /// Turn the moving keys into the innermost rung.
    fn add_rung(&mut self) {
        if self.rungs.len() == self.depth {
            // Several at once, because a rare third or fourth rung should not allocate long after the start.
            self.rungs.extend((0..RUNGS_AT_ONCE).map(|_| Rung::new()));
        }
        self.rungs[self.depth].fill(&mut self.moving, &mut self.pool);
        self.depth += 1;
    }

    /// Bring the next keys into the empty bottom; false when there are none.
    #[inline(never)]
    fn refill(&mut self) -> bool {
        loop {
            let Some(rung) = self.rungs[..self.depth].last_mut() else {
                return self.refill_from_top();
            };
            if rung.is_empty() {
                self.depth -= 1;
                continue;
            }
            let mut bucket = rung.first_occupied();
            if !rung.is_small(bucket) {
                rung.take_all(&mut self.pool, &mut self.moving);
                if self.sort_or_add_rung() {
                    return true;
                }
                continue;
            }
            loop {
                let (chunk, fill, _) = rung.take(bucket);
                self.bottom.append_chunk(&chunk.0, fill);
                if self.bottom.len() >= REFILL_MIN || rung.is_empty() {
                    return true;
                }
                bucket = rung.first_occupied();
                if !rung.is_small(bucket) {
                    return true;
                }
            }
        }
    }

    /// Move the moving keys into the bottom when they are few (true) or into a new rung.
    fn sort_or_add_rung(&mut self) -> bool {
        let few = self.moving.len() <= SORT_MAX;
        if few {
            self.bottom.sort_all(&mut self.moving);
        } else {
            self.add_rung();
        }
        few
    }

    /// As [`Self::refill`], when there is no rung.
    #[cold]
    fn refill_from_top(&mut self) -> bool {
        let Some(&latest) = self.top.iter().max() else {
            self.top_start = Key::MAX;
            return false;
        };
        std::mem::swap(&mut self.top, &mut self.moving);
        if self.sort_or_add_rung() {
            self.top_start = Key::MAX;
            return true;
        }
        // `latest` is below the largest key, which no event has.
        self.top_start = Key(latest.0 + 1);
        self.refill()
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
            if rung.accepts(key) {
                rung.put(key, &mut self.pool);
                return;
            }
        }
        if self.bottom.insert(key) > BOTTOM_MAX {
            self.thin_bottom();
        }
    }

    #[inline]
    fn pop_at_most(&mut self, limit: Key) -> Option<Key> {
        if self.bottom.is_empty() && !self.refill() {
            return None;
        }
        let key = self.bottom.pop_at_most(limit)?;
        self.len -= 1;
        Some(key)
    }

    #[inline]
    fn peek(&mut self) -> Option<Key> {
        if self.bottom.is_empty() && !self.refill() {
            return None;
        }
        self.bottom.first()
    }

    fn retain<F: FnMut(Key) -> bool>(&mut self, mut keep: F) {
        self.bottom.keep_smallest(0, &mut self.top);
        for rung in &mut self.rungs[..self.depth] {
            rung.take_every(&mut self.pool, &mut self.top);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_pushed_ever_earlier_keep_the_ladder_shallow() {
        let mut ladder = LadderQueue::default();
        let mut popped = Vec::new();
        for round in 0..5_u128 {
            for i in (0..20_000_u128).rev() {
                ladder.push(Key((i << 80) + (round << 60)));
                assert!(ladder.depth <= 20, "{} rungs", ladder.depth);
            }
            popped.extend(ladder.pop_at_most(Key::MAX));
        }
        popped.extend(std::iter::from_fn(|| ladder.pop_at_most(Key::MAX)));
        assert_eq!(popped.len(), 100_000);
        assert!(popped[5..].is_sorted());
    }
}
