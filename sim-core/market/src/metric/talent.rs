//! Technicians of a nation as they are recorded. Reads only.

use crate::blueprint::Blueprint;
use crate::id::NationId;
use crate::world::World;

/// Sums over ticks for one nation whose technicians are limited.
#[derive(Debug, Clone, Copy, Default)]
pub struct TalentSums {
    /// Ticks.
    pub ticks: f64,
    /// Technicians.
    pub stock: f64,
    /// Technicians that repair and installation want beyond them.
    pub short: f64,
    /// Compute that waits to be installed, H100e.
    pub waiting: f64,
    /// Technicians that emigrated.
    pub emigrated: f64,
}

impl TalentSums {
    /// Adds other sums.
    pub fn add(&mut self, other: &Self) {
        self.ticks += other.ticks;
        self.stock += other.stock;
        self.short += other.short;
        self.waiting += other.waiting;
        self.emigrated += other.emigrated;
    }
}

/// One tick.
#[must_use]
pub fn tick(world: &World, plan: &Blueprint, nation: NationId) -> TalentSums {
    let Some(labour) = &world.talent[nation.at()] else { return TalentSums::default() };
    let stock = f64::from(labour.stock);
    let wanted = world.wanted_technicians(plan, nation);
    let compute = |b: &crate::world::talent::Batch| f64::from(b.nodes) * b.order.node_compute(plan);
    TalentSums {
        ticks: 1.0,
        stock,
        short: if wanted > stock { wanted - stock } else { 0.0 },
        waiting: labour.waiting.iter().map(compute).sum(),
        emigrated: 0.0,
    }
}
