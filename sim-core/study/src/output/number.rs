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
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
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

/// A value with decimals to two digits of its standard error, or to four of its own without one; very large and very small ones by a power of ten that
/// both share: `3.449e9 ± 0.012e9`.
pub(crate) fn with_error(value: f64, standard_error: Option<f64>) -> String {
    let error = standard_error.filter(|error| *error > 0.0);
    if value.abs() >= 1e8 || (value != 0.0 && value.abs() < 1e-5) {
        let exponent = value.abs().log10().floor() as i32;
        let scale = 10.0_f64.powi(exponent);
        let in_scale = |x: f64, places| format!("{}e{exponent}", fixed(x / scale, places));
        return match error {
            Some(error) => {
                let places = decimals(error / scale, 2);
                format!("{} ± {}", in_scale(value, places), in_scale(error, places))
            }
            None => in_scale(value, 3),
        };
    }
    match error {
        Some(error) => {
            let places = decimals(error, 2);
            format!("{} ± {}", fixed(value, places), fixed(error, places))
        }
        None => fixed(value, decimals(value, 4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_of_a_value_takes_its_standard_error_away() {
        assert_eq!(with_error(3.449_123e9, Some(1.234e7)), "3.449e9 ± 0.012e9");
        assert_eq!(with_error(-1.181_287e8, Some(7.92e5)), "-1.1813e8 ± 0.0079e8");
        assert_eq!(with_error(4.2e-6, Some(1.3e-7)), "4.20e-6 ± 0.13e-6");
        assert_eq!(with_error(1_234_567.0, Some(890.0)), "1,234,567 ± 890");
        assert_eq!(with_error(3.449e9, None), "3.449e9");
        assert_eq!(with_error(0.0, Some(0.0)), "0");
    }

    #[test]
    fn what_is_infinite_keeps_its_sign() {
        assert_eq!([f64::INFINITY, f64::NEG_INFINITY].map(|x| fixed(x, 2)), ["∞", "-∞"]);
    }
}
