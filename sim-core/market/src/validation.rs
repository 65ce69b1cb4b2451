//! Contradictions between parameters that are each valid. Pure rules over a [`Scenario`]; places in files are the reader's.
//!
//! A problem stops a scenario, a warning does not. The memory of a replication is estimated from counts of sites,
//! operators, cohorts (one a site and vintage window) and samples; it bounds what a typing slip can ask for and is no
//! measurement. Nodes are counts within cohorts and ticks keep nothing, so neither enters.

mod alliance;
mod chain;
mod contracts;
mod dispatch;
mod events;
mod government;
mod models;
mod network;
mod owner;
mod price;
mod project;
mod regions;
mod security;
mod shock;
mod talent;
mod token;

use crate::entity::demand::{Class, Sensitivity};
use crate::entity::hardware::HardwareParameters;
use crate::entity::provider::ProviderParameters;
use crate::scenario::{Problem, Scenario};
use crate::schema::{Entry, Kind, Value};

/// Tolerance of sums of shares.
pub(crate) const SHARE_TOLERANCE: f64 = 1e-9;
/// Fields whose names begin with one of these are the shares of one portfolio: of capacity, and of the state's money.
pub const PORTFOLIOS: [&str; 2] = ["policy.portfolio.", "policy.budget."];
/// Bytes that one site keeps: outage state and clock.
const BYTES_PER_SITE: f64 = 256.0;
/// Bytes that one cohort keeps: counts, clocks, streams.
const BYTES_PER_COHORT: f64 = 512.0;
/// Bytes that one operator keeps besides its sites.
const BYTES_PER_OPERATOR: f64 = 1024.0;
/// Bytes of one sample of one zone: every series.
const BYTES_PER_SAMPLE: f64 = 512.0;
/// Largest state of one replication in bytes; two cores then need twice this.
const MEMORY_LIMIT: f64 = 2.0e9;

fn problem(
    path: impl Into<String>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Problem {
    Problem { path: path.into(), message: message.into(), help: help.into() }
}

/// Every contradiction of a scenario, in the order of its roots.
#[must_use]
pub fn problems(scenario: &Scenario) -> Vec<Problem> {
    let mut out = Vec::new();
    for check in [
        horizon,
        portfolios,
        shares,
        chain::chain,
        demand,
        providers,
        network::networks,
        owner::owners,
        token::tokens,
        alliance::clubs,
        security::security,
        contracts::contracts,
        regions::regions,
        project::projects,
        dispatch::dispatchers,
        events::events,
        government::owners,
        government::commons,
        models::models,
        shock::shocks,
        memory,
    ] {
        check(scenario, &mut out);
    }
    out
}

/// What runs but is probably not meant.
#[must_use]
pub fn warnings(scenario: &Scenario) -> Vec<Problem> {
    let mut out = Vec::new();
    chain::unused(scenario, &mut out);
    network::warnings(scenario, &mut out);
    owner::warnings(scenario, &mut out);
    token::warnings(scenario, &mut out);
    alliance::warnings(scenario, &mut out);
    security::warnings(scenario, &mut out);
    contracts::warnings(scenario, &mut out);
    project::warnings(scenario, &mut out);
    events::warnings(scenario, &mut out);
    events::grey_channel(scenario, &mut out);
    shock::warnings(scenario, &mut out);
    price::warnings(scenario, &mut out);
    government::warnings(scenario, &mut out);
    talent::warnings(scenario, &mut out);
    out
}

fn horizon(scenario: &Scenario, out: &mut Vec<Problem>) {
    let (horizon, days) = (&scenario.horizon, scenario.horizon.years * 365.25);
    if scenario.nations.is_empty() {
        let help = "add focus.nations = [\"EST\"], or made-up [nation.name] entries";
        out.push(problem("focus.nations", "the scenario has no zone", help));
    }
    if horizon.tick > days {
        let message =
            format!("a tick of {} days is longer than the {days} days simulated", horizon.tick);
        out.push(problem("horizon.tick", message, "shorten the tick"));
    }
}

/// Shares of each portfolio, in every root that has them.
fn portfolios(scenario: &Scenario, out: &mut Vec<Problem>) {
    for spec in Scenario::ROOTS {
        for id in scenario.identifiers(spec.name) {
            let Some(entry) = scenario.entry(spec.name, id) else { continue };
            for prefix in PORTFOLIOS {
                let names =
                    spec.fields.iter().enumerate().filter(|(_, f)| f.name.starts_with(prefix));
                let shares: Vec<f64> = names.filter_map(|(at, _)| number(entry, at)).collect();
                let sum: f64 = shares.iter().sum();
                if !shares.is_empty() && (sum - 1.0).abs() > SHARE_TOLERANCE {
                    let path = [spec.name, id, prefix.trim_end_matches('.')].join(".");
                    let message =
                        format!("the shares of `{path}` sum to {} and not to one", tidy(sum));
                    let help =
                        "give all shares; one share set by a policy or --set rescales the others";
                    out.push(problem(path, message, help));
                }
            }
        }
    }
}

/// Shares keyed by entries, in every root that has them.
fn shares(scenario: &Scenario, out: &mut Vec<Problem>) {
    for spec in Scenario::ROOTS {
        for id in scenario.identifiers(spec.name) {
            let Some(entry) = scenario.entry(spec.name, id) else { continue };
            for (at, field) in spec.fields.iter().enumerate() {
                let Some(Value::Shares(shares)) = entry.get(at) else { continue };
                if matches!(field.kind, Kind::Numbers { .. }) {
                    continue;
                }
                let path = [spec.name, id, field.name].join(".");
                for (key, share) in shares.iter().filter(|(_, share)| *share < 0.0) {
                    let message = format!("the share of `{key}` in `{path}` is {share}");
                    out.push(problem(&path, message, "shares lie from 0 to 1"));
                }
                let sum: f64 = shares.iter().map(|(_, share)| share).sum();
                if !shares.is_empty() && (sum - 1.0).abs() > SHARE_TOLERANCE {
                    let message =
                        format!("the shares of `{path}` sum to {} and not to one", tidy(sum));
                    out.push(problem(path, message, "change one of them"));
                }
            }
        }
    }
}

fn number(entry: &dyn Entry, at: usize) -> Option<f64> {
    match entry.get(at) {
        Some(Value::Number(x)) => Some(x),
        _ => None,
    }
}

/// A sum without the noise of its last bits.
pub(crate) fn tidy(x: f64) -> f64 {
    (x * 1e9).round() / 1e9
}

fn demand(scenario: &Scenario, out: &mut Vec<Problem>) {
    let classes: Vec<_> = scenario.workloads.iter().map(|(id, w)| (id, w.share)).collect();
    partition("workload", Class::WORDS, &classes, out);
    let kinds: Vec<_> = scenario.sensitivities.iter().map(|(id, s)| (id, s.share)).collect();
    partition("sensitivity", Sensitivity::WORDS, &kinds, out);
    for (id, w) in scenario.workloads.iter() {
        if w.substitution < w.elasticity {
            let path = format!("workload.{id}.substitution");
            let message = format!(
                "substitution θ = {} is below elasticity η = {}: clearing then has no unique solution",
                w.substitution, w.elasticity
            );
            out.push(problem(path, message, "raise `substitution` to at least `elasticity`"));
            continue;
        }
        let widest = 1.0 / (1.0 + w.substitution - w.elasticity);
        if w.taper > widest {
            let message = format!("taper δ = {} is above 1/(1 + θ − η) = {widest}", w.taper);
            out.push(problem(format!("workload.{id}.taper"), message, format!("at most {widest}")));
        }
    }
}

/// The entries of a root divide demand: known words, shares that sum to one.
fn partition(root: &str, words: &[&str], entries: &[(&str, f64)], out: &mut Vec<Problem>) {
    for (id, _) in entries.iter().filter(|(id, _)| !words.contains(id)) {
        let message = format!("`{id}` is no {root} of the model");
        out.push(problem(format!("{root}.{id}"), message, format!("known: {}", words.join(", "))));
    }
    let sum: f64 = entries.iter().map(|(_, share)| share).sum();
    if (sum - 1.0).abs() > SHARE_TOLERANCE {
        let (path, message) = match entries.last() {
            Some((id, _)) => (
                format!("{root}.{id}.share"),
                format!("the shares of all entries of `{root}` sum to {}", tidy(sum)),
            ),
            None => (root.to_owned(), format!("the scenario has no {root}")),
        };
        out.push(problem(path, message, "the shares over all entries sum to one"));
    }
}

fn providers(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, provider) in scenario.providers.iter() {
        if provider.zones.is_empty() {
            let message = format!("provider `{id}` has no zone");
            out.push(problem(
                format!("provider.{id}.zones"),
                message,
                "name the zones of its sites",
            ));
        }
        if provider.price_floor > provider.price_cap {
            let message = format!(
                "price floor {} is above price cap {}",
                provider.price_floor, provider.price_cap
            );
            out.push(problem(
                format!("provider.{id}.price_floor"),
                message,
                "lower the floor or raise the cap",
            ));
        }
        for (zone, _) in &provider.zone_mix {
            if !provider.zones.contains(zone) {
                let message = format!("provider `{id}` has capacity in `{zone}` but no site there");
                out.push(problem(
                    format!("provider.{id}.zone_mix"),
                    message,
                    "add the zone to `zones`",
                ));
            }
        }
        if !scenario.hardware.iter().any(|(model, hardware)| may_run(provider, model, hardware)) {
            let limit = match (provider.hardware.is_empty(), provider.price_max) {
                (false, _) => "hardware",
                (true, Some(_)) => "price_max",
                (true, None) => "memory_min",
            };
            let message = format!("no hardware of the scenario fits provider `{id}`");
            let help = "loosen `hardware`, `memory_min`, `interconnect_min`, `price_max` or `vendor_mix`, or add a [hardware] entry";
            out.push(problem(format!("provider.{id}.{limit}"), message, help));
        }
    }
}

fn may_run(provider: &ProviderParameters, model: &str, hardware: &HardwareParameters) -> bool {
    (provider.hardware.is_empty() || provider.hardware.iter().any(|m| m == model))
        && hardware.memory >= provider.memory_min
        && hardware.interconnect >= provider.interconnect_min
        && provider.price_max.is_none_or(|max| hardware.price <= max)
        && (provider.vendor_mix.is_empty()
            || provider.vendor_mix.iter().any(|(v, share)| *v == hardware.vendor && *share > 0.0))
}

fn memory(scenario: &Scenario, out: &mut Vec<Problem>) {
    let mut largest: Option<(f64, &str)> = None;
    let mut total = 0.0;
    let horizon = &scenario.horizon;
    let window =
        if horizon.cohort_window > horizon.tick { horizon.cohort_window } else { horizon.tick };
    let cohorts = (horizon.years * 365.25 / window).ceil();
    let bytes_per_site = BYTES_PER_SITE + cohorts * BYTES_PER_COHORT;
    for (id, provider) in scenario.providers.iter() {
        let operators = provider.zones.len() as f64 * provider.operators as f64;
        let bytes =
            operators * (BYTES_PER_OPERATOR + provider.sites_per_operator as f64 * bytes_per_site);
        total += bytes;
        if largest.is_none_or(|(known, _)| bytes > known) {
            largest = Some((bytes, id));
        }
    }
    if let Some((bytes, id)) = largest.filter(|_| total > MEMORY_LIMIT) {
        let message = format!(
            "one replication would need about {} GB, {} GB of it for the operators of `{id}`",
            gigabytes(total),
            gigabytes(bytes)
        );
        let help = format!(
            "keep operators × sites below about {} GB; let a node stand for more servers",
            gigabytes(MEMORY_LIMIT)
        );
        out.push(problem(format!("provider.{id}.operators"), message, help));
    }
    let samples = horizon.years * 365.25 / horizon.sample;
    let bytes = samples * scenario.nations.len() as f64 * BYTES_PER_SAMPLE;
    if bytes > MEMORY_LIMIT {
        let message =
            format!("the series of one replication would need about {} GB", gigabytes(bytes));
        out.push(problem("horizon.sample", message, "sample less often"));
    }
}

/// Gigabytes with one decimal.
fn gigabytes(bytes: f64) -> f64 {
    (bytes / 1e8).round() / 10.0
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn paths(scenario: &Scenario) -> Vec<String> {
        problems(scenario).into_iter().map(|p| p.path).collect()
    }

    pub(crate) fn whole() -> Scenario {
        let mut scenario = Scenario::default();
        scenario.nations.entry("AAA");
        scenario.hardware.entry("h");
        for class in Class::WORDS {
            scenario.workloads.entry(class);
        }
        for sensitivity in Sensitivity::WORDS {
            scenario.sensitivities.entry(sensitivity);
        }
        let provider = scenario.providers.entry("p");
        provider.zones = vec!["AAA".to_owned()];
        scenario
    }

    #[test]
    fn a_whole_scenario_has_no_problem() {
        assert_eq!(paths(&whole()), Vec::<String>::new());
        assert!(warnings(&whole()).is_empty());
    }

    #[test]
    fn each_contradiction_is_named_at_its_parameter() {
        type Break = fn(&mut Scenario);
        let cases: &[(&str, Break)] = &[
            ("focus.nations", |s| drop(s.nations.remove("AAA"))),
            ("horizon.tick", |s| (s.horizon.tick, s.horizon.years) = (28.0, 0.01)),
            ("nation.AAA.policy.portfolio", |s| s.nations.entry("AAA").portfolio_cloud = 0.5),
            ("nation.AAA.vendor_mix", |s| {
                s.nations.entry("AAA").vendor_mix = vec![("v".into(), 0.5)];
            }),
            ("nation.AAA.vendor_mix", |s| {
                s.nations.entry("AAA").vendor_mix = vec![("v".into(), 1.5), ("w".into(), -0.5)];
            }),
            ("stage.s.shares", |s| s.stages.entry("s").shares.clear()),
            ("stage.s.shares", |s| {
                s.stages.entry("s").shares = vec![("TWN".into(), 0.9), ("KOR".into(), 0.2)];
            }),
            ("controller.c.economies", |s| {
                s.controllers.entry("c").economies = vec!["TWN".into()];
            }),
            ("workload.training.share", |s| s.workloads.entry("training").share = 0.9),
            ("workload.other", |s| s.workloads.entry("other").share = 0.0),
            ("sensitivity", |s| s.sensitivities = crate::scenario::Entries::default()),
            ("workload.training.substitution", |s| {
                s.workloads.entry("training").substitution = 0.1;
            }),
            ("workload.training.taper", |s| s.workloads.entry("training").taper = 0.9),
            ("provider.p.zones", |s| s.providers.entry("p").zones.clear()),
            ("provider.p.price_floor", |s| s.providers.entry("p").price_floor = 6.0),
            ("provider.p.zone_mix", |s| {
                s.providers.entry("p").zone_mix = vec![("BBB".into(), 1.0)];
            }),
            ("provider.p.memory_min", |s| s.providers.entry("p").memory_min = 1e5),
            ("provider.p.operators", |s| s.providers.entry("p").operators = 1_000_000),
        ];
        for (path, change) in cases {
            let mut scenario = whole();
            change(&mut scenario);
            assert_eq!(paths(&scenario), vec![(*path).to_owned()], "{path}");
        }
    }
}
