//! `[uncertain]`: parameters whose value nobody knows, each with a distribution, its source and status.
//!
//! The table changes no scenario and no hash: a design draws from it (`crate::design`). A child takes its parent's
//! entries, gives others by the same path, and drops one with `"none"`. A draw lies below what is stated above the
//! entry: a parameter that a later file, a policy or `--set` states is not drawn.

use super::chain::Chain;
use super::layer::{DocumentReader, Setting, What, root_spec, short};
use super::level::{self, Target};
use super::origin::split_path;
use super::source::{Files, Finding, Findings, Place};
use super::suggest;
use super::tree::{Data, Member};
use super::{Policy, write::quoted};
use crate::design::{Axis, Passage};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The distribution of an entry that drops an earlier one.
const NONE: &str = "none";

/// An uncertain parameter as read.
#[derive(Debug, Clone, Default)]
pub(crate) struct UncertainDraft {
    pub(crate) key: Place,
    pub(crate) distribution: Option<(String, Place)>,
    pub(crate) source: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) inherited: bool,
    /// Number of the layer that the entry stands in; later ones lie above it.
    pub(crate) layer: usize,
    /// Whether an earlier file has an entry of this path.
    pub(crate) replaces: bool,
}

impl UncertainDraft {
    /// Whether it drops the entry of an earlier file.
    pub(crate) fn is_none(&self) -> bool {
        self.distribution.as_ref().is_some_and(|(text, _)| text == NONE)
    }
}

/// A parameter that a scenario declares uncertain.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertain {
    /// What varies, and how.
    pub axis: Axis,
    /// The distribution as written: `log_uniform(0.08 USD/kWh, 0.2 USD/kWh)`.
    pub distribution: String,
    /// Source of the distribution, or empty.
    pub source: String,
    /// `measured`, `calibrated` or `assumed`.
    pub status: String,
    /// `file:line`.
    pub at: String,
    /// Who states a value above the entry, so that it is not drawn: `policy `ban` states it (mine.toml:12)`.
    pub stated: Option<String>,
}

/// The table as read.
pub(crate) fn read(
    reader: &mut DocumentReader<'_>,
    member: &Member,
) -> BTreeMap<String, UncertainDraft> {
    let mut all = BTreeMap::new();
    let Some(table) = reader.table(&member.node, "uncertain") else { return all };
    for entry in table.iter() {
        let mut draft = UncertainDraft { key: entry.key_place, ..UncertainDraft::default() };
        match &entry.node.data {
            Data::Table(_) => details(reader, entry, &mut draft),
            Data::Text(_) => distribution(reader, entry, &mut draft),
            Data::Broken => {}
            other => {
                let path = format!("uncertain.\"{}\"", short(&entry.key));
                let message = format!("`{path}` has the wrong type");
                let finding = Finding::error(Some(entry.node.place), &path, message);
                reader
                    .findings
                    .push(finding.found(format!("found {}", other.type_name())).allowed(
                    "a distribution as text, or a table with `distribution`, `source` and `status`",
                ));
            }
        }
        all.insert(entry.key.clone(), draft);
    }
    all
}

fn distribution(reader: &mut DocumentReader<'_>, member: &Member, draft: &mut UncertainDraft) {
    draft.distribution = reader.text(member).map(|text| (text, member.node.place));
}

fn details(reader: &mut DocumentReader<'_>, entry: &Member, draft: &mut UncertainDraft) {
    let path = format!("uncertain.\"{}\"", short(&entry.key));
    let Some(table) = reader.table(&entry.node, &path) else { return };
    for member in table.iter() {
        match member.key.as_str() {
            "distribution" => distribution(reader, member, draft),
            "source" => draft.source = reader.text(member),
            "status" => draft.status = reader.status(member, &path),
            key => {
                let help = suggest::hint(key, &["distribution", "source", "status"]);
                let message = format!("`uncertain` has no `{}`", short(key));
                reader
                    .findings
                    .push(Finding::error(Some(member.key_place), &path, message).maybe_help(help));
            }
        }
    }
    if table.get("distribution").is_none() {
        let finding = Finding::error(Some(entry.key_place), &path, "the distribution is not given");
        reader.findings.push(finding.help("add distribution = \"uniform(…, …)\""));
    }
}

/// The uncertain parameters of all files, each checked against its declaration.
pub(crate) fn check(
    chain: &Chain,
    policies: &[Policy],
    files: &mut Files,
    findings: &mut Findings,
) -> Vec<Uncertain> {
    let mut all = Vec::new();
    for (path, draft) in &chain.uncertain {
        let Some(target) = level::target(path, draft.key, files, findings) else { continue };
        let Some((text, place)) = draft.distribution.as_ref() else { continue };
        if draft.is_none() {
            if !draft.replaces {
                findings.push(drops_nothing(path, draft, chain));
            }
            continue;
        }
        let passage = Passage::of(files, *place, text);
        let Some(axis) = Axis::of(path, (&target, draft.key), &passage, files, findings) else {
            continue;
        };
        if !policies.iter().any(|p| target.is_in(&p.scenario)) {
            let message = format!("`{path}` is uncertain, but no policy of the scenario has it");
            let finding = Finding::error(Some(draft.key), path, message);
            findings.push(if draft.inherited { finding.warning() } else { finding });
            continue;
        }
        all.push(Uncertain {
            axis,
            distribution: text.clone(),
            source: draft.source.clone().unwrap_or_default(),
            status: draft.status.clone().unwrap_or_else(|| "assumed".to_owned()),
            at: files.locate(draft.key),
            stated: stated((path, &target, draft.layer), chain, policies, files),
        });
    }
    all
}

fn drops_nothing(path: &str, draft: &UncertainDraft, chain: &Chain) -> Finding {
    let known = chain.uncertain.iter().filter(|(_, other)| !other.is_none() || other.replaces);
    let known: Vec<&str> = known.map(|(path, _)| path.as_str()).collect();
    let message = format!("`{path}` = \"{NONE}\" drops nothing: no earlier file has the entry");
    Finding::error(Some(draft.key), path, message).maybe_help(suggest::hint(path, &known))
}

/// Who states, above an entry of a layer, a value that a draw would replace.
fn stated(
    (path, target, layer): (&str, &Target, usize),
    chain: &Chain,
    policies: &[Policy],
    files: &Files,
) -> Option<String> {
    let meets = |setting: &&Setting| meets((path, target), setting, policies);
    let at = |setting: &Setting| files.locate(setting.place);
    let later = chain.layers.iter().skip(layer + 1).flat_map(|layer| &layer.settings);
    if let Some(setting) = later.into_iter().find(meets) {
        return Some(format!("{} states it", at(setting)));
    }
    for policy in policies {
        let draft = chain.policies.get(&policy.name).into_iter().flat_map(|draft| &draft.settings);
        let own = chain.policy_sets.get(&policy.name).into_iter().flatten();
        if let Some(setting) = draft.chain(own).find(meets) {
            return Some(format!("policy `{}` states it ({})", policy.name, at(setting)));
        }
    }
    chain.sets.iter().find(meets).map(|_| "`--set` states it".to_owned())
}

/// Whether a setting gives a value to a parameter of a path, of the same entry or through `*` or a kind of providers.
fn meets((path, target): (&str, &Target), setting: &Setting, policies: &[Policy]) -> bool {
    let fields = root_spec(setting.root).fields;
    let name = match setting.what {
        What::Enabled(_) => "enabled",
        What::Value { field, .. } => fields[field].name,
        What::Declared | What::Broken => return false,
    };
    let wanted = split_path(path).map_or("", |(_, _, field)| field);
    let is_named =
        name.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if setting.root != target.root || !is_named {
        return false;
    }
    let (one, two) = (target.id.as_str(), setting.id.as_str());
    let is_kind = |kind: &str, id: &str| {
        let providers = policies.iter().filter_map(|policy| policy.scenario.providers.get(id));
        root_spec(setting.root).name == "provider"
            && providers.into_iter().any(|provider| provider.kind.as_str() == kind)
    };
    one == two || one == "*" || two == "*" || is_kind(one, two) || is_kind(two, one)
}

/// The table as it stands in a scenario file, without what is not drawn; empty for no entry.
pub(crate) fn to_toml(uncertain: &[Uncertain]) -> String {
    let mut out = String::new();
    for one in uncertain.iter().filter(|one| one.stated.is_none()) {
        if out.is_empty() {
            out.push_str("\n[uncertain]\n");
        }
        let path = quoted(one.axis.path());
        let (law, status) = (quoted(&one.distribution), quoted(&one.status));
        let source = match one.source.as_str() {
            "" => String::new(),
            source => format!(", source = {}", quoted(source)),
        };
        let _ = writeln!(out, "{path} = {{ distribution = {law}{source}, status = {status} }}");
    }
    out
}
