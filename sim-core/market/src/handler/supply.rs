//! Capacity reviews, orders, licences, allocation and delivery.

use autarky_engine::math;
use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::entity::controller::{Regime, Scope};
use crate::entity::provider::{CapacityTarget, ProviderKind};
use crate::event::{Event, phase};
use crate::id::{HardwareId, OperatorId, OrderId, PoolId, ShipmentId, SiteId, VendorId};
use crate::mechanism::allocation::{OpenOrder, allocate};
use crate::mechanism::export_control::{Terms, Verdict, verdict};
use crate::mechanism::investment::{Position, choose_vendor, order_quantity};
use crate::world::fleet::Installation;
use crate::world::supply::{Order, Shipment};
use crate::world::{Cohort, Ctx, ModelError, World};

/// Operators that may receive nodes from one review, so that a small order is not scattered over all of them.
const ORDERS_PER_REVIEW: usize = 4;

impl World {
    pub(super) fn review(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        ctx.schedule_in(
            SimDuration::from_days_f64(provider.review_interval)?,
            phase::DECISIONS,
            Event::Review(pool),
        )?;
        self.restock(plan, pool, ctx)?;
        let day = ctx.now().as_days();
        self.roll_caps(day);
        let target = self.capacity_target(plan, pool, day);
        let position = Position {
            surviving: self.surviving(plan, pool, day + provider.planning_horizon),
            on_order: self.pools[pool.at()].pipeline(),
        };
        let quantity = order_quantity(target, position, provider.order_trigger);
        if quantity <= 0.0 {
            return Ok(());
        }
        let Some(model) = self.choose_model(plan, pool) else { return Ok(()) };
        self.order_nodes(plan, pool, (model, quantity, target), ctx)
    }

    /// Brings stock and orders of spare parts up to the wanted share of the nodes of each vendor.
    fn restock(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let share = plan.providers[plan.pools[pool.at()].provider.at()].parameters.spares;
        for v in 0..plan.vendors.len() {
            let nodes = self.nodes_by_vendor(plan, pool, VendorId::new(v));
            let parts = &self.pools[pool.at()].parts[v];
            let wanted =
                (share * nodes as f64).round() as i64 + i64::from(parts.waiting.len() as u32);
            let missing = wanted - i64::from(parts.stock) - i64::from(parts.on_order);
            if missing > 0 {
                self.order_parts(plan, (pool, VendorId::new(v)), missing as u32, ctx)?;
            }
        }
        Ok(())
    }

    /// Nodes of a pool whose hardware comes from a vendor.
    #[must_use]
    pub fn nodes_by_vendor(&self, plan: &Blueprint, pool: PoolId, vendor: VendorId) -> i64 {
        let sites =
            plan.pools[pool.at()].operators.clone().flat_map(|o| plan.operators[o].sites.clone());
        let of_vendor = |c: &&Cohort| plan.hardware[c.hardware.at()].vendor == vendor;
        let cohorts = sites.flat_map(|s| &self.at_site[s]).map(|id| &self.cohorts[id.at()]);
        cohorts.filter(of_vendor).map(|c| i64::from(c.nodes)).sum()
    }

    /// S of the pool's (s, S) rule, H100e: what the portfolio wants, or the offered load, at the planning horizon and target utilisation.
    fn capacity_target(&self, plan: &Blueprint, pool: PoolId, day: f64) -> f64 {
        let terms = &plan.pools[pool.at()];
        let provider = &plan.providers[terms.provider.at()].parameters;
        let (now, then) = (day / 365.25, (day + provider.planning_horizon) / 365.25);
        let expected = match provider.capacity_target {
            CapacityTarget::Portfolio => {
                let nation = &plan.nations[terms.zone.at()];
                let share = match provider.kind {
                    ProviderKind::DataCentre => nation.parameters.portfolio_data_centre,
                    ProviderKind::Network => nation.parameters.portfolio_network,
                    ProviderKind::Cloud => nation.parameters.portfolio_cloud,
                };
                nation.demand
                    * plan.demand.growth(then)
                    * nation.parameters.coverage
                    * share
                    * terms.portfolio_part
            }
            CapacityTarget::OfferedLoad => {
                self.pools[pool.at()].load * plan.demand.growth(then) / plan.demand.growth(now)
            }
        };
        expected / provider.target_utilisation
    }

    /// Installed compute of a pool that will still be in life on a day, H100e.
    fn surviving(&self, plan: &Blueprint, pool: PoolId, day: f64) -> f64 {
        let mut total = 0.0;
        for operator in plan.pools[pool.at()].operators.clone() {
            total += self.operator_compute(plan, OperatorId::new(operator), day);
        }
        total
    }

    fn operator_compute(&self, plan: &Blueprint, operator: OperatorId, day: f64) -> f64 {
        let owner = &plan.operators[operator.at()];
        let mut total = 0.0;
        for id in owner.sites.clone().flat_map(|site| &self.at_site[site]) {
            let cohort = &self.cohorts[id.at()];
            let life = plan.hardware[cohort.hardware.at()].parameters.life * 365.25;
            if cohort.vintage + life > day {
                total += f64::from(cohort.nodes) * cohort.node_compute(plan);
            }
        }
        total
    }

    /// The model on sale with the lowest capital cost that a pool may buy from a vendor.
    #[must_use]
    pub fn best_model(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        vendor: VendorId,
    ) -> Option<HardwareId> {
        self.cheapest_of(plan, pool, vendor, |_| true)
    }

    /// The best model of a vendor that may be ordered for a pool today under the regimes in force.
    fn orderable(&self, plan: &Blueprint, pool: PoolId, vendor: VendorId) -> Option<HardwareId> {
        let node = |h| plan.server_compute(h);
        let may = |h| self.verdict(plan, pool, h, node(h)) != Verdict::Refused;
        self.cheapest_of(plan, pool, vendor, may)
    }

    fn cheapest_of(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        vendor: VendorId,
        may: impl Fn(HardwareId) -> bool,
    ) -> Option<HardwareId> {
        let mut best: Option<HardwareId> = None;
        for &h in &plan.pools[pool.at()].hardware {
            let cost = self.capital[h.at()];
            let better = best.is_none_or(|b| cost < self.capital[b.at()]);
            let sold = plan.hardware[h.at()].vendor == vendor && cost.is_finite();
            if sold && better && may(h) {
                best = Some(h);
            }
        }
        best
    }

    fn choose_model(&self, plan: &Blueprint, pool: PoolId) -> Option<HardwareId> {
        let vendors = 0..plan.vendors.len();
        let models: Vec<_> =
            vendors.clone().map(|v| self.orderable(plan, pool, VendorId::new(v))).collect();
        let allowed: Vec<bool> = models.iter().map(Option::is_some).collect();
        let compute = &self.market.server_compute;
        let first = plan.group(pool, 0).at() * plan.hardware.len();
        let mut fleet = self.pools[pool.at()].on_order.clone();
        for (i, &n) in self.installed[first..first + crate::blueprint::LEVELS * compute.len()]
            .iter()
            .enumerate()
        {
            let model = i % compute.len();
            fleet[plan.hardware[model].vendor.at()] += n as f64 * compute[model];
        }
        choose_vendor(&fleet, &plan.pools[pool.at()].vendor_mix, &allowed).and_then(|v| models[v])
    }

    fn verdict(&self, plan: &Blueprint, pool: PoolId, model: HardwareId, compute: f64) -> Verdict {
        let vendor = &plan.vendors[plan.hardware[model.at()].vendor.at()];
        let Some(controller) = vendor.controller else { return Verdict::Placed(compute) };
        let zone = plan.pools[pool.at()].zone;
        let terms: &Terms = self.regime(plan, controller.at(), zone).of(Scope::Hardware);
        let received = self.capped[controller.at() * plan.nations.len() + zone.at()].1;
        let hardware = &plan.hardware[model.at()].parameters;
        verdict(terms, plan.controllers[controller.at()].threshold, hardware.tpp, compute, received)
    }

    /// Splits an order over the operators that fall furthest short of their share of the target.
    fn order_nodes(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        (model, quantity, target): (HardwareId, f64, f64),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let servers = plan.servers_per_node(pool, model, target);
        let compute = f64::from(servers) * plan.server_compute(model);
        let mut left = (quantity / compute).round().max(1.0);
        let mut short: Vec<(f64, usize)> = plan.pools[pool.at()]
            .operators
            .clone()
            .map(|o| {
                let id = OperatorId::new(o);
                let has =
                    self.operator_compute(plan, id, ctx.now().as_days()) + self.operator_orders[o];
                (plan.operators[o].weight * target - has, o)
            })
            .collect();
        short.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for &(shortfall, operator) in short.iter().take(ORDERS_PER_REVIEW) {
            let nodes = (shortfall / compute).round().clamp(1.0, left);
            let order = Order {
                pool,
                operator: OperatorId::new(operator),
                hardware: model,
                vendor: plan.hardware[model.at()].vendor,
                nodes: nodes.min(f64::from(u32::MAX)) as u32,
                servers,
                placed: ctx.now(),
                credit: 0.0,
            };
            self.place(plan, order, ctx)?;
            left -= nodes;
            if left < 1.0 {
                break;
            }
        }
        Ok(())
    }

    fn place(
        &mut self,
        plan: &Blueprint,
        mut order: Order,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let node = order.node_compute(plan);
        let zone = plan.pools[order.pool.at()].zone;
        let controller = plan.vendors[order.vendor.at()].controller;
        let capped = self.is_capped(plan, &order);
        match self.verdict(plan, order.pool, order.hardware, f64::from(order.nodes) * node) {
            Verdict::Refused => Ok(()),
            Verdict::Placed(compute) => {
                order.nodes = (compute / node + 1e-9).floor().min(f64::from(order.nodes)) as u32;
                if let (Some(controller), true) = (controller, capped) {
                    self.capped[controller.at() * plan.nations.len() + zone.at()].1 +=
                        f64::from(order.nodes) * node;
                }
                if order.nodes > 0 {
                    let id = self.book(plan, order);
                    self.vendors[order.vendor.at()].backlog.push(id);
                }
                Ok(())
            }
            Verdict::Licence(delay) => {
                let provider = plan.pools[order.pool.at()].provider.at();
                let terms =
                    controller.map_or(Terms::OPEN, |c| self.regime(plan, c.at(), zone).hardware);
                self.ledger.pay(
                    self.accounts.providers[provider],
                    self.accounts.services[zone.at()],
                    terms.licence_cost,
                )?;
                let id = self.book(plan, order);
                ctx.schedule_in(
                    SimDuration::from_days_f64(delay)?,
                    phase::DECISIONS,
                    Event::LicenceDecided(id),
                )?;
                Ok(())
            }
        }
    }

    /// Whether an order counts towards a cap: a cap is in force, the hardware is controlled, and the order is too large to be exempt.
    fn is_capped(&self, plan: &Blueprint, order: &Order) -> bool {
        let Some(controller) = plan.vendors[order.vendor.at()].controller else { return false };
        let zone = plan.pools[order.pool.at()].zone;
        let terms = self.regime(plan, controller.at(), zone).of(Scope::Hardware);
        terms.regime == Regime::Cap
            && plan.hardware[order.hardware.at()].parameters.tpp
                >= plan.controllers[controller.at()].threshold
            && f64::from(order.nodes) * order.node_compute(plan) > terms.small_order
    }

    /// Opens the books of a new year under caps.
    fn roll_caps(&mut self, day: f64) {
        let year = (day / 365.25) as u32;
        for capped in self.capped.iter_mut().filter(|capped| capped.0 != year) {
            *capped = (year, 0.0);
        }
    }

    fn book(&mut self, plan: &Blueprint, order: Order) -> OrderId {
        self.count_order(plan, &order, f64::from(order.nodes));
        OrderId(self.orders.insert(order))
    }

    /// Adds nodes of an order to what its pool and operator have under way (negative: takes them off).
    fn count_order(&mut self, plan: &Blueprint, order: &Order, nodes: f64) {
        let compute = nodes * order.node_compute(plan);
        let pool = &mut self.pools[order.pool.at()].on_order[order.vendor.at()];
        // Sums of floats may leave a rest below zero when the last order is taken off.
        *pool = (*pool + compute).max(0.0);
        let operator = &mut self.operator_orders[order.operator.at()];
        *operator = (*operator + compute).max(0.0);
    }

    /// Cancels an order that is in no backlog any more.
    pub(super) fn drop_order(&mut self, plan: &Blueprint, id: OrderId) {
        if let Some(order) = self.orders.take(id.0) {
            self.count_order(plan, &order, -f64::from(order.nodes));
        }
    }

    pub(super) fn licence_decided(&mut self, plan: &Blueprint, id: OrderId) {
        let Some(order) = self.orders.get(id.0).copied() else { return };
        let zone = plan.pools[order.pool.at()].zone;
        let Some(controller) = plan.vendors[order.vendor.at()].controller else { return };
        let terms = self.regime(plan, controller.at(), zone).hardware;
        let draw = self.licences[controller.at() * plan.nations.len() + zone.at()].uniform();
        let banned = self.verdict(plan, order.pool, order.hardware, order.node_compute(plan))
            == Verdict::Refused;
        if draw < terms.licence_approval && !banned {
            self.vendors[order.vendor.at()].backlog.push(id);
        } else {
            self.drop_order(plan, id);
        }
    }

    pub(super) fn allocation(
        &mut self,
        plan: &Blueprint,
        vendor: VendorId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let terms = &plan.vendors[vendor.at()].parameters;
        let interval = SimDuration::from_days_f64(terms.allocation_interval)?;
        ctx.schedule_in(interval, phase::DECISIONS, Event::Allocation(vendor))?;
        let years = ctx.now().as_days() / 365.25;
        let rate = terms.output * math::exp(terms.output_growth * years) / 365.25;
        let state = &mut self.vendors[vendor.at()];
        let sigma = terms.output_volatility;
        let noise = math::exp(sigma * state.output.normal() - 0.5 * sigma * sigma);
        let available = state.stock + rate * terms.allocation_interval * noise;
        let backlog = std::mem::take(&mut state.backlog);
        let mut open: Vec<OpenOrder> =
            backlog.iter().map(|id| self.open_order(plan, *id)).collect();
        let mut granted = Vec::new();
        let left = allocate(terms.allocation, available, &mut open, &mut granted, &mut Vec::new());
        self.vendors[vendor.at()].stock = left.min(rate * terms.stock_limit);
        let delay = SimDuration::from_days_f64(terms.delivery_time)?;
        for ((id, open), nodes) in backlog.into_iter().zip(open).zip(granted) {
            self.ship(id, (nodes, open.credit), delay, ctx)?;
            match self.orders.get(id.0) {
                Some(order) if order.nodes > 0 => self.vendors[vendor.at()].backlog.push(id),
                _ => {
                    self.orders.take(id.0);
                }
            }
        }
        Ok(())
    }

    /// A model goes on sale. Open orders of its vendor change to it where it gives more compute for the money: nobody takes delivery of
    /// the old generation after the new one is out.
    pub(super) fn hardware_released(&mut self, plan: &Blueprint, model: HardwareId, day: f64) {
        self.released[model.at()] = day;
        self.price_hardware(plan, day);
        let vendor = plan.hardware[model.at()].vendor;
        for at in 0..self.vendors[vendor.at()].backlog.len() {
            let id = self.vendors[vendor.at()].backlog[at];
            let Some(order) = self.orders.get(id.0).copied() else { continue };
            if self.orderable(plan, order.pool, vendor) != Some(model) {
                continue;
            }
            // The size of a node in H100e stays about the same where nodes are aggregates.
            let servers = match plan.pools[order.pool.at()].aggregate_nodes {
                Some(nodes) => {
                    plan.servers_per_node(order.pool, model, nodes * order.node_compute(plan))
                }
                None => 1,
            };
            let new = f64::from(servers) * plan.server_compute(model);
            let compute = (f64::from(order.nodes) - order.credit) * order.node_compute(plan);
            let nodes = (compute / new).round().max(1.0).min(f64::from(u32::MAX));
            self.count_order(plan, &order, -f64::from(order.nodes));
            let changed =
                Order { hardware: model, nodes: nodes as u32, servers, credit: 0.0, ..order };
            self.count_order(plan, &changed, nodes);
            if let Some(slot) = self.orders.get_mut(id.0) {
                *slot = changed;
            }
        }
    }

    fn open_order(&self, plan: &Blueprint, id: OrderId) -> OpenOrder {
        self.orders.get(id.0).map_or(OpenOrder { nodes: 0, node_size: 1.0, credit: 0.0 }, |order| {
            OpenOrder {
                nodes: order.nodes,
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
        let model = &plan.hardware[order.hardware.at()];
        let servers = f64::from(nodes) * f64::from(order.servers);
        let accelerators = servers * plan.accelerators(order.hardware);
        let cost = accelerators
            * model.price(day, self.released[order.hardware.at()].min(day))
            * model.parameters.system_factor
            * self.chip_factor(order.vendor);
        let provider = plan.pools[order.pool.at()].provider;
        self.ledger.pay(
            self.accounts.providers[provider.at()],
            self.accounts.vendors[order.vendor.at()],
            cost,
        )?;
        let waited = day - order.placed.as_days();
        self.observers.delivered(
            plan.pools[order.pool.at()].zone,
            waited,
            accelerators * model.parameters.compute,
        );
        let nodes_at = |site: &usize| {
            self.at_site[*site].iter().map(|c| self.cohorts[c.at()].nodes).sum::<u32>()
        };
        let sites = plan.operators[order.operator.at()].sites.clone();
        let site = sites.min_by_key(nodes_at).unwrap_or_default();
        self.install(
            plan,
            Installation {
                site: SiteId::new(site),
                hardware: order.hardware,
                nodes,
                servers: order.servers,
                vintage: day,
            },
            ctx,
        )
    }
}
