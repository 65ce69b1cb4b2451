//! State of pools, orders and shipments.

use std::collections::VecDeque;

use autarky_engine::rng::Stream;
use autarky_engine::time::SimTime;

use crate::blueprint::Blueprint;
use crate::id::{CohortId, HardwareId, OperatorId, PoolId, VendorId};

/// Spare parts of one shelf in one pool.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// On the shelf.
    pub stock: u32,
    /// Ordered and not yet arrived.
    pub on_order: u32,
    /// Failed nodes that wait for one, in order.
    pub waiting: VecDeque<CohortId>,
}

/// A pool.
#[derive(Debug, Clone)]
pub struct PoolState {
    /// Operators that run its nodes, in the order in which they came.
    pub operators: Vec<OperatorId>,
    /// Nodes alive.
    pub nodes: u32,
    /// Orders placed so far.
    pub purchases: u64,
    /// Crews at work.
    pub busy: u32,
    /// Failed nodes with their part that wait for a crew, in order.
    pub queue: VecDeque<CohortId>,
    /// Repair times.
    pub repair: Stream,
    /// Spare parts by shelf.
    pub parts: Vec<Parts>,
    /// Compute on order or under way by vendor, H100e.
    pub on_order: Vec<f64>,
    /// Price of a spare part by vendor this month, USD.
    pub part_price: Vec<f64>,
    /// Posted price, USD per H100e-hour.
    pub price: f64,
    /// Unit cost of today's best hardware, USD per H100e-hour.
    pub unit_cost: f64,
    /// What an operator of average cost saves by standing idle, USD per H100e-hour.
    pub avoidable_cost: f64,
    /// Months since an administered price was reviewed.
    pub months_since_review: i64,
    /// Smoothed notional load, H100e: see [`crate::mechanism::investment::notional_load`].
    pub load: f64,
    /// Revenue since the last settlement by buying zone, USD.
    pub revenue: Vec<f64>,
    /// Power used since the last settlement, kWh, each weighted by the factor on the price of power in its tick.
    pub energy: f64,
    /// Received under contracts and from alliances since the last settlement, USD.
    pub other_fees: f64,
    /// Paid for spare parts since the last settlement, USD.
    pub parts_paid: f64,
    /// Paid for enclaves, audits and red-teaming since the last settlement, USD.
    pub security_paid: f64,
    /// Loss carried forward against the tax on profit, USD.
    pub loss: f64,
}

impl PoolState {
    /// Takes a retired cohort out of the queues.
    pub fn forget(&mut self, cohort: CohortId) {
        self.queue.retain(|&other| other != cohort);
        for parts in &mut self.parts {
            parts.waiting.retain(|&other| other != cohort);
        }
    }

    /// Compute on order from all vendors, H100e.
    #[must_use]
    pub fn pipeline(&self) -> f64 {
        self.on_order.iter().sum()
    }
}

/// A pool's purchase of nodes at one review.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// For which pool.
    pub pool: PoolId,
    /// What.
    pub hardware: HardwareId,
    /// From whom.
    pub vendor: VendorId,
    /// Nodes not yet shipped.
    pub nodes: u32,
    /// Servers in each.
    pub servers: u32,
    /// When the order was placed.
    pub placed: SimTime,
    /// Fraction of a node carried by the allocation rule.
    pub credit: f64,
    /// Its number among the orders of its pool, which addresses the decision on its licence.
    pub number: u64,
    /// Whether it has a licence.
    pub licensed: bool,
    /// Whether it has been counted under a cap.
    pub counted: bool,
    /// Whether it is bought through the grey channel.
    pub grey: bool,
}

impl Order {
    /// Compute of one node, H100e.
    #[must_use]
    pub fn node_compute(&self, plan: &Blueprint) -> f64 {
        f64::from(self.servers) * plan.server_compute(self.hardware)
    }
}

/// Nodes under way.
#[derive(Debug, Clone, Copy)]
pub struct Shipment {
    /// Of which order it is a part.
    pub order: Order,
    /// Nodes in it.
    pub nodes: u32,
    /// When it arrives.
    pub arrives: SimTime,
}

/// A column with reuse of freed slots.
#[derive(Debug, Clone)]
pub struct Slots<T> {
    items: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { items: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slots<T> {
    /// Stores an item and returns its slot.
    pub fn insert(&mut self, item: T) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.items[slot as usize] = Some(item);
            return slot;
        }
        self.items.push(Some(item));
        self.items.len() as u32 - 1
    }

    /// Takes an item out; `None` if the slot is free.
    pub fn take(&mut self, slot: u32) -> Option<T> {
        let item = self.items.get_mut(slot as usize)?.take();
        if item.is_some() {
            self.free.push(slot);
        }
        item
    }

    /// The item in a slot.
    #[must_use]
    pub fn get(&self, slot: u32) -> Option<&T> {
        self.items.get(slot as usize)?.as_ref()
    }

    /// The item in a slot, to change.
    pub fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        self.items.get_mut(slot as usize)?.as_mut()
    }

    /// Slots in all, free ones included.
    #[must_use]
    pub fn slots(&self) -> u32 {
        self.items.len() as u32
    }

    /// Items present.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().flatten()
    }
}
