//! Claims about policies compared on common random numbers.

use autarky_study::analysis::pairs::{compare, compare_pair};
use autarky_study::analysis::{Direction, Resampling};

use super::stream;

const NAN: f64 = f64::NAN;
const FEW: Resampling = Resampling { seed: 0, resamples: 19 };

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} is not {b}");
}

#[test]
fn a_comparison_worked_by_hand_is_met() {
    let (a, b) = ([1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 1.0, 5.0]);
    let c = compare_pair(&a, &b, Direction::Lower, FEW).unwrap();
    assert_eq!((c.pairs, c.left_out), (4, 0));
    close(c.first.mean, 2.5);
    close(c.difference.mean, 0.0);
    // Variances 5/3, 3 and, of the difference, 2.
    close(c.difference.standard_error.unwrap(), (2.0_f64 / 4.0).sqrt());
    close(c.variance_removed.unwrap(), 4.0 / 7.0);
    close(c.equivalent_runs.unwrap(), 28.0 / 3.0);
    let beats = c.beats.expect("a direction");
    assert_eq!((beats.wins, beats.losses, beats.ties), (2, 1, 1));
    close(beats.probability, 0.5);
    let higher = compare_pair(&a, &b, Direction::Higher, FEW).unwrap().beats.expect("a direction");
    assert_eq!((higher.wins, higher.losses), (1, 2));
}

#[test]
fn regret_is_to_the_best_of_each_replication() {
    let (a, b) = ([1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 1.0, 5.0]);
    let all = compare(&[("a", &a), ("b", &b)], "b", Direction::Lower, FEW).unwrap();
    let [first, second] = [0, 1].map(|p: usize| all.policies[p].regret.unwrap());
    close(first.mean.mean, 0.5);
    close(second.mean.mean, 0.5);
    assert_eq!([first.largest, second.largest], [2.0, 1.0]);
    assert_eq!([first.best, second.best], [0.75, 0.5]);
}

#[test]
fn undefined_replications_are_left_out_and_counted() {
    let (a, b) = ([1.0, NAN, 3.0, 4.0], [2.0, 2.0, f64::INFINITY, 5.0]);
    let c = compare_pair(&a, &b, Direction::Lower, FEW).unwrap();
    assert_eq!((c.pairs, c.left_out), (2, 2));
    close(c.difference.mean, -1.0);
    assert_eq!((c.variance_removed, c.equivalent_runs), (Some(1.0), None));
    let all = compare(&[("a", &a), ("b", &b)], "a", Direction::Lower, FEW).unwrap();
    assert_eq!((all.complete, all.policies[0].replications), (2, 3));
    let text = all.table();
    assert!(text.contains("b: 2 replications undefined, left out"), "{text}");
    let json = serde_json::to_value(&all).unwrap();
    assert_eq!(json["against"][0]["comparison"]["beats"]["losses"], 2);
}

/// Wilson's interval of 8 in 10 at 95 % is 0.4901625 to 0.9433178 (Brown, Cai and DasGupta 2001).
#[test]
fn the_chance_to_beat_has_the_interval_of_wilson() {
    let a: Vec<f64> = (0..10).map(|r| f64::from(u8::from(r < 8))).collect();
    let beats = |b: &[f64]| compare_pair(&a, b, Direction::Higher, FEW).unwrap().beats.unwrap();
    let (some, none) = (beats(&[0.5; 10]), beats(&a));
    assert_eq!((none.ties, none.probability, none.low), (10, 0.0, 0.0));
    assert!((some.low - 0.490_162_5).abs() < 1e-7 && (some.high - 0.943_317_8).abs() < 1e-7);
}

#[test]
fn what_is_better_neither_way_has_the_same_difference_and_nothing_that_says_better() {
    let (a, b) = ([1.0, 2.0, 3.0, 4.0, NAN], [2.0, 2.0, 1.0, 5.0, 1.0]);
    let of = |direction: Option<Direction>| {
        compare(&[("a", &a), ("b", &b)], "b", direction, FEW).unwrap()
    };
    let (neither, lower) = (of(None), of(Some(Direction::Lower)));
    let (found, known) = (&neither.against[0].comparison, &lower.against[0].comparison);
    assert_eq!(
        (&found.difference, &found.first, found.variance_removed, found.pairs, found.left_out),
        (&known.difference, &known.first, known.variance_removed, known.pairs, known.left_out)
    );
    assert_eq!((neither.complete, &neither.policies[0].mean), (4, &lower.policies[0].mean));
    assert!(found.beats.is_none() && found.dominance.is_none() && found.difference_tail.is_none());
    assert!(neither.policies.iter().all(|p| p.regret.is_none() && p.tail.is_none()));
    let text = neither.table();
    assert!(text.starts_with("better neither way; 95 % intervals"), "{text}");
    let heads: Vec<&str> = text.lines().filter(|line| line.contains("mean")).collect();
    assert_eq!(heads[0].split_whitespace().collect::<Vec<_>>(), ["policy", "mean"]);
    assert!(heads[1].ends_with("mean  clear  variance removed  as many runs as"), "{text}");
    assert!(!text.contains("dominates") && !text.contains('–'), "{text}");
    assert!(text.contains("a: 1 replications undefined"), "{text}");
}

#[test]
fn each_misuse_is_refused_with_what_would_be_right() {
    let (a, b) = ([1.0, 2.0], [1.0, NAN]);
    let text = |policies: &[(&str, &[f64])], base: &str| {
        compare(policies, base, Direction::Lower, FEW).unwrap_err().to_string()
    };
    assert_eq!(
        text(&[("base", &a), ("network", &a)], "bsae"),
        "unknown policy `bsae`; did you mean `base`?"
    );
    assert_eq!(text(&[("base", &a), ("base", &a)], "base"), "policy `base` is given twice");
    assert_eq!(
        text(&[("base", &a), ("network", &a[..1])], "base"),
        "policy `network`: there are 1 values, must be 2"
    );
    assert_eq!(
        text(&[("base", &a), ("network", &b)], "base"),
        "replications in which both policies are defined: there are 1, at least 2 are needed"
    );
    let none = Resampling { seed: 0, resamples: 0 };
    assert!(compare_pair(&a, &a, Direction::Lower, none).is_err());
}

#[test]
fn equal_inputs_give_equal_bits_and_the_seed_matters() {
    let mut stream = stream("bits", 0);
    let a: Vec<f64> = (0..60).map(|_| stream.normal()).collect();
    let b: Vec<f64> = a.iter().map(|x| x + 0.3 * stream.normal()).collect();
    let with = |seed| {
        let resampling = Resampling { seed, resamples: 99 };
        compare_pair(&a, &b, Direction::Higher, resampling).unwrap()
    };
    assert_eq!(with(1), with(1));
    assert_ne!(with(1).dominance, with(2).dominance);
}
