//! State of the networks whose operators decide: what they believe, what was done and paid since, who governs.

use autarky_engine::calendar::ClockId;
use autarky_engine::rng::{KeyedDraws, Stream};

use super::World;
use crate::blueprint::{Blueprint, CLASSES};
use crate::id::{OwnerId, PoolId};
use crate::mechanism::operator::expectation::Expectation;
use crate::process::Process;
use autarky_engine::rng::child_key;

/// Candidates of one type that look at a network.
#[derive(Debug, Clone)]
pub struct Candidates {
    /// Times between them.
    pub gaps: Stream,
    /// Number of the next one.
    pub next: u64,
}

/// What was seen since the last review.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// Day of the review.
    pub since: f64,
    /// Fees of operators, the take and what is burned taken off, USD.
    pub fees: f64,
    /// Served, H100e-hours.
    pub served: f64,
    /// Working, H100e-hours.
    pub capacity: f64,
    /// Value of tokens given for work, USD.
    pub rewards: f64,
}

/// How a nation's buyers pay a network.
#[derive(Debug, Clone, Copy, Default)]
pub struct PaymentRail {
    /// What it costs them beyond the price: for hard currency, or for the risk of the token's price.
    pub premium: f64,
    /// Whether they pay in tokens.
    pub tokens: bool,
}

/// One network.
#[derive(Debug, Clone)]
pub struct NetworkState {
    /// Share of its compute whose beneficial owners live in its zone, at the last month's end.
    pub resident: f64,
    /// How each nation's buyers pay in this tick.
    pub rails: Vec<PaymentRail>,
    /// Beliefs of each of its types.
    pub beliefs: Vec<Expectation>,
    /// What they learn from at the next review.
    pub seen: Seen,
    /// Candidates of each of its types.
    pub candidates: Vec<Candidates>,
    /// Compute that its operators have on order, H100e: their sum, counted anew at every review.
    pub due: f64,
    /// Hazard of mergers over its operators, 1/year: their sum, counted anew at every review.
    pub hazard: f64,
    /// Clock of mergers.
    pub mergers: Option<ClockId>,
    /// Who merges with whom.
    pub choices: Stream,
    /// Times between disputes, and their lengths.
    pub disputes: Stream,
    /// Whether a dispute forks.
    pub forks: KeyedDraws,
    /// Disputes so far.
    pub disputed: u64,
    /// What entrants since the last review want and nobody has ordered yet, H100e.
    pub unplaced: f64,
    /// Mean work of a job at the last round that had any, H100e-hours.
    pub job: f64,
    /// Work since the last round by class, H100e-hours.
    pub work: [f64; CLASSES],
    /// Fees since the last settlement, of which `taken` is the protocol's, USD.
    pub fees: f64,
    /// See `fees`.
    pub taken: f64,
    /// Of `taken`: since somebody has captured the network, USD.
    pub seized: f64,
    /// By whom, the last.
    pub seizer: Option<OwnerId>,
    /// Avoidable cost of its operators over the network's: for power, by work, and for operation, by compute, at the last settlement.
    pub cost_scale: (f64, f64),
    /// Of what each nation's buyers owe the network: in tokens, USD.
    pub in_tokens: Vec<f64>,
    /// Spare parts and licences since the last settlement, USD.
    pub charges: f64,
    /// Share of fees that the protocol takes now.
    pub take: f64,
    /// Who has captured it.
    pub captor: Option<OwnerId>,
    /// Whether the captor excludes others.
    pub excludes: bool,
    /// Share of the largest bloc in votes at the last round.
    pub largest_bloc: f64,
    /// Effective share of compute: below one while, and after, upgrades stall.
    pub upgraded: f64,
    /// Day from which `upgraded` moves, and whether it falls.
    pub stalled: (f64, bool),
    /// Whether it has forked.
    pub forked: bool,
}

impl NetworkState {
    /// At the start, before any belief.
    #[must_use]
    pub fn new(world: &World, plan: &Blueprint, pool: PoolId) -> Option<Self> {
        let network = plan.networks.at(pool)?;
        let key = plan.pools[pool.at()].key;
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let candidates = |&(kind, _): &(usize, f64)| Candidates {
            gaps: world
                .stream(Process::CandidateArrival, child_key(key, plan.networks.kinds[kind].key)),
            next: 0,
        };
        let nothing = Expectation { price: 0.0, utilisation: 0.0, reward: 0.0, compute: 0.0 };
        Some(Self {
            rails: vec![PaymentRail::default(); plan.nations.len()],
            beliefs: vec![nothing; network.kinds.len()],
            seen: Seen::default(),
            candidates: network.kinds.iter().map(candidates).collect(),
            due: 0.0,
            hazard: 0.0,
            mergers: None,
            choices: world.stream(Process::MergerChoice, key),
            disputes: world.stream(Process::Dispute, key),
            forks: KeyedDraws::new(world.stream_key(Process::Fork, key)),
            disputed: 0,
            unplaced: 0.0,
            job: plan.networks.job_size.iter().sum::<f64>() / CLASSES as f64,
            work: [0.0; CLASSES],
            fees: 0.0,
            taken: 0.0,
            seized: 0.0,
            seizer: None,
            resident: 1.0,
            cost_scale: (1.0, 1.0),
            in_tokens: vec![0.0; plan.nations.len()],
            charges: 0.0,
            take: provider.take_rate,
            captor: None,
            excludes: false,
            largest_bloc: 0.0,
            upgraded: 1.0,
            stalled: (0.0, false),
            forked: false,
        })
    }
}

impl World {
    /// Effective share of a pool's compute on a day: checking takes work, and without upgrades it erodes (`df/dt = −ε·f`), to catch up in a month once
    /// the dispute is over.
    #[must_use]
    pub fn network_share(&self, plan: &Blueprint, pool: PoolId, day: f64) -> f64 {
        let Some(at) = plan.networks.of_pool[pool.at()] else { return 1.0 };
        plan.networks.list[at].method.throughput() * self.upgraded(plan, pool, at, day)
    }

    /// The part of it that upgrades leave.
    #[must_use]
    pub fn upgraded(&self, plan: &Blueprint, pool: PoolId, at: usize, day: f64) -> f64 {
        let state = &self.networks[at];
        let (since, falls) = state.stalled;
        if !falls && state.upgraded >= 1.0 {
            return 1.0;
        }
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let rates = crate::mechanism::services::Rates {
            erosion: provider.stall_erosion,
            recovery: RECOVERY,
        };
        let years = (day - since) / 365.25;
        crate::mechanism::services::effective_share(state.upgraded, falls, rates, years)
    }
}

/// Rate at which compute catches up once upgrades come again, 1/year: a month.
const RECOVERY: f64 = 12.0;
