//! State of the queue groups in one tier: utilisation, congestion and the residual of the balance. The equations stand in [`super::evaluate`].
#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

use autarky_engine::math::ln;

use super::buffer::Buffer;
use super::evaluate::EPSILON;
use super::wait::{exponent, factor, log_power, odds_against};

/// Waits below this move no price, so their slope counts as none: its products in the elimination would
/// be subnormal numbers, each as slow as a hundred additions.
const SLIGHT: f64 = 1e-44;

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
    pub(super) fn set_capacity(&mut self, group: usize, capacity: f64, servers: f64) {
        let open = capacity > 0.0;
        self.capacity[group] = capacity;
        self.open[group] = if open { 1.0 } else { 0.0 };
        self.per_capacity[group] = if open { 1.0 / capacity } else { 0.0 };
        self.per_server[group] = if open { 1.0 / servers } else { 0.0 };
        self.exponent[group] = exponent(servers);
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
}
