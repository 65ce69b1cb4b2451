//! What varies in a design, and which value stands at a unit coordinate.
//!
//! An axis maps u in [0, 1] to a value: the quantile of a distribution, or one of n levels, `⌊u·n⌋`, so that each has a bin
//! of equal width. Numbers are rounded to 12 significant digits: settings stay short, and the last bits of a
//! mathematical library do not matter. How axes are written is in `read.rs`.

use super::law::Law;
use super::passage::Passage;
use super::read;
use crate::scenario::level::{Target, number_of, unit_of_path};
use crate::scenario::source::{Files, Findings, Place};
use crate::scenario::value::date_text;
use crate::scenario::write::number_text;

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Form {
    /// In this unit; `1` for none.
    Number(&'static str),
    /// Without a fraction.
    Whole,
    /// As a date; the number is days from 1970-01-01.
    Date,
}

/// The values of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Levels {
    /// Values as they are written in a setting.
    List(Vec<String>),
    /// Every whole number (or day) from the first to the last.
    Whole { low: i64, high: i64, form: Form },
    /// `count` numbers, evenly spaced, both ends included.
    Grid { low: f64, high: f64, count: u64, form: Form },
    /// A distribution, with its quantiles at 0 and 1.
    Law { law: Law, ends: (f64, f64), form: Form },
}

/// A parameter that varies: for all policies, or for one.
///
/// Written `PATH=LO..HI`, `PATH=LO..HI:STEP`, `PATH=LO..HI/N`, `PATH={a, b, c}` or `PATH~law(…)`, where `PATH` is that of a
/// parameter, or `policies.NAME.` and one for what only that policy gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub(crate) policy: Option<String>,
    pub(crate) path: String,
    /// The right side as written.
    pub(crate) values: String,
    pub(crate) levels: Levels,
}

impl Axis {
    /// Path of the parameter, without the policy.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The one policy that gets the values; none if all do.
    #[must_use]
    pub fn policy(&self) -> Option<&str> {
        self.policy.as_deref()
    }

    /// What names the axis in tables: the path, after `policies.NAME.` for one policy.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.policy {
            Some(policy) => format!("policies.{policy}.{}", self.path),
            None => self.path.clone(),
        }
    }

    /// The axis as it is written; reads back to the same axis.
    #[must_use]
    pub fn text(&self) -> String {
        let sign = if self.values.ends_with(')') { '~' } else { '=' };
        format!("{}{sign}{}", self.name(), self.values)
    }

    /// Number of distinct values; none for a continuous distribution.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        match &self.levels {
            Levels::List(values) => Some(values.len() as u64),
            Levels::Whole { low, high, .. } => Some(high.abs_diff(*low).saturating_add(1)),
            Levels::Grid { count, .. } => Some(*count),
            Levels::Law { .. } => None,
        }
    }

    /// The value at a unit coordinate, as a setting takes it: `0.3 USD/kWh`, `true`, `2028-01-01`.
    #[must_use]
    pub fn value(&self, u: f64) -> String {
        let bin = |count: u64| ((u * count as f64) as u64).min(count.saturating_sub(1));
        match &self.levels {
            Levels::List(values) => values[bin(values.len() as u64) as usize].clone(),
            Levels::Whole { low, high, form } => {
                let step = bin(high.abs_diff(*low).saturating_add(1));
                written(low.saturating_add_unsigned(step) as f64, *form)
            }
            Levels::Grid { low, high, count, form } => {
                written(grid(*low, *high, *count, bin(*count)), *form)
            }
            Levels::Law { law, ends, form: Form::Number(unit) } => {
                let x = rounded(law.quantile(u)).clamp(ends.0, ends.1);
                written(x, Form::Number(unit))
            }
            Levels::Law { law, ends, form } => {
                written(law.quantile(u).round().clamp(ends.0.ceil(), ends.1.floor()), *form)
            }
        }
    }

    /// The number that a value of the axis amounts to, in [`Self::unit`] (days from 1970-01-01 for dates); none for words, flags and tables.
    #[must_use]
    pub fn figure(&self, value: &str) -> Option<f64> {
        number_of(&self.path, value)
    }

    /// Canonical unit of the parameter; empty for none.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        unit_of_path(&self.path)
    }

    /// The setting `path=value` at a unit coordinate.
    #[must_use]
    pub fn setting(&self, u: f64) -> String {
        format!("{}={}", self.path, self.value(u))
    }

    /// The axis that a text describes, with what it aims at and where that is named.
    pub(crate) fn parse(
        text: &str,
        files: &mut Files,
        findings: &mut Findings,
    ) -> Option<(Self, Target, Place)> {
        read::axis(text, files, findings)
    }

    /// The axis of a checked path with the values of a passage.
    pub(crate) fn of(
        path: &str,
        target: (&Target, Place),
        values: &Passage,
        files: &mut Files,
        findings: &mut Findings,
    ) -> Option<Self> {
        let levels = read::levels(path, target, values, (files, findings))?;
        let values = values.text().trim().to_owned();
        Some(Self { policy: None, path: path.to_owned(), values, levels })
    }
}

/// The `index`-th of `count` evenly spaced numbers; the last one is `high` itself.
pub(crate) fn grid(low: f64, high: f64, count: u64, index: u64) -> f64 {
    if index + 1 >= count {
        return if count == 1 { low } else { high };
    }
    rounded(low + (high - low) * index as f64 / (count - 1) as f64)
}

/// A number with 12 significant digits.
fn rounded(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

/// A number as a setting takes it.
pub(crate) fn written(x: f64, form: Form) -> String {
    // One zero: a setting may not depend on the sign of a rounded zero.
    let x = if x == 0.0 { 0.0 } else { x };
    match form {
        Form::Number("1") => number_text(x),
        Form::Number(unit) => format!("{} {unit}", number_text(x)),
        Form::Whole => format!("{}", x as i64),
        Form::Date => date_text(x).unwrap_or_else(|| number_text(x)),
    }
}
