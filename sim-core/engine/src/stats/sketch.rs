//! Quantiles from integer counts in logarithmic buckets.
//!
//! A positive value falls in bucket `⌈log_γ x⌉`, γ = (1 + α)/(1 − α), and is reported as the point of
//! the bucket that is within relative error α of both ends (`DDSketch`; Masson, Rim and Lee 2019).
//! Negative values mirror, zeros have their own count. Counts are integers, so merging is exact and
//! associative: any order of merging gives the same sketch. Nothing collapses; memory is one count
//! per bucket touched, at most some 71,000 per sign at α = 1 % over all finite doubles.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::math;

/// Quantile sketch with a stated relative error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuantileSketch {
    relative_error: f64,
    /// `1/ln γ`.
    per_ln: f64,
    negative: BTreeMap<i32, u64>,
    zero: u64,
    positive: BTreeMap<i32, u64>,
    count: u64,
}

/// Why a sketch cannot be made, fed or merged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SketchError {
    /// The relative error is not between 1e-4 and 0.5.
    RelativeError(f64),
    /// The observation is infinite or NaN.
    NotFinite(f64),
    /// The other sketch has another relative error.
    Mismatch {
        /// Relative error of the sketch merged into.
        into: f64,
        /// Relative error of the other one.
        from: f64,
    },
}

impl fmt::Display for SketchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RelativeError(value) => {
                write!(f, "sketch: relative error is {value}, must be between 0.0001 and 0.5")
            }
            Self::NotFinite(value) => {
                write!(f, "sketch: observation is {value}, must be finite")
            }
            Self::Mismatch { into, from } => {
                write!(f, "sketch: relative error is {from}, must be {into} to merge")
            }
        }
    }
}

impl std::error::Error for SketchError {}

impl QuantileSketch {
    /// An empty sketch; quantiles will be within `relative_error` (1e-4 to 0.5) of an observation
    /// of the asked rank.
    pub fn new(relative_error: f64) -> Result<Self, SketchError> {
        if !(1e-4..=0.5).contains(&relative_error) {
            return Err(SketchError::RelativeError(relative_error));
        }
        let ln_gamma = math::ln_1p(relative_error) - math::ln_1p(-relative_error);
        Ok(Self {
            relative_error,
            per_ln: 1.0 / ln_gamma,
            negative: BTreeMap::new(),
            zero: 0,
            positive: BTreeMap::new(),
            count: 0,
        })
    }

    /// Counts a finite observation; subnormal ones count as zero.
    pub fn push(&mut self, x: f64) -> Result<(), SketchError> {
        if !x.is_finite() {
            return Err(SketchError::NotFinite(x));
        }
        self.count += 1;
        let size = x.abs();
        if size < f64::MIN_POSITIVE {
            self.zero += 1;
            return Ok(());
        }
        let bucket = (math::ln(size) * self.per_ln).ceil() as i32;
        let side = if x > 0.0 { &mut self.positive } else { &mut self.negative };
        *side.entry(bucket).or_insert(0) += 1;
        Ok(())
    }

    /// Adds the counts of another sketch with the same relative error.
    pub fn merge(&mut self, other: &Self) -> Result<(), SketchError> {
        let (into, from) = (self.relative_error, other.relative_error);
        if into.to_bits() != from.to_bits() {
            return Err(SketchError::Mismatch { into, from });
        }
        for (bucket, count) in &other.negative {
            *self.negative.entry(*bucket).or_insert(0) += count;
        }
        for (bucket, count) in &other.positive {
            *self.positive.entry(*bucket).or_insert(0) += count;
        }
        self.zero += other.zero;
        self.count += other.count;
        Ok(())
    }

    /// Number of observations.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The relative error α.
    #[must_use]
    pub const fn relative_error(&self) -> f64 {
        self.relative_error
    }

    /// A value within relative error α of the observation of rank `⌈q·n⌉` (at least 1) in
    /// increasing order; none without observations or for `q` outside [0, 1].
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.count == 0 || !(0.0..=1.0).contains(&q) {
            return None;
        }
        let rank = ((q * self.count as f64).ceil() as u64).clamp(1, self.count);
        let mut seen = 0;
        self.ascending().find_map(|(value, n)| {
            seen += n;
            (seen >= rank).then_some(value)
        })
    }

    /// Mean of the `⌈q·n⌉` smallest observations (at least one), within relative error α where all have one sign: the conditional value at risk of the
    /// lower tail (Rockafellar and Uryasev 2000). None without observations or for `q` outside [0, 1].
    #[must_use]
    pub fn lower_tail_mean(&self, q: f64) -> Option<f64> {
        self.tail_mean(q, self.ascending())
    }

    /// The same of the largest observations.
    #[must_use]
    pub fn upper_tail_mean(&self, q: f64) -> Option<f64> {
        self.tail_mean(q, self.ascending().rev())
    }

    fn tail_mean(&self, q: f64, buckets: impl Iterator<Item = (f64, u64)>) -> Option<f64> {
        if self.count == 0 || !(0.0..=1.0).contains(&q) {
            return None;
        }
        let wanted = ((q * self.count as f64).ceil() as u64).clamp(1, self.count);
        let (mut left, mut mean) = (wanted, 0.0);
        for (value, n) in buckets {
            let taken = n.min(left);
            // Shares first: no sum of finite values overflows then.
            mean += value * (taken as f64 / wanted as f64);
            left -= taken;
            if left == 0 {
                break;
            }
        }
        Some(mean)
    }

    /// Values with their counts, from the smallest on.
    fn ascending(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> {
        let negative = self.negative.iter().rev().map(|(&b, &n)| (-self.representative(b), n));
        let zero = std::iter::once((0.0, self.zero));
        let positive = self.positive.iter().map(|(&b, &n)| (self.representative(b), n));
        negative.chain(zero).chain(positive)
    }

    /// The point `2γ^b/(γ + 1) = (1 − α)·γ^b`, within α of all of (γ^(b−1), γ^b].
    fn representative(&self, bucket: i32) -> f64 {
        let end = math::exp(f64::from(bucket) / self.per_ln + math::ln_1p(-self.relative_error));
        if end > f64::MAX { f64::MAX } else { end }
    }
}
