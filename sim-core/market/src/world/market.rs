//! State of demand, prices and clearing, and its translation into the terms of the clearing mechanism.
//!
//! All prices handed to clearing are in units of the reference price P_ref(t), so that its curves never change: the choke price is a
//! multiple, and the value of waiting declines with P_ref.

use autarky_engine::rng::Stream;
use autarky_engine::sampler::BernoulliTrials;

use super::licence::Party;
use super::{ModelError, World};
use crate::blueprint::{Blueprint, CLASSES, SupplyOption};
use crate::id::{GroupId, NationId, PoolId, ProviderId, QueueId, SegmentId};
use crate::mechanism::clearing::{
    DemandCurve, Inputs, InvalidParameter, Outcome, Pair, PriceSources, Problem, Segment, Solver,
    Structure, WorkClass,
};
use crate::mechanism::price::controller::Controllers;

/// A pair of the clearing problem, with what its price needs.
#[derive(Debug, Clone, Copy)]
pub struct MarketPair {
    /// Who buys.
    pub segment: SegmentId,
    /// Which of the segment's options.
    pub option: u32,
    /// Who sells.
    pub pool: PoolId,
    /// Where the buyer is.
    pub buyer: NationId,
    /// Whose pool that is.
    pub provider: ProviderId,
    /// The pool's group.
    pub group: GroupId,
    /// Position in the table of border prices, `[pool × nation]`.
    pub border: u32,
    /// Kind of the provider, an index into [`crate::entity::provider::ProviderKind::ALL`].
    pub kind: u8,
    /// Whether the pool is a network of the buyer's nation whose inside is observed.
    pub home_network: bool,
    /// Compliance cost, USD per H100e-hour.
    pub compliance: f64,
    /// What a unit of work takes of the price: one, and more where it must be adapted.
    pub stretch: f64,
    /// Whether nodes of other pools, or a part of its own only, stand in its queue.
    pub shared: bool,
    /// Part of its pool's nodes that stands in its queue.
    pub part: f64,
    /// Taste weight before capacity.
    pub taste: f64,
}

/// Servers of one model of one group that stand in a queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Position in `available`.
    pub at: u32,
    /// Compute of a server, times `part`, H100e.
    pub compute: f64,
    /// Part of them that stands in the queue.
    pub part: f64,
}

/// A pool and a nation between which some pair stands.
#[derive(Debug, Clone, Copy)]
pub struct Border {
    /// Position in the tables `[pool × nation]`.
    pub at: u32,
    /// Who buys.
    pub nation: u32,
}

/// Demand, prices, clearing.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says what the next tick has to do anew")]
pub struct MarketState {
    /// The clearing problem of the groups that exist.
    pub structure: Structure,
    /// Its numbers.
    pub inputs: Inputs,
    /// Its solution.
    pub outcome: Outcome,
    /// Its solver.
    pub solver: Solver,
    /// Its pairs.
    pub pairs: Vec<MarketPair>,
    /// First pair of each segment; one more entry than segments.
    pub first_pair: Vec<u32>,
    /// Where the base prices of its pairs come from.
    pub price_sources: PriceSources,
    /// Border of each pair.
    pub border_of: Vec<u32>,
    /// Pools and nations between which pairs stand, by pool: no other entry of the tables `[pool × nation]` is ever used.
    pub borders: Vec<Border>,
    /// First border of each pool; one more entry than pools.
    pub first_border: Vec<u32>,
    /// Priority tiers.
    pub tiers: usize,
    /// Its queues, the groups of its structure.
    pub queues: Vec<QueueId>,
    /// Groups of pools that exist, whose servers stand in those queues.
    pub groups: Vec<GroupId>,
    /// Whether a group came into being or vanished since the problem was built.
    pub groups_changed: bool,
    /// Whether the backlog stands in the inputs already.
    pub carried: bool,
    /// Whether access, or anything else that tastes depend on, may have changed since they were set.
    pub tastes_changed: bool,
    /// Whether installed capacities changed since tastes were set, and nothing else that they depend on.
    pub sizes_changed: bool,
    /// Pairs to which the buyer has no access.
    pub closed: Vec<u32>,
    /// Whether every pair costs the price at its border and the compliance of its option.
    pub listed: bool,
    /// Whether the buyer of a pair may choose it: there is access, and no contract shuts it out.
    pub eligible: Vec<bool>,
    /// Backlog given up in the tick because access closed, H100e-hours.
    pub given_up: Vec<(SegmentId, f64)>,
    /// Compute of one server, H100e, by hardware.
    pub server_compute: Vec<f64>,
    /// Cells of `available` that belong to each queue of the problem: only models that are installed.
    pub cells: Vec<Vec<Cell>>,
    /// Churn of large cohorts over one tick, by pool.
    pub churn: Vec<(BernoulliTrials, BernoulliTrials)>,
    /// Log demand noise by segment.
    pub noise: Vec<f64>,
    /// Its streams.
    pub noise_streams: Vec<Stream>,
    /// Reference demand D_ref of the tick by segment, H100e.
    pub demand: Vec<f64>,
    /// Log real exchange rate by nation (local units per dollar).
    pub log_rate: Vec<f64>,
    /// Its streams.
    pub rate_streams: Vec<Stream>,
    /// The rate itself.
    pub rate: Vec<f64>,
    /// P_ref of the tick, USD per H100e-hour.
    pub reference_price: f64,
    /// Posted prices at the border in units of P_ref, `[pool × nation]`.
    pub border_price: Vec<f64>,
    /// Power per compute of each pool's fleet, kW per H100e, sites included.
    pub power: Vec<f64>,
    /// Demand offered to each pool in the tick, H100e.
    pub offered: Vec<f64>,
    /// Working capacity of each pool in the tick, H100e.
    pub capacity: Vec<f64>,
    /// Served compute of the tick, `[pool × nation]`, H100e.
    pub served: Vec<f64>,
    /// Working memory of the prices that controllers move.
    pub controllers: Controllers,
}

impl MarketState {
    /// Pairs of a segment.
    #[must_use]
    pub fn pairs_of(&self, segment: usize) -> std::ops::Range<usize> {
        self.first_pair[segment] as usize..self.first_pair[segment + 1] as usize
    }

    /// Takes out of the backlog carried what was served elsewhere in the tick before, by pair, H100e-hours.
    ///
    /// # Errors
    /// Never for a pair of the problem.
    pub fn take_relieved(&mut self, relieved: &[f64]) -> Result<(), InvalidParameter> {
        for (pair, relieved) in relieved.iter().enumerate().filter(|(_, work)| **work > 0.0) {
            let left = self.inputs.backlog(&self.structure, pair) - relieved;
            let left = if left > 0.0 { left } else { 0.0 };
            self.inputs.set_backlog(&self.structure, pair, left)?;
        }
        Ok(())
    }

    /// Takes out what waits where its owner has no access any more: the work is given up, for nobody can serve it there.
    ///
    /// # Errors
    /// Never for a pair of the problem.
    pub fn give_up_closed(&mut self) -> Result<(), InvalidParameter> {
        self.given_up.clear();
        for &pair in &self.closed {
            let left = self.inputs.backlog(&self.structure, pair as usize);
            if left > 0.0 {
                self.inputs.set_backlog(&self.structure, pair as usize, 0.0)?;
                self.given_up.push((self.pairs[pair as usize].segment, left));
            }
        }
        Ok(())
    }
}

/// The clearing problem of the groups that exist.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// Its structure.
    pub structure: Structure,
    /// Its pairs.
    pub pairs: Vec<MarketPair>,
    /// First pair of each segment; one more entry than segments.
    pub first_pair: Vec<u32>,
    /// Its queues.
    pub queues: Vec<QueueId>,
    /// Where the base prices of its pairs come from.
    pub price_sources: PriceSources,
    /// Pools and nations between which pairs stand, by pool.
    pub borders: Vec<Border>,
    /// First border of each pool; one more entry than pools.
    pub first_border: Vec<u32>,
}

/// The clearing problem over the groups in `groups`. A pair stands once for each pool, also where pools share a queue: each has its price.
///
/// # Errors
/// When a parameter of a class lies outside the range in which clearing is defined.
pub fn problem(plan: &Blueprint, groups: &[GroupId]) -> Result<Compiled, InvalidParameter> {
    let mut exists = vec![false; plan.queues()];
    for group in groups {
        for queue in plan.queues_of(*group) {
            exists[queue.at()] = true;
        }
    }
    let queues: Vec<_> = (0..plan.queues()).filter(|&q| exists[q]).map(QueueId::new).collect();
    let mut place = vec![None; plan.queues()];
    for (at, queue) in queues.iter().enumerate() {
        place[queue.at()] = Some(at as u32);
    }
    let mut present = vec![false; plan.groups()];
    for group in groups {
        present[group.at()] = true;
    }
    let (mut pairs, mut described, mut first) = (Vec::new(), Vec::new(), vec![0]);
    for (s, segment) in plan.segments.iter().enumerate() {
        for (o, option) in segment.options.iter().enumerate() {
            let queue = plan.queue_at(option);
            let found = place[queue.at()].filter(|_| present[option.group.at()]);
            let Some(group) = found else { continue };
            pairs.push(Pair { segment: s as u32, group });
            described.push(describe(plan, SegmentId::new(s), (o, option)));
        }
        first.push(pairs.len() as u32);
    }
    let problem = Problem {
        tick_h: plan.timing.tick_days * 24.0,
        classes: (0..CLASSES).map(|k| work_class(plan, k)).collect(),
        segments: plan.segments.iter().map(|segment| demand_segment(plan, segment)).collect(),
        groups: queues.len() as u32,
        pairs,
    };
    let structure = Structure::new(&problem)?;
    let price_sources =
        structure.price_sources(described.iter().map(|pair| (pair.border, pair.compliance)));
    let (borders, first_border) = borders(plan, &described);
    let pairs = described;
    Ok(Compiled {
        structure,
        pairs,
        first_pair: first,
        queues,
        price_sources,
        borders,
        first_border,
    })
}

fn describe(plan: &Blueprint, id: SegmentId, (o, option): (usize, &SupplyOption)) -> MarketPair {
    let (pool, buyer) = (plan.pool_of(option.group), plan.segments[id.at()].nation);
    let provider = plan.pools[pool.at()].provider;
    MarketPair {
        segment: id,
        option: o as u32,
        pool,
        buyer,
        provider,
        group: option.group,
        border: (pool.at() * plan.nations.len() + buyer.at()) as u32,
        kind: plan.providers[provider.at()].parameters.kind as u8,
        home_network: crate::metric::network::is_at_home(plan, pool, buyer),
        compliance: option.compliance,
        stretch: 1.0 + option.adaptation,
        shared: plan.sole_pool(plan.queue_at(option)).is_none(),
        part: 1.0,
        taste: option.taste,
    }
}

/// Pools and nations between which pairs stand, and the first of each pool. Where states share capacity, what is lent crosses borders at which no pair
/// stands: then all of them.
fn borders(plan: &Blueprint, pairs: &[MarketPair]) -> (Vec<Border>, Vec<u32>) {
    let mut positions: Vec<u32> = if plan.sharing.is_empty() {
        pairs.iter().map(|pair| pair.border).collect()
    } else {
        (0..(plan.pools.len() * plan.nations.len()) as u32).collect()
    };
    positions.sort_unstable();
    positions.dedup();
    let nations = plan.nations.len() as u32;
    let first = (0..=plan.pools.len() as u32)
        .map(|pool| positions.partition_point(|&at| at < pool * nations) as u32)
        .collect();
    (positions.into_iter().map(|at| Border { at, nation: at % nations }).collect(), first)
}

pub(super) fn work_class(plan: &Blueprint, k: usize) -> WorkClass {
    let class = &plan.classes[k];
    WorkClass {
        service_time_h: class.service_time,
        variability: class.variability,
        patience_h: class.patience,
        keeps_backlog: class.backlog,
    }
}

pub(super) fn demand_segment(plan: &Blueprint, segment: &crate::blueprint::Segment) -> Segment {
    let class = &plan.classes[segment.class];
    let reference = plan.demand.reference_price;
    Segment {
        zone: segment.nation.0,
        class: segment.class as u32,
        tier: u32::from(segment.priority),
        curve: DemandCurve {
            reference_price: 1.0,
            choke_price: class.choke,
            elasticity: class.elasticity,
            substitution: class.substitution,
            taper: class.taper,
        },
        waiting_value: class.waiting_value / reference,
        failed_attempt_cost: class.failed_attempt_cost / reference,
    }
}

impl World {
    /// Groups with installed servers, and those that still hold a backlog of the last solve.
    #[must_use]
    pub fn present_groups(&self, plan: &Blueprint) -> Vec<GroupId> {
        let models = plan.hardware.len();
        let mut present: Vec<bool> =
            self.installed.chunks_exact(models).map(|row| row.iter().any(|&n| n > 0)).collect();
        let market = &self.market;
        for (pair, terms) in market.pairs.iter().enumerate() {
            let group = terms.group.at();
            present[group] =
                present[group] || market.outcome.backlog(&market.structure, pair) > 1e-9;
        }
        (0..plan.groups()).filter(|&g| present[g]).map(GroupId::new).collect()
    }

    /// Builds the clearing problem anew after groups came or went, carrying the backlog of every pair that persists.
    ///
    /// # Errors
    /// When a quantity lies outside the range in which clearing is defined.
    pub fn rebuild_market(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        let groups = self.present_groups(plan);
        self.market.groups_changed = false;
        if groups == self.market.groups {
            return Ok(());
        }
        let new = problem(plan, &groups)?;
        let (structure, pairs, queues) = (new.structure, new.pairs, new.queues);
        let old = &self.market;
        let mut inputs = Inputs::new(&structure);
        for (p, pair) in pairs.iter().enumerate() {
            let same = |q: &usize| old.pairs[*q].option == pair.option;
            if let Some(q) = old.pairs_of(pair.segment.at()).find(same) {
                let left = old.outcome.backlog(&old.structure, q) - self.alliances.relieved(q);
                inputs.set_backlog(&structure, p, if left > 0.0 { left } else { 0.0 })?;
            }
        }
        let mut solver = Solver::new(&structure);
        let utilisation: Vec<f64> = queues.iter().map(|q| self.last_utilisation(*q)).collect();
        solver.start_from(&utilisation);
        let outcome = Outcome::new(&structure);
        let market = &mut self.market;
        (market.structure, market.inputs, market.outcome, market.solver) =
            (structure, inputs, outcome, solver);
        market.border_of = pairs.iter().map(|pair| pair.border).collect();
        (market.pairs, market.first_pair) = (pairs, new.first_pair);
        (market.queues, market.groups) = (queues, groups);
        (market.borders, market.first_border) = (new.borders, new.first_border);
        market.price_sources = new.price_sources;
        market.served.fill(0.0);
        (market.tastes_changed, market.carried) = (true, true);
        if let Some(lending) = &mut self.alliances.lending {
            lending.find_hosts(plan, market);
        }
        Ok(())
    }

    fn last_utilisation(&self, queue: QueueId) -> f64 {
        let place = self.market.queues.iter().position(|q| *q == queue);
        place.map_or(0.5, |at| self.market.outcome.group(0, at).utilisation)
    }

    /// Sets taste weights: installed capacity times taste, zero where access to a cloud is banned.
    ///
    /// # Errors
    /// When a weight lies outside the range in which clearing is defined.
    pub fn set_tastes(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        if self.market.tastes_changed || self.contracts.running {
            self.set_access(plan);
        }
        (self.market.tastes_changed, self.market.sizes_changed) = (false, false);
        self.set_cells(plan);
        let market = &mut self.market;
        let size: Vec<f64> = self
            .installed
            .chunks_exact(plan.hardware.len())
            .map(|row| row.iter().zip(&market.server_compute).map(|(&n, &c)| n as f64 * c).sum())
            .collect();
        let world: f64 = size.iter().sum::<f64>().max(1e-9);
        for (pair, (terms, eligible)) in market.pairs.iter().zip(&market.eligible).enumerate() {
            let trust = self.security.taste[terms.pool.at()];
            let weight = terms.taste * (size[terms.group.at()] * terms.part) / world * trust;
            let open = *eligible && weight > 1e-12;
            market.inputs.set_taste(&market.structure, pair, if open { weight } else { 0.0 })?;
        }
        self.set_offers(plan);
        Ok(())
    }

    /// Which pairs a buyer may choose.
    fn set_access(&mut self, plan: &Blueprint) {
        self.market.closed.clear();
        self.market.eligible.clear();
        self.market.listed = true;
        let nations = plan.nations.len();
        // Access is a matter of pool and nation, which many pairs have in common.
        let mut known: Vec<Option<bool>> = vec![None; plan.pools.len() * nations];
        for pair in 0..self.market.pairs.len() {
            let MarketPair { segment, option, pool, buyer, border, .. } = self.market.pairs[pair];
            let known = &mut known[border as usize];
            let access = known.unwrap_or_else(|| self.has_access(plan, pool, buyer));
            *known = Some(access);
            let option = &plan.segments[segment.at()].options[option as usize];
            let access = access && self.is_open_to(plan, segment, option);
            if !access {
                self.market.closed.push(pair as u32);
            }
            let eligible = access && !self.is_shut_out(plan, segment, pool);
            self.market.eligible.push(eligible);
            let compliance = self.compliance_of(plan, segment, option);
            let part = self.standing(plan, pool, plan.queue_at(option));
            let terms = &mut self.market.pairs[pair];
            (terms.compliance, terms.part) = (compliance, part);
            self.market.listed &=
                option.adaptation <= 0.0 && compliance.to_bits() == option.compliance.to_bits();
        }
    }

    /// Which servers stand in which queue.
    fn set_cells(&mut self, plan: &Blueprint) {
        let mut cells = std::mem::take(&mut self.market.cells);
        cells.resize_with(self.market.queues.len(), Vec::new);
        cells.iter_mut().for_each(Vec::clear);
        let models = plan.hardware.len();
        for &group in &self.market.groups {
            for queue in plan.queues_of(group) {
                let part = self.standing(plan, plan.pool_of(group), queue);
                let Ok(place) = self.market.queues.binary_search(&queue) else { continue };
                for (model, &compute) in self.market.server_compute.iter().enumerate() {
                    let at = group.at() * models + model;
                    if self.installed[at] > 0 && part > 0.0 {
                        cells[place].push(Cell { at: at as u32, compute: compute * part, part });
                    }
                }
            }
        }
        self.market.cells = cells;
    }

    /// Whether a nation's buyers can reach a pool and may use it under the regimes on cloud access and the suspensions in force, and can pay for it.
    #[must_use]
    pub fn has_access(&self, plan: &Blueprint, pool: PoolId, buyer: NationId) -> bool {
        let id = plan.pools[pool.at()].provider;
        let provider = &plan.providers[id.at()];
        let cut_off = !self.is_reachable(plan, pool, buyer)
            || self.is_suspended(plan, id, buyer)
            || self.cannot_pay(plan, id, buyer)
            || self.access_is_withdrawn(plan, pool, buyer);
        if cut_off {
            return false;
        }
        provider.home == buyer || self.passes(plan, Party::Cloud(id), buyer)
    }
}
