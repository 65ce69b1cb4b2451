//! Newton's direction: the Jacobian of the residual, eliminated zone by zone.
//!
//! With `R_q = Σ_k N_k·d_k + ε·C` and row `q` multiplied by `R_q`, the equations for the step `e` are
//!
//! `Σ_r K_qr·e_r = −R_q·F_q`, `K_qr = R_q·(1−ρ_q)·[q=r] − ∂R_q/∂υ_r`,
//! `∂R_q/∂υ_r = Σ_s x_sq·d_q·(θ−η)·(y_sr/S_s)·(P'_sr/P_sr) − [q=r]·own_q`,
//! `own_q = Σ_s x_sq·d_q·P'_sq·(θ/P_sq + [taper]/(choke − P_sq)) + Σ_k N_k·(−d'_k)`.
//!
//! Off the diagonal `K ≤ 0`, and where each group serves one class (or `θ = η`) dividing the rows by
//! `d_q` makes the columns dominant for `θ ≥ η` and `δ ≤ 1/(1+θ−η)`: an M-matrix, so elimination
//! needs no pivoting (Berman and Plemmons, "Nonnegative Matrices in the Mathematical Sciences",
//! 1994, ch. 6). The matrix is an arrow: local groups of different zones meet only through shared
//! ones. Locals are eliminated in the lanes, eight zones at a time; the rest is a dense block.
#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

use pulp::Simd;

use super::buffer::Buffer;
use super::evaluate::{EPSILON, Work, add, gather};
use super::layout::{Block, LANES, MIXED, Structure, Tier};
use super::series::Rows;

type Row = [f64; LANES];

/// The factorised Jacobian of one tier and the memory to build it.
#[derive(Debug, Clone, Default)]
pub(super) struct Jacobian {
    /// `x_sq·d_q/S_s` by pair.
    response: Buffer,
    /// `(θ−η)·y_sr·P'_sr/P_sr` by pair, `P'` with respect to `υ`.
    pull_change: Buffer,
    /// `own_q` by (offer, lane).
    own: Buffer,
    /// `R_q`, by which rows are multiplied; 1 where closed.
    row_scale: Buffer,
    /// Factors of the zones: upper rows of the locals with reciprocal pivots, multipliers below.
    zones: Buffer,
    /// Factors of the dense shared block, one dummy row and column at the end.
    shared: Buffer,
    /// Right side and solution of the shared block.
    shared_step: Buffer,
    /// Right side and solution by (group slot, lane).
    slot_step: Buffer,
}

impl Jacobian {
    pub(super) fn new(structure: &Structure) -> Self {
        let e = structure.extent;
        let shared = structure.tiers.iter().map(|t| t.shared.len() + 1).max().unwrap_or(1);
        let groups = (structure.problem.groups as usize + 1).next_multiple_of(LANES);
        Self {
            response: Buffer::zeros(e.pairs),
            pull_change: Buffer::zeros(e.pairs),
            own: Buffer::zeros(e.offers),
            row_scale: Buffer::zeros(groups),
            zones: Buffer::zeros(e.matrices),
            shared: Buffer::zeros(shared * shared),
            shared_step: Buffer::zeros(shared),
            slot_step: Buffer::zeros(e.slots),
        }
    }

    /// Builds and factorises the Jacobian at the point last evaluated in `work`.
    #[inline(always)]
    pub(super) fn factorise<S: Simd>(
        &mut self,
        simd: S,
        structure: &Structure,
        tier: &Tier,
        work: &mut Work,
    ) {
        self.set_row_scale(work);
        let size = tier.shared.len() + 1;
        self.shared[..size * size].fill(0.0);
        for block in &tier.blocks {
            let Work { offer_slope, group, .. } = work;
            gather(structure, block, &group.slope, offer_slope);
            self.own[block.offer_range()].fill(0.0);
            self.set_responses(simd, structure, block, work);
            self.add_own_loss(structure, block, work);
            self.merge_offers(block);
            self.fill_zone(simd, block);
            self.set_diagonal(structure, block, work);
            self.eliminate_locals(simd, structure, block, size);
        }
        for (row, &group) in tier.shared.iter().enumerate() {
            self.shared[row * size + row] += self.diagonal(work, group as usize);
        }
        self.shared[size * size - 1] = 1.0;
        factorise_dense(&mut self.shared[..size * size], size);
    }

    #[inline(always)]
    fn set_row_scale(&mut self, work: &Work) {
        let group = &work.group;
        let terms = group.load.iter().zip(&group.capacity).zip(&group.open);
        for (scale, ((load, capacity), open)) in self.row_scale.iter_mut().zip(terms) {
            *scale = open * (load + EPSILON * capacity) + (1.0 - open);
        }
    }

    /// `R·(1−ρ)`, or 1 for a closed or dummy group.
    #[inline(always)]
    fn diagonal(&self, work: &Work, group: usize) -> f64 {
        let open = work.group.open[group];
        self.row_scale[group] * (open * work.group.idle[group] + (1.0 - open))
    }

    /// Fills `response`, `pull_change` and the price part of `own`.
    #[inline(always)]
    fn set_responses<S: Simd>(
        &mut self,
        simd: S,
        structure: &Structure,
        block: &Block,
        work: &Work,
    ) {
        let rows = Rows::of::<S>(block);
        let (range, segments) = (block.pair_range(), block.segment_range());
        let vectors = |values| S::as_simd_f64s(values).0;
        let (price, pull) =
            (vectors(&work.price[range.clone()]), vectors(&work.pull[range.clone()]));
        let offered = vectors(&work.offered[range.clone()]);
        let slope = vectors(&work.offer_slope[block.offer_range()]);
        let served = vectors(&work.run_served[block.run_range()]);
        let (scale, sum) = (&work.scale[segments.clone()], &work.pull_sum[segments.clone()]);
        let (scale, sum) = (vectors(scale), vectors(sum));
        let constants = &structure.segment;
        let cost = vectors(&constants.wait_price[segments.clone()]);
        let theta = vectors(&constants.minus_theta[segments.clone()]);
        let cross = vectors(&constants.cross[segments.clone()]);
        let taper = vectors(&constants.inverse_taper[segments]);
        let response = S::as_mut_simd_f64s(&mut self.response[range.clone()]).0;
        let change = S::as_mut_simd_f64s(&mut self.pull_change[range]).0;
        let own = S::as_mut_simd_f64s(&mut self.own[block.offer_range()]).0;
        let (add, sub, mul) = (S::add_f64s, S::sub_f64s, S::mul_f64s);
        let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
        for (run, served) in block.runs.iter().zip(served.chunks_exact(rows.width())) {
            for s in run.start * rows.parts..run.end * rows.parts {
                let some = simd.greater_than_f64s(sum[s], zero);
                let inverse = simd.div_f64s(one, simd.select_f64s(some, sum[s], one));
                let tapered = mul(simd, scale[s], taper[s]);
                for (i, offer) in rows.of_segment(s) {
                    let below = simd.less_than_f64s(price[i], one);
                    let rise = simd.select_f64s(below, mul(simd, cost[s], slope[offer]), zero);
                    let relative = simd.div_f64s(rise, price[i]);
                    let reached = mul(simd, offered[i], served[offer]);
                    response[i] = mul(simd, reached, inverse);
                    change[i] = mul(simd, mul(simd, cross[s], pull[i]), relative);
                    let gap = mul(simd, sub(simd, one, price[i]), taper[s]);
                    let inside = simd.less_than_f64s(gap, one);
                    let cut =
                        mul(simd, mul(simd, tapered, pull[i]), mul(simd, served[offer], rise));
                    let cut = simd.select_f64s(inside, cut, zero);
                    let leaving = mul(simd, theta[s], mul(simd, reached, relative));
                    own[offer] = add(simd, own[offer], sub(simd, cut, leaving));
                }
            }
        }
    }

    /// Adds what rising waits lose to `own`.
    #[inline(always)]
    fn add_own_loss(&mut self, structure: &Structure, block: &Block, work: &Work) {
        let width = block.width();
        let slope = &work.offer_slope[block.offer_range()];
        let own = &mut self.own[block.offer_range()];
        for (index, run) in block.runs.iter().enumerate() {
            let range = block.run_start + index * width..block.run_start + (index + 1) * width;
            let loss = structure.loss_per_wait(run.class);
            let (load, served) = (&work.run_load[range.clone()], &work.run_served[range]);
            for (own, ((load, served), slope)) in
                own.iter_mut().zip(load.iter().zip(served).zip(slope))
            {
                *own += load * served * served * loss * slope;
            }
        }
    }

    /// Sums offers of one group into its slot, in place; rows become `slots` wide.
    #[inline(always)]
    fn merge_offers(&mut self, block: &Block) {
        if block.offers == block.slots {
            return;
        }
        let range = block.pair_range();
        for segment in 0..block.segments {
            for values in [&mut self.response[range.clone()], &mut self.pull_change[range.clone()]]
            {
                merge_row(values, block, segment);
            }
        }
        merge_row(&mut self.own[block.offer_range()], block, 0);
    }

    /// `K` of a zone, but for the diagonal part that belongs to the group as a whole.
    #[inline(always)]
    fn fill_zone<S: Simd>(&mut self, simd: S, block: &Block) {
        let slots = block.slots;
        let response = S::as_simd_f64s(&self.response[block.pair_range()]).0;
        let change = S::as_simd_f64s(&self.pull_change[block.pair_range()]).0;
        let matrix = S::as_mut_simd_f64s(&mut self.zones[block.matrix_range()]).0;
        let parts = LANES / S::F64_LANES;
        let width = slots * parts;
        for row in 0..width {
            let target = (row / parts) * width + row % parts;
            let mut column = 0;
            while column + 4 <= slots {
                let mut sums = [simd.splat_f64s(0.0); 4];
                for segment in 0..block.segments {
                    let start = segment * width;
                    let response = response[start + row];
                    let change = &change[start + row % parts..start + width];
                    for (ahead, sum) in sums.iter_mut().enumerate() {
                        let product = simd.mul_f64s(response, change[(column + ahead) * parts]);
                        *sum = simd.sub_f64s(*sum, product);
                    }
                }
                for (ahead, sum) in sums.iter().enumerate() {
                    matrix[target + (column + ahead) * parts] = *sum;
                }
                column += 4;
            }
            for column in column..slots {
                let mut sum = simd.splat_f64s(0.0);
                for segment in 0..block.segments {
                    let start = segment * width;
                    let change = change[start + column * parts + row % parts];
                    sum = simd.sub_f64s(sum, simd.mul_f64s(response[start + row], change));
                }
                matrix[target + column * parts] = sum;
            }
        }
        let own = self.own[block.offer_range()].chunks_exact(LANES);
        let diagonals = self.zones[block.matrix_range()].chunks_exact_mut(LANES);
        for (diagonal, own) in diagonals.step_by(slots + 1).zip(own) {
            add(diagonal, own);
        }
    }

    #[inline(always)]
    fn set_diagonal(&mut self, structure: &Structure, block: &Block, work: &Work) {
        for slot in 0..block.locals {
            for lane in 0..LANES {
                let group = structure.slot_group[block.slot_start + slot * LANES + lane] as usize;
                let diagonal = self.diagonal(work, group);
                let place = (slot * block.slots + slot) * LANES + lane;
                self.zones[block.matrix_start + place] += diagonal;
            }
        }
    }

    /// Eliminates the locals in every lane and adds what remains to the shared block.
    #[inline(always)]
    fn eliminate_locals<S: Simd>(
        &mut self,
        simd: S,
        structure: &Structure,
        block: &Block,
        size: usize,
    ) {
        let slots = block.slots;
        let matrix = self.zones[block.matrix_range()].as_chunks_mut::<LANES>().0;
        for pivot in 0..block.locals {
            let (top, bottom) = matrix.split_at_mut((pivot + 1) * slots);
            let pivot_row = &mut top[pivot * slots..];
            for value in &mut pivot_row[pivot] {
                *value = 1.0 / *value;
            }
            for row in bottom.chunks_exact_mut(slots) {
                let mut multiplier = row[pivot];
                for lane in 0..LANES {
                    multiplier[lane] *= pivot_row[pivot][lane];
                }
                row[pivot] = multiplier;
                let (target, other) = (&mut row[pivot + 1..], &pivot_row[pivot + 1..]);
                subtract_multiple(
                    simd,
                    target.as_flattened_mut(),
                    &multiplier,
                    other.as_flattened(),
                );
            }
        }
        let places = &structure.slot_shared[block.slot_range()];
        let places = places.as_chunks::<LANES>().0;
        let common = &structure.slot_common[block.slot_start / LANES..][..slots];
        for row in block.locals..slots {
            for column in block.locals..slots {
                let values = &matrix[row * slots + column];
                if common[row] != MIXED && common[column] != MIXED {
                    let place = common[row] as usize * size + common[column] as usize;
                    self.shared[place] = values.iter().fold(self.shared[place], |sum, x| sum + x);
                    continue;
                }
                for lane in 0..LANES {
                    let place = places[row][lane] as usize * size + places[column][lane] as usize;
                    self.shared[place] += values[lane];
                }
            }
        }
    }

    /// Solves for the step at the residual in `work` and writes it to `step`, by group.
    #[inline(always)]
    pub(super) fn solve(
        &mut self,
        structure: &Structure,
        tier: &Tier,
        work: &Work,
        step: &mut [f64],
    ) {
        let (residual, idle) = (&work.group.residual, &work.group.idle);
        let size = tier.shared.len() + 1;
        // Groups that nobody uses in this tier stand alone.
        for ((step, residual), idle) in step.iter_mut().zip(residual).zip(idle) {
            *step = -residual / idle;
        }
        for (row, &group) in tier.shared.iter().enumerate() {
            let group = group as usize;
            self.shared_step[row] = -self.row_scale[group] * residual[group];
        }
        self.shared_step[size - 1] = 0.0;
        for block in &tier.blocks {
            self.forward(structure, block, residual);
        }
        solve_dense(&self.shared[..size * size], &mut self.shared_step[..size]);
        for (row, &group) in tier.shared.iter().enumerate() {
            step[group as usize] = self.shared_step[row];
        }
        for block in &tier.blocks {
            self.backward(structure, block, step);
        }
    }

    #[inline(always)]
    fn forward(&mut self, structure: &Structure, block: &Block, residual: &[f64]) {
        let slots = block.slots;
        let matrix = self.zones[block.matrix_range()].as_chunks::<LANES>().0;
        let steps = self.slot_step[block.slot_range()].as_chunks_mut::<LANES>().0;
        let groups = structure.slot_group[block.slot_range()].as_chunks::<LANES>().0;
        let (locals, shared) = steps.split_at_mut(block.locals);
        for (step, groups) in locals.iter_mut().zip(groups) {
            for (step, &group) in step.iter_mut().zip(groups) {
                *step = -self.row_scale[group as usize] * residual[group as usize];
            }
        }
        shared.fill([0.0; LANES]);
        for pivot in 0..block.locals {
            let known: Row = steps[pivot];
            for row in pivot + 1..slots {
                let multiplier = &matrix[row * slots + pivot];
                for lane in 0..LANES {
                    steps[row][lane] -= multiplier[lane] * known[lane];
                }
            }
        }
        let places = structure.slot_shared[block.slot_range()].as_chunks::<LANES>().0;
        let common = &structure.slot_common[block.slot_start / LANES..][..slots];
        for slot in block.locals..slots {
            if common[slot] != MIXED {
                let place = &mut self.shared_step[common[slot] as usize];
                *place = steps[slot].iter().fold(*place, |sum, x| sum + x);
                continue;
            }
            for lane in 0..LANES {
                self.shared_step[places[slot][lane] as usize] += steps[slot][lane];
            }
        }
    }

    #[inline(always)]
    fn backward(&mut self, structure: &Structure, block: &Block, out: &mut [f64]) {
        let slots = block.slots;
        let matrix = self.zones[block.matrix_range()].as_chunks::<LANES>().0;
        let steps = self.slot_step[block.slot_range()].as_chunks_mut::<LANES>().0;
        let places = structure.slot_shared[block.slot_range()].as_chunks::<LANES>().0;
        let common = &structure.slot_common[block.slot_start / LANES..][..slots];
        for slot in block.locals..slots {
            if common[slot] == MIXED {
                for (step, &place) in steps[slot].iter_mut().zip(&places[slot]) {
                    *step = self.shared_step[place as usize];
                }
            } else {
                steps[slot] = [self.shared_step[common[slot] as usize]; LANES];
            }
        }
        let groups = structure.slot_group[block.slot_range()].as_chunks::<LANES>().0;
        for pivot in (0..block.locals).rev() {
            let mut sum: Row = steps[pivot];
            for column in pivot + 1..slots {
                let entry = &matrix[pivot * slots + column];
                for lane in 0..LANES {
                    sum[lane] -= entry[lane] * steps[column][lane];
                }
            }
            for lane in 0..LANES {
                sum[lane] *= matrix[pivot * slots + pivot][lane];
                out[groups[pivot][lane] as usize] = sum[lane];
            }
            steps[pivot] = sum;
        }
    }
}

impl Block {
    #[inline(always)]
    fn matrix_range(&self) -> std::ops::Range<usize> {
        self.matrix_start..self.matrix_start + self.slots * self.slots * LANES
    }

    #[inline(always)]
    fn slot_range(&self) -> std::ops::Range<usize> {
        self.slot_start..self.slot_start + self.slots * LANES
    }
}

/// `row −= multiplier·other`, lane by lane.
#[inline(always)]
fn subtract_multiple<S: Simd>(simd: S, row: &mut [f64], multiplier: &Row, other: &[f64]) {
    let multiplier = S::as_simd_f64s(multiplier).0;
    let row = S::as_mut_simd_f64s(row).0.chunks_exact_mut(multiplier.len());
    let other = S::as_simd_f64s(other).0.chunks_exact(multiplier.len());
    for (target, other) in row.zip(other) {
        for ((target, multiplier), other) in target.iter_mut().zip(multiplier).zip(other) {
            *target = simd.sub_f64s(*target, simd.mul_f64s(*multiplier, *other));
        }
    }
}

/// Sums the offers of each slot in the row of one segment and packs rows to the width of slots.
#[inline(always)]
fn merge_row(values: &mut [f64], block: &Block, segment: usize) {
    for slot in 0..block.slots {
        let mut sum = [0.0; LANES];
        for (offer, &of) in block.slot_of_offer.iter().enumerate() {
            if of == slot {
                add(&mut sum, &values[(segment * block.offers + offer) * LANES..][..LANES]);
            }
        }
        values[(segment * block.slots + slot) * LANES..][..LANES].copy_from_slice(&sum);
    }
}

/// LU without pivoting in place, reciprocal pivots on the diagonal.
#[inline(always)]
fn factorise_dense(matrix: &mut [f64], size: usize) {
    for pivot in 0..size {
        let (top, bottom) = matrix.split_at_mut((pivot + 1) * size);
        let pivot_row = &mut top[pivot * size..];
        let reciprocal = 1.0 / pivot_row[pivot];
        pivot_row[pivot] = reciprocal;
        let pivot_row = &pivot_row[pivot + 1..];
        for row in bottom.chunks_exact_mut(size) {
            let multiplier = row[pivot] * reciprocal;
            row[pivot] = multiplier;
            for (target, value) in row[pivot + 1..].iter_mut().zip(pivot_row) {
                *target -= multiplier * value;
            }
        }
    }
}

#[inline(always)]
fn solve_dense(matrix: &[f64], step: &mut [f64]) {
    let size = step.len();
    let rows = || matrix.chunks_exact(size);
    for (row, entries) in rows().enumerate().skip(1) {
        let (known, rest) = step.split_at_mut(row);
        let terms = entries.iter().zip(known.iter());
        rest[0] = terms.fold(rest[0], |left, (entry, known)| left - entry * known);
    }
    for (row, entries) in rows().enumerate().rev() {
        let (rest, known) = step.split_at_mut(row + 1);
        let terms = entries[row + 1..].iter().zip(known.iter());
        let left = terms.fold(rest[row], |left, (entry, known)| left - entry * known);
        rest[row] = left * entries[row];
    }
}
