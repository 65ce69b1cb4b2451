//! Counts in bins of equal width.

use std::fmt;

/// Counts of observations in equal bins over [low, high), with what falls outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    low: f64,
    high: f64,
    bins: Vec<u64>,
    below: u64,
    above: u64,
}

/// Why a histogram cannot be made or merged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HistogramError {
    /// The bounds are not finite, or not in increasing order.
    Bounds {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// The number of bins is not between 1 and a million.
    Bins(usize),
    /// The other histogram has other bins.
    Mismatch,
}

impl fmt::Display for HistogramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bounds { low, high } => {
                write!(f, "histogram: bounds are {low} and {high}, must be finite and increasing")
            }
            Self::Bins(count) => {
                write!(f, "histogram: number of bins is {count}, must be between 1 and 1000000")
            }
            Self::Mismatch => write!(f, "histogram: the two have different bins"),
        }
    }
}

impl std::error::Error for HistogramError {}

impl Histogram {
    /// Empty bins over [low, high).
    pub fn new(low: f64, high: f64, bins: usize) -> Result<Self, HistogramError> {
        if !(low.is_finite() && (high - low).is_finite() && low < high) {
            return Err(HistogramError::Bounds { low, high });
        }
        if !(1..=1_000_000).contains(&bins) {
            return Err(HistogramError::Bins(bins));
        }
        Ok(Self { low, high, bins: vec![0; bins], below: 0, above: 0 })
    }

    /// Counts an observation; NaN counts as above.
    #[inline]
    pub fn push(&mut self, x: f64) {
        if x < self.low {
            self.below += 1;
        } else if x < self.high {
            let fraction = (x - self.low) / (self.high - self.low);
            let bin = (fraction * self.bins.len() as f64) as usize;
            // The product may round up to the number of bins.
            let last = self.bins.len() - 1;
            self.bins[bin.min(last)] += 1;
        } else {
            self.above += 1;
        }
    }

    /// Adds the counts of another histogram with the same bins.
    pub fn merge(&mut self, other: &Self) -> Result<(), HistogramError> {
        let bounds = |h: &Self| (h.low.to_bits(), h.high.to_bits(), h.bins.len());
        if bounds(self) != bounds(other) {
            return Err(HistogramError::Mismatch);
        }
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            *mine += theirs;
        }
        self.below += other.below;
        self.above += other.above;
        Ok(())
    }

    /// Counts per bin, from low to high.
    #[must_use]
    pub fn bins(&self) -> &[u64] {
        &self.bins
    }

    /// Left edge of bin `i`; the right edge of the last for `i` = number of bins.
    #[must_use]
    pub fn edge(&self, i: usize) -> f64 {
        self.low + (self.high - self.low) * (i as f64 / self.bins.len() as f64)
    }

    /// Observations below the lower bound.
    #[must_use]
    pub const fn below(&self) -> u64 {
        self.below
    }

    /// Observations at or above the upper bound.
    #[must_use]
    pub const fn above(&self) -> u64 {
        self.above
    }

    /// All observations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.below + self.above + self.bins.iter().sum::<u64>()
    }
}
