//! What a nation itself draws from abroad: power, payments, crews, data. Closed forms of the level without each.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::nation::{NationParameters, Residency};
use autarky_market::entity::provider::{CapacityTarget, Payment, ProviderKind};
use autarky_market::metric::sovereignty::{Projection, TestResult, Weakest};
use autarky_market::record::{ActorKind, Layer};
use autarky_market::scenario::Scenario;
use common::{Run, add_pool, fleet, island};

/// The test on a day, of 400 nodes at home.
fn tested(s: &Scenario, day: f64) -> (Blueprint, Weakest) {
    let mut plan = Blueprint::new(s).unwrap();
    fleet(&mut plan, &[400]);
    let world = Run::new(&plan, 1, 0).to(day).clone();
    let weakest = Projection::new(&world, &plan, day).test(&world, &plan, plan.focus[0]);
    (plan, weakest)
}

fn of(plan: &Blueprint, weakest: &Weakest, kind: ActorKind) -> Vec<TestResult> {
    let at = plan.actors.iter().position(|a| a.actor.kind == kind).unwrap();
    weakest.results[3 * at..3 * at + 3].to_vec()
}

/// The island, whose need exceeds its nodes, with one dependence.
fn depends(on: impl Fn(&mut NationParameters)) -> Scenario {
    let mut s = island();
    s.demand.world = 30_000.0;
    on(s.nations.entry("FOC"));
    s
}

#[test]
fn who_depends_on_nothing_has_no_such_actors() {
    let plan = Blueprint::new(&depends(|_| ())).unwrap();
    let own = [ActorKind::Power, ActorKind::Payments, ActorKind::Staff, ActorKind::Data];
    assert!(plan.actors.iter().all(|a| !own.contains(&a.actor.kind)));
}

#[test]
fn without_power_from_abroad_its_share_of_the_nodes_stops_when_the_fuel_is_out() {
    for (backup, lost) in [(3.0, [0.0, 0.4, 0.4]), (40.0, [0.0, 0.0, 0.4])] {
        let s = depends(|n| (n.power_imports, n.power_backup) = (0.4, backup));
        let (plan, weakest) = tested(&s, 0.0);
        let found = of(&plan, &weakest, ActorKind::Power);
        for h in 0..3 {
            let expected = (1.0 - lost[h]) * weakest.baseline[h];
            assert!((found[h].level - expected).abs() < 1e-12, "{backup} {h}: {found:?}");
        }
        assert_eq!(found[2].layer, Layer::Power);
    }
}

#[test]
fn data_that_lie_abroad_only_take_their_work_with_them_at_once() {
    // Twice the nodes that the need takes: a quarter of the work is lost, whatever stands idle.
    let mut ample = depends(|n| n.data_abroad = 0.25);
    ample.demand.world = 2_000.0;
    let (plan, weakest) = tested(&ample, 0.0);
    for (found, baseline) in of(&plan, &weakest, ActorKind::Data).iter().zip(weakest.baseline) {
        assert!((baseline - 1.0).abs() < 1e-12 && (found.level - 0.75).abs() < 1e-12, "{found:?}");
        assert_eq!(found.layer, Layer::Data);
    }
    // Where nodes are scarce the rest of the work fills them, and nothing more is lost.
    let (plan, weakest) = tested(&depends(|n| n.data_abroad = 0.25), 0.0);
    for (found, baseline) in of(&plan, &weakest, ActorKind::Data).iter().zip(weakest.baseline) {
        assert!(baseline < 0.7 && found.loss.abs() < 1e-12, "{found:?} of {baseline}");
    }
}

/// Crews c keep c/(mλ) nodes up where they bind: half of them keep half.
#[test]
fn half_the_crews_keep_half_the_nodes_where_crews_bind() {
    let mut s = depends(|n| (n.crews, n.foreign_crews) = (10.0, 0.5));
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share) = (0.1, 0.0);
    s.providers.entry("home").repair_time = 5.0;
    let (plan, weakest) = tested(&s, 0.0);
    let [today, _, year] = of(&plan, &weakest, ActorKind::Staff)[..] else { panic!() };
    assert!(today.loss.abs() < 1e-12, "who works today works today");
    assert!(
        (year.level / weakest.baseline[2] - 0.5).abs() < 1e-3,
        "{year:?} {:?}",
        weakest.baseline
    );
    assert_eq!(year.layer, Layer::Talent);
}

/// Where nothing can be paid abroad, clouds go with the first bill, and no part comes: of what is at home `e^{−λh}` is left.
#[test]
fn without_payments_abroad_clouds_close_with_the_bill_and_parts_stop() {
    let mut s = depends(|n| {
        (n.payments_abroad, n.residency_critical) = (true, Residency::Any);
        n.crews = 1000.0;
    });
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share) = (0.004, 1.0);
    let home = s.providers.entry("home");
    (home.spares, home.spare_time, home.repair_time) = (0.0, 0.001, 0.001);
    let (plan, alone) = tested(&s, 0.0);
    let found = of(&plan, &alone, ActorKind::Payments);
    for (h, days) in [0.0, 30.0, 365.0].into_iter().enumerate() {
        let left = autarky_engine::math::exp(-0.004 * days);
        let share = found[h].level / alone.baseline[0];
        assert!((share - left).abs() < 2e-3, "{share} {left}");
    }
    assert_eq!(found[2].layer, Layer::Money);
    for (payment, kept) in [(Payment::Currency, false), (Payment::Token, true)] {
        s.providers.entry("home").initial_coverage = 0.05;
        add_pool(&mut s, "cloud", "AAA");
        let cloud = s.providers.entry("cloud");
        (cloud.kind, cloud.exports, cloud.payment) = (ProviderKind::Cloud, true, payment);
        (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.1);
        let plan = Blueprint::new(&s).unwrap();
        let world = Run::new(&plan, 1, 0).to(1.0).clone();
        let weakest = Projection::new(&world, &plan, 1.0).test(&world, &plan, plan.focus[0]);
        let [today, month, _] = of(&plan, &weakest, ActorKind::Payments)[..] else { panic!() };
        let clouds = of(&plan, &weakest, ActorKind::Cloud);
        assert!(today.loss.abs() < 1e-12 && clouds[0].loss > 0.05);
        assert_eq!(month.loss > 0.9 * clouds[1].loss, !kept, "{payment:?}: {month:?}");
    }
}

#[test]
fn the_hazard_of_each_dependence_is_its_nations() {
    let expected = |hazard: f64| {
        let mut s = depends(|n| (n.data_abroad, n.data_hazard) = (0.25, hazard));
        s.demand.world = 2_000.0;
        tested(&s, 0.0).1.expected_loss[0]
    };
    assert!((expected(0.5) - expected(0.1) - 0.4 * 0.25).abs() < 1e-12);
}
