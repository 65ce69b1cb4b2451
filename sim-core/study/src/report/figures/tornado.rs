//! What parameters do to an outcome, the strongest first.

use super::{estimate, lower, texts, with_unit};
use crate::output::without_control;
use crate::report::chart::{Chart, Intervals, Row, Span};
use crate::report::document::{Cell, Column, Figure, Key, Mark, Panel, Table};
use crate::report::format::signed;
use crate::report::input::{Bar, Estimate, Tornado};

/// Parameters in a chart of sensitivities; the table has all.
const BARS: usize = 15;

/// What parameters do to an outcome, the strongest first.
pub(in crate::report) fn tornado(tornado: &Tornado) -> Option<Figure> {
    let reach =
        |bar: &Bar| [bar.low, bar.high].iter().flatten().map(|e| e.value.abs()).fold(0.0, f64::max);
    let mut bars: Vec<&Bar> = tornado.bars.iter().collect();
    bars.sort_by(|a, b| reach(b).total_cmp(&reach(a)));
    if bars.is_empty() {
        return None;
    }
    let text = |e: &Estimate| signed(&texts(e)[0]);
    let rows = bars.iter().take(BARS).map(|bar| {
        let spans = [(false, bar.low), (true, bar.high)]
            .into_iter()
            .filter_map(|(second, e)| e.map(|e| Span::Bar(second, [e.value, e.low, e.high])));
        let numbers = [bar.low, bar.high].into_iter().flatten().map(|e| text(&e));
        Row {
            label: without_control(&bar.label),
            text: numbers.collect::<Vec<_>>().join(" | "),
            spans: spans.collect(),
        }
    });
    let axis = with_unit(&format!("Effect on {}", lower(&tornado.outcome)), &tornado.unit);
    let rows: Vec<Row> = rows.collect();
    let described: Vec<String> =
        rows.iter().map(|row| format!("{}: {}", row.label, row.text)).collect();
    let has_low = bars.iter().any(|bar| bar.low.is_some());
    let keys: &[(&str, usize)] = if has_low { &[("low value", 0), ("high value", 1)] } else { &[] };
    let cut = if bars.len() > BARS {
        format!(" The strongest {BARS} of {}; the table has all.", bars.len())
    } else {
        String::new()
    };
    Some(Figure {
        id: "tornado".to_owned(),
        title: format!("What drives the outcome: {}", lower(&tornado.outcome)),
        note: format!("{} Thin lines are 95 % intervals.{cut}", without_control(&tornado.method)),
        legend: keys
            .iter()
            .map(|(label, at)| Key { label: (*label).to_owned(), mark: Mark::Bar(*at) })
            .collect(),
        panels: vec![Panel {
            title: tornado.outcome.clone(),
            description: format!("{axis}. {}.", described.join("; ")),
            chart: Chart::Intervals(Intervals { axis, rows }),
        }],
        table: tornado_table(tornado, &bars),
    })
}

fn tornado_table(tornado: &Tornado, bars: &[&Bar]) -> Table {
    let cell = |estimate_of: &Option<Estimate>, label: &str| {
        estimate_of.as_ref().map_or_else(
            || Cell::new("–"),
            |e| {
                let Cell { text, below, .. } = estimate(e);
                let below = if label.is_empty() {
                    below
                } else {
                    format!("{below}; at {}", without_control(label))
                };
                Cell::new(text).below(below)
            },
        )
    };
    let rows = bars.iter().map(|bar| {
        vec![
            Cell::new(without_control(&bar.label)),
            cell(&bar.low, &bar.low_label),
            cell(&bar.high, &bar.high_label),
        ]
    });
    Table {
        caption: with_unit(
            &format!("Effect on {} with 95 % interval", lower(&tornado.outcome)),
            &tornado.unit,
        ),
        columns: vec![Column::words("Parameter"), Column::numbers("Low"), Column::numbers("High")],
        rows: rows.collect(),
        ..Table::default()
    }
}
