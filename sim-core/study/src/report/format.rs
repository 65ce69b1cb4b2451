//! Numbers and names for readers of a report.

use crate::output::figure::{decimals, fixed};
use crate::run::{Effect, Quantity};

/// Words in the names of quantities without unit that are shares, and so read as percentages.
const SHARES: &[&str] = &[
    "share",
    "served",
    "sovereignty",
    "loss",
    "availability",
    "exposure",
    "abroad",
    "retained",
    "captured",
    "bad_results",
    "utilisation",
    "downtime",
];

/// Short names of the quantities that reports show first; of others, the meaning is their name.
const NAMES: &[(&str, &str)] = &[
    ("served_share", "Served, of the need at the reference price"),
    ("unserved", "Unserved, of the need at the reference price"),
    ("critical_served_share", "Critical work served, of critical need"),
    ("loss_of_service", "Time with under 90 % of critical need served"),
    ("served_data_centre_share", "Served by data centres"),
    ("served_network_share", "Served by node networks"),
    ("served_commons_share", "Served by commons"),
    ("served_cloud_share", "Served by clouds"),
    ("cost", "Cost of an H100e-hour served, discounted"),
    ("price", "Mean price paid"),
    ("fiscal_cost", "Net cash paid by the treasury, discounted"),
    ("welfare", "National welfare, discounted"),
    ("spent_abroad", "Spending that goes abroad"),
    ("data_exposure", "Sensitive work under foreign jurisdiction"),
    ("sovereignty_0d", "Left at once after the worst withdrawal"),
    ("sovereignty_30d", "Left 30 days after the worst withdrawal"),
    ("sovereignty_365d", "Left a year after the worst withdrawal"),
    ("loss_365d", "Lost to the worst withdrawal after a year"),
    ("resilience_loss", "Critical service lacking, over the run"),
    ("availability", "Working over installed capacity at home"),
];

/// Standard errors below this share of a value are rounding.
pub(super) const ROUNDING: f64 = 1e-12;

/// How the values of a quantity are written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Format {
    /// Shares are written as percentages.
    percent: bool,
    /// Values are divided by this.
    divisor: f64,
    /// Unit with a word for the divisor, or empty.
    unit: String,
}

impl Format {
    /// The format of a quantity.
    pub(super) fn of(quantity: &Quantity) -> Self {
        let share = SHARES.iter().any(|word| quantity.name.contains(word));
        let plain = quantity.unit == "1";
        let percent = plain && (share || quantity.is_share());
        Self {
            percent,
            divisor: if percent { 0.01 } else { 1.0 },
            unit: if plain { String::new() } else { quantity.unit.clone() },
        }
    }

    /// A format with a unit as it stands.
    pub(super) fn in_unit(unit: &str) -> Self {
        Self { percent: false, divisor: 1.0, unit: unit.to_owned() }
    }

    /// The same in millions or more, where values are of this size.
    pub(super) fn fitted(&self, size: f64) -> Self {
        let steps = [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")];
        let found = steps.into_iter().find(|(divisor, _)| size >= *divisor && size.is_finite());
        match found {
            Some((divisor, word)) if !self.percent => {
                Self { divisor, unit: spaced(word, &self.unit), ..self.clone() }
            }
            _ => self.clone(),
        }
    }

    /// Unit of levels for headings, or empty.
    pub(super) fn unit(&self) -> &str {
        if self.percent { "%" } else { &self.unit }
    }

    /// Unit of differences, or empty.
    pub(super) fn difference_unit(&self) -> &str {
        if self.percent { "points" } else { &self.unit }
    }

    /// A value on the scale on which it is written.
    pub(super) fn scaled(&self, value: f64) -> f64 {
        value / self.divisor
    }

    /// A level without unit, decimals after the error.
    pub(super) fn number(&self, value: f64, error: Option<f64>) -> String {
        number(self.scaled(value), error.map(|e| self.scaled(e)))
    }

    /// A level with its unit for texts: decimals for one digit of the error.
    pub(super) fn brief(&self, value: f64, error: Option<f64>) -> String {
        let format = self.fitted(value.abs());
        spaced(&format.brief_number(value, error), format.unit())
    }

    /// The same without unit.
    pub(super) fn brief_number(&self, value: f64, error: Option<f64>) -> String {
        brief(self.scaled(value), error.map(|e| self.scaled(e)))
    }

    /// `−1.2 points, 95 % interval −1.5 to −0.9`.
    pub(super) fn effect(&self, effect: &Effect) -> String {
        let interval = effect.interval;
        let format = self.fitted(interval.low().abs().max(interval.high().abs()));
        let [estimate, low, high] = format.brief_ends(effect);
        let estimate = spaced(&estimate, format.difference_unit());
        format!("{estimate}, 95 % interval {low} to {high}")
    }

    /// `−1.2 points`: a difference of which no error is known.
    pub(super) fn change(&self, difference: f64) -> String {
        let format = self.fitted(difference.abs());
        spaced(&signed(&format.brief_number(difference, None)), format.difference_unit())
    }

    /// Estimate and ends of a difference, signed, without unit, with decimals for one digit of the error.
    pub(super) fn brief_ends(&self, effect: &Effect) -> [String; 3] {
        let interval = effect.interval;
        let ends = [interval.estimate, interval.low(), interval.high()];
        ends.map(|x| signed(&self.brief_number(x, Some(effect.standard_error))))
    }

    /// Estimate and ends of a difference, signed, without unit.
    pub(super) fn ends(&self, effect: &Effect) -> [String; 3] {
        let interval = effect.interval;
        let ends = [interval.estimate, interval.low(), interval.high()];
        ends.map(|x| signed(&self.number(x, Some(effect.standard_error))))
    }
}

/// A unit after a number.
pub(super) fn spaced(number: &str, unit: &str) -> String {
    if unit.is_empty() { number.to_owned() } else { format!("{number} {unit}") }
}

/// A number with decimals for two digits of its standard error, or for four of its own without one.
pub(super) fn number(value: f64, error: Option<f64>) -> String {
    written(value, error, 2)
}

/// A number with decimals for one digit of its standard error, or for four of its own without one.
pub(super) fn brief(value: f64, error: Option<f64>) -> String {
    written(value, error, 1)
}

fn written(value: f64, error: Option<f64>, digits: i32) -> String {
    // Equal values have a standard error of rounding alone.
    let places = match error.filter(|error| *error > ROUNDING * value.abs()) {
        Some(error) => decimals(error, digits),
        None if value.fract() == 0.0 => 0,
        None => decimals(value, 4).min(4),
    };
    fixed(value, places).replace('-', "−")
}

/// What an interval says about a difference where that is not that it is clear.
pub(super) fn doubt(effect: &Effect) -> &'static str {
    if never_differs(effect) {
        "equal"
    } else if effect.is_clear() {
        ""
    } else {
        "unclear"
    }
}

/// Whether a policy equals the base in every replication.
pub(super) fn never_differs(effect: &Effect) -> bool {
    effect.interval.estimate == 0.0 && effect.standard_error == 0.0
}

/// A plus before what is above zero.
pub(super) fn signed(text: &str) -> String {
    let zero = text.bytes().all(|b| !(b'1'..=b'9').contains(&b));
    if zero || text.starts_with('−') { text.to_owned() } else { format!("+{text}") }
}

/// The name of a quantity for readers; its column in result files follows where the meaning alone may not be unique.
pub(super) fn name(quantity: &Quantity) -> String {
    let known = NAMES.iter().find(|(name, _)| *name == quantity.name);
    known.map_or_else(
        || {
            let doc = crate::output::figure::sentence(quantity.doc.trim_end_matches('.'));
            format!("{doc} ({})", quantity.name)
        },
        |(_, label)| (*label).to_owned(),
    )
}

/// Of them, those without which a chart of differences says enough.
const TABLES_ONLY: &[&str] = &[
    "loss_of_service",
    "price",
    "spent_abroad",
    "sovereignty_0d",
    "sovereignty_30d",
    "loss_365d",
    "resilience_loss",
    "availability",
];

/// Whether a quantity that is shown first has a chart of differences.
pub(super) fn is_charted(name: &str) -> bool {
    !TABLES_ONLY.contains(&name)
}

/// The names of the quantities that are shown first.
pub(super) fn key_quantities() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// `1 replication`, `2,000 replications`.
pub(super) fn count(n: u64, what: &str) -> String {
    format!("{} {what}{}", fixed(n as f64, 0), if n == 1 { "" } else { "s" })
}

/// A quantile to three digits: sketches know them within 0.2 %.
pub(super) fn quantile(value: f64) -> String {
    fixed(value, decimals(value, 3).min(3)).replace('-', "−")
}

/// Up to twelve in words, as texts have it.
pub(super) fn in_words(n: usize) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    WORDS.get(n).map_or_else(|| fixed(n as f64, 0), |word| (*word).to_owned())
}
