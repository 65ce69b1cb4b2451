//! A nation's demand divides by its own shares where it has some, and by the world's, with the same bits, where it has none.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::demand::{Class, Sensitivity};
use autarky_market::scenario::Scenario;
use autarky_market::validation;
use common::{SMALL_STATE, scenario};

fn shares(pairs: &[(&str, f64)]) -> Vec<(String, f64)> {
    pairs.iter().map(|(id, share)| ((*id).to_owned(), *share)).collect()
}

/// Demand of the focus nation by sensitivity and class.
fn demand(s: &Scenario) -> [[f64; 3]; 3] {
    let plan = Blueprint::new(s).unwrap();
    let nation = plan.nations.iter().position(|n| n.id == "FOC").unwrap();
    let mut out = [[0.0; 3]; 3];
    for segment in plan.segments.iter().filter(|x| x.nation.at() == nation) {
        out[segment.sensitivity][segment.class] = segment.demand;
    }
    out
}

#[test]
fn without_shares_of_its_own_a_nation_has_the_worlds_with_the_same_bits() {
    let s = scenario(SMALL_STATE);
    let plan = Blueprint::new(&s).unwrap();
    for segment in &plan.segments {
        let class = s.workloads.get(Class::ALL[segment.class].as_str()).unwrap().share;
        let kind = Sensitivity::ALL[segment.sensitivity].as_str();
        let kind = s.sensitivities.get(kind).unwrap().share;
        let expected = plan.nations[segment.nation.at()].demand * class * kind;
        assert_eq!(segment.demand.to_bits(), expected.to_bits());
    }
}

#[test]
fn own_shares_divide_the_same_demand_and_touch_no_other_nation() {
    let before = scenario(SMALL_STATE);
    let mut s = before.clone();
    let nation = s.nations.entry("FOC");
    nation.sensitivity_mix = shares(&[("critical", 0.5), ("open", 0.3), ("regulated", 0.2)]);
    nation.workload_mix_critical =
        shares(&[("fine_tuning", 0.1), ("inference", 0.8), ("training", 0.1)]);
    let (old, new) = (demand(&before), demand(&s));
    let total = |d: &[[f64; 3]; 3]| d.iter().flatten().sum::<f64>();
    assert!((total(&new) / total(&old) - 1.0).abs() < 1e-12, "demand is conserved");
    for (s, share) in [0.3, 0.2, 0.5].into_iter().enumerate() {
        let sum: f64 = new[s].iter().sum();
        assert!((sum / total(&new) - share).abs() < 1e-12, "sensitivity {s}");
    }
    let critical: f64 = new[2].iter().sum();
    for (k, share) in [0.8, 0.1, 0.1].into_iter().enumerate() {
        assert!((new[2][k] / critical - share).abs() < 1e-12, "class {k} of critical work");
    }
    let world = before.workloads.get("training").unwrap().share;
    let open: f64 = new[0].iter().sum();
    assert!((new[0][2] / open - world).abs() < 1e-12, "open work keeps the world's classes");
    let (old, new) = (Blueprint::new(&before).unwrap(), Blueprint::new(&s).unwrap());
    for (a, b) in old.segments.iter().zip(&new.segments) {
        if old.nations[a.nation.at()].id != "FOC" {
            assert_eq!(a.demand.to_bits(), b.demand.to_bits());
        }
    }
}

#[test]
fn shares_that_do_not_sum_to_one_are_a_problem_with_their_path() {
    for name in ["sensitivity_mix", "workload_mix.open", "workload_mix.critical"] {
        let mut s = scenario(SMALL_STATE);
        let nation = s.nations.entry("FOC");
        match name {
            "sensitivity_mix" => nation.sensitivity_mix = shares(&[("open", 0.9)]),
            "workload_mix.open" => nation.workload_mix_open = shares(&[("training", 0.4)]),
            _ => nation.workload_mix_critical = shares(&[("inference", 1.1)]),
        }
        let problems = validation::problems(&s);
        let path = format!("nation.FOC.{name}");
        assert!(problems.iter().any(|p| p.path == path), "{path}: {problems:?}");
    }
}
