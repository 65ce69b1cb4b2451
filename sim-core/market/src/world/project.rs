//! State of projects and of the room in facilities: how far the stages are, what stands, what waits for room.

use autarky_engine::math::exp;

use super::World;
use super::supply::Order;
use crate::blueprint::Blueprint;
use crate::blueprint::project::{Builds, Project};
use crate::id::{HardwareId, PoolId, ProjectId, VendorId};
use crate::mechanism::project::{Stage, expected_left, expected_work, ramped, stage};
use crate::process::Process;

/// A project under way.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ProjectState {
    /// Day on which it began, if it has.
    pub begun: Option<f64>,
    /// The stage at work, or how many there are.
    pub stage: usize,
    /// Stages that are done today; the stage at work may end within the month.
    pub done: usize,
    /// Day on which all were done, if they are.
    pub finished: Option<f64>,
    /// What the stage at work takes and costs, once it has begun.
    pub drawn: Option<Stage>,
    /// Work done on it, days at normal speed.
    pub worked: f64,
    /// Paid for it, USD.
    pub paid: f64,
    /// Day until which work is booked: the end of the month, or of the last stage.
    pub until: f64,
    /// Paid for the whole project by the state and by its owner, USD.
    pub spent: [f64; 2],
    /// What the work done would have cost by plan, USD.
    pub planned: f64,
}

/// Nodes that were paid for and wait for room.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    /// Of which order they are a part.
    pub order: Order,
    /// How many.
    pub nodes: u32,
    /// What was paid for them, USD.
    pub cost: f64,
}

/// The buildings of a pool.
#[derive(Debug, Clone)]
pub struct Facility {
    /// Power of accelerators for which there is room, kW; infinite where nothing limits it.
    pub room: f64,
    /// What waits for room, in the sequence in which it came.
    pub stored: Vec<Stored>,
    /// Nodes ever put into store.
    pub received: u64,
    /// Nodes ever taken out of it.
    pub placed: u64,
}

impl Facility {
    /// Nothing limits it, nothing waits.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self { room: f64::INFINITY, stored: Vec::new(), received: 0, placed: 0 }
    }
}

impl World {
    /// What the stage at work of a project takes and costs: drawn when it begins.
    pub fn stage_at_work(&mut self, plan: &Blueprint, id: ProjectId) -> Stage {
        let state = &self.projects[id.at()];
        if let Some(drawn) = state.drawn {
            return drawn;
        }
        let milestone = &plan.projects.list[id.at()].milestones[state.stage];
        let delay = self.stream(Process::ProjectDelay, milestone.key).uniform_open();
        let rework = self.stream(Process::ProjectRework, milestone.key).uniform_open();
        let drawn = stage(&milestone.parameters, milestone.cost, (delay, rework));
        self.projects[id.at()].drawn = Some(drawn);
        drawn
    }

    /// Days that a project is expected to take from its beginning, by reference class: mean delays, money at hand.
    #[must_use]
    pub fn expected_days(&self, plan: &Blueprint, project: &Project) -> f64 {
        let work: f64 = project.milestones.iter().map(|m| expected_work(&m.parameters)).sum();
        work / self.build_speed(plan, project.nation)
    }

    /// Day on which a project is expected to be done: infinite for a region that nobody has decided to build.
    #[must_use]
    pub fn expected_end(&self, plan: &Blueprint, id: ProjectId, day: f64) -> f64 {
        let (project, state) = (&plan.projects.list[id.at()], &self.projects[id.at()]);
        if let Some(finished) = state.finished {
            return finished;
        }
        if state.begun.is_none() {
            let waits = matches!(project.builds, Builds::Region(..));
            let start = project.parameters.start.max(day);
            return if waits { f64::INFINITY } else { start + self.expected_days(plan, project) };
        }
        let Some(now) = project.milestones.get(state.stage) else { return state.until };
        let later = project.milestones[state.stage + 1..].iter();
        let left = expected_left(&now.parameters, state.worked)
            + later.map(|m| expected_work(&m.parameters)).sum::<f64>();
        state.until + left / self.build_speed(plan, project.nation)
    }

    /// Compute that a vendor can make a day before noise and chain, H100e: of its own and of its fabs.
    #[must_use]
    pub fn daily_output(&self, plan: &Blueprint, vendor: VendorId, day: f64) -> f64 {
        let terms = &plan.vendors[vendor.at()].parameters;
        let mut output = terms.output;
        for &fab in &plan.projects.fabs[vendor.at()] {
            output += self.fab_output(plan, fab, day);
        }
        output * exp(terms.output_growth * day / 365.25) / 365.25
    }

    /// What a fab adds to its vendor's output, at the technology of the start, H100e a year.
    #[must_use]
    pub fn fab_output(&self, plan: &Blueprint, fab: ProjectId, day: f64) -> f64 {
        let project = &plan.projects.list[fab.at()];
        match (project.builds, self.projects[fab.at()].finished) {
            (Builds::Output(_, full), Some(done)) => {
                full * ramped(day - done, project.parameters.ramp)
            }
            _ => 0.0,
        }
    }

    /// Whether a vendor makes or has made anything: not before its first fab is done, if it has no other output.
    #[must_use]
    pub fn makes(&self, plan: &Blueprint, vendor: VendorId) -> bool {
        let fabs = &plan.projects.fabs[vendor.at()];
        fabs.is_empty()
            || plan.vendors[vendor.at()].parameters.output > 0.0
            || fabs.iter().any(|fab| self.projects[fab.at()].finished.is_some())
    }

    /// Power of a pool's installed accelerators, kW.
    #[must_use]
    pub fn installed_power(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let models = plan.hardware.len();
        let first = plan.group(pool, 0).at() * models;
        let cells = self.installed[first..first + crate::blueprint::LEVELS * models].iter();
        let power =
            |(i, &n): (usize, &i64)| n as f64 * plan.server_power(HardwareId::new(i % models));
        cells.enumerate().map(power).sum()
    }

    /// Power of the nodes of a pool that were delivered, have their room and wait for technicians, kW.
    #[must_use]
    pub fn uninstalled_power(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let Some(labour) = &self.talent[plan.pools[pool.at()].zone.at()] else { return 0.0 };
        let own = labour.waiting.iter().filter(|batch| batch.order.pool == pool);
        let power = |order: &Order| f64::from(order.servers) * plan.server_power(order.hardware);
        own.map(|batch| f64::from(batch.nodes) * power(&batch.order)).sum()
    }

    /// Compute that waits for room in a pool, H100e.
    #[must_use]
    pub fn stored_compute(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let stored = self.facilities[pool.at()].stored.iter();
        stored.map(|one| f64::from(one.nodes) * one.order.node_compute(plan)).sum()
    }

    /// Room that a pool is expected to have on day `then`, kW.
    #[must_use]
    pub fn expected_room(&self, plan: &Blueprint, pool: PoolId, (day, then): (f64, f64)) -> f64 {
        let mut room = self.facilities[pool.at()].room;
        for (at, project) in plan.projects.list.iter().enumerate() {
            let open = self.projects[at].finished.is_none();
            if let Some((_, more)) = project.room().filter(|(of, _)| open && *of == pool) {
                let end = self.expected_end(plan, ProjectId::new(at), day);
                room += if end <= then { more } else { 0.0 };
            }
        }
        room
    }

    /// Days until a pool is expected to have room for a node of that many kW: none if it has, never if nothing adds to it.
    #[must_use]
    pub fn wait_for_room(&self, plan: &Blueprint, pool: PoolId, (node, day): (f64, f64)) -> f64 {
        if self.facilities[pool.at()].room - self.installed_power(plan, pool) >= node {
            return 0.0;
        }
        let mut first = f64::INFINITY;
        for (at, project) in plan.projects.list.iter().enumerate() {
            let open = self.projects[at].finished.is_none();
            if project.room().is_some_and(|(of, _)| open && of == pool) {
                first = first.min(self.expected_end(plan, ProjectId::new(at), day) - day);
            }
        }
        first
    }

    /// Nodes of an order of which there will be room when it arrives, at most all: room by then less what is there, stored, ordered and under way.
    #[must_use]
    pub fn nodes_with_room(&self, plan: &Blueprint, order: &Order, day: f64) -> u32 {
        let then = day + self.expected_wait(plan, order.vendor, day);
        let pool = order.pool;
        let life = |h: HardwareId| plan.hardware[h.at()].parameters.life * 365.25;
        let mut taken = 0.0;
        for id in self.sites_of(pool).flat_map(|s| &self.at_site[s]) {
            let c = &self.cohorts[id.at()];
            if c.vintage + life(c.hardware) > then {
                taken += f64::from(c.nodes) * f64::from(c.servers) * plan.server_power(c.hardware);
            }
        }
        let of = |o: &Order, nodes: u32| {
            let power = f64::from(o.servers) * plan.server_power(o.hardware);
            if o.pool == pool { f64::from(nodes) * power } else { 0.0 }
        };
        taken += self.orders.iter().map(|o| of(o, o.nodes)).sum::<f64>();
        taken += self.shipments.iter().map(|s| of(&s.order, s.nodes)).sum::<f64>();
        taken += self.grey.shipments.iter().map(|s| of(&s.order, s.order.nodes)).sum::<f64>();
        let stored = self.facilities[pool.at()].stored.iter();
        taken += stored.map(|s| of(&s.order, s.nodes)).sum::<f64>();
        taken += self.uninstalled_power(plan, pool);
        let node = f64::from(order.servers) * plan.server_power(order.hardware);
        let fits =
            ((self.expected_room(plan, pool, (day, then)) - taken) / node * (1.0 + 1e-9)).floor();
        fits.clamp(0.0, f64::from(order.nodes)) as u32
    }

    /// Days from an order placed today to its delivery, by the vendor's backlog and output.
    fn expected_wait(&self, plan: &Blueprint, vendor: VendorId, day: f64) -> f64 {
        let state = &self.vendors[vendor.at()];
        let open = state.backlog.iter().filter_map(|id| self.orders.get(id.0));
        let asked: f64 = open.map(|o| f64::from(o.nodes) * o.node_compute(plan)).sum();
        let rate = self.daily_output(plan, vendor, day);
        let short = (asked - state.stock).max(0.0);
        let wait = if short > 0.0 { short / rate } else { 0.0 };
        wait + plan.vendors[vendor.at()].parameters.delivery_time
    }
}
