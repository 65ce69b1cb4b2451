//! Orders, allocation, delivery, parts and the end of life.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::math;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::vendor::AllocationRule;
use autarky_market::scenario::Scenario;
use common::{Run, add_pool, fleet, island, pool, regime, t_statistic, working};

/// The island wants `nodes` nodes in its data centre, from vendor `va` alone.
fn ordering(nodes: f64) -> Scenario {
    let mut s = island();
    let home = s.providers.entry("home");
    (home.target_utilisation, home.vendor_mix) = (0.5, vec![("va".to_owned(), 1.0)]);
    let nation = s.nations.entry("FOC");
    (nation.portfolio_data_centre, nation.portfolio_network, nation.portfolio_cloud) =
        (1.0, 0.0, 0.0);
    nation.coverage = 0.5 * nodes / 1000.0;
    s
}

#[test]
fn the_pipeline_keeps_a_pool_from_ordering_twice() {
    let mut s = ordering(100.0);
    // A vendor that delivers after ten reviews.
    s.vendors.entry("va").delivery_time = 300.0;
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[10]);
    let mut run = Run::new(&plan, 1, 0);
    let home = pool(&plan, "home");
    for day in (40..1000).step_by(10) {
        let world = run.to(f64::from(day));
        let position = world.installed_compute(&plan, home) + world.pools[home.at()].pipeline();
        assert!((position - 100.0).abs() < 1e-9, "day {day}: {position}");
    }
    assert!((run.world().installed_compute(&plan, home) - 100.0).abs() < 1e-9);
}

#[test]
fn a_vintage_retires_exactly_at_the_end_of_its_life_and_is_replaced() {
    let mut s = island();
    s.hardware.entry("ha").life = 2.0;
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[10]);
    plan.initial[0].age = 100.0;
    let mut run = Run::new(&plan, 1, 0);
    assert_eq!(working(run.to(2.0 * 365.25 - 100.0 - 1e-6)), 10);
    assert_eq!(working(run.to(2.0 * 365.25 - 100.0)), 0);
    assert_eq!(run.world().node_books.retired, 10);
}

/// Deliveries of half a year share a cohort and its end of life: nodes may live a quarter of a year more or less, on the mean their life.
/// Stated error: nine days, for the last cohort, of which a part is counted: a tenth of the nodes by at most a quarter of a year.
#[test]
fn nodes_that_trickle_in_live_their_life_on_the_mean() {
    let mut s = ordering(10_000.0);
    s.demand.world = 30_000.0;
    s.nations.entry("FOC").coverage = 5.0;
    s.providers.entry("home").order_trigger = 0.0;
    s.hardware.entry("ha").life = 6.0;
    let vendor = s.vendors.entry("va");
    (vendor.output, vendor.stock_limit) = (1000.0, 0.0);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[]);
    let mut run = Run::new(&plan, 1, 0);
    let (mut installed, mut retired, mut days) = (0, 0, 0.0);
    for day in 1..=5 * 365 {
        let books = run.to(f64::from(day)).node_books;
        days -= f64::from(day) * (books.installed - installed) as f64;
        installed = books.installed;
    }
    for day in 5 * 365 + 1..=12 * 365 {
        let gone = run.to(f64::from(day)).node_books.retired.min(installed);
        days += f64::from(day) * (gone - retired) as f64;
        retired = gone;
    }
    assert!(retired == installed && installed > 4000);
    let life = days / installed as f64;
    assert!((life - 6.0 * 365.25).abs() < 9.0, "{life} days");
}

/// Theory: without parts each failure that needs one is final, so a node survives t days with e^{−λst}, s the share of failures that need a
/// part. Seed 5, 40 replications of 200 nodes; |t| < 5 with 39 degrees of freedom: a false alarm in 8e4.
#[test]
fn a_pool_without_spares_under_a_ban_loses_nodes_at_the_rate_of_theory() {
    let mut s = island();
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share) = (0.01, 0.25);
    let home = s.providers.entry("home");
    (home.spares, home.repair_time) = (0.0, 0.001);
    regime(&mut s, "ban", "AAA", 0.0);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[200]);
    let left = |replication| f64::from(working(Run::new(&plan, 5, replication).to(365.0))) / 200.0;
    let sample: Vec<f64> = (0..40).map(left).collect();
    let theory = math::exp(-0.01 * 0.25 * 365.0);
    let t = t_statistic(&sample, theory);
    assert!(t.abs() < 5.0, "t = {t}");
    assert!(t_statistic(&sample, 1.1 * theory).abs() > 5.0, "the test has power");
}

/// Theory: failures of n nodes over a life of two years with instant repair are Poisson with mean n∫λ·b(a)da; the bathtub b from 3 to 1 over the
/// first year and from 1 to 5 over the last integrates to (2 + 3)·365.25 days. Hazards step month by month, at the age of the month's start,
/// which shifts both slopes by half a month: (+1 − 2)·365.25/24 days. Seed 6, 40 replications; |t| < 5: a false alarm in 8e4.
#[test]
fn failures_over_a_life_follow_the_bathtub() {
    let mut s = island();
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share, hardware.life) = (0.01, 0.0, 2.0);
    (hardware.infant_hazard, hardware.wear_out_hazard) = (3.0, 5.0);
    s.providers.entry("home").repair_time = 1e-6;
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[50]);
    let failures =
        |replication| Run::new(&plan, 6, replication).to(740.0).node_books.failures as f64;
    let sample: Vec<f64> = (0..40).map(failures).collect();
    let year = 365.25;
    let theory = 50.0 * 0.01 * (5.0 * year + (2.0 - 4.0) * year / 24.0);
    let t = t_statistic(&sample, theory);
    assert!(t.abs() < 5.0, "t = {t}");
    assert!(t_statistic(&sample, 0.95 * theory).abs() > 5.0, "the test has power");
}

/// Share of their wanted nodes that a large buyer (20,000, `home`) and a small one (100, `small`, two weeks later) have after `days` of a
/// shortage: the vendor makes 2,000 a year.
fn equipped(rule: AllocationRule, days: f64) -> [f64; 2] {
    let mut s = ordering(20_000.0);
    (s.demand.world, s.demand.gdp_elasticity) = (201.0, 1.0);
    for (id, gdp) in [("FOC", 2e12), ("BBB", 1e10), ("AAA", 1.0)] {
        let nation = s.nations.entry(id);
        (nation.gdp, nation.coverage) = (gdp, 50.0);
        (nation.portfolio_data_centre, nation.portfolio_network) = (1.0, 0.0);
        nation.portfolio_cloud = 0.0;
    }
    add_pool(&mut s, "small", "BBB");
    let small = s.providers.entry("small");
    (small.target_utilisation, small.vendor_mix) = (0.5, vec![("va".to_owned(), 1.0)]);
    let vendor = s.vendors.entry("va");
    (vendor.allocation, vendor.output, vendor.stock_limit) = (rule, 2_000.0, 0.0);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[]);
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(days);
    [("home", 20_000.0), ("small", 100.0)]
        .map(|(id, wanted)| world.installed_compute(&plan, pool(&plan, id)) / wanted)
}

#[test]
fn in_a_shortage_the_small_buyer_is_served_last_under_largest_first() {
    let [large, small] = equipped(AllocationRule::LargestFirst, 3.0 * 365.25);
    assert!(large > 0.25 && small < 0.01, "{large} {small}");
}

/// Stated error: one node of the small buyer's hundred, and the two weeks of output (0.4 %) that the large one had alone.
#[test]
fn in_a_shortage_small_and_large_are_served_at_the_same_rate_under_proportional() {
    for years in [2.0, 4.0] {
        let [large, small] = equipped(AllocationRule::Proportional, years * 365.25);
        assert!(large > 0.15 && (large - small).abs() <= 0.015, "{large} {small}");
    }
}

/// A vendor of a hundredth of a node a week; `change` happens on day 50, when 7 % of a node is set aside.
fn slow(change: impl FnOnce(&mut Scenario)) -> (f64, f64, f64) {
    let mut s = ordering(1000.0);
    s.providers.entry("home").review_interval = 7.0;
    s.hardware.entry("ha").node_size = 100;
    let mut next = s.hardware.get("ha").unwrap().clone();
    (next.release, next.compute) = (next.release + 1e4, 2.5);
    *s.hardware.entry("ha2") = next;
    (s.vendors.entry("va").output, s.vendors.entry("va").stock_limit) = (52.1775, 3650.0);
    change(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[]);
    let mut run = Run::new(&plan, 1, 0);
    let before = run.to(49.5).vendors[0].books.made;
    let world = run.to(50.5);
    let set_aside: f64 = world.orders.iter().map(|o| o.credit * o.node_compute(&plan)).sum();
    assert!((world.vendors[0].books.made - before).abs() < 1e-12);
    (before, world.vendors[0].stock, set_aside)
}

#[test]
fn output_set_aside_for_an_order_returns_to_stock_when_a_ban_cancels_it() {
    let (made, stock, set_aside) = slow(|_| ());
    assert!(made > 5.0 && stock < 1.1 && (stock + set_aside - made).abs() < 1e-9);
    let (made, stock, set_aside) = slow(|s| regime(s, "ban", "AAA", 50.0));
    assert!((stock - made).abs() < 1e-9 && set_aside == 0.0, "{made} {stock} {set_aside}");
}

#[test]
fn output_set_aside_for_an_order_stays_with_it_when_it_changes_to_a_new_generation() {
    let (made, stock, set_aside) =
        slow(|s| s.hardware.entry("ha2").release = s.horizon.start + 50.0);
    assert!(made > 5.0 && stock < 1.1 && (stock + set_aside - made).abs() < 1e-9);
}

#[test]
fn an_order_below_the_minimum_lot_waits_for_the_next_ones_of_its_pool() {
    let mut s = ordering(100.0);
    (s.demand.growth_initial, s.demand.growth_long) = (0.3, 0.3);
    s.vendors.entry("va").minimum_lot = 20.0;
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[100]);
    let mut run = Run::new(&plan, 1, 0);
    let (mut waited, mut deliveries) = (0, Vec::new());
    for day in 1..1000 {
        let before = run.world().node_books.installed;
        let world = run.to(f64::from(day));
        let orders = || world.vendors[0].below_lot.iter().map(|id| world.orders.get(id.0).unwrap());
        let below: u32 = orders().map(|o| o.nodes).sum();
        assert!(below < 20, "{below}");
        waited = waited.max(orders().count());
        if day > 5 && world.node_books.installed > before {
            deliveries.push(world.node_books.installed - before);
        }
    }
    assert!(waited >= 2 && deliveries.len() > 3, "{waited} {deliveries:?}");
    assert!(deliveries.iter().all(|&nodes| nodes >= 20), "{deliveries:?}");
}

#[test]
fn what_is_delivered_to_a_network_fills_its_operators_towards_their_parts() {
    let mut s = ordering(1000.0);
    let home = s.providers.entry("home");
    (home.operators, home.operator_dispersion) = (20, 1.0);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[]);
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(365.0);
    for operator in &plan.operators {
        let nodes = |site: usize| world.at_site[site].iter().map(|c| world.cohorts[c.at()].nodes);
        let nodes: u32 = operator.sites.clone().flat_map(nodes).sum();
        assert!((f64::from(nodes) - 1000.0 * operator.weight).abs() <= 1.0, "{nodes}");
    }
}

/// Counted node by node: what stands in the state at the last sample, by kind of provider and vendor.
#[test]
fn the_recorded_capacity_is_that_of_a_count_of_all_nodes_by_kind_and_vendor() {
    let mut s = common::scenario(common::Size { operators: 4, nodes: 20 });
    s.horizon.years = 2.0;
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 3, 0);
    let world = run.to(f64::from(plan.timing.samples as u32) * plan.timing.sample.as_days());
    let (kinds, vendors) = (autarky_market::layout(&plan).kinds.len(), plan.vendors.len());
    let mut counted = vec![0.0; kinds * vendors];
    for id in &world.live {
        let cohort = &world.cohorts[id.at()];
        let pool = &plan.pools[world.sites[cohort.site.at()].pool.at()];
        if pool.zone == plan.focus[0] {
            let kind = plan.providers[pool.provider.at()].parameters.kind as usize;
            let vendor = plan.hardware[cohort.hardware.at()].vendor.at();
            counted[kind * vendors + vendor] +=
                f64::from(cohort.nodes) * cohort.node_compute(&plan);
        }
    }
    let recorded = &world.observers.capacity[(plan.timing.samples - 1) * kinds * vendors..];
    assert!(counted.iter().filter(|x| **x > 0.0).count() >= 4, "{counted:?}");
    for (found, expected) in recorded.iter().zip(&counted) {
        assert!((found - expected).abs() <= 1e-9 * expected, "{recorded:?} {counted:?}");
    }
}
