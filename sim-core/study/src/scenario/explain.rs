//! What a parameter means: its declaration in words.

use super::diagnostic::Diagnostic;
use super::layer::{root_index, root_spec};
use super::suggest;
use super::value::range_text;
use super::write::{plain_value, unit_of};
use autarky_market::scenario::Scenario;
use autarky_market::schema::{FieldSpec, Kind};
use std::fmt::Write as _;

/// The declaration of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// `nation.power_price`.
    pub path: String,
    /// Meaning.
    pub meaning: String,
    /// Type in words.
    pub takes: String,
    /// Canonical unit, or empty.
    pub unit: String,
    /// Allowed values.
    pub allowed: String,
    /// Default in the canonical unit.
    pub default: String,
    /// `measured`, `calibrated` or `assumed`.
    pub status: String,
    /// Source of the default.
    pub source: String,
}

impl Explanation {
    fn new(root: usize, field: usize) -> Self {
        let spec = &root_spec(root).fields[field];
        Self {
            path: format!("{}.{}", root_spec(root).name, spec.name),
            meaning: clean(spec.doc),
            takes: takes(spec),
            unit: unit_of(spec).to_owned(),
            allowed: allowed(spec),
            default: default_text(root, field),
            status: spec.status.as_str().to_owned(),
            source: spec.source.to_owned(),
        }
    }

    /// Several lines of text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = format!("{}\n  {}\n", self.path, self.meaning);
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        let default = if self.default.is_empty() {
            "empty".to_owned()
        } else {
            format!("{}{unit}", self.default)
        };
        for (label, text) in
            [("takes", &self.takes), ("allowed", &self.allowed), ("default", &default)]
        {
            if !text.is_empty() {
                let _ = writeln!(out, "  {label:<8} {text}");
            }
        }
        let _ = writeln!(out, "  {:<8} {}: {}", "source", self.status, self.source);
        out
    }

    /// A JSON object.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "path": self.path, "meaning": self.meaning, "takes": self.takes, "unit": self.unit,
            "allowed": self.allowed, "default": self.default, "status": self.status, "source": self.source,
        })
    }
}

/// Explains a parameter (`nation.power_price`, with or without an identifier), a group of them (`nation.policy`) or a
/// whole root (`nation`).
///
/// # Errors
/// A path that names nothing, with a suggestion.
pub fn explain(path: &str) -> Result<Vec<Explanation>, Box<Diagnostic>> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(root) = root_index(name) else {
        let names: Vec<&str> = Scenario::ROOTS.iter().map(|r| r.name).collect();
        let short: String = name.chars().take(80).collect();
        let error = Diagnostic::error(format!("there is no root `{short}`"));
        return Err(Box::new(Diagnostic { help: suggest::hint(name, &names), ..error }));
    };
    let without_id = rest.split_once('.').map(|(_, field)| field);
    for wanted in std::iter::once(rest).chain(without_id) {
        let below = format!("{wanted}.");
        let fields = root_spec(root).fields.iter().enumerate();
        let matching = fields
            .filter(|(_, f)| wanted.is_empty() || f.name == wanted || f.name.starts_with(&below));
        let found: Vec<Explanation> = matching.map(|(at, _)| Explanation::new(root, at)).collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let known: Vec<&str> = root_spec(root).fields.iter().map(|f| f.name).collect();
    let word: String = without_id.unwrap_or(rest).chars().take(80).collect();
    let help = suggest::nearest(&word, known.iter().copied())
        .map(|n| format!("did you mean `{name}.{n}`?"));
    let help = help.or_else(|| Some(format!("`{name}` has: {}", known.join(", "))));
    let error = Diagnostic::error(format!("`{name}` has no parameter `{word}`"));
    Err(Box::new(Diagnostic { help, ..error }))
}

/// The default of a parameter in its canonical unit, without the unit.
pub(crate) fn default_text(root: usize, field: usize) -> String {
    let spec = root_spec(root);
    let mut blank = Scenario::default();
    let value = blank.entry_mut(spec.name, "x").and_then(|entry| entry.get(field));
    plain_value(&spec.fields[field], value.as_ref())
}

/// The text of a doc comment in one line.
pub(crate) fn clean(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a field takes, in words.
pub(crate) fn takes(spec: &FieldSpec) -> String {
    match spec.kind {
        Kind::Number { unit: "1", .. } => "a number, or a text in %".to_owned(),
        Kind::Number { unit, .. } => format!("a number with a unit as text, such as \"1 {unit}\""),
        Kind::Integer { .. } => "a whole number".to_owned(),
        Kind::Flag => "`true` or `false`".to_owned(),
        Kind::Text => "a text".to_owned(),
        Kind::Name => "an identifier of your own choice, the same wherever it is shared".to_owned(),
        Kind::Instant => "a date (2028-01-01) or a span from the start (\"24 months\")".to_owned(),
        Kind::Date => "a date (2026-01-01)".to_owned(),
        Kind::Choice(_) => "one word".to_owned(),
        Kind::Choices(_) => "a list of words".to_owned(),
        Kind::Reference(root) => format!("the identifier of an entry of `{root}`"),
        Kind::References(root) => format!("a list of identifiers of entries of `{root}`"),
        Kind::Shares(root) => format!("shares by {root} that sum to one: {{ a = 0.6, b = 0.4 }}"),
        Kind::Numbers { root, unit, .. } => {
            let of = |x: &str| if unit == "1" { x.to_owned() } else { format!("\"{x} {unit}\"") };
            format!("numbers by {root}: {{ a = {}, b = {} }}", of("0.1"), of("0.2"))
        }
        Kind::EconomyShares => {
            "shares by ISO 3166 code that sum to one: { TWN = 0.9, KOR = 0.1 }".to_owned()
        }
        Kind::Economies => "a list of ISO 3166 codes: [\"EST\"]".to_owned(),
        Kind::Path => {
            "a CSV file with the columns date,value beside the scenario, or a list [[2026-01-01, 1.0], …]"
                .to_owned()
        }
        Kind::Personas => {
            "a CSV or Parquet file with one row a person beside the scenario, with the columns age, sex, occupation, region, schooling"
                .to_owned()
        }
        Kind::Words => "a list of words of calibration/nations.csv".to_owned(),
    }
}

/// Which values a field allows, in words; empty where its type says all.
pub(crate) fn allowed(spec: &FieldSpec) -> String {
    match spec.kind {
        Kind::Number { unit, range } | Kind::Numbers { unit, range, .. } => range_text(range, unit),
        Kind::Integer { min, max } => format!("from {min} to {max}"),
        Kind::Choice(words) | Kind::Choices(words) => words.join(", "),
        _ => String::new(),
    }
}
