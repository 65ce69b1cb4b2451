//! What incidents do to the work and the capacity of a nation, and how much of its sensitive work runs under foreign jurisdiction. Reads only.

use crate::blueprint::Blueprint;
use crate::entity::demand::Sensitivity;
use crate::id::{NationId, PoolId};
use crate::world::World;

/// Sums over a period.
#[derive(Debug, Clone, Copy, Default)]
pub struct SecuritySums {
    /// Incidents at providers at home.
    pub incidents: f64,
    /// Working compute at home that they hold down, H100e a tick.
    pub down: f64,
    /// Work served to the nation's buyers, H100e-hours.
    pub work: f64,
    /// Of it regulated or critical.
    pub sensitive: f64,
    /// Of that processed under foreign jurisdiction.
    pub foreign: f64,
    /// Of that exposed by incidents.
    pub exposed: f64,
    /// Of all work: with results that incidents made bad.
    pub corrupted: f64,
    /// Work times the factor of trust of who served it.
    pub trust: f64,
    /// Paid for controls of providers at home, USD.
    pub paid: f64,
}

impl SecuritySums {
    /// Adds other sums.
    pub fn add(&mut self, other: &Self) {
        macro_rules! add {
            ($($field:ident),+ $(,)?) => { $(self.$field += other.$field;)+ };
        }
        add!(incidents, down, work, sensitive, foreign, exposed, corrupted, trust, paid);
    }
}

/// The nation at home in which a pool's provider is governed and its nodes stand, if that is one.
pub(super) fn at_home(plan: &Blueprint, pool: PoolId) -> Option<NationId> {
    let terms = &plan.pools[pool.at()];
    (plan.providers[terms.provider.at()].home == terms.zone).then_some(terms.zone)
}

/// Adds what a pool served of a segment in a tick, H100e.
pub(super) fn add_work(
    world: &World,
    plan: &Blueprint,
    (segment, pool, served): (usize, PoolId, f64),
    sums: &mut SecuritySums,
) {
    let work = served * plan.timing.tick_days * 24.0;
    let (state, segment) = (&world.security, &plan.segments[segment]);
    sums.work += work;
    sums.corrupted += work * state.corrupted[pool.at()];
    sums.trust += work * state.taste[pool.at()];
    if Sensitivity::ALL[segment.sensitivity] == Sensitivity::Open {
        return;
    }
    sums.sensitive += work;
    sums.exposed += work * state.exposed[pool.at()];
    sums.foreign += if plan.is_foreign(pool, segment.nation) { work } else { 0.0 };
}
