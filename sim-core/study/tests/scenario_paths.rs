//! Paths of values from CSV files: read beside the scenario, kept in the resolved file, refused at the row that is wrong.

mod support;

use autarky_study::scenario::{
    Diagnostic, Loaded, Options, Source, load, render_all, resolved_toml, scenario_hash,
};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn parent() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/parent.toml");
    path.display().to_string().replace('\\', "/")
}

/// Monthly values from 2025-12-01 over two years.
fn monthly() -> String {
    let mut text = String::from("# made up\ndate,value\n2025-12-01,5.50\n");
    for at in 0..24 {
        let (year, month) = (2026 + at / 12, at % 12 + 1);
        let _ = writeln!(text, "{year}-{month:02}-01,{}", 5.5 + 0.25 * f64::from(at));
    }
    text += "2028-01-01,9\n2028-02-01,9\n";
    text
}

/// A scenario of two years with `tail`, in a folder with `prices.csv`.
fn folder(csv: &str, tail: &str) -> PathBuf {
    let folder = support::scratch("paths");
    std::fs::write(folder.join("prices.csv"), csv).expect("writable");
    let text = format!(
        "format = 1\nextends = \"{}\"\nfocus.nations = [\"EST\"]\nhorizon.start = 2026-01-01\nhorizon.years = 2\n{tail}\n",
        parent()
    );
    std::fs::write(folder.join("mine.toml"), text).expect("writable");
    folder
}

const SHOCK: &str = "[shock.dram]\nlaw = \"path\"\npath.values = \"prices.csv\"";

fn read(folder: &Path, options: &Options) -> Result<Loaded, Vec<Diagnostic>> {
    load(&Source::Path(folder.join("mine.toml")), options)
}

fn good(folder: &Path) -> Loaded {
    read(folder, &Options::default()).unwrap_or_else(|e| panic!("{}", render_all(&e)))
}

/// Asserts that the file gives exactly one finding, in `file` at `line`, whose rendering has all `words`.
fn one(csv: &str, tail: &str, (file, line): (&str, usize), words: &[&str]) {
    let found = read(&folder(csv, tail), &Options::default()).err().unwrap_or_default();
    let shown = render_all(&found);
    assert_eq!(found.len(), 1, "{shown}");
    assert!(found[0].file.ends_with(file) && found[0].line == line, "{file}:{line}\n{shown}");
    for word in words {
        assert!(shown.contains(word), "`{word}` is not in\n{shown}");
    }
}

#[test]
fn a_csv_file_is_read_beside_the_scenario_and_stands_in_the_resolved_file() {
    let loaded = good(&folder(&monthly(), SHOCK));
    let points = &loaded.policies[0].scenario.shocks.get("dram").expect("the shock").path_values;
    assert_eq!((points.len(), points[0]), (27, (20_423.0, 5.5)));
    assert!(loaded.files.iter().any(|name| name.ends_with("prices.csv")));
    let text = resolved_toml(&loaded);
    assert!(text.contains("path.values = [[2025-12-01, 5.5], [2026-01-01, 5.5], "), "{text}");
    let again = load(&Source::Text { name: "again".into(), text }, &Options::default());
    let again = again.unwrap_or_else(|e| panic!("{}", render_all(&e)));
    assert_eq!(again.policies[0].scenario, loaded.policies[0].scenario);
    assert_eq!(again.hash(), loaded.hash());
}

#[test]
fn another_value_in_the_file_is_another_scenario() {
    let hash = |csv: &str| scenario_hash(&good(&folder(csv, SHOCK)).policies[0].scenario);
    assert_eq!(hash(&monthly()), hash(&monthly().replace("5.50", "5.5")));
    assert_ne!(hash(&monthly()), hash(&monthly().replace("5.50", "5.51")));
}

#[test]
fn policies_and_settings_name_files_too() {
    let tail = format!(
        "{SHOCK}\n[policies.high.set]\n\"shock.dram.path.values\" = \"prices.csv\"\n\"shock.dram.path.rebase\" = false"
    );
    let folder = folder(&monthly(), &tail);
    assert_eq!(good(&folder).policies.len(), 2);
    let elsewhere = support::scratch("elsewhere").join("other.csv");
    std::fs::write(&elsewhere, monthly().replace("5.50", "5.00")).expect("writable");
    let set = format!("shock.dram.path.values={}", elsewhere.display());
    let loaded = read(&folder, &Options { sets: vec![set], ..Options::default() });
    let loaded = loaded.unwrap_or_else(|e| panic!("{}", render_all(&e)));
    let points = &loaded.policies[0].scenario.shocks.get("dram").expect("the shock").path_values;
    assert!((points[0].1 - 5.0).abs() < f64::EPSILON);
}

#[test]
fn a_wrong_row_is_named_by_its_file_and_line() {
    let row = |old: &str, new: &str| monthly().replace(old, new);
    let at = |line| ("prices.csv", line);
    one(&row("2026-03-01", "2026-02-30"), SHOCK, at(6), &["`2026-02-30`", "is not a date"]);
    one(&row("2026-03-01", "March"), SHOCK, at(6), &["a date such as 2026-01-01"]);
    one(&row("2026-01-01,5.5", "2026-01-01,5,5"), SHOCK, at(4), &["has 3 cells"]);
    one(&row("2026-01-01,5.5", "2026-01-01,five"), SHOCK, at(4), &["`five`", "is not a number"]);
    one(&row("2026-01-01,5.5", "2026-01-01,-5.5"), SHOCK, at(4), &["found -5.5", "above 0"]);
    one(&row("2026-01-01,5.5", "2026-01-01,nan"), SHOCK, at(4), &["found NaN", "above 0"]);
    one(&row("2026-03-01", "2026-02-01"), SHOCK, at(6), &["do not increase", "sort the rows"]);
    one(&row("date,value", "day,price"), SHOCK, at(2), &["does not begin with the header"]);
}

#[test]
fn a_gap_and_a_path_shorter_than_the_run_are_refused_at_their_row() {
    let without = |months: &[&str]| {
        let keep = |line: &&str| !months.iter().any(|month| line.starts_with(month));
        monthly().lines().filter(keep).collect::<Vec<_>>().join("\n")
    };
    let gap = without(&["2026-04", "2026-05", "2026-06", "2026-07"]);
    one(
        &gap,
        SHOCK,
        ("prices.csv", 7),
        &["a gap of 153 days before this date", "at most 93 days", "path.max_gap"],
    );
    let wide = format!("{SHOCK}\npath.max_gap = \"160 days\"");
    assert_eq!(good(&folder(&gap, &wide)).warnings, []);
    one(
        &without(&["2025", "2026-01"]),
        SHOCK,
        ("prices.csv", 3),
        &["begins 31 days after the run", "horizon.start"],
    );
    one(
        &without(&["2028"]),
        SHOCK,
        ("prices.csv", 27),
        &["ends 32 days before the run", "horizon.years"],
    );
    one("date,value\n", SHOCK, ("mine.toml", 8), &["has 0 dated values"]);
}

#[test]
fn a_file_lies_with_its_scenario() {
    let named = |name: &str| format!("[shock.dram]\nlaw = \"path\"\npath.values = \"{name}\"");
    let at = ("mine.toml", 8);
    one("", &named("none.csv"), at, &["cannot read", "relative to the folder of the scenario"]);
    for outside in ["../prices.csv", "/etc/hostname", ""] {
        one("", &named(outside), at, &["outside the folder", "in the folder of the scenario"]);
    }
    let tail = "[shock.dram]\nlaw = \"path\"\npath.values = 3";
    one("", tail, at, &["wrong type", "a CSV file with the columns date,value"]);
    let many: String = (0..100_001).fold("date,value\n".to_owned(), |t, _| t + "2026-01-01,1\n");
    one(&many, SHOCK, at, &["at most 100000"]);
}

#[test]
fn a_list_in_the_file_is_checked_like_a_csv_file() {
    let listed = |list: &str| format!("[shock.dram]\nlaw = \"path\"\npath.values = {list}");
    let loaded =
        good(&folder("", &listed("[[2025-01-01, 1], [2026-06-01, 1.5], [2029-01-01, 2.0]]")));
    assert_eq!(
        loaded.policies[0].scenario.shocks.get("dram").map(|s| s.path_values.len()),
        Some(3)
    );
    let at = ("mine.toml", 8);
    one("", &listed("[[2025-01-01, 1], [2029-01-01, 0]]"), at, &["found 0", "above 0"]);
    one("", &listed("[[2025-01-01, 1], [2029-01-01]]"), at, &["a date and a value"]);
    one("", &listed("[[2025-01-01, 1], [\"x\", 1]]"), at, &["is not a date"]);
}
