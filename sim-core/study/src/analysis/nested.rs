//! Two reasons why an outcome is uncertain, shown apart: what is not known about parameters, and chance.
//!
//! Parameters are drawn K times, and each draw meets the same n replications of the shocks: `x_kr = μ + b_k + c_r + e_kr`, a crossed two-way random-effects model
//! without repetition, with analysis-of-variance estimators (Searle, Casella and McCulloch 1992, 4.7). The interval of the mean covers both sources: its variance is
//! `(MSB + MSC − MSE)/Kn` with the degrees of freedom of Satterthwaite (1946). Not here: which parameter matters (a sensitivity analysis says it).

use autarky_engine::math;
use autarky_engine::stats::{Interval, Welford};
use serde::Serialize;

use super::error::same_length;
use super::{AnalysisError, Estimate, text};
use crate::run::CONFIDENCE;

/// Range between the 5 % and the 95 % quantile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// 5 % quantile.
    pub low: f64,
    /// 95 % quantile.
    pub high: f64,
}

/// What is estimated only where draws have two replications or more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Components {
    /// Variance by parameters `σ_b²`, at least 0.
    pub parameters: f64,
    /// Variance by shocks within a draw: `σ_c² + σ_e²`.
    pub shocks: f64,
    /// Of it, the part `σ_c²` that is the same for all draws, at least 0.
    pub common: f64,
    /// Whether the estimate of the variance by parameters was negative and set to 0: it is within sampling error of none.
    pub clipped: bool,
    /// Share of the sum of the two that is by parameters; none if nothing varies.
    pub share_by_parameters: Option<f64>,
    /// 90 % range of what parameters alone would give: the means of draws, drawn in to the variance by parameters.
    pub range_by_parameters: Range,
}

/// An outcome over draws of parameters and replications within them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nested {
    /// Draws with a defined value.
    pub draws: u64,
    /// Draws without one: left out.
    pub draws_left_out: u64,
    /// Defined values.
    pub values: u64,
    /// Values that are not defined: left out.
    pub left_out: u64,
    /// Replications that are defined in every draw.
    pub replications: u64,
    /// Mean over draws and replications with its interval; no interval from a single replication, which shows nothing of the shocks.
    pub mean: Estimate,
    /// The two variances; none where every draw has one replication, which cannot tell them apart.
    pub components: Option<Components>,
    /// 90 % range of outcomes by both, each draw with equal weight.
    pub range: Range,
}

/// Fewest draws.
const DRAWS: usize = 2;
/// Squares of larger numbers overflow.
const LARGEST: f64 = 1e150;

/// Splits the variance of `values[draw][replication]`; equal positions are the same shocks. Replications that are not defined in every draw are left out.
///
/// Fewer than two draws with a defined value, and no replication that all of them have, are errors.
pub fn nested(values: &[Vec<f64>]) -> Result<Nested, AnalysisError> {
    let is_defined = |x: &f64| x.is_finite() && x.abs() < LARGEST;
    let kept: Vec<&Vec<f64>> = values.iter().filter(|draw| draw.iter().any(&is_defined)).collect();
    let few = |what: &str, found, needed| {
        Err(AnalysisError::TooFew { what: what.to_owned(), found, needed })
    };
    if kept.len() < DRAWS {
        return few("draws of parameters with a defined value", kept.len(), DRAWS);
    }
    let length = kept.iter().map(|draw| draw.len()).min().unwrap_or(0);
    let whole = |r: &usize| kept.iter().all(|draw| is_defined(&draw[*r]));
    let complete: Vec<usize> = (0..length).filter(whole).collect();
    if complete.is_empty() {
        return few("replications that are defined in every draw", 0, 1);
    }
    let cells: Vec<Vec<f64>> =
        kept.iter().map(|draw| complete.iter().map(|&r| draw[r]).collect()).collect();
    let given = values.iter().map(Vec::len).sum::<usize>() as u64;
    let used = (cells.len() * complete.len()) as u64;
    let squares = Squares::of(&cells);
    Ok(Nested {
        draws: cells.len() as u64,
        draws_left_out: (values.len() - cells.len()) as u64,
        values: used,
        left_out: given - used,
        replications: complete.len() as u64,
        mean: squares.mean(),
        components: squares.components(&cells),
        range: pooled(&cells),
    })
}

/// Splits the variance of the paired differences A − B of `[draw][replication]`: the same parameters and shocks for both.
///
/// The two must have the same draws and replications.
pub fn nested_difference(a: &[Vec<f64>], b: &[Vec<f64>]) -> Result<Nested, AnalysisError> {
    same_length(|| "draws of the second policy".to_owned(), b.len(), a.len())?;
    let mut differences = Vec::with_capacity(a.len());
    for (k, (a, b)) in a.iter().zip(b).enumerate() {
        let what = || format!("replications of the second policy in draw {k}");
        same_length(what, b.len(), a.len())?;
        differences.push(a.iter().zip(b).map(|(a, b)| a - b).collect());
    }
    nested(&differences)
}

fn moments(values: &[f64]) -> Welford {
    let mut out = Welford::new();
    for &x in values {
        out.push(x);
    }
    out
}

/// Mean squares of a table of K draws by n replications.
struct Squares {
    draws: f64,
    replications: f64,
    mean: f64,
    /// Between draws, `n Σ (x̄_k − x̄)²/(K − 1)`.
    between: f64,
    /// Between replications, `K Σ (x̄_r − x̄)²/(n − 1)`; 0 for a single one.
    common: f64,
    /// Of what is left, `Σ (x_kr − x̄_k − x̄_r + x̄)²/((K − 1)(n − 1))`; 0 for a single replication.
    rest: f64,
}

impl Squares {
    fn of(cells: &[Vec<f64>]) -> Self {
        let rows: Vec<f64> = cells.iter().map(|draw| moments(draw).mean()).collect();
        let count = cells[0].len();
        let column =
            |r: usize| moments(&cells.iter().map(|draw| draw[r]).collect::<Vec<_>>()).mean();
        let columns: Vec<f64> = (0..count).map(column).collect();
        let mean = moments(&rows).mean();
        let (k, n) = (cells.len() as f64, count as f64);
        let spread = |means: &[f64]| means.iter().map(|m| math::square(m - mean)).sum::<f64>();
        let residual = |draw: &Vec<f64>, row: f64| -> f64 {
            draw.iter().zip(&columns).map(|(x, c)| math::square(x - row - c + mean)).sum()
        };
        let rest = cells.iter().zip(&rows).map(|(draw, row)| residual(draw, *row)).sum::<f64>();
        let several = n > 1.0;
        Self {
            draws: k,
            replications: n,
            mean,
            between: n * spread(&rows) / (k - 1.0),
            common: if several { k * spread(&columns) / (n - 1.0) } else { 0.0 },
            rest: if several { rest / ((k - 1.0) * (n - 1.0)) } else { 0.0 },
        }
    }

    /// The mean with its interval: t with Satterthwaite's degrees of freedom, rounded down.
    fn mean(&self) -> Estimate {
        let (k, n) = (self.draws, self.replications);
        if n < 2.0 {
            return Estimate { mean: self.mean, standard_error: None, low: None, high: None };
        }
        let sum = self.between + self.common - self.rest;
        let parts = math::square(self.between) / (k - 1.0)
            + math::square(self.common) / (n - 1.0)
            + math::square(self.rest) / ((k - 1.0) * (n - 1.0));
        // Where the rest outweighs both, the means vary no more than by it.
        let (square, freedom) = if sum > 0.0 {
            (sum, math::square(sum) / parts)
        } else {
            (self.rest, (k - 1.0) * (n - 1.0))
        };
        let error = (square / (k * n)).sqrt();
        let freedom = freedom.max(1.0) as u64;
        let interval = Interval::student_t(self.mean, error, freedom, CONFIDENCE);
        Estimate {
            mean: self.mean,
            standard_error: Some(error),
            low: interval.as_ref().map(Interval::low),
            high: interval.as_ref().map(Interval::high),
        }
    }

    fn components(&self, cells: &[Vec<f64>]) -> Option<Components> {
        if self.replications < 2.0 {
            return None;
        }
        let estimate = (self.between - self.rest) / self.replications;
        let parameters = estimate.max(0.0);
        let common = ((self.common - self.rest) / self.draws).max(0.0);
        let shocks = common + self.rest;
        let total = parameters + shocks;
        Some(Components {
            parameters,
            shocks,
            common,
            clipped: estimate < 0.0,
            share_by_parameters: (total > 0.0).then(|| parameters / total),
            range_by_parameters: self.drawn_in(cells, parameters),
        })
    }

    /// Means of draws vary by parameters and by what is left of the shocks, `σ_b² + σ_e²/n`; each is drawn in towards the mean so that the rest has
    /// variance `σ_b²` (constrained shrinkage: Louis 1984).
    fn drawn_in(&self, cells: &[Vec<f64>], parameters: f64) -> Range {
        let total = parameters + self.rest / self.replications;
        let factor = if total > 0.0 { (parameters / total).sqrt() } else { 0.0 };
        let shrunk =
            |draw: &Vec<f64>| (self.mean + factor * (moments(draw).mean() - self.mean), 1.0);
        range(cells.iter().map(shrunk).collect())
    }
}

/// All values, those of a draw sharing a weight of 1.
fn pooled(draws: &[Vec<f64>]) -> Range {
    let weighted = |draw: &Vec<f64>| {
        let weight = 1.0 / draw.len() as f64;
        draw.iter().map(move |&x| (x, weight)).collect::<Vec<_>>()
    };
    range(draws.iter().flat_map(weighted).collect())
}

/// Weighted quantiles: the first value at which the weights reach the share, within rounding.
fn range(mut values: Vec<(f64, f64)>) -> Range {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    let at = |share: f64| {
        let mut reached = 0.0;
        let beyond = |(_, weight): &&(f64, f64)| {
            reached += weight;
            reached >= share * total * (1.0 - 1e-12)
        };
        values.iter().find(beyond).or(values.last()).map_or(f64::NAN, |(x, _)| *x)
    };
    Range { low: at(0.05), high: at(0.95) }
}

impl Nested {
    /// The split as text.
    #[must_use]
    pub fn table(&self) -> String {
        let sizes = self.replications.to_string();
        let mut rows = vec![
            vec!["draws of parameters, replications of each".into(), self.draws.to_string(), sizes],
            vec!["mean with 95 % interval by both".into(), text::estimate(&self.mean)],
            vec!["90 % of outcomes, parameters and shocks".into(), between(&self.range)],
        ];
        if let Some(c) = &self.components {
            let range = between(&c.range_by_parameters);
            rows.push(vec!["90 % of outcomes, parameters alone".into(), range]);
            rows.push(vec!["variance by parameters".into(), text::number(c.parameters)]);
            rows.push(vec!["variance by shocks".into(), text::number(c.shocks)]);
            rows.push(vec!["of it the same in all draws".into(), text::number(c.common)]);
            let share = c.share_by_parameters.map(text::percent);
            rows.push(vec!["share by parameters".into(), share.unwrap_or_else(|| "–".into())]);
        }
        let mut out = text::table(&rows);
        match &self.components {
            None => {
                out += "One replication: the two variances cannot be told apart, and no interval covers the shocks.\n";
            }
            Some(c) if c.clipped => {
                out += "The estimate of the variance by parameters was negative and set to 0.\n";
            }
            Some(_) => {}
        }
        if self.left_out > 0 {
            out += &text::left_out(self.left_out, "values");
        }
        out
    }
}

fn between(range: &Range) -> String {
    text::range(Some(range.low), Some(range.high))
}
