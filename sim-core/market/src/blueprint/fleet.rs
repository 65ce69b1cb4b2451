//! Nodes that exist at the start: each operator's share of its pool's capacity, spread over vintages, vendors and sites by
//! largest remainders and low-discrepancy sequences, without any draw.

use super::{Blueprint, InitialCohort};
use crate::id::{HardwareId, PoolId, SiteId, VendorId};

/// Vintages of the initial fleet of an operator.
const VINTAGES: usize = 3;
/// Oldest age of the initial fleet over the life of its hardware.
const OLDEST: f64 = 0.6;
/// Conjugate of the golden ratio: the additive recurrence with the lowest discrepancy.
const GOLDEN: f64 = 0.618_033_988_749_894_8;

impl Blueprint {
    /// The cohorts of the initial fleet.
    pub(super) fn initial_fleet(&self) -> Vec<InitialCohort> {
        let mut out = Vec::new();
        for p in 0..self.pools.len() {
            let mut phase = 0.5;
            let mut carried = 0.0;
            for o in self.pools[p].operators.clone() {
                let wanted = self.pools[p].initial_capacity * self.operators[o].weight + carried;
                carried = wanted - self.equip(o, wanted, &mut phase, &mut out);
            }
        }
        out
    }

    /// Gives one operator nodes worth about `wanted` H100e; returns what it got.
    fn equip(
        &self,
        operator: usize,
        wanted: f64,
        phase: &mut f64,
        out: &mut Vec<InitialCohort>,
    ) -> f64 {
        let owner = &self.operators[operator];
        let mut got = 0.0;
        for vintage in 0..VINTAGES {
            *phase = (*phase + GOLDEN).fract();
            let vendor = self.vendor_at(owner.pool, *phase);
            let spread = (vintage as f64 + *phase) / VINTAGES as f64;
            let newest = self.model_at(owner.pool, vendor, 0.0);
            let age = spread * OLDEST * self.hardware[newest.at()].parameters.life * 365.25;
            let model = self.model_at(owner.pool, vendor, age);
            let age = age.min(-self.hardware[model.at()].release).max(0.0);
            let size = self.pools[owner.pool.at()].initial_capacity;
            let servers = self.servers_per_node(owner.pool, model, size);
            let compute = f64::from(servers) * self.server_compute(model);
            let due = wanted * (vintage as f64 + 1.0) / VINTAGES as f64 - got;
            let nodes = (due / compute).round().max(0.0);
            if nodes < 1.0 {
                continue;
            }
            got += nodes * compute;
            self.spread_over_sites(
                operator,
                InitialCohort {
                    site: SiteId(0),
                    hardware: model,
                    nodes: nodes as u32,
                    servers,
                    age,
                },
                out,
            );
        }
        got
    }

    fn spread_over_sites(
        &self,
        operator: usize,
        cohort: InitialCohort,
        out: &mut Vec<InitialCohort>,
    ) {
        let sites = self.operators[operator].sites.clone();
        let count = sites.len() as u32;
        for (i, site) in sites.enumerate() {
            let nodes = cohort.nodes / count + u32::from((i as u32) < cohort.nodes % count);
            if nodes > 0 {
                out.push(InitialCohort { site: SiteId::new(site), nodes, ..cohort });
            }
        }
    }

    /// The vendor at quantile `u` of the pool's mix, among those with hardware that fits.
    pub(crate) fn vendor_at(&self, pool: PoolId, u: f64) -> VendorId {
        let pool = &self.pools[pool.at()];
        // A vendor whose first fab is still to be built has sold nothing yet.
        let to_come = |v: usize| {
            !self.projects.fabs[v].is_empty() && self.vendors[v].parameters.output <= 0.0
        };
        let sells = |v: usize| {
            !to_come(v) && pool.hardware.iter().any(|h| self.hardware[h.at()].vendor.at() == v)
        };
        let weight = |v: usize| if sells(v) { pool.vendor_mix[v] } else { 0.0 };
        let total: f64 = (0..self.vendors.len()).map(weight).sum();
        let mut left = u * total;
        for v in 0..self.vendors.len() {
            left -= weight(v);
            if left < 0.0 {
                return VendorId::new(v);
            }
        }
        self.hardware[pool.hardware[0].at()].vendor
    }

    /// The model with the lowest capital cost that the vendor sold `age` days before the start; its first if it sold none yet.
    pub(crate) fn model_at(&self, pool: PoolId, vendor: VendorId, age: f64) -> HardwareId {
        let of_vendor = |h: &&HardwareId| self.hardware[h.at()].vendor == vendor;
        let candidates: Vec<&HardwareId> =
            self.pools[pool.at()].hardware.iter().filter(of_vendor).collect();
        let released = |h: &HardwareId| self.hardware[h.at()].release;
        let cost = |h: &HardwareId| self.hardware[h.at()].capital_per_compute(-age, released(h));
        let on_sale = candidates.iter().filter(|h| released(h) <= -age);
        let best = on_sale.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        let first = || candidates.iter().min_by(|a, b| released(a).total_cmp(&released(b)));
        best.or_else(first).map_or(self.pools[pool.at()].hardware[0], |h| **h)
    }
}
