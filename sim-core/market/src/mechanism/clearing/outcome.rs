//! What a clearing yields, and the accounts it keeps.
//!
//! Per pair, with `N = x + B⁻/Δt` and `d = 1/(1 + (1/τ + b/Δt)·W)`: served `N·d`, lost `N·d·W/τ`,
//! new backlog `b·N·d·W`. A group without capacity is the limit `W → ∞`: nothing is served, the
//! backlog waits and abandons. Two identities hold to rounding, per pair and per segment:
//!
//! - offered·Δt + backlog in = served·Δt + lost·Δt + backlog out;
//! - `D_ref` = Σ offered + priced out (negative where the market is cheaper than the reference).
//!
//! The price posted is paid on served work only; waiting is a cost to the buyer and nobody's revenue.
#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

use autarky_engine::math::{exp, ln};
use pulp::{Simd, WithSimd};

use super::buffer::Buffer;
use super::evaluate::Work;
use super::inputs::Inputs;
use super::layout::{Block, LANES, Structure};
use super::series::Rows;

/// Flows of one pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairFlow {
    /// Demand that comes in the tick, `x_so` (H100e).
    pub offered: f64,
    /// Served (H100e); the posted price is paid on this.
    pub served: f64,
    /// Lost to impatience, or abandoned from the backlog (H100e).
    pub lost: f64,
    /// Backlog carried out, `B` (H100e-hours).
    pub backlog: f64,
    /// Perceived price `P_so`, waiting included (USD per H100e-hour).
    pub perceived_price: f64,
}

/// Demand of one segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentFlow {
    /// Need at the reference price, `D_ref` (H100e).
    pub reference_demand: f64,
    /// Demand at market prices, `Σ_o x_so` (H100e).
    pub offered: f64,
    /// Need less demand (H100e): priced out, or drawn in where negative.
    pub priced_out: f64,
    /// Price index `P_s` (USD per H100e-hour); the choke price where no group is open.
    pub price_index: f64,
}

/// State of one queue group in one tier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupState {
    /// Capacity left for this tier, `C` (H100e).
    pub capacity: f64,
    /// Utilisation of that capacity, `ρ`; 0 without capacity.
    pub utilisation: f64,
    /// Served (H100e).
    pub served: f64,
    /// Demand that comes in the tick, `Σ x` (H100e).
    pub offered: f64,
    /// `g/c = ρ^(m−1)/(c(1−ρ))`: the wait of class `k` is `σ_k·V_k` times this; infinite without
    /// capacity.
    pub wait_factor: f64,
}

/// Results of one solve, by place; read through the views below.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub(super) offered: Buffer,
    pub(super) served: Buffer,
    pub(super) lost: Buffer,
    pub(super) backlog: Buffer,
    pub(super) price: Buffer,
    /// `a_so` of open offers.
    pub(super) weight: Buffer,
    pub(super) demand: Buffer,
    pub(super) segment_offered: Buffer,
    /// `S_s/Σa`, 1 where no group is open.
    pub(super) mean_pull: Buffer,
    tiers: Vec<GroupColumns>,
    /// Per (offer, lane): share of `N` that waits, in hours.
    waiting: Buffer,
}

#[derive(Debug, Clone)]
struct GroupColumns {
    capacity: Buffer,
    utilisation: Buffer,
    served: Buffer,
    offered: Buffer,
    wait: Buffer,
}

impl GroupColumns {
    fn new(len: usize) -> Self {
        let column = || Buffer::zeros(len);
        Self {
            capacity: column(),
            utilisation: column(),
            served: column(),
            offered: column(),
            wait: column(),
        }
    }
}

/// [`Outcome::is_balanced`].
struct Balanced<'a> {
    outcome: &'a Outcome,
    structure: &'a Structure,
    inputs: &'a Inputs,
    tolerance: f64,
}

impl WithSimd for Balanced<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let blocks = self.structure.tiers.iter().flat_map(|tier| &tier.blocks);
        let mut all = true;
        for block in blocks {
            all &= self.block(simd, block);
        }
        all
    }
}

impl Balanced<'_> {
    #[inline(always)]
    fn block<S: Simd>(&self, simd: S, block: &Block) -> bool {
        let (rows, range) = (Rows::of::<S>(block), block.pair_range());
        let out = self.outcome;
        let vectors = |column| S::as_simd_f64s(column).0;
        let offered = vectors(&out.offered[range.clone()]);
        let carried = vectors(&self.inputs.carried[range.clone()]);
        let (served, lost) =
            (vectors(&out.served[range.clone()]), vectors(&out.lost[range.clone()]));
        let backlog = vectors(&out.backlog[range]);
        let per_tick = simd.splat_f64s(1.0 / self.structure.problem.tick_h);
        let (share, little) = (simd.splat_f64s(0.5 * self.tolerance), simd.splat_f64s(1e-9));
        let (add, sub, mul) = (S::add_f64s, S::sub_f64s, S::mul_f64s);
        // How far a difference lies beyond what is allowed: negative where all is well, not a number where a flow is none.
        let zero = simd.splat_f64s(0.0);
        let (mut beyond, mut poison) = (simd.splat_f64s(-1.0), zero);
        for segment in 0..block.segments * rows.parts {
            let (mut asked, mut got) = (zero, zero);
            for (i, _) in rows.of_segment(segment) {
                let came = add(simd, offered[i], carried[i]);
                let went =
                    add(simd, add(simd, served[i], lost[i]), mul(simd, backlog[i], per_tick));
                let larger = add(simd, simd.max_f64s(came, went), little);
                let off = simd.abs_f64s(sub(simd, came, went));
                beyond = simd.max_f64s(beyond, sub(simd, off, mul(simd, share, larger)));
                poison = add(simd, poison, sub(simd, off, off));
                (asked, got) = (add(simd, asked, came), add(simd, got, served[i]));
            }
            let most = add(simd, asked, mul(simd, share, asked));
            beyond = simd.max_f64s(beyond, sub(simd, got, add(simd, most, little)));
        }
        simd.reduce_max_f64s(beyond) <= 0.0 && simd.reduce_sum_f64s(poison) == 0.0
    }
}

impl Outcome {
    /// All zero, shaped for `structure`.
    #[must_use]
    pub fn new(structure: &Structure) -> Self {
        let e = structure.extent;
        let groups = (structure.problem.groups as usize + 1).next_multiple_of(LANES);
        let pairs = || Buffer::zeros(e.pairs);
        let segments = || Buffer::zeros(e.segments);
        Self {
            offered: pairs(),
            served: pairs(),
            lost: pairs(),
            backlog: pairs(),
            price: pairs(),
            weight: pairs(),
            demand: segments(),
            segment_offered: segments(),
            mean_pull: segments(),
            tiers: vec![GroupColumns::new(groups); structure.tiers.len()],
            waiting: Buffer::zeros(e.offers),
        }
    }

    /// Flows of a pair of the problem.
    #[inline]
    #[must_use]
    pub fn pair(&self, structure: &Structure, pair: usize) -> PairFlow {
        let place = structure.pair_at[pair] as usize;
        PairFlow {
            offered: self.offered[place],
            served: self.served[place],
            lost: self.lost[place],
            backlog: self.backlog[place],
            perceived_price: self.price[place] * structure.choke_of_pair(pair),
        }
    }

    /// Flows of the pairs in a range, all of one segment.
    pub fn flows<'a>(
        &'a self,
        structure: &'a Structure,
        segment: usize,
        pairs: std::ops::Range<usize>,
    ) -> impl Iterator<Item = PairFlow> + 'a {
        let choke = structure.problem.segments[segment].curve.choke_price;
        structure.pair_at[pairs].iter().map(move |&place| {
            let place = place as usize;
            PairFlow {
                offered: self.offered[place],
                served: self.served[place],
                lost: self.lost[place],
                backlog: self.backlog[place],
                perceived_price: self.price[place] * choke,
            }
        })
    }

    /// Served to a pair of the problem (H100e): the one flow that is read for every pair and tick.
    #[inline]
    #[must_use]
    pub fn served(&self, structure: &Structure, pair: usize) -> f64 {
        self.served[structure.pair_at[pair] as usize]
    }

    /// Served to every pair, in the order of the problem.
    pub fn all_served<'a>(&'a self, structure: &'a Structure) -> impl Iterator<Item = f64> + 'a {
        structure.pair_at.iter().map(|&place| self.served[place as usize])
    }

    /// Demand of a pair that comes in the tick (H100e).
    #[inline]
    #[must_use]
    pub fn offered_by(&self, structure: &Structure, pair: usize) -> f64 {
        self.offered[structure.pair_at[pair] as usize]
    }

    /// Backlog that a pair carries out (H100e-hours).
    #[inline]
    #[must_use]
    pub fn backlog(&self, structure: &Structure, pair: usize) -> f64 {
        self.backlog[structure.pair_at[pair] as usize]
    }

    /// Demand that comes to a group in a tier (H100e).
    #[inline]
    #[must_use]
    pub fn offered_to(&self, tier: usize, group: usize) -> f64 {
        self.tiers[tier].offered[group]
    }

    /// Capacity of a group before any tier is served (H100e).
    #[inline]
    #[must_use]
    pub fn capacity_of(&self, group: usize) -> f64 {
        self.tiers[0].capacity[group]
    }

    /// Demand of a segment at market prices, `Σ_o x_so` (H100e).
    #[must_use]
    pub fn offered(&self, structure: &Structure, segment: usize) -> f64 {
        self.segment_offered[structure.segment_at[segment] as usize]
    }

    /// Whether every pair's work balances within half of `tolerance`, and no segment is served by more than that above
    /// what it asked for and carried in. Not a number nowhere passes.
    #[must_use]
    pub fn is_balanced(&self, structure: &Structure, inputs: &Inputs, tolerance: f64) -> bool {
        inputs.arch().dispatch(Balanced { outcome: self, structure, inputs, tolerance })
    }

    /// The worst imbalance of work over all pairs, `|offered·Δt + B⁻ − served·Δt − lost·Δt − B|` over the larger side.
    #[must_use]
    pub fn imbalance(&self, structure: &Structure, inputs: &Inputs) -> f64 {
        let per_tick = 1.0 / structure.problem.tick_h;
        let mut worst = [0.0_f64; LANES];
        let flows = self.offered.chunks_exact(LANES).zip(inputs.carried.chunks_exact(LANES));
        let flows = flows.zip(self.served.chunks_exact(LANES)).zip(self.lost.chunks_exact(LANES));
        for ((((offered, carried), served), lost), backlog) in
            flows.zip(self.backlog.chunks_exact(LANES))
        {
            for i in 0..LANES {
                let came = offered[i] + carried[i];
                let went = served[i] + lost[i] + backlog[i] * per_tick;
                let larger = if came > went { came } else { went };
                let relative = (came - went).abs() / (larger + 1e-9);
                // A flow that is no number must fail the check, so the comparison is written to keep it.
                let keep = relative <= worst[i] || worst[i].is_nan();
                worst[i] = if keep { worst[i] } else { relative };
            }
        }
        let keep = |most: f64, one: f64| one <= most || most.is_nan();
        worst.into_iter().fold(0.0, |most, one| if keep(most, one) { most } else { one })
    }

    /// Demand of a segment of the problem.
    #[must_use]
    pub fn segment(&self, structure: &Structure, segment: usize) -> SegmentFlow {
        let place = structure.segment_at[segment] as usize;
        let curve = &structure.problem.segments[segment].curve;
        let relative = exp(-ln(self.mean_pull[place]) / curve.substitution);
        SegmentFlow {
            reference_demand: self.demand[place],
            offered: self.segment_offered[place],
            priced_out: self.demand[place] - self.segment_offered[place],
            price_index: relative * curve.choke_price,
        }
    }

    /// State of a queue group in a tier.
    #[must_use]
    pub fn group(&self, tier: usize, group: usize) -> GroupState {
        let columns = &self.tiers[tier];
        let capacity = columns.capacity[group];
        let open = capacity > 0.0;
        GroupState {
            capacity,
            utilisation: if open { columns.utilisation[group] } else { 0.0 },
            served: columns.served[group],
            offered: columns.offered[group],
            wait_factor: if open { columns.wait[group] } else { f64::INFINITY },
        }
    }

    /// Wait of a class in a queue group and tier, `W_qk` (hours); infinite without capacity.
    #[must_use]
    pub fn wait_h(&self, structure: &Structure, tier: usize, group: usize, class: usize) -> f64 {
        let class = &structure.problem.classes[class];
        class.service_time_h * class.variability * self.group(tier, group).wait_factor
    }

    /// Pressure on a queue group, `u`: demand of all tiers over whole capacity (not capped at one);
    /// infinite without capacity but with demand.
    #[must_use]
    pub fn pressure(&self, inputs: &Inputs, group: usize) -> f64 {
        let offered: f64 = self.tiers.iter().map(|tier| tier.offered[group]).sum();
        if offered > 0.0 { offered / inputs.capacity[group] } else { 0.0 }
    }

    /// Served in a tier (H100e), by group.
    pub(super) fn served_in(&self, tier: usize) -> &[f64] {
        &self.tiers[tier].served
    }

    /// Takes the columns that the working memory keeps by pair, in exchange for memory of its own: the next solve writes
    /// all of them anew.
    pub(super) fn take(&mut self, work: &mut Work) {
        std::mem::swap(&mut self.offered, &mut work.offered);
        std::mem::swap(&mut self.weight, &mut work.weight);
        std::mem::swap(&mut self.price, &mut work.price);
    }

    /// Reads the result of a tier out of the working memory at the solution.
    #[inline(always)]
    pub(super) fn record(
        &mut self,
        structure: &Structure,
        inputs: &Inputs,
        work: &Work,
        tier: usize,
    ) {
        let columns = &mut self.tiers[tier];
        let group = &work.group;
        columns.capacity.copy_from_slice(&group.capacity);
        columns.utilisation.copy_from_slice(&group.utilisation);
        columns.wait.copy_from_slice(&group.wait);
        columns.offered.fill(0.0);
        for ((served, load), open) in columns.served.iter_mut().zip(&group.load).zip(&group.open) {
            *served = load * open;
        }
        for block in &structure.tiers[tier].blocks {
            let range = block.segment_range();
            self.demand[range.clone()].copy_from_slice(&inputs.demand[range]);
            self.record_flows(structure, inputs, work, block);
            self.record_segments(work, block);
            self.record_offers(structure, work, block, tier);
        }
    }

    #[inline(always)]
    fn record_flows(&mut self, structure: &Structure, inputs: &Inputs, work: &Work, block: &Block) {
        let width = block.width();
        let waits = &work.offer_wait[block.offer_range()];
        let open = &work.offer_open[block.offer_range()];
        for (index, run) in block.runs.iter().enumerate() {
            let class = &structure.problem.classes[run.class];
            let loss = structure.loss_per_wait(run.class);
            let service = class.service_time_h * class.variability;
            let served_share = &work.run_served[block.run_start + index * width..][..width];
            let waiting = &mut self.waiting[..width];
            for i in 0..width {
                let queued = waits[i] * service * served_share[i];
                waiting[i] = if open[i] > 0.0 { queued } else { service / loss };
            }
            let lost_share = 1.0 / class.patience_h;
            let kept = if class.keeps_backlog { 1.0 } else { 0.0 };
            for segment in run.start..run.end {
                let start = block.pair_start + segment * width;
                let range = start..start + width;
                let carried = &inputs.carried[range.clone()];
                let offered = &work.offered[range.clone()];
                let served = &mut self.served[range.clone()];
                let lost = &mut self.lost[range.clone()];
                let backlog = &mut self.backlog[range];
                for i in 0..width {
                    let load = offered[i] + carried[i];
                    let queued = load * waiting[i];
                    served[i] = load * (served_share[i] * open[i]);
                    lost[i] = queued * lost_share;
                    backlog[i] = queued * kept;
                }
            }
        }
    }

    #[inline(always)]
    fn record_segments(&mut self, work: &Work, block: &Block) {
        let width = block.width();
        let range = block.segment_range();
        super::evaluate::sum_rows(
            &work.offered[block.pair_range()],
            width,
            &mut self.segment_offered[range.clone()],
        );
        let sums = work.pull_sum[range.clone()].iter().zip(&work.weight_sum[range.clone()]);
        for (mean, (sum, weight)) in self.mean_pull[range].iter_mut().zip(sums) {
            let closed = *sum <= 0.0;
            *mean = if closed { 1.0 } else { sum / weight };
        }
    }

    #[inline(always)]
    fn record_offers(&mut self, structure: &Structure, work: &Work, block: &Block, tier: usize) {
        let width = block.width();
        let sums = &mut self.waiting[..width];
        sums.fill(0.0);
        for row in work.offered[block.pair_range()].chunks_exact(width) {
            super::evaluate::add(sums, row);
        }
        super::evaluate::scatter(structure, block, sums, &mut self.tiers[tier].offered);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failure is a failed claim")]
mod tests {
    use super::super::problem::tests::small;
    use super::super::solve::Solver;
    use super::*;

    fn solved() -> (Structure, Inputs, Outcome) {
        let structure = Structure::new(&small()).unwrap();
        let mut inputs = Inputs::new(&structure);
        for segment in 0..structure.problem.segments.len() {
            inputs.set_demand(&structure, segment, 40.0 + segment as f64).unwrap();
        }
        for pair in 0..structure.problem.pairs.len() {
            inputs.set_base_price(&structure, pair, 1.0 + 0.01 * pair as f64).unwrap();
            inputs.set_taste(&structure, pair, 0.3).unwrap();
        }
        for group in 0..3 {
            inputs.set_capacity(group, 70.0, 70.0).unwrap();
        }
        let mut outcome = Outcome::new(&structure);
        Solver::new(&structure).solve(&structure, &inputs, &mut outcome);
        (structure, inputs, outcome)
    }

    #[test]
    fn a_flow_that_does_not_balance_or_is_no_number_is_noticed_wherever_it_is() {
        let (structure, inputs, sound) = solved();
        assert!(sound.is_balanced(&structure, &inputs, 1e-9));
        assert!(sound.imbalance(&structure, &inputs) < 1e-12);
        for &place in &structure.pair_at {
            let place = place as usize;
            let mut planted = sound.clone();
            planted.served[place] += 1e-7;
            assert!(!planted.is_balanced(&structure, &inputs, 1e-9));
            assert!(planted.imbalance(&structure, &inputs) > 1e-9);
            planted.served[place] = f64::NAN;
            assert!(!planted.is_balanced(&structure, &inputs, 1e-9));
            assert!(planted.imbalance(&structure, &inputs).is_nan());
        }
    }

    #[test]
    fn a_segment_that_is_served_more_than_it_asked_for_is_noticed() {
        let (structure, inputs, mut outcome) = solved();
        let place = structure.pair_at[0] as usize;
        // The pair balances: what it lost is negative.
        (outcome.served[place], outcome.lost[place]) =
            (outcome.served[place] + 100.0, outcome.lost[place] - 100.0);
        assert!(outcome.imbalance(&structure, &inputs) < 1e-12);
        assert!(!outcome.is_balanced(&structure, &inputs, 1e-9));
    }
}
