//! Demand and balance at given utilisations: the residual of the clearing.
//!
//! For logit utilisations `υ_q` of all queue groups, in this order:
//!
//! - wait `W_qk = σ_k·V_k·g_q/c_q` ([`super::wait`]);
//! - price `P_so = min(choke, base + (v_s + κ_s/τ_k)·W_qk)`, held in units of the choke price;
//! - nested CES: `y_so = a_so·P_so^(−θ)`, `S_s = Σ_o y_so`, `P_s = (S_s/Σ a_so)^(−1/θ)`;
//! - demand `x_so = D_ref·(P_s/P_ref)^(−η)·(y_so/S_s)·min(1, (choke − P_so)/(δ·choke))`;
//! - balance of a group over its classes `k`, with `b_k = 1` where the class keeps a backlog:
//!   `C·ρ = Σ_k N_k·d_k`, `N_k = Σ x + B⁻/Δt`, `d_k = 1/(1 + (1/τ_k + b_k/Δt)·W_qk)`;
//! - residual `F = ln(C·ρ) − ln(Σ_k N_k·d_k + ε·C)`. The `ε = 1e-30` keeps the logarithm finite
//!   where nothing is demanded and is never reported as service.
//!
//! Every loop runs over a slice and every sum down the rows of a block in a fixed order, so the bits
//! do not depend on the instruction set.
#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

use autarky_engine::math::{exp, ln};
use pulp::Simd;

use super::buffer::Buffer;
use super::groups::{Groups, Merit};
use super::inputs::Inputs;
use super::layout::{Block, LANES, MIXED, Structure};
use super::series::{REACH, Rows, power};
use super::solve::View;

/// Load of an idle group relative to its capacity.
pub(super) const EPSILON: f64 = 1e-30;

/// Working memory of the solver for the tier at hand.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    pub(super) group: Groups,
    /// `g/c` by (offer, lane).
    pub(super) offer_wait: Buffer,
    /// `d(g/c)/dυ` by (offer, lane).
    pub(super) offer_slope: Buffer,
    /// 1 where the group of the offer is open.
    pub(super) offer_open: Buffer,
    /// `Σ B⁻/Δt` by (class run, offer, lane).
    pub(super) run_carried: Buffer,
    /// `N_k` by (class run, offer, lane).
    pub(super) run_load: Buffer,
    /// `d_k` by (class run, offer, lane).
    pub(super) run_served: Buffer,
    /// `a_so`, 0 where closed.
    pub(super) weight: Buffer,
    /// `P_so` in units of the choke price.
    pub(super) price: Buffer,
    /// `y_so`.
    pub(super) pull: Buffer,
    /// `P_so^(−θ)` where last computed in full, and `1/P_so` there.
    from_pull: Buffer,
    pub(super) per_price: Buffer,
    /// `x_so`.
    pub(super) offered: Buffer,
    /// `Σ_o a_so` by segment.
    pub(super) weight_sum: Buffer,
    /// `S_s` by segment.
    pub(super) pull_sum: Buffer,
    /// `D_ref·(P_s/P_ref)^(−η)/S_s` by segment.
    pub(super) scale: Buffer,
    /// A row as wide as the offers of a block.
    pub(super) wide: Buffer,
}

impl Work {
    pub(super) fn new(structure: &Structure) -> Self {
        let e = structure.extent;
        let groups = (structure.problem.groups as usize + 1).next_multiple_of(LANES);
        let column = || Buffer::zeros(groups);
        let pairs = || Buffer::zeros(e.pairs);
        let group = Groups {
            logit: column(),
            capacity: column(),
            per_capacity: column(),
            per_server: column(),
            exponent: column(),
            open: column(),
            utilisation: column(),
            idle: column(),
            wait: column(),
            slope: column(),
            load: column(),
            residual: column(),
        };
        Self {
            group,
            offer_wait: Buffer::zeros(e.offers),
            offer_slope: Buffer::zeros(e.offers),
            offer_open: Buffer::zeros(e.offers),
            run_carried: Buffer::zeros(e.runs),
            run_load: Buffer::zeros(e.runs),
            run_served: Buffer::zeros(e.runs),
            weight: pairs(),
            price: pairs(),
            pull: pairs(),
            from_pull: pairs(),
            per_price: pairs(),
            offered: pairs(),
            weight_sum: Buffer::zeros(e.segments),
            pull_sum: Buffer::zeros(e.segments),
            scale: Buffer::zeros(e.segments),
            wide: Buffer::zeros(e.offers),
        }
    }

    /// Readies a tier: what capacity the tier before has left, which offers are open, what is carried in.
    #[inline(always)]
    pub(super) fn prepare(&mut self, view: View, served: Option<&[f64]>) {
        let View { structure, inputs, tier } = view;
        self.group.open(inputs, served);
        for block in &tier.blocks {
            let Self { offer_open, group, .. } = self;
            gather(structure, block, &group.open, offer_open);
            self.weigh(inputs, block);
            self.carry(inputs, block);
        }
    }

    /// `a_so` of open offers and its sum by segment.
    #[inline(always)]
    fn weigh(&mut self, inputs: &Inputs, block: &Block) {
        let width = block.width();
        let open = &self.offer_open[block.offer_range()];
        let weights = self.weight[block.pair_range()].chunks_exact_mut(width);
        let tastes = inputs.taste[block.pair_range()].chunks_exact(width);
        for (weight, taste) in weights.zip(tastes) {
            for ((weight, taste), open) in weight.iter_mut().zip(taste).zip(open) {
                *weight = taste * open;
            }
        }
        let sums = &mut self.weight_sum[block.segment_range()];
        sum_rows(&self.weight[block.pair_range()], width, sums);
    }

    /// `Σ B⁻/Δt` by class and offer.
    #[inline(always)]
    fn carry(&mut self, inputs: &Inputs, block: &Block) {
        let width = block.width();
        let carried = &inputs.carried[block.pair_range()];
        let sums = self.run_carried[block.run_range()].chunks_exact_mut(width);
        for (run, sum) in block.runs.iter().zip(sums) {
            sum.fill(0.0);
            for row in carried[run.start * width..run.end * width].chunks_exact(width) {
                add(sum, row);
            }
        }
    }

    /// Fills every column of `group` and of the pairs at the logits given in `group.logit`; the size of the residual.
    /// Must be `exact` the first time for a tier, and may use series around that point afterwards.
    #[inline(always)]
    pub(super) fn evaluate<S: Simd>(&mut self, simd: S, view: View, exact: bool) -> Merit {
        let View { structure, inputs, tier } = view;
        self.group.congest();
        self.group.load.fill(0.0);
        for block in &tier.blocks {
            let Self { offer_wait, group, .. } = self;
            gather(structure, block, &group.wait, offer_wait);
            if exact || !self.near(simd, structure, inputs, block) {
                self.set_prices(simd, structure, inputs, block);
                self.set_pulls(simd, structure, block);
            }
            self.set_scales(structure, inputs, block);
            self.set_demand(simd, structure, block);
            self.set_loads(structure, block);
        }
        self.group.balance();
        self.group.merit()
    }

    #[inline(always)]
    fn set_prices<S: Simd>(
        &mut self,
        simd: S,
        structure: &Structure,
        inputs: &Inputs,
        block: &Block,
    ) {
        let rows = Rows::of::<S>(block);
        let (one, range) = (simd.splat_f64s(1.0), block.pair_range());
        let base = S::as_simd_f64s(&inputs.base[range.clone()]).0;
        let wait = S::as_simd_f64s(&self.offer_wait[block.offer_range()]).0;
        let cost = S::as_simd_f64s(&structure.segment.wait_price[block.segment_range()]).0;
        let price = S::as_mut_simd_f64s(&mut self.price[range]).0;
        for (segment, cost) in cost.iter().enumerate() {
            for (i, offer) in rows.of_segment(segment) {
                let sum = simd.add_f64s(base[i], simd.mul_f64s(*cost, wait[offer]));
                price[i] = simd.min_f64s(sum, one);
            }
        }
    }

    /// `y_so` by logarithm and exponential, and the point from which [`Self::near`] expands.
    #[inline(always)]
    fn set_pulls<S: Simd>(&mut self, simd: S, structure: &Structure, block: &Block) {
        let rows = Rows::of::<S>(block);
        let range = block.pair_range();
        // Separate loops: the chain of a logarithm and an exponential together is too long to overlap.
        for (pull, price) in self.pull[range.clone()].iter_mut().zip(&self.price[range.clone()]) {
            *pull = ln(*price);
        }
        let powers = S::as_simd_f64s(&structure.segment.minus_theta[block.segment_range()]).0;
        let pull = S::as_mut_simd_f64s(&mut self.pull[range.clone()]).0;
        for (segment, power) in powers.iter().enumerate() {
            for (i, _) in rows.of_segment(segment) {
                pull[i] = simd.mul_f64s(*power, pull[i]);
            }
        }
        let pulls = self.pull[range.clone()].iter_mut().zip(&mut self.from_pull[range.clone()]);
        let prices = self.price[range.clone()].iter().zip(&mut self.per_price[range.clone()]);
        let weights = &self.weight[range.clone()];
        for (((pull, from), (price, per_price)), weight) in pulls.zip(prices).zip(weights) {
            *from = exp(*pull);
            *pull = weight * *from;
            *per_price = 1.0 / price;
        }
        let sums = S::as_mut_simd_f64s(&mut self.pull_sum[block.segment_range()]).0;
        let pull = S::as_simd_f64s(&self.pull[range]).0;
        for (segment, sum) in sums.iter_mut().enumerate() {
            *sum = simd.splat_f64s(0.0);
            for (i, _) in rows.of_segment(segment) {
                *sum = simd.add_f64s(*sum, pull[i]);
            }
        }
    }

    /// Prices, `y_so` and their sums where prices have moved little since [`Self::set_pulls`]: with
    /// `ε = P/P₀ − 1`, `P^(−θ) = P₀^(−θ)·(1+ε)^(−θ)` by its series. Truncation is below 1e-13 within
    /// [`REACH`], and does not accumulate: `P₀` stays until a pair strays further. Returns whether all
    /// pairs kept to that.
    #[inline(always)]
    fn near<S: Simd>(
        &mut self,
        simd: S,
        structure: &Structure,
        inputs: &Inputs,
        block: &Block,
    ) -> bool {
        let rows = Rows::of::<S>(block);
        let (range, segments) = (block.pair_range(), block.segment_range());
        let base = S::as_simd_f64s(&inputs.base[range.clone()]).0;
        let per_price = S::as_simd_f64s(&self.per_price[range.clone()]).0;
        let from = S::as_simd_f64s(&self.from_pull[range.clone()]).0;
        let weight = S::as_simd_f64s(&self.weight[range.clone()]).0;
        let wait = S::as_simd_f64s(&self.offer_wait[block.offer_range()]).0;
        let cost = S::as_simd_f64s(&structure.segment.wait_price[segments.clone()]).0;
        let widen = S::as_simd_f64s(&structure.segment.widen[segments.clone()]).0;
        let binomial = structure.segment.binomial.each_ref();
        let binomial = binomial.map(|terms| S::as_simd_f64s(&terms[segments.clone()]).0);
        let price = S::as_mut_simd_f64s(&mut self.price[range.clone()]).0;
        let pull = S::as_mut_simd_f64s(&mut self.pull[range]).0;
        let sums = S::as_mut_simd_f64s(&mut self.pull_sum[segments]).0;
        let one = simd.splat_f64s(1.0);
        let mut worst = simd.splat_f64s(0.0);
        for (segment, ((cost, widen), sum)) in cost.iter().zip(widen).zip(sums).enumerate() {
            let terms = binomial.map(|terms| terms[segment]);
            let (mut total, mut furthest) = (simd.splat_f64s(0.0), simd.splat_f64s(0.0));
            for (i, offer) in rows.of_segment(segment) {
                let charge = simd.add_f64s(base[i], simd.mul_f64s(*cost, wait[offer]));
                let here = simd.min_f64s(charge, one);
                let change = simd.sub_f64s(simd.mul_f64s(here, per_price[i]), one);
                furthest = simd.max_f64s(furthest, simd.abs_f64s(change));
                price[i] = here;
                let grown = simd.mul_f64s(from[i], power(simd, &terms, one, change));
                pull[i] = simd.mul_f64s(weight[i], grown);
                total = simd.add_f64s(total, pull[i]);
            }
            *sum = total;
            worst = simd.max_f64s(worst, simd.mul_f64s(furthest, *widen));
        }
        simd.reduce_max_f64s(worst) <= REACH
    }

    #[inline(always)]
    fn set_scales(&mut self, structure: &Structure, inputs: &Inputs, block: &Block) {
        let range = block.segment_range();
        let sums = self.pull_sum[range.clone()].iter().zip(&self.weight_sum[range.clone()]);
        let demands = inputs.demand[range.clone()].iter();
        let demands = demands.zip(&structure.segment.choke_demand[range.clone()]);
        let powers = &structure.segment.index_power[range.clone()];
        let scales = &mut self.scale[range];
        for (((scale, (sum, weight)), (demand, choke)), power) in
            scales.iter_mut().zip(sums).zip(demands).zip(powers)
        {
            let closed = *sum <= 0.0;
            let sum = if closed { 1.0 } else { *sum };
            let weight = if closed { 1.0 } else { *weight };
            let at_index = demand * choke * exp(power * ln(sum / weight));
            *scale = if closed { 0.0 } else { at_index / sum };
        }
    }

    /// `x_so`, and `N_k` by class and offer.
    #[inline(always)]
    fn set_demand<S: Simd>(&mut self, simd: S, structure: &Structure, block: &Block) {
        let rows = Rows::of::<S>(block);
        let (range, segments) = (block.pair_range(), block.segment_range());
        self.run_load[block.run_range()].copy_from_slice(&self.run_carried[block.run_range()]);
        let one = simd.splat_f64s(1.0);
        let scale = S::as_simd_f64s(&self.scale[segments.clone()]).0;
        let taper = S::as_simd_f64s(&structure.segment.inverse_taper[segments]).0;
        let price = S::as_simd_f64s(&self.price[range.clone()]).0;
        let pull = S::as_simd_f64s(&self.pull[range.clone()]).0;
        let offered = S::as_mut_simd_f64s(&mut self.offered[range]).0;
        let loads = S::as_mut_simd_f64s(&mut self.run_load[block.run_range()]).0;
        for (run, load) in block.runs.iter().zip(loads.chunks_exact_mut(rows.width())) {
            for segment in run.start * rows.parts..run.end * rows.parts {
                for (i, offer) in rows.of_segment(segment) {
                    let tapered = simd.mul_f64s(simd.sub_f64s(one, price[i]), taper[segment]);
                    let whole = simd.mul_f64s(scale[segment], pull[i]);
                    offered[i] = simd.mul_f64s(whole, simd.min_f64s(tapered, one));
                    load[offer] = simd.add_f64s(load[offer], offered[i]);
                }
            }
        }
    }

    /// Scatters what is served of the loads to the groups.
    #[inline(always)]
    fn set_loads(&mut self, structure: &Structure, block: &Block) {
        let width = block.width();
        let waits = &self.offer_wait[block.offer_range()];
        let loads = self.run_load[block.run_range()].chunks_exact(width);
        let served = self.run_served[block.run_range()].chunks_exact_mut(width);
        let wide = &mut self.wide[..width];
        wide.fill(0.0);
        for ((run, load), served) in block.runs.iter().zip(loads).zip(served) {
            let loss = structure.loss_per_wait(run.class);
            let terms = served.iter_mut().zip(waits).zip(load);
            for (total, ((served, wait), load)) in wide.iter_mut().zip(terms) {
                *served = 1.0 / (1.0 + loss * wait);
                *total += load * *served;
            }
        }
        scatter(structure, block, wide, &mut self.group.load);
    }
}

impl Structure {
    /// `(1/τ_k + b_k/Δt)·σ_k·V_k`, so that `d_k = 1/(1 + this·g/c)`.
    #[inline(always)]
    pub(super) fn loss_per_wait(&self, class: usize) -> f64 {
        self.loss_per_wait[class]
    }
}

impl Block {
    /// Elements of one segment in arrays of pairs.
    #[inline(always)]
    pub(super) fn width(&self) -> usize {
        self.offers * LANES
    }

    #[inline(always)]
    pub(super) fn pair_range(&self) -> std::ops::Range<usize> {
        self.pair_start..self.pair_start + self.segments * self.offers * LANES
    }

    #[inline(always)]
    pub(super) fn segment_range(&self) -> std::ops::Range<usize> {
        self.segment_start..self.segment_start + self.segments * LANES
    }

    #[inline(always)]
    pub(super) fn offer_range(&self) -> std::ops::Range<usize> {
        self.offer_start..self.offer_start + self.offers * LANES
    }

    #[inline(always)]
    pub(super) fn run_range(&self) -> std::ops::Range<usize> {
        self.run_start..self.run_start + self.runs.len() * self.offers * LANES
    }
}

/// Copies a column of groups to the offers of a block.
#[inline(always)]
pub(super) fn gather(structure: &Structure, block: &Block, column: &[f64], offers: &mut [f64]) {
    let range = block.offer_range();
    let groups = structure.offer_group[range.clone()].as_chunks::<LANES>().0;
    let common = &structure.offer_common[range.start / LANES..];
    let targets = offers[range].as_chunks_mut::<LANES>().0.iter_mut();
    for ((target, groups), &common) in targets.zip(groups).zip(common) {
        if common == MIXED {
            for (value, &group) in target.iter_mut().zip(groups) {
                *value = column[group as usize];
            }
        } else {
            *target = [column[common as usize]; LANES];
        }
    }
}

/// Adds what the offers of a block have to their groups, lane after lane.
#[inline(always)]
pub(super) fn scatter(structure: &Structure, block: &Block, offers: &[f64], column: &mut [f64]) {
    let range = block.offer_range();
    let groups = structure.offer_group[range.clone()].as_chunks::<LANES>().0;
    let common = &structure.offer_common[range.start / LANES..];
    for ((row, groups), &common) in offers.as_chunks::<LANES>().0.iter().zip(groups).zip(common) {
        if common == MIXED {
            for (value, &group) in row.iter().zip(groups) {
                column[group as usize] += value;
            }
        } else {
            // In a register: adding eight times to one place in memory would wait for it eight times.
            column[common as usize] = row.iter().fold(column[common as usize], |sum, x| sum + x);
        }
    }
}

#[inline(always)]
pub(super) fn add(sum: &mut [f64], row: &[f64]) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += value;
    }
}

/// Sums the rows of `LANES` within each chunk of `width`.
#[inline(always)]
pub(super) fn sum_rows(values: &[f64], width: usize, sums: &mut [f64]) {
    let sums = sums.as_chunks_mut::<LANES>().0;
    for (values, sum) in values.chunks_exact(width).zip(sums) {
        let mut total = [0.0; LANES];
        for row in values.as_chunks::<LANES>().0 {
            for lane in 0..LANES {
                total[lane] += row[lane];
            }
        }
        *sum = total;
    }
}
