//! What is known about a study after some replications: moments, quantiles, paired differences, withdrawal levels.
//!
//! Every accumulator is folded in replication order. A value that is undefined in a replication is left out of its
//! quantity, so each has its own count. Means and quantiles of a policy are over its finished replications; paired differences (policy − base)
//! are over the replications that all policies finished.

use autarky_engine::stats::{Interval, Paired, QuantileSketch, Welford};
use autarky_market::record::{ActorKind, HORIZONS_DAYS, Layer, Layout, Record};

use super::quantity::{Path, Quantity, paths, quantities};
use super::{Study, TaskResult};

/// Confidence level of all intervals.
pub const CONFIDENCE: f64 = 0.95;

/// Relative error of quantiles.
const QUANTILE_ERROR: f64 = 0.002;

/// One quantity of one policy and nation.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, Copy, PartialEq)]
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

#[derive(Debug, Clone, PartialEq)]
struct PolicyStatistics {
    layout: Layout,
    finished: u64,
    /// `[nation][quantity]`.
    cells: Vec<Cell>,
    /// `[nation][actor][horizon]`.
    withdrawal: Vec<WithdrawalCell>,
    /// `[path][sample]`, of the first nation.
    paths: Vec<QuantileSketch>,
}

/// Statistics of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    quantities: Vec<Quantity>,
    paths: Vec<Path>,
    policies: Vec<PolicyStatistics>,
}

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
        let shown = if nations > 0 { paths.len() * base.sample_days.len() } else { 0 };
        let policies = study.policies.iter().map(|policy| PolicyStatistics {
            layout: policy.layout.clone(),
            finished: 0,
            cells: vec![Cell::new(); nations * quantities.len()],
            withdrawal: vec![
                WithdrawalCell::new();
                nations * policy.layout.actors.len() * HORIZONS_DAYS.len()
            ],
            paths: vec![sketch(); shown],
        });
        let policies = policies.collect();
        Self { quantities, paths, policies }
    }

    /// Adds one replication, with one result per policy.
    pub(crate) fn push(&mut self, results: &[TaskResult]) {
        let values: Vec<Option<Values>> = results
            .iter()
            .enumerate()
            .map(|(p, result)| Some(self.values(p, result.as_ref().ok()?)))
            .collect();
        let base =
            values.first().and_then(Option::as_ref).filter(|_| values.iter().all(Option::is_some));
        let best = base.map(|_| extremes(&values));
        for (p, values) in values.iter().enumerate() {
            let Some(values) = values else { continue };
            let policy = &mut self.policies[p];
            policy.finished += 1;
            policy.push(values);
            if let (Some(base), true) = (base, p > 0) {
                policy.push_pairs(values, base);
            }
            if let Some(best) = &best {
                policy.push_regrets(values, best);
            }
            if let Ok(record) = &results[p] {
                policy.push_withdrawal(record);
            }
        }
    }

    fn values(&self, policy: usize, record: &Record) -> Values {
        let layout = &self.policies[policy].layout;
        let nations = 0..layout.nations.len();
        let quantities =
            nations.flat_map(|n| self.quantities.iter().map(move |q| q.value(layout, record, n)));
        let dates = if layout.nations.is_empty() { 0 } else { layout.sample_days.len() };
        let paths = self
            .paths
            .iter()
            .flat_map(|path| (0..dates).map(move |t| path.value(layout, record, (0, t))));
        Values { quantities: quantities.collect(), paths: paths.collect() }
    }

    /// The quantities that are followed.
    #[must_use]
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
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
        let policy = &self.policies[policy];
        let row = nation * policy.layout.actors.len() + actor;
        &policy.withdrawal[row * HORIZONS_DAYS.len() + horizon]
    }

    /// The foreign party whose withdrawal leaves a nation with the lowest mean level at a horizon; the first of equals.
    #[must_use]
    pub fn weakest_link(
        &self,
        policy: usize,
        nation: usize,
        horizon: usize,
    ) -> Option<(usize, &WithdrawalCell)> {
        let actors = &self.policies[policy].layout.actors;
        (0..actors.len())
            .filter(|&actor| actors[actor].kind != ActorKind::Operator)
            .map(|actor| (actor, self.withdrawal(policy, nation, (actor, horizon))))
            .filter(|(_, cell)| cell.level.count() > 0)
            .min_by(|(_, a), (_, b)| a.level.mean().total_cmp(&b.level.mean()))
    }

    /// Name and unit of every path of the first nation.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.paths.iter().map(|path| (path.name, path.unit))
    }

    /// Quantile of a path at a sample under a policy.
    pub(crate) fn band(
        &self,
        policy: usize,
        (path, sample): (usize, usize),
        q: f64,
    ) -> Option<f64> {
        let cells = &self.policies[policy];
        cells.paths[path * cells.layout.sample_days.len() + sample].quantile(q)
    }
}

/// The values of one record, in the order of the accumulators.
struct Values {
    quantities: Vec<Option<f64>>,
    paths: Vec<Option<f64>>,
}

/// Smallest and largest value of each quantity over the policies; none where one policy has none.
fn extremes(values: &[Option<Values>]) -> Vec<Option<(f64, f64)>> {
    let mut policies = values.iter().flatten().map(|values| &values.quantities);
    let Some(first) = policies.next() else { return Vec::new() };
    let mut out: Vec<Option<(f64, f64)>> = first.iter().map(|x| x.map(|x| (x, x))).collect();
    for policy in policies {
        for (seen, value) in out.iter_mut().zip(policy) {
            *seen = match (*seen, value) {
                (Some((least, most)), Some(x)) => Some((least.min(*x), most.max(*x))),
                _ => None,
            };
        }
    }
    out
}

impl PolicyStatistics {
    fn push(&mut self, values: &Values) {
        for (cell, value) in self.cells.iter_mut().zip(&values.quantities) {
            if let Some(value) = value {
                cell.push(*value);
            }
        }
        for (cell, value) in self.paths.iter_mut().zip(&values.paths) {
            if let Some(value) = value {
                let _ = cell.push(*value);
            }
        }
    }

    fn push_pairs(&mut self, values: &Values, base: &Values) {
        for ((cell, own), other) in
            self.cells.iter_mut().zip(&values.quantities).zip(&base.quantities)
        {
            if let (Some(own), Some(other)) = (own, other) {
                cell.paired.push(*own, *other);
                cell.above += u64::from(own > other);
            }
        }
    }

    fn push_regrets(&mut self, values: &Values, best: &[Option<(f64, f64)>]) {
        for ((cell, own), best) in self.cells.iter_mut().zip(&values.quantities).zip(best) {
            if let (Some(own), Some((least, most))) = (own, best) {
                cell.regret[0].push(most - own);
                cell.regret[1].push(own - least);
            }
        }
    }

    fn push_withdrawal(&mut self, record: &Record) {
        for (cell, entry) in self.withdrawal.iter_mut().zip(&record.withdrawal) {
            if entry.level.is_finite() && entry.loss.is_finite() {
                cell.level.push(entry.level);
                cell.loss.push(entry.loss);
                cell.layers[entry.layer as usize] += 1;
            }
        }
    }
}
