//! The whole vocabulary of events, and the phases that order them within one instant.

use autarky_engine::calendar::Phase;
use autarky_engine::simulation::EventCode;

use crate::id::{
    CohortId, ContractId, HardwareId, NationId, OperatorId, OrderId, PoolId, ProjectId, ShelfId,
    ShipmentId, SiteId, SourceId, TokenId, VendorId,
};

/// Order within one instant: the world changes first, the market clears, then observers read.
pub mod phase {
    use super::Phase;
    /// Events between states and hardware releases.
    pub const RULES: Phase = Phase::of::<0>();
    /// Failures, repairs, deliveries.
    pub const NODES: Phase = Phase::of::<1>();
    /// Orders, allocations, prices.
    pub const DECISIONS: Phase = Phase::of::<2>();
    /// Clearing.
    pub const MARKET: Phase = Phase::of::<3>();
    /// Settlement of the month.
    pub const SETTLEMENT: Phase = Phase::of::<4>();
    /// Samples and withdrawal tests.
    pub const OBSERVATION: Phase = Phase::of::<5>();
}

/// Everything that can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A node of the cohort fails (clock).
    NodeFails(CohortId),
    /// A crew of the pool finishes a repair on a node of the cohort.
    RepairDone(PoolId, CohortId),
    /// A spare part for a shelf reaches the pool.
    PartArrives(PoolId, ShelfId),
    /// A host takes a node of the cohort offline (clock).
    HostLeaves(CohortId),
    /// A host brings a node of the cohort back (clock).
    HostReturns(CohortId),
    /// The cohort reaches the end of its life.
    CohortRetires(CohortId),
    /// All nodes of a site lose power or connectivity.
    SiteFails(SiteId),
    /// The site is back.
    SiteRestored(SiteId),
    /// A pool reviews its capacity and orders.
    Review(PoolId),
    /// A licence for an order is decided.
    LicenceDecided(OrderId),
    /// A vendor allocates its output over its backlog.
    Allocation(VendorId),
    /// A shipment arrives.
    Delivery(ShipmentId),
    /// A hardware generation goes on sale.
    HardwareReleased(HardwareId),
    /// A dated event of the scenario takes effect.
    DatedStart(u32),
    /// A dated event of the scenario ends.
    DatedEnd(u32),
    /// A tension rises by one level (clock).
    TensionRises(u32),
    /// A tension falls by one level (clock).
    TensionFalls(u32),
    /// An event of the scenario that answers another takes effect.
    AnswerStarts(u32),
    /// A standing licence is decided.
    StandingLicenceDecided(u32),
    /// A link of a nation to the outside fails; the number of links stands for the cause that takes them all.
    LinkFails(NationId, u32),
    /// It is repaired.
    LinkRestored(NationId, u32),
    /// A nation runs short of hard currency.
    CurrencyShort(NationId),
    /// Hard currency can be had again.
    CurrencyFlows(NationId),
    /// A fiscal year of a government begins.
    FiscalYear(NationId),
    /// A month of work on a project begins.
    ProjectMonth(ProjectId),
    /// A stage of a project is done.
    MilestoneDone(ProjectId),
    /// Open weights come out, by their place among the models.
    ModelReleased(u32),
    /// Chance closes an interface to a nation, or opens it again, by its place among the models.
    ModelAccess(NationId, u32),
    /// A month of a nation's technicians: some join, some emigrate, some retire.
    TalentFlow(NationId),
    /// Technicians of a nation install what was delivered.
    NodesInstalled(NationId),
    /// A security incident of a source begins (clock).
    Incident(u32),
    /// An incident is found.
    IncidentFound(u32),
    /// The nodes that an incident took down work again.
    Recovery(u32),
    /// A shipment of the grey channel arrives or is seized.
    GreyArrives(u32),
    /// A jurisdiction's part of a stage of production is interrupted.
    StageDisrupted(SourceId),
    /// It is back.
    StageRestored(SourceId),
    /// Negotiations of a contract open: terms are bargained.
    Negotiation(ContractId),
    /// A contract's terms take effect.
    ContractStarts(ContractId),
    /// A contract's terms end.
    ContractEnds(ContractId),
    /// A cloud looks at a zone in which it may open a region.
    RegionReview(PoolId),
    /// A region of a cloud opens.
    RegionOpens(PoolId),
    /// A candidate of a type, by its place among the types of the network, looks at a network.
    CandidateArrives(PoolId, u32),
    /// An operator of a network is bought by another owner (clock).
    Merger(PoolId),
    /// The stake of an operator that left is free.
    UnbondingDone(OperatorId),
    /// Work of a network is assigned to its operators and checked; votes are counted.
    NetworkRound(PoolId),
    /// A dispute begins in a network.
    DisputeBegins(PoolId),
    /// It is settled.
    DisputeEnds(PoolId),
    /// Tokens are issued, divided and sold, and the price moves.
    Epoch(TokenId),
    /// Demand, prices and clearing of one tick.
    Tick,
    /// Bills are paid, prices posted, hazards aged.
    MonthEnd,
    /// Series are sampled and withdrawals tested.
    Sample,
}

impl EventCode for Event {
    #[inline]
    fn code(&self) -> u16 {
        match self {
            Self::NodeFails(_) => 1,
            Self::RepairDone(..) => 2,
            Self::PartArrives(..) => 3,
            Self::HostLeaves(_) => 4,
            Self::HostReturns(_) => 5,
            Self::CohortRetires(_) => 6,
            Self::SiteFails(_) => 7,
            Self::SiteRestored(_) => 8,
            Self::Review(_) => 9,
            Self::LicenceDecided(_) => 10,
            Self::Allocation(_) => 11,
            Self::Delivery(_) => 12,
            Self::HardwareReleased(_) => 13,
            Self::DatedStart(_) => 14,
            Self::DatedEnd(_) => 15,
            Self::CurrencyShort(_) => 30,
            Self::CurrencyFlows(_) => 31,
            Self::FiscalYear(_) => 20,
            Self::ProjectMonth(_) => 23,
            Self::MilestoneDone(_) => 24,
            Self::TalentFlow(_) => 94,
            Self::NodesInstalled(_) => 95,
            Self::ModelReleased(_) => 97,
            Self::ModelAccess(..) => 96,
            Self::Tick => 16,
            Self::MonthEnd => 17,
            Self::Sample => 18,
            Self::TensionRises(_) => 40,
            Self::TensionFalls(_) => 41,
            Self::AnswerStarts(_) => 42,
            Self::StandingLicenceDecided(_) => 43,
            Self::LinkFails(..) => 75,
            Self::LinkRestored(..) => 76,
            Self::Incident(_) => 90,
            Self::IncidentFound(_) => 91,
            Self::Recovery(_) => 92,
            Self::GreyArrives(_) => 44,
            Self::StageDisrupted(_) => 50,
            Self::StageRestored(_) => 51,
            Self::Negotiation(_) => 60,
            Self::ContractStarts(_) => 61,
            Self::ContractEnds(_) => 62,
            Self::RegionReview(_) => 63,
            Self::RegionOpens(_) => 64,
            Self::CandidateArrives(..) => 80,
            Self::Merger(_) => 81,
            Self::UnbondingDone(_) => 82,
            Self::NetworkRound(_) => 83,
            Self::DisputeBegins(_) => 84,
            Self::DisputeEnds(_) => 85,
            Self::Epoch(_) => 86,
        }
    }

    #[inline]
    fn entity(&self) -> u32 {
        match *self {
            Self::NodeFails(CohortId(id))
            | Self::RepairDone(_, CohortId(id))
            | Self::HostLeaves(CohortId(id))
            | Self::HostReturns(CohortId(id))
            | Self::CohortRetires(CohortId(id))
            | Self::PartArrives(PoolId(id), _)
            | Self::LinkFails(NationId(id), _)
            | Self::LinkRestored(NationId(id), _)
            | Self::Review(PoolId(id))
            | Self::RegionReview(PoolId(id))
            | Self::RegionOpens(PoolId(id))
            | Self::CandidateArrives(PoolId(id), _)
            | Self::Merger(PoolId(id))
            | Self::NetworkRound(PoolId(id))
            | Self::DisputeBegins(PoolId(id))
            | Self::DisputeEnds(PoolId(id))
            | Self::UnbondingDone(OperatorId(id))
            | Self::Epoch(TokenId(id))
            | Self::SiteFails(SiteId(id))
            | Self::SiteRestored(SiteId(id))
            | Self::LicenceDecided(OrderId(id))
            | Self::Allocation(VendorId(id))
            | Self::Delivery(ShipmentId(id))
            | Self::HardwareReleased(HardwareId(id))
            | Self::CurrencyShort(NationId(id))
            | Self::CurrencyFlows(NationId(id))
            | Self::FiscalYear(NationId(id))
            | Self::ProjectMonth(ProjectId(id))
            | Self::MilestoneDone(ProjectId(id))
            | Self::TalentFlow(NationId(id))
            | Self::NodesInstalled(NationId(id))
            | Self::ModelReleased(id)
            | Self::ModelAccess(NationId(id), _)
            | Self::StageDisrupted(SourceId(id))
            | Self::StageRestored(SourceId(id))
            | Self::Negotiation(ContractId(id))
            | Self::ContractStarts(ContractId(id))
            | Self::ContractEnds(ContractId(id))
            | Self::DatedStart(id)
            | Self::DatedEnd(id)
            | Self::TensionRises(id)
            | Self::TensionFalls(id)
            | Self::AnswerStarts(id)
            | Self::StandingLicenceDecided(id)
            | Self::Incident(id)
            | Self::IncidentFound(id)
            | Self::Recovery(id)
            | Self::GreyArrives(id) => id,
            Self::Tick | Self::MonthEnd | Self::Sample => 0,
        }
    }
}
