//! Openness of the trade in hardware, and what its limits have cost so far.

use super::World;
use crate::blueprint::Blueprint;
use crate::entity::controller::Regime;
use crate::id::NationId;
use crate::mechanism::spillover::shortfall;

/// Openness and its consequence.
#[derive(Debug, Clone, Copy)]
pub struct Openness {
    /// Share of the world's reference demand to which hardware may go freely, O.
    pub share: f64,
    /// How far the log price of hardware is above its path, L.
    pub lag: f64,
    /// `e^L`.
    pub dearer: f64,
}

impl Default for Openness {
    fn default() -> Self {
        Self { share: 1.0, lag: 0.0, dearer: 1.0 }
    }
}

impl World {
    /// Share of the world's reference demand at the start that lies in zones towards which nobody else bans or caps hardware.
    #[must_use]
    pub fn openness(&self, plan: &Blueprint) -> f64 {
        let (mut all, mut open) = (0.0, 0.0);
        for (n, nation) in plan.nations.iter().enumerate() {
            let closes = |c: usize| {
                let regime = self.regime(plan, c, NationId::new(n)).hardware.regime;
                plan.controllers[c].jurisdiction.at() != n
                    && matches!(regime, Regime::Ban | Regime::Cap)
            };
            all += nation.demand;
            let closed = (0..plan.controllers.len()).any(closes);
            open += if closed { 0.0 } else { nation.demand };
        }
        if all > 0.0 { open / all } else { 1.0 }
    }

    /// A month of progress under the openness of its end.
    pub(crate) fn step_openness(&mut self, plan: &Blueprint, years: f64) {
        let elasticity = plan.models.frontier.spillover;
        if elasticity <= 0.0 {
            return;
        }
        let share = self.openness(plan);
        let growth = plan.demand.reference_price_decline;
        let state = &mut self.openness;
        state.share = share;
        state.lag += shortfall(growth, (share, elasticity), years);
        state.dearer = autarky_engine::math::exp(state.lag);
    }
}
