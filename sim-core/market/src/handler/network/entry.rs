//! Candidates look at a network and enter, or not.

use autarky_engine::rng::{Stream, StreamKey, child_key};

use super::terms;
use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::{HardwareId, OwnerId, PoolId, SiteId};
use crate::mechanism::export_control::Verdict;
use crate::mechanism::operator::expansion::room;
use crate::process::Process;
use crate::world::fleet::Installation;
use crate::world::operator::{Member, Owner, Traits};
use crate::world::{Ctx, ModelError, World, schedule_after};

/// Oldest hardware that a candidate has at hand, over its life.
const OLDEST: f64 = 0.6;

/// Nodes that a candidate has at hand.
#[derive(Debug, Clone, Copy)]
struct AtHand {
    hardware: HardwareId,
    age: f64,
    nodes: u32,
    servers: u32,
}

/// What a candidate brings.
#[derive(Debug, Clone, Copy)]
enum Brings {
    /// An order, H100e.
    Order(f64),
    /// Nodes.
    Nodes(AtHand),
}

/// A candidate that has decided to enter.
struct Entrant {
    key: u64,
    /// The owner for which it fronts, if it does.
    named: Option<u32>,
    residence: crate::id::NationId,
    member: Member,
    brings: Brings,
}

impl Brings {
    /// Compute, H100e.
    fn compute(self, plan: &Blueprint) -> f64 {
        match self {
            Self::Order(compute) => compute,
            Self::Nodes(h) => {
                f64::from(h.nodes) * f64::from(h.servers) * plan.server_compute(h.hardware)
            }
        }
    }
}

impl World {
    /// Schedules the next candidate of a type.
    pub(super) fn schedule_candidate(
        &mut self,
        plan: &Blueprint,
        (n, kind): (usize, usize),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let network = &plan.networks.list[n];
        let rate = plan.networks.kinds[network.kinds[kind].0].parameters.candidates;
        let gap = self.networks[n].candidates[kind].gaps.exponential();
        if rate <= 0.0 {
            return Ok(());
        }
        let event = Event::CandidateArrives(network.pool, kind as u32);
        schedule_after(ctx, gap / rate * 365.25, (phase::DECISIONS, event))
    }

    /// A candidate looks at a network: what it is was drawn whatever the network is like; whether it enters follows from its prospect.
    pub(in crate::handler) fn candidate_arrives(
        &mut self,
        plan: &Blueprint,
        (pool, slot): (PoolId, u32),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let Some(n) = plan.networks.of_pool[pool.at()] else { return Ok(()) };
        let slot = slot as usize;
        let kind = plan.networks.list[n].kinds[slot].0;
        let arrivals = &mut self.networks[n].candidates[slot];
        let number = arrivals.next;
        arrivals.next += 1;
        self.schedule_candidate(plan, (n, slot), ctx)?;
        let origin = child_key(plan.pools[pool.at()].key, plan.networks.kinds[kind].key);
        let key = child_key(origin, number);
        let (seed, replication) = (self.seed, self.replication);
        let process = Process::OperatorTraits as u64;
        let traits =
            Traits::draw(Stream::new(StreamKey { seed, replication, process, entity: key }));
        self.consider_entry(plan, (n, slot, key), traits, ctx)
    }

    fn consider_entry(
        &mut self,
        plan: &Blueprint,
        (n, slot, key): (usize, usize, u64),
        traits: Traits,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let network = &plan.networks.list[n];
        let (pool, kind) = (network.pool, network.kinds[slot].0);
        let terms = &plan.networks.kinds[kind];
        if self.networks[n].excludes {
            return Ok(());
        }
        let day = ctx.now().as_days();
        let Some(brings) = self.brings(plan, (pool, kind), &traits, day) else { return Ok(()) };
        let provider = plan.pools[pool.at()].provider.at();
        let named = plan.networks.named_owner(provider, traits.owner, true);
        let size = brings.compute(plan);
        if size > self.room_of(plan, pool, named.map(OwnerId)) * (1.0 + 1e-9) {
            return Ok(());
        }
        let residence = traits.residence_of(terms, plan.pools[pool.at()].zone);
        let entry = traits.entry;
        let member = Member::new(plan, kind, traits);
        let capital = match brings {
            Brings::Nodes(h) => {
                let left = plan.hardware[h.hardware.at()].parameters.life - h.age / 365.25;
                Some((self.worth(plan, pool, h.hardware, h.age), left))
            }
            Brings::Order(_) => None,
        };
        let now = self.conditions(plan, n, day);
        let promise = self.promise(plan, (n, slot, &now), &member, (size, capital));
        if !terms.rule.enters(promise.value_over_capital(), entry) {
            return Ok(());
        }
        self.enter(plan, n, Entrant { key, named, residence, member, brings }, ctx)
    }

    fn enter(
        &mut self,
        plan: &Blueprint,
        n: usize,
        entrant: Entrant,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let pool = plan.networks.list[n].pool;
        let Entrant { key, named, residence, member, brings } = entrant;
        let kind = member.kind;
        let owner = named.map_or(OwnerId::new(self.owners.len()), OwnerId);
        if named.is_none() {
            self.owners.push(Owner { residence });
        }
        let sites = terms(plan, pool).sites_per_operator as usize;
        let id = self.add_operator((pool, key), sites, (owner, member));
        for site in self.operators[id.at()].sites.clone() {
            self.schedule_outage(plan, SiteId::new(site), ctx)?;
        }
        self.observers.entered(plan, pool);
        let size = brings.compute(plan);
        let due = if matches!(brings, Brings::Order(_)) { size } else { 0.0 };
        self.count_one(plan, n, (kind, due, 1.0), ctx)?;
        let Brings::Nodes(hand) = brings else {
            if let Some(member) = self.member_mut(id) {
                member.due = size;
            }
            self.networks[n].unplaced += size;
            return Ok(());
        };
        self.bond(plan, id, size)?;
        let new = Installation {
            site: self.emptiest_site(id),
            hardware: hand.hardware,
            nodes: hand.nodes,
            servers: hand.servers,
            vintage: ctx.now().as_days() - hand.age,
            grey: false,
        };
        self.install(plan, new, ctx)?;
        if let Some(member) = self.member_mut(id) {
            member.compute = size;
        }
        Ok(())
    }

    /// What a candidate of a type brings to a network; `None` where it has nothing and orders nothing.
    fn brings(
        &self,
        plan: &Blueprint,
        (pool, kind): (PoolId, usize),
        traits: &Traits,
        day: f64,
    ) -> Option<Brings> {
        let kind = &plan.networks.kinds[kind].parameters;
        let wanted = kind.size * Traits::lognormal(traits.size, kind.size_dispersion);
        if traits.at_hand >= kind.at_hand {
            // Nobody enters to wait for what nobody may sell.
            let sold = kind.orders
                && self.choose_model(plan, pool).or_else(|| self.grey_model(plan, pool)).is_some();
            return sold.then_some(Brings::Order(wanted));
        }
        let vendor = plan.vendor_at(pool, traits.vendor);
        let newest = plan.model_at(pool, vendor, 0.0);
        let oldest = OLDEST * plan.hardware[newest.at()].parameters.life * 365.25;
        let hardware = plan.model_at(pool, vendor, traits.age * oldest - day);
        let (bought, since) = (traits.age * oldest, day - self.released[hardware.at()]);
        let age = if bought < since { bought } else { since };
        // While export control refuses a model, what is at hand of it was bought before the start.
        let node = plan.server_compute(hardware);
        let refused = self.verdict(plan, pool, hardware, node) == Verdict::Refused;
        if age.is_nan() || age < 0.0 || (refused && age < day) {
            return None;
        }
        let installed = self.installed_compute(plan, pool);
        let size = if installed > wanted { installed } else { wanted };
        let servers = plan.servers_per_node(pool, hardware, size);
        let node = f64::from(servers) * plan.server_compute(hardware);
        let nodes = (wanted / node).round().clamp(1.0, 1e9) as u32;
        Some(Brings::Nodes(AtHand { hardware, age, nodes, servers }))
    }

    /// How much a beneficial owner may still add to its part of a network, whatever names it goes by, H100e.
    fn room_of(&self, plan: &Blueprint, pool: PoolId, owner: Option<OwnerId>) -> f64 {
        let cap = terms(plan, pool).owner_cap;
        if cap >= 1.0 {
            return f64::INFINITY;
        }
        let Some(owner) = owner else {
            // A new owner holds nothing yet.
            return room(0.0, self.installed_compute(plan, pool) + self.wanted(plan, pool), cap);
        };
        let (mut held, mut total) = (0.0, 0.0);
        for (_, operator, member) in self.members(pool) {
            let size = member.compute + member.due;
            total += size;
            held += if owner == operator.owner { size } else { 0.0 };
        }
        room(held, total, cap)
    }
}
