//! Export regimes change: which terms hold towards whom, and what that does to orders already placed.

use crate::blueprint::{Blueprint, Effect};
use crate::id::{ControllerId, NationId};
use crate::mechanism::export_control::Regimes;
use crate::world::licence::Party;
use crate::world::{Ctx, ModelError, World};

impl World {
    /// The regimes of a controller towards the destinations of an event that took effect or ended.
    pub(super) fn change_regimes(
        &mut self,
        plan: &Blueprint,
        event: usize,
        controller: ControllerId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for &nation in &plan.events[event].destinations {
            let at = controller.at() * plan.nations.len() + nation.at();
            let old = self.regimes[at];
            let new = self.regimes_in_force(plan, controller, nation);
            self.regimes[at] = new;
            for party in Party::all(plan).filter(|p| p.controller(plan) == Some(controller)) {
                let terms = *new.of(party.scope());
                if terms != *old.of(party.scope()) {
                    self.renew_licence(plan, (party, nation), terms, ctx)?;
                }
            }
            if new.hardware != old.hardware {
                self.readmit_orders(plan, (controller, nation), ctx)?;
            }
        }
        Ok(())
    }

    /// What the events in force impose, the later over the earlier.
    fn regimes_in_force(
        &self,
        plan: &Blueprint,
        controller: ControllerId,
        nation: NationId,
    ) -> Regimes {
        let mut active: Vec<usize> =
            (0..plan.events.len()).filter(|&e| self.politics.active[e]).collect();
        active.sort_by_key(|&e| self.politics.since[e]);
        let mut regimes = Regimes::OPEN;
        for event in active.into_iter().map(|e| &plan.events[e]) {
            let Effect::Regime { controller: by, scope, terms } = &event.effect else { continue };
            if *by != controller || !event.destinations.contains(&nation) {
                continue;
            }
            for &scope in scope {
                *regimes.of_mut(scope) = *terms;
            }
        }
        regimes
    }
}
