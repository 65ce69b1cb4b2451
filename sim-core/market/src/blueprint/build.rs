//! From a resolved scenario to a blueprint. References and shares were checked by `validation`; what still fails is an error value.

use autarky_engine::rng::{child_key, entity_key};

use super::alliance::Sharing;
use super::contracts::Contracts;
use super::mix::demand_mix;
use super::models::Models;
use super::network::Networks;
use super::project::Projects;
use super::security::Security;
use super::shock::Shocks;
use super::{Blueprint, LEVELS, Operator, Pool, Provider, Segment, Site, SupplyOption};
use super::{chain, entries, politics};
use crate::entity::demand::{Class, Sensitivity};
use crate::entity::provider::{CapacityTarget, PriceRule, ProviderParameters};
use crate::id::{GroupId, HardwareId, NationId, OperatorId, PoolId, ProviderId};
use crate::mechanism::connectivity::nearness;
use crate::mechanism::price::TickRule;
use crate::mechanism::price::auction::Auction;
use crate::mechanism::price::controller::UtilisationController;
use crate::process::normal::normal_quantile;
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

pub(super) fn error(path: impl Into<String>, message: impl Into<String>) -> BuildError {
    BuildError { path: path.into(), message: message.into() }
}

pub(super) fn position<T>(
    entries: &Entries<T>,
    root: &str,
    path: &str,
    id: &str,
) -> Result<usize, BuildError> {
    entries.position(id).ok_or_else(|| error(path, format!("there is no {root} `{id}`")))
}

/// Shares by identifier as a vector over the entries, normalised; `None` when empty.
pub(super) fn shares<T>(
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
        let timing = entries::timing(scenario)?;
        let nations = entries::nations(scenario, &timing);
        let controllers = entries::controllers(scenario)?;
        let vendors = entries::vendors(scenario, &controllers)?;
        let classes = entries::classes(scenario)?;
        let chain = chain::chain(scenario)?;
        let hardware = entries::hardware(scenario, &timing, (&vendors, &controllers))?;
        let focus = (0..nations.len()).filter(|&n| nations[n].focus).map(NationId::new).collect();
        let mut plan = Self {
            timing,
            nations,
            vendors,
            chain,
            hardware,
            controllers,
            tensions: politics::tensions(scenario),
            grey: scenario.grey.clone(),
            events: politics::events(scenario)?,
            welfare: scenario.welfare.clone(),
            appropriates: Vec::new(),
            providers: Vec::new(),
            pools: Vec::new(),
            dispatchers: Vec::new(),
            operators: Vec::new(),
            sites: Vec::new(),
            initial: Vec::new(),
            segments: Vec::new(),
            classes,
            demand: entries::demand_path(scenario, &timing),
            demand_elasticity: scenario.workloads.iter().map(|(_, w)| w.share * w.elasticity).sum(),
            sharing: Sharing::default(),
            contracts: Contracts::default(),
            projects: Projects::default(),
            actors: Vec::new(),
            rollout: scenario.withdrawal.clone(),
            supply: vec![vec![1.0, 0.0]; scenario.vendors.len()],
            focus,
            shocks: Shocks::default(),
            security: Security::default(),
            networks: Networks::default(),
            models: Models::default(),
        };
        plan.add_providers(scenario)?;
        plan.appropriates = politics::appropriates(&plan);
        plan.share_portfolios();
        plan.projects = plan.compile_projects(scenario)?;
        plan.initial = plan.initial_fleet();
        plan.sharing = plan.compile_sharing(scenario)?;
        plan.segments = plan.segments(scenario)?;
        plan.sharing.offers = plan.offers();
        plan.contracts = plan.resolve_contracts(scenario)?;
        plan.models = plan.compile_models(scenario)?;
        plan.actors = plan.resolve_actors();
        plan.shocks = plan.compile_shocks(scenario)?;
        plan.security = plan.compile_security(scenario);
        plan.networks = plan.compile_networks(scenario)?;
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
            let controller = entries::controller_of(&self.controllers, home);
            let shared = !parameters.members.is_empty();
            let first = self.pools.len();
            for (at, &zone) in zones.iter().enumerate() {
                let base = match parameters.capacity_target {
                    CapacityTarget::OfferedLoad => world * spread[at],
                    _ if shared => self.demand_of(&parameters.members) * spread[at],
                    _ => self.nations[zone.at()].demand,
                };
                let capacity = parameters.initial_coverage * base / parameters.target_utilisation;
                let name = if zones.len() == 1 {
                    id.to_owned()
                } else {
                    format!("{id}@{}", self.nations[zone.at()].id)
                };
                let (candidate, fork_of) = (false, None);
                let pool = PoolId::new(self.pools.len());
                let new = NewPool { name, zone, capacity, candidate, fork_of };
                self.add_pool(scenario, parameters, new)?;
                self.pools[pool.at()].portfolio_part = spread[at];
                self.add_fork(scenario, parameters, pool)?;
            }
            self.add_candidates(scenario, id, parameters)?;
            self.providers.push(Provider {
                id: id.to_owned(),
                key: entity_key(id),
                parameters: parameters.clone(),
                home,
                controller,
                pools: first..self.pools.len(),
            });
        }
        Ok(())
    }

    /// Pools that are not there yet: regions that a cloud may open.
    fn add_candidates(
        &mut self,
        scenario: &Scenario,
        id: &str,
        parameters: &ProviderParameters,
    ) -> Result<(), BuildError> {
        if !parameters.region_entry {
            return Ok(());
        }
        for zone in &parameters.region_candidates {
            let path = format!("provider.{id}.region.candidates");
            let at = NationId::new(position(&scenario.nations, "nation", &path, zone)?);
            let name = format!("{id}@{zone}");
            let (capacity, candidate, fork_of) = (0.0, true, None);
            let new = NewPool { name, zone: at, capacity, candidate, fork_of };
            self.add_pool(scenario, parameters, new)?;
        }
        Ok(())
    }

    /// The pool that a fork of a network would found: without operators until then, with a queue of its own.
    fn add_fork(
        &mut self,
        scenario: &Scenario,
        parameters: &ProviderParameters,
        of: PoolId,
    ) -> Result<(), BuildError> {
        let forks = parameters.capacity_target == CapacityTarget::Operators
            && parameters.fork_probability > 0.0
            && parameters.dispute_rate > 0.0;
        if !forks {
            return Ok(());
        }
        let (name, zone) = (format!("{}-fork", self.pools[of.at()].id), self.pools[of.at()].zone);
        let (capacity, candidate, fork_of) = (0.0, true, Some(of));
        self.add_pool(scenario, parameters, NewPool { name, zone, capacity, candidate, fork_of })
    }

    fn share_portfolios(&mut self) {
        let kind = |pool: &Pool| (pool.zone, self.providers[pool.provider.at()].parameters.kind);
        let kinds: Vec<_> = self.pools.iter().filter(|p| !p.candidate).map(kind).collect();
        for (pool, own) in self.pools.iter_mut().filter(|p| !p.candidate).zip(&kinds) {
            if !self.providers[pool.provider.at()].parameters.members.is_empty() {
                continue;
            }
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
        let tick_rule = self.tick_rule(parameters);
        let first_operator = self.operators.len();
        let fork = new.fork_of.is_some();
        let dispatcher = if fork { "" } else { &parameters.dispatcher };
        let dispatcher = self.join_dispatcher(pool, (dispatcher, new.zone));
        let operators = if fork { 0 } else { parameters.operators as usize };
        self.pools.push(Pool {
            id: new.name,
            key,
            provider: ProviderId::new(self.providers.len()),
            zone: new.zone,
            operators: first_operator..first_operator + operators,
            first_group: GroupId::new(pool.at() * LEVELS),
            dispatcher,
            aggregate_nodes: parameters.aggregate_nodes.map(|n| n as f64),
            portfolio_part: 1.0,
            vendor_mix,
            hardware,
            crews_per_node,
            tick_rule,
            initial_capacity: new.capacity,
            candidate: new.candidate,
            fork_of: new.fork_of,
        });
        if !fork {
            self.add_operators(pool, parameters);
        }
        Ok(())
    }

    fn tick_rule(&self, parameters: &ProviderParameters) -> Option<TickRule> {
        let (speed, target) = (parameters.controller_speed, parameters.target_utilisation);
        let response = self.own_response();
        match parameters.price_rule {
            PriceRule::Posted | PriceRule::Administered | PriceRule::Cournot => None,
            PriceRule::UtilisationController => {
                let responses = (self.demand_elasticity.max(0.1), response);
                let tick = self.timing.tick_days;
                let rule = UtilisationController::new(speed, responses, target, tick);
                Some(TickRule::Controller(rule))
            }
            PriceRule::Eip1559 => {
                let rule = UtilisationController::plain(speed, target, self.timing.tick_days);
                Some(TickRule::Controller(rule))
            }
            PriceRule::UniformAuction => {
                Some(TickRule::Auction(Auction::new(offers(parameters), response, target)))
            }
        }
    }

    /// Response of demand to the own price alone: the largest θ over the classes.
    pub(crate) fn own_response(&self) -> f64 {
        let responses = self.classes.iter().map(|c| c.substitution.max(c.elasticity));
        responses.fold(0.1, f64::max)
    }

    /// Operators with lognormal sizes at equally spaced quantiles, so that the distribution has no sampling error.
    fn add_operators(&mut self, pool: PoolId, parameters: &ProviderParameters) {
        for (i, weight) in operator_weights(parameters).into_iter().enumerate() {
            let key = child_key(self.pools[pool.at()].key, i as u64);
            let operator = OperatorId::new(self.operators.len());
            let first = self.sites.len();
            for s in 0..parameters.sites_per_operator as usize {
                self.sites.push(Site { key: child_key(key, s as u64), operator, pool });
            }
            self.operators.push(Operator { key, pool, weight, sites: first..self.sites.len() });
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
            let mix = demand_mix(scenario, nation)?;
            for k in 0..Class::ALL.len() {
                for (s, sensitivity) in Sensitivity::ALL.iter().enumerate() {
                    let terms =
                        lookup(&scenario.sensitivities, "sensitivity", sensitivity.as_str())?;
                    out.push(Segment {
                        key: child_key(nation.key, (k * Sensitivity::ALL.len() + s) as u64),
                        nation: NationId::new(n),
                        class: k,
                        sensitivity: s,
                        priority: terms.priority as u8,
                        demand: nation.demand * mix.classes[s][k] * mix.sensitivities[s],
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
        let mut out = Vec::new();
        let who = (buyer, class, sensitivity);
        for (p, pool) in self.pools.iter().enumerate() {
            let terms = &self.providers[pool.provider.at()].parameters;
            if (pool.zone == buyer || terms.exports) && terms.members.is_empty() {
                self.add_options(who, (PoolId::new(p), pool.dispatcher.0, None), &mut out);
            }
            self.desk_options(who, PoolId::new(p), &mut out);
        }
        out
    }

    /// Groups of a pool, standing at a place, that may serve a nation's work of a class and sensitivity: residency, as far as it may come to be met
    /// in a run, and eligibility.
    pub(super) fn add_options(
        &self,
        (buyer, class, sensitivity): (NationId, usize, Sensitivity),
        (id, place, club): (PoolId, u32, Option<usize>),
        out: &mut Vec<SupplyOption>,
    ) {
        let nation = &self.nations[buyer.at()].parameters;
        let pool = &self.pools[id.at()];
        let provider = &self.providers[pool.provider.at()];
        let recognition = club.is_some_and(|c| self.sharing.clubs[c].recognition);
        let recognises = |zone| recognition || self.may_recognise(buyer, zone);
        if !self.admits(nation.residency(sensitivity), (id, buyer), recognises) {
            return;
        }
        let abroad = pool.zone != buyer;
        let foreign = abroad || provider.home != buyer;
        let home_taste = if foreign { 1.0 } else { nation.home_taste };
        let latency = if abroad { nation.latency_abroad } else { 0.0 };
        let near = nearness(self.classes[class].latency_sensitivity, latency);
        let open = sensitivity == Sensitivity::Open;
        let compliance = if open { 0.0 } else { self.compliance((id, buyer), |_| false) };
        let best = pool.hardware.iter().map(|h| self.hardware[h.at()].level).max().unwrap_or(0);
        for level in class..=best {
            out.push(SupplyOption {
                group: self.group(id, level),
                taste: provider.parameters.taste * home_taste * near,
                abroad,
                compliance,
                place,
                club: club.map(|c| c as u32),
                adaptation: club
                    .filter(|_| abroad)
                    .map_or(0.0, |c| self.sharing.clubs[c].adaptation),
            });
        }
    }
}

/// Shares of a pool that its operators aim at.
fn operator_weights(parameters: &ProviderParameters) -> Vec<f64> {
    let n = parameters.operators as usize;
    let size = |i: usize| {
        let u = (i as f64 + 0.5) / n as f64;
        autarky_engine::math::exp(parameters.operator_dispersion * normal_quantile(u))
    };
    let sizes: Vec<f64> = (0..n).map(size).collect();
    let total: f64 = sizes.iter().sum();
    sizes.into_iter().map(|size| size / total).collect()
}

/// Avoidable cost over the mean, and share of capacity, of each operator: lognormal costs at equally spaced quantiles, spread over the sizes by the
/// golden ratio, so that cost and size are unrelated without a draw.
fn offers(parameters: &ProviderParameters) -> Vec<(f64, f64)> {
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let weights = operator_weights(parameters);
    let n = weights.len() as f64;
    let mut places: Vec<(f64, usize)> =
        (0..weights.len()).map(|i| ((i as f64 * GOLDEN).fract(), i)).collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let cost = |rank: usize| {
        let u = (rank as f64 + 0.5) / n;
        autarky_engine::math::exp(parameters.cost_dispersion * normal_quantile(u))
    };
    let offers: Vec<(f64, f64)> =
        places.iter().enumerate().map(|(rank, &(_, i))| (cost(rank), weights[i])).collect();
    let mean: f64 = offers.iter().map(|(cost, weight)| cost * weight).sum();
    offers.into_iter().map(|(cost, weight)| (cost / mean, weight)).collect()
}

struct NewPool {
    name: String,
    zone: NationId,
    capacity: f64,
    candidate: bool,
    fork_of: Option<PoolId>,
}

pub(super) fn lookup<'a, T>(
    entries: &'a Entries<T>,
    root: &str,
    id: &str,
) -> Result<&'a T, BuildError> {
    entries.get(id).ok_or_else(|| error(format!("{root}.{id}"), "this entry is needed and missing"))
}
