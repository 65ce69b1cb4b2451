//! `summary.csv`: one row per policy, nation and quantity.
//!
//! Texts that a spreadsheet would read as a formula get a leading apostrophe.

use std::borrow::Cow;

use crate::run::{Statistics, Study};

/// Columns of the file.
pub const HEADER: [&str; 23] = [
    "policy",
    "nation",
    "quantity",
    "unit",
    "n",
    "mean",
    "standard_error",
    "q05",
    "q50",
    "q95",
    "cvar05",
    "cvar95",
    "pairs",
    "difference",
    "difference_standard_error",
    "difference_low",
    "difference_high",
    "confidence",
    "variance_removed",
    "share_above",
    "regret_more",
    "regret_less",
    "doc",
];

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// A text that no spreadsheet takes for a formula.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A text as it was before [`guarded`]: of an identifier or of a meaning, none of which begins with an apostrophe.
#[must_use]
pub fn bare(text: &str) -> &str {
    text.strip_prefix('\'').filter(|text| text.starts_with(FORMULA)).unwrap_or(text)
}

/// The summary of a study as CSV text.
#[must_use]
pub fn summary(study: &Study, statistics: &Statistics) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, and every row has the length of the header.
    let _ = writer.write_record(HEADER);
    for (p, policy) in study.policies.iter().enumerate() {
        for (n, nation) in policy.layout.nations.iter().enumerate() {
            for q in 0..statistics.quantities().len() {
                let texts = [policy.name.as_str(), nation.as_str()];
                let _ = writer.write_record(row(statistics, texts, (p, n, q)));
            }
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn row(
    statistics: &Statistics,
    [policy, nation]: [&str; 2],
    (p, n, q): (usize, usize, usize),
) -> Vec<String> {
    let quantity = &statistics.quantities()[q];
    let cell = statistics.cell(p, n, q);
    let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
    let count = cell.moments.count();
    let mut row: Vec<String> = [policy, nation, &quantity.name, &quantity.unit]
        .map(|text| guarded(text).into_owned())
        .into();
    row.push(count.to_string());
    row.push(number((count > 0).then(|| cell.moments.mean())));
    row.push(number(cell.moments.standard_error()));
    row.extend([0.05, 0.5, 0.95].map(|q| number(cell.quantile(q))));
    row.extend(cell.tails(0.05).map(number));
    let effect = cell.effect();
    row.push(effect.map_or_else(String::new, |e| e.pairs.to_string()));
    row.push(number(effect.map(|e| e.interval.estimate)));
    row.push(number(effect.map(|e| e.standard_error)));
    row.push(number(effect.map(|e| e.interval.low())));
    row.push(number(effect.map(|e| e.interval.high())));
    row.push(number(effect.map(|e| e.interval.level)));
    row.push(number(effect.and_then(|e| e.variance_removed)));
    row.push(number(cell.share_above()));
    row.extend(cell.regret().map(number));
    row.push(guarded(&quantity.doc).into_owned());
    row
}

#[cfg(test)]
mod tests {
    use super::{bare, guarded};

    #[test]
    fn a_guarded_text_is_read_back_as_it_was() {
        for text in ["-low", "=A1", "+1", "@x", "\tx", "base", "'quoted'", "", "a-b"] {
            assert_eq!(bare(&guarded(text)), text);
        }
        assert_eq!(guarded("-low"), "'-low");
    }
}
