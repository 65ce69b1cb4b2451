//! Unit coordinates of the points of each kind of design.
//!
//! A point is found from its number, so that a design with more points has the old ones as its beginning, except full
//! factorials and Latin hypercubes, whose points depend on how many there are.

use super::sobol::SobolPoints;
use autarky_engine::rng::{KeyedDraws, Stream, StreamKey, entity_key};

/// How points come about.
#[derive(Debug, Clone)]
pub(crate) enum Sampler {
    /// Number of levels of each axis; the last one changes fastest.
    Factorial(Vec<u64>),
    /// For each axis the stratum of every point, and where in it.
    Latin { strata: Vec<Vec<u32>>, within: Vec<KeyedDraws> },
    /// Sobol points.
    Sobol(SobolPoints),
    /// Per base sample the rows A, AB_1 … AB_k, then BA_1 … BA_k if `second`, then B, from points of twice the dimension.
    Saltelli { points: SobolPoints, second: bool },
    /// Per trajectory k + 1 rows on `levels` midpoints.
    Morris { seed: u64, levels: u64 },
    /// Independent draws.
    Random(Vec<KeyedDraws>),
    /// Rows that were given; they have no unit coordinates.
    Table,
}

/// What a row of a Saltelli design is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaltelliRow {
    /// The first matrix.
    A,
    /// The first matrix with this column of the second.
    AB(usize),
    /// The second matrix with this column of the first.
    BA(usize),
    /// The second matrix.
    B,
}

impl SaltelliRow {
    /// Rows of one base sample.
    #[must_use]
    pub const fn per_sample(axes: usize, second_order: bool) -> usize {
        if second_order { 2 * axes + 2 } else { axes + 2 }
    }

    /// The row at a position within its base sample.
    #[must_use]
    pub const fn at(position: usize, axes: usize, second_order: bool) -> Self {
        match position {
            0 => Self::A,
            at if at <= axes => Self::AB(at - 1),
            at if second_order && at <= 2 * axes => Self::BA(at - axes - 1),
            _ => Self::B,
        }
    }
}

fn key(seed: u64, replication: u64, process: &str) -> StreamKey {
    StreamKey { seed, replication, process: entity_key(process), entity: 0 }
}

impl Sampler {
    /// Independent draws, by a seed.
    pub(crate) fn random(axes: usize, seed: u64) -> Self {
        let of = |axis| KeyedDraws::new(key(seed, axis, "design.random"));
        Self::Random((0..axes as u64).map(of).collect())
    }

    /// A Latin hypercube: a random permutation of the strata for each axis (Fisher–Yates), a uniform draw within.
    pub(crate) fn latin(axes: usize, points: u64, seed: u64) -> Self {
        let permutation = |axis: u64| {
            let mut stream = Stream::new(key(seed, axis, "design.latin.stratum"));
            let mut strata: Vec<u32> = (0..points as u32).collect();
            for i in (1..strata.len()).rev() {
                strata.swap(i, stream.uniform_below(i as u64 + 1) as usize);
            }
            strata
        };
        let within = |axis| KeyedDraws::new(key(seed, axis, "design.latin.within"));
        let axes = 0..axes as u64;
        Self::Latin {
            strata: axes.clone().map(permutation).collect(),
            within: axes.map(within).collect(),
        }
    }

    /// Unit coordinates of a point with this many axes; none for a table.
    pub(crate) fn unit(&self, point: u64, axes: usize) -> Vec<f64> {
        match self {
            Self::Factorial(levels) => factorial(point, levels),
            Self::Latin { strata, within } => {
                let of = |(strata, draws): (&Vec<u32>, &KeyedDraws)| {
                    let stratum = f64::from(strata[point as usize]);
                    (stratum + draws.uniform_open(point).min(INSIDE)) / strata.len() as f64
                };
                strata.iter().zip(within).map(of).collect()
            }
            Self::Sobol(points) => (0..axes).map(|axis| points.coordinate(point, axis)).collect(),
            Self::Saltelli { points, second } => saltelli(point, points, axes, *second),
            Self::Morris { seed, levels } => morris(point, axes, *seed, *levels),
            Self::Random(draws) => draws.iter().map(|d| d.uniform_open(point)).collect(),
            Self::Table => Vec::new(),
        }
    }
}

/// Farthest point within a stratum, so that no rounding carries it into the next one.
const INSIDE: f64 = 1.0 - 1e-6;

/// Midpoints of the bins of the levels, in mixed radix.
fn factorial(point: u64, levels: &[u64]) -> Vec<f64> {
    let mut rest = point;
    let mut unit: Vec<f64> = Vec::with_capacity(levels.len());
    for count in levels.iter().rev() {
        unit.push(((rest % count) as f64 + 0.5) / *count as f64);
        rest /= count;
    }
    unit.reverse();
    unit
}

fn saltelli(point: u64, points: &SobolPoints, axes: usize, second: bool) -> Vec<f64> {
    let rows = SaltelliRow::per_sample(axes, second) as u64;
    let (sample, position) = (point / rows, (point % rows) as usize);
    let row = SaltelliRow::at(position, axes, second);
    let from_b = |axis: usize| match row {
        SaltelliRow::A => false,
        SaltelliRow::AB(swapped) => axis == swapped,
        SaltelliRow::BA(swapped) => axis != swapped,
        SaltelliRow::B => true,
    };
    let of = |axis| points.coordinate(sample, if from_b(axis) { axes + axis } else { axis });
    (0..axes).map(of).collect()
}

/// A row of a trajectory of Morris (1991): one axis after the other, in random order, moves by half of the levels.
///
/// Levels are the midpoints `(j + ½)/p`, so that no distribution is asked for its ends, and the step is ½.
fn morris(point: u64, axes: usize, seed: u64, levels: u64) -> Vec<f64> {
    let rows = axes as u64 + 1;
    let (trajectory, row) = (point / rows, (point % rows) as usize);
    let mut stream = Stream::new(key(seed, trajectory, "design.morris"));
    let half = levels / 2;
    let mut low: Vec<u64> = Vec::with_capacity(axes);
    let mut starts_high: Vec<bool> = Vec::with_capacity(axes);
    for _ in 0..axes {
        low.push(stream.uniform_below(half));
        starts_high.push(stream.uniform_below(2) == 1);
    }
    let mut order: Vec<usize> = (0..axes).collect();
    for i in (1..axes).rev() {
        order.swap(i, stream.uniform_below(i as u64 + 1) as usize);
    }
    for axis in &order[..row] {
        starts_high[*axis] = !starts_high[*axis];
    }
    let level = |axis: usize| low[axis] + if starts_high[axis] { half } else { 0 };
    (0..axes).map(|axis| (level(axis) as f64 + 0.5) / levels as f64).collect()
}
