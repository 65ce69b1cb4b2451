//! Zones of the market: focus nations one by one, all other economies in blocs; both filled from the calibration tables.
//!
//! An economy goes to the first bloc (by precedence, then identifier) that names it, else to the first whose regions and
//! income groups match. A bloc that names members and neither regions nor groups takes its members alone. A scenario
//! with neither focus nor bloc is a made-up world: its zones are the nations that it declares.

use super::layer::{path_of, root_index, root_spec};
use super::resolve::{Resolver, Trace};
use super::source::{Files, Finding, Findings};
use super::suggest;
use super::tree::{Data, Node};
use super::value::{Parsed, Reader};
use crate::calibration::{self, Fill, HARDWARE, NATION, Table, word};
use crate::scenario::layer::LayerKind;
use crate::scenario::source::Place;
use autarky_market::entity::horizon::BlocParameters;
use autarky_market::entity::nation::{IncomeGroup, NationParameters};
use autarky_market::schema::{FieldType, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Builds the `nation` entries.
pub(crate) fn build(resolver: &mut Resolver<'_>) {
    let Some(root) = root_index("nation") else { return };
    let table = calibration::nations();
    check_words(resolver, table);
    let scenario = &resolver.out.scenario;
    let focus: Vec<String> =
        scenario.focus.nations.iter().filter(|id| table.has(id)).cloned().collect();
    if scenario.focus.nations.is_empty() && scenario.blocs.is_empty() {
        for id in resolver.declared(root) {
            resolver.out.scenario.nations.entry(&id);
        }
        return;
    }
    for id in &focus {
        resolver.out.scenario.nations.entry(id);
        fill(resolver, root, id, table, NATION);
        resolver.out.zone_of.insert(id.clone(), id.clone());
    }
    aggregate(resolver, root, table, &focus);
    let off = resolver.out.disabled.iter().filter(|((r, _), _)| *r == root);
    let off: Vec<(String, Place)> = off.map(|((_, id), place)| (id.clone(), *place)).collect();
    for (id, place) in off {
        let message = format!("zone `{id}` cannot be switched off: every economy is in some zone");
        let finding = Finding::error(Some(place), &path_of(root, &id, "enabled"), message);
        resolver
            .findings
            .push(finding.help("take it out of focus.nations; it then joins its bloc"));
    }
}

fn check_words(resolver: &mut Resolver<'_>, table: &Table) {
    let scenario = &resolver.out.scenario;
    let mut wrong = Vec::new();
    let lists = [("focus", String::new(), "nations", scenario.focus.nations.clone())];
    let blocs = scenario.blocs.iter().flat_map(|(id, bloc)| {
        let list = |name, items: &[String]| ("bloc", id.to_owned(), name, items.to_vec());
        [
            list("members", &bloc.members),
            list("regions", &bloc.regions),
            list("income_groups", &bloc.income_groups),
        ]
    });
    for (root, id, name, items) in lists.into_iter().chain(blocs) {
        let known = known_words(name, table);
        let by_word = matches!(name, "regions" | "income_groups");
        for (at, item) in items.into_iter().enumerate() {
            let shown = if by_word { word(&item) } else { item.clone() };
            if !known.contains(&shown) {
                wrong.push((root, id.clone(), name, at, item));
            }
        }
    }
    for (root, id, name, at, item) in wrong {
        if !resolver.findings.is_full() {
            unknown_word(resolver, (root, &id, name), at, &item, &known_words(name, table));
        }
    }
}

/// What a list of economies, regions or income groups may name.
fn known_words(name: &str, table: &Table) -> BTreeSet<String> {
    match name {
        "regions" => table.words("region").into_iter().map(word).collect(),
        "income_groups" => table.words("income_group").into_iter().map(word).collect(),
        _ => table.keys().map(str::to_owned).collect(),
    }
}

fn unknown_word(
    resolver: &mut Resolver<'_>,
    path: (&str, &str, &str),
    at: usize,
    item: &str,
    known: &BTreeSet<String>,
) {
    let Some(root) = root_index(path.0) else { return };
    let field = root_spec(root).fields.iter().position(|f| f.name == path.2).unwrap_or_default();
    let trace = resolver.out.traces.get(&(root, path.1.to_owned(), field));
    let place = trace.and_then(|t| t.parts.get(at).copied().or(t.place));
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    resolver.out.broken.insert((root, path.1.to_owned()));
    let path = path_of(root, path.1, path.2);
    let message = format!("calibration/nations.csv has no `{item}`");
    let hint = suggest::hint(item, &known)
        .or_else(|| Some("economies have ISO 3166 codes of three letters".to_owned()));
    resolver.findings.push(Finding::error(place, &path, message).maybe_help(hint));
}

fn aggregate(resolver: &mut Resolver<'_>, root: usize, table: &Table, focus: &[String]) {
    let mut blocs: Vec<(i64, String, BlocParameters)> = resolver
        .out
        .scenario
        .blocs
        .iter()
        .map(|(id, b)| (b.precedence, id.to_owned(), b.clone()))
        .collect();
    blocs.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut members: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut homeless = Vec::new();
    for economy in table.keys().filter(|e| !focus.iter().any(|f| f == e)) {
        match bloc_of(economy, &blocs, table) {
            Some(bloc) => {
                resolver.out.zone_of.insert(economy.to_owned(), bloc.to_owned());
                members.entry(bloc.to_owned()).or_default().push(economy);
            }
            None => homeless.push(economy),
        }
    }
    if let (Some(_), true) = (homeless.first(), is_sound(resolver)) {
        let first = homeless.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        let message = format!(
            "no bloc takes {} economies: {first}{}",
            homeless.len(),
            if homeless.len() > 5 { ", …" } else { "" }
        );
        let help =
            "add a bloc without members, regions and income_groups; it takes all that is left";
        resolver.findings.push(Finding::error(None, "bloc", message).help(help));
    }
    let bloc_root = root_index("bloc").unwrap_or_default();
    for (_, id, _) in &blocs {
        let place = resolver.out.places.get(&(bloc_root, id.clone())).copied();
        if focus.contains(id) {
            let finding = Finding::error(
                place,
                &path_of(bloc_root, id, ""),
                format!("`{id}` is a bloc and a focus nation"),
            );
            resolver.findings.push(finding.help("rename the bloc"));
        } else if let Some(members) = members.get(id) {
            sum_up(resolver, root, id, members, table);
        } else if is_sound(resolver) {
            let finding = Finding::error(
                place,
                &path_of(bloc_root, id, ""),
                format!("no economy is left for bloc `{id}`"),
            );
            resolver
                .findings
                .push(finding.warning().help("give it a smaller precedence, or disable it"));
        }
    }
}

/// Whether every bloc and the focus could be read.
fn is_sound(resolver: &Resolver<'_>) -> bool {
    !resolver.out.broken.iter().any(|(root, _)| ["bloc", "focus"].contains(&root_spec(*root).name))
}

fn bloc_of<'b>(
    economy: &str,
    blocs: &'b [(i64, String, BlocParameters)],
    table: &Table,
) -> Option<&'b str> {
    let named = blocs.iter().find(|(_, _, b)| b.members.iter().any(|m| m == economy));
    let matches = |wanted: &[String], quantity: &str| {
        let figure = table.get(economy, quantity).map(|f| word(&f.value)).unwrap_or_default();
        wanted.is_empty() || wanted.iter().any(|w| word(w) == figure)
    };
    let fits = |b: &BlocParameters| {
        let only_members =
            !b.members.is_empty() && b.regions.is_empty() && b.income_groups.is_empty();
        !only_members && matches(&b.regions, "region") && matches(&b.income_groups, "income_group")
    };
    named.or_else(|| blocs.iter().find(|(_, _, b)| fits(b))).map(|(_, id, _)| id.as_str())
}

/// A bloc as a zone: GDP and population summed, prices and volatilities weighted by GDP, the most common income group.
fn sum_up(resolver: &mut Resolver<'_>, root: usize, id: &str, members: &[&str], table: &Table) {
    let number = |economy: &str, quantity: &str| -> Option<f64> {
        table.get(economy, quantity)?.value.parse().ok()
    };
    let gdp = |economy: &str| number(economy, "gdp_usd").unwrap_or(0.0);
    let sum = |quantity: &str| members.iter().filter_map(|e| number(e, quantity)).sum::<f64>();
    let mean = |quantity: &str| {
        let pairs = members.iter().filter_map(|e| Some((number(e, quantity)?, gdp(e))));
        let (total, weight) = pairs.fold((0.0, 0.0), |(t, w), (x, g)| (t + x * g, w + g));
        (weight > 0.0).then(|| total / weight)
    };
    let mut groups: BTreeMap<String, f64> = BTreeMap::new();
    for economy in members {
        if let Some(figure) = table.get(economy, "income_group") {
            *groups.entry(word(&figure.value)).or_default() += gdp(economy);
        }
    }
    let group = groups
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .and_then(|(g, _)| IncomeGroup::from_value(Value::Text(g)));
    let blank = NationParameters::default();
    let nation = resolver.out.scenario.nations.entry(id);
    id.clone_into(&mut nation.title);
    nation.gdp = sum("gdp_usd");
    nation.population = sum("population");
    nation.power_price = mean("power_price_usd_per_kwh").unwrap_or(blank.power_price);
    nation.fx_volatility = mean("fx_volatility_annual").unwrap_or(blank.fx_volatility);
    nation.income_group = group.unwrap_or(blank.income_group);
    let count = members.len();
    for Fill { field, quantity, .. } in NATION {
        let imputed = members
            .iter()
            .filter_map(|e| table.get(e, quantity))
            .filter(|f| f.status == "imputed")
            .count();
        let note = if imputed > 0 { format!(", {imputed} imputed") } else { String::new() };
        resolver.derive(
            root,
            id,
            field,
            &format!("calibration/nations.csv over {count} economies{note}"),
        );
    }
}

/// Parameters of a hardware model whose identifier is a row of the accelerator table.
pub(crate) fn fill_hardware(resolver: &mut Resolver<'_>, root: usize, id: &str) {
    fill(resolver, root, id, calibration::accelerators(), HARDWARE);
}

/// Fills the parameters of an entry from the rows of its key.
fn fill(resolver: &mut Resolver<'_>, root: usize, id: &str, table: &Table, fills: &[Fill]) {
    for Fill { field, quantity, unit } in fills {
        let Some(at) = root_spec(root).fields.iter().position(|f| f.name == *field) else {
            continue;
        };
        let Some(figure) = table.get(id, quantity) else { continue };
        let is_choice =
            matches!(root_spec(root).fields[at].kind, autarky_market::schema::Kind::Choice(_));
        let text = match (is_choice, unit.is_empty()) {
            (true, _) => word(&figure.value),
            (false, true) => figure.value.clone(),
            (false, false) => format!("{} {unit}", figure.value),
        };
        let origin = format!("calibration/{}.csv:{}", table.name, figure.line);
        let trace = Trace {
            kind: LayerKind::Table,
            place: None,
            parts: Vec::new(),
            at: origin.clone(),
            source: figure.source_id.clone(),
            vintage: figure.vintage.clone(),
            status: figure.status.clone(),
        };
        match read_figure(root, at, &text, &origin) {
            Ok(value) => resolver.put((root, id, at), value, trace),
            Err(message) => {
                let finding =
                    Finding::error(None, &path_of(root, id, field), format!("{origin}: {message}"));
                resolver.findings.push(finding);
            }
        }
    }
}

fn read_figure(root: usize, field: usize, text: &str, origin: &str) -> Result<Value, String> {
    let spec = &root_spec(root).fields[field];
    let mut files = Files::default();
    let file = files.add(origin, text);
    let mut findings = Findings::default();
    let place = Place { file, start: 0, end: text.len() as u32 };
    let node = Node { place, data: Data::Text(text.to_owned()) };
    let reading =
        Reader { files: &files, findings: &mut findings }.read(spec.name, spec, false, &node);
    if let Some(Parsed::Value(value)) = reading.map(|r| r.parsed) {
        return Ok(value);
    }
    let (errors, _) = findings.finish(&files);
    Err(errors.first().map_or("unreadable figure".to_owned(), |d| d.message.clone()))
}
