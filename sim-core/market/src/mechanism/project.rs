//! How long a stage of a project takes and what it costs. Decides nothing about who pays.
//!
//! A stage planned for T takes `T·F·N` of work: F lognormal, `F = m·e^{s·Φ⁻¹(u)}`, with median m and log standard deviation s (overruns of projects are
//! skewed with a long upper tail: Flyvbjerg and Gardner 2023), and N the number of times it is done when each fails with probability p, geometric:
//! `N = 1 + ⌊ln v / ln p⌋`. It costs `C·F^ε·N`. Mean factors are `E[F] = m·e^{s²/2}`, `E[N] = 1/(1 − p)`. One uniform each: who changes T or C redraws
//! nothing. A fab that has been done for x days makes `min(1, x/ramp)` of its output.

use autarky_engine::math;

use crate::entity::project::MilestoneParameters;
use crate::process::normal::normal_quantile;

/// What chance and plan make of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stage {
    /// Work until it is done, days at normal build speed.
    pub work: f64,
    /// What it costs, USD.
    pub cost: f64,
}

/// The factor F on the planned duration, from a uniform.
#[must_use]
pub fn delay_factor(terms: &MilestoneParameters, u: f64) -> f64 {
    if terms.delay_dispersion <= 0.0 {
        return terms.delay_median;
    }
    terms.delay_median * math::exp(terms.delay_dispersion * normal_quantile(u))
}

/// How often a stage is done, N, from a uniform above zero.
#[must_use]
pub fn attempts(failure: f64, v: f64) -> f64 {
    if failure <= 0.0 { 1.0 } else { 1.0 + (math::ln(v) / math::ln(failure)).floor() }
}

/// A stage planned to cost `planned`, from two uniforms.
#[must_use]
pub fn stage(terms: &MilestoneParameters, planned: f64, (u, v): (f64, f64)) -> Stage {
    let (factor, times) = (delay_factor(terms, u), attempts(terms.failure, v));
    let dearer = math::exp(terms.cost_elasticity * math::ln(factor));
    Stage { work: terms.duration * factor * times, cost: planned * dearer * times }
}

/// The work that a stage takes in the mean, days.
#[must_use]
pub fn expected_work(terms: &MilestoneParameters) -> f64 {
    let spread = 0.5 * terms.delay_dispersion * terms.delay_dispersion;
    terms.duration * terms.delay_median * math::exp(spread) / (1.0 - terms.failure)
}

/// The work that a stage still takes in the mean after `worked` days of it: given that it is not done, `E[F − x | F > x]` of the lognormal factor at
/// `x = worked/T` for the time at hand, and what failures add.
#[must_use]
pub fn expected_left(terms: &MilestoneParameters, worked: f64) -> f64 {
    let (x, s) = (worked / terms.duration, terms.delay_dispersion);
    let again = expected_work(terms) * terms.failure;
    let plain = terms.delay_median - x;
    if s <= 0.0 || x <= 0.0 {
        let mean = terms.delay_median * math::exp(0.5 * s * s) - x;
        return again + terms.duration * if mean > 0.0 { mean } else { 0.0 };
    }
    let z = math::ln(x / terms.delay_median) / s;
    let above = |z: f64| 0.5 * (1.0 - math::erf(z / std::f64::consts::SQRT_2));
    let reached = above(z);
    // Beyond seven standard deviations the ratio has no digits left.
    let mean = if reached > 1e-12 {
        terms.delay_median * math::exp(0.5 * s * s) * above(z - s) / reached - x
    } else {
        plain
    };
    again + terms.duration * if mean > 0.0 { mean } else { 0.0 }
}

/// Share of its full output that a fab makes `days` after it was done.
#[must_use]
pub fn ramped(days: f64, ramp: f64) -> f64 {
    if days >= ramp { 1.0 } else { (days / ramp).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(median: f64, dispersion: f64, elasticity: f64, failure: f64) -> MilestoneParameters {
        MilestoneParameters {
            duration: 100.0,
            delay_median: median,
            delay_dispersion: dispersion,
            cost_elasticity: elasticity,
            failure,
            ..MilestoneParameters::default()
        }
    }

    #[test]
    fn without_dispersion_and_failure_a_stage_is_as_planned() {
        let plan = terms(1.0, 0.0, 1.0, 0.0);
        assert_eq!(stage(&plan, 7.0, (0.99, 1e-9)), Stage { work: 100.0, cost: 7.0 });
    }

    /// Midpoints of equal parts of the unit interval: the sum is the integral but for the tails, 2 % of a log sd of 0.8 at 10,000 points.
    #[test]
    fn the_factor_has_the_stated_median_and_mean_and_the_cost_follows_it() {
        let plan = terms(1.3, 0.8, 2.0, 0.0);
        let (mut sum, n) = (0.0, 10_000);
        for i in 0..n {
            sum += delay_factor(&plan, (f64::from(i) + 0.5) / f64::from(n));
        }
        let mean = 1.3 * math::exp(0.32);
        assert!((sum / f64::from(n) / mean - 1.0).abs() < 0.02);
        assert!((expected_work(&plan) - 100.0 * mean).abs() < 1e-9);
        assert!((delay_factor(&plan, 0.5) - 1.3).abs() < 1e-12);
        let late = stage(&plan, 10.0, (0.975, 0.5));
        assert!((late.cost / 10.0 - (late.work / 100.0) * (late.work / 100.0)).abs() < 1e-9);
    }

    /// The conditional mean against a sum over the conditional quantiles, 2 % off for the cut tail.
    #[test]
    fn what_is_left_is_the_mean_of_those_that_are_not_done_and_grows_when_a_stage_is_long_overdue()
    {
        let plan = terms(1.2, 0.5, 1.0, 0.0);
        for worked in [40.0, 120.0, 250.0] {
            let (mut sum, mut count, n) = (0.0, 0.0, 20_000);
            for i in 0..n {
                let work = 100.0 * delay_factor(&plan, (f64::from(i) + 0.5) / f64::from(n));
                if work > worked {
                    (sum, count) = (sum + work - worked, count + 1.0);
                }
            }
            let left = expected_left(&plan, worked);
            assert!((left / (sum / count) - 1.0).abs() < 0.02, "{worked}: {left}");
        }
        assert!((expected_left(&plan, 0.0) - expected_work(&plan)).abs() < 1e-9);
        assert!(expected_left(&plan, 400.0) > expected_left(&plan, 200.0));
        assert!(expected_left(&plan, 1e9) <= 0.0);
        assert!((expected_left(&terms(1.5, 0.0, 1.0, 0.5), 50.0) - 250.0).abs() < 1e-9);
    }

    /// P(N > n) = pⁿ exactly, at the edges of the intervals of the uniform.
    #[test]
    fn a_stage_is_done_a_geometric_number_of_times() {
        for n in 1..6 {
            let edge = math::pow(0.3, f64::from(n));
            assert!((attempts(0.3, edge * 1.000_001) - f64::from(n)).abs() < 1e-12);
            assert!((attempts(0.3, edge * 0.999_999) - f64::from(n + 1)).abs() < 1e-12);
        }
        assert!((expected_work(&terms(1.0, 0.0, 1.0, 0.75)) - 400.0).abs() < 1e-9);
    }

    #[test]
    fn a_fab_ramps_linearly_from_nothing_to_all() {
        assert!(ramped(0.0, 200.0) <= 0.0 && (ramped(50.0, 200.0) - 0.25).abs() < 1e-12);
        assert!(
            (ramped(200.0, 200.0) - 1.0).abs() < 1e-12 && (ramped(0.0, 0.0) - 1.0).abs() < 1e-12
        );
        assert!(ramped(-1.0, 200.0) <= 0.0);
    }
}
