//! What others hold over nodes from afar: services and firmware, without which compute erodes, and locks, by which it is switched off.

use super::World;
use crate::blueprint::{Blueprint, Effect, LEVELS};
use crate::id::{CohortId, NationId, PoolId, VendorId};
use crate::mechanism::services::{Rates, effective_share};

/// Services of one vendor in one zone.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Effective share of compute at `since`.
    pub from: f64,
    /// Day from which it moves.
    pub since: f64,
    /// Whether the services are cut.
    pub cut: bool,
}

impl Service {
    /// Effective share on a day, if nothing changes until then.
    #[must_use]
    pub fn share(&self, plan: &Blueprint, vendor: VendorId, day: f64) -> f64 {
        let terms = &plan.vendors[vendor.at()].parameters;
        let rates = Rates { erosion: terms.service_erosion, recovery: terms.service_recovery };
        effective_share(self.from, self.cut, rates, (day - self.since) / 365.25)
    }
}

/// Services and locks.
#[derive(Debug, Clone)]
pub struct RemoteState {
    /// `[vendor × nation]`.
    pub services: Vec<Service>,
    /// Share of servers that no lock switches off, `[pool × vendor]`.
    pub unlocked: Vec<f64>,
    /// Share of working servers that serve, `[group × hardware]`: those without a lock in force.
    pub servers: Vec<f64>,
    /// Share of working compute that is effective, `[group × hardware]`: without lock, as current as its services.
    pub compute: Vec<f64>,
    /// Whether any share is, or may be, below one.
    pub partial: bool,
}

impl RemoteState {
    /// All services flow, no lock is used.
    #[must_use]
    pub fn new(plan: &Blueprint) -> Self {
        let cells = plan.groups() * plan.hardware.len();
        let service = Service { from: 1.0, since: 0.0, cut: false };
        Self {
            services: vec![service; plan.vendors.len() * plan.nations.len()],
            unlocked: vec![1.0; plan.pools.len() * plan.vendors.len()],
            servers: vec![1.0; cells],
            compute: vec![1.0; cells],
            partial: plan.networks.list.iter().any(|n| n.method.throughput() < 1.0)
                || plan.security.controlled,
        }
    }
}

impl World {
    /// The services of a vendor in a zone.
    #[must_use]
    pub fn service(&self, plan: &Blueprint, vendor: VendorId, nation: NationId) -> &Service {
        &self.remote.services[vendor.at() * plan.nations.len() + nation.at()]
    }

    /// Services of a vendor in a zone are cut or come back.
    pub fn set_service(
        &mut self,
        plan: &Blueprint,
        (vendor, nation): (VendorId, NationId),
        cut: bool,
        day: f64,
    ) {
        let old = *self.service(plan, vendor, nation);
        if old.cut != cut {
            let from = old.share(plan, vendor, day);
            let at = vendor.at() * plan.nations.len() + nation.at();
            self.remote.services[at] = Service { from, since: day, cut };
            self.set_updates(plan, (vendor, nation), cut, day);
            self.remote.partial = true;
        }
    }

    /// Sets the share of each pool's and vendor's servers that the events in force leave on.
    pub fn set_locks(&mut self, plan: &Blueprint) {
        self.remote.unlocked.fill(1.0);
        for (event, _) in plan.events.iter().zip(&self.politics.active).filter(|(_, on)| **on) {
            let Effect::SwitchOff { vendors, providers, share } = &event.effect else { continue };
            for (p, pool) in plan.pools.iter().enumerate() {
                if !providers[pool.provider.at()] || !event.destinations.contains(&pool.zone) {
                    continue;
                }
                for (v, _) in vendors.iter().enumerate().filter(|(_, named)| **named) {
                    self.remote.unlocked[p * plan.vendors.len() + v] *= 1.0 - share;
                }
            }
        }
        self.remote.partial = true;
    }

    /// Brings the shares of every cell up to date; costs nothing while all are one.
    pub fn refresh_remote(&mut self, plan: &Blueprint, day: f64) {
        self.refresh_incidents(plan);
        if !self.remote.partial {
            return;
        }
        let models = plan.hardware.len();
        let mut partial = self.remote.services.iter().any(|service| service.cut);
        for (p, pool) in plan.pools.iter().enumerate() {
            let id = PoolId::new(p);
            let inside = self.network_share(plan, id, day) * self.enclave_share(plan, id);
            for (h, model) in plan.hardware.iter().enumerate() {
                let on = self.remote.unlocked[p * plan.vendors.len() + model.vendor.at()];
                let current =
                    self.service(plan, model.vendor, pool.zone).share(plan, model.vendor, day)
                        * inside;
                partial |= on * current < 1.0;
                for level in 0..LEVELS {
                    let cell = plan.group(PoolId::new(p), level).at() * models + h;
                    let left = self.left_on(plan, (id, model.vendor), cell);
                    self.note_held(cell, (id, h), on * current * (1.0 - left));
                    self.remote.servers[cell] = on * left;
                    self.remote.compute[cell] = on * current * left;
                }
            }
        }
        self.remote.partial = partial;
    }

    /// Effective compute of one node of a cohort on a day from now on, H100e, if services and locks stay as they are.
    #[must_use]
    pub fn effective_compute(&self, plan: &Blueprint, id: CohortId, day: f64) -> f64 {
        let cohort = &self.cohorts[id.at()];
        let vendor = plan.hardware[cohort.hardware.at()].vendor;
        let pool = self.sites[cohort.site.at()].pool;
        let on = self.remote.unlocked[pool.at() * plan.vendors.len() + vendor.at()];
        let current =
            self.service(plan, vendor, plan.pools[pool.at()].zone).share(plan, vendor, day);
        let inside = self.network_share(plan, pool, day) * self.enclave_share(plan, pool);
        cohort.node_compute(plan) * on * current * inside
    }

    /// The same after `days` from a day on which the services of its vendor stop.
    #[must_use]
    pub fn compute_without_services(
        &self,
        plan: &Blueprint,
        id: CohortId,
        (day, days): (f64, f64),
    ) -> f64 {
        let cohort = &self.cohorts[id.at()];
        let vendor = plan.hardware[cohort.hardware.at()].vendor;
        let erosion = plan.vendors[vendor.at()].parameters.service_erosion;
        let rates = Rates { erosion, recovery: 0.0 };
        self.effective_compute(plan, id, day) * effective_share(1.0, true, rates, days / 365.25)
    }
}
