//! The five columns that are read, and the names under which data sets have them.
//!
//! Names are compared in lower case with underscores. Where several columns fit, the first name of the list wins; other columns are ignored.
//! `education_level`, `state`, `prefecture` and the like are the names of the Nemotron-Personas data sets (NVIDIA 2025).

use crate::scenario::{Diagnostic, nearest};

/// The columns, with all names that they may have.
pub(super) const COLUMNS: [(&str, &[&str]); 5] = [
    ("age", &["age", "age_years", "age_in_years", "years_of_age"]),
    ("sex", &["sex", "gender"]),
    (
        "occupation",
        &[
            "occupation",
            "occupation_title",
            "job",
            "job_title",
            "profession",
            "isco",
            "isco_08",
            "isco08",
            "isco_code",
        ],
    ),
    (
        "region",
        &[
            "region",
            "state",
            "prefecture",
            "province",
            "county",
            "department",
            "departement",
            "canton",
            "governorate",
            "planning_area",
            "district",
            "municipality",
            "zone",
            "area",
            "city",
        ],
    ),
    (
        "schooling",
        &[
            "schooling",
            "education_level",
            "education",
            "educational_attainment",
            "education_attainment",
            "highest_education",
            "isced",
            "isced_level",
        ],
    ),
];
/// Names shown when columns are missing.
const MAX_SHOWN: usize = 30;

/// Position of each of the five columns in a header, or one finding for each that is missing or twice there.
pub(super) fn find(file: &str, header: &[String]) -> Result<[usize; 5], Vec<Diagnostic>> {
    let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
    let (mut at, mut wrong) = ([0; 5], Vec::new());
    for (slot, (column, aliases)) in at.iter_mut().zip(COLUMNS) {
        let first = aliases.iter().find(|alias| names.iter().any(|name| name == *alias));
        let Some(alias) = first else {
            wrong.push(missing(file, column, aliases, header));
            continue;
        };
        let mut positions = (0..names.len()).filter(|i| names[*i] == *alias);
        *slot = positions.next().unwrap_or_default();
        if let Some(again) = positions.next() {
            let message =
                format!("`{alias}` is the name of columns {} and {}", *slot + 1, again + 1);
            wrong.push(in_header(file, message).with_help("rename or remove one of them"));
        }
    }
    if wrong.is_empty() { Ok(at) } else { Err(wrong) }
}

fn missing(file: &str, column: &str, aliases: &[&str], header: &[String]) -> Diagnostic {
    let mut shown: Vec<String> =
        header.iter().take(MAX_SHOWN).map(|n| n.chars().take(60).collect()).collect();
    if header.len() > MAX_SHOWN {
        shown.push(format!("and {} more", header.len() - MAX_SHOWN));
    }
    let near = aliases.iter().find_map(|alias| nearest(alias, header.iter().map(String::as_str)));
    let known = |near: &str| COLUMNS.iter().any(|(_, names)| names.contains(&plain(near).as_str()));
    let help =
        near.filter(|near| !known(near)).map(|near| format!("rename `{near}` to `{column}`?"));
    Diagnostic {
        found: Some(shown.join(", ")),
        allowed: Some(format!("one of {}", aliases.join(", "))),
        help,
        ..in_header(file, format!("there is no column for {column}"))
    }
}

/// A finding about the first line.
pub(super) fn in_header(file: &str, message: String) -> Diagnostic {
    Diagnostic { file: file.to_owned(), line: 1, column: 1, ..Diagnostic::error(message) }
}

fn plain(name: &str) -> String {
    let name = name.trim().trim_start_matches('\u{feff}').trim();
    name.chars()
        .map(|c| if c == ' ' || c == '-' { '_' } else { c })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Adds a hint.
pub(super) trait WithHelp {
    /// The finding with a hint.
    fn with_help(self, help: &str) -> Self;
}

impl WithHelp for Diagnostic {
    fn with_help(self, help: &str) -> Self {
        Self { help: Some(help.to_owned()), ..self }
    }
}
