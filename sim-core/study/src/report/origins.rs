//! The tables of assumptions: what policies change, what the scenario itself sets, then everything else by kind of entity.
//!
//! Entries that share a value, its status and its source share a row: `nation.{EST, SLV}.residency`. Nothing is left out.

use std::collections::{BTreeMap, BTreeSet};

use autarky_market::scenario::Scenario;

use super::document::{Block, Cell, Column, Table};
use super::format::count;
use super::input::{Assumption, Input};
use super::reader::Reader;
use crate::output::without_control;

/// The value in the base of what the base has not.
pub(super) const NOT_THERE: &str = "–";
/// Longest value in a table; longer ones are lists of points.
const LONGEST: usize = 160;

/// All tables.
pub(super) fn blocks(input: &Input<'_>, reader: Reader<'_>) -> Vec<Block> {
    let all = &input.assumptions;
    if all.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Text(format!(
        "Behind the numbers are {} of parameters: {}. Each has its source; the status says how well it is founded.",
        count(all.len() as u64, "value"),
        by_status(all.iter())
    ))];
    let (changed, rest): (Vec<&Assumption>, Vec<&Assumption>) =
        all.iter().partition(|a| !a.policies.is_empty());
    // Of an entry that only policies have, defaults are small print.
    let (said, defaults): (Vec<&Assumption>, Vec<&Assumption>) =
        changed.into_iter().partition(|a| a.own || a.value != NOT_THERE);
    if !said.is_empty() {
        blocks.push(Block::Heading("What the policies change".to_owned()));
        let caption = "Parameters that differ from the base".to_owned();
        blocks.push(Block::Table(change_table(&said, reader, caption)));
    }
    if !defaults.is_empty() {
        let caption = format!(
            "Defaults of what only policies have: {}",
            count(defaults.len() as u64, "value")
        );
        let table = change_table(&defaults, reader, caption.clone());
        blocks.push(Block::FoldOnScreen(caption, vec![Block::Table(table)]));
    }
    let (own, rest): (Vec<&Assumption>, Vec<&Assumption>) = rest.into_iter().partition(|a| a.own);
    if !own.is_empty() {
        blocks.push(Block::Heading("What this scenario itself sets".to_owned()));
        blocks.push(Block::Table(table(
            &own,
            all,
            "Set by the scenario, the same under every policy".to_owned(),
        )));
    }
    blocks.push(Block::Heading("Everything else".to_owned()));
    for spec in Scenario::ROOTS {
        let of_root: Vec<&Assumption> =
            rest.iter().copied().filter(|a| root(&a.path) == spec.name).collect();
        if !of_root.is_empty() {
            let caption = format!(
                "{}: {} ({})",
                spec.name,
                count(of_root.len() as u64, "value"),
                by_status(of_root.iter().copied())
            );
            blocks.push(Block::FoldOnScreen(
                caption.clone(),
                vec![Block::Table(table(&of_root, all, caption))],
            ));
        }
    }
    blocks
}

fn root(path: &str) -> &str {
    path.split_once('.').map_or(path, |(root, _)| root)
}

/// Root, entry and field; the entry of a singleton is empty.
fn split(path: &str) -> (&str, &str, &str) {
    let (root, rest) = path.split_once('.').unwrap_or((path, ""));
    let single = Scenario::ROOTS.iter().any(|spec| spec.name == root && spec.singleton);
    match rest.split_once('.') {
        Some((id, field)) if !single => (root, id, field),
        _ => (root, "", rest),
    }
}

fn by_status<'a>(all: impl Iterator<Item = &'a Assumption>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for assumption in all {
        *counts.entry(assumption.status.as_str()).or_default() += 1;
    }
    let order = ["measured", "calibrated", "imputed", "assumed"];
    let rank =
        |status: &str| order.iter().position(|known| *known == status).unwrap_or(order.len());
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(status, _)| rank(status));
    let texts = counts.into_iter().map(|(status, n)| {
        format!("{} {}", crate::output::figure::fixed(n as f64, 0), without_control(status))
    });
    texts.collect::<Vec<_>>().join(", ")
}

fn value(text: &str) -> String {
    let text = without_control(text);
    let n = text.chars().count();
    match n {
        0 => "(empty)".to_owned(),
        n if n <= LONGEST => text,
        _ => format!(
            "{} … ({n} characters; resolved.toml has all)",
            text.chars().take(LONGEST).collect::<String>()
        ),
    }
}

fn with_unit(assumption: &Assumption) -> String {
    if assumption.value == NOT_THERE {
        return assumption.value.clone();
    }
    super::format::spaced(&value(&assumption.value), &assumption.unit)
}

fn source(assumption: &Assumption) -> Cell {
    Cell::new(without_control(&assumption.source)).below(without_control(&assumption.vintage))
}

/// Values under policies, those that agree together.
fn change_table(changed: &[&Assumption], reader: Reader<'_>, caption: String) -> Table {
    let all = reader.policies().len() - 1;
    let number = |name: &str| {
        let at = reader.study.policies.iter().position(|policy| policy.name == name);
        at.map_or_else(|| without_control(name), |p| reader.label(p))
    };
    let rows = changed.iter().map(|assumption| {
        let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
        for other in &assumption.policies {
            let label = number(&other.policy);
            match groups.iter_mut().find(|(value, _)| *value == other.value) {
                Some((_, labels)) => labels.push(label),
                None => groups.push((&other.value, vec![label])),
            }
        }
        let texts = groups.into_iter().map(|(text, labels)| {
            let who =
                if labels.len() == all { "every policy".to_owned() } else { labels.join(", ") };
            format!("{} under {who}", super::format::spaced(&value(text), &assumption.unit))
        });
        vec![
            Cell::new(without_control(&assumption.path)),
            Cell::new(with_unit(assumption)),
            Cell::new(texts.collect::<Vec<_>>().join("; ")),
            Cell::new(without_control(&assumption.status)),
            source(assumption),
        ]
    });
    Table {
        caption,
        columns: ["Parameter", "Base", "Policies", "Status", "Source"].map(Column::words).to_vec(),
        rows: rows.collect(),
        small: true,
        ..Table::default()
    }
}

/// Rows that differ in their entry only.
struct Group<'a> {
    first: &'a Assumption,
    ids: Vec<&'a str>,
}

fn table(shown: &[&Assumption], all: &[Assumption], caption: String) -> Table {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: BTreeMap<[&str; 7], usize> = BTreeMap::new();
    for assumption in shown {
        let (root, id, field) = split(&assumption.path);
        let Assumption { value, unit, status, source, vintage, .. } = assumption;
        let at = *places.entry([root, field, value, unit, status, source, vintage]).or_insert_with(
            || {
                groups.push(Group { first: assumption, ids: Vec::new() });
                groups.len() - 1
            },
        );
        groups[at].ids.push(id);
    }
    let rows = groups.iter().map(|group| {
        let first = group.first;
        vec![
            Cell::new(without_control(&path(group, all))),
            Cell::new(with_unit(first)),
            Cell::new(without_control(&first.status)),
            source(first),
        ]
    });
    Table {
        caption,
        columns: ["Parameter", "Value", "Status", "Source"].map(Column::words).to_vec(),
        rows: rows.collect(),
        small: true,
        ..Table::default()
    }
}

/// `nation.EST.field`, `nation.{EST, SLV}.field`, or `nation.*.field` of every entry.
fn path(group: &Group<'_>, all: &[Assumption]) -> String {
    let (root, _, field) = split(&group.first.path);
    if group.ids.len() == 1 {
        return group.first.path.clone();
    }
    let entries: BTreeSet<&str> = all
        .iter()
        .map(|a| split(&a.path))
        .filter(|(r, _, f)| *r == root && *f == field)
        .map(|(_, id, _)| id)
        .collect();
    if entries.len() == group.ids.len() {
        format!("{root}.*.{field}")
    } else {
        format!("{root}.{{{}}}.{field}", group.ids.join(", "))
    }
}
