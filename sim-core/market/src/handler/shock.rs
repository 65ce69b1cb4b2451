//! Where shocks meet prices and demand: the tick takes them on, and everyone who buys reads today's product.

use crate::blueprint::Blueprint;
use crate::entity::shock::Target;
use crate::id::{NationId, ProviderId, VendorId};
use crate::world::{Ctx, World};

impl World {
    /// Takes all shocks on to the tick.
    pub(super) fn step_shocks(&mut self, plan: &Blueprint, ctx: &Ctx<'_>) {
        self.shocks.step(plan, ctx.now().as_days() / 365.25);
    }

    /// What the price of a vendor's accelerators and parts is multiplied by.
    #[must_use]
    pub fn chip_factor(&self, vendor: VendorId) -> f64 {
        self.shocks.factor(Target::Chip, vendor.at()) * self.openness.dearer
    }

    /// What the price of power in a zone is multiplied by.
    #[must_use]
    pub fn energy_factor(&self, zone: NationId) -> f64 {
        self.shocks.factor(Target::Energy, zone.at())
    }

    /// What the posted price of a provider is multiplied by.
    #[must_use]
    pub fn cloud_factor(&self, provider: ProviderId) -> f64 {
        self.shocks.factor(Target::Cloud, provider.at())
    }
}
