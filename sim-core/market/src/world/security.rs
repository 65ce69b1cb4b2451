//! State of security: incidents under way, controls in force, updates that nodes lack, trust; and what incidents do to capacity and to work.

use autarky_engine::calendar::ClockId;
use autarky_engine::math;

use super::supply::Slots;
use super::{Cohort, World};
use crate::blueprint::Blueprint;
use crate::blueprint::security::{Place, Source};
use crate::id::{NationId, OperatorId, PoolId, SiteId, VendorId};
use crate::mechanism::security::{Levels, Surface, lag, remembered};

/// Losses of trust smaller than this are none.
const FORGOTTEN: f64 = 1e-6;

/// Which nodes of a pool an incident may hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// All.
    Pool,
    /// Those of an operator.
    Operator(OperatorId),
    /// Those at a site.
    Site(SiteId),
    /// Those of a vendor.
    Vendor(VendorId),
}

/// An incident in a pool.
#[derive(Debug, Clone, Copy)]
pub struct Incident {
    /// Its clock, an index into the sources.
    pub source: usize,
    /// Which incident of that clock.
    pub number: u64,
    /// Where it began.
    pub pool: PoolId,
    /// What.
    pub target: Target,
    /// Whether it has been found: until then work is exposed and corrupted, from then on nodes are down.
    pub found: bool,
}

/// Updates of one vendor in one zone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Updates {
    /// Years of updates that nodes lacked at `since`.
    pub from: f64,
    /// Day from which it moves.
    pub since: f64,
    /// Whether they are cut.
    pub cut: bool,
}

/// Log taste that a pool has lost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trust {
    /// At `since`; at most zero.
    pub log: f64,
    /// Day.
    pub since: f64,
}

/// Security.
#[derive(Debug, Clone)]
pub struct SecurityState {
    /// Clocks of the sources.
    pub clocks: Vec<ClockId>,
    /// Their rates, 1/year.
    pub rates: Vec<f64>,
    /// Incidents of each so far.
    pub counts: Vec<u64>,
    /// Incidents under way.
    pub incidents: Slots<Incident>,
    /// How many.
    pub active: usize,
    /// How many of them have been found, and hold nodes down.
    pub holding: usize,
    /// Whether one began, was found or ended, or a month did, since effects were last counted.
    pub changed: bool,
    /// Controls in force, by pool.
    pub levels: Vec<Levels>,
    /// What they cost the provider, what the state pays off, and what they cost in all, USD per H100e-year, by pool.
    pub costs: Vec<(f64, f64)>,
    /// Months begun.
    pub months: u32,
    /// `[vendor × nation]`.
    pub updates: Vec<Updates>,
    /// By pool.
    pub trust: Vec<Trust>,
    /// Factor of trust on taste, by pool, as last taken on.
    pub taste: Vec<f64>,
    /// Day on which trust was last taken on.
    pub taken_on: f64,
    /// Whether some was lost since.
    pub lost: bool,
    /// Share of a pool's nodes that incidents in all of it leave on, and the same by vendor, `[pool × vendor]`.
    pub on: Vec<f64>,
    /// See `on`.
    pub on_by_vendor: Vec<f64>,
    /// Working servers that incidents at sites hold down, by cell: few.
    pub held: Vec<(usize, f64)>,
    /// Share of a pool's sensitive work that is exposed at present.
    pub exposed: Vec<f64>,
    /// Share of its results that incidents make bad at present.
    pub corrupted: Vec<f64>,
    /// Working compute that incidents hold down, by pool, H100e.
    pub down: Vec<f64>,
}

impl SecurityState {
    /// Nothing has happened.
    #[must_use]
    pub fn new(plan: &Blueprint) -> Self {
        let (pools, vendors) = (plan.pools.len(), plan.vendors.len());
        let sources = plan.security.sources.len();
        Self {
            clocks: Vec::new(),
            rates: vec![0.0; sources],
            counts: vec![0; sources],
            incidents: Slots::default(),
            active: 0,
            holding: 0,
            changed: false,
            levels: vec![Levels::default(); pools],
            costs: vec![(0.0, 0.0); pools],
            months: 0,
            updates: vec![Updates::default(); vendors * plan.nations.len()],
            trust: vec![Trust::default(); pools],
            taste: vec![1.0; pools],
            taken_on: 0.0,
            lost: false,
            on: vec![1.0; pools],
            on_by_vendor: vec![1.0; pools * vendors],
            held: Vec::new(),
            exposed: vec![0.0; pools],
            corrupted: vec![0.0; pools],
            down: vec![0.0; pools],
        }
    }

    /// Log taste that a pool lacks on a day.
    #[must_use]
    pub fn trust_on(&self, plan: &Blueprint, pool: PoolId, day: f64) -> f64 {
        let trust = &self.trust[pool.at()];
        let memory = plan.providers[plan.pools[pool.at()].provider.at()].parameters.trust_memory;
        let log = remembered(trust.log, day - trust.since, memory);
        if log > -FORGOTTEN { 0.0 } else { log }
    }

    fn clear_effects(&mut self) {
        self.on.fill(1.0);
        self.on_by_vendor.fill(1.0);
        self.exposed.fill(0.0);
        self.corrupted.fill(0.0);
        self.down.fill(0.0);
        self.held.clear();
    }
}

impl World {
    /// Updates of a vendor in a zone stop or come again.
    pub(super) fn set_updates(
        &mut self,
        plan: &Blueprint,
        at: (VendorId, NationId),
        cut: bool,
        day: f64,
    ) {
        let from = self.lag_of(plan, at, day);
        let slot = at.0.at() * plan.nations.len() + at.1.at();
        self.security.updates[slot] = Updates { from, since: day, cut };
    }

    /// Years of updates of a vendor that nodes in a zone lack on a day.
    #[must_use]
    pub fn lag_of(&self, plan: &Blueprint, (vendor, zone): (VendorId, NationId), day: f64) -> f64 {
        let state = &self.security.updates[vendor.at() * plan.nations.len() + zone.at()];
        if !state.cut && state.from <= 0.0 {
            return 0.0;
        }
        let recovery = plan.vendors[vendor.at()].parameters.service_recovery;
        lag(state.from, state.cut, recovery, (day - state.since) / 365.25)
    }

    /// Installed compute of a pool from a vendor, H100e.
    fn installed_of(&self, plan: &Blueprint, pool: PoolId, vendor: VendorId) -> f64 {
        let models = plan.hardware.len();
        let first = plan.group(pool, 0).at() * models;
        let cells = &self.installed[first..first + crate::blueprint::LEVELS * models];
        let own =
            cells.iter().enumerate().filter(|(i, _)| plan.hardware[i % models].vendor == vendor);
        own.map(|(i, &n)| n as f64 * self.market.server_compute[i % models]).sum()
    }

    /// Whether a pool has nodes of a vendor.
    #[must_use]
    pub fn has_nodes_of(&self, plan: &Blueprint, pool: PoolId, vendor: VendorId) -> bool {
        self.installed_of(plan, pool, vendor) > 0.0
    }

    /// Operators of a pool that have nodes, with the factors of their types on incidents.
    pub fn exposed_operators(
        &self,
        plan: &Blueprint,
        pool: PoolId,
    ) -> impl Iterator<Item = (OperatorId, f64)> {
        self.pools[pool.at()].operators.iter().filter_map(|&id| {
            let operator = &self.operators[id.at()];
            let factor = match &operator.member {
                Some(member) => plan.networks.kinds[member.kind].parameters.security_factor,
                None => 1.0,
            };
            let present = operator.sites.clone().any(|s| !self.at_site[s].is_empty());
            present.then_some((id, factor))
        })
    }

    /// What vectors find at a pool on a day.
    #[must_use]
    pub fn surface_of(&self, plan: &Blueprint, pool: PoolId, day: f64) -> Surface {
        let (mut operators, mut factors) = (0.0, 0.0);
        for (_, factor) in self.exposed_operators(plan, pool) {
            (operators, factors) = (operators + 1.0, factors + factor);
        }
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let mean = if operators > 0.0 { factors / operators } else { 0.0 };
        Surface {
            operators,
            factor: provider.security_factor * mean,
            lag: self.mean_lag(plan, pool, day),
            levels: self.security.levels[pool.at()],
        }
    }

    /// Years of updates that a pool's nodes lack in the mean, by compute.
    fn mean_lag(&self, plan: &Blueprint, pool: PoolId, day: f64) -> f64 {
        let zone = plan.pools[pool.at()].zone;
        let (mut sum, mut total) = (0.0, 0.0);
        for vendor in (0..plan.vendors.len()).map(VendorId::new) {
            let size = self.installed_of(plan, pool, vendor);
            let lag = if size > 0.0 { self.lag_of(plan, (vendor, zone), day) } else { 0.0 };
            (sum, total) = (sum + size * lag, total + size);
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }

    /// Sites of the nodes that an incident may hit, where it does not hit all of the pool or all of a vendor.
    fn sites_at_risk(&self, target: Target) -> std::ops::Range<usize> {
        match target {
            Target::Operator(id) => self.operators[id.at()].sites.clone(),
            Target::Site(id) => id.at()..id.at() + 1,
            Target::Pool | Target::Vendor(_) => 0..0,
        }
    }

    /// The pool whose nodes an incident hits: operators may move to a fork meanwhile.
    #[must_use]
    pub fn pool_hit(&self, incident: &Incident) -> PoolId {
        match incident.target {
            Target::Operator(id) => self.operators[id.at()].pool,
            Target::Site(id) => self.sites[id.at()].pool,
            Target::Pool | Target::Vendor(_) => incident.pool,
        }
    }

    /// Part of that pool's installed compute that it hits.
    #[must_use]
    pub fn part_hit(&self, plan: &Blueprint, incident: &Incident) -> f64 {
        let terms = &plan.security.vectors[plan.security.sources[incident.source].vector];
        let share = terms.parameters.share;
        let whole = self.installed_compute(plan, self.pool_hit(incident));
        let part = match incident.target {
            Target::Pool => return share,
            Target::Vendor(vendor) => self.installed_of(plan, incident.pool, vendor),
            Target::Operator(_) | Target::Site(_) => {
                let sites = self.sites_at_risk(incident.target);
                let cohorts = sites.flat_map(|s| &self.at_site[s]).map(|c| &self.cohorts[c.at()]);
                cohorts.map(|c| f64::from(c.nodes) * c.node_compute(plan)).sum()
            }
        };
        if whole > 0.0 { share * part / whole } else { 0.0 }
    }

    /// Counts anew what incidents under way do: while nodes are down every time, otherwise when something has changed.
    pub(super) fn refresh_incidents(&mut self, plan: &Blueprint) {
        if self.security.holding == 0 && !self.security.changed {
            return;
        }
        self.security.changed = false;
        self.remote.partial = true;
        self.security.clear_effects();
        let under_way: Vec<Incident> = self.security.incidents.iter().copied().collect();
        let mut sites: Vec<(usize, f64)> = Vec::new();
        for incident in &under_way {
            let terms =
                &plan.security.vectors[plan.security.sources[incident.source].vector].parameters;
            let pool = self.pool_hit(incident).at();
            if !incident.found {
                let hit = self.part_hit(plan, incident);
                let open = hit * (1.0 - terms.enclave * self.security.levels[pool].enclave);
                let (exposed, bad) =
                    (&mut self.security.exposed[pool], &mut self.security.corrupted[pool]);
                *exposed += (1.0 - *exposed) * terms.exposure * open;
                *bad += (1.0 - *bad) * terms.corruption * open;
                continue;
            }
            match incident.target {
                Target::Pool => self.security.on[pool] *= 1.0 - terms.share,
                Target::Vendor(vendor) => {
                    let at = pool * plan.vendors.len() + vendor.at();
                    self.security.on_by_vendor[at] *= 1.0 - terms.share;
                }
                Target::Operator(_) | Target::Site(_) => {
                    sites.extend(
                        self.sites_at_risk(incident.target).map(|s| (s, 1.0 - terms.share)),
                    );
                }
            }
        }
        self.hold_sites(plan, sites);
    }

    /// Adds up the working servers that incidents at sites hold down. Incidents hit independent shares of the nodes of one site.
    fn hold_sites(&mut self, plan: &Blueprint, mut sites: Vec<(usize, f64)>) {
        sites.sort_by_key(|(site, _)| *site);
        let mut held: Vec<(usize, f64)> = Vec::new();
        for of_site in sites.chunk_by(|a, b| a.0 == b.0) {
            let site = of_site[0].0;
            let on: f64 = of_site.iter().map(|(_, on)| on).product();
            if !self.site_up[site] {
                continue;
            }
            for id in &self.at_site[site] {
                let c = &self.cohorts[id.at()];
                let group = plan.group(self.sites[site].pool, c.level).at();
                let cell = group * plan.hardware.len() + c.hardware.at();
                held.push((cell, f64::from(c.up) * f64::from(c.servers) * (1.0 - on)));
            }
        }
        held.sort_by_key(|(cell, _)| *cell);
        for of_cell in held.chunk_by(|a, b| a.0 == b.0) {
            let servers: f64 = of_cell.iter().map(|(_, servers)| servers).sum();
            self.security.held.push((of_cell[0].0, servers));
        }
    }

    /// Share of the working servers of a cell that incidents leave on.
    #[must_use]
    pub(super) fn left_on(
        &self,
        plan: &Blueprint,
        (pool, vendor): (PoolId, VendorId),
        cell: usize,
    ) -> f64 {
        let state = &self.security;
        if state.holding == 0 {
            return 1.0;
        }
        let of_vendor = state.on_by_vendor[pool.at() * plan.vendors.len() + vendor.at()];
        let working = self.available[cell] as f64;
        let held = state.held.binary_search_by_key(&cell, |(cell, _)| *cell);
        let at_sites = held.map_or(1.0, |at| 1.0 - state.held[at].1 / working.max(1.0));
        state.on[pool.at()] * of_vendor * at_sites
    }

    /// Notes that incidents hold down a share of the compute of a cell.
    pub(super) fn note_held(&mut self, cell: usize, (pool, hardware): (PoolId, usize), share: f64) {
        if share > 0.0 {
            let working = self.available[cell] as f64 * self.market.server_compute[hardware];
            self.security.down[pool.at()] += working * share;
        }
    }

    /// Share of a cohort's nodes that incidents leave on today.
    #[must_use]
    pub fn cohort_on(&self, plan: &Blueprint, cohort: &Cohort) -> f64 {
        if self.security.holding == 0 {
            return 1.0;
        }
        let vendor = plan.hardware[cohort.hardware.at()].vendor;
        let pool = self.sites[cohort.site.at()].pool;
        let hits = |incident: &&Incident| {
            incident.found
                && self.pool_hit(incident) == pool
                && match incident.target {
                    Target::Pool => true,
                    Target::Vendor(other) => other == vendor,
                    target => self.sites_at_risk(target).contains(&cohort.site.at()),
                }
        };
        let left = |i: &Incident| {
            let vector = plan.security.sources[i.source].vector;
            1.0 - plan.security.vectors[vector].parameters.share
        };
        self.security.incidents.iter().filter(hits).map(left).product()
    }

    /// Useful over all work of a pool where a part of it runs in enclaves.
    #[must_use]
    pub fn enclave_share(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        self.security.levels[pool.at()].throughput(provider.enclave_overhead)
    }

    /// What a pool's controls cost its provider, USD per H100e-hour installed.
    #[must_use]
    pub fn security_cost(&self, pool: PoolId) -> f64 {
        self.security.costs[pool.at()].0 / crate::mechanism::price::UnitCost::YEAR_HOURS
    }

    /// A pool loses log taste.
    pub(crate) fn lose_trust(&mut self, plan: &Blueprint, pool: PoolId, loss: f64, day: f64) {
        if loss > 0.0 {
            let log = self.security.trust_on(plan, pool, day) - loss;
            self.security.trust[pool.at()] = Trust { log, since: day };
            self.security.lost = true;
        }
    }

    /// Takes on what trust has become, for all pools; true if any has moved.
    pub(crate) fn take_on_trust(&mut self, plan: &Blueprint, day: f64) -> bool {
        (self.security.taken_on, self.security.lost) = (day, false);
        let mut moved = false;
        for pool in (0..plan.pools.len()).map(PoolId::new) {
            let log = self.security.trust_on(plan, pool, day);
            let taste = if log < 0.0 { math::exp(log) } else { 1.0 };
            moved |= taste.to_bits() != self.security.taste[pool.at()].to_bits();
            self.security.taste[pool.at()] = taste;
            if log >= 0.0 {
                self.security.trust[pool.at()] = Trust::default();
            }
        }
        moved
    }

    /// The pools in which a clock's incidents may happen.
    #[must_use]
    pub fn pools_of_source(&self, plan: &Blueprint, source: &Source) -> Vec<PoolId> {
        match source.place {
            Place::Pool(pool) => vec![pool],
            Place::Vendor(vendor) => {
                let pools = (0..plan.pools.len()).map(PoolId::new);
                pools.filter(|&p| self.has_nodes_of(plan, p, vendor)).collect()
            }
        }
    }
}
