//! Setting one share of a portfolio (by policy or `--set`) rescales its other shares in proportion, so that all sum to one.

use super::layer::{Layer, What, path_of, root_spec};
use super::resolve::{Resolver, Trace};
use super::source::{Finding, Place};
use super::value::{SHARE_TOLERANCE, tidy};
use autarky_market::schema::Value;
use autarky_market::validation::PORTFOLIOS;
use std::collections::BTreeMap;

/// The portfolio that a field is a share of, by the prefix of its name.
pub(crate) fn portfolio_of(field: &str) -> Option<&'static str> {
    PORTFOLIOS.into_iter().find(|prefix| field.starts_with(prefix))
}

/// Rescales what `layer` left untouched in the portfolios that it changed.
pub(crate) fn rescale(resolver: &mut Resolver<'_>, layer: &Layer, wanted: &dyn Fn(usize) -> bool) {
    let mut changed: BTreeMap<(usize, String, &str), (Vec<usize>, Place)> = BTreeMap::new();
    for setting in layer.settings.iter().filter(|s| wanted(s.root)) {
        let What::Value { field, place, .. } = &setting.what else { continue };
        let spec = root_spec(setting.root);
        let Some(prefix) = portfolio_of(spec.fields[*field].name) else { continue };
        let every = resolver.out.scenario.identifiers(spec.name);
        let ids = if setting.id == "*" { every } else { vec![setting.id.as_str()] };
        for id in ids {
            let key = (setting.root, id.to_owned(), prefix);
            let entry = changed.entry(key).or_insert((Vec::new(), *place));
            entry.0.push(*field);
            entry.1 = *place;
        }
    }
    for ((root, id, prefix), (set, place)) in changed {
        let trace = Trace { place: Some(place), ..derived(layer) };
        rescale_one(resolver, (root, &id, prefix), &set, &trace);
    }
}

fn derived(layer: &Layer) -> Trace {
    Trace {
        kind: layer.kind,
        status: "assumed".to_owned(),
        ..Trace::derived("rescaled with its portfolio", "scenario")
    }
}

fn rescale_one(
    resolver: &mut Resolver<'_>,
    (root, id, prefix): (usize, &str, &str),
    set: &[usize],
    trace: &Trace,
) {
    let fields = root_spec(root).fields;
    let Some(entry) = resolver.out.scenario.entry(root_spec(root).name, id) else { return };
    let share = |at: usize| match entry.get(at) {
        Some(Value::Number(share)) => share,
        _ => 0.0,
    };
    let all = (0..fields.len()).filter(|at| fields[*at].name.starts_with(prefix));
    let (given, others): (Vec<usize>, Vec<usize>) = all.partition(|at| set.contains(at));
    let rest = 1.0 - given.iter().map(|at| share(*at)).sum::<f64>();
    let before: f64 = others.iter().map(|at| share(*at)).sum();
    if others.is_empty() || (rest - before).abs() <= SHARE_TOLERANCE {
        return;
    }
    if rest < -SHARE_TOLERANCE || before <= 0.0 {
        let path = path_of(root, id, prefix.trim_end_matches('.'));
        let message = if before <= 0.0 {
            format!("`{path}` cannot be rescaled: the other shares are zero")
        } else {
            format!("`{path}` sums to {} before the other shares", tidy(1.0 - rest))
        };
        let finding = Finding::error(trace.place, &path, message).allowed("shares that sum to one");
        return resolver.findings.push(finding.help("set all shares of the portfolio"));
    }
    let factor = rest.clamp(0.0, 1.0) / before;
    let scaled: Vec<(usize, f64)> = others.into_iter().map(|at| (at, share(at) * factor)).collect();
    for (at, value) in scaled {
        resolver.put((root, id, at), Value::Number(value), trace.clone());
    }
}
