//! Levels and the mix of providers over time.

use crate::output::figure::{PROVIDERS, provider, sentence, short};
use crate::output::without_control;
use crate::report::chart::{Chart, Fan, FanPoint, Frame, Layer, Mix, ceiling};
use crate::report::document::{Cell, Column, Figure, Key, Mark, Panel, Table};
use crate::report::format::{self, number};
use crate::report::reader::Reader;

/// Policies in charts over time; tables have all.
const POLICIES_SHOWN: usize = 12;
/// Quantiles of a fan, from the lowest to the highest.
const FAN: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Dates in the tables below charts over time.
const DATES: usize = 12;

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

fn fan(
    reader: Reader<'_>,
    policy: usize,
    (nation, path): (usize, usize),
    scale: f64,
) -> Vec<FanPoint> {
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
pub(in crate::report) struct OverTime<'t> {
    pub(in crate::report) series: &'t str,
    pub(in crate::report) id: String,
    pub(in crate::report) title: String,
    pub(in crate::report) of: &'t str,
}

impl OverTime<'_> {
    /// The figure; none where the quantity is not followed over time, or zero throughout.
    pub(in crate::report) fn figure(self, reader: Reader<'_>, nation: usize) -> Option<Figure> {
        let (path, unit) = reader.path(self.series)?;
        let (scale, axis) =
            if unit == "1" { (100.0, format!("% of {}", self.of)) } else { (1.0, unit.to_owned()) };
        let fans: Vec<Vec<FanPoint>> =
            shown(reader).map(|p| fan(reader, p, (nation, path), scale)).collect();
        let shown = fans.iter().flatten().filter(|point| point.is_drawable());
        let top = shown.flat_map(|point| point.quantiles).fold(0.0, f64::max);
        if fans.iter().all(Vec::is_empty) || top <= 0.0 {
            return None;
        }
        let frame = frame(reader, &axis, top);
        let table = fan_table(
            reader,
            &fans,
            format!("{} ({axis}): median, and the range of the middle 90 %", self.title),
        );
        let median =
            |fan: &[FanPoint]| fan.iter().map(|p| (p.year, p.quantiles[2])).collect::<Vec<_>>();
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
            label: format!("median, with the middle 50 % and 90 % of {}s", reader.unit()),
            mark: Mark::Bands,
        }];
        if reader.policies().len() > 1 {
            legend.push(Key { label: "median of the base".to_owned(), mark: Mark::Dashed });
        }
        let note = format!(
            "All charts have the same axes. Quantiles are known within 0.2 % of their value.{}",
            left_out(reader)
        );
        Some(Figure {
            id: self.id,
            title: self.title,
            note,
            legend,
            panels: panels.collect(),
            table,
        })
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
pub(in crate::report) fn mix(reader: Reader<'_>, nation: usize) -> Option<Figure> {
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
    let total = |layers: &[Layer], t: usize| {
        layers.iter().filter(|l| l.is_drawable()).map(|l| l.values[t]).sum::<f64>()
    };
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
        title: format!("Who serves {}: mean over {}s", reader.nation(nation), reader.unit()),
        note: format!(
            "Cheap compute can serve more than the need at the reference price.{}",
            left_out(reader)
        ),
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
