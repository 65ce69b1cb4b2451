//! No numbers, however odd, make an analysis panic.

use autarky_engine::stats::Welford;
use autarky_study::analysis::frontier::{Candidate, Objective, frontier};
use autarky_study::analysis::nested::{nested, nested_difference};
use autarky_study::analysis::pairs::compare;
use autarky_study::analysis::prim::{Dimension, Limit, Settings, discover, failing};
use autarky_study::analysis::stopping::Rule;
use autarky_study::analysis::{Direction, Resampling};
use proptest::collection::vec;
use proptest::prelude::*;

const FEW: Resampling = Resampling { seed: 0, resamples: 5 };

/// Any float, and often small integers, which tie.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), (-2_i8..3).prop_map(f64::from), Just(f64::NAN), Just(f64::MAX)]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Lower), Just(Direction::Higher)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn comparisons_and_frontiers_of_any_numbers_do_not_panic(
        rows in vec([number(), number(), number()], 0..60),
        direction in direction(),
    ) {
        let column = |c: usize| rows.iter().map(|row| row[c]).collect::<Vec<_>>();
        let [a, b, c] = [0, 1, 2].map(column);
        let policies: [(&str, &[f64]); 3] = [("a", &a), ("b", &b), ("c", &c)];
        if let Ok(all) = compare(&policies, "b", direction, FEW) {
            let _ = (all.table(), serde_json::to_string(&all).expect("plain numbers"));
            for against in &all.against {
                let beats = against.comparison.beats.expect("a direction");
                prop_assert_eq!(beats.wins + beats.losses + beats.ties, against.comparison.pairs);
                prop_assert!(beats.low <= beats.probability && beats.probability <= beats.high);
            }
        }
        if let Ok(all) = compare(&policies, "b", None, FEW) {
            let _ = (all.table(), serde_json::to_string(&all).expect("plain numbers"));
        }
        let objectives = [Objective { name: "x".to_owned(), direction }];
        let candidates = policies.map(|(name, x)| Candidate { name, outcomes: vec![x] });
        if let Ok(found) = frontier(&objectives, &candidates, FEW) {
            let _ = found.table();
        }
    }

    #[test]
    fn splits_and_looks_of_any_numbers_do_not_panic(
        draws in vec(vec(number(), 0..6), 0..8),
        (block, target, most) in (any::<u64>(), number(), any::<u64>()),
        done in any::<u64>(),
    ) {
        for split in [nested(&draws), nested_difference(&draws, &draws)].into_iter().flatten() {
            let _ = split.table();
        }
        let mut moments = Welford::new();
        for &x in draws.iter().flatten().filter(|x| x.abs() < 1e150) {
            moments.push(x);
        }
        if let Ok(rule) = Rule::new(block, target, most) {
            let _ = (rule.decide(done, &[("a", moments)]).sentences(), rule.next_look(done));
        }
    }

    #[test]
    fn discoveries_in_any_numbers_do_not_panic(
        rows in vec([number(), number(), number()], 0..60),
        share in 0.0..1.0_f64,
        direction in direction(),
    ) {
        let finite = |x: f64| if x.is_finite() { x } else { 0.0 };
        let x: Vec<Vec<f64>> = rows.iter().map(|row| vec![finite(row[0]), row[1].abs().min(2.0).floor()]).collect();
        let outcomes: Vec<f64> = rows.iter().map(|row| finite(row[2])).collect();
        let labels = Some(["a", "b", "c"].map(str::to_owned).to_vec());
        let dimensions = [
            Dimension { name: "x".to_owned(), labels: None },
            Dimension { name: "kind".to_owned(), labels },
        ];
        let settings = Settings { resampling: FEW, ..Settings::default() };
        if let Ok(fails) = failing(&outcomes, Limit::WorstShare(share), direction)
            && let Ok(found) = discover(&dimensions, &x, &fails, settings)
        {
            let _ = (found.table(), serde_json::to_string(&found).expect("plain numbers"));
            for part in &found.boxes {
                prop_assert!(part.holding.failures <= part.holding.points);
            }
        }
    }
}
