//! Claims about value at risk and conditional value at risk.

use autarky_study::analysis::pairs::compare;
use autarky_study::analysis::{Direction, Resampling, Tail};

use super::{assert_share, stream};

fn tail(values: &[f64], direction: Direction) -> Option<Tail> {
    let resampling = Resampling { seed: 0, resamples: 1 };
    let all = compare(&[("a", values)], "a", direction, resampling).expect("one policy");
    all.policies[0].tail
}

#[test]
fn the_worse_tail_follows_the_direction() {
    let values: Vec<f64> = (1..=30).map(f64::from).collect();
    let low = tail(&values, Direction::Higher).unwrap();
    let high = tail(&values, Direction::Lower).unwrap();
    // One and a half replications: 1 and half of 2, 30 and half of 29.
    assert_eq!((low.value_at_risk, high.value_at_risk), (2.0, 29.0));
    assert!((low.conditional - 2.0 / 1.5).abs() < 1e-12);
    assert!((high.conditional - 44.5 / 1.5).abs() < 1e-12);
    assert_eq!((low.value_low, high.value_high), (None, None));
    assert!(low.value_high.unwrap() > 2.0 && high.value_low.unwrap() < 29.0);
    assert_eq!(tail(&values[..19], Direction::Lower), None);
}

/// Standard normals, n = 400, 1,000 experiments: the 95 % quantile is 1.644854 and the mean beyond it φ(1.644854)/0.05 = 2.062713. The order-statistic interval of
/// ranks 12 and 30 covers 96.19 % by the binomial distribution. The other one is asymptotic, so 90 % is asked, from which 1,000 experiments at
/// 93 % stay away with 3.7 standard errors; no t quantile but a normal one would give 91 %.
#[test]
fn intervals_of_the_tail_cover_its_true_values() {
    let (mut value, mut conditional) = (0, 0);
    for experiment in 0..1000 {
        let mut stream = stream("tail", experiment);
        let x: Vec<f64> = (0..400).map(|_| stream.normal()).collect();
        let tail = tail(&x, Direction::Lower).unwrap();
        let within = |low: Option<f64>, high: Option<f64>, truth: f64| {
            u64::from(low.unwrap() <= truth && truth <= high.unwrap())
        };
        value += within(tail.value_low, tail.value_high, 1.644_854);
        conditional += within(tail.conditional_low, tail.conditional_high, 2.062_713);
    }
    assert_share(value, 1000, 0.9619);
    assert!(conditional >= 900, "{conditional}");
}
