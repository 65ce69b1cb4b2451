//! Regions that clouds open and close: who gets one, what it costs, and that a dormant one changes nothing.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::nation::Residency;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind, ProviderParameters};
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::region::Stage;
use common::{Run, Size, add_pool, island, pool, scenario, zone};

/// The island of 1,000 H100e and a cloud of `AAA` that may open a region there, at no fixed cost, within a year.
fn candidate() -> Scenario {
    let mut s = island();
    s.horizon.tick = 7.0;
    add_pool(&mut s, "ca", "AAA");
    let cloud = ca(&mut s);
    (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
    (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.8);
    (cloud.region_entry, cloud.region_candidates) = (true, vec!["FOC".to_owned()]);
    (cloud.region_fixed_cost, cloud.region_minimum) = (0.0, 1.0);
    (cloud.region_review, cloud.region_build_time) = (30.0, 100.0);
    s
}

fn ca(s: &mut Scenario) -> &mut ProviderParameters {
    s.providers.entry("ca")
}

/// Whether the region is there after two years, and its nodes.
fn after_two_years(s: &Scenario) -> (bool, u32) {
    let plan = Blueprint::new(s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(730.0);
    let at = pool(&plan, "ca@FOC").at();
    (world.regions[at].stage == Stage::Open, world.pools[at].nodes)
}

#[test]
fn a_cloud_opens_a_region_where_it_pays_and_the_region_serves_the_zone() {
    let s = candidate();
    let plan = Blueprint::new(&s).unwrap();
    let at = pool(&plan, "ca@FOC");
    let mut run = Run::new(&plan, 1, 0);
    let before = run.to(129.0);
    assert_eq!((before.regions[at.at()].stage, before.pools[at.at()].nodes), (Stage::Building, 0));
    let after = run.to(730.0);
    assert!(after.regions[at.at()].stage == Stage::Open && after.pools[at.at()].nodes > 50);
    assert!(after.served_to(&plan, at, zone(&plan, "FOC")) > 50.0);
}

#[test]
fn small_states_get_no_region_and_large_ones_do() {
    let opened: Vec<bool> = [0.01, 0.1, 1.0, 3.0, 10.0]
        .into_iter()
        .map(|scale| {
            let mut s = candidate();
            // The world stays as it is beside the island.
            s.nations.entry("FOC").demand_scale = scale;
            s.demand.world = 2000.0 + 1000.0 * scale;
            s.providers.entry("ca").initial_coverage = 0.8;
            ca(&mut s).region_fixed_cost = 1.5e6;
            after_two_years(&s).0
        })
        .collect();
    assert!(!opened[0] && opened[4], "{opened:?}");
    assert!(opened.windows(2).all(|w| w[0] <= w[1]), "entry is monotone in demand: {opened:?}");
}

#[test]
fn a_higher_fixed_cost_never_opens_a_region() {
    let opened: Vec<bool> = [0.0, 1e5, 1e6, 1e7, 1e8]
        .into_iter()
        .map(|cost| {
            let mut s = candidate();
            ca(&mut s).region_fixed_cost = cost;
            after_two_years(&s).0
        })
        .collect();
    assert!(opened[0] && !opened[4], "{opened:?}");
    assert!(opened.windows(2).all(|w| w[0] >= w[1]), "{opened:?}");
}

/// Residency in the territory brings the work to the region: without sales from abroad counted, only that opens one.
#[test]
fn residency_in_the_territory_opens_a_region_that_sales_from_abroad_do_not() {
    let open = |residency| {
        let mut s = candidate();
        (ca(&mut s).region_at_risk, ca(&mut s).region_minimum) = (0.0, 20.0);
        s.nations.entry("FOC").residency_open = residency;
        after_two_years(&s).0
    };
    assert!(open(Residency::Territory) && !open(Residency::Any));
}

#[test]
fn a_region_that_stops_paying_orders_nothing_more_and_ends_with_its_last_node() {
    let mut s = candidate();
    // Nodes die after two years; demand falls by two thirds a year after the opening.
    (s.hardware.entry("ha").life, s.hardware.entry("hb").life) = (2.0, 2.0);
    (s.demand.growth_initial, s.demand.growth_long, s.demand.growth_time) = (0.3, -1.0, 1.0);
    let cloud = ca(&mut s);
    (cloud.region_fixed_cost, cloud.region_horizon) = (2e5, 1.0);
    let plan = Blueprint::new(&s).unwrap();
    let at = pool(&plan, "ca@FOC").at();
    let mut run = Run::new(&plan, 1, 0);
    let stages: Vec<Stage> =
        (0..36).map(|q| run.to(91.0 * f64::from(q)).regions[at].stage).collect();
    let seen = |stage| stages.iter().position(|s| *s == stage);
    let (open, closing) = (seen(Stage::Open).unwrap(), seen(Stage::Closing).unwrap());
    assert!(open < closing, "{stages:?}");
    assert_eq!(stages.last(), Some(&Stage::Dormant), "{stages:?}");
    assert_eq!(run.world().pools[at].nodes, 0);
}

/// Beside the same region at no cost: nothing before the opening, then a twelfth at the end of each month, from the cloud into the zone.
#[test]
fn the_fixed_cost_is_paid_monthly_from_the_opening_on_and_the_books_balance() {
    const COST: f64 = 1.2e5;
    let books = |cost, day| {
        let mut s = candidate();
        ca(&mut s).region_fixed_cost = cost;
        let plan = Blueprint::new(&s).unwrap();
        let mut run = Run::new(&plan, 1, 0);
        let world = run.to(day);
        world.ledger.check().unwrap();
        let at = pool(&plan, "ca@FOC");
        let account = world.accounts.providers[plan.pools[at.at()].provider.at()];
        let services = world.accounts.services[zone(&plan, "FOC").at()];
        let balance = [account, services].map(|a| world.ledger.balance(a));
        (world.regions[at.at()].opened.as_days(), balance)
    };
    let month = 365.25 / 12.0;
    for (day, months) in [(129.0, 0.0), (5.0 * month + 1.0, 1.0), (365.0, 7.0)] {
        let ((opened, with), (free, without)) = (books(COST, day), books(0.0, day));
        assert!((opened - free).abs() < 1e-9, "both open on the same day");
        let paid = months * COST / 12.0;
        assert!((without[0] - with[0] - paid).abs() < 0.01, "day {day}: {without:?} {with:?}");
        assert!((with[1] - without[1] - paid).abs() < 0.01, "day {day}: {without:?} {with:?}");
    }
}

/// A candidate zone that is never worth it leaves every number as it was; only its own reviews are added to the events.
#[test]
fn a_region_that_never_opens_changes_no_number() {
    let mut s = scenario(Size { operators: 3, nodes: 12 });
    s.horizon.years = 1.0;
    let bits = |s: &Scenario| {
        let record = simulate(&Blueprint::new(s).unwrap(), 5, 1, &StopFlag::new()).unwrap();
        record.series.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
    };
    let without = bits(&s);
    let cloud = s.providers.entry("c3");
    (cloud.region_candidates, cloud.region_fixed_cost) = (vec!["FOC".to_owned()], 1e15);
    assert_eq!(bits(&s), without, "candidates without entry");
    s.providers.entry("c3").region_entry = true;
    assert_eq!(bits(&s), without);
}

/// A zone's portfolio is divided among the pools that are there.
#[test]
fn a_candidate_takes_no_part_of_the_portfolio_of_its_zone() {
    let mut s = candidate();
    add_pool(&mut s, "own", "FOC");
    s.providers.entry("own").kind = ProviderKind::Cloud;
    let plan = Blueprint::new(&s).unwrap();
    let part = plan.pools[pool(&plan, "own").at()].portfolio_part;
    assert!((part - 1.0).abs() < 1e-12, "{part}");
}
