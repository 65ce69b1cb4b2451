//! Shortages of hard currency begin and end. Under `wait`, orders and parts paid abroad stand still and foreign clouds are closed; under
//! `premium`, everything paid abroad costs more, and the difference goes to the dealers of the nation's parallel market.

use autarky_engine::time::{SimDuration, SimTime};

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::{NationId, ProviderId, VendorId};
use crate::ledger::AccountId;
use crate::world::hard_currency::HeldParts;
use crate::world::{Ctx, ModelError, World};

impl World {
    /// Schedules the next change of a nation, if it falls into the run.
    pub(crate) fn schedule_currency(
        &self,
        plan: &Blueprint,
        nation: NationId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let chain = &self.hard_currency.chains[nation.at()];
        let days = chain.next() * 365.25;
        if days > plan.timing.end.as_days() {
            return Ok(());
        }
        let at = SimTime::ZERO.checked_add(SimDuration::from_days_f64(days)?)?;
        let event =
            if chain.is_on() { Event::CurrencyFlows(nation) } else { Event::CurrencyShort(nation) };
        ctx.schedule_at(at, phase::RULES, event)?;
        Ok(())
    }

    /// A shortage begins or ends.
    pub(super) fn currency_switches(
        &mut self,
        plan: &Blueprint,
        nation: NationId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.hard_currency.switch(plan, nation);
        self.schedule_currency(plan, nation, ctx)?;
        self.market.tastes_changed = true;
        if self.hard_currency.is_short(nation) {
            return Ok(());
        }
        let of_nation = |held: &HeldParts| {
            plan.providers[plan.pools[held.pool.at()].provider.at()].home == nation
        };
        let (due, waiting) = self.hard_currency.held.iter().partition(|held| of_nation(held));
        self.hard_currency.held = waiting;
        let due: Vec<HeldParts> = due;
        for HeldParts { pool, shelf, count } in due {
            self.pools[pool.at()].parts[shelf.at()].on_order -= count;
            self.order_parts(plan, (pool, shelf), count, ctx)?;
        }
        Ok(())
    }

    /// A provider pays a vendor, and the dealers of its home their premium.
    pub(super) fn pay_vendor(
        &mut self,
        plan: &Blueprint,
        (provider, vendor): (ProviderId, VendorId),
        usd: f64,
    ) -> Result<(), ModelError> {
        self.pay_for_import(plan, (provider, vendor), self.accounts.vendors[vendor.at()], usd)
    }

    /// As `pay_vendor`, where another account receives what the goods cost.
    pub(super) fn pay_for_import(
        &mut self,
        plan: &Blueprint,
        (provider, vendor): (ProviderId, VendorId),
        payee: AccountId,
        usd: f64,
    ) -> Result<(), ModelError> {
        let payer = self.accounts.providers[provider.at()];
        self.ledger.pay(payer, payee, usd)?;
        self.observers.bought(plan, (provider, vendor), usd);
        let home = plan.providers[provider.at()].home;
        let premium = usd * self.import_premium(plan, provider, vendor);
        if premium > 0.0 {
            self.ledger.pay(payer, self.accounts.dealers[home.at()], premium)?;
            self.observers.premium_paid(home, premium);
        }
        Ok(())
    }

    /// Buyers pay the dealers what they owe for compute bought abroad since the last settlement.
    pub(super) fn settle_premiums(&mut self) -> Result<(), ModelError> {
        for n in 0..self.hard_currency.owed.len() {
            let owed = std::mem::take(&mut self.hard_currency.owed[n]);
            if owed > 0.0 {
                self.ledger.pay(self.accounts.buyers[n], self.accounts.dealers[n], owed)?;
                self.observers.premium_paid(NationId::new(n), owed);
            }
        }
        Ok(())
    }
}
