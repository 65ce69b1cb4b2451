//! Random streams keyed by what they drive, so that policies are compared on common random numbers.
//!
//! Every exogenous process draws from its own [`Stream`], found from its [`StreamKey`] (seed,
//! replication, process, entity) alone: no draw depends on how many others were made before, nor on
//! the order in which entities were created. [`KeyedDraws`] goes further and gives one number per
//! index without any state between draws.
//!
//! The generator is PCG DXSM with 128 bits of state and 128 of increment (O'Neill 2014; DXSM is
//! the later output function, `numpy`'s `PCG64DXSM`), from `rand_pcg`. Measured on one machine it
//! takes 1.7 ns for 64 bits, against 1.4 for the older output function, whose neighbouring streams
//! are known to correlate, and 2.3 for the 16 bytes of the generator with 64 bits of state; drawn
//! from 40,000 streams in random order all lie between 3.7 and 4.7 ns.
//!
//! State and increment are both hashed from the key. The hash absorbs the key's words one after the
//! other into two 64-bit lanes; each step is a bijection of the lane for a given word, built on the
//! finaliser of `SplitMix64` (Stafford's variant 13), and the four output words are finalised once
//! more. Not for cryptography.

use rand_core::Rng as _;
use rand_pcg::Lcg128CmDxsm64;

use crate::sampler::ziggurat;

/// 2^64 divided by the golden ratio, the increment of `SplitMix64`.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// First 64 bits of √2 − 1 and √3 − 1, odd: the lanes start apart.
const LANE_A: u64 = 0x6a09_e667_f3bc_c909;
const LANE_B: u64 = 0xbb67_ae85_84ca_a73b;
/// 2^−53, the spacing of [`Stream::uniform`].
const ULP_53: f64 = 1.0 / 9_007_199_254_740_992.0;

/// Finaliser of `SplitMix64` (Stafford's variant 13 of `MurmurHash3`'s): a bijection in which every
/// input bit changes every output bit with probability close to ½.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Key of an entity from its stable name: the same for every run, platform and version.
///
/// The name's bytes enter in little-endian words of eight, the last one padded with zeros, then the
/// length; each word is added to the state, which is finalised after it.
#[must_use]
pub const fn entity_key(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = LANE_A;
    let mut start = 0;
    while start < bytes.len() {
        let mut word = 0;
        let mut offset = 0;
        while offset < 8 && start + offset < bytes.len() {
            word |= (bytes[start + offset] as u64) << (8 * offset);
            offset += 1;
        }
        hash = mix(hash.wrapping_add(GOLDEN) ^ word);
        start += 8;
    }
    mix(hash.wrapping_add(GOLDEN) ^ bytes.len() as u64)
}

/// Key of the `index`-th child of `parent`, for entities born in a run: the key of the stream that
/// brought them, and their number in it.
#[must_use]
pub const fn child_key(parent: u64, index: u64) -> u64 {
    mix(mix(parent ^ LANE_B).wrapping_add(GOLDEN) ^ index)
}

/// What a stream of random numbers drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey {
    /// Seed of the experiment.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u64,
    /// Process that draws, usually [`entity_key`] of its name.
    pub process: u64,
    /// Entity that the process belongs to: [`entity_key`] or [`child_key`].
    pub entity: u64,
}

impl StreamKey {
    /// Two lanes that have absorbed the four words.
    const fn lanes(self) -> (u64, u64) {
        let words = [self.seed, self.replication, self.process, self.entity];
        let (mut a, mut b) = (LANE_A, LANE_B);
        let mut i = 0;
        while i < words.len() {
            a = mix(a.wrapping_add(GOLDEN) ^ words[i]);
            b = mix(b.wrapping_add(a) ^ words[i].rotate_left(32));
            i += 1;
        }
        (a, b)
    }
}

/// A stream of random numbers, 32 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream(Lcg128CmDxsm64);

impl Stream {
    /// The stream of a key, at its beginning.
    #[must_use]
    pub fn new(key: StreamKey) -> Self {
        let (a, b) = key.lanes();
        let state = join(mix(a.wrapping_add(GOLDEN)), mix(b.wrapping_add(GOLDEN)));
        let a2 = a ^ b.rotate_left(29);
        let b2 = b ^ a.rotate_left(17);
        let increment = join(mix(a2.wrapping_sub(GOLDEN)), mix(b2.wrapping_sub(GOLDEN)));
        Self(Lcg128CmDxsm64::new(state, increment))
    }

    /// A stream of its own for each label, keyed by where this one stands and unrelated to what it will draw.
    #[must_use]
    pub fn fork(&self, label: u64) -> Self {
        let mut here = self.clone();
        let (seed, replication) = (here.next_u64(), here.next_u64());
        Self::new(StreamKey { seed, replication, process: label, entity: 0 })
    }

    /// 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on [0, 1): a multiple of 2^−53.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        unit(self.next_u64())
    }

    /// Uniform on (0, 1): an odd multiple of 2^−53, for logarithms and quantiles.
    #[inline]
    pub fn uniform_open(&mut self) -> f64 {
        open_unit(self.next_u64())
    }

    /// Uniform on 0..n without bias (Lemire 2019); 0 when `n` is 0.
    #[inline]
    pub fn uniform_below(&mut self, n: u64) -> u64 {
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        if (product as u64) < n {
            let rejected = n.wrapping_neg() % n;
            while (product as u64) < rejected {
                product = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// Exponential with mean 1, positive: the residual of a unit-rate clock.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        ziggurat::exponential(self)
    }

    /// Standard normal.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        ziggurat::normal(self)
    }
}

const fn join(high: u64, low: u64) -> u128 {
    ((high as u128) << 64) | low as u128
}

/// The 53 high bits as a fraction, [0, 1).
#[inline]
fn unit(bits: u64) -> f64 {
    (bits >> 11).cast_signed() as f64 * ULP_53
}

/// The 52 high bits and a half, (0, 1).
#[inline]
fn open_unit(bits: u64) -> f64 {
    ((bits >> 11) | 1).cast_signed() as f64 * ULP_53
}

/// Random numbers addressed by an index (a tick, say) instead of drawn in order: the index is
/// hashed with the key, so asking for one leaves the others as they are. 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedDraws {
    a: u64,
    b: u64,
}

impl KeyedDraws {
    /// The numbers of a key; unrelated to the [`Stream`] of the same key.
    #[must_use]
    pub const fn new(key: StreamKey) -> Self {
        let (a, b) = key.lanes();
        Self { a, b }
    }

    /// Other numbers for each label.
    #[must_use]
    pub const fn fork(&self, label: u64) -> Self {
        Self::new(StreamKey { seed: self.a, replication: self.b, process: label, entity: 0 })
    }

    /// 64 random bits for this index.
    #[inline]
    #[must_use]
    pub const fn bits(&self, index: u64) -> u64 {
        mix(mix(self.a ^ index.wrapping_mul(GOLDEN)).wrapping_add(self.b))
    }

    /// Uniform on [0, 1) for this index.
    #[inline]
    #[must_use]
    pub fn uniform(&self, index: u64) -> f64 {
        unit(self.bits(index))
    }

    /// Uniform on (0, 1) for this index.
    #[inline]
    #[must_use]
    pub fn uniform_open(&self, index: u64) -> f64 {
        open_unit(self.bits(index))
    }
}

/// Uniform on [0, 1) for one key and index; [`KeyedDraws`] spares hashing the key each time.
#[must_use]
pub fn one_shot(key: StreamKey, index: u64) -> f64 {
    KeyedDraws::new(key).uniform(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each lane alone tells a million neighbouring keys apart (chance collision: 3e-8 a lane), so
    /// both state and increment of a stream depend on every word of its key.
    #[test]
    fn each_lane_of_the_hash_depends_on_every_word() {
        let key = |i: u64| StreamKey {
            seed: i % 32,
            replication: i / 32 % 32,
            process: i / 1024 % 32,
            entity: i / 32_768,
        };
        let (mut a, mut b): (Vec<u64>, Vec<u64>) = (0..1 << 20).map(|i| key(i).lanes()).unzip();
        for lane in [&mut a, &mut b] {
            lane.sort_unstable();
            lane.dedup();
            assert_eq!(lane.len(), 1 << 20);
        }
    }
}
