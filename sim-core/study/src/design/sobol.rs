//! Sobol points, plain and scrambled.
//!
//! Plain points are those of `scipy.stats.qmc.Sobol(d, scramble=False)`: direction numbers of Joe and Kuo (2008, set 6.21201,
//! from the crate `sobol`) taken in Gray-code order (Antonov and Saleev 1979), the first point at the origin. Scrambling is
//! Owen's (1995) nested uniform one: each bit is flipped by a bit that depends on the axis and on all bits above it, here
//! a hash of both, and the bits below 2^−32 are filled with a hash of all 32. Any point is found from its number alone.

use autarky_engine::rng::{KeyedDraws, StreamKey, entity_key};
use sobol::Sobol;
use sobol::params::JoeKuoD6;

/// Most coordinates of a point.
pub(crate) const MAX_DIMENSIONS: usize = 1000;
/// Bits of a plain coordinate.
const BITS: usize = 32;
const ULP_53: f64 = 1.0 / 9_007_199_254_740_992.0;

/// Sobol points of some dimension.
#[derive(Debug, Clone)]
pub(crate) struct SobolPoints {
    /// For every axis the direction number of each bit.
    directions: Vec<Vec<u32>>,
    /// The scrambling of every axis; empty for plain points.
    scrambles: Vec<KeyedDraws>,
    skip: u64,
}

impl SobolPoints {
    /// Points in at most [`MAX_DIMENSIONS`] dimensions from number `skip` on, scrambled by a seed or plain.
    pub(crate) fn new(dimensions: usize, scramble: Option<u64>, skip: u64) -> Self {
        let directions =
            Sobol::<u32>::init_direction_vals::<u32>(dimensions, BITS, &JoeKuoD6::standard());
        let scrambles = scramble.map_or_else(Vec::new, |seed| scramblings(dimensions, seed));
        Self { directions, scrambles, skip }
    }

    /// Coordinate `axis` of a point, in [0, 1).
    pub(crate) fn coordinate(&self, point: u64, axis: usize) -> f64 {
        let plain = self.plain(point + self.skip, axis);
        match self.scrambles.get(axis) {
            None => f64::from(plain) / 4_294_967_296.0,
            Some(draws) => scrambled(plain, draws),
        }
    }

    fn plain(&self, number: u64, axis: usize) -> u32 {
        let mut gray = number ^ (number >> 1);
        let mut out = 0;
        while gray != 0 {
            let bit = gray.trailing_zeros() as usize;
            out ^= self.directions[axis].get(bit).copied().unwrap_or_default();
            gray &= gray - 1;
        }
        out
    }
}

/// The scrambling of every axis.
fn scramblings(dimensions: usize, seed: u64) -> Vec<KeyedDraws> {
    let process = entity_key("design.owen");
    let of = |axis| StreamKey { seed, replication: axis, process, entity: 0 };
    (0..dimensions as u64).map(|axis| KeyedDraws::new(of(axis))).collect()
}

/// The nested uniform scramble of one coordinate, an odd multiple of 2^−53.
fn scrambled(plain: u32, draws: &KeyedDraws) -> f64 {
    let mut out = 0_u32;
    for depth in 0..BITS as u32 {
        // The bits above, with a one before them so that prefixes of all lengths differ.
        let prefix = u64::from(plain).wrapping_shr(BITS as u32 - depth) | 1 << depth;
        let flip = (draws.bits(prefix) >> 63) as u32;
        let bit = plain >> (BITS as u32 - 1 - depth) & 1;
        out = out << 1 | (bit ^ flip);
    }
    let rest = draws.bits(u64::from(plain) | 1 << BITS) >> (64 - 21) | 1;
    (u64::from(out) << 21 | rest).cast_signed() as f64 * ULP_53
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.qmc.Sobol(5, scramble=False).random(16)` times 16, from SciPy 1.17.1.
    const SCIPY_16: [[u32; 5]; 16] = [
        [0, 0, 0, 0, 0],
        [8, 8, 8, 8, 8],
        [12, 4, 4, 4, 12],
        [4, 12, 12, 12, 4],
        [6, 6, 10, 14, 6],
        [14, 14, 2, 6, 14],
        [10, 2, 14, 10, 10],
        [2, 10, 6, 2, 2],
        [3, 5, 15, 7, 9],
        [11, 13, 7, 15, 1],
        [15, 1, 11, 3, 5],
        [7, 9, 3, 11, 13],
        [5, 3, 5, 9, 15],
        [13, 11, 13, 1, 7],
        [9, 7, 1, 13, 3],
        [1, 15, 9, 5, 11],
    ];

    #[test]
    fn plain_points_are_those_of_scipy() {
        let points = SobolPoints::new(5, None, 0);
        for (number, row) in SCIPY_16.iter().enumerate() {
            for (axis, expected) in row.iter().enumerate() {
                let found = points.coordinate(number as u64, axis);
                assert_eq!(found.to_bits(), (f64::from(*expected) / 16.0).to_bits());
            }
        }
    }

    /// Point, axis and value: points 12,345 and 99,999 of `scipy.stats.qmc.Sobol(1000, scramble=False)` times 2^30, by SciPy 1.17.1.
    const FAR: [(u64, usize, u32); 16] = [
        (12_345, 0, 688_193_536),
        (12_345, 1, 873_398_272),
        (12_345, 2, 172_163_072),
        (12_345, 17, 54_722_560),
        (12_345, 99, 578_617_344),
        (12_345, 255, 631_439_360),
        (12_345, 500, 324_861_952),
        (12_345, 999, 140_705_792),
        (99_999, 0, 48_799_744),
        (99_999, 1, 904_044_544),
        (99_999, 2, 727_949_312),
        (99_999, 17, 381_788_160),
        (99_999, 99, 634_413_056),
        (99_999, 255, 949_002_240),
        (99_999, 500, 586_522_624),
        (99_999, 999, 613_769_216),
    ];

    #[test]
    fn plain_points_far_out_and_in_many_dimensions_are_those_of_scipy() {
        let points = SobolPoints::new(1000, None, 0);
        for (number, axis, expected) in FAR {
            let found = points.coordinate(number, axis);
            assert_eq!(found.to_bits(), (f64::from(expected) / 1_073_741_824.0).to_bits());
        }
    }

    #[test]
    fn a_skip_leaves_out_the_first_points() {
        let (all, rest) = (SobolPoints::new(3, Some(4), 0), SobolPoints::new(3, Some(4), 7));
        for point in 0..50 {
            for axis in 0..3 {
                let (a, b) = (all.coordinate(point + 7, axis), rest.coordinate(point, axis));
                assert_eq!(a.to_bits(), b.to_bits());
            }
        }
    }

    /// The first two axes form a (0, 2)-sequence, and scrambling keeps that: of 2^m points each box of volume 2^−m holds one.
    #[test]
    fn every_elementary_interval_holds_its_one_point() {
        for scramble in [None, Some(1), Some(2), Some(99)] {
            let points = SobolPoints::new(2, scramble, 0);
            for m in 0..=10_u32 {
                for first in 0..=m {
                    let (a, b) = (1_u64 << first, 1_u64 << (m - first));
                    let mut boxes = vec![0; 1 << m];
                    for point in 0..1 << m {
                        let x = (points.coordinate(point, 0) * a as f64) as u64;
                        let y = (points.coordinate(point, 1) * b as f64) as u64;
                        boxes[(x * b + y) as usize] += 1;
                    }
                    assert!(boxes.iter().all(|n| *n == 1), "{scramble:?} {m} {first}");
                }
            }
        }
    }

    #[test]
    fn every_axis_of_2_to_the_m_scrambled_points_has_one_in_each_stratum() {
        let points = SobolPoints::new(40, Some(8), 0);
        for axis in 0..40 {
            let mut strata = [0; 256];
            for point in 0..256 {
                strata[(points.coordinate(point, axis) * 256.0) as usize] += 1;
            }
            assert!(strata.iter().all(|n| *n == 1));
        }
    }

    /// Centred L2 discrepancy squared (Hickernell 1998, equation 2.9).
    fn discrepancy(points: &[Vec<f64>]) -> f64 {
        let (n, d) = (points.len() as f64, points[0].len() as f64);
        let far = |x: f64| (x - 0.5).abs();
        let one = |p: &Vec<f64>| -> f64 {
            p.iter().map(|x| 1.0 + 0.5 * far(*x) - 0.5 * far(*x).powi(2)).product()
        };
        let two = |p: &Vec<f64>, q: &Vec<f64>| -> f64 {
            let pairs = p.iter().zip(q);
            pairs.map(|(x, y)| 1.0 + 0.5 * far(*x) + 0.5 * far(*y) - 0.5 * (x - y).abs()).product()
        };
        let singles: f64 = points.iter().map(one).sum();
        let pairs: f64 = points.iter().map(|p| points.iter().map(|q| two(p, q)).sum::<f64>()).sum();
        (13.0_f64 / 12.0).powf(d) - 2.0 / n * singles + pairs / (n * n)
    }

    /// For n independent uniform points the mean of the squared discrepancy is ((5/4)^d − (13/12)^d) / n: 0.0068 for d = 4
    /// and n = 256 (a mean of 40 seeds must lie within 25 %; its standard error is about 4 %, so a false alarm is rarer than 1e-8).
    /// Scrambled points must stay below a tenth of that for each of 40 seeds; measured over these seeds the ratio lies
    /// between 0.0266 and 0.0281.
    #[test]
    fn scrambled_points_have_a_tenth_of_the_discrepancy_of_random_ones() {
        let theory = (1.25_f64.powi(4) - (13.0_f64 / 12.0).powi(4)) / 256.0;
        let mut random = 0.0;
        for seed in 0..40 {
            let points = SobolPoints::new(4, Some(seed), 0);
            let of = |point| (0..4).map(|axis| points.coordinate(point, axis)).collect();
            let scrambled = discrepancy(&(0..256).map(of).collect::<Vec<_>>());
            assert!(scrambled < 0.1 * theory, "seed {seed}: {scrambled} against {theory}");
            let key = |axis| StreamKey { seed, replication: axis, process: 1, entity: 1 };
            let draw = |point, axis| KeyedDraws::new(key(axis)).uniform(point);
            let plain = |point| (0..4).map(|axis| draw(point, axis)).collect();
            random += discrepancy(&(0..256).map(plain).collect::<Vec<_>>()) / 40.0;
        }
        assert!((random / theory - 1.0).abs() < 0.25, "{random} against {theory}");
    }

    /// A point of a nested uniform scramble is uniform over scramblings. Over n = 20,000 seeds: the mean of each coordinate within 6 standard errors 1/√(12 n) of ½ (false alarm 2e-9
    /// each, 16 tests), and its chance to lie in a tenth within 6 standard errors of 0.1.
    #[test]
    fn every_scrambled_point_is_uniform_over_seeds() {
        let n = 20_000;
        let plain = SobolPoints::new(2, None, 0);
        for point in [0_u64, 1, 5, 100] {
            let (mut mean, mut tenth) = ([0.0; 2], [0.0; 2]);
            for seed in 0..n {
                let draws = scramblings(2, seed);
                for axis in 0..2 {
                    let x = scrambled(plain.plain(point, axis), &draws[axis]);
                    mean[axis] += x / n as f64;
                    tenth[axis] += f64::from((0.3..0.4).contains(&x)) / n as f64;
                }
            }
            for axis in 0..2 {
                assert!((mean[axis] - 0.5).abs() < 6.0 / (12.0 * n as f64).sqrt());
                assert!((tenth[axis] - 0.1).abs() < 6.0 * (0.09 / n as f64).sqrt());
            }
        }
    }
}
