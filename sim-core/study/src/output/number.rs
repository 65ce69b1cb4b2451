//! Numbers as readers want them: a few significant digits, thousands apart, no digits beyond the standard error.

/// Decimals that show a value of this size with `digits` significant ones, at most 6 of them.
pub(crate) fn decimals(size: f64, digits: i32) -> usize {
    if size == 0.0 || !size.is_finite() {
        return 0;
    }
    (digits - 1 - size.abs().log10().floor() as i32).clamp(0, 6) as usize
}

/// A value with a fixed number of decimals, thousands separated by thin groups: `12,345.6`.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let negative = text.starts_with('-') && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let digits = text.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').map_or((digits, ""), |(w, f)| (w, f));
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3 + 1);
    if negative {
        grouped.push('-');
    }
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(c);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

/// A value with decimals to two digits of its standard error, or to four of its own without one.
pub(crate) fn with_error(value: f64, standard_error: Option<f64>) -> String {
    if value.abs() >= 1e9 || (value != 0.0 && value.abs() < 1e-5) {
        return format!("{value:.3e}");
    }
    match standard_error {
        Some(error) if error > 0.0 => {
            let places = decimals(error, 2);
            format!("{} ± {}", fixed(value, places), fixed(error, places))
        }
        _ => fixed(value, decimals(value, 4)),
    }
}
