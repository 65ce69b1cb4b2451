//! Dated changes of export regimes.

use crate::blueprint::Blueprint;
use crate::entity::controller::{Regime, Scope};
use crate::id::{ControllerId, NationId, OrderId};
use crate::mechanism::export_control::Regimes;
use crate::world::World;

impl World {
    /// A dated event starts or ends: the regimes are those of the active events, the later in the list of dates over the earlier.
    pub(super) fn dated(&mut self, plan: &Blueprint, event: u32, active: bool) {
        self.dated_active[event as usize] = active;
        let controller = plan.dated[event as usize].controller;
        for &nation in &plan.dated[event as usize].destinations {
            self.regimes[controller.at() * plan.nations.len() + nation.at()] =
                self.regimes_in_force(plan, controller, nation);
            self.cancel_banned_orders(plan, controller, nation);
        }
        self.market.tastes_changed = true;
    }

    fn regimes_in_force(
        &self,
        plan: &Blueprint,
        controller: ControllerId,
        nation: NationId,
    ) -> Regimes {
        let mut active: Vec<_> = (0..plan.dated.len())
            .filter(|&e| self.dated_active[e])
            .map(|e| &plan.dated[e])
            .filter(|d| d.controller == controller && d.destinations.contains(&nation))
            .collect();
        active.sort_by_key(|d| d.at);
        let mut regimes = Regimes::OPEN;
        for dated in active {
            for &scope in &dated.scope {
                *regimes.of_mut(scope) = dated.terms;
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
            let caught = |id: &OrderId| {
                self.orders.get(id.0).is_some_and(|order| {
                    plan.pools[order.pool.at()].zone == nation
                        && plan.hardware[order.hardware.at()].parameters.tpp >= threshold
                })
            };
            let (cancelled, kept): (Vec<_>, Vec<_>) =
                self.vendors[v].backlog.iter().partition(|id| caught(id));
            self.vendors[v].backlog = kept;
            for id in cancelled {
                self.drop_order(plan, id);
            }
        }
    }
}
