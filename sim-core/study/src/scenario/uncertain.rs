//! `[uncertain]`: parameters whose value nobody knows, each with a distribution, its source and status.
//!
//! The table changes no scenario and no hash: a design draws from it (`crate::design`). A child takes its parent's
//! entries, gives others by the same path, and drops one with `"none"`.

use super::chain::Chain;
use super::layer::{DocumentReader, short};
use super::level;
use super::source::{Files, Finding, Findings, Place};
use super::suggest;
use super::tree::{Data, Member};
use super::{Policy, write::quoted};
use crate::design::{Axis, Passage};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// An uncertain parameter as read.
#[derive(Debug, Clone, Default)]
pub(crate) struct UncertainDraft {
    pub(crate) key: Place,
    pub(crate) distribution: Option<(String, Place)>,
    pub(crate) source: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) inherited: bool,
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
        let Some((text, place)) = draft.distribution.as_ref().filter(|(t, _)| t != "none") else {
            continue;
        };
        let Some(target) = level::target(path, draft.key, files, findings) else { continue };
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
        });
    }
    all
}

/// The table as it stands in a scenario file; empty for no entry.
pub(crate) fn to_toml(uncertain: &[Uncertain]) -> String {
    let mut out = String::new();
    if !uncertain.is_empty() {
        out.push_str("\n[uncertain]\n");
    }
    for one in uncertain {
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
