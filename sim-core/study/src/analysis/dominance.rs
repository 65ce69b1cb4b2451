//! Stochastic dominance of one policy over another, and whether what speaks against it is more than sampling error.
//!
//! With gains (more is better) and empirical distribution functions, the first order asks that F_A ≤ F_B everywhere: whoever prefers more
//! prefers A. The second asks that ∫F_A ≤ ∫F_B up to every point: whoever prefers more and shuns risk prefers A (Hadar and Russell 1969). The largest
//! violation is exact. The test is that of Barrett and Donald (2003) on a grid of at most 64 pooled quantiles, its null distribution by Gaussian multipliers of
//! the paired differences, as shocks are common (Linton, Maasoumi and Whang 2005); the least favourable case is equality.

use std::fmt;

use autarky_engine::rng::Stream;
use serde::Serialize;

use super::resample::{Resampling, blocks};
use super::text;

/// Points of the grid at most.
const GRID: usize = 64;
/// Level of the tests.
const LEVEL: f64 = 0.05;

/// What can be said about "A dominates B".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing beyond sampling error speaks against it, and "B dominates A" is rejected.
    Supported,
    /// It is rejected.
    Rejected,
    /// Neither it nor "B dominates A" is rejected.
    Undecided,
}

/// Dominance of A over B at one order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Dominance {
    /// Largest violation: probability at the first order, the quantity's unit at the second; 0 if A dominates in the sample.
    pub violation: f64,
    /// Largest difference in favour of A, in the same unit.
    pub advantage: f64,
    /// p-value of "A dominates B": small if the violation is more than sampling error.
    pub p_value: f64,
    /// p-value of "B dominates A".
    pub p_value_reverse: f64,
    /// At the 5 % level.
    pub verdict: Verdict,
}

impl fmt::Display for Dominance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.verdict {
            Verdict::Supported => "supported",
            Verdict::Rejected => "rejected",
            Verdict::Undecided => "undecided",
        })?;
        let violation = text::number(self.violation);
        let sampling = if self.verdict == Verdict::Rejected { "more than" } else { "within" };
        write!(f, " (largest violation {violation}, {sampling} sampling error: ")?;
        write!(f, "p = {:.3}, in reverse {:.3})", self.p_value, self.p_value_reverse)
    }
}

/// Dominance at both orders.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Orders {
    /// For whoever prefers more.
    pub first: Dominance,
    /// For whoever prefers more and shuns risk.
    pub second: Dominance,
}

impl Orders {
    /// Of `a` over `b`: paired finite gains, at least two.
    pub(super) fn of(a: &[f64], b: &[f64], resampling: Resampling) -> Self {
        let [first, second] = extremes(a, b);
        let grid = grid(a, b);
        let step = |z, x| f64::from(u8::from(x <= z));
        let ramp = |z, x| if x < z { z - x } else { 0.0 };
        let tested = |(violation, advantage), process: Process, name| {
            let mut stream = resampling.stream("stochastic dominance", name);
            let [p_value, p_value_reverse] = process.p_values(&mut stream, resampling.resamples);
            let verdict = verdict(p_value, p_value_reverse);
            Dominance { violation, advantage, p_value, p_value_reverse, verdict }
        };
        Self {
            first: tested(first, Process::new(a, b, &grid, step), "first order"),
            second: tested(second, Process::new(a, b, &grid, ramp), "second order"),
        }
    }
}

fn verdict(p_value: f64, p_value_reverse: f64) -> Verdict {
    if p_value <= LEVEL {
        Verdict::Rejected
    } else if p_value_reverse <= LEVEL {
        Verdict::Supported
    } else {
        Verdict::Undecided
    }
}

/// Largest positive and negative difference of F_A − F_B and of its integral, over all observations.
fn extremes(a: &[f64], b: &[f64]) -> [(f64, f64); 2] {
    let (a, b) = (sorted(a), sorted(b));
    let (mut i, mut j) = (0, 0);
    let (mut last, mut step, mut ramp) = (None, 0.0, 0.0);
    let mut out = [(0.0_f64, 0.0_f64); 2];
    while i < a.len() || j < b.len() {
        let z = match (a.get(i), b.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&z), None) | (None, Some(&z)) => z,
            (None, None) => break,
        };
        ramp += step * last.map_or(0.0, |last: f64| z - last);
        i += a[i..].iter().take_while(|&&x| x <= z).count();
        j += b[j..].iter().take_while(|&&x| x <= z).count();
        step = i as f64 / a.len() as f64 - j as f64 / b.len() as f64;
        last = Some(z);
        for (extreme, value) in out.iter_mut().zip([step, ramp]) {
            *extreme = (extreme.0.max(value), extreme.1.max(-value));
        }
    }
    out
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// Distinct quantiles of the pooled sample, its largest value among them.
fn grid(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut pooled: Vec<f64> = a.iter().chain(b).copied().collect();
    pooled.sort_unstable_by(f64::total_cmp);
    pooled.dedup();
    let points = pooled.len().min(GRID);
    (1..=points).map(|k| pooled[k * pooled.len() / points - 1]).collect()
}

/// Sums of `h(z, a) − h(z, b)` over the replications of each block, less their mean, and the sums over all.
struct Process {
    /// `[block][point]`, centred.
    blocks: Vec<f64>,
    /// `[point]`.
    total: Vec<f64>,
}

impl Process {
    fn new(a: &[f64], b: &[f64], grid: &[f64], h: impl Fn(f64, f64) -> f64) -> Self {
        let ranges = blocks(a.len());
        let mut sums = Vec::with_capacity(ranges.len() * grid.len());
        let mut total = vec![0.0; grid.len()];
        for range in blocks(a.len()) {
            for (&z, total) in grid.iter().zip(&mut total) {
                let pairs = a[range.clone()].iter().zip(&b[range.clone()]);
                let sum: f64 = pairs.map(|(&a, &b)| h(z, a) - h(z, b)).sum();
                *total += sum;
                sums.push(sum);
            }
        }
        for (row, range) in sums.chunks_exact_mut(grid.len()).zip(ranges) {
            let share = range.len() as f64 / a.len() as f64;
            row.iter_mut().zip(&total).for_each(|(x, total)| *x -= share * total);
        }
        Self { blocks: sums, total }
    }

    /// Shares of the multiplier resamples in which the supremum is at least the one observed: of `h_A − h_B`, and of its negative.
    fn p_values(&self, stream: &mut Stream, resamples: usize) -> [f64; 2] {
        let observed = suprema(&self.total);
        let mut exceeded = [0_usize; 2];
        let mut path = vec![0.0; self.total.len()];
        for _ in 0..resamples {
            path.fill(0.0);
            for row in self.blocks.chunks_exact(path.len()) {
                let weight = stream.normal();
                path.iter_mut().zip(row).for_each(|(sum, x)| *sum += weight * x);
            }
            for ((count, drawn), observed) in exceeded.iter_mut().zip(suprema(&path)).zip(observed)
            {
                *count += usize::from(drawn >= observed);
            }
        }
        exceeded.map(|count| (count + 1) as f64 / (resamples + 1) as f64)
    }
}

/// Largest value of a path and of its negative, at least 0.
fn suprema(path: &[f64]) -> [f64; 2] {
    path.iter().fold([0.0, 0.0], |[up, down], &x| [x.max(up), (-x).max(down)])
}
