//! A path and values for it, checked as settings are, for those who vary parameters: designs and declared uncertainty.

use super::chain::{set_value, setting};
use super::layer::{DocumentReader, Setting, root_spec};
use super::origin::split_path;
use super::source::{Files, Finding, Findings, Place};
use super::suggest;
use super::tree::{Data, Node};
use super::value::{Parsed, Reader};
use super::{Loaded, layer};
use autarky_market::entity::provider::ProviderKind;
use autarky_market::scenario::Scenario;
use autarky_market::schema::{FieldSpec, Kind, Value};

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) root: usize,
    /// Identifier; empty for a singleton, `*` for every entry.
    pub(crate) id: String,
    /// The parameter; none for `enabled` and for a group of parameters.
    pub(crate) field: Option<usize>,
}

impl Target {
    /// The declaration of the parameter.
    pub(crate) fn spec(&self) -> Option<&'static FieldSpec> {
        self.field.map(|at| &root_spec(self.root).fields[at])
    }

    /// Whether a scenario has the entry; kinds of providers and `*` stand for entries.
    pub(crate) fn is_in(&self, scenario: &Scenario) -> bool {
        let name = root_spec(self.root).name;
        let is_kind = name == "provider" && ProviderKind::WORDS.contains(&self.id.as_str());
        self.id.is_empty() || self.id == "*" || is_kind || scenario.entry(name, &self.id).is_some()
    }
}

/// The target of a path: a parameter, a group of them, or whether an entry is there.
pub(crate) fn target(
    path: &str,
    place: Place,
    files: &Files,
    findings: &mut Findings,
) -> Option<Target> {
    let is_switch =
        |(root, _, field): &(usize, &str, &str)| *field == "enabled" && !root_spec(*root).singleton;
    let node = match split_path(path).filter(is_switch) {
        Some(_) => Node { place, data: Data::Flag(true) },
        None => Node { place, data: Data::Broken },
    };
    let mut out = Vec::new();
    DocumentReader { files, findings }.set(path, place, &node, &mut out);
    let (root, id, name) = split_path(path).filter(|_| !out.is_empty())?;
    let field = root_spec(root).fields.iter().position(|f| f.name == name);
    Some(Target { root, id: id.to_owned(), field })
}

/// Whether the value that stands at `value` may be set at a path.
pub(crate) fn is_level(
    path: (&str, Place),
    value: Place,
    files: &mut Files,
    findings: &mut Findings,
) -> bool {
    let mut out: Vec<Setting> = Vec::new();
    setting(path, value, files, &mut out, findings);
    !out.is_empty() && !out.iter().any(|s| matches!(s.what, layer::What::Broken))
}

/// A number that was read, with the calendar it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Figure {
    /// In the canonical unit of the parameter.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// A date, in days from 1970-01-01.
    Date(i64),
}

/// The number at a place, for a parameter declared as `spec`; a finding where it is none or not allowed.
///
/// A bare number gets `unit`, which another number beside it has.
pub(crate) fn figure(
    path: &str,
    spec: &FieldSpec,
    (value, unit): (Place, &str),
    files: &Files,
    findings: &mut Findings,
) -> Option<Figure> {
    let mut node = set_value(value, files, findings)?;
    if !unit.is_empty() && matches!(node.data, Data::Integer(_) | Data::Float(_)) {
        node.data = Data::Text(format!("{} {unit}", files.slice(node.place)));
    }
    let reading = Reader { files, findings }.read(path, spec, false, &node)?;
    match (reading.parsed, spec.kind) {
        (Parsed::Value(Value::Number(days)), Kind::Date) | (Parsed::DateInstant(days), _) => {
            Some(Figure::Date(days as i64))
        }
        (Parsed::Value(Value::Number(x)), _) => Some(Figure::Number(x)),
        (Parsed::Value(Value::Integer(i)), _) => Some(Figure::Whole(i)),
        _ => None,
    }
}

/// The number that a value of a path amounts to, in the canonical unit of the parameter (days from 1970-01-01 for dates); none for words, flags and tables.
pub(crate) fn number_of(path: &str, value: &str) -> Option<f64> {
    let (mut files, mut findings) = (Files::default(), Findings::default());
    let whole = |file: u32, text: &str| Place { file, start: 0, end: text.len() as u32 };
    let place = whole(files.add("path", path), path);
    let spec = target(path, place, &files, &mut findings)?.spec()?;
    let value = whole(files.add("value", value), value);
    match figure(path, spec, (value, ""), &files, &mut findings)? {
        Figure::Number(x) => Some(x),
        Figure::Whole(i) | Figure::Date(i) => Some(i as f64),
    }
}

/// The canonical unit of the parameter of a path; empty for none.
pub(crate) fn unit_of_path(path: &str) -> &'static str {
    let spec = split_path(path)
        .and_then(|(root, _, name)| root_spec(root).fields.iter().find(|f| f.name == name));
    spec.map_or("", super::write::unit_of)
}

/// That no policy of a scenario has the entry of a path.
pub(crate) fn no_entry(path: &str, target: &Target, place: Place, loaded: &Loaded) -> Finding {
    let name = root_spec(target.root).name;
    let mut known: Vec<&str> =
        loaded.policies.iter().flat_map(|p| p.scenario.identifiers(name)).collect();
    known.sort_unstable();
    known.dedup();
    let message = format!("the scenario has no {name} `{}`", target.id);
    Finding::error(Some(place), path, message).maybe_help(suggest::hint(&target.id, &known))
}
