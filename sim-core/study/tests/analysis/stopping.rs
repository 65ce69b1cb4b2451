//! Claims about the rule that stops a study.

use autarky_engine::math;
use autarky_engine::stats::{Welford, student_t_quantile};
use autarky_study::analysis::stopping::{Decision, FIRST_LOOK, Rule, Width};

use super::stream;

/// Coverage lost by a rule with first look `first` and block `block` at nominal 95 %, for normal outcomes and a target that a fixed number of `ratio · first`
/// replications would just reach: mean over experiments, and its standard error.
///
/// Given the variance S² at which the rule stops, the mean is independent of S² and covered with probability `2Φ(t S/σ) − 1` (Robbins 1959), so only
/// variances are drawn: `(n − 1) S²` grows by squares of independent standard normals (Helmert).
fn loss((first, block): (u64, u64), ratio: f64, experiments: u64) -> Welford {
    let looks: Vec<u64> =
        (0..).map(|k| first + k * block).take_while(|&n| n <= 12 * first).collect();
    let t: Vec<f64> =
        looks.iter().map(|&n| student_t_quantile(0.975, n - 1).expect("positive")).collect();
    let target = 1.959_963_984_540_054 / (ratio * first as f64).sqrt();
    let mut lost = Welford::new();
    for experiment in 0..experiments {
        let mut stream = stream("losses", experiment);
        let (mut squares, mut drawn) = (0.0, 1);
        for (&n, &t) in looks.iter().zip(&t) {
            while drawn < n {
                squares += math::square(stream.normal());
                drawn += 1;
            }
            let half = t * (squares / (n - 1) as f64).sqrt();
            if half / (n as f64).sqrt() <= target || Some(&n) == looks.last() {
                lost.push(0.95 - math::erf(half / std::f64::consts::SQRT_2));
                break;
            }
        }
    }
    lost
}

/// Targets, as multiples of the first look.
const RATIOS: [f64; 10] = [0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25, 1.5, 2.0, 3.0];

#[test]
#[ignore = "prints the table"]
fn print_table() {
    for first in [40, 100, 200, 400, 1000] {
        for block in [1, first / 4, first / 2] {
            let losses = RATIOS.map(|ratio| (ratio, loss((first, block), ratio, 40_000 * 40 / first)));
            let (ratio, loss) = losses.into_iter().max_by(|a, b| a.1.mean().total_cmp(&b.1.mean())).unwrap();
            println!("{:?} {:.5} ± {:.5} at {ratio}", (first, block), loss.mean(), loss.standard_error().unwrap());
        }
    }
}
