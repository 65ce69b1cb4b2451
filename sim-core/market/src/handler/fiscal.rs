//! What levers of the government pay for month by month: hardware of its own providers, subsidies, rebates; and what it takes: taxes, surpluses.

use crate::blueprint::Blueprint;
use crate::entity::provider::ProviderKind;
use crate::id::{NationId, PoolId, ProviderId};
use crate::mechanism::government::{Lever, profit_tax};
use crate::metric::discount;
use crate::metric::state::Month;
use crate::world::supply::Order;
use crate::world::{ModelError, World};

impl World {
    /// Nodes of an order that the owner of a pool pays for: for a provider of the state as many as the lever has money for, which is paid out at
    /// once; all for any other. A purchase is settled when it arrives; what a change of prices leaves over or lacks goes back at the month's end.
    pub(super) fn appropriated(
        &mut self,
        plan: &Blueprint,
        order: &Order,
    ) -> Result<u32, ModelError> {
        let provider = plan.pools[order.pool.at()].provider;
        let terms = &plan.providers[provider.at()];
        if !terms.parameters.public {
            return Ok(order.nodes);
        }
        let lever = (terms.home, Lever::DataCentre);
        let node = self.outlay(plan, order, 1);
        let funds = self.funds(terms.home, Lever::DataCentre);
        let most = if node > 0.0 { (funds / node).floor() } else { f64::INFINITY };
        let nodes = if f64::from(order.nodes) < most { order.nodes } else { most as u32 };
        self.invest(plan, lever, self.accounts.providers[provider.at()], node * f64::from(nodes))?;
        Ok(nodes)
    }

    /// What nodes of an order would cost today with the premium for hard currency, USD.
    fn outlay(&self, plan: &Blueprint, order: &Order, nodes: u32) -> f64 {
        let provider = plan.pools[order.pool.at()].provider;
        let premium = self.import_premium(plan, provider, order.vendor);
        self.cost_of_nodes(plan, order, nodes, self.day) * (1.0 + premium)
    }

    /// The state pays its share of hardware that a node network at home has bought; returns what it paid, USD.
    pub(super) fn subsidise_hardware(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        cost: f64,
    ) -> Result<f64, ModelError> {
        let share = self.node_subsidies(plan, pool).0;
        self.subsidise(plan, pool, cost * share)
    }

    /// The state pays its share of a power bill; returns what it paid, USD.
    pub(super) fn subsidise_power(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        bill: f64,
    ) -> Result<f64, ModelError> {
        let share = self.node_subsidies(plan, pool).1;
        self.subsidise(plan, pool, bill * share)
    }

    fn subsidise(&mut self, plan: &Blueprint, pool: PoolId, usd: f64) -> Result<f64, ModelError> {
        if usd <= 0.0 {
            return Ok(0.0);
        }
        let terms = &plan.pools[pool.at()];
        let provider = self.accounts.providers[terms.provider.at()];
        self.spend(plan, (terms.zone, Lever::NodeSubsidy), provider, usd)
    }

    /// Tax on a pool's profit of the month, and what lever `tax_break` gives back; returns the rest, USD.
    pub(super) fn tax(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        profit: f64,
    ) -> Result<f64, ModelError> {
        let terms = &plan.pools[pool.at()];
        let rate = self.policy(terms.zone).profit_tax;
        if rate <= 0.0 {
            return Ok(0.0);
        }
        let (due, loss) = profit_tax(rate, profit, self.pools[pool.at()].loss);
        self.pools[pool.at()].loss = loss;
        let provider = self.accounts.providers[terms.provider.at()];
        self.ledger.pay(provider, self.accounts.treasuries[terms.zone.at()], due)?;
        self.observers.state_received(terms.zone, due, discount(plan, self.day));
        let waived = due * self.tax_break(plan, pool);
        if waived <= 0.0 {
            return Ok(due);
        }
        let back = self.spend(plan, (terms.zone, Lever::TaxBreak), provider, waived)?;
        Ok(due - back)
    }

    /// Rebates in force in a tick: they end with the year's money.
    pub(super) fn set_rebates(&mut self, plan: &Blueprint) {
        for n in 0..plan.nations.len() {
            self.governments[n].rebate = self.cloud_rebate(NationId::new(n));
        }
    }

    /// Share of a provider's bills that the state pays for a nation's buyers in the tick.
    pub(super) fn rebate(&self, plan: &Blueprint, provider: ProviderId, nation: usize) -> f64 {
        let cloud = plan.providers[provider.at()].parameters.kind == ProviderKind::Cloud;
        if cloud { self.governments[nation].rebate } else { 0.0 }
    }

    /// The state pays buyers the rebates of the month, as far as its money goes.
    pub(super) fn settle_rebates(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        for n in (0..plan.nations.len()).map(NationId::new) {
            let due = std::mem::take(&mut self.governments[n.at()].rebates_due);
            if due > 0.0 {
                self.spend(plan, (n, Lever::Cloud), self.accounts.buyers[n.at()], due)?;
            }
        }
        Ok(())
    }

    /// Treasuries take what providers of theirs have beyond their open purchases, or make up what they lack.
    pub(super) fn settle_public(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        for (p, provider) in plan.providers.iter().enumerate() {
            if !provider.parameters.public {
                continue;
            }
            let account = self.accounts.providers[p];
            let treasury = self.accounts.treasuries[provider.home.at()];
            let surplus = self.balance_of(plan, ProviderId::new(p)) - self.committed(plan, p);
            if surplus > 0.0 {
                self.ledger.pay(account, treasury, surplus)?;
            } else {
                self.ledger.pay(treasury, account, -surplus)?;
            }
            self.observers.state_drew(provider.home, surplus, discount(plan, self.day));
        }
        Ok(())
    }

    /// What a provider's open orders and shipments would cost today, USD.
    fn committed(&self, plan: &Blueprint, provider: usize) -> f64 {
        let own = |order: &Order| plan.pools[order.pool.at()].provider.at() == provider;
        let orders = self.orders.iter().filter(|o| own(o) && !o.grey);
        let open: f64 = orders.map(|order| self.outlay(plan, order, order.nodes)).sum();
        let shipments = self.shipments.iter().filter(|s| own(&s.order) && !s.order.grey);
        open + shipments.map(|s| self.outlay(plan, &s.order, s.nodes)).sum::<f64>()
    }

    /// Books a pool's month for the accounts of welfare, and taxes it; returns the tax, USD.
    pub(super) fn close_month(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        mut month: Month,
    ) -> Result<f64, ModelError> {
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let value = self.replacement_cost(plan, pool) * self.installed_compute(plan, pool);
        let life = self.cheapest(plan, pool).map_or(1.0, |h| plan.hardware[h.at()].parameters.life);
        let decay = if value.is_finite() { value / life / 12.0 } else { 0.0 };
        let interest = if value.is_finite() { value * provider.return_rate / 12.0 } else { 0.0 };
        month.fees += std::mem::take(&mut self.pools[pool.at()].other_fees);
        month.operation += std::mem::take(&mut self.pools[pool.at()].security_paid);
        month.parts = std::mem::take(&mut self.pools[pool.at()].parts_paid);
        let profit = month.fees - month.power - month.operation - month.parts - decay;
        month.tax = self.tax(plan, pool, profit)?;
        month.capital = decay + interest;
        let resident = self.resident_share(plan, pool);
        if let Some(n) = plan.networks.of_pool[pool.at()] {
            self.networks[n].resident = resident;
        }
        self.observers.settled(plan, pool, &month);
        self.share_profit(plan, pool, (month.profit(), resident));
        Ok(month.tax)
    }

    /// Books a pool's profit at user cost with whom it belongs to: the members of a commons, the state, or private owners at home and abroad.
    fn share_profit(&mut self, plan: &Blueprint, pool: PoolId, (profit, resident): (f64, f64)) {
        let terms = &plan.pools[pool.at()];
        let provider = &plan.providers[terms.provider.at()];
        let discount = discount(plan, self.day);
        let mut clubs = plan.sharing.clubs.iter().enumerate();
        let shared = clubs.find(|(_, club)| club.commons == Some(terms.provider));
        if let Some((c, club)) = shared {
            for (seat, &member) in club.members.iter().enumerate() {
                let part = self.burden((c, club), seat).unwrap_or(0.0);
                self.observers.state_earned(member, profit * part, discount);
            }
            return;
        }
        let foreign = provider.home != terms.zone;
        if provider.parameters.public && !foreign {
            return self.observers.state_earned(terms.zone, profit, discount);
        }
        let resident = if foreign { 0.0 } else { resident };
        self.observers.producers_earned(terms.zone, (profit, resident), discount);
    }

    /// Share of a network's compute whose beneficial owners live in its zone; one where nobody but the provider owns anything.
    fn resident_share(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        if plan.networks.of_pool[pool.at()].is_none() {
            return 1.0;
        }
        let zone = plan.pools[pool.at()].zone;
        let (mut all, mut at_home) = (0.0, 0.0);
        for (_, operator, member) in self.members(pool) {
            all += member.compute;
            let resident = self.owners[operator.owner.at()].residence == zone;
            at_home += if resident { member.compute } else { 0.0 };
        }
        if all > 0.0 { at_home / all } else { 1.0 }
    }

    /// Jobs at nodes of each focus nation.
    pub(super) fn count_jobs(&mut self, plan: &Blueprint) {
        for &nation in &plan.focus {
            let terms = &plan.nations[nation.at()].parameters;
            let (mut megawatts, mut operators) = (0.0, 0.0);
            let there = |p: &PoolId| plan.pools[p.at()].zone == nation;
            for p in (0..plan.pools.len()).map(PoolId::new).filter(there) {
                megawatts += self.installed_compute(plan, p) * self.market.power[p.at()] / 1000.0;
                let run = self.pools[p.at()].operators.len() as f64;
                operators += if self.pools[p.at()].nodes > 0 { run } else { 0.0 };
            }
            let jobs = megawatts * terms.jobs_per_megawatt + operators * terms.jobs_per_operator;
            self.observers.employed(nation, jobs);
        }
    }

    /// Cost of capital of a pool that is taxed: r' with r' + δ = (r + δ)·factor; r where nothing is taxed.
    pub(super) fn taxed_return(&self, plan: &Blueprint, pool: PoolId, depreciation: f64) -> f64 {
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let tax = self.tax_in_force(plan, pool);
        if tax <= 0.0 {
            return provider.return_rate;
        }
        let total = provider.return_rate + depreciation;
        let factor =
            crate::mechanism::government::tax_factor(tax, provider.return_rate, depreciation);
        total * factor - depreciation
    }
}
