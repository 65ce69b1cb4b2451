//! Who controls what: measures of concentration, and what the withdrawal of every actor takes at every horizon.

use autarky_market::record::{Actor, ActorKind, HORIZONS_DAYS, Layer};

use super::document::{Block, Cell, Column, Table};
use super::format::{self, Format};
use super::reader::{Over, Reader};
use crate::output::figure::{fixed, horizon};
use crate::run::WithdrawalCell;

/// Parts of names of the scalars that measure concentration and dependence.
const MEASURES: &[&str] = &[
    "hhi_",
    "nakamoto_",
    "captured",
    "operators_last",
    "spent_abroad",
    "data_exposure",
    "grey_share",
    "value_retained",
];

/// Mean loss from which an actor is worth a row, as a share of critical need.
const SHOWN: f64 = 0.000_5;

/// An actor for readers: `United States (controls exports)`.
pub(super) fn party(reader: Reader<'_>, actor: &Actor) -> String {
    format!("{} ({})", reader.actor(actor), kind(actor.kind))
}

const fn kind(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Controller => "controls exports",
        ActorKind::Vendor => "sells accelerators",
        ActorKind::Chain => "makes parts of chips",
        ActorKind::Cloud => "foreign cloud",
        ActorKind::Host => "hosts sites",
        ActorKind::Model => "develops AI models",
        ActorKind::Coalition => "all other members",
        ActorKind::Connectivity => "links abroad",
        ActorKind::Power => "delivers power",
        ActorKind::Payments => "closes payments",
        ActorKind::Staff => "calls crews back",
        ActorKind::Data => "keeps data",
        ActorKind::Operator => "largest operator at home",
    }
}

const fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::None => "",
        Layer::Chips => "chips",
        Layer::Facilities => "facilities",
        Layer::ControlPlane => "control plane",
        Layer::Connectivity => "links",
        Layer::Power => "power",
        Layer::Money => "payments",
        Layer::Talent => "crews",
        Layer::Data => "data",
        Layer::Model => "models",
    }
}

/// Both tables of a nation.
pub(super) fn blocks(reader: Reader<'_>, nation: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    let concentration = concentration(reader, nation);
    if !concentration.rows.is_empty() {
        blocks.push(Block::Table(concentration));
    }
    let losses = losses(reader, nation);
    if losses.rows.is_empty() {
        blocks.push(Block::Text(
            "No withdrawal of a single party takes as much as 0.05 % of critical need.".to_owned(),
        ));
    } else {
        blocks.push(Block::Table(losses));
    }
    blocks
}

fn concentration(reader: Reader<'_>, nation: usize) -> Table {
    let mut columns = vec![Column::words("Measure")];
    columns.extend(reader.policies().map(|p| Column::numbers(reader.label(p))));
    let all = reader.statistics.quantities().iter();
    let measures = all.filter(|q| {
        q.is_scalar()
            && MEASURES.iter().any(|part| q.name.starts_with(part))
            && !reader.is_nil(nation, &q.name)
    });
    let means = match reader.over() {
        Over::Shocks => "mean ± standard error",
        Over::Draws | Over::Points => "mean over all runs",
    };
    let rows = measures.map(|quantity| {
        let format = Format::of(quantity);
        let mut row = vec![Cell::new(format::name(quantity)).below(format.unit())];
        row.extend(reader.policies().map(|p| level(reader, (p, nation), &quantity.name, &format)));
        row
    });
    Table {
        caption: format!("Concentration and dependence, {}: {means}", reader.nation(nation)),
        columns,
        rows: rows.collect(),
        ..Table::default()
    }
}

/// `mean ± standard error` of a quantity.
pub(super) fn level(
    reader: Reader<'_>,
    (policy, nation): (usize, usize),
    name: &str,
    format: &Format,
) -> Cell {
    let Some(level) = reader.level(policy, nation, name) else { return Cell::new("–") };
    let mean = format.number(level.mean, level.error);
    match level.error.filter(|error| *error > format::ROUNDING * level.mean.abs()) {
        Some(error) => Cell::new(format!("{mean} ± {}", format.number(error, Some(error)))),
        None => Cell::new(mean),
    }
}

/// Actors of all policies, each once, in the order in which they are met.
fn actors(reader: Reader<'_>) -> Vec<&Actor> {
    let mut all: Vec<&Actor> = Vec::new();
    for policy in &reader.study.policies {
        for actor in &policy.layout.actors {
            if !all.contains(&actor) {
                all.push(actor);
            }
        }
    }
    all
}

fn losses(reader: Reader<'_>, nation: usize) -> Table {
    let mut rows: Vec<(bool, f64, Vec<Cell>)> = Vec::new();
    for actor in actors(reader) {
        let cells: Vec<Option<&WithdrawalCell>> = reader
            .policies()
            .flat_map(|p| {
                (0..HORIZONS_DAYS.len()).map(move |h| withdrawal(reader, (p, nation), actor, h))
            })
            .collect();
        let most = cells.iter().flatten().map(|cell| cell.loss.mean()).fold(0.0, f64::max);
        let mut row = vec![Cell::new(reader.actor(actor)).below(kind(actor.kind))];
        row.extend(cells.into_iter().map(loss));
        rows.push((actor.kind == ActorKind::Operator, most, row));
    }
    rows.retain(|(_, most, _)| *most >= SHOWN);
    // Foreign parties first, by what they take; the sort keeps the order of equals.
    rows.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut columns = vec![Column::words("Withdraws")];
    let mut groups = vec![(String::new(), 1)];
    for p in reader.policies() {
        groups.push((reader.label(p), HORIZONS_DAYS.len()));
        columns.extend(HORIZONS_DAYS.iter().map(|days| Column::numbers(horizon(*days))));
    }
    Table {
        caption: format!(
            "Mean loss of critical service when one party withdraws, {}: % of critical need, with the layer that binds most often",
            reader.nation(nation)
        ),
        groups,
        columns,
        rows: rows.into_iter().map(|(_, _, row)| row).collect(),
        small: true,
    }
}

fn withdrawal<'a>(
    reader: Reader<'a>,
    (policy, nation): (usize, usize),
    actor: &Actor,
    horizon: usize,
) -> Option<&'a WithdrawalCell> {
    let actors = &reader.study.policies[policy].layout.actors;
    let at = actors.iter().position(|other| other == actor)?;
    let cell = reader.statistics.withdrawal(policy, nation, (at, horizon));
    (cell.loss.count() > 0).then_some(cell)
}

fn loss(cell: Option<&WithdrawalCell>) -> Cell {
    let Some(cell) = cell else { return Cell::new("–") };
    let mean = cell.loss.mean();
    let binds = if mean < SHOWN { "" } else { cell.layer().map_or("", layer) };
    Cell {
        text: fixed(100.0 * mean, 1).replace('-', "−"),
        below: binds.to_owned(),
        heat: Some(mean.clamp(0.0, 1.0)),
    }
}
