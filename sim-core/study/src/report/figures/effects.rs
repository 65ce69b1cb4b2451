//! Paired differences of policies to the base.

use super::with_unit;
use crate::report::chart::{Chart, Intervals, Row, Span};
use crate::report::content;
use crate::report::document::{Figure, Key, Mark, Panel};
use crate::report::format;
use crate::report::reader::Reader;

/// Paired differences of every policy to the base; none with one policy.
pub(in crate::report) fn effects(reader: Reader<'_>, nation: usize) -> Option<Figure> {
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
        title: format!(
            "{}: difference of each policy to the base under the same shocks",
            reader.nation(nation)
        ),
        note: format!(
            "Mean paired differences with 95 % intervals; an interval that crosses the line at zero is unclear. Each chart has its own axis.{}",
            variance_removed(reader, nation)
        ),
        legend,
        panels,
        table: content::comparison(reader, nation),
    })
}

/// The range of what pairing did to variances, in a sentence, or nothing.
fn variance_removed(reader: Reader<'_>, nation: usize) -> String {
    let names = format::key_quantities().filter(|name| format::is_charted(name));
    let pairs = names.flat_map(|name| reader.policies().skip(1).map(move |p| (p, name)));
    let removed = pairs.filter_map(|(p, name)| reader.effect(p, nation, name)?.variance_removed);
    let Some((least, most)) = removed.fold(None, |range: Option<(f64, f64)>, x| {
        Some(range.map_or((x, x), |(least, most)| (least.min(x), most.max(x))))
    }) else {
        return String::new();
    };
    let [least, most] = [least, most].map(|x| format::brief(100.0 * x, Some(1.0)));
    format!(
        " Pairing removed {least} to {most} % of the variance that independent runs would have; the table has each."
    )
}

fn effect_panel(reader: Reader<'_>, nation: usize, name: &str) -> Option<Panel> {
    let (title, format) = reader.named(name)?;
    let effects =
        reader.policies().skip(1).filter_map(|p| Some((p, reader.effect(p, nation, name)?)));
    let effects: Vec<_> = effects.collect();
    let size = effects
        .iter()
        .fold(0.0f64, |most, (_, e)| most.max(e.interval.low().abs()).max(e.interval.high().abs()));
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
