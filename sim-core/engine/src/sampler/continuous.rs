//! Continuous distributions over the ziggurat's exponential and normal variates.

use super::{Check, SamplerError};
use crate::math;
use crate::rng::Stream;

/// Subnormal numbers slow every later operation on them: 0 in their place.
#[inline]
fn flushed(x: f64) -> f64 {
    if x < f64::MIN_POSITIVE { 0.0 } else { x }
}

/// Exponential distribution, density `λ·exp(−λx)` on x > 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    mean: f64,
}

impl Exponential {
    /// From the mean `1/λ`, positive.
    pub fn from_mean(mean: f64) -> Result<Self, SamplerError> {
        Ok(Self { mean: Check("exponential").positive("mean", mean)? })
    }

    /// A variate.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.mean * stream.exponential()
    }

    /// `1/λ`.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// `1/λ²`.
    #[must_use]
    pub fn variance(&self) -> f64 {
        math::square(self.mean)
    }
}

/// Normal distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    mean: f64,
    sd: f64,
}

impl Normal {
    /// From mean and standard deviation; a standard deviation of 0 gives the mean.
    pub fn new(mean: f64, sd: f64) -> Result<Self, SamplerError> {
        let check = Check("normal");
        Ok(Self { mean: check.finite("mean", mean)?, sd: check.not_negative("sd", sd)? })
    }

    /// A variate.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.mean + self.sd * stream.normal()
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The square of the standard deviation.
    #[must_use]
    pub fn variance(&self) -> f64 {
        math::square(self.sd)
    }
}

/// Lognormal distribution: `exp(μ + σZ)` with Z standard normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogNormal {
    mu: f64,
    sigma: f64,
}

impl LogNormal {
    /// From the mean μ (−200 to 200) and the standard deviation σ (0 to 10) of the logarithm.
    pub fn new(mu: f64, sigma: f64) -> Result<Self, SamplerError> {
        let check = Check("lognormal");
        Ok(Self {
            mu: check.that(mu.abs() <= 200.0, "mu", mu, "between -200 and 200")?,
            sigma: check.that((0.0..=10.0).contains(&sigma), "sigma", sigma, "between 0 and 10")?,
        })
    }

    /// From the mean (1e-50 to 1e50) and the coefficient of variation (0 to 1e6) of the variate.
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self, SamplerError> {
        let check = Check("lognormal");
        let bounds = 1e-50..=1e50;
        check.that(bounds.contains(&mean), "mean", mean, "between 1e-50 and 1e50")?;
        check.that((0.0..=1e6).contains(&cv), "cv", cv, "between 0 and 1e6")?;
        let variance = math::ln_1p(math::square(cv));
        Self::new(math::ln(mean) - 0.5 * variance, variance.sqrt())
    }

    /// A variate.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        math::exp(self.mu + self.sigma * stream.normal())
    }

    /// `exp(μ + σ²/2)`.
    #[must_use]
    pub fn mean(&self) -> f64 {
        math::exp(self.mu + 0.5 * math::square(self.sigma))
    }

    /// `(exp(σ²) − 1)·exp(2μ + σ²)`.
    #[must_use]
    pub fn variance(&self) -> f64 {
        math::exp_m1(math::square(self.sigma)) * math::square(self.mean())
    }
}

/// Gamma distribution, density proportional to `x^(k−1)·exp(−x/θ)`.
///
/// Marsaglia and Tsang (2000); shapes below 1 by `G(k) = G(k+1)·U^(1/k)`, which is 0 where it
/// would underflow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
    scale: f64,
    d: f64,
    c: f64,
}

impl Gamma {
    /// From shape k (1e-3 to 1e9) and scale θ (positive).
    pub fn new(shape: f64, scale: f64) -> Result<Self, SamplerError> {
        let check = Check("gamma");
        let range = "between 1e-3 and 1e9";
        check.that((1e-3..=1e9).contains(&shape), "shape", shape, range)?;
        check.positive("scale", scale)?;
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        Ok(Self { shape, scale, d, c: 1.0 / (9.0 * d).sqrt() })
    }

    /// A variate.
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        let g = self.scale * self.standard(stream);
        if self.shape < 1.0 {
            // U^(1/k) = exp(−E/k) with E exponential.
            flushed(g * math::exp(-stream.exponential() / self.shape))
        } else {
            g
        }
    }

    /// Unit scale, shape d + 1/3 ≥ 1.
    #[inline]
    fn standard(&self, stream: &mut Stream) -> f64 {
        loop {
            let x = stream.normal();
            let t = 1.0 + self.c * x;
            if t <= 0.0 {
                continue;
            }
            let v = t * t * t;
            let u = stream.uniform_open();
            let x2 = x * x;
            if u < 1.0 - 0.0331 * x2 * x2
                || math::ln(u) < 0.5 * x2 + self.d * (1.0 - v + math::ln(v))
            {
                return self.d * v;
            }
        }
    }

    /// `kθ`.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    /// `kθ²`.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.shape * math::square(self.scale)
    }
}

/// Weibull distribution, survival `exp(−(x/λ)^k)`; 0 where a variate would underflow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weibull {
    shape: f64,
    scale: f64,
}

impl Weibull {
    /// From shape k (0.05 to 1e3) and scale λ (positive).
    pub fn new(shape: f64, scale: f64) -> Result<Self, SamplerError> {
        let check = Check("weibull");
        let range = "between 0.05 and 1e3";
        check.that((0.05..=1e3).contains(&shape), "shape", shape, range)?;
        Ok(Self { shape, scale: check.positive("scale", scale)? })
    }

    /// A variate.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        flushed(self.scale * math::pow(stream.exponential(), 1.0 / self.shape))
    }

    /// `λ·Γ(1 + 1/k)`.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.scale * self.raw_moment(1.0)
    }

    /// `λ²·(Γ(1 + 2/k) − Γ(1 + 1/k)²)`.
    #[must_use]
    pub fn variance(&self) -> f64 {
        math::square(self.scale) * (self.raw_moment(2.0) - math::square(self.raw_moment(1.0)))
    }

    /// Moment about zero at unit scale.
    fn raw_moment(&self, order: f64) -> f64 {
        math::exp(math::ln_gamma(1.0 + order / self.shape))
    }
}

/// Pareto distribution, survival `(x_m/x)^α` on x ≥ `x_m`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pareto {
    minimum: f64,
    tail: f64,
}

impl Pareto {
    /// From the minimum `x_m` (1e-50 to 1e50) and the tail index α (0.25 to 1e6).
    pub fn new(minimum: f64, tail: f64) -> Result<Self, SamplerError> {
        let check = Check("pareto");
        let bounds = 1e-50..=1e50;
        check.that(bounds.contains(&minimum), "minimum", minimum, "between 1e-50 and 1e50")?;
        check.that((0.25..=1e6).contains(&tail), "tail", tail, "between 0.25 and 1e6")?;
        Ok(Self { minimum, tail })
    }

    /// A variate.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.minimum * math::exp(stream.exponential() / self.tail)
    }

    /// `α·x_m/(α − 1)`; none for α ≤ 1.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.tail > 1.0).then(|| self.tail * self.minimum / (self.tail - 1.0))
    }

    /// `x_m²·α/((α − 1)²(α − 2))`; none for α ≤ 2.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let a = self.tail;
        (a > 2.0).then(|| math::square(self.minimum / (a - 1.0)) * a / (a - 2.0))
    }
}
