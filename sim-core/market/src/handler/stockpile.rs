//! States buy spare parts for a stockpile and sell them to providers at home that have none.

use crate::blueprint::Blueprint;
use crate::id::{NationId, PoolId, ShelfId};
use crate::mechanism::government::Lever;
use crate::metric::discount;
use crate::world::{Ctx, ModelError, World};

impl World {
    /// Every state that wants a stockpile brings it up to what it wants, as far as parts come and its money goes.
    pub(super) fn fill_stockpiles(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        for n in 0..plan.nations.len() {
            for shelf in (0..self.stockpiles[n].len()).map(ShelfId::new) {
                self.fill_shelf(plan, NationId::new(n), shelf)?;
            }
        }
        Ok(())
    }

    fn fill_shelf(
        &mut self,
        plan: &Blueprint,
        nation: NationId,
        shelf: ShelfId,
    ) -> Result<(), ModelError> {
        let vendor = plan.shelf_vendor(shelf);
        let abroad = plan.vendors[vendor.at()].home != nation;
        if !self.spares_come(plan, shelf, nation)
            || (abroad && self.hard_currency.waits(plan, nation))
        {
            return Ok(());
        }
        let (nodes, price) = self.stockpile_need(plan, nation, shelf);
        let wanted = (plan.nations[nation.at()].parameters.stockpile_parts * nodes as f64).round();
        let missing = wanted - f64::from(self.stockpiled(nation, shelf));
        let premium = if abroad { self.hard_currency.premiums[nation.at()] } else { 0.0 };
        let each = price * (1.0 + premium);
        if missing < 1.0 || each <= 0.0 {
            return Ok(());
        }
        let affordable = (self.funds(nation, Lever::Stockpile) / each).floor();
        let count = if missing < affordable { missing } else { affordable };
        if count < 1.0 {
            return Ok(());
        }
        let lever = (nation, Lever::Stockpile);
        self.spend(plan, lever, self.accounts.vendors[vendor.at()], count * price)?;
        self.observers.state_bought(plan, (nation, vendor), count * price);
        if premium > 0.0 {
            let dealer = self.accounts.dealers[nation.at()];
            let usd = self.spend(plan, lever, dealer, count * price * premium)?;
            self.observers.premium_paid(nation, usd);
        }
        let one = &mut self.stockpiles[nation.at()][shelf.at()];
        one.stock += count as u32;
        one.bought += count as u64;
        Ok(())
    }

    /// Sells up to `count` parts of a kind from the stockpile to a pool at the price of the month; returns how many.
    pub(super) fn draw_parts(
        &mut self,
        plan: &Blueprint,
        (pool, shelf): (PoolId, ShelfId),
        count: u32,
    ) -> Result<u32, ModelError> {
        let zone = plan.pools[pool.at()].zone;
        let stock = self.stockpiled(zone, shelf);
        let come = || self.spares_come(plan, shelf, zone);
        if stock == 0 || count == 0 || !Self::is_released(plan, pool, come()) {
            return Ok(0);
        }
        let sold = if stock < count { stock } else { count };
        let provider = self.accounts.providers[plan.pools[pool.at()].provider.at()];
        let price = self.pools[pool.at()].part_price[plan.shelf_vendor(shelf).at()];
        let usd = f64::from(sold) * price;
        self.ledger.pay(provider, self.accounts.treasuries[zone.at()], usd)?;
        self.observers.state_received(zone, usd, discount(plan, self.day));
        self.pools[pool.at()].parts_paid += usd;
        self.note_charge(plan, pool, usd);
        let one = &mut self.stockpiles[zone.at()][shelf.at()];
        one.stock -= sold;
        one.used += u64::from(sold);
        self.observers.stockpile_used(zone, sold);
        Ok(sold)
    }

    /// Nodes that wait for a part which is not on order get one from the stockpile, as far as it goes.
    pub(super) fn release_to_waiting(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        if self.stockpiles[plan.pools[pool.at()].zone.at()].is_empty() {
            return Ok(());
        }
        for shelf in (0..plan.shelves()).map(ShelfId::new) {
            let parts = &self.pools[pool.at()].parts[shelf.at()];
            let lacking = (parts.waiting.len() as u32).saturating_sub(parts.on_order);
            for _ in 0..self.draw_parts(plan, (pool, shelf), lacking)? {
                self.give_part(plan, (pool, shelf), ctx)?;
            }
        }
        Ok(())
    }
}
