//! What differs between two resolved scenarios: parameters by path with value and origin on both sides, entries that only one of them has.
//!
//! Numbers are compared by their IEEE bits, as in [`super::scenario_hash`]: without [`Difference::changes`] and entries of one side the hashes agree.
//! Free texts (titles) do not enter the hash and stand apart. It compares what is run, not the files that say it.

use super::Policy;
use super::diagnostic::printable;
use super::layer::path_of;
use super::show::{Row, inert, row};
use super::value::date_text;
use super::write::number_text;
use autarky_market::scenario::Scenario;
use autarky_market::schema::{FieldSpec, Kind, RootSpec, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A parameter that both have, with different values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As A has it.
    pub a: Row,
    /// As B has it; the same path.
    pub b: Row,
}

/// An entry that only one side has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lone {
    /// `provider.EST-dc`.
    pub path: String,
    /// How many parameters it has.
    pub parameters: usize,
}

/// What differs between A and B, in the order of the declarations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Parameters that both have.
    pub changes: Vec<Change>,
    /// Entries of A alone.
    pub only_a: Vec<Lone>,
    /// Entries of B alone.
    pub only_b: Vec<Lone>,
    /// Titles and other free texts, which change no result.
    pub titles: Vec<Change>,
}

/// One side of a comparison, as texts show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// File or catalogue id.
    pub scenario: String,
    /// Policy.
    pub policy: String,
    /// [`super::scenario_hash`].
    pub hash: String,
}

impl Difference {
    /// Whether both give the same results.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.only_a.is_empty() && self.only_b.is_empty()
    }
}

/// What differs between two resolved scenarios.
#[must_use]
pub fn difference(a: &Policy, b: &Policy) -> Difference {
    let mut found = Difference::default();
    for (root, spec) in Scenario::ROOTS.iter().enumerate() {
        let [of_a, of_b] = [a, b].map(|side| -> BTreeSet<&str> {
            side.scenario.identifiers(spec.name).into_iter().collect()
        });
        let lone = |id: &&str| Lone { path: path_of(root, id, ""), parameters: spec.fields.len() };
        found.only_a.extend(of_a.difference(&of_b).map(lone));
        found.only_b.extend(of_b.difference(&of_a).map(lone));
        for id in of_a.intersection(&of_b) {
            entry(&mut found, (root, spec, id), a, b);
        }
    }
    found
}

fn entry(
    found: &mut Difference,
    (root, spec, id): (usize, &RootSpec, &str),
    a: &Policy,
    b: &Policy,
) {
    let entries = [a, b].map(|side| side.scenario.entry(spec.name, id));
    let [Some(of_a), Some(of_b)] = entries else { return };
    for (at, field) in spec.fields.iter().enumerate() {
        let (left, right) = (of_a.get(at), of_b.get(at));
        if same(left.as_ref(), right.as_ref()) {
            continue;
        }
        let path = path_of(root, id, field.name);
        let [from_a, from_b] = [a, b].map(|side| side.origins.get(&path));
        let mut change = Change {
            a: row(path.clone(), field, left.as_ref(), from_a),
            b: row(path, field, right.as_ref(), from_b),
        };
        point_out(&mut change, left.as_ref(), right.as_ref());
        if is_title(field) { found.titles.push(change) } else { found.changes.push(change) }
    }
}

fn is_title(field: &FieldSpec) -> bool {
    field.kind == Kind::Text
}

/// The bits of a number; both zeros are one parameter, as in the hash.
fn bits(x: f64) -> u64 {
    if x == 0.0 { 0 } else { x.to_bits() }
}

fn point((day, x): &(f64, f64)) -> (u64, u64) {
    (bits(*day), bits(*x))
}

/// Whether two values are the same, bit by bit.
fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => bits(*a) == bits(*b),
        (Some(Value::Shares(a)), Some(Value::Shares(b))) => {
            let share = |(id, x): &(String, f64)| (id.clone(), bits(*x));
            a.iter().map(share).eq(b.iter().map(share))
        }
        (Some(Value::Path(a)), Some(Value::Path(b))) => a.iter().map(point).eq(b.iter().map(point)),
        (a, b) => a == b,
    }
}

/// Long paths show their length only; the first point that differs says the rest.
fn point_out(change: &mut Change, a: Option<&Value>, b: Option<&Value>) {
    let (Some(Value::Path(a)), Some(Value::Path(b))) = (a, b) else { return };
    let longest = a.len().max(b.len());
    let Some(at) = (0..longest).find(|&at| a.get(at).map(point) != b.get(at).map(point)) else {
        return;
    };
    let number = at + 1;
    let text = |points: &[(f64, f64)]| match points.get(at) {
        Some((day, x)) => {
            let date = date_text(*day).unwrap_or_else(|| number_text(*day));
            format!("; value {number} is {} on {date}", number_text(*x))
        }
        None => format!("; no value {number}"),
    };
    change.a.value += &text(a);
    change.b.value += &text(b);
}

/// The difference for readers.
#[must_use]
pub fn difference_text(found: &Difference, [a, b]: [&Side; 2]) -> String {
    let mut out = String::new();
    for (letter, side) in [("A", a), ("B", b)] {
        let (scenario, policy) = (printable(&side.scenario), printable(&side.policy));
        let hash = side.hash.get(..12).unwrap_or(&side.hash);
        let _ = writeln!(out, "{letter}: {scenario}, policy {policy} ({hash})");
    }
    if found.is_empty() {
        out += "no parameter differs\n";
    }
    section(&mut out, "Parameters that differ", &found.changes);
    for (letter, lone) in [("A", &found.only_a), ("B", &found.only_b)] {
        if !lone.is_empty() {
            let _ = writeln!(out, "\nOnly in {letter} ({})", lone.len());
        }
        for entry in lone {
            let _ = writeln!(out, "  {} ({} parameters)", printable(&entry.path), entry.parameters);
        }
    }
    section(&mut out, "Titles and texts, which change no result", &found.titles);
    out
}

fn section(out: &mut String, heading: &str, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{heading} ({})", changes.len());
    for change in changes {
        let _ = writeln!(out, "  {}", printable(&change.a.path));
        let width = [&change.a, &change.b].map(|row| quantity(row).chars().count());
        let width = width[0].max(width[1]).min(60);
        for (letter, row) in [("A", &change.a), ("B", &change.b)] {
            let origin = [&row.status, &row.layer, &row.origin, &row.source];
            let origin: Vec<String> =
                origin.iter().filter(|part| !part.is_empty()).map(|p| printable(p)).collect();
            let value = quantity(row);
            let _ = writeln!(out, "    {letter}  {value:<width$}  {}", origin.join(", "));
        }
    }
}

fn quantity(row: &Row) -> String {
    let text =
        if row.unit.is_empty() { row.value.clone() } else { format!("{} {}", row.value, row.unit) };
    printable(&text)
}

/// The difference as a JSON object.
#[must_use]
pub fn difference_json(found: &Difference, [a, b]: [&Side; 2]) -> Json {
    let side = |side: &Side| json!({"scenario": side.scenario, "policy": side.policy, "scenario_hash": side.hash});
    let row = |row: &Row| {
        json!({
            "value": row.value, "unit": row.unit, "status": row.status, "layer": row.layer,
            "origin": row.origin, "source": row.source, "vintage": row.vintage,
        })
    };
    let changes = |list: &[Change]| -> Json {
        list.iter().map(|c| json!({"path": c.a.path, "a": row(&c.a), "b": row(&c.b)})).collect()
    };
    let lone = |list: &[Lone]| -> Json {
        list.iter().map(|l| json!({"path": l.path, "parameters": l.parameters})).collect()
    };
    json!({
        "a": side(a), "b": side(b), "same_results": found.is_empty(),
        "changes": changes(&found.changes), "only_a": lone(&found.only_a), "only_b": lone(&found.only_b),
        "titles": changes(&found.titles),
    })
}

const CSV_COLUMNS: [&str; 12] = [
    "what", "path", "a", "b", "unit_a", "unit_b", "status_a", "status_b", "origin_a", "origin_b",
    "source_a", "source_b",
];

/// The difference as CSV, one row per parameter or entry; `what` is `parameter`, `only_a`, `only_b` or `title`.
///
/// # Errors
/// Never in practice: the writer's memory is the only thing that can fail.
pub fn difference_csv(found: &Difference) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(CSV_COLUMNS)?;
    for (what, list) in [("parameter", &found.changes), ("title", &found.titles)] {
        for Change { a, b } in list {
            let cells = [
                what, &a.path, &a.value, &b.value, &a.unit, &b.unit, &a.status, &b.status,
                &a.origin, &b.origin, &a.source, &b.source,
            ];
            writer.write_record(cells.map(inert))?;
        }
    }
    for (what, list) in [("only_a", &found.only_a), ("only_b", &found.only_b)] {
        for lone in list {
            let mut cells = [const { String::new() }; CSV_COLUMNS.len()];
            cells[0] = what.to_owned();
            cells[1] = inert(&lone.path);
            writer.write_record(cells)?;
        }
    }
    let bytes = writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
