//! Failure and repair against the machine-repair model (Palm 1947; finite-source birth–death process).
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use common::{Run, fleet, island, t_statistic, working};

/// M nodes, c crews, failure rate λ and mean repair time 1/μ.
#[derive(Debug, Clone, Copy)]
struct Case {
    nodes: u32,
    crews: u32,
    failure: f64,
    repair: f64,
}

const CASES: [Case; 4] = [
    Case { nodes: 20, crews: 2, failure: 2.0, repair: 0.1 },
    Case { nodes: 20, crews: 20, failure: 5.0, repair: 0.1 },
    Case { nodes: 8, crews: 1, failure: 2.0, repair: 0.05 },
    Case { nodes: 50, crews: 5, failure: 1.5, repair: 0.08 },
];

/// Stationary mean of working nodes: `p_n ∝ Π_{k<n} (M−k)λ / (min(k+1, c)μ)` failed nodes n.
fn theory(case: Case) -> f64 {
    let (mut weight, mut total, mut working) = (1.0, 0.0, 0.0);
    for failed in 0..=case.nodes {
        total += weight;
        working += weight * f64::from(case.nodes - failed);
        let birth = f64::from(case.nodes - failed) * case.failure;
        let death = f64::from((failed + 1).min(case.crews)) / case.repair;
        weight *= birth / death;
    }
    working / total
}

/// Time-averages of working nodes of 30 replications of 60 days, sampled ten times a day after two days of warm-up.
fn sample(case: Case) -> Vec<f64> {
    let mut s = island();
    s.hardware.entry("ha").failure_rate = case.failure;
    s.hardware.entry("ha").part_share = 0.0;
    s.providers.entry("home").repair_time = case.repair;
    s.nations.entry("FOC").crews = 1000.0 * f64::from(case.crews) / f64::from(case.nodes);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[case.nodes]);
    let average = |replication| {
        let mut run = Run::new(&plan, 41, replication);
        run.to(2.0);
        let days = 20..620;
        days.clone().map(|i| f64::from(working(run.to(f64::from(i) * 0.1)))).sum::<f64>()
            / days.len() as f64
    };
    (0..30).map(average).collect()
}

/// Theory: the closed form above. Seed 41, 30 replications, bound |t| < 5 with 29 degrees of freedom: a false alarm in 4e4 for each of the
/// four cases. The same bound rejects a failure rate that is wrong by 5 % in at least one case, so that a planted error of that size is found.
#[test]
fn working_nodes_are_those_of_the_machine_repair_model_and_five_percent_of_error_show() {
    let mut found = 0;
    for case in CASES {
        let sample = sample(case);
        let t = t_statistic(&sample, theory(case));
        assert!(t.abs() < 5.0, "{case:?}: t = {t}");
        for wrong in [0.95, 1.05] {
            let planted = Case { failure: case.failure * wrong, ..case };
            found += usize::from(t_statistic(&sample, theory(planted)).abs() > 5.0);
        }
    }
    assert!(found >= 6, "only {found} of 8 planted errors were found");
}
