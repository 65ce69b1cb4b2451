//! An outcome at the points of a design, and bootstrap intervals about what is computed from it.
//!
//! The value of a point is its mean over replications. Replications are the same shocks at every point, so the bootstrap draws
//! samples of the design and replications apart, each with replacement (the pigeonhole bootstrap, Owen 2007, which errs to
//! the wide side). Intervals are percentiles. Equations: `docs/studies/sensitivity.md`.

use autarky_engine::rng::{Stream, StreamKey, entity_key};
use serde::Serialize;
use std::fmt;

/// Points are named only by the first of those concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SensitivityError {
    /// The design cannot tell what is asked.
    WrongDesign {
        /// What was asked for.
        what: &'static str,
        /// The design that can tell.
        wanted: &'static str,
        /// The design there is.
        found: &'static str,
    },
    /// Points have no value.
    Missing {
        /// How many.
        count: u64,
        /// The first of them.
        first: u64,
        /// Points of the design.
        of: u64,
    },
    /// There are values beyond the last point.
    TooMany {
        /// Points with values.
        found: u64,
        /// Points of the design.
        of: u64,
    },
    /// The outcome is undefined at points, in all replications that all points have.
    Undefined {
        /// How many.
        count: u64,
        /// The first of them.
        first: u64,
    },
    /// The outcome is the same at all points.
    NoVariance,
    /// There are too few samples or trajectories for an interval.
    TooFew {
        /// What there are too few of.
        what: &'static str,
        /// How many there are.
        found: u64,
    },
    /// Neither resamples nor level are of use.
    Resampling,
}

impl fmt::Display for SensitivityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongDesign { what, wanted, found } => write!(
                f,
                "{what} need a {wanted} design, and this one is {found}; start a sweep with --design {wanted}"
            ),
            Self::Missing { count, first, of } => write!(
                f,
                "{count} of {of} points have no result yet, the first is point {first}; resume the sweep until all have one"
            ),
            Self::TooMany { found, of } => {
                write!(f, "there are results of {found} points, and the design has {of}")
            }
            Self::Undefined { count, first } => write!(
                f,
                "the outcome is undefined at {count} points, the first is point {first}; choose one that is defined everywhere"
            ),
            Self::NoVariance => write!(
                f,
                "the outcome is the same at all points, so nothing explains its variance; check that the axes reach it"
            ),
            Self::TooFew { what, found } => {
                write!(f, "{found} {what} give no interval; at least 2 are needed")
            }
            Self::Resampling => {
                write!(f, "intervals need at least 10 resamples and a level between 0 and 1")
            }
        }
    }
}

impl std::error::Error for SensitivityError {}

/// How intervals are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// Bootstrap resamples.
    pub resamples: u32,
    /// Confidence level in (0, 1).
    pub level: f64,
    /// Seed of the resamples.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 1000, level: 0.95, seed: 0 }
    }
}

/// An estimate with a bootstrap percentile interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct IntervalEstimate {
    /// The estimate.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl fmt::Display for IntervalEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, low, high } = *self;
        let scale = value.abs().max(low.abs()).max(high.abs());
        if (1e-3..1e5).contains(&scale) || scale == 0.0 {
            let digits = if scale < 10.0 { 3 } else { 1 };
            write!(f, "{value:.digits$} [{low:.digits$}, {high:.digits$}]")
        } else {
            write!(f, "{value:.3e} [{low:.3e}, {high:.3e}]")
        }
    }
}

/// The values of an outcome, `[point][replication]`, complete.
pub(crate) struct Outcome<'v> {
    values: &'v [Vec<f64>],
    /// Replications that all points have.
    pub(crate) replications: usize,
    /// How many values of these replications are undefined.
    pub(crate) undefined: u64,
}

impl<'v> Outcome<'v> {
    /// Checks that each of `points` points has a value. NaN is undefined, an empty list missing.
    pub(crate) fn new(values: &'v [Vec<f64>], points: u64) -> Result<Self, SensitivityError> {
        let given = values.len() as u64;
        if given > points {
            return Err(SensitivityError::TooMany { found: given, of: points });
        }
        let is_missing = |p: &u64| values.get(*p as usize).is_none_or(Vec::is_empty);
        let count = points - values.iter().filter(|v| !v.is_empty()).count() as u64;
        if let Some(first) = (0..points).find(is_missing) {
            return Err(SensitivityError::Missing { count, first, of: points });
        }
        let replications = values.iter().map(Vec::len).min().unwrap_or(0);
        let is_undefined = |v: &&Vec<f64>| v[..replications].iter().all(|x| !x.is_finite());
        if let Some(first) = values.iter().position(|v| is_undefined(&v)) {
            let count = values.iter().filter(is_undefined).count() as u64;
            return Err(SensitivityError::Undefined { count, first: first as u64 });
        }
        let undefined = values.iter().flat_map(|v| &v[..replications]);
        let undefined = undefined.filter(|x| !x.is_finite()).count() as u64;
        Ok(Self { values, replications, undefined })
    }

    /// Mean of every point over its defined replications.
    pub(crate) fn means(&self) -> Vec<f64> {
        let mean = |values: &Vec<f64>| {
            let defined = values[..self.replications].iter().filter(|x| x.is_finite());
            let (sum, n) = defined.fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
            sum / n
        };
        self.values.iter().map(mean).collect()
    }

    /// Mean over points of the squared standard error of a point's mean; none for a single replication.
    pub(crate) fn noise(&self) -> Option<f64> {
        if self.replications < 2 {
            return None;
        }
        let (mut sum, mut points) = (0.0, 0.0);
        for values in self.values {
            let defined: Vec<f64> =
                values[..self.replications].iter().copied().filter(|x| x.is_finite()).collect();
            let n = defined.len() as f64;
            if n >= 2.0 {
                let mean = defined.iter().sum::<f64>() / n;
                let squares: f64 = defined.iter().map(|x| (x - mean) * (x - mean)).sum();
                sum += squares / (n - 1.0) / n;
                points += 1.0;
            }
        }
        (points > 0.0).then(|| sum / points)
    }

    /// Means of every point over replications drawn with replacement; all replications where some value is undefined.
    fn redrawn(&self, stream: &mut Stream, plain: &[f64], out: &mut Vec<f64>) {
        out.clear();
        if self.replications < 2 || self.undefined > 0 {
            out.extend_from_slice(plain);
            return;
        }
        let mut weights = vec![0.0; self.replications];
        for _ in 0..self.replications {
            weights[stream.uniform_below(self.replications as u64) as usize] += 1.0;
        }
        let drawn: Vec<(usize, f64)> =
            weights.iter().copied().enumerate().filter(|(_, w)| *w > 0.0).collect();
        let n = self.replications as f64;
        let mean = |v: &Vec<f64>| drawn.iter().map(|(r, w)| w * v[*r]).sum::<f64>() / n;
        out.extend(self.values.iter().map(mean));
    }
}

/// What is estimated from the means of points and from the numbers of the samples (or trajectories) that count.
pub(crate) trait Statistic {
    /// All figures at once, always as many.
    fn estimate(&self, means: &[f64], samples: &[usize]) -> Vec<f64>;
}

/// Every figure of a statistic with its interval.
pub(crate) fn estimates(
    outcome: &Outcome<'_>,
    samples: usize,
    statistic: &impl Statistic,
    resampling: Bootstrap,
) -> Result<Vec<IntervalEstimate>, SensitivityError> {
    let Bootstrap { resamples, level, seed } = resampling;
    if resamples < 10 || !(level > 0.0 && level < 1.0) {
        return Err(SensitivityError::Resampling);
    }
    let plain = outcome.means();
    let all: Vec<usize> = (0..samples).collect();
    let values = statistic.estimate(&plain, &all);
    let mut redrawn: Vec<Vec<f64>> = vec![Vec::with_capacity(resamples as usize); values.len()];
    let (mut means, mut chosen) = (Vec::with_capacity(plain.len()), all);
    for resample in 0..u64::from(resamples) {
        let process = entity_key("analysis.bootstrap");
        let mut stream = Stream::new(StreamKey { seed, replication: resample, process, entity: 0 });
        outcome.redrawn(&mut stream, &plain, &mut means);
        for sample in &mut chosen {
            *sample = stream.uniform_below(samples as u64) as usize;
        }
        for (all, x) in redrawn.iter_mut().zip(statistic.estimate(&means, &chosen)) {
            // A resample without variance says nothing.
            if x.is_finite() {
                all.push(x);
            }
        }
    }
    let interval = |(value, mut drawn): (f64, Vec<f64>)| {
        drawn.sort_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - level);
        IntervalEstimate { value, low: quantile(&drawn, tail), high: quantile(&drawn, 1.0 - tail) }
    };
    Ok(values.into_iter().zip(redrawn).map(interval).collect())
}

/// Linear between order statistics; NaN without any.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = p * last as f64;
    let (below, above) = (at.floor() as usize, at.ceil() as usize);
    sorted[below] + (at - at.floor()) * (sorted[above.min(last)] - sorted[below])
}

/// Whether numbers differ by more than rounding.
pub(crate) fn varies(means: &[f64]) -> bool {
    let low = means.iter().copied().fold(f64::INFINITY, f64::min);
    let high = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    high - low > 1e-12 * high.abs().max(low.abs())
}
