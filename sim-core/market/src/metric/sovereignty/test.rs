//! The test itself: what a nation can use of the projected compute under each withdrawal, and which share of its critical need that serves.

use super::projection::Projection;
use super::{H, Levels, TestResult, Weakest};
use crate::blueprint::{Blueprint, CLASSES, LEVELS, Reach, ResolvedActor};
use crate::entity::demand::Sensitivity;
use crate::entity::nation::NationParameters;
use crate::entity::provider::{Payment, ProviderKind};
use crate::id::{NationId, PoolId};
use crate::record::{HORIZONS_DAYS, Layer};
use crate::world::World;
use crate::world::model_layer::takes;

/// A pool that a nation can use, and the share of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Access {
    /// Which.
    pub(crate) pool: PoolId,
    /// How much of it.
    pub(crate) share: f64,
}

/// Compute that the nation uses and what the actor takes away, by layer.
type Usable = (Levels, [f64; Layer::ALL.len()]);

/// A nation under test: what it can use and what it needs.
struct Case<'a> {
    plan: &'a Blueprint,
    nation: NationId,
    access: Vec<Access>,
    need: [f64; CLASSES],
    /// The world, for the models that its work runs on.
    world: &'a World,
    /// Day of the test.
    day: f64,
    /// By vendor, whether its hardware is in a pool that the nation can use.
    vendors: Vec<bool>,
}

impl Projection {
    /// Tests the withdrawal of every actor from a nation.
    #[must_use]
    pub fn test(&self, world: &World, plan: &Blueprint, nation: NationId) -> Weakest {
        let case = self.case(world, plan, nation);
        let mut weakest = Weakest::new(self.baseline(&case), plan.actors.len());
        for (a, actor) in plan.actors.iter().enumerate() {
            let results = self.results(&case, actor, &weakest.baseline);
            let hazard = match actor.reach {
                Reach::Abroad => plan.nations[nation.at()].parameters.isolation_hazard,
                Reach::Dependence(layer) => {
                    dependence_hazard(&plan.nations[nation.at()].parameters, layer)
                }
                Reach::Parties | Reach::LargestOperator(_) => actor.hazard,
            };
            for (h, result) in results.iter().enumerate() {
                if !actor.is_foreign() {
                    raise(&mut weakest.operator_loss[h], result.loss);
                    continue;
                }
                weakest.expected_loss[h] += hazard * result.loss;
                raise(&mut weakest.loss[h], result.loss);
                if result.level < weakest.level[h] {
                    weakest.level[h] = result.level;
                    // Rollouts know parties, not what a nation draws from abroad.
                    let party = !matches!(actor.reach, Reach::Dependence(_));
                    weakest.worst = if h == H - 1 && party { Some(a) } else { weakest.worst };
                }
            }
            weakest.results.extend(results);
        }
        self.kept_by_kind((world, plan), nation, &mut weakest);
        weakest
    }

    /// Results of any withdrawal from a nation, by horizon.
    #[must_use]
    pub fn withdrawal(
        &self,
        world: &World,
        plan: &Blueprint,
        (nation, actor): (NationId, &ResolvedActor),
    ) -> [TestResult; H] {
        let case = self.case(world, plan, nation);
        self.results(&case, actor, &self.baseline(&case))
    }

    fn case<'a>(&self, world: &'a World, plan: &'a Blueprint, nation: NationId) -> Case<'a> {
        let access = accessible(world, plan, nation);
        let need = critical_need(world, plan, nation);
        let vendors = self.vendors_of(plan, &access);
        Case { plan, nation, access, need, world, day: self.day, vendors }
    }

    fn vendors_of(&self, plan: &Blueprint, access: &[Access]) -> Vec<bool> {
        let has = |fate: &super::projection::Fate| fate.iter().flatten().any(|&x| x > 0.0);
        let sells = |v| access.iter().any(|one| has(self.fate(one.pool, v, 0)));
        (0..plan.vendors.len()).map(sells).collect()
    }

    fn baseline(&self, case: &Case<'_>) -> [f64; H] {
        let able = |h| case.able(None, h);
        std::array::from_fn(|h| served_share(self.usable(case, h, None).0, case.need, able(h)))
    }

    fn results(
        &self,
        case: &Case<'_>,
        actor: &ResolvedActor,
        baseline: &[f64; H],
    ) -> [TestResult; H] {
        if !case.is_touched_by(actor) {
            return baseline.map(|level| TestResult { level, loss: 0.0, layer: Layer::None });
        }
        std::array::from_fn(|h| {
            let (usable, mut lost) = self.usable(case, h, Some(actor));
            let able = case.able(Some(actor), h);
            lost[Layer::Model as usize] = case.on_models() * (case.able(None, h) - able);
            let kept = case.data_left(actor);
            lost[Layer::Data as usize] += (1.0 - kept) * case.need.iter().sum::<f64>();
            let level = served_share(usable, case.need.map(|need| need * kept), able) * kept;
            let loss = baseline[h] - level;
            let (mut layer, mut most) = (Layer::None, 0.0);
            for &candidate in &Layer::ALL[1..] {
                if loss > 1e-12 && lost[candidate as usize] > most {
                    (layer, most) = (candidate, lost[candidate as usize]);
                }
            }
            TestResult { level, loss, layer }
        })
    }

    /// Compute that a nation can use at a horizon, by level, and what the actor takes away, by layer.
    fn usable(&self, case: &Case<'_>, h: usize, actor: Option<&ResolvedActor>) -> Usable {
        let (mut usable, mut lost) = ([0.0; LEVELS], [0.0; Layer::ALL.len()]);
        let operator = actor.and_then(|a| self.largest_pool(case, a));
        for one in &case.access {
            let stopped = actor.and_then(|a| stopped(case.plan, a, (one.pool, case.nation)));
            let part = actor.map_or(1.0, |a| self.part_left(case, a, (one.pool, h)));
            let own = actor.and_then(ResolvedActor::dependence).unwrap_or(Layer::Chips);
            for v in 0..case.vendors.len() {
                let supply = actor.map_or(0, |a| a.supply_of(case.plan, v, case.nation));
                let (kept, cut) =
                    (&self.fate(one.pool, v, 0)[h], &self.fate(one.pool, v, supply)[h]);
                for (l, usable) in usable.iter_mut().enumerate() {
                    let left = if stopped.is_some() { 0.0 } else { cut[l] * one.share * part };
                    *usable += left;
                    lost[stopped.unwrap_or(own) as usize] += kept[l] * one.share - left;
                }
            }
            if operator == Some(one.pool) {
                for (usable, owned) in usable.iter_mut().zip(&self.owned(one.pool)[h]) {
                    let rest = *usable - owned * one.share;
                    *usable = if rest > 0.0 { rest } else { 0.0 };
                    lost[Layer::Facilities as usize] += owned * one.share;
                }
            }
        }
        (usable, lost)
    }

    /// Share of a pool that is left to a nation at a horizon when what it draws from abroad stops.
    fn part_left(&self, case: &Case<'_>, actor: &ResolvedActor, (pool, h): (PoolId, usize)) -> f64 {
        let Some(layer) = actor.dependence() else { return 1.0 };
        let terms = &case.plan.nations[case.nation.at()].parameters;
        let days = f64::from(HORIZONS_DAYS[h]);
        let at_home = case.plan.pools[pool.at()].zone == case.nation;
        match layer {
            Layer::Power if at_home && days > terms.power_backup => 1.0 - terms.power_imports,
            Layer::Talent if at_home => self.staffed(pool)[h],
            // Bills are paid at the end of the month.
            Layer::Money if terms.payments_abroad && days > 0.0 => {
                f64::from(u8::from(is_paid_at_home(case, pool)))
            }
            _ => 1.0,
        }
    }

    /// The pool whose largest operator is the one that withdraws: the largest today among the nation's own providers of the kind.
    fn largest_pool(&self, case: &Case<'_>, actor: &ResolvedActor) -> Option<PoolId> {
        let Reach::LargestOperator(kind) = actor.reach else { return None };
        let mut largest = (0.0, None);
        for one in case.access.iter().filter(|one| is_own(case.plan, one.pool, (case.nation, kind)))
        {
            let runs = one.share * self.owned(one.pool)[0].iter().sum::<f64>();
            if runs > largest.0 {
                largest = (runs, Some(one.pool));
            }
        }
        largest.1
    }

    /// What each kind of provider at home keeps of its compute after 365 days, at the worst foreign party.
    fn kept_by_kind(
        &self,
        (world, plan): (&World, &Blueprint),
        nation: NationId,
        weakest: &mut Weakest,
    ) {
        for (&kind, kept) in ProviderKind::ALL.iter().zip(&mut weakest.kept_by) {
            let own =
                (0..plan.pools.len()).map(PoolId::new).filter(|&p| is_own(plan, p, (nation, kind)));
            let access: Vec<Access> = own.map(|pool| Access { pool, share: 1.0 }).collect();
            let vendors = self.vendors_of(plan, &access);
            let (need, day) = ([0.0; CLASSES], self.day);
            let case = Case { plan, nation, access, need, world, day, vendors };
            let total = |h, actor| self.usable(&case, h, actor).0.iter().sum::<f64>();
            let today = total(0, None);
            if today <= 0.0 {
                continue;
            }
            let untouched = total(H - 1, None) / today;
            for actor in plan.actors.iter().filter(|a| a.is_foreign() && a.home != Some(nation)) {
                let touched = case.is_touched_by(actor);
                let share = if touched { total(H - 1, Some(actor)) / today } else { untouched };
                if kept.is_nan() || share < *kept {
                    *kept = share;
                }
            }
        }
    }
}

impl Case<'_> {
    /// Share of critical work whose data are not only abroad, where those abroad are withheld.
    fn data_left(&self, actor: &ResolvedActor) -> f64 {
        let withheld = actor.dependence() == Some(Layer::Data);
        if withheld {
            1.0 - self.plan.nations[self.nation.at()].parameters.data_abroad
        } else {
            1.0
        }
    }

    /// Share of the critical work on models that has one at a horizon.
    fn able(&self, actor: Option<&ResolvedActor>, h: usize) -> f64 {
        let when = (self.day, f64::from(HORIZONS_DAYS[h]));
        self.world.critical_models(self.plan, (self.nation, actor), when)
    }

    /// Critical work that runs on models: inference and fine-tuning, H100e.
    fn on_models(&self) -> f64 {
        self.need[..CLASSES - 1].iter().sum()
    }

    /// Whether an actor takes away anything that the nation can use. No state withdraws from itself.
    fn is_touched_by(&self, actor: &ResolvedActor) -> bool {
        if actor.home == Some(self.nation) {
            return false;
        }
        let terms = &self.plan.nations[self.nation.at()].parameters;
        match actor.dependence() {
            Some(Layer::Power) => return terms.power_imports > 0.0,
            Some(Layer::Money) => return terms.payments_abroad,
            Some(Layer::Talent) => return terms.foreign_crews > 0.0,
            Some(Layer::Data) => return terms.data_abroad > 0.0,
            _ => {}
        }
        let left = |v: usize| actor.supply_of(self.plan, v, self.nation);
        let supplies = self.vendors.iter().enumerate().any(|(v, &used)| used && left(v) > 0);
        let stops = |one: &Access| stopped(self.plan, actor, (one.pool, self.nation)).is_some();
        let owns = |one: &Access| match actor.reach {
            Reach::LargestOperator(kind) => is_own(self.plan, one.pool, (self.nation, kind)),
            Reach::Parties | Reach::Abroad | Reach::Dependence(_) => false,
        };
        let taken = |m| takes(self.plan, actor, (m, self.nation));
        let models = (0..self.plan.models.list.len()).any(taken);
        supplies || models || self.access.iter().any(|one| stops(one) || owns(one))
    }
}

/// Hazard that what a nation draws from abroad for a layer stops, 1/year.
fn dependence_hazard(terms: &NationParameters, layer: Layer) -> f64 {
    match layer {
        Layer::Power => terms.power_hazard,
        Layer::Money => terms.payments_hazard,
        Layer::Talent => terms.staff_hazard,
        Layer::Data => terms.data_hazard,
        Layer::None
        | Layer::Chips
        | Layer::Facilities
        | Layer::ControlPlane
        | Layer::Connectivity
        | Layer::Model => 0.0,
    }
}

/// Whether a nation's buyers pay a pool without a payment abroad: at home, or in tokens.
fn is_paid_at_home(case: &Case<'_>, pool: PoolId) -> bool {
    let provider = &case.plan.providers[case.plan.pools[pool.at()].provider.at()];
    provider.home == case.nation || provider.parameters.payment != Payment::Currency
}

fn raise(most: &mut f64, x: f64) {
    if x > *most {
        *most = x;
    }
}

/// Whether a pool belongs to a provider of a kind that is at home in the nation.
fn is_own(plan: &Blueprint, pool: PoolId, (nation, kind): (NationId, ProviderKind)) -> bool {
    let terms = &plan.pools[pool.at()];
    let provider = &plan.providers[terms.provider.at()];
    terms.zone == nation && provider.home == nation && provider.parameters.kind == kind
}

/// The layer at which an actor stops a nation's use of a pool, if it does.
pub(crate) fn stopped(
    plan: &Blueprint,
    actor: &ResolvedActor,
    (pool, nation): (PoolId, NationId),
) -> Option<Layer> {
    let terms = &plan.pools[pool.at()];
    // Of several that withdraw together the nation tested is none.
    let home = plan.providers[terms.provider.at()].home;
    if actor.providers[terms.provider.at()] && home != nation {
        return Some(Layer::ControlPlane);
    }
    if actor.zones[terms.zone.at()] && terms.zone != nation {
        return Some(Layer::Facilities);
    }
    (actor.reach == Reach::Abroad && terms.zone != nation).then_some(Layer::Connectivity)
}

/// Pools that may do the nation's critical work: its own in full, critical first; those that sell to others in the share that it buys now.
pub(crate) fn accessible(world: &World, plan: &Blueprint, nation: NationId) -> Vec<Access> {
    let residency = plan.nations[nation.at()].parameters.residency_critical;
    let recognises = |zone| world.recognises(plan, nation, zone);
    let mut out = Vec::new();
    for (p, pool) in plan.pools.iter().enumerate() {
        let provider = &plan.providers[pool.provider.at()];
        let id = PoolId::new(p);
        let at_home = pool.zone == nation;
        let own = world.shares_rules(plan, id, nation);
        let allowed = plan.admits(residency, (id, nation), |zone| own || recognises(zone));
        if !allowed || !world.has_access(plan, id, nation) {
            continue;
        }
        let part = world.claim(plan, id, nation);
        if let Some(share) = part {
            out.push(Access { pool: id, share });
        } else if provider.parameters.exports {
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

/// Critical reference demand of a nation by class, H100e.
#[must_use]
pub fn critical_need(world: &World, plan: &Blueprint, nation: NationId) -> [f64; CLASSES] {
    let mut need = [0.0; CLASSES];
    let per_nation = plan.segments.len() / plan.nations.len();
    for s in nation.at() * per_nation..(nation.at() + 1) * per_nation {
        let segment = &plan.segments[s];
        if Sensitivity::ALL[segment.sensitivity] == Sensitivity::Critical {
            need[segment.class] += world.market.demand[s];
        }
    }
    need
}

/// Share of a critical need that the compute working today serves.
#[must_use]
pub(crate) fn level_today(
    world: &World,
    plan: &Blueprint,
    access: &[Access],
    (need, able): ([f64; CLASSES], f64),
) -> f64 {
    let mut usable = [0.0; LEVELS];
    for one in access {
        for (level, compute) in world.working_levels(plan, one.pool).into_iter().enumerate() {
            usable[level] += compute * one.share;
        }
    }
    served_share(usable, need, able)
}

/// Share of the need that compute by level can serve: training first on the nodes that can train, then fine-tuning, then inference. Greedy is
/// optimal because the eligible sets are nested. Of fine-tuning and inference the share `able` has a model.
fn served_share(mut usable: Levels, need: [f64; CLASSES], able: f64) -> f64 {
    let total: f64 = need.iter().sum();
    if total <= 0.0 {
        return 1.0;
    }
    let mut served = 0.0;
    for class in (0..CLASSES).rev() {
        let mut wanted = if class < CLASSES - 1 { need[class] * able } else { need[class] };
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
        assert!((served_share([100.0, 0.0, 0.0], [50.0, 0.0, 50.0], 1.0) - 0.5).abs() < 1e-12);
        assert!((served_share([0.0, 0.0, 100.0], [50.0, 0.0, 50.0], 1.0) - 1.0).abs() < 1e-12);
        assert!(
            (served_share([10.0, 20.0, 30.0], [30.0, 30.0, 30.0], 1.0) - 60.0 / 90.0).abs() < 1e-12
        );
    }

    #[test]
    fn without_a_model_there_is_training_and_nothing_else() {
        assert!((served_share([0.0, 0.0, 100.0], [30.0, 20.0, 50.0], 0.0) - 0.5).abs() < 1e-12);
        assert!((served_share([0.0, 0.0, 100.0], [30.0, 20.0, 50.0], 0.5) - 0.75).abs() < 1e-12);
    }

    #[test]
    fn without_need_nothing_is_missing() {
        assert!((served_share([0.0; 3], [0.0; 3], 1.0) - 1.0).abs() < 1e-12);
    }
}
