//! Fiscal years: a rule that governs is asked, then appropriations come from taxpayers and are divided over levers. Where the money goes is in the handlers of the levers.

use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::NationId;
use crate::mechanism::government::{appropriation, divided};
use crate::rule::{Fault, Rule, RuleError, Rules, Sample, StateView, check};
use crate::world::government::budget;
use crate::world::{Ctx, ModelError, World};

/// Length of a fiscal year, days.
const YEAR: f64 = 365.25;

impl World {
    /// The first fiscal years begin with the run, of nations that appropriate and of those that a rule governs.
    pub(crate) fn begin_fiscal_years(
        plan: &Blueprint,
        rules: &Rules<'_>,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let has = |n: &NationId| plan.has_appropriation(*n) || rules.of(*n).is_some();
        for n in (0..plan.nations.len()).map(NationId::new).filter(has) {
            ctx.schedule_in(SimDuration::ZERO, phase::RULES, Event::FiscalYear(n))?;
        }
        Ok(())
    }

    pub(super) fn fiscal_year(
        &mut self,
        plan: &Blueprint,
        (nation, rule): (NationId, Option<&dyn Rule>),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let year = SimDuration::from_days_f64(YEAR)?;
        ctx.schedule_in(year, phase::RULES, Event::FiscalYear(nation))?;
        // Copies that are frozen keep the policy, as they keep prices and regimes.
        if let Some(rule) = rule.filter(|_| !self.is_frozen()) {
            self.ask_rule(plan, nation, rule)?;
        }
        let terms = &plan.nations[nation.at()];
        let purse = &mut self.governments[nation.at()];
        purse.limited = purse.policy.appropriation.is_some();
        let Some(first) = purse.policy.appropriation else { return Ok(()) };
        let money = appropriation(first, terms.parameters.appropriation_growth, purse.years);
        purse.left = divided(&purse.left, terms.parameters.carry_over, &budget(terms), money);
        purse.years += 1;
        let (from, to) =
            (self.accounts.taxpayers[nation.at()], self.accounts.treasuries[nation.at()]);
        self.ledger.pay(from, to, money)?;
        Ok(())
    }

    /// A rule decides for the fiscal year that begins.
    fn ask_rule(
        &mut self,
        plan: &Blueprint,
        nation: NationId,
        rule: &dyn Rule,
    ) -> Result<(), ModelError> {
        let view = self.state_view(plan, nation);
        let decided = rule.decide(&view).map_err(Fault::Failed);
        let change = decided.and_then(|change| check(&change).map(|()| change));
        let change = change.map_err(|fault| {
            Box::new(RuleError { nation: view.nation.to_owned(), year: view.year, fault })
        })?;
        self.governments[nation.at()].decided = change;
        let policy = self.policy_due(plan, nation);
        // What does not change is not computed anew, so that a rule that decides nothing leaves every bit as it is.
        self.market.tastes_changed |= policy != self.governments[nation.at()].policy;
        self.governments[nation.at()].policy = policy;
        Ok(())
    }

    /// What a rule sees.
    fn state_view<'a>(&'a self, plan: &'a Blueprint, nation: NationId) -> StateView<'a> {
        let government = &self.governments[nation.at()];
        StateView {
            nation: &plan.nations[nation.at()].id,
            year: (self.day / YEAR).round() as u32,
            day: self.day,
            start_day: plan.timing.start_day,
            policy: &government.policy,
            spent: &government.spent,
            left: government.limited.then_some(&government.left),
            sample: Sample::latest(&self.observers, plan, nation),
        }
    }
}
