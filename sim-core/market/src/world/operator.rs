//! Operators, their sites and the owners behind them: those of the blueprint at the start, and those that come in the run.

use std::ops::Range;

use autarky_engine::math;
use autarky_engine::rng::{Stream, StreamKey, child_key};

use super::World;
use crate::blueprint::network::{OperatorKind, at_quantile, kind_quantile, owner_quantile};
use crate::blueprint::{Blueprint, Site};
use crate::id::{NationId, OperatorId, OwnerId, PoolId, SiteId};
use crate::process::Process;

/// An operator.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Key of its streams.
    pub key: u64,
    /// Where it runs nodes.
    pub pool: PoolId,
    /// Share of the pool that it aims at, where the pool plans for its operators.
    pub weight: f64,
    /// Its sites.
    pub sites: Range<usize>,
    /// Cohorts born: index of the next one's key.
    pub births: u32,
    /// Who owns it in the end.
    pub owner: OwnerId,
    /// Where its operators decide for themselves: what it is and has.
    pub member: Option<Box<Member>>,
}

/// A beneficial owner.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    /// Where it lives.
    pub residence: NationId,
}

/// Whether an operator cheats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honesty {
    /// Never.
    Honest,
    /// Where it pays.
    Rational,
    /// Whatever it costs.
    Dishonest,
}

/// An operator that decides for itself.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its type.
    pub kind: usize,
    /// Whether it takes part; else it has left.
    pub active: bool,
    /// Compute on order for it, H100e.
    pub due: f64,
    /// Installed compute at the last round, H100e.
    pub compute: f64,
    /// Working compute at the last round, H100e.
    pub working: f64,
    /// Avoidable cost over the network's, economies of scale apart.
    pub cost_factor: f64,
    /// Company that hosts its nodes.
    pub host: Option<u32>,
    /// Whether it may cheat.
    pub honesty: Honesty,
    /// Whether it does.
    pub cheats: bool,
    /// Capacity that it claims and does not have, over what it has.
    pub fake: f64,
    /// Integrated hazard of being found out.
    pub exposure: f64,
    /// Exposure at which it is.
    pub threshold: f64,
    /// Draws of later thresholds.
    pub draws: Stream,
    /// Cash, micro-dollars; the sum over a network is its operators' account in the ledger.
    pub cash: i128,
    /// Work since the last settlement, H100e-hours.
    pub work_month: f64,
    /// Of it, what its nodes did: bad and phantom results take no power, H100e-hours.
    pub done_month: f64,
    /// Work since the last epoch of its token, H100e-hours.
    pub work_epoch: f64,
    /// Micro-tokens at hand.
    pub liquid: i128,
    /// Micro-tokens bound.
    pub staked: i128,
    /// Micro-tokens on their way from bound to free.
    pub unbonding: i128,
    /// Reviews in a row with a negative variable profit.
    pub negative: u32,
}

/// What chance gives an operator, drawn in this order whoever it is, so that policies see the same candidates.
#[derive(Debug, Clone)]
pub struct Traits {
    /// Standard normal of its size.
    pub size: f64,
    /// Standard normal of its cost.
    pub cost: f64,
    /// Uniform against the share with hardware at hand.
    pub at_hand: f64,
    /// Uniform of the age of that hardware.
    pub age: f64,
    /// Uniform of its vendor.
    pub vendor: f64,
    /// Uniform of its honesty.
    pub honesty: f64,
    /// Uniform of its owner's residence.
    pub residence: f64,
    /// Uniform of its host.
    pub host: f64,
    /// Uniform of the owner that it may front for.
    pub owner: f64,
    /// Uniform of its entry.
    pub entry: f64,
    /// Unit exponential: exposure at which it is found out.
    pub threshold: f64,
    /// What is left of the stream.
    pub rest: Stream,
}

impl Traits {
    /// From a stream of the operator's own.
    #[must_use]
    pub fn draw(mut stream: Stream) -> Self {
        let s = &mut stream;
        let (size, cost) = (s.normal(), s.normal());
        let (at_hand, age, vendor) = (s.uniform(), s.uniform(), s.uniform());
        let (honesty, residence, host) = (s.uniform(), s.uniform(), s.uniform());
        let (owner, entry, threshold) = (s.uniform(), s.uniform(), s.exponential());
        Self {
            size,
            cost,
            at_hand,
            age,
            vendor,
            honesty,
            residence,
            host,
            owner,
            entry,
            threshold,
            rest: stream,
        }
    }

    /// Lognormal with a mean of one: `exp(d·z − d²/2)`.
    #[must_use]
    pub fn lognormal(z: f64, deviation: f64) -> f64 {
        math::exp(deviation * z - 0.5 * deviation * deviation)
    }

    /// Where its owner lives.
    #[must_use]
    pub fn residence_of(&self, kind: &OperatorKind, zone: NationId) -> NationId {
        at_quantile(&kind.residence, self.residence).unwrap_or(zone)
    }
}

impl Member {
    /// One that begins, without nodes and cash.
    #[must_use]
    pub fn new(plan: &Blueprint, kind: usize, traits: Traits) -> Self {
        let p = &plan.networks.kinds[kind].parameters;
        let honesty = match traits.honesty {
            u if u < p.dishonest => Honesty::Dishonest,
            u if u < p.dishonest + p.rational => Honesty::Rational,
            _ => Honesty::Honest,
        };
        let dishonest = honesty == Honesty::Dishonest;
        Self {
            kind,
            active: true,
            due: 0.0,
            compute: 0.0,
            working: 0.0,
            cost_factor: p.cost_factor * Traits::lognormal(traits.cost, p.cost_dispersion),
            host: at_quantile(&plan.networks.kinds[kind].hosts, traits.host),
            honesty,
            cheats: dishonest,
            fake: if dishonest { p.fake } else { 0.0 },
            exposure: 0.0,
            threshold: traits.threshold,
            draws: traits.rest,
            cash: 0,
            work_month: 0.0,
            done_month: 0.0,
            work_epoch: 0.0,
            liquid: 0,
            staked: 0,
            unbonding: 0,
            negative: 0,
        }
    }

    /// Micro-tokens in all.
    #[must_use]
    pub const fn tokens(&self) -> i128 {
        self.liquid + self.staked + self.unbonding
    }
}

/// The operators of the blueprint at the start, with the owners behind them: first those that the scenario names, then one for each other operator.
#[must_use]
pub fn initial(plan: &Blueprint, seed: u64, replication: u64) -> (Vec<Operator>, Vec<Owner>) {
    let named = plan.networks.owners.iter();
    let mut owners: Vec<Owner> = named.map(|o| Owner { residence: o.residence }).collect();
    let mut operators = Vec::with_capacity(plan.operators.len());
    for (o, terms) in plan.operators.iter().enumerate() {
        let pool = &plan.pools[terms.pool.at()];
        let i = o - pool.operators.start;
        let mut residence = pool.zone;
        let mut member = None;
        if let Some(network) = plan.networks.at(terms.pool)
            && let Some(kind) = at_quantile(&network.kinds, kind_quantile(i))
        {
            let process = Process::OperatorTraits as u64;
            let key = StreamKey { seed, replication, process, entity: terms.key };
            let traits = Traits::draw(Stream::new(key));
            residence = traits.residence_of(&plan.networks.kinds[kind], pool.zone);
            member = Some(Box::new(Member::new(plan, kind, traits)));
        }
        let named = plan.networks.named_owner(pool.provider.at(), owner_quantile(i), false);
        let owner = named.map_or(OwnerId::new(owners.len()), OwnerId);
        if named.is_none() {
            owners.push(Owner { residence });
        }
        operators.push(Operator {
            key: terms.key,
            pool: terms.pool,
            weight: terms.weight,
            sites: terms.sites.clone(),
            births: 0,
            owner,
            member,
        });
    }
    (operators, owners)
}

impl World {
    /// Sites of the operators of a pool.
    pub fn sites_of(&self, pool: PoolId) -> impl Iterator<Item = usize> {
        let operators = self.pools[pool.at()].operators.iter();
        operators.flat_map(|o| self.operators[o.at()].sites.clone())
    }

    /// Operators of a pool that take part, with what they are.
    pub fn members(&self, pool: PoolId) -> impl Iterator<Item = (OperatorId, &Operator, &Member)> {
        self.pools[pool.at()].operators.iter().filter_map(|&id| {
            let operator = &self.operators[id.at()];
            operator.member.as_deref().filter(|m| m.active).map(|m| (id, operator, m))
        })
    }

    /// The same by id.
    #[must_use]
    pub fn active(&self, pool: PoolId) -> Vec<OperatorId> {
        self.members(pool).map(|(id, _, _)| id).collect()
    }

    /// An operator that decides for itself, to change.
    pub fn member_mut(&mut self, id: OperatorId) -> Option<&mut Member> {
        self.operators[id.at()].member.as_deref_mut()
    }

    /// An operator that comes in the run, with its sites; it has no nodes yet. The streams of their outages are keyed by the operator's key.
    pub fn add_operator(
        &mut self,
        (pool, key): (PoolId, u64),
        sites: usize,
        (owner, member): (OwnerId, Member),
    ) -> OperatorId {
        let id = OperatorId::new(self.operators.len());
        let first = self.sites.len();
        for s in 0..sites {
            let site = Site { key: child_key(key, s as u64), operator: id, pool };
            self.outage.push(self.stream(Process::Outage, site.key));
            self.at_site.push(Vec::new());
            self.site_up.push(true);
            self.sites.push(site);
        }
        let member = Some(Box::new(member));
        let sites = first..self.sites.len();
        self.operators.push(Operator { key, pool, weight: 0.0, sites, births: 0, owner, member });
        self.pools[pool.at()].operators.push(id);
        id
    }

    /// Installed compute of an operator, H100e.
    #[must_use]
    pub fn installed_by(&self, plan: &Blueprint, id: OperatorId) -> f64 {
        let sites = self.operators[id.at()].sites.clone();
        let cohorts = sites.flat_map(|s| &self.at_site[s]).map(|c| &self.cohorts[c.at()]);
        cohorts.map(|c| f64::from(c.nodes) * c.node_compute(plan)).sum()
    }

    /// The same of what works, H100e.
    #[must_use]
    pub fn working_of(&self, plan: &Blueprint, id: OperatorId) -> f64 {
        let sites = self.operators[id.at()].sites.clone().filter(|&s| self.site_up[s]);
        let cohorts = sites.flat_map(|s| &self.at_site[s]).map(|c| &self.cohorts[c.at()]);
        cohorts.map(|c| f64::from(c.up) * c.node_compute(plan)).sum()
    }

    /// The beneficial owner with the largest part of a pool, the first of equals, and its part: by the weights at which the pool aims, or, where
    /// operators decide for themselves, by what they have installed.
    #[must_use]
    pub fn largest_owner(&self, plan: &Blueprint, pool: PoolId) -> (Option<OwnerId>, f64) {
        let mut held: Vec<(OwnerId, f64)> = Vec::new();
        for &id in &self.pools[pool.at()].operators {
            let operator = &self.operators[id.at()];
            let size = match &operator.member {
                Some(_) => self.installed_by(plan, id),
                None => operator.weight,
            };
            held.push((operator.owner, size));
        }
        let total: f64 = held.iter().map(|(_, size)| size).sum();
        held.sort_by_key(|(owner, _)| owner.0);
        let mut largest = (None, 0.0);
        for of_owner in held.chunk_by(|a, b| a.0 == b.0) {
            let size: f64 = of_owner.iter().map(|(_, size)| size).sum();
            if size > largest.1 {
                largest = (Some(of_owner[0].0), size);
            }
        }
        // Weights sum to one up to rounding; a lone operator holds all.
        let whole = if plan.networks.at(pool).is_some() { total } else { 1.0 };
        (largest.0, if whole > 0.0 { largest.1 / whole } else { 0.0 })
    }

    /// Nodes of an operator's emptiest site.
    #[must_use]
    pub fn emptiest_site(&self, id: OperatorId) -> SiteId {
        let nodes_at = |site: &usize| {
            self.at_site[*site].iter().map(|c| self.cohorts[c.at()].nodes).sum::<u32>()
        };
        let sites = self.operators[id.at()].sites.clone();
        SiteId::new(sites.min_by_key(nodes_at).unwrap_or_default())
    }
}
