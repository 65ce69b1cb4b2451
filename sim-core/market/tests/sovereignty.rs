//! The withdrawal test on hand-made states.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::controller::Scope;
use autarky_market::entity::nation::Residency;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::metric::sovereignty::{Projection, TestResult, Weakest};
use autarky_market::record::Layer;
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use common::{Run, Size, add_pool, fleet, island, regime, scenario, zone};

fn tested(world: &World, plan: &Blueprint, day: f64) -> Weakest {
    Projection::new(world, plan, day).test(world, plan, plan.focus[0])
}

/// The three results of an actor, by horizon.
fn of<'a>(weakest: &'a Weakest, plan: &Blueprint, id: &str) -> &'a [TestResult] {
    let at = plan.actors.iter().position(|a| a.actor.id == id).unwrap();
    &weakest.results[3 * at..3 * at + 3]
}

/// An island with 100 nodes of `ha` and a critical need of some 100 to 200 H100e.
fn failing() -> Scenario {
    let mut s = island();
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share) = (0.002, 0.5);
    s.vendors.entry("va").service_erosion = 0.0;
    s
}

fn state(s: &Scenario, nodes: &[u32], day: f64) -> (Blueprint, World) {
    let mut plan = Blueprint::new(s).unwrap();
    if !nodes.is_empty() {
        fleet(&mut plan, nodes);
    }
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(day).clone();
    (plan, world)
}

#[test]
fn levels_and_losses_are_shares_and_no_withdrawal_helps() {
    let mut s = scenario(Size { operators: 5, nodes: 12 });
    s.horizon.years = 3.0;
    regime(&mut s, "ban", "AAA", 400.0);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 3, 0);
    for quarter in 0..12 {
        let day = 91.0 * f64::from(quarter) + 1.0;
        let weakest = tested(run.to(day), &plan, day);
        for (i, result) in weakest.results.iter().enumerate() {
            let baseline = weakest.baseline[i % 3];
            assert!((0.0..=1.0).contains(&result.level), "{result:?}");
            assert!((0.0..=1.0).contains(&baseline), "{baseline:?}");
            assert!((-1e-12..=1.0).contains(&result.loss), "{result:?}");
            assert!(result.level <= baseline + 1e-12);
            assert_eq!(result.layer == Layer::None, result.loss <= 1e-12, "{result:?}");
        }
    }
}

#[test]
fn a_vendors_withdrawal_is_not_felt_on_the_first_day_and_then_ever_more() {
    let (plan, world) = state(&failing(), &[100], 1.0);
    let weakest = tested(&world, &plan, 1.0);
    for id in ["va", "AAA"] {
        let [today, month, year] = of(&weakest, &plan, id) else { panic!("three horizons") };
        assert!(today.loss.abs() < 1e-12 && today.layer == Layer::None);
        assert!(month.loss >= today.loss && year.loss > month.loss + 0.01, "{month:?} {year:?}");
        assert_eq!(year.layer, Layer::Chips);
    }
    assert!(of(&weakest, &plan, "vb").iter().all(|r| r.loss.abs() < 1e-12));
}

#[test]
fn spares_on_the_shelf_raise_the_level_after_a_year_strictly() {
    let level = |spares| {
        let mut s = failing();
        s.providers.entry("home").spares = spares;
        let (plan, world) = state(&s, &[100], 1.0);
        of(&tested(&world, &plan, 1.0), &plan, "va")[2].level
    };
    let levels = [0.0, 0.05, 0.1, 0.2].map(level);
    assert!(levels.windows(2).all(|w| w[1] > w[0] + 1e-3), "{levels:?}");
    assert!((level(2.0) - level(3.0)).abs() < 1e-12, "enough is enough");
}

/// Of the failures that need a part those of the last 14 days (the time a part takes) wait for one when parts come, all when none come: with
/// demand beyond capacity `e^{−λsr(h−14)}` of the level is left, r the share of the time that a node is not in repair.
#[test]
fn the_projection_without_parts_is_the_decay_of_theory() {
    let mut s = failing();
    s.providers.entry("home").spares = 0.0;
    s.nations.entry("FOC").crews = 1000.0;
    let working = 1.0 / 1.002;
    let (plan, world) = state(&s, &[100], 0.0);
    let weakest = tested(&world, &plan, 0.0);
    assert!(weakest.baseline[2] < 1.0);
    for (h, days) in [0.0, 30.0, 365.0].into_iter().enumerate() {
        let left = of(&weakest, &plan, "va")[h].level / weakest.baseline[h];
        let without = if days > 14.0 { days - 14.0 } else { 0.0 };
        assert!(
            (left - autarky_engine::math::exp(-0.001 * working * without)).abs() < 1e-12,
            "{left}"
        );
    }
}

#[test]
fn a_state_with_a_vendor_of_its_own_loses_nothing() {
    let mut s = failing();
    s.vendors.entry("va").home = "FOC".to_owned();
    let (plan, world) = state(&s, &[100], 1.0);
    let weakest = tested(&world, &plan, 1.0);
    for (actor, results) in plan.actors.iter().zip(weakest.results.chunks(3)) {
        let unhurt = results.iter().all(|r| r.loss.abs() < 1e-12 && r.layer == Layer::None);
        assert!(unhurt || !actor.is_foreign(), "{:?}", actor.actor);
    }
    assert!(weakest.level.iter().zip(weakest.baseline).all(|(a, b)| (a - b).abs() < 1e-12));
}

/// A cloud of `AAA` with regions in `BBB` and `FOC`, from which the island buys; no pool of its own has nodes.
fn rented(residency: Residency) -> (Blueprint, World) {
    let mut s = failing();
    s.nations.entry("FOC").residency_critical = residency;
    s.providers.entry("home").initial_coverage = 0.0;
    add_pool(&mut s, "cloud", "AAA");
    let cloud = s.providers.entry("cloud");
    (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
    (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.1);
    cloud.zones = vec!["BBB".to_owned(), "FOC".to_owned()];
    state(&s, &[], 1.0)
}

#[test]
fn the_binding_layer_of_a_rented_service_is_the_control_plane_and_of_a_host_its_facilities() {
    let (plan, world) = rented(Residency::Any);
    let weakest = tested(&world, &plan, 1.0);
    assert!(weakest.baseline[0] > 0.1, "{:?}", weakest.baseline);
    for id in ["cloud", "AAA"] {
        let today = of(&weakest, &plan, id)[0];
        assert!(today.level.abs() < 1e-12, "the whole service stops at once: {today:?}");
        assert_eq!(today.layer, Layer::ControlPlane);
    }
    let host = of(&weakest, &plan, "BBB").last().unwrap();
    assert!(host.loss >= 0.0);
    let hosts: Vec<_> = plan.actors.iter().zip(weakest.results.chunks(3)).collect();
    let by_host = |id: &str| {
        let host = |a: &&(_, _)| {
            let (actor, _): &(&autarky_market::blueprint::ResolvedActor, &[TestResult]) = a;
            actor.actor.id == id && actor.zones.iter().any(|z| *z)
        };
        hosts.iter().find(host).unwrap().1[0]
    };
    let lost = by_host("BBB");
    assert_eq!(lost.layer, Layer::Facilities);
    assert!(lost.loss > 0.01 && lost.level > 0.01, "only its own territory falls out: {lost:?}");
    assert!(by_host("FOC").loss.abs() < 1e-12, "the state does not withdraw from itself");
}

#[test]
fn work_that_must_stay_on_the_territory_cannot_be_lost_to_a_foreign_host() {
    let (plan, world) = rented(Residency::Territory);
    let weakest = tested(&world, &plan, 1.0);
    for (actor, results) in plan.actors.iter().zip(weakest.results.chunks(3)) {
        let host = actor.zones.iter().any(|z| *z);
        assert!(!host || results.iter().all(|r| r.loss.abs() < 1e-12));
    }
    assert!(
        of(&weakest, &plan, "cloud")[0].loss > 0.1,
        "the control plane is foreign all the same"
    );
}

#[test]
fn a_wider_withdrawal_never_raises_a_level_in_projections_from_one_state() {
    let mut s = scenario(Size { operators: 5, nodes: 12 });
    s.horizon.years = 3.0;
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 4, 0);
    for day in [100.0, 500.0, 1000.0] {
        let weakest = tested(run.to(day), &plan, day);
        let wide = of(&weakest, &plan, "AAA");
        for narrow in ["v1", "v2", "c1", "c2", "c3"] {
            for (a, b) in wide.iter().zip(of(&weakest, &plan, narrow)) {
                assert!(a.level <= b.level + 1e-12, "{narrow} at day {day}");
            }
        }
    }
}

#[test]
fn a_ban_of_cloud_access_leaves_nothing_of_that_cloud_to_lose() {
    let mut s = scenario(Size { operators: 5, nodes: 12 });
    s.horizon.years = 2.0;
    regime(&mut s, "ban", "AAA", 50.0);
    s.events.entry("ban").scope = vec![Scope::Cloud];
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 4, 0);
    let weakest = tested(run.to(100.0), &plan, 100.0);
    for cloud in ["c1", "c2", "c3"] {
        assert!(of(&weakest, &plan, cloud).iter().all(|r| r.loss.abs() < 1e-12), "{cloud}");
    }
    assert_eq!(zone(&plan, "FOC"), plan.focus[0]);
}
