//! A withdrawal in force, as handlers see it: only copies made by nested rollouts have one.

use super::World;
use crate::blueprint::{Blueprint, NO_SUPPLY, ResolvedActor};
use crate::id::{JurisdictionId, NationId, PoolId, VendorId};
use crate::metric::sovereignty::stopped;

/// Who has withdrawn from whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    /// The party, a position among the actors; none: the copy shows what is left without a withdrawal.
    pub actor: Option<usize>,
    /// The nation that it withdrew from.
    pub nation: NationId,
    /// Whether demand, prices and regimes stand still and nobody orders anything new.
    pub frozen: bool,
}

impl World {
    /// The party that has withdrawn from a nation, if any.
    pub(super) fn withdrawn_from<'a>(
        &self,
        plan: &'a Blueprint,
        nation: NationId,
    ) -> Option<&'a ResolvedActor> {
        let withdrawn = self.withdrawn.filter(|w| w.nation == nation)?;
        withdrawn.actor.map(|a| &plan.actors[a])
    }

    /// Whether demand, prices, regimes and orders stand still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.withdrawn.is_some_and(|w| w.frozen)
    }

    /// Whether a withdrawal keeps a nation's buyers from a pool.
    #[must_use]
    pub fn access_is_withdrawn(&self, plan: &Blueprint, pool: PoolId, buyer: NationId) -> bool {
        self.withdrawn_from(plan, buyer)
            .is_some_and(|actor| stopped(plan, actor, (pool, buyer)).is_some())
    }

    /// Whether a withdrawal keeps a vendor's chips and parts from a zone: those of which nothing is left.
    #[must_use]
    pub fn supply_is_withdrawn(&self, plan: &Blueprint, vendor: VendorId, zone: NationId) -> bool {
        self.withdrawn_from(plan, zone).is_some_and(|actor| {
            let left = actor.supply_of(plan, vendor.at(), zone);
            plan.supply[vendor.at()][left as usize] <= 0.0
        })
    }

    /// Whether a withdrawal ends a vendor's services in a zone. A vendor that only lacks what its chain makes goes on with them.
    #[must_use]
    pub fn service_is_withdrawn(&self, plan: &Blueprint, vendor: VendorId, zone: NationId) -> bool {
        self.withdrawn_from(plan, zone)
            .is_some_and(|actor| actor.supply_of(plan, vendor.at(), zone) == NO_SUPPLY)
    }

    /// Whether a withdrawal takes a jurisdiction's stages from the production chain: from every vendor, whichever nation is tested.
    #[must_use]
    pub fn stage_is_withdrawn(&self, plan: &Blueprint, jurisdiction: JurisdictionId) -> bool {
        let withdrawn = self.withdrawn.and_then(|w| w.actor.map(|a| (w.nation, &plan.actors[a])));
        withdrawn.is_some_and(|(nation, actor)| {
            actor.jurisdiction == Some(jurisdiction) && actor.home != Some(nation)
        })
    }
}
