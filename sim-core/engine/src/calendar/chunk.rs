//! Unsorted bags of keys that share one pool of four-key chunks.
//!
//! A bag is a list of chunks of one cache line each. Emptied chunks go back to the pool and the last one returned is
//! the next one used, so a queue in its steady state allocates nothing and works on warm lines.

use crate::calendar::Key;

const CHUNK: usize = 4;
/// The end of a list of chunks.
const NONE: u32 = u32::MAX;

/// Four keys on one cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Chunk([Key; CHUNK]);

/// A bag of keys; its chunks belong to the pool that filled it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bag {
    /// The chunk being filled.
    head: u32,
    /// Keys in the head chunk; every other chunk of the bag is full.
    fill: u32,
}

impl Bag {
    /// A full chunk that does not exist: the first key fetches a real one.
    pub(super) const EMPTY: Self = Self { head: NONE, fill: CHUNK as u32 };
}

#[derive(Debug, Clone)]
pub(super) struct ChunkPool {
    chunks: Vec<Chunk>,
    next: Vec<u32>,
    free: u32,
}

impl Default for ChunkPool {
    fn default() -> Self {
        Self { chunks: Vec::new(), next: Vec::new(), free: NONE }
    }
}

impl ChunkPool {
    #[inline]
    pub(super) fn push(&mut self, bag: &mut Bag, key: Key) {
        if bag.fill as usize >= CHUNK {
            *bag = Bag { head: self.chunk_before(bag.head), fill: 0 };
        }
        self.chunks[bag.head as usize].0[bag.fill as usize % CHUNK] = key;
        bag.fill += 1;
    }

    /// A free chunk whose successor is `next`.
    #[inline]
    fn chunk_before(&mut self, next: u32) -> u32 {
        let chunk = self.free;
        if let Some(link) = self.next.get_mut(chunk as usize) {
            self.free = *link;
            *link = next;
            return chunk;
        }
        // 2^29 keys at most (live and stale), so the index fits.
        self.chunks.push(Chunk([Key::MIN; CHUNK]));
        self.next.push(next);
        (self.chunks.len() - 1) as u32
    }

    /// Move every key of the bag to the end of `into`, leaving the bag empty.
    #[inline]
    pub(super) fn drain(&mut self, bag: &mut Bag, into: &mut Vec<Key>) {
        let Bag { mut head, fill } = std::mem::replace(bag, Bag::EMPTY);
        let mut keys = fill as usize;
        while head != NONE {
            into.extend_from_slice(&self.chunks[head as usize].0[..keys]);
            keys = CHUNK;
            let next = std::mem::replace(&mut self.next[head as usize], self.free);
            self.free = head;
            head = next;
        }
    }
}
