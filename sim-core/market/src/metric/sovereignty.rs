//! The withdrawal test: what remains of a nation's critical service when one foreign party withdraws.
//!
//! At a sample date, for each nation, actor a and horizon h of 0, 30 and 365 days: a deterministic projection from the state, with demand and
//! stock as they are, expected failures repaired only with parts that do not come from a, end of life, what is under way
//! arriving, what is on order from others arriving as the backlog allows, no new orders, critical demand first, no price response. Where
//! parts come, repairs balance failures; a site that is down is back within a month. Level
//! `Q_h` = share of critical reference demand that can be served; loss = `Q_h` without the withdrawal minus `Q_h` with it, same date and horizon.
//! It is the N−1 criterion of power systems applied to a country's compute. Reads only.

use crate::blueprint::{Blueprint, CLASSES, LEVELS, ResolvedActor};
use crate::entity::demand::Sensitivity;
use crate::entity::nation::Residency;
use crate::id::{CohortId, NationId, PoolId, VendorId};
use crate::record::{HORIZONS_DAYS, Layer, Withdrawal};
use crate::world::World;
use crate::world::supply::Order;

/// Horizons.
pub const H: usize = HORIZONS_DAYS.len();

/// Compute by level of eligibility.
type Levels = [f64; LEVELS];

/// Projected compute of one pool and vendor.
#[derive(Debug, Clone, Copy, Default)]
struct Fate {
    /// With parts and deliveries of the vendor, by horizon.
    kept: [Levels; H],
    /// Without them.
    cut: [Levels; H],
}

/// Projected compute of every pool and vendor at one date.
#[derive(Debug, Clone)]
pub struct Projection {
    /// `[pool × vendor]`.
    fates: Vec<Fate>,
}

/// Nodes that are not there yet.
#[derive(Debug, Clone, Copy)]
struct Batch {
    /// How many.
    nodes: f64,
    /// Days until they arrive.
    left: f64,
    /// Whether they have left the vendor.
    shipped: bool,
}

/// One nation's results at one date.
#[derive(Debug, Clone)]
pub struct Weakest {
    /// Level without any withdrawal, by horizon.
    pub baseline: [f64; H],
    /// Level after the worst withdrawal.
    pub level: [f64; H],
    /// Largest loss.
    pub loss: [f64; H],
    /// What each kind of provider at home keeps of its compute after 365 days of the withdrawal that costs it most.
    pub kept_by: [f64; 3],
    /// `[actor][horizon]`.
    pub results: Vec<TestResult>,
}

/// Result for one actor and horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestResult {
    /// Level with the withdrawal.
    pub level: f64,
    /// Loss by it.
    pub loss: f64,
    /// Layer that binds.
    pub layer: Layer,
}

/// Sums of results over sample dates.
#[derive(Debug, Clone, Copy, Default)]
pub struct WithdrawalSums {
    n: f64,
    level: f64,
    loss: f64,
    loss_max: f64,
    layers: [u32; Layer::ALL.len()],
}

impl WithdrawalSums {
    /// Adds a date.
    pub fn add(&mut self, result: &TestResult) {
        self.n += 1.0;
        self.level += result.level;
        self.loss += result.loss;
        if result.loss > self.loss_max {
            self.loss_max = result.loss;
        }
        self.layers[result.layer as usize] += 1;
    }

    /// Means over the dates; the layer is the one that bound most often, ignoring dates without a loss.
    #[must_use]
    pub fn mean(&self) -> Withdrawal {
        let most = (1..Layer::ALL.len())
            .max_by_key(|&l| (self.layers[l], Layer::ALL.len() - l))
            .unwrap_or(0);
        let layer = if self.layers[most] > 0 { Layer::ALL[most] } else { Layer::None };
        Withdrawal {
            level: self.level / self.n,
            loss: self.loss / self.n,
            loss_max: self.loss_max,
            layer,
        }
    }
}

impl Projection {
    /// Projects the fleet, the spare parts and the pipeline from the state of the world on a day.
    #[must_use]
    pub fn new(world: &World, plan: &Blueprint, day: f64) -> Self {
        let mut projection =
            Self { fates: vec![Fate::default(); plan.pools.len() * plan.vendors.len()] };
        for p in 0..plan.pools.len() {
            for v in 0..plan.vendors.len() {
                projection.project_fleet(world, plan, (PoolId::new(p), VendorId::new(v)), day);
            }
        }
        projection.project_pipeline(world, plan, day);
        projection
    }

    fn fate_mut(&mut self, plan: &Blueprint, pool: PoolId, vendor: VendorId) -> &mut Fate {
        &mut self.fates[pool.at() * plan.vendors.len() + vendor.at()]
    }

    fn project_fleet(
        &mut self,
        world: &World,
        plan: &Blueprint,
        (pool, vendor): (PoolId, VendorId),
        day: f64,
    ) {
        let sites =
            plan.pools[pool.at()].operators.clone().flat_map(|o| plan.operators[o].sites.clone());
        let of_vendor =
            |id: &&CohortId| plan.hardware[world.cohorts[id.at()].hardware.at()].vendor == vendor;
        let cohorts: Vec<CohortId> =
            sites.flat_map(|s| &world.at_site[s]).filter(of_vendor).copied().collect();
        let stock = f64::from(world.pools[pool.at()].parts[vendor.at()].stock);
        // Where a regime in force stops spare parts already, the projection without a withdrawal has none to come either.
        let supplied = world.spares_come(plan, vendor, plan.pools[pool.at()].zone);
        let fate = self.fate_mut(plan, pool, vendor);
        for (h, &days) in HORIZONS_DAYS.iter().enumerate() {
            let days = f64::from(days);
            let failing: f64 =
                cohorts.iter().map(|&id| expected_failures(world, plan, id, (day, days))).sum();
            // Parts on the shelf repair the first failures; what is on order comes from the actor and stops.
            let unrepaired = if failing > stock { 1.0 - stock / failing } else { 0.0 };
            for &id in &cohorts {
                let cohort = &world.cohorts[id.at()];
                let model = &plan.hardware[cohort.hardware.at()].parameters;
                // A site that is down today is back within a month.
                let down = days < 1.0 && !world.site_up[cohort.site.at()];
                if down || cohort.vintage + model.life * 365.25 <= day + days {
                    continue;
                }
                let compute = cohort.node_compute(plan);
                let lost = expected_failures(world, plan, id, (day, days)) * unrepaired;
                let left = (f64::from(cohort.up) - lost) * compute;
                fate.cut[h][cohort.level] += left;
                fate.kept[h][cohort.level] +=
                    if supplied { f64::from(cohort.up) * compute } else { left };
            }
        }
    }

    /// Adds what is under way, which arrives whoever withdraws, and what is on order, where the vendor's backlog lets it arrive.
    fn project_pipeline(&mut self, world: &World, plan: &Blueprint, day: f64) {
        for shipment in world.shipments.iter() {
            let left = shipment.arrives.as_days() - day;
            let batch = Batch { nodes: f64::from(shipment.nodes), left, shipped: true };
            self.add_batch(plan, &shipment.order, batch);
        }
        for (v, vendor) in plan.vendors.iter().enumerate() {
            let terms = &vendor.parameters;
            let rate = terms.output * autarky_engine::math::exp(terms.output_growth * day / 365.25)
                / 365.25;
            let open = world.vendors[v].backlog.iter().filter_map(|id| world.orders.get(id.0));
            let asked: f64 = open.clone().map(|o| f64::from(o.nodes) * o.node_compute(plan)).sum();
            let left = asked / rate.max(1e-9) + terms.delivery_time;
            for order in open {
                let batch = Batch { nodes: f64::from(order.nodes), left, shipped: false };
                self.add_batch(plan, order, batch);
            }
        }
    }

    fn add_batch(&mut self, plan: &Blueprint, order: &Order, batch: Batch) {
        let best = plan.hardware[order.hardware.at()].level;
        let compute = batch.nodes * order.node_compute(plan);
        let fate = self.fate_mut(plan, order.pool, order.vendor);
        // New nodes do the work that the pool's nodes of the vendor do today: their block may be too small for more.
        let level = (0..=best).rev().find(|&l| fate.kept[0][l] > 0.0).unwrap_or(0);
        for (h, &days) in HORIZONS_DAYS.iter().enumerate() {
            if batch.left <= f64::from(days) {
                fate.kept[h][level] += compute;
                fate.cut[h][level] += if batch.shipped { compute } else { 0.0 };
            }
        }
    }

    /// Tests the withdrawal of every actor from a nation; `f` is its position among the focus nations.
    #[must_use]
    pub fn test(&self, world: &World, plan: &Blueprint, (_, nation): (usize, NationId)) -> Weakest {
        let need = critical_need(world, plan, nation);
        let access = accessible(world, plan, nation);
        let mut baseline = [0.0; H];
        for (h, level) in baseline.iter_mut().enumerate() {
            *level = served_share(self.usable(plan, &access, h, None).0, need);
        }
        let mut weakest = Weakest {
            baseline,
            level: baseline,
            loss: [0.0; H],
            kept_by: [f64::NAN; 3],
            results: Vec::new(),
        };
        for actor in &plan.actors {
            for (h, &today) in baseline.iter().enumerate() {
                let result = self.withdraw(plan, (&access, need, today), (h, actor), nation);
                if result.level < weakest.level[h] {
                    weakest.level[h] = result.level;
                }
                if result.loss > weakest.loss[h] {
                    weakest.loss[h] = result.loss;
                }
                weakest.results.push(result);
            }
        }
        self.kept_by_kind(plan, nation, &mut weakest);
        weakest
    }

    fn withdraw(
        &self,
        plan: &Blueprint,
        (access, need, baseline): (&[Access], [f64; CLASSES], f64),
        (h, actor): (usize, &ResolvedActor),
        nation: NationId,
    ) -> TestResult {
        if actor.home == nation {
            return TestResult { level: baseline, loss: 0.0, layer: Layer::None };
        }
        let (usable, lost) = self.usable(plan, access, h, Some(actor));
        let level = served_share(usable, need);
        let loss = baseline - level;
        let mut layer = Layer::None;
        let mut most = 0.0;
        for candidate in [Layer::Chips, Layer::Facilities, Layer::ControlPlane] {
            if loss > 1e-12 && lost[candidate as usize] > most {
                (layer, most) = (candidate, lost[candidate as usize]);
            }
        }
        TestResult { level, loss, layer }
    }

    /// Compute that a nation can use at a horizon, by level, and what the actor takes away, by layer.
    fn usable(
        &self,
        plan: &Blueprint,
        access: &[Access],
        h: usize,
        actor: Option<&ResolvedActor>,
    ) -> (Levels, [f64; Layer::ALL.len()]) {
        let mut usable = [0.0; LEVELS];
        let mut lost = [0.0; Layer::ALL.len()];
        for one in access {
            let terms = &plan.pools[one.pool.at()];
            let fates = &self.fates[one.pool.at() * plan.vendors.len()..][..plan.vendors.len()];
            let stopped = actor.and_then(|a| {
                let control = a.providers[terms.provider.at()].then_some(Layer::ControlPlane);
                control.or(a.zones[terms.zone.at()].then_some(Layer::Facilities))
            });
            for (v, fate) in fates.iter().enumerate() {
                let cut = actor.is_some_and(|a| a.vendors[v]);
                for (l, usable) in usable.iter_mut().enumerate() {
                    let kept = fate.kept[h][l] * one.share;
                    let left = match stopped {
                        Some(_) => 0.0,
                        None if cut => fate.cut[h][l] * one.share,
                        None => kept,
                    };
                    *usable += left;
                    lost[stopped.unwrap_or(Layer::Chips) as usize] += kept - left;
                }
            }
        }
        (usable, lost)
    }

    /// What each kind of provider at home keeps of its compute after 365 days, at the worst actor.
    fn kept_by_kind(&self, plan: &Blueprint, nation: NationId, weakest: &mut Weakest) {
        for (kind, kept) in weakest.kept_by.iter_mut().enumerate() {
            let home = |p: &usize| {
                let provider = &plan.providers[plan.pools[*p].provider.at()];
                plan.pools[*p].zone == nation
                    && provider.home == nation
                    && provider.parameters.kind as usize == kind
            };
            let access: Vec<Access> = (0..plan.pools.len())
                .filter(home)
                .map(|p| Access { pool: PoolId::new(p), share: 1.0 })
                .collect();
            let total = |h, actor| self.usable(plan, &access, h, actor).0.iter().sum::<f64>();
            let today = total(0, None);
            if today <= 0.0 {
                continue;
            }
            for actor in plan.actors.iter().filter(|a| a.home != nation) {
                let share = total(H - 1, Some(actor)) / today;
                if kept.is_nan() || share < *kept {
                    *kept = share;
                }
            }
        }
    }
}

/// Expected failures that need a part among a cohort's working nodes within `days`: `up·(1 − e^{−λ·s·days})`, s the share that needs one.
fn expected_failures(
    world: &World,
    plan: &Blueprint,
    id: CohortId,
    (day, days): (f64, f64),
) -> f64 {
    let cohort = &world.cohorts[id.at()];
    let share = plan.hardware[cohort.hardware.at()].parameters.part_share;
    let hazard = World::hazard_at(plan, cohort, day + 0.5 * days) * share;
    f64::from(cohort.up) * (1.0 - autarky_engine::math::exp(-hazard * days))
}

/// A pool that a nation can use, and the share of it.
#[derive(Debug, Clone, Copy)]
struct Access {
    pool: PoolId,
    share: f64,
}

/// Pools that may do the nation's critical work: its own in full, critical first; those that sell to others in the share that it buys now.
fn accessible(world: &World, plan: &Blueprint, nation: NationId) -> Vec<Access> {
    let residency = plan.nations[nation.at()].parameters.residency_critical;
    let mut out = Vec::new();
    for (p, pool) in plan.pools.iter().enumerate() {
        let provider = &plan.providers[pool.provider.at()];
        let id = PoolId::new(p);
        let at_home = pool.zone == nation;
        let allowed = match residency {
            Residency::Any => true,
            Residency::Territory => at_home,
            Residency::Domestic => at_home && provider.home == nation,
        };
        if !allowed || !world.has_access(plan, id, nation) {
            continue;
        }
        if provider.parameters.exports {
            let working = world.working_compute(plan, id);
            let share =
                if working > 0.0 { world.served_to(plan, id, nation) / working } else { 0.0 };
            out.push(Access { pool: id, share });
        } else if at_home {
            out.push(Access { pool: id, share: 1.0 });
        }
    }
    out
}

fn critical_need(world: &World, plan: &Blueprint, nation: NationId) -> [f64; CLASSES] {
    let mut need = [0.0; CLASSES];
    for (s, segment) in plan.segments.iter().enumerate() {
        if segment.nation == nation
            && Sensitivity::ALL[segment.sensitivity] == Sensitivity::Critical
        {
            need[segment.class] += world.market.demand[s];
        }
    }
    need
}

/// Share of the need that compute by level can serve: training first on the nodes that can train, then fine-tuning, then inference. Greedy is
/// optimal because the eligible sets are nested.
fn served_share(mut usable: Levels, need: [f64; CLASSES]) -> f64 {
    let total: f64 = need.iter().sum();
    if total <= 0.0 {
        return 1.0;
    }
    let mut served = 0.0;
    for class in (0..CLASSES).rev() {
        let mut wanted = need[class];
        for level in (class..LEVELS).rev() {
            let taken = if wanted < usable[level] { wanted } else { usable[level] };
            usable[level] -= taken;
            wanted -= taken;
            served += taken;
        }
    }
    // Sums of floats may exceed the whole by a rounding.
    let share = served / total;
    if share < 1.0 { share } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scattered_nodes_serve_inference_but_no_training() {
        assert!((served_share([100.0, 0.0, 0.0], [50.0, 0.0, 50.0]) - 0.5).abs() < 1e-12);
        assert!((served_share([0.0, 0.0, 100.0], [50.0, 0.0, 50.0]) - 1.0).abs() < 1e-12);
        assert!((served_share([10.0, 20.0, 30.0], [30.0, 30.0, 30.0]) - 60.0 / 90.0).abs() < 1e-12);
    }

    #[test]
    fn without_need_nothing_is_missing() {
        assert!((served_share([0.0; 3], [0.0; 3]) - 1.0).abs() < 1e-12);
    }
}
