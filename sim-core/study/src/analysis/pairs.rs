//! Policies compared on common random numbers.
//!
//! Every policy meets the same shocks in a replication, so outcomes are compared pair by pair: mean difference, variance that pairing
//! removed, chance that one beats the other, tails, regret (Savage 1951), stochastic dominance. Every statement holds under
//! identical shocks and a named direction of the objective. Chance is across shocks, not across what is unknown about parameters (see [`super::nested`]).

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
    /// Which way is better.
    pub direction: Direction,
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
    /// How often A is better.
    pub beats: Beats,
    /// Worse tail of A − B: what A loses to B, or at least gains, in the worst shocks for the choice of A.
    pub difference_tail: Option<Tail>,
    /// Stochastic dominance of A over B.
    pub dominance: Orders,
}

/// Compares A with B: outcomes of the same replications in the same order.
///
/// Fewer than two replications in which both are defined are an error.
pub fn compare_pair(
    a: &[f64],
    b: &[f64],
    direction: Direction,
    resampling: Resampling,
) -> Result<Comparison, AnalysisError> {
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
    let gains = |values: &[f64]| values.iter().map(|&v| direction.gain(v)).collect::<Vec<_>>();
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
        beats: Beats::of(&x, &y, direction),
        difference_tail: Tail::of(&difference, direction),
        dominance: Orders::of(&gains(&x), &gains(&y), resampling),
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
    /// Its worse tail; none below 20 replications.
    pub tail: Option<Tail>,
    /// Its regret in the set; none where no replication has all policies.
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
    /// Which way is better.
    pub direction: Direction,
    /// Replications given.
    pub replications: u64,
    /// Replications in which all policies are defined.
    pub complete: u64,
    /// Every policy, in the order given.
    pub policies: Vec<Standing>,
    /// Every other policy against the base.
    pub against: Vec<Against>,
}

/// Compares named policies, the base among them: outcomes of the same replications in the same order.
///
/// Errors: a base that is not among the policies, a name given twice, different numbers of replications, fewer than two pairs.
pub fn compare(
    policies: &[(&str, &[f64])],
    base: &str,
    direction: Direction,
    resampling: Resampling,
) -> Result<Comparisons, AnalysisError> {
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

/// Best gain of each replication; none where a policy is undefined.
fn best(policies: &[(&str, &[f64])], direction: Direction, n: usize) -> Vec<Option<f64>> {
    let gain = |r: usize| {
        let mut gains = policies.iter().map(|(_, values)| direction.gain(values[r]));
        let finite = gains.clone().all(is_defined);
        finite.then(|| gains.by_ref().fold(f64::NEG_INFINITY, f64::max))
    };
    (0..n).map(gain).collect()
}

fn standing(
    (name, values): &(&str, &[f64]),
    direction: Direction,
    best: &[Option<f64>],
) -> Standing {
    let defined: Vec<f64> = values.iter().copied().filter(|&x| is_defined(x)).collect();
    let (mut moments, mut regrets, mut firsts) = (Welford::new(), Welford::new(), 0_u64);
    for &x in &defined {
        moments.push(x);
    }
    for (&value, best) in values.iter().zip(best) {
        if let Some(best) = best {
            let regret = best - direction.gain(value);
            firsts += u64::from(regret == 0.0);
            regrets.push(regret);
        }
    }
    let regret = regrets.max().map(|largest| Regret {
        mean: Estimate::of(&regrets),
        largest,
        best: firsts as f64 / regrets.count() as f64,
    });
    Standing {
        name: (*name).to_owned(),
        replications: moments.count(),
        mean: (moments.count() > 0).then(|| Estimate::of(&moments)),
        tail: Tail::of(&defined, direction),
        regret,
    }
}

impl Comparisons {
    /// The comparison as text: policies, then differences to the base, then dominance.
    #[must_use]
    pub fn table(&self) -> String {
        let mut out = format!("{}; 95 % intervals; identical shocks for all\n\n", self.direction);
        let heading =
            ["policy", "mean", "value at risk", "conditional", "regret", "largest", "best in"];
        let mut rows = vec![heading.map(str::to_owned).to_vec()];
        rows.extend(self.policies.iter().map(Standing::row));
        out += &text::table(&rows);
        let base = format!("less {}", self.base);
        let heading = [
            &base,
            "mean",
            "clear",
            "beats it",
            "ties",
            "worst 5 %",
            "variance removed",
            "as many runs as",
        ];
        rows = vec![heading.map(str::to_owned).to_vec()];
        rows.extend(self.against.iter().map(|a| a.comparison.row(&a.name)));
        out += "\n";
        out += &text::table(&rows);
        out += "\n";
        for Against { name, comparison } in &self.against {
            let Orders { first, second } = &comparison.dominance;
            for (order, d) in [("first", first), ("second", second)] {
                let _ = writeln!(out, "{name} dominates {} at the {order} order: {d}", self.base);
            }
            if comparison.left_out > 0 {
                let left_out = comparison.left_out;
                let _ = writeln!(out, "{name}: {left_out} replications undefined, left out");
            }
        }
        out
    }
}

impl Standing {
    fn row(&self) -> Vec<String> {
        let tail = self.tail.as_ref();
        let regret = self.regret.as_ref();
        vec![
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
    fn row(&self, name: &str) -> Vec<String> {
        let beats = &self.beats;
        let [p, low, high] = [beats.probability, beats.low, beats.high].map(text::percent);
        let ties = beats.ties as f64 / self.pairs as f64;
        vec![
            name.to_owned(),
            text::estimate(&self.difference),
            if self.difference.is_clear() { "yes" } else { "no" }.to_owned(),
            format!("{p} ({low} to {high})"),
            text::percent(ties),
            text::optional(self.difference_tail.map(|t| t.conditional)),
            self.variance_removed.map_or_else(|| text::optional(None), text::percent),
            text::optional(self.equivalent_runs),
        ]
    }
}
