//! The catalogue for readers: which scenarios there are, what each asks, claims, finds and leaves out, and how to cite it.
//!
//! Everything shown stands in the scenario's file (`[about]`, policies, provenance); nothing is run here.

mod cite;

pub use cite::bibtex;

use crate::scenario::{
    About, Citation, Diagnostic, Flip, LayerKind, Loaded, Options, Reference, Row, Source, Stance,
    load, printable, quantity, show,
};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Every scenario of the catalogue, loaded, by identifier.
///
/// # Errors
/// What is wrong with one that does not load; none is, if the tests pass.
pub fn all() -> Result<Vec<Loaded>, Vec<Diagnostic>> {
    autarky_scenarios::scenario_ids().map(open).collect()
}

/// One scenario of the catalogue, by identifier, with or without `catalog:`.
///
/// # Errors
/// An unknown identifier, with a suggestion.
pub fn open(id: &str) -> Result<Loaded, Vec<Diagnostic>> {
    let id = id.strip_prefix("catalog:").unwrap_or(id);
    load(&Source::Catalogue(id.to_owned()), &Options::default())
}

fn policies(loaded: &Loaded) -> Vec<&str> {
    loaded.policies.iter().map(|p| p.name.as_str()).collect()
}

/// Scenarios as a list of objects: id, title, question, policies, claim (null where the scenario makes none).
#[must_use]
pub fn list_json(scenarios: &[Loaded]) -> Value {
    let object = |s: &Loaded| {
        json!({
            "id": s.id, "title": s.title, "question": s.question, "policies": policies(s),
            "claim": s.about.as_ref().map(|a| &a.claim),
        })
    };
    scenarios.iter().map(object).collect()
}

/// Scenarios as paragraphs: id and title, question, policies.
#[must_use]
pub fn list_text(scenarios: &[Loaded]) -> String {
    let paragraph = |s: &Loaded| {
        let (title, question) = (printable(&s.title), printable(&s.question));
        format!("{}: {title}\n  {question}\n  policies: {}", s.id, policies(s).join(", "))
    };
    let mut paragraphs: Vec<String> = scenarios.iter().map(paragraph).collect();
    paragraphs.push("Next: autarky catalog show ID".to_owned());
    paragraphs.join("\n\n") + "\n"
}

/// What the file itself states about the base, each with status and source.
fn inputs(loaded: &Loaded) -> Vec<Row> {
    let stated = |row: &Row| row.layer == LayerKind::File.as_str();
    loaded.policies.first().map(show).into_iter().flatten().filter(stated).collect()
}

/// The command that runs the scenario, and the one behind its reference table.
fn commands(loaded: &Loaded) -> (String, Option<String>) {
    let id = &loaded.id;
    let reference = |Reference { replications, seed }| {
        format!("autarky run {id} -n {replications} --seed {seed}")
    };
    let about = loaded.about.as_ref();
    (format!("autarky run {id} -n 1000"), about.and_then(|a| a.reference).map(reference))
}

/// A flip with the settings that show it.
fn flip_text(flip: &Flip) -> String {
    let set = |(path, value): &(String, String)| format!("--set '{path}={value}'");
    let sets: Vec<String> = flip.settings.iter().map(set).collect();
    format!("{} ({})", flip.text, sets.join(" "))
}

/// A scenario as an object: what [`show_text`] says, for programs.
#[must_use]
pub fn show_json(loaded: &Loaded) -> Value {
    let about = loaded.about.clone().unwrap_or_default();
    let (run, reference) = commands(loaded);
    let policy = |p: &crate::scenario::Policy| json!({ "id": p.name, "title": p.title, "description": p.description });
    let made_by = |c: &Citation| {
        json!({
            "title": c.title, "author": c.author.to_string(), "year": c.year, "where": c.place,
            "stance": c.stance.as_str(), "note": c.note,
        })
    };
    let outcome = |name: &String| {
        let column = quantity(name);
        json!({ "name": name, "unit": column.map(|c| c.unit), "meaning": column.map(|c| c.doc) })
    };
    let flip = |f: &Flip| {
        let set = |(path, value): &(String, String)| json!({ "path": path, "value": value });
        json!({ "text": f.text, "set": f.settings.iter().map(set).collect::<Value>() })
    };
    let input = |row: &Row| {
        json!({
            "path": row.path, "value": row.value, "unit": row.unit, "status": row.status, "source": row.source,
        })
    };
    json!({
        "id": loaded.id, "title": loaded.title, "question": loaded.question,
        "claim": loaded.about.as_ref().map(|a| &a.claim),
        "made_by": about.made_by.iter().map(made_by).collect::<Value>(),
        "policies": loaded.policies.iter().map(policy).collect::<Value>(),
        "outcomes": about.outcomes.iter().map(outcome).collect::<Value>(),
        "findings": about.findings,
        "flips": about.flips.iter().map(flip).collect::<Value>(),
        "tried": about.tried.iter().map(flip).collect::<Value>(),
        "limits": about.limits,
        "inputs": inputs(loaded).iter().map(input).collect::<Value>(),
        "run": run, "reference": reference,
    })
}

/// A scenario for a reader at a terminal.
#[must_use]
pub fn show_text(loaded: &Loaded) -> String {
    let mut out =
        format!("{}: {}\n\n{}\n", loaded.id, printable(&loaded.title), printable(&loaded.question));
    let about = loaded.about.as_ref();
    if let Some(about) = about {
        claim(&mut out, about);
    }
    let policies = loaded.policies.iter().map(|p| format!("{}: {}", p.name, p.title));
    section(&mut out, "Policies", policies);
    if let Some(about) = about {
        let outcome = |name: &String| match quantity(name) {
            Some(column) => format!("{name} [{}]: {}", column.unit, column.doc),
            None => name.clone(),
        };
        section(&mut out, "Outcomes", about.outcomes.iter().map(outcome));
        section(&mut out, "What comes out", about.findings.iter().cloned());
        section(&mut out, "What would flip it", about.flips.iter().map(flip_text));
        section(&mut out, "What was tried and flips nothing", about.tried.iter().map(flip_text));
        section(&mut out, "Limits", about.limits.iter().cloned());
    }
    let inputs = inputs(loaded).into_iter().map(|row| {
        let value = [row.value, row.unit].join(" ");
        format!("{} = {}  [{}] {}", row.path, value.trim_end(), row.status, row.source)
    });
    section(&mut out, "Inputs that the file states", inputs);
    let (run, reference) = commands(loaded);
    let reference = reference
        .map(|command| format!("{command}  (its table: results/reference/{}.csv)", loaded.id));
    section(&mut out, "Run it", std::iter::once(run).chain(reference));
    out
}

fn claim(out: &mut String, about: &About) {
    if !about.claim.is_empty() {
        let _ = writeln!(out, "\nClaim\n  {}", printable(&about.claim));
    }
    for stance in Stance::ALL {
        let heading = match stance {
            Stance::Makes => "Made by",
            Stance::Denies => "Denied by",
            Stance::Background => "Background",
        };
        let works = about.made_by.iter().filter(|work| work.stance == stance);
        section(out, heading, works.map(work_text));
    }
}

fn work_text(work: &Citation) -> String {
    let Citation { title, author, year, place, note, .. } = work;
    let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
    format!("{author} ({year}). {title}. {place}{note}")
}

/// A heading and its items, nothing where there are none.
fn section(out: &mut String, heading: &str, items: impl Iterator<Item = String>) {
    let lines: Vec<String> = items.map(|item| format!("  {}\n", printable(&item))).collect();
    if !lines.is_empty() {
        let _ = write!(out, "\n{heading}\n{}", lines.concat());
    }
}
