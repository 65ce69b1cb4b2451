//! State of the stockpiles of spare parts that states hold.

use super::World;
use crate::blueprint::Blueprint;
use crate::entity::nation::Release;
use crate::id::{NationId, PoolId, ShelfId};

/// Parts of one kind in a state's stockpile: bought = used + in store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateShelf {
    /// In store.
    pub stock: u32,
    /// Ever bought.
    pub bought: u64,
    /// Ever sold to providers.
    pub used: u64,
}

/// Stockpiles by nation and shelf; none for a nation that wants none.
#[must_use]
pub fn empty(plan: &Blueprint) -> Vec<Vec<StateShelf>> {
    let shelves =
        |wanted: bool| vec![StateShelf::default(); if wanted { plan.shelves() } else { 0 }];
    plan.nations.iter().map(|n| shelves(n.parameters.stockpile_parts > 0.0)).collect()
}

impl World {
    /// Parts of a kind in a nation's stockpile.
    #[must_use]
    pub fn stockpiled(&self, nation: NationId, shelf: ShelfId) -> u32 {
        self.stockpiles[nation.at()].get(shelf.at()).map_or(0, |one| one.stock)
    }

    /// Whether a pool belongs to a provider at home, which the stockpile is for.
    #[must_use]
    pub fn is_home_pool(plan: &Blueprint, pool: PoolId) -> bool {
        let terms = &plan.pools[pool.at()];
        plan.providers[terms.provider.at()].home == terms.zone
    }

    /// Whether a pool may draw parts of a kind from its state's stockpile, where they come from their vendor or not.
    #[must_use]
    pub fn is_released(plan: &Blueprint, pool: PoolId, come: bool) -> bool {
        let zone = plan.pools[pool.at()].zone;
        let rule = plan.nations[zone.at()].parameters.stockpile_release;
        Self::is_home_pool(plan, pool) && (rule == Release::Last || !come)
    }

    /// Nodes of providers at home whose parts lie on a shelf, and the mean price of a part to them, USD.
    #[must_use]
    pub fn stockpile_need(&self, plan: &Blueprint, nation: NationId, shelf: ShelfId) -> (i64, f64) {
        let (mut nodes, mut value) = (0, 0.0);
        for p in (0..plan.pools.len()).map(PoolId::new) {
            if plan.pools[p.at()].zone == nation && Self::is_home_pool(plan, p) {
                let here = self.nodes_by_shelf(plan, p)[shelf.at()];
                nodes += here;
                value += here as f64 * self.pools[p.at()].part_price[plan.shelf_vendor(shelf).at()];
            }
        }
        (nodes, if nodes > 0 { value / nodes as f64 } else { 0.0 })
    }
}
