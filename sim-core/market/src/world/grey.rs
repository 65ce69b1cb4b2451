//! State of the grey channel.

use super::supply::{Order, Slots};
use crate::blueprint::Blueprint;

/// Nodes under way through the grey channel.
#[derive(Debug, Clone, Copy)]
pub struct GreyShipment {
    /// What was bought; its nodes are those of the shipment.
    pub order: Order,
    /// What was paid for it, USD.
    pub paid: f64,
    /// Its number among those of the pool, which addresses its seizure.
    pub number: u64,
}

/// What the grey channel has brought and lost.
#[derive(Debug, Clone)]
pub struct GreyState {
    /// Compute bought in a calendar year by zone, H100e, with the year.
    pub bought: Vec<(i64, f64)>,
    /// Purchases so far, by pool.
    pub purchases: Vec<u64>,
    /// Shipments under way.
    pub shipments: Slots<GreyShipment>,
    /// Compute that arrived, by zone, H100e.
    pub arrived: Vec<f64>,
    /// Compute that was seized, by zone, H100e.
    pub seized: Vec<f64>,
}

impl GreyState {
    /// Nothing bought.
    #[must_use]
    pub fn new(plan: &Blueprint) -> Self {
        Self {
            bought: vec![(0, 0.0); plan.nations.len()],
            purchases: vec![0; plan.pools.len()],
            shipments: Slots::default(),
            arrived: vec![0.0; plan.nations.len()],
            seized: vec![0.0; plan.nations.len()],
        }
    }
}
