//! The projection of fleets: what of each pool and vendor works after h days when a share of the vendor's supply is left.
//!
//! At h = 0 what works works. Later a cohort of n nodes, of which `w` wait for parts, has
//! `(n − w·(1 − recovered))·running·e^{−Λ·running·ψ}` working nodes: ψ, recovered from `mechanism/attrition.rs`, and
//! `running = A·o·(1 − d)` with A the availability of its site, o the share of its hosts online (two-state Markov chain) and d the share
//! failed, which goes from today's to that of machine repair, `d* = oλT/(1 + oλT)` (`mechanism/machine_repair.rs`). End of life ends it.
//! Goods under way arrive; orders in a backlog arrive as the supply left allows. Nobody orders anything new.

use autarky_engine::math::exp;

use super::{H, Levels};
use crate::blueprint::{Blueprint, LEVELS, NO_SUPPLY};
use crate::entity::provider::ProviderParameters;
use crate::id::{OwnerId, PoolId, ShelfId, VendorId};
use crate::mechanism::attrition::{Parts, recovered, uncovered};
use crate::mechanism::machine_repair::{Shop, upkeep};
use crate::record::HORIZONS_DAYS;
use crate::world::supply::Order;
use crate::world::{Cohort, World};

/// Compute by horizon and level.
pub(super) type Fate = [Levels; H];

/// Projected compute at one date: of the pools that some focus nation may use.
#[derive(Debug, Clone)]
pub struct Projection {
    /// Its date, a day of the run.
    pub(super) day: f64,
    /// `[pool][vendor, supply left]`.
    fates: Vec<Fate>,
    /// First position of each vendor within a pool's fates; one more than vendors.
    first: Vec<usize>,
    /// Of each pool, its largest owner and that one's part.
    largest: Vec<(Option<OwnerId>, f64)>,
    /// Of each pool, what its largest owner runs.
    owned: Vec<Fate>,
    /// Of each pool, what is left of its working nodes by horizon without foreign crews.
    staffed: Vec<[f64; H]>,
    /// `[pool][shelf]`: parts in stockpiles of states, divided over the pools that they are for by their nodes; empty without any.
    reserve: Vec<f64>,
}

/// A date and a horizon, in days.
#[derive(Debug, Clone, Copy)]
struct When {
    day: f64,
    days: f64,
}

/// One cohort at a horizon.
#[derive(Debug, Clone, Copy)]
struct Survivor<'a> {
    cohort: &'a Cohort,
    vendor: usize,
    /// Where its parts lie.
    shelf: ShelfId,
    /// Effective compute of a node by horizon, with services and locks as they are.
    compute: [f64; H],
    /// The same without the vendor's services from today on.
    cut: [f64; H],
    /// Whether the pool's largest operator runs it.
    owned: bool,
    /// Share of its hosts that are online.
    online: f64,
    /// Share of the nodes in circulation that work.
    running: f64,
    /// Failures that need a part, a working node, up to the horizon.
    need: f64,
}

impl Survivor<'_> {
    /// Nodes that do not wait for parts.
    fn in_circulation(&self) -> f64 {
        f64::from(self.cohort.nodes - self.cohort.waiting_part)
    }
}

impl Projection {
    /// Projects fleets, spare parts and pipelines from the state of the world on a day.
    #[must_use]
    pub fn new(world: &World, plan: &Blueprint, day: f64) -> Self {
        let mut first = vec![0];
        for supply in &plan.supply {
            first.push(first[first.len() - 1] + supply.len());
        }
        let width = first[plan.supply.len()];
        let zero = [[0.0; LEVELS]; H];
        let mut projection = Self {
            day,
            fates: vec![zero; plan.pools.len() * width],
            first,
            largest: vec![(None, 0.0); plan.pools.len()],
            owned: vec![zero; plan.pools.len()],
            staffed: vec![[1.0; H]; plan.pools.len()],
            reserve: reserve(world, plan),
        };
        for p in (0..plan.pools.len()).map(PoolId::new).filter(|&p| is_of_interest(plan, p)) {
            projection.largest[p.at()] = world.largest_owner(plan, p);
            projection.project_fleet(world, plan, p, day);
        }
        projection.project_pipeline(world, plan, day);
        projection
    }

    fn at(&self, pool: PoolId, vendor: usize, supply: usize) -> usize {
        pool.at() * self.first[self.first.len() - 1] + self.first[vendor] + supply
    }

    /// Compute of a pool from a vendor, with a share of the vendor's supply left.
    pub(super) fn fate(&self, pool: PoolId, vendor: usize, supply: u32) -> &Fate {
        &self.fates[self.at(pool, vendor, supply as usize)]
    }

    /// Compute that the largest operator of a pool runs.
    pub(super) fn owned(&self, pool: PoolId) -> &Fate {
        &self.owned[pool.at()]
    }

    /// What is left of a pool's working nodes by horizon when the foreign crews of its zone are called back.
    pub(super) fn staffed(&self, pool: PoolId) -> &[f64; H] {
        &self.staffed[pool.at()]
    }

    fn project_fleet(&mut self, world: &World, plan: &Blueprint, pool: PoolId, day: f64) {
        let mut fleet = cohorts(world, plan, (pool, self.largest[pool.at()].0), day);
        if fleet.is_empty() {
            return;
        }
        let all = fleet.clone();
        for (h, &days) in HORIZONS_DAYS.iter().enumerate() {
            let when = When { day, days: f64::from(days) };
            if h == 0 {
                for one in fleet.iter().filter(|one| world.site_up[one.cohort.site.at()]) {
                    let on = world.cohort_on(plan, one.cohort);
                    let working = f64::from(one.cohort.up) * one.compute[0] * on;
                    self.add(pool, one, (h, None), working);
                }
                continue;
            }
            fleet.clone_from(&all);
            let life = |c: &Cohort| plan.hardware[c.hardware.at()].parameters.life * 365.25;
            fleet.retain(|one| one.cohort.vintage + life(one.cohort) > day + when.days);
            let foreign = plan.nations[plan.pools[pool.at()].zone.at()].parameters.foreign_crews;
            if foreign > 0.0 {
                set_running((world, plan), (pool, when, 1.0 - foreign), &mut fleet);
                let without = running(&fleet);
                set_running((world, plan), (pool, when, 1.0), &mut fleet);
                let with = running(&fleet);
                self.staffed[pool.at()][h] = if with > 0.0 { without / with } else { 1.0 };
            } else {
                set_running((world, plan), (pool, when, 1.0), &mut fleet);
            }
            for shelf in (0..plan.shelves()).map(ShelfId::new) {
                self.project_shelf(world, plan, (pool, shelf), (h, &fleet));
            }
        }
    }

    /// Adds what is left of the nodes that use one shelf under each share of its vendor's supply.
    fn project_shelf(
        &mut self,
        world: &World,
        plan: &Blueprint,
        (pool, id): (PoolId, ShelfId),
        (h, fleet): (usize, &[Survivor<'_>]),
    ) {
        let terms = &plan.pools[pool.at()];
        let shelf = &world.pools[pool.at()].parts[id.at()];
        let own = f64::from(shelf.stock + shelf.on_order);
        let of_state = self.reserve.get(pool.at() * plan.shelves() + id.at()).copied();
        let of_shelf = || fleet.iter().filter(|one| one.shelf == id);
        let waiting: f64 = of_shelf().map(|one| f64::from(one.cohort.waiting_part)).sum();
        let need: f64 = of_shelf().map(|one| one.in_circulation() * one.running * one.need).sum();
        // Where a regime in force stops parts already, none come whoever else withdraws.
        let come = world.spares_come(plan, id, terms.zone);
        // Parts go before new chips: they stop where nothing is made.
        let time = plan.providers[terms.provider.at()].parameters.spare_time;
        let days = f64::from(HORIZONS_DAYS[h]);
        for (s, &left) in plan.supply[plan.shelf_vendor(id).at()].iter().enumerate() {
            let comes = come && left > 0.0;
            // What the state has in store goes to the nodes that it is for, where its rule releases it.
            let stock =
                own + of_state.filter(|_| World::is_released(plan, pool, comes)).unwrap_or(0.0);
            let parts = Parts {
                share: if comes { 1.0 } else { 0.0 },
                time,
                stock: if stock > waiting { stock - waiting } else { 0.0 },
            };
            let open = uncovered(parts, days, need);
            let back = recovered(parts, days, (waiting, stock));
            for one in of_shelf() {
                let nodes = one.in_circulation() + back * f64::from(one.cohort.waiting_part);
                let survive = if open > 0.0 { exp(-one.need * one.running * open) } else { 1.0 };
                let compute = if s == NO_SUPPLY as usize { one.cut[h] } else { one.compute[h] };
                self.add(pool, one, (h, Some(s)), nodes * one.running * survive * compute);
            }
        }
    }

    /// Adds compute of a cohort at a horizon under one share of supply, or under all.
    fn add(
        &mut self,
        pool: PoolId,
        one: &Survivor<'_>,
        (h, supply): (usize, Option<usize>),
        compute: f64,
    ) {
        let level = one.cohort.level;
        let (from, to) = (self.at(pool, one.vendor, 0), self.at(pool, one.vendor + 1, 0));
        for (s, fate) in self.fates[from..to].iter_mut().enumerate() {
            if supply.is_none_or(|only| only == s) {
                fate[h][level] += compute;
            }
        }
        if one.owned && supply.is_none_or(|only| only == 0) {
            self.owned[pool.at()][h][level] += compute;
        }
    }

    /// Adds what is under way, which arrives whoever withdraws, and what is on order, where the supply left lets it arrive.
    fn project_pipeline(&mut self, world: &World, plan: &Blueprint, day: f64) {
        for shipment in world.shipments.iter() {
            let left = shipment.arrives.as_days() - day;
            let shut = room_after(world, plan, &shipment.order, day);
            let left = if shut > left { shut } else { left };
            self.add_batch(plan, &shipment.order, f64::from(shipment.nodes), |_| left);
        }
        for stored in world.facilities.iter().flat_map(|facility| &facility.stored) {
            let left = room_after(world, plan, &stored.order, day);
            self.add_batch(plan, &stored.order, f64::from(stored.nodes), |_| left);
        }
        // What waits for technicians is installed in its order, by those who do not repair today.
        for (labour, nation) in world.talent.iter().zip(&plan.nations) {
            let Some(labour) = labour else { continue };
            let free = f64::from(world.free_technicians(labour));
            let mut ahead = 0.0;
            for batch in &labour.waiting {
                ahead += f64::from(batch.nodes);
                let left = ahead / (free * nation.parameters.talent_installs);
                self.add_batch(plan, &batch.order, f64::from(batch.nodes), |_| left);
            }
        }
        for (v, vendor) in plan.vendors.iter().enumerate() {
            let terms = &vendor.parameters;
            let rate = world.daily_output(plan, VendorId::new(v), day);
            let open = world.vendors[v].backlog.iter().filter_map(|id| world.orders.get(id.0));
            let asked: f64 = open.clone().map(|o| f64::from(o.nodes) * o.node_compute(plan)).sum();
            let short =
                if asked > world.vendors[v].stock { asked - world.vendors[v].stock } else { 0.0 };
            let left = |supply: f64| match supply * rate {
                made if made > 0.0 => short / made + terms.delivery_time,
                _ => f64::INFINITY,
            };
            for order in open {
                let shut = room_after(world, plan, order, day);
                let left = |supply: f64| if shut > left(supply) { shut } else { left(supply) };
                self.add_batch(plan, order, f64::from(order.nodes), left);
            }
        }
    }

    /// Adds nodes that arrive after `left` days with a share of the supply left.
    fn add_batch(
        &mut self,
        plan: &Blueprint,
        order: &Order,
        nodes: f64,
        left: impl Fn(f64) -> f64,
    ) {
        if !is_of_interest(plan, order.pool) {
            return;
        }
        let v = order.vendor.at();
        let best = plan.hardware[order.hardware.at()].level;
        let compute = nodes * order.node_compute(plan);
        let largest = self.largest[order.pool.at()].1;
        let today = &self.fates[self.at(order.pool, v, 0)][0];
        // New nodes do the work that the pool's nodes of the vendor do today: their block may be too small for more.
        let level = (0..=best).rev().find(|&l| today[l] > 0.0).unwrap_or(0);
        for (s, &supply) in plan.supply[v].iter().enumerate() {
            let (wait, at) = (left(supply), self.at(order.pool, v, s));
            for (h, &days) in HORIZONS_DAYS.iter().enumerate() {
                if wait <= f64::from(days) {
                    self.fates[at][h][level] += compute;
                    // The largest owner receives its part of what the pool receives.
                    let part = if s == 0 { largest } else { 0.0 };
                    self.owned[order.pool.at()][h][level] += compute * part;
                }
            }
        }
    }
}

/// Days until there is expected to be room for the nodes of an order: none where nothing limits it.
fn room_after(world: &World, plan: &Blueprint, order: &Order, day: f64) -> f64 {
    if !plan.projects.limited[order.pool.at()] {
        return 0.0;
    }
    let node = f64::from(order.servers) * plan.server_power(order.hardware);
    world.wait_for_room(plan, order.pool, (node, day))
}

/// What each pool may draw from its state's stockpile: by its part of the nodes that the parts are for.
fn reserve(world: &World, plan: &Blueprint) -> Vec<f64> {
    if world.stockpiles.iter().flatten().all(|one| one.stock == 0) {
        return Vec::new();
    }
    let mut out = vec![0.0; plan.pools.len() * plan.shelves()];
    for (p, pool) in plan.pools.iter().enumerate() {
        for shelf in (0..plan.shelves()).map(ShelfId::new) {
            let stock = world.stockpiled(pool.zone, shelf);
            if stock > 0 && World::is_home_pool(plan, PoolId::new(p)) {
                let here = world.nodes_by_shelf(plan, PoolId::new(p))[shelf.at()] as f64;
                let all = world.stockpile_need(plan, pool.zone, shelf).0 as f64;
                out[p * plan.shelves() + shelf.at()] =
                    if all > 0.0 { f64::from(stock) * here / all } else { 0.0 };
            }
        }
    }
    out
}

/// Whether some focus nation may use a pool.
fn is_of_interest(plan: &Blueprint, pool: PoolId) -> bool {
    let terms = &plan.pools[pool.at()];
    plan.nations[terms.zone.at()].focus
        || plan.providers[terms.provider.at()].parameters.exports
        || plan.sharing.of_pool[pool.at()].is_some()
}

/// The cohorts of a pool, as they are today.
fn cohorts<'a>(
    world: &'a World,
    plan: &Blueprint,
    (pool, largest): (PoolId, Option<OwnerId>),
    day: f64,
) -> Vec<Survivor<'a>> {
    let sites = world.sites_of(pool);
    let survivor = |id: &crate::id::CohortId| {
        let cohort = &world.cohorts[id.at()];
        Survivor {
            cohort,
            vendor: plan.hardware[cohort.hardware.at()].vendor.at(),
            shelf: plan.shelf(cohort.hardware, cohort.grey),
            compute: HORIZONS_DAYS
                .map(|days| world.effective_compute(plan, *id, day + f64::from(days))),
            cut: HORIZONS_DAYS
                .map(|days| world.compute_without_services(plan, *id, (day, f64::from(days)))),
            owned: Some(world.operators[world.sites[cohort.site.at()].operator.at()].owner)
                == largest,
            online: 1.0,
            running: 1.0,
            need: 0.0,
        }
    };
    sites.flat_map(|s| &world.at_site[s]).map(survivor).collect()
}

/// Working nodes of a fleet.
fn running(fleet: &[Survivor<'_>]) -> f64 {
    fleet.iter().map(|one| one.in_circulation() * one.running).sum()
}

/// Sets the share of the nodes in circulation that work at a horizon with a share of the crews present, and the parts that each working node needs until then.
fn set_running(
    (world, plan): (&World, &Blueprint),
    (pool, when, present): (PoolId, When, f64),
    fleet: &mut [Survivor<'_>],
) {
    let terms = &plan.pools[pool.at()];
    let provider = &plan.providers[terms.provider.at()].parameters;
    let churn = Churn::new(provider, when.days);
    let (mut nodes, mut alive, mut rate, mut failed) = (0.0, 0.0, 0.0, 0.0);
    for one in &mut *fleet {
        one.online = churn.online(one.cohort);
        let circulating = one.in_circulation();
        nodes += circulating;
        alive += f64::from(one.cohort.nodes);
        failed += f64::from(one.cohort.repairing);
        rate += circulating * one.online * hazard(plan, one, when);
    }
    let shop = Shop {
        nodes,
        crews: world.crews_for(plan, (pool, present), alive as u32),
        rate: if nodes > 0.0 { rate / nodes } else { 0.0 },
        repair: provider.repair_time,
    };
    let state = upkeep(shop);
    let share = |rate: f64| match rate * state.down_time {
        cycle if cycle.is_finite() => cycle / (1.0 + cycle),
        cycle if cycle.is_nan() => 0.0,
        _ => 1.0,
    };
    let gap = state.gap_left(shop, when.days, failed - nodes * share(shop.rate));
    let available = 1.0 / (1.0 + provider.outage_rate / 365.25 * provider.outage_time);
    for one in fleet {
        let settled = share(one.online * hazard(plan, one, when));
        let circulating = one.in_circulation();
        let today =
            if circulating > 0.0 { f64::from(one.cohort.repairing) / circulating } else { 0.0 };
        let down = settled + (today - settled) * gap;
        one.running = available * one.online * (1.0 - down);
        let part_share = plan.hardware[one.cohort.hardware.at()].parameters.part_share;
        let until = (when.day, when.day + when.days);
        one.need = part_share * World::hazard_between(plan, one.cohort, until);
    }
}

/// Failures of a working node a day at the horizon.
fn hazard(plan: &Blueprint, one: &Survivor<'_>, when: When) -> f64 {
    World::hazard_at(plan, one.cohort, when.day + when.days)
}

/// How hosts go offline and come back.
#[derive(Debug, Clone, Copy)]
struct Churn {
    /// Share online in the long run.
    settled: f64,
    /// How much of today's difference is left.
    memory: f64,
}

impl Churn {
    fn new(provider: &ProviderParameters, days: f64) -> Self {
        let (leave, back) = (provider.leave_rate, provider.return_rate_offline);
        let settled = if leave > 0.0 { back / (leave + back) } else { 1.0 };
        Self { settled, memory: exp(-(leave + back) * days) }
    }

    fn online(&self, cohort: &Cohort) -> f64 {
        let hosts = f64::from(cohort.up) + f64::from(cohort.offline);
        let today = if hosts > 0.0 { f64::from(cohort.up) / hosts } else { self.settled };
        self.settled + (today - self.settled) * self.memory
    }
}
