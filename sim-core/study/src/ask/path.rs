//! A recorded series over time: mean and quantiles over replications at every date, policy by policy.
//!
//! Quantiles interpolate between order statistics (type 7 of Hyndman and Fan 1996). `<series>_share` is the series over reference demand at the same date, where it
//! is a part of it. Values that are undefined in a run are left out at that date.

use std::collections::BTreeMap;

use super::{AskError, Asked, unknown};
use crate::output::Stored;
use crate::run::Keep;

/// What a series is at one date under one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PathPoint {
    /// Name of the policy.
    pub policy: String,
    /// Days from 1970-01-01.
    pub day: i32,
    /// Runs in which it is defined.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their quantiles, in the order of the probabilities.
    pub quantiles: Vec<f64>,
}

/// The series that shares refer to.
const REFERENCE: &str = "reference_demand";

impl Asked<'_> {
    /// A series of a nation, policy by policy in the order of the study and date by date; at one point of the design, or over all that are draws.
    ///
    /// # Errors
    ///
    /// The study keeps no series or has none of that name, a probability is none or stands twice, there is no such point, averages over the points say nothing, or a file is
    /// damaged.
    pub fn path(
        &self,
        series: &str,
        (nation, point): (&str, Option<u64>),
        probabilities: &[f64],
    ) -> Result<Vec<PathPoint>, AskError> {
        if let Some(p) = probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(AskError::Asked(format!("{p} is no probability: 0 to 1")));
        }
        for (at, p) in probabilities.iter().enumerate() {
            if probabilities[..at].contains(p) {
                return Err(AskError::Asked(format!("the probability {p} stands twice")));
            }
        }
        if self.study.keep != Keep::Series {
            let text = "the study keeps no series: run it with `--keep series` (in Python keep=\"series\")";
            return Err(AskError::Asked(text.to_owned()));
        }
        let (name, over) = self.series(series)?;
        let names: Vec<&str> = [Some(name), over].into_iter().flatten().collect();
        let averaged = self.averaged(point)?;
        let found = values(self.stored, &names, (nation, &averaged.points))?;
        let point = |((policy, day), mut values): ((usize, i32), Vec<f64>)| {
            values.sort_unstable_by(f64::total_cmp);
            PathPoint {
                policy: self.study.policies[policy].name.clone(),
                day,
                n: values.len() as u64,
                mean: values.iter().sum::<f64>() / values.len() as f64,
                quantiles: probabilities.iter().map(|&p| quantile(&values, p)).collect(),
            }
        };
        Ok(found.into_iter().map(point).collect())
    }

    /// Unit of a series; 1 for a share.
    ///
    /// # Errors
    ///
    /// The study has none of that name.
    pub fn path_unit(&self, series: &str) -> Result<&'static str, AskError> {
        let (name, over) = self.series(series)?;
        let all = &self.study.policies[0].layout.series;
        let unit = all.iter().find(|c| c.name == name).map_or("", |c| c.unit);
        Ok(if over.is_some() { "1" } else { unit })
    }

    /// The column of a series, and the one that it is a share of.
    fn series(&self, name: &str) -> Result<(&'static str, Option<&'static str>), AskError> {
        let all = &self.study.policies[0].layout.series;
        let known = |name: &str| all.iter().find(|c| c.name == name);
        if let Some(found) = known(name) {
            return Ok((found.name, None));
        }
        let part = name.strip_suffix("_share").and_then(known);
        if let (Some(part), Some(whole)) = (part, known(REFERENCE))
            && part.unit == whole.unit
        {
            return Ok((part.name, Some(whole.name)));
        }
        Err(unknown("series", name, all.iter().map(|c| c.name)))
    }
}

/// Defined values by policy and date.
fn values(
    stored: &Stored,
    names: &[&str],
    of: (&str, &[usize]),
) -> Result<BTreeMap<(usize, i32), Vec<f64>>, AskError> {
    let mut out: BTreeMap<(usize, i32), Vec<f64>> = BTreeMap::new();
    stored.each_sample(names, of, |policy, day, row| {
        let value = match row {
            [value, whole] => value / whole,
            [value, ..] => *value,
            [] => f64::NAN,
        };
        if value.is_finite() {
            out.entry((policy, day)).or_default().push(value);
        }
    })?;
    Ok(out)
}

/// Quantile of sorted values.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = p * last as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    let high = (low + 1).min(last);
    sorted[low] + part * (sorted[high] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_those_of_type_seven() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        let found = [0.0, 0.25, 0.5, 1.0].map(|p| quantile(&sorted, p));
        assert_eq!(found.map(f64::to_bits), [1.0, 1.75, 3.0, 8.0].map(f64::to_bits));
        assert!(quantile(&[], 0.5).is_nan());
    }
}
