//! Policies on each pair of cost, unserved need and loss.

use super::{estimate, lower, with_unit};
use crate::output::without_control;
use crate::report::chart::{Chart, Point, Scatter};
use crate::report::document::{Cell, Column, Figure, Key, Mark, Panel, Table};
use crate::report::frontier::Plot;
use crate::report::input::Estimate;

/// Policies on each pair of the three axes.
pub(in crate::report) fn frontier(frontier: &Plot, id: String, title: String) -> Figure {
    let label = |axis: usize| with_unit(&frontier.axes[axis].0, &frontier.axes[axis].1);
    let panel = |(x, y): (usize, usize)| {
        let ends = |e: Estimate| [e.value, e.low, e.high];
        let points = frontier.points.iter().enumerate().map(|(policy, point)| Point {
            policy,
            across: ends(point.coordinates[x]),
            up: ends(point.coordinates[y]),
            hollow: !point.efficient,
        });
        Panel {
            title: format!("{} against {}", frontier.axes[y].0, lower(&frontier.axes[x].0)),
            description: format!(
                "Points for {} policies; the numbers are in the table below.",
                frontier.points.len()
            ),
            chart: Chart::Scatter(Scatter {
                across: label(x),
                up: label(y),
                points: points.collect(),
            }),
        }
    };
    let marks = frontier.points.iter().enumerate();
    let mut legend: Vec<Key> = marks
        .map(|(p, point)| Key { label: without_control(&point.label), mark: Mark::Policy(p) })
        .collect();
    legend.push(Key {
        label: "hollow: another policy has less of one and no more of the others".to_owned(),
        mark: Mark::Hollow,
    });
    Figure {
        id,
        title,
        note: note(frontier),
        legend,
        panels: [(0, 1), (0, 2), (1, 2)].map(panel).to_vec(),
        table: frontier_table(frontier, label),
    }
}

fn note(frontier: &Plot) -> String {
    let lines = if frontier.intervals {
        "Lines are 95 % intervals of the means."
    } else {
        "Points are means, without interval."
    };
    let doubt = if frontier.points.iter().any(|point| point.probability.is_some()) {
        "the table says in what share of resamples of the replications a policy is dominated by none."
    } else {
        "where intervals overlap it is uncertain."
    };
    format!(
        "Less is better on every axis: towards the lower left. {lines} Who dominates whom is told by means; {doubt}"
    )
}

fn frontier_table(frontier: &Plot, label: impl Fn(usize) -> String) -> Table {
    let mut columns = vec![Column::words("Policy")];
    columns.extend((0..3).map(|axis| Column::numbers(label(axis))));
    columns.push(Column::words("Not dominated"));
    let resampled = frontier.points.iter().any(|point| point.probability.is_some());
    if resampled {
        columns.push(Column::numbers("Probability of that"));
    }
    let rows = frontier.points.iter().map(|point| {
        let mut row = vec![Cell::new(without_control(&point.label))];
        row.extend(point.coordinates.iter().map(|e| {
            let Cell { text, below, .. } = estimate(e);
            Cell::new(text).below(if frontier.intervals { below } else { String::new() })
        }));
        row.push(Cell::new(if point.efficient { "yes" } else { "no" }));
        row.extend(point.probability.map(|p| Cell::new(format!("{:.0} %", 100.0 * p))));
        row
    });
    Table {
        caption: if frontier.intervals {
            "Policies by cost, unserved need and loss: mean, 95 % interval".to_owned()
        } else {
            "Policies by cost, unserved need and loss: mean".to_owned()
        },
        columns,
        rows: rows.collect(),
        ..Table::default()
    }
}
