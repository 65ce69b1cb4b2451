//! AI models: releases of open weights, interfaces that close and open, licence fees, training of national models.

use autarky_engine::math::ln;
use autarky_engine::rng::{child_key, one_shot};

use crate::blueprint::Blueprint;
use crate::blueprint::models::Models;
use crate::entity::demand::Class;
use crate::entity::model::ModelKind;
use crate::event::{Event, phase};
use crate::handler::MONTH;
use crate::id::NationId;
use crate::mechanism::government::Lever;
use crate::process::Process;
use crate::world::{Ctx, ModelError, World, schedule_after};

impl World {
    /// Schedules the next release of every model with open weights and the next change of every interface's access. Draws are addressed by the
    /// number of the change, so that a copy under another label draws its own.
    pub(crate) fn schedule_models(
        &self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for m in 0..plan.models.list.len() {
            self.schedule_release(plan, m, ctx)?;
            for n in 0..plan.nations.len() {
                self.schedule_access(plan, (m, NationId::new(n)), ctx)?;
            }
        }
        Ok(())
    }

    fn schedule_release(
        &self,
        plan: &Blueprint,
        m: usize,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let model = &plan.models.list[m];
        let rate = model.parameters.release_rate;
        if model.parameters.kind != ModelKind::OpenWeights || rate <= 0.0 {
            return Ok(());
        }
        let key = self.stream_key(Process::ModelRelease, model.key);
        let unit = -ln(1.0 - one_shot(key, self.models.releases[m]));
        let release = (phase::RULES, Event::ModelReleased(m as u32));
        schedule_after(ctx, unit / rate * 365.25, release)
    }

    fn schedule_access(
        &self,
        plan: &Blueprint,
        (m, n): (usize, NationId),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let model = &plan.models.list[m];
        let terms = &model.parameters;
        let foreign = terms.kind == ModelKind::ForeignApi && model.home != Some(n);
        if !foreign || terms.cut_rate <= 0.0 {
            return Ok(());
        }
        let at = m * plan.nations.len() + n.at();
        let key = child_key(model.key, plan.nations[n.at()].key);
        let draw = one_shot(self.stream_key(Process::ModelCut, key), self.models.changes[at]);
        let mean = if self.models.cut[at] { terms.cut_length } else { 365.25 / terms.cut_rate };
        let change = (phase::RULES, Event::ModelAccess(n, m as u32));
        schedule_after(ctx, -ln(1.0 - draw) * mean, change)
    }

    /// An interface closes to a nation, or opens again.
    pub(super) fn model_access(
        &mut self,
        plan: &Blueprint,
        (n, m): (NationId, u32),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let at = m as usize * plan.nations.len() + n.at();
        self.models.cut[at] = !self.models.cut[at];
        self.models.changes[at] += 1;
        self.market.tastes_changed = true;
        self.schedule_access(plan, (m as usize, n), ctx)
    }

    /// Chance lets open weights out.
    pub(super) fn model_released(
        &mut self,
        plan: &Blueprint,
        m: u32,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let m = m as usize;
        self.models.releases[m] += 1;
        self.open_weights_come(plan, m, ctx.now().as_days());
        self.schedule_release(plan, m, ctx)
    }

    /// As good as the frontier was a lag ago, whoever let them out.
    pub(super) fn open_weights_come(&mut self, plan: &Blueprint, m: usize, day: f64) {
        let quality = day / 365.25 - plan.models.list[m].parameters.lag;
        if quality > self.models.quality[m] {
            self.models.quality[m] = quality;
        }
        self.market.tastes_changed = true;
    }

    /// Before the demand of a tick: models are chosen anew when something changed.
    pub(super) fn step_models(&mut self, plan: &Blueprint, day: f64) {
        if !plan.models.is_on() {
            return;
        }
        if !self.models.begun {
            self.fund_training(plan);
        }
        if self.market.tastes_changed || self.models.next <= day || !self.models.begun {
            self.refresh_models(plan, day);
        }
        self.models.begun = true;
    }

    /// Adds what the training of national models asks for to the demand of its segment.
    pub(super) fn add_training(&mut self, plan: &Blueprint) {
        for (m, model) in plan.models.list.iter().enumerate() {
            if let Some(segment) = model.training {
                let wanted = model.parameters.training * self.models.funded[m];
                self.market.demand[segment.at()] += wanted;
            }
        }
    }

    /// Share of a segment's demand that is its buyers' own, and not what the state orders for its model.
    pub(crate) fn buyers_part(&self, plan: &Blueprint, s: usize) -> f64 {
        let demand = self.market.demand[s];
        if !plan.models.is_on() || demand <= 0.0 {
            return 1.0;
        }
        let trained = |m: usize| plan.models.list[m].training.is_some_and(|t| t.at() == s);
        let ordered: f64 = (0..plan.models.list.len())
            .filter(|&m| trained(m))
            .map(|m| plan.models.list[m].parameters.training * self.models.funded[m])
            .sum();
        if ordered < demand { 1.0 - ordered / demand } else { 0.0 }
    }

    /// After a tick: work that ran on models, for which fees are owed, and training done.
    pub(super) fn meter_models(&mut self, plan: &Blueprint) {
        if !plan.models.is_on() {
            return;
        }
        let worth = plan.timing.tick_days * 24.0 * self.market.reference_price;
        for (s, segment) in plan.segments.iter().enumerate() {
            if segment.class == Class::Training as usize || self.models.fees[s] <= 0.0 {
                continue;
            }
            let done = self.served_in(s) * worth;
            self.models.uses[Models::place(segment.nation, segment.sensitivity)].done += done;
        }
        for m in 0..plan.models.list.len() {
            self.meter_training(plan, m);
        }
    }

    /// Served of a segment in the tick, under contracts and without, H100e.
    fn served_in(&self, s: usize) -> f64 {
        let market = &self.market;
        let pairs = market.pairs_of(s);
        let spot: f64 = pairs.map(|pair| market.outcome.served(&market.structure, pair)).sum();
        let contracts = &self.contracts;
        let borrowed = self.alliances.borrowed(s).map_or(0.0, |borrowed| borrowed.served);
        spot + borrowed + if contracts.running { contracts.segments[s].served } else { 0.0 }
    }

    fn meter_training(&mut self, plan: &Blueprint, m: usize) {
        let model = &plan.models.list[m];
        let Some(segment) = model.training else { return };
        let s = segment.at();
        let (wanted, demand) =
            (model.parameters.training * self.models.funded[m], self.market.demand[s]);
        if wanted <= 0.0 || demand <= 0.0 {
            return;
        }
        let market = &self.market;
        let hours = plan.timing.tick_days * 24.0;
        let mut paid = 0.0;
        for pair in market.pairs_of(s) {
            // What was billed, in dollars: tariffs come back to the treasury, and what the state rebates is not paid twice.
            let terms = &market.pairs[pair];
            let price = self.pools[terms.pool.at()].price * self.cloud_factor(terms.provider);
            let rebate = self.rebate(plan, terms.provider, terms.buyer.at());
            paid += market.outcome.served(&market.structure, pair) * price * (1.0 - rebate) * hours;
        }
        if self.contracts.running {
            paid += self.contracts.segments[s].billed * hours;
        }
        let share = wanted / demand;
        let (work, usd) = (self.served_in(s) * hours * share, paid * share);
        let done = &mut self.models.trained[m];
        *done = (done.0 + work, done.1 + usd);
    }

    /// The end of a month: fees go to the homes of models, the state pays the training of its own, and all work chooses anew.
    pub(super) fn settle_models(&mut self, plan: &Blueprint, day: f64) -> Result<(), ModelError> {
        if !plan.models.is_on() {
            return Ok(());
        }
        self.divide_fees(plan);
        self.pay_fees(plan)?;
        for m in 0..plan.models.list.len() {
            self.pay_model_training(plan, m, day)?;
        }
        self.fund_training(plan);
        self.refresh_models(plan, day);
        Ok(())
    }

    fn pay_fees(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        let models = plan.models.list.len();
        for at in 0..self.models.owed.len() {
            let usd = std::mem::take(&mut self.models.owed[at]);
            let (n, model) = (at / models, &plan.models.list[at % models]);
            let home = model.home.map_or(n, NationId::at);
            if usd <= 0.0 {
                continue;
            }
            let to = match model.provider {
                Some(provider) => self.accounts.providers[provider.at()],
                None => self.accounts.services[home],
            };
            self.ledger.pay(self.accounts.buyers[n], to, usd)?;
            if home != n {
                self.hard_currency.owed[n] += usd * self.hard_currency.premiums[n];
                self.observers.paid_fees(NationId::new(n), usd);
            }
        }
        Ok(())
    }

    /// The state pays buyers back what its training cost; what it does not pay does not count.
    fn pay_model_training(
        &mut self,
        plan: &Blueprint,
        m: usize,
        day: f64,
    ) -> Result<(), ModelError> {
        let (work, usd) = std::mem::take(&mut self.models.trained[m]);
        let Some(home) = plan.models.list[m].home.filter(|_| work > 0.0) else { return Ok(()) };
        let to = self.accounts.buyers[home.at()];
        let paid = self.spend(plan, (home, Lever::Models), to, usd)?;
        let work = if usd > 0.0 { work * paid / usd } else { work };
        let pace = plan.models.pace();
        self.models.work[m] += work;
        self.models.effective[m] += pace.effective(work, day / 365.25);
        self.models.quality[m] = pace.quality(self.models.effective[m]);
        Ok(())
    }

    /// What part of a month of training, at the reference price, the appropriation can pay.
    fn fund_training(&mut self, plan: &Blueprint) {
        for (m, model) in plan.models.list.iter().enumerate() {
            let (Some(home), true) = (model.home, model.training.is_some()) else { continue };
            let month = model.parameters.training * MONTH * 24.0 * self.market.reference_price;
            let part = self.funds(home, Lever::Models) / month;
            self.models.funded[m] = if part < 1.0 { part } else { 1.0 };
        }
    }
}
