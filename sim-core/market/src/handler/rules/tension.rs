//! Tensions between blocs rise and fall, and events that hang on them with them.

use crate::blueprint::{Blueprint, Trigger};
use crate::event::{Event, phase};
use crate::mechanism::tension::{fall, rise};
use crate::process::Process;
use crate::world::{Ctx, ModelError, World};

impl World {
    pub(super) fn begin_tension(
        &mut self,
        plan: &Blueprint,
        tension: usize,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let (key, at) = (plan.tensions[tension].key, tension as u32);
        let up = self.stream(Process::TensionRise, key);
        let down = self.stream(Process::TensionFall, key);
        let up = ctx.add_clock(up, phase::RULES, Event::TensionRises(at))?;
        let down = ctx.add_clock(down, phase::RULES, Event::TensionFalls(at))?;
        self.politics.clocks.push((up, down));
        self.follow_tension(plan, tension, ctx)
    }

    pub(in crate::handler) fn tension_moves(
        &mut self,
        plan: &Blueprint,
        (tension, up): (u32, bool),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let level = &mut self.politics.levels[tension as usize];
        *level = if up { *level + 1 } else { level.saturating_sub(1) };
        self.follow_tension(plan, tension as usize, ctx)
    }

    /// Sets the rates of the new level, and puts events that hang on the tension into or out of force.
    fn follow_tension(
        &mut self,
        plan: &Blueprint,
        tension: usize,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let (terms, now) = (&plan.tensions[tension].parameters, self.politics.levels[tension]);
        let (up, down) = self.politics.clocks[tension];
        ctx.set_clock_rate(up, rise(terms, now) / 365.25)?;
        ctx.set_clock_rate(down, fall(terms, now) / 365.25)?;
        for (e, event) in plan.events.iter().enumerate() {
            if let Trigger::Tension { tension: of, level } = event.trigger
                && of == tension
            {
                self.set_event(plan, e as u32, now >= level, ctx)?;
            }
        }
        Ok(())
    }
}
