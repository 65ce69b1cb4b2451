//! Distributions given as tables, by inversion of one uniform number.

use super::{Check, SamplerError};
use crate::math;
use crate::rng::Stream;

/// Choice among `0..n` with given weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Discrete {
    cumulative: Vec<f64>,
}

impl Discrete {
    /// From weights that are at least 0 and have a positive sum; they need not sum to one.
    pub fn new(weights: &[f64]) -> Result<Self, SamplerError> {
        let check = Check("discrete");
        for &weight in weights {
            check.not_negative("weight", weight)?;
        }
        let total: f64 = weights.iter().sum();
        check.positive("sum of weights", total)?;
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = weights
            .iter()
            .map(|weight| {
                sum += weight;
                sum / total
            })
            .collect();
        // Rounding must not leave a gap below 1 that would fall to a weight of 0.
        let last = weights.iter().rposition(|&weight| weight > 0.0).unwrap_or(0);
        cumulative[last..].fill(1.0);
        Ok(Self { cumulative })
    }

    /// An index, from one uniform number.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> usize {
        self.quantile(stream.uniform())
    }

    /// Smallest index whose cumulated weight exceeds `u` in [0, 1).
    #[inline]
    #[must_use]
    pub fn quantile(&self, u: f64) -> usize {
        self.cumulative.partition_point(|&c| c <= u)
    }

    /// Probability of an index, 0 beyond the last.
    #[must_use]
    pub fn probability(&self, index: usize) -> f64 {
        let Some(&up_to) = self.cumulative.get(index) else { return 0.0 };
        up_to - index.checked_sub(1).map_or(0.0, |before| self.cumulative[before])
    }
}

/// Continuous distribution with a piecewise linear quantile function.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    /// Probability and value, both not decreasing, from probability 0 to 1.
    knots: Vec<(f64, f64)>,
}

impl Empirical {
    /// From (probability, value) points of the quantile function: at least two, from probability 0
    /// to 1, strictly increasing in probability and not decreasing in value.
    pub fn from_quantiles(knots: &[(f64, f64)]) -> Result<Self, SamplerError> {
        let check = Check("empirical");
        let count = knots.len() as f64;
        check.that(knots.len() >= 2, "number of quantiles", count, "at least 2")?;
        for &(probability, value) in knots {
            check.probability("probability", probability)?;
            check.finite("value", value)?;
        }
        let (first, last) = (knots[0].0, knots[knots.len() - 1].0);
        check.that(first <= 0.0, "first probability", first, "0")?;
        check.that(last >= 1.0, "last probability", last, "1")?;
        for pair in knots.windows(2) {
            let ((p, x), (q, y)) = (pair[0], pair[1]);
            check.that(q > p, "probability", q, "above the one before")?;
            check.that(y >= x, "value", y, "at least the one before")?;
        }
        Ok(Self { knots: knots.to_vec() })
    }

    /// From at least two observations: linear between order statistics, which stand at equal
    /// probabilities from 0 to 1 (Hyndman and Fan's type 7).
    pub fn from_observations(values: &[f64]) -> Result<Self, SamplerError> {
        let count = values.len() as f64;
        let check = Check("empirical");
        check.that(values.len() >= 2, "number of observations", count, "at least 2")?;
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let position = |i: usize| i as f64 / (count - 1.0);
        let knots: Vec<_> = sorted.iter().enumerate().map(|(i, &x)| (position(i), x)).collect();
        Self::from_quantiles(&knots)
    }

    /// A variate, from one uniform number.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.quantile(stream.uniform())
    }

    /// The value at probability `u` in [0, 1].
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        let above = self.knots.partition_point(|&(p, _)| p <= u).clamp(1, self.knots.len() - 1);
        let ((p, x), (q, y)) = (self.knots[above - 1], self.knots[above]);
        x + (y - x) * ((u - p) / (q - p))
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.pieces().map(|(weight, x, y)| weight * 0.5 * (x + y)).sum()
    }

    /// The variance: pieces are uniform.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.pieces()
            .map(|(weight, x, y)| {
                let (a, b) = (x - mean, y - mean);
                weight * (math::square(a) + a * b + math::square(b)) / 3.0
            })
            .sum()
    }

    /// Probability and ends of each piece.
    fn pieces(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        self.knots.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[0].1, pair[1].1))
    }
}
