//! Handlers change the state. One file per family of events; the one `match` is here.

mod alliance;
mod chain;
mod connectivity;
mod contract;
mod fiscal;
mod government;
mod grey;
mod hard_currency;
mod model_layer;
mod network;
mod node;
mod project;
mod region;
mod rules;
mod security;
mod settlement;
mod shock;
mod stockpile;
mod supply;
mod talent;
mod tick;
mod vendor;
mod withdrawal;

use autarky_engine::simulation::Model;

use crate::blueprint::Blueprint;
use crate::event::Event;
use crate::metric;
use crate::rule::Rules;
use crate::world::{Ctx, ModelError, World};

pub(crate) use node::churn_trials;
pub use node::crews;
pub(crate) use settlement::MONTH;

/// One replication as the engine runs it.
#[derive(Debug, Clone)]
pub struct Market<'a> {
    /// What does not change.
    pub plan: &'a Blueprint,
    /// Who decides at the start of fiscal years.
    pub rules: Rules<'a>,
    /// What does change.
    pub world: World,
}

impl Model for Market<'_> {
    type Event = Event;
    type Error = ModelError;

    #[expect(clippy::too_many_lines, reason = "the one match over the whole vocabulary of events")]
    fn handle(&mut self, ctx: &mut Ctx<'_>, event: Event) -> Result<(), ModelError> {
        let Self { plan, rules, world } = self;
        if world.sleeps_through(event) {
            return Ok(());
        }
        world.day = ctx.now().as_days();
        match event {
            Event::NodeFails(cohort) => world.node_fails(plan, cohort, ctx),
            Event::RepairDone(pool, cohort) => world.repair_done(plan, pool, cohort, ctx),
            Event::PartArrives(pool, shelf) => world.part_arrives(plan, pool, shelf, ctx),
            Event::HostLeaves(cohort) => world.host_leaves(plan, cohort, ctx),
            Event::HostReturns(cohort) => world.host_returns(plan, cohort, ctx),
            Event::CohortRetires(cohort) => world.retire(plan, cohort, ctx),
            Event::SiteFails(site) => world.site_fails(plan, site, ctx),
            Event::SiteRestored(site) => world.site_restored(plan, site, ctx),
            Event::Review(pool) => world.review(plan, pool, ctx),
            Event::LicenceDecided(order) => world.licence_decided(plan, order, ctx),
            Event::Allocation(vendor) => world.allocation(plan, vendor, ctx),
            Event::Delivery(shipment) => world.delivery(plan, shipment, ctx),
            Event::HardwareReleased(model) => {
                world.hardware_released(plan, model, ctx.now().as_days());
                Ok(())
            }
            Event::DatedStart(event) => world.set_event(plan, event, true, ctx),
            Event::DatedEnd(event) => world.set_event(plan, event, false, ctx),
            Event::TensionRises(tension) => world.tension_moves(plan, (tension, true), ctx),
            Event::TensionFalls(tension) => world.tension_moves(plan, (tension, false), ctx),
            Event::AnswerStarts(event) => world.answer_starts(plan, event, ctx),
            Event::GreyArrives(slot) => world.grey_arrives(plan, slot, ctx),
            Event::StandingLicenceDecided(slot) => {
                world.standing_licence_decided(plan, slot, ctx);
                Ok(())
            }
            Event::Negotiation(contract) => world.negotiate(plan, contract, ctx),
            Event::ContractStarts(contract) => world.contract_starts(plan, contract, ctx),
            Event::ContractEnds(contract) => {
                world.contract_ends(plan, contract, ctx.now());
                Ok(())
            }
            Event::LinkFails(nation, link) => world.link_moves(plan, (nation, link, false), ctx),
            Event::LinkRestored(nation, link) => world.link_moves(plan, (nation, link, true), ctx),
            Event::CurrencyShort(nation) | Event::CurrencyFlows(nation) => {
                world.currency_switches(plan, nation, ctx)
            }
            Event::FiscalYear(nation) => world.fiscal_year(plan, (nation, rules.of(nation)), ctx),
            Event::ProjectMonth(project) => world.project_month(plan, project, ctx),
            Event::MilestoneDone(project) => world.milestone_done(plan, project, ctx),
            Event::TalentFlow(nation) => world.talent_flow(plan, nation, ctx),
            Event::ModelReleased(model) => world.model_released(plan, model, ctx),
            Event::ModelAccess(nation, model) => world.model_access(plan, (nation, model), ctx),
            Event::NodesInstalled(nation) => world.nodes_installed(plan, nation, ctx),
            Event::Incident(source) => world.incident(plan, source, ctx),
            Event::IncidentFound(slot) => world.incident_found(plan, slot, ctx),
            Event::Recovery(slot) => {
                world.recovery(slot);
                Ok(())
            }
            Event::StageDisrupted(source) => world.stage_disrupted(plan, source, ctx),
            Event::StageRestored(source) => world.stage_restored(plan, source, ctx),
            Event::RegionReview(pool) => world.region_review(plan, pool, ctx),
            Event::RegionOpens(pool) => world.region_opens(plan, pool, ctx),
            Event::CandidateArrives(pool, kind) => world.candidate_arrives(plan, (pool, kind), ctx),
            Event::Merger(pool) => world.merger(plan, pool, ctx),
            Event::UnbondingDone(operator) => world.unbonding_done(plan, operator),
            Event::NetworkRound(pool) => world.network_round(plan, pool, ctx),
            Event::DisputeBegins(pool) => world.dispute_begins(plan, pool, ctx),
            Event::DisputeEnds(pool) => world.dispute_ends(plan, pool, ctx),
            Event::Epoch(token) => world.epoch(plan, token, ctx),
            Event::Tick => world.tick(plan, ctx),
            Event::MonthEnd => world.month_end(plan, ctx),
            Event::Sample => metric::sample(world, plan, ctx),
        }?;
        #[cfg(debug_assertions)]
        world.ledger.check()?;
        Ok(())
    }
}
