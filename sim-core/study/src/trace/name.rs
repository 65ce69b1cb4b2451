//! Words for events, and names of what they are about, read off blueprint and state. What is gone by then has its number only.

use std::fmt::Write;

use autarky_market::blueprint::Blueprint;
use autarky_market::blueprint::security::Place;
use autarky_market::event::Event;
use autarky_market::handler::Market;
use autarky_market::id::{CohortId, HardwareId, NationId, PoolId, SiteId, SourceId};
use autarky_market::world::World;
use autarky_market::world::licence::Party;
use autarky_market::world::supply::Order;

/// Declares the word of every event once.
macro_rules! kinds {
    ($($pattern:pat => $word:literal),+ $(,)?) => {
        /// Words of all kinds of events.
        pub const KINDS: &[&str] = &[$($word),+];

        /// The word of an event.
        pub(super) const fn kind(event: &Event) -> &'static str {
            match event { $($pattern => $word),+ }
        }
    };
}

kinds! {
    Event::NodeFails(_) => "node_fails",
    Event::RepairDone(..) => "repair_done",
    Event::PartArrives(..) => "part_arrives",
    Event::HostLeaves(_) => "host_leaves",
    Event::HostReturns(_) => "host_returns",
    Event::CohortRetires(_) => "cohort_retires",
    Event::SiteFails(_) => "site_fails",
    Event::SiteRestored(_) => "site_restored",
    Event::Review(_) => "review",
    Event::LicenceDecided(_) => "licence_decided",
    Event::Allocation(_) => "allocation",
    Event::Delivery(_) => "delivery",
    Event::HardwareReleased(_) => "hardware_released",
    Event::DatedStart(_) => "dated_start",
    Event::DatedEnd(_) => "dated_end",
    Event::TensionRises(_) => "tension_rises",
    Event::TensionFalls(_) => "tension_falls",
    Event::AnswerStarts(_) => "answer_starts",
    Event::StandingLicenceDecided(_) => "standing_licence_decided",
    Event::LinkFails(..) => "link_fails",
    Event::LinkRestored(..) => "link_restored",
    Event::CurrencyShort(_) => "currency_short",
    Event::CurrencyFlows(_) => "currency_flows",
    Event::FiscalYear(_) => "fiscal_year",
    Event::ProjectMonth(_) => "project_month",
    Event::MilestoneDone(_) => "milestone_done",
    Event::ModelReleased(_) => "model_released",
    Event::ModelAccess(..) => "model_access",
    Event::TalentFlow(_) => "talent_flow",
    Event::NodesInstalled(_) => "nodes_installed",
    Event::Incident(_) => "incident",
    Event::IncidentFound(_) => "incident_found",
    Event::Recovery(_) => "recovery",
    Event::GreyArrives(_) => "grey_arrives",
    Event::StageDisrupted(_) => "stage_disrupted",
    Event::StageRestored(_) => "stage_restored",
    Event::Negotiation(_) => "negotiation",
    Event::ContractStarts(_) => "contract_starts",
    Event::ContractEnds(_) => "contract_ends",
    Event::RegionReview(_) => "region_review",
    Event::RegionOpens(_) => "region_opens",
    Event::CandidateArrives(..) => "candidate_arrives",
    Event::Merger(_) => "merger",
    Event::UnbondingDone(_) => "unbonding_done",
    Event::NetworkRound(_) => "network_round",
    Event::DisputeBegins(_) => "dispute_begins",
    Event::DisputeEnds(_) => "dispute_ends",
    Event::Epoch(_) => "epoch",
    Event::Tick => "tick",
    Event::MonthEnd => "month_end",
    Event::Sample => "sample",
}

/// Appends the name of what an event is about; nothing where it is about everything.
#[expect(clippy::too_many_lines, reason = "one match over the whole vocabulary of events")]
pub(super) fn entity(out: &mut String, market: &Market<'_>, event: Event) {
    let names = Names { plan: market.plan, world: &market.world };
    let plan = market.plan;
    // Writing to a text cannot fail.
    let _ = match event {
        Event::NodeFails(cohort)
        | Event::RepairDone(_, cohort)
        | Event::HostLeaves(cohort)
        | Event::HostReturns(cohort)
        | Event::CohortRetires(cohort) => names.cohort(out, cohort),
        Event::PartArrives(pool, shelf) => {
            let vendor = id(&plan.vendors, plan.shelf_vendor(shelf).at(), |v| &v.id);
            write!(out, "{}: part of {vendor}", names.pool(pool))
        }
        Event::SiteFails(site) | Event::SiteRestored(site) => names.site(out, site),
        Event::Review(pool)
        | Event::RegionReview(pool)
        | Event::RegionOpens(pool)
        | Event::Merger(pool)
        | Event::NetworkRound(pool)
        | Event::DisputeBegins(pool)
        | Event::DisputeEnds(pool) => out.write_str(names.pool(pool)),
        Event::CandidateArrives(pool, place) => {
            write!(out, "{}: {}", names.pool(pool), names.operator_kind(pool, place))
        }
        Event::UnbondingDone(operator) => match market.world.operators.get(operator.at()) {
            Some(found) => write!(out, "operator {} of {}", operator.at(), names.pool(found.pool)),
            None => write!(out, "operator {}", operator.at()),
        },
        Event::LicenceDecided(order) => names.order(out, market.world.orders.get(order.0), None),
        Event::Delivery(shipment) => {
            let found = market.world.shipments.get(shipment.0);
            names.order(out, found.map(|s| &s.order), found.map(|s| s.nodes))
        }
        Event::GreyArrives(slot) => {
            names.order(out, market.world.grey.shipments.get(slot).map(|s| &s.order), None)
        }
        Event::Allocation(vendor) => out.write_str(id(&plan.vendors, vendor.at(), |v| &v.id)),
        Event::HardwareReleased(hardware) => out.write_str(names.hardware(hardware)),
        Event::DatedStart(at) | Event::DatedEnd(at) | Event::AnswerStarts(at) => {
            out.write_str(id(&plan.events, at as usize, |e| &e.id))
        }
        Event::TensionRises(at) | Event::TensionFalls(at) => {
            out.write_str(id(&plan.tensions, at as usize, |t| &t.id))
        }
        Event::StandingLicenceDecided(slot) => names.licence(out, slot as usize),
        Event::LinkFails(nation, link) | Event::LinkRestored(nation, link) => {
            names.link(out, nation, link)
        }
        Event::CurrencyShort(nation)
        | Event::CurrencyFlows(nation)
        | Event::FiscalYear(nation)
        | Event::TalentFlow(nation)
        | Event::NodesInstalled(nation) => out.write_str(names.nation(nation)),
        Event::ProjectMonth(project) | Event::MilestoneDone(project) => {
            out.write_str(id(&plan.projects.list, project.at(), |p| &p.id))
        }
        Event::ModelReleased(model) => {
            out.write_str(id(&plan.models.list, model as usize, |m| &m.id))
        }
        Event::ModelAccess(nation, model) => {
            let model = id(&plan.models.list, model as usize, |m| &m.id);
            write!(out, "{model} towards {}", names.nation(nation))
        }
        Event::Incident(source) => names.incident(out, source as usize),
        Event::IncidentFound(slot) | Event::Recovery(slot) => {
            match market.world.security.incidents.get(slot) {
                Some(found) => names.incident(out, found.source),
                None => write!(out, "incident {slot}"),
            }
        }
        Event::StageDisrupted(source) | Event::StageRestored(source) => names.stage(out, source),
        Event::Negotiation(contract)
        | Event::ContractStarts(contract)
        | Event::ContractEnds(contract) => {
            out.write_str(id(&plan.contracts.list, contract.at(), |c| &c.id))
        }
        Event::Epoch(token) => out.write_str(id(&plan.networks.tokens, token.at(), |t| &t.id)),
        Event::Tick | Event::MonthEnd | Event::Sample => Ok(()),
    };
}

/// The identifier of one of a list; `?` for what is not there.
fn id<T>(list: &[T], at: usize, of: impl Fn(&T) -> &String) -> &str {
    list.get(at).map_or("?", |one| of(one).as_str())
}

#[derive(Clone, Copy)]
struct Names<'a> {
    plan: &'a Blueprint,
    world: &'a World,
}

impl<'a> Names<'a> {
    fn pool(self, pool: PoolId) -> &'a str {
        id(&self.plan.pools, pool.at(), |p| &p.id)
    }

    fn nation(self, nation: NationId) -> &'a str {
        id(&self.plan.nations, nation.at(), |n| &n.id)
    }

    fn hardware(self, hardware: HardwareId) -> &'a str {
        id(&self.plan.hardware, hardware.at(), |h| &h.id)
    }

    fn operator_kind(self, pool: PoolId, place: u32) -> &'a str {
        let networks = &self.plan.networks;
        let network = networks.of_pool.get(pool.at()).copied().flatten();
        let kinds = network.and_then(|n| networks.list.get(n)).map(|n| &n.kinds);
        let kind = kinds.and_then(|kinds| kinds.get(place as usize));
        kind.map_or("?", |(kind, _)| id(&networks.kinds, *kind, |k| &k.id))
    }

    fn cohort(self, out: &mut String, cohort: CohortId) -> std::fmt::Result {
        write!(out, "cohort {}", cohort.at())?;
        let Some(found) = self.world.cohorts.get(cohort.at()) else { return Ok(()) };
        let site = self.world.sites.get(found.site.at());
        let pool = site.map_or("?", |site| self.pool(site.pool));
        write!(out, " of {pool}: {}", self.hardware(found.hardware))
    }

    fn site(self, out: &mut String, site: SiteId) -> std::fmt::Result {
        write!(out, "site {}", site.at())?;
        let Some(found) = self.world.sites.get(site.at()) else { return Ok(()) };
        write!(out, " of {}", self.pool(found.pool))
    }

    fn order(
        self,
        out: &mut String,
        order: Option<&Order>,
        nodes: Option<u32>,
    ) -> std::fmt::Result {
        let Some(order) = order else { return out.write_str("an order that is gone") };
        let (nodes, hardware) = (nodes.unwrap_or(order.nodes), self.hardware(order.hardware));
        write!(out, "{nodes} nodes of {hardware} for {}", self.pool(order.pool))
    }

    fn licence(self, out: &mut String, slot: usize) -> std::fmt::Result {
        let nations = self.plan.nations.len().max(1);
        let to = self.nation(NationId::new(slot % nations));
        let vendor = |at: usize| id(&self.plan.vendors, at, |v| &v.id);
        match Party::all(self.plan).nth(slot / nations) {
            Some(Party::Spares(v)) => write!(out, "spare parts of {} to {to}", vendor(v.at())),
            Some(Party::Services(v)) => write!(out, "services of {} to {to}", vendor(v.at())),
            Some(Party::Cloud(p)) => {
                write!(out, "cloud {} to {to}", id(&self.plan.providers, p.at(), |p| &p.id))
            }
            None => write!(out, "licence {slot}"),
        }
    }

    /// The number of links stands for the cause that takes them all.
    fn link(self, out: &mut String, nation: NationId, link: u32) -> std::fmt::Result {
        let links = self.plan.nations.get(nation.at()).map_or(0, |n| n.parameters.links);
        if i64::from(link) == links {
            write!(out, "{}: all links", self.nation(nation))
        } else {
            write!(out, "{}: link {link}", self.nation(nation))
        }
    }

    fn incident(self, out: &mut String, source: usize) -> std::fmt::Result {
        let security = &self.plan.security;
        let Some(found) = security.sources.get(source) else {
            return write!(out, "source {source}");
        };
        let place = match found.place {
            Place::Pool(pool) => self.pool(pool),
            Place::Vendor(vendor) => id(&self.plan.vendors, vendor.at(), |v| &v.id),
        };
        write!(out, "{} at {place}", id(&security.vectors, found.vector, |v| &v.id))
    }

    fn stage(self, out: &mut String, source: SourceId) -> std::fmt::Result {
        let chain = &self.plan.chain;
        let Some(found) = chain.sources.get(source.at()) else {
            return write!(out, "source {}", source.at());
        };
        let place = id(&chain.jurisdictions, found.jurisdiction.at(), |j| j);
        write!(out, "{} in {place}", id(&chain.stages, found.stage.at(), |s| &s.id))
    }
}
