//! State of alliances and commons: who is a member now, what is lent in the tick, and what contributions are due.
//!
//! What members lend is a small clearing of its own after the market of the tick: the same demand curves, queues and prices, over the hosts and
//! offers of the blueprint. Its structure never changes; what is not lent has no capacity.

use super::market::MarketState;
use super::{ModelError, World};
use crate::blueprint::alliance::{Club, Desk};
use crate::blueprint::{Blueprint, CLASSES, SupplyOption};
use crate::entity::demand::Sensitivity;
use crate::entity::provider::ProviderKind;
use crate::id::{NationId, PoolId, QueueId, SegmentId};
use crate::mechanism::clearing::{
    Inputs, InvalidParameter, Outcome, Pair, Problem, Solver, Structure,
};
use crate::mechanism::pooling::{Relief, allotments};
use crate::world::market::{demand_segment, work_class};

/// What one segment borrowed in the tick.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Borrowed {
    /// Compute, H100e.
    pub served: f64,
    /// The same by kind of provider.
    pub by_kind: [f64; ProviderKind::ALL.len()],
    /// Where it comes from.
    pub relief: Relief,
    /// Served times price, USD an hour.
    pub billed: f64,
    /// Served times perceived price, USD an hour.
    pub perceived: f64,
    /// Served times compliance cost, USD an hour.
    pub compliance: f64,
}

/// The market for what is lent.
#[derive(Debug, Clone)]
pub struct Lending {
    /// Its clearing problem.
    pub structure: Structure,
    /// Its numbers.
    pub inputs: Inputs,
    /// Its solution.
    pub outcome: Outcome,
    /// Its solver.
    pub solver: Solver,
    /// Its segments.
    pub segments: Vec<SegmentId>,
    /// Position of each segment of the market among them.
    pub place: Vec<Option<u32>>,
    /// By offer: whether the borrower may use it today, and what complying costs it, USD/H100eh.
    pub open: Vec<(bool, f64)>,
    /// By offer: its part of what the host lends, of all pools that stand there.
    pub part: Vec<f64>,
    /// By host: its place among the queues of the market.
    pub queue: Vec<Option<u32>>,
    /// By segment of the lending: lowest price of an open offer, in units of the reference price.
    pub lowest: Vec<f64>,
    /// By segment of the lending.
    pub borrowed: Vec<Borrowed>,
    /// By pair of the market: backlog that was served elsewhere, H100e-hours.
    pub relieved: Vec<f64>,
    /// Whether anything was lent in the tick.
    pub active: bool,
}

/// State of all clubs.
#[derive(Debug, Clone, Default)]
pub struct AllianceState {
    /// `[club][seat]`: who is a member.
    pub present: Vec<Vec<bool>>,
    /// `[club][seat]`: who owes contributions.
    pub arrears: Vec<Vec<bool>>,
    /// By club: what members of a commons did not pay of what it lacked at the last settlement, USD.
    pub debts: Vec<f64>,
    /// The market for what is lent; none where nobody lends.
    pub lending: Option<Box<Lending>>,
    /// Compute that each nation got in the tick from other members, H100e.
    pub received: Vec<f64>,
    /// Compute that each nation's capacity gave other members in the tick, H100e.
    pub given: Vec<f64>,
    /// By provider: what it gave since the last bill, H100e-hours.
    pub worked: Vec<f64>,
}

impl AllianceState {
    /// At the start.
    ///
    /// # Errors
    /// When a parameter of a class lies outside the range in which clearing is defined.
    pub fn new(plan: &Blueprint) -> Result<Self, ModelError> {
        let clubs = &plan.sharing.clubs;
        if clubs.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self {
            present: clubs.iter().map(|club| club.initial.clone()).collect(),
            arrears: clubs.iter().map(|club| vec![false; club.members.len()]).collect(),
            debts: vec![0.0; clubs.len()],
            lending: Lending::new(plan)?.map(Box::new),
            received: vec![0.0; plan.nations.len()],
            given: vec![0.0; plan.nations.len()],
            worked: vec![0.0; plan.providers.len()],
        })
    }

    /// What a segment borrowed in the tick.
    #[must_use]
    pub fn borrowed(&self, segment: usize) -> Option<&Borrowed> {
        let lending = self.lending.as_ref().filter(|lending| lending.active)?;
        lending.place[segment].map(|at| &lending.borrowed[at as usize])
    }

    /// What a segment borrowed in the tick, by pool that lent it, H100e.
    pub fn borrowed_by_pool<'a>(
        &'a self,
        plan: &'a Blueprint,
        segment: usize,
    ) -> impl Iterator<Item = (PoolId, f64)> + 'a {
        let lending = self.lending.as_ref().filter(|lending| lending.active);
        lending.into_iter().flat_map(move |lending| {
            let offers = plan.sharing.offers.iter().enumerate();
            let own = offers.filter(move |(_, offer)| offer.segment.at() == segment);
            own.map(move |(o, offer)| {
                let served = lending.outcome.served(&lending.structure, o);
                (plan.pool_of(offer.option.group), served)
            })
        })
    }

    /// Backlog of a pair of the market that was served elsewhere in the tick, H100e-hours.
    #[must_use]
    pub fn relieved(&self, pair: usize) -> f64 {
        let lending = self.lending.as_ref();
        lending.map_or(0.0, |lending| lending.relieved.get(pair).copied().unwrap_or(0.0))
    }
}

impl Lending {
    fn new(plan: &Blueprint) -> Result<Option<Self>, InvalidParameter> {
        let sharing = &plan.sharing;
        if sharing.offers.is_empty() {
            return Ok(None);
        }
        let mut place = vec![None; plan.segments.len()];
        let mut segments = Vec::new();
        for (s, place) in place.iter_mut().enumerate() {
            if sharing.offers.iter().any(|offer| offer.segment.at() == s) {
                *place = Some(segments.len() as u32);
                segments.push(SegmentId::new(s));
            }
        }
        let pair = |offer: &crate::blueprint::alliance::Offer| Pair {
            segment: place[offer.segment.at()].unwrap_or(0),
            group: offer.host,
        };
        let mut classes: Vec<_> = (0..CLASSES).map(|k| work_class(plan, k)).collect();
        // What is not served where it was lent for is still where it was.
        for class in &mut classes {
            class.keeps_backlog = false;
        }
        let curve = |s: &SegmentId| demand_segment(plan, &plan.segments[s.at()]);
        let structure = Structure::new(&Problem {
            tick_h: plan.timing.tick_days * 24.0,
            classes,
            segments: segments.iter().map(curve).collect(),
            groups: sharing.hosts.len() as u32,
            pairs: sharing.offers.iter().map(pair).collect(),
        })?;
        Ok(Some(Self {
            inputs: Inputs::new(&structure),
            outcome: Outcome::new(&structure),
            solver: Solver::new(&structure),
            structure,
            lowest: vec![0.0; segments.len()],
            borrowed: vec![Borrowed::default(); segments.len()],
            segments,
            place,
            open: vec![(false, 0.0); sharing.offers.len()],
            part: vec![0.0; sharing.offers.len()],
            queue: vec![None; sharing.hosts.len()],
            relieved: Vec::new(),
            active: false,
        }))
    }

    /// Finds the hosts among the queues of a market that was built anew.
    pub fn find_hosts(&mut self, plan: &Blueprint, market: &MarketState) {
        let place = |queue: &QueueId| market.queues.binary_search(queue).ok().map(|at| at as u32);
        self.queue.clear();
        self.queue.extend(plan.sharing.hosts.iter().map(|host| place(&host.queue)));
        self.relieved.clear();
        self.relieved.resize(market.pairs.len(), 0.0);
    }
}

impl World {
    /// Whether a nation is a member of a club now.
    #[must_use]
    pub fn is_member(&self, plan: &Blueprint, club: usize, nation: NationId) -> bool {
        let seat = plan.sharing.clubs[club].seat(nation);
        seat.is_some_and(|seat| self.alliances.present[club][seat])
    }

    /// The present members of a commons; none for a provider that nobody shares.
    #[must_use]
    pub fn owners_of<'a>(
        &'a self,
        plan: &'a Blueprint,
        provider: crate::id::ProviderId,
    ) -> Option<impl Iterator<Item = NationId> + 'a> {
        let c = plan.sharing.clubs.iter().position(|club| club.commons == Some(provider))?;
        let present = self.alliances.present[c].iter();
        let members = plan.sharing.clubs[c].members.iter().zip(present);
        Some(members.filter(|(_, there)| **there).map(|(member, _)| *member))
    }

    /// Whether two states recognise each other's rules now.
    #[must_use]
    pub fn recognises(&self, plan: &Blueprint, a: NationId, b: NationId) -> bool {
        let clubs = plan.sharing.clubs.iter().enumerate();
        clubs
            .filter(|(_, club)| club.recognition && club.commons.is_none())
            .any(|(c, _)| self.is_member(plan, c, a) && self.is_member(plan, c, b))
    }

    /// Whether an option is open to a segment: residency under the recognition in force, and membership of the club through which it is offered.
    #[must_use]
    pub fn is_open_to(&self, plan: &Blueprint, segment: SegmentId, option: &SupplyOption) -> bool {
        if plan.sharing.is_empty() {
            return true;
        }
        let terms = &plan.segments[segment.at()];
        let (buyer, pool) = (terms.nation, plan.pool_of(option.group));
        if let Some(c) = option.club.map(|c| c as usize) {
            let club = &plan.sharing.clubs[c];
            let owes = |seat: usize| self.alliances.arrears[c][seat] && option.abroad;
            let seat = club.seat(buyer).filter(|&seat| self.alliances.present[c][seat]);
            let lends =
                club.commons.is_some() || self.is_member(plan, c, plan.pools[pool.at()].zone);
            if seat.is_none_or(owes) || !lends {
                return false;
            }
        }
        let residency =
            plan.nations[buyer.at()].parameters.residency(Sensitivity::ALL[terms.sensitivity]);
        let own = option.club.is_some_and(|c| is_commons_with_recognition(plan, c as usize));
        plan.admits(residency, (pool, buyer), |zone| own || self.recognises(plan, buyer, zone))
    }

    /// Compliance cost of an option under the recognition in force, USD/H100eh.
    #[must_use]
    pub fn compliance_of(
        &self,
        plan: &Blueprint,
        segment: SegmentId,
        option: &SupplyOption,
    ) -> f64 {
        if plan.sharing.is_empty() || option.compliance <= 0.0 {
            return option.compliance;
        }
        if option.club.is_some_and(|c| is_commons_with_recognition(plan, c as usize)) {
            return 0.0;
        }
        let buyer = plan.segments[segment.at()].nation;
        let pair = (plan.pool_of(option.group), buyer);
        plan.compliance(pair, |zone| self.recognises(plan, buyer, zone))
    }

    /// Whether a nation is a member of a commons that recognises its rules as its own.
    #[must_use]
    pub fn shares_rules(&self, plan: &Blueprint, pool: PoolId, nation: NationId) -> bool {
        let club = plan.sharing.of_pool[pool.at()];
        club.is_some_and(|c| {
            is_commons_with_recognition(plan, c) && self.is_member(plan, c, nation)
        })
    }

    /// The part of a shared pool on which a nation can count: its allotment of a commons, what it got of it where all stand in one queue, or what an
    /// ally gave it. None for its own pools and for those that no club shares.
    #[must_use]
    pub fn claim(&self, plan: &Blueprint, pool: PoolId, nation: NationId) -> Option<f64> {
        let at = plan.sharing.of_pool[pool.at()]?;
        let club = &plan.sharing.clubs[at];
        let seat = club.seat(nation).filter(|&seat| self.alliances.present[at][seat]);
        let zone = plan.pools[pool.at()].zone;
        match club.commons {
            None if zone == nation => None,
            None if seat.is_none() => Some(0.0),
            Some(_) if !club.is_one_queue() => {
                Some(seat.map_or(0.0, |seat| self.allotment(club, at, seat)))
            }
            _ => {
                let working = self.working_compute(plan, pool);
                let got = self.served_to(plan, pool, nation);
                Some(if working > 0.0 && seat.is_some() { got / working } else { 0.0 })
            }
        }
    }

    /// The part of a pool that is a nation's own: all of what is at home there under home governance, and its allotment of a commons.
    #[must_use]
    pub fn owned_part(&self, plan: &Blueprint, pool: PoolId, nation: NationId) -> f64 {
        let terms = &plan.pools[pool.at()];
        let commons =
            plan.sharing.of_pool[pool.at()].filter(|&c| plan.sharing.clubs[c].commons.is_some());
        let own = terms.zone == nation && plan.providers[terms.provider.at()].home == nation;
        match commons {
            None => f64::from(u8::from(own)),
            Some(c) => {
                let club = &plan.sharing.clubs[c];
                club.seat(nation).map_or(0.0, |seat| self.allotment(club, c, seat))
            }
        }
    }

    /// Whether a pool's capacity is shared now: its zone is a member and has a link, and every other member with one may use it.
    #[must_use]
    pub fn is_shared(&self, plan: &Blueprint, club: usize, pool: PoolId) -> bool {
        let (terms, zone) = (&plan.sharing.clubs[club], plan.pools[pool.at()].zone);
        let linked = |nation: NationId| self.connectivity.is_connected(nation);
        let mut others = terms.members.iter().enumerate().filter(|(seat, member)| {
            self.alliances.present[club][*seat] && **member != zone && linked(**member)
        });
        self.is_member(plan, club, zone)
            && linked(zone)
            && others.all(|(_, member)| self.has_access(plan, pool, *member))
    }

    /// Part of a pool's nodes that stands in a queue.
    #[must_use]
    pub fn standing(&self, plan: &Blueprint, pool: PoolId, queue: QueueId) -> f64 {
        let sharing = &plan.sharing;
        let Some(club) = sharing.of_pool.get(pool.at()).copied().flatten() else { return 1.0 };
        let terms = &sharing.clubs[club];
        match (plan.desk_of(queue), terms.commons) {
            (Some(desk), Some(_)) => self.allotted(plan, pool, *desk),
            (desk, _) if terms.is_one_queue() => {
                let shares = self.is_shared(plan, club, pool);
                let part = if shares { terms.limit * terms.interoperability } else { 0.0 };
                if desk.is_some() { part } else { 1.0 - part }
            }
            _ => 1.0,
        }
    }

    /// Part of a commons' pool that stands at one of its desks.
    fn allotted(&self, plan: &Blueprint, pool: PoolId, desk: Desk) -> f64 {
        let club = &plan.sharing.clubs[desk.club];
        match desk.seat {
            Some(seat) => {
                let usable = self.has_access(plan, pool, club.members[seat]);
                if usable { self.allotment(club, desk.club, seat) } else { 0.0 }
            }
            None if club.is_one_queue() => {
                let mut members = club.members.iter();
                let used = members.any(|member| self.has_access(plan, pool, *member));
                f64::from(u8::from(used))
            }
            None => 1.0 - club.allotted,
        }
    }

    /// A member's allotment of a commons.
    #[must_use]
    pub fn allotment(&self, club: &Club, at: usize, seat: usize) -> f64 {
        let mut shares = allotments(&club.weights, &self.alliances.present[at], club.allotted);
        shares.nth(seat).unwrap_or(0.0)
    }
}

fn is_commons_with_recognition(plan: &Blueprint, club: usize) -> bool {
    let club = &plan.sharing.clubs[club];
    club.commons.is_some() && club.recognition
}
