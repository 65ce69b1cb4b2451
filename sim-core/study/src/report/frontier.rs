//! Policies by cost, unserved need and loss to the worst withdrawal, and which of them no other policy dominates.

use super::format::Format;
use super::input::Estimate;
use super::reader::Reader;
use crate::analysis::frontier::{Frontier, Place, dominates};

/// Quantities for each axis, the first that is recorded, and the name of the axis. Less is better on all.
const AXES: [&[(&str, &str)]; 3] = [
    &[("cost", "Cost of an H100e-hour"), ("fiscal_cost", "Cost to the treasury")],
    &[("unserved", "Unserved need")],
    &[
        ("loss_365d", "Lost to the worst withdrawal"),
        ("loss_365d_mean", "Lost to the worst withdrawal"),
    ],
];

/// What a figure of the frontier shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plot {
    /// Name and unit of the three axes.
    pub(super) axes: [(String, String); 3],
    /// A policy each, in the order of the study.
    pub(super) points: Vec<Point>,
    /// Whether ends are those of intervals.
    pub(super) intervals: bool,
}

/// A policy on three axes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    pub(super) label: String,
    pub(super) coordinates: [Estimate; 3],
    /// Whether no other policy dominates it in the means.
    pub(super) efficient: bool,
    /// How often that is so in resamples of the replications, if that was looked at.
    pub(super) probability: Option<f64>,
}

/// The quantities of the axes; none if one was not recorded.
pub(super) fn quantities(recorded: impl Fn(&str) -> bool) -> Option<[&'static str; 3]> {
    let [cost, unserved, loss] = AXES.map(|names| names.iter().find(|(name, _)| recorded(name)));
    Some([cost?.0, unserved?.0, loss?.0])
}

/// The frontier of the policies of a study in one nation, as it was found or else from their means; none below two policies or where an axis was
/// not recorded.
pub(super) fn of(reader: Reader<'_>, nation: usize, found: Option<&Frontier>) -> Option<Plot> {
    if reader.policies().len() < 2 {
        return None;
    }
    let names = quantities(|name| reader.level(0, nation, name).is_some())?;
    let formats = names.map(|name| reader.format(name));
    let [Some(cost), Some(unserved), Some(loss)] = formats else { return None };
    let formats = [cost, unserved, loss];
    let axes = AXES.iter().zip(names).zip(&formats).map(|((axis, name), format)| {
        let title = axis.iter().find(|(known, _)| *known == name).map_or(name, |(_, title)| title);
        (title.to_owned(), format.unit().to_owned())
    });
    let axes: [(String, String); 3] = axes.collect::<Vec<_>>().try_into().ok()?;
    let points = match found {
        Some(found) => found_points(reader, found, &formats)?,
        None => points_of_means(reader, nation, names, &formats)?,
    };
    let level = |name| reader.level(0, nation, name).is_some_and(|level| level.interval.is_some());
    let intervals = names.into_iter().any(level);
    Some(Plot { axes, points, intervals })
}

fn found_points(reader: Reader<'_>, found: &Frontier, formats: &[Format; 3]) -> Option<Vec<Point>> {
    let point = |(p, place): (usize, &Place)| {
        let ends = |(mean, format): (&crate::analysis::Estimate, &Format)| {
            let Some((low, high)) = mean.low.zip(mean.high) else {
                return estimate(format, [mean.mean; 3]);
            };
            estimate(format, [mean.mean, low, high])
        };
        let coordinates: Vec<Estimate> = place.means.iter().zip(formats).map(ends).collect();
        Some(Point {
            label: reader.label(p),
            coordinates: coordinates.try_into().ok()?,
            efficient: place.on_frontier,
            probability: Some(place.probability),
        })
    };
    found.candidates.iter().enumerate().map(point).collect()
}

fn points_of_means(
    reader: Reader<'_>,
    nation: usize,
    names: [&str; 3],
    formats: &[Format; 3],
) -> Option<Vec<Point>> {
    let mut points = Vec::new();
    let mut gains = Vec::new();
    for p in reader.policies() {
        let mut coordinates = [Estimate { value: 0.0, low: 0.0, high: 0.0 }; 3];
        for ((coordinate, name), format) in coordinates.iter_mut().zip(names).zip(formats) {
            let level = reader.level(p, nation, name)?;
            let [low, high] = level.interval.map_or([level.mean; 2], |i| [i.low(), i.high()]);
            *coordinate = estimate(format, [level.mean, low, high]);
        }
        gains.push(coordinates.map(|coordinate| -coordinate.value));
        let label = reader.label(p);
        points.push(Point { label, coordinates, efficient: true, probability: None });
    }
    for (point, own) in points.iter_mut().zip(&gains) {
        point.efficient = !gains.iter().any(|other| dominates(other, own));
    }
    Some(points)
}

fn estimate(format: &Format, ends: [f64; 3]) -> Estimate {
    let [value, low, high] = ends.map(|x| format.scaled(x));
    Estimate { value, low, high }
}
