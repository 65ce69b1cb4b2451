//! Counts by inversion of one uniform number: the smallest `k` with `F(k) > u`.
//!
//! Small means (to 15) are searched upwards from 0. Larger ones are searched from the mode, whose
//! mass comes from Loader's saddle-point expansion (2000) and whose distribution function is summed
//! once; both cost a number of steps proportional to the standard deviation. The map from `u` is
//! monotone, so common uniforms give common counts. Sums in double precision: the distribution
//! function is met within 1e-11.

use std::f64::consts::PI;

use super::{Check, SamplerError};
use crate::math;
use crate::rng::Stream;

/// Means up to this are searched from 0.
const SMALL_MEAN: f64 = 15.0;
/// Masses below this cannot be told from 0 by a uniform number of 53 bits.
const NEGLIGIBLE: f64 = 1e-20;
/// The largest uniform number, 1 − 2^−53: the mirror of 0.
const LAST_UNIFORM: f64 = 1.0 - f64::EPSILON / 2.0;

/// A distribution on the integers by the ratio of neighbouring masses.
trait Ratio {
    /// `P(k + 1)/P(k)`.
    fn up(&self, k: f64) -> f64;

    /// `P(k − 1)/P(k)`.
    fn down(&self, k: f64) -> f64;
}

/// Where a search begins.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Anchor {
    k: u64,
    /// `P(k)`.
    mass: f64,
    /// `F(k − 1)`.
    below: f64,
}

impl Anchor {
    fn zero(mass: f64) -> Self {
        Self { k: 0, mass, below: 0.0 }
    }

    /// At `k` > 0, summing what lies below it.
    fn at(k: u64, mass: f64, ratio: &impl Ratio) -> Self {
        let (mut below, mut term, mut j) = (0.0, mass, k as f64);
        // The factor at 0 is 0, so that a block may run past it.
        while term > NEGLIGIBLE {
            let factors = [0.0, 1.0, 2.0, 3.0].map(|back| ratio.down(j - back));
            let pair = factors[0] * factors[1];
            let three = pair * factors[2];
            below += term * ((factors[0] + pair) + (three + three * factors[3]));
            term *= three * factors[3];
            j -= 4.0;
        }
        Self { k, mass, below }
    }

    /// Smallest `k` with `F(k) > u`.
    #[inline]
    fn quantile(&self, u: f64, ratio: &impl Ratio) -> u64 {
        if u >= self.below { self.search_up(u, ratio) } else { self.search_down(u, ratio) }
    }

    /// Four masses at a time without a branch, which would be mispredicted once a draw.
    #[inline]
    fn search_up(&self, u: f64, ratio: &impl Ratio) -> u64 {
        let (mut mass, mut rest) = (self.mass, u - self.below);
        let (mut k, mut place) = (self.k, self.k as f64);
        loop {
            let mut taken = 0;
            for _ in 0..4 {
                taken += u64::from(rest >= mass);
                rest -= mass;
                mass *= ratio.up(place);
                place += 1.0;
            }
            k += taken;
            if taken < 4 || mass <= NEGLIGIBLE {
                return k;
            }
        }
    }

    fn search_down(&self, u: f64, ratio: &impl Ratio) -> u64 {
        let (mut k, mut mass, mut excess) = (self.k as f64, self.mass, self.below - u);
        while k > 0.0 && excess > 0.0 && mass > NEGLIGIBLE {
            mass *= ratio.down(k);
            excess -= mass;
            k -= 1.0;
        }
        k as u64
    }
}

/// Poisson distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poisson {
    mean: f64,
    anchor: Anchor,
}

struct PoissonRatio(f64);

impl Ratio for PoissonRatio {
    #[inline]
    fn up(&self, k: f64) -> f64 {
        self.0 / (k + 1.0)
    }

    #[inline]
    fn down(&self, k: f64) -> f64 {
        k / self.0
    }
}

impl Poisson {
    /// From the mean, 0 to 1e9.
    pub fn new(mean: f64) -> Result<Self, SamplerError> {
        let holds = (0.0..=1e9).contains(&mean);
        Check("poisson").that(holds, "mean", mean, "between 0 and 1e9")?;
        let anchor = if mean <= SMALL_MEAN {
            Anchor::zero(math::exp(-mean))
        } else {
            let k = mean.floor();
            let exponent = -stirling_error(k) - deviance(k, mean);
            let mass = math::exp(exponent) / (2.0 * PI * k).sqrt();
            Anchor::at(k as u64, mass, &PoissonRatio(mean))
        };
        Ok(Self { mean, anchor })
    }

    /// A variate, from one uniform number.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> u64 {
        self.quantile(stream.uniform())
    }

    /// Smallest `k` with `F(k) > u`, for `u` in [0, 1).
    #[inline]
    #[must_use]
    pub fn quantile(&self, u: f64) -> u64 {
        self.anchor.quantile(u, &PoissonRatio(self.mean))
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Equal to the mean.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.mean
    }
}

/// Independent trials with one probability of success, for counts among a number that changes from
/// draw to draw: the logarithm and the odds are computed once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BernoulliTrials {
    probability: f64,
    /// The rarer of success and failure, which is what is counted.
    rare: f64,
    /// `ln(1 − rare)`.
    ln_common: f64,
    odds: f64,
}

struct BinomialRatio {
    n: f64,
    odds: f64,
}

impl Ratio for BinomialRatio {
    #[inline]
    fn up(&self, k: f64) -> f64 {
        (self.n - k) / (k + 1.0) * self.odds
    }

    #[inline]
    fn down(&self, k: f64) -> f64 {
        k / ((self.n - k + 1.0) * self.odds)
    }
}

impl BernoulliTrials {
    /// From the probability of success in one trial.
    pub fn new(probability: f64) -> Result<Self, SamplerError> {
        Check("binomial").probability("probability", probability)?;
        let rare = if probability > 0.5 { 1.0 - probability } else { probability };
        Ok(Self { probability, rare, ln_common: math::ln_1p(-rare), odds: rare / (1.0 - rare) })
    }

    /// Successes among `n` trials at the uniform number `u` in [0, 1): the smallest `k` with
    /// `F(k) > u`; above probability ½ failures are counted so, at `1 − 2^−53 − u`.
    #[inline]
    #[must_use]
    pub fn successes(&self, n: u32, u: f64) -> u32 {
        self.count(n, u, || self.anchor(n))
    }

    #[inline]
    fn count(&self, n: u32, u: f64, anchor: impl FnOnce() -> Anchor) -> u32 {
        let is_flipped = self.probability > 0.5;
        // Counting failures at the mirrored uniform keeps the count of successes increasing in u.
        let v = if is_flipped { LAST_UNIFORM - u } else { u };
        let trials = f64::from(n);
        // Bernoulli's inequality (1 − p)^n ≥ 1 − np settles most draws of a rare event.
        let rare = if v < 1.0 - trials * self.rare {
            0
        } else {
            anchor().quantile(v, &self.ratio(n)).min(u64::from(n)) as u32
        };
        if is_flipped { n - rare } else { rare }
    }

    #[inline]
    fn ratio(&self, n: u32) -> BinomialRatio {
        BinomialRatio { n: f64::from(n), odds: self.odds }
    }

    #[inline]
    fn anchor(&self, n: u32) -> Anchor {
        let trials = f64::from(n);
        if trials * self.rare <= SMALL_MEAN {
            Anchor::zero(math::exp(trials * self.ln_common))
        } else {
            self.anchor_at_mode(&self.ratio(n))
        }
    }

    /// Loader (2000): the mass from Stirling errors and deviances, without cancellation.
    fn anchor_at_mode(&self, ratio: &BinomialRatio) -> Anchor {
        let n = ratio.n;
        let k = (n * self.rare).floor();
        let rest = n - k;
        let exponent = stirling_error(n)
            - stirling_error(k)
            - stirling_error(rest)
            - deviance(k, n * self.rare)
            - deviance(rest, n * (1.0 - self.rare));
        let mass = math::exp(exponent) * (n / (2.0 * PI * k * rest)).sqrt();
        Anchor::at(k as u64, mass, ratio)
    }
}

/// Binomial distribution for fixed trials and probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binomial {
    trials: BernoulliTrials,
    n: u32,
    anchor: Anchor,
}

impl Binomial {
    /// From the number of trials and the probability of success.
    pub fn new(n: u32, probability: f64) -> Result<Self, SamplerError> {
        let trials = BernoulliTrials::new(probability)?;
        Ok(Self { trials, n, anchor: trials.anchor(n) })
    }

    /// A variate, from one uniform number.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> u64 {
        self.quantile(stream.uniform())
    }

    /// As [`BernoulliTrials::successes`].
    #[inline]
    #[must_use]
    pub fn quantile(&self, u: f64) -> u64 {
        u64::from(self.trials.count(self.n, u, || self.anchor))
    }

    /// `np`.
    #[must_use]
    pub fn mean(&self) -> f64 {
        f64::from(self.n) * self.trials.probability
    }

    /// `np(1 − p)`.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.mean() * (1.0 - self.trials.probability)
    }
}

/// `ln n! − ln(√(2πn)·(n/e)^n)` for n ≥ 8, within 1e-15.
fn stirling_error(n: f64) -> f64 {
    let z = 1.0 / (n * n);
    let series = 1.0 / 360.0 - z * (1.0 / 1260.0 - z * (1.0 / 1680.0 - z * (1.0 / 1188.0)));
    (1.0 / 12.0 - z * series) / n
}

/// `x·ln(x/m) + m − x` for |x − m| < 1 and x ≥ 14, by its series in `(x − m)/(x + m)` (Loader's bd0).
fn deviance(x: f64, m: f64) -> f64 {
    let v = (x - m) / (x + m);
    let mut sum = (x - m) * v;
    let mut power = 2.0 * x * v;
    // |v| ≤ 1/27, so the terms left out are below 1e-20 of the first.
    for odd in [3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0] {
        power *= v * v;
        sum += power / odd;
    }
    sum
}
