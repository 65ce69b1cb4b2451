//! Fiscal years: appropriations come from taxpayers and are divided over levers. Where the money goes is in the handlers of the levers.

use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::NationId;
use crate::mechanism::government::{appropriation, divided};
use crate::world::government::budget;
use crate::world::{Ctx, ModelError, World};

/// Length of a fiscal year, days.
const YEAR: f64 = 365.25;

impl World {
    /// The first fiscal years begin with the run.
    pub(crate) fn begin_fiscal_years(
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for n in (0..plan.nations.len()).map(NationId::new).filter(|n| plan.has_appropriation(*n)) {
            ctx.schedule_in(SimDuration::ZERO, phase::RULES, Event::FiscalYear(n))?;
        }
        Ok(())
    }

    pub(super) fn fiscal_year(
        &mut self,
        plan: &Blueprint,
        nation: NationId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let year = SimDuration::from_days_f64(YEAR)?;
        ctx.schedule_in(year, phase::RULES, Event::FiscalYear(nation))?;
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
}
