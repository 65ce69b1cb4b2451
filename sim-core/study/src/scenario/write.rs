//! Values as text: in scenario files, tables and explanations; and a whole resolved scenario as a file that loads again.

use super::about::about_toml;
use super::diagnostic::printable;
use super::layer::{is_optional, path_of, root_spec};
use super::portfolio::portfolio_of;
use super::value::date_text;
use super::{Loaded, Policy};
use autarky_market::entity::provider::ProviderKind;
use autarky_market::scenario::Scenario;
use autarky_market::schema::{Entry, FieldSpec, Kind, Value};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A number as short as it reads back to the same bits.
pub(crate) fn number_text(x: f64) -> String {
    let text = format!("{x:?}");
    match text.strip_suffix(".0") {
        Some(whole) if x.abs() < 9e15 => whole.to_owned(),
        _ => text,
    }
}

/// A text as a TOML basic string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The unit of a field, empty where it has none.
pub(crate) fn unit_of(spec: &FieldSpec) -> &'static str {
    match spec.kind {
        Kind::Number { unit: "1", .. } => "",
        Kind::Number { unit, .. } => unit,
        Kind::Instant => "day",
        _ => "",
    }
}

/// A value as it stands in a scenario file.
pub(crate) fn toml_value(spec: &FieldSpec, value: Option<&Value>) -> String {
    let Some(value) = value else { return quoted("none") };
    match (value, spec.kind) {
        (Value::Number(days), Kind::Date) => date_text(*days).unwrap_or_else(|| number_text(*days)),
        (Value::Number(x), Kind::Instant) => quoted(&format!("{} day", number_text(*x))),
        (Value::Number(x), Kind::Number { unit, .. }) if unit != "1" => {
            quoted(&format!("{} {unit}", number_text(*x)))
        }
        (Value::Number(x), _) => number_text(*x),
        (Value::Integer(i), _) => i.to_string(),
        (Value::Flag(flag), _) => flag.to_string(),
        (Value::Text(text), _) => quoted(text),
        (Value::List(words), _) => {
            let words: Vec<String> = words.iter().map(|w| quoted(w)).collect();
            format!("[{}]", words.join(", "))
        }
        (Value::Shares(shares), _) if shares.is_empty() => "{}".to_owned(),
        (Value::Shares(numbers), Kind::Numbers { unit, .. }) if unit != "1" => {
            let pair = |(id, x): &(String, f64)| {
                format!("{id} = {}", quoted(&format!("{} {unit}", number_text(*x))))
            };
            let pairs: Vec<String> = numbers.iter().map(pair).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        (Value::Shares(shares), _) => {
            let pairs: Vec<String> = shares
                .iter()
                .map(|(id, share)| format!("{id} = {}", number_text(*share)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        (Value::Path(points), _) => {
            let date = |day: f64| date_text(day).unwrap_or_else(|| number_text(day));
            let pairs: Vec<String> = points
                .iter()
                .map(|(day, value)| format!("[{}, {}]", date(*day), number_text(*value)))
                .collect();
            format!("[{}]", pairs.join(", "))
        }
    }
}

/// A value as it stands in a table, without unit and quotes.
pub(crate) fn plain_value(spec: &FieldSpec, value: Option<&Value>) -> String {
    match (value, spec.kind) {
        (None, _) => "none".to_owned(),
        (Some(Value::Number(x)), Kind::Number { .. } | Kind::Instant) => number_text(*x),
        (Some(Value::Text(text)), _) => text.clone(),
        (Some(Value::List(words)), _) => words.join(" "),
        (Some(Value::Path(points)), _) => match (points.first(), points.last()) {
            (Some((first, _)), Some((last, _))) => {
                let date = |day: f64| date_text(day).unwrap_or_default();
                format!("{} values from {} to {}", points.len(), date(*first), date(*last))
            }
            _ => String::new(),
        },
        (value, _) => toml_value(spec, value),
    }
}

/// One file with every value of every policy; it loads again to the same scenarios.
///
/// The body is the first policy of `loaded`; the others are written as what they change.
#[must_use]
pub fn resolved_toml(loaded: &Loaded) -> String {
    let mut out = String::from(
        "# Every value, resolved. Written by autarky; loads again to the same scenario.\nformat = 1\n",
    );
    let _ = writeln!(out, "title = {}", quoted(&loaded.title));
    if !loaded.question.is_empty() {
        let _ = writeln!(out, "question = {}", quoted(&loaded.question));
    }
    if let Some(about) = &loaded.about {
        out.push_str(&about_toml(about));
    }
    let Some((body, others)) = loaded.policies.split_first() else { return out };
    for (root, spec) in Scenario::ROOTS.iter().enumerate() {
        let mut written = BTreeSet::new();
        for policy in &loaded.policies {
            for id in policy.scenario.identifiers(spec.name) {
                if written.insert(id) {
                    entry_toml(&mut out, policy, root, id, policy.name == body.name);
                }
            }
        }
        if spec.name == "provider" {
            disabled_providers(&mut out, loaded, &written);
        }
    }
    for policy in &loaded.policies {
        policy_toml(&mut out, body, policy, others.is_empty());
    }
    out.push_str(&super::uncertain::to_toml(&loaded.uncertain));
    out
}

fn entry_toml(out: &mut String, policy: &Policy, root: usize, id: &str, enabled: bool) {
    let spec = root_spec(root);
    let Some(entry) = policy.scenario.entry(spec.name, id) else { return };
    let _ = writeln!(out, "\n[{}]", path_of(root, id, ""));
    if !enabled {
        let _ = writeln!(out, "enabled = false");
    }
    for (at, field) in spec.fields.iter().enumerate() {
        let value = entry.get(at);
        if value.as_ref().is_none_or(is_blank_reference) && !is_optional(root, at) {
            continue;
        }
        let text = toml_value(field, value.as_ref());
        let origin = policy.origins.get(&path_of(root, id, field.name));
        let note = origin.map_or(String::new(), |o| {
            let parts = [o.status.as_str(), o.source.as_str(), o.at.as_str()];
            let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
            format!("  # {}", printable(&parts.join("; ")))
        });
        let _ = writeln!(out, "{} = {text}{note}", field.name);
    }
}

/// An unset reference or title; writing it would name nothing.
fn is_blank_reference(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.is_empty())
}

fn disabled_providers(out: &mut String, loaded: &Loaded, written: &BTreeSet<&str>) {
    let Some(body) = loaded.policies.first() else { return };
    for (zone, _) in body.scenario.nations.iter() {
        for kind in [ProviderKind::DataCentre, ProviderKind::Network] {
            let id = format!("{zone}-{}", kind.as_str());
            if !written.contains(id.as_str()) {
                let _ = writeln!(out, "\n[provider.{id}]\nenabled = false");
            }
        }
    }
}

fn policy_toml(out: &mut String, body: &Policy, policy: &Policy, alone: bool) {
    if alone && policy.name == "base" && policy.title == "Base" && policy.description.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n[policies.{}]\ntitle = {}", policy.name, quoted(&policy.title));
    if !policy.description.is_empty() {
        let _ = writeln!(out, "description = {}", quoted(&policy.description));
    }
    let _ = writeln!(out, "[policies.{}.set]", policy.name);
    for (root, spec) in Scenario::ROOTS.iter().enumerate() {
        let mine: BTreeSet<&str> = policy.scenario.identifiers(spec.name).into_iter().collect();
        let theirs: BTreeSet<&str> = body.scenario.identifiers(spec.name).into_iter().collect();
        for id in theirs.difference(&mine) {
            let _ = writeln!(out, "\"{}\" = false", path_of(root, id, "enabled"));
        }
        for id in mine {
            let Some(entry) = policy.scenario.entry(spec.name, id) else { continue };
            let other = body.scenario.entry(spec.name, id);
            if other.is_none() {
                let _ = writeln!(out, "\"{}\" = true", path_of(root, id, "enabled"));
            }
            changes_toml(out, (root, id), entry, other);
        }
    }
}

/// What differs from the body. All shares of a portfolio are written if one differs, so that nothing is rescaled.
fn changes_toml(out: &mut String, at: (usize, &str), entry: &dyn Entry, other: Option<&dyn Entry>) {
    let (root, id) = at;
    let fields = root_spec(root).fields;
    let differs = |field: usize| other.is_none_or(|o| o.get(field) != entry.get(field));
    let changed: Vec<_> = (0..fields.len())
        .filter(|f| differs(*f))
        .filter_map(|f| portfolio_of(fields[f].name))
        .collect();
    let rescales = |name: &str| portfolio_of(name).is_some_and(|own| changed.contains(&own));
    for (field, spec) in fields.iter().enumerate() {
        let value = entry.get(field);
        let blank = value.as_ref().is_none_or(is_blank_reference) && !is_optional(root, field);
        if !blank && (differs(field) || rescales(spec.name)) {
            let path = path_of(root, id, spec.name);
            let _ = writeln!(out, "\"{path}\" = {}", toml_value(spec, value.as_ref()));
        }
    }
}
