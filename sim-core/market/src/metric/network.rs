//! What happens inside the networks of a nation, and how concentrated they are: by beneficial owner, host, vendor and jurisdiction. Reads only.

use super::sums::Sums;
use crate::blueprint::Blueprint;
use crate::id::{NationId, PoolId};
use crate::mechanism::concentration::{Concentration, lorenz, measures};
use crate::mechanism::price::UnitCost;
use crate::world::World;

/// Days between two counts of concentration.
pub(super) const CENSUS: f64 = 7.0;

/// Whose shares are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Beneficial owners.
    Owner = 0,
    /// Companies that host nodes; an operator on its own premises is its own host.
    Host = 1,
    /// Vendors of the hardware.
    Vendor = 2,
    /// Zones in which beneficial owners live.
    Jurisdiction = 3,
}

/// Sums over a period of what happens inside a nation's networks.
#[derive(Debug, Clone, Copy, Default)]
pub struct NetworkSums {
    /// Operators that entered, left, were bought.
    pub entries: f64,
    /// See `entries`.
    pub exits: f64,
    /// See `entries`.
    pub mergers: f64,
    /// Cheaters found out.
    pub detections: f64,
    /// Stake slashed, USD.
    pub slashed: f64,
    /// Disputes.
    pub disputes: f64,
    /// Work checked, H100e-hours, and of it what was accepted though bad.
    pub work: f64,
    /// See `work`.
    pub bad: f64,
    /// Rounds of votes, sum of the largest bloc's share, and rounds in capture.
    pub rounds: f64,
    /// See `rounds`.
    pub bloc: f64,
    /// See `rounds`.
    pub captured: f64,
    /// Day of the first capture; zero: none yet.
    pub captured_on: f64,
    /// Take of captors, USD.
    pub captor_income: f64,
    /// Tokens given to operators, USD.
    pub emitted: f64,
    /// Tokens sold by operators net of purchases, USD, and of it to and from holders abroad.
    pub sold: f64,
    /// See `sold`.
    pub sold_abroad: f64,
    /// Served by networks at home, H100e-hours.
    pub served: f64,
    /// What it cost in resources: user cost of capital, power, operation, USD.
    pub cost: f64,
    /// What buyers paid for it, the take off, USD.
    pub fees: f64,
    /// Waiting of their buyers, USD.
    pub waiting: f64,
    /// Ticks, and price and staked share of the supply of the networks' token summed over them.
    pub token_ticks: f64,
    /// See `token_ticks`.
    pub token_price: f64,
    /// See `token_ticks`.
    pub token_staked: f64,
    /// Counts of concentration, and operators summed over them.
    pub censuses: f64,
    /// See `censuses`.
    pub operators: f64,
    /// Sums of HHI, CR4, Gini, Theil, Nakamoto 33 and 50 by basis.
    pub concentration: [[f64; 6]; 4],
    /// Sums of the Lorenz curve of owners at the deciles.
    pub lorenz: [f64; 9],
}

impl NetworkSums {
    /// Adds other sums; of two first captures the earlier counts.
    pub fn add(&mut self, other: &Self) {
        macro_rules! add {
            ($($field:ident),+ $(,)?) => { $(self.$field += other.$field;)+ };
        }
        add!(entries, exits, mergers, detections, slashed, disputes, work, bad, rounds, bloc);
        add!(captured, captor_income, emitted, sold, sold_abroad, served, cost, fees, waiting);
        add!(token_ticks, token_price, token_staked, censuses, operators);
        for (mine, theirs) in self.concentration.iter_mut().zip(&other.concentration) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
        for (mine, theirs) in self.lorenz.iter_mut().zip(&other.lorenz) {
            *mine += theirs;
        }
        if self.captured_on <= 0.0 {
            self.captured_on = other.captured_on;
        }
    }

    /// Mean of a measure over the counts.
    #[must_use]
    pub fn measure(&self, basis: Basis, at: usize) -> f64 {
        self.concentration[basis as usize][at] / self.censuses
    }
}

/// Whether a pool belongs to a node network at home in a nation.
pub(crate) fn is_at_home(plan: &Blueprint, pool: PoolId, nation: NationId) -> bool {
    plan.pools[pool.at()].zone == nation && plan.is_home_network(pool)
}

/// Adds what the networks at home did in a tick.
pub(super) fn tick(world: &World, plan: &Blueprint, nation: NationId, sums: &mut Sums) {
    let hours = plan.timing.tick_days * 24.0;
    let nations = plan.nations.len();
    for p in (0..plan.pools.len()).map(PoolId::new).filter(|&p| is_at_home(plan, p, nation)) {
        let inside = &mut sums.inside;
        let row = &world.market.served[p.at() * nations..(p.at() + 1) * nations];
        let served: f64 = row.iter().sum();
        let terms = &plan.providers[plan.pools[p.at()].provider.at()].parameters;
        let cheapest = world.cheapest(plan, p);
        let capital = cheapest.map_or(0.0, |h| world.capital[h.at()]);
        let life = cheapest.map_or(1.0, |h| plan.hardware[h.at()].parameters.life);
        let rate = |opex: f64| terms.return_rate + 1.0 / life + opex;
        let value = world.installed_compute(plan, p) * capital / UnitCost::YEAR_HOURS;
        let power = world.market.power[p.at()] / world.enclave_share(plan, p);
        let (mut power, mut take) = (power, terms.take_rate);
        let (mut burned, mut scale) = (0.0, (1.0, 1.0));
        if let Some(n) = plan.networks.of_pool[p.at()] {
            power /= plan.networks.list[n].method.throughput();
            take = world.networks[n].take;
            burned = World::burned_share(plan, &plan.networks.list[n]);
            scale = world.networks[n].cost_scale;
            if let Some(t) = plan.networks.list[n].token {
                let token = &world.tokens[t];
                let staked: i128 = world.members(p).map(|(_, _, m)| m.staked).sum();
                inside.token_staked +=
                    if token.supply > 0 { staked as f64 / token.supply as f64 } else { 0.0 };
                // A fork shares the token of the network that it left.
                if !plan.networks.list[n].is_fork {
                    inside.token_ticks += 1.0;
                    inside.token_price += token.price();
                }
            }
        }
        let tariff = plan.nations[nation.at()].parameters.power_price * world.energy_factor(nation);
        let price = world.pools[p.at()].price * world.cloud_factor(plan.pools[p.at()].provider);
        inside.served += served * hours;
        let user_cost = if value.is_finite() { value * rate(terms.opex * scale.1) } else { 0.0 };
        let controls = world.security.costs[p.at()].1 * world.installed_compute(plan, p)
            / UnitCost::YEAR_HOURS;
        inside.cost += (user_cost + controls + served * power * tariff * scale.0) * hours;
        inside.fees += served * hours * price * (1.0 - take) * (1.0 - burned);
    }
}

/// Whether the tick is the first of a week.
pub(super) fn is_week(world: &World, plan: &Blueprint) -> bool {
    let ticks = world.observers.solves as f64;
    let week = |ticks: f64| (ticks * plan.timing.tick_days / CENSUS).floor();
    world.observers.solves <= 1 || week(ticks) > week(ticks - 1.0)
}

/// Counts concentration.
pub(super) fn census(world: &mut World, plan: &Blueprint, at: usize) {
    let nation = plan.focus[at];
    let mut scratch = std::mem::take(&mut world.observers.census);
    let operators = scratch.count(world, plan, nation);
    let inside = &mut world.observers.window[at].inside;
    if operators > 0 {
        inside.censuses += 1.0;
        inside.operators += operators as f64;
        for (basis, sums) in inside.concentration.iter_mut().enumerate() {
            let Concentration { hhi, cr4, gini, theil, nakamoto_33, nakamoto_50 } =
                measures(&mut scratch.sizes[basis]);
            for (sum, x) in sums.iter_mut().zip([hhi, cr4, gini, theil, nakamoto_33, nakamoto_50]) {
                *sum += x;
            }
        }
        let curve = lorenz(&scratch.sizes[Basis::Owner as usize]);
        for (sum, x) in inside.lorenz.iter_mut().zip(curve) {
            *sum += x;
        }
    }
    world.observers.census = scratch;
}

/// Installed compute by owner, host, vendor and jurisdiction; kept between counts so that nothing is allocated.
#[derive(Debug, Clone, Default)]
pub struct Census {
    sizes: [Vec<f64>; 4],
    by_owner: Vec<f64>,
    owners: Vec<u32>,
    hosts: Vec<f64>,
    vendors: Vec<f64>,
    zones: Vec<f64>,
}

impl Census {
    /// Counts a nation's networks; returns operators with nodes.
    fn count(&mut self, world: &World, plan: &Blueprint, nation: NationId) -> usize {
        let sizes = &mut self.sizes;
        sizes.iter_mut().for_each(Vec::clear);
        let Self { hosts, vendors, zones, .. } = self;
        for (sums, n) in [
            (&mut *hosts, plan.networks.hosts.len()),
            (&mut *vendors, plan.vendors.len()),
            (&mut *zones, plan.nations.len()),
        ] {
            sums.clear();
            sums.resize(n, 0.0);
        }
        self.by_owner.resize(world.owners.len(), 0.0);
        self.owners.clear();
        let mut operators = 0;
        for p in (0..plan.pools.len()).map(PoolId::new).filter(|&p| is_at_home(plan, p, nation)) {
            for id in &world.pools[p.at()].operators {
                let operator = &world.operators[id.at()];
                let mut compute = 0.0;
                for cohort in operator.sites.clone().flat_map(|s| &world.at_site[s]) {
                    let c = &world.cohorts[cohort.at()];
                    let size = f64::from(c.nodes) * c.node_compute(plan);
                    vendors[plan.hardware[c.hardware.at()].vendor.at()] += size;
                    compute += size;
                }
                if compute <= 0.0 {
                    continue;
                }
                operators += 1;
                let owner = operator.owner.at();
                if self.by_owner[owner] <= 0.0 {
                    self.owners.push(operator.owner.0);
                }
                self.by_owner[owner] += compute;
                zones[world.owners[owner].residence.at()] += compute;
                match operator.member.as_ref().and_then(|m| m.host) {
                    Some(host) => hosts[host as usize] += compute,
                    None => sizes[Basis::Host as usize].push(compute),
                }
            }
        }
        for &owner in &self.owners {
            sizes[Basis::Owner as usize].push(std::mem::take(&mut self.by_owner[owner as usize]));
        }
        sizes[Basis::Host as usize].extend_from_slice(hosts);
        sizes[Basis::Vendor as usize].extend_from_slice(vendors);
        sizes[Basis::Jurisdiction as usize].extend_from_slice(zones);
        operators
    }
}
