//! What operators of a network see ahead: the value of used nodes, cost, and what another H100e promises.

use super::terms;
use crate::blueprint::Blueprint;
use crate::id::{HardwareId, PoolId};
use crate::mechanism::government::tax_factor;
use crate::mechanism::operator::entry::Prospect;
use crate::mechanism::operator::exit::salvage;
use crate::mechanism::operator::expansion::scale_factor;
use crate::mechanism::operator::expectation::{Expectation, Outlook};
use crate::mechanism::price::UnitCost;
use crate::world::World;
use crate::world::network::Seen;
use crate::world::operator::Member;

/// Life of hardware where nothing is on sale, years.
const LIFE: f64 = 6.0;

/// What all operators of a network face on a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conditions {
    /// Installed, on order, and growth of the load.
    pub(super) outlook: Outlook,
    /// Price of a new H100e, USD; infinite where nothing is on sale.
    pub(super) replacement: f64,
    /// Premium on it for hard currency.
    pub(super) premium: f64,
    /// Its life, years.
    pub(super) life: f64,
    /// Operation of an H100e, USD a year.
    pub(super) operation: f64,
    /// Power for an H100e-hour served, USD.
    pub(super) power: f64,
    /// Share of the price of hardware that the state pays.
    pub(super) subsidy: f64,
    /// Factor of taxes on the user cost of capital.
    pub(super) tax: f64,
    /// Stake for an H100e, USD.
    pub(super) required: f64,
    /// What stake yields a year.
    pub(super) stake_yield: f64,
}

impl Conditions {
    /// What is there today, without what is on order.
    pub(super) const fn today(&self) -> Outlook {
        Outlook { pipeline: 0.0, growth: 1.0, ..self.outlook }
    }

    /// What an operator pays for an H100e of new hardware, USD.
    pub(super) fn new_price(&self) -> f64 {
        self.replacement * (1.0 + self.premium - self.subsidy)
    }

    /// Running cost of an H100e of an operator of `size` H100e, USD a year: power for what is served, and operation.
    pub(super) fn running_cost(
        &self,
        plan: &Blueprint,
        member: &Member,
        (size, utilisation): (f64, f64),
    ) -> f64 {
        let power = UnitCost::YEAR_HOURS * utilisation * self.power;
        (power + self.operation) * World::cost_of(plan, member, size)
    }
}

impl World {
    /// Market value of an H100e of used hardware in a network, USD.
    pub(in crate::handler) fn worth(
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

    /// What all operators of a network face today.
    pub(super) fn conditions(&self, plan: &Blueprint, n: usize, day: f64) -> Conditions {
        let network = &plan.networks.list[n];
        let (pool, provider) = (network.pool, terms(plan, network.pool));
        let cheapest = self.cheapest(plan, pool);
        let replacement = cheapest.map_or(f64::INFINITY, |h| self.capital[h.at()]);
        let premium = cheapest.map_or(0.0, |h| {
            self.import_premium(plan, plan.pools[pool.at()].provider, plan.hardware[h.at()].vendor)
        });
        let zone = plan.pools[pool.at()].zone;
        let power = plan.nations[zone.at()].parameters.power_price * self.energy_factor(zone);
        let subsidies = self.node_subsidies(plan, pool);
        let life = cheapest.map_or(LIFE, |h| plan.hardware[h.at()].parameters.life);
        Conditions {
            outlook: Outlook {
                installed: self.installed_compute(plan, pool),
                pipeline: self.wanted(plan, pool),
                growth: growth_ahead(plan, day, provider.planning_horizon),
            },
            replacement,
            premium,
            life,
            operation: if replacement.is_finite() { replacement * provider.opex } else { 0.0 }
                + self.security.costs[pool.at()].0,
            power: self.market.power[pool.at()] * power * (1.0 - subsidies.1)
                / (network.method.throughput() * self.enclave_share(plan, pool)),
            subsidy: subsidies.0,
            tax: tax_factor(self.tax_in_force(plan, pool), provider.return_rate, 1.0 / life),
            required: network.token.map_or(0.0, |t| plan.networks.tokens[t].parameters.required),
            stake_yield: network.token.map_or(0.0, |t| self.tokens[t].stake_yield),
        }
    }

    /// What an H100e of an operator of a network promises: `size` H100e more, new at today's price, or used at a price and with some years of its life left.
    pub(super) fn promise(
        &self,
        plan: &Blueprint,
        (n, slot, now): (usize, usize, &Conditions),
        member: &Member,
        (size, used): (f64, Option<(f64, f64)>),
    ) -> Prospect {
        let kind = &plan.networks.kinds[member.kind].parameters;
        let outlook = Outlook { pipeline: now.outlook.pipeline + size, ..now.outlook };
        // A network without nodes has no load to share: the first to come finds what is believed.
        let belief = &self.networks[n].beliefs[slot];
        let belief = if outlook.installed > 0.0 { belief.diluted(&outlook) } else { *belief };
        let whole = member.compute + member.due + size;
        let work = whole * belief.utilisation;
        let slash = self.expected_slash(plan, n, member, (now.required, work));
        let income = UnitCost::YEAR_HOURS * belief.utilisation * belief.price + belief.reward;
        Prospect {
            income: income - slash,
            running: now.running_cost(plan, member, (whole, belief.utilisation)),
            capital: used.map_or_else(|| now.new_price(), |(price, _)| price) * now.tax,
            depreciation: 1.0 / used.map_or(now.life, |(_, left)| left),
            return_rate: kind.return_rate,
            stake: now.required,
            yield_rate: now.stake_yield,
        }
    }

    /// Useful work over work done in a pool.
    pub(in crate::handler) fn useful_share(plan: &Blueprint, pool: PoolId) -> f64 {
        plan.networks.at(pool).map_or(1.0, |network| network.method.throughput())
    }

    /// Factor on avoidable cost of an operator of `size` H100e.
    pub(super) fn cost_of(plan: &Blueprint, member: &Member, size: f64) -> f64 {
        let kind = &plan.networks.kinds[member.kind].parameters;
        member.cost_factor * scale_factor(size, kind.size, kind.returns_to_scale)
    }

    /// Compute that operators of a network have on order, H100e.
    pub(in crate::handler) fn wanted(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        plan.networks.of_pool[pool.at()].map_or(0.0, |n| self.networks[n].due)
    }

    /// What was seen since the last review as a belief: price and load as they were, rewards per working compute.
    pub(super) fn lesson(
        seen: &Seen,
        (day, compute): (f64, f64),
        before: &Expectation,
    ) -> Expectation {
        let compute_years = seen.capacity / UnitCost::YEAR_HOURS;
        let days = day - seen.since;
        if seen.capacity <= 0.0 || days <= 0.0 {
            return *before;
        }
        Expectation {
            price: if seen.served > 0.0 { seen.fees / seen.served } else { before.price },
            utilisation: seen.served / seen.capacity,
            reward: seen.rewards / compute_years,
            compute,
        }
    }
}

/// Growth of the load in so many days from a day on.
fn growth_ahead(plan: &Blueprint, day: f64, days: f64) -> f64 {
    plan.demand.growth((day + days) / 365.25) / plan.demand.growth(day / 365.25)
}
