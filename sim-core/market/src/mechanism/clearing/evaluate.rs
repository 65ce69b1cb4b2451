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

use super::inputs::Inputs;
use super::layout::{Block, LANES, Structure, Tier};
use super::solve::View;
use super::wait::{congestion, exponent};

/// Load of an idle group relative to its capacity.
pub(super) const EPSILON: f64 = 1e-30;

/// Residual capacity below this fraction of the whole is none.
const EXHAUSTED: f64 = 1e-6;

/// Columns of the queue groups in one tier; one dummy group and padding follow the last.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    /// `υ`.
    pub(super) logit: Vec<f64>,
    /// `C` left for this tier.
    pub(super) capacity: Vec<f64>,
    /// `1/C`, 0 where closed.
    pub(super) per_capacity: Vec<f64>,
    /// `1/c`.
    pub(super) per_server: Vec<f64>,
    /// `m − 1`.
    pub(super) exponent: Vec<f64>,
    /// 1 where there is capacity, else 0.
    pub(super) open: Vec<f64>,
    /// `ρ`.
    pub(super) utilisation: Vec<f64>,
    /// `1 − ρ`.
    pub(super) idle: Vec<f64>,
    /// `g/c`.
    pub(super) wait: Vec<f64>,
    /// `d(g/c)/dυ`.
    pub(super) slope: Vec<f64>,
    /// `Σ_k N_k·d_k`.
    pub(super) load: Vec<f64>,
    /// `F`.
    pub(super) residual: Vec<f64>,
}

/// Working memory of the solver for the tier at hand.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    pub(super) group: Groups,
    /// `g/c` by (offer, lane).
    pub(super) offer_wait: Vec<f64>,
    /// `d(g/c)/dυ` by (offer, lane).
    pub(super) offer_slope: Vec<f64>,
    /// 1 where the group of the offer is open.
    pub(super) offer_open: Vec<f64>,
    /// `Σ B⁻/Δt` by (class run, offer, lane).
    pub(super) run_carried: Vec<f64>,
    /// `N_k` by (class run, offer, lane).
    pub(super) run_load: Vec<f64>,
    /// `d_k` by (class run, offer, lane).
    pub(super) run_served: Vec<f64>,
    /// `a_so`, 0 where closed.
    pub(super) weight: Vec<f64>,
    /// `P_so` in units of the choke price.
    pub(super) price: Vec<f64>,
    /// `y_so`.
    pub(super) pull: Vec<f64>,
    /// `y_so` where last computed in full, and `1/P_so` there.
    from_pull: Vec<f64>,
    pub(super) per_price: Vec<f64>,
    /// `x_so`.
    pub(super) offered: Vec<f64>,
    /// `Σ_o a_so` by segment.
    pub(super) weight_sum: Vec<f64>,
    /// `S_s` by segment.
    pub(super) pull_sum: Vec<f64>,
    /// `D_ref·(P_s/P_ref)^(−η)/S_s` by segment.
    pub(super) scale: Vec<f64>,
    /// A row as wide as the offers of a block.
    pub(super) wide: Vec<f64>,
}

impl Work {
    pub(super) fn new(structure: &Structure) -> Self {
        let e = structure.extent;
        let groups = (structure.problem.groups as usize + 1).next_multiple_of(LANES);
        let column = || vec![0.0; groups];
        let pairs = || vec![0.0; e.pairs];
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
            offer_wait: vec![0.0; e.offers],
            offer_slope: vec![0.0; e.offers],
            offer_open: vec![0.0; e.offers],
            run_carried: vec![0.0; e.runs],
            run_load: vec![0.0; e.runs],
            run_served: vec![0.0; e.runs],
            weight: pairs(),
            price: pairs(),
            pull: pairs(),
            from_pull: pairs(),
            per_price: pairs(),
            offered: pairs(),
            weight_sum: vec![0.0; e.segments],
            pull_sum: vec![0.0; e.segments],
            scale: vec![0.0; e.segments],
            wide: vec![0.0; e.offers],
        }
    }

    /// Readies a tier: what capacity remains, which offers are open, what is carried in.
    #[inline(always)]
    pub(super) fn prepare(&mut self, structure: &Structure, inputs: &Inputs, tier: &Tier) {
        for block in &tier.blocks {
            let Self { offer_open, group, .. } = self;
            gather(&structure.offer_group, block, &group.open, offer_open);
            self.weigh(inputs, block);
            self.carry(inputs, block);
        }
    }

    /// Capacity of every group for the first tier.
    pub(super) fn open_groups(&mut self, inputs: &Inputs) {
        let group = &mut self.group;
        for (q, (&capacity, &servers)) in inputs.capacity.iter().zip(&inputs.servers).enumerate() {
            group.set_capacity(q, capacity, servers);
        }
    }

    /// Capacity left after a tier has been served; servers shrink with it.
    pub(super) fn reduce_groups(&mut self, inputs: &Inputs, served: &[f64]) {
        for (q, (&whole, &servers)) in inputs.capacity.iter().zip(&inputs.servers).enumerate() {
            let left = self.group.capacity[q] - served[q];
            if left > EXHAUSTED * whole {
                self.group.set_capacity(q, left, servers * (left / whole));
            } else {
                self.group.set_capacity(q, 0.0, servers);
            }
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

    /// Fills every column of `group` and of the pairs at the logits given in `group.logit`.
    /// Must be `exact` at the first point of a tier, and may use series near it afterwards.
    #[inline(always)]
    pub(super) fn evaluate(&mut self, view: View, exact: bool) {
        let View { structure, inputs, tier } = view;
        self.group.congest();
        self.group.load.fill(0.0);
        for block in &tier.blocks {
            let Self { offer_wait, group, .. } = self;
            gather(&structure.offer_group, block, &group.wait, offer_wait);
            self.set_prices(structure, inputs, block);
            if exact || !self.update_pulls(structure, block) {
                self.set_pulls(structure, block);
            }
            let sums = &mut self.pull_sum[block.segment_range()];
            sum_rows(&self.pull[block.pair_range()], block.width(), sums);
            self.set_scales(structure, inputs, block);
            self.set_demand(structure, block);
            self.set_loads(structure, block);
        }
        self.group.balance();
    }

    #[inline(always)]
    fn set_prices(&mut self, structure: &Structure, inputs: &Inputs, block: &Block) {
        let width = block.width();
        let waits = &self.offer_wait[block.offer_range()];
        let prices = self.price[block.pair_range()].chunks_exact_mut(width);
        let bases = inputs.base[block.pair_range()].chunks_exact(width);
        let costs = structure.pair.wait_price[block.pair_range()].chunks_exact(width);
        for ((price, base), cost) in prices.zip(bases).zip(costs) {
            for (((price, base), cost), wait) in price.iter_mut().zip(base).zip(cost).zip(waits) {
                let sum = base + cost * wait;
                *price = if sum < 1.0 { sum } else { 1.0 };
            }
        }
    }

    /// `y_so` by logarithm and exponential, and the point from which [`Self::update_pulls`] expands.
    #[inline(always)]
    fn set_pulls(&mut self, structure: &Structure, block: &Block) {
        let range = block.pair_range();
        let powers = &structure.pair.minus_theta[range.clone()];
        let prices = &self.price[range.clone()];
        let weights = &self.weight[range.clone()];
        let pulls = &mut self.pull[range.clone()];
        // Two loops: the chain of a logarithm and an exponential together is too long to overlap.
        for ((pull, power), price) in pulls.iter_mut().zip(powers).zip(prices) {
            *pull = power * ln(*price);
        }
        let from = self.from_pull[range.clone()].iter_mut().zip(&mut self.per_price[range]);
        for (((pull, weight), price), (from, per_price)) in
            pulls.iter_mut().zip(weights).zip(prices).zip(from)
        {
            *pull = weight * exp(*pull);
            *from = *pull;
            *per_price = 1.0 / price;
        }
    }

    /// `y_so` where prices have moved little since [`Self::set_pulls`]: with `ε = P/P₀ − 1`,
    /// `y = y₀·e^z`, `z = −θ·ln(1+ε)`, both by their series. Truncation is below 2e-15 for
    /// `|ε| ≤ 0.01`, `|z| ≤ 0.05`; returns whether all pairs kept to that.
    #[inline(always)]
    fn update_pulls(&mut self, structure: &Structure, block: &Block) -> bool {
        let range = block.pair_range();
        let powers = &structure.pair.minus_theta[range.clone()];
        let prices = self.price[range.clone()].iter().zip(&self.per_price[range.clone()]);
        let pulls = self.pull[range.clone()].iter_mut().zip(&self.from_pull[range]);
        let mut strayed = 0_u64;
        for (((pull, from), (price, per_price)), power) in pulls.zip(prices).zip(powers) {
            let change = price * per_price - 1.0;
            let z = power * log_series(change);
            strayed |= u64::from(change.abs() > 0.01) | u64::from(z.abs() > 0.05);
            *pull = from * exp_series(z);
        }
        strayed == 0
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

    #[inline(always)]
    fn set_demand(&mut self, structure: &Structure, block: &Block) {
        let width = block.width();
        let range = block.pair_range();
        let wide = &mut self.wide[..width];
        let scales = self.scale[block.segment_range()].as_chunks::<LANES>().0;
        let rows = self.offered[range.clone()].chunks_exact_mut(width);
        let pulls = self.pull[range.clone()].chunks_exact(width);
        let prices = self.price[range.clone()].chunks_exact(width);
        let tapers = structure.pair.inverse_taper[range].chunks_exact(width);
        for ((((row, pull), price), taper), scale) in
            rows.zip(pulls).zip(prices).zip(tapers).zip(scales)
        {
            wide.as_chunks_mut::<LANES>().0.fill(*scale);
            let terms = wide.iter().zip(pull).zip(price).zip(taper);
            for (offered, (((scale, pull), price), taper)) in row.iter_mut().zip(terms) {
                let tapered = (1.0 - price) * taper;
                *offered = scale * pull * if tapered < 1.0 { tapered } else { 1.0 };
            }
        }
    }

    /// Sums demand over the segments of a class and scatters what is served to the groups.
    #[inline(always)]
    fn set_loads(&mut self, structure: &Structure, block: &Block) {
        let width = block.width();
        let offered = &self.offered[block.pair_range()];
        let waits = &self.offer_wait[block.offer_range()];
        let loads = self.run_load[block.run_range()].chunks_exact_mut(width);
        let carried = self.run_carried[block.run_range()].chunks_exact(width);
        let served = self.run_served[block.run_range()].chunks_exact_mut(width);
        let wide = &mut self.wide[..width];
        wide.fill(0.0);
        for (((run, load), carried), served) in
            block.runs.iter().zip(loads).zip(carried).zip(served)
        {
            load.copy_from_slice(carried);
            for row in offered[run.start * width..run.end * width].chunks_exact(width) {
                add(load, row);
            }
            let loss = structure.loss_per_wait(run.class);
            let terms = served.iter_mut().zip(waits).zip(load.iter());
            for (total, ((served, wait), load)) in wide.iter_mut().zip(terms) {
                *served = 1.0 / (1.0 + loss * wait);
                *total += load * *served;
            }
        }
        let groups = &structure.offer_group[block.offer_range()];
        for (&group, load) in groups.iter().zip(wide.iter()) {
            self.group.load[group as usize] += load;
        }
    }
}

impl Groups {
    fn set_capacity(&mut self, group: usize, capacity: f64, servers: f64) {
        let open = capacity > 0.0;
        self.capacity[group] = capacity;
        self.open[group] = if open { 1.0 } else { 0.0 };
        self.per_capacity[group] = if open { 1.0 / capacity } else { 0.0 };
        self.per_server[group] = if open { 1.0 / servers } else { 0.0 };
        self.exponent[group] = exponent(servers);
    }

    #[inline(always)]
    fn congest(&mut self) {
        let len = self.logit.len();
        let (logit, exponent) = (&self.logit[..len], &self.exponent[..len]);
        let per_server = &self.per_server[..len];
        let (utilisation, idle) = (&mut self.utilisation[..len], &mut self.idle[..len]);
        let (wait, slope) = (&mut self.wait[..len], &mut self.slope[..len]);
        for q in 0..len {
            let state = congestion(logit[q], exponent[q]);
            utilisation[q] = state.utilisation;
            idle[q] = state.idle;
            wait[q] = state.factor * per_server[q];
            slope[q] = state.slope * per_server[q];
        }
    }

    #[inline(always)]
    fn balance(&mut self) {
        let len = self.logit.len();
        let (load, per_capacity) = (&self.load[..len], &self.per_capacity[..len]);
        let (utilisation, open) = (&self.utilisation[..len], &self.open[..len]);
        let residual = &mut self.residual[..len];
        for q in 0..len {
            residual[q] = -open[q] * ln((load[q] * per_capacity[q] + EPSILON) / utilisation[q]);
        }
    }
}

impl Structure {
    /// `(1/τ_k + b_k/Δt)·σ_k·V_k`, so that `d_k = 1/(1 + this·g/c)`.
    #[inline(always)]
    pub(super) fn loss_per_wait(&self, class: usize) -> f64 {
        let class = &self.problem.classes[class];
        let carried = if class.keeps_backlog { 1.0 / self.problem.tick_h } else { 0.0 };
        (1.0 / class.patience_h + carried) * class.service_time_h * class.variability
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

/// `ln(1+ε)` to `ε⁶`.
#[inline(always)]
fn log_series(e: f64) -> f64 {
    let e2 = e * e;
    let high = (1.0 / 3.0 - e * 0.25) + e2 * (0.2 - e * (1.0 / 6.0));
    e + e2 * (e * high - 0.5)
}

/// `e^z` to `z⁷`.
#[inline(always)]
fn exp_series(z: f64) -> f64 {
    let z2 = z * z;
    let low = 1.0 / 6.0 + z * (1.0 / 24.0);
    let high = (1.0 / 120.0 + z * (1.0 / 720.0)) + z2 * (1.0 / 5040.0);
    1.0 + (z + z2 * (0.5 + z * (low + z2 * high)))
}

/// Copies a column of groups to the offers of a block.
#[inline(always)]
pub(super) fn gather(groups: &[u32], block: &Block, column: &[f64], offers: &mut [f64]) {
    let range = block.offer_range();
    for (target, &group) in offers[range.clone()].iter_mut().zip(&groups[range]) {
        *target = column[group as usize];
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
