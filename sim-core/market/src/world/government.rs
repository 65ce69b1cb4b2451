//! State of the governments: what their levers have left of the year's appropriation, and what they spent.

use super::{ModelError, World};
use crate::blueprint::{Blueprint, Effect, Nation};
use crate::entity::provider::ProviderKind;
use crate::id::{NationId, PoolId};
use crate::ledger::AccountId;
use crate::mechanism::government::{LEVERS, Lever};
use crate::mechanism::policy::{Change, KINDS, Policy};
use crate::metric::discount;

/// A government: its policy and its purse.
#[derive(Debug, Clone, Copy)]
pub struct Government {
    /// Policy in force.
    pub policy: Policy,
    /// What a rule decided for this fiscal year; nothing where no rule governs.
    pub decided: Change,
    /// What each lever may still spend this fiscal year, USD; of no meaning without an appropriation.
    pub left: [f64; LEVERS],
    /// Whether its levers have only what was appropriated.
    pub limited: bool,
    /// Fiscal years begun.
    pub years: u32,
    /// What each lever spent since the start, USD.
    pub spent: [f64; LEVERS],
    /// Rebate on the bills of clouds in force in the tick.
    pub rebate: f64,
    /// Rebates due to buyers since the last settlement, USD.
    pub rebates_due: f64,
}

impl Government {
    /// At the start: the policy of the scenario, nothing appropriated.
    #[must_use]
    pub fn new(nation: &Nation) -> Self {
        Self {
            policy: initial(nation),
            decided: Change::default(),
            left: [0.0; LEVERS],
            // Nothing is appropriated before the first fiscal year begins.
            limited: nation.parameters.appropriation.is_some(),
            years: 0,
            spent: [0.0; LEVERS],
            rebate: 0.0,
            rebates_due: 0.0,
        }
    }
}

/// A nation's policy in the scenario.
fn initial(nation: &Nation) -> Policy {
    let terms = &nation.parameters;
    let mut portfolio = [0.0; KINDS];
    portfolio[ProviderKind::Cloud as usize] = terms.portfolio_cloud;
    portfolio[ProviderKind::DataCentre as usize] = terms.portfolio_data_centre;
    portfolio[ProviderKind::Network as usize] = terms.portfolio_network;
    portfolio[ProviderKind::Commons as usize] = terms.portfolio_commons;
    Policy {
        appropriation: terms.appropriation,
        coverage: terms.coverage,
        portfolio,
        tariff: terms.tariff,
        cloud_rebate: terms.cloud_rebate,
        capital_subsidy: terms.capital_subsidy,
        energy_subsidy: terms.energy_subsidy,
        profit_tax: terms.profit_tax,
        tax_break: terms.tax_break,
    }
}

/// Shares of a nation's budget by lever.
#[must_use]
pub fn budget(nation: &Nation) -> [f64; LEVERS] {
    let terms = &nation.parameters;
    let mut shares = [0.0; LEVERS];
    shares[Lever::DataCentre as usize] = terms.budget_data_centre;
    shares[Lever::Cloud as usize] = terms.budget_cloud;
    shares[Lever::NodeSubsidy as usize] = terms.budget_node_subsidy;
    shares[Lever::TaxBreak as usize] = terms.budget_tax_break;
    shares[Lever::Stockpile as usize] = terms.budget_stockpile;
    shares[Lever::ChipProject as usize] = terms.budget_chip_project;
    shares[Lever::Talent as usize] = terms.budget_talent;
    shares[Lever::Security as usize] = terms.budget_security;
    shares[Lever::Models as usize] = terms.budget_models;
    shares[Lever::Alliance as usize] = terms.budget_alliance;
    shares
}

impl World {
    /// What a lever of a nation can still pay this fiscal year, USD; infinite without an appropriation.
    #[must_use]
    pub fn funds(&self, nation: NationId, lever: Lever) -> f64 {
        let government = &self.governments[nation.at()];
        if government.limited { government.left[lever as usize] } else { f64::INFINITY }
    }

    /// A treasury pays out of a lever as much of `usd` as the appropriation has left for it; returns what was paid, USD.
    ///
    /// # Errors
    /// When the amount is not a payment.
    pub fn spend(
        &mut self,
        plan: &Blueprint,
        lever: (NationId, Lever),
        to: AccountId,
        usd: f64,
    ) -> Result<f64, ModelError> {
        self.spend_as(plan, lever, to, (usd, false))
    }

    /// As [`World::spend`], for hardware of a provider of the state: an investment.
    ///
    /// # Errors
    /// When the amount is not a payment.
    pub fn invest(
        &mut self,
        plan: &Blueprint,
        lever: (NationId, Lever),
        to: AccountId,
        usd: f64,
    ) -> Result<f64, ModelError> {
        self.spend_as(plan, lever, to, (usd, true))
    }

    fn spend_as(
        &mut self,
        plan: &Blueprint,
        (nation, lever): (NationId, Lever),
        to: AccountId,
        (usd, invested): (f64, bool),
    ) -> Result<f64, ModelError> {
        let funds = self.funds(nation, lever);
        let paid = if usd < funds { usd } else { funds };
        self.ledger.pay(self.accounts.treasuries[nation.at()], to, paid)?;
        let purse = &mut self.governments[nation.at()];
        purse.spent[lever as usize] += paid;
        if purse.limited {
            purse.left[lever as usize] = funds - paid;
        }
        let discount = discount(plan, self.day);
        self.observers.state_spent((nation, lever), (paid, invested), discount);
        Ok(paid)
    }

    /// The policy in force of a nation.
    #[must_use]
    pub fn policy(&self, nation: NationId) -> &Policy {
        &self.governments[nation.at()].policy
    }

    /// Policies of the destinations of an event.
    pub fn change_policies(&mut self, plan: &Blueprint, event: usize) {
        for &nation in &plan.events[event].destinations {
            self.governments[nation.at()].policy = self.policy_due(plan, nation);
        }
    }

    /// The policy that shall be in force: the scenario's, over it every change in force in the order in which they took effect, and over all what a rule decided.
    #[must_use]
    pub fn policy_due(&self, plan: &Blueprint, nation: NationId) -> Policy {
        let mut policy = initial(&plan.nations[nation.at()]);
        let in_force =
            |e: &usize| self.politics.active[*e] && plan.events[*e].destinations.contains(&nation);
        let mut changes: Vec<usize> = (0..plan.events.len()).filter(in_force).collect();
        changes.sort_by_key(|&e| self.politics.since[e]);
        for e in changes {
            if let Effect::Policy(change) = &plan.events[e].effect {
                policy = policy.after(change);
            }
        }
        policy.after(&self.governments[nation.at()].decided)
    }

    /// Share of what a lever supports that the state pays today: none once the year's money is out.
    fn in_force(&self, (nation, lever): (NationId, Lever), rate: f64) -> f64 {
        if rate > 0.0 && self.funds(nation, lever) > 0.0 { rate } else { 0.0 }
    }

    /// Rebate in force on the bills of clouds for a nation's buyers.
    #[must_use]
    pub fn cloud_rebate(&self, nation: NationId) -> f64 {
        self.in_force((nation, Lever::Cloud), self.policy(nation).cloud_rebate)
    }

    /// Subsidies in force on hardware and on power of a pool: those of its zone, if it is a node network at home.
    #[must_use]
    pub fn node_subsidies(&self, plan: &Blueprint, pool: PoolId) -> (f64, f64) {
        let zone = plan.pools[pool.at()].zone;
        if !plan.is_home_network(pool) {
            return (0.0, 0.0);
        }
        let policy = self.policy(zone);
        let rate = |rate| self.in_force((zone, Lever::NodeSubsidy), rate);
        (rate(policy.capital_subsidy), rate(policy.energy_subsidy))
    }

    /// Share in force of the profit tax that is waived for a pool: none for a foreign provider.
    #[must_use]
    pub fn tax_break(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let terms = &plan.pools[pool.at()];
        let foreign = plan.providers[terms.provider.at()].home != terms.zone;
        let rate = if foreign { 0.0 } else { self.policy(terms.zone).tax_break };
        self.in_force((terms.zone, Lever::TaxBreak), rate)
    }

    /// Tax on the profit of a pool, the break taken off.
    #[must_use]
    pub fn tax_in_force(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let tax = self.policy(plan.pools[pool.at()].zone).profit_tax;
        if tax > 0.0 { tax * (1.0 - self.tax_break(plan, pool)) } else { 0.0 }
    }
}
