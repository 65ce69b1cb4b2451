//! Links abroad and the distance to what lies there.
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
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::id::PoolId;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use common::{Run, Size, add_pool, island, mean_and_error, pool, scenario, zone};

/// An island that buys from its own pool and from a cloud with regions at home and abroad.
fn reaching_out(links: i64, rate: f64, common_cause: f64) -> Scenario {
    let mut s = island();
    (s.horizon.years, s.horizon.tick) = (40.0, 7.0);
    let nation = s.nations.entry("FOC");
    nation.residency_critical = Residency::Any;
    (nation.links, nation.link_outage_rate) = (links, rate);
    (nation.link_outage_time, nation.link_common_cause) = (30.0, common_cause);
    add_pool(&mut s, "cloud", "AAA");
    let cloud = s.providers.entry("cloud");
    (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
    (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.5);
    cloud.zones = vec!["BBB".to_owned(), "FOC".to_owned()];
    s
}

fn served_by(world: &World, plan: &Blueprint, id: &str) -> f64 {
    world.served_to(plan, pool(plan, id), zone(plan, "FOC"))
}

/// Share of days on which the island can reach the outside, by replication.
fn connected(s: &Scenario) -> Vec<f64> {
    let plan = Blueprint::new(s).unwrap();
    let nation = zone(&plan, "FOC");
    let days = (s.horizon.years * 365.25) as u32;
    let share = |r| {
        let mut run = Run::new(&plan, 5, r);
        let up = |day: u32| run.to(f64::from(day)).connectivity.is_connected(nation);
        let looks = (1..days / 20).map(|i| 20 * i);
        let n = looks.clone().count() as f64;
        looks.map(up).filter(|up| *up).count() as f64 / n
    };
    (0..20).map(share).collect()
}

#[test]
fn while_all_links_are_down_only_what_is_at_home_serves() {
    let mut s = reaching_out(1, 2.0, 0.0);
    // A shortage without end, so that work waits.
    s.providers.entry("cloud").initial_coverage = 0.1;
    for vendor in ["va", "vb"] {
        s.vendors.entry(vendor).output = 0.0;
    }
    let plan = Blueprint::new(&s).unwrap();
    let nation = zone(&plan, "FOC");
    let mut run = Run::new(&plan, 3, 0);
    let (mut seen, mut given_up) = ([0, 0], 0.0);
    for week in 1..200 {
        let world = run.to(7.0 * f64::from(week));
        let up = world.connectivity.is_connected(nation);
        seen[usize::from(up)] += 1;
        given_up += world.market.given_up.iter().map(|(_, work)| work).sum::<f64>();
        assert_eq!(served_by(world, &plan, "cloud@BBB") > 0.0, up, "week {week}");
        assert!(served_by(world, &plan, "cloud@FOC") > 0.0, "the region at home goes on");
        assert!(served_by(world, &plan, "home") > 0.0);
        let cut = pool(&plan, "cloud@FOC");
        assert_eq!(
            world.has_access(&plan, cut, zone(&plan, "AAA")),
            up,
            "neither can others come in"
        );
        let elsewhere =
            (0..plan.pools.len()).map(PoolId::new).find(|p| *p == pool(&plan, "cloud@BBB"));
        assert!(world.has_access(&plan, elsewhere.unwrap(), zone(&plan, "AAA")), "others go on");
    }
    assert!(seen.iter().all(|&n| n > 5), "{seen:?}");
    assert!(given_up > 0.0, "what waited abroad is lost");
}

/// One link of rate λ and mean repair τ is up 1/(1+λτ) of the time; L links with a common cause
/// `(1 − Π own down)·(common up)`. Seed 5, 20 runs of 40 years; |z| < 5: a false alarm in 2e-4 with 19 degrees of freedom for each of three.
#[test]
fn links_are_up_as_long_as_the_alternating_renewal_process_says() {
    let up = |rate: f64| 1.0 / (1.0 + rate * 30.0 / 365.25);
    for (links, rate, beta) in [(1, 4.0, 0.0), (2, 6.0, 0.0), (3, 4.0, 0.5)] {
        let own_down = 1.0 - up(rate * (1.0 - beta));
        let theory = up(rate * beta) * (1.0 - own_down.powi(links as i32));
        let (mean, error) = mean_and_error(&connected(&reaching_out(links, rate, beta)));
        assert!(((mean - theory) / error).abs() < 5.0, "{links}: {mean} ± {error}, {theory}");
        assert!(error < 0.01, "a bias of five points would be seen");
    }
}

#[test]
fn more_links_help_against_single_failures_and_not_against_the_common_cause() {
    let share = |links, beta| mean_and_error(&connected(&reaching_out(links, 6.0, beta))).0;
    assert!(share(1, 0.0) + 0.1 < share(2, 0.0) && share(2, 0.0) < share(4, 0.0));
    assert!((share(1, 1.0) - share(4, 1.0)).abs() < 1e-12, "the same draws of the common cause");
}

#[test]
fn without_outages_the_number_of_links_changes_nothing_bit_for_bit() {
    let print = |links| {
        let mut s = reaching_out(links, 0.0, 0.3);
        s.horizon.years = 1.0;
        simulate(&Blueprint::new(&s).unwrap(), 3, 0, &StopFlag::new()).unwrap().fingerprint
    };
    assert_eq!(print(1), print(9));
}

/// Mean share of what the island is served that comes from abroad.
fn share_from_abroad(sensitivity: f64, latency: f64) -> f64 {
    let mut s = reaching_out(3, 0.0, 0.0);
    s.workloads.entry("inference").latency_sensitivity = sensitivity;
    for id in ["AAA", "BBB"] {
        s.nations.entry(id).latency_abroad = 0.0;
    }
    s.nations.entry("FOC").latency_abroad = latency;
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 3, 0);
    let world = run.to(100.0);
    let abroad = served_by(world, &plan, "cloud@BBB");
    abroad / (abroad + served_by(world, &plan, "cloud@FOC") + served_by(world, &plan, "home"))
}

#[test]
fn distance_moves_inference_home_and_only_where_it_is_minded() {
    let near = share_from_abroad(0.01, 0.0);
    assert!(
        share_from_abroad(0.01, 50.0) < near
            && share_from_abroad(0.01, 200.0) < share_from_abroad(0.01, 50.0)
    );
    assert_eq!(share_from_abroad(0.0, 200.0).to_bits(), near.to_bits());
}

#[test]
fn a_world_with_outages_of_links_keeps_its_books() {
    let mut s = scenario(Size { operators: 3, nodes: 12 });
    s.horizon.years = 2.0;
    let nation = s.nations.entry("FOC");
    (nation.links, nation.link_outage_rate) = (2, 5.0);
    let record = simulate(&Blueprint::new(&s).unwrap(), 8, 0, &StopFlag::new());
    assert!(record.is_ok(), "{record:?}");
}
