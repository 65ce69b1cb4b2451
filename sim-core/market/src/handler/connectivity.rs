//! Links abroad fail and are repaired: an alternating renewal process a link, and one for the causes they share.

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::NationId;
use crate::mechanism::connectivity::outage_rate;
use crate::world::{Ctx, ModelError, World, schedule_after};

impl World {
    /// Schedules the first failure of every link of every nation that has outages.
    ///
    /// # Errors
    /// When the calendar refuses an event.
    pub(crate) fn begin_connectivity(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for n in 0..plan.nations.len() {
            for cause in 0..=plan.nations[n].parameters.links as u32 {
                self.schedule_link_failure(plan, (NationId::new(n), cause), ctx)?;
            }
        }
        Ok(())
    }

    fn schedule_link_failure(
        &mut self,
        plan: &Blueprint,
        (nation, cause): (NationId, u32),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let rate = outage_rate(&plan.nations[nation.at()].parameters, cause);
        if rate <= 0.0 {
            return Ok(());
        }
        let wait = self.connectivity.draw(nation, cause) / rate * 365.25;
        schedule_after(ctx, wait, (phase::RULES, Event::LinkFails(nation, cause)))
    }

    /// A cause of outages of a nation's links begins or ends.
    pub(super) fn link_moves(
        &mut self,
        plan: &Blueprint,
        (nation, cause, up): (NationId, u32, bool),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let before = self.connectivity.is_connected(nation);
        self.connectivity.set(nation, cause, up);
        self.market.tastes_changed |= before != self.connectivity.is_connected(nation);
        if up {
            return self.schedule_link_failure(plan, (nation, cause), ctx);
        }
        self.schedule_link_repair(plan, (nation, cause), ctx)
    }

    fn schedule_link_repair(
        &mut self,
        plan: &Blueprint,
        (nation, cause): (NationId, u32),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let mean = plan.nations[nation.at()].parameters.link_outage_time;
        let length = mean * self.connectivity.draw(nation, cause);
        schedule_after(ctx, length, (phase::RULES, Event::LinkRestored(nation, cause)))
    }

    /// Draws the next change of every link anew, from streams of their own for the label: waits are exponential, and so is what is left of
    /// them. Changes that were scheduled must have been cancelled.
    pub(super) fn redraw_links(
        &mut self,
        plan: &Blueprint,
        label: u64,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.connectivity.fork(label);
        for (n, nation) in plan.nations.iter().enumerate() {
            let id = NationId::new(n);
            for cause in 0..=nation.parameters.links as u32 {
                if outage_rate(&nation.parameters, cause) <= 0.0 {
                    continue;
                }
                if self.connectivity.is_up(id, cause) {
                    self.schedule_link_failure(plan, (id, cause), ctx)?;
                } else {
                    self.schedule_link_repair(plan, (id, cause), ctx)?;
                }
            }
        }
        Ok(())
    }
}
