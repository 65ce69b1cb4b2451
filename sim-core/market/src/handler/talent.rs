//! Technicians finish training, emigrate, retire; delivered nodes are installed as far as those who do not repair get.

use autarky_engine::rng::one_shot;
use autarky_engine::sampler::BernoulliTrials;
use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::handler::MONTH;
use crate::handler::node::crews;
use crate::id::{NationId, OperatorId, PoolId};
use crate::mechanism::government::Lever;
use crate::mechanism::talent::{departures, emigration};
use crate::process::Process;
use crate::world::fleet::Installation;
use crate::world::supply::Order;
use crate::world::talent::{Batch, Labour, MOST};
use crate::world::{Ctx, ModelError, World};

/// Days between two looks at what waits to be installed.
const DAY: f64 = 1.0;

impl World {
    /// Counts the technicians of every nation in which they are limited, from the fleet at the start.
    pub(crate) fn begin_talent(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for (n, nation) in plan.nations.iter().enumerate() {
            let Some(staffing) = nation.parameters.talent_technicians else { continue };
            let in_zone = |p: &PoolId| plan.pools[p.at()].zone.at() == n;
            let pools: Vec<PoolId> =
                (0..plan.pools.len()).map(PoolId::new).filter(in_zone).collect();
            let wants = |p: &PoolId| {
                f64::from(crews(plan.pools[p.at()].crews_per_node, self.pools[p.at()].nodes))
            };
            let wanted: f64 = pools.iter().map(wants).sum();
            let start = (staffing * wanted).round().clamp(1.0, MOST) as u32;
            self.talent[n] = Some(Labour { pools, start, stock: start, ..Labour::default() });
            let flow = Event::TalentFlow(NationId::new(n));
            ctx.schedule_in(SimDuration::from_days_f64(MONTH)?, phase::NODES, flow)?;
        }
        Ok(())
    }

    /// A month of a nation's technicians.
    pub(super) fn talent_flow(
        &mut self,
        plan: &Blueprint,
        nation: NationId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let next = Event::TalentFlow(nation);
        ctx.schedule_in(SimDuration::from_days_f64(MONTH)?, phase::NODES, next)?;
        let day = ctx.now().as_days();
        self.technicians_leave(plan, nation)?;
        let joined = self.technicians_join(plan, nation, day);
        self.pay_training(plan, nation, day)?;
        if joined > 0 {
            let pools = self.talent[nation.at()].as_ref().map(|labour| labour.pools.clone());
            for pool in pools.into_iter().flatten() {
                self.start_repairs(plan, pool, ctx)?;
            }
        }
        Ok(())
    }

    /// Who leaves finishes the repair begun.
    fn technicians_leave(&mut self, plan: &Blueprint, nation: NationId) -> Result<(), ModelError> {
        let terms = &plan.nations[nation.at()];
        let (keys, rate) = (terms.key, self.market.rate[nation.at()]);
        let out = self.stream_key(Process::Emigration, keys);
        let old = self.stream_key(Process::TechnicianRetires, keys);
        let Some(labour) = &mut self.talent[nation.at()] else { return Ok(()) };
        let p = &terms.parameters;
        let hazard = emigration(p.talent_emigration, p.talent_elasticity, p.talent_pay, rate);
        let (emigrates, retires) = departures(hazard, p.talent_retirement, MONTH / 365.25);
        let draw = |probability: f64, n: u32, u: f64| -> Result<u32, ModelError> {
            Ok(BernoulliTrials::new(probability)?.successes(n, u))
        };
        let emigrated = draw(emigrates, labour.stock, one_shot(out, labour.months))?;
        labour.stock -= emigrated;
        let retired = draw(retires, labour.stock, one_shot(old, labour.months))?;
        labour.stock -= retired;
        labour.emigrated += u64::from(emigrated);
        labour.retired += u64::from(retired);
        labour.months += 1;
        self.observers.emigrated(nation, f64::from(emigrated));
        Ok(())
    }

    /// Those whose training ends; returns how many whole technicians join.
    fn technicians_join(&mut self, plan: &Blueprint, nation: NationId, day: f64) -> u32 {
        let terms = &plan.nations[nation.at()].parameters;
        let Some(labour) = &mut self.talent[nation.at()] else { return 0 };
        let growth = autarky_engine::math::exp(terms.talent_growth * day / 365.25);
        labour.carry += terms.talent_graduates * f64::from(labour.start) * growth / 12.0;
        while labour.trainees.front().is_some_and(|(ends, _)| *ends <= day) {
            labour.carry += labour.trainees.pop_front().map_or(0.0, |(_, people)| people);
        }
        let room = MOST - f64::from(labour.stock);
        let whole = (labour.carry + 1e-9).floor();
        labour.carry = if whole < room { labour.carry - whole } else { 0.0 };
        let joined = if whole < room { whole as u32 } else { room as u32 };
        labour.stock += joined;
        labour.trained += u64::from(joined);
        joined
    }

    /// The state pays training as far as its appropriation goes.
    fn pay_training(
        &mut self,
        plan: &Blueprint,
        nation: NationId,
        day: f64,
    ) -> Result<(), ModelError> {
        let terms = &plan.nations[nation.at()].parameters;
        let cost = terms.talent_training_cost;
        let ask = terms.talent_training / 12.0 * cost;
        if ask <= 0.0 || self.talent[nation.at()].is_none() {
            return Ok(());
        }
        let to = self.accounts.services[nation.at()];
        let paid = self.spend(plan, (nation, Lever::Talent), to, ask)?;
        if let Some(labour) = &mut self.talent[nation.at()] {
            labour.trainees.push_back((day + terms.talent_training_time * 365.25, paid / cost));
        }
        Ok(())
    }

    /// Installs nodes of an order, or lets them wait for technicians where these are limited.
    pub(super) fn install_delivered(
        &mut self,
        plan: &Blueprint,
        (operator, order, nodes): (OperatorId, &Order, u32),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let zone = plan.pools[order.pool.at()].zone;
        let Some(labour) = &mut self.talent[zone.at()] else {
            return self.install_now(plan, (operator, order, nodes), ctx);
        };
        let first = labour.waiting.is_empty();
        labour.received += u64::from(nodes);
        labour.waiting.push_back(Batch { operator, order: *order, nodes });
        self.count_order(plan, order, f64::from(nodes));
        if first {
            let day = SimDuration::from_days_f64(DAY)?;
            ctx.schedule_in(day, phase::NODES, Event::NodesInstalled(zone))?;
        }
        Ok(())
    }

    fn install_now(
        &mut self,
        plan: &Blueprint,
        (operator, order, nodes): (OperatorId, &Order, u32),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let new = Installation {
            site: self.emptiest_site(operator),
            hardware: order.hardware,
            nodes,
            servers: order.servers,
            vintage: ctx.now().as_days(),
            grey: order.grey,
        };
        self.install(plan, new, ctx)
    }

    /// A day's work of the technicians of a nation who do not repair.
    pub(super) fn nodes_installed(
        &mut self,
        plan: &Blueprint,
        nation: NationId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let pace = plan.nations[nation.at()].parameters.talent_installs;
        let Some(labour) = &self.talent[nation.at()] else { return Ok(()) };
        let free = self.free_technicians(labour);
        let Some(labour) = &mut self.talent[nation.at()] else { return Ok(()) };
        labour.work += f64::from(free) * pace * DAY;
        let mut able = (labour.work + 1e-9).floor();
        while able >= 1.0 {
            let Some(labour) = &mut self.talent[nation.at()] else { break };
            let Some(batch) = labour.waiting.front_mut() else { break };
            let nodes = if able < f64::from(batch.nodes) { able as u32 } else { batch.nodes };
            let part = Batch { nodes, ..*batch };
            batch.nodes -= nodes;
            if batch.nodes == 0 {
                labour.waiting.pop_front();
            }
            labour.installed += u64::from(nodes);
            labour.work -= f64::from(nodes);
            able -= f64::from(nodes);
            self.count_order(plan, &part.order, -f64::from(nodes));
            self.install_now(plan, (part.operator, &part.order, nodes), ctx)?;
        }
        let Some(labour) = &mut self.talent[nation.at()] else { return Ok(()) };
        if labour.waiting.is_empty() {
            // Idle hours are not stored.
            labour.work = 0.0;
            return Ok(());
        }
        let day = SimDuration::from_days_f64(DAY)?;
        ctx.schedule_in(day, phase::NODES, Event::NodesInstalled(nation))?;
        Ok(())
    }

    /// Takes what waits for an operator that leaves out of the queue; returns what it is worth second-hand, USD.
    pub(super) fn sell_waiting(&mut self, plan: &Blueprint, operator: OperatorId) -> f64 {
        let pool = self.operators[operator.at()].pool;
        let zone = plan.pools[pool.at()].zone.at();
        let Some(labour) = &mut self.talent[zone] else { return 0.0 };
        let queue = std::mem::take(&mut labour.waiting);
        let (own, kept) = queue.into_iter().partition(|batch: &Batch| batch.operator == operator);
        labour.waiting = kept;
        labour.sold += own.iter().map(|batch: &Batch| u64::from(batch.nodes)).sum::<u64>();
        let own: std::collections::VecDeque<Batch> = own;
        let mut value = 0.0;
        for batch in own {
            let nodes = f64::from(batch.nodes);
            self.count_order(plan, &batch.order, -nodes);
            let compute = nodes * batch.order.node_compute(plan);
            value += compute * self.worth(plan, pool, batch.order.hardware, 0.0);
        }
        value
    }
}
