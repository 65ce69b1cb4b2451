//! Two reasons why an outcome is uncertain, shown apart: what is not known about parameters, and chance.
//!
//! Parameters are drawn K times, and each draw is replicated: `x_kr = μ + b_k + e_kr`, a one-way random-effects model with
//! analysis-of-variance estimators (Searle, Casella and McCulloch 1992, 3.6). Draws may have different numbers of replications. The interval of the mean rests on the
//! means of the draws alone, so it covers both sources. Not here: which parameter matters (a sensitivity analysis says it).

use autarky_engine::math;
use autarky_engine::stats::Welford;
use serde::Serialize;

use super::error::same_length;
use super::{AnalysisError, Estimate, is_defined, text};

/// Range between the 5 % and the 95 % quantile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// 5 % quantile.
    pub low: f64,
    /// 95 % quantile.
    pub high: f64,
}

/// What is estimated only where some draw has two replications.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Components {
    /// Variance by parameters, at least 0.
    pub parameters: f64,
    /// Variance by shocks within a draw.
    pub shocks: f64,
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
    /// Fewest and most replications of a draw.
    pub replications: (u64, u64),
    /// Mean over draws, each with equal weight, with the t interval of K − 1 degrees of freedom.
    pub mean: Estimate,
    /// The two variances; none where every draw has one replication, which cannot tell them apart.
    pub components: Option<Components>,
    /// 90 % range of outcomes by both, each draw with equal weight.
    pub range: Range,
}

/// Fewest draws.
const DRAWS: usize = 2;

/// Splits the variance of `values[draw][replication]`.
///
/// Fewer than two draws with a defined value are an error.
pub fn nested(values: &[Vec<f64>]) -> Result<Nested, AnalysisError> {
    let finite = |draw: &Vec<f64>| draw.iter().copied().filter(|&x| is_defined(x)).collect();
    let kept: Vec<Vec<f64>> =
        values.iter().map(finite).filter(|draw: &Vec<f64>| !draw.is_empty()).collect();
    if kept.len() < DRAWS {
        let what = "draws of parameters with a defined value".to_owned();
        return Err(AnalysisError::TooFew { what, found: kept.len(), needed: DRAWS });
    }
    let moments: Vec<Welford> = kept.iter().map(|draw| moments(draw)).collect();
    let mut means = Welford::new();
    for draw in &moments {
        means.push(draw.mean());
    }
    let counts = || moments.iter().map(Welford::count);
    let (given, used) = (values.iter().map(Vec::len).sum::<usize>() as u64, counts().sum::<u64>());
    Ok(Nested {
        draws: kept.len() as u64,
        draws_left_out: (values.len() - kept.len()) as u64,
        values: used,
        left_out: given - used,
        replications: (counts().min().unwrap_or(0), counts().max().unwrap_or(0)),
        mean: Estimate::of(&means),
        components: components(&moments, means.mean()),
        range: pooled(&kept),
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

/// Analysis-of-variance estimators: `σ_e² = MSE`, `σ_b² = (MSB − MSE)/n₀`, `n₀ = (N − Σ n_k²/N)/(K − 1)`.
fn components(draws: &[Welford], centre: f64) -> Option<Components> {
    let k = draws.len() as f64;
    let n = draws.iter().map(|d| d.count() as f64).sum::<f64>();
    let within = draws.iter().filter_map(|d| Some(d.variance()? * (d.count() - 1) as f64));
    let shocks = (n > k).then(|| within.sum::<f64>() / (n - k))?;
    let weighted = draws.iter().map(|d| d.count() as f64 * d.mean()).sum::<f64>() / n;
    let between = |d: &Welford| d.count() as f64 * math::square(d.mean() - weighted);
    let between = draws.iter().map(between).sum::<f64>() / (k - 1.0);
    let squares = draws.iter().map(|d| math::square(d.count() as f64)).sum::<f64>();
    let size = (n - squares / n) / (k - 1.0);
    let estimate = (between - shocks) / size;
    let parameters = estimate.max(0.0);
    let total = parameters + shocks;
    Some(Components {
        parameters,
        shocks,
        clipped: estimate < 0.0,
        share_by_parameters: (total > 0.0).then(|| parameters / total),
        range_by_parameters: drawn_in(draws, centre, (parameters, shocks)),
    })
}

/// Means of draws vary by parameters and by what is left of the shocks, `σ_b² + σ_e²/n_k`; each is drawn in towards the mean so that the rest has
/// variance `σ_b²` (constrained shrinkage: Louis 1984).
fn drawn_in(draws: &[Welford], centre: f64, (parameters, shocks): (f64, f64)) -> Range {
    let shrunk = draws.iter().map(|d| {
        let total = parameters + shocks / d.count() as f64;
        let factor = if total > 0.0 { (parameters / total).sqrt() } else { 0.0 };
        (centre + factor * (d.mean() - centre), 1.0)
    });
    range(shrunk.collect())
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
        let (few, many) = self.replications;
        let sizes = if few == many { few.to_string() } else { format!("{few} to {many}") };
        let mut rows = vec![
            vec!["draws of parameters, replications each".into(), self.draws.to_string(), sizes],
            vec!["mean with 95 % interval over draws".into(), text::estimate(&self.mean)],
            vec!["90 % of outcomes, parameters and shocks".into(), between(&self.range)],
        ];
        if let Some(c) = &self.components {
            let range = between(&c.range_by_parameters);
            rows.push(vec!["90 % of outcomes, parameters alone".into(), range]);
            rows.push(vec!["variance by parameters".into(), text::number(c.parameters)]);
            rows.push(vec!["variance by shocks".into(), text::number(c.shocks)]);
            let share = c.share_by_parameters.map(text::percent);
            rows.push(vec!["share by parameters".into(), share.unwrap_or_else(|| "–".into())]);
        }
        let mut out = text::table(&rows);
        match &self.components {
            None => out += "One replication a draw: the two variances cannot be told apart.\n",
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
