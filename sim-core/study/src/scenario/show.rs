//! Every parameter of a resolved scenario as a table: value, unit, how well founded, where from.

use super::Policy;
use super::diagnostic::printable;
use super::layer::path_of;
use super::origin::Origin;
use super::write::{plain_value, unit_of};
use autarky_market::scenario::Scenario;
use autarky_market::schema::{FieldSpec, Value};

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `nation.EST.power_price`.
    pub path: String,
    /// In the canonical unit.
    pub value: String,
    /// Canonical unit, or empty.
    pub unit: String,
    /// `measured`, `calibrated`, `imputed` or `assumed`.
    pub status: String,
    /// The layer that had the last word: `default`, `calibration`, …, `policy`, `set`.
    pub layer: String,
    /// `file:line` or the row of a table; empty for declared defaults.
    pub origin: String,
    /// Source of the figure.
    pub source: String,
    /// When the figure was valid, if known.
    pub vintage: String,
}

const COLUMNS: [&str; 8] =
    ["path", "value", "unit", "status", "layer", "origin", "source", "vintage"];

impl Row {
    fn cells(&self) -> [&str; 8] {
        let Self { path, value, unit, status, layer, origin, source, vintage } = self;
        [path, value, unit, status, layer, origin, source, vintage]
    }
}

/// Every parameter of a policy, in the order of the declarations.
#[must_use]
pub fn show(policy: &Policy) -> Vec<Row> {
    let mut rows = Vec::new();
    for (root, spec) in Scenario::ROOTS.iter().enumerate() {
        for id in policy.scenario.identifiers(spec.name) {
            let Some(entry) = policy.scenario.entry(spec.name, id) else { continue };
            for (at, field) in spec.fields.iter().enumerate() {
                let path = path_of(root, id, field.name);
                let Some(origin) = policy.origins.get(&path) else { continue };
                rows.push(row(path, field, entry.get(at).as_ref(), Some(origin)));
            }
        }
    }
    rows
}

/// One parameter as a row; without an origin those cells stay empty.
pub(super) fn row(
    path: String,
    field: &FieldSpec,
    value: Option<&Value>,
    origin: Option<&Origin>,
) -> Row {
    let text = |part: fn(&Origin) -> &str| origin.map_or(String::new(), |o| part(o).to_owned());
    Row {
        path,
        value: plain_value(field, value),
        unit: if value.is_some() { unit_of(field).to_owned() } else { String::new() },
        status: text(|o| &o.status),
        layer: text(|o| o.layer.as_str()),
        origin: text(|o| &o.at),
        source: text(|o| &o.source),
        vintage: text(|o| &o.vintage),
    }
}

/// The rows as an aligned table; without `origins` only path, value and unit.
#[must_use]
pub fn show_text(rows: &[Row], origins: bool) -> String {
    let columns = if origins { COLUMNS.len() } else { 3 };
    let lines: Vec<Vec<String>> = std::iter::once(COLUMNS)
        .chain(rows.iter().map(Row::cells))
        .map(|cells| cells[..columns].iter().map(|c| printable(c)).collect())
        .collect();
    let width = |column: usize| {
        lines.iter().map(|l| l[column].chars().count()).filter(|w| *w <= 60).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for line in lines {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(c, w)| format!("{c:<w$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// The rows as a JSON list of objects.
#[must_use]
pub fn show_json(rows: &[Row]) -> serde_json::Value {
    let object = |row: &Row| {
        let pairs = COLUMNS.iter().zip(row.cells());
        serde_json::Value::Object(pairs.map(|(k, v)| ((*k).to_owned(), v.into())).collect())
    };
    serde_json::Value::Array(rows.iter().map(object).collect())
}

/// The rows as CSV. A text that a spreadsheet would take for a formula gets a leading apostrophe.
///
/// # Errors
/// Never in practice: the writer's memory is the only thing that can fail.
pub fn show_csv(rows: &[Row]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record(row.cells().map(inert))?;
    }
    let bytes = writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// As [`show_csv`], of several policies by name.
///
/// # Errors
/// As [`show_csv`].
pub fn show_policies_csv(policies: &[(String, Vec<Row>)]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["policy"].iter().chain(&COLUMNS))?;
    for (name, row) in policies.iter().flat_map(|(name, rows)| rows.iter().map(move |r| (name, r)))
    {
        writer.write_record([name.as_str()].into_iter().chain(row.cells()).map(inert))?;
    }
    let bytes = writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The rows of [`show_policies_csv`] again, by policy.
///
/// # Errors
/// The text is no such table.
pub fn policies_rows(text: &str) -> Result<Vec<(String, Vec<Row>)>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut out: Vec<(String, Vec<Row>)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        // The apostrophe that keeps a spreadsheet from computing is not part of the text.
        let cell = |at: usize| {
            let text = record.get(at).unwrap_or_default();
            let guarded = text.strip_prefix('\'').filter(|rest| inert(rest) == text);
            guarded.unwrap_or(text).to_owned()
        };
        if record.len() != COLUMNS.len() + 1 {
            return Err(format!("a row has {} columns, not {}", record.len(), COLUMNS.len() + 1));
        }
        let row = Row {
            path: cell(1),
            value: cell(2),
            unit: cell(3),
            status: cell(4),
            layer: cell(5),
            origin: cell(6),
            source: cell(7),
            vintage: cell(8),
        };
        match out.last_mut().filter(|(name, _)| *name == cell(0)) {
            Some((_, rows)) => rows.push(row),
            None => out.push((cell(0), vec![row])),
        }
    }
    Ok(out)
}

/// A cell that no spreadsheet takes for a formula.
pub(super) fn inert(cell: &str) -> String {
    let starts_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if starts_formula && cell.parse::<f64>().is_err() {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
