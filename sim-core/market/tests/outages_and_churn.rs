//! Sites that fail as a whole, and hosts that leave and return, against alternating renewal and two-state Markov theory.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::world::Churn;
use common::{Run, fleet, island, pool, t_statistic};

/// Theory: availability of an alternating renewal process, mtbf/(mtbf + mttr). Seed 7, 60 sites over ten years; |t| < 5 with 59
/// degrees of freedom: a false alarm in 2e5.
#[test]
fn sites_are_available_mtbf_over_mtbf_plus_mttr_and_take_all_their_nodes_with_them() {
    let mut s = island();
    let home = s.providers.entry("home");
    (home.sites_per_operator, home.outage_rate, home.outage_time) = (60, 12.0, 5.0);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[7; 60]);
    let mut run = Run::new(&plan, 7, 0);
    let mut up = vec![0.0; 60];
    run.to(100.0);
    let days = 100..3650;
    for day in days.clone() {
        let world = run.to(f64::from(day));
        for (sum, &is_up) in up.iter_mut().zip(&world.site_up) {
            *sum += f64::from(u8::from(is_up));
        }
        let sites = world.site_up.iter().filter(|up| **up).count();
        let compute = world.working_compute(&plan, pool(&plan, "home"));
        assert!((compute - 7.0 * sites as f64).abs() < 1e-9, "a site is all or nothing");
    }
    let shares: Vec<f64> = up.iter().map(|sum| sum / days.len() as f64).collect();
    let mtbf = 365.25 / 12.0;
    let t = t_statistic(&shares, mtbf / (mtbf + 5.0));
    assert!(t.abs() < 5.0, "t = {t}");
    assert!(t_statistic(&shares, mtbf / (mtbf + 6.5)).abs() > 5.0, "the test has power");
}

/// Offline nodes at midday on 800 days, and whether they were drawn as counts.
fn offline(nodes: u32, replication: u64) -> (Vec<f64>, bool) {
    let mut s = island();
    s.horizon.tick = 1.0;
    let home = s.providers.entry("home");
    (home.leave_rate, home.return_rate_offline) = (0.1, 0.4);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[nodes]);
    let mut run = Run::new(&plan, 13, replication);
    run.to(40.0);
    let path = (40..840).map(|day| {
        let world = run.to(f64::from(day) + 0.5);
        world.live.iter().map(|id| f64::from(world.cohorts[id.at()].offline)).sum()
    });
    let path = path.collect();
    let counts = matches!(run.world().cohorts[0].churn, Some(Churn::Counts { .. }));
    (path, counts)
}

/// Theory: two-state Markov chain with rates λ = 0.1 and μ = 0.4 a day: offline share λ/(λ+μ) = 0.2, autocovariance at lag one day
/// `n·0.2·0.8·e^{−(λ+μ)}`. Seed 13, 20 replications of 800 days for 39 nodes (clocks) and 41 (counts per tick); |t| < 6 with 19
/// degrees of freedom for each of four tests: a false alarm in 1e5 each.
#[test]
fn churn_has_the_same_share_and_memory_event_by_event_and_in_counts_per_tick() {
    for nodes in [39_u32, 41] {
        let n = f64::from(nodes);
        let (mean, variance) = (0.2 * n, 0.16 * n);
        let (mut shares, mut memories) = (Vec::new(), Vec::new());
        for replication in 0..20 {
            let (path, counts) = offline(nodes, replication);
            assert_eq!(counts, nodes == 41, "the threshold lies between the two cases");
            shares.push(path.iter().sum::<f64>() / path.len() as f64 / n);
            let cross = path.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>();
            memories.push(cross / (path.len() - 1) as f64 / variance);
        }
        let share = t_statistic(&shares, 0.2);
        assert!(share.abs() < 6.0, "{nodes} nodes: t = {share}");
        let memory = t_statistic(&memories, autarky_engine::math::exp(-0.5));
        assert!(memory.abs() < 6.0, "{nodes} nodes: t = {memory}");
        assert!(t_statistic(&shares, 0.22).abs() > 6.0, "the test has power");
        assert!(t_statistic(&memories, 0.75).abs() > 6.0, "the test has power");
    }
}
