//! Standing licences: what a regime with licences lets pass towards a destination for spare parts, clouds and services.
//!
//! Hardware is licensed order by order (`handler/supply.rs`). The rest flows, and is licensed once: each vendor or provider applies when
//! the regime takes effect, waits for the decision with nothing passing, and lives with it as long as those terms hold.

use autarky_engine::calendar::Handle;
use autarky_engine::rng::child_key;

use super::World;
use crate::blueprint::Blueprint;
use crate::entity::controller::{Regime, Scope};
use crate::id::{ControllerId, NationId, ProviderId, VendorId};

/// Who needs a standing licence, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// A vendor for spare parts.
    Spares(VendorId),
    /// A vendor for remote services and firmware.
    Services(VendorId),
    /// A provider for access to its cloud.
    Cloud(ProviderId),
}

impl Party {
    /// Every party of a blueprint, in the order of their slots.
    pub fn all(plan: &Blueprint) -> impl Iterator<Item = Self> {
        let vendors = 0..plan.vendors.len();
        let spares = vendors.clone().map(|v| Self::Spares(VendorId::new(v)));
        let services = vendors.map(|v| Self::Services(VendorId::new(v)));
        let clouds = (0..plan.providers.len()).map(|p| Self::Cloud(ProviderId::new(p)));
        spares.chain(services).chain(clouds)
    }

    /// The scope of regimes that concerns it.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Spares(_) => Scope::Spares,
            Self::Services(_) => Scope::Services,
            Self::Cloud(_) => Scope::Cloud,
        }
    }

    /// Who controls it, if anybody.
    #[must_use]
    pub fn controller(self, plan: &Blueprint) -> Option<ControllerId> {
        match self {
            Self::Spares(vendor) | Self::Services(vendor) => plan.vendors[vendor.at()].controller,
            Self::Cloud(provider) => plan.providers[provider.at()].controller,
        }
    }

    /// Position in the table of standing licences.
    #[must_use]
    pub fn slot(self, plan: &Blueprint, nation: NationId) -> usize {
        let row = match self {
            Self::Spares(vendor) => vendor.at(),
            Self::Services(vendor) => plan.vendors.len() + vendor.at(),
            Self::Cloud(provider) => 2 * plan.vendors.len() + provider.at(),
        };
        row * plan.nations.len() + nation.at()
    }

    /// Key of its draws towards a nation.
    #[must_use]
    pub fn key(self, plan: &Blueprint, nation: NationId) -> u64 {
        let own = match self {
            Self::Spares(vendor) | Self::Services(vendor) => plan.vendors[vendor.at()].key,
            Self::Cloud(provider) => plan.providers[provider.at()].key,
        };
        child_key(child_key(own, self.scope() as u64), plan.nations[nation.at()].key)
    }
}

/// State of a standing licence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing {
    /// None is needed.
    Free,
    /// Applied for.
    Pending(Handle),
    /// Granted.
    Granted,
    /// Denied as long as the terms hold.
    Denied,
}

/// A standing licence.
#[derive(Debug, Clone, Copy)]
pub struct StandingLicence {
    /// Its state.
    pub state: Standing,
    /// How often it was applied for.
    pub times: u64,
}

impl StandingLicence {
    /// Of every party towards every nation: nothing is licensed yet, nothing needs it.
    #[must_use]
    pub fn all_free(plan: &Blueprint) -> Vec<Self> {
        let parties = 2 * plan.vendors.len() + plan.providers.len();
        vec![Self { state: Standing::Free, times: 0 }; parties * plan.nations.len()]
    }
}

impl World {
    /// Whether what a party supplies may pass to a nation under the regime in force.
    #[must_use]
    pub fn passes(&self, plan: &Blueprint, party: Party, nation: NationId) -> bool {
        let Some(controller) = party.controller(plan) else { return true };
        match self.regime(plan, controller.at(), nation).of(party.scope()).regime {
            // Caps count hardware; `validation` refuses them for all else.
            Regime::Open | Regime::Cap => true,
            Regime::Licence => self.licences[party.slot(plan, nation)].state == Standing::Granted,
            Regime::Ban => false,
        }
    }
}
