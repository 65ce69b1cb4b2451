//! One tick of the market: churn, demand, exchange rates, clearing, prices.

use autarky_engine::math;

use crate::blueprint::Blueprint;
use crate::entity::provider::{CapacityTarget, ProviderKind};
use crate::entity::shock::Target;
use crate::event::{Event, phase};
use crate::id::{GroupId, NationId, PoolId};
use crate::mechanism::investment::notional_load;
use crate::mechanism::price::TickRule;
use crate::mechanism::price::auction::Round;
use crate::metric::integrity;
use crate::process::exponentials::exponentials;
use crate::world::market::MarketPair;
use crate::world::{Ctx, ModelError, World};

/// Time constant with which a pool's offered load is smoothed, in days.
const LOAD_MEMORY: f64 = 30.0;

impl World {
    pub(super) fn tick(&mut self, plan: &Blueprint, ctx: &mut Ctx<'_>) -> Result<(), ModelError> {
        ctx.schedule_in(plan.timing.tick, phase::MARKET, Event::Tick)?;
        let _ = ctx.stop_requested();
        let years = ctx.now().as_days() / 365.25;
        self.churn_counts(plan, ctx)?;
        if self.is_frozen() {
            self.refresh_remote(plan, ctx.now().as_days());
            return Ok(());
        }
        self.step_shocks(plan, ctx);
        self.step_rates(plan);
        self.step_models(plan, ctx.now().as_days());
        self.step_demand(plan, years);
        if self.market.groups_changed {
            self.rebuild_market(plan)?;
        }
        self.step_trust(plan, ctx.now().as_days());
        if self.market.tastes_changed || self.market.sizes_changed {
            self.set_tastes(plan)?;
        }
        self.refresh_remote(plan, ctx.now().as_days());
        self.serve_contracts(plan, years);
        self.set_rails(plan);
        self.set_capacities()?;
        self.set_prices(plan, years)?;
        self.clear()?;
        self.lend(plan)?;
        self.meter(plan);
        self.meter_models(plan);
        self.measure_loads(plan);
        self.meter_networks(plan);
        self.move_prices(plan);
        crate::metric::observe_tick(self, plan);
        integrity::check_tick(self, plan)?;
        Ok(())
    }

    fn step_rates(&mut self, plan: &Blueprint) {
        let market = &mut self.market;
        for (n, nation) in plan.nations.iter().enumerate() {
            market.log_rate[n] =
                nation.exchange_rate.step(market.log_rate[n], &mut market.rate_streams[n]);
            let correction = nation.exchange_rate.mean_correction();
            market.rate[n] = math::exp(market.log_rate[n] - correction)
                * self.shocks.factor(Target::ExchangeRate, n);
        }
    }

    /// `D_ref,s = D₀,s · growth · season · exp(noise − s²/2)`.
    fn step_demand(&mut self, plan: &Blueprint, years: f64) {
        let trend = plan.demand.growth(years) * plan.demand.season(years);
        let correction = plan.demand.noise.mean_correction();
        let market = &mut self.market;
        for (noise, stream) in market.noise.iter_mut().zip(&mut market.noise_streams) {
            *noise = plan.demand.noise.step(*noise, stream);
        }
        for (demand, noise) in market.demand.iter_mut().zip(&market.noise) {
            *demand = noise - correction;
        }
        exponentials(&mut market.demand);
        for (demand, segment) in market.demand.iter_mut().zip(&plan.segments) {
            let shock = self.shocks.factor(Target::Demand, segment.nation.at());
            *demand = segment.demand * trend * *demand * shock;
        }
        self.add_training(plan);
    }

    fn set_capacities(&mut self) -> Result<(), ModelError> {
        for at in 0..self.market.queues.len() {
            let (capacity, servers) = self.working_in(at);
            let servers = servers.max(1.0);
            let (capacity, servers) = self.contracts.left(at, capacity, servers);
            self.market.inputs.set_capacity(at, capacity, servers)?;
        }
        Ok(())
    }

    /// Working capacity and servers of a group of the clearing problem, H100e and 1.
    pub(super) fn working_in(&self, at: usize) -> (f64, f64) {
        let (mut capacity, mut servers) = (0.0, 0.0_f64);
        for cell in &self.market.cells[at] {
            let n = self.available[cell.at as usize] as f64;
            capacity += n * cell.compute * self.remote.compute[cell.at as usize];
            servers += n * cell.part * self.remote.servers[cell.at as usize];
        }
        (capacity, servers)
    }

    /// Posted prices at each border, `posted·FX·(1+tariff)`, in units of the reference price.
    fn set_prices(&mut self, plan: &Blueprint, years: f64) -> Result<(), ModelError> {
        let reference = plan.demand.reference_price(years);
        self.set_rebates(plan);
        self.market.reference_price = reference;
        for (p, pool) in plan.pools.iter().enumerate() {
            let shock = self.shocks.factor(Target::Cloud, pool.provider.at());
            let price = self.pools[p].price * shock / reference;
            self.set_borders(plan, PoolId::new(p), price);
        }
        self.set_pair_prices(1.0 / reference)?;
        let market = &mut self.market;
        for (s, &demand) in market.demand.iter().enumerate() {
            let demand = self.contracts.spot(s, self.models.usable(s, demand));
            market.inputs.set_demand(&market.structure, s, demand)?;
        }
        Ok(())
    }

    /// Base prices of all pairs: the price at the border, what work takes more where it is adapted, compliance and the fee of a model.
    fn set_pair_prices(&mut self, per_reference: f64) -> Result<(), ModelError> {
        let market = &mut self.market;
        if market.listed && self.models.fees.is_empty() {
            let list = (&market.border_price[..], per_reference);
            market.inputs.set_listed_prices(&market.structure, &market.price_sources, list)?;
            return Ok(());
        }
        let border_price = &market.border_price;
        let fee = |t: &MarketPair| self.models.fees.get(t.segment.at()).copied().unwrap_or(0.0);
        let price = |t: &MarketPair| {
            let own = border_price[t.border as usize] * t.stretch + t.compliance * per_reference;
            own + fee(t)
        };
        for (pair, terms) in market.pairs.iter().enumerate() {
            market.inputs.set_base_price(&market.structure, pair, price(terms))?;
        }
        Ok(())
    }

    /// The price of a pool at its borders.
    fn set_borders(&mut self, plan: &Blueprint, pool: PoolId, price: f64) {
        let market = &mut self.market;
        let terms = &plan.pools[pool.at()];
        let home = plan.providers[terms.provider.at()].home.at();
        let cloud = plan.providers[terms.provider.at()].parameters.kind == ProviderKind::Cloud;
        let rails = plan.networks.of_pool[pool.at()].map(|network| &self.networks[network].rails);
        let borders =
            market.first_border[pool.at()] as usize..market.first_border[pool.at() + 1] as usize;
        for border in &market.borders[borders] {
            let n = border.nation as usize;
            let tariff = 1.0 + self.governments[n].policy.tariff;
            let rate = if terms.zone.at() == n { 1.0 } else { market.rate[n] * tariff };
            let premium = match rails {
                Some(rails) => rails[n].premium,
                None if home == n => 0.0,
                None => self.hard_currency.premiums[n],
            };
            let rebate = if cloud { self.governments[n].rebate } else { 0.0 };
            let border_price = price * (rate * (1.0 + premium)) * (1.0 - rebate);
            market.border_price[border.at as usize] = border_price;
        }
    }

    fn clear(&mut self) -> Result<(), ModelError> {
        let market = &mut self.market;
        if !std::mem::take(&mut market.carried) {
            market.inputs.carry_backlog(&market.structure, &market.outcome);
            if let Some(lending) = self.alliances.lending.as_ref().filter(|l| l.active) {
                market.take_relieved(&lending.relieved)?;
            }
        }
        market.give_up_closed()?;
        let report = market.solver.solve(&market.structure, &market.inputs, &mut market.outcome);
        self.observers.solved(&report);
        Ok(())
    }

    /// Adds up what each pool served to each nation, and bills it.
    fn meter(&mut self, plan: &Blueprint) {
        let market = &mut self.market;
        if plan.contracts.deals.is_empty() {
            market.borders.iter().for_each(|border| market.served[border.at as usize] = 0.0);
        } else {
            market.served.fill(0.0);
        }
        let served = market.outcome.all_served(&market.structure);
        for (&border, served) in market.border_of.iter().zip(served) {
            market.served[border as usize] += served;
        }
        self.meter_sharing(plan);
        for p in 0..plan.pools.len() {
            self.bill(plan, PoolId::new(p));
        }
        self.meter_contracts(plan);
    }

    /// Bills what a pool served at spot.
    fn bill(&mut self, plan: &Blueprint, pool: PoolId) {
        let hours = plan.timing.tick_days * 24.0;
        let (p, market, state) = (pool.at(), &self.market, &mut self.pools[pool.at()]);
        let pool = &plan.pools[p];
        let price = state.price * self.shocks.factor(Target::Cloud, pool.provider.at());
        let home = plan.providers[pool.provider.at()].home.at();
        let mut inside = plan.networks.of_pool[p].map(|network| &mut self.networks[network]);
        let mut total = 0.0;
        let cloud = plan.providers[pool.provider.at()].parameters.kind == ProviderKind::Cloud;
        let borders = market.first_border[p] as usize..market.first_border[p + 1] as usize;
        for border in &market.borders[borders] {
            let (n, served) = (border.nation as usize, market.served[border.at as usize]);
            if cloud {
                let government = &mut self.governments[n];
                government.rebates_due += served * hours * price * government.rebate;
            }
            state.revenue[n] += served * hours * price;
            total += served;
            let in_tokens = inside.as_mut().is_some_and(|network| {
                network.in_tokens[n] +=
                    if network.rails[n].tokens { served * hours * price } else { 0.0 };
                network.rails[n].tokens
            });
            if n != home && !in_tokens {
                let premium = self.hard_currency.premiums[n];
                self.hard_currency.owed[n] += served * hours * price * premium;
            }
        }
        let power = total * hours * self.market.power[p] / self.useful_power(plan, PoolId::new(p));
        let energy = power * self.shocks.factor(Target::Energy, pool.zone.at());
        self.pools[p].energy += energy;
    }

    /// Useful work over work done in a pool: what checks other work and what enclaves add takes power too.
    pub(super) fn useful_power(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        Self::useful_share(plan, pool)
            * self.security.levels[pool.at()].throughput(provider.enclave_overhead)
    }

    /// Demand offered to each pool, and its working capacity. Where pools share a queue, each has what its own buyers ask and its own nodes.
    fn measure_loads(&mut self, plan: &Blueprint) {
        let market = &mut self.market;
        market.offered.fill(0.0);
        market.capacity.fill(0.0);
        let models = plan.hardware.len();
        for (at, queue) in market.queues.iter().enumerate() {
            if let Some(pool) = plan.sole_pool(*queue) {
                for tier in 0..market.tiers {
                    market.offered[pool.at()] += market.outcome.offered_to(tier, at);
                }
                market.capacity[pool.at()] += market.outcome.capacity_of(at);
                continue;
            }
            for cell in &market.cells[at] {
                let pool = plan.pool_of(GroupId::new(cell.at as usize / models));
                let working = self.available[cell.at as usize] as f64 * cell.compute;
                market.capacity[pool.at()] += working * self.remote.compute[cell.at as usize];
            }
        }
        if plan.dispatchers.len() < plan.pools.len() || !plan.sharing.desks.is_empty() {
            for (pair, terms) in market.pairs.iter().enumerate() {
                if terms.shared {
                    market.offered[terms.pool.at()] +=
                        market.outcome.offered_by(&market.structure, pair);
                }
            }
        }
        if self.contracts.running {
            for service in &self.contracts.services {
                market.offered[service.pool.at()] += service.amount;
                let added = if service.shared { 0.0 } else { service.amount };
                market.capacity[service.pool.at()] += added;
            }
        }
    }

    /// Smooths loads, and moves the prices of pools with a utilisation controller.
    fn move_prices(&mut self, plan: &Blueprint) {
        let keep = math::exp(-plan.timing.tick_days / LOAD_MEMORY);
        let (offered, capacity) = (&self.market.offered, &self.market.capacity);
        let controllers = &mut self.market.controllers;
        controllers.clear();
        for (p, pool) in plan.pools.iter().enumerate() {
            let state = &mut self.pools[p];
            let terms = &plan.providers[pool.provider.at()].parameters;
            // A region whose first nodes are on their way keeps the load that it was built for.
            let awaited = pool.candidate && state.nodes == 0;
            if terms.capacity_target == CapacityTarget::OfferedLoad && !awaited {
                let relative = state.price / (state.unit_cost * (1.0 + terms.mark_up));
                let load = notional_load(offered[p], relative, plan.demand_elasticity);
                state.load = keep * state.load + (1.0 - keep) * load;
            }
            let (Some(rule), true) = (&pool.tick_rule, capacity[p] > 0.0) else { continue };
            match rule {
                TickRule::Controller(rule) => {
                    controllers.push(*rule, state.price, offered[p] / capacity[p]);
                }
                TickRule::Auction(auction) => {
                    state.price = auction.clear(&Round {
                        price: state.price,
                        load: offered[p],
                        capacity: capacity[p],
                        cost: state.avoidable_cost,
                        cap: state.unit_cost * terms.price_cap,
                    });
                }
            }
        }
        self.move_controlled_prices(plan);
    }

    /// The next prices of the controllers collected.
    fn move_controlled_prices(&mut self, plan: &Blueprint) {
        let market = &mut self.market;
        let (offered, capacity) = (&market.offered, &market.capacity);
        let is_controlled = |p: &usize| {
            let rule = &plan.pools[*p].tick_rule;
            matches!(rule, Some(TickRule::Controller(_))) && capacity[*p] > 0.0
        };
        let pools = || (0..plan.pools.len()).filter(is_controlled);
        let deviations = market.controllers.deviations();
        let shared = shared_deviation(pools().zip(deviations).map(|(p, g)| (offered[p], *g)));
        for (p, price) in pools().zip(market.controllers.next(shared)) {
            let state = &mut self.pools[p];
            let terms = &plan.providers[plan.pools[p].provider.at()].parameters;
            let floor = state.unit_cost * terms.price_floor;
            state.price = price.clamp(floor, state.unit_cost * terms.price_cap);
        }
    }

    /// Compute that a pool served to a nation in the last tick, H100e.
    #[must_use]
    pub fn served_to(&self, plan: &Blueprint, pool: PoolId, nation: NationId) -> f64 {
        self.market.served[pool.at() * plan.nations.len() + nation.at()]
    }
}

/// The deviation ḡ from target utilisation that all controlled pools share: the mean of their deviations g, weighted by what is offered to them.
fn shared_deviation(pools: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (offered, deviation) in pools {
        sum += offered * deviation;
        weight += offered;
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}
