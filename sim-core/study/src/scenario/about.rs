//! `[about]`: what a scenario claims, who claims it, what came out, what would flip it and where it ends. Read with places, written again.
//!
//! It describes one file: no parent hands it down, no policy changes it, and the hash of a scenario leaves it out. Whether a finding is true is not
//! checked here; `reference` says which run shows it.

use super::layer::{DocumentReader, short};
use super::source::Finding;
use super::suggest;
use super::tree::{Data, Member, Node, Table};
use super::value::text;
use super::write::quoted;
use autarky_market::metric::scalars::SCALARS;
use autarky_market::metric::series::SERIES;
use autarky_market::record::Column;
use serde_json::{Value, json};
use std::fmt::Write as _;

const KEYS: &[&str] = &["claim", "made_by", "outcomes", "findings", "flips", "limits", "reference"];
const CITATION: &[&str] = &["title", "author", "year", "where"];
const FLIP: &[&str] = &["text", "path", "value"];
const REFERENCE: &[&str] = &["replications", "seed"];
const YEARS: (u64, u64) = (1500, 2200);
const REPLICATIONS: (u64, u64) = (1, 10_000_000);
/// Seeds that every reader of the results keeps exactly: below 2^53.
const SEEDS: (u64, u64) = (0, (1 << 53) - 1);

/// What a scenario is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The claim that the scenario puts to the test.
    pub claim: String,
    /// Where the claim, or its opposite, is made.
    pub made_by: Vec<Citation>,
    /// Names of the quantities that answer the question, as in `summary.csv`.
    pub outcomes: Vec<String>,
    /// What comes out, with intervals.
    pub findings: Vec<String>,
    /// What would turn a finding.
    pub flips: Vec<Flip>,
    /// What the scenario leaves out.
    pub limits: Vec<String>,
    /// The run whose `summary.csv` is kept as a reference table, if one is.
    pub reference: Option<Reference>,
}

/// A work that makes a claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citation {
    /// Its title.
    pub title: String,
    /// Its authors.
    pub author: String,
    /// Year of publication.
    pub year: u64,
    /// Where it is found: journal and pages, publisher, address.
    pub place: String,
}

/// A change of one parameter that turns a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flip {
    /// What happens.
    pub text: String,
    /// Dotted path of the parameter.
    pub path: String,
    /// The value from which on it happens, as it stands in the file: `--set path=value`.
    pub value: String,
}

/// The run behind a reference table: every policy, `replications` times from replication 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Replications of every policy.
    pub replications: u64,
    /// Seed of all random draws.
    pub seed: u64,
}

/// The quantities of a summary by name, each with the column that it is read from: scalars, means of series, shares of demand.
fn quantities() -> impl Iterator<Item = (String, &'static Column)> {
    let (scalars, series) = (SCALARS.iter().map(|(c, _)| c), SERIES.iter().map(|(c, _)| c));
    let shares = series.clone().filter(|c| {
        c.unit == "H100e" && (c.name.starts_with("served") || c.name.starts_with("unserved"))
    });
    scalars
        .map(|c| (c.name.to_owned(), c))
        .chain(series.map(|c| (format!("{}_mean", c.name), c)))
        .chain(shares.map(|c| (format!("{}_share", c.name), c)))
}

/// The column from which a quantity of a summary is read.
pub(crate) fn quantity(name: &str) -> Option<&'static Column> {
    quantities().find(|(known, _)| known == name).map(|(_, column)| column)
}

impl DocumentReader<'_> {
    /// The table `about`.
    pub(super) fn about(&mut self, member: &Member) -> Option<About> {
        let table = self.table(&member.node, "about")?;
        self.known_keys(table, "about", KEYS);
        let mut about = About::default();
        for member in table.iter() {
            let path = format!("about.{}", member.key);
            match member.key.as_str() {
                "claim" => about.claim = self.text(member).unwrap_or_default(),
                "made_by" => about.made_by = self.each(member, &path, Self::citation),
                "outcomes" => about.outcomes = self.each(member, &path, Self::outcome),
                "findings" => about.findings = self.each(member, &path, Self::line),
                "flips" => about.flips = self.each(member, &path, Self::flip),
                "limits" => about.limits = self.each(member, &path, Self::line),
                "reference" => about.reference = self.reference(&member.node, &path),
                _ => {}
            }
        }
        Some(about)
    }

    /// The items of a list, without those that are wrong.
    fn each<T>(
        &mut self,
        member: &Member,
        path: &str,
        read: fn(&mut Self, &Node, &str) -> Option<T>,
    ) -> Vec<T> {
        match &member.node.data {
            Data::Array(items) => items.iter().filter_map(|item| read(self, item, path)).collect(),
            Data::Broken => Vec::new(),
            other => {
                let message = format!("`{path}` has the wrong type");
                let finding = Finding::error(Some(member.node.place), path, message);
                let found = format!("found {}", other.type_name());
                self.findings.push(finding.found(found).allowed("a list"));
                Vec::new()
            }
        }
    }

    fn line(&mut self, node: &Node, path: &str) -> Option<String> {
        if matches!(node.data, Data::Broken) {
            return None;
        }
        match text(node) {
            Ok(text) if !text.trim().is_empty() => Some(text),
            Ok(_) => {
                let message = format!("`{path}` is empty");
                self.findings.push(Finding::error(Some(node.place), path, message));
                None
            }
            Err(mut finding) => {
                let message = &mut finding.inner.message;
                *message = message.replacen('·', &format!("`{path}`"), 1);
                path.clone_into(&mut finding.inner.path);
                self.findings.push(finding);
                None
            }
        }
    }

    fn outcome(&mut self, node: &Node, path: &str) -> Option<String> {
        let name = self.line(node, path)?;
        if quantity(&name).is_some() {
            return Some(name);
        }
        let known: Vec<String> = quantities().map(|(known, _)| known).collect();
        let near = suggest::nearest(&name, known.iter().map(String::as_str));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let message = format!("there is no quantity `{}`", short(&name));
        self.findings.push(Finding::error(Some(node.place), path, message).maybe_help(help));
        None
    }

    fn citation(&mut self, node: &Node, path: &str) -> Option<Citation> {
        let table = self.whole_table(node, path, CITATION)?;
        Some(Citation {
            title: self.line(&table.get("title")?.node, path)?,
            author: self.line(&table.get("author")?.node, path)?,
            year: self.whole(&table.get("year")?.node, path, YEARS)?,
            place: self.line(&table.get("where")?.node, path)?,
        })
    }

    /// A flip; its path and value are checked as a setting is.
    fn flip(&mut self, node: &Node, path: &str) -> Option<Flip> {
        let table = self.whole_table(node, path, FLIP)?;
        let (parameter, value) = (&table.get("path")?.node, &table.get("value")?.node);
        let flip = Flip {
            text: self.line(&table.get("text")?.node, path)?,
            path: self.line(parameter, path)?,
            value: self.files.slice(value.place).to_owned(),
        };
        self.set(&flip.path, parameter.place, value, &mut Vec::new());
        Some(flip)
    }

    fn reference(&mut self, node: &Node, path: &str) -> Option<Reference> {
        let table = self.whole_table(node, path, REFERENCE)?;
        Some(Reference {
            replications: self.whole(&table.get("replications")?.node, path, REPLICATIONS)?,
            seed: self.whole(&table.get("seed")?.node, path, SEEDS)?,
        })
    }

    /// A table with these keys, all of them and no other.
    fn whole_table<'n>(&mut self, node: &'n Node, path: &str, keys: &[&str]) -> Option<&'n Table> {
        let table = self.table(node, path)?;
        self.known_keys(table, path, keys);
        let missing: Vec<&str> =
            keys.iter().copied().filter(|key| table.get(key).is_none()).collect();
        if missing.is_empty() {
            return Some(table);
        }
        let message = format!("`{path}` does not say `{}`", missing.join("`, `"));
        let all = format!("a table with {}", keys.join(", "));
        self.findings.push(Finding::error(Some(node.place), path, message).allowed(all));
        None
    }

    fn known_keys(&mut self, table: &Table, path: &str, keys: &[&str]) {
        for member in table.iter().filter(|m| !keys.contains(&m.key.as_str())) {
            let message = format!("`{path}` has no `{}`", short(&member.key));
            let finding = Finding::error(Some(member.key_place), path, message);
            self.findings.push(finding.maybe_help(suggest::hint(&member.key, keys)));
        }
    }

    fn whole(&mut self, node: &Node, path: &str, range: (u64, u64)) -> Option<u64> {
        let (least, most) = range;
        let fault = match &node.data {
            Data::Integer(number) => match u64::try_from(*number) {
                Ok(number) if (least..=most).contains(&number) => return Some(number),
                _ => format!("`{path}` is out of range"),
            },
            Data::Broken => return None,
            _ => format!("`{path}` has the wrong type"),
        };
        let finding = Finding::error(Some(node.place), path, fault);
        self.findings.push(finding.allowed(format!("a whole number from {least} to {most}")));
        None
    }
}

/// The table as it stands in a scenario file.
pub(super) fn about_toml(about: &About) -> String {
    let mut out = format!("\n[about]\nclaim = {}\n", quoted(&about.claim));
    let texts = |all: &[String]| all.iter().map(|text| quoted(text)).collect();
    let made_by = about.made_by.iter().map(|c| {
        let Citation { title, author, year, place } = c;
        let [title, author, place] = [title, author, place].map(|text| quoted(text));
        format!("{{ title = {title}, author = {author}, year = {year}, where = {place} }}")
    });
    let flips = about.flips.iter().map(|flip| {
        let (text, path) = (quoted(&flip.text), quoted(&flip.path));
        format!("{{ text = {text}, path = {path}, value = {} }}", flip.value)
    });
    let lists: [(&str, Vec<String>); 5] = [
        ("made_by", made_by.collect()),
        ("outcomes", texts(&about.outcomes)),
        ("findings", texts(&about.findings)),
        ("flips", flips.collect()),
        ("limits", texts(&about.limits)),
    ];
    for (key, items) in lists {
        if !items.is_empty() {
            let _ = writeln!(out, "{key} = [\n  {},\n]", items.join(",\n  "));
        }
    }
    if let Some(Reference { replications, seed }) = about.reference {
        let _ = writeln!(out, "reference = {{ replications = {replications}, seed = {seed} }}");
    }
    out
}

/// The JSON Schema of the table.
pub(super) fn about_schema() -> Value {
    let one = |description: &str| json!({ "type": "string", "description": description });
    let list = |items: Value, description: &str| json!({ "type": "array", "items": items, "description": description });
    let whole =
        |(least, most): (u64, u64)| json!({ "type": "integer", "minimum": least, "maximum": most });
    let table = |keys: &[&str], properties: Value| {
        json!({
            "type": "object", "additionalProperties": false, "required": keys, "properties": properties,
        })
    };
    let citation = table(
        CITATION,
        json!({
            "title": one("Its title."), "author": one("Its authors."), "year": whole(YEARS),
            "where": one("Journal and pages, publisher, or address."),
        }),
    );
    let flip = table(
        FLIP,
        json!({
            "text": one("What happens."), "path": one("Dotted path of the parameter."),
            "value": { "description": "The value from which on it happens." },
        }),
    );
    let reference =
        table(REFERENCE, json!({ "replications": whole(REPLICATIONS), "seed": whole(SEEDS) }));
    json!({
        "type": "object",
        "description": "What this file claims and shows. No parent hands it down.",
        "additionalProperties": false,
        "properties": {
            "claim": one("The claim that the scenario puts to the test."),
            "made_by": list(citation, "Where the claim, or its opposite, is made."),
            "outcomes": list(one("Name of a quantity."), "The quantities that answer the question."),
            "findings": list(one("A finding."), "What comes out, with intervals."),
            "flips": list(flip, "What would turn a finding."),
            "limits": list(one("A limit."), "What the scenario leaves out."),
            "reference": reference,
        },
    })
}
