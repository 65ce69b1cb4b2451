//! The end of a month: bills, operating costs, unit costs, posted prices, hazards by age.

use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::entity::provider::PriceRule;
use crate::event::{Event, phase};
use crate::handler::network::Bills;
use crate::id::{HardwareId, NationId, PoolId, VendorId};
use crate::mechanism::price::cournot::{marked_up, perceived};
use crate::mechanism::price::{UnitCost, toward};
use crate::metric::state::Month;
use crate::metric::{discount, integrity};
use crate::world::{Ctx, ModelError, World};

/// Length of a month, days.
pub(crate) const MONTH: f64 = 365.25 / 12.0;

impl World {
    pub(super) fn month_end(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        ctx.schedule_in(SimDuration::from_days_f64(MONTH)?, phase::SETTLEMENT, Event::MonthEnd)?;
        let day = ctx.now().as_days();
        if self.is_frozen() {
            return self.age_hazards(plan, day, ctx);
        }
        for (n, &currency) in self.accounts.currencies.iter().enumerate() {
            self.ledger.set_rate(currency, self.market.rate[n]);
        }
        self.step_openness(plan, MONTH / 365.25);
        self.price_hardware(plan, day);
        self.fund_security(plan)?;
        for p in 0..plan.pools.len() {
            self.settle(plan, PoolId::new(p), day)?;
            self.reprice(plan, PoolId::new(p));
        }
        self.settle_models(plan, day)?;
        self.settle_premiums()?;
        self.settle_rebates(plan)?;
        self.settle_contracts(plan, day)?;
        self.settle_regions(plan)?;
        self.settle_public(plan)?;
        self.count_jobs(plan);
        self.fill_stockpiles(plan)?;
        self.settle_clubs(plan)?;
        self.age_hazards(plan, day, ctx)?;
        self.set_incident_rates(plan, ctx)?;
        integrity::check_month(self, plan)?;
        Ok(())
    }

    fn age_hazards(
        &mut self,
        plan: &Blueprint,
        day: f64,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let moved = std::mem::take(&mut self.providers_changed);
        for at in 0..self.live.len() {
            let cohort = &mut self.cohorts[self.live[at].at()];
            let hazard = Self::hazard_at(plan, cohort, day);
            // Clocks follow every other change at once: where the hazard stays, so do they.
            if moved || hazard.to_bits() != cohort.hazard.to_bits() {
                cohort.hazard = hazard;
                self.update_rates(plan, self.live[at], ctx)?;
            }
        }
        Ok(())
    }

    /// Buyers pay for what was served; the provider pays for power and operation.
    fn settle(&mut self, plan: &Blueprint, pool: PoolId, day: f64) -> Result<(), ModelError> {
        let terms = &plan.pools[pool.at()];
        let provider = self.accounts.providers[terms.provider.at()];
        let (mut bills, mut month) = (Bills::default(), Month::default());
        for n in 0..plan.nations.len() {
            let due = std::mem::take(&mut self.pools[pool.at()].revenue[n]);
            if due > 0.0 {
                let money = self.pay_bill(plan, (pool, n), due)?;
                bills.fees += money;
                month.fees += due;
                if terms.zone.at() != n {
                    let tariff = due * self.policy(NationId::new(n)).tariff;
                    self.pay_tariff(plan, NationId::new(n), tariff)?;
                }
                self.observers.paid(plan, (pool, n), due, day);
            }
        }
        let zone = &plan.nations[terms.zone.at()].parameters;
        let energy = std::mem::take(&mut self.pools[pool.at()].energy);
        let scale = self.settle_cost_scale(plan, pool);
        bills.power = energy * zone.power_price * scale.0;
        self.ledger.pay(provider, self.accounts.power[terms.zone.at()], bills.power)?;
        month.subsidy = self.subsidise_power(plan, pool, bills.power)?;
        bills.power -= month.subsidy;
        let capital = self.replacement_cost(plan, pool) * self.installed_compute(plan, pool);
        let opex = capital * plan.providers[terms.provider.at()].parameters.opex / 12.0 * scale.1;
        self.ledger.pay(provider, self.accounts.services[terms.zone.at()], opex)?;
        bills.operation = opex;
        (month.power, month.operation) = (bills.power, opex);
        let tax = self.close_month(plan, pool, month)?;
        self.note_charge(plan, pool, tax);
        match plan.networks.of_pool[pool.at()] {
            Some(n) => self.settle_network(plan, n, bills),
            None => Ok(()),
        }
    }

    /// A nation's buyers pay a pool, in tokens where they pay so; returns what they paid in money.
    fn pay_bill(
        &mut self,
        plan: &Blueprint,
        (pool, n): (PoolId, usize),
        due: f64,
    ) -> Result<f64, ModelError> {
        let mut money = due;
        if let Some(network) = plan.networks.of_pool[pool.at()] {
            let in_tokens = std::mem::take(&mut self.networks[network].in_tokens[n]);
            let tokens = if in_tokens < due { in_tokens } else { due };
            if tokens > 0.0 {
                money += self.pay_in_tokens(plan, (network, n), tokens)? - tokens;
            }
        }
        let provider = self.accounts.providers[plan.pools[pool.at()].provider.at()];
        self.ledger.pay(self.accounts.buyers[n], provider, money)?;
        Ok(money)
    }

    /// A nation's buyers pay a tariff to its treasury.
    pub(super) fn pay_tariff(
        &mut self,
        plan: &Blueprint,
        nation: NationId,
        usd: f64,
    ) -> Result<(), ModelError> {
        let (buyers, treasury) =
            (self.accounts.buyers[nation.at()], self.accounts.treasuries[nation.at()]);
        self.ledger.pay(buyers, treasury, usd)?;
        self.observers.state_received(nation, usd, discount(plan, self.day));
        Ok(())
    }

    /// Price of an H100e of today's best hardware, USD.
    pub(crate) fn replacement_cost(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        self.cheapest(plan, pool).map_or(0.0, |model| self.capital[model.at()])
    }

    /// The model with the lowest capital cost among the vendors that a pool buys from.
    pub(crate) fn cheapest(&self, plan: &Blueprint, pool: PoolId) -> Option<HardwareId> {
        let bought = |v: &usize| plan.pools[pool.at()].vendor_mix[*v] > 0.0;
        let vendors = (0..plan.vendors.len()).filter(bought);
        let models = vendors.filter_map(|v| self.best_model(plan, pool, VendorId::new(v)));
        models.min_by(|a, b| self.capital[a.at()].total_cmp(&self.capital[b.at()]))
    }

    /// Prices of the month of every model on sale.
    pub(crate) fn price_hardware(&mut self, plan: &Blueprint, day: f64) {
        for (h, model) in plan.hardware.iter().enumerate() {
            let released = self.released[h];
            let on_sale = released <= day && self.makes(plan, model.vendor);
            self.capital[h] =
                if on_sale { model.capital_per_compute(day, released) } else { f64::INFINITY };
            self.capital[h] *= self.chip_factor(model.vendor);
        }
    }

    /// Unit cost of today's best hardware, the posted price that follows it, and the power of the fleet.
    pub(crate) fn reprice(&mut self, plan: &Blueprint, pool: PoolId) {
        let terms = &plan.pools[pool.at()];
        let provider = &plan.providers[terms.provider.at()].parameters;
        if let Some(model) = self.cheapest(plan, pool) {
            let hardware = &plan.hardware[model.at()];
            let depreciation = 1.0 / hardware.parameters.life;
            let (capital, power) = self.node_subsidies(plan, pool);
            let cost = UnitCost {
                capital: self.capital[model.at()]
                    * (1.0 + self.import_premium(plan, terms.provider, hardware.vendor))
                    * (1.0 - capital),
                return_rate: self.taxed_return(plan, pool, depreciation),
                depreciation,
                opex: provider.opex,
                power: hardware.parameters.power / hardware.parameters.compute,
                pue: provider.pue,
                power_price: plan.nations[terms.zone.at()].parameters.power_price
                    * self.energy_factor(terms.zone)
                    * (1.0 - power),
                // An hour served takes more than an hour of work where work is checked or runs in enclaves.
                utilisation: provider.target_utilisation
                    * (Self::useful_share(plan, pool) * self.enclave_share(plan, pool)),
            };
            self.pools[pool.at()].unit_cost =
                cost.per_hour() + self.security_cost(pool) / cost.utilisation;
        }
        self.market.power[pool.at()] = self.fleet_power(plan, pool) * provider.pue;
        self.pools[pool.at()].avoidable_cost = self.market.power[pool.at()]
            * plan.nations[terms.zone.at()].parameters.power_price
            * self.energy_factor(terms.zone)
            * (1.0 - self.node_subsidies(plan, pool).1)
            + self.replacement_cost(plan, pool) * provider.opex / UnitCost::YEAR_HOURS
            + self.security_cost(pool);
        for v in 0..plan.vendors.len() {
            self.pools[pool.at()].part_price[v] = self.part_price(plan, pool, VendorId::new(v));
        }
        self.set_monthly_price(plan, pool);
    }

    /// The price of the month, where the rule sets one; the first price where there is none yet.
    fn set_monthly_price(&mut self, plan: &Blueprint, pool: PoolId) {
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let conduct =
            (provider.price_rule == PriceRule::Cournot).then(|| self.cournot_price(plan, pool));
        let state = &mut self.pools[pool.at()];
        let at_cost = state.unit_cost * (1.0 + provider.mark_up);
        let first = state.price <= 0.0;
        state.months_since_review += 1;
        match provider.price_rule {
            PriceRule::Administered
                if first || state.months_since_review >= provider.price_review =>
            {
                state.price = provider.administered_price.unwrap_or(at_cost);
                state.months_since_review = 0;
            }
            _ if first => state.price = at_cost,
            PriceRule::Posted => {
                state.price = toward(state.price, at_cost, provider.price_adjustment);
            }
            PriceRule::Cournot => {
                let target = conduct.unwrap_or(at_cost);
                state.price = toward(state.price, target, provider.price_adjustment);
            }
            PriceRule::Administered
            | PriceRule::UtilisationController
            | PriceRule::Eip1559
            | PriceRule::UniformAuction => {}
        }
    }

    /// Price of a seller that sees its share: of what each nation spends, over the nations that it serves by what they spend with it.
    fn cournot_price(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let provider = plan.pools[pool.at()].provider;
        let nations = plan.nations.len();
        let spent = |p: usize, n: usize| self.market.served[p * nations + n] * self.pools[p].price;
        let (mut weighted, mut own) = (0.0, 0.0);
        for n in 0..nations {
            let mine: f64 = plan.providers[provider.at()].pools.clone().map(|p| spent(p, n)).sum();
            if mine > 0.0 {
                let all: f64 = (0..plan.pools.len()).map(|p| spent(p, n)).sum();
                weighted += mine * mine / all;
                own += mine;
            }
        }
        let share = if own > 0.0 { weighted / own } else { 0.0 };
        let terms = &plan.providers[provider.at()].parameters;
        let cost = self.pools[pool.at()].unit_cost;
        let elasticities = (plan.demand_elasticity.max(0.1), plan.own_response());
        marked_up(cost, perceived(share, elasticities), cost * terms.price_cap)
    }

    /// Price of a spare part: a share of the price of an accelerator of the vendor's best model, for each server of a node. A vendor that sells
    /// nothing to the pool any more has parts of the first of its models that the pool may run.
    fn part_price(&self, plan: &Blueprint, pool: PoolId, vendor: VendorId) -> f64 {
        let terms = &plan.pools[pool.at()];
        let of_vendor = |h: &&HardwareId| plan.hardware[h.at()].vendor == vendor;
        let first = || terms.hardware.iter().find(of_vendor).copied();
        let Some(model) = self.best_model(plan, pool, vendor).or_else(first) else { return 0.0 };
        let hardware = &plan.hardware[model.at()].parameters;
        let capital = self.capital[model.at()];
        let accelerator = if capital.is_finite() {
            capital * hardware.compute / hardware.system_factor
        } else {
            hardware.price * self.chip_factor(vendor)
        };
        let servers = plan.servers_per_node(pool, model, self.installed_compute(plan, pool));
        let share = plan.providers[terms.provider.at()].parameters.spare_price;
        accelerator * share * f64::from(servers)
    }

    /// Power per compute of what is installed, kW per H100e.
    fn fleet_power(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let (mut power, mut compute) = (0.0, 0.0);
        let first = plan.group(pool, 0).at() * plan.hardware.len();
        for (i, &n) in self.installed[first..first + crate::blueprint::LEVELS * plan.hardware.len()]
            .iter()
            .enumerate()
        {
            let model = HardwareId::new(i % plan.hardware.len());
            let accelerators = n as f64 * plan.accelerators(model);
            power += accelerators * plan.hardware[model.at()].parameters.power;
            compute += accelerators * plan.hardware[model.at()].parameters.compute;
        }
        if compute > 0.0 { power / compute } else { 0.0 }
    }
}
