//! State of the queue groups in one tier: utilisation, congestion and the residual of the balance. The equations stand in [`super::evaluate`].
#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

use autarky_engine::math::ln;

use super::buffer::Buffer;
use super::evaluate::EPSILON;
use super::inputs::Inputs;
use super::layout::LANES;
use super::solve::{LOGIT_RANGE, RESOLUTION, TOLERANCE};
use super::wait::{exponent, factor, log_power, odds_against};

/// Waits below this move no price, so their slope counts as none: its products in the elimination would
/// be subnormal numbers, each as slow as a hundred additions.
const SLIGHT: f64 = 1e-44;

/// Residual capacity below this fraction of the whole is none.
const EXHAUSTED: f64 = 1e-6;

const STEP_CAP: f64 = 4.0;

/// Columns of the queue groups in one tier; one dummy group and padding follow the last.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    /// `υ`.
    pub(super) logit: Buffer,
    /// `C` left for this tier.
    pub(super) capacity: Buffer,
    /// `1/C`, 0 where closed.
    pub(super) per_capacity: Buffer,
    /// `1/c`.
    pub(super) per_server: Buffer,
    /// `m − 1`.
    pub(super) exponent: Buffer,
    /// 1 where there is capacity, else 0.
    pub(super) open: Buffer,
    /// `ρ`.
    pub(super) utilisation: Buffer,
    /// `1 − ρ`.
    pub(super) idle: Buffer,
    /// `g/c`.
    pub(super) wait: Buffer,
    /// `d(g/c)/dυ`.
    pub(super) slope: Buffer,
    /// `Σ_k N_k·d_k`.
    pub(super) load: Buffer,
    /// `F`.
    pub(super) residual: Buffer,
}

impl Groups {
    /// Capacity of every group: the whole, or where a tier has been served before what it has left. Servers shrink with it.
    #[inline(always)]
    pub(super) fn open(&mut self, inputs: &Inputs, served: Option<&[f64]>) {
        let len = inputs.capacity.len();
        let (whole, servers) = (&inputs.capacity[..len], &inputs.servers[..len]);
        let (capacity, exponents) = (&mut self.capacity[..len], &mut self.exponent[..len]);
        exponents.copy_from_slice(servers);
        if let Some(served) = served {
            for ((capacity, served), (whole, servers)) in
                capacity.iter_mut().zip(served).zip(whole.iter().zip(exponents.iter_mut()))
            {
                let left = *capacity - served;
                let some = left > EXHAUSTED * whole;
                let share = left / if some { *whole } else { 1.0 };
                *capacity = if some { left } else { 0.0 };
                *servers = if some { *servers * share } else { *servers };
            }
        } else {
            capacity.copy_from_slice(whole);
        }
        let (open, per_capacity) = (&mut self.open[..len], &mut self.per_capacity[..len]);
        let per_server = &mut self.per_server[..len];
        for q in 0..len {
            open[q] = if capacity[q] > 0.0 { 1.0 } else { 0.0 };
        }
        for q in 0..len {
            let some = capacity[q] > 0.0;
            let inverse = 1.0 / if some { capacity[q] } else { 1.0 };
            per_capacity[q] = if some { inverse } else { 0.0 };
        }
        for q in 0..len {
            let inverse = 1.0 / exponents[q];
            per_server[q] = if capacity[q] > 0.0 { inverse } else { 0.0 };
        }
        for servers in exponents {
            *servers = exponent(*servers);
        }
    }

    #[inline(always)]
    pub(super) fn congest(&mut self) {
        let len = self.logit.len();
        let (logit, exponent) = (&self.logit[..len], &self.exponent[..len]);
        let per_server = &self.per_server[..len];
        let (utilisation, idle) = (&mut self.utilisation[..len], &mut self.idle[..len]);
        let (wait, slope) = (&mut self.wait[..len], &mut self.slope[..len]);
        // One column a loop: with several the compiler cannot rule out overlap, and stays scalar.
        for q in 0..len {
            idle[q] = odds_against(logit[q]);
        }
        for q in 0..len {
            utilisation[q] = 1.0 / (1.0 + idle[q]);
        }
        for q in 0..len {
            slope[q] = log_power(idle[q], exponent[q]);
        }
        for q in 0..len {
            wait[q] = factor(idle[q], slope[q]) * per_server[q];
        }
        for q in 0..len {
            idle[q] *= utilisation[q];
        }
        for q in 0..len {
            let rising = if wait[q] > SLIGHT { wait[q] } else { 0.0 };
            slope[q] = rising * (exponent[q] * idle[q] + utilisation[q]);
        }
    }

    #[inline(always)]
    pub(super) fn balance(&mut self) {
        let len = self.logit.len();
        let (load, per_capacity) = (&self.load[..len], &self.per_capacity[..len]);
        let (utilisation, open) = (&self.utilisation[..len], &self.open[..len]);
        let residual = &mut self.residual[..len];
        for q in 0..len {
            residual[q] = -open[q] * ln((load[q] * per_capacity[q] + EPSILON) / utilisation[q]);
        }
    }

    /// Size of the residual.
    #[inline(always)]
    pub(super) fn merit(&self) -> Merit {
        let mut squares = [0.0; LANES];
        let mut largest = [0.0_f64; LANES];
        for residual in self.residual.as_chunks::<LANES>().0 {
            for lane in 0..LANES {
                let size = residual[lane].abs();
                squares[lane] += size * size;
                largest[lane] = if size > largest[lane] { size } else { largest[lane] };
            }
        }
        let larger = |a: f64, b: f64| if b > a { b } else { a };
        Merit { squares: squares.into_iter().sum(), largest: largest.into_iter().fold(0.0, larger) }
    }

    /// Caps a step where the curve bends; whether all of it is finite, and whether it is no more than rounding.
    #[inline(always)]
    pub(super) fn cap(&self, step: &mut [f64]) -> (bool, bool) {
        let (mut endless, mut moving) = ([0_u64; LANES], [0_u64; LANES]);
        let residuals = self.residual.as_chunks::<LANES>().0;
        let columns = self.logit.as_chunks::<LANES>().0.iter().zip(residuals);
        for (step, (logit, residual)) in step.as_chunks_mut::<LANES>().0.iter_mut().zip(columns) {
            for lane in 0..LANES {
                let size = step[lane].abs();
                endless[lane] |= u64::from(!size.is_finite());
                let small = size <= RESOLUTION * (1.0 + logit[lane].abs());
                let solved = residual[lane].abs() <= TOLERANCE;
                moving[lane] |= u64::from(!small) & u64::from(!solved);
                step[lane] = capped(logit[lane], step[lane]);
            }
        }
        (endless == [0; LANES], moving == [0; LANES])
    }
}

/// Size of a residual.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Merit {
    pub(super) squares: f64,
    pub(super) largest: f64,
}

/// Caps a step at 4 where the curve bends. Near an empty group the residual is linear in the logit,
/// so steps may be long there: up to −4, or down from below 0.
#[inline(always)]
fn capped(logit: f64, step: f64) -> f64 {
    let up = if -STEP_CAP - logit > STEP_CAP { -STEP_CAP - logit } else { STEP_CAP };
    let down = if logit < 0.0 { LOGIT_RANGE.0 } else { -STEP_CAP };
    within(logit + within(step, (down, up)), LOGIT_RANGE) - logit
}

/// `clamp`, without its assertion.
#[inline(always)]
fn within(x: f64, (low, high): (f64, f64)) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}
