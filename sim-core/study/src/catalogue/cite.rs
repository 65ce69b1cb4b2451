//! BibTeX of a scenario, of the works that make its claim, and of the sources of its figures.
//!
//! Figures that a file only assumes have no source to cite; `catalog show` lists them with their status.

use crate::calibration;
use crate::scenario::{Author, Citation, Loaded, Origin, printable};
use autarky_market::MODEL_VERSION;
use std::collections::BTreeMap;

/// The entries: the scenario first, then its claim's, then its figures' sources in the order of their keys.
///
/// Figures cited are those that the scenario or a parent takes from a calibration table or states as measured or calibrated.
#[must_use]
pub fn bibtex(loaded: &Loaded) -> String {
    let mut entries = vec![scenario(loaded)];
    let works = loaded.about.iter().flat_map(|about| &about.made_by);
    entries.extend(works.enumerate().map(|(at, work)| claim(&loaded.id, at + 1, work)));
    entries.extend(tables(loaded).into_values());
    let stated = stated(loaded);
    entries.extend(stated.iter().enumerate().map(|(at, (source, (status, paths)))| {
        let note = match paths.len() {
            1 => format!("{status}: {}", paths[0]),
            more => format!("{status}: {} and {} more", paths[0], more - 1),
        };
        let key = format!("{}_figure_{}", loaded.id, at + 1);
        entry("misc", &key, &[("title", source), ("note", &note)])
    }));
    entries.join("\n")
}

fn scenario(loaded: &Loaded) -> String {
    let version = format!("{} (model {MODEL_VERSION})", env!("CARGO_PKG_VERSION"));
    let note = format!("Scenario {}, SHA-256 {}", loaded.id, loaded.hash());
    let fields = [
        ("title", loaded.title.as_str()),
        ("author", "{The autarky developers}"),
        ("version", &version),
        ("note", &note),
    ];
    entry("software", &format!("autarky_{}", loaded.id), &fields)
}

/// Persons are joined by `and`; an organisation stands in braces, so that BibTeX does not take it apart.
fn claim(id: &str, number: usize, work: &Citation) -> String {
    let author = match &work.author {
        Author::Whole(name) => format!("{{{name}}}"),
        Author::Persons(persons) => persons.join(" and "),
    };
    let fields = [
        ("title", work.title.as_str()),
        ("author", &author),
        ("year", &work.year.to_string()),
        ("howpublished", &work.place),
        ("note", &work.note),
    ];
    entry("misc", &format!("{id}_claim_{number}"), &fields)
}

fn origins(loaded: &Loaded) -> impl Iterator<Item = (&String, &Origin)> {
    loaded.policies.first().into_iter().flat_map(|base| &base.origins)
}

/// Sources of the calibration tables that fill a parameter, by key.
fn tables(loaded: &Loaded) -> BTreeMap<String, String> {
    let from_table = origins(loaded).filter(|(_, origin)| origin.at.starts_with("calibration/"));
    let keys = from_table.flat_map(|(_, origin)| origin.source.split([';', ' ', ',']));
    let cited: BTreeMap<&str, &calibration::Cited> =
        keys.filter_map(|key| Some((key, calibration::source(key)?))).collect();
    let entry_of = |(key, source): (&str, &calibration::Cited)| {
        let note = format!("licence {}; {}", source.licence, source.origin);
        let fields = [
            ("title", source.title.as_str()),
            ("author", &format!("{{{}}}", source.publisher)),
            ("year", &source.vintage),
            ("note", &note),
        ];
        (key.to_owned(), entry("misc", key, &fields))
    };
    cited.into_iter().map(entry_of).collect()
}

/// Sources that files state for measured and calibrated figures: status, and the parameters that rest on each.
fn stated(loaded: &Loaded) -> BTreeMap<&str, (&str, Vec<&str>)> {
    let mut all: BTreeMap<&str, (&str, Vec<&str>)> = BTreeMap::new();
    for (path, origin) in origins(loaded) {
        let in_file = origin.at.starts_with("catalog:");
        if in_file && ["measured", "calibrated"].contains(&origin.status.as_str()) {
            all.entry(&origin.source).or_insert((&origin.status, Vec::new())).1.push(path);
        }
    }
    all
}

/// One entry; empty fields are left out. Braces are kept where they are balanced, as around the name of an organisation.
fn entry(kind: &str, key: &str, fields: &[(&str, &str)]) -> String {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, text): &(&str, &str)| format!("  {name:<width$} = {{{}}},\n", plain(text));
    let lines: String = fields.iter().filter(|(_, text)| !text.is_empty()).map(line).collect();
    format!("@{kind}{{{key},\n{lines}}}\n")
}

/// A text that BibTeX reads: no control characters, special characters escaped, no lone brace.
fn plain(text: &str) -> String {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let mut out = String::new();
    for c in printable(inner.unwrap_or(text)).chars() {
        match c {
            '{' | '}' | '\\' => {}
            '&' | '%' | '#' | '_' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    if inner.is_some() { format!("{{{out}}}") } else { out }
}
