//! References between entries: economies inside a bloc become its zone, and what refers to nothing is reported.

use super::layer::{path_of, root_index, root_spec};
use super::resolve::{Resolver, Trace};
use super::source::Finding;
use super::suggest;
use autarky_market::scenario::Scenario;
use autarky_market::schema::{Kind, Value};
use std::collections::BTreeMap;

/// Maps and checks every reference of the scenario.
pub(crate) fn check(resolver: &mut Resolver<'_>) {
    for (root, spec) in Scenario::ROOTS.iter().enumerate() {
        for id in identifiers(resolver, spec.name) {
            for (field, declared) in spec.fields.iter().enumerate() {
                if let Kind::Reference(target)
                | Kind::References(target)
                | Kind::Shares(target)
                | Kind::Numbers { root: target, .. } = declared.kind
                {
                    check_field(resolver, (root, &id, field), target);
                }
            }
        }
    }
}

fn identifiers(resolver: &Resolver<'_>, root: &str) -> Vec<String> {
    resolver.out.scenario.identifiers(root).iter().map(|s| (*s).to_owned()).collect()
}

fn check_field(resolver: &mut Resolver<'_>, at: (usize, &str, usize), target: &str) {
    let (root, id, field) = at;
    let entry = resolver.out.scenario.entry(root_spec(root).name, id);
    let Some(value) = entry.and_then(|e| e.get(field)) else { return };
    let mapped = match &value {
        Value::Text(word) => {
            check_word(resolver, at, 0, word, target);
            Value::Text(zone(resolver, word, target))
        }
        Value::List(words) => {
            let mut mapped: Vec<String> = Vec::new();
            for (part, word) in words.iter().enumerate() {
                check_word(resolver, at, part, word, target);
                let word = zone(resolver, word, target);
                if !mapped.contains(&word) {
                    mapped.push(word);
                }
            }
            Value::List(mapped)
        }
        // Of several economies in one zone the largest number holds for the zone: it is the one that binds.
        Value::Shares(numbers)
            if matches!(root_spec(root).fields[field].kind, Kind::Numbers { .. }) =>
        {
            let mut mapped: BTreeMap<String, f64> = BTreeMap::new();
            for (part, (word, number)) in numbers.iter().enumerate() {
                check_word(resolver, at, part, word, target);
                let known = mapped.entry(zone(resolver, word, target)).or_insert(*number);
                *known = if *number > *known { *number } else { *known };
            }
            Value::Shares(mapped.into_iter().collect())
        }
        Value::Shares(shares) => {
            let mut mapped: BTreeMap<String, f64> = BTreeMap::new();
            for (part, (word, share)) in shares.iter().enumerate() {
                check_word(resolver, at, part, word, target);
                *mapped.entry(zone(resolver, word, target)).or_default() += share;
            }
            Value::Shares(mapped.into_iter().collect())
        }
        _ => return,
    };
    if mapped == value {
        return;
    }
    if let Some(entry) = resolver.out.scenario.entry_mut(root_spec(root).name, id) {
        entry.set(field, mapped);
    }
}

/// The zone of an economy; any other word stays.
fn zone(resolver: &Resolver<'_>, word: &str, target: &str) -> String {
    let zone = if target == "nation" { resolver.out.zone_of.get(word) } else { None };
    zone.map_or_else(|| word.to_owned(), Clone::clone)
}

fn check_word(
    resolver: &mut Resolver<'_>,
    at: (usize, &str, usize),
    part: usize,
    word: &str,
    target: &str,
) {
    let (root, id, field) = at;
    let key = (root, id.to_owned());
    let scenario = &resolver.out.scenario;
    if scenario.entry(target, &zone(resolver, word, target)).is_some()
        || resolver.findings.is_full()
    {
        return;
    }
    let known = scenario.identifiers(target);
    let path = path_of(root, id, root_spec(root).fields[field].name);
    if word.is_empty() {
        if !resolver.out.broken.contains(&key) {
            let place = resolver.out.places.get(&key).copied();
            let finding = Finding::error(place, &path, format!("`{path}` is missing"));
            resolver
                .findings
                .push(finding.allowed(format!("the identifier of an entry of `{target}`")));
        }
        return;
    }
    let trace = resolver.out.traces.get(&(root, id.to_owned(), field));
    let place = trace.and_then(|t| t.parts.get(part).copied().or(t.place));
    let place = place.or_else(|| resolver.out.places.get(&key).copied());
    let off = root_index(target).and_then(|t| resolver.out.disabled.get(&(t, word.to_owned())));
    let help = match off {
        Some(place) => Some(format!("`{word}` is disabled in {}", resolver.files.locate(*place))),
        None => suggest::hint(word, &known),
    };
    let from = trace.map_or("", |t: &Trace| t.at.as_str());
    let from = if from.is_empty() { String::new() } else { format!(" (from {from})") };
    let message =
        format!("`{path}` refers to `{word}`, which is no {target} of this scenario{from}");
    resolver.findings.push(Finding::error(place, &path, message).maybe_help(help));
    resolver.out.broken.insert(key);
}
