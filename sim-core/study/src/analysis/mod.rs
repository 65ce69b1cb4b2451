//! What the numbers of a study say: policies compared, uncertainty split, runs stopped, frontiers and conditions of failure.
//!
//! Pure functions over numbers: nothing here reads or writes a file, a clock or a scenario. Numbers that are not finite,
//! or so large that sums of squares could overflow, count as undefined; they are left out and counted. Resampling draws from keyed streams, so equal inputs give equal bits.
//! Equations and sources: `docs/studies/analysis.md`.

pub mod direction;
mod dominance;
mod error;
pub mod frontier;
pub mod nested;
pub mod pairs;
pub mod prim;
mod resample;
pub mod sensitivity;
pub mod stopping;
mod tail;
mod text;

use autarky_engine::stats::{Interval, Welford};
use serde::Serialize;

pub use direction::{Direction, direction};
pub use dominance::{Dominance, Orders, Verdict};
pub use error::AnalysisError;
pub use resample::Resampling;
pub use tail::{TAIL, Tail};

use crate::run::CONFIDENCE;

/// Largest size of a number that enters statistics: the sum of 10⁸ squares does not overflow.
const LARGEST: f64 = 1e150;

/// Whether a number enters statistics.
fn is_defined(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// A mean with its standard error and its 95 % interval by Student's t.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Standard error of the mean; none below two observations.
    pub standard_error: Option<f64>,
    /// Lower end of the interval; none below two observations.
    pub low: Option<f64>,
    /// Upper end of the interval; none below two observations.
    pub high: Option<f64>,
}

impl Estimate {
    /// Of independent observations.
    fn of(moments: &Welford) -> Self {
        let interval = moments.interval(CONFIDENCE);
        Self {
            mean: moments.mean(),
            standard_error: moments.standard_error(),
            low: interval.as_ref().map(Interval::low),
            high: interval.as_ref().map(Interval::high),
        }
    }

    /// Whether the interval excludes zero.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        matches!((self.low, self.high), (Some(low), Some(high)) if low > 0.0 || high < 0.0)
    }
}
