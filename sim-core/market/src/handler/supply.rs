//! Capacity reviews, spare parts, orders. What export control says to an order is in `rules/admission.rs`, what vendors do with it in `vendor.rs`.

use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::entity::provider::CapacityTarget;
use crate::event::{Event, phase};
use crate::id::{HardwareId, NationId, OperatorId, OrderId, PoolId, ShelfId, VendorId};
use crate::mechanism::export_control::Verdict;
use crate::mechanism::investment::{Position, choose_vendor, order_quantity};
use crate::world::supply::Order;
use crate::world::{Ctx, ModelError, World};

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
        if plan.projects.limited[pool.at()] {
            self.place_stored(plan, pool, ctx)?;
        }
        if self.is_frozen() {
            return Ok(());
        }
        let day = ctx.now().as_days();
        self.roll_caps(plan, day);
        let unpaid = self.is_in_debt(plan, plan.pools[pool.at()].provider);
        if self.is_idle_region(plan, pool) || unpaid {
            return Ok(());
        }
        if let Some(n) = plan.networks.of_pool[pool.at()] {
            return self.review_operators(plan, (pool, n), ctx);
        }
        let target = self.capacity_target(plan, pool, day);
        let mut position = Position {
            surviving: self.surviving(plan, pool, day + provider.planning_horizon),
            on_order: self.pools[pool.at()].pipeline(),
        };
        if plan.projects.limited[pool.at()] {
            position.on_order += self.stored_compute(plan, pool);
        }
        let quantity = order_quantity(target, position, provider.order_trigger);
        if quantity <= 0.0 {
            return Ok(());
        }
        let model = self.choose_model(plan, pool).or_else(|| self.grey_model(plan, pool));
        let Some(model) = model else { return Ok(()) };
        self.order_nodes(plan, pool, (model, quantity, target), ctx)
    }

    /// Brings stock and orders of spare parts up to the wanted share of the nodes of each shelf.
    fn restock(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.release_to_waiting(plan, pool, ctx)?;
        let share = plan.providers[plan.pools[pool.at()].provider.at()].parameters.spares;
        for (shelf, nodes) in self.nodes_by_shelf(plan, pool).into_iter().enumerate() {
            let shelf = ShelfId::new(shelf);
            let parts = &self.pools[pool.at()].parts[shelf.at()];
            let wanted =
                (share * nodes as f64).round() as i64 + i64::from(parts.waiting.len() as u32);
            let missing = wanted - i64::from(parts.stock) - i64::from(parts.on_order);
            if missing > 0 {
                self.order_parts(plan, (pool, shelf), missing as u32, ctx)?;
            }
        }
        Ok(())
    }

    /// Nodes of a pool by the shelf on which their spare parts lie.
    #[must_use]
    pub fn nodes_by_shelf(&self, plan: &Blueprint, pool: PoolId) -> Vec<i64> {
        let mut nodes = vec![0; plan.shelves()];
        for operator in &self.pools[pool.at()].operators {
            for site in self.operators[operator.at()].sites.clone() {
                for id in &self.at_site[site] {
                    let cohort = &self.cohorts[id.at()];
                    let shelf = plan.shelf(cohort.hardware, cohort.grey);
                    nodes[shelf.at()] += i64::from(cohort.nodes);
                }
            }
        }
        nodes
    }

    /// S of the pool's (s, S) rule, H100e: what the portfolio wants, or the notional load, at the planning horizon and target utilisation.
    pub(super) fn capacity_target(&self, plan: &Blueprint, pool: PoolId, day: f64) -> f64 {
        let terms = &plan.pools[pool.at()];
        let provider = &plan.providers[terms.provider.at()].parameters;
        let then = (day + provider.planning_horizon) / 365.25;
        let expected = match provider.capacity_target {
            CapacityTarget::Portfolio => {
                let wanted = |nation: NationId| {
                    let policy = self.policy(nation);
                    plan.nations[nation.at()].demand
                        * plan.demand.growth(then)
                        * policy.coverage
                        * policy.portfolio[provider.kind as usize]
                        * terms.portfolio_part
                };
                match self.owners_of(plan, terms.provider) {
                    Some(owners) => owners.map(wanted).sum(),
                    None => wanted(terms.zone),
                }
            }
            // What it has and what its operators want.
            CapacityTarget::Operators => {
                let wanted = self.installed_compute(plan, pool) + self.wanted(plan, pool);
                return wanted;
            }
            CapacityTarget::OfferedLoad => {
                let state = &self.pools[pool.at()];
                // The load was seen at the last tick, which may be weeks ago.
                let seen = (day / plan.timing.tick_days).floor() * plan.timing.tick_days / 365.25;
                state.load * plan.demand.growth(then) / plan.demand.growth(seen)
            }
        };
        expected / provider.target_utilisation
    }

    /// Installed compute of a pool that will still be in life on a day, H100e.
    fn surviving(&self, plan: &Blueprint, pool: PoolId, day: f64) -> f64 {
        let mut total = 0.0;
        for &operator in &self.pools[pool.at()].operators {
            total += self.operator_compute(plan, operator, day);
        }
        total
    }

    pub(super) fn operator_compute(&self, plan: &Blueprint, operator: OperatorId, day: f64) -> f64 {
        let owner = &self.operators[operator.at()];
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
    pub(super) fn orderable(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        vendor: VendorId,
    ) -> Option<HardwareId> {
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

    /// The best model of a vendor that may be ordered and paid today.
    fn buyable(&self, plan: &Blueprint, pool: PoolId, vendor: VendorId) -> Option<HardwareId> {
        let waits = self.waits_for_currency(plan, plan.pools[pool.at()].provider, vendor);
        if waits { None } else { self.orderable(plan, pool, vendor) }
    }

    pub(super) fn choose_model(&self, plan: &Blueprint, pool: PoolId) -> Option<HardwareId> {
        let buyable = |v| self.buyable(plan, pool, VendorId::new(v));
        let models: Vec<_> = (0..plan.vendors.len()).map(buyable).collect();
        self.choose_among(plan, pool, &models)
    }

    /// Of one model by vendor, that of the vendor whose share of fleet and orders falls furthest short.
    pub(super) fn choose_among(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        models: &[Option<HardwareId>],
    ) -> Option<HardwareId> {
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

    /// Places one order for a pool, whoever of its operators will run the nodes: size, licence and cap count once.
    pub(super) fn order_nodes(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        (model, quantity, target): (HardwareId, f64, f64),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let servers = plan.servers_per_node(pool, model, target);
        let compute = f64::from(servers) * plan.server_compute(model);
        let nodes = (quantity / compute).round().clamp(1.0, f64::from(u32::MAX));
        let mut order = Order {
            pool,
            hardware: model,
            vendor: plan.hardware[model.at()].vendor,
            nodes: nodes as u32,
            servers,
            placed: ctx.now(),
            credit: 0.0,
            number: 0,
            licensed: false,
            counted: false,
            grey: false,
        };
        if plan.projects.limited[pool.at()] {
            order.nodes = self.nodes_with_room(plan, &order, ctx.now().as_days());
        }
        if order.nodes > 0 {
            order.nodes = self.appropriated(plan, &order)?;
        }
        if order.nodes == 0 {
            return Ok(());
        }
        self.place(plan, order, ctx)
    }

    /// Books an order under the next number of its pool and takes it through export control.
    fn place(
        &mut self,
        plan: &Blueprint,
        mut order: Order,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let purchases = &mut self.pools[order.pool.at()].purchases;
        order.number = *purchases;
        *purchases += 1;
        let id = self.book(plan, order);
        if self.admit(plan, id, ctx)? {
            self.enqueue(plan, id);
        }
        Ok(())
    }

    fn book(&mut self, plan: &Blueprint, order: Order) -> OrderId {
        self.count_order(plan, &order, f64::from(order.nodes));
        OrderId(self.orders.insert(order))
    }

    /// Hands an order to its vendor: into the backlog, or, while the orders of its pool do not make up the minimum lot, beside it.
    pub(super) fn enqueue(&mut self, plan: &Blueprint, id: OrderId) {
        let Some(order) = self.orders.get(id.0) else { return };
        let (pool, vendor) = (order.pool, order.vendor);
        self.vendors[vendor.at()].below_lot.push(id);
        let of_pool = |id: OrderId| self.orders.get(id.0).filter(|o| o.pool == pool);
        let compute = |o: &Order| f64::from(o.nodes) * o.node_compute(plan);
        let waiting = self.vendors[vendor.at()].below_lot.iter();
        let sum: f64 = waiting.filter_map(|&id| of_pool(id)).map(compute).sum();
        if sum < plan.vendors[vendor.at()].parameters.minimum_lot * (1.0 - 1e-9) {
            return;
        }
        let state = &mut self.vendors[vendor.at()];
        let (lot, rest) = state
            .below_lot
            .iter()
            .partition(|id| self.orders.get(id.0).is_some_and(|o| o.pool == pool));
        state.below_lot = rest;
        state.backlog.extend::<Vec<OrderId>>(lot);
    }

    /// Adds nodes of an order to what its pool has under way (negative: takes them off).
    pub(super) fn count_order(&mut self, plan: &Blueprint, order: &Order, nodes: f64) {
        let compute = nodes * order.node_compute(plan);
        let pool = &mut self.pools[order.pool.at()].on_order[order.vendor.at()];
        // Sums of floats may leave a rest below zero when the last order is taken off.
        *pool = (*pool + compute).max(0.0);
    }

    /// Cancels an order that is in no backlog any more; output set aside for it goes back to the vendor's stock.
    pub(super) fn drop_order(&mut self, plan: &Blueprint, id: OrderId) {
        if let Some(order) = self.orders.take(id.0) {
            self.count_order(plan, &order, -f64::from(order.nodes));
            self.vendors[order.vendor.at()].stock += order.credit * order.node_compute(plan);
        }
    }
}
