//! One rung of a ladder queue: a range of keys split into buckets of equal width.

use crate::calendar::Key;
use crate::calendar::chunk::{CHUNK, Chunk, ChunkPool, NONE};

/// Most buckets of a rung.
const BUCKETS_MAX: usize = 1 << 14;
/// Buckets of a rung with many more keys are wider by at least this factor, so that each is worth a rung of its own.
const COARSE: usize = 64;
/// Fewest buckets that a rung makes room for.
const BUCKETS_MIN: usize = 128;

/// What a bucket holds besides the chunk of its latest keys.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Keys in the bucket's own chunk.
    fill: u32,
    /// The list of its full chunks in the pool.
    rest: u32,
}

/// A range of keys split into buckets of width `1 << shift`.
#[derive(Debug, Clone, Default)]
pub(super) struct Rung {
    start: u128,
    shift: u32,
    /// Index of the last bucket, which also takes everything later.
    last: usize,
    /// Lower edge of the first bucket not yet consumed; [`Key::MAX`] when none is left.
    edge: Key,
    /// The bucket being consumed.
    current: usize,
    /// Keys in the buckets.
    len: usize,
    buckets: Vec<Bucket>,
    /// The latest keys of each bucket.
    chunks: Vec<Chunk>,
    /// One bit per bucket: set when it holds keys.
    occupied: Vec<u64>,
}

impl Rung {
    /// An empty rung with some room.
    pub(super) fn new() -> Self {
        let mut rung = Self::default();
        rung.make_room(BUCKETS_MIN);
        rung
    }

    fn make_room(&mut self, buckets: usize) {
        self.buckets.resize(buckets, Bucket { fill: 0, rest: NONE });
        self.chunks.resize(buckets, Chunk::BLANK);
        self.occupied.resize(buckets.div_ceil(64), 0);
    }

    /// Take over `keys` (at least two, distinct), leaving them empty.
    pub(super) fn fill(&mut self, keys: &mut Vec<Key>, pool: &mut ChunkPool) {
        let (mut min, mut max, mut sum) = (Key::MAX, Key::MIN, 0_u128);
        for &key in keys.iter() {
            min = min.min(key);
            max = max.max(key);
            sum += key.0 >> 32;
        }
        let count = keys.len();
        let span = max.0 - min.0;
        // Twice the mean distance to the first key is the span of equally spaced keys; a tail beyond it must not
        // widen the buckets where the keys are dense, and goes into the last one.
        let mean = (sum / count as u128).saturating_sub(min.0 >> 32) << 32;
        let width = (mean.min(span) / (count as u128 / 2)).max(1);
        let wanted = (2 * count).next_power_of_two();
        let narrow = wanted <= 2 * BUCKETS_MAX;
        let wider = (wanted / BUCKETS_MAX).max(if narrow { 1 } else { COARSE });
        let buckets = wanted / wider;
        self.shift = width.ilog2() + wider.ilog2();
        self.start = min.0;
        self.last = ((span >> self.shift).min(buckets as u128 - 1)) as usize;
        self.edge = min;
        self.current = 0;
        self.len = 0;
        if self.buckets.len() <= self.last {
            self.make_room(buckets);
        }
        for &key in keys.iter() {
            self.put(key, pool);
        }
        keys.clear();
    }

    /// Keys in the buckets.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the key belongs to a bucket not yet consumed, or later.
    #[inline]
    pub(super) fn accepts(&self, key: Key) -> bool {
        key >= self.edge
    }

    /// Add a key that the rung accepts.
    #[inline]
    pub(super) fn put(&mut self, key: Key, pool: &mut ChunkPool) {
        // The least of two before the narrowing: the quotient may exceed 64 bits.
        let bucket = ((key.0 - self.start) >> self.shift).min(self.last as u128) as usize;
        let Bucket { fill, rest } = &mut self.buckets[bucket];
        let chunk = &mut self.chunks[bucket];
        if *fill as usize >= CHUNK {
            *rest = pool.put(chunk, *rest);
            *fill = 0;
        }
        chunk.0[*fill as usize % CHUNK] = key;
        *fill += 1;
        self.occupied[bucket / 64] |= 1 << (bucket % 64);
        self.len += 1;
    }

    /// The first bucket that holds keys; the rung must not be empty.
    #[inline]
    pub(super) fn first_occupied(&self) -> usize {
        let mut word = self.current / 64;
        while self.occupied[word] == 0 {
            word += 1;
        }
        64 * word + self.occupied[word].trailing_zeros() as usize
    }

    /// Whether the bucket's own chunk holds all its keys.
    #[inline]
    pub(super) fn is_small(&self, bucket: usize) -> bool {
        self.buckets[bucket].rest == NONE
    }

    /// Take the first occupied bucket: its own chunk, the number of keys in it, and the list of its full chunks.
    #[inline]
    pub(super) fn take(&mut self, bucket: usize) -> (&Chunk, usize, u32) {
        self.occupied[bucket / 64] &= !(1 << (bucket % 64));
        self.current = bucket;
        self.edge = if bucket < self.last {
            Key(self.start + ((bucket as u128 + 1) << self.shift))
        } else {
            Key::MAX
        };
        let empty = Bucket { fill: 0, rest: NONE };
        let Bucket { fill, rest } = std::mem::replace(&mut self.buckets[bucket], empty);
        self.len -= fill as usize;
        (&self.chunks[bucket], fill as usize, rest)
    }

    /// Take the first occupied bucket and move its keys to the end of `into`.
    pub(super) fn take_all(&mut self, pool: &mut ChunkPool, into: &mut Vec<Key>) {
        let (chunk, fill, rest) = self.take(self.first_occupied());
        into.extend_from_slice(&chunk.0[..fill]);
        let before = into.len();
        pool.drain(rest, into);
        self.len -= into.len() - before;
    }

    /// Move the keys of every bucket to the end of `into`.
    pub(super) fn take_every(&mut self, pool: &mut ChunkPool, into: &mut Vec<Key>) {
        while !self.is_empty() {
            self.take_all(pool, into);
        }
    }
}
