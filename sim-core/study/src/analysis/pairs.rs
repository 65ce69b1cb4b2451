//! Policies compared on common random numbers.
//!
//! Every policy meets the same shocks in a replication, so outcomes are compared pair by pair: mean difference, variance that pairing
//! removed, chance that one beats the other, tails, regret (Savage 1951), stochastic dominance. Every statement holds under
//! identical shocks; what says that one is better needs a named direction of the objective, and is left out without one. Chance is across shocks, not across what is unknown about parameters (see [`super::nested`]).

use std::fmt::Write;

use autarky_engine::math;
use autarky_engine::stats::{Paired, Welford};
use serde::Serialize;

use super::dominance::Orders;
use super::error::{distinct, same_length};
use super::{AnalysisError, Direction, Estimate, Resampling, Tail, is_defined, text};
use crate::scenario::nearest;

/// Quantile of the standard normal at 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

/// How often A beats B under the same shocks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Beats {
    /// Pairs in which A is better.
    pub wins: u64,
    /// Pairs in which B is better.
    pub losses: u64,
    /// Pairs that are equal.
    pub ties: u64,
    /// Share of all pairs in which A is better; ties count for neither.
    pub probability: f64,
    /// Lower end of its 95 % interval (Wilson 1927).
    pub low: f64,
    /// Upper end of its 95 % interval.
    pub high: f64,
}

impl Beats {
    fn of(a: &[f64], b: &[f64], direction: Direction) -> Self {
        let (mut wins, mut losses) = (0, 0);
        for (&a, &b) in a.iter().zip(b) {
            let (a, b) = (direction.gain(a), direction.gain(b));
            wins += u64::from(a > b);
            losses += u64::from(a < b);
        }
        let n = a.len() as u64;
        let (low, high) = wilson(wins, n);
        let probability = wins as f64 / n as f64;
        Self { wins, losses, ties: n - wins - losses, probability, low, high }
    }
}

/// Wilson's (1927) 95 % interval of a probability, from `hits` in `n` ≥ 1 trials.
fn wilson(hits: u64, n: u64) -> (f64, f64) {
    let (k, n) = (hits as f64, n as f64);
    let square = math::square(Z);
    let centre = (k + 0.5 * square) / (n + square);
    let half = Z / (n + square) * (k * (n - k) / n + 0.25 * square).sqrt();
    // Exact at the ends, where rounding would exclude the estimate.
    let low = if hits == 0 { 0.0 } else { (centre - half).max(0.0) };
    (low, if k < n { (centre + half).min(1.0) } else { 1.0 })
}

/// A against B.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Which way is better; none if neither.
    pub direction: Option<Direction>,
    /// Replications in which both are defined.
    pub pairs: u64,
    /// Replications in which one of them is not: left out.
    pub left_out: u64,
    /// A over the pairs.
    pub first: Estimate,
    /// B over the pairs.
    pub second: Estimate,
    /// A − B.
    pub difference: Estimate,
    /// Share of the variance of independent runs that pairing removed, negative if pairing hurt; none if nothing varies.
    pub variance_removed: Option<f64>,
    /// Runs of each policy on independent shocks that would be as precise; none if nothing varies or pairing removed everything.
    pub equivalent_runs: Option<f64>,
    /// How often A is better; none without a direction.
    pub beats: Option<Beats>,
    /// Worse tail of A − B: what A loses to B, or at least gains, in the worst shocks for the choice of A; none without a direction.
    pub difference_tail: Option<Tail>,
    /// Stochastic dominance of A over B; none without a direction.
    pub dominance: Option<Orders>,
}

/// Compares A with B: outcomes of the same replications in the same order; by differences alone without a direction.
///
/// Fewer than two replications in which both are defined are an error.
pub fn compare_pair(
    a: &[f64],
    b: &[f64],
    direction: impl Into<Option<Direction>>,
    resampling: Resampling,
) -> Result<Comparison, AnalysisError> {
    let direction = direction.into();
    resampling.check()?;
    same_length(|| "the second of two policies".to_owned(), b.len(), a.len())?;
    let defined = a.iter().zip(b).filter(|(a, b)| is_defined(**a) && is_defined(**b));
    let (x, y): (Vec<f64>, Vec<f64>) = defined.unzip();
    if x.len() < 2 {
        let what = "replications in which both policies are defined".to_owned();
        return Err(AnalysisError::TooFew { what, found: x.len(), needed: 2 });
    }
    let mut paired = Paired::new();
    x.iter().zip(&y).for_each(|(&x, &y)| paired.push(x, y));
    let difference: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x - y).collect();
    let gains = |values: &[f64], direction: Direction| -> Vec<f64> {
        values.iter().map(|&v| direction.gain(v)).collect()
    };
    let variance_removed = paired.variance_removed();
    let equivalent_runs = variance_removed.filter(|&v| v < 1.0).map(|v| x.len() as f64 / (1.0 - v));
    Ok(Comparison {
        direction,
        pairs: x.len() as u64,
        left_out: (a.len() - x.len()) as u64,
        first: Estimate::of(paired.first()),
        second: Estimate::of(paired.second()),
        difference: Estimate::of(paired.difference()),
        variance_removed,
        equivalent_runs,
        beats: direction.map(|better| Beats::of(&x, &y, better)),
        difference_tail: direction.and_then(|better| Tail::of(&difference, better)),
        dominance: direction
            .map(|better| Orders::of(&gains(&x, better), &gains(&y, better), resampling)),
    })
}

/// How far a policy stays behind the best of the set under the same shocks, over the replications in which all are defined.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Regret {
    /// Mean regret.
    pub mean: Estimate,
    /// Largest regret.
    pub largest: f64,
    /// Share of the replications in which no policy is better.
    pub best: f64,
}

/// One policy by itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// Name of the policy.
    pub name: String,
    /// Replications in which it is defined.
    pub replications: u64,
    /// Mean over them; none without any.
    pub mean: Option<Estimate>,
    /// Its worse tail; none below 20 replications and without a direction.
    pub tail: Option<Tail>,
    /// Its regret in the set; none where no replication has all policies and without a direction.
    pub regret: Option<Regret>,
}

/// One policy against the base.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Against {
    /// Name of the policy.
    pub name: String,
    /// The policy as A, the base as B.
    pub comparison: Comparison,
}

/// Policies compared with each other and with a base.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparisons {
    /// Name of the base.
    pub base: String,
    /// Which way is better; none if neither.
    pub direction: Option<Direction>,
    /// Replications given.
    pub replications: u64,
    /// Replications in which all policies are defined.
    pub complete: u64,
    /// Every policy, in the order given.
    pub policies: Vec<Standing>,
    /// Every other policy against the base.
    pub against: Vec<Against>,
}

/// Compares named policies, the base among them: outcomes of the same replications in the same order; by means and differences alone without a direction.
///
/// Errors: a base that is not among the policies, a name given twice, different numbers of replications, fewer than two pairs.
pub fn compare(
    policies: &[(&str, &[f64])],
    base: &str,
    direction: impl Into<Option<Direction>>,
    resampling: Resampling,
) -> Result<Comparisons, AnalysisError> {
    let direction = direction.into();
    let names: Vec<&str> = policies.iter().map(|(name, _)| *name).collect();
    distinct("policy", &names)?;
    let Some((_, reference)) = policies.iter().find(|(name, _)| *name == base) else {
        let hint =
            nearest(base, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        return Err(AnalysisError::Unknown { what: "policy", name: base.to_owned(), hint });
    };
    for (name, values) in policies {
        same_length(|| format!("policy `{name}`"), values.len(), reference.len())?;
    }
    let best = best(policies, direction, reference.len());
    let mut against = Vec::new();
    for (name, values) in policies.iter().filter(|(name, _)| *name != base) {
        let comparison = compare_pair(values, reference, direction, resampling)?;
        against.push(Against { name: (*name).to_owned(), comparison });
    }
    Ok(Comparisons {
        base: base.to_owned(),
        direction,
        replications: reference.len() as u64,
        complete: best.iter().flatten().count() as u64,
        policies: policies.iter().map(|p| standing(p, direction, &best)).collect(),
        against,
    })
}

/// Best gain of each replication, the largest value without a direction; none where a policy is undefined.
fn best(policies: &[(&str, &[f64])], direction: Option<Direction>, n: usize) -> Vec<Option<f64>> {
    let better = direction.unwrap_or(Direction::Higher);
    let gain = |r: usize| {
        let mut gains = policies.iter().map(|(_, values)| better.gain(values[r]));
        let finite = gains.clone().all(is_defined);
        finite.then(|| gains.by_ref().fold(f64::NEG_INFINITY, f64::max))
    };
    (0..n).map(gain).collect()
}

fn standing(
    (name, values): &(&str, &[f64]),
    direction: Option<Direction>,
    best: &[Option<f64>],
) -> Standing {
    let defined: Vec<f64> = values.iter().copied().filter(|&x| is_defined(x)).collect();
    let mut moments = Welford::new();
    for &x in &defined {
        moments.push(x);
    }
    Standing {
        name: (*name).to_owned(),
        replications: moments.count(),
        mean: (moments.count() > 0).then(|| Estimate::of(&moments)),
        tail: direction.and_then(|better| Tail::of(&defined, better)),
        regret: direction.and_then(|better| Regret::of(values, better, best)),
    }
}

impl Regret {
    /// Against the best gain of each replication; none where no replication has one.
    fn of(values: &[f64], direction: Direction, best: &[Option<f64>]) -> Option<Self> {
        let (mut regrets, mut firsts) = (Welford::new(), 0_u64);
        for (&value, best) in values.iter().zip(best) {
            if let Some(best) = best {
                let regret = best - direction.gain(value);
                firsts += u64::from(regret == 0.0);
                regrets.push(regret);
            }
        }
        regrets.max().map(|largest| Self {
            mean: Estimate::of(&regrets),
            largest,
            best: firsts as f64 / regrets.count() as f64,
        })
    }
}

/// Columns of the table of policies, and which of them need no direction.
const POLICIES: [(&str, bool); 7] = [
    ("policy", true),
    ("mean", true),
    ("value at risk", false),
    ("conditional", false),
    ("regret", false),
    ("largest", false),
    ("best in", false),
];
/// The same of the table of differences, after the column of names.
const DIFFERENCES: [(&str, bool); 7] = [
    ("mean", true),
    ("clear", true),
    ("beats it", false),
    ("ties", false),
    ("worst 5 %", false),
    ("variance removed", true),
    ("as many runs as", true),
];

impl Comparisons {
    /// The comparison as text: policies, then differences to the base, then dominance; of a quantity that is better neither way means and differences.
    #[must_use]
    pub fn table(&self) -> String {
        let way = self.direction.map_or_else(|| "better neither way".to_owned(), |d| d.to_string());
        let mut out = format!("{way}; 95 % intervals; identical shocks for all\n\n");
        let told = |(_, neutral): &(&str, bool)| *neutral || self.direction.is_some();
        let shown = POLICIES.map(|column| told(&column));
        let rows = std::iter::once(POLICIES.map(|(head, _)| head.to_owned()))
            .chain(self.policies.iter().map(Standing::row));
        out += &text::table(&rows.map(|row| picked(row, shown)).collect::<Vec<_>>());
        out += "\n";
        let shown = DIFFERENCES.map(|column| told(&column));
        let base = format!("less {}", self.base);
        let heading = (base, DIFFERENCES.map(|(head, _)| head.to_owned()));
        let rows = std::iter::once(heading)
            .chain(self.against.iter().map(|a| (a.name.clone(), a.comparison.row())));
        let row = |(name, row): (String, [String; 7])| -> Vec<String> {
            std::iter::once(name).chain(picked(row, shown)).collect()
        };
        out += &text::table(&rows.map(row).collect::<Vec<_>>());
        out += "\n";
        for Against { name, comparison } in &self.against {
            if let Some(Orders { first, second }) = &comparison.dominance {
                for (order, d) in [("first", first), ("second", second)] {
                    let base = &self.base;
                    let _ = writeln!(out, "{name} dominates {base} at the {order} order: {d}");
                }
            }
            if comparison.left_out > 0 {
                let left_out = comparison.left_out;
                let _ = writeln!(out, "{name}: {left_out} replications undefined, left out");
            }
        }
        out
    }
}

/// The cells of the columns that are shown.
fn picked(row: [String; 7], shown: [bool; 7]) -> Vec<String> {
    row.into_iter().zip(shown).filter(|(_, shown)| *shown).map(|(cell, _)| cell).collect()
}

impl Standing {
    /// Cells of [`POLICIES`].
    fn row(&self) -> [String; 7] {
        let tail = self.tail.as_ref();
        let regret = self.regret.as_ref();
        [
            self.name.clone(),
            self.mean.as_ref().map_or_else(|| text::optional(None), text::estimate),
            text::optional(tail.map(|t| t.value_at_risk)),
            text::optional(tail.map(|t| t.conditional)),
            text::optional(regret.map(|r| r.mean.mean)),
            text::optional(regret.map(|r| r.largest)),
            regret.map_or_else(|| text::optional(None), |r| text::percent(r.best)),
        ]
    }
}

impl Comparison {
    /// Cells of [`DIFFERENCES`].
    fn row(&self) -> [String; 7] {
        let beats = self.beats.map(|beats| {
            let [p, low, high] = [beats.probability, beats.low, beats.high].map(text::percent);
            [format!("{p} ({low} to {high})"), text::percent(beats.ties as f64 / self.pairs as f64)]
        });
        let [beats, ties] = beats.unwrap_or_default();
        [
            text::estimate(&self.difference),
            if self.difference.is_clear() { "yes" } else { "no" }.to_owned(),
            beats,
            ties,
            text::optional(self.difference_tail.map(|t| t.conditional)),
            self.variance_removed.map_or_else(|| text::optional(None), text::percent),
            text::optional(self.equivalent_runs),
        ]
    }
}
