//! Statistics of runs and of replications.
//!
//! Within a run: [`TimeWeighted`] averages of piecewise constant quantities. Over observations:
//! [`Welford`] moments, [`QuantileSketch`] and [`Histogram`]. Over replications: [`Interval`]s by
//! Student's t, and [`Paired`] differences under common random numbers.
//!
//! Floating-point sums are not associative, so `Welford` and `Paired` have no parallel merge: fold
//! them in replication order (see [`replicate`](mod@crate::replicate)). Sketch and histogram count
//! integers and merge exactly, in any order.

mod histogram;
mod interval;
mod paired;
mod sketch;
mod time_weighted;
mod welford;

pub use histogram::{Histogram, HistogramError};
pub use interval::{Interval, student_t_quantile};
pub use paired::Paired;
pub use sketch::{QuantileSketch, SketchError};
pub use time_weighted::TimeWeighted;
pub use welford::Welford;
