//! What states do to each other: tensions, and events with their triggers and effects.

use autarky_engine::rng::entity_key;
use autarky_engine::time::{SimDuration, SimTime};

use super::Blueprint;
use super::build::{BuildError, error, position};
use super::entries::{instant, span};
use crate::entity::controller::Scope;
use crate::entity::event::{Change, EventKind, EventParameters};
use crate::entity::provider::ProviderKind;
use crate::entity::tension::TensionParameters;
use crate::id::{ControllerId, NationId, ProviderId};
use crate::mechanism::export_control::Terms;
use crate::mechanism::policy::{Change as PolicyChange, KINDS};
use crate::scenario::{Entries, Scenario};

/// A tension between blocs.
#[derive(Debug, Clone)]
pub struct Tension {
    /// Identifier.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// Parameters.
    pub parameters: TensionParameters,
}

/// When an event is in force.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trigger {
    /// From a date on, until another one if given.
    Date {
        /// When it takes effect.
        at: SimTime,
        /// When it is lifted.
        until: Option<SimTime>,
    },
    /// While a tension is high.
    Tension {
        /// Position of the tension.
        tension: usize,
        /// Level from which the event is in force.
        level: u32,
    },
    /// In answer to another event, as long as that is in force.
    Answer {
        /// Position of the answered event.
        to: usize,
        /// Probability that there is an answer.
        probability: f64,
        /// How long it takes.
        delay: SimDuration,
    },
}

/// What an event does while it is in force.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A controller imposes a regime.
    Regime {
        /// Who acts.
        controller: ControllerId,
        /// What it applies to.
        scope: Vec<Scope>,
        /// Its terms.
        terms: Terms,
    },
    /// Providers close their services.
    Suspension {
        /// Which.
        providers: Vec<ProviderId>,
    },
    /// Interfaces to models are closed.
    ModelCut {
        /// Whether it concerns each model.
        models: Vec<bool>,
    },
    /// Open weights come out.
    ModelRelease {
        /// Whether it concerns each model.
        models: Vec<bool>,
    },
    /// Nodes of a vendor at a provider are switched off.
    SwitchOff {
        /// Whether it concerns nodes of each vendor.
        vendors: Vec<bool>,
        /// Whether it concerns nodes of each provider.
        providers: Vec<bool>,
        /// Share of these nodes that carries a lock.
        share: f64,
    },
    /// The destinations' own policy changes.
    Policy(PolicyChange),
    /// The destinations join or leave clubs.
    Membership {
        /// The alliance or commons, by identifier.
        clubs: Vec<String>,
        /// Whether they join.
        joins: bool,
    },
}

/// An event of the scenario.
#[derive(Debug, Clone)]
pub struct ScenarioEvent {
    /// Identifier.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// When it is in force.
    pub trigger: Trigger,
    /// What it does then.
    pub effect: Effect,
    /// Towards whom.
    pub destinations: Vec<NationId>,
}

pub(super) fn tensions(scenario: &Scenario) -> Vec<Tension> {
    let tension = |(id, parameters): (&str, &TensionParameters)| Tension {
        id: id.to_owned(),
        key: entity_key(id),
        parameters: parameters.clone(),
    };
    scenario.tensions.iter().map(tension).collect()
}

pub(super) fn events(scenario: &Scenario) -> Result<Vec<ScenarioEvent>, BuildError> {
    let mut out = Vec::new();
    for (id, event) in scenario.events.iter() {
        let path = format!("event.{id}");
        let to = format!("{path}.to.nations");
        let destinations = positions(&scenario.nations, ("nation", &to), &event.to)?;
        out.push(ScenarioEvent {
            id: id.to_owned(),
            key: entity_key(id),
            trigger: trigger(scenario, &path, event)?,
            effect: effect(scenario, &path, event)?,
            destinations: destinations.into_iter().map(NationId::new).collect(),
        });
    }
    Ok(out)
}

fn positions<T>(
    entries: &Entries<T>,
    (root, path): (&str, &str),
    ids: &[String],
) -> Result<Vec<usize>, BuildError> {
    ids.iter().map(|id| position(entries, root, path, id)).collect()
}

fn trigger(
    scenario: &Scenario,
    path: &str,
    event: &EventParameters,
) -> Result<Trigger, BuildError> {
    if let Some(at) = event.at {
        let end = |days| instant(&format!("{path}.until"), days);
        let until = event.until.map(end).transpose()?;
        return Ok(Trigger::Date { at: instant(&format!("{path}.at"), at)?, until });
    }
    if let Some(id) = &event.tension {
        let tension = position(&scenario.tensions, "tension", &format!("{path}.tension"), id)?;
        return Ok(Trigger::Tension { tension, level: event.level as u32 });
    }
    if let Some(id) = &event.answers {
        let to = position(&scenario.events, "event", &format!("{path}.answers"), id)?;
        let delay = span(&format!("{path}.delay"), event.delay)?;
        return Ok(Trigger::Answer { to, probability: event.probability, delay });
    }
    Err(error(format!("{path}.at"), "the event has no trigger"))
}

fn effect(scenario: &Scenario, path: &str, event: &EventParameters) -> Result<Effect, BuildError> {
    match event.kind {
        EventKind::ExportRegime => {
            let id = event.controller.as_deref().unwrap_or_default();
            let place = format!("{path}.controller");
            let controller = position(&scenario.controllers, "controller", &place, id)?;
            Ok(Effect::Regime {
                controller: ControllerId::new(controller),
                scope: event.scope.clone(),
                terms: terms(event),
            })
        }
        EventKind::CloudSuspension => {
            let place = format!("{path}.providers");
            let named = positions(&scenario.providers, ("provider", &place), &event.providers)?;
            Ok(Effect::Suspension { providers: named.into_iter().map(ProviderId::new).collect() })
        }
        EventKind::ModelAccessCut => {
            let place = format!("{path}.models");
            let models = named(&scenario.models, ("model", &place), &event.models)?;
            Ok(Effect::ModelCut { models })
        }
        EventKind::OpenModelRelease => {
            let place = format!("{path}.models");
            let models = named(&scenario.models, ("model", &place), &event.models)?;
            Ok(Effect::ModelRelease { models })
        }
        EventKind::RemoteSwitchOff => {
            let place = format!("{path}.vendors");
            let vendors = named(&scenario.vendors, ("vendor", &place), &event.vendors)?;
            let place = format!("{path}.providers");
            let providers = named(&scenario.providers, ("provider", &place), &event.providers)?;
            Ok(Effect::SwitchOff { vendors, providers, share: event.share })
        }
        EventKind::PolicyChange => Ok(Effect::Policy(change(event))),
        EventKind::AllianceChange => {
            let clubs = event.alliance.iter().chain(&event.providers).cloned().collect();
            Ok(Effect::Membership { clubs, joins: event.change == Change::Join })
        }
    }
}

/// Which entries are named; all where none is.
fn named<T>(
    entries: &Entries<T>,
    at: (&str, &str),
    ids: &[String],
) -> Result<Vec<bool>, BuildError> {
    let mut out = vec![ids.is_empty(); entries.len()];
    for position in positions(entries, at, ids)? {
        out[position] = true;
    }
    Ok(out)
}

/// Whether each nation ever has an appropriation: in the scenario, or by a change of policy.
pub(super) fn appropriates(plan: &Blueprint) -> Vec<bool> {
    let sets = |event: &ScenarioEvent| matches!(&event.effect, Effect::Policy(c) if c.appropriation.is_some());
    let by_event = |n: usize| {
        plan.events.iter().any(|e| sets(e) && e.destinations.contains(&NationId::new(n)))
    };
    let nations = plan.nations.iter().enumerate();
    nations.map(|(n, nation)| nation.parameters.appropriation.is_some() || by_event(n)).collect()
}

/// What an event sets of a policy.
#[must_use]
pub fn change(event: &EventParameters) -> PolicyChange {
    let mut portfolio = [None; KINDS];
    portfolio[ProviderKind::Cloud as usize] = event.set_cloud;
    portfolio[ProviderKind::DataCentre as usize] = event.set_data_centre;
    portfolio[ProviderKind::Network as usize] = event.set_network;
    portfolio[ProviderKind::Commons as usize] = event.set_commons;
    PolicyChange {
        appropriation: event.set_appropriation,
        coverage: event.set_coverage,
        portfolio,
        tariff: event.set_tariff,
        cloud_rebate: event.set_cloud_rebate,
        capital_subsidy: event.set_capital_subsidy,
        energy_subsidy: event.set_energy_subsidy,
        profit_tax: event.set_profit_tax,
        tax_break: event.set_tax_break,
    }
}

/// The event that sets what a change sets: the inverse of [`change`].
#[must_use]
pub fn parameters(change: &PolicyChange) -> EventParameters {
    let share = |kind: ProviderKind| change.portfolio[kind as usize];
    EventParameters {
        set_appropriation: change.appropriation,
        set_coverage: change.coverage,
        set_cloud: share(ProviderKind::Cloud),
        set_data_centre: share(ProviderKind::DataCentre),
        set_network: share(ProviderKind::Network),
        set_commons: share(ProviderKind::Commons),
        set_tariff: change.tariff,
        set_cloud_rebate: change.cloud_rebate,
        set_capital_subsidy: change.capital_subsidy,
        set_energy_subsidy: change.energy_subsidy,
        set_profit_tax: change.profit_tax,
        set_tax_break: change.tax_break,
        ..EventParameters::default()
    }
}

fn terms(event: &EventParameters) -> Terms {
    Terms {
        regime: event.regime,
        licence_delay: event.licence_delay,
        licence_approval: event.licence_approval,
        licence_cost: event.licence_cost,
        cap: event.cap,
        small_order: event.small_order,
    }
}
