//! A dated path of values between which one interpolates, linearly or in logs. Exact at its dates; no randomness.

use autarky_engine::math;

/// A path with dates in years from the start of the run, rising, and positive values.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    years: Vec<f64>,
    /// Values, or their logs where it interpolates in logs.
    values: Vec<f64>,
    in_logs: bool,
}

impl Path {
    /// From points of (years from the start, value).
    #[must_use]
    pub fn new(points: &[(f64, f64)], in_logs: bool) -> Self {
        let stored = |value: f64| if in_logs { math::ln(value) } else { value };
        Self {
            years: points.iter().map(|p| p.0).collect(),
            values: points.iter().map(|p| stored(p.1)).collect(),
            in_logs,
        }
    }

    /// Log of the value at a date; before the first and after the last date that of the nearest.
    #[must_use]
    pub fn log_at(&self, years: f64) -> f64 {
        let after = self.years.partition_point(|date| *date <= years);
        let value = match (after.checked_sub(1), self.years.get(after)) {
            (None, None) => return 0.0,
            (Some(last), None) => self.values[last],
            (None, Some(_)) => self.values[0],
            (Some(at), Some(next)) => {
                let weight = (years - self.years[at]) / (next - self.years[at]);
                self.values[at] + weight * (self.values[after] - self.values[at])
            }
        };
        if self.in_logs { value } else { math::ln(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_meets_its_points_and_interpolates_as_it_says() {
        let points = [(0.0, 1.0), (1.0, 4.0), (3.0, 2.0)];
        for in_logs in [false, true] {
            let path = Path::new(&points, in_logs);
            for (years, value) in points {
                assert!((math::exp(path.log_at(years)) - value).abs() < 1e-12);
            }
            let middle = if in_logs { 2.0 } else { 2.5 };
            assert!((math::exp(path.log_at(0.5)) - middle).abs() < 1e-12);
            assert!((math::exp(path.log_at(-1.0)) - 1.0).abs() < 1e-12);
            assert!((math::exp(path.log_at(9.0)) - 2.0).abs() < 1e-12);
        }
    }
}
