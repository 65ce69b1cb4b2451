//! A pool of full four-key chunks, where the buckets of a ladder queue put what does not fit on their own line.
//!
//! A bucket's chunks form a list. Emptied chunks go back to the pool and the last one returned is the next one used, so
//! a queue in its steady state allocates nothing and works on warm lines.

use crate::calendar::Key;

/// Keys on one cache line.
pub(super) const CHUNK: usize = 4;
/// The end of a list of chunks.
pub(super) const NONE: u32 = u32::MAX;

/// Four keys on one cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Chunk(pub(super) [Key; CHUNK]);

impl Chunk {
    /// A chunk whose keys mean nothing.
    pub(super) const BLANK: Self = Self([Key::MIN; CHUNK]);
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
    /// Store a full chunk in front of the list `rest` and return the new list.
    #[inline]
    pub(super) fn put(&mut self, chunk: &Chunk, rest: u32) -> u32 {
        let place = self.free;
        if let Some(link) = self.next.get_mut(place as usize) {
            self.free = std::mem::replace(link, rest);
            self.chunks[place as usize] = *chunk;
            return place;
        }
        self.grow(chunk, rest)
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, chunk: &Chunk, rest: u32) -> u32 {
        // 2^29 keys at most (live and stale), so the index fits.
        self.chunks.push(*chunk);
        self.next.push(rest);
        (self.chunks.len() - 1) as u32
    }

    /// Move every key of a list to the end of `into` and free its chunks.
    pub(super) fn drain(&mut self, mut list: u32, into: &mut Vec<Key>) {
        while list != NONE {
            into.extend_from_slice(&self.chunks[list as usize].0);
            let rest = std::mem::replace(&mut self.next[list as usize], self.free);
            self.free = std::mem::replace(&mut list, rest);
        }
    }
}
