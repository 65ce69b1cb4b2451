//! State of AI models: their quality, who is cut off, and what each nation's work runs on.

use super::World;
use super::licence::Party;
use crate::blueprint::models::Models;
use crate::blueprint::{Blueprint, Effect, Reach, ResolvedActor};
use crate::entity::demand::{Class, Sensitivity};
use crate::entity::model::ModelKind;
use crate::id::NationId;
use crate::mechanism::model_layer::{Offer, spread, usefulness};

/// Sensitivities.
const S: usize = Sensitivity::ALL.len();

/// Work that lost its model and has not moved yet.
#[derive(Debug, Clone, Copy)]
pub struct Stranded {
    /// The model it lost.
    pub model: usize,
    /// Share of the work.
    pub share: f64,
    /// Day on which it has moved.
    pub until: f64,
}

/// What work of one nation and sensitivity runs on.
#[derive(Debug, Clone, Default)]
pub struct Use {
    /// Shares of the work that has a model, by model; all zero where there is none.
    pub shares: Vec<f64>,
    /// Work without a model for the time being.
    pub stranded: Vec<Stranded>,
    /// Share of the work that has a model, A.
    pub able: f64,
    /// Mean usefulness Ψ.
    pub useful: f64,
    /// Mean fee over the reference price.
    pub fee: f64,
    /// Worth of the work done at the reference price since fees were last divided over models, USD.
    pub done: f64,
}

/// AI models.
#[derive(Debug, Clone, Default)]
pub struct ModelState {
    /// Quality by model, years; of an interface it follows from the lag.
    pub quality: Vec<f64>,
    /// Training work by model, H100e-hours.
    pub work: Vec<f64>,
    /// The same in H100e-hours of the start.
    pub effective: Vec<f64>,
    /// Releases by model.
    pub releases: Vec<u64>,
    /// Whether chance keeps a nation from a model, `[model × nation]`.
    pub cut: Vec<bool>,
    /// How often that changed.
    pub changes: Vec<u64>,
    /// What work runs on, `[nation × sensitivity]`.
    pub uses: Vec<Use>,
    /// What demand is multiplied by, by segment; empty without models.
    pub factors: Vec<f64>,
    /// Fee over the reference price, by segment; empty without models.
    pub fees: Vec<f64>,
    /// Day on which stranded work next moves.
    pub next: f64,
    /// Fees owed, `[nation × model]`, USD.
    pub owed: Vec<f64>,
    /// Part of its training that the state can pay this month, by model.
    pub funded: Vec<f64>,
    /// Training work of the month by model, H100e-hours and USD.
    pub trained: Vec<(f64, f64)>,
    /// Whether the first tick has passed.
    pub begun: bool,
}

impl ModelState {
    /// Before the first event.
    #[must_use]
    pub fn new(plan: &Blueprint) -> Self {
        let (models, nations) = (plan.models.list.len(), plan.nations.len());
        if models == 0 {
            return Self::default();
        }
        let pace = plan.models.pace();
        let work: Vec<f64> = plan.models.list.iter().map(|m| m.parameters.trained).collect();
        let quality = |(model, &work): (&crate::blueprint::models::Model, &f64)| match model
            .parameters
            .kind
        {
            ModelKind::National => pace.quality(work),
            ModelKind::ForeignApi | ModelKind::OpenWeights => -model.parameters.lag,
        };
        let used = Use { shares: vec![0.0; models], able: 1.0, ..Use::default() };
        Self {
            quality: plan.models.list.iter().zip(&work).map(quality).collect(),
            effective: work.clone(),
            work,
            releases: vec![0; models],
            cut: vec![false; models * nations],
            changes: vec![0; models * nations],
            uses: vec![used; nations * S],
            factors: vec![1.0; plan.segments.len()],
            fees: vec![0.0; plan.segments.len()],
            next: f64::INFINITY,
            owed: vec![0.0; nations * models],
            funded: vec![0.0; models],
            trained: vec![(0.0, 0.0); models],
            begun: false,
        }
    }

    /// What of the demand of a segment has a model, as useful as that is, H100e.
    #[must_use]
    pub fn usable(&self, segment: usize, demand: f64) -> f64 {
        if self.factors.is_empty() { demand } else { demand * self.factors[segment] }
    }

    /// Fee that a segment pays over the reference price.
    #[must_use]
    pub fn fee(&self, segment: usize) -> f64 {
        if self.fees.is_empty() { 0.0 } else { self.fees[segment] }
    }
}

/// Whether an actor that withdraws takes a model from a nation.
#[must_use]
pub fn takes(plan: &Blueprint, actor: &ResolvedActor, (model, nation): (usize, NationId)) -> bool {
    let terms = &plan.models.list[model];
    let interface = terms.parameters.kind == ModelKind::ForeignApi;
    let abroad = actor.reach == Reach::Abroad && terms.home != Some(nation);
    actor.models[model] || (interface && abroad)
}

impl World {
    /// Whether a nation can reach a model that it may use, which exists.
    #[must_use]
    pub fn reaches_model(&self, plan: &Blueprint, model: usize, nation: NationId) -> bool {
        let terms = &plan.models.list[model];
        match terms.parameters.kind {
            ModelKind::OpenWeights => return true,
            ModelKind::National => return self.models.effective[model] > 0.0,
            ModelKind::ForeignApi => {}
        }
        if terms.home == Some(nation) {
            return true;
        }
        let links = &self.connectivity;
        let connected =
            links.is_connected(nation) && terms.home.is_none_or(|home| links.is_connected(home));
        let cloud = terms.provider.is_none_or(|provider| {
            !self.is_suspended(plan, provider, nation)
                && self.passes(plan, Party::Cloud(provider), nation)
        });
        let paid = plan.nations[nation.at()].parameters.currency_clouds
            || !self.hard_currency.waits(plan, nation);
        let cut = self.models.cut[model * plan.nations.len() + nation.at()];
        let withdrawn =
            self.withdrawn_from(plan, nation).is_some_and(|a| takes(plan, a, (model, nation)));
        connected && cloud && paid && !cut && !withdrawn && !self.is_model_cut(plan, model, nation)
    }

    /// Whether an event in force keeps a nation from a model.
    fn is_model_cut(&self, plan: &Blueprint, model: usize, nation: NationId) -> bool {
        plan.events.iter().zip(&self.politics.active).any(|(event, &active)| {
            let cuts = matches!(&event.effect, Effect::ModelCut { models } if models[model]);
            active && cuts && event.destinations.contains(&nation)
        })
    }

    /// Quality of a model on a day, years.
    #[must_use]
    pub fn model_quality(&self, plan: &Blueprint, model: usize, day: f64) -> f64 {
        let terms = &plan.models.list[model].parameters;
        match terms.kind {
            ModelKind::ForeignApi => day / 365.25 - terms.lag,
            ModelKind::OpenWeights | ModelKind::National => self.models.quality[model],
        }
    }

    /// Chooses models anew for all work: whatever lost its model since is stranded for the time of switching.
    pub(crate) fn refresh_models(&mut self, plan: &Blueprint, day: f64) {
        if !plan.models.is_on() {
            return;
        }
        self.divide_fees(plan);
        self.models.next = f64::INFINITY;
        let mut offers = vec![None; plan.models.list.len()];
        for n in (0..plan.nations.len()).map(NationId::new) {
            for s in 0..S {
                for (m, offer) in offers.iter_mut().enumerate() {
                    *offer = self.offer(plan, (n, s, m), day);
                }
                self.choose_models(plan, Models::place(n, s), &offers, day);
            }
        }
        for (s, segment) in plan.segments.iter().enumerate() {
            if segment.class != Class::Training as usize {
                let used = &self.models.uses[Models::place(segment.nation, segment.sensitivity)];
                self.models.factors[s] = used.able * used.useful;
                self.models.fees[s] = used.fee;
            }
        }
    }

    fn offer(
        &self,
        plan: &Blueprint,
        (n, s, m): (NationId, usize, usize),
        day: f64,
    ) -> Option<Offer> {
        let allowed = plan.models.permitted[Models::place(n, s) * plan.models.list.len() + m];
        if !allowed || !self.reaches_model(plan, m, n) {
            return None;
        }
        let quality = self.model_quality(plan, m, day);
        let useful = usefulness(quality, day / 365.25, plan.models.frontier.obsolescence);
        let fee = plan.models.list[m].parameters.fee;
        (useful > 0.0).then_some(Offer { usefulness: useful, fee })
    }

    fn choose_models(&mut self, plan: &Blueprint, at: usize, offers: &[Option<Offer>], day: f64) {
        let frontier = &plan.models.frontier;
        let used = &mut self.models.uses[at];
        // Work returns at once to a model that it can reach again.
        used.stranded.retain(|lost| lost.until > day && offers[lost.model].is_none());
        let able = 1.0 - used.stranded.iter().map(|lost| lost.share).sum::<f64>();
        for (model, share) in used.shares.iter().enumerate() {
            if able > 0.0 && *share > 0.0 && offers[model].is_none() && frontier.switching > 0.0 {
                let share = share * able;
                used.stranded.push(Stranded { model, share, until: day + frontier.switching });
            }
        }
        spread(offers, frontier.substitution, &mut used.shares);
        let waits: f64 = used.stranded.iter().map(|lost| lost.share).sum();
        let none = used.shares.iter().all(|&share| share <= 0.0);
        used.able = if none || waits >= 1.0 { 0.0 } else { 1.0 - waits };
        (used.useful, used.fee) = (0.0, 0.0);
        for (share, offer) in used.shares.iter().zip(offers) {
            let Some(offer) = offer else { continue };
            used.useful += share * offer.usefulness;
            used.fee += share * offer.fee;
        }
        for lost in &used.stranded {
            if lost.until < self.models.next {
                self.models.next = lost.until;
            }
        }
    }

    /// Divides what work did since the last choice over the models that it used, as fees owed.
    pub(crate) fn divide_fees(&mut self, plan: &Blueprint) {
        let models = plan.models.list.len();
        for (at, used) in self.models.uses.iter_mut().enumerate() {
            let done = std::mem::take(&mut used.done);
            if done <= 0.0 {
                continue;
            }
            let owed = &mut self.models.owed[at / S * models..(at / S + 1) * models];
            for ((owed, share), model) in owed.iter_mut().zip(&used.shares).zip(&plan.models.list) {
                *owed += done * share * model.parameters.fee;
            }
        }
    }

    /// Share of a nation's critical work that has a model `days` after `day`, without what an actor takes; one without models.
    #[must_use]
    pub fn critical_models(
        &self,
        plan: &Blueprint,
        (nation, actor): (NationId, Option<&ResolvedActor>),
        (day, days): (f64, f64),
    ) -> f64 {
        if !plan.models.is_on() {
            return 1.0;
        }
        let used = &self.models.uses[Models::place(nation, Sensitivity::Critical as usize)];
        let taken = |m: usize| actor.is_some_and(|a| takes(plan, a, (m, nation)));
        let left = used.shares.iter().enumerate().any(|(m, &share)| share > 0.0 && !taken(m));
        if !left {
            return 0.0;
        }
        let still = |lost: &&Stranded| lost.until > day + days;
        let waits: f64 = used.stranded.iter().filter(still).map(|lost| lost.share).sum();
        let lost = used.shares.iter().enumerate().filter(|(m, _)| taken(*m));
        let lost: f64 = lost.map(|(_, share)| share * used.able).sum();
        let moves = if days < plan.models.frontier.switching { lost } else { 0.0 };
        let able = 1.0 - waits - moves;
        if able > 0.0 { able } else { 0.0 }
    }
}
