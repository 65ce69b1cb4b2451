//! What changes from tick to tick: demand, prices, tastes, capacities, backlogs.
//!
//! Values are checked where they are written, so that a solve can assume them good, and written in
//! place, so that a tick allocates nothing.

#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

use pulp::{Arch, Simd, WithSimd};

use super::buffer::Buffer;
use super::layout::{LANES, Structure};
use super::outcome::Outcome;
use super::problem::{At, InvalidParameter};

/// Base prices below this fraction of the choke price count as this fraction.
pub(super) const FLOOR: f64 = 1e-9;

/// Largest base price, USD per H100e-hour.
const HIGHEST: f64 = 1e15;

/// Where the base price of each place of a pair comes from: an entry of a list, and a surcharge.
#[derive(Debug, Clone)]
pub struct PriceSources {
    entry: Vec<u32>,
    surcharge: Buffer,
    /// `1/choke`; 0 where there is no pair.
    per_choke: Buffer,
}

/// Adds surcharges to listed prices and brings them to units of the choke price; whether all are in range.
struct Surcharge<'a>(&'a PriceSources, f64, &'a mut [f64]);

impl WithSimd for Surcharge<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> bool {
        let Self(sources, factor, base) = self;
        let terms = sources.surcharge.as_chunks::<LANES>().0.iter();
        let terms = terms.zip(sources.per_choke.as_chunks::<LANES>().0);
        let mut bad = [0_u64; LANES];
        for (base, (surcharge, per_choke)) in base.as_chunks_mut::<LANES>().0.iter_mut().zip(terms)
        {
            for lane in 0..LANES {
                let price = base[lane] + surcharge[lane] * factor;
                bad[lane] |= u64::from(!(0.0..=HIGHEST).contains(&price));
                let relative = price * per_choke[lane];
                let relative = if relative < FLOOR { FLOOR } else { relative };
                base[lane] = if per_choke[lane] > 0.0 { relative } else { 1.0 };
            }
        }
        bad == [0; LANES]
    }
}

/// Numbers of one tick. Zero demand and zero capacity until set.
#[derive(Debug, Clone)]
pub struct Inputs {
    arch: Arch,
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
            arch: Arch::new(),
            demand: Buffer::zeros(extent.segments),
            base: Buffer::filled(extent.pairs, 1.0),
            taste: Buffer::zeros(extent.pairs),
            carried: Buffer::zeros(extent.pairs),
            capacity: Buffer::zeros(groups),
            servers: Buffer::filled(groups, 1.0),
        }
    }

    pub(super) const fn arch(&self) -> Arch {
        self.arch
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

    /// Base prices of all pairs at once: as [`Self::set_base_price`] for each, with the prices of a list
    /// and surcharges multiplied by a factor. After an error any may have changed.
    pub fn set_listed_prices(
        &mut self,
        structure: &Structure,
        sources: &PriceSources,
        (list, factor): (&[f64], f64),
    ) -> Result<(), InvalidParameter> {
        for (base, &entry) in self.base.iter_mut().zip(&sources.entry) {
            *base = list[entry as usize];
        }
        if self.arch.dispatch(Surcharge(sources, factor, &mut self.base)) {
            return Ok(());
        }
        for (index, &place) in structure.pair_at.iter().enumerate() {
            let place = place as usize;
            let listed = list[sources.entry[place] as usize];
            let price = listed + sources.surcharge[place] * factor;
            At { entity: "pair", index }.check("base_price", price, (0.0, HIGHEST))?;
        }
        Ok(())
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
    /// The list's entry and the surcharge from which the base price of each pair follows, in the order of the problem.
    #[must_use]
    pub fn price_sources(&self, of_pairs: impl Iterator<Item = (u32, f64)>) -> PriceSources {
        let pairs = self.extent.pairs;
        let mut sources = PriceSources {
            entry: vec![0; pairs],
            surcharge: Buffer::zeros(pairs),
            per_choke: Buffer::zeros(pairs),
        };
        for ((entry, surcharge), (pair, &place)) in of_pairs.zip(self.pair_at.iter().enumerate()) {
            let place = place as usize;
            (sources.entry[place], sources.surcharge[place]) = (entry, surcharge);
            sources.per_choke[place] = 1.0 / self.choke_of_pair(pair);
        }
        sources
    }

    pub(super) fn choke_of_pair(&self, pair: usize) -> f64 {
        self.problem.choke_of(self.problem.pairs[pair])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failure is a failed claim")]
mod tests {
    use super::super::problem::tests::small;
    use super::*;

    #[test]
    fn listed_prices_are_those_set_one_by_one_and_padding_stays_at_choke() {
        let structure = Structure::new(&small()).unwrap();
        let pairs = structure.problem.pairs.len();
        let (list, factor) = ([0.0, 1.7, 3.1, 900.0], 0.7);
        let entry = |pair: usize| (pair % list.len()) as u32;
        let surcharge = |pair: usize| 0.01 * pair as f64;
        let sources = structure.price_sources((0..pairs).map(|p| (entry(p), surcharge(p))));
        let (mut one, mut all) = (Inputs::new(&structure), Inputs::new(&structure));
        for pair in 0..pairs {
            let price = list[entry(pair) as usize] + surcharge(pair) * factor;
            one.set_base_price(&structure, pair, price).unwrap();
        }
        all.set_listed_prices(&structure, &sources, (&list, factor)).unwrap();
        assert!(one.base.len() > pairs, "some places are padding");
        // Prices are brought to choke by the same product, so bits agree.
        let bits = |inputs: &Inputs| inputs.base.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&one), bits(&all));
    }

    #[test]
    fn a_listed_price_out_of_range_is_an_error_that_names_the_pair() {
        let structure = Structure::new(&small()).unwrap();
        let pairs = structure.problem.pairs.len();
        let sources = structure.price_sources((0..pairs).map(|p| (u32::from(p == 5), 0.0)));
        let mut inputs = Inputs::new(&structure);
        for bad in [-1.0, 2e15, f64::NAN, f64::INFINITY] {
            let found = inputs.set_listed_prices(&structure, &sources, (&[1.0, bad], 1.0));
            assert_eq!(found.map_err(|e| (e.entity, e.index)), Err(("pair", 5)), "{bad}");
        }
    }
}
