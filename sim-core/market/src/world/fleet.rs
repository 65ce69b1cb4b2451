//! Cohorts and the counts that follow them: what works, what is installed, which work it may do.

use autarky_engine::rng::{KeyedDraws, child_key};

use super::{Churn, Cohort, Ctx, ModelError, World, schedule_after};
use crate::blueprint::{Blueprint, LEVELS};
use crate::entity::provider::ProviderParameters;
use crate::event::{Event, phase};
use crate::id::{CohortId, HardwareId, OperatorId, PoolId, SiteId};
use crate::process::Process;

/// Transitions a tick above which a cohort's churn is drawn as counts per tick instead of event by event.
const CHURN_BY_COUNT: f64 = 4.0;

/// In days: above the rounding of instants.
const ONE_SECOND: f64 = 1.0 / 86_400.0;

/// First index of the keys of an operator's cohorts; its sites' keys lie below.
const BIRTHS: u64 = 1 << 32;

/// Age over which the infant hazard falls to one, and before the end of life over which the wear-out hazard rises, in days.
const BATHTUB_DAYS: f64 = 365.25;

/// Nodes that are installed together.
#[derive(Debug, Clone, Copy)]
pub struct Installation {
    /// Where.
    pub site: SiteId,
    /// What.
    pub hardware: HardwareId,
    /// How many.
    pub nodes: u32,
    /// Servers in each.
    pub servers: u32,
    /// Day of installation.
    pub vintage: f64,
    /// Whether they came through the grey channel.
    pub grey: bool,
}

/// Hazard multiple by age: from `infant` down to one over the first year, from one up to `wear_out` over the last (bathtub curve).
#[must_use]
pub fn bathtub(age: f64, life: f64, infant: f64, wear_out: f64) -> f64 {
    // Most of a life, and without a division.
    if age >= BATHTUB_DAYS && life - age >= BATHTUB_DAYS {
        return 1.0;
    }
    let young = (1.0 - age / BATHTUB_DAYS).clamp(0.0, 1.0);
    let old = (1.0 - (life - age) / BATHTUB_DAYS).clamp(0.0, 1.0);
    1.0 + (infant - 1.0) * young + (wear_out - 1.0) * old
}

/// Takes an id out of a list in ascending order, if it is in it.
fn strike(list: &mut Vec<CohortId>, id: CohortId) {
    if let Ok(at) = list.binary_search_by_key(&id.0, |other| other.0) {
        list.remove(at);
    }
}

/// An antiderivative of [`bathtub`] over age, in days.
#[must_use]
pub fn bathtub_integral(age: f64, life: f64, infant: f64, wear_out: f64) -> f64 {
    let ramp = |x: f64| 0.5 * x * x / BATHTUB_DAYS;
    let young = if age < BATHTUB_DAYS { age - ramp(age) } else { 0.5 * BATHTUB_DAYS };
    let worn = age - (life - BATHTUB_DAYS);
    let old = match worn {
        _ if worn <= 0.0 => 0.0,
        _ if worn < BATHTUB_DAYS => ramp(worn),
        _ => worn - 0.5 * BATHTUB_DAYS,
    };
    age + (infant - 1.0) * young + (wear_out - 1.0) * old
}

impl World {
    /// The pool of a cohort.
    #[must_use]
    pub fn pool_of(&self, cohort: CohortId) -> PoolId {
        self.sites[self.cohorts[cohort.at()].site.at()].pool
    }

    fn cell(plan: &Blueprint, pool: PoolId, level: usize, hardware: HardwareId) -> usize {
        plan.group(pool, level).at() * plan.hardware.len() + hardware.at()
    }

    /// Changes the number of working nodes of a cohort, and with it the capacity of its group while its site is up.
    pub fn shift_up(&mut self, plan: &Blueprint, id: CohortId, change: i64) {
        let cohort = &mut self.cohorts[id.at()];
        cohort.up = (i64::from(cohort.up) + change) as u32;
        let (site, cell) = (cohort.site.at(), cohort.cell as usize);
        debug_assert_eq!(
            cell,
            Self::cell(plan, self.sites[site].pool, cohort.level, cohort.hardware)
        );
        if self.site_up[site] {
            self.available[cell] += change * i64::from(cohort.servers);
        }
    }

    /// Hazard of one node of a cohort, a day.
    #[must_use]
    pub fn hazard_at(plan: &Blueprint, cohort: &Cohort, day: f64) -> f64 {
        let model = &plan.hardware[cohort.hardware.at()].parameters;
        let shape = bathtub(
            day - cohort.vintage,
            model.life * 365.25,
            model.infant_hazard,
            model.wear_out_hazard,
        );
        model.failure_rate * model.node_size as f64 * shape
    }

    /// Expected failures of one working node of a cohort between two days.
    #[must_use]
    pub fn hazard_between(plan: &Blueprint, cohort: &Cohort, (from, to): (f64, f64)) -> f64 {
        let model = &plan.hardware[cohort.hardware.at()].parameters;
        let until = |day: f64| {
            let age = if day > cohort.vintage { day - cohort.vintage } else { 0.0 };
            bathtub_integral(age, model.life * 365.25, model.infant_hazard, model.wear_out_hazard)
        };
        model.failure_rate * model.node_size as f64 * (until(to) - until(from))
    }

    /// Sets the rates of the clocks that run on a cohort's working nodes, from its counts, age and site.
    ///
    /// # Errors
    /// When the calendar refuses a rate.
    pub fn update_rates(
        &self,
        plan: &Blueprint,
        id: CohortId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let cohort = &self.cohorts[id.at()];
        let running = if self.site_up[cohort.site.at()] { f64::from(cohort.up) } else { 0.0 };
        ctx.set_clock_rate(cohort.failure, running * cohort.hazard)?;
        if let Some(Churn::Clocks { leave, leave_rate, .. }) = cohort.churn {
            debug_assert_eq!(leave_rate.to_bits(), self.provider(plan, id).leave_rate.to_bits());
            ctx.set_clock_rate(leave, running * leave_rate)?;
        }
        Ok(())
    }

    /// Sets the rate of the clock by which hosts return, from the nodes offline.
    ///
    /// # Errors
    /// When the calendar refuses a rate.
    pub fn update_return(
        &self,
        plan: &Blueprint,
        id: CohortId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let cohort = &self.cohorts[id.at()];
        if let Some(Churn::Clocks { back, return_rate, .. }) = cohort.churn {
            debug_assert_eq!(
                return_rate.to_bits(),
                self.provider(plan, id).return_rate_offline.to_bits()
            );
            ctx.set_clock_rate(back, f64::from(cohort.offline) * return_rate)?;
        }
        Ok(())
    }

    fn provider<'a>(&self, plan: &'a Blueprint, id: CohortId) -> &'a ProviderParameters {
        &plan.providers[plan.pools[self.pool_of(id).at()].provider.at()].parameters
    }

    /// Installs nodes: joins a cohort of the same model, site and vintage window, or founds one.
    ///
    /// # Errors
    /// When the calendar refuses the cohort's clocks or its end of life.
    pub fn install(
        &mut self,
        plan: &Blueprint,
        new: Installation,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.node_books.installed += u64::from(new.nodes);
        let pool = self.sites[new.site.at()].pool;
        self.pools[pool.at()].nodes += new.nodes;
        let id = match self.joinable(plan, new) {
            Some(id) => id,
            None => self.found(plan, new, ctx)?,
        };
        let cohort = &mut self.cohorts[id.at()];
        let weight = f64::from(new.nodes) / f64::from(cohort.nodes + new.nodes);
        cohort.vintage += (new.vintage - cohort.vintage) * weight;
        cohort.nodes += new.nodes;
        let cell = Self::cell(plan, pool, cohort.level, cohort.hardware);
        let servers = i64::from(new.nodes) * i64::from(new.servers);
        self.installed[cell] += servers;
        self.shift_up(plan, id, i64::from(new.nodes));
        self.market.groups_changed |= self.installed[cell] == servers;
        self.market.sizes_changed = true;
        self.regrade(plan, new.site);
        self.update_rates(plan, id, ctx)
    }

    fn joinable(&self, plan: &Blueprint, new: Installation) -> Option<CohortId> {
        let same = |id: &&CohortId| {
            let c = &self.cohorts[id.at()];
            c.hardware == new.hardware
                && c.servers == new.servers
                && c.grey == new.grey
                && (new.vintage - c.founded).abs() < plan.timing.cohort_window
        };
        self.at_site[new.site.at()].iter().rev().find(same).copied()
    }

    fn found(
        &mut self,
        plan: &Blueprint,
        new: Installation,
        ctx: &mut Ctx<'_>,
    ) -> Result<CohortId, ModelError> {
        let id = CohortId::new(self.cohorts.len());
        let pool = self.sites[new.site.at()].pool;
        let owner = &mut self.operators[self.sites[new.site.at()].operator.at()];
        let key = child_key(owner.key, BIRTHS + u64::from(owner.births));
        owner.births += 1;
        let failure =
            ctx.add_clock(self.stream(Process::Failure, key), phase::NODES, Event::NodeFails(id))?;
        let churn = self.new_churn(plan, new, (id, key), ctx)?;
        self.cohorts.push(Cohort {
            site: new.site,
            hardware: new.hardware,
            level: 0,
            cell: Self::cell(plan, pool, 0, new.hardware) as u32,
            founded: new.vintage,
            vintage: new.vintage,
            servers: new.servers,
            grey: new.grey,
            hazard: 0.0,
            nodes: 0,
            up: 0,
            repairing: 0,
            waiting_part: 0,
            offline: 0,
            failure,
            churn,
            part_need: self.stream(Process::PartNeed, key),
            retired: false,
        });
        let cohort = &self.cohorts[id.at()];
        let hazard = Self::hazard_at(plan, cohort, ctx.now().as_days());
        self.cohorts[id.at()].hazard = hazard;
        self.live.push(id);
        if matches!(self.cohorts[id.at()].churn, Some(Churn::Counts { .. })) {
            self.counted.push(id);
        }
        self.at_site[new.site.at()].push(id);
        let life = plan.hardware[new.hardware.at()].parameters.life * 365.25;
        let left = (new.vintage + life - ctx.now().as_days()).max(0.0);
        schedule_after(ctx, left, (phase::NODES, Event::CohortRetires(id)))?;
        Ok(id)
    }

    fn new_churn(
        &self,
        plan: &Blueprint,
        new: Installation,
        (id, key): (CohortId, u64),
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Churn>, ModelError> {
        let pool = self.sites[new.site.at()].pool;
        let provider = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let rate = provider.leave_rate;
        if rate <= 0.0 {
            return Ok(None);
        }
        if f64::from(new.nodes) * rate * plan.timing.tick_days > CHURN_BY_COUNT {
            return Ok(Some(Churn::Counts {
                leave: KeyedDraws::new(self.stream_key(Process::HostLeaveCount, key)),
                back: KeyedDraws::new(self.stream_key(Process::HostReturnCount, key)),
            }));
        }
        let leave = ctx.add_clock(
            self.stream(Process::HostLeave, key),
            phase::NODES,
            Event::HostLeaves(id),
        )?;
        let back = ctx.add_clock(
            self.stream(Process::HostReturn, key),
            phase::NODES,
            Event::HostReturns(id),
        )?;
        let return_rate = provider.return_rate_offline;
        Ok(Some(Churn::Clocks { leave, back, leave_rate: rate, return_rate }))
    }

    /// Sets which work the nodes of a site may do: class k where the block's compute with sufficient memory and interconnect
    /// reaches the gang of k. Called when the block grows or shrinks.
    pub fn regrade(&mut self, plan: &Blueprint, site: SiteId) {
        let mut block = [0.0; LEVELS];
        for id in &self.at_site[site.at()] {
            let cohort = &self.cohorts[id.at()];
            let compute = f64::from(cohort.nodes) * cohort.node_compute(plan);
            for total in &mut block[..=plan.hardware[cohort.hardware.at()].level] {
                *total += compute;
            }
        }
        for i in 0..self.at_site[site.at()].len() {
            let id = self.at_site[site.at()][i];
            let best = plan.hardware[self.cohorts[id.at()].hardware.at()].level;
            let level = (1..=best).rev().find(|&k| block[k] >= plan.classes[k].gang).unwrap_or(0);
            self.set_level(plan, id, level);
        }
    }

    fn set_level(&mut self, plan: &Blueprint, id: CohortId, level: usize) {
        let cohort = &mut self.cohorts[id.at()];
        if cohort.level == level {
            return;
        }
        let pool = self.sites[cohort.site.at()].pool;
        let from = Self::cell(plan, pool, cohort.level, cohort.hardware);
        let to = Self::cell(plan, pool, level, cohort.hardware);
        (cohort.level, cohort.cell) = (level, to as u32);
        let scale = i64::from(cohort.servers);
        let nodes = i64::from(cohort.nodes) * scale;
        let up = if self.site_up[cohort.site.at()] { i64::from(cohort.up) * scale } else { 0 };
        self.installed[from] -= nodes;
        self.installed[to] += nodes;
        self.available[from] -= up;
        self.available[to] += up;
        self.market.groups_changed |= self.installed[from] == 0 || self.installed[to] == nodes;
        self.market.sizes_changed = true;
    }

    /// Takes a cohort out of the world at the end of its life. Nodes on the bench are scrapped with it.
    ///
    /// # Errors
    /// When the calendar does not know its clocks.
    pub fn retire(
        &mut self,
        plan: &Blueprint,
        id: CohortId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let cohort = &self.cohorts[id.at()];
        let life = plan.hardware[cohort.hardware.at()].parameters.life * 365.25;
        let left = cohort.vintage + life - ctx.now().as_days();
        // Its owner may have sold it before.
        if cohort.retired {
            return Ok(());
        }
        // Nodes that joined after the cohort was founded have moved its end of life.
        if left > ONE_SECOND {
            return schedule_after(ctx, left, (phase::NODES, Event::CohortRetires(id)));
        }
        self.scrap(plan, id, ctx)
    }

    /// Takes a cohort out of the world now.
    ///
    /// # Errors
    /// When the calendar does not know its clocks.
    pub fn scrap(
        &mut self,
        plan: &Blueprint,
        id: CohortId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let cohort = &self.cohorts[id.at()];
        let up = i64::from(cohort.up);
        self.shift_up(plan, id, -up);
        let cohort = &mut self.cohorts[id.at()];
        let (site, nodes, hardware, level) =
            (cohort.site, cohort.nodes, cohort.hardware, cohort.level);
        let servers = i64::from(nodes) * i64::from(cohort.servers);
        cohort.retired = true;
        (cohort.nodes, cohort.repairing, cohort.waiting_part, cohort.offline) = (0, 0, 0, 0);
        ctx.remove_clock(cohort.failure)?;
        if let Some(Churn::Clocks { leave, back, .. }) = cohort.churn {
            ctx.remove_clock(leave)?;
            ctx.remove_clock(back)?;
        }
        let pool = self.sites[site.at()].pool;
        let cell = Self::cell(plan, pool, level, hardware);
        self.installed[cell] -= servers;
        self.market.sizes_changed = true;
        self.market.groups_changed |= self.installed[cell] == 0;
        self.pools[pool.at()].nodes -= nodes;
        self.pools[pool.at()].forget(id);
        self.node_books.retired += u64::from(nodes);
        strike(&mut self.live, id);
        strike(&mut self.counted, id);
        self.at_site[site.at()].retain(|&other| other != id);
        self.regrade(plan, site);
        Ok(())
    }

    /// Hands an operator with its sites and nodes from its pool to another in the same zone. Repairs under way end with the crews that began them.
    pub fn move_operator(&mut self, plan: &Blueprint, id: OperatorId, to: PoolId) {
        let from = self.operators[id.at()].pool;
        self.operators[id.at()].pool = to;
        self.pools[from.at()].operators.retain(|&other| other != id);
        self.pools[to.at()].operators.push(id);
        for site in self.operators[id.at()].sites.clone() {
            self.sites[site].pool = to;
            for at in 0..self.at_site[site].len() {
                self.move_cohort(plan, self.at_site[site][at], (from, to));
            }
        }
        self.market.groups_changed = true;
        self.market.sizes_changed = true;
    }

    fn move_cohort(&mut self, plan: &Blueprint, id: CohortId, (from, to): (PoolId, PoolId)) {
        let cohort = &self.cohorts[id.at()];
        let old = Self::cell(plan, from, cohort.level, cohort.hardware);
        let new = Self::cell(plan, to, cohort.level, cohort.hardware);
        let scale = i64::from(cohort.servers);
        let nodes = i64::from(cohort.nodes) * scale;
        let up = if self.site_up[cohort.site.at()] { i64::from(cohort.up) * scale } else { 0 };
        self.cohorts[id.at()].cell = new as u32;
        if let Some(Churn::Clocks { leave_rate, return_rate, .. }) =
            &mut self.cohorts[id.at()].churn
        {
            let provider = &plan.providers[plan.pools[to.at()].provider.at()].parameters;
            (*leave_rate, *return_rate) = (provider.leave_rate, provider.return_rate_offline);
        }
        self.providers_changed = true;
        let cohort = &self.cohorts[id.at()];
        self.installed[old] -= nodes;
        self.installed[new] += nodes;
        self.available[old] -= up;
        self.available[new] += up;
        self.pools[from.at()].nodes -= cohort.nodes;
        self.pools[to.at()].nodes += cohort.nodes;
        let queued = self.pools[from.at()].queue.iter().filter(|&&other| other == id).count();
        self.pools[to.at()].queue.extend(std::iter::repeat_n(id, queued));
        for shelf in 0..plan.shelves() {
            let waiting = &self.pools[from.at()].parts[shelf].waiting;
            let waiting = waiting.iter().filter(|&&other| other == id).count();
            self.pools[to.at()].parts[shelf].waiting.extend(std::iter::repeat_n(id, waiting));
        }
        self.pools[from.at()].forget(id);
    }

    /// Working compute of a pool, H100e: as effective as its services, without what is switched off from afar.
    #[must_use]
    pub fn working_compute(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let cells = Self::cells_of_pool(plan, pool);
        let compute = &self.market.server_compute;
        let rows = self.available[cells.clone()].chunks_exact(compute.len());
        let mut sum = 0.0;
        for (row, shares) in rows.zip(self.remote.compute[cells].chunks_exact(compute.len())) {
            for ((&n, compute), share) in row.iter().zip(compute).zip(shares) {
                sum += n as f64 * compute * share;
            }
        }
        sum
    }

    fn cells_of_pool(plan: &Blueprint, pool: PoolId) -> std::ops::Range<usize> {
        let models = plan.hardware.len();
        let first = plan.group(pool, 0).at() * models;
        first..first + LEVELS * models
    }

    /// The same by level of eligibility.
    #[must_use]
    pub fn working_levels(&self, plan: &Blueprint, pool: PoolId) -> [f64; LEVELS] {
        let models = plan.hardware.len();
        std::array::from_fn(|level| {
            let first = plan.group(pool, level).at() * models;
            let compute = self.market.server_compute.iter().enumerate();
            let effective = |(h, &compute): (usize, &f64)| {
                self.available[first + h] as f64 * compute * self.remote.compute[first + h]
            };
            compute.map(effective).sum()
        })
    }

    /// Installed compute of a pool, H100e.
    #[must_use]
    pub fn installed_compute(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        // Integer counts of servers times the compute of each: exact whatever the order of events.
        let compute = &self.market.server_compute;
        let mut sum = 0.0;
        for row in self.installed[Self::cells_of_pool(plan, pool)].chunks_exact(compute.len()) {
            for (&n, compute) in row.iter().zip(compute) {
                sum += n as f64 * compute;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::{bathtub, bathtub_integral};

    /// A sum over a hundredth of a day against the closed form; stated error two hundredths of a day at the ends.
    #[test]
    fn the_integral_of_the_bathtub_is_its_sum_over_days() {
        for life in [6.0 * 365.25, 1.5 * 365.25] {
            let (mut sum, mut age) = (0.0, 0.005);
            while age < life {
                sum += 0.01 * bathtub(age, life, 2.0, 3.0);
                age += 0.01;
            }
            assert!((bathtub_integral(life, life, 2.0, 3.0) - sum).abs() < 2e-2, "{sum}");
        }
    }

    #[test]
    fn the_bathtub_is_high_at_both_ends_and_one_between() {
        let life = 6.0 * 365.25;
        assert!((bathtub(0.0, life, 2.0, 3.0) - 2.0).abs() < 1e-12);
        assert!((bathtub(1000.0, life, 2.0, 3.0) - 1.0).abs() < 1e-12);
        assert!((bathtub(life, life, 2.0, 3.0) - 3.0).abs() < 1e-12);
    }
}
