//! Units as text: `"0.12 USD/kWh"`, `"24 months"`, `"35 %"`, `"0.04 1/year^0.5"`.
//!
//! A unit is a product of powers of base units (dollar, watt, hour, H100e, byte) with a rational factor, so that a
//! conversion is one multiplication and one division and `700 W` is exactly `0.7 kW`. A month is 30.4375 days and a
//! year 365.25 days. This module knows no ranges and no fields.

/// Exponents of dollar, watt, hour, H100e and byte, in quarters so that `year^0.5` is exact.
type Dimension = [i32; 5];

const QUARTER: i32 = 4;
const MAX_EXPONENT: i32 = 16 * QUARTER;

/// A parsed unit: factor `num / den · extra` to base units, and dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unit {
    num: u128,
    den: u128,
    /// Irrational part of the factor, from fractional powers.
    extra: f64,
    dimension: Dimension,
}

/// Why a quantity was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QuantityError {
    /// The text does not begin with a number.
    NoNumber,
    /// The number is written with more digits than an `f64` carries.
    TooManyDigits,
    /// The number is NaN, infinite or subnormal.
    NotFinite,
    /// An unknown unit word, with the nearest known one.
    UnknownUnit(String, Option<&'static str>),
    /// The unit's text is not a product of powers.
    Malformed,
    /// The dimension differs from the field's.
    WrongDimension,
    /// A bare number for a field with a unit.
    NoUnit,
}

/// Words, factor (numerator, denominator) and dimension in whole exponents.
const WORDS: &[(&str, u128, u128, [i32; 5])] = &[
    ("%", 1, 100, [0; 5]),
    ("k", 1_000, 1, [0; 5]),
    ("M", 1_000_000, 1, [0; 5]),
    ("bn", 1_000_000_000, 1, [0; 5]),
    ("TPP", 1, 1, [0; 5]),
    ("USD", 1, 1, [1, 0, 0, 0, 0]),
    ("kUSD", 1_000, 1, [1, 0, 0, 0, 0]),
    ("MUSD", 1_000_000, 1, [1, 0, 0, 0, 0]),
    ("bnUSD", 1_000_000_000, 1, [1, 0, 0, 0, 0]),
    ("W", 1, 1, [0, 1, 0, 0, 0]),
    ("kW", 1_000, 1, [0, 1, 0, 0, 0]),
    ("MW", 1_000_000, 1, [0, 1, 0, 0, 0]),
    ("GW", 1_000_000_000, 1, [0, 1, 0, 0, 0]),
    ("Wh", 1, 1, [0, 1, 1, 0, 0]),
    ("kWh", 1_000, 1, [0, 1, 1, 0, 0]),
    ("MWh", 1_000_000, 1, [0, 1, 1, 0, 0]),
    ("GWh", 1_000_000_000, 1, [0, 1, 1, 0, 0]),
    ("ms", 1, 3_600_000, [0, 0, 1, 0, 0]),
    ("second", 1, 3600, [0, 0, 1, 0, 0]),
    ("s", 1, 3600, [0, 0, 1, 0, 0]),
    ("minute", 1, 60, [0, 0, 1, 0, 0]),
    ("min", 1, 60, [0, 0, 1, 0, 0]),
    ("hour", 1, 1, [0, 0, 1, 0, 0]),
    ("h", 1, 1, [0, 0, 1, 0, 0]),
    ("day", 24, 1, [0, 0, 1, 0, 0]),
    ("d", 24, 1, [0, 0, 1, 0, 0]),
    ("week", 168, 1, [0, 0, 1, 0, 0]),
    ("month", 1461, 2, [0, 0, 1, 0, 0]),
    ("year", 8766, 1, [0, 0, 1, 0, 0]),
    ("H100e", 1, 1, [0, 0, 0, 1, 0]),
    ("H100eh", 1, 1, [0, 0, 1, 1, 0]),
    ("B", 1, 1, [0, 0, 0, 0, 1]),
    ("MB", 1_000_000, 1, [0, 0, 0, 0, 1]),
    ("GB", 1_000_000_000, 1, [0, 0, 0, 0, 1]),
    ("TB", 1_000_000_000_000, 1, [0, 0, 0, 0, 1]),
];

impl Unit {
    const ONE: Self = Self { num: 1, den: 1, extra: 1.0, dimension: [0; 5] };

    fn times(self, other: Self) -> Option<Self> {
        let (a, b) = reduce(self.num, other.den);
        let (c, d) = reduce(other.num, self.den);
        let mut dimension = self.dimension;
        for (mine, theirs) in dimension.iter_mut().zip(other.dimension) {
            *mine = mine.checked_add(theirs).filter(|e| e.abs() <= MAX_EXPONENT)?;
        }
        Some(Self {
            num: a.checked_mul(c)?,
            den: b.checked_mul(d)?,
            extra: self.extra * other.extra,
            dimension,
        })
    }

    fn inverse(self) -> Self {
        let dimension = self.dimension.map(|e| -e);
        Self { num: self.den, den: self.num, extra: 1.0 / self.extra, dimension }
    }

    /// `self` to a power given in quarters.
    fn power(self, quarters: i32) -> Option<Self> {
        if quarters % QUARTER != 0 {
            let mut dimension = self.dimension;
            for exponent in &mut dimension {
                let scaled = *exponent * quarters;
                *exponent = (scaled % QUARTER == 0).then_some(scaled / QUARTER)?;
            }
            let base = self.num as f64 / self.den as f64 * self.extra;
            let extra = base.powf(f64::from(quarters) / f64::from(QUARTER));
            return Some(Self { num: 1, den: 1, extra, dimension });
        }
        let base = if quarters < 0 { self.inverse() } else { self };
        (0..quarters.abs() / QUARTER).try_fold(Self::ONE, |unit, _| unit.times(base))
    }

    /// Parses the text of a unit, for example `USD/H100eh/hour`.
    pub(crate) fn parse(text: &str) -> Result<Self, QuantityError> {
        if text.len() > 100 {
            return Err(QuantityError::Malformed);
        }
        let mut unit = Self::ONE;
        let mut divide = false;
        let mut expect_factor = false;
        let mut rest = text.trim();
        while !rest.is_empty() {
            if let Some(tail) = rest.strip_prefix(['*', '·', '/']) {
                if expect_factor {
                    return Err(QuantityError::Malformed);
                }
                divide = rest.starts_with('/');
                expect_factor = true;
                rest = tail.trim_start();
                continue;
            }
            let end = rest.find(['*', '·', '/', ' ', '\t']).unwrap_or(rest.len());
            let factor = parse_factor(&rest[..end])?;
            let factor = if divide { factor.inverse() } else { factor };
            unit = unit.times(factor).ok_or(QuantityError::Malformed)?;
            (divide, expect_factor) = (false, false);
            rest = rest[end..].trim_start();
        }
        if expect_factor { Err(QuantityError::Malformed) } else { Ok(unit) }
    }

    /// Whether the unit has no dimension.
    pub(crate) fn is_pure(&self) -> bool {
        self.dimension == [0; 5]
    }

    /// `x` in `self`, expressed in `to`; `None` when the dimensions differ.
    fn convert(&self, x: f64, to: &Self) -> Option<f64> {
        let ratio = self.times(to.inverse())?;
        let (num, den) = reduce(ratio.num, ratio.den);
        (ratio.dimension == [0; 5]).then(|| x * num as f64 / den as f64 * (self.extra / to.extra))
    }
}

fn reduce(a: u128, b: u128) -> (u128, u128) {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a.checked_div(x).unwrap_or(a), b.checked_div(x).unwrap_or(b))
}

fn parse_factor(text: &str) -> Result<Unit, QuantityError> {
    let (word, exponent) = match text.split_once('^') {
        Some((word, exponent)) => (word, quarters(exponent).ok_or(QuantityError::Malformed)?),
        None => (text, QUARTER),
    };
    let base = if word == "1" { Unit::ONE } else { lookup(word)? };
    base.power(exponent).ok_or(QuantityError::Malformed)
}

fn quarters(text: &str) -> Option<i32> {
    let exponent: f64 = text.parse().ok()?;
    let scaled = exponent * f64::from(QUARTER);
    (scaled.abs() <= f64::from(MAX_EXPONENT) && scaled.fract() == 0.0).then_some(scaled as i32)
}

fn lookup(word: &str) -> Result<Unit, QuantityError> {
    let singular = word.strip_suffix('s').filter(|s| s.len() > 2);
    let found = WORDS.iter().find(|(name, ..)| *name == word || Some(*name) == singular);
    let Some(&(_, num, den, exponents)) = found else {
        let near = super::suggest::nearest(word, WORDS.iter().map(|(name, ..)| *name));
        return Err(QuantityError::UnknownUnit(word.to_owned(), near));
    };
    Ok(Unit { num, den, extra: 1.0, dimension: exponents.map(|e| e * QUARTER) })
}

/// Checks how a number is written: at most 17 significant digits, whole numbers at most 2^53.
pub(crate) fn check_digits(text: &str) -> Result<(), QuantityError> {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0');
    let significant =
        if mantissa.contains('.') { significant } else { significant.trim_end_matches('0') };
    if significant.len() > 17 {
        return Err(QuantityError::TooManyDigits);
    }
    let whole = !text.contains(['.', 'e', 'E']);
    match digits.parse::<u64>() {
        Ok(value) if whole && value > 1 << 53 => Err(QuantityError::TooManyDigits),
        Err(_) if whole && significant.len() > 15 => Err(QuantityError::TooManyDigits),
        _ => Ok(()),
    }
}

/// Refuses NaN, infinities and subnormal numbers; −0 becomes 0.
pub(crate) fn check_normal(x: f64) -> Result<f64, QuantityError> {
    if x == 0.0 {
        Ok(0.0)
    } else if x.is_normal() {
        Ok(x)
    } else {
        Err(QuantityError::NotFinite)
    }
}

/// A number and its unit as text, in the canonical unit.
pub(crate) fn quantity(text: &str, canonical: &Unit) -> Result<f64, QuantityError> {
    let text = text.trim();
    let (number, unit) = text.split_at(number_length(text));
    if number.is_empty() {
        return Err(if is_special(text) {
            QuantityError::NotFinite
        } else {
            QuantityError::NoNumber
        });
    }
    check_digits(number)?;
    let value: f64 = number.parse().map_err(|_| QuantityError::NoNumber)?;
    let value = check_normal(value)?;
    if unit.trim().is_empty() && !canonical.is_pure() {
        return Err(QuantityError::NoUnit);
    }
    let unit = Unit::parse(unit)?;
    check_normal(unit.convert(value, canonical).ok_or(QuantityError::WrongDimension)?)
}

fn is_special(text: &str) -> bool {
    let word = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    ["nan", "inf"].iter().any(|special| word.starts_with(special))
}

/// Length of the leading decimal number.
pub(crate) fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut end = digits(sign);
    let mut seen = end > sign;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        seen |= fraction > end + 1;
        end = fraction;
    }
    if !seen {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(text: &str, canonical: &str) -> Result<f64, QuantityError> {
        quantity(text, &Unit::parse(canonical)?)
    }

    #[test]
    fn conversions_are_exact() {
        for (text, canonical, expected) in [
            ("700 W", "kW", 0.7),
            ("35 %", "1", 0.35),
            ("35%", "1", 0.35),
            ("24 months", "day", 730.5),
            ("1 day", "day", 1.0),
            ("10 years", "day", 3652.5),
            ("0.12 USD/kWh", "USD/kWh", 0.12),
            ("120 USD/MWh", "USD/kWh", 0.12),
            ("3 bn USD/year", "USD/year", 3e9),
            ("3 bnUSD/year", "USD/year", 3e9),
            ("1.5 TB", "GB", 1500.0),
            ("0.1 1/year^0.5", "1/year^0.5", 0.1),
            ("2 USD/H100eh", "USD/H100eh", 2.0),
            ("2 USD/H100e/hour", "USD/H100eh", 2.0),
            ("4800 TPP", "1", 4800.0),
            ("1e3 H100e", "H100e", 1000.0),
        ] {
            assert_eq!(convert(text, canonical), Ok(expected), "{text} in {canonical}");
        }
    }

    #[test]
    fn percent_per_day_becomes_a_yearly_rate() {
        let yearly = convert("0.1 %/day", "1/year").unwrap();
        assert!((yearly - 0.36525).abs() < 1e-15);
    }

    #[test]
    fn wrong_dimensions_and_words_are_refused() {
        assert_eq!(convert("3 kg", "kW").unwrap_err(), {
            let near = crate::scenario::suggest::nearest("kg", WORDS.iter().map(|w| w.0));
            QuantityError::UnknownUnit("kg".into(), near)
        });
        for (text, canonical, expected) in [
            ("3 kWh", "kW", QuantityError::WrongDimension),
            ("3", "kW", QuantityError::NoUnit),
            ("kW", "kW", QuantityError::NoNumber),
            ("", "1", QuantityError::NoNumber),
            ("nan", "1", QuantityError::NotFinite),
            ("-inf USD", "USD", QuantityError::NotFinite),
            ("1e999", "1", QuantityError::NotFinite),
            ("1e-310", "1", QuantityError::NotFinite),
            ("9007199254740993", "1", QuantityError::TooManyDigits),
            ("0.123456789012345678", "1", QuantityError::TooManyDigits),
            ("3 USD//kWh", "USD/kWh", QuantityError::Malformed),
            ("3 USD/", "USD", QuantityError::Malformed),
            ("3 year^99", "1", QuantityError::Malformed),
            ("3 year^x", "1", QuantityError::Malformed),
        ] {
            assert_eq!(convert(text, canonical), Err(expected), "{text:?} in {canonical}");
        }
    }
}
