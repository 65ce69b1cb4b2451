//! From a resolved scenario to a blueprint. References and shares were checked by `validation`; what still fails is an error value.

use autarky_engine::rng::{child_key, entity_key};
use autarky_engine::time::{SimDuration, SimTime};

use super::{
    Blueprint, CLASSES, ClassTerms, Controller, DatedRegime, DemandPath, Hardware, LEVELS, Nation,
    Operator, Pool, Provider, ResolvedActor, Segment, Site, SupplyOption, Timing, Vendor,
};
use crate::entity::demand::{Class, Sensitivity};
use crate::entity::nation::{IncomeGroup, NationParameters, Residency};
use crate::entity::provider::{CapacityTarget, PriceRule, ProviderParameters};
use crate::id::{
    ControllerId, GroupId, HardwareId, NationId, OperatorId, PoolId, ProviderId, VendorId,
};
use crate::mechanism::export_control::Terms;
use crate::mechanism::price::UtilisationController;
use crate::process::mean_reverting::MeanReverting;
use crate::record::{Actor, ActorKind};
use crate::scenario::{Entries, Scenario};

/// A scenario that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// Path of the parameter.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for BuildError {}

fn error(path: impl Into<String>, message: impl Into<String>) -> BuildError {
    BuildError { path: path.into(), message: message.into() }
}

fn position<T>(
    entries: &Entries<T>,
    root: &str,
    path: &str,
    id: &str,
) -> Result<usize, BuildError> {
    entries.position(id).ok_or_else(|| error(path, format!("there is no {root} `{id}`")))
}

/// Shares by identifier as a vector over the entries, normalised; `None` when empty.
fn shares<T>(
    entries: &Entries<T>,
    root: &str,
    path: &str,
    given: &[(String, f64)],
) -> Result<Option<Vec<f64>>, BuildError> {
    if given.is_empty() {
        return Ok(None);
    }
    let mut out = vec![0.0; entries.len()];
    for (id, share) in given {
        out[position(entries, root, path, id)?] += share;
    }
    let total: f64 = out.iter().sum();
    if total <= 0.0 {
        return Err(error(path, "the shares are all zero"));
    }
    for share in &mut out {
        *share /= total;
    }
    Ok(Some(out))
}

impl Blueprint {
    /// Compiles a scenario.
    ///
    /// # Errors
    /// [`BuildError`] for the first reference or quantity that does not fit; a validated scenario has none.
    pub fn new(scenario: &Scenario) -> Result<Self, BuildError> {
        let timing = timing(scenario)?;
        let nations = nations(scenario, &timing);
        let controllers = controllers(scenario)?;
        let vendors = vendors(scenario, &controllers)?;
        let classes = classes(scenario)?;
        let hardware = hardware(scenario, &timing)?;
        let focus = (0..nations.len()).filter(|&n| nations[n].focus).map(NationId::new).collect();
        let mut plan = Self {
            timing,
            nations,
            vendors,
            hardware,
            controllers,
            dated: Vec::new(),
            providers: Vec::new(),
            pools: Vec::new(),
            operators: Vec::new(),
            sites: Vec::new(),
            initial: Vec::new(),
            segments: Vec::new(),
            classes,
            demand: demand_path(scenario, &timing),
            actors: Vec::new(),
            focus,
        };
        plan.dated = dated(scenario, &plan)?;
        plan.add_providers(scenario)?;
        plan.share_portfolios();
        plan.initial = plan.initial_fleet();
        plan.segments = plan.segments(scenario)?;
        plan.actors = plan.resolve_actors();
        Ok(plan)
    }

    fn add_providers(&mut self, scenario: &Scenario) -> Result<(), BuildError> {
        let world: f64 = self.nations.iter().map(|n| n.demand).sum();
        for (id, parameters) in scenario.providers.iter() {
            let path = format!("provider.{id}");
            let home = NationId::new(position(
                &scenario.nations,
                "nation",
                &format!("{path}.home"),
                &parameters.home,
            )?);
            let mut zones = Vec::new();
            for zone in &parameters.zones {
                zones.push(NationId::new(position(
                    &scenario.nations,
                    "nation",
                    &format!("{path}.zones"),
                    zone,
                )?));
            }
            let mix = shares(
                &scenario.nations,
                "nation",
                &format!("{path}.zone_mix"),
                &parameters.zone_mix,
            )?;
            let spread = self.zone_spread(&zones, mix.as_deref());
            let controller = controller_of(&self.controllers, home);
            let first = self.pools.len();
            for (at, &zone) in zones.iter().enumerate() {
                let base = match parameters.capacity_target {
                    CapacityTarget::Portfolio => self.nations[zone.at()].demand,
                    CapacityTarget::OfferedLoad => world * spread[at],
                };
                let capacity = parameters.initial_coverage * base / parameters.target_utilisation;
                let name = if zones.len() == 1 {
                    id.to_owned()
                } else {
                    format!("{id}@{}", self.nations[zone.at()].id)
                };
                self.add_pool(scenario, parameters, NewPool { name, zone, capacity })?;
            }
            self.providers.push(Provider {
                id: id.to_owned(),
                parameters: parameters.clone(),
                home,
                controller,
                pools: first..self.pools.len(),
            });
        }
        Ok(())
    }

    fn share_portfolios(&mut self) {
        let kind = |pool: &Pool| (pool.zone, self.providers[pool.provider.at()].parameters.kind);
        let kinds: Vec<_> = self.pools.iter().map(kind).collect();
        for (pool, own) in self.pools.iter_mut().zip(&kinds) {
            pool.portfolio_part = 1.0 / kinds.iter().filter(|other| *other == own).count() as f64;
        }
    }

    fn zone_spread(&self, zones: &[NationId], mix: Option<&[f64]>) -> Vec<f64> {
        let weight =
            |zone: &NationId| mix.map_or(self.nations[zone.at()].demand, |mix| mix[zone.at()]);
        let total: f64 = zones.iter().map(weight).sum();
        zones.iter().map(|zone| if total > 0.0 { weight(zone) / total } else { 0.0 }).collect()
    }

    fn add_pool(
        &mut self,
        scenario: &Scenario,
        parameters: &ProviderParameters,
        new: NewPool,
    ) -> Result<(), BuildError> {
        let path = format!("provider.{}", new.name);
        let zone = &self.nations[new.zone.at()].parameters;
        let vendor_mix = match shares(&scenario.vendors, "vendor", &path, &parameters.vendor_mix)? {
            Some(mix) => mix,
            None => shares(&scenario.vendors, "vendor", &path, &zone.vendor_mix)?
                .unwrap_or_else(|| self.market_shares()),
        };
        let hardware = self.eligible_hardware(scenario, parameters, &path)?;
        let crews_per_node = zone.crews / 1000.0 * parameters.crew_factor;
        let pool = PoolId::new(self.pools.len());
        let key = entity_key(&new.name);
        let controller = (parameters.price_rule == PriceRule::UtilisationController).then(|| {
            let response =
                self.classes.iter().map(|c| c.substitution.max(c.elasticity)).fold(0.0, f64::max);
            UtilisationController::new(
                parameters.controller_speed,
                response.max(0.1),
                parameters.target_utilisation,
                self.timing.tick_days,
            )
        });
        let first_operator = self.operators.len();
        self.pools.push(Pool {
            id: new.name,
            key,
            provider: ProviderId::new(self.providers.len()),
            zone: new.zone,
            operators: first_operator..first_operator + parameters.operators as usize,
            first_group: GroupId::new(pool.at() * LEVELS),
            aggregate_nodes: parameters.aggregate_nodes.map(|n| n as f64),
            portfolio_part: 1.0,
            vendor_mix,
            hardware,
            crews_per_node,
            controller,
            initial_capacity: new.capacity,
        });
        self.add_operators(pool, parameters);
        Ok(())
    }

    /// Operators with lognormal sizes at equally spaced quantiles, so that the distribution has no sampling error.
    fn add_operators(&mut self, pool: PoolId, parameters: &ProviderParameters) {
        let n = parameters.operators as usize;
        let sizes: Vec<f64> = (0..n)
            .map(|i| {
                let u = (i as f64 + 0.5) / n as f64;
                autarky_engine::math::exp(parameters.operator_dispersion * normal_quantile(u))
            })
            .collect();
        let total: f64 = sizes.iter().sum();
        for (i, size) in sizes.iter().enumerate() {
            let key = child_key(self.pools[pool.at()].key, i as u64);
            let operator = OperatorId::new(self.operators.len());
            let first = self.sites.len();
            for s in 0..parameters.sites_per_operator as usize {
                self.sites.push(Site { key: child_key(key, s as u64), operator, pool });
            }
            self.operators.push(Operator {
                key,
                pool,
                weight: size / total,
                sites: first..self.sites.len(),
            });
        }
    }

    fn market_shares(&self) -> Vec<f64> {
        let total: f64 = self.vendors.iter().map(|v| v.parameters.market_share).sum();
        self.vendors
            .iter()
            .map(|v| if total > 0.0 { v.parameters.market_share / total } else { 0.0 })
            .collect()
    }

    fn eligible_hardware(
        &self,
        scenario: &Scenario,
        parameters: &ProviderParameters,
        path: &str,
    ) -> Result<Vec<HardwareId>, BuildError> {
        let mut listed = Vec::new();
        for id in &parameters.hardware {
            listed.push(position(&scenario.hardware, "hardware", &format!("{path}.hardware"), id)?);
        }
        let fits = |h: &usize| {
            let model = &self.hardware[*h].parameters;
            (listed.is_empty() || listed.contains(h))
                && model.memory >= parameters.memory_min
                && model.interconnect >= parameters.interconnect_min
                && parameters.price_max.is_none_or(|most| model.price <= most)
        };
        let fitting: Vec<_> = (0..self.hardware.len()).filter(fits).map(HardwareId::new).collect();
        if fitting.is_empty() {
            return Err(error(
                format!("{path}.hardware"),
                "no hardware model fits memory_min, price_max and the list",
            ));
        }
        Ok(fitting)
    }

    fn segments(&self, scenario: &Scenario) -> Result<Vec<Segment>, BuildError> {
        let mut out = Vec::new();
        for (n, nation) in self.nations.iter().enumerate() {
            for (k, class) in Class::ALL.iter().enumerate() {
                for (s, sensitivity) in Sensitivity::ALL.iter().enumerate() {
                    let class_share =
                        lookup(&scenario.workloads, "workload", class.as_str())?.share;
                    let terms =
                        lookup(&scenario.sensitivities, "sensitivity", sensitivity.as_str())?;
                    out.push(Segment {
                        key: child_key(nation.key, (k * Sensitivity::ALL.len() + s) as u64),
                        nation: NationId::new(n),
                        class: k,
                        sensitivity: s,
                        priority: terms.priority as u8,
                        demand: nation.demand * class_share * terms.share,
                        options: self.options(NationId::new(n), k, *sensitivity),
                    });
                }
            }
        }
        Ok(out)
    }

    /// Groups that may serve a nation's work of a class and sensitivity: residency and eligibility. Sanctions change and are checked each tick.
    fn options(
        &self,
        buyer: NationId,
        class: usize,
        sensitivity: Sensitivity,
    ) -> Vec<SupplyOption> {
        let nation = &self.nations[buyer.at()].parameters;
        let residency = residency(nation, sensitivity);
        let mut out = Vec::new();
        for (p, pool) in self.pools.iter().enumerate() {
            let provider = &self.providers[pool.provider.at()];
            let abroad = pool.zone != buyer;
            let allowed = match residency {
                Residency::Any => true,
                Residency::Territory => !abroad,
                Residency::Domestic => !abroad && provider.home == buyer,
            };
            if !allowed || (abroad && !provider.parameters.exports) {
                continue;
            }
            let foreign = abroad || provider.home != buyer;
            let home_taste = if foreign { 1.0 } else { nation.home_taste };
            let compliance =
                if foreign && sensitivity != Sensitivity::Open { nation.compliance } else { 0.0 };
            let best = pool.hardware.iter().map(|h| self.hardware[h.at()].level).max().unwrap_or(0);
            for level in class..=best {
                out.push(SupplyOption {
                    group: self.group(PoolId::new(p), level),
                    taste: provider.parameters.taste * home_taste,
                    abroad,
                    compliance,
                });
            }
        }
        out
    }

    fn resolve_actors(&self) -> Vec<ResolvedActor> {
        let nobody = ResolvedActor {
            actor: Actor { id: String::new(), kind: ActorKind::Vendor },
            home: NationId(0),
            vendors: vec![false; self.vendors.len()],
            providers: vec![false; self.providers.len()],
            zones: vec![false; self.nations.len()],
        };
        let actor = |id: &str, kind| Actor { id: id.to_owned(), kind };
        let mut out = Vec::new();
        for (c, controller) in self.controllers.iter().enumerate() {
            let governs = |governor: Option<ControllerId>| governor == Some(ControllerId::new(c));
            out.push(ResolvedActor {
                actor: actor(&controller.id, ActorKind::Controller),
                home: controller.jurisdiction,
                vendors: self.vendors.iter().map(|v| governs(v.controller)).collect(),
                providers: self.providers.iter().map(|p| governs(p.controller)).collect(),
                ..nobody.clone()
            });
        }
        for (v, vendor) in self.vendors.iter().enumerate() {
            let mut one = ResolvedActor {
                actor: actor(&vendor.id, ActorKind::Vendor),
                home: vendor.home,
                ..nobody.clone()
            };
            one.vendors[v] = true;
            out.push(one);
        }
        for (p, provider) in self.providers.iter().enumerate().filter(|(_, p)| p.parameters.exports)
        {
            let mut one = ResolvedActor {
                actor: actor(&provider.id, ActorKind::Cloud),
                home: provider.home,
                ..nobody.clone()
            };
            one.providers[p] = true;
            out.push(one);
        }
        for (z, zone) in self.nations.iter().enumerate() {
            let hosts = self
                .pools
                .iter()
                .any(|p| p.zone.at() == z && self.providers[p.provider.at()].parameters.exports);
            if hosts {
                let mut one = ResolvedActor {
                    actor: actor(&zone.id, ActorKind::Host),
                    home: NationId::new(z),
                    ..nobody.clone()
                };
                one.zones[z] = true;
                out.push(one);
            }
        }
        out
    }
}

struct NewPool {
    name: String,
    zone: NationId,
    capacity: f64,
}

fn residency(nation: &NationParameters, sensitivity: Sensitivity) -> Residency {
    match sensitivity {
        Sensitivity::Open => nation.residency_open,
        Sensitivity::Regulated => nation.residency_regulated,
        Sensitivity::Critical => nation.residency_critical,
    }
}

fn lookup<'a, T>(entries: &'a Entries<T>, root: &str, id: &str) -> Result<&'a T, BuildError> {
    entries.get(id).ok_or_else(|| error(format!("{root}.{id}"), "this entry is needed and missing"))
}

fn span(path: &str, days: f64) -> Result<SimDuration, BuildError> {
    SimDuration::from_days_f64(days).map_err(|e| error(path, e.to_string()))
}

fn instant(path: &str, days: f64) -> Result<SimTime, BuildError> {
    SimTime::ZERO.checked_add(span(path, days)?).map_err(|e| error(path, e.to_string()))
}

fn timing(scenario: &Scenario) -> Result<Timing, BuildError> {
    let horizon = &scenario.horizon;
    let end_days = horizon.years * 365.25;
    Ok(Timing {
        end: instant("horizon.years", end_days)?,
        tick: span("horizon.tick", horizon.tick)?,
        tick_days: horizon.tick,
        sample: span("horizon.sample", horizon.sample)?,
        samples: ((end_days / horizon.sample) + 1e-9).floor() as usize,
        cohort_window: horizon.cohort_window,
        start_day: horizon.start,
        event_budget: horizon.event_budget as u64,
    })
}

fn nations(scenario: &Scenario, timing: &Timing) -> Vec<Nation> {
    let demand = &scenario.demand;
    let weight = |nation: &NationParameters| {
        let income = match nation.income_group {
            IncomeGroup::Low => demand.low_income,
            IncomeGroup::LowerMiddle => demand.lower_middle_income,
            IncomeGroup::UpperMiddle => demand.upper_middle_income,
            IncomeGroup::High => 1.0,
        };
        income * nation.demand_scale * autarky_engine::math::pow(nation.gdp, demand.gdp_elasticity)
    };
    let total: f64 = scenario.nations.iter().map(|(_, n)| weight(n)).sum();
    let year_step = timing.tick_days / 365.25;
    scenario
        .nations
        .iter()
        .map(|(id, parameters)| Nation {
            id: id.to_owned(),
            key: entity_key(id),
            parameters: parameters.clone(),
            demand: demand.world * weight(parameters) / total,
            exchange_rate: MeanReverting::from_volatility(
                parameters.fx_volatility,
                parameters.fx_reversion,
                year_step,
            ),
            focus: scenario.focus.nations.iter().any(|f| f == id),
        })
        .collect()
}

fn controllers(scenario: &Scenario) -> Result<Vec<Controller>, BuildError> {
    let mut out = Vec::new();
    for (id, parameters) in scenario.controllers.iter() {
        let path = format!("controller.{id}.jurisdiction");
        out.push(Controller {
            id: id.to_owned(),
            key: entity_key(id),
            jurisdiction: NationId::new(position(
                &scenario.nations,
                "nation",
                &path,
                &parameters.jurisdiction,
            )?),
            threshold: parameters.tpp_threshold,
        });
    }
    Ok(out)
}

fn controller_of(controllers: &[Controller], home: NationId) -> Option<ControllerId> {
    controllers.iter().position(|c| c.jurisdiction == home).map(ControllerId::new)
}

fn vendors(scenario: &Scenario, controllers: &[Controller]) -> Result<Vec<Vendor>, BuildError> {
    let mut out = Vec::new();
    for (id, parameters) in scenario.vendors.iter() {
        let path = format!("vendor.{id}.home");
        let home = NationId::new(position(&scenario.nations, "nation", &path, &parameters.home)?);
        out.push(Vendor {
            id: id.to_owned(),
            key: entity_key(id),
            parameters: parameters.clone(),
            home,
            controller: controller_of(controllers, home),
        });
    }
    Ok(out)
}

fn hardware(scenario: &Scenario, timing: &Timing) -> Result<Vec<Hardware>, BuildError> {
    let mut out = Vec::new();
    for (id, parameters) in scenario.hardware.iter() {
        let path = format!("hardware.{id}.vendor");
        let vendor =
            VendorId::new(position(&scenario.vendors, "vendor", &path, &parameters.vendor)?);
        let mut level = 0;
        for (k, class) in Class::ALL.iter().enumerate() {
            let needs = lookup(&scenario.workloads, "workload", class.as_str())?;
            if level + 1 == k
                && parameters.memory >= needs.memory
                && parameters.interconnect >= needs.interconnect
            {
                level = k;
            }
        }
        out.push(Hardware {
            id: id.to_owned(),
            key: entity_key(id),
            parameters: parameters.clone(),
            vendor,
            release: parameters.release - timing.start_day,
            level,
        });
    }
    Ok(out)
}

fn classes(scenario: &Scenario) -> Result<[ClassTerms; CLASSES], BuildError> {
    let mut out = Vec::new();
    for class in Class::ALL {
        let w = lookup(&scenario.workloads, "workload", class.as_str())?;
        out.push(ClassTerms {
            gang: w.gang,
            service_time: w.service_time,
            variability: w.variability,
            patience: w.patience,
            waiting_value: w.waiting_value,
            failed_attempt_cost: w.failed_attempt_cost,
            backlog: w.backlog,
            elasticity: w.elasticity,
            substitution: w.substitution,
            choke: w.choke,
            taper: w.taper,
        });
    }
    <[ClassTerms; CLASSES]>::try_from(out)
        .map_err(|_| error("workload", "there must be three classes"))
}

fn demand_path(scenario: &Scenario, timing: &Timing) -> DemandPath {
    let d = &scenario.demand;
    DemandPath {
        growth_initial: d.growth_initial,
        growth_long: d.growth_long,
        growth_time: d.growth_time,
        season: d.season,
        noise: MeanReverting::from_stationary(d.noise, d.noise_reversion, timing.tick_days),
        reference_price: d.reference_price,
        reference_price_decline: d.reference_price_decline,
    }
}

fn dated(scenario: &Scenario, plan: &Blueprint) -> Result<Vec<DatedRegime>, BuildError> {
    let mut out = Vec::new();
    for (id, event) in scenario.events.iter() {
        let path = format!("event.{id}");
        let controller = position(
            &scenario.controllers,
            "controller",
            &format!("{path}.controller"),
            &event.controller,
        )?;
        let mut destinations = Vec::new();
        for nation in &event.to {
            destinations.push(NationId::new(position(
                &scenario.nations,
                "nation",
                &format!("{path}.to.nations"),
                nation,
            )?));
        }
        let at = instant(&format!("{path}.at"), event.at)?;
        let until = event.until.map(|days| instant(&format!("{path}.until"), days)).transpose()?;
        out.push(DatedRegime {
            parameters: event.clone(),
            at,
            until,
            controller: ControllerId::new(controller),
            destinations,
            scope: event.scope.clone(),
            terms: Terms {
                regime: event.regime,
                licence_delay: event.licence_delay,
                licence_approval: event.licence_approval,
                licence_cost: event.licence_cost,
                cap: event.cap,
                small_order: event.small_order,
            },
        });
    }
    debug_assert!(plan.controllers.len() == scenario.controllers.len());
    Ok(out)
}

/// Standard normal quantile by bisection of `erf`: only used when a blueprint is built.
fn normal_quantile(u: f64) -> f64 {
    let (mut low, mut high) = (-9.0, 9.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        let below = 0.5 * (1.0 + autarky_engine::math::erf(middle / std::f64::consts::SQRT_2));
        if below < u { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
