//! Events of the scenario take effect and end, and are answered by others.

use autarky_engine::rng::one_shot;

use crate::blueprint::{Blueprint, Effect, Trigger};
use crate::event::{Event, phase};
use crate::process::Process;
use crate::world::{Ctx, ModelError, World};

impl World {
    /// Starts the clocks of tensions, schedules events with a date, and puts into force what hangs on a tension that is high already.
    ///
    /// # Errors
    /// When the calendar refuses an event or a clock.
    pub fn begin_politics(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for (e, event) in plan.events.iter().enumerate() {
            if let Trigger::Date { at, until } = event.trigger {
                ctx.schedule_at(at, phase::RULES, Event::DatedStart(e as u32))?;
                if let Some(until) = until {
                    ctx.schedule_at(until, phase::RULES, Event::DatedEnd(e as u32))?;
                }
            }
        }
        for tension in 0..plan.tensions.len() {
            self.begin_tension(plan, tension, ctx)?;
        }
        Ok(())
    }

    /// An event takes effect or ends; nothing happens if it has done so already.
    pub(in crate::handler) fn set_event(
        &mut self,
        plan: &Blueprint,
        event: u32,
        active: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let at = event as usize;
        if self.politics.active[at] == active {
            return Ok(());
        }
        self.politics.active[at] = active;
        if active {
            self.politics.since[at] = ctx.now();
            self.politics.times[at] += 1;
        }
        self.market.tastes_changed = true;
        match &plan.events[at].effect {
            Effect::Regime { controller, .. } => {
                self.change_regimes(plan, at, *controller, ctx)?;
                self.refresh_chain(plan, ctx.now().as_days());
            }
            // Access is read off the events in force.
            Effect::Suspension { .. } | Effect::ModelCut { .. } => {}
            Effect::SwitchOff { .. } => self.set_locks(plan),
            Effect::Policy(_) => self.change_policies(plan, at),
            Effect::ModelRelease { models } => {
                let out = |m: &usize| active && models[*m];
                for m in (0..models.len()).filter(out) {
                    self.open_weights_come(plan, m, ctx.now().as_days());
                }
            }
            Effect::Membership { .. } => self.change_members(plan),
        }
        self.answer(plan, at, active, ctx)
    }

    /// Each event that answers another is drawn anew every time that takes effect, and ends with it.
    fn answer(
        &mut self,
        plan: &Blueprint,
        answered: usize,
        active: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for (e, event) in plan.events.iter().enumerate() {
            let Trigger::Answer { to, probability, delay } = event.trigger else { continue };
            if to != answered {
                continue;
            }
            if !active {
                if let Some(handle) = self.politics.pending[e].take() {
                    ctx.cancel(handle);
                }
                self.set_event(plan, e as u32, false, ctx)?;
                continue;
            }
            let key = self.stream_key(Process::Retaliation, event.key);
            if one_shot(key, self.politics.times[answered]) < probability {
                let handle = ctx.schedule_in(delay, phase::RULES, Event::AnswerStarts(e as u32))?;
                self.politics.pending[e] = Some(handle);
            }
        }
        Ok(())
    }

    pub(in crate::handler) fn answer_starts(
        &mut self,
        plan: &Blueprint,
        event: u32,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.politics.pending[event as usize] = None;
        self.set_event(plan, event, true, ctx)
    }
}
