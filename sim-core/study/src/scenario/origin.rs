//! Origins of values for readers, and findings about values as a whole brought back to their places.

use super::chain::Chain;
use super::layer::{LayerKind, path_of, root_index, root_spec};
use super::resolve::Resolved;
use super::source::{Files, Finding, Findings, Place};
use autarky_market::scenario::{Problem, Scenario};
use autarky_market::validation;
use std::collections::BTreeMap;

/// Where one value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The layer that had the last word.
    pub layer: LayerKind,
    /// `file:line`, `calibration/nations.csv:12`, or how it was derived; empty for declared defaults.
    pub at: String,
    /// Source of the figure.
    pub source: String,
    /// When the figure was valid, if known.
    pub vintage: String,
    /// `measured`, `calibrated`, `imputed` or `assumed`.
    pub status: String,
}

/// Origins by path, for every parameter of a resolved scenario.
pub type Origins = BTreeMap<String, Origin>;

/// Origins of every parameter.
pub(crate) fn origins(resolved: &Resolved, chain: &Chain, files: &Files) -> Origins {
    let mut all = Origins::new();
    for (root, spec) in Scenario::ROOTS.iter().enumerate() {
        for id in resolved.scenario.identifiers(spec.name) {
            for (field, declared) in spec.fields.iter().enumerate() {
                let path = path_of(root, id, declared.name);
                let mut origin = match resolved.traces.get(&(root, id.to_owned(), field)) {
                    Some(trace) => Origin {
                        layer: trace.kind,
                        at: join(trace.place.map(|p| files.locate(p)), &trace.at),
                        source: trace.source.clone(),
                        vintage: trace.vintage.clone(),
                        status: trace.status.clone(),
                    },
                    None => Origin {
                        layer: LayerKind::Default,
                        at: String::new(),
                        source: declared.source.to_owned(),
                        vintage: String::new(),
                        status: declared.status.as_str().to_owned(),
                    },
                };
                let stated =
                    chain.provenance.get(&path).filter(|_| origin.layer < LayerKind::Policy);
                if let Some(stated) = stated {
                    origin.source = stated.source.clone().unwrap_or(origin.source);
                    origin.status = stated.status.clone().unwrap_or(origin.status);
                }
                all.insert(path, origin);
            }
        }
    }
    all
}

fn join(place: Option<String>, at: &str) -> String {
    match place {
        Some(place) if at.is_empty() => place,
        Some(place) => format!("{place} ({at})"),
        None => at.to_owned(),
    }
}

/// Splits a path into root, identifier and the rest.
pub(crate) fn split_path(path: &str) -> Option<(usize, &str, &str)> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let root = root_index(name)?;
    if root_spec(root).singleton {
        return Some((root, "", rest));
    }
    let (id, field) = rest.split_once('.').unwrap_or((rest, ""));
    Some((root, id, field))
}

/// Provenance must speak about a parameter that exists.
pub(crate) fn check_provenance(resolved: &Resolved, chain: &Chain, findings: &mut Findings) {
    for (path, provenance) in &chain.provenance {
        if findings.is_full() {
            return;
        }
        let place = Some(provenance.place);
        let Some((root, id, field)) = split_path(path) else {
            findings.push(
                Finding::error(place, path, "provenance names no parameter")
                    .help("write nation.EST.power_price"),
            );
            continue;
        };
        let spec = root_spec(root);
        let known: Vec<&str> = spec.fields.iter().map(|f| f.name).collect();
        if !known.contains(&field) {
            let message =
                format!("provenance names `{}`, which has no parameter `{field}`", spec.name);
            findings.push(
                Finding::error(place, path, message)
                    .maybe_help(super::suggest::hint(field, &known)),
            );
        } else if resolved.scenario.entry(spec.name, id).is_none()
            && !is_template(resolved, root, id)
        {
            let ids = resolved.scenario.identifiers(spec.name);
            let message =
                format!("provenance names the {} `{id}`, which is not in the scenario", spec.name);
            findings.push(
                Finding::error(place, path, message)
                    .maybe_help(super::suggest::hint(id, &ids))
                    .warning(),
            );
        }
    }
}

fn is_template(resolved: &Resolved, root: usize, id: &str) -> bool {
    resolved.places.contains_key(&(root, id.to_owned()))
}

/// Runs the checks across entries and reports them at the values concerned.
pub(crate) fn report_problems(resolved: &Resolved, findings: &mut Findings) {
    for problem in validation::problems(&resolved.scenario) {
        report(resolved, &problem, false, findings);
    }
    for problem in validation::warnings(&resolved.scenario) {
        report(resolved, &problem, true, findings);
    }
}

fn report(resolved: &Resolved, problem: &Problem, is_warning: bool, findings: &mut Findings) {
    let (path, part) = split_part(&problem.path);
    let at = split_path(path);
    let is_shadow = at.is_some_and(|(root, id, _)| {
        resolved
            .broken
            .iter()
            .any(|(r, other)| *r == root && (id.is_empty() || other == id || other == "*"))
    });
    if is_shadow {
        return;
    }
    let place = at.and_then(|(root, id, field)| place_of(resolved, root, id, field, part));
    let mut finding = Finding::error(place, path, problem.message.clone());
    if !problem.help.is_empty() {
        finding = finding.help(problem.help.clone());
    }
    findings.push(if is_warning { finding.warning() } else { finding });
}

/// A path without the number of an element at its end (`shock.x.path.values[17]`), and that number.
fn split_part(path: &str) -> (&str, Option<usize>) {
    let split = path.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
    match split.map(|(path, part)| (path, part.parse())) {
        Some((path, Ok(part))) => (path, Some(part)),
        _ => (path, None),
    }
}

/// Where an element of a parameter, the parameter, the nearest parameter below it, or its entry was given.
fn place_of(
    resolved: &Resolved,
    root: usize,
    id: &str,
    name: &str,
    part: Option<usize>,
) -> Option<Place> {
    let field = root_spec(root).fields.iter().position(|f| f.name == name);
    let trace = field.and_then(|at| resolved.traces.get(&(root, id.to_owned(), at)));
    if let Some(place) = part.and_then(|part| trace?.parts.get(part)) {
        return Some(*place);
    }
    let below = format!("{name}.");
    let fields = root_spec(root).fields.iter().enumerate();
    let matching =
        fields.filter(|(_, f)| !name.is_empty() && (f.name == name || f.name.starts_with(&below)));
    let given =
        matching.filter_map(|(at, _)| resolved.traces.get(&(root, id.to_owned(), at))?.place).max();
    given.or_else(|| resolved.places.get(&(root, id.to_owned())).copied())
}
