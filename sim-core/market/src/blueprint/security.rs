//! Security of a scenario: vectors with a rate, whose clocks there are, and what each pool's controls are to be and cost.

use autarky_engine::rng::{child_key, entity_key};

use super::{Blueprint, LEVELS, Pool};
use crate::entity::demand::Sensitivity;
use crate::entity::security::{Group, VectorParameters};
use crate::id::{PoolId, VendorId};
use crate::mechanism::security::{Levels, Response};
use crate::scenario::Scenario;

/// A vector of incidents.
#[derive(Debug, Clone)]
pub struct Vector {
    /// Identifier.
    pub id: String,
    /// Parameters.
    pub parameters: VectorParameters,
    /// How its rate follows what it finds.
    pub response: Response,
}

/// Where incidents of one clock happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In one pool.
    Pool(PoolId),
    /// Wherever a vendor has nodes.
    Vendor(VendorId),
}

/// A clock of incidents.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// Of which vector, an index.
    pub vector: usize,
    /// Where.
    pub place: Place,
    /// Key of its draws.
    pub key: u64,
}

/// Controls of a pool.
#[derive(Debug, Clone, Copy)]
pub struct Controls {
    /// What its provider does of its own.
    pub own: Levels,
    /// The higher of that and of what the state of its zone demands.
    pub wanted: Levels,
    /// What each costs at level one, USD per H100e-year.
    pub prices: Levels,
    /// Share of the cost that the state is to pay.
    pub paid: f64,
}

/// Security of the scenario.
#[derive(Debug, Clone, Default)]
pub struct Security {
    /// Vectors with a rate.
    pub vectors: Vec<Vector>,
    /// Their clocks.
    pub sources: Vec<Source>,
    /// By pool.
    pub controls: Vec<Controls>,
    /// Whether any pool uses a control.
    pub controlled: bool,
    /// Whether a nation's work in a pool is under foreign jurisdiction, `[pool × nation]`: it lies abroad, or its provider is governed from there.
    pub foreign: Vec<bool>,
}

impl Blueprint {
    /// Needs pools and segments.
    pub(super) fn compile_security(&self, scenario: &Scenario) -> Security {
        let factor = scenario.security.rates;
        let live = scenario.vectors.iter().filter(|(_, v)| v.rate * factor > 0.0);
        let vectors: Vec<Vector> = live
            .map(|(id, v)| Vector {
                id: id.to_owned(),
                parameters: v.clone(),
                response: Response {
                    rate: v.rate * factor,
                    surface: v.surface,
                    unpatched: v.unpatched,
                    audits: v.audits,
                    red_team: v.red_team,
                },
            })
            .collect();
        let mut sources = Vec::new();
        for (vector, one) in vectors.iter().enumerate() {
            let key = |of: u64| child_key(of, entity_key(&one.id));
            if one.parameters.group == Group::Vendor {
                let vendors = self.vendors.iter().enumerate();
                sources.extend(vendors.map(|(v, vendor)| Source {
                    vector,
                    place: Place::Vendor(VendorId::new(v)),
                    key: key(vendor.key),
                }));
                continue;
            }
            let pools = self.pools.iter().enumerate();
            sources.extend(pools.map(|(p, pool)| Source {
                vector,
                place: Place::Pool(PoolId::new(p)),
                key: key(pool.key),
            }));
        }
        let controls: Vec<Controls> =
            self.pools.iter().map(|pool| self.controls_of(pool)).collect();
        let controlled = controls.iter().any(|c| c.wanted.any());
        let nations = 0..self.nations.len();
        let foreign = |pool: &Pool| {
            let (zone, home) = (pool.zone.at(), self.providers[pool.provider.at()].home.at());
            nations.clone().map(move |n| zone != n || home != n)
        };
        let foreign = self.pools.iter().flat_map(foreign).collect();
        Security { vectors, sources, controls, controlled, foreign }
    }

    fn controls_of(&self, pool: &Pool) -> Controls {
        let provider = &self.providers[pool.provider.at()];
        let (terms, zone) = (&provider.parameters, &self.nations[pool.zone.at()].parameters);
        let own = Levels { enclave: terms.enclave, audits: terms.audits, red_team: terms.red_team };
        let demanded = Levels {
            enclave: zone.demanded_enclave,
            audits: zone.demanded_audits,
            red_team: zone.demanded_red_team,
        };
        Controls {
            own,
            wanted: if self.may_serve_sensitive(pool) { own.or(demanded) } else { own },
            prices: Levels {
                enclave: terms.enclave_cost,
                audits: terms.audits_cost,
                red_team: terms.red_team_cost,
            },
            paid: if provider.home == pool.zone { zone.security_paid } else { 0.0 },
        }
    }

    /// Whether regulated or critical work of a pool's zone may run in it.
    fn may_serve_sensitive(&self, pool: &Pool) -> bool {
        let groups = pool.first_group.0..pool.first_group.0 + LEVELS as u32;
        let own = self.segments.iter().filter(|segment| segment.nation == pool.zone);
        let sensitive = own.filter(|s| Sensitivity::ALL[s.sensitivity] != Sensitivity::Open);
        sensitive.flat_map(|s| &s.options).any(|option| groups.contains(&option.group.0))
    }
}
