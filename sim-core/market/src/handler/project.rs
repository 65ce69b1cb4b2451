//! Projects proceed month by month as far as they are paid, their stages end, and what they build begins to serve.

use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::blueprint::project::Builds;
use crate::event::{Event, phase};
use crate::handler::MONTH;
use crate::id::{PoolId, ProjectId};
use crate::mechanism::government::Lever;
use crate::world::project::Stored;
use crate::world::supply::Order;
use crate::world::{Ctx, ModelError, World, schedule_after};

impl World {
    /// Schedules the beginning of every project that does not wait for a cloud's decision, and takes stock of the room at the start.
    pub(crate) fn begin_projects(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for p in (0..plan.pools.len()).filter(|&p| plan.projects.limited[p]) {
            let stands = self.installed_power(plan, PoolId::new(p));
            let given = plan.projects.room[p].unwrap_or(0.0);
            self.facilities[p].room = if given > stands { given } else { stands };
        }
        for (at, project) in plan.projects.list.iter().enumerate() {
            if !matches!(project.builds, Builds::Region(..)) {
                let month = (phase::DECISIONS, Event::ProjectMonth(ProjectId::new(at)));
                schedule_after(ctx, project.parameters.start, month)?;
            }
        }
        Ok(())
    }

    /// Begins the project of a region that its cloud has decided to build; false if there is none, or it stands already.
    pub(super) fn begins_region_project(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<bool, ModelError> {
        let Some(id) = plan.projects.region[pool.at()] else { return Ok(false) };
        if self.projects[id.at()].finished.is_some() {
            return Ok(false);
        }
        let wait = (plan.projects.list[id.at()].parameters.start - ctx.now().as_days()).max(0.0);
        schedule_after(ctx, wait, (phase::DECISIONS, Event::ProjectMonth(id)))?;
        Ok(true)
    }

    /// A month of work begins: it is paid in advance, and goes on for as long as it is paid.
    pub(super) fn project_month(
        &mut self,
        plan: &Blueprint,
        id: ProjectId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let project = &plan.projects.list[id.at()];
        self.projects[id.at()].begun.get_or_insert(ctx.now().as_days());
        let speed = self.build_speed(plan, project.nation);
        let mut at = 0.0;
        while at < MONTH && self.projects[id.at()].stage < project.milestones.len() {
            let stage = self.stage_at_work(plan, id);
            let state = self.projects[id.at()];
            let lacks = (stage.work - state.worked) / speed;
            let ends = lacks <= MONTH - at;
            let span = if ends { lacks } else { MONTH - at };
            let due =
                if ends { stage.cost - state.paid } else { stage.cost * span * speed / stage.work };
            let due = if due > 0.0 { due } else { 0.0 };
            let funded = self.pay_for_stage(plan, id, due)?;
            self.work_on(plan, id, (span * speed * funded, due * funded));
            at += span * funded;
            if funded < 1.0 {
                break;
            }
            if ends {
                let state = &mut self.projects[id.at()];
                state.stage += 1;
                (state.drawn, state.worked, state.paid) = (None, 0.0, 0.0);
                schedule_after(ctx, at, (phase::DECISIONS, Event::MilestoneDone(id)))?;
            }
        }
        let ends = self.projects[id.at()].stage == project.milestones.len();
        self.projects[id.at()].until = ctx.now().as_days() + if ends { at } else { MONTH };
        if !ends {
            let month = SimDuration::from_days_f64(MONTH)?;
            ctx.schedule_in(month, phase::DECISIONS, Event::ProjectMonth(id))?;
        }
        Ok(())
    }

    /// Books work on the stage of a project, days at normal speed, and what was paid for it.
    fn work_on(&mut self, plan: &Blueprint, id: ProjectId, (work, paid): (f64, f64)) {
        let state = &mut self.projects[id.at()];
        let planned = plan.projects.list[id.at()].milestones[state.stage].cost;
        let whole = state.drawn.map_or(work, |stage| stage.work);
        state.worked += work;
        state.paid += paid;
        state.planned += planned * work / whole;
    }

    /// State and owner pay for work on a project; returns the share of it that is paid: the owner goes with the state.
    fn pay_for_stage(
        &mut self,
        plan: &Blueprint,
        id: ProjectId,
        due: f64,
    ) -> Result<f64, ModelError> {
        let project = &plan.projects.list[id.at()];
        let to = self.accounts.services[project.nation.at()];
        let (lever, owner) = match project.builds {
            Builds::Room(pool, _) | Builds::Region(pool, _) => {
                let provider = plan.pools[pool.at()].provider;
                (Lever::DataCentre, self.accounts.providers[provider.at()])
            }
            Builds::Output(vendor, _) => (Lever::ChipProject, self.accounts.vendors[vendor.at()]),
        };
        // A provider of the state has no other money than the state's.
        let public = match project.builds {
            Builds::Room(pool, _) | Builds::Region(pool, _) => {
                plan.providers[plan.pools[pool.at()].provider.at()].parameters.public
            }
            Builds::Output(..) => false,
        };
        let asked = if public { due } else { due * project.state_share };
        let mut given = 0.0;
        if asked > 0.0 {
            given = self.spend(plan, (project.nation, lever), to, asked)?;
        }
        let funded = if given < asked { given / asked } else { 1.0 };
        let own = (due - asked) * funded;
        if own > 0.0 {
            self.ledger.pay(owner, to, own)?;
        }
        let spent = &mut self.projects[id.at()].spent;
        spent[0] += given;
        spent[1] += own;
        self.observers.project_paid(project.nation, given + own);
        Ok(funded)
    }

    /// A stage of a project ends; after the last one, what it built begins to serve.
    pub(super) fn milestone_done(
        &mut self,
        plan: &Blueprint,
        id: ProjectId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let (project, state) = (&plan.projects.list[id.at()], &mut self.projects[id.at()]);
        state.done += 1;
        if state.done < project.milestones.len() {
            return Ok(());
        }
        let day = ctx.now().as_days();
        state.finished = Some(day);
        if let Some((pool, room)) = project.room() {
            self.facilities[pool.at()].room += room;
        }
        match project.builds {
            Builds::Room(pool, _) => self.place_stored(plan, pool, ctx),
            Builds::Region(pool, _) => self.region_opens(plan, pool, ctx),
            Builds::Output(..) => {
                self.price_hardware(plan, day);
                Ok(())
            }
        }
    }

    /// Installs what waits for room in a pool as far as there is room now, first come first served.
    pub(super) fn place_stored(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for Stored { order, nodes, cost } in std::mem::take(&mut self.facilities[pool.at()].stored)
        {
            self.facilities[pool.at()].placed += u64::from(nodes);
            self.hand_out(plan, (&order, nodes, cost), ctx)?;
        }
        Ok(())
    }

    /// Of nodes that arrive, those for which there is room, and their part of the cost; the others go into store.
    pub(super) fn admit_to_facility(
        &mut self,
        plan: &Blueprint,
        (order, nodes, cost): (&Order, u32, f64),
    ) -> (u32, f64) {
        let pool = order.pool;
        if !plan.projects.limited[pool.at()] {
            return (nodes, cost);
        }
        let node = f64::from(order.servers) * plan.server_power(order.hardware);
        let taken = self.installed_power(plan, pool) + self.uninstalled_power(plan, pool);
        let room = self.facilities[pool.at()].room - taken;
        // Sums of floats: a billionth of a node is no overload.
        let fits = (room / node + 1e-9).floor().clamp(0.0, f64::from(nodes)) as u32;
        let rest = nodes - fits;
        if rest == 0 {
            return (nodes, cost);
        }
        let part = cost * f64::from(fits) / f64::from(nodes);
        let facility = &mut self.facilities[pool.at()];
        facility.received += u64::from(rest);
        facility.stored.push(Stored { order: *order, nodes: rest, cost: cost - part });
        (fits, part)
    }
}
