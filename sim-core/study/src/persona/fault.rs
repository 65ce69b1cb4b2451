//! What is wrong with single persons: the first findings in full, the rest as a number.

use super::rules::OLDEST;
use crate::scenario::Diagnostic;

/// Findings about persons that are shown.
pub(super) const MAX_SHOWN: usize = 20;
const AGES: &str = "whole years from 0 to 120";

/// Why an entry cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    NoAge,
    NotANumber,
    Fraction,
    Negative,
    TooOld,
    Sex,
    NotUtf8(&'static str),
}

impl Fault {
    /// Which of the five columns it is about.
    pub(super) fn column(self) -> usize {
        let name = match self {
            Self::Sex => "sex",
            Self::NotUtf8(name) => name,
            _ => "age",
        };
        super::column::COLUMNS.iter().position(|(column, _)| *column == name).unwrap_or_default()
    }

    /// A finding without its place, about an entry that reads `text`.
    pub(super) fn finding(self, text: &str) -> Diagnostic {
        let text: String = text.chars().take(60).collect();
        let (message, allowed, help) = match self {
            Self::NoAge => ("the person has no age".to_owned(), AGES, None),
            Self::NotANumber => (format!("the age `{text}` is not a number"), AGES, None),
            Self::Fraction => {
                (format!("the age `{text}` is not whole"), AGES, Some("round it down"))
            }
            Self::Negative => (format!("the age `{text}` is negative"), AGES, None),
            Self::TooOld => (format!("the age `{text}` is above {OLDEST}"), AGES, None),
            Self::Sex => (
                format!("`{text}` is no sex that is known"),
                "female, male or other, F, M or X, or empty",
                None,
            ),
            Self::NotUtf8(column) => (
                format!("the {column} is not UTF-8"),
                "text in UTF-8",
                Some("save the file as UTF-8"),
            ),
        };
        Diagnostic {
            allowed: Some(allowed.to_owned()),
            help: help.map(str::to_owned),
            ..Diagnostic::error(message)
        }
    }
}

/// Findings about persons so far.
#[derive(Debug, Default)]
pub(super) struct Faults {
    shown: Vec<Diagnostic>,
    more: u64,
}

impl Faults {
    /// Notes a finding; it is made only if it is shown.
    pub(super) fn push(&mut self, finding: impl FnOnce() -> Diagnostic) {
        if self.shown.len() < MAX_SHOWN {
            self.shown.push(finding());
        } else {
            self.more += 1;
        }
    }

    /// All that is wrong, if anything is.
    pub(super) fn finish(mut self, file: &str) -> Vec<Diagnostic> {
        if self.more > 0 {
            let message = format!("{} more entries of `{file}` cannot be used", self.more);
            self.shown.push(Diagnostic { file: file.to_owned(), ..Diagnostic::error(message) });
        }
        self.shown
    }
}

/// An age as written: whole years, perhaps with a decimal point and zeros.
pub(super) fn age(raw: &[u8]) -> Result<u8, Fault> {
    let raw = raw.trim_ascii();
    if let [b'0'..=b'9', ..] = raw
        && raw.len() <= 3
        && raw.iter().all(u8::is_ascii_digit)
    {
        let years = raw.iter().fold(0_u32, |sum, digit| 10 * sum + u32::from(digit - b'0'));
        return in_range(f64::from(years));
    }
    if raw.is_empty() {
        return Err(Fault::NoAge);
    }
    let number = std::str::from_utf8(raw).ok().and_then(|text| text.parse::<f64>().ok());
    in_range(number.ok_or(Fault::NotANumber)?)
}

/// A number as an age.
pub(super) fn in_range(years: f64) -> Result<u8, Fault> {
    if !years.is_finite() {
        Err(Fault::NotANumber)
    } else if years < 0.0 {
        Err(Fault::Negative)
    } else if years > f64::from(OLDEST) {
        Err(Fault::TooOld)
    } else if years.fract() > 0.0 {
        Err(Fault::Fraction)
    } else {
        Ok(years as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_whole_years_up_to_120() {
        for (text, expected) in [
            ("0", Ok(0)),
            (" 34 ", Ok(34)),
            ("34.0", Ok(34)),
            ("120", Ok(120)),
            ("121", Err(Fault::TooOld)),
            ("-1", Err(Fault::Negative)),
            ("", Err(Fault::NoAge)),
            ("old", Err(Fault::NotANumber)),
            ("NaN", Err(Fault::NotANumber)),
            ("inf", Err(Fault::NotANumber)),
            ("3.5", Err(Fault::Fraction)),
            ("99999999999999999999", Err(Fault::TooOld)),
            ("1e1", Ok(10)),
        ] {
            assert_eq!(age(text.as_bytes()), expected, "{text}");
        }
    }
}
