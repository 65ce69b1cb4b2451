//! Bisection sweeps: one queue group at a time, the others held.
//!
//! The residual of a group rises in its own logit and falls in every other (dearer rivals bring it
//! demand), so each has one root, and sweeping from below climbs monotonically to a solution: the
//! nonlinear Gauss–Seidel iteration for M-functions (W. C. Rheinboldt, "On M-functions and their
//! application to nonlinear Gauss–Seidel iterations", Journal of Mathematical Analysis and
//! Applications 32, 1970, 274–307). Slow and certain; Newton takes over once it is close.

use autarky_engine::math::{exp, ln};

use super::buffer::Buffer;
use super::evaluate::{EPSILON, Work};
use super::layout::{LANES, PairPlace, Structure, Tier};
use super::solve::{LOGIT_RANGE, TOLERANCE, View};
use super::wait::congestion;

/// Halvings that take the whole range of logits to its last bits.
const MAX_BISECTIONS: u32 = 120;

/// Memory of the sweeps.
#[derive(Debug, Clone)]
pub(super) struct Sweeper {
    /// Pull of a segment's offers in other groups, by pair of the group at hand.
    rest: Buffer,
}

impl Sweeper {
    pub(super) fn new(structure: &Structure) -> Self {
        let widest =
            |tier: &Tier| tier.group_starts.windows(2).map(|w| w[1] - w[0]).max().unwrap_or(0);
        let most = structure.tiers.iter().map(widest).max().unwrap_or(0);
        Self { rest: Buffer::zeros(most) }
    }

    /// Solves every group once, in order; returns the largest relative change of a logit.
    pub(super) fn sweep(&mut self, view: View, work: &mut Work) -> f64 {
        let mut largest = 0.0;
        for group in 0..view.structure.problem.groups as usize {
            if work.group.open[group] == 0.0 {
                continue;
            }
            let pairs = view.tier.pairs_of(group);
            self.hold_others(work, pairs);
            let one = One { view, pairs, group, rest: &self.rest };
            let before = work.group.logit[group];
            let after = one.root(work, before);
            work.group.logit[group] = after;
            one.update_pulls(work, after);
            let change = (after - before).abs() / (1.0 + before.abs());
            largest = if change > largest { change } else { largest };
        }
        largest
    }

    fn hold_others(&mut self, work: &Work, pairs: &[PairPlace]) {
        for (run_start, run) in segment_runs(pairs) {
            let first = run[0].first as usize;
            let mut sum = 0.0;
            for offer in 0..run[0].offers as usize {
                let place = first + offer * LANES;
                if !run.iter().any(|pair| pair.pair as usize == place) {
                    sum += work.pull[place];
                }
            }
            self.rest[run_start] = sum;
        }
    }
}

/// Demand at the edge of choke: where a group is so overloaded that the price it needs lies within
/// rounding of the choke price, demand there is whatever the balance asks for. Scales the offers of
/// every group whose residual is above tolerance so that it serves exactly `C·ρ`.
pub(super) fn settle(view: View, work: &mut Work) {
    for group in 0..view.structure.problem.groups as usize {
        if work.group.residual[group].abs() <= TOLERANCE {
            continue;
        }
        let pairs = view.tier.pairs_of(group);
        let (mut fresh, mut carried) = weigh_served(view, work, pairs, group);
        if fresh <= 0.0 {
            untaper(view, work, pairs);
            (fresh, carried) = weigh_served(view, work, pairs, group);
        }
        let used = work.group.capacity[group] * work.group.utilisation[group];
        let factor = if fresh > 0.0 && used > carried { (used - carried) / fresh } else { 0.0 };
        for pair in pairs {
            work.offered[pair.pair as usize] *= factor;
        }
        work.group.load[group] = carried + factor * fresh;
    }
}

/// New demand and backlog of a group, each as far as served.
fn weigh_served(view: View, work: &Work, pairs: &[PairPlace], group: usize) -> (f64, f64) {
    let (mut fresh, mut carried) = (0.0, 0.0);
    for pair in pairs {
        let class = view.tier.class_at(pair.segment as usize);
        let loss = view.structure.loss_per_wait(class);
        let served = 1.0 / (1.0 + loss * work.group.wait[group]);
        fresh += work.offered[pair.pair as usize] * served;
        carried += view.inputs.carried[pair.pair as usize] * served;
    }
    (fresh, carried)
}

/// Demand without its taper of the pairs that waiting alone has brought to choke.
fn untaper(view: View, work: &mut Work, pairs: &[PairPlace]) {
    for pair in pairs {
        let place = pair.pair as usize;
        if view.inputs.base[place] < 1.0 {
            work.offered[place] = work.scale[pair.segment as usize] * work.pull[place];
        }
    }
}

impl Tier {
    /// Class of the segment at a place.
    fn class_at(&self, place: usize) -> usize {
        let block = &self.blocks[self.blocks.partition_point(|b| b.segment_start <= place) - 1];
        let slot = (place - block.segment_start) / LANES;
        let run = block.runs.iter().find(|run| slot < run.end);
        run.map_or(0, |run| run.class)
    }

    fn pairs_of(&self, group: usize) -> &[PairPlace] {
        &self.group_pairs[self.group_starts[group]..self.group_starts[group + 1]]
    }
}

/// Runs of pairs of one segment, each with the index of its first.
fn segment_runs(pairs: &[PairPlace]) -> impl Iterator<Item = (usize, &[PairPlace])> {
    let mut start = 0;
    pairs.chunk_by(|a, b| a.segment == b.segment).map(move |run| {
        let at = start;
        start += run.len();
        (at, run)
    })
}

/// The problem of one group.
struct One<'a> {
    view: View<'a>,
    pairs: &'a [PairPlace],
    group: usize,
    rest: &'a [f64],
}

impl One<'_> {
    /// The logit at which the residual changes sign, by bisection from a bracket around `near`.
    fn root(&self, work: &Work, near: f64) -> f64 {
        let (mut low, mut high) = LOGIT_RANGE;
        let mut at = near;
        for _ in 0..MAX_BISECTIONS {
            let residual = self.residual(work, at);
            if residual.abs() < 0.1 * TOLERANCE {
                return at;
            }
            if residual > 0.0 {
                high = at;
            } else {
                low = at;
            }
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                return middle;
            }
            at = middle;
        }
        at
    }

    fn residual(&self, work: &Work, logit: f64) -> f64 {
        let state = congestion(logit, work.group.exponent[self.group]);
        let wait = state.factor * work.group.per_server[self.group];
        let load = self.load(work, wait) * work.group.per_capacity[self.group];
        -ln((load + EPSILON) / state.utilisation)
    }

    /// `Σ_k N_k·d_k` at `g/c = wait`.
    fn load(&self, work: &Work, wait: f64) -> f64 {
        let structure = self.view.structure;
        let mut load = 0.0;
        for (start, run) in segment_runs(self.pairs) {
            let mut sum = self.rest[start];
            for pair in run {
                sum += self.pull(work, pair, wait).0;
            }
            let scale = self.scale(work, run[0].segment as usize, sum);
            let class = self.view.tier.class_at(run[0].segment as usize);
            let served = 1.0 / (1.0 + structure.loss_per_wait(class) * wait);
            for pair in run {
                let (pull, price) = self.pull(work, pair, wait);
                let tapered =
                    (1.0 - price) * structure.segment.inverse_taper[pair.segment as usize];
                let offered = scale * pull * if tapered < 1.0 { tapered } else { 1.0 };
                load += (offered + self.view.inputs.carried[pair.pair as usize]) * served;
            }
        }
        load
    }

    /// `y` and the price in units of choke.
    fn pull(&self, work: &Work, pair: &PairPlace, wait: f64) -> (f64, f64) {
        let place = pair.pair as usize;
        let (constants, segment) = (&self.view.structure.segment, pair.segment as usize);
        let sum = self.view.inputs.base[place] + constants.wait_price[segment] * wait;
        let price = if sum < 1.0 { sum } else { 1.0 };
        (work.weight[place] * exp(constants.minus_theta[segment] * ln(price)), price)
    }

    fn scale(&self, work: &Work, segment: usize, sum: f64) -> f64 {
        if sum <= 0.0 {
            return 0.0;
        }
        let constants = &self.view.structure.segment;
        let index = constants.index_power[segment] * ln(sum / work.weight_sum[segment]);
        self.view.inputs.demand[segment] * constants.choke_demand[segment] * exp(index) / sum
    }

    fn update_pulls(&self, work: &mut Work, logit: f64) {
        let state = congestion(logit, work.group.exponent[self.group]);
        let wait = state.factor * work.group.per_server[self.group];
        for pair in self.pairs {
            work.pull[pair.pair as usize] = self.pull(work, pair, wait).0;
        }
    }
}
