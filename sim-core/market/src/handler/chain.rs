//! Disruptions of the production chain, jurisdiction by jurisdiction.

use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::SourceId;
use crate::world::{Ctx, ModelError, World};

impl World {
    pub(super) fn stage_disrupted(
        &mut self,
        plan: &Blueprint,
        source: SourceId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.chain.down[source.at()] = true;
        self.refresh_chain(plan, ctx.now().as_days());
        let stage = &plan.chain.stages[plan.chain.sources[source.at()].stage.at()];
        let length =
            stage.parameters.disruption_time * self.chain.streams[source.at()].exponential();
        ctx.schedule_in(
            SimDuration::from_days_f64(length)?,
            phase::NODES,
            Event::StageRestored(source),
        )?;
        Ok(())
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
        // Beyond every horizon.
        if rate > 0.0 && wait / rate < 1e4 {
            let after = SimDuration::from_days_f64(wait / rate * 365.25)?;
            ctx.schedule_in(after, phase::NODES, Event::StageDisrupted(source))?;
        }
        Ok(())
    }
}
