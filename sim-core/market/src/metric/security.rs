//! What incidents do to the work and the capacity of a nation, and how much of its sensitive work runs under foreign jurisdiction. Reads only.

use crate::blueprint::{Blueprint, Segment};
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

/// Work that a pool served in a tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    /// Who served it.
    pub(super) pool: PoolId,
    /// How much, H100e.
    pub(super) served: f64,
    /// Whether it is regulated or critical.
    pub(super) sensitive: bool,
    /// Whether it is under foreign jurisdiction there.
    pub(super) foreign: bool,
}

/// Whether a segment's work is regulated or critical.
pub(super) fn is_sensitive(segment: &Segment) -> bool {
    Sensitivity::ALL[segment.sensitivity] != Sensitivity::Open
}

/// Adds what a pool served.
pub(super) fn add_work(world: &World, plan: &Blueprint, done: Work, sums: &mut SecuritySums) {
    let work = done.served * plan.timing.tick_days * 24.0;
    let (state, pool) = (&world.security, done.pool.at());
    sums.work += work;
    sums.trust += work * state.taste[pool];
    if done.sensitive {
        sums.sensitive += work;
        sums.foreign += if done.foreign { work } else { 0.0 };
    }
    if state.active > 0 {
        sums.corrupted += work * state.corrupted[pool];
        sums.exposed += if done.sensitive { work * state.exposed[pool] } else { 0.0 };
    }
}
