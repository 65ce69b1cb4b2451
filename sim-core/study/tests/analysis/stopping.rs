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
    let looks: Vec<u64> = (first..=12 * first).step_by(block as usize).collect();
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

/// The table of the rule holds the largest loss over targets and blocks. Recomputed here with 20,000 experiments at a first look of 40 and 4,000 at
/// 400 (their standard errors are below 2e-4), where it was largest with ten times as many: a false alarm, beyond 4.9 standard errors and
/// the rounding of the table, is rarer than in a million. Other targets and blocks must not exceed the table.
#[test]
fn coverage_losses_are_those_of_the_table() {
    let rule = |first: u64| Rule::new(first / 2, 1.0, 1 << 40).unwrap().expected_loss();
    let worst = [(40, 1, 1.5), (100, 50, 1.0), (200, 100, 1.0), (400, 200, 1.0)];
    for (first, block, ratio) in worst {
        let found = loss((first, block), ratio, 800_000 / first);
        let tolerance = 4.9 * found.standard_error().unwrap() + 1e-4;
        assert!((found.mean() - rule(first)).abs() < tolerance, "{first}: {}", found.mean());
    }
    for (first, block, ratio) in [(40, 20, 1.1), (40, 10, 3.0), (40, 1, 0.9), (100, 1, 1.25)] {
        let found = loss((first, block), ratio, 400_000 / first);
        let bound = rule(first) + 4.9 * found.standard_error().unwrap();
        assert!(found.mean() < bound, "{first}, {block}, {ratio}: {}", found.mean());
    }
}

/// Moments of `n` normal outcomes.
fn normals(n: u64, experiment: u64) -> Welford {
    let mut stream = stream("normals", experiment);
    let mut moments = Welford::new();
    for _ in 0..n {
        moments.push(stream.normal());
    }
    moments
}

#[test]
fn looks_are_at_fixed_numbers_of_replications() {
    let rule = |block, most| Rule::new(block, 0.1, most).unwrap();
    assert_eq!(
        [1, 10, 20, 25, 100].map(|block| rule(block, 1000).first_look()),
        [40, 40, 40, 50, 200]
    );
    let thirty = rule(30, 100);
    let looks = [0, 59, 60, 61, 90, 99, 100].map(|done| thirty.next_look(done));
    assert_eq!(looks, [Some(60), Some(60), Some(90), Some(90), Some(100), Some(100), None]);
    assert_eq!([59, 60, 89, 90, 99, 100].map(|done| thirty.look(done)), [0, 1, 1, 2, 2, 3]);
    assert_eq!(rule(100, 50).first_look(), 50);
    assert_eq!(rule(100, 50).decide(50, &[("a", normals(50, 0))]).coverage_lost, 0.0);
}

#[test]
fn it_stops_when_every_interval_is_narrow_and_only_at_a_look() {
    let rule = Rule::new(20, 0.4, 100).unwrap();
    let (narrow, mut wide) = (normals(60, 0), Welford::new());
    for i in 0..60 {
        wide.push(f64::from(i));
    }
    let decide = |done, followed: &[(&str, Welford)]| rule.decide(done, followed).decision;
    assert_eq!(decide(60, &[("a", narrow)]), Decision::Reached);
    assert_eq!(decide(59, &[("a", narrow)]), Decision::Continue);
    assert_eq!(decide(60, &[("a", narrow), ("b", wide)]), Decision::Continue);
    assert_eq!(decide(100, &[("a", narrow), ("b", wide)]), Decision::Exhausted);
    assert_eq!(decide(60, &[]), Decision::Continue);
    let look = rule.decide(60, &[("network less base", narrow)]);
    let text = look.sentences();
    assert!(text.starts_with("Stopped at look 2 of at most 4, 60 replications"), "{text}");
    assert!(text.contains("at most 0.4 points of coverage"), "{text}");
    assert_eq!(serde_json::to_value(&look).unwrap()["decision"], "reached");
}

#[test]
fn outcomes_that_are_all_equal_are_no_reason_to_stop() {
    let rule = Rule::new(20, 0.5, 100).unwrap();
    let (mut same, mut few) = (Welford::new(), Welford::new());
    for i in 0..60 {
        same.push(0.25);
        if i < 39 {
            few.push(f64::from(i % 2) * 0.01);
        }
    }
    let look = rule.decide(60, &[("a", same)]);
    assert_eq!((look.decision, look.followed[0].state), (Decision::Continue, Width::Constant));
    assert!(look.sentences().contains("all values are equal, which is no reason to stop"));
    let look = rule.decide(60, &[("a", few)]);
    assert_eq!((look.decision, look.followed[0].state), (Decision::Continue, Width::TooFew));
    assert_eq!(rule.decide(100, &[("a", same)]).decision, Decision::Exhausted);
}

/// 2,000 studies of normal outcomes, stopped by the rule where some 60 replications are needed: coverage of 95 % less at most the loss that is stated, within
/// 4.9 standard errors of 0.49 %.
#[test]
fn intervals_of_stopped_studies_cover_what_is_stated() {
    let rule = Rule::new(20, 0.25, 2000).unwrap();
    let mut covered = 0;
    for experiment in 0..2000 {
        let mut stream = stream("studies", experiment);
        let mut moments = Welford::new();
        loop {
            moments.push(stream.normal());
            if rule.decide(moments.count(), &[("a", moments)]).decision == Decision::Reached {
                break;
            }
        }
        covered += u64::from(moments.interval(0.95).unwrap().contains(0.0));
    }
    let share = covered as f64 / 2000.0;
    assert!(share > 0.95 - rule.expected_loss() - 0.024 && share < 0.974, "{share}");
}

#[test]
fn senseless_rules_are_refused() {
    let text = |block, target, most| Rule::new(block, target, most).unwrap_err().to_string();
    assert_eq!(text(0, 0.1, 100), "replications a block is 0, must be at least 1");
    assert_eq!(
        text(1, f64::NAN, 100),
        "target of the half-width is NaN, must be positive and finite"
    );
    assert_eq!(text(1, 0.1, 39), "most replications is 39, must be between 40 and 2^53");
    assert_eq!(FIRST_LOOK, 40);
}
