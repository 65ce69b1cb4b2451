//! What is seen of projects, of the room in facilities and of stockpiles, by focus nation. Reads only.

use super::Observers;
use crate::blueprint::Blueprint;
use crate::id::{NationId, PoolId, ProjectId};
use crate::world::World;

/// Sums over ticks, but for what is paid and drawn.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProjectSums {
    /// Stages of all projects.
    pub stages: f64,
    /// Of them done.
    pub done: f64,
    /// Projects that have begun.
    pub begun: f64,
    /// Days behind plan of those.
    pub delay: f64,
    /// Paid for them until now, USD.
    pub cost: f64,
    /// What the work done would have cost by plan, USD.
    pub planned: f64,
    /// Paid for them since the last sample, USD.
    pub paid: f64,
    /// Room of the pools at home that have a limit, kW.
    pub room: f64,
    /// Power of what is installed there, kW.
    pub used: f64,
    /// Compute that waits for room, H100e.
    pub stored: f64,
    /// What fabs make, H100e a year.
    pub output: f64,
    /// Spare parts in the stockpile.
    pub stockpile: f64,
    /// Parts that providers took from it since the last sample.
    pub drawn: f64,
}

impl ProjectSums {
    /// Adds other sums.
    pub fn add(&mut self, other: &Self) {
        macro_rules! add {
            ($($field:ident),+ $(,)?) => { $(self.$field += other.$field;)+ };
        }
        add!(stages, done, begun, delay, cost, planned, paid, room, used, stored, output);
        add!(stockpile, drawn);
    }
}

impl Observers {
    /// Work on a project in a nation was paid.
    pub fn project_paid(&mut self, nation: NationId, usd: f64) {
        if let Some(at) = self.focus(nation) {
            self.window[at].projects.paid += usd;
        }
    }

    /// Providers took parts from a nation's stockpile.
    pub fn stockpile_used(&mut self, nation: NationId, parts: u32) {
        if let Some(at) = self.focus(nation) {
            self.window[at].projects.drawn += f64::from(parts);
        }
    }
}

/// Adds a tick to the sums of a focus nation.
pub(super) fn tick(world: &mut World, plan: &Blueprint, at: usize, day: f64) {
    let nation = plan.focus[at];
    let mut sums = ProjectSums::default();
    for (p, project) in plan.projects.list.iter().enumerate().filter(|(_, p)| p.nation == nation) {
        let state = &world.projects[p];
        sums.stages += project.milestones.len() as f64;
        sums.done += state.done as f64;
        sums.cost += state.spent[0] + state.spent[1];
        sums.planned += state.planned;
        sums.output += world.fab_output(plan, ProjectId::new(p), day)
            * output_growth(plan, project.builds, day);
        if let Some(begun) = state.begun {
            let due = begun + project.planned_days();
            let late = state.finished.unwrap_or(if day > due { day } else { due }) - due;
            sums.begun += 1.0;
            sums.delay += late;
        }
    }
    for p in (0..plan.pools.len()).filter(|&p| plan.projects.limited[p]).map(PoolId::new) {
        if plan.pools[p.at()].zone == nation {
            sums.room += world.facilities[p.at()].room;
            sums.used += world.installed_power(plan, p);
            sums.stored += world.stored_compute(plan, p);
        }
    }
    sums.stockpile = world.stockpiles[nation.at()].iter().map(|one| f64::from(one.stock)).sum();
    world.observers.window[at].projects.add(&sums);
}

/// Growth of a vendor's output since the start.
fn output_growth(plan: &Blueprint, builds: crate::blueprint::project::Builds, day: f64) -> f64 {
    match builds {
        crate::blueprint::project::Builds::Output(vendor, _) => {
            let growth = plan.vendors[vendor.at()].parameters.output_growth;
            autarky_engine::math::exp(growth * day / 365.25)
        }
        _ => 1.0,
    }
}
