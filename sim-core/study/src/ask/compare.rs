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
    /// All runs as pairs under identical shocks (and parameters).
    pub comparisons: Comparisons,
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
    /// The parts.
    pub nested: Nested,
}

impl Compared {
    /// As text.
    #[must_use]
    pub fn table(&self) -> String {
        let unit = if self.unit == "1" { String::new() } else { format!(" [{}]", self.unit) };
        let mut out =
            format!("{}{unit}, {}: {}", self.quantity, self.nation, self.comparisons.table());
        if !self.nested.is_empty() {
            out += "\nThe intervals above take runs as independent; quote those below, which cover what is not known about parameters as well.\n";
        }
        for part in &self.nested {
            let minus = part.minus.as_ref().map_or_else(String::new, |other| format!(" − {other}"));
            let _ = write!(
                out,
                "\n{}{minus}, over draws of the uncertain parameters\n{}",
                part.policy,
                part.nested.table()
            );
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
    let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
    for one in compared {
        for against in &one.comparisons.against {
            let found = &against.comparison;
            let texts =
                [&one.quantity, &one.unit, &one.nation, &against.name, &one.comparisons.base];
            let mut row: Vec<String> =
                texts.map(|text| crate::output::csv::guarded(text).into_owned()).into();
            let better = if found.direction == Direction::Higher { "higher" } else { "lower" };
            row.extend([better.to_owned(), found.pairs.to_string()]);
            let (difference, beats) = (&found.difference, &found.beats);
            row.extend(
                [
                    Some(found.first.mean),
                    Some(found.second.mean),
                    Some(difference.mean),
                    difference.standard_error,
                    difference.low,
                    difference.high,
                    found.variance_removed,
                    Some(beats.probability),
                    Some(beats.low),
                    Some(beats.high),
                    Some(found.dominance.first.violation),
                    Some(found.dominance.second.violation),
                    found.difference_tail.map(|tail| tail.conditional),
                ]
                .map(number),
            );
            let _ = writer.write_record(row);
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

impl Asked<'_> {
    /// Compares all policies with one, by each objective.
    ///
    /// # Errors
    ///
    /// See [`AskError`].
    pub fn compare(
        &self,
        wanted: &[Wanted],
        nation: &str,
        against: &str,
    ) -> Result<Vec<Compared>, AskError> {
        let names: Vec<&str> = wanted.iter().map(|w| w.quantity.as_str()).collect();
        let columns = self.stored.columns(&names, nation)?;
        let pair = |(wanted, column): (&Wanted, &Column)| {
            let lengths = Lengths::of(column);
            let flat: Vec<Vec<f64>> =
                column.values.iter().map(|points| lengths.flat(points)).collect();
            let policies: Vec<(&str, &[f64])> = self
                .study
                .policies
                .iter()
                .zip(&flat)
                .map(|(policy, values)| (policy.name.as_str(), values.as_slice()))
                .collect();
            let comparisons = compare(&policies, against, wanted.better()?, self.resampling())?;
            Ok(Compared {
                quantity: wanted.quantity.clone(),
                unit: self.unit(&wanted.quantity),
                nation: nation.to_owned(),
                comparisons,
                nested: if self.is_drawn() { self.nested(column, against)? } else { Vec::new() },
            })
        };
        wanted.iter().zip(&columns).map(pair).collect()
    }

    fn nested(&self, column: &Column, against: &str) -> Result<Vec<NestedOf>, AskError> {
        let base = self.policy(Some(against))?;
        let lengths = Lengths::of(column);
        let padded: Vec<Vec<Vec<f64>>> =
            column.values.iter().map(|points| lengths.padded(points)).collect();
        let mut out = Vec::new();
        for (policy, values) in self.study.policies.iter().zip(&padded) {
            let nested = nested(values)?;
            out.push(NestedOf { policy: policy.name.clone(), minus: None, nested });
        }
        for (p, policy) in self.study.policies.iter().enumerate().filter(|(p, _)| *p != base) {
            let nested = nested_difference(&padded[p], &padded[base])?;
            let minus = Some(against.to_owned());
            out.push(NestedOf { policy: policy.name.clone(), minus, nested });
        }
        Ok(out)
    }
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

    pub(super) fn flat(&self, points: &[Vec<f64>]) -> Vec<f64> {
        self.padded(points).concat()
    }
}
