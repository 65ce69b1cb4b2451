//! The state of one replication: columns indexed by the ids of the blueprint, and cohorts, orders and shipments that come and go.
//!
//! Handlers change it through the methods here, which keep the counts that belong together in step.

pub mod alliance;
pub mod chain;
pub mod connectivity;
pub mod contracts;
pub mod fleet;
pub mod government;
pub mod grey;
pub mod hard_currency;
pub mod licence;
pub mod market;
pub mod model_layer;
pub mod network;
pub mod operator;
pub mod politics;
pub mod project;
pub mod region;
pub mod remote;
pub mod security;
pub mod shock;
pub mod spillover;
pub mod stockpile;
pub mod supply;
pub mod talent;
pub mod token;
pub mod vendor;
pub mod withdrawal;

use autarky_engine::calendar::{CalendarError, ClockId, Phase};
use autarky_engine::rng::{KeyedDraws, Stream, StreamKey};
use autarky_engine::sampler::SamplerError;
use autarky_engine::simulation::Context;
use autarky_engine::time::{SimDuration, TimeError};

use crate::blueprint::{Blueprint, Site};
use crate::id::{CohortId, HardwareId, NationId, SiteId};
use crate::ledger::{AccountId, Currency, Ledger, LedgerError};
use crate::mechanism::clearing::InvalidParameter;
use crate::mechanism::export_control::Regimes;
use crate::metric::integrity::Violation;
use crate::process::Process;
use crate::rule::RuleError;

/// What handlers see of the engine.
pub type Ctx<'a> = Context<'a, crate::event::Event>;

/// Identical nodes of one operator, model, site and vintage.
#[derive(Debug, Clone)]
pub struct Cohort {
    /// Where.
    pub site: SiteId,
    /// What.
    pub hardware: HardwareId,
    /// Eligibility of its block: an index below [`crate::blueprint::LEVELS`].
    pub level: usize,
    /// Where its servers are counted, `[group × hardware]`: follows from its pool, level and hardware.
    pub cell: u32,
    /// Day of installation of its first nodes (negative: before the start).
    pub founded: f64,
    /// Mean day of installation of its nodes, from which their age counts.
    pub vintage: f64,
    /// Servers in one node.
    pub servers: u32,
    /// Whether they came through the grey channel, without spare parts.
    pub grey: bool,
    /// Hazard of one node, a day; follows the age month by month.
    pub hazard: f64,
    /// Nodes alive: the sum of the four states below.
    pub nodes: u32,
    /// Working.
    pub up: u32,
    /// Failed, with a part where one is needed: in repair or waiting for a crew.
    pub repairing: u32,
    /// Failed, waiting for a part.
    pub waiting_part: u32,
    /// Taken offline by their host.
    pub offline: u32,
    /// Failure clock.
    pub failure: ClockId,
    /// Churn, if its provider has any.
    pub churn: Option<Churn>,
    /// Whether a failure needs a part.
    pub part_need: Stream,
    /// Whether it has reached the end of its life.
    pub retired: bool,
}

impl Cohort {
    /// Compute of one node, H100e.
    #[must_use]
    pub fn node_compute(&self, plan: &Blueprint) -> f64 {
        f64::from(self.servers) * plan.server_compute(self.hardware)
    }
}

/// How hosts of a cohort leave and return.
#[derive(Debug, Clone)]
pub enum Churn {
    /// Event by event.
    Clocks {
        /// Hosts leave.
        leave: ClockId,
        /// Hosts return.
        back: ClockId,
        /// Rate at which a working host leaves under its provider, a day.
        leave_rate: f64,
        /// Rate at which one offline returns, a day.
        return_rate: f64,
    },
    /// Per tick, from one keyed uniform each.
    Counts {
        /// Hosts leave.
        leave: KeyedDraws,
        /// Hosts return.
        back: KeyedDraws,
    },
}

/// Accounts of the ledger.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Buyers of compute, by zone.
    pub buyers: Vec<AccountId>,
    /// Power companies, by zone.
    pub power: Vec<AccountId>,
    /// Staff, buildings and services, by zone.
    pub services: Vec<AccountId>,
    /// Treasuries, by zone: they receive appropriations and tariffs.
    pub treasuries: Vec<AccountId>,
    /// Taxpayers, by zone: they pay appropriations.
    pub taxpayers: Vec<AccountId>,
    /// Dealers of the parallel currency market, by zone: they receive premia.
    pub dealers: Vec<AccountId>,
    /// Providers.
    pub providers: Vec<AccountId>,
    /// Clubs of members that share capacity, in dollars.
    pub clubs: Vec<AccountId>,
    /// Vendors.
    pub vendors: Vec<AccountId>,
    /// Sellers of the grey channel.
    pub grey: AccountId,
    /// Operators of networks that decide for themselves, by network, in dollars.
    pub operators: Vec<AccountId>,
    /// Owners of operators, by zone in which they live.
    pub owners: Vec<AccountId>,
    /// Buyers of tokens, by zone.
    pub holders: Vec<AccountId>,
    /// Buyers of tokens abroad.
    pub holders_abroad: AccountId,
    /// Dealers in used hardware.
    pub used: AccountId,
    /// Currency of each zone: its own for focus nations, the dollar for blocs.
    pub currencies: Vec<Currency>,
}

/// Counters that must agree with the world whenever it is checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct NodeBooks {
    /// Nodes installed, the initial fleet included.
    pub installed: u64,
    /// Nodes retired.
    pub retired: u64,
    /// Failures.
    pub failures: u64,
    /// Repairs.
    pub repairs: u64,
}

/// The state of one replication.
#[derive(Debug, Clone)]
pub struct World {
    /// Seed and replication of all streams.
    pub seed: u64,
    /// Replication.
    pub replication: u64,
    /// Day of the event that is handled.
    pub day: f64,
    /// Cohorts, dead ones included.
    pub cohorts: Vec<Cohort>,
    /// Cohorts alive, in order of birth.
    pub live: Vec<CohortId>,
    /// Those of them whose churn is drawn per tick, in the same order.
    pub counted: Vec<CohortId>,
    /// Whether cohorts changed their provider since the end of the month, at which their clocks follow.
    pub providers_changed: bool,
    /// Cohorts alive by site.
    pub at_site: Vec<Vec<CohortId>>,
    /// Whether each site is up.
    pub site_up: Vec<bool>,
    /// Streams of outages by site.
    pub outage: Vec<Stream>,
    /// Working servers at sites that are up, `[group × hardware]`.
    pub available: Vec<i64>,
    /// Installed servers, `[group × hardware]`.
    pub installed: Vec<i64>,
    /// Operators, those that left included.
    pub operators: Vec<operator::Operator>,
    /// Their sites.
    pub sites: Vec<Site>,
    /// Beneficial owners.
    pub owners: Vec<operator::Owner>,
    /// Networks whose operators decide for themselves.
    pub networks: Vec<network::NetworkState>,
    /// Token protocols.
    pub tokens: Vec<token::TokenState>,
    /// By pool.
    pub pools: Vec<supply::PoolState>,
    /// By vendor.
    pub vendors: Vec<vendor::VendorState>,
    /// Production chain.
    pub chain: chain::ChainState,
    /// Open orders and those waiting for a licence; freed slots are reused.
    pub orders: supply::Slots<supply::Order>,
    /// Shipments under way.
    pub shipments: supply::Slots<supply::Shipment>,
    /// Day on which each model went (or goes) on sale; infinite before it is known.
    pub released: Vec<f64>,
    /// Price of a H100e with its system by model, USD, as of this month; infinite before its release.
    pub capital: Vec<f64>,
    /// The grey channel.
    pub grey: grey::GreyState,
    /// Services and locks from afar.
    pub remote: remote::RemoteState,
    /// `[controller × nation]`.
    pub regimes: Vec<Regimes>,
    /// Tensions and events of the scenario.
    pub politics: politics::PoliticsState,
    /// Compute placed under a cap in a calendar year, `[controller × nation]`, with the year.
    pub capped: Vec<(i64, f64)>,
    /// Standing licences by [`licence::Party::slot`].
    pub licences: Vec<licence::StandingLicence>,
    /// Links abroad.
    pub connectivity: connectivity::ConnectivityState,
    /// Demand, prices, clearing.
    pub market: market::MarketState,
    /// Shocks to prices and demand.
    pub shocks: shock::ShockState,
    /// Shortages of hard currency.
    pub hard_currency: hard_currency::HardCurrency,
    /// Purses of the governments, by nation.
    pub governments: Vec<government::Government>,
    /// Projects.
    pub projects: Vec<project::ProjectState>,
    /// Buildings, by pool.
    pub facilities: Vec<project::Facility>,
    /// States' stockpiles of spare parts, by nation and shelf.
    pub stockpiles: Vec<Vec<stockpile::StateShelf>>,
    /// Openness of the trade in hardware.
    pub openness: spillover::Openness,
    /// AI models.
    pub models: model_layer::ModelState,
    /// Technicians by nation, where they are limited.
    pub talent: Vec<Option<talent::Labour>>,
    /// Alliances and commons.
    pub alliances: alliance::AllianceState,
    /// Security: incidents, controls, trust.
    pub security: security::SecurityState,
    /// Long-term contracts.
    pub contracts: contracts::ContractState,
    /// Regions that clouds may open, by pool.
    pub regions: Vec<region::RegionState>,
    /// Books.
    pub ledger: Ledger,
    /// Accounts.
    pub accounts: Accounts,
    /// Node counts.
    pub node_books: NodeBooks,
    /// Observers.
    pub observers: crate::metric::Observers,
    /// The withdrawal that a nested rollout is about; none in a replication itself.
    pub withdrawn: Option<withdrawal::Withdrawn>,
}

/// Why a replication failed. But for rules each is a defect of the program or a scenario beyond its limits, never of the user's typing.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelError {
    /// The calendar refused an event.
    Calendar(CalendarError),
    /// A span of time does not fit.
    Time(TimeError),
    /// The ledger refused a posting or does not balance.
    Ledger(LedgerError),
    /// A quantity of the market left the range in which clearing is defined.
    Clearing(InvalidParameter),
    /// A rate gives no distribution.
    Sampler(SamplerError),
    /// A conservation law is violated.
    Violation(Violation),
    /// A rule that governs a nation failed, or decided what no policy may be.
    Rule(Box<RuleError>),
}

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Calendar(e) => write!(f, "{e}"),
            Self::Time(e) => write!(f, "{e}"),
            Self::Ledger(e) => write!(f, "{e}"),
            Self::Clearing(e) => write!(f, "{e}"),
            Self::Sampler(e) => write!(f, "{e}"),
            Self::Violation(e) => write!(f, "{e}"),
            Self::Rule(e) => write!(f, "{e}"),
        }
    }
}

impl std::error::Error for ModelError {}

macro_rules! model_error_from {
    ($($source:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$source> for ModelError {
            fn from(e: $source) -> Self {
                Self::$variant(e)
            }
        }
    )+};
}
model_error_from!(CalendarError => Calendar, TimeError => Time, LedgerError => Ledger, InvalidParameter => Clearing, SamplerError => Sampler, Violation => Violation, Box<RuleError> => Rule);

/// Schedules an event after a span of days. One that would come after the calendar's last instant, 142 years from the start, never comes.
///
/// # Errors
/// When the span is negative or not a number.
pub fn schedule_after(
    ctx: &mut Ctx<'_>,
    days: f64,
    (phase, event): (Phase, crate::event::Event),
) -> Result<(), ModelError> {
    match SimDuration::from_days_f64(days).and_then(|span| ctx.now().checked_add(span)) {
        Ok(at) => {
            ctx.schedule_at(at, phase, event)?;
            Ok(())
        }
        Err(TimeError::Overflow) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

impl World {
    /// The stream of a process and entity in this replication.
    #[must_use]
    pub fn stream(&self, process: Process, entity: u64) -> Stream {
        Stream::new(self.stream_key(process, entity))
    }

    /// Its key.
    #[must_use]
    pub const fn stream_key(&self, process: Process, entity: u64) -> StreamKey {
        StreamKey {
            seed: self.seed,
            replication: self.replication,
            process: process as u64,
            entity,
        }
    }

    /// The regimes of a controller towards a destination.
    #[must_use]
    pub fn regime(&self, plan: &Blueprint, controller: usize, nation: NationId) -> &Regimes {
        &self.regimes[controller * plan.nations.len() + nation.at()]
    }
}
