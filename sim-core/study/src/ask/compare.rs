//! Policies compared with one of them, objective by objective, over all runs as pairs, and over draws of uncertain parameters.

use std::fmt::Write;

use serde::Serialize;

use super::{AskError, Asked, Wanted};
use crate::analysis::Direction;
use crate::analysis::nested::{Nested, nested, nested_difference};
use crate::analysis::pairs::{Comparisons, compare};
use crate::output::Column;

/// Policies compared by one objective.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The quantity.
    pub quantity: String,
    /// Its unit.
    pub unit: String,
    /// The nation.
    pub nation: String,
    /// Which way is better; none if neither, and then nothing is said that needs a way.
    pub direction: Option<Direction>,
    /// Replications as pairs under identical shocks; none where parameters were drawn, for runs of one draw or of one replication depend on each other.
    pub comparisons: Option<Comparisons>,
    /// Where parameters were drawn: the mean of each policy, and the difference of each other policy, with the two variances apart.
    pub nested: Vec<NestedOf>,
}

/// A mean or a difference over draws of parameters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NestedOf {
    /// The policy.
    pub policy: String,
    /// The policy that is subtracted; none for the mean itself.
    pub minus: Option<String>,
    /// Share of the runs in which the policy is better than the subtracted one under the same parameters and shocks; none where neither way is better.
    pub better: Option<f64>,
    /// The parts.
    pub nested: Nested,
}

impl Compared {
    /// As text.
    #[must_use]
    pub fn table(&self) -> String {
        let unit = if self.unit == "1" { String::new() } else { format!(" [{}]", self.unit) };
        let mut out = format!("{}{unit}, {}: ", self.quantity, self.nation);
        if let Some(comparisons) = &self.comparisons {
            out += &comparisons.table();
        } else {
            out += "over draws of the uncertain parameters, each under the same shocks\n";
        }
        for part in &self.nested {
            let minus = part.minus.as_ref().map_or_else(String::new, |other| format!(" − {other}"));
            let _ = write!(out, "\n{}{minus}\n{}", part.policy, part.nested.table());
            if let Some(better) = part.better {
                let _ = writeln!(out, "better in {:.0} % of the runs", 100.0 * better);
            }
        }
        out
    }
}

/// Comparisons as CSV: one row per objective and policy against the base.
#[must_use]
pub fn comparisons_csv(compared: &[Compared]) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, and every row has the length of the header.
    let _ = writer.write_record([
        "quantity",
        "unit",
        "nation",
        "policy",
        "against",
        "better",
        "pairs",
        "mean",
        "mean_against",
        "difference",
        "standard_error",
        "low",
        "high",
        "variance_removed",
        "probability_better",
        "probability_low",
        "probability_high",
        "violation_first_order",
        "violation_second_order",
        "cvar_difference",
    ]);
    for one in compared {
        for row in one.rows() {
            let _ = writer.write_record(row);
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn number(x: Option<f64>) -> String {
    x.map_or_else(String::new, |x| x.to_string())
}

impl Compared {
    /// The rows of [`comparisons_csv`].
    fn rows(&self) -> Vec<Vec<String>> {
        let keys = |policy: &str, against: &str| -> Vec<String> {
            [&self.quantity, &self.unit, &self.nation, policy, against]
                .map(|text| crate::output::csv::guarded(text).into_owned())
                .into()
        };
        let better = match self.direction {
            Some(Direction::Higher) => "higher",
            Some(Direction::Lower) => "lower",
            None => "",
        };
        let mut rows = Vec::new();
        for part in &self.nested {
            let Some(against) = &part.minus else { continue };
            let mean = &part.nested.mean;
            let mut row = keys(&part.policy, against);
            row.extend([
                better.to_owned(),
                part.nested.values.to_string(),
                String::new(),
                String::new(),
            ]);
            row.extend([Some(mean.mean), mean.standard_error, mean.low, mean.high].map(number));
            row.extend([None, part.better, None, None, None, None, None].map(number));
            rows.push(row);
        }
        if let Some(comparisons) = &self.comparisons {
            for against in &comparisons.against {
                let found = &against.comparison;
                let mut row = keys(&against.name, &comparisons.base);
                row.extend([better.to_owned(), found.pairs.to_string()]);
                let (difference, beats, orders) = (&found.difference, found.beats, found.dominance);
                row.extend(
                    [
                        Some(found.first.mean),
                        Some(found.second.mean),
                        Some(difference.mean),
                        difference.standard_error,
                        difference.low,
                        difference.high,
                        found.variance_removed,
                        beats.map(|beats| beats.probability),
                        beats.map(|beats| beats.low),
                        beats.map(|beats| beats.high),
                        orders.map(|orders| orders.first.violation),
                        orders.map(|orders| orders.second.violation),
                        found.difference_tail.map(|tail| tail.conditional),
                    ]
                    .map(number),
                );
                rows.push(row);
            }
        }
        rows
    }
}

impl Asked<'_> {
    /// Compares all policies with one, by each objective, at one point of the design or over all that are draws; by differences alone where it is better neither way.
    ///
    /// # Errors
    ///
    /// See [`AskError`].
    pub fn compare(
        &self,
        wanted: &[Wanted],
        nation: &str,
        against: &str,
        point: Option<u64>,
    ) -> Result<Vec<Compared>, AskError> {
        self.policy(Some(against))?;
        let averaged = self.averaged(point)?;
        let drawn = averaged.drawn;
        let names: Vec<&str> = wanted.iter().map(|w| w.quantity.as_str()).collect();
        let columns = averaged.of(self.stored.columns(&names, nation)?);
        let pair = |(wanted, column): (&Wanted, &Column)| {
            let better = wanted.direction;
            Ok(Compared {
                quantity: wanted.quantity.clone(),
                unit: self.unit(&wanted.quantity),
                nation: nation.to_owned(),
                direction: better,
                comparisons: if drawn { None } else { Some(self.pairs(column, against, better)?) },
                nested: if drawn { self.nested(column, against, better)? } else { Vec::new() },
            })
        };
        wanted.iter().zip(&columns).map(pair).collect()
    }

    fn pairs(
        &self,
        column: &Column,
        against: &str,
        better: Option<Direction>,
    ) -> Result<Comparisons, AskError> {
        let lengths = Lengths::of(column);
        let flat: Vec<Vec<f64>> = column.values.iter().map(|points| lengths.flat(points)).collect();
        let policies: Vec<(&str, &[f64])> = self
            .study
            .policies
            .iter()
            .zip(&flat)
            .map(|(policy, values)| (policy.name.as_str(), values.as_slice()))
            .collect();
        Ok(compare(&policies, against, better, self.resampling())?)
    }

    fn nested(
        &self,
        column: &Column,
        against: &str,
        better: Option<Direction>,
    ) -> Result<Vec<NestedOf>, AskError> {
        let base = self.policy(Some(against))?;
        let lengths = Lengths::of(column);
        let padded: Vec<Vec<Vec<f64>>> =
            column.values.iter().map(|points| lengths.padded(points)).collect();
        let mut out = Vec::new();
        for (policy, values) in self.study.policies.iter().zip(&padded) {
            let nested = nested(values)?;
            out.push(NestedOf { policy: policy.name.clone(), minus: None, better: None, nested });
        }
        for (p, policy) in self.study.policies.iter().enumerate().filter(|(p, _)| *p != base) {
            out.push(NestedOf {
                policy: policy.name.clone(),
                minus: Some(against.to_owned()),
                better: better.and_then(|way| share_better(&padded[p], &padded[base], way)),
                nested: nested_difference(&padded[p], &padded[base])?,
            });
        }
        Ok(out)
    }
}

/// Share of the runs in which `own` is better, among those in which both are defined.
fn share_better(own: &[Vec<f64>], other: &[Vec<f64>], better: Direction) -> Option<f64> {
    let pairs = own.iter().flatten().zip(other.iter().flatten());
    let defined: Vec<bool> = pairs
        .filter(|(a, b)| a.is_finite() && b.is_finite())
        .map(|(a, b)| better.gain(*a) > better.gain(*b))
        .collect();
    let wins = defined.iter().filter(|won| **won).count();
    (!defined.is_empty()).then(|| wins as f64 / defined.len() as f64)
}

/// Replications of each point that every policy may have: the longest of the policies, so that all align.
pub(super) struct Lengths(Vec<usize>);

impl Lengths {
    pub(super) fn of(column: &Column) -> Self {
        let points = column.values.iter().map(Vec::len).max().unwrap_or(0);
        let longest = |p: usize| column.values.iter().map(|v| v[p].len()).max().unwrap_or(0);
        Self((0..points).map(longest).collect())
    }

    /// Points with NaN where a replication is missing.
    pub(super) fn padded(&self, points: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let pad = |(point, length): (&Vec<f64>, &usize)| {
            let missing = length - point.len();
            point.iter().copied().chain(std::iter::repeat_n(f64::NAN, missing)).collect()
        };
        points.iter().zip(&self.0).map(pad).collect()
    }

    /// The mean of each replication over the points: what varies between replications is chance alone.
    pub(super) fn means(&self, points: &[Vec<f64>]) -> Vec<f64> {
        let padded = self.padded(points);
        let length = padded.iter().map(Vec::len).min().unwrap_or(0);
        let mean =
            |r: usize| padded.iter().map(|point| point[r]).sum::<f64>() / padded.len() as f64;
        (0..length).map(mean).collect()
    }

    pub(super) fn flat(&self, points: &[Vec<f64>]) -> Vec<f64> {
        self.padded(points).concat()
    }
}
