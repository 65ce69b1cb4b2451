//! What parameters do to an outcome, the strongest first.

use super::{estimate, lower, texts, with_unit};
use crate::output::without_control;
use crate::report::chart::{Chart, Intervals, Row, Span};
use crate::report::document::{Cell, Column, Figure, Key, Mark, Panel, Table};
use crate::report::format::signed;
use crate::report::input::{Bar, Estimate, Measure, Tornado};

/// Parameters in a chart of sensitivities; the table has all.
const BARS: usize = 15;

/// What parameters do to an outcome, the strongest first.
pub(in crate::report) fn tornado(tornado: &Tornado) -> Option<Figure> {
    let mut bars: Vec<&Bar> = tornado.bars.iter().collect();
    bars.sort_by(|a, b| b.strength.value.total_cmp(&a.strength.value));
    if bars.is_empty() {
        return None;
    }
    let outcome = without_control(&tornado.outcome);
    let rows: Vec<Row> = bars.iter().take(BARS).map(|bar| row(bar)).collect();
    let described: Vec<String> =
        rows.iter().map(|row| format!("{}: {}", row.label, row.text)).collect();
    let (axis, least, legend) = match &tornado.measure {
        Measure::TotalOrder => {
            (format!("Total-order index of {}", lower(&outcome)), (0.0, 1.0), Vec::new())
        }
        Measure::Effects { unit } => {
            let axis = with_unit(&format!("Mean absolute effect on {}", lower(&outcome)), unit);
            (axis, (0.0, 0.0), signs())
        }
    };
    let cut = if bars.len() > BARS {
        format!(" The strongest {BARS} of {}; the table has all.", bars.len())
    } else {
        String::new()
    };
    Some(Figure {
        id: "tornado".to_owned(),
        title: format!("What drives the outcome: {}", lower(&outcome)),
        note: format!("{} Thin lines are 95 % intervals.{cut}", without_control(&tornado.method)),
        legend,
        panels: vec![Panel {
            description: format!("{axis}. {}.", described.join("; ")),
            title: outcome,
            chart: Chart::Intervals(Intervals { axis, rows, least }),
        }],
        table: table(tornado, &bars),
    })
}

/// Bars of positive mean effects have the second colour.
fn signs() -> Vec<Key> {
    let key = |(label, at): (&str, usize)| Key { label: label.to_owned(), mark: Mark::Bar(at) };
    [("lowers the outcome on average, μ < 0", 0), ("raises it, μ > 0", 1)].map(key).to_vec()
}

/// The strength as a bar; behind the number of an effect, its mean.
fn row(bar: &Bar) -> Row {
    let Estimate { value, low, high } = bar.strength;
    let strength = texts(&bar.strength)[0].clone();
    let text = match &bar.mean {
        None => strength,
        Some(mean) => format!("{strength} (μ {})", signed(&texts(mean)[0])),
    };
    let raises = bar.mean.is_some_and(|mean| mean.value > 0.0);
    Row {
        label: without_control(&bar.label),
        text,
        spans: vec![Span::Bar(raises, [value, low, high])],
    }
}

fn table(tornado: &Tornado, bars: &[&Bar]) -> Table {
    let (columns, of, unit): (&[&str], &str, &str) = match &tornado.measure {
        Measure::TotalOrder => (&["Index"], "Total-order index of", ""),
        Measure::Effects { unit } => {
            (&["Mean absolute effect μ*", "Mean effect μ"], "Elementary effects on", unit)
        }
    };
    let rows = bars.iter().map(|bar| {
        let mut row = vec![Cell::new(without_control(&bar.label)), estimate(&bar.strength)];
        row.extend(bar.mean.as_ref().map(|mean| {
            let Cell { text, below, .. } = estimate(mean);
            Cell::new(signed(&text)).below(below)
        }));
        row
    });
    let outcome = lower(&without_control(&tornado.outcome));
    Table {
        caption: with_unit(&format!("{of} {outcome} with 95 % interval"), unit),
        columns: std::iter::once(Column::words("Parameter"))
            .chain(columns.iter().map(|head| Column::numbers(*head)))
            .collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}
