//! Standing licences are applied for and decided.

use autarky_engine::rng::one_shot;
use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::entity::controller::Regime;
use crate::event::{Event, phase};
use crate::id::NationId;
use crate::mechanism::export_control::Terms;
use crate::process::Process;
use crate::world::licence::{Party, Standing};
use crate::world::{Ctx, ModelError, World};

impl World {
    /// The terms of a party's scope towards a nation have changed: an old licence is void, and a new one is applied for where one is needed.
    pub(super) fn renew_licence(
        &mut self,
        plan: &Blueprint,
        (party, nation): (Party, NationId),
        terms: Terms,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let slot = party.slot(plan, nation);
        if let Standing::Pending(handle) = self.licences[slot].state {
            ctx.cancel(handle);
        }
        self.licences[slot].state = Standing::Free;
        if terms.regime == Regime::Licence {
            let (account, home) = match party {
                Party::Spares(vendor) | Party::Services(vendor) => {
                    (self.accounts.vendors[vendor.at()], plan.vendors[vendor.at()].home)
                }
                Party::Cloud(provider) => {
                    (self.accounts.providers[provider.at()], plan.providers[provider.at()].home)
                }
            };
            self.ledger.pay(account, self.accounts.services[home.at()], terms.licence_cost)?;
            let delay = SimDuration::from_days_f64(terms.licence_delay)?;
            let decided = Event::StandingLicenceDecided(slot as u32);
            let handle = ctx.schedule_in(delay, phase::RULES, decided)?;
            self.licences[slot].state = Standing::Pending(handle);
            self.licences[slot].times += 1;
        }
        self.follow_service(plan, party, nation, ctx);
        Ok(())
    }

    pub(in crate::handler) fn standing_licence_decided(
        &mut self,
        plan: &Blueprint,
        slot: u32,
        ctx: &mut Ctx<'_>,
    ) {
        let slot = slot as usize;
        let nation = NationId::new(slot % plan.nations.len());
        let Some(party) = Party::all(plan).nth(slot / plan.nations.len()) else { return };
        let Some(controller) = party.controller(plan) else { return };
        let terms = *self.regime(plan, controller.at(), nation).of(party.scope());
        let key = self.stream_key(Process::StandingLicence, party.key(plan, nation));
        let draw = one_shot(key, self.licences[slot].times);
        let granted = draw < terms.licence_approval;
        self.licences[slot].state = if granted { Standing::Granted } else { Standing::Denied };
        self.market.tastes_changed = true;
        self.follow_service(plan, party, nation, ctx);
    }

    /// Services erode or recover as they may pass or not.
    fn follow_service(&mut self, plan: &Blueprint, party: Party, nation: NationId, ctx: &Ctx<'_>) {
        if let Party::Services(vendor) = party {
            let cut = !self.passes(plan, party, nation)
                || self.service_is_withdrawn(plan, vendor, nation);
            self.set_service(plan, (vendor, nation), cut, ctx.now().as_days());
        }
    }
}
