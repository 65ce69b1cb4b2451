//! Variance-based sensitivities: which share of an outcome's variance an axis explains, alone and with all others.
//!
//! First order by Saltelli et al. (2010), table 2 (b), total order by Jansen (1999), pairs by Saltelli (2002):
//! `S_i = E[f(B)(f(AB_i) − f(A))]/V`, `T_i = E[(f(A) − f(AB_i))²]/2V`, `S_ij = (E[f(BA_i) f(AB_j)] − E[f(A) f(B)])/V − S_i − S_j`,
//! where V is the variance over A and B, and f is centred on its mean there. Needs a Saltelli design, complete.

use super::bootstrap::{
    Bootstrap, IntervalEstimate, Outcome, SensitivityError, Statistic, estimates, varies,
};
use crate::analysis::text::table;
use crate::design::{Axis, Design, Kind, SaltelliRow};
use serde::Serialize;
use std::fmt::Write as _;

/// What one axis explains.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AxisIndices {
    /// Name of the axis: its path, after `policies.NAME.` for one policy.
    pub axis: String,
    /// Share of the variance that the axis explains alone.
    pub first: IntervalEstimate,
    /// Share that remains when all other axes are known: alone and in all interactions.
    pub total: IntervalEstimate,
}

/// What two axes explain together, beyond what each explains alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairIndex {
    /// Name of one axis.
    pub one: String,
    /// Name of the other.
    pub other: String,
    /// Share of the variance.
    pub share: IntervalEstimate,
}

/// Sobol indices of an outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SobolIndices {
    /// For each axis, in the order of the design.
    pub axes: Vec<AxisIndices>,
    /// For each pair of axes; empty unless the design has second order.
    pub pairs: Vec<PairIndex>,
    /// Mean of the outcome over the rows A and B.
    pub mean: f64,
    /// Its variance there, in the square of the outcome's unit.
    pub variance: f64,
    /// Base samples.
    pub samples: u64,
    /// Replications behind the value of each point.
    pub replications: usize,
    /// Values that were undefined and left out of the means of their points.
    pub undefined: u64,
    /// Share of `variance` that chance within the replications would explain if each point had its own; with common random
    /// numbers it is an upper bound. None for one replication.
    pub noise_share: Option<f64>,
    /// Confidence level of all intervals.
    pub level: f64,
    /// Bootstrap resamples behind them.
    pub resamples: u32,
}

/// First- and total-order indices, and those of pairs where the design has them.
///
/// `values` are `[point][replication]`: NaN where the outcome is undefined, empty where a point is missing. The value of
/// a point is the mean over the replications that all points have.
///
/// # Errors
/// Another design, missing points, an outcome that is undefined at points or never varies, fewer than two samples.
pub fn indices(
    design: &Design,
    values: &[Vec<f64>],
    resampling: Bootstrap,
) -> Result<SobolIndices, SensitivityError> {
    let Kind::Saltelli { samples, second_order, .. } = design.spec().kind else {
        let found = design.spec().kind.as_str();
        return Err(SensitivityError::WrongDesign {
            what: "Sobol indices",
            wanted: "saltelli",
            found,
        });
    };
    let outcome = Outcome::new(values, design.len())?;
    if samples < 2 {
        return Err(SensitivityError::TooFew { what: "base samples", found: samples });
    }
    let statistic = Indices { axes: design.axes().len(), second_order };
    let means = outcome.means();
    let all: Vec<usize> = (0..samples as usize).collect();
    if !varies(&statistic.base(&means, &all)) {
        return Err(SensitivityError::NoVariance);
    }
    let (mean, variance) = statistic.moments(&means, &all);
    let found = estimates(&outcome, samples as usize, &statistic, resampling)?;
    let noise_share = outcome.noise().map(|noise| (noise / variance).min(1.0));
    let (axes, pairs) = named(design.axes(), &found);
    Ok(SobolIndices {
        axes,
        pairs,
        mean,
        variance,
        samples,
        replications: outcome.replications,
        undefined: outcome.undefined,
        noise_share,
        level: resampling.level,
        resamples: resampling.resamples,
    })
}

/// Figures in the order of [`Indices::estimate`] under the names of their axes.
fn named(axes: &[Axis], found: &[IntervalEstimate]) -> (Vec<AxisIndices>, Vec<PairIndex>) {
    let k = axes.len();
    let of = |(i, axis): (usize, &Axis)| AxisIndices {
        axis: axis.name(),
        first: found[i],
        total: found[k + i],
    };
    let pairs = pairs(k).zip(found.iter().skip(2 * k));
    let pairs = pairs.map(|((i, j), share)| PairIndex {
        one: axes[i].name(),
        other: axes[j].name(),
        share: *share,
    });
    (axes.iter().enumerate().map(of).collect(), pairs.collect())
}

fn pairs(axes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..axes).flat_map(move |i| (i + 1..axes).map(move |j| (i, j)))
}

/// The estimators.
struct Indices {
    axes: usize,
    second_order: bool,
}

impl Indices {
    fn rows(&self) -> usize {
        SaltelliRow::per_sample(self.axes, self.second_order)
    }

    /// Values of the rows A and B of samples.
    fn base(&self, means: &[f64], samples: &[usize]) -> Vec<f64> {
        let rows = self.rows();
        samples.iter().flat_map(|s| [means[s * rows], means[s * rows + rows - 1]]).collect()
    }

    /// Mean and variance over the rows A and B.
    fn moments(&self, means: &[f64], samples: &[usize]) -> (f64, f64) {
        let base = self.base(means, samples);
        let n = base.len() as f64;
        let mean = base.iter().sum::<f64>() / n;
        (mean, base.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n)
    }
}

impl Statistic for Indices {
    /// First orders, total orders, pairs.
    fn estimate(&self, means: &[f64], samples: &[usize]) -> Vec<f64> {
        let (k, rows) = (self.axes, self.rows());
        let (mean, variance) = self.moments(means, samples);
        let scale = 1.0 / (samples.len() as f64 * variance);
        let mut out = vec![0.0; 2 * k];
        let mut pair_sums = vec![0.0; if self.second_order { k * (k - 1) / 2 } else { 0 }];
        for sample in samples {
            let row = &means[sample * rows..(sample + 1) * rows];
            let (a, b) = (row[0] - mean, row[rows - 1] - mean);
            for i in 0..k {
                let ab = row[1 + i] - mean;
                out[i] += b * (ab - a) * scale;
                out[k + i] += 0.5 * (a - ab) * (a - ab) * scale;
            }
            for (sum, (i, j)) in pair_sums.iter_mut().zip(pairs(k)) {
                *sum += ((row[1 + k + i] - mean) * (row[1 + j] - mean) - a * b) * scale;
            }
        }
        for (sum, (i, j)) in pair_sums.into_iter().zip(pairs(k)) {
            let share = sum - out[i] - out[j];
            out.push(share);
        }
        out
    }
}

impl SobolIndices {
    /// The indices as a table for the terminal, with what a reader must know below it.
    #[must_use]
    pub fn table(&self) -> String {
        let head = ["axis", "first order", "total order"].map(str::to_owned).to_vec();
        let row = |a: &AxisIndices| vec![a.axis.clone(), a.first.to_string(), a.total.to_string()];
        let rows: Vec<_> = std::iter::once(head).chain(self.axes.iter().map(row)).collect();
        let mut out = table(&rows);
        if !self.pairs.is_empty() {
            let head = vec!["pair".to_owned(), "second order".to_owned()];
            let row = |p: &PairIndex| vec![format!("{} × {}", p.one, p.other), p.share.to_string()];
            let rows: Vec<_> = std::iter::once(head).chain(self.pairs.iter().map(row)).collect();
            let _ = write!(out, "\n{}", table(&rows));
        }
        let sum: f64 = self.axes.iter().map(|a| a.first.value).sum();
        let _ = writeln!(
            out,
            "\n{} base samples, {} replications; {:.0} % bootstrap intervals ({} resamples); first orders sum to {sum:.3}",
            self.samples,
            self.replications,
            100.0 * self.level,
            self.resamples
        );
        if let Some(noise) = self.noise_share {
            let percent = 100.0 * noise;
            let _ = writeln!(
                out,
                "chance within replications explains at most {percent:.1} % of the variance between points"
            );
        }
        if self.undefined > 0 {
            let _ = writeln!(out, "{} undefined values were left out", self.undefined);
        }
        out
    }

    /// A JSON object with all figures.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
