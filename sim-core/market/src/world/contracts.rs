//! State of long-term contracts: terms in force, terms agreed for later, and what the tick served under them.

use autarky_engine::time::SimTime;

use crate::blueprint::Blueprint;
use crate::id::PoolId;

/// What a buyer and a seller agreed on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// USD per H100e-hour.
    pub price: f64,
    /// Size, H100e.
    pub quantity: f64,
}

/// One buyer and one seller of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DealState {
    /// In force.
    pub terms: Option<Terms>,
    /// Agreed, and not yet in force.
    pub agreed: Option<Terms>,
    /// What the seller can deliver in the tick: its size, less where capacity is short, nothing without access.
    pub quota: f64,
    /// Served in the tick, H100e.
    pub used: f64,
    /// Of it across a border.
    pub abroad: f64,
    /// Owed since the last bill, USD.
    pub owed: f64,
    /// Tariff on it, USD.
    pub tariff: f64,
}

/// Work of a segment under contract in the tick.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SegmentService {
    /// Served, H100e.
    pub served: f64,
    /// Share of the segment's buyers who have their work done under contract, and stay out of the spot market.
    pub covered: f64,
    /// Served times price, USD an hour.
    pub billed: f64,
    /// Served times perceived price, USD an hour.
    pub perceived: f64,
    /// Served times compliance cost, USD an hour.
    pub compliance: f64,
}

/// Compute that a pool gave to a deal in the tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Service {
    /// Which deal.
    pub deal: usize,
    /// Which segment.
    pub segment: usize,
    /// Which pool.
    pub pool: PoolId,
    /// Whether it stands in a queue with nodes of other pools.
    pub shared: bool,
    /// H100e.
    pub amount: f64,
}

/// State of all contracts.
#[derive(Debug, Clone)]
pub struct ContractState {
    /// By deal.
    pub deals: Vec<DealState>,
    /// End of the terms in force, by contract.
    pub ends: Vec<SimTime>,
    /// Whether any terms are in force.
    pub running: bool,
    /// By segment; of no meaning unless `running`.
    pub segments: Vec<SegmentService>,
    /// Of the tick.
    pub services: Vec<Service>,
    /// Capacity taken from each group of the clearing problem, H100e.
    pub taken: Vec<f64>,
}

impl ContractState {
    /// Nothing signed.
    #[must_use]
    pub fn new(plan: &Blueprint) -> Self {
        Self {
            deals: vec![DealState::default(); plan.contracts.deals.len()],
            ends: vec![SimTime::ZERO; plan.contracts.list.len()],
            running: false,
            segments: vec![SegmentService::default(); plan.segments.len()],
            services: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// Empties the books of the tick, for `groups` groups of the clearing problem.
    pub fn begin_tick(&mut self, groups: usize) {
        self.services.clear();
        self.segments.fill(SegmentService::default());
        self.taken.clear();
        self.taken.resize(groups, 0.0);
        for deal in &mut self.deals {
            (deal.quota, deal.used, deal.abroad) = (0.0, 0.0, 0.0);
        }
    }

    /// Capacity and servers that contracts leave of a group of the clearing problem.
    #[must_use]
    pub fn left(&self, group: usize, capacity: f64, servers: f64) -> (f64, f64) {
        let taken = if self.running { self.taken[group] } else { 0.0 };
        if taken <= 0.0 {
            return (capacity, servers);
        }
        let left = capacity - taken;
        if left < 1e-9 * capacity {
            return (0.0, 1.0);
        }
        (left, (servers * left / capacity).max(1.0))
    }

    /// Reference demand of a segment that goes to the spot market.
    #[must_use]
    pub fn spot(&self, segment: usize, demand: f64) -> f64 {
        let covered = if self.running { self.segments[segment].covered } else { 0.0 };
        if covered <= 0.0 {
            demand
        } else if covered < 1.0 {
            demand * (1.0 - covered)
        } else {
            0.0
        }
    }
}
