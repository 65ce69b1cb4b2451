//! What a nation's inference and fine-tuning run on, as it is recorded. Reads only.

use crate::blueprint::Blueprint;
use crate::blueprint::models::Models;
use crate::entity::demand::Class;
use crate::entity::model::ModelKind;
use crate::id::NationId;
use crate::world::World;

/// Sums over ticks for one nation where there are models.
#[derive(Debug, Clone, Copy, Default)]
pub struct ModelSums {
    /// Ticks.
    pub ticks: f64,
    /// Need for inference and fine-tuning, H100e.
    pub need: f64,
    /// Of it on interfaces, open weights, national models.
    pub by_kind: [f64; 3],
    /// Of it without a model.
    pub unserved: f64,
    /// Need that has a model, times the usefulness of that.
    pub useful: f64,
    /// Fees paid abroad, USD.
    pub fees_abroad: f64,
    /// Training work of the nation's models so far, H100e-hours, times ticks.
    pub training: f64,
    /// Years that its best model is behind the frontier, summed over the ticks in which it has one.
    pub behind: f64,
    /// Those ticks.
    pub with_model: f64,
}

impl ModelSums {
    /// Adds other sums.
    pub fn add(&mut self, other: &Self) {
        macro_rules! add {
            ($($field:ident),+ $(,)?) => { $(self.$field += other.$field;)+ };
        }
        add!(ticks, need, unserved, useful, fees_abroad, training, behind, with_model);
        for (mine, theirs) in self.by_kind.iter_mut().zip(&other.by_kind) {
            *mine += theirs;
        }
    }
}

/// One tick.
#[must_use]
pub fn tick(world: &World, plan: &Blueprint, nation: NationId) -> ModelSums {
    let mut sums = ModelSums::default();
    if !plan.models.is_on() {
        return sums;
    }
    sums.ticks = 1.0;
    let per_nation = plan.segments.len() / plan.nations.len();
    for s in nation.at() * per_nation..(nation.at() + 1) * per_nation {
        let segment = &plan.segments[s];
        if segment.class == Class::Training as usize {
            continue;
        }
        let used = &world.models.uses[Models::place(nation, segment.sensitivity)];
        let need = world.market.demand[s];
        sums.need += need;
        sums.unserved += need * (1.0 - used.able);
        sums.useful += need * used.able * used.useful;
        for (share, model) in used.shares.iter().zip(&plan.models.list) {
            sums.by_kind[model.parameters.kind as usize] += need * used.able * share;
        }
    }
    let day = (world.observers.solves as f64 - 1.0) * plan.timing.tick_days;
    let mut best: Option<f64> = None;
    for (m, model) in plan.models.list.iter().enumerate() {
        if model.parameters.kind != ModelKind::National || model.home != Some(nation) {
            continue;
        }
        sums.training += world.models.work[m];
        let quality = world.models.quality[m];
        if quality.is_finite() && best.is_none_or(|best| quality > best) {
            best = Some(quality);
        }
    }
    if let Some(quality) = best {
        (sums.behind, sums.with_model) = (day / 365.25 - quality, 1.0);
    }
    sums
}
