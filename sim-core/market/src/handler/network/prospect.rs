//! What operators of a network see ahead: the value of used nodes, cost, and what another H100e promises.

use super::terms;
use crate::blueprint::Blueprint;
use crate::id::{HardwareId, PoolId};
use crate::mechanism::operator::entry::Prospect;
use crate::mechanism::operator::exit::salvage;
use crate::mechanism::operator::expansion::scale_factor;
use crate::mechanism::operator::expectation::{Expectation, Outlook};
use crate::mechanism::price::UnitCost;
use crate::world::World;
use crate::world::network::Seen;
use crate::world::operator::Member;

impl World {
    /// Market value of an H100e of used hardware in a network, USD.
    pub(super) fn worth(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        hardware: HardwareId,
        age: f64,
    ) -> f64 {
        let life = plan.hardware[hardware.at()].parameters.life * 365.25;
        let new = self.replacement_cost(plan, pool);
        salvage(new, age, life, terms(plan, pool).salvage)
    }

    /// What an H100e of an operator of a network promises: `size` H100e more, new at today's price, or used at a price and with some years of its life left.
    pub(super) fn promise(
        &self,
        plan: &Blueprint,
        (n, slot): (usize, usize),
        member: &Member,
        (size, used): (f64, Option<(f64, f64)>),
    ) -> Prospect {
        let network = &plan.networks.list[n];
        let (pool, kind) = (network.pool, &plan.networks.kinds[member.kind].parameters);
        let provider = terms(plan, pool);
        let installed = self.installed_compute(plan, pool);
        let outlook = Outlook {
            installed,
            pipeline: self.wanted(pool) + size,
            growth: self.growth_ahead(plan, provider.planning_horizon),
        };
        // A network without nodes has no load to share: the first to come finds what is believed.
        let belief = &self.networks[n].beliefs[slot];
        let belief = if installed > 0.0 { belief.diluted(&outlook) } else { *belief };
        let whole = member.compute + member.due + size;
        let required = network.token.map_or(0.0, |t| plan.networks.tokens[t].parameters.required);
        let slash = self.expected_slash(plan, n, member, required);
        let premium = self.cheapest(plan, pool).map_or(0.0, |h| {
            self.import_premium(plan, plan.pools[pool.at()].provider, plan.hardware[h.at()].vendor)
        });
        let life = self.cheapest(plan, pool).map_or(6.0, |h| plan.hardware[h.at()].parameters.life);
        Prospect {
            income: UnitCost::YEAR_HOURS * belief.utilisation * belief.price + belief.reward
                - slash,
            running: self.running_cost(plan, pool, member, (whole, belief.utilisation)),
            capital: used.map_or_else(
                || self.replacement_cost(plan, pool) * (1.0 + premium),
                |(price, _)| price,
            ),
            depreciation: 1.0 / used.map_or(life, |(_, left)| left),
            return_rate: kind.return_rate,
            stake: required,
            yield_rate: network.token.map_or(0.0, |t| self.tokens[t].stake_yield),
        }
    }

    /// Running cost of an H100e of an operator of `size` H100e, USD a year: power for what is served, and operation.
    pub(super) fn running_cost(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        member: &Member,
        (size, utilisation): (f64, f64),
    ) -> f64 {
        let operation = self.replacement_cost(plan, pool) * terms(plan, pool).opex;
        let power = UnitCost::YEAR_HOURS * utilisation * self.power_cost(plan, pool);
        let operation = if operation.is_finite() { operation } else { 0.0 };
        (power + operation) * Self::cost_of(plan, member, size)
    }

    /// Power for an H100e-hour served, USD.
    pub(super) fn power_cost(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let zone = plan.pools[pool.at()].zone;
        let price = plan.nations[zone.at()].parameters.power_price * self.energy_factor(zone);
        let work = plan.networks.at(pool).map_or(1.0, |n| n.method.throughput());
        self.market.power[pool.at()] * price / work
    }

    /// Useful work over work done in a pool.
    pub(in crate::handler) fn useful_share(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        plan.networks.at(pool).map_or(1.0, |network| network.method.throughput())
    }

    /// Factor on avoidable cost of an operator of `size` H100e.
    pub(super) fn cost_of(plan: &Blueprint, member: &Member, size: f64) -> f64 {
        let kind = &plan.networks.kinds[member.kind].parameters;
        member.cost_factor * scale_factor(size, kind.size, kind.returns_to_scale)
    }

    /// Growth of the load until `days` from the last tick.
    fn growth_ahead(&self, plan: &Blueprint, days: f64) -> f64 {
        let now = self.observers.solves as f64 * plan.timing.tick_days / 365.25;
        plan.demand.growth(now + days / 365.25) / plan.demand.growth(now)
    }

    /// Compute that operators of a network have on order, H100e.
    pub(in crate::handler) fn wanted(&self, pool: PoolId) -> f64 {
        self.members(pool).map(|(_, _, member)| member.due).sum()
    }

    /// What was seen since the last review as a belief: price and load as they were, rewards per working compute.
    pub(super) fn lesson(seen: &Seen, day: f64, before: &Expectation) -> Expectation {
        let compute_years = seen.capacity / UnitCost::YEAR_HOURS;
        let days = day - seen.since;
        if seen.capacity <= 0.0 || days <= 0.0 {
            return *before;
        }
        Expectation {
            price: if seen.served > 0.0 { seen.fees / seen.served } else { before.price },
            utilisation: seen.served / seen.capacity,
            reward: seen.rewards / compute_years,
        }
    }
}
