//! Confidence intervals by Student's t.

use std::f64::consts::{PI, SQRT_2};

use crate::math;

/// A confidence interval about an estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Half the width.
    pub half_width: f64,
    /// Confidence level in (0, 1).
    pub level: f64,
}

impl Interval {
    /// `estimate ± t·standard_error` with the (1 + level)/2 quantile of Student's t; none for no
    /// degrees of freedom or a level outside (0, 1).
    #[must_use]
    pub fn student_t(estimate: f64, standard_error: f64, degrees: u64, level: f64) -> Option<Self> {
        let t = student_t_quantile(0.5 + 0.5 * level, degrees).filter(|_| level > 0.0)?;
        Some(Self { estimate, half_width: t * standard_error, level })
    }

    /// Lower end.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.estimate - self.half_width
    }

    /// Upper end.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.estimate + self.half_width
    }

    /// Whether a value lies within, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.low()..=self.high()).contains(&value)
    }
}

/// Quantile of Student's t with `degrees` ≥ 1 of freedom at `probability` in (0, 1), within 1e-9
/// relative for probabilities in [1e-9, 1 − 1e-9]; none outside (0, 1).
///
/// Bisection on the two-sided tail. To 100,000 degrees that is the regularised incomplete beta
/// function, `P(|T| > t) = I_{ν/(ν+t²)}(ν/2, ½)`; beyond, Fisher's expansion about the normal
/// quantile (Abramowitz and Stegun 26.7.5), whose next term is below 1e-12 there.
#[must_use]
pub fn student_t_quantile(probability: f64, degrees: u64) -> Option<f64> {
    if degrees == 0 || !(probability > 0.0 && probability < 1.0) {
        return None;
    }
    let one_sided = if probability < 0.5 { probability } else { 1.0 - probability };
    let tail = 2.0 * one_sided;
    let nu = degrees as f64;
    let size = if degrees <= 100_000 {
        solve_tail(tail, |t| student_t_tail(t, nu))
    } else {
        fisher_expansion(solve_tail(tail, |z| math::erfc(z / SQRT_2)), nu)
    };
    Some(if probability < 0.5 { -size } else { size })
}

/// Where the decreasing function `tail` on t ≥ 0, with `tail(0)` = 1, takes a value.
fn solve_tail(value: f64, tail: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while tail(high) > value && high < 1e150 {
        low = high;
        high *= 2.0;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if tail(middle) > value {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// `t` from the normal quantile `z` in powers of 1/ν.
fn fisher_expansion(z: f64, nu: f64) -> f64 {
    let z2 = z * z;
    let first = (z2 + 1.0) / 4.0;
    let second = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z + z * (first + (second + third / nu) / nu) / nu
}

/// `P(|T| > t)`.
fn student_t_tail(t: f64, nu: f64) -> f64 {
    let a = 0.5 * nu;
    let t2 = t * t;
    let (x, rest) = (nu / (nu + t2), t2 / (nu + t2));
    // x^a·(1 − x)^½/B(a, ½)
    let front = math::exp(-a * math::ln_1p(t2 / nu)) * (rest / PI).sqrt() * gamma_ratio(a);
    if x < (a + 1.0) / (a + 2.5) {
        front * beta_fraction(a, 0.5, x) / a
    } else {
        1.0 - front * beta_fraction(0.5, a, rest) / 0.5
    }
}

/// `Γ(a + ½)/Γ(a)`: from `a` = 20 by its asymptotic series, free of cancellation.
fn gamma_ratio(a: f64) -> f64 {
    if a < 20.0 {
        return math::exp(math::ln_gamma(a + 0.5) - math::ln_gamma(a));
    }
    let y = 1.0 / a;
    let high = -21.0 / 32_768.0 - y * (399.0 / 262_144.0 - y * (869.0 / 4_194_304.0));
    let series = 1.0 - y * (1.0 / 8.0 - y * (1.0 / 128.0 + y * (5.0 / 1024.0 + y * high)));
    a.sqrt() * series
}

/// Continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-290;
    let guarded = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guarded(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    // The number of terms grows as √ν: some 500 at 100,000 degrees.
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / guarded(1.0 + coefficient * d);
            c = guarded(1.0 + coefficient / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}
