//! What changes from tick to tick: demand, prices, tastes, capacities, backlogs.
//!
//! Values are checked where they are written, so that a solve can assume them good, and written in
//! place, so that a tick allocates nothing.

use super::buffer::Buffer;
use super::layout::Structure;
use super::outcome::Outcome;
use super::problem::{At, InvalidParameter};

/// Base prices below this fraction of the choke price count as this fraction.
pub(super) const FLOOR: f64 = 1e-9;

/// Numbers of one tick. Zero demand and zero capacity until set.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// `D_ref` (H100e), by place of the segment.
    pub(super) demand: Buffer,
    /// Base price in units of the choke price, by place of the pair.
    pub(super) base: Buffer,
    /// Unnormalised `a`, by place of the pair.
    pub(super) taste: Buffer,
    /// Backlog carried in over the length of the tick (H100e), by place of the pair.
    pub(super) carried: Buffer,
    /// `C` (H100e) by group.
    pub(super) capacity: Buffer,
    /// `c` by group.
    pub(super) servers: Buffer,
}

impl Inputs {
    /// No demand, no capacity, every base price at choke.
    #[must_use]
    pub fn new(structure: &Structure) -> Self {
        let extent = structure.extent;
        let groups = structure.problem.groups as usize;
        Self {
            demand: Buffer::zeros(extent.segments),
            base: Buffer::filled(extent.pairs, 1.0),
            taste: Buffer::zeros(extent.pairs),
            carried: Buffer::zeros(extent.pairs),
            capacity: Buffer::zeros(groups),
            servers: Buffer::filled(groups, 1.0),
        }
    }

    /// Demand of a segment at its reference price, `D_ref` (H100e), in [0, 1e15]. Demand below 1e-12
    /// counts as none.
    pub fn set_demand(
        &mut self,
        structure: &Structure,
        segment: usize,
        demand: f64,
    ) -> Result<(), InvalidParameter> {
        let at = At { entity: "segment", index: segment };
        let demand = at.check("demand", demand, (0.0, 1e15))?;
        let place = structure.segment_at[segment] as usize;
        self.demand[place] = if demand < 1e-12 { 0.0 } else { demand };
        Ok(())
    }

    /// Capacity of a queue group (H100e).
    #[must_use]
    pub fn capacity(&self, group: usize) -> f64 {
        self.capacity[group]
    }

    /// Base price of a pair, `posted·FX·(1+tariff) + compliance` (USD per H100e-hour), in [0, 1e15].
    ///
    /// Below 1e-9 of the choke price it counts as 1e-9 of it; at or above choke the pair has no demand.
    pub fn set_base_price(
        &mut self,
        structure: &Structure,
        pair: usize,
        price: f64,
    ) -> Result<(), InvalidParameter> {
        let price = At { entity: "pair", index: pair }.check("base_price", price, (0.0, 1e15))?;
        let relative = price * structure.per_choke[pair];
        let place = structure.pair_at[pair] as usize;
        self.base[place] = if relative < FLOOR { FLOOR } else { relative };
        Ok(())
    }

    /// Base prices of all pairs at once, in the order of the problem: as [`Self::set_base_price`] for
    /// each, in one pass. Pairs without a price, should `prices` end early, keep theirs; after an
    /// error any may have changed.
    pub fn set_base_prices(
        &mut self,
        structure: &Structure,
        prices: impl Iterator<Item = f64>,
    ) -> Result<(), InvalidParameter> {
        let mut bad = None;
        let places = structure.pair_at.iter().zip(&structure.per_choke);
        for (pair, (price, (&place, per_choke))) in prices.zip(places).enumerate() {
            if !(0.0..=1e15).contains(&price) {
                bad = Some((pair, price));
            }
            let relative = price * per_choke;
            self.base[place as usize] = if relative < FLOOR { FLOOR } else { relative };
        }
        let Some((index, price)) = bad else { return Ok(()) };
        At { entity: "pair", index }.check("base_price", price, (0.0, 1e15)).map(|_| ())
    }

    /// Taste weight `a` of a pair, 0 or in [1e-12, 1e15]. The solver normalises the weights of a
    /// segment to one over the groups that have capacity.
    pub fn set_taste(
        &mut self,
        structure: &Structure,
        pair: usize,
        taste: f64,
    ) -> Result<(), InvalidParameter> {
        let at = At { entity: "pair", index: pair };
        let low = if taste == 0.0 { 0.0 } else { 1e-12 };
        let place = structure.pair_at[pair] as usize;
        self.taste[place] = at.check("taste", taste, (low, 1e15))?;
        Ok(())
    }

    /// Backlog `B⁻` that a pair carries in (H100e-hours), in [0, 1e18]; 0 for a class that keeps none.
    /// Less than 1e-12 counts as none.
    pub fn set_backlog(
        &mut self,
        structure: &Structure,
        pair: usize,
        backlog: f64,
    ) -> Result<(), InvalidParameter> {
        let segment = structure.problem.pairs[pair].segment as usize;
        let class = structure.problem.segments[segment].class as usize;
        let high = if structure.problem.classes[class].keeps_backlog { 1e18 } else { 0.0 };
        let at = At { entity: "pair", index: pair };
        let backlog = at.check("backlog", backlog, (0.0, high))?;
        let backlog = if backlog < 1e-12 { 0.0 } else { backlog };
        self.carried[structure.pair_at[pair] as usize] = backlog / structure.problem.tick_h;
        Ok(())
    }

    /// Capacity `C` (H100e), 0 or in [1e-9, 1e15], and servers `c` (capacity over the size of a
    /// unit; may be fractional), in [1e-6, 1e12], of a queue group.
    pub fn set_capacity(
        &mut self,
        group: usize,
        capacity: f64,
        servers: f64,
    ) -> Result<(), InvalidParameter> {
        let at = At { entity: "group", index: group };
        let low = if capacity == 0.0 { 0.0 } else { 1e-9 };
        self.capacity[group] = at.check("capacity", capacity, (low, 1e15))?;
        self.servers[group] = at.check("servers", servers, (1e-6, 1e12))?;
        Ok(())
    }

    /// Carries the backlog of every pair from the outcome of the tick before.
    pub fn carry_backlog(&mut self, structure: &Structure, outcome: &Outcome) {
        let per_tick = 1.0 / structure.problem.tick_h;
        for (carried, backlog) in self.carried.iter_mut().zip(outcome.backlog.iter()) {
            *carried = if *backlog < 1e-12 { 0.0 } else { backlog * per_tick };
        }
    }

    /// Base price of a pair (USD per H100e-hour).
    #[must_use]
    pub fn base_price(&self, structure: &Structure, pair: usize) -> f64 {
        self.base[structure.pair_at[pair] as usize] * structure.choke_of_pair(pair)
    }

    /// Backlog that a pair carries in (H100e-hours).
    #[must_use]
    pub fn backlog(&self, structure: &Structure, pair: usize) -> f64 {
        self.carried[structure.pair_at[pair] as usize] * structure.problem.tick_h
    }
}

impl Structure {
    pub(super) fn choke_of_pair(&self, pair: usize) -> f64 {
        self.problem.choke_of(self.problem.pairs[pair])
    }
}
