//! State of the governments: what their levers have left of the year's appropriation, and what they spent.

use super::{ModelError, World};
use crate::blueprint::{Blueprint, Nation};
use crate::id::NationId;
use crate::ledger::AccountId;
use crate::mechanism::government::{LEVERS, Lever};

/// A government's purse.
#[derive(Debug, Clone, Copy, Default)]
pub struct Government {
    /// What each lever may still spend this fiscal year, USD; of no meaning without an appropriation.
    pub left: [f64; LEVERS],
    /// Fiscal years begun.
    pub years: u32,
    /// What each lever spent since the last sample, USD.
    pub spent: [f64; LEVERS],
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
    pub fn funds(&self, plan: &Blueprint, nation: NationId, lever: Lever) -> f64 {
        let limited = plan.nations[nation.at()].parameters.appropriation.is_some();
        if limited { self.governments[nation.at()].left[lever as usize] } else { f64::INFINITY }
    }

    /// A treasury pays out of a lever as much of `usd` as the appropriation has left for it; returns what was paid, USD.
    ///
    /// # Errors
    /// When the amount is not a payment.
    pub fn spend(
        &mut self,
        plan: &Blueprint,
        (nation, lever): (NationId, Lever),
        to: AccountId,
        usd: f64,
    ) -> Result<f64, ModelError> {
        let funds = self.funds(plan, nation, lever);
        let paid = if usd < funds { usd } else { funds };
        self.ledger.pay(self.accounts.treasuries[nation.at()], to, paid)?;
        let purse = &mut self.governments[nation.at()];
        purse.spent[lever as usize] += paid;
        if funds.is_finite() {
            purse.left[lever as usize] = funds - paid;
        }
        Ok(paid)
    }
}
