//! Numbers and columns of the tables that the analyses print.

use super::Estimate;

/// A number with four significant digits, or with a power of ten beyond 10⁻⁴ to 10⁶.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { "–".to_owned() };
    }
    if !(1e-4..1e6).contains(&size) {
        return format!("{value:.3e}");
    }
    let decimals = (3 - size.log10().floor() as i32).clamp(0, 7) as usize;
    format!("{value:.decimals$}")
}

/// A number that may be undefined.
pub(super) fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), number)
}

/// `low to high`; a side that is not known is a dash.
pub(super) fn range(low: Option<f64>, high: Option<f64>) -> String {
    format!("{} to {}", optional(low), optional(high))
}

/// A share as a percentage without decimals; those that would round to 0 or 100 % without being it say so.
pub(super) fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.005 {
        return "<1 %".to_owned();
    }
    if share < 1.0 && share > 0.995 {
        return ">99 %".to_owned();
    }
    format!("{:.0} %", 100.0 * share)
}

/// `mean (low to high)`.
pub(super) fn estimate(estimate: &Estimate) -> String {
    format!("{} ({})", number(estimate.mean), range(estimate.low, estimate.high))
}

/// Rows as columns padded to their widest cell, the first to the left and the others to the right; the first row is the heading.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(|x| x.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|c| width(c).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[c] - cell.chars().count());
            let parts = if c == 0 { [cell, pad.as_str(), ""] } else { ["  ", pad.as_str(), cell] };
            line.extend(parts);
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// A line that says how much was left out.
pub(super) fn left_out(count: u64, what: &str) -> String {
    format!("{count} {what} undefined, left out\n")
}
