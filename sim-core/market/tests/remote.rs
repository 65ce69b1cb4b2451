//! What is held from afar: standing licences for parts, clouds and services; compute that erodes without services; locks that switch off.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::controller::{Regime, Scope};
use autarky_market::entity::event::{EventKind, EventParameters};
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::metric::sovereignty::Projection;
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use common::{Run, add_pool, fleet, island, pool, regime, working, zone};

/// Clouds `c0` to `c{n-1}` of `AAA` with a region in `FOC`; a licence on cloud access from day 100 on, decided after 30 days.
fn clouds_under_licence(clouds: usize, approval: f64) -> Scenario {
    let mut s = island();
    s.horizon.tick = 1.0;
    for i in 0..clouds {
        let id = format!("c{i}");
        add_pool(&mut s, &id, "AAA");
        let cloud = s.providers.entry(&id);
        (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
        cloud.capacity_target = CapacityTarget::OfferedLoad;
        cloud.zones = vec!["AAA".to_owned(), "FOC".to_owned()];
    }
    regime(&mut s, "licence", "AAA", 100.0);
    let event = s.events.entry("licence");
    (event.regime, event.scope) = (Regime::Licence, vec![Scope::Cloud]);
    (event.licence_delay, event.licence_approval, event.licence_cost) = (30.0, approval, 1e6);
    event.until = Some(300.0);
    s
}

#[test]
fn a_licence_on_cloud_access_closes_it_until_the_decision_and_costs_the_cloud() {
    for (approval, opens) in [(1.0, true), (0.0, false)] {
        let mut s = clouds_under_licence(1, approval);
        let plan = Blueprint::new(&s).unwrap();
        s.events.entry("licence").licence_cost = 0.0;
        let free = Blueprint::new(&s).unwrap();
        let mut run = Run::new(&plan, 1, 0);
        let (island, cloud) = (zone(&plan, "FOC"), pool(&plan, "c0@FOC"));
        let mut open = |day: f64| {
            let world = run.to(day);
            (world.has_access(&plan, cloud, island), world.served_to(&plan, cloud, island) > 0.0)
        };
        assert_eq!(open(99.0), (true, true));
        assert_eq!(open(120.0), (false, false));
        assert_eq!(open(140.0), (opens, opens), "approval {approval}");
        assert_eq!(open(310.0), (true, true), "the regime has ended");
        let paid = |plan: &Blueprint| {
            let mut run = Run::new(plan, 1, 0);
            let world = run.to(101.0);
            world.ledger.balance(world.accounts.services[zone(plan, "AAA").at()])
        };
        assert!((paid(&plan) - paid(&free) - 1e6).abs() < 1.0);
    }
}

/// Theory: each of ten clouds has its licence with probability 0.3, independently. 40 replications; binomial z-score, bound 5 (false alarms
/// near 1e-6); it finds a bias of 0.1.
#[test]
fn standing_licences_are_granted_with_their_probability() {
    let plan = Blueprint::new(&clouds_under_licence(10, 0.3)).unwrap();
    let island = zone(&plan, "FOC");
    let mut granted = 0.0;
    for replication in 0..40 {
        let mut run = Run::new(&plan, 8, replication);
        let world = run.to(140.0);
        let open = |i: &usize| world.has_access(&plan, pool(&plan, &format!("c{i}@FOC")), island);
        granted += (0..10).filter(open).count() as f64;
    }
    let z = (granted - 400.0 * 0.3) / (400.0 * 0.3 * 0.7_f64).sqrt();
    assert!(z.abs() < 5.0, "{granted} of 400: z = {z}");
}

#[test]
fn the_standing_licence_of_one_cloud_does_not_depend_on_how_many_others_apply() {
    let granted = |clouds: usize| {
        let plan = Blueprint::new(&clouds_under_licence(clouds, 0.5)).unwrap();
        let (island, first) = (zone(&plan, "FOC"), pool(&plan, "c0@FOC"));
        let open = |i| Run::new(&plan, 8, i).to(140.0).has_access(&plan, first, island);
        (0..30).map(open).collect::<Vec<bool>>()
    };
    let alone = granted(1);
    assert!(alone.contains(&true) && alone.contains(&false));
    assert_eq!(granted(4), alone);
}

/// Ten nodes that fail and always need a part; spares need a licence from day 0 on, decided after 200 days.
fn spares_under_licence(approval: f64) -> [u32; 2] {
    let mut s = island();
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share) = (0.02, 1.0);
    s.providers.entry("home").spares = 0.0;
    regime(&mut s, "licence", "AAA", 0.0);
    let event = s.events.entry("licence");
    (event.regime, event.scope) = (Regime::Licence, vec![Scope::Spares]);
    (event.licence_delay, event.licence_approval) = (200.0, approval);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[10]);
    let mut run = Run::new(&plan, 1, 0);
    [199.0, 600.0].map(|day| working(run.to(day)))
}

#[test]
fn a_licence_on_spares_is_a_ban_until_granted_and_stays_one_if_refused() {
    let [before, after] = spares_under_licence(1.0);
    assert!(before < 3 && after > 5, "{before} {after}");
    let [before, after] = spares_under_licence(0.0);
    assert!(before < 3 && after == 0, "{before} {after}");
}

/// A regime on services of `AAA` towards `FOC` from day 56 to day 560, over ten nodes of `va` at `FOC`.
fn without_services(tick: f64, change: fn(&mut Scenario)) -> Vec<f64> {
    let mut s = island();
    s.horizon.tick = tick;
    let vendor = s.vendors.entry("va");
    (vendor.service_erosion, vendor.service_recovery) = (0.3, 4.0);
    regime(&mut s, "cut", "AAA", 56.0);
    let event = s.events.entry("cut");
    (event.scope, event.until) = (vec![Scope::Services], Some(560.0));
    change(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[10]);
    let mut run = Run::new(&plan, 1, 0);
    let home = pool(&plan, "home");
    let days = [28.0, 56.0, 280.0, 560.0, 588.0, 2800.0];
    days.map(|day| run.to(day).working_compute(&plan, home)).to_vec()
}

/// Theory: e^(−ε·t) while cut, and the gap times e^(−ρ·t) afterwards; ε = 0.3, ρ = 4 a year. Exact at any tick; tolerance 1e-9.
#[test]
fn compute_erodes_without_services_and_catches_up_exactly_at_every_tick_length() {
    let left = (-0.3 * 504.0_f64 / 365.25).exp();
    let caught_up = 1.0 - (1.0 - left) * (-4.0 * 28.0_f64 / 365.25).exp();
    let theory = [1.0, 1.0, (-0.3 * 224.0_f64 / 365.25).exp(), left, caught_up, 1.0];
    for tick in [1.0, 7.0, 28.0] {
        for (found, theory) in without_services(tick, |_| ()).iter().zip(theory) {
            assert!((found - 10.0 * theory).abs() < 1e-8, "tick {tick}: {found} {theory}");
        }
    }
}

#[test]
fn services_of_others_and_other_scopes_erode_nothing() {
    let cases: [fn(&mut Scenario); 4] = [
        |s| s.vendors.entry("va").service_erosion = 0.0,
        |s| s.events.entry("cut").controller = Some("BBB".to_owned()),
        |s| s.events.entry("cut").to = vec!["BBB".to_owned()],
        |s| s.events.entry("cut").scope = vec![Scope::Hardware, Scope::Spares, Scope::Cloud],
    ];
    for (i, change) in cases.into_iter().enumerate() {
        assert_eq!(without_services(28.0, change), vec![10.0; 6], "case {i}");
    }
}

/// What an event does, and the compute it leaves at work in each of two pools.
type Case = (fn(&mut EventParameters), [f64; 2]);

/// Two providers of `FOC` with ten nodes each, five of `va` and five of `vb`; an event from day 100 to day 200.
fn switched_off(change: fn(&mut EventParameters)) -> [[f64; 2]; 3] {
    let mut s = island();
    s.horizon.tick = 1.0;
    add_pool(&mut s, "second", "FOC");
    let event = s.events.entry("off");
    (event.kind, event.at, event.until) = (EventKind::RemoteSwitchOff, Some(100.0), Some(200.0));
    event.to = vec!["FOC".to_owned()];
    change(event);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[5, 5]);
    let other = plan.hardware.iter().position(|h| h.id == "hb").unwrap();
    for at in 0..2 {
        let mut more = plan.initial[at];
        more.hardware = autarky_market::id::HardwareId::new(other);
        plan.initial.push(more);
    }
    let mut run = Run::new(&plan, 1, 0);
    let pools = [pool(&plan, "home"), pool(&plan, "second")];
    let mut at = |day: f64| {
        let world: &World = run.to(day);
        pools.map(|p| world.working_compute(&plan, p))
    };
    [at(99.5), at(150.0), at(201.0)]
}

#[test]
fn a_remote_switch_off_takes_its_share_of_the_nodes_named_at_once_and_gives_them_back() {
    let cases: [Case; 5] = [
        (|e| (e.vendors, e.share) = (vec!["va".to_owned()], 0.4), [8.0, 8.0]),
        (|e| e.providers = vec!["second".to_owned()], [10.0, 0.0]),
        (
            |e| {
                (e.vendors, e.providers) = (vec!["vb".to_owned()], vec!["home".to_owned()]);
            },
            [5.0, 10.0],
        ),
        (|e| (e.vendors, e.share) = (vec!["va".to_owned()], 0.0), [10.0, 10.0]),
        (|e| (e.vendors, e.to) = (vec!["va".to_owned()], vec!["AAA".to_owned()]), [10.0, 10.0]),
    ];
    for (i, (change, off)) in cases.into_iter().enumerate() {
        let [before, during, after] = switched_off(change);
        assert_eq!((before, after), ([10.0; 2], [10.0; 2]), "case {i}");
        for (found, expected) in during.iter().zip(off) {
            assert!((found - expected).abs() < 1e-12, "case {i}: {found} {expected}");
        }
    }
}

/// What the projection of the withdrawal test gives the island without any withdrawal, at 0, 30 and 365 days.
fn projected(change: fn(&mut Scenario)) -> [f64; 3] {
    let mut s = island();
    s.vendors.entry("va").service_erosion = 0.5;
    change(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[10]);
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(56.0);
    let island = zone(&plan, "FOC");
    Projection::new(world, &plan, 56.0).test(world, &plan, island).baseline
}

#[test]
fn the_withdrawal_test_sees_services_that_are_cut_and_nodes_that_are_switched_off() {
    let whole = projected(|_| ());
    let cut = projected(|s| {
        regime(s, "cut", "AAA", 56.0);
        s.events.entry("cut").scope = vec![Scope::Services];
    });
    let off = projected(|s| {
        let event = s.events.entry("off");
        (event.kind, event.at, event.share) = (EventKind::RemoteSwitchOff, Some(28.0), 0.5);
        (event.vendors, event.to) = (vec!["va".to_owned()], vec!["FOC".to_owned()]);
    });
    for (h, days) in [0.0, 30.0, 365.0_f64].into_iter().enumerate() {
        assert!(whole[h] > 0.0 && whole[h] < 1.0, "capacity binds: {whole:?}");
        assert!((cut[h] / whole[h] - (-0.5 * days / 365.25).exp()).abs() < 1e-9, "{cut:?}");
        assert!((off[h] / whole[h] - 0.5).abs() < 1e-9, "{off:?}");
    }
}
