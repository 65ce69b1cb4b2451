//! The grey channel: what export control refuses is bought at a premium, and arrives or is seized.

use autarky_engine::rng::one_shot;
use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::{HardwareId, PoolId, VendorId};
use crate::mechanism::export_control::calendar_year;
use crate::mechanism::grey_channel::{nodes, price};
use crate::process::Process;
use crate::world::grey::GreyShipment;
use crate::world::supply::Order;
use crate::world::{Ctx, ModelError, World};

/// Whether a pool buys through the grey channel.
fn is_open(plan: &Blueprint, pool: PoolId) -> bool {
    let provider = plan.pools[pool.at()].provider.at();
    plan.grey.volume > 0.0 && plan.providers[provider].parameters.grey
}

impl World {
    /// What a pool that finds no vendor free to deliver would buy, if it uses the grey channel.
    pub(super) fn grey_model(&self, plan: &Blueprint, pool: PoolId) -> Option<HardwareId> {
        if !is_open(plan, pool) {
            return None;
        }
        let provider = plan.pools[pool.at()].provider;
        let payable = |v: &VendorId| !self.waits_for_currency(plan, provider, *v);
        let best = |v| Some(v).filter(payable).and_then(|v| self.best_model(plan, pool, v));
        let models: Vec<_> = (0..plan.vendors.len()).map(VendorId::new).map(best).collect();
        self.choose_among(plan, pool, &models)
    }

    /// Nodes of an order that export control refused are bought through the grey channel, as far as its volume goes. They are paid in advance.
    ///
    /// # Errors
    /// When the ledger or the calendar refuses.
    pub(super) fn buy_grey(
        &mut self,
        plan: &Blueprint,
        order: &Order,
        refused: u32,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let provider = plan.pools[order.pool.at()].provider;
        if !is_open(plan, order.pool) || self.waits_for_currency(plan, provider, order.vendor) {
            return Ok(());
        }
        let (pool, day) = (&plan.pools[order.pool.at()], ctx.now().as_days());
        let year = calendar_year(plan.timing.start_day + day);
        let bought = &mut self.grey.bought[pool.zone.at()];
        if bought.0 != year {
            *bought = (year, 0.0);
        }
        let node = order.node_compute(plan);
        let nodes = nodes(plan.grey.volume, bought.1, node, refused);
        if nodes == 0 {
            return Ok(());
        }
        bought.1 += f64::from(nodes) * node;
        let cost = price(self.cost_of_nodes(plan, order, nodes, day), plan.grey.premium);
        self.pay_for_import(plan, (provider, order.vendor), self.accounts.grey, cost)?;
        let premium = self.import_premium(plan, provider, order.vendor);
        let paid = cost * (1.0 + premium);
        let order =
            Order { nodes, credit: 0.0, licensed: false, counted: false, grey: true, ..*order };
        self.count_order(plan, &order, f64::from(nodes));
        let number = self.grey.purchases[order.pool.at()];
        self.grey.purchases[order.pool.at()] += 1;
        let slot = self.grey.shipments.insert(GreyShipment { order, paid, number });
        let delay = SimDuration::from_days_f64(plan.grey.delay)?;
        ctx.schedule_in(delay, phase::NODES, Event::GreyArrives(slot))?;
        Ok(())
    }

    pub(super) fn grey_arrives(
        &mut self,
        plan: &Blueprint,
        slot: u32,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let Some(GreyShipment { order, paid, number }) = self.grey.shipments.take(slot) else {
            return Ok(());
        };
        self.count_order(plan, &order, -f64::from(order.nodes));
        let pool = &plan.pools[order.pool.at()];
        let compute = f64::from(order.nodes) * order.node_compute(plan);
        let key = self.stream_key(Process::GreySeizure, pool.key);
        if one_shot(key, number) < plan.grey.seizure {
            self.grey.seized[pool.zone.at()] += compute;
            self.note_charge(plan, order.pool, paid);
            return Ok(());
        }
        self.grey.arrived[pool.zone.at()] += compute;
        let waited = ctx.now().as_days() - order.placed.as_days();
        self.observers.delivered(pool.zone, waited, compute);
        self.observers.smuggled(pool.zone, compute);
        self.hand_out(plan, (&order, order.nodes, paid), ctx)
    }
}
