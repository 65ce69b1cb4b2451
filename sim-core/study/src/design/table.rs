//! Points from a CSV text: a column for each path, a row for each point.
//!
//! Columns are named like the left side of an axis. Every cell is checked like a setting; an empty one sets nothing.

use super::axis::{Axis, Levels};
use super::passage::Passage;
use super::{DesignSpec, MAX_POINTS};
use crate::scenario::source::{Files, Finding, Findings, Place};
use crate::scenario::{Diagnostic, Loaded, level};
use csv::{ReaderBuilder, StringRecord, Trim};

/// Most findings shown about one table.
const MAX_SHOWN: usize = 100;
/// Largest table in bytes.
const MAX_BYTES: usize = 100_000_000;

/// The rows of a table; none in an empty cell.
pub(crate) type Rows = Vec<Vec<Option<String>>>;

/// Columns as axes, and rows.
pub(crate) fn read(
    csv: &str,
    spec: &DesignSpec,
    loaded: &Loaded,
) -> Result<(Vec<Axis>, Rows), Vec<Diagnostic>> {
    let fail = |message: String| Err(vec![Diagnostic::error(message)]);
    if !spec.axes.is_empty() {
        return fail("a table names its axes in its first line; it takes no others".to_owned());
    }
    if csv.len() > MAX_BYTES {
        return fail(format!("the table has {} bytes; at most {MAX_BYTES} fit", csv.len()));
    }
    let csv = csv.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(csv.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    if header.iter().all(str::is_empty) {
        return fail("the table has no columns: its first line names the paths".to_owned());
    }
    let axes = columns(&header, loaded)?;
    let (mut rows, mut errors) = (Rows::new(), Vec::new());
    for record in reader.records() {
        match record {
            Ok(record) => rows.push(row(&record, &axes, &mut errors)),
            Err(error) => errors.push(unreadable(&error)),
        }
        if rows.len() as u64 > MAX_POINTS {
            return fail(format!("the table has more than {MAX_POINTS} rows, which do not fit"));
        }
        if errors.len() >= MAX_SHOWN {
            break;
        }
    }
    if rows.is_empty() && errors.is_empty() {
        return fail("the table has no rows".to_owned());
    }
    if errors.is_empty() { Ok((axes, rows)) } else { Err(errors) }
}

fn unreadable(error: &csv::Error) -> Diagnostic {
    let line = error.position().map_or(0, |p| p.line() as usize);
    let file = "the table".to_owned();
    Diagnostic { file, line, column: 1, ..Diagnostic::error(format!("cannot read it: {error}")) }
}

/// The axis of each column. Its levels are the table's own, so it has none.
fn columns(header: &StringRecord, loaded: &Loaded) -> Result<Vec<Axis>, Vec<Diagnostic>> {
    let (mut files, mut findings) = (Files::default(), Findings::default());
    let text = header.iter().collect::<Vec<_>>().join(",");
    let line = Passage::new(&mut files, "the table", &text);
    let (mut at, mut axes) = (0, Vec::<Axis>::new());
    for name in header {
        let place = line.part(at..at + name.len()).place();
        at += name.len() + 1;
        let (policy, path) = match name.strip_prefix("policies.").and_then(|r| r.split_once('.')) {
            Some((policy, path)) => (Some(policy.to_owned()), path.to_owned()),
            None => (None, name.to_owned()),
        };
        let unknown = policy.as_ref().filter(|name| loaded.policy(name).is_none());
        if let Some(policy) = unknown {
            let message = format!("the scenario has no policy `{policy}`");
            findings.push(Finding::error(Some(place), &path, message));
            continue;
        }
        let Some(target) = level::target(&path, place, &files, &mut findings) else { continue };
        let is_switch = path.ends_with(".enabled");
        if !is_switch && !loaded.policies.iter().any(|p| target.is_in(&p.scenario)) {
            findings.push(level::no_entry(&path, &target, place, loaded));
        }
        let axis = Axis { policy, path, values: String::new(), levels: Levels::List(Vec::new()) };
        if axes.iter().any(|a| a.name() == axis.name()) {
            let message = format!("the column `{}` is there twice", axis.name());
            findings.push(Finding::error(Some(place), axis.path(), message));
        }
        axes.push(axis);
    }
    let (errors, _) = findings.finish(&files);
    if errors.is_empty() { Ok(axes) } else { Err(errors) }
}

fn row(record: &StringRecord, axes: &[Axis], errors: &mut Vec<Diagnostic>) -> Vec<Option<String>> {
    let line = record.position().map_or(0, csv::Position::line);
    let mut row = Vec::with_capacity(axes.len());
    // Texts are gathered for one row only, so that memory stays that of the rows.
    let (mut files, mut findings) = (Files::default(), Findings::default());
    for (axis, cell) in axes.iter().zip(record) {
        if cell.is_empty() {
            row.push(None);
            continue;
        }
        let (name, path) = (format!("line {line} of the table"), axis.path());
        let file = files.add(name, format!("{path}={cell}"));
        let end = path.len() as u32;
        let place = Place { file, start: 0, end };
        let value = Place { file, start: end + 1, end: end + 1 + cell.len() as u32 };
        level::is_level((path, place), value, &mut files, &mut findings);
        row.push(Some(cell.to_owned()));
    }
    errors.extend(findings.finish(&files).0);
    row
}
