//! A document as settings: which parameter of which entry gets which value, from where.
//!
//! Everything about names comes from [`Scenario::ROOTS`]; no parameter is named here.

use super::about::About;
use super::source::{Files, Finding, Findings, Place};
use super::suggest;
use super::tree::{Data, Member, Node, Table};
use super::uncertain::{self, UncertainDraft};
use super::value::{Reader, Reading, check_identifier, text};
use autarky_market::scenario::Scenario;
use autarky_market::schema::RootSpec;
use std::collections::BTreeMap;

/// Keys of a file that are not roots.
const OWN_KEYS: &[&str] = &[
    "format",
    "title",
    "description",
    "question",
    "about",
    "extends",
    "policies",
    "provenance",
    "uncertain",
];
const STATUSES: &[&str] = &["measured", "calibrated", "assumed"];

/// Where a layer comes from, in rising precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerKind {
    /// The declared default.
    Default,
    /// A calibration table.
    Table,
    /// Derived when the scenario was resolved (blocs, automatic providers).
    Derived,
    /// The defaults of a provider kind.
    KindDefault,
    /// A file that the scenario extends.
    Parent,
    /// The scenario itself.
    File,
    /// An overlay file.
    Overlay,
    /// The settings of a policy.
    Policy,
    /// `--set`.
    Set,
}

impl LayerKind {
    /// The word in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Table => "calibration",
            Self::Derived => "derived",
            Self::KindDefault => "kind default",
            Self::Parent => "parent",
            Self::File => "file",
            Self::Overlay => "overlay",
            Self::Policy => "policy",
            Self::Set => "set",
        }
    }
}

/// One setting.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) root: usize,
    /// Identifier; empty for a singleton, `*` for every entry.
    pub(crate) id: String,
    /// Where the entry is named.
    pub(crate) place: Place,
    pub(crate) what: What,
}

/// What a setting says.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// The entry exists.
    Declared,
    /// `enabled = …`.
    Enabled(bool),
    /// Parameter `field` gets a value.
    Value { field: usize, reading: Reading, place: Place },
    /// Parameter `field` was given a value that is already reported as wrong.
    Broken,
}

/// The settings of one source.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) kind: LayerKind,
    pub(crate) settings: Vec<Setting>,
}

/// A policy as read.
#[derive(Debug, Clone, Default)]
pub(crate) struct PolicyDraft {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) disabled: bool,
    pub(crate) settings: Vec<Setting>,
}

/// A statement about where a value comes from.
#[derive(Debug, Clone)]
pub(crate) struct Provenance {
    pub(crate) place: Place,
    pub(crate) source: Option<String>,
    pub(crate) status: Option<String>,
}

/// A file as read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    pub(crate) title: Option<String>,
    pub(crate) question: Option<String>,
    pub(crate) about: Option<About>,
    pub(crate) extends: Option<(String, Place)>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) policies: BTreeMap<String, PolicyDraft>,
    pub(crate) provenance: BTreeMap<String, Provenance>,
    pub(crate) uncertain: BTreeMap<String, UncertainDraft>,
}

/// The declaration of a root by its number.
pub(crate) fn root_spec(root: usize) -> &'static RootSpec {
    &Scenario::ROOTS[root]
}

/// The number of a root by its name.
pub(crate) fn root_index(name: &str) -> Option<usize> {
    Scenario::ROOTS.iter().position(|r| r.name == name)
}

/// `root.id.field`, or `root.field` for a singleton.
pub(crate) fn path_of(root: usize, id: &str, field: &str) -> String {
    let parts = [root_spec(root).name, id, field];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(".")
}

/// For every root and field, whether it may stay unset.
pub(crate) fn is_optional(root: usize, field: usize) -> bool {
    let mut blank = Scenario::default();
    blank.entry_mut(root_spec(root).name, "x").is_some_and(|entry| entry.get(field).is_none())
}

/// Reads documents into settings.
pub(crate) struct DocumentReader<'r> {
    pub(crate) files: &'r Files,
    pub(crate) findings: &'r mut Findings,
}

impl DocumentReader<'_> {
    /// All that a file says.
    pub(crate) fn document(&mut self, table: &Table, file: u32) -> Document {
        let mut document = Document::default();
        self.format(table, file);
        for member in table.iter() {
            match member.key.as_str() {
                "format" => {}
                "title" => document.title = self.text(member),
                "question" => document.question = self.text(member),
                "description" => drop(self.text(member)),
                "about" => document.about = self.about(member),
                "extends" => document.extends = self.text(member).map(|t| (t, member.node.place)),
                "policies" => document.policies = self.policies(member),
                "provenance" => document.provenance = self.provenance(member),
                "uncertain" => document.uncertain = uncertain::read(self, member),
                name => match root_index(name) {
                    Some(root) => self.root(root, &member.node, &mut document.settings),
                    None => self.unknown_root(member),
                },
            }
        }
        document
    }

    fn format(&mut self, table: &Table, file: u32) {
        let start = Place { file, start: 0, end: 0 };
        let finding = match table.get("format").map(|m| (&m.node.data, m.node.place)) {
            Some((Data::Integer(1) | Data::Broken, _)) => return,
            Some((_, place)) => {
                Finding::error(Some(place), "format", "this format is not known to this version")
                    .allowed("format = 1")
            }
            None => Finding::error(Some(start), "format", "the file does not say its format")
                .help("add the line `format = 1`"),
        };
        self.findings.push(finding);
    }

    fn unknown_root(&mut self, member: &Member) {
        if self.findings.is_full() {
            return;
        }
        let known: Vec<&str> =
            Scenario::ROOTS.iter().map(|r| r.name).chain(OWN_KEYS.iter().copied()).collect();
        let help = suggest::nearest(&member.key, known.iter().copied());
        let help = help.map(|n| format!("did you mean `{n}`?"));
        let message = format!("unknown key `{}`", short(&member.key));
        self.findings.push(
            Finding::error(Some(member.key_place), &member.key, message)
                .allowed(known.join(", "))
                .maybe_help(help),
        );
    }

    pub(super) fn text(&mut self, member: &Member) -> Option<String> {
        if matches!(member.node.data, Data::Broken) {
            return None;
        }
        match text(&member.node) {
            Ok(text) => Some(text),
            Err(mut finding) => {
                let path = &member.key;
                finding.inner.message =
                    finding.inner.message.replacen('·', &format!("`{path}`"), 1);
                path.clone_into(&mut finding.inner.path);
                self.findings.push(finding);
                None
            }
        }
    }

    pub(super) fn table<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n Table> {
        match &node.data {
            Data::Table(table) => Some(table),
            Data::Broken => None,
            other => {
                let message = format!("`{path}` has the wrong type");
                let finding = Finding::error(Some(node.place), path, message);
                self.findings
                    .push(finding.found(format!("found {}", other.type_name())).allowed("a table"));
                None
            }
        }
    }

    fn root(&mut self, root: usize, node: &Node, out: &mut Vec<Setting>) {
        let spec = root_spec(root);
        let Some(table) = self.table(node, spec.name) else { return };
        if spec.singleton {
            return self.fields(Target { root, id: "", place: node.place }, "", node, out);
        }
        for member in table.iter() {
            self.entry(root, member, out);
        }
    }

    fn entry(&mut self, root: usize, member: &Member, out: &mut Vec<Setting>) {
        if let Err(mut finding) = check_identifier(&member.key, member.key_place) {
            finding.inner.path = path_of(root, &member.key, "");
            self.findings.push(finding);
            return;
        }
        let target = Target { root, id: &member.key, place: member.key_place };
        out.push(target.says(What::Declared));
        self.fields(target, "", &member.node, out);
    }

    /// Settings of one entry from a table (or, for a whole path, a value) below it.
    fn fields(&mut self, target: Target<'_>, prefix: &str, node: &Node, out: &mut Vec<Setting>) {
        let spec = root_spec(target.root);
        let path = path_of(target.root, target.id, prefix);
        if let Some(field) = spec.fields.iter().position(|f| f.name == prefix) {
            let optional = is_optional(target.root, field);
            let mut reader = Reader { files: self.files, findings: self.findings };
            let what = match reader.read(&path, &spec.fields[field], optional, node) {
                Some(reading) => What::Value { field, reading, place: node.place },
                None => What::Broken,
            };
            return out.push(target.says(what));
        }
        let Some(table) = self.table(node, &path) else {
            return out.push(target.says(What::Broken));
        };
        for member in table.iter() {
            let name = join(prefix, &member.key);
            if name == "enabled" && !spec.singleton {
                self.enabled(target, member, out);
            } else if spec
                .fields
                .iter()
                .any(|f| f.name == name || f.name.starts_with(&format!("{name}.")))
            {
                self.fields(target, &name, &member.node, out);
            } else {
                self.unknown_field(target, &name, member.key_place);
            }
        }
    }

    fn enabled(&mut self, target: Target<'_>, member: &Member, out: &mut Vec<Setting>) {
        let path = path_of(target.root, target.id, "enabled");
        match member.node.data {
            Data::Flag(on) => {
                out.push(Target { place: member.key_place, ..target }.says(What::Enabled(on)));
            }
            Data::Broken => {}
            _ => self.findings.push(
                Finding::error(
                    Some(member.node.place),
                    &path,
                    format!("`{path}` has the wrong type"),
                )
                .allowed("`true` or `false`"),
            ),
        }
    }

    fn unknown_field(&mut self, target: Target<'_>, name: &str, place: Place) {
        if self.findings.is_full() {
            return;
        }
        let spec = root_spec(target.root);
        let known: Vec<&str> = spec.fields.iter().map(|f| f.name).collect();
        let mut candidates = known.clone();
        if !spec.singleton {
            candidates.push("enabled");
        }
        let near = suggest::nearest(name, candidates).map(|n| format!("did you mean `{n}`?"));
        let help = near.or_else(|| Some(format!("`{}` has: {}", spec.name, known.join(", "))));
        let path = path_of(target.root, target.id, name);
        let message = format!("`{}` has no parameter `{}`", spec.name, short(name));
        self.findings.push(Finding::error(Some(place), &path, message).maybe_help(help));
    }

    fn policies(&mut self, member: &Member) -> BTreeMap<String, PolicyDraft> {
        let mut policies = BTreeMap::new();
        let Some(table) = self.table(&member.node, "policies") else { return policies };
        for policy in table.iter() {
            if let Err(finding) = check_identifier(&policy.key, policy.key_place) {
                self.findings.push(finding);
                continue;
            }
            let path = format!("policies.{}", policy.key);
            let Some(table) = self.table(&policy.node, &path) else { continue };
            policies.insert(policy.key.clone(), self.policy(&path, table));
        }
        policies
    }

    fn policy(&mut self, path: &str, table: &Table) -> PolicyDraft {
        let mut draft = PolicyDraft::default();
        for member in table.iter() {
            match member.key.as_str() {
                "title" => draft.title = self.text(member),
                "description" => draft.description = self.text(member),
                "enabled" if matches!(member.node.data, Data::Flag(_)) => {
                    draft.disabled = matches!(member.node.data, Data::Flag(false));
                }
                "set" => {
                    if let Some(set) = self.table(&member.node, &format!("{path}.set")) {
                        for setting in set.iter() {
                            self.set(
                                &setting.key,
                                setting.key_place,
                                &setting.node,
                                &mut draft.settings,
                            );
                        }
                    }
                }
                key => {
                    let help = suggest::hint(key, &["title", "description", "enabled", "set"]);
                    let message = format!("a policy has no `{}`", short(key));
                    self.findings.push(
                        Finding::error(Some(member.key_place), path, message).maybe_help(help),
                    );
                }
            }
        }
        draft
    }

    /// One dotted path and its value, from a policy or `--set`.
    pub(crate) fn set(&mut self, path: &str, place: Place, node: &Node, out: &mut Vec<Setting>) {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let Some(root) = root_index(name) else {
            let names: Vec<&str> = Scenario::ROOTS.iter().map(|r| r.name).collect();
            let message = format!("a path begins with a root, and `{}` is none", short(name));
            let finding =
                Finding::error(Some(place), path, message).maybe_help(suggest::hint(name, &names));
            return self.findings.push(finding);
        };
        let singleton = root_spec(root).singleton;
        let (id, field) =
            if singleton { ("", rest) } else { rest.split_once('.').unwrap_or((rest, "")) };
        let checked = if singleton || id == "*" { Ok(()) } else { check_identifier(id, place) };
        if let Err(finding) = checked {
            return self.findings.push(finding);
        }
        let target = Target { root, id, place };
        match (field, &node.data) {
            ("enabled", Data::Flag(on)) if !singleton => out.push(target.says(What::Enabled(*on))),
            ("enabled", _) if !singleton => {
                let finding = Finding::error(
                    Some(node.place),
                    path,
                    format!("`{path}` is `true` or `false`"),
                );
                self.findings.push(finding);
            }
            (field, _) => {
                let fields = root_spec(root).fields;
                let below = format!("{field}.");
                if field.is_empty()
                    || fields.iter().any(|f| f.name == field || f.name.starts_with(&below))
                {
                    self.fields(target, field, node, out);
                } else {
                    self.unknown_field(target, field, place);
                }
            }
        }
    }

    fn provenance(&mut self, member: &Member) -> BTreeMap<String, Provenance> {
        let mut all = BTreeMap::new();
        let Some(table) = self.table(&member.node, "provenance") else { return all };
        for entry in table.iter() {
            let path = format!("provenance.\"{}\"", short(&entry.key));
            let Some(table) = self.table(&entry.node, &path) else { continue };
            let mut provenance = Provenance { place: entry.key_place, source: None, status: None };
            for member in table.iter() {
                match member.key.as_str() {
                    "source" => provenance.source = self.text(member),
                    "status" => provenance.status = self.status(member, &path),
                    key => {
                        let help = suggest::hint(key, &["source", "status"]);
                        let message = format!("`provenance` has no `{}`", short(key));
                        self.findings.push(
                            Finding::error(Some(member.key_place), &path, message).maybe_help(help),
                        );
                    }
                }
            }
            all.insert(entry.key.clone(), provenance);
        }
        all
    }

    pub(super) fn status(&mut self, member: &Member, path: &str) -> Option<String> {
        let word = self.text(member)?;
        if STATUSES.contains(&word.as_str()) {
            return Some(word);
        }
        let finding = Finding::error(
            Some(member.node.place),
            path,
            format!("`status` cannot be `{}`", short(&word)),
        );
        self.findings.push(finding.allowed(STATUSES.join(", ")));
        None
    }
}

#[derive(Clone, Copy)]
struct Target<'t> {
    root: usize,
    id: &'t str,
    place: Place,
}

impl Target<'_> {
    fn says(self, what: What) -> Setting {
        Setting { root: self.root, id: self.id.to_owned(), place: self.place, what }
    }
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

/// The beginning of a name that is no name, for messages.
pub(super) fn short(text: &str) -> String {
    text.chars().take(80).collect()
}
