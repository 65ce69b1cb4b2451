//! Incidents begin, are found, and end; controls are paid; rates follow what there is to attack.

use autarky_engine::calendar::Phase;
use autarky_engine::math;
use autarky_engine::rng::{KeyedDraws, child_key, entity_key};

use super::settlement::MONTH;
use crate::blueprint::Blueprint;
use crate::blueprint::security::{Place, Source};
use crate::entity::security::{Group, VectorParameters};
use crate::event::{Event, phase};
use crate::id::{NationId, PoolId, SiteId};
use crate::mechanism::government::Lever;
use crate::mechanism::security::{Levels, instalment};
use crate::process::Process;
use crate::world::security::{Incident, Target};
use crate::world::{Ctx, ModelError, World, schedule_after};

/// Days between two looks at trust.
const LOOK: f64 = 7.0;

/// Spans of an incident, as indices of its draws; the later two are drawn anew in copies.
#[derive(Debug, Clone, Copy)]
enum Span {
    Dwell = 0,
    Downtime = 1,
    DwellLeft = 2,
    DowntimeLeft = 3,
}

fn vector<'a>(plan: &'a Blueprint, source: &Source) -> &'a VectorParameters {
    &plan.security.vectors[source.vector].parameters
}

impl World {
    /// Controls are set and paid for the first month, and clocks begin.
    pub(crate) fn begin_security(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        self.fund_security(plan)?;
        for (at, source) in plan.security.sources.iter().enumerate() {
            let stream = self.stream(Process::Incident, source.key);
            let clock = ctx.add_clock(stream, phase::NODES, Event::Incident(at as u32))?;
            self.security.clocks.push(clock);
        }
        self.set_incident_rates(plan, ctx)
    }

    /// Rates of the month to come, with the updates that nodes lack in the middle of it.
    pub(super) fn set_incident_rates(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        if plan.security.sources.is_empty() {
            return Ok(());
        }
        // The parts that incidents under way hit follow the fleet month by month too.
        self.security.changed |= self.security.active > 0;
        let middle = ctx.now().as_days() + 0.5 * MONTH;
        let pools = (0..plan.pools.len()).map(PoolId::new);
        let surfaces: Vec<_> = pools.map(|p| self.surface_of(plan, p, middle)).collect();
        for (at, source) in plan.security.sources.iter().enumerate() {
            let response = &plan.security.vectors[source.vector].response;
            let rate = match source.place {
                Place::Pool(pool) => response.rate(&surfaces[pool.at()]),
                Place::Vendor(_) => response.rate,
            };
            if rate.to_bits() != self.security.rates[at].to_bits() {
                self.security.rates[at] = rate;
                ctx.set_clock_rate(self.security.clocks[at], rate / 365.25)?;
            }
        }
        Ok(())
    }

    /// An incident begins, at every pool that it reaches.
    pub(super) fn incident(
        &mut self,
        plan: &Blueprint,
        at: u32,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let at = at as usize;
        let source = plan.security.sources[at];
        let number = self.security.counts[at];
        self.security.counts[at] += 1;
        for pool in self.pools_of_source(plan, &source) {
            let Some(target) = self.target(plan, &source, (pool, number)) else { continue };
            let incident = Incident { source: at, number, pool, target, found: false };
            self.observers.struck(plan, pool);
            self.security.active += 1;
            self.security.changed = true;
            let slot = self.security.incidents.insert(incident);
            if vector(plan, &source).dwell > 0.0 {
                self.end_span(plan, (slot, incident), Span::Dwell, ctx)?;
            } else {
                self.incident_found(plan, slot, ctx)?;
            }
        }
        Ok(())
    }

    /// What an incident hits in a pool; nothing where controls hold it off or nobody has nodes.
    fn target(
        &self,
        plan: &Blueprint,
        source: &Source,
        (pool, number): (PoolId, u64),
    ) -> Option<Target> {
        let draw = |process, key| KeyedDraws::new(self.stream_key(process, key)).uniform(number);
        match (source.place, vector(plan, source).group) {
            (Place::Vendor(vendor), _) => {
                let of_vector = entity_key(&plan.security.vectors[source.vector].id);
                let key = child_key(plan.pools[pool.at()].key, of_vector);
                // Vendors have clocks of their own: their incidents are held off one by one.
                let key = child_key(key, plan.vendors[vendor.at()].key);
                let response = &plan.security.vectors[source.vector].response;
                let through = response.let_through(&self.security.levels[pool.at()]);
                let reached = draw(Process::IncidentReach, key) < through;
                reached.then_some(Target::Vendor(vendor))
            }
            (Place::Pool(_), Group::Operator) => {
                let u = draw(Process::IncidentTarget, source.key);
                let operators: Vec<_> = self.exposed_operators(plan, pool).collect();
                pick(&operators, u).map(Target::Operator)
            }
            (Place::Pool(_), Group::Site) => {
                let u = draw(Process::IncidentTarget, source.key);
                let mut sites = Vec::new();
                for (id, factor) in self.exposed_operators(plan, pool) {
                    let own = self.operators[id.at()].sites.clone();
                    let used = own.filter(|&s| !self.at_site[s].is_empty());
                    sites.extend(used.map(|s| (SiteId::new(s), factor)));
                }
                pick(&sites, u).map(Target::Site)
            }
            (Place::Pool(_), Group::Pool | Group::Vendor) => {
                (self.pools[pool.at()].nodes > 0).then_some(Target::Pool)
            }
        }
    }

    /// Schedules the end of a span of an incident. All pools that one incident reaches share its spans.
    fn end_span(
        &self,
        plan: &Blueprint,
        (slot, incident): (u32, Incident),
        span: Span,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let source = &plan.security.sources[incident.source];
        let (mean, event): (f64, (Phase, Event)) = match span {
            Span::Dwell | Span::DwellLeft => {
                (vector(plan, source).dwell, (phase::NODES, Event::IncidentFound(slot)))
            }
            Span::Downtime | Span::DowntimeLeft => {
                (vector(plan, source).downtime, (phase::NODES, Event::Recovery(slot)))
            }
        };
        let draws = KeyedDraws::new(self.stream_key(Process::IncidentSpan, source.key));
        let u = draws.uniform_open(4 * incident.number + span as u64);
        schedule_after(ctx, -mean * math::ln(u), event)
    }

    /// An incident is found: nodes go down to be cleaned, and trust falls.
    pub(super) fn incident_found(
        &mut self,
        plan: &Blueprint,
        slot: u32,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let Some(incident) = self.security.incidents.get_mut(slot) else { return Ok(()) };
        incident.found = true;
        let incident = *incident;
        self.security.holding += 1;
        self.security.changed = true;
        let terms = vector(plan, &plan.security.sources[incident.source]);
        let loss = terms.trust * self.part_hit(plan, &incident);
        self.lose_trust(plan, self.pool_hit(&incident), loss, ctx.now().as_days());
        if terms.downtime > 0.0 {
            self.end_span(plan, (slot, incident), Span::Downtime, ctx)
        } else {
            self.recovery(slot);
            Ok(())
        }
    }

    /// Nodes work again.
    pub(super) fn recovery(&mut self, slot: u32) {
        if self.security.incidents.take(slot).is_some() {
            self.security.active -= 1;
            self.security.holding -= 1;
            self.security.changed = true;
        }
    }

    /// What is left of incidents under way is drawn anew: spans are exponential, and so is what is left of them.
    pub(super) fn redraw_incidents(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for slot in 0..self.security.incidents.slots() {
            let Some(incident) = self.security.incidents.get(slot).copied() else { continue };
            let span = if incident.found { Span::DowntimeLeft } else { Span::DwellLeft };
            self.end_span(plan, (slot, incident), span, ctx)?;
        }
        Ok(())
    }

    /// Tastes follow trust, week by week and at once when a pool has lost some.
    pub(super) fn step_trust(&mut self, plan: &Blueprint, day: f64) {
        let due = day >= self.security.taken_on + LOOK
            && self.security.trust.iter().any(|trust| trust.log < 0.0);
        if self.security.lost || due {
            self.market.tastes_changed |= self.take_on_trust(plan, day);
        }
    }

    /// Sets the controls of the month to come and pays for them: the state its share as far as its appropriation goes, providers the rest.
    pub(super) fn fund_security(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        if !plan.security.controlled {
            return Ok(());
        }
        let months = 12 - self.security.months % 12;
        self.security.months += 1;
        let mut met = Vec::with_capacity(plan.nations.len());
        for nation in (0..plan.nations.len()).map(NationId::new) {
            met.push(self.state_pays(plan, nation, months)?);
        }
        for (p, terms) in plan.pools.iter().enumerate() {
            let (pool, controls) = (PoolId::new(p), &plan.security.controls[p]);
            let met = met[terms.zone.at()];
            let levels = Levels::in_force(controls.own, controls.wanted, controls.paid, met);
            let whole = levels.cost(&controls.prices);
            let given = controls.paid * met * controls.wanted.cost(&controls.prices);
            // What the state gives is part of what is done with it; rounding apart nothing is left over.
            let own = if whole > given { whole - given } else { 0.0 };
            self.remote.partial |= levels.enclave > 0.0 || self.security.levels[p].enclave > 0.0;
            self.security.levels[p] = levels;
            self.security.costs[p] = (own, own + given);
            let usd = own * self.installed_compute(plan, pool) / 12.0;
            let provider = self.accounts.providers[terms.provider.at()];
            self.ledger.pay(provider, self.accounts.services[terms.zone.at()], usd)?;
            self.pools[p].security_paid += usd;
            self.note_charge(plan, pool, usd);
            self.observers.secured(plan, pool, usd);
        }
        Ok(())
    }

    /// A state pays its share of the controls of providers at home; returns the part of it that it could pay.
    fn state_pays(
        &mut self,
        plan: &Blueprint,
        nation: NationId,
        months: u32,
    ) -> Result<f64, ModelError> {
        let mut asked = 0.0;
        for (p, controls) in plan.security.controls.iter().enumerate() {
            if plan.pools[p].zone == nation {
                let size = self.installed_compute(plan, PoolId::new(p));
                asked += controls.paid * controls.wanted.cost(&controls.prices) * size / 12.0;
            }
        }
        if asked <= 0.0 {
            return Ok(1.0);
        }
        let funds = self.funds(nation, Lever::Security);
        let part = if funds.is_finite() { instalment(asked, funds, months) } else { asked };
        let to = self.accounts.services[nation.at()];
        let paid = self.spend(plan, (nation, Lever::Security), to, part)?;
        self.observers.state_secured(nation, paid);
        Ok(paid / asked)
    }
}

/// One of several by weight.
fn pick<T: Copy>(weights: &[(T, f64)], u: f64) -> Option<T> {
    let total: f64 = weights.iter().map(|(_, w)| w).sum();
    let mut left = u * total;
    let hit = weights.iter().find(|(_, weight)| {
        left -= weight;
        left < 0.0
    });
    hit.map(|(one, _)| *one)
}
