//! Nested rollouts: the withdrawal test by running the model instead of projecting it.
//!
//! After a sample date, for each focus nation, the running replication is copied; in the copy the foreign party with the lowest projected
//! level withdraws (`handler/withdrawal.rs`), every process goes on with draws of its own, keyed by (replication, sample, number of the
//! copy), and 365 days later the level is read off what works then. *Frozen* copies keep demand, prices and regimes and let nobody order
//! anything new: their mean is what the projection approximates. *Free* copies are the whole model. The original is never touched but for
//! the three values that it records; events of copies count against its budget. See section 7.10 of `docs/model.md`.

use autarky_engine::rng::{child_key, entity_key};
use autarky_engine::simulation::{Limits, RunError, Simulation, TraceRecord, Witness};
use autarky_engine::stop::StopFlag;
use autarky_engine::time::{SimDuration, SimTime};

use crate::blueprint::Blueprint;
use crate::event::phase;
use crate::handler::Market;
use crate::metric::sovereignty::{Access, accessible, critical_need, level_today};
use crate::metric::tick_sums;
use crate::record::HORIZONS_DAYS;
use crate::simulate::SimulationError;
use crate::world::ModelError;
use crate::world::withdrawal::Withdrawn;

/// Root of the keys of copies.
const ROOT: u64 = entity_key("nested rollout");

/// A replication with rollouts, and the events that it may still handle.
pub(crate) struct Rollouts<'a, 's> {
    /// What is run.
    pub(crate) plan: &'a Blueprint,
    /// The replication.
    pub(crate) simulation: &'s mut Simulation<Market<'a>>,
    /// Asks to stop.
    pub(crate) stop: &'s StopFlag,
    /// Events left of the budget.
    pub(crate) left: u64,
}

/// What one copy shows.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// Share of the critical need that what works can serve.
    level: f64,
    /// Critical work served over critical need.
    served: f64,
}

impl<'a> Rollouts<'a, '_> {
    /// Runs the replication up to the last date with a rollout.
    pub(crate) fn run<T: Witness<Market<'a>>>(
        &mut self,
        trace: &mut T,
    ) -> Result<(), SimulationError> {
        let (every, plan) = (self.plan.rollout.every.unsigned_abs() as usize, self.plan);
        for sample in (every..=plan.timing.samples).step_by(every) {
            let micros = plan.timing.sample.as_micros().saturating_mul(sample as u64);
            let date = SimTime::from_micros(micros).map_err(|e| failed(e.into()))?;
            let before = self.simulation.events();
            let limits = self.limits();
            let outcome = self
                .simulation
                .run_until_traced(date, &limits, self.stop, trace)
                .map_err(SimulationError::Run)?;
            if outcome.stopped {
                return Err(SimulationError::Stopped);
            }
            self.left -= outcome.events - before;
            for f in 0..plan.focus.len() {
                self.roll_out(f, sample)?;
            }
        }
        Ok(())
    }

    /// What the rest of the replication may use.
    pub(crate) fn limits(&self) -> Limits {
        Limits { events: self.left, ..Limits::default() }
    }

    /// All copies of one nation at one date.
    fn roll_out(&mut self, f: usize, sample: usize) -> Result<(), SimulationError> {
        let (copies, free) = (self.plan.rollout.replications, self.plan.rollout.free);
        let world = &self.simulation.model().world;
        let date = child_key(child_key(ROOT, world.replication), sample as u64);
        let (actor, nation) = (world.observers.worst[f], self.plan.focus[f]);
        let (mut frozen, mut moved, mut served) = (0.0, 0.0, 0.0);
        for copy in 0..copies.unsigned_abs() {
            let label = child_key(date, copy);
            frozen += self.copy(Withdrawn { actor, nation, frozen: true }, label)?.level;
            if free {
                let seen = self.copy(Withdrawn { actor, nation, frozen: false }, label)?;
                moved += seen.level;
                served += seen.served;
            }
        }
        let (plan, n) = (self.plan, copies as f64);
        self.simulation.set_up(|market, _| {
            let observers = &mut market.world.observers;
            observers.amend(plan, f, ("rollout_level_365d", frozen / n));
            if free {
                observers.amend(plan, f, ("rollout_free_level_365d", moved / n));
                observers.amend(plan, f, ("rollout_free_served_365d", served / n));
            }
        });
        Ok(())
    }

    /// Runs one copy to its end.
    fn copy(&mut self, withdrawn: Withdrawn, label: u64) -> Result<Seen, SimulationError> {
        let (plan, nation) = (self.plan, withdrawn.nation);
        let mut copy = self.simulation.clone();
        copy.set_up(|market, ctx| market.world.withdraw(plan, withdrawn, label, ctx))
            .map_err(failed)?;
        // A frozen copy keeps the shares of foreign pools that the nation has today.
        let today = accessible(&copy.model().world, plan, nation);
        let horizon = SimDuration::from_days(HORIZONS_DAYS[HORIZONS_DAYS.len() - 1]);
        let end = horizon.and_then(|h| copy.now().checked_add(h)).map_err(|e| failed(e.into()))?;
        let before = copy.events();
        let outcome =
            copy.run_until(end, &self.limits(), self.stop).map_err(SimulationError::Run)?;
        if outcome.stopped {
            return Err(SimulationError::Stopped);
        }
        self.left -= outcome.events - before;
        copy.set_up(|market, ctx| market.world.refresh_remote(plan, ctx.now().as_days()));
        Ok(see(&copy, plan, withdrawn, today))
    }
}

fn see(
    copy: &Simulation<Market<'_>>,
    plan: &Blueprint,
    withdrawn: Withdrawn,
    today: Vec<Access>,
) -> Seen {
    let (world, nation) = (&copy.model().world, withdrawn.nation);
    let access = if withdrawn.frozen { today } else { accessible(world, plan, nation) };
    let able = world.critical_models(plan, (nation, None), (copy.now().as_days(), 0.0));
    let need = critical_need(world, plan, nation);
    let level = level_today(world, plan, &access, (need, able));
    let sums = tick_sums(world, plan, nation, 1.0);
    Seen {
        level,
        served: if sums.critical > 0.0 { sums.served_critical / sums.critical } else { 1.0 },
    }
}

/// A failure between two events.
pub(crate) fn failed(e: ModelError) -> SimulationError {
    let last = TraceRecord { time: SimTime::ZERO, phase: phase::RULES, code: 0, entity: 0 };
    SimulationError::Run(RunError::Model { last, source: e })
}
