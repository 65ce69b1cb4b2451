//! Orders for hardware under export control: what goes to the vendor, what waits for a licence, what is refused.

use autarky_engine::rng::one_shot;
use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::entity::controller::Regime;
use crate::event::{Event, phase};
use crate::id::{ControllerId, HardwareId, NationId, OrderId, PoolId};
use crate::mechanism::export_control::{Terms, Verdict, calendar_year, verdict};
use crate::process::Process;
use crate::world::supply::Order;
use crate::world::{Ctx, ModelError, World};

impl World {
    /// What the regime in force says to an order of `compute` H100e.
    pub(in crate::handler) fn verdict(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        model: HardwareId,
        compute: f64,
    ) -> Verdict {
        let vendor = &plan.vendors[plan.hardware[model.at()].vendor.at()];
        let zone = plan.pools[pool.at()].zone;
        if self.supply_is_withdrawn(plan, plan.hardware[model.at()].vendor, zone) {
            return Verdict::Refused;
        }
        let Some(controller) = vendor.controller else { return Verdict::Placed(compute) };
        let terms = &self.regime(plan, controller.at(), zone).hardware;
        let received = self.capped[controller.at() * plan.nations.len() + zone.at()].1;
        let hardware = &plan.hardware[model.at()].parameters;
        verdict(terms, plan.controllers[controller.at()].threshold, hardware.tpp, compute, received)
    }

    fn terms_of(&self, plan: &Blueprint, order: &Order) -> Terms {
        let controller = plan.vendors[order.vendor.at()].controller;
        let zone = plan.pools[order.pool.at()].zone;
        controller.map_or(Terms::OPEN, |c| self.regime(plan, c.at(), zone).hardware)
    }

    /// Takes a booked order through the regime in force; true if it may stand in the vendor's backlog.
    ///
    /// # Errors
    /// When the calendar or the ledger refuses an application for a licence.
    pub(in crate::handler) fn admit(
        &mut self,
        plan: &Blueprint,
        id: OrderId,
        ctx: &mut Ctx<'_>,
    ) -> Result<bool, ModelError> {
        let Some(order) = self.orders.get(id.0).copied() else { return Ok(false) };
        let terms = self.terms_of(plan, &order);
        if order.counted && terms.regime == Regime::Cap {
            return Ok(true);
        }
        let compute = f64::from(order.nodes) * order.node_compute(plan);
        match self.verdict(plan, order.pool, order.hardware, compute) {
            Verdict::Placed(admitted) => self.trim(plan, id, admitted, ctx),
            Verdict::Licence(_) if order.licensed => Ok(true),
            Verdict::Licence(delay) => {
                let (pool, delay) =
                    (&plan.pools[order.pool.at()], SimDuration::from_days_f64(delay)?);
                self.ledger.pay(
                    self.accounts.providers[pool.provider.at()],
                    self.accounts.services[pool.zone.at()],
                    terms.licence_cost,
                )?;
                self.note_charge(plan, order.pool, terms.licence_cost);
                ctx.schedule_in(delay, phase::DECISIONS, Event::LicenceDecided(id))?;
                Ok(false)
            }
            Verdict::Refused => {
                self.refuse(plan, id, ctx)?;
                Ok(false)
            }
        }
    }

    /// Cuts a booked order down to what is admitted, and counts it under a cap; false if nothing is left.
    fn trim(
        &mut self,
        plan: &Blueprint,
        id: OrderId,
        admitted: f64,
        ctx: &mut Ctx<'_>,
    ) -> Result<bool, ModelError> {
        let Some(order) = self.orders.get(id.0).copied() else { return Ok(false) };
        let node = order.node_compute(plan);
        let asked = f64::from(order.nodes);
        let kept = if admitted >= asked * node { asked } else { (admitted / node + 1e-9).floor() };
        if kept < 1.0 {
            self.refuse(plan, id, ctx)?;
            return Ok(false);
        }
        if kept < asked {
            self.count_order(plan, &order, kept - asked);
        }
        let capped = self.is_capped(plan, &order);
        // Output set aside beyond what is left of the order goes back to stock.
        let credit = if order.credit > kept { kept } else { order.credit };
        self.vendors[order.vendor.at()].stock += (order.credit - credit) * node;
        if let Some(slot) = self.orders.get_mut(id.0) {
            (slot.nodes, slot.credit) = (kept as u32, credit);
            slot.counted = order.counted || capped;
        }
        if let (Some(controller), true) = (plan.vendors[order.vendor.at()].controller, capped) {
            let zone = plan.pools[order.pool.at()].zone;
            self.capped[controller.at() * plan.nations.len() + zone.at()].1 += kept * node;
        }
        self.buy_grey(plan, &order, (asked - kept) as u32, ctx)?;
        Ok(true)
    }

    /// Drops an order that export control refuses; its pool may turn to the grey channel.
    fn refuse(
        &mut self,
        plan: &Blueprint,
        id: OrderId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let Some(order) = self.orders.get(id.0).copied() else { return Ok(()) };
        self.drop_order(plan, id);
        self.buy_grey(plan, &order, order.nodes, ctx)
    }

    /// Whether an order counts towards a cap: a cap is in force, the hardware is controlled, and the order is too large to be exempt.
    fn is_capped(&self, plan: &Blueprint, order: &Order) -> bool {
        let terms = self.terms_of(plan, order);
        terms.regime == Regime::Cap
            && plan.hardware[order.hardware.at()].controlled
            && f64::from(order.nodes) * order.node_compute(plan) > terms.small_order
    }

    /// Opens the books of a new calendar year under caps.
    pub(in crate::handler) fn roll_caps(&mut self, plan: &Blueprint, day: f64) {
        let year = calendar_year(plan.timing.start_day + day);
        for capped in self.capped.iter_mut().filter(|capped| capped.0 != year) {
            *capped = (year, 0.0);
        }
    }

    /// An application is decided under the terms then in force. Where no licence is needed any more, these decide alone.
    pub(in crate::handler) fn licence_decided(
        &mut self,
        plan: &Blueprint,
        id: OrderId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.roll_caps(plan, ctx.now().as_days());
        let Some(order) = self.orders.get(id.0).copied() else { return Ok(()) };
        let terms = self.terms_of(plan, &order);
        if terms.regime == Regime::Licence {
            let key = self.stream_key(Process::Licence, plan.pools[order.pool.at()].key);
            if one_shot(key, order.number) >= terms.licence_approval {
                return self.refuse(plan, id, ctx);
            }
            if let Some(slot) = self.orders.get_mut(id.0) {
                slot.licensed = true;
            }
        }
        if self.admit(plan, id, ctx)? {
            self.enqueue(plan, id);
        }
        Ok(())
    }

    /// Orders that wait at vendors meet new terms for hardware: a ban cancels them, a cap counts and trims them, a licence is applied for.
    /// Shipments under way arrive.
    pub(super) fn readmit_orders(
        &mut self,
        plan: &Blueprint,
        (controller, nation): (ControllerId, NationId),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.roll_caps(plan, ctx.now().as_days());
        for (v, vendor) in plan.vendors.iter().enumerate() {
            if vendor.controller != Some(controller) {
                continue;
            }
            let backlog = std::mem::take(&mut self.vendors[v].backlog);
            self.vendors[v].backlog = self.readmitted(plan, backlog, nation, ctx)?;
            let below_lot = std::mem::take(&mut self.vendors[v].below_lot);
            self.vendors[v].below_lot = self.readmitted(plan, below_lot, nation, ctx)?;
        }
        Ok(())
    }

    /// The orders of a queue that may stay in it.
    fn readmitted(
        &mut self,
        plan: &Blueprint,
        queue: Vec<OrderId>,
        nation: NationId,
        ctx: &mut Ctx<'_>,
    ) -> Result<Vec<OrderId>, ModelError> {
        let mut kept = Vec::with_capacity(queue.len());
        for id in queue {
            let concerns = self.orders.get(id.0).is_some_and(|order| {
                plan.pools[order.pool.at()].zone == nation
                    && plan.hardware[order.hardware.at()].controlled
            });
            if !concerns || self.admit(plan, id, ctx)? {
                kept.push(id);
            }
        }
        Ok(kept)
    }
}
