//! The documents and the code name the same things: parameters, recorded columns, events, files, tests.
//!
//! Reads the pages of the repository and the declarations of this crate. It does not judge what the pages say about them.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use autarky_market::metric::scalars::SCALARS;
use autarky_market::metric::series::SERIES;
use autarky_market::scenario::Scenario;
use autarky_market::schema::{FieldSpec, Kind, RootSpec, Value};

const PARAMETERS_BEGIN: &str = "<!-- parameters: begin -->\n";
const PARAMETERS_END: &str = "<!-- parameters: end -->";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let text = text.split_once(from).unwrap_or_else(|| panic!("no `{from}`")).1;
    text.split_once(to).unwrap_or_else(|| panic!("no `{to}` after `{from}`")).0
}

/// Texts in single backticks, outside of fenced blocks.
fn quoted(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose
        .flat_map(|part| part.lines())
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// Files below `folder` with the ending `.rs`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("folder").map(|e| e.expect("entry").path()) {
        if entry.is_dir() {
            out.extend(sources(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            out.push(entry);
        }
    }
    out
}

/// Year, month and day of a day from 1970-01-01 (Hinnant's `civil_from_days`).
fn date(day: i64) -> String {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", of_year - (153 * shifted + 2) / 5 + 1)
}

/// Six significant digits, short.
fn number(x: f64) -> String {
    let rounded: f64 = format!("{x:.5e}").parse().expect("a number");
    if rounded != 0.0 && !(1e-3..1e6).contains(&rounded.abs()) {
        format!("{rounded:e}")
    } else {
        rounded.to_string()
    }
}

fn default_of(value: Option<Value>, kind: Kind) -> String {
    match (value, kind) {
        (None, _) => "unset".to_owned(),
        (Some(Value::Number(x)), Kind::Date) => date(x as i64),
        (Some(Value::Number(x)), _) => number(x),
        (Some(Value::Integer(n)), _) => n.to_string(),
        (Some(Value::Flag(flag)), _) => flag.to_string(),
        (Some(Value::Text(word)), _) if word.is_empty() => "empty".to_owned(),
        (Some(Value::Text(word)), _) => format!("`{word}`"),
        (Some(Value::List(words)), _) if words.is_empty() => "empty".to_owned(),
        (Some(Value::List(words)), _) => format!("`{}`", words.join("`, `")),
        (Some(Value::Shares(shares)), _) if shares.is_empty() => "empty".to_owned(),
        (Some(Value::Shares(shares)), _) => format!("{shares:?}"),
        (Some(Value::Path(points)), _) if points.is_empty() => "empty".to_owned(),
        (Some(Value::Path(points)), _) => format!("{points:?}"),
    }
}

fn unit_of(kind: Kind) -> String {
    match kind {
        Kind::Number { unit, .. } => unit.to_owned(),
        Kind::Integer { .. } => "whole number".to_owned(),
        Kind::Flag => "`true`, `false`".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Name => "identifier".to_owned(),
        Kind::Instant => "date or span; days".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Choice(words) => format!("one of `{}`", words.join("`, `")),
        Kind::Choices(words) => format!("some of `{}`", words.join("`, `")),
        Kind::Reference(root) => format!("id of a {root}"),
        Kind::References(root) => format!("ids of {root}s"),
        Kind::Shares(root) => format!("share by {root}"),
        Kind::Numbers { root, unit, .. } => format!("{unit} by {root}"),
        Kind::EconomyShares => "share by ISO 3166 code".to_owned(),
        Kind::Economies => "ISO 3166 codes".to_owned(),
        Kind::Path => "CSV file, or list of date and value".to_owned(),
        Kind::Personas => "CSV or Parquet file".to_owned(),
        Kind::Words => "words of `nations.csv`".to_owned(),
    }
}

fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn row(field: &FieldSpec, default: Option<Value>) -> String {
    let FieldSpec { name, doc, kind, status, source } = field;
    let (doc, unit, default) = (one_line(doc), unit_of(*kind), default_of(default, *kind));
    format!("| `{name}` | {doc} | {unit} | {default} | {}: {source} |\n", status.as_str())
}

/// The section of one root, as it stands in `docs/model.md`.
fn section(spec: &RootSpec) -> String {
    let mut scenario = Scenario::default();
    let entry = scenario.entry_mut(spec.name, "any").expect("a declared root");
    let heading = if spec.singleton { spec.name.to_owned() } else { format!("{}.*", spec.name) };
    let mut text = format!("### `{heading}`\n\n{}\n\n", one_line(spec.doc));
    text += "| name | meaning | unit or values | default | status and source |\n|---|---|---|---|---|\n";
    for (at, field) in spec.fields.iter().enumerate() {
        text += &row(field, entry.get(at));
    }
    text
}

fn parameters() -> String {
    Scenario::ROOTS.iter().map(section).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_parameter_tables_are_those_of_the_declarations() {
    let (declared, page) = (parameters(), read("docs/model.md"));
    let written = between(&page, PARAMETERS_BEGIN, PARAMETERS_END);
    let differs = declared.lines().zip(written.lines()).find(|(a, b)| a != b);
    assert!(
        declared == written,
        "docs/model.md and the declarations differ, first at {differs:#?}\n\
         write the tables anew with `cargo test -p autarky-market --test documentation -- --ignored`"
    );
}

/// Claims nothing: writes what the test above compares.
#[test]
#[ignore = "writes the parameter tables of docs/model.md"]
fn write_the_parameter_tables() {
    let page = read("docs/model.md");
    let (before, rest) = page.split_once(PARAMETERS_BEGIN).expect("the first marker");
    let after = rest.split_once(PARAMETERS_END).expect("the second marker").1;
    let page = [before, PARAMETERS_BEGIN, &parameters(), PARAMETERS_END, after].concat();
    std::fs::write(root().join("docs/model.md"), page).expect("docs/model.md can be written");
}

#[test]
fn every_recorded_column_has_its_row_with_unit_and_meaning() {
    let page = read("docs/model.md");
    let mut missing = String::new();
    let columns = SERIES.iter().map(|s| s.0).chain(SCALARS.iter().map(|s| s.0));
    for column in columns {
        let row = format!("| `{}` | {} | {} |", column.name, column.unit, column.doc);
        if !page.contains(&row) {
            let _ = writeln!(missing, "{row}");
        }
    }
    assert!(missing.is_empty(), "docs/model.md lacks these rows:\n{missing}");
}

#[test]
fn every_event_has_its_row() {
    let source = read("sim-core/market/src/event.rs");
    let page = read("docs/model.md");
    let body = between(&source, "pub enum Event {\n", "\n}\n");
    let variants: Vec<&str> = body
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.split(['(', ',']).next().unwrap_or(line))
        .collect();
    assert!(variants.contains(&"Tick"), "the enum was not found: {variants:?}");
    let missing: Vec<_> =
        variants.iter().filter(|v| !page.contains(&format!("| `{v}` |"))).collect();
    assert!(missing.is_empty(), "docs/model.md has no row for the events {missing:?}");
}

/// Whether a quoted text is meant as a path below the root of the repository.
fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let homes = ["sim-core/", "scenarios/", "benches/", "docs/", "results/"];
    text.chars().all(plain) && homes.iter().any(|home| text.starts_with(home))
}

#[test]
fn every_file_that_a_page_names_exists() {
    let mut pages =
        vec!["ARCHITECTURE.md".into(), "CONTRIBUTING.md".into(), "docs/model.md".into()];
    let decisions = std::fs::read_dir(root().join("docs/decisions")).expect("docs/decisions");
    pages.extend(decisions.map(|page| page.expect("entry").path()));
    let mut lost = Vec::new();
    for page in pages {
        let text = read(&page);
        let paths = quoted(&text).into_iter().filter(|path| is_path(path));
        lost.extend(
            paths.filter(|path| !root().join(path).exists()).map(|p| (page.clone(), p.to_owned())),
        );
    }
    assert!(lost.is_empty(), "pages name files that do not exist: {lost:?}");
}

#[test]
fn every_room_of_the_house_is_in_the_picture() {
    let page = read("ARCHITECTURE.md");
    let named: BTreeSet<&str> = quoted(&page).into_iter().collect();
    let mut missing = Vec::new();
    for house in ["engine", "market", "study", "cli"] {
        let folder = format!("sim-core/{house}/src");
        for room in std::fs::read_dir(root().join(&folder)).expect("a crate") {
            let room = room.expect("entry");
            let name = room.file_name().into_string().expect("ASCII");
            let slash = if room.path().is_dir() { "/" } else { "" };
            let path = format!("{folder}/{name}{slash}");
            if !["lib.rs", "main.rs"].contains(&name.as_str()) && !named.contains(path.as_str()) {
                missing.push(path);
            }
        }
    }
    assert!(missing.is_empty(), "ARCHITECTURE.md has no line for {missing:?}");
}

#[test]
fn every_test_that_the_mechanism_table_names_exists() {
    let page = read("docs/model.md");
    let table = between(&page, "| mechanism | file | test | rests on |\n", "\n\n");
    let mut functions = String::new();
    for source in sources(&root().join("sim-core")) {
        functions += &read(&source);
    }
    let sentences = page.split_once("## 13 Sentence by sentence").expect("section 13").1;
    for (table, least) in [(table, 200), (sentences, 300)] {
        let cells = table.lines().skip(1).filter_map(|line| line.split('|').nth(3));
        let tests: Vec<&str> = cells.flat_map(quoted).collect();
        assert!(tests.len() > least, "the table was not found");
        let exists = |test: &str| functions.contains(&format!("fn {test}("));
        let lost: Vec<_> = tests.iter().filter(|test| !exists(test)).collect();
        assert!(lost.is_empty(), "a table names tests that do not exist: {lost:?}");
    }
}

#[test]
fn dates_of_the_tables_are_those_of_the_calendar() {
    assert_eq!([date(0), date(20_454), date(11_016)], ["1970-01-01", "2026-01-01", "2000-02-29"]);
}
