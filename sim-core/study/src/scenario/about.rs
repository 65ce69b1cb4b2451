//! `[about]`: what a scenario claims, who claims it, what came out, what would flip it and where it ends. Read with places, written again.
//!
//! It describes one file: no parent hands it down, no policy changes it, and the hash of a scenario leaves it out. Whether a finding is true is not
//! checked here; `reference` says which run shows it. The JSON Schema of the table is in `about_schema.rs`.

use super::layer::{DocumentReader, short};
use super::source::{Finding, Place};
use super::suggest;
use super::tree::{Data, Member, Node, Table};
use super::value::text;
use super::write::quoted;
use autarky_market::metric::scalars::SCALARS;
use autarky_market::metric::series::SERIES;
use autarky_market::record::Column;
use std::fmt::{self, Write as _};

const KEYS: &[&str] =
    &["claim", "made_by", "outcomes", "findings", "flips", "tried", "limits", "reference"];
pub(super) const CITATION: &[&str] = &["title", "author", "year", "where"];
pub(super) const CITATION_MORE: &[&str] = &["stance", "note"];
const FLIP_ONE: &[&str] = &["text", "path", "value"];
const FLIP_SET: &[&str] = &["text", "set"];
pub(super) const REFERENCE: &[&str] = &["replications", "seed"];
pub(super) const YEARS: (u64, u64) = (1500, 2200);
pub(super) const REPLICATIONS: (u64, u64) = (1, 10_000_000);
/// Seeds that every reader of the results keeps exactly: below 2^53.
pub(super) const SEEDS: (u64, u64) = (0, (1 << 53) - 1);

/// What a scenario is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The claim that the scenario puts to the test.
    pub claim: String,
    /// Works that make the claim, deny it, or lie behind it.
    pub made_by: Vec<Citation>,
    /// Names of the quantities that answer the question, as in `summary.csv`.
    pub outcomes: Vec<String>,
    /// What comes out, with intervals.
    pub findings: Vec<String>,
    /// What would turn a finding.
    pub flips: Vec<Flip>,
    /// Changes that were tried and turned none.
    pub tried: Vec<Flip>,
    /// What the scenario leaves out.
    pub limits: Vec<String>,
    /// The run whose `summary.csv` is kept as a reference table, if one is.
    pub reference: Option<Reference>,
}

/// A work about the claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Its title.
    pub title: String,
    /// Who wrote it.
    pub author: Author,
    /// Year of publication.
    pub year: u64,
    /// Where it is found: journal and pages, publisher, address.
    pub place: String,
    /// Where it stands towards the claim.
    pub stance: Stance,
    /// What in it matters here, or empty.
    pub note: String,
}

/// Who wrote a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// An organisation, or a name that is not taken apart.
    Whole(String),
    /// Persons, each `Last, F.`; a last one `others` stands for those not named.
    Persons(Vec<String>),
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(name) => f.write_str(name),
            Self::Persons(persons) => match persons.split_last() {
                Some((last, named)) if last == OTHERS => write!(f, "{} et al.", named.join(", ")),
                _ => f.write_str(&persons.join(", ")),
            },
        }
    }
}

/// The last of a list of persons that goes on, as BibTeX has it.
const OTHERS: &str = "others";

/// Where a work stands towards a claim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stance {
    /// It makes the claim.
    #[default]
    Makes,
    /// It denies the claim, or a part of it.
    Denies,
    /// It does neither: a rule, a mechanism, a measurement.
    Background,
}

impl Stance {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Makes, Self::Denies, Self::Background];
    /// Their words in files, in the same order.
    pub(super) const WORDS: [&'static str; 3] = ["makes", "denies", "background"];

    /// The word in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// A change of some parameters, and what it does to a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flip {
    /// What happens.
    pub text: String,
    /// Dotted path and value of each parameter that changes, as they stand in the file: `--set path=value`.
    pub settings: Vec<(String, String)>,
}

impl Flip {
    /// The settings for a reader: `path = value`, with commas between them.
    #[must_use]
    pub fn settings_text(&self) -> String {
        let one = |(path, value): &(String, String)| format!("{path} = {value}");
        self.settings.iter().map(one).collect::<Vec<_>>().join(", ")
    }
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
                "tried" => about.tried = self.each(member, &path, Self::flip),
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
        let table = self.whole_table(node, path, (CITATION, CITATION_MORE))?;
        let note = table.get("note").map(|member| self.line(&member.node, path));
        Some(Citation {
            title: self.line(&table.get("title")?.node, path)?,
            author: self.author(&table.get("author")?.node, path)?,
            year: self.whole(&table.get("year")?.node, path, YEARS)?,
            place: self.line(&table.get("where")?.node, path)?,
            stance: table.get("stance").map_or(Some(Stance::Makes), |m| self.stance(m, path))?,
            note: note.unwrap_or(Some(String::new()))?,
        })
    }

    fn author(&mut self, node: &Node, path: &str) -> Option<Author> {
        let Data::Array(items) = &node.data else {
            return self.line(node, path).map(Author::Whole);
        };
        let persons: Vec<String> =
            items.iter().map(|item| self.line(item, path)).collect::<Option<_>>()?;
        if persons.iter().any(|name| name != OTHERS) {
            return Some(Author::Persons(persons));
        }
        let message = format!("`{path}` names no author");
        let finding = Finding::error(Some(node.place), path, message);
        self.findings.push(finding.help("write author = [\"Last, F.\", \"Other, G.\"]"));
        None
    }

    fn stance(&mut self, member: &Member, path: &str) -> Option<Stance> {
        let word = self.line(&member.node, path)?;
        let known = Stance::ALL.into_iter().find(|stance| stance.as_str() == word);
        if known.is_none() {
            let message = format!("`stance` cannot be `{}`", short(&word));
            let finding = Finding::error(Some(member.node.place), path, message);
            let finding = finding.allowed(Stance::WORDS.join(", "));
            self.findings.push(finding.maybe_help(suggest::hint(&word, &Stance::WORDS)));
        }
        known
    }

    /// A flip; its paths and values are checked as settings are.
    fn flip(&mut self, node: &Node, path: &str) -> Option<Flip> {
        let is_set = matches!(&node.data, Data::Table(table) if table.get("set").is_some());
        let keys = if is_set { FLIP_SET } else { FLIP_ONE };
        let table = self.whole_table(node, path, (keys, &[]))?;
        let text = self.line(&table.get("text")?.node, path)?;
        let mut flip = Flip { text, settings: Vec::new() };
        if !is_set {
            let (parameter, value) = (&table.get("path")?.node, &table.get("value")?.node);
            let name = self.line(parameter, path)?;
            self.change(&mut flip, (&name, parameter.place), value);
            return Some(flip);
        }
        let set = &table.get("set")?.node;
        for member in self.table(set, &format!("{path}.set"))?.iter() {
            self.change(&mut flip, (&member.key, member.key_place), &member.node);
        }
        if flip.settings.is_empty() {
            let message = format!("`{path}.set` sets nothing");
            self.findings.push(Finding::error(Some(set.place), path, message));
        }
        Some(flip)
    }

    fn change(&mut self, flip: &mut Flip, (path, place): (&str, Place), value: &Node) {
        flip.settings.push((path.to_owned(), self.files.slice(value.place).to_owned()));
        self.set(path, place, value, &mut Vec::new());
    }

    fn reference(&mut self, node: &Node, path: &str) -> Option<Reference> {
        let table = self.whole_table(node, path, (REFERENCE, &[]))?;
        Some(Reference {
            replications: self.whole(&table.get("replications")?.node, path, REPLICATIONS)?,
            seed: self.whole(&table.get("seed")?.node, path, SEEDS)?,
        })
    }

    /// A table with all of the first keys, any of the second, and no other.
    fn whole_table<'n>(
        &mut self,
        node: &'n Node,
        path: &str,
        (keys, more): (&[&str], &[&str]),
    ) -> Option<&'n Table> {
        let table = self.table(node, path)?;
        self.known_keys(table, path, &[keys, more].concat());
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
    let lists: [(&str, Vec<String>); 6] = [
        ("made_by", about.made_by.iter().map(citation_toml).collect()),
        ("outcomes", texts(&about.outcomes)),
        ("findings", texts(&about.findings)),
        ("flips", about.flips.iter().map(flip_toml).collect()),
        ("tried", about.tried.iter().map(flip_toml).collect()),
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

fn citation_toml(citation: &Citation) -> String {
    let author = match &citation.author {
        Author::Whole(name) => quoted(name),
        Author::Persons(persons) => {
            format!("[{}]", persons.iter().map(|p| quoted(p)).collect::<Vec<_>>().join(", "))
        }
    };
    let [title, place] = [&citation.title, &citation.place].map(|text| quoted(text));
    let (year, stance) = (citation.year, quoted(citation.stance.as_str()));
    let note = match citation.note.as_str() {
        "" => String::new(),
        note => format!(", note = {}", quoted(note)),
    };
    format!(
        "{{ title = {title}, author = {author}, year = {year}, where = {place}, stance = {stance}{note} }}"
    )
}

fn flip_toml(flip: &Flip) -> String {
    let set: Vec<String> =
        flip.settings.iter().map(|(path, value)| format!("{} = {value}", quoted(path))).collect();
    format!("{{ text = {}, set = {{ {} }} }}", quoted(&flip.text), set.join(", "))
}
