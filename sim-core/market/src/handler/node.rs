//! Failure, repair, spare parts, churn, site outages.

use autarky_engine::sampler::{BernoulliTrials, SamplerError};
use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::{CohortId, NationId, PoolId, ShelfId, SiteId};
use crate::world::hard_currency::HeldParts;
use crate::world::licence::Party;
use crate::world::{Churn, Ctx, ModelError, World, schedule_after};

/// Crews of a pool with that many nodes: in proportion, rounded, at least one where there are any.
#[must_use]
pub fn crews(per_node: f64, nodes: u32) -> u32 {
    if per_node <= 0.0 {
        return 0;
    }
    rounded(per_node * f64::from(nodes)).max(1.0) as u32
}

/// `x.round()` of a number that is not negative, without a call of the platform's library.
fn rounded(x: f64) -> f64 {
    let whole = x as u64 as f64;
    if x - whole >= 0.5 { whole + 1.0 } else { whole }
}

impl World {
    pub(super) fn node_fails(
        &mut self,
        plan: &Blueprint,
        id: CohortId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.shift_up(plan, id, -1);
        self.node_books.failures += 1;
        let pool = self.pool_of(id);
        let cohort = &mut self.cohorts[id.at()];
        let model = &plan.hardware[cohort.hardware.at()];
        let needs_part = cohort.part_need.uniform() < model.parameters.part_share;
        let shelf = plan.shelf(cohort.hardware, cohort.grey);
        if needs_part && !self.take_part(plan, pool, shelf, ctx)? {
            self.cohorts[id.at()].waiting_part += 1;
            self.pools[pool.at()].parts[shelf.at()].waiting.push_back(id);
        } else {
            self.hand_to_crew(plan, pool, id, ctx)?;
        }
        self.update_rates(plan, id, ctx)
    }

    /// Takes a part off the shelf and orders its replacement; false if the shelf is empty.
    fn take_part(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        shelf: ShelfId,
        ctx: &mut Ctx<'_>,
    ) -> Result<bool, ModelError> {
        let parts = &mut self.pools[pool.at()].parts[shelf.at()];
        let taken = parts.stock > 0;
        parts.stock -= u32::from(taken);
        // What the state sells it, the state replaces.
        if !taken && self.draw_parts(plan, (pool, shelf), 1)? > 0 {
            return Ok(true);
        }
        self.order_parts(plan, (pool, shelf), 1, ctx)?;
        Ok(taken)
    }

    /// Orders spare parts for a shelf if they may come to the pool's zone.
    pub(super) fn order_parts(
        &mut self,
        plan: &Blueprint,
        (pool, shelf): (PoolId, ShelfId),
        count: u32,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        if !self.spares_come(plan, shelf, plan.pools[pool.at()].zone) {
            return Ok(());
        }
        let (provider, vendor) = (plan.pools[pool.at()].provider, plan.shelf_vendor(shelf));
        if self.waits_for_currency(plan, provider, vendor) {
            self.hard_currency.held.push(HeldParts { pool, shelf, count });
            self.pools[pool.at()].parts[shelf.at()].on_order += count;
            return Ok(());
        }
        let provider = &plan.providers[provider.at()].parameters;
        let delay = SimDuration::from_days_f64(provider.spare_time)?;
        for _ in 0..count {
            ctx.schedule_in(delay, phase::NODES, Event::PartArrives(pool, shelf))?;
        }
        self.pools[pool.at()].parts[shelf.at()].on_order += count;
        Ok(())
    }

    /// Whether spare parts for a shelf may come to a zone under the regime in force: those of models below the threshold always,
    /// those for nodes of the grey channel never.
    #[must_use]
    pub fn spares_come(&self, plan: &Blueprint, shelf: ShelfId, zone: NationId) -> bool {
        let vendor = plan.shelf_vendor(shelf);
        if plan.shelf_grey(shelf) || self.supply_is_withdrawn(plan, vendor, zone) {
            return false;
        }
        !plan.shelf_controlled(shelf) || self.passes(plan, Party::Spares(vendor), zone)
    }

    /// A failed node with its part goes to a free crew, or waits for one.
    fn hand_to_crew(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        id: CohortId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.cohorts[id.at()].repairing += 1;
        self.pools[pool.at()].queue.push_back(id);
        self.start_repairs(plan, pool, ctx)
    }

    pub(super) fn start_repairs(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        if self.pools[pool.at()].queue.is_empty() {
            return Ok(());
        }
        let terms = &plan.pools[pool.at()];
        let mean = plan.providers[terms.provider.at()].parameters.repair_time;
        let crews = self.crews_of(plan, pool);
        let state = &mut self.pools[pool.at()];
        while state.busy < crews {
            let Some(next) = state.queue.pop_front() else { break };
            state.busy += 1;
            let time = mean * state.repair.exponential();
            schedule_after(ctx, time, (phase::NODES, Event::RepairDone(pool, next)))?;
        }
        Ok(())
    }

    pub(super) fn repair_done(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        id: CohortId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.pools[pool.at()].busy -= 1;
        if !self.cohorts[id.at()].retired {
            self.cohorts[id.at()].repairing -= 1;
            self.node_books.repairs += 1;
            self.shift_up(plan, id, 1);
            self.update_rates(plan, id, ctx)?;
        }
        self.start_repairs(plan, pool, ctx)
    }

    pub(super) fn part_arrives(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        shelf: ShelfId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let vendor = plan.shelf_vendor(shelf);
        let provider = plan.pools[pool.at()].provider;
        let price = self.pools[pool.at()].part_price[vendor.at()];
        self.pay_vendor(plan, (provider, vendor), price)?;
        let premium = self.import_premium(plan, provider, vendor);
        self.pools[pool.at()].parts_paid += price * (1.0 + premium);
        self.note_charge(plan, pool, price * (1.0 + premium));
        self.pools[pool.at()].parts[shelf.at()].on_order -= 1;
        self.give_part(plan, (pool, shelf), ctx)
    }

    /// A part goes to the first node that waits for one, else on the shelf.
    pub(super) fn give_part(
        &mut self,
        plan: &Blueprint,
        (pool, shelf): (PoolId, ShelfId),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let parts = &mut self.pools[pool.at()].parts[shelf.at()];
        let Some(id) = parts.waiting.pop_front() else {
            parts.stock += 1;
            return Ok(());
        };
        self.cohorts[id.at()].waiting_part -= 1;
        self.hand_to_crew(plan, pool, id, ctx)
    }

    pub(super) fn host_leaves(
        &mut self,
        plan: &Blueprint,
        id: CohortId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.shift_up(plan, id, -1);
        self.cohorts[id.at()].offline += 1;
        self.update_return(plan, id, ctx)?;
        self.update_rates(plan, id, ctx)
    }

    pub(super) fn host_returns(
        &mut self,
        plan: &Blueprint,
        id: CohortId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.cohorts[id.at()].offline -= 1;
        self.shift_up(plan, id, 1);
        self.update_return(plan, id, ctx)?;
        self.update_rates(plan, id, ctx)
    }

    /// Churn of large cohorts over one tick: a two-state Markov chain sampled exactly,
    /// `P(leave) = (1−π)(1−e^{−(λ+μ)Δ})`, `P(return) = π(1−e^{−(λ+μ)Δ})`, π = μ/(λ+μ).
    pub(super) fn churn_counts(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let index = ctx.now().as_micros() / plan.timing.tick.as_micros();
        for at in 0..self.counted.len() {
            let id = self.counted[at];
            let Some(Churn::Counts { leave, back }) = &self.cohorts[id.at()].churn else {
                continue;
            };
            let (leave, back) = (leave.uniform(index), back.uniform(index));
            let pool = self.pool_of(id);
            let cohort = &self.cohorts[id.at()];
            if !self.site_up[cohort.site.at()] {
                continue;
            }
            let (leaving, returning) = &self.market.churn[pool.at()];
            let left = leaving.successes(cohort.up, leave);
            let came = returning.successes(cohort.offline, back);
            if left == came {
                continue;
            }
            self.cohorts[id.at()].offline = cohort.offline + left - came;
            self.shift_up(plan, id, i64::from(came) - i64::from(left));
            self.update_rates(plan, id, ctx)?;
        }
        Ok(())
    }

    pub(super) fn site_fails(
        &mut self,
        plan: &Blueprint,
        site: SiteId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.set_site(plan, site, false, ctx)?;
        let mean = plan.providers[plan.pools[self.sites[site.at()].pool.at()].provider.at()]
            .parameters
            .outage_time;
        let length = mean * self.outage[site.at()].exponential();
        schedule_after(ctx, length, (phase::NODES, Event::SiteRestored(site)))
    }

    pub(super) fn site_restored(
        &mut self,
        plan: &Blueprint,
        site: SiteId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.set_site(plan, site, true, ctx)?;
        self.schedule_outage(plan, site, ctx)
    }

    /// Schedules the next outage of a site, if its provider's sites have any.
    ///
    /// # Errors
    /// When the time does not fit the calendar.
    pub fn schedule_outage(
        &mut self,
        plan: &Blueprint,
        site: SiteId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let rate = plan.providers[plan.pools[self.sites[site.at()].pool.at()].provider.at()]
            .parameters
            .outage_rate;
        let wait = self.outage[site.at()].exponential();
        if rate <= 0.0 {
            return Ok(());
        }
        schedule_after(ctx, wait / rate * 365.25, (phase::NODES, Event::SiteFails(site)))
    }

    fn set_site(
        &mut self,
        plan: &Blueprint,
        site: SiteId,
        up: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.site_up[site.at()] = up;
        for i in 0..self.at_site[site.at()].len() {
            let id = self.at_site[site.at()][i];
            let cohort = &self.cohorts[id.at()];
            let servers = i64::from(cohort.up) * i64::from(cohort.servers);
            self.available[cohort.cell as usize] += if up { servers } else { -servers };
            self.update_rates(plan, id, ctx)?;
        }
        Ok(())
    }
}

/// Transition probabilities of churn over one tick; see `World::churn_counts`.
///
/// # Errors
/// When a rate is not a finite number above zero.
pub(crate) fn churn_trials(
    leave: f64,
    back: f64,
    tick_days: f64,
) -> Result<(BernoulliTrials, BernoulliTrials), SamplerError> {
    let total = leave + back;
    let mixed = if total > 0.0 {
        (1.0 - autarky_engine::math::exp(-total * tick_days)) / total
    } else {
        0.0
    };
    Ok((BernoulliTrials::new(leave * mixed)?, BernoulliTrials::new(back * mixed)?))
}

#[cfg(test)]
mod tests {
    use super::{crews, rounded};

    #[test]
    fn rounding_is_that_of_the_platform() {
        let near_half = 0.5_f64.next_down();
        for x in [0.0, near_half, 0.5, 1.5, 2.5, 2.5_f64.next_down(), 4e9, 1e15 + 0.5] {
            assert_eq!(rounded(x).to_bits(), x.round().to_bits(), "{x}");
        }
    }

    #[test]
    fn a_small_pool_has_at_least_one_crew_and_a_pool_without_talent_none() {
        assert_eq!(crews(0.004, 10), 1);
        assert_eq!(crews(0.004, 1000), 4);
        assert_eq!(crews(0.0, 1000), 0);
    }
}
