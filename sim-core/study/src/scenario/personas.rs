//! Demand of a nation from a file of persons: `personas` becomes `demand_scale` and the mixes, and is empty afterwards.
//!
//! What the scenario states in the same layer as `personas` or in a higher one wins over the file; what a lower layer states does
//! not. The resolved scenario has the figures and not the file, so its identity rests on what was counted and it runs without the file.

use super::diagnostic::Diagnostic;
use super::layer::{LayerKind, path_of, root_index, root_spec};
use super::points::{Home, locate};
use super::resolve::{Resolver, Trace};
use super::source::{Files, Finding, Findings};
use super::tree::{Data, Node};
use super::value::{text, wrong_type};
use crate::persona::{Demand, FEW_ADULTS, MANY_UNKNOWN, Population, World, demand};
use autarky_market::entity::demand::{Class, Sensitivity};
use autarky_market::scenario::Scenario;
use autarky_market::schema::Value;

/// Counts the file that the value of a parameter names and puts its number in the place of the name.
pub(super) fn attach(
    name: &str,
    node: &mut Node,
    home: Home<'_>,
    (files, findings): (&mut Files, &mut Findings),
) {
    let opened = text(node).and_then(|file| locate(&file, home));
    let data = match opened {
        Ok(path) => {
            let exists = path.exists();
            files.population(path).map(Data::Population).map_err(|wrong| {
                wrong.into_iter().map(|inner| at_file(inner, node, exists)).collect()
            })
        }
        Err(finding) => Err(vec![Finding { place: Some(node.place), ..finding }]),
    };
    node.data = data.unwrap_or_else(|wrong: Vec<Finding>| {
        for mut finding in wrong {
            name.clone_into(&mut finding.inner.path);
            finding.inner.message = finding.inner.message.replacen('·', &format!("`{name}`"), 1);
            findings.push(finding);
        }
        Data::Broken
    });
}

/// A finding about a line of the file keeps that place; one about the file as a whole is where the file is named.
fn at_file(inner: Diagnostic, node: &Node, exists: bool) -> Finding {
    if inner.line > 0 {
        return Finding { place: None, inner: Box::new(inner) };
    }
    let missing = "the name is relative to the folder of the scenario file".to_owned();
    let help = inner.help.clone().or((!exists).then_some(missing));
    Finding { place: Some(node.place), inner: Box::new(Diagnostic { help, ..inner }) }
}

/// The name of the file of a value.
pub(super) fn name(files: &Files, node: &Node) -> Result<String, Finding> {
    match &node.data {
        Data::Population(number) => Ok(files.population_name(*number).unwrap_or_default()),
        Data::Text(text) if text.is_empty() => Ok(String::new()),
        _ => Err(wrong_type(node, "the name of a CSV or Parquet file with one row a person")),
    }
}

/// Puts the figures of every nation's file into its parameters.
pub(super) fn fill(resolver: &mut Resolver<'_>) {
    let Some(root) = root_index("nation") else { return };
    let Some(field) = position(root, "personas") else { return };
    let nations: Vec<(String, String)> = resolver
        .out
        .scenario
        .nations
        .iter()
        .filter(|(_, nation)| !nation.personas.is_empty())
        .map(|(id, nation)| (id.to_owned(), nation.personas.clone()))
        .collect();
    for (id, file) in nations {
        let files = resolver.files;
        let trace = resolver.out.traces.get(&(root, id.clone(), field)).cloned();
        if let (Some(population), Some(trace)) = (files.population_of(&file), trace) {
            let at = format!("{} persons of {file}", population.persons());
            let trace = Trace { at, source: "persona file".to_owned(), ..trace };
            fill_one(resolver, (root, &id), population, &trace);
            resolver.put((root, &id, field), Value::Text(String::new()), trace);
        }
    }
}

fn position(root: usize, name: &str) -> Option<usize> {
    root_spec(root).fields.iter().position(|f| f.name == name)
}

fn fill_one(
    resolver: &mut Resolver<'_>,
    (root, id): (usize, &str),
    population: &Population,
    trace: &Trace,
) {
    let Some(nation) = resolver.out.scenario.nations.get(id) else { return };
    let world = world(&resolver.out.scenario);
    let Some(demand) = demand(population, nation.income_group, &world) else { return };
    let trace = Trace {
        source: "persona file; calibration/personas.csv".to_owned(),
        status: "calibrated".to_owned(),
        ..trace.clone()
    };
    for (name, value) in figures(&demand) {
        let Some(field) = position(root, name) else { continue };
        let stated = resolver.out.traces.get(&(root, id.to_owned(), field));
        let own = |t: &Trace| t.kind >= trace.kind && t.kind > LayerKind::KindDefault;
        if !stated.is_some_and(own) {
            resolver.put((root, id, field), value, trace.clone());
        }
    }
    warn(resolver, (root, id), population, &trace);
}

/// The world's shares as the scenario has them.
pub(crate) fn world(scenario: &Scenario) -> World {
    let kind = |word: &str| scenario.sensitivities.get(word).map_or(0.0, |s| s.share);
    let class = |word: &str| scenario.workloads.get(word).map_or(0.0, |w| w.share);
    let three = |words: &[&str], share: &dyn Fn(&str) -> f64| {
        let mut out = [0.0; 3];
        out.iter_mut().zip(words).for_each(|(slot, word)| *slot = share(word));
        out
    };
    World { sensitivity: three(Sensitivity::WORDS, &kind), class: three(Class::WORDS, &class) }
}

/// The parameters that a file fills, with their values.
fn figures(demand: &Demand) -> [(&'static str, Value); 5] {
    let shares = |words: &[&str], shares: Option<[f64; 3]>| {
        let pairs = shares.into_iter().flat_map(|shares| words.iter().zip(shares));
        let mut pairs: Vec<(String, f64)> = pairs.map(|(w, x)| ((*w).to_owned(), x)).collect();
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        Value::Shares(pairs)
    };
    let [open, regulated, critical] = demand.classes.map(|of| shares(Class::WORDS, of));
    [
        ("demand_scale", Value::Number(demand.scale())),
        ("sensitivity_mix", shares(Sensitivity::WORDS, demand.sensitivity)),
        ("workload_mix.open", open),
        ("workload_mix.regulated", regulated),
        ("workload_mix.critical", critical),
    ]
}

/// Files whose shares rest on few people.
fn warn(
    resolver: &mut Resolver<'_>,
    (root, id): (usize, &str),
    population: &Population,
    trace: &Trace,
) {
    let path = path_of(root, id, "personas");
    let (adults, unknown) = (population.adults(), population.unknown());
    let mut say = |message: String, help: &str| {
        resolver.findings.push(Finding::error(trace.place, &path, message).warning().help(help));
    };
    if adults < FEW_ADULTS {
        let message =
            format!("the file of `{path}` has {adults} adults; shares of so few are noisy");
        say(message, "`autarky personas show FILE` gives the standard error");
    }
    if unknown as f64 > MANY_UNKNOWN * adults as f64 {
        let message =
            format!("the occupations of {unknown} of {adults} adults of `{path}` are unknown");
        say(message, "`autarky personas show FILE` lists them; codes of ISCO-08 are always known");
    }
}
