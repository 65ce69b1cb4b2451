//! Claims about the frontier of policies.

use autarky_engine::math;
use autarky_engine::stats::Welford;
use autarky_study::analysis::frontier::{Candidate, Objective, frontier};
use autarky_study::analysis::{Direction, Resampling};

use super::stream;

fn objectives() -> [Objective; 2] {
    let objective = |name: &str, direction| Objective { name: name.to_owned(), direction };
    [objective("fiscal_cost", Direction::Lower), objective("served_share", Direction::Higher)]
}

fn candidate<'a>(name: &'a str, outcomes: [&'a [f64]; 2]) -> Candidate<'a> {
    Candidate { name, outcomes: outcomes.to_vec() }
}

#[test]
fn the_dominated_are_found_and_by_whom() {
    let (low, high, nan) = ([1.0, 2.0, 9.0], [3.0, 4.0, 9.0], [3.0, 4.0, f64::NAN]);
    let candidates = [
        candidate("cheap", [&low, &low]),
        candidate("good", [&high, &high]),
        candidate("poor", [&nan, &low]),
        candidate("twin", [&low, &low]),
    ];
    let found = frontier(&objectives(), &candidates, Resampling::default()).unwrap();
    assert_eq!((found.replications, found.left_out), (2, 1));
    let on: Vec<bool> = found.candidates.iter().map(|place| place.on_frontier).collect();
    assert_eq!(on, [true, true, false, true]);
    assert_eq!(found.candidates[2].dominated_by, ["cheap", "good", "twin"]);
    let sure: Vec<f64> = found.candidates.iter().map(|place| place.probability).collect();
    assert_eq!(sure, [1.0, 1.0, 0.0, 1.0]);
    let text = found.table();
    assert!(
        text.contains("cheap, good, twin") && text.contains("1 replications undefined"),
        "{text}"
    );
}

/// B costs as much and serves less by a difference with mean m and standard error s; it is on the frontier in a resample with probability Φ(−m/s). Common noise is ten
/// times the difference, so that resampling A and B apart would give nearly 1/2. 2,000 resamples have a standard error of at most 1.1 %, the normal
/// approximation and, with 3,000 replications, the blocks add less than 1 %: 6.5 % is beyond 4.9 of them.
#[test]
fn the_probability_of_the_frontier_is_that_of_common_resamples() {
    for (n, experiment) in [(200, 0), (3000, 1)] {
        let mut stream = stream("frontier", experiment);
        let cost = vec![1.0; n];
        let (mut a, mut b, mut differences) = (Vec::new(), Vec::new(), Welford::new());
        for _ in 0..n {
            let (common, own) = (10.0 * stream.normal(), stream.normal());
            a.push(common);
            b.push(common + own - 0.8 / (n as f64).sqrt());
            differences.push(a[a.len() - 1] - b[b.len() - 1]);
        }
        let candidates = [candidate("a", [&cost, &a]), candidate("b", [&cost, &b])];
        let resampling = Resampling { seed: 1, resamples: 2000 };
        let found = frontier(&objectives(), &candidates, resampling).unwrap();
        let z = differences.mean() / differences.standard_error().unwrap();
        let theory = 0.5 * math::erfc(z / std::f64::consts::SQRT_2);
        let probability = found.candidates[1].probability;
        assert!((probability - theory).abs() < 0.065, "{probability} is not {theory}");
        assert!((theory - 0.5).abs() > 0.1, "the seed tells the two apart");
    }
}

#[test]
fn what_is_not_rectangular_is_refused() {
    let (x, short) = ([1.0, 2.0], [1.0]);
    let text = |candidates: &[Candidate<'_>]| {
        frontier(&objectives(), candidates, Resampling::default()).unwrap_err().to_string()
    };
    assert_eq!(text(&[candidate("a", [&x, &x])]), "candidates: there are 1, at least 2 are needed");
    assert_eq!(
        text(&[candidate("a", [&x, &x]), candidate("b", [&x, &short])]),
        "replications of `served_share` of candidate `b`: there are 1 values, must be 2"
    );
    assert_eq!(
        text(&[candidate("a", [&x, &x]), candidate("a", [&x, &x])]),
        "candidate `a` is given twice"
    );
    let one = Candidate { name: "b", outcomes: vec![&x] };
    assert_eq!(
        text(&[candidate("a", [&x, &x]), one]),
        "objectives of candidate `b`: there are 1 values, must be 2"
    );
}
