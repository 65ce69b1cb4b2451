//! Differences between two policies on common random numbers.
//!
//! With `d_r = x_r − y_r` in replication r, the mean difference has variance `Var(d)/n` instead of
//! the `(Var(x) + Var(y))/n` of independent runs; the share saved is `1 − Var(d)/(Var x + Var y)`.

use serde::{Deserialize, Serialize};

use super::{Interval, Welford};

/// Paired differences of two sequences, folded in replication order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    first: Welford,
    second: Welford,
    difference: Welford,
    /// Sum of products of deviations of the two.
    co_moment: f64,
}

impl Paired {
    /// No pairs.
    #[must_use]
    pub const fn new() -> Self {
        let empty = Welford::new();
        Self { first: empty, second: empty, difference: empty, co_moment: 0.0 }
    }

    /// Adds the outcomes of one replication under the two policies.
    pub fn push(&mut self, first: f64, second: f64) {
        let deviation = first - self.first.mean();
        self.first.push(first);
        self.second.push(second);
        self.co_moment += deviation * (second - self.second.mean());
        self.difference.push(first - second);
    }

    /// Moments under the first policy.
    #[must_use]
    pub const fn first(&self) -> &Welford {
        &self.first
    }

    /// Moments under the second policy.
    #[must_use]
    pub const fn second(&self) -> &Welford {
        &self.second
    }

    /// Moments of first − second: its mean, standard error and interval are the paired ones.
    #[must_use]
    pub const fn difference(&self) -> &Welford {
        &self.difference
    }

    /// Student's t interval of the mean difference, as [`Welford::interval`].
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        self.difference.interval(level)
    }

    /// Pearson correlation, in [−1, 1]; none below two pairs or if either does not vary.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        let (x, y) = (self.first.variance()?, self.second.variance()?);
        let scale = x.sqrt() * y.sqrt();
        let covariance = self.co_moment / (self.first.count() - 1) as f64;
        (scale > 0.0).then(|| (covariance / scale).clamp(-1.0, 1.0))
    }

    /// Share of the variance of independent runs that pairing removed, at most 1, negative if
    /// pairing hurt; none below two pairs or if neither varies.
    #[must_use]
    pub fn variance_removed(&self) -> Option<f64> {
        let independent = self.first.variance()? + self.second.variance()?;
        let paired = self.difference.variance()?;
        (independent > 0.0).then(|| 1.0 - paired / independent)
    }
}
