//! What charts show: levels over time, paired differences, the frontier, the mix of providers, sensitivities. Numbers only; [`super::chart`] draws.

use super::chart::{Chart, Fan, FanPoint, Frame, Intervals, Layer, Mix, Point, Row, Scatter, Span, ceiling};
use super::document::{Cell, Column, Figure, Key, Mark, Panel, Table};
use super::format::{self, number, signed};
use super::input::{Estimate, Frontier, Tornado};
use super::reader::Reader;
use crate::output::figure::{PROVIDERS, provider, sentence, short};
use crate::output::without_control;

/// Policies in charts over time; tables have all.
const POLICIES_SHOWN: usize = 12;
/// Quantiles of a fan, from the lowest to the highest.
const FAN: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Dates in the tables below charts over time.
const DATES: usize = 12;
/// Parameters in a chart of sensitivities; the table has all.
const BARS: usize = 15;

/// Policies that charts over time show.
fn shown(reader: Reader<'_>) -> std::ops::Range<usize> {
    0..reader.policies().len().min(POLICIES_SHOWN)
}

/// A sentence on what charts leave out, or nothing.
fn left_out(reader: Reader<'_>) -> String {
    let all = reader.policies().len();
    if all <= POLICIES_SHOWN {
        return String::new();
    }
    format!(" The first {POLICIES_SHOWN} of {all} policies are drawn.")
}

fn frame(reader: Reader<'_>, axis: &str, top: f64) -> Frame {
    let last = reader.study.policies[0].layout.sample_days.last().copied().unwrap_or(365.0);
    let marks = reader.study.marks.iter();
    Frame {
        span: (reader.year(0.0), reader.year(last)),
        top: ceiling(top),
        axis: axis.to_owned(),
        marks: marks.map(|m| (reader.year(m.day), short(&without_control(&m.label), 26))).collect(),
    }
}

/// Positions of the samples that tables show: about the ends of years, the last one among them.
fn dates(reader: Reader<'_>) -> Vec<usize> {
    let n = reader.study.policies[0].layout.sample_days.len();
    let step = n.div_ceil(DATES).max(1);
    (0..n).rev().step_by(step).collect::<Vec<_>>().into_iter().rev().collect()
}

fn fan(reader: Reader<'_>, policy: usize, (nation, path): (usize, usize), scale: f64) -> Vec<FanPoint> {
    let days = reader.study.policies[0].layout.sample_days.iter().enumerate();
    let point = |(sample, day): (usize, &f64)| {
        let mut quantiles = [0.0; FAN.len()];
        for (value, q) in quantiles.iter_mut().zip(FAN) {
            *value = scale * reader.band(policy, (nation, path, sample), q)?;
        }
        Some(FanPoint { year: reader.year(*day), quantiles })
    };
    days.filter_map(point).collect()
}

/// A quantity over time under every policy: series, anchor, title, what its percentages are of.
pub(super) struct OverTime<'t> {
    pub(super) series: &'t str,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) of: &'t str,
}

impl OverTime<'_> {
    /// The figure; none where the quantity is not followed over time, or zero throughout.
    pub(super) fn figure(self, reader: Reader<'_>, nation: usize) -> Option<Figure> {
        let (path, unit) = reader.path(self.series)?;
        let (scale, axis) =
            if unit == "1" { (100.0, format!("% of {}", self.of)) } else { (1.0, unit.to_owned()) };
        let fans: Vec<Vec<FanPoint>> =
            shown(reader).map(|p| fan(reader, p, (nation, path), scale)).collect();
        let top = fans.iter().flatten().flat_map(|point| point.quantiles).fold(0.0, f64::max);
        if fans.iter().all(Vec::is_empty) || top <= 0.0 {
            return None;
        }
        let frame = frame(reader, &axis, top);
        let table = fan_table(reader, &fans, format!("{} ({axis}): median, and the range of the middle 90 %", self.title));
        let median = |fan: &[FanPoint]| fan.iter().map(|p| (p.year, p.quantiles[2])).collect::<Vec<_>>();
        let base = median(&fans[0]);
        let panels = fans.into_iter().enumerate().map(|(policy, points)| Panel {
            title: reader.full_label(policy),
            description: describe(&points, &axis),
            chart: Chart::Fan(Fan {
                frame: frame.clone(),
                policy,
                points,
                reference: if policy > 0 { base.clone() } else { Vec::new() },
            }),
        });
        let mut legend = vec![Key {
            label: "median, with the middle 50 % and 90 % of replications".to_owned(),
            mark: Mark::Bands,
        }];
        if reader.policies().len() > 1 {
            legend.push(Key { label: "median of the base".to_owned(), mark: Mark::Dashed });
        }
        let note = format!("All charts have the same axes. Quantiles are known within 0.2 % of their value.{}", left_out(reader));
        Some(Figure { id: self.id, title: self.title, note, legend, panels: panels.collect(), table })
    }
}

/// First and last median in words.
fn describe(points: &[FanPoint], axis: &str) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return "Not defined at any date.".to_owned();
    };
    let at = |point: &FanPoint| {
        let [low, _, median, _, high] = point.quantiles.map(format::quantile);
        format!("{median} in {:.0} (middle 90 %: {low} to {high})", point.year.floor())
    };
    format!("Median, {axis}: {}; {}.", at(first), at(last))
}

fn fan_table(reader: Reader<'_>, fans: &[Vec<FanPoint>], caption: String) -> Table {
    let mut columns = vec![Column::words("Date")];
    columns.extend((0..fans.len()).map(|p| Column::numbers(reader.label(p))));
    let days = &reader.study.policies[0].layout.sample_days;
    let rows = dates(reader).into_iter().map(|sample| {
        let year = reader.year(days[sample]);
        let cell = |fan: &Vec<FanPoint>| {
            let point = fan.iter().find(|point| (point.year - year).abs() < 1e-9);
            point.map_or_else(
                || Cell::new("–"),
                |point| {
                    let [low, _, median, _, high] = point.quantiles.map(format::quantile);
                    Cell::new(median).below(format!("{low} to {high}"))
                },
            )
        };
        std::iter::once(Cell::new(format!("{year:.2}"))).chain(fans.iter().map(cell)).collect()
    });
    Table { caption, columns, rows: rows.collect(), small: fans.len() > 4, ..Table::default() }
}

/// Mean of what each kind of provider serves over time, stacked; none without paths.
pub(super) fn mix(reader: Reader<'_>, nation: usize) -> Option<Figure> {
    let kinds: Vec<(usize, &str, usize)> = PROVIDERS
        .iter()
        .enumerate()
        .filter_map(|(at, kind)| Some((at, *kind, reader.path(&format!("served_{kind}"))?)))
        .filter(|(_, _, (_, unit))| *unit == "1")
        .map(|(at, kind, (path, _))| (at, kind, path))
        .filter(|(_, kind, _)| !reader.is_nil(nation, &format!("served_{kind}_share")))
        .collect();
    let days = &reader.study.policies[0].layout.sample_days;
    let values = |policy: usize, path: usize| -> Option<Vec<f64>> {
        let mean = |sample| Some(100.0 * reader.path_mean(policy, (nation, path, sample))?);
        (0..days.len()).map(mean).collect()
    };
    let layers = |policy: usize| -> Option<Vec<Layer>> {
        let layer = |(colour, kind, path): &(usize, &str, usize)| {
            let label = sentence(&provider(kind));
            Some(Layer { label, colour: *colour, values: values(policy, *path)? })
        };
        kinds.iter().map(layer).collect()
    };
    let all: Vec<Vec<Layer>> = shown(reader).map(layers).collect::<Option<_>>()?;
    if kinds.is_empty() || days.is_empty() {
        return None;
    }
    let total = |layers: &[Layer], t: usize| layers.iter().map(|l| l.values[t]).sum::<f64>();
    let tops = all.iter().flat_map(|layers| (0..days.len()).map(|t| total(layers, t)));
    let frame = frame(reader, "% of need at the reference price", tops.fold(100.0, f64::max));
    let table = mix_table(reader, &all);
    let legend = mix_legend(&all[0]);
    let panels = all.into_iter().enumerate().map(|(policy, layers)| Panel {
        title: reader.full_label(policy),
        description: describe_mix(&layers),
        chart: Chart::Mix(Mix {
            frame: frame.clone(),
            years: days.iter().map(|day| reader.year(*day)).collect(),
            layers,
            line: 100.0,
        }),
    });
    Some(Figure {
        id: format!("mix-{}", nation + 1),
        title: format!("Who serves {}: mean over replications", reader.nation(nation)),
        note: format!("Cheap compute can serve more than the need at the reference price.{}", left_out(reader)),
        legend,
        panels: panels.collect(),
        table,
    })
}

fn mix_legend(layers: &[Layer]) -> Vec<Key> {
    let areas = layers.iter().map(|l| Key { label: l.label.clone(), mark: Mark::Area(l.colour) });
    let line = Key { label: "need at the reference price".to_owned(), mark: Mark::Dashed };
    areas.chain([line]).collect()
}

fn describe_mix(layers: &[Layer]) -> String {
    let ends = layers.iter().filter_map(|layer| {
        let (first, last) = (layer.values.first()?, layer.values.last()?);
        let [first, last] = [first, last].map(|x| number(*x, Some(0.1)));
        Some(format!("{} from {first} to {last} %", layer.label))
    });
    format!("Of the need at the reference price: {}.", ends.collect::<Vec<_>>().join(", "))
}

fn mix_table(reader: Reader<'_>, all: &[Vec<Layer>]) -> Table {
    let mut columns = vec![Column::words("Date")];
    let mut groups = vec![(String::new(), 1)];
    for (policy, layers) in all.iter().enumerate() {
        groups.push((reader.label(policy), layers.len()));
        columns.extend(layers.iter().map(|layer| Column::numbers(&layer.label)));
    }
    let days = &reader.study.policies[0].layout.sample_days;
    let rows = dates(reader).into_iter().map(|t| {
        let values = all.iter().flatten().map(|l| Cell::new(number(l.values[t], Some(0.1))));
        std::iter::once(Cell::new(format!("{:.2}", reader.year(days[t])))).chain(values).collect()
    });
    Table {
        caption: "Served by each kind of provider, % of need at the reference price".to_owned(),
        groups,
        columns,
        rows: rows.collect(),
        small: true,
    }
}

/// Paired differences of every policy to the base; none with one policy.
pub(super) fn effects(reader: Reader<'_>, nation: usize) -> Option<Figure> {
    let panels: Vec<Panel> = format::key_quantities()
        .filter(|name| format::is_charted(name) && !reader.is_nil(nation, name))
        .filter_map(|name| effect_panel(reader, nation, name))
        .collect();
    if panels.is_empty() {
        return None;
    }
    let legend = reader
        .policies()
        .skip(1)
        .map(|p| Key { label: reader.full_label(p), mark: Mark::Policy(p) })
        .collect();
    Some(Figure {
        id: format!("differences-{}", nation + 1),
        title: format!("{}: difference of each policy to the base under the same shocks", reader.nation(nation)),
        note: "Mean paired differences with 95 % intervals; an interval that crosses the line at zero is unclear. Each chart has its own axis.".to_owned(),
        legend,
        panels,
        table: super::content::comparison(reader, nation),
    })
}

fn effect_panel(reader: Reader<'_>, nation: usize, name: &str) -> Option<Panel> {
    let (title, format) = reader.named(name)?;
    let effects = reader.policies().skip(1).filter_map(|p| Some((p, reader.effect(p, nation, name)?)));
    let effects: Vec<_> = effects.collect();
    let size = effects.iter().fold(0.0f64, |most, (_, e)| {
        most.max(e.interval.low().abs()).max(e.interval.high().abs())
    });
    if size == 0.0 {
        return None;
    }
    let format = format.fitted(size);
    let rows: Vec<Row> = effects
        .into_iter()
        .map(|(p, effect)| {
            let [estimate, low, high] = format.brief_ends(&effect);
            let interval = effect.interval;
            let ends = [interval.estimate, interval.low(), interval.high()];
            Row {
                label: reader.label(p),
                text: format!("{estimate} ({low} to {high})"),
                spans: vec![Span::Marker(p, ends.map(|x| format.scaled(x)))],
            }
        })
        .collect();
    let described = rows.iter().map(|row| format!("{}: {}", row.label, row.text));
    let unit = format.difference_unit();
    let axis = with_unit("difference to the base", unit);
    Some(Panel {
        description: format!("{axis}. {}.", described.collect::<Vec<_>>().join("; ")),
        title,
        chart: Chart::Intervals(Intervals { axis, rows }),
    })
}

/// Policies on each pair of the three axes.
pub(super) fn frontier(frontier: &Frontier, id: String, title: String) -> Figure {
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
            description: format!("Points for {} policies; the numbers are in the table below.", frontier.points.len()),
            chart: Chart::Scatter(Scatter { across: label(x), up: label(y), points: points.collect() }),
        }
    };
    let marks = frontier.points.iter().enumerate();
    let mut legend: Vec<Key> =
        marks.map(|(p, point)| Key { label: without_control(&point.label), mark: Mark::Policy(p) }).collect();
    legend.push(Key { label: "hollow: another policy has less of one and no more of the others".to_owned(), mark: Mark::Hollow });
    Figure {
        id,
        title,
        note: "Less is better on every axis: towards the lower left. Lines are 95 % intervals of the means. Who dominates whom is told by means alone; where intervals overlap it is uncertain.".to_owned(),
        legend,
        panels: [(0, 1), (0, 2), (1, 2)].map(panel).to_vec(),
        table: frontier_table(frontier, label),
    }
}

fn with_unit(name: &str, unit: &str) -> String {
    if unit.is_empty() { name.to_owned() } else { format!("{name}, {unit}") }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

fn frontier_table(frontier: &Frontier, label: impl Fn(usize) -> String) -> Table {
    let mut columns = vec![Column::words("Policy")];
    columns.extend((0..3).map(|axis| Column::numbers(label(axis))));
    columns.push(Column::words("Not dominated"));
    let rows = frontier.points.iter().map(|point| {
        let mut row = vec![Cell::new(without_control(&point.label))];
        row.extend(point.coordinates.iter().map(estimate));
        row.push(Cell::new(if point.efficient { "yes" } else { "no" }));
        row
    });
    Table {
        caption: "Policies by cost, unserved need and loss: mean, 95 % interval".to_owned(),
        columns,
        rows: rows.collect(),
        ..Table::default()
    }
}

/// A number with its interval below.
fn estimate(estimate: &Estimate) -> Cell {
    let [value, low, high] = texts(estimate);
    Cell::new(value).below(format!("{low} to {high}"))
}

fn texts(estimate: &Estimate) -> [String; 3] {
    let Estimate { value, low, high } = *estimate;
    [value, low, high].map(|x| number(x, Some(0.25 * (high - low))))
}

/// What parameters do to an outcome, the strongest first.
pub(super) fn tornado(tornado: &Tornado) -> Option<Figure> {
    let reach = |bar: &super::input::Bar| {
        [bar.low, bar.high].iter().flatten().map(|e| e.value.abs()).fold(0.0, f64::max)
    };
    let mut bars: Vec<&super::input::Bar> = tornado.bars.iter().collect();
    bars.sort_by(|a, b| reach(b).total_cmp(&reach(a)));
    if bars.is_empty() {
        return None;
    }
    let text = |e: &Estimate| signed(&texts(e)[0]);
    let rows = bars.iter().take(BARS).map(|bar| {
        let spans = [(false, bar.low), (true, bar.high)].into_iter().filter_map(|(second, e)| {
            e.map(|e| Span::Bar(second, [e.value, e.low, e.high]))
        });
        let numbers = [bar.low, bar.high].into_iter().flatten().map(|e| text(&e));
        Row {
            label: without_control(&bar.label),
            text: numbers.collect::<Vec<_>>().join(" | "),
            spans: spans.collect(),
        }
    });
    let axis = with_unit(&format!("Effect on {}", lower(&tornado.outcome)), &tornado.unit);
    let rows: Vec<Row> = rows.collect();
    let described: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.text)).collect();
    let has_low = bars.iter().any(|bar| bar.low.is_some());
    let keys: &[(&str, usize)] = if has_low { &[("low value", 0), ("high value", 1)] } else { &[] };
    let cut = if bars.len() > BARS { format!(" The strongest {BARS} of {}; the table has all.", bars.len()) } else { String::new() };
    Some(Figure {
        id: "drivers".to_owned(),
        title: format!("What drives the outcome: {}", lower(&tornado.outcome)),
        note: format!("{} Thin lines are 95 % intervals.{cut}", without_control(&tornado.method)),
        legend: keys.iter().map(|(label, at)| Key { label: (*label).to_owned(), mark: Mark::Bar(*at) }).collect(),
        panels: vec![Panel {
            title: tornado.outcome.clone(),
            description: format!("{axis}. {}.", described.join("; ")),
            chart: Chart::Intervals(Intervals { axis, rows }),
        }],
        table: tornado_table(tornado, &bars),
    })
}

fn tornado_table(tornado: &Tornado, bars: &[&super::input::Bar]) -> Table {
    let cell = |estimate_of: &Option<Estimate>, label: &str| {
        estimate_of.as_ref().map_or_else(
            || Cell::new("–"),
            |e| {
                let Cell { text, below, .. } = estimate(e);
                let below = if label.is_empty() { below } else { format!("{below}; at {}", without_control(label)) };
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
        caption: with_unit(&format!("Effect on {} with 95 % interval", lower(&tornado.outcome)), &tornado.unit),
        columns: vec![Column::words("Parameter"), Column::numbers("Low"), Column::numbers("High")],
        rows: rows.collect(),
        ..Table::default()
    }
}
