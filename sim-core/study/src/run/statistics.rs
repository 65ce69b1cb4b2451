//! What is known about a study after some replications: moments, quantiles, paired differences, withdrawal levels.
//!
//! Every accumulator is folded in canonical order. A value that is undefined in a replication is left out of its
//! quantity, so each has its own count. Means and quantiles of a policy are over its finished replications; paired differences (policy − base)
//! are over the replications that all policies finished.

use autarky_engine::stats::{Interval, Paired, QuantileSketch, Welford};
use autarky_market::record::{ActorKind, HORIZONS_DAYS, Layer, Layout, Record};
use serde::{Deserialize, Serialize};

use super::Study;
use super::quantity::{Path, Quantity, paths, quantities};
use super::values::{PATH_NATIONS, RunValues};

/// Confidence level of all intervals.
pub const CONFIDENCE: f64 = 0.95;

/// Relative error of quantiles.
const QUANTILE_ERROR: f64 = 0.002;

/// One quantity of one policy and nation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Moments.
    pub moments: Welford,
    quantiles: QuantileSketch,
    paired: Paired,
    /// Pairs in which the value exceeds the base's.
    above: u64,
    /// What the best policy of each replication has beyond it, where more is better and where less is.
    regret: [Welford; 2],
}

impl Cell {
    fn new() -> Self {
        let regret = [Welford::new(); 2];
        Self {
            moments: Welford::new(),
            quantiles: sketch(),
            paired: Paired::new(),
            above: 0,
            regret,
        }
    }

    fn push(&mut self, value: f64) {
        self.moments.push(value);
        // Only infinities and NaN are refused, and those were sorted out.
        let _ = self.quantiles.push(value);
    }

    /// Quantile of probability `q`, within 0.2 % of the order statistic.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.quantiles.quantile(q)
    }

    /// Means of the lowest and of the highest share `q` of the replications: conditional values at risk.
    #[must_use]
    pub fn tails(&self, q: f64) -> [Option<f64>; 2] {
        [self.quantiles.lower_tail_mean(q), self.quantiles.upper_tail_mean(q)]
    }

    /// Share of the pairs in which the value exceeds the base's under the same shocks; none without pairs.
    #[must_use]
    pub fn share_above(&self) -> Option<f64> {
        let pairs = self.paired.difference().count();
        (pairs > 0).then(|| self.above as f64 / pairs as f64)
    }

    /// Mean regret (Savage 1951) over the replications that all policies finished: how far the value stays behind that of the best policy under the
    /// same shocks, where more of the quantity is better and where less is.
    #[must_use]
    pub fn regret(&self) -> [Option<f64>; 2] {
        self.regret.map(|r| (r.count() > 0).then(|| r.mean()))
    }

    /// Moments of the differences to the base over the pairs.
    #[must_use]
    pub const fn difference(&self) -> &Welford {
        self.paired.difference()
    }

    /// Paired difference to the base; none for the base itself and below two pairs.
    #[must_use]
    pub fn effect(&self) -> Option<Effect> {
        Effect::of(&self.paired)
    }
}

/// A paired difference policy − base.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Number of pairs.
    pub pairs: u64,
    /// Mean difference with its interval.
    pub interval: Interval,
    /// Standard error of the mean difference.
    pub standard_error: f64,
    /// Share of the variance of independent runs that pairing removed; none if nothing varies.
    pub variance_removed: Option<f64>,
}

impl Effect {
    fn of(paired: &Paired) -> Option<Self> {
        Some(Self {
            pairs: paired.difference().count(),
            interval: paired.interval(CONFIDENCE)?,
            standard_error: paired.difference().standard_error()?,
            variance_removed: paired.variance_removed(),
        })
    }

    /// Whether the interval excludes no effect.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        !self.interval.contains(0.0)
    }
}

/// The withdrawal of one actor from one nation at one horizon under one policy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WithdrawalCell {
    /// Share of critical reference demand served after the withdrawal.
    pub level: Welford,
    /// What the withdrawal costs of it.
    pub loss: Welford,
    layers: [u64; Layer::ALL.len()],
}

impl WithdrawalCell {
    const fn new() -> Self {
        Self { level: Welford::new(), loss: Welford::new(), layers: [0; Layer::ALL.len()] }
    }

    /// The layer that bound in most replications; none without replications.
    #[must_use]
    pub fn layer(&self) -> Option<Layer> {
        let most = *self.layers.iter().max()?;
        let at = self.layers.iter().position(|&n| n == most)?;
        (most > 0).then(|| Layer::ALL[at])
    }
}

/// The accumulators of one policy, as they are stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PolicyStatistics {
    finished: u64,
    /// `[nation][quantity]`.
    cells: Vec<Cell>,
    /// `[nation][actor][horizon]`.
    withdrawal: Vec<WithdrawalCell>,
    /// `[nation][path][sample]`, of the first nations.
    paths: Vec<QuantileSketch>,
}

/// Statistics of a study over all its runs, those of all points of a design together.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    layouts: Vec<Layout>,
    quantities: Vec<Quantity>,
    paths: Vec<Path>,
    policies: Vec<PolicyStatistics>,
}

/// Statistics as they are stored: accumulators without names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State(Vec<PolicyStatistics>);

fn sketch() -> QuantileSketch {
    QuantileSketch::new(QUANTILE_ERROR).expect("a constant within the sketch's range")
}

impl Statistics {
    /// No replications.
    #[must_use]
    pub fn new(study: &Study) -> Self {
        let base = &study.policies[0].layout;
        let (quantities, paths) = (quantities(base), paths(base));
        let nations = base.nations.len();
        let shown = nations.min(PATH_NATIONS) * paths.len() * base.sample_days.len();
        let policies = study.policies.iter().map(|policy| PolicyStatistics {
            finished: 0,
            cells: vec![Cell::new(); nations * quantities.len()],
            withdrawal: vec![
                WithdrawalCell::new();
                nations * policy.layout.actors.len() * HORIZONS_DAYS.len()
            ],
            paths: vec![sketch(); shown],
        });
        let policies = policies.collect();
        let layouts = study.policies.iter().map(|policy| policy.layout.clone()).collect();
        Self { layouts, quantities, paths, policies }
    }

    /// Adds the values of one pair of point and replication under every policy, none where a run failed.
    pub fn push(&mut self, values: &[Option<RunValues>]) {
        let whole = values.iter().all(Option::is_some);
        let base = values.first().and_then(Option::as_ref).filter(|_| whole);
        let best = base.map(|_| extremes(values));
        for (policy, values) in self.policies.iter_mut().zip(values) {
            let Some(values) = values else { continue };
            policy.finished += 1;
            policy.push(values);
            if let Some(best) = &best {
                policy.push_regrets(values, best);
            }
        }
        if let Some(base) = base {
            for (policy, values) in self.policies.iter_mut().zip(values).skip(1) {
                policy.push_pairs(values.as_ref().unwrap_or(base), base);
            }
        }
    }

    /// The values of a record, in the order of the accumulators.
    #[must_use]
    pub fn values(&self, policy: usize, record: &Record) -> RunValues {
        RunValues::of(&self.layouts[policy], record, (&self.quantities, &self.paths))
    }

    /// As they are stored.
    #[must_use]
    pub fn state(&self) -> State {
        State(self.policies.clone())
    }

    /// The same study's statistics with stored accumulators; none if those are of another shape.
    #[must_use]
    pub fn restore(mut self, state: State) -> Option<Self> {
        let shape = |p: &PolicyStatistics| (p.cells.len(), p.withdrawal.len(), p.paths.len());
        let same = self.policies.iter().map(shape).eq(state.0.iter().map(shape));
        self.policies = state.0;
        same.then_some(self)
    }

    /// Adds the paths of another share of the study: counts in buckets, whose sum does not depend on the order.
    pub fn add_paths(&mut self, other: &Self) {
        for (own, other) in self.policies.iter_mut().zip(&other.policies) {
            for (own, other) in own.paths.iter_mut().zip(&other.paths) {
                // Only sketches of different errors are refused, and all of these have one.
                let _ = own.merge(other);
            }
        }
    }

    /// The quantities that are followed.
    #[must_use]
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
    }

    /// Values of the paths of one run.
    pub(crate) fn path_values(&self) -> usize {
        self.policies[0].paths.len()
    }

    /// Position of a quantity.
    #[must_use]
    pub fn quantity(&self, name: &str) -> Option<usize> {
        self.quantities.iter().position(|q| q.name == name)
    }

    /// Replications that a policy finished.
    #[must_use]
    pub fn finished(&self, policy: usize) -> u64 {
        self.policies[policy].finished
    }

    /// A quantity of a policy and nation, by positions.
    #[must_use]
    pub fn cell(&self, policy: usize, nation: usize, quantity: usize) -> &Cell {
        &self.policies[policy].cells[nation * self.quantities.len() + quantity]
    }

    /// The withdrawal of an actor from a nation at a horizon under a policy, by positions.
    #[must_use]
    pub fn withdrawal(
        &self,
        policy: usize,
        nation: usize,
        (actor, horizon): (usize, usize),
    ) -> &WithdrawalCell {
        let row = nation * self.layouts[policy].actors.len() + actor;
        &self.policies[policy].withdrawal[row * HORIZONS_DAYS.len() + horizon]
    }

    /// The foreign party whose withdrawal leaves a nation with the lowest mean level at a horizon; the first of equals.
    #[must_use]
    pub fn weakest_link(
        &self,
        policy: usize,
        nation: usize,
        horizon: usize,
    ) -> Option<(usize, &WithdrawalCell)> {
        let actors = &self.layouts[policy].actors;
        (0..actors.len())
            .filter(|&actor| actors[actor].kind != ActorKind::Operator)
            .map(|actor| (actor, self.withdrawal(policy, nation, (actor, horizon))))
            .filter(|(_, cell)| cell.level.count() > 0)
            .min_by(|(_, a), (_, b)| a.level.mean().total_cmp(&b.level.mean()))
    }

    /// Name and unit of every path.
    pub fn paths(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.paths.iter().map(|path| (path.name, path.unit))
    }

    /// Quantile of a path of one of the first [`PATH_NATIONS`] nations at a sample under a policy.
    #[must_use]
    pub fn band(
        &self,
        policy: usize,
        (nation, path, sample): (usize, usize, usize),
        q: f64,
    ) -> Option<f64> {
        let row = nation * self.paths.len() + path;
        let at = row * self.layouts[policy].sample_days.len() + sample;
        self.policies[policy].paths.get(at)?.quantile(q)
    }
}

/// Smallest and largest value of each quantity over the policies; NaN where one policy has none.
fn extremes(values: &[Option<RunValues>]) -> Vec<(f64, f64)> {
    let mut policies = values.iter().flatten().map(|values| &values.quantities);
    let Some(first) = policies.next() else { return Vec::new() };
    let mut out: Vec<(f64, f64)> = first.iter().map(|x| (*x, *x)).collect();
    for policy in policies {
        for ((least, most), x) in out.iter_mut().zip(policy) {
            (*least, *most) = if x.is_nan() || least.is_nan() {
                (f64::NAN, f64::NAN)
            } else {
                (least.min(*x), most.max(*x))
            };
        }
    }
    out
}

impl PolicyStatistics {
    fn push(&mut self, values: &RunValues) {
        for (cell, value) in self.cells.iter_mut().zip(&values.quantities) {
            if !value.is_nan() {
                cell.push(*value);
            }
        }
        for (cell, value) in self.paths.iter_mut().zip(&values.paths) {
            if !value.is_nan() {
                let _ = cell.push(*value);
            }
        }
        for (cell, entry) in self.withdrawal.iter_mut().zip(&values.withdrawal) {
            if entry.level.is_finite() && entry.loss.is_finite() {
                cell.level.push(entry.level);
                cell.loss.push(entry.loss);
                cell.layers[usize::from(entry.layer).min(Layer::ALL.len() - 1)] += 1;
            }
        }
    }

    fn push_pairs(&mut self, values: &RunValues, base: &RunValues) {
        for ((cell, own), other) in
            self.cells.iter_mut().zip(&values.quantities).zip(&base.quantities)
        {
            if !own.is_nan() && !other.is_nan() {
                cell.paired.push(*own, *other);
                cell.above += u64::from(own > other);
            }
        }
    }

    fn push_regrets(&mut self, values: &RunValues, best: &[(f64, f64)]) {
        for ((cell, own), (least, most)) in self.cells.iter_mut().zip(&values.quantities).zip(best)
        {
            if !own.is_nan() && !least.is_nan() {
                cell.regret[0].push(most - own);
                cell.regret[1].push(own - least);
            }
        }
    }
}
