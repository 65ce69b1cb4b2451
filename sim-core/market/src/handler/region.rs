//! Regions of clouds: reviews of candidate zones, openings, closures, fixed costs.

use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::{NationId, PoolId, SiteId};
use crate::mechanism::region_entry::{Prospect, mean_over, opens, share_at_home, yearly_profit};
use crate::world::region::{RegionState, Stage};
use crate::world::{Ctx, ModelError, World};

impl World {
    /// Schedules the first review of every candidate zone.
    pub(crate) fn begin_regions(plan: &Blueprint, ctx: &mut Ctx<'_>) -> Result<(), ModelError> {
        for (p, pool) in plan.pools.iter().enumerate().filter(|(_, pool)| pool.is_region()) {
            let review = plan.providers[pool.provider.at()].parameters.region_review;
            let review = SimDuration::from_days_f64(review)?;
            ctx.schedule_in(review, phase::SETTLEMENT, Event::RegionReview(PoolId::new(p)))?;
        }
        Ok(())
    }

    /// A cloud looks at a candidate zone: it decides to build there, or to close what it has there.
    pub(super) fn region_review(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let terms = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let review = SimDuration::from_days_f64(terms.region_review)?;
        ctx.schedule_in(review, phase::SETTLEMENT, Event::RegionReview(pool))?;
        if self.is_frozen() {
            return Ok(());
        }
        let day = ctx.now().as_days();
        match self.regions[pool.at()].stage {
            Stage::Dormant => {
                let prospect = self.prospect(plan, pool, day);
                if opens(&prospect, terms.region_fixed_cost, terms.region_minimum) {
                    self.regions[pool.at()].stage = Stage::Building;
                    self.regions[pool.at()].expected = prospect.sales * prospect.growth;
                    if !self.begins_region_project(plan, pool, ctx)? {
                        let build = SimDuration::from_days_f64(terms.region_build_time)?;
                        ctx.schedule_in(build, phase::DECISIONS, Event::RegionOpens(pool))?;
                    }
                }
            }
            Stage::Open => {
                let filled = self.regions[pool.at()].opened.as_days() + terms.region_build_time;
                // Without nodes the load is what it was built for: nothing is sold.
                let state = &self.pools[pool.at()];
                let sales = if state.nodes > 0 { state.load } else { 0.0 };
                let present = self.prospect_of(plan, pool, (day, 0.0), sales);
                if day > filled && yearly_profit(&present, terms.region_fixed_cost) < 0.0 {
                    self.regions[pool.at()].stage = Stage::Closing;
                }
            }
            Stage::Closing if self.has_run_off(pool) => {
                self.regions[pool.at()].stage = Stage::Dormant;
            }
            Stage::Building | Stage::Closing => {}
        }
        Ok(())
    }

    /// Whether a pool has no nodes and expects none.
    fn has_run_off(&self, pool: PoolId) -> bool {
        self.pools[pool.at()].nodes == 0 && self.pools[pool.at()].pipeline() < 1e-9
    }

    /// Price at which a cloud would sell in a zone: unit cost there times the mean of price over unit cost where it is, USD/H100eh.
    fn region_price(&self, plan: &Blueprint, pool: PoolId) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for p in plan.providers[plan.pools[pool.at()].provider.at()].pools.clone() {
            let capacity = self.installed_compute(plan, PoolId::new(p));
            if capacity > 0.0 && self.pools[p].unit_cost > 0.0 {
                sum += capacity * self.pools[p].price / self.pools[p].unit_cost;
                weight += capacity;
            }
        }
        let ratio = if weight > 0.0 { sum / weight } else { 1.0 };
        ratio * self.pools[pool.at()].unit_cost
    }

    /// What a cloud expects of a region in a zone where it has none.
    fn prospect(&self, plan: &Blueprint, pool: PoolId, day: f64) -> Prospect {
        let zone = plan.pools[pool.at()].zone;
        let mut sales = 0.0;
        if self.has_access(plan, pool, zone) {
            for s in (0..plan.segments.len()).filter(|&s| plan.segments[s].nation == zone) {
                sales += self.sales_at_home(plan, pool, s);
            }
        }
        self.prospect_of(plan, pool, (day, self.region_wait(plan, pool, day)), sales)
    }

    /// Days until a region that a cloud decides on today is expected to open: by its project, where it has one that is not done.
    fn region_wait(&self, plan: &Blueprint, pool: PoolId, day: f64) -> f64 {
        let open = plan.projects.region[pool.at()]
            .filter(|id| self.projects[id.at()].finished.is_none())
            .map(|id| &plan.projects.list[id.at()]);
        if let Some(project) = open {
            return (project.parameters.start - day).max(0.0) + self.expected_days(plan, project);
        }
        plan.providers[plan.pools[pool.at()].provider.at()].parameters.region_build_time
    }

    /// Sales of H100e today, seen over the horizon that begins `wait` days from now.
    fn prospect_of(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        (day, wait): (f64, f64),
        sales: f64,
    ) -> Prospect {
        let terms = &plan.providers[plan.pools[pool.at()].provider.at()].parameters;
        let (now, open) = (day / 365.25, (day + wait) / 365.25);
        let growth = |years: f64| plan.demand.growth(years) / plan.demand.growth(now);
        let price =
            |years: f64| plan.demand.reference_price(years) / plan.demand.reference_price(now);
        let state = &self.pools[pool.at()];
        let posted = match self.regions[pool.at()].stage {
            Stage::Dormant => self.region_price(plan, pool),
            Stage::Building | Stage::Open | Stage::Closing => state.price,
        };
        Prospect {
            sales,
            margin: posted - state.unit_cost,
            trend: mean_over(open, terms.region_horizon, |years| growth(years) * price(years)),
            growth: growth(open),
        }
    }

    /// What a segment would buy of a cloud's region at home: its purchases from abroad at risk, and what being at home wins.
    fn sales_at_home(&self, plan: &Blueprint, pool: PoolId, s: usize) -> f64 {
        let (segment, provider) = (&plan.segments[s], plan.pools[pool.at()].provider);
        if !segment.options.iter().any(|o| plan.pool_of(o.group) == pool) {
            return 0.0;
        }
        let market = &self.market;
        let (mut abroad, mut rivals) = (0.0, 0.0);
        let mut sellers: Vec<usize> = Vec::new();
        for pair in market.pairs_of(s) {
            let seller = plan.pools[market.pairs[pair].pool.at()].provider;
            let served = market.outcome.served(&market.structure, pair);
            if seller == provider {
                abroad += served;
            } else {
                rivals += served;
                if !sellers.contains(&seller.at()) {
                    sellers.push(seller.at());
                }
            }
        }
        let sells = segment
            .options
            .iter()
            .any(|o| plan.seller_of(o) == provider && plan.pool_of(o.group) != pool && o.abroad);
        if !sells {
            // Residency keeps the work in the territory: it takes an equal part beside those who are there.
            return market.demand[s] / (1.0 + sellers.len() as f64);
        }
        let total = abroad + rivals;
        if total <= 0.0 {
            return 0.0;
        }
        let terms = &plan.providers[provider.at()].parameters;
        let border = 1.0 + self.policy(segment.nation).tariff;
        let share = abroad / total;
        let theta = plan.classes[segment.class].substitution;
        terms.region_at_risk * abroad + total * (share_at_home(share, border, theta) - share)
    }

    /// A region is built: it orders for the sales that it was built for, and its sites begin to be exposed to outages.
    pub(super) fn region_opens(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let RegionState { expected, reviewed, .. } = self.regions[pool.at()];
        self.regions[pool.at()] =
            RegionState { stage: Stage::Open, opened: ctx.now(), expected, reviewed: true };
        self.pools[pool.at()].load = expected;
        self.reprice(plan, pool);
        self.pools[pool.at()].price = self.region_price(plan, pool);
        if reviewed {
            return Ok(());
        }
        for site in self.sites_of(pool).collect::<Vec<_>>() {
            self.schedule_outage(plan, SiteId::new(site), ctx)?;
        }
        self.review(plan, pool, ctx)
    }

    /// Whether a pool is a region that orders nothing: not open.
    pub(super) fn is_idle_region(&self, plan: &Blueprint, pool: PoolId) -> bool {
        plan.pools[pool.at()].is_region() && self.regions[pool.at()].stage != Stage::Open
    }

    /// The fixed cost of a month of every region that is open or closing.
    pub(super) fn settle_regions(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        for (p, pool) in plan.pools.iter().enumerate().filter(|(_, pool)| pool.is_region()) {
            if matches!(self.regions[p].stage, Stage::Open | Stage::Closing) {
                let cost = plan.providers[pool.provider.at()].parameters.region_fixed_cost / 12.0;
                let zone: NationId = pool.zone;
                self.ledger.pay(
                    self.accounts.providers[pool.provider.at()],
                    self.accounts.services[zone.at()],
                    cost,
                )?;
            }
        }
        Ok(())
    }
}
