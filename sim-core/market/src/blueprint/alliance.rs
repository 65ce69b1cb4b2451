//! Who shares capacity with whom: alliances and commons compiled into desks, hosts and offers.
//!
//! A *place* is where nodes of a pool stand in a queue: its dispatcher, or a desk that a club of members shares. Under the priority `equal` work
//! of all members stands at one desk. A commons has a desk for each member's allotment. Under `own_first` what members leave idle is lent:
//! a *host* is a queue whose rest is lent, an *offer* lets a segment of another member use it (`mechanism/pooling.rs`).

use super::build::{BuildError, position};
use super::{Blueprint, CLASSES, LEVELS, Pool, SupplyOption};
use crate::entity::alliance::{AllianceParameters, Burden, Priority};
use crate::entity::demand::Sensitivity;
use crate::entity::event::{Change, EventKind};
use crate::entity::nation::Residency;
use crate::entity::provider::{Allotment, ProviderParameters};
use crate::id::{GroupId, NationId, PoolId, ProviderId, QueueId, SegmentId};
use crate::scenario::{Entries, Scenario};

/// Members that share capacity: an alliance or a commons.
#[derive(Debug, Clone)]
pub struct Club {
    /// Identifier.
    pub id: String,
    /// The provider that they own; none for an alliance.
    pub commons: Option<ProviderId>,
    /// Everybody who is a member at some time.
    pub members: Vec<NationId>,
    /// Whether each is one at the start.
    pub initial: Vec<bool>,
    /// Whose work goes first.
    pub priority: Priority,
    /// Transfer limit L.
    pub limit: f64,
    /// ι.
    pub interoperability: f64,
    /// What work on another member's systems costs, over the price paid.
    pub adaptation: f64,
    /// Whether members recognise each other's rules.
    pub recognition: bool,
    /// Weight of each member's allotment.
    pub weights: Vec<f64>,
    /// What the allotments sum to.
    pub allotted: f64,
    /// Weight of each member's part of the costs.
    pub burdens: Vec<f64>,
    /// What all members of an alliance together contribute, USD/year.
    pub contribution: f64,
    /// Whether the others withdraw together in the withdrawal test.
    pub coalition: bool,
    /// Hazard of that, 1/year.
    pub hazard: f64,
}

impl Club {
    /// Position of a nation among the members.
    #[must_use]
    pub fn seat(&self, nation: NationId) -> Option<usize> {
        self.members.iter().position(|&m| m == nation)
    }

    /// Whether members stand in one queue.
    #[must_use]
    pub fn is_one_queue(&self) -> bool {
        self.priority == Priority::Equal
    }
}

/// A place of a club in which nodes of several pools, or a part of those of one, stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// Whose.
    pub club: usize,
    /// The member whose allotment it is; none: all members', or, where allotments are served first, what is allotted to nobody.
    pub seat: Option<usize>,
}

/// A queue whose rest is lent.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// In which club.
    pub club: usize,
    /// Who lends; none: what is allotted to nobody.
    pub seat: Option<usize>,
    /// Which queue.
    pub queue: QueueId,
}

/// What a segment may borrow from a host.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// Who borrows.
    pub segment: SegmentId,
    /// From whom.
    pub host: u32,
    /// On which terms.
    pub option: SupplyOption,
}

/// All clubs.
#[derive(Debug, Clone, Default)]
pub struct Sharing {
    /// Alliances, then commons, each by identifier.
    pub clubs: Vec<Club>,
    /// Their desks; the place of the first follows the dispatchers.
    pub desks: Vec<Desk>,
    /// Places of each pool's nodes.
    pub places: Vec<Vec<u32>>,
    /// The club that shares each pool.
    pub of_pool: Vec<Option<usize>>,
    /// Queues whose rest is lent.
    pub hosts: Vec<Host>,
    /// What may be borrowed.
    pub offers: Vec<Offer>,
}

impl Sharing {
    /// Whether there is no club at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clubs.is_empty()
    }
}

impl Blueprint {
    pub(super) fn compile_sharing(&self, scenario: &Scenario) -> Result<Sharing, BuildError> {
        let mut clubs = Vec::new();
        for (id, alliance) in scenario.alliances.iter() {
            clubs.push(self.alliance(scenario, id, alliance)?);
        }
        for (p, provider) in self.providers.iter().enumerate() {
            if !provider.parameters.members.is_empty() {
                clubs.push(self.commons(scenario, ProviderId::new(p))?);
            }
        }
        let mut out = Sharing { clubs, ..Sharing::default() };
        out.of_pool = self.pools.iter().map(|pool| self.shared_by(&out.clubs, pool)).collect();
        for (c, club) in out.clubs.iter().enumerate() {
            out.desks.extend(desks(c, club));
        }
        let places = |(p, pool): (usize, &Pool)| {
            let desks = out.desks.iter().enumerate();
            let of_club = desks.filter(|(_, desk)| out.of_pool[p] == Some(desk.club));
            let desks = of_club.map(|(d, _)| (self.dispatchers.len() + d) as u32);
            // Nodes of a commons stand at its desks only.
            let own = self.providers[pool.provider.at()].parameters.members.is_empty();
            own.then_some(pool.dispatcher.0).into_iter().chain(desks).collect()
        };
        out.places = self.pools.iter().enumerate().map(places).collect();
        out.hosts = self.hosts(&out);
        Ok(out)
    }

    fn alliance(
        &self,
        scenario: &Scenario,
        id: &str,
        terms: &AllianceParameters,
    ) -> Result<Club, BuildError> {
        let path = format!("alliance.{id}.members");
        let joins = joining(scenario, |event| event.0 == Some(id));
        let (members, initial) = members(scenario, &path, (&terms.members, &joins))?;
        let burden = |n: &NationId| match terms.burden {
            Burden::Equal => 1.0,
            Burden::Gdp => self.nations[n.at()].parameters.gdp,
        };
        Ok(Club {
            id: id.to_owned(),
            commons: None,
            initial,
            priority: terms.priority,
            limit: terms.transfer_limit,
            interoperability: terms.interoperability,
            adaptation: terms.adaptation,
            recognition: terms.recognition,
            weights: vec![1.0; members.len()],
            allotted: 1.0,
            burdens: members.iter().map(burden).collect(),
            contribution: terms.contribution,
            coalition: terms.coalition,
            hazard: terms.hazard,
            members,
        })
    }

    fn commons(&self, scenario: &Scenario, provider: ProviderId) -> Result<Club, BuildError> {
        let of = &self.providers[provider.at()];
        let (id, terms) = (&of.id, &of.parameters);
        let path = format!("provider.{id}.commons.members");
        let joins = joining(scenario, |event| event.1.contains(id));
        let (members, initial) = members(scenario, &path, (&terms.members, &joins))?;
        let burdens: Vec<f64> = members.iter().map(|m| self.contribution(terms, *m)).collect();
        let weight = |(m, burden): (&NationId, &f64)| match terms.allotment {
            Allotment::Equal => 1.0,
            Allotment::Population => self.nations[m.at()].parameters.population,
            Allotment::Contribution => *burden,
            Allotment::Given => self.named(&terms.allotments, *m),
        };
        let weights: Vec<f64> = members.iter().zip(&burdens).map(weight).collect();
        let given = terms.allotment == Allotment::Given;
        Ok(Club {
            id: id.clone(),
            commons: Some(provider),
            initial,
            priority: terms.priority,
            limit: 1.0,
            interoperability: 1.0,
            adaptation: 0.0,
            recognition: terms.recognition,
            allotted: if given { weights.iter().sum() } else { 1.0 },
            weights,
            burdens,
            contribution: 0.0,
            coalition: false,
            hazard: 0.0,
            members,
        })
    }

    fn contribution(&self, terms: &ProviderParameters, member: NationId) -> f64 {
        if terms.contributions.is_empty() { 1.0 } else { self.named(&terms.contributions, member) }
    }

    fn named(&self, shares: &[(String, f64)], nation: NationId) -> f64 {
        let id = &self.nations[nation.at()].id;
        shares.iter().find(|(name, _)| name == id).map_or(0.0, |(_, share)| *share)
    }

    /// The club that shares a pool: its owners, or the alliance of a zone that offers what is at home there under home governance.
    fn shared_by(&self, clubs: &[Club], pool: &Pool) -> Option<usize> {
        let provider = &self.providers[pool.provider.at()];
        let of_alliance = provider.home == pool.zone
            && !provider.parameters.exports
            && provider.parameters.members.is_empty();
        clubs.iter().position(|club| match club.commons {
            Some(commons) => commons == pool.provider,
            None => {
                of_alliance
                    && club.limit * club.interoperability > 0.0
                    && club.seat(pool.zone).is_some()
            }
        })
    }

    /// Queues whose rest is lent: of every member of an alliance, of every allotment of a commons.
    fn hosts(&self, sharing: &Sharing) -> Vec<Host> {
        let mut out: Vec<Host> = Vec::new();
        for (p, pool) in self.pools.iter().enumerate() {
            let Some(club) = sharing.of_pool[p] else { continue };
            if sharing.clubs[club].is_one_queue() {
                continue;
            }
            for &place in &sharing.places[p] {
                let desk = (place as usize).checked_sub(self.dispatchers.len());
                let seat = match desk {
                    Some(desk) => sharing.desks[desk].seat,
                    None => sharing.clubs[club].seat(pool.zone),
                };
                for level in 0..LEVELS {
                    let queue = QueueId::new(place as usize * LEVELS + level);
                    let host = Host { club, seat, queue };
                    if !out.contains(&host) {
                        out.push(host);
                    }
                }
            }
        }
        out
    }

    /// Options that a segment has as a member of the club that shares a pool, where work stands in queue with the members' own.
    pub(super) fn desk_options(
        &self,
        (buyer, class, sensitivity): (NationId, usize, Sensitivity),
        pool: PoolId,
        out: &mut Vec<SupplyOption>,
    ) {
        let sharing = &self.sharing;
        let Some(c) = sharing.of_pool[pool.at()] else { return };
        let club = &sharing.clubs[c];
        let Some(seat) = club.seat(buyer) else { return };
        for (d, desk) in sharing.desks.iter().enumerate() {
            let whose = if club.is_one_queue() { None } else { Some(seat) };
            if desk.club == c && desk.seat == whose {
                let place = (self.dispatchers.len() + d) as u32;
                self.add_options((buyer, class, sensitivity), (pool, place, Some(c)), out);
            }
        }
    }

    /// What each segment may borrow.
    pub(super) fn offers(&self) -> Vec<Offer> {
        let mut out = Vec::new();
        let mut options = Vec::new();
        for (h, host) in self.sharing.hosts.iter().enumerate() {
            let club = &self.sharing.clubs[host.club];
            let (place, level) = ((host.queue.at() / LEVELS) as u32, host.queue.at() % LEVELS);
            let stands = |p: &usize| self.sharing.places[*p].contains(&place);
            for p in (0..self.pools.len()).filter(stands) {
                for (s, segment) in self.segments.iter().enumerate() {
                    let lends = host.seat.is_none() || club.seat(segment.nation) != host.seat;
                    if club.seat(segment.nation).is_none() || !lends || segment.class > level {
                        continue;
                    }
                    let sensitivity = Sensitivity::ALL[segment.sensitivity];
                    let who = (segment.nation, segment.class, sensitivity);
                    options.clear();
                    self.add_options(who, (PoolId::new(p), place, Some(host.club)), &mut options);
                    let here = options.iter().find(|o| o.group.at() % LEVELS == level);
                    let offer = |&option: &SupplyOption| Offer {
                        segment: SegmentId::new(s),
                        host: h as u32,
                        option,
                    };
                    out.extend(here.map(offer));
                }
            }
        }
        out
    }

    /// The queue of an option.
    #[must_use]
    pub fn queue_at(&self, option: &SupplyOption) -> QueueId {
        QueueId::new(option.place as usize * LEVELS + option.group.at() % LEVELS)
    }

    /// The queues in which nodes of a group stand.
    pub fn queues_of(&self, group: GroupId) -> impl Iterator<Item = QueueId> + '_ {
        let places = self.sharing.places[group.at() / LEVELS].iter();
        places.map(move |&place| QueueId::new(place as usize * LEVELS + group.at() % LEVELS))
    }

    /// The desk of a queue; none for a queue of a dispatcher.
    #[must_use]
    pub fn desk_of(&self, queue: QueueId) -> Option<&Desk> {
        let desk = (queue.at() / LEVELS).checked_sub(self.dispatchers.len())?;
        self.sharing.desks.get(desk)
    }

    /// Jurisdictions other than a buyer's own under which a pool works: that of its control plane and that of its zone.
    fn foreign(&self, pool: PoolId, buyer: NationId) -> impl Iterator<Item = NationId> {
        let terms = &self.pools[pool.at()];
        let home = self.providers[terms.provider.at()].home;
        [home, terms.zone].into_iter().filter(move |&zone| zone != buyer)
    }

    /// Compliance cost of work that is not open in a pool, USD/H100eh: of the strictest pair of jurisdictions that do not recognise each other.
    #[must_use]
    pub fn compliance(
        &self,
        (pool, buyer): (PoolId, NationId),
        recognises: impl Fn(NationId) -> bool,
    ) -> f64 {
        let terms = &self.nations[buyer.at()].parameters;
        let cost = |zone: NationId| {
            let own = terms.compliance_with.iter();
            let named = own.into_iter().find(|(id, _)| *id == self.nations[zone.at()].id);
            named.map_or(terms.compliance, |(_, cost)| *cost)
        };
        let strict = self.foreign(pool, buyer).filter(|&zone| !recognises(zone)).map(cost);
        strict.fold(0.0, |most, one| if one > most { one } else { most })
    }

    /// Whether a residency rule admits a pool to a buyer's work.
    #[must_use]
    pub fn admits(
        &self,
        residency: Residency,
        (pool, buyer): (PoolId, NationId),
        recognises: impl Fn(NationId) -> bool,
    ) -> bool {
        let terms = &self.pools[pool.at()];
        let home = self.providers[terms.provider.at()].home;
        match residency {
            Residency::Any => true,
            Residency::Territory => terms.zone == buyer,
            Residency::Domestic => terms.zone == buyer && home == buyer,
            Residency::Alliance => {
                terms.zone == buyer || home == buyer || recognises(terms.zone) || recognises(home)
            }
        }
    }

    /// Reference demand at the start of the nations named, H100e.
    pub(super) fn demand_of(&self, members: &[String]) -> f64 {
        let named = self.nations.iter().filter(|nation| members.contains(&nation.id));
        named.map(|nation| nation.demand).sum()
    }

    /// Whether two states may come to recognise each other's rules in a run.
    pub(super) fn may_recognise(&self, a: NationId, b: NationId) -> bool {
        let both = |club: &&Club| club.seat(a).is_some() && club.seat(b).is_some();
        self.sharing.clubs.iter().filter(both).any(|club| club.recognition)
    }
}

/// One desk for all under `equal`, or one for each allotment and one for what is allotted to nobody.
fn desks(club: usize, terms: &Club) -> Vec<Desk> {
    if terms.is_one_queue() {
        let shares = terms.limit * terms.interoperability > 0.0;
        return shares.then_some(Desk { club, seat: None }).into_iter().collect();
    }
    if terms.commons.is_none() {
        return Vec::new();
    }
    let seats = (0..terms.members.len()).map(|seat| Desk { club, seat: Some(seat) });
    let rest = (terms.allotted < 1.0).then_some(Desk { club, seat: None });
    seats.chain(rest).collect()
}

/// Those whom events make members.
fn joining(scenario: &Scenario, of: impl Fn((Option<&str>, &[String])) -> bool) -> Vec<String> {
    let events = scenario.events.iter().filter(|(_, event)| {
        event.kind == EventKind::AllianceChange
            && event.change == Change::Join
            && of((event.alliance.as_deref(), &event.providers))
    });
    events.flat_map(|(_, event)| event.to.iter().cloned()).collect()
}

fn members(
    scenario: &Scenario,
    path: &str,
    (first, later): (&[String], &[String]),
) -> Result<(Vec<NationId>, Vec<bool>), BuildError> {
    let mut out: Vec<(NationId, bool)> = Vec::new();
    for (id, initial) in first.iter().map(|id| (id, true)).chain(later.iter().map(|id| (id, false)))
    {
        let nation = NationId::new(position(&scenario.nations, "nation", path, id)?);
        if !out.iter().any(|(other, _)| *other == nation) {
            out.push((nation, initial));
        }
    }
    out.sort_by_key(|(nation, _)| *nation);
    Ok(out.into_iter().unzip())
}

/// Contracts with joint tenders of alliances taken together: contracts that agree in all but title and size and whose buyers are all members of
/// an alliance that tenders jointly become one, with the buyers of all.
#[must_use]
pub fn pooled(scenario: &Scenario) -> Entries<crate::entity::contract::ContractParameters> {
    let mut out: Entries<crate::entity::contract::ContractParameters> = Entries::default();
    let together =
        |a: &[String], b: &[String]| {
            scenario.alliances.iter().filter(|(_, alliance)| alliance.joint_tender).any(
                |(_, alliance)| a.iter().chain(b).all(|buyer| alliance.members.contains(buyer)),
            )
        };
    for (id, one) in scenario.contracts.iter() {
        let same = |other: &crate::entity::contract::ContractParameters| {
            let mut twin = one.clone();
            (twin.title, twin.buyers) = (other.title.clone(), other.buyers.clone());
            twin.compute = if one.compute.is_some() { other.compute } else { None };
            twin == *other && together(&one.buyers, &other.buyers)
        };
        let known = out.iter().find(|(_, other)| same(other)).map(|(known, _)| known.to_owned());
        let Some(known) = known else {
            *out.entry(id) = one.clone();
            continue;
        };
        let tender = out.entry(&known);
        let new = one.buyers.iter().filter(|buyer| !tender.buyers.contains(buyer));
        tender.buyers = tender.buyers.iter().chain(new).cloned().collect();
        tender.compute = tender.compute.zip(one.compute).map(|(a, b)| a + b);
    }
    out
}

const _: () = assert!(CLASSES == LEVELS);
