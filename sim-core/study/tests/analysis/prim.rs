//! Claims about scenario discovery.

use autarky_study::analysis::prim::{Dimension, Limit, Limits, Settings, discover, failing};
use autarky_study::analysis::{Direction, Resampling};

use super::stream;

fn numeric(count: usize) -> Vec<Dimension> {
    (0..count).map(|d| Dimension { name: format!("x{d}"), labels: None }).collect()
}

fn points(count: usize, dimensions: usize, experiment: u64) -> Vec<Vec<f64>> {
    let mut stream = stream("points", experiment);
    (0..count).map(|_| (0..dimensions).map(|_| stream.uniform()).collect()).collect()
}

fn settings(resamples: usize) -> Settings {
    Settings { resampling: Resampling { seed: 0, resamples }, ..Settings::default() }
}

/// 1,000 uniform points in five dimensions, of which those with x1 > 0.6 and x3 < 0.4 fail. A peel of a twentieth is about 0.02 wide where the box
/// ends, so limits within 0.05 are asked.
#[test]
fn a_planted_box_is_recovered() {
    let x = points(1000, 5, 0);
    let fails: Vec<bool> = x.iter().map(|p| p[1] > 0.6 && p[3] < 0.4).collect();
    let found = discover(&numeric(5), &x, &fails, settings(99)).unwrap();
    assert_eq!(found.boxes.len(), 1);
    let holding = found.boxes[0].holding;
    assert!(holding.coverage > 0.9 && holding.density > 0.9, "{holding:?}");
    let [one, three] = &found.boxes[0].conditions[..] else { panic!("{:?}", found.boxes[0]) };
    assert_eq!((one.name.as_str(), three.name.as_str()), ("x1", "x3"));
    let (
        Limits::Range { low: Some(low), high: None },
        Limits::Range { low: None, high: Some(high) },
    ) = (&one.limits, &three.limits)
    else {
        panic!("{found:?}")
    };
    assert!((low - 0.6).abs() < 0.05 && (high - 0.4).abs() < 0.05, "{low}, {high}");
    assert_eq!(found.boxes[0].p_value, 0.01);
    let trajectory = &found.boxes[0].trajectory;
    assert_eq!((trajectory[0].mass, trajectory[0].coverage), (1.0, 1.0));
    assert!(found.table().contains("x3 ≤ 0."), "{}", found.table());
}

/// The same with failures wrong at one point in ten: the box is met, less sharply.
#[test]
fn a_planted_box_is_recovered_through_noise() {
    let x = points(1000, 5, 1);
    let mut noise = stream("noise", 0);
    let fails: Vec<bool> =
        x.iter().map(|p| (p[1] > 0.6 && p[3] < 0.4) != (noise.uniform() < 0.1)).collect();
    let found = discover(&numeric(5), &x, &fails, settings(99)).unwrap();
    let first = &found.boxes[0];
    assert!(first.holding.density > 0.75 && first.holding.coverage > 0.55, "{:?}", first.holding);
    for (name, limit) in [("x1", 0.6), ("x3", 0.4)] {
        let condition = first.conditions.iter().find(|c| c.name == name).unwrap();
        let Limits::Range { low, high } = &condition.limits else { panic!("{condition:?}") };
        let end = if name == "x1" { low.unwrap() } else { high.unwrap() };
        assert!((end - limit).abs() < 0.08, "{condition:?}");
        assert!(condition.p_value <= 0.01, "{condition:?}");
    }
}

#[test]
fn two_planted_boxes_are_found_one_after_the_other() {
    let x = points(1500, 3, 2);
    let fails: Vec<bool> =
        x.iter().map(|p| (p[0] < 0.4 && p[1] < 0.5) || (p[0] > 0.85 && p[2] > 0.6)).collect();
    let found = discover(&numeric(3), &x, &fails, settings(99)).unwrap();
    assert_eq!(found.boxes.len(), 2, "{}", found.table());
    let together: f64 = found.boxes.iter().map(|b| b.holding.coverage).sum();
    assert!(together > 0.9 && found.boxes.iter().all(|b| b.holding.density > 0.85));
}

/// Failures in two of four categories of a vendor and above a price.
#[test]
fn categories_are_named_by_their_labels() {
    let mut x = points(600, 2, 3);
    for point in &mut x {
        point[0] = (4.0 * point[0]).floor();
    }
    let fails: Vec<bool> = x.iter().map(|p| [1.0, 3.0].contains(&p[0]) && p[1] > 0.5).collect();
    let labels = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
    let mut dimensions = numeric(2);
    dimensions[0] = Dimension { name: "vendor".to_owned(), labels: Some(labels) };
    let found = discover(&dimensions, &x, &fails, settings(99)).unwrap();
    let kept = Limits::Among(vec!["b".to_owned(), "d".to_owned()]);
    assert_eq!(found.boxes[0].conditions[0].limits, kept);
    assert!(found.boxes[0].holding.density > 0.9 && found.boxes[0].holding.coverage > 0.9);
    assert!(found.table().contains("vendor among b, d"), "{}", found.table());
}

/// Pure noise, 400 designs of 150 points in four dimensions, a quarter failing: with 19 shuffles a box has p ≤ 5 % in one design in twenty exactly, less
/// where searches tie. Bound of 4.9 standard errors: a false alarm in a million.
#[test]
fn pure_noise_is_told_from_boxes_at_the_stated_rate() {
    let (mut significant, mut quasi) = (0, 0);
    for experiment in 0..400 {
        let x = points(150, 4, 10 + experiment);
        let mut noise = stream("failures", experiment);
        let fails: Vec<bool> = x.iter().map(|_| noise.uniform() < 0.25).collect();
        let boxes = discover(&numeric(4), &x, &fails, settings(19)).unwrap().boxes;
        significant += u64::from(boxes.first().is_some_and(|b| b.p_value <= 0.05));
        quasi += u64::from(!boxes.is_empty());
    }
    assert!((1..=41).contains(&significant), "{significant} of 400");
    // What the shuffles are for: by quasi-p-values of at most 5 % alone there is a box in one design of four.
    assert!(quasi > 60, "{quasi} of 400");
}

#[test]
fn failure_is_by_value_or_by_the_worst_share() {
    let outcomes = [1.0, 4.0, 2.0, 3.0, 4.0];
    let by = |limit, direction| failing(&outcomes, limit, direction).unwrap();
    assert_eq!(by(Limit::Value(3.0), Direction::Lower), [false, true, false, false, true]);
    assert_eq!(by(Limit::Value(3.0), Direction::Higher), [true, false, true, false, false]);
    assert_eq!(by(Limit::WorstShare(0.2), Direction::Lower), [false, true, false, false, true]);
    assert_eq!(by(Limit::WorstShare(0.4), Direction::Higher), [true, false, true, false, false]);
    let error = failing(&outcomes, Limit::WorstShare(1.0), Direction::Lower).unwrap_err();
    assert_eq!(error.to_string(), "limit of failure is 1, must be above 0 and below 1");
    let error = failing(&[1.0, f64::NAN], Limit::Value(1.0), Direction::Lower).unwrap_err();
    assert_eq!(error.to_string(), "outcome of point 1 is NaN, must be finite");
}

#[test]
fn too_few_failures_all_failing_and_bad_points_are_refused() {
    let x = points(40, 2, 4);
    let text = |x: &[Vec<f64>], fails: &[bool]| {
        discover(&numeric(2), x, fails, settings(9)).unwrap_err().to_string()
    };
    let only = |count: usize| (0..40).map(|i| i < count).collect::<Vec<_>>();
    assert_eq!(text(&x, &only(9)), "points of 40 that fail: there are 9, at least 10 are needed");
    assert_eq!(
        text(&x, &only(40)),
        "points of 40 that succeed: there are 0, at least 10 are needed"
    );
    assert_eq!(text(&x, &[true]), "whether points fail: there are 1 values, must be 40");
    let mut bad = x.clone();
    bad[7][1] = f64::NAN;
    assert_eq!(text(&bad, &only(20)), "`x1` of point 7 is NaN, must be finite");
    bad[7] = vec![0.0];
    assert_eq!(text(&bad, &only(20)), "point 7: there are 1 values, must be 2");
    let labels = Some(vec!["a".to_owned()]);
    let dimensions = [Dimension { name: "kind".to_owned(), labels }];
    let rows = vec![vec![0.5]; 40];
    let error = discover(&dimensions, &rows, &only(20), settings(9)).unwrap_err().to_string();
    assert_eq!(error, "`kind` of point 0 is 0.5, must be the number of a category, from 0 on");
    let wide = Settings { alpha: 0.9, ..settings(9) };
    let error = discover(&numeric(2), &x, &only(20), wide).unwrap_err().to_string();
    assert_eq!(error, "share peeled at a time is 0.9, must be between 0.01 and 0.5");
}

/// A design of one level in a dimension has nothing to peel there, and constant designs have no box.
#[test]
fn a_design_that_does_not_vary_has_no_box() {
    let x = vec![vec![0.5]; 40];
    let fails: Vec<bool> = (0..40).map(|i| i % 2 == 0).collect();
    let found = discover(&numeric(1), &x, &fails, settings(9)).unwrap();
    assert!(found.boxes.is_empty());
    assert!(found.table().contains("No box"), "{}", found.table());
}
