//! A party withdraws inside a copy of the world, and the copy goes on with a future of its own.

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::{NationId, OrderId, SiteId, VendorId};
use crate::world::withdrawal::Withdrawn;
use crate::world::{Churn, Ctx, ModelError, World, schedule_after};

impl World {
    /// Puts a withdrawal in force and gives every process draws of its own for the label. What chance had already decided for the
    /// original but has not happened (outages, clocks) is drawn anew, so that the copy does not know its original's future.
    ///
    /// # Errors
    /// When a time does not fit the calendar.
    pub fn withdraw(
        &mut self,
        plan: &Blueprint,
        withdrawn: Withdrawn,
        label: u64,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.withdrawn = Some(withdrawn);
        self.market.tastes_changed = true;
        // Samples are the original's; outages are drawn anew.
        ctx.retain(|event| {
            !matches!(
                event,
                Event::Sample
                    | Event::SiteFails(_)
                    | Event::SiteRestored(_)
                    | Event::LinkFails(..)
                    | Event::LinkRestored(..)
                    | Event::StageDisrupted(_)
                    | Event::StageRestored(_)
                    | Event::CurrencyShort(_)
                    | Event::CurrencyFlows(_)
                    | Event::ModelReleased(_)
                    | Event::ModelAccess(..)
                    | Event::CandidateArrives(..)
                    | Event::DisputeBegins(_)
                    | Event::DisputeEnds(_)
                    | Event::IncidentFound(_)
                    | Event::Recovery(_)
            )
        });
        self.replication = label;
        self.fork_streams(label);
        self.shocks.fork(plan, label);
        ctx.fork_clocks(label);
        self.redraw_outages(plan, ctx)?;
        self.redraw_links(plan, label, ctx)?;
        self.redraw_disruptions(plan, ctx)?;
        self.redraw_incidents(plan, ctx)?;
        self.redraw_networks(plan, label, ctx)?;
        self.hard_currency.fork(plan, label, ctx.now().as_days() / 365.25);
        for n in 0..plan.nations.len() {
            self.schedule_currency(plan, NationId::new(n), ctx)?;
        }
        self.schedule_models(plan, ctx)?;
        self.refresh_models(plan, ctx.now().as_days());
        for v in 0..plan.vendors.len() {
            let vendor = VendorId::new(v);
            if self.supply_is_withdrawn(plan, vendor, withdrawn.nation) {
                self.cancel_withdrawn_orders(plan, v);
            }
            if self.service_is_withdrawn(plan, vendor, withdrawn.nation) {
                let day = ctx.now().as_days();
                self.set_service(plan, (vendor, withdrawn.nation), true, day);
            }
        }
        Ok(())
    }

    /// Whether an event of the rules happens in vain because a frozen copy keeps the regimes that it began with.
    pub(super) fn sleeps_through(&self, event: Event) -> bool {
        self.is_frozen()
            && matches!(
                event,
                Event::DatedStart(_)
                    | Event::DatedEnd(_)
                    | Event::TensionRises(_)
                    | Event::TensionFalls(_)
                    | Event::AnswerStarts(_)
                    | Event::LicenceDecided(_)
                    | Event::StandingLicenceDecided(_)
                    | Event::CurrencyShort(_)
                    | Event::CurrencyFlows(_)
                    | Event::CandidateArrives(..)
                    | Event::TalentFlow(_)
                    | Event::ModelReleased(_)
                    | Event::ModelAccess(..)
                    | Event::Merger(_)
                    | Event::UnbondingDone(_)
                    | Event::NetworkRound(_)
                    | Event::DisputeBegins(_)
                    | Event::DisputeEnds(_)
                    | Event::Epoch(_)
                    | Event::Incident(_)
                    | Event::IncidentFound(_)
            )
    }

    fn fork_streams(&mut self, label: u64) {
        let pools = self.pools.iter_mut().map(|p| &mut p.repair);
        let vendors = self.vendors.iter_mut().map(|v| &mut v.output);
        let cohorts = self.cohorts.iter_mut().map(|c| &mut c.part_need);
        let market = self.market.noise_streams.iter_mut().chain(&mut self.market.rate_streams);
        let sites = self.outage.iter_mut().chain(&mut self.chain.streams);
        for stream in pools.chain(vendors).chain(cohorts).chain(market).chain(sites) {
            *stream = stream.fork(label);
        }
        for cohort in &mut self.cohorts {
            if let Some(Churn::Counts { leave, back }) = &mut cohort.churn {
                (*leave, *back) = (leave.fork(label), back.fork(label));
            }
        }
    }

    /// Times to the next outage and to the end of one are exponential: what is left of them is so too.
    fn redraw_outages(&mut self, plan: &Blueprint, ctx: &mut Ctx<'_>) -> Result<(), ModelError> {
        for site in (0..self.sites.len()).map(SiteId::new) {
            if self.site_up[site.at()] {
                self.schedule_outage(plan, site, ctx)?;
                continue;
            }
            let provider = plan.pools[self.sites[site.at()].pool.at()].provider;
            let mean = plan.providers[provider.at()].parameters.outage_time;
            let left = mean * self.outage[site.at()].exponential();
            schedule_after(ctx, left, (phase::NODES, Event::SiteRestored(site)))?;
        }
        Ok(())
    }

    fn cancel_withdrawn_orders(&mut self, plan: &Blueprint, v: usize) {
        let nation = self.withdrawn.map(|w| w.nation);
        let caught = |id: OrderId| {
            let order = self.orders.get(id.0);
            order.is_some_and(|o| Some(plan.pools[o.pool.at()].zone) == nation)
        };
        let cancelled = self.vendors[v].take_orders(caught);
        for id in cancelled {
            self.drop_order(plan, id);
        }
    }
}
