//! Policies by cost, unserved need and loss to the worst withdrawal, and which of them no other policy dominates.

use super::format::Format;
use super::input::{Estimate, Frontier, FrontierPoint};
use super::reader::Reader;

/// What is read off the statistics for each axis, the first that is recorded, and the name of the axis.
const AXES: [&[(&str, &str)]; 3] = [
    &[("cost", "Cost of an H100e-hour"), ("fiscal_cost", "Cost to the treasury")],
    &[("unserved", "Unserved need")],
    &[
        ("loss_365d", "Lost to the worst withdrawal"),
        ("loss_365d_mean", "Lost to the worst withdrawal"),
    ],
];

/// The frontier of the policies of a study in one nation; none below two policies or where an axis was not recorded.
pub(super) fn of(reader: Reader<'_>, nation: usize) -> Option<Frontier> {
    if reader.policies().len() < 2 {
        return None;
    }
    let recorded = |names: &[(&'static str, &'static str)]| {
        names.iter().copied().find(|(name, _)| reader.level(0, nation, name).is_some())
    };
    let [cost, unserved, loss] = AXES.map(recorded);
    let axes = [cost?, unserved?, loss?];
    let names = axes.map(|(name, _)| name);
    let formats: Vec<Format> = names.iter().filter_map(|name| reader.format(name)).collect();
    let mut points = Vec::new();
    for p in reader.policies() {
        let mut coordinates = [Estimate { value: 0.0, low: 0.0, high: 0.0 }; 3];
        for ((estimate, name), format) in coordinates.iter_mut().zip(names).zip(&formats) {
            *estimate = estimate_of(reader, (p, nation), name, format)?;
        }
        points.push(FrontierPoint { label: reader.label(p), coordinates, efficient: true });
    }
    mark_dominated(&mut points);
    let axis = |at: usize| (axes[at].1.to_owned(), formats[at].unit().to_owned());
    Some(Frontier { axes: [axis(0), axis(1), axis(2)], points })
}

fn estimate_of(
    reader: Reader<'_>,
    (policy, nation): (usize, usize),
    name: &str,
    format: &Format,
) -> Option<Estimate> {
    let level = reader.level(policy, nation, name)?;
    let [low, high] = level.interval.map_or([level.mean; 2], |i| [i.low(), i.high()]);
    Some(Estimate {
        value: format.scaled(level.mean),
        low: format.scaled(low),
        high: format.scaled(high),
    })
}

/// Point a dominates point b if a ≤ b on every axis and a < b on one (Pareto).
fn mark_dominated(points: &mut [FrontierPoint]) {
    let values: Vec<[f64; 3]> =
        points.iter().map(|point| point.coordinates.map(|estimate| estimate.value)).collect();
    for (point, own) in points.iter_mut().zip(&values) {
        point.efficient = !values.iter().any(|other| {
            let pairs = || other.iter().zip(own);
            pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn efficient(points: &[[f64; 3]]) -> Vec<bool> {
        let mut points: Vec<FrontierPoint> = points
            .iter()
            .map(|values| FrontierPoint {
                label: String::new(),
                coordinates: values.map(|value| Estimate { value, low: value, high: value }),
                efficient: true,
            })
            .collect();
        mark_dominated(&mut points);
        points.iter().map(|point| point.efficient).collect()
    }

    #[test]
    fn a_policy_is_dominated_by_one_that_is_better_somewhere_and_worse_nowhere() {
        let points = [[1.0, 5.0, 3.0], [2.0, 4.0, 3.0], [2.0, 5.0, 3.0], [9.0, 9.0, 0.0]];
        assert_eq!(efficient(&points), [true, true, false, true]);
    }

    #[test]
    fn equal_policies_do_not_dominate_each_other() {
        assert_eq!(efficient(&[[1.0, 1.0, 1.0]; 2]), [true, true]);
    }
}
