//! What a vendor does with its orders: output, allocation, change to a new generation, shipment, delivery.

use autarky_engine::math;
use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::{HardwareId, OperatorId, OrderId, ShipmentId, VendorId};
use crate::mechanism::allocation::{OpenOrder, allocate};
use crate::mechanism::investment::split;
use crate::mechanism::token::reward::divide;
use crate::world::supply::{Order, Shipment};
use crate::world::{Ctx, ModelError, World};

impl World {
    pub(super) fn allocation(
        &mut self,
        plan: &Blueprint,
        vendor: VendorId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let terms = &plan.vendors[vendor.at()].parameters;
        let interval = SimDuration::from_days_f64(terms.allocation_interval)?;
        ctx.schedule_in(interval, phase::DECISIONS, Event::Allocation(vendor))?;
        let day = ctx.now().as_days();
        let rate = self.daily_output(plan, vendor, day);
        let chain = self.take_chain_factor(plan, vendor, day);
        let state = &mut self.vendors[vendor.at()];
        let sigma = terms.output_volatility;
        let noise = math::exp(sigma * state.output.normal() - 0.5 * sigma * sigma);
        let made = rate * terms.allocation_interval * noise * chain;
        let available = state.stock + made;
        let backlog = std::mem::take(&mut state.backlog);
        let past = std::mem::take(&mut state.past_sales);
        let mut open: Vec<OpenOrder> =
            backlog.iter().map(|id| self.open_order(plan, *id)).collect();
        let mut granted = Vec::new();
        let left = allocate(terms.allocation, available, &mut open, &past, &mut granted);
        let state = &mut self.vendors[vendor.at()];
        state.past_sales = past;
        state.stock = left.min(rate * terms.stock_limit);
        state.books.made += made;
        state.books.idle += left - state.stock;
        self.remember_sales(plan, vendor, &open, &granted);
        self.ship_all(plan, vendor, (backlog, &open, &granted), ctx)
    }

    /// Sends what was granted; orders that are not served in full stay in the backlog.
    fn ship_all(
        &mut self,
        plan: &Blueprint,
        vendor: VendorId,
        (backlog, open, granted): (Vec<OrderId>, &[OpenOrder], &[u32]),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let delay = SimDuration::from_days_f64(plan.vendors[vendor.at()].parameters.delivery_time)?;
        for ((id, open), &nodes) in backlog.into_iter().zip(open).zip(granted) {
            self.ship(id, (nodes, open.credit), delay, ctx)?;
            let state = &mut self.vendors[vendor.at()];
            state.books.shipped += f64::from(nodes) * open.node_size;
            match self.orders.get(id.0) {
                Some(order) if order.nodes > 0 => state.backlog.push(id),
                _ => {
                    // A rest of rounding.
                    state.stock += open.credit * open.node_size;
                    self.orders.take(id.0);
                }
            }
        }
        Ok(())
    }

    /// Past sales by pool fade with the vendor's memory; what was granted today is added.
    fn remember_sales(
        &mut self,
        plan: &Blueprint,
        vendor: VendorId,
        open: &[OpenOrder],
        granted: &[u32],
    ) {
        let terms = &plan.vendors[vendor.at()].parameters;
        let fading = math::exp(-terms.allocation_interval / terms.sales_memory);
        let past = &mut self.vendors[vendor.at()].past_sales;
        for sales in past.iter_mut() {
            *sales *= fading;
        }
        for (open, &nodes) in open.iter().zip(granted) {
            past[open.buyer] += f64::from(nodes) * open.node_size;
        }
    }

    /// Counts the fleet at the start as what its pools bought in the past, by age.
    pub(crate) fn count_past_sales(&mut self, plan: &Blueprint) {
        for &id in &self.live {
            let cohort = &self.cohorts[id.at()];
            let vendor = plan.hardware[cohort.hardware.at()].vendor;
            let memory = plan.vendors[vendor.at()].parameters.sales_memory;
            let compute = f64::from(cohort.nodes) * cohort.node_compute(plan);
            let pool = self.sites[cohort.site.at()].pool;
            self.vendors[vendor.at()].past_sales[pool.at()] +=
                compute * math::exp(cohort.vintage / memory);
        }
    }

    /// A model goes on sale. Open orders of its vendor change to it where it gives more compute for the money: nobody takes delivery of
    /// the old generation after the new one is out.
    pub(super) fn hardware_released(&mut self, plan: &Blueprint, model: HardwareId, day: f64) {
        self.roll_caps(plan, day);
        self.released[model.at()] = day;
        self.price_hardware(plan, day);
        let vendor = plan.hardware[model.at()].vendor;
        let waiting: Vec<OrderId> = self.vendors[vendor.at()].waiting().collect();
        for id in waiting {
            let Some(order) = self.orders.get(id.0).copied() else { continue };
            if self.orderable(plan, order.pool, vendor) == Some(model) {
                self.change_model(plan, (id, order), model);
            }
        }
    }

    /// An order changes to another model: it keeps its compute, its place and the compute set aside for it, as far as that still fits.
    fn change_model(&mut self, plan: &Blueprint, (id, order): (OrderId, Order), model: HardwareId) {
        let old = order.node_compute(plan);
        // The size of a node in H100e stays about the same where nodes are aggregates.
        let servers = match plan.pools[order.pool.at()].aggregate_nodes {
            Some(nodes) => plan.servers_per_node(order.pool, model, nodes * old),
            None => 1,
        };
        let new = f64::from(servers) * plan.server_compute(model);
        let nodes = (f64::from(order.nodes) * old / new).round().clamp(1.0, f64::from(u32::MAX));
        let held = order.credit * old;
        let kept = held.min(nodes * new);
        self.count_order(plan, &order, -f64::from(order.nodes));
        let changed =
            Order { hardware: model, nodes: nodes as u32, servers, credit: kept / new, ..order };
        self.count_order(plan, &changed, nodes);
        self.vendors[order.vendor.at()].stock += held - kept;
        if let Some(slot) = self.orders.get_mut(id.0) {
            *slot = changed;
        }
    }

    fn open_order(&self, plan: &Blueprint, id: OrderId) -> OpenOrder {
        let none = OpenOrder { buyer: 0, nodes: 0, node_size: 1.0, credit: 0.0 };
        self.orders.get(id.0).map_or(none, |order| {
            let provider = plan.pools[order.pool.at()].provider;
            let waits = self.waits_for_currency(plan, provider, order.vendor);
            OpenOrder {
                buyer: order.pool.at(),
                // An order that cannot be paid keeps its place and what is set aside for it.
                nodes: if waits { 0 } else { order.nodes },
                node_size: order.node_compute(plan),
                credit: order.credit,
            }
        })
    }

    /// Sends `nodes` of an order, and keeps the fraction of a node that was set aside for it.
    fn ship(
        &mut self,
        id: OrderId,
        (nodes, credit): (u32, f64),
        delay: SimDuration,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let Some(order) = self.orders.get_mut(id.0) else { return Ok(()) };
        order.credit = credit;
        if nodes == 0 {
            return Ok(());
        }
        order.nodes -= nodes;
        let arrives = ctx.now().checked_add(delay)?;
        let shipment = Shipment { order: *order, nodes, arrives };
        let slot = ShipmentId(self.shipments.insert(shipment));
        ctx.schedule_in(delay, phase::NODES, Event::Delivery(slot))?;
        Ok(())
    }

    pub(super) fn delivery(
        &mut self,
        plan: &Blueprint,
        id: ShipmentId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let Some(Shipment { order, nodes, .. }) = self.shipments.take(id.0) else { return Ok(()) };
        let day = ctx.now().as_days();
        self.count_order(plan, &order, -f64::from(nodes));
        let cost = self.cost_of_nodes(plan, &order, nodes, day);
        let provider = plan.pools[order.pool.at()].provider;
        self.pay_vendor(plan, (provider, order.vendor), cost)?;
        let waited = day - order.placed.as_days();
        let servers = f64::from(nodes) * f64::from(order.servers);
        let accelerators = servers * plan.accelerators(order.hardware);
        self.observers.delivered(
            plan.pools[order.pool.at()].zone,
            waited,
            accelerators * plan.hardware[order.hardware.at()].parameters.compute,
        );
        let premium = self.import_premium(plan, provider, order.vendor);
        let subsidy = self.subsidise_hardware(plan, order.pool, cost)?;
        self.hand_out(plan, (&order, nodes, cost * (1.0 + premium) - subsidy), ctx)
    }

    /// What nodes of an order cost at their vendor on a day, USD.
    pub(super) fn cost_of_nodes(
        &self,
        plan: &Blueprint,
        order: &Order,
        nodes: u32,
        day: f64,
    ) -> f64 {
        let model = &plan.hardware[order.hardware.at()];
        let servers = f64::from(nodes) * f64::from(order.servers);
        servers
            * plan.accelerators(order.hardware)
            * model.price(day, self.released[order.hardware.at()].min(day))
            * model.parameters.system_factor
            * self.chip_factor(order.vendor)
    }

    /// Gives the nodes of a delivery, for which `cost` was paid, to the pool's operators by how far each falls short of its part of the capacity target, or in
    /// proportion to what each has ordered.
    pub(super) fn hand_out(
        &mut self,
        plan: &Blueprint,
        (order, nodes, cost): (&Order, u32, f64),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let (nodes, cost) = self.admit_to_facility(plan, (order, nodes, cost));
        if nodes == 0 {
            return Ok(());
        }
        let day = ctx.now().as_days();
        let target = self.capacity_target(plan, order.pool, day);
        let takes_part =
            |o: &OperatorId| self.operators[o.at()].member.as_ref().is_none_or(|m| m.active);
        let operators = self.pools[order.pool.at()].operators.iter().copied().filter(takes_part);
        let operators: Vec<OperatorId> = operators.collect();
        let lacks = |&o: &OperatorId| {
            if let Some(member) = &self.operators[o.at()].member {
                return member.due;
            }
            let waits = self.waiting_compute(plan, order.pool, o);
            let has = self.operator_compute(plan, o, day) + waits;
            self.operators[o.at()].weight * target - has
        };
        let short: Vec<f64> = operators.iter().map(lacks).collect();
        let (given, cost) = if plan.networks.of_pool[order.pool.at()].is_some() {
            let given = self.divide_delivery(plan, (order, nodes, cost), &short)?;
            let kept = f64::from(given.iter().sum::<u32>()) / f64::from(nodes);
            (given, cost * kept)
        } else {
            (split(nodes, order.node_compute(plan), &short), cost)
        };
        let mut received = Vec::new();
        for (operator, nodes) in operators.into_iter().zip(given).filter(|(_, nodes)| *nodes > 0) {
            received.push((operator, f64::from(nodes) * order.node_compute(plan)));
            self.install_delivered(plan, (operator, order, nodes), ctx)?;
        }
        self.charge_delivery(plan, (order.pool, cost), &received)
    }

    /// Divides what a network bought by what its operators have on order: one purchase for all, so that nobody's part comes first because it is the largest. What
    /// nobody waits for any more is sold second-hand.
    fn divide_delivery(
        &mut self,
        plan: &Blueprint,
        (order, nodes, cost): (&Order, u32, f64),
        due: &[f64],
    ) -> Result<Vec<u32>, ModelError> {
        let wanted = due.iter().sum::<f64>() / order.node_compute(plan);
        let kept = wanted.ceil().clamp(0.0, f64::from(nodes)) as u32;
        if kept < nodes {
            let rest = f64::from(nodes - kept) / f64::from(nodes);
            self.resell(plan, (order.pool, cost * rest))?;
        }
        let mut parts = Vec::new();
        let _ = divide(i128::from(kept), due, &mut parts);
        Ok(parts.into_iter().map(|part| part as u32).collect())
    }
}
