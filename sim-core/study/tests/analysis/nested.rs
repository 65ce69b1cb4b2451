//! Claims about variance by parameters and by shocks.

use autarky_engine::stats::Welford;
use autarky_study::analysis::nested::{nested, nested_difference};

use super::stream;

/// Draws by replications: effects of draws, shocks that all draws share, and what is left, with these standard deviations.
fn draws(
    (k, n): (usize, usize),
    [by_draw, shared, rest]: [f64; 3],
    experiment: u64,
) -> Vec<Vec<f64>> {
    let mut stream = stream("nested", experiment);
    let shocks: Vec<f64> = (0..n).map(|_| shared * stream.normal()).collect();
    let mut draw = || {
        let effect = by_draw * stream.normal();
        shocks.iter().map(|shock| effect + shock + rest * stream.normal()).collect()
    };
    (0..k).map(|_| draw()).collect()
}

/// Rows 1, 3 and 5, 9: row means 2 and 7, column means 3 and 6, mean 4.5. MSB = 2·(2.5² + 2.5²) = 25, MSC = 2·(1.5² + 1.5²) = 9, MSE = 4·0.5² = 1. So 12 by parameters, 4
/// common, 1 of the rest; the mean's variance is (25 + 9 − 1)/4.
#[test]
fn a_split_worked_by_hand_is_met() {
    let split = nested(&[vec![1.0, 3.0, 2.0], vec![5.0, 9.0, f64::NAN], vec![f64::NAN]]).unwrap();
    assert_eq!((split.draws, split.draws_left_out), (2, 1));
    assert_eq!((split.values, split.left_out, split.replications), (4, 3, 2));
    assert!((split.mean.mean - 4.5).abs() < 1e-12);
    assert!((split.mean.standard_error.unwrap() - 8.25_f64.sqrt()).abs() < 1e-12);
    let parts = split.components.unwrap();
    assert!((parts.parameters - 12.0).abs() < 1e-12 && (parts.shocks - 5.0).abs() < 1e-12);
    assert!((parts.common - 4.0).abs() < 1e-12);
    assert!((parts.share_by_parameters.unwrap() - 12.0 / 17.0).abs() < 1e-12);
    assert!(split.table().contains("3 values undefined, left out"));
}

/// Draws that differ in nothing leave the shocks, which all share: two replications at 1 and 3, as many degrees of freedom as they have.
#[test]
fn the_interval_of_draws_that_agree_is_that_of_their_shocks() {
    let split = nested(&[vec![1.0, 3.0], vec![1.0, 3.0], vec![1.0, 3.0]]).unwrap();
    let parts = split.components.unwrap();
    assert_eq!((parts.parameters, parts.shocks, parts.common), (0.0, 2.0, 2.0));
    assert_eq!((parts.range_by_parameters.low, parts.range_by_parameters.high), (2.0, 2.0));
    assert_eq!(split.mean.standard_error, Some(1.0));
    assert!(
        (split.mean.high.unwrap() - 2.0 - 12.706_204_7).abs() < 1e-6,
        "t with one degree of freedom"
    );
}

#[test]
fn a_negative_variance_is_set_to_zero_and_says_so() {
    let split = nested(&[vec![1.0, 3.0], vec![3.0, 1.0]]).unwrap();
    let parts = split.components.unwrap();
    assert!(parts.clipped && parts.parameters == 0.0);
    assert!(split.table().contains("was negative and set to 0"));
}

#[test]
fn one_replication_tells_nothing_apart_and_has_no_interval() {
    let split = nested(&[vec![1.0], vec![3.0]]).unwrap();
    assert_eq!((split.components, split.mean.mean, split.mean.low), (None, 2.0, None));
    assert!(split.table().contains("cannot be told apart"));
    let few = nested(&[vec![1.0, 2.0], vec![f64::NAN]]).unwrap_err().to_string();
    assert_eq!(few, "draws of parameters with a defined value: there are 1, at least 2 are needed");
    let none = nested(&[vec![1.0, f64::NAN], vec![f64::NAN, 2.0]]).unwrap_err().to_string();
    assert_eq!(
        none,
        "replications that are defined in every draw: there are 0, at least 1 are needed"
    );
}

/// 2,000 experiments of 12 draws by 6 replications, variances 4 by draws, 2 shared, 1 of the rest. The estimators are unbiased where nothing is clipped, as here but for
/// a few in a thousand; a mean more than 4.9 standard errors off is a false alarm in a million. It would find a bias of 4 %.
#[test]
fn the_two_variances_are_unbiased() {
    let (mut parameters, mut shocks) = (Welford::new(), Welford::new());
    for experiment in 0..2000 {
        let table = draws((12, 6), [2.0, 2.0_f64.sqrt(), 1.0], experiment);
        let parts = nested(&table).unwrap().components.unwrap();
        parameters.push(parts.parameters);
        shocks.push(parts.shocks);
    }
    for (estimates, truth) in [(parameters, 4.0), (shocks, 3.0)] {
        let z = (estimates.mean() - truth) / estimates.standard_error().unwrap();
        assert!(z.abs() < 4.9, "{} is not {truth}", estimates.mean());
    }
}

/// 4,000 experiments each of 10 draws by 10 replications. Satterthwaite's interval is not exact: it covers 93 % to 98 % here. The interval over means of draws alone would cover
/// some 83 %, 33 % and 95 %.
#[test]
fn the_interval_of_the_mean_covers_both_sources() {
    for sizes in [[1.0, 1.0, 1.0], [0.2, 1.0, 0.2], [1.0, 0.0, 1.0]] {
        let within = |experiment: &u64| {
            let mean = nested(&draws((10, 10), sizes, *experiment)).unwrap().mean;
            mean.low.unwrap() <= 0.0 && mean.high.unwrap() >= 0.0
        };
        let covered = (0..4000).filter(within).count() as f64 / 4000.0;
        assert!((0.93..0.98).contains(&covered), "{sizes:?}: {covered}");
    }
}

/// 2,000 draws of 20 replications, standard deviations 1 and 3: 5 % quantiles at ∓1.645 and ∓1.645·√10 = ∓5.20. Their standard errors are 0.06 (by draws, drawn in) and
/// 0.1; means that are not drawn in would give ∓1.98.
#[test]
fn the_range_by_parameters_leaves_out_the_shocks() {
    let split = nested(&draws((2000, 20), [1.0, 0.0, 3.0], 0)).unwrap();
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
    let b = draws((3, 4), [5.0, 1.0, 2.0], 0);
    let a: Vec<Vec<f64>> = b.iter().map(|draw| draw.iter().map(|x| x + 1.0).collect()).collect();
    let split = nested_difference(&a, &b).unwrap();
    assert!((split.mean.mean - 1.0).abs() < 1e-12);
    assert!(split.components.unwrap().parameters < 1e-20);
    let error = nested_difference(&a, &b[..2]).unwrap_err().to_string();
    assert_eq!(error, "draws of the second policy: there are 2 values, must be 3");
}
