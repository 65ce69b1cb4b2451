//! Disruptions of the production chain, jurisdiction by jurisdiction.

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::SourceId;
use crate::world::{Ctx, ModelError, World, schedule_after};

impl World {
    pub(super) fn stage_disrupted(
        &mut self,
        plan: &Blueprint,
        source: SourceId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.chain.down[source.at()] = true;
        self.refresh_chain(plan, ctx.now().as_days());
        self.schedule_restoration(plan, source, ctx)
    }

    pub(super) fn stage_restored(
        &mut self,
        plan: &Blueprint,
        source: SourceId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.chain.down[source.at()] = false;
        self.refresh_chain(plan, ctx.now().as_days());
        self.schedule_disruption(plan, source, ctx)
    }

    /// Brings the chain up to a withdrawal in force and draws what is left of times to disruptions and of disruptions anew: both are exponential.
    ///
    /// # Errors
    /// When a time does not fit the calendar.
    pub(super) fn redraw_disruptions(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.refresh_chain(plan, ctx.now().as_days());
        for source in (0..plan.chain.sources.len()).map(SourceId::new) {
            if self.chain.down[source.at()] {
                self.schedule_restoration(plan, source, ctx)?;
            } else {
                self.schedule_disruption(plan, source, ctx)?;
            }
        }
        Ok(())
    }

    fn schedule_restoration(
        &mut self,
        plan: &Blueprint,
        source: SourceId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let stage = &plan.chain.stages[plan.chain.sources[source.at()].stage.at()];
        let length =
            stage.parameters.disruption_time * self.chain.streams[source.at()].exponential();
        schedule_after(ctx, length, (phase::NODES, Event::StageRestored(source)))
    }

    /// Schedules the next disruption of a source, if its stage has any.
    ///
    /// # Errors
    /// When the time does not fit the calendar.
    pub(crate) fn schedule_disruption(
        &mut self,
        plan: &Blueprint,
        source: SourceId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let stage = &plan.chain.stages[plan.chain.sources[source.at()].stage.at()];
        let rate = stage.parameters.disruption_rate;
        let wait = self.chain.streams[source.at()].exponential();
        if rate <= 0.0 {
            return Ok(());
        }
        schedule_after(ctx, wait / rate * 365.25, (phase::NODES, Event::StageDisrupted(source)))
    }
}
