//! Columns that follow one to one from the entries of a scenario: time, zones, controllers, vendors, hardware, classes, demand.

use autarky_engine::rng::entity_key;
use autarky_engine::time::{SimDuration, SimTime};

use super::build::{BuildError, error, lookup, position};
use super::{CLASSES, ClassTerms, Controller, DemandPath, Hardware, Nation, Timing, Vendor};
use crate::entity::demand::Class;
use crate::entity::demand::GrowthLaw;
use crate::entity::nation::{IncomeGroup, NationParameters};
use crate::id::{ControllerId, NationId, VendorId};
use crate::mechanism::adoption::Adoption;
use crate::process::mean_reverting::MeanReverting;
use crate::scenario::Scenario;

pub(super) fn span(path: &str, days: f64) -> Result<SimDuration, BuildError> {
    SimDuration::from_days_f64(days).map_err(|e| error(path, e.to_string()))
}

pub(super) fn instant(path: &str, days: f64) -> Result<SimTime, BuildError> {
    SimTime::ZERO.checked_add(span(path, days)?).map_err(|e| error(path, e.to_string()))
}

pub(super) fn timing(scenario: &Scenario) -> Result<Timing, BuildError> {
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

pub(super) fn nations(scenario: &Scenario, timing: &Timing) -> Vec<Nation> {
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

pub(super) fn controllers(scenario: &Scenario) -> Result<Vec<Controller>, BuildError> {
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
            hazard: parameters.hazard,
        });
    }
    Ok(out)
}

pub(super) fn controller_of(controllers: &[Controller], home: NationId) -> Option<ControllerId> {
    controllers.iter().position(|c| c.jurisdiction == home).map(ControllerId::new)
}

pub(super) fn vendors(
    scenario: &Scenario,
    controllers: &[Controller],
) -> Result<Vec<Vendor>, BuildError> {
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

pub(super) fn hardware(
    scenario: &Scenario,
    timing: &Timing,
    (vendors, controllers): (&[Vendor], &[Controller]),
) -> Result<Vec<Hardware>, BuildError> {
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
            controlled: vendors[vendor.at()]
                .controller
                .is_some_and(|c| parameters.tpp >= controllers[c.at()].threshold),
        });
    }
    Ok(out)
}

pub(super) fn classes(scenario: &Scenario) -> Result<[ClassTerms; CLASSES], BuildError> {
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
            latency_sensitivity: w.latency_sensitivity,
            choke: w.choke,
            taper: w.taper,
        });
    }
    <[ClassTerms; CLASSES]>::try_from(out)
        .map_err(|_| error("workload", "there must be three classes"))
}

pub(super) fn demand_path(scenario: &Scenario, timing: &Timing) -> DemandPath {
    let d = &scenario.demand;
    DemandPath {
        adoption: (d.growth_law == GrowthLaw::Bass).then_some(Adoption {
            innovation: d.innovation,
            imitation: d.imitation,
            age: d.adoption_age,
        }),
        growth_initial: d.growth_initial,
        growth_long: d.growth_long,
        growth_time: d.growth_time,
        season: d.season,
        noise: MeanReverting::from_stationary(d.noise, d.noise_reversion, timing.tick_days),
        reference_price: d.reference_price,
        reference_price_decline: d.reference_price_decline,
    }
}
