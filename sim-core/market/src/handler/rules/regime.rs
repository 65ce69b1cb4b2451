//! Export regimes change: which terms hold towards whom, and what that does to orders already placed.

use crate::blueprint::{Blueprint, Effect};
use crate::entity::controller::{Regime, Scope};
use crate::id::{ControllerId, NationId, OrderId};
use crate::mechanism::export_control::Regimes;
use crate::world::World;

impl World {
    /// The regimes of a controller towards the destinations of an event that took effect or ended.
    pub(super) fn change_regimes(
        &mut self,
        plan: &Blueprint,
        event: usize,
        controller: ControllerId,
    ) {
        for &nation in &plan.events[event].destinations {
            self.regimes[controller.at() * plan.nations.len() + nation.at()] =
                self.regimes_in_force(plan, controller, nation);
            self.cancel_banned_orders(plan, controller, nation);
        }
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

    /// Orders that a ban catches in the backlog are cancelled; shipments under way arrive.
    fn cancel_banned_orders(
        &mut self,
        plan: &Blueprint,
        controller: ControllerId,
        nation: NationId,
    ) {
        if self.regime(plan, controller.at(), nation).of(Scope::Hardware).regime != Regime::Ban {
            return;
        }
        let threshold = plan.controllers[controller.at()].threshold;
        for (v, vendor) in plan.vendors.iter().enumerate() {
            if vendor.controller != Some(controller) {
                continue;
            }
            let caught = |id: OrderId| {
                self.orders.get(id.0).is_some_and(|order| {
                    plan.pools[order.pool.at()].zone == nation
                        && plan.hardware[order.hardware.at()].parameters.tpp >= threshold
                })
            };
            let cancelled = self.vendors[v].take_orders(caught);
            for id in cancelled {
                self.drop_order(plan, id);
            }
        }
    }
}
