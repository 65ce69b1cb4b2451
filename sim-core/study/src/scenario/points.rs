//! Dated values of a path: from a CSV file beside the scenario, or from a list in it.
//!
//! Files are read before the settings of a document are: [`attach`] replaces their name by their text, so that findings point at
//! their lines. A file lies in the folder of the scenario or below it; `--set` may name any. Files of persons (`personas.rs`) are attached here too.

use super::layer::root_index;
use super::personas;
use super::source::{Files, Finding, Findings, Place, read_text};
use super::tree::{Data, Node, Table};
use super::value::{date, parse_date, wrong_type};
use autarky_market::scenario::Scenario;
use autarky_market::schema::{Kind, Value};
use std::path::{Component, Path, PathBuf};

/// Largest number of dated values.
const MAX_POINTS: usize = 100_000;
/// Largest value.
const MAX_VALUE: f64 = 1e12;
const FORMAT: &str = "a CSV file with the columns date,value, or a list [[2026-01-01, 1.0], …]";
const PLACE: &str = "a file lies in the folder of the scenario file or below it";

/// Where the files of a document may lie.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Home<'h> {
    /// In a folder or below it.
    Folder(&'h Path),
    /// Anywhere: the command line names them.
    Anywhere,
    /// Nowhere: the document is part of the program.
    Catalogue,
}

/// Whether a dotted name ends at a parameter of a kind.
fn is_of(name: &str, kind: Kind) -> bool {
    let mut parts = name.splitn(3, '.');
    let (Some(root), Some(_), Some(field)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let Some(root) = root_index(root) else { return false };
    Scenario::ROOTS[root].fields.iter().any(|f| f.name == field && f.kind == kind)
}

/// Reads every CSV file that a document names.
pub(crate) fn attach(
    table: &mut Table,
    home: Home<'_>,
    files: &mut Files,
    findings: &mut Findings,
) {
    for (key, node) in table.iter_mut() {
        let policies = (key == "policies").then_some(&mut node.data);
        if let Some(Data::Table(policies)) = policies {
            for (_, policy) in policies.iter_mut() {
                let Data::Table(policy) = &mut policy.data else { continue };
                for (_, set) in policy.iter_mut().filter(|(key, _)| *key == "set") {
                    attach_below("", set, home, files, findings);
                }
            }
        } else {
            attach_below(key, node, home, files, findings);
        }
    }
}

/// Reads every CSV file that the value of a dotted name, or what lies below it, names.
pub(crate) fn attach_below(
    name: &str,
    node: &mut Node,
    home: Home<'_>,
    files: &mut Files,
    findings: &mut Findings,
) {
    match &mut node.data {
        Data::Table(table) => {
            for (key, inner) in table.iter_mut() {
                let name = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
                attach_below(&name, inner, home, files, findings);
            }
        }
        Data::Text(file) if is_of(name, Kind::Personas) && !file.is_empty() => {
            personas::attach(name, node, home, (files, findings));
        }
        Data::Text(file) if is_of(name, Kind::Path) => match open(file, home, files) {
            Ok(file) => node.data = Data::Csv(file),
            Err(mut finding) => {
                finding.place = Some(node.place);
                name.clone_into(&mut finding.inner.path);
                findings.push(finding);
                node.data = Data::Broken;
            }
        },
        _ => {}
    }
}

fn open(name: &str, home: Home<'_>, files: &mut Files) -> Result<u32, Finding> {
    if matches!(home, Home::Catalogue) {
        let message = "a scenario of the catalogue has its values in a list";
        return Err(Finding::error(None, "", message).allowed("[[2026-01-01, 1.0], …]"));
    }
    let path = locate(name, home)?;
    let text = read_text(&path, "CSV").map_err(|inner| {
        let help = "the name is relative to the folder of the scenario file".to_owned();
        let help = if path.exists() { inner.help } else { Some(help) };
        Finding::error(None, "", inner.message).maybe_help(help)
    })?;
    Ok(files.add(path.display().to_string(), text))
}

/// The path of a file that a document names; one outside its home is refused.
pub(super) fn locate(name: &str, home: Home<'_>) -> Result<PathBuf, Finding> {
    let fail = |message: String| Finding::error(None, "", message);
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let folder = match home {
        Home::Folder(folder) if inside && !name.is_empty() => folder,
        Home::Anywhere => Path::new(""),
        Home::Folder(_) => {
            return Err(fail(format!("`{name}` lies outside the folder of the scenario"))
                .allowed(PLACE)
                .help("copy the file beside the scenario and name it without `..`"));
        }
        Home::Catalogue => {
            return Err(fail(
                "a scenario of the catalogue is part of the program and names no file".to_owned(),
            )
            .help("start with `autarky new`, or name the file with --set"));
        }
    };
    let path = folder.join(name);
    if let Home::Folder(folder) = home {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if let (Some(file), Some(folder)) = (real(&path), real(here))
            && !file.starts_with(&folder)
        {
            return Err(fail(format!("`{name}` is a link out of the folder of the scenario"))
                .allowed(PLACE));
        }
    }
    Ok(path)
}

/// Points with their places, or all that is wrong.
pub(crate) fn read(files: &Files, node: &Node) -> Result<(Value, Vec<Place>), Vec<Finding>> {
    let rows = match &node.data {
        Data::Csv(file) => csv_rows(files, *file)?,
        Data::Array(items) => items.iter().map(listed).collect(),
        _ => return Err(vec![wrong_type(node, FORMAT)]),
    };
    if rows.len() > MAX_POINTS {
        let message = format!("· has {} dated values; at most {MAX_POINTS} fit", rows.len());
        return Err(vec![Finding::error(Some(node.place), "", message)]);
    }
    let (mut points, mut places, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match row {
            Ok((day, value, place)) => {
                if points.last().is_some_and(|(last, _)| day <= *last) {
                    let finding =
                        Finding::error(Some(place), "", "dates of `·` do not increase here");
                    wrong.push(finding.help("sort the rows by date, one row a date"));
                }
                points.push((day, value));
                places.push(place);
            }
            Err(finding) => wrong.push(finding),
        }
    }
    if wrong.is_empty() { Ok((Value::Path(points), places)) } else { Err(wrong) }
}

type Row = Result<(f64, f64, Place), Finding>;

/// A pair of a list.
fn listed(item: &Node) -> Row {
    let Data::Array(pair) = &item.data else {
        return Err(wrong_type(item, "a date and a value: [2026-01-01, 1.0]"));
    };
    let [day, value] = pair.as_slice() else {
        return Err(wrong_type(item, "a date and a value: [2026-01-01, 1.0]"));
    };
    let number = match value.data {
        Data::Float(x) => x,
        Data::Integer(i) => i as f64,
        _ => return Err(wrong_type(value, "a number above 0")),
    };
    let day = date(day)?;
    positive(number).map_err(|finding| Finding { place: Some(value.place), ..finding })?;
    Ok((day, number, item.place))
}

fn positive(value: f64) -> Result<(), Finding> {
    if value.is_normal() && value > 0.0 && value <= MAX_VALUE {
        return Ok(());
    }
    Err(Finding::error(None, "", "· has a value that no price can have")
        .found(format!("found {value}"))
        .allowed(format!("numbers above 0 up to {MAX_VALUE}")))
}

fn csv_rows(files: &Files, file: u32) -> Result<Vec<Row>, Vec<Finding>> {
    let text = files.text(file);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    if header.iter().ne(["date", "value"]) {
        let place = line_place(text, file, 0);
        let finding =
            Finding::error(Some(place), "", "· does not begin with the header date,value");
        return Err(vec![finding.allowed("two columns: date,value")]);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let place = line_place(text, file, 0);
                let message = format!("· cannot be read: {error}");
                return Err(vec![Finding::error(Some(place), "", message)]);
            }
        };
        let at = record.position().map_or(0, |p| p.byte() as usize);
        rows.push(row(&record, line_place(text, file, at)));
        if rows.len() > MAX_POINTS {
            break;
        }
    }
    Ok(rows)
}

/// The first line with content at or after a byte.
fn line_place(text: &str, file: u32, at: usize) -> Place {
    let mut start = at;
    for line in text.get(at..).unwrap_or_default().split_inclusive('\n') {
        if !line.trim().is_empty() && !line.starts_with('#') {
            let end = start + line.trim_end().len();
            return Place { file, start: start as u32, end: end as u32 };
        }
        start += line.len();
    }
    Place { file, start: at as u32, end: at as u32 }
}

fn row(record: &csv::StringRecord, place: Place) -> Row {
    let fail = |message: String| Finding::error(Some(place), "", message);
    let cells: Vec<&str> = record.iter().collect();
    let [day, value] = cells.as_slice() else {
        return Err(fail(format!("a row of `·` has {} cells", cells.len()))
            .allowed("two cells: a date and a value"));
    };
    let day = parse_date(day).map_err(|reason| {
        fail(format!("`{day}` in `·` is not a date: {reason}")).allowed("a date such as 2026-01-01")
    })?;
    let number: f64 = value.parse().map_err(|_| {
        fail(format!("`{value}` in `·` is not a number")).allowed("a number such as 5.50")
    })?;
    positive(number).map_err(|finding| Finding { place: Some(place), ..finding })?;
    Ok((day, number, place))
}
