//! Claims about variance by parameters and by shocks.

use autarky_engine::stats::Welford;
use autarky_study::analysis::nested::{nested, nested_difference};

use super::{assert_share, stream};

/// Draws with their effect of standard deviation `between`, replications of standard deviation `within` about it.
fn draws(sizes: &[usize], (between, within): (f64, f64), experiment: u64) -> Vec<Vec<f64>> {
    let mut stream = stream("nested", experiment);
    let draw = |&n: &usize| {
        let effect = between * stream.normal();
        (0..n).map(|_| effect + within * stream.normal()).collect()
    };
    sizes.iter().map(draw).collect()
}

/// MSE = 2, MSB = 2·(2² + 2²) = 16, so 7 by parameters; means 2 and 6 have standard deviation √8.
#[test]
fn a_split_worked_by_hand_is_met() {
    let split = nested(&[vec![1.0, 3.0], vec![5.0, f64::NAN, 7.0], vec![f64::NAN]]).unwrap();
    assert_eq!((split.draws, split.draws_left_out), (2, 1));
    assert_eq!((split.values, split.left_out, split.replications), (4, 2, (2, 2)));
    assert_eq!((split.mean.mean, split.mean.standard_error), (4.0, Some(2.0)));
    let parts = split.components.unwrap();
    assert!((parts.parameters - 7.0).abs() < 1e-12 && (parts.shocks - 2.0).abs() < 1e-12);
    assert!((parts.share_by_parameters.unwrap() - 7.0 / 9.0).abs() < 1e-12);
    assert!(split.table().contains("2 values undefined, left out"));
}

#[test]
fn a_negative_variance_is_set_to_zero_and_says_so() {
    let split = nested(&[vec![1.0, 3.0], vec![1.0, 3.0]]).unwrap();
    let parts = split.components.unwrap();
    assert!(parts.clipped && parts.parameters == 0.0);
    assert_eq!((parts.range_by_parameters.low, parts.range_by_parameters.high), (2.0, 2.0));
    assert!(split.table().contains("was negative and set to 0"));
}

#[test]
fn one_replication_a_draw_cannot_tell_the_two_apart() {
    let split = nested(&[vec![1.0], vec![3.0]]).unwrap();
    assert_eq!((split.components, split.mean.mean), (None, 2.0));
    assert!(split.table().contains("cannot be told apart"));
    let few = nested(&[vec![1.0, 2.0], vec![f64::NAN]]).unwrap_err().to_string();
    assert_eq!(few, "draws of parameters with a defined value: there are 1, at least 2 are needed");
}

/// 2,000 experiments of 12 draws with 2 to 6 replications, variances 4 and 1. The estimators are unbiased; a mean more than 4.9 standard errors off is a false alarm in a
/// million. It would find a bias of 4 %.
#[test]
fn the_two_variances_are_unbiased_with_unequal_draws() {
    let sizes: Vec<usize> = (0..12).map(|k| 2 + k % 5).collect();
    let (mut parameters, mut shocks) = (Welford::new(), Welford::new());
    for experiment in 0..2000 {
        let parts = nested(&draws(&sizes, (2.0, 1.0), experiment)).unwrap().components.unwrap();
        parameters.push(parts.parameters);
        shocks.push(parts.shocks);
    }
    for (estimates, truth) in [(parameters, 4.0), (shocks, 1.0)] {
        let z = (estimates.mean() - truth) / estimates.standard_error().unwrap();
        assert!(z.abs() < 4.9, "{} is not {truth}", estimates.mean());
    }
}

/// 4,000 experiments of 10 draws with 5 replications, equal variances: t with 9 degrees of freedom over means of draws is exact. An interval over all 50
/// values as if independent would cover some 68 %.
#[test]
fn the_interval_of_the_mean_covers_both_sources() {
    let within = |experiment: &u64| {
        let mean = nested(&draws(&[5; 10], (1.0, 1.0), *experiment)).unwrap().mean;
        mean.low.unwrap() <= 0.0 && mean.high.unwrap() >= 0.0
    };
    assert_share((0..4000).filter(within).count() as u64, 4000, 0.95);
}

/// 2,000 draws of 20 replications, standard deviations 1 and 3: 5 % quantiles at ∓1.645 and ∓1.645·√10 = ∓5.20. Their standard errors are 0.06 (by draws, drawn in) and
/// 0.1; means that are not drawn in would give ∓1.98.
#[test]
fn the_range_by_parameters_leaves_out_the_shocks() {
    let split = nested(&draws(&[20; 2000], (1.0, 3.0), 0)).unwrap();
    let alone = split.components.unwrap().range_by_parameters;
    for (found, truth, tolerance) in [
        (alone.low, -1.645, 0.3),
        (alone.high, 1.645, 0.3),
        (split.range.low, -5.2, 0.5),
        (split.range.high, 5.2, 0.5),
    ] {
        assert!((found - truth).abs() < tolerance, "{found} is not {truth}");
    }
}

#[test]
fn numbers_whose_squares_would_overflow_are_left_out() {
    let split = nested(&[vec![1.0, f64::MAX], vec![3.0, -f64::MAX]]).unwrap();
    assert_eq!((split.left_out, split.mean.mean), (2, 2.0));
}

#[test]
fn differences_drop_what_is_common() {
    let b = draws(&[3, 4, 5], (5.0, 2.0), 0);
    let a: Vec<Vec<f64>> = b.iter().map(|draw| draw.iter().map(|x| x + 1.0).collect()).collect();
    let split = nested_difference(&a, &b).unwrap();
    assert!((split.mean.mean - 1.0).abs() < 1e-12);
    assert!(split.components.unwrap().parameters < 1e-20);
    let error = nested_difference(&a, &b[..2]).unwrap_err().to_string();
    assert_eq!(error, "draws of the second policy: there are 2 values, must be 3");
}
