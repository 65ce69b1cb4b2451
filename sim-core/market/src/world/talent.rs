//! State of skilled technicians: by nation the stock, those in training, and delivered nodes that wait to be installed.
//!
//! A technician is a repair crew of the model; where a node stands for many servers, for as many crews. They share their time: whoever has no
//! failed node to repair installs. A nation whose `talent.technicians` is unset has as many as it needs, and no state here.

use std::collections::VecDeque;

use super::World;
use crate::blueprint::Blueprint;
use crate::handler::crews;
use crate::id::{NationId, OperatorId, PoolId};
use crate::mechanism::talent::{apportion, build_speed};
use crate::world::supply::Order;

/// Most technicians of a nation: a bound on what a slip of typing can ask for.
pub const MOST: f64 = 1e9;

/// Days in which technicians should install what waits: what does not fit wants more of them.
const INSTALLED_WITHIN: f64 = 30.0;

/// Delivered nodes of one operator that wait to be installed.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// Whose.
    pub operator: OperatorId,
    /// Of which order: model, servers, channel; its pool counts them as on order until they are installed.
    pub order: Order,
    /// Nodes.
    pub nodes: u32,
}

/// Technicians of a nation.
#[derive(Debug, Clone, Default)]
pub struct Labour {
    /// Pools in its zone.
    pub pools: Vec<PoolId>,
    /// Technicians.
    pub stock: u32,
    /// Technicians at the start.
    pub start: u32,
    /// Fraction of a technician that has finished training.
    pub carry: f64,
    /// Training that the state paid: day on which it ends, technicians.
    pub trainees: VecDeque<(f64, f64)>,
    /// Technicians that joined.
    pub trained: u64,
    /// Technicians that emigrated.
    pub emigrated: u64,
    /// Technicians that retired.
    pub retired: u64,
    /// Months past, which number the draws.
    pub months: u64,
    /// Delivered nodes that wait, in order.
    pub waiting: VecDeque<Batch>,
    /// Nodes delivered.
    pub received: u64,
    /// Nodes of them installed.
    pub installed: u64,
    /// Nodes of them sold because their operator left.
    pub sold: u64,
    /// Part of a node that is installed.
    pub work: f64,
}

impl Labour {
    /// Nodes that wait to be installed.
    #[must_use]
    pub fn queue(&self) -> u64 {
        self.waiting.iter().map(|batch| u64::from(batch.nodes)).sum()
    }
}

impl World {
    /// Crews that a pool may have at work: those that its nodes want, or its part of the technicians of its zone.
    #[must_use]
    pub fn crews_of(&self, plan: &Blueprint, pool: PoolId) -> u32 {
        let terms = &plan.pools[pool.at()];
        let Some(labour) = &self.talent[terms.zone.at()] else {
            return crews(terms.crews_per_node, self.pools[pool.at()].nodes);
        };
        let mut given = Vec::new();
        apportion(&self.wanted_crews(plan, labour), labour.stock, &mut given);
        let at = labour.pools.iter().position(|&other| other == pool);
        at.map_or(0, |at| given[at])
    }

    /// Crews that a pool would have with that many nodes and a share of today's technicians present.
    #[must_use]
    pub fn crews_for(&self, plan: &Blueprint, (pool, present): (PoolId, f64), nodes: u32) -> u32 {
        let terms = &plan.pools[pool.at()];
        let wanted = crews(terms.crews_per_node * present, nodes);
        if self.talent[terms.zone.at()].is_none() {
            return wanted;
        }
        let there = f64::from(self.crews_of(plan, pool)) * present;
        wanted.min(there.round() as u32)
    }

    fn wanted_crews(&self, plan: &Blueprint, labour: &Labour) -> Vec<u32> {
        let wants = |p: &PoolId| crews(plan.pools[p.at()].crews_per_node, self.pools[p.at()].nodes);
        labour.pools.iter().map(wants).collect()
    }

    /// Technicians that are not at a repair.
    #[must_use]
    pub fn free_technicians(&self, labour: &Labour) -> u32 {
        let busy = |p: &PoolId| self.pools[p.at()].busy;
        labour.pools.iter().map(busy).fold(labour.stock, u32::saturating_sub)
    }

    /// Technicians that repair and installation want; of no meaning where they are not limited.
    #[must_use]
    pub fn wanted_technicians(&self, plan: &Blueprint, nation: NationId) -> f64 {
        let Some(labour) = &self.talent[nation.at()] else { return 0.0 };
        let repair: f64 = self.wanted_crews(plan, labour).into_iter().map(f64::from).sum();
        let pace = plan.nations[nation.at()].parameters.talent_installs * INSTALLED_WITHIN;
        repair + labour.queue() as f64 / pace
    }

    /// Pace at which a nation builds, over that with enough technicians: in (0, 1]. Durations of construction divide by it.
    #[must_use]
    pub fn build_speed(&self, plan: &Blueprint, nation: NationId) -> f64 {
        let Some(labour) = &self.talent[nation.at()] else { return 1.0 };
        build_speed(f64::from(labour.stock), self.wanted_technicians(plan, nation))
    }

    /// Compute of an operator that waits to be installed, H100e.
    #[must_use]
    pub fn waiting_compute(&self, plan: &Blueprint, pool: PoolId, operator: OperatorId) -> f64 {
        let Some(labour) = &self.talent[plan.pools[pool.at()].zone.at()] else { return 0.0 };
        let own = labour.waiting.iter().filter(|batch| batch.operator == operator);
        own.map(|batch| f64::from(batch.nodes) * batch.order.node_compute(plan)).sum()
    }
}
