//! Paired differences of policies to the base.

use super::with_unit;
use crate::report::chart::{Chart, Intervals, Row, Span};
use crate::report::content;
use crate::report::document::{Figure, Key, Mark, Panel};
use crate::report::format;
use crate::report::reader::{Difference, Over, Reader};

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
            "{} Each chart has its own axis.{}",
            note(reader),
            variance_removed(reader, nation)
        ),
        legend,
        panels,
        table: content::comparison(reader, nation),
    })
}

fn note(reader: Reader<'_>) -> &'static str {
    match reader.over() {
        Over::Shocks => {
            "Mean paired differences with 95 % intervals; an interval that crosses the line at zero is unclear."
        }
        Over::Draws => {
            "Mean paired differences with 95 % intervals over draws of the uncertain parameters, of the key outcomes; an interval that crosses the line at zero is unclear."
        }
        Over::Points => "Mean paired differences over the points of the design; no interval.",
    }
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
    // Beside draws, what has no interval over them stands in the table.
    let points = reader.over() == Over::Points;
    let found = |p| reader.difference(p, nation, name).map(|found| (p, found));
    let found: Vec<(usize, Difference)> = reader
        .policies()
        .skip(1)
        .filter_map(found)
        .filter(|(_, found)| points || found.effect.is_some())
        .collect();
    let ends = |found: &Difference| {
        let interval = found.effect.map(|e| e.interval);
        interval.map_or([found.mean; 3], |i| [i.estimate, i.low(), i.high()])
    };
    let size = found.iter().flat_map(|(_, d)| ends(d)).fold(0.0f64, |most, x| most.max(x.abs()));
    if size == 0.0 {
        return None;
    }
    let format = format.fitted(size);
    let row = |(p, difference): &(usize, Difference)| {
        let text = match &difference.effect {
            None => format::signed(&format.brief_number(difference.mean, None)),
            Some(effect) => {
                let [estimate, low, high] = format.brief_ends(effect);
                format!("{estimate} ({low} to {high})")
            }
        };
        let ends = ends(difference).map(|x| format.scaled(x));
        Row { label: reader.label(*p), text, spans: vec![Span::Marker(*p, ends)] }
    };
    let rows: Vec<Row> = found.iter().map(row).collect();
    let described = rows.iter().map(|row| format!("{}: {}", row.label, row.text));
    let unit = format.difference_unit();
    let axis = with_unit("difference to the base", unit);
    Some(Panel {
        description: format!("{axis}. {}.", described.collect::<Vec<_>>().join("; ")),
        title,
        chart: Chart::Intervals(Intervals { axis, rows, least: (0.0, 0.0) }),
    })
}
