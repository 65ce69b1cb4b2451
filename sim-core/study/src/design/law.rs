//! Distributions of uncertain parameters, each as the quantile function of a unit coordinate.
//!
//! Equations: `docs/studies/designs.md`. Elementary functions are the engine's, so that a quantile has the same bits
//! everywhere; the incomplete beta function is that of `statrs`, whose last bits the rounding of levels (see `axis.rs`) hides.

use autarky_engine::math;
use autarky_market::process::normal::normal_quantile;
use statrs::distribution::{Beta, ContinuousCDF as _};

/// Unit coordinates nearer to 0 or 1 than half a cell of 2^−32 are moved there, so that no quantile is infinite.
const EDGE: f64 = 1.0 / 8_589_934_592.0;

/// Bounds at which a distribution is cut, and rescaled between them.
pub(crate) type Cut = Option<(f64, f64)>;

/// A distribution, in the canonical unit of its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Law {
    Uniform { low: f64, high: f64 },
    LogUniform { low: f64, high: f64 },
    Normal { mean: f64, deviation: f64, cut: Cut },
    LogNormal { median: f64, sigma: f64, cut: Cut },
    Triangular { low: f64, mode: f64, high: f64 },
    Beta { a: f64, b: f64, low: f64, high: f64 },
}

impl Law {
    /// The value below which a share `u` in [0, 1] of the distribution lies.
    pub(crate) fn quantile(&self, u: f64) -> f64 {
        match *self {
            Self::Uniform { low, high } => between(low + u * (high - low), low, high),
            Self::LogUniform { low, high } => {
                let (a, b) = (math::ln(low), math::ln(high));
                between(math::exp(a + u * (b - a)), low, high)
            }
            Self::Normal { mean, deviation, cut } => {
                cut_quantile(u, cut, |x| (x - mean) / deviation, |z| mean + deviation * z)
            }
            Self::LogNormal { median, sigma, cut } => {
                let standard = |x: f64| {
                    if x > 0.0 { math::ln(x / median) / sigma } else { f64::NEG_INFINITY }
                };
                cut_quantile(u, cut, standard, |z| median * math::exp(sigma * z))
            }
            Self::Triangular { low, mode, high } => triangular(u, low, mode, high),
            Self::Beta { a, b, low, high } => {
                let share = Beta::new(a, b).map_or(u, |law| law.inverse_cdf(u));
                between(low + share * (high - low), low, high)
            }
        }
    }

    /// Whether bounds, modes and shapes are in the order that the distribution asks for.
    pub(crate) fn is_ordered(&self) -> bool {
        match *self {
            Self::Uniform { low, high } | Self::Beta { low, high, .. } => low < high,
            Self::LogUniform { low, high } => 0.0 < low && low < high,
            Self::Normal { cut, .. } | Self::LogNormal { cut, .. } => {
                cut.is_none_or(|(low, high)| low < high)
            }
            Self::Triangular { low, mode, high } => low <= mode && mode <= high && low < high,
        }
    }
}

fn between(x: f64, low: f64, high: f64) -> f64 {
    x.clamp(low, high)
}

/// Φ, with full relative precision in the lower tail.
fn normal_cdf(z: f64) -> f64 {
    0.5 * math::erfc(-z / std::f64::consts::SQRT_2)
}

/// The quantile of a normal variable under a monotone map, cut at bounds where there are some.
fn cut_quantile(
    u: f64,
    cut: Cut,
    standard: impl Fn(f64) -> f64,
    value: impl Fn(f64) -> f64,
) -> f64 {
    let Some((low, high)) = cut else {
        return value(normal_quantile(u.clamp(EDGE, 1.0 - EDGE)));
    };
    let (p, q) = (normal_cdf(standard(low)), normal_cdf(standard(high)));
    between(value(normal_quantile(p + u * (q - p))), low, high)
}

fn triangular(u: f64, low: f64, mode: f64, high: f64) -> f64 {
    let width = high - low;
    let x = if u * width < mode - low {
        low + math::sqrt(u * width * (mode - low))
    } else {
        high - math::sqrt((1.0 - u) * width * (high - mode))
    };
    between(x, low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{LogNormal, Normal, Triangular, Uniform};

    fn agrees(law: Law, reference: &impl Fn(f64) -> f64) {
        for i in 1..200 {
            let u = f64::from(i) / 200.0;
            let (x, y) = (law.quantile(u), reference(u));
            assert!((x - y).abs() <= 1e-9 * (1.0 + y.abs()), "{law:?} at {u}: {x} for {y}");
        }
    }

    #[test]
    fn quantiles_agree_with_statrs() {
        let uniform = Uniform::new(2.0, 5.0).unwrap();
        agrees(Law::Uniform { low: 2.0, high: 5.0 }, &|u| uniform.inverse_cdf(u));
        let normal = Normal::new(3.0, 0.5).unwrap();
        agrees(Law::Normal { mean: 3.0, deviation: 0.5, cut: None }, &|u| normal.inverse_cdf(u));
        let log_normal = LogNormal::new(2.0_f64.ln(), 0.7).unwrap();
        agrees(Law::LogNormal { median: 2.0, sigma: 0.7, cut: None }, &|u| {
            log_normal.inverse_cdf(u)
        });
        let triangular = Triangular::new(1.0, 6.0, 2.0).unwrap();
        agrees(Law::Triangular { low: 1.0, mode: 2.0, high: 6.0 }, &|u| triangular.inverse_cdf(u));
        agrees(Law::LogUniform { low: 0.1, high: 10.0 }, &|u| 0.1 * 100.0_f64.powf(u));
    }

    /// A Beta(2, 1) has F(x) = x².
    #[test]
    fn a_scaled_beta_has_the_quantiles_of_its_closed_form() {
        let law = Law::Beta { a: 2.0, b: 1.0, low: 10.0, high: 14.0 };
        agrees(law, &|u| 10.0 + 4.0 * u.sqrt());
    }

    /// F(x | cut) = (Φ(z) − Φ(a)) / (Φ(b) − Φ(a)) must give u back.
    #[test]
    fn a_cut_distribution_is_rescaled_between_its_bounds() {
        for law in [
            Law::Normal { mean: 1.0, deviation: 2.0, cut: Some((0.5, 2.0)) },
            Law::LogNormal { median: 1.0, sigma: 0.5, cut: Some((0.5, 2.0)) },
        ] {
            let z = |x: f64| match law {
                Law::Normal { .. } => (x - 1.0) / 2.0,
                _ => x.ln() / 0.5,
            };
            let (p, q) = (normal_cdf(z(0.5)), normal_cdf(z(2.0)));
            for i in 0..=100 {
                let u = f64::from(i) / 100.0;
                let x = law.quantile(u);
                assert!((0.5..=2.0).contains(&x));
                assert!(((normal_cdf(z(x)) - p) / (q - p) - u).abs() < 1e-12, "{law:?} at {u}");
            }
        }
    }

    #[test]
    fn no_quantile_is_infinite_at_the_ends() {
        for law in [
            Law::Normal { mean: 0.0, deviation: 1.0, cut: None },
            Law::LogNormal { median: 1.0, sigma: 1.0, cut: None },
        ] {
            assert!(law.quantile(0.0).is_finite() && law.quantile(1.0).is_finite());
            assert!(law.quantile(0.0) < law.quantile(0.01));
        }
    }
}
