//! What does not change within a replication: the scenario compiled into columns with typed indices.
//!
//! Built once per policy, shared by all its replications. It decides nothing and holds no state.

mod actors;
pub mod alliance;
mod build;
pub mod chain;
pub mod contracts;
mod dispatch;
mod entries;
mod fleet;
mod mix;
pub mod models;
pub mod network;
pub mod politics;
pub mod project;
pub mod security;
mod shelf;
pub mod shock;

use autarky_engine::time::{SimDuration, SimTime};

use crate::entity::grey::GreyParameters;
use crate::entity::hardware::HardwareParameters;
use crate::entity::nation::NationParameters;
use crate::entity::provider::{CapacityTarget, ProviderKind, ProviderParameters};
use crate::entity::vendor::VendorParameters;
use crate::entity::welfare::WelfareParameters;
use crate::entity::withdrawal::WithdrawalParameters;
use crate::id::{
    ControllerId, DispatcherId, GroupId, HardwareId, NationId, OperatorId, PoolId, ProviderId,
    SiteId, VendorId,
};
use crate::mechanism::adoption::Adoption;
use crate::mechanism::price::TickRule;
use crate::process::mean_reverting::MeanReverting;

pub use actors::{NO_SUPPLY, Reach, ResolvedActor};
pub use build::BuildError;
pub use politics::{Effect, ScenarioEvent, Tension, Trigger};

/// Workload classes in their order: inference, fine-tuning, training.
pub const CLASSES: usize = 3;

/// Levels of eligibility of nodes: inference only, also fine-tuning, also training.
pub const LEVELS: usize = CLASSES;

/// Resolution in time.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// End of the run.
    pub end: SimTime,
    /// Length of a tick Δt.
    pub tick: SimDuration,
    /// The same in days.
    pub tick_days: f64,
    /// Interval between samples.
    pub sample: SimDuration,
    /// Number of samples.
    pub samples: usize,
    /// Vintages closer than this form one cohort, in days.
    pub cohort_window: f64,
    /// Start of the run in days from 1970-01-01.
    pub start_day: f64,
    /// Largest number of events.
    pub event_budget: u64,
}

/// A zone.
#[derive(Debug, Clone)]
pub struct Nation {
    /// Identifier.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// Parameters.
    pub parameters: NationParameters,
    /// Reference demand at the start, H100e.
    pub demand: f64,
    /// Real exchange rate process for one tick.
    pub exchange_rate: MeanReverting,
    /// Whether it is recorded in detail.
    pub focus: bool,
}

/// A vendor.
#[derive(Debug, Clone)]
pub struct Vendor {
    /// Identifier.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// Parameters.
    pub parameters: VendorParameters,
    /// Home zone.
    pub home: NationId,
    /// The controller of its home, if any.
    pub controller: Option<ControllerId>,
}

/// An accelerator generation.
#[derive(Debug, Clone)]
pub struct Hardware {
    /// Identifier.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// Parameters.
    pub parameters: HardwareParameters,
    /// Who sells it.
    pub vendor: VendorId,
    /// Release date in days from the start of the run, before any delay (negative: on sale already).
    pub release: f64,
    /// The highest class its memory and interconnect serve.
    pub level: usize,
    /// Whether its vendor is under a controller whose threshold it reaches.
    pub controlled: bool,
}

impl Hardware {
    /// Day on which it went on sale, as known at the start: infinite for models to come.
    #[must_use]
    pub fn first_sale(&self) -> f64 {
        if self.release <= 0.0 { self.release } else { f64::INFINITY }
    }

    /// Price of one accelerator on day `day` of the run when it went on sale on day `released`, USD.
    #[must_use]
    pub fn price(&self, day: f64, released: f64) -> f64 {
        let years = ((day - released) / 365.25).max(0.0);
        self.parameters.price * autarky_engine::math::exp(-self.parameters.price_decline * years)
    }

    /// Price per H100e with its system, USD.
    #[must_use]
    pub fn capital_per_compute(&self, day: f64, released: f64) -> f64 {
        self.price(day, released) * self.parameters.system_factor / self.parameters.compute
    }
}

/// A jurisdiction that controls exports.
#[derive(Debug, Clone)]
pub struct Controller {
    /// Identifier.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// Zone whose vendors and clouds it controls.
    pub jurisdiction: NationId,
    /// TPP from which hardware is controlled.
    pub threshold: f64,
    /// Hazard of its withdrawal, 1/year.
    pub hazard: f64,
}

/// A provider.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Identifier.
    pub id: String,
    /// Key of its draws.
    pub key: u64,
    /// Parameters.
    pub parameters: ProviderParameters,
    /// Zone whose law governs its control plane.
    pub home: NationId,
    /// The controller of its home, if any.
    pub controller: Option<ControllerId>,
    /// Its pools.
    pub pools: std::ops::Range<usize>,
}

/// A provider's capacity in one zone.
#[derive(Debug, Clone)]
pub struct Pool {
    /// `provider@zone`, or the provider's identifier where it has one zone.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// Whose.
    pub provider: ProviderId,
    /// Where.
    pub zone: NationId,
    /// Operators that run its nodes.
    pub operators: std::ops::Range<usize>,
    /// Groups by level of eligibility: `first_group + level`.
    pub first_group: GroupId,
    /// Who spreads its work.
    pub dispatcher: DispatcherId,
    /// Nodes in which the pool is simulated; `None`: every node is a server.
    pub aggregate_nodes: Option<f64>,
    /// Part of the portfolio's share of its kind that falls to it: several providers of one kind at home share it equally.
    pub portfolio_part: f64,
    /// Wanted share of its fleet by vendor; zero where it never buys.
    pub vendor_mix: Vec<f64>,
    /// Hardware it may run, best founded by its own limits.
    pub hardware: Vec<HardwareId>,
    /// Repair crews per node.
    pub crews_per_node: f64,
    /// What moves its price every tick, if its rule does.
    pub tick_rule: Option<TickRule>,
    /// Capacity at the start, H100e.
    pub initial_capacity: f64,
    /// Whether it is not there at the start: a region that its cloud may open, or a network that a fork may found.
    pub candidate: bool,
    /// The network from which it would fork.
    pub fork_of: Option<PoolId>,
}

/// An operator.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Key of its streams.
    pub key: u64,
    /// Where it runs nodes.
    pub pool: PoolId,
    /// Share of the pool that it aims at.
    pub weight: f64,
    /// Its sites.
    pub sites: std::ops::Range<usize>,
}

/// A site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Key of its streams.
    pub key: u64,
    /// Whose.
    pub operator: OperatorId,
    /// In which pool.
    pub pool: PoolId,
}

/// Nodes that exist at the start.
#[derive(Debug, Clone, Copy)]
pub struct InitialCohort {
    /// Where.
    pub site: SiteId,
    /// What.
    pub hardware: HardwareId,
    /// Nodes.
    pub nodes: u32,
    /// Servers in each.
    pub servers: u32,
    /// Age at the start, days.
    pub age: f64,
}

/// A segment of demand.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Key of its streams.
    pub key: u64,
    /// Whose demand.
    pub nation: NationId,
    /// Workload class, an index into [`crate::entity::demand::Class::ALL`].
    pub class: usize,
    /// Sensitivity, an index into [`crate::entity::demand::Sensitivity::ALL`].
    pub sensitivity: usize,
    /// Priority in the queues.
    pub priority: u8,
    /// Reference demand at the start, H100e.
    pub demand: f64,
    /// Feasible groups with their taste weights.
    pub options: Vec<SupplyOption>,
}

/// A group that may serve a segment.
#[derive(Debug, Clone, Copy)]
pub struct SupplyOption {
    /// Which.
    pub group: GroupId,
    /// Taste weight before capacity.
    pub taste: f64,
    /// Whether the pool lies in another zone than the buyer.
    pub abroad: bool,
    /// Compliance cost, USD per H100e-hour.
    pub compliance: f64,
    /// The place of the queue in which its work stands: of a dispatcher, or a desk of a club.
    pub place: u32,
    /// The club through which the segment may use it; none: as anybody.
    pub club: Option<u32>,
    /// What work there costs over the price paid.
    pub adaptation: f64,
}

/// A workload class as the market needs it.
#[derive(Debug, Clone, Copy)]
pub struct ClassTerms {
    /// Compute of one job in one site of one operator, H100e.
    pub gang: f64,
    /// Mean service time σ, hours.
    pub service_time: f64,
    /// Effective variability V.
    pub variability: f64,
    /// Patience τ, hours.
    pub patience: f64,
    /// Value of waiting, USD per H100e-hour and hour.
    pub waiting_value: f64,
    /// Cost of a failed attempt, USD per H100e-hour.
    pub failed_attempt_cost: f64,
    /// Whether unserved work waits.
    pub backlog: bool,
    /// η.
    pub elasticity: f64,
    /// θ.
    pub substitution: f64,
    /// ψ, 1/ms.
    pub latency_sensitivity: f64,
    /// Choke price over reference price.
    pub choke: f64,
    /// δ.
    pub taper: f64,
}

/// Demand's path over time.
#[derive(Debug, Clone, Copy)]
pub struct DemandPath {
    /// Adoption, if demand follows it.
    pub adoption: Option<Adoption>,
    /// g₀ a year.
    pub growth_initial: f64,
    /// g_∞ a year.
    pub growth_long: f64,
    /// T_g, years.
    pub growth_time: f64,
    /// Amplitude of the season.
    pub season: f64,
    /// Noise process for one tick.
    pub noise: MeanReverting,
    /// P_ref at the start.
    pub reference_price: f64,
    /// Its decline a year.
    pub reference_price_decline: f64,
}

impl DemandPath {
    /// Growth factor at `years`: `exp(g_∞·t + (g₀−g_∞)·T_g·(1−e^{−t/T_g}))`, or adopters over those at the start times `exp(g_∞·t)`.
    #[must_use]
    pub fn growth(&self, years: f64) -> f64 {
        if let Some(adoption) = &self.adoption {
            return adoption.growth(years) * autarky_engine::math::exp(self.growth_long * years);
        }
        let slowing = 1.0 - autarky_engine::math::exp(-years / self.growth_time);
        let extra = (self.growth_initial - self.growth_long) * self.growth_time * slowing;
        autarky_engine::math::exp(self.growth_long * years + extra)
    }

    /// Season factor at `years`, with a mean of one.
    #[must_use]
    pub fn season(&self, years: f64) -> f64 {
        1.0 + self.season * autarky_engine::math::sin(std::f64::consts::TAU * years)
    }

    /// P_ref at `years`, USD per H100e-hour.
    #[must_use]
    pub fn reference_price(&self, years: f64) -> f64 {
        self.reference_price * autarky_engine::math::exp(-self.reference_price_decline * years)
    }
}

/// The compiled scenario.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// Resolution in time.
    pub timing: Timing,
    /// Zones.
    pub nations: Vec<Nation>,
    /// Vendors.
    pub vendors: Vec<Vendor>,
    /// Production chain.
    pub chain: chain::Chain,
    /// Hardware.
    pub hardware: Vec<Hardware>,
    /// Controllers.
    pub controllers: Vec<Controller>,
    /// Tensions between blocs.
    pub tensions: Vec<Tension>,
    /// The grey channel.
    pub grey: GreyParameters,
    /// What happens between states.
    pub events: Vec<ScenarioEvent>,
    /// Whether each nation ever has an appropriation.
    pub appropriates: Vec<bool>,
    /// Providers.
    pub providers: Vec<Provider>,
    /// Pools.
    pub pools: Vec<Pool>,
    /// Pools of each dispatcher, all in one zone.
    pub dispatchers: Vec<Vec<PoolId>>,
    /// Operators.
    pub operators: Vec<Operator>,
    /// Sites.
    pub sites: Vec<Site>,
    /// Nodes at the start.
    pub initial: Vec<InitialCohort>,
    /// Segments.
    pub segments: Vec<Segment>,
    /// Classes.
    pub classes: [ClassTerms; CLASSES],
    /// Demand's path.
    pub demand: DemandPath,
    /// Elasticity η of demand with respect to a joint move of all prices, over the classes by their share.
    pub demand_elasticity: f64,
    /// Alliances and commons.
    pub sharing: alliance::Sharing,
    /// Long-term contracts.
    pub contracts: contracts::Contracts,
    /// Projects, and the room of facilities.
    pub projects: project::Projects,
    /// Actors of the withdrawal test.
    pub actors: Vec<ResolvedActor>,
    /// How what happens to a nation is valued.
    pub welfare: WelfareParameters,
    /// Nested rollouts of the withdrawal test.
    pub rollout: WithdrawalParameters,
    /// By vendor: shares of its supply that are left under some actor, of which the first is 1 and the second 0.
    pub supply: Vec<Vec<f64>>,
    /// Zones that are recorded.
    pub focus: Vec<NationId>,
    /// Shocks to prices and demand.
    pub shocks: shock::Shocks,
    /// Security.
    pub security: security::Security,
    /// Networks whose operators decide for themselves.
    pub networks: network::Networks,
    /// AI models.
    pub models: models::Models,
}

impl Pool {
    /// Whether it is a region that its cloud may open.
    #[must_use]
    pub const fn is_region(&self) -> bool {
        self.candidate && self.fork_of.is_none()
    }
}

impl Blueprint {
    /// Whether a nation's levers are limited by an appropriation: in the scenario, or by a change of policy.
    #[must_use]
    pub fn has_appropriation(&self, nation: NationId) -> bool {
        self.appropriates[nation.at()]
    }

    /// Whether a pool belongs to a node network at home.
    #[must_use]
    pub fn is_home_network(&self, pool: PoolId) -> bool {
        let terms = &self.pools[pool.at()];
        let provider = &self.providers[terms.provider.at()];
        provider.home == terms.zone
            && (provider.parameters.kind == ProviderKind::Network
                || provider.parameters.capacity_target == CapacityTarget::Operators)
    }

    /// The group of a pool and level.
    #[must_use]
    pub fn group(&self, pool: PoolId, level: usize) -> GroupId {
        GroupId(self.pools[pool.at()].first_group.0 + level as u32)
    }

    /// Groups in all.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.pools.len() * LEVELS
    }

    /// The pool of a group.
    #[must_use]
    pub fn pool_of(&self, group: GroupId) -> PoolId {
        PoolId::new(group.at() / LEVELS)
    }

    /// Compute of one server, H100e.
    #[must_use]
    pub fn server_compute(&self, hardware: HardwareId) -> f64 {
        self.accelerators(hardware) * self.hardware[hardware.at()].parameters.compute
    }

    /// Accelerators in one server.
    #[must_use]
    pub fn accelerators(&self, hardware: HardwareId) -> f64 {
        self.hardware[hardware.at()].parameters.node_size as f64
    }

    /// Servers in one node of a pool of `size` H100e: one, or in an aggregated pool the power of two that keeps it near its number of
    /// nodes (a power of two, so that deliveries of neighbouring months can form one cohort).
    #[must_use]
    pub fn servers_per_node(&self, pool: PoolId, hardware: HardwareId, size: f64) -> u32 {
        let Some(nodes) = self.pools[pool.at()].aggregate_nodes else { return 1 };
        let servers = size / (nodes * self.server_compute(hardware));
        let ceiling = (servers * std::f64::consts::FRAC_1_SQRT_2).clamp(0.5, 1.0e9).ceil();
        (ceiling as u32).next_power_of_two()
    }
}
