//! Export control: what a ban, a licence and a cap let through, to whom, and what comes back when they end.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::controller::{Regime, Scope};
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::id::{NationId, PoolId};
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use common::{Run, add_pool, fleet, island, pool, regime, working, zone};

/// The island wants `nodes` nodes in its data centre, from vendor `va` of `AAA` alone.
fn ordering(nodes: f64) -> Scenario {
    let mut s = island();
    let home = s.providers.entry("home");
    (home.target_utilisation, home.vendor_mix) = (0.5, vec![("va".to_owned(), 1.0)]);
    let nation = s.nations.entry("FOC");
    (nation.portfolio_data_centre, nation.portfolio_network) = (1.0, 0.0);
    (nation.portfolio_cloud, nation.coverage) = (0.0, 0.5 * nodes / 1000.0);
    s
}

fn built(s: &Scenario) -> Blueprint {
    let mut plan = Blueprint::new(s).unwrap();
    fleet(&mut plan, &[10]);
    plan
}

fn orders(world: &World) -> u32 {
    world.orders.iter().map(|o| o.nodes).sum()
}

fn under_way(world: &World) -> u32 {
    world.shipments.iter().map(|s| s.nodes).sum()
}

#[test]
fn a_ban_cancels_the_backlog_at_once_and_lets_shipments_under_way_arrive() {
    let mut s = ordering(1000.0);
    let vendor = s.vendors.entry("va");
    (vendor.output, vendor.stock_limit) = (1000.0, 0.0);
    regime(&mut s, "ban", "AAA", 200.5);
    let plan = built(&s);
    let mut run = Run::new(&plan, 1, 0);
    let before = run.to(200.0);
    let (nodes, coming) = (working(before), under_way(before));
    assert!(orders(before) > 300 && coming > 50 && nodes > 300, "{nodes} {coming}");
    let day = run.to(200.5);
    assert_eq!((orders(day), under_way(day)), (0, coming));
    assert!((day.pools[0].pipeline() - f64::from(coming)).abs() < 1e-6);
    assert_eq!(working(run.to(240.0)), nodes + coming);
    let later = run.to(2000.0);
    assert_eq!((working(later), orders(later), under_way(later)), (nodes + coming, 0, 0));
}

#[test]
fn when_a_ban_is_lifted_orders_and_spare_parts_come_again() {
    let mut s = ordering(100.0);
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share) = (0.01, 1.0);
    s.providers.entry("home").spares = 0.0;
    regime(&mut s, "ban", "AAA", 0.0);
    s.events.entry("ban").until = Some(700.0);
    let plan = built(&s);
    let mut run = Run::new(&plan, 1, 0);
    let banned = run.to(699.0);
    assert!(working(banned) < 3, "{} of 10 nodes work", working(banned));
    assert_eq!(banned.cohorts[0].nodes, 10);
    let waiting = |world: &World| world.cohorts.iter().map(|c| c.waiting_part).sum::<u32>();
    assert!(waiting(banned) > 7);
    let lifted = run.to(900.0);
    assert!(lifted.cohorts[0].up > 5, "the old nodes are repaired");
    assert_eq!(lifted.pools[0].nodes, 100);
}

#[test]
fn only_hardware_above_the_threshold_is_banned() {
    for (tpp, delivered) in [(4799.0, true), (4800.0, false)] {
        let mut s = ordering(100.0);
        s.hardware.entry("ha").tpp = tpp;
        regime(&mut s, "ban", "AAA", 0.0);
        let plan = built(&s);
        let nodes = working(Run::new(&plan, 1, 0).to(365.0));
        assert_eq!(nodes == 100, delivered, "{nodes} nodes at a TPP of {tpp}");
    }
}

#[test]
fn a_ban_by_one_jurisdiction_leaves_the_vendors_of_another_alone() {
    let mut s = ordering(100.0);
    regime(&mut s, "ban", "BBB", 0.0);
    let plan = built(&s);
    assert_eq!(working(Run::new(&plan, 1, 0).to(365.0)), 100);
}

fn licensed(approval: f64) -> (u32, f64) {
    let mut s = ordering(100.0);
    regime(&mut s, "licence", "AAA", 0.0);
    let event = s.events.entry("licence");
    (event.regime, event.scope) = (Regime::Licence, vec![Scope::Hardware]);
    (event.licence_delay, event.licence_approval, event.licence_cost) = (90.0, approval, 5e6);
    s.providers.entry("home").opex = 0.0;
    let plan = built(&s);
    let mut run = Run::new(&plan, 1, 0);
    // The first review is in mid-month; then 90 days of decision, a week to the allocation and 30 days of delivery.
    assert_eq!(working(run.to(15.0 + 90.0 + 30.0)), 10, "nothing arrives before the decision");
    let world = run.to(15.5 + 90.0 + 30.0 + 7.0);
    (working(world), world.ledger.balance(world.accounts.services[zone(&plan, "FOC").at()]))
}

#[test]
fn a_licence_delays_costs_and_may_be_refused() {
    let (nodes, paid) = licensed(1.0);
    assert_eq!(nodes, 100);
    assert!((paid - 5e6).abs() < 1.0, "{paid}");
    let (nodes, paid) = licensed(0.0);
    assert_eq!(nodes, 10);
    assert!(paid > 9.9e6, "refused, it applies again: {paid}");
}

fn capped(cap: f64, small_order: f64, years: f64) -> u32 {
    let mut s = ordering(1000.0);
    regime(&mut s, "cap", "AAA", 0.0);
    let event = s.events.entry("cap");
    (event.regime, event.cap, event.small_order) = (Regime::Cap, cap, small_order);
    event.scope = vec![Scope::Hardware];
    let plan = built(&s);
    working(Run::new(&plan, 1, 0).to(years * 365.25))
}

#[test]
fn a_cap_trims_orders_to_its_room_every_year_anew() {
    assert_eq!(capped(40.0, 0.0, 1.0), 50, "one year");
    assert_eq!(capped(40.0, 0.0, 3.0), 130, "three years");
}

#[test]
fn small_orders_are_exempt_from_a_cap() {
    assert_eq!(capped(0.0, 2000.0, 1.0), 1000);
    assert_eq!(capped(0.0, 50.0, 1.0), 10);
}

#[test]
fn neither_small_orders_nor_uncontrolled_hardware_use_up_a_cap() {
    let received = |tpp, small_order| {
        let mut s = ordering(1000.0);
        s.hardware.entry("ha").tpp = tpp;
        regime(&mut s, "cap", "AAA", 0.0);
        let event = s.events.entry("cap");
        (event.regime, event.cap, event.small_order) = (Regime::Cap, 40.0, small_order);
        event.scope = vec![Scope::Hardware];
        let plan = built(&s);
        let mut run = Run::new(&plan, 1, 0);
        let world = run.to(365.0);
        (working(world), world.capped.iter().map(|c| c.1).sum::<f64>())
    };
    assert_eq!(received(4000.0, 0.0), (1000, 0.0));
    assert_eq!(received(16_000.0, 2000.0), (1000, 0.0));
    assert_eq!(received(16_000.0, 0.0), (50, 40.0));
}

/// Two clouds of `AAA` and `BBB`, each with a region in `FOC`.
fn clouds(scope: Vec<Scope>) -> Blueprint {
    let mut s = island();
    for (id, home) in [("ca", "AAA"), ("cb", "BBB")] {
        add_pool(&mut s, id, home);
        let cloud = s.providers.entry(id);
        (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
        cloud.capacity_target = CapacityTarget::OfferedLoad;
        cloud.zones = vec![home.to_owned(), "FOC".to_owned()];
    }
    regime(&mut s, "ban", "AAA", 100.0);
    s.events.entry("ban").scope = scope;
    Blueprint::new(&s).unwrap()
}

#[test]
fn a_ban_on_cloud_access_closes_the_clouds_of_that_jurisdiction_to_that_state_and_nothing_else() {
    let plan = clouds(vec![Scope::Cloud]);
    let mut run = Run::new(&plan, 1, 0);
    let served = |world: &World, p: usize, n| world.served_to(&plan, PoolId::new(p), n);
    let before = run.to(99.0).clone();
    let after = run.to(200.0);
    let island = zone(&plan, "FOC");
    for (p, pool) in plan.pools.iter().enumerate() {
        for n in (0..plan.nations.len()).map(NationId::new) {
            let closed = n == island && plan.providers[pool.provider.at()].id == "ca";
            assert_eq!(after.has_access(&plan, PoolId::new(p), n), !closed);
            assert_eq!(served(after, p, n) > 0.0, served(&before, p, n) > 0.0 && !closed);
        }
    }
    assert!(served(&before, pool(&plan, "ca@FOC").at(), island) > 0.0);
}

#[test]
fn a_ban_on_hardware_leaves_access_to_clouds_open() {
    let plan = clouds(vec![Scope::Hardware, Scope::Spares]);
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(200.0);
    let island = zone(&plan, "FOC");
    assert!((0..plan.pools.len()).all(|p| world.has_access(&plan, PoolId::new(p), island)));
}

#[test]
fn a_ban_on_spares_as_well_as_hardware_leaves_strictly_fewer_nodes_after_a_year() {
    let left = |scope| {
        let mut s = island();
        let hardware = s.hardware.entry("ha");
        (hardware.failure_rate, hardware.part_share) = (0.002, 1.0);
        regime(&mut s, "ban", "AAA", 0.0);
        s.events.entry("ban").scope = scope;
        let mut plan = Blueprint::new(&s).unwrap();
        fleet(&mut plan, &[100]);
        working(Run::new(&plan, 1, 0).to(365.0))
    };
    let (hardware, both) =
        (left(vec![Scope::Hardware]), left(vec![Scope::Hardware, Scope::Spares]));
    assert!(both + 20 < hardware && hardware > 80, "{hardware} {both}");
}

/// Nodes of the pool `home` month by month, under licences granted with probability 0.3; whether three pools more apply for their own.
fn licensed_course(others_apply: bool) -> Vec<u32> {
    let mut s = ordering(400.0);
    for other in ["a", "b", "c"] {
        add_pool(&mut s, other, "FOC");
        let provider = s.providers.entry(other);
        provider.target_utilisation = 0.5;
        provider.vendor_mix = vec![("va".to_owned(), 1.0)];
        provider.order_trigger = if others_apply { 0.0 } else { 10.0 };
    }
    regime(&mut s, "licence", "AAA", 0.0);
    let event = s.events.entry("licence");
    (event.regime, event.scope) = (Regime::Licence, vec![Scope::Hardware]);
    (event.licence_delay, event.licence_approval) = (20.0, 0.3);
    let plan = built(&s);
    let home = pool(&plan, "home").at();
    let mut run = Run::new(&plan, 4, 0);
    (1..24).map(|month| run.to(f64::from(month) * 30.0).pools[home].nodes).collect()
}

#[test]
fn the_licence_of_one_order_does_not_depend_on_what_others_apply_for() {
    let alone = licensed_course(false);
    assert!(alone[2] == 0 && alone[22] > 50, "the first application was refused: {alone:?}");
    assert_eq!(licensed_course(true), alone);
}

#[test]
fn a_licence_decided_under_a_cap_that_came_meanwhile_is_counted_and_trimmed() {
    let mut s = ordering(1000.0);
    regime(&mut s, "licence", "AAA", 0.0);
    let event = s.events.entry("licence");
    (event.regime, event.until, event.licence_delay) = (Regime::Licence, Some(60.0), 90.0);
    event.scope = vec![Scope::Hardware];
    regime(&mut s, "cap", "AAA", 60.0);
    let event = s.events.entry("cap");
    (event.regime, event.cap, event.small_order) = (Regime::Cap, 40.0, 0.0);
    event.scope = vec![Scope::Hardware];
    let plan = built(&s);
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(360.0);
    let received: f64 = world.capped.iter().map(|c| c.1).sum();
    assert_eq!((working(world), orders(world), received), (50, 0, 40.0));
}

/// A vendor that makes 1 H100e a day has most of the order for 990 nodes in its backlog when the event comes on day 200.
fn caught_in_the_backlog(
    change: fn(&mut autarky_market::entity::event::EventParameters),
) -> (u32, u32) {
    let mut s = ordering(1000.0);
    let vendor = s.vendors.entry("va");
    (vendor.output, vendor.stock_limit) = (365.25, 0.0);
    regime(&mut s, "event", "AAA", 200.5);
    let event = s.events.entry("event");
    event.scope = vec![Scope::Hardware];
    change(event);
    let plan = built(&s);
    let mut run = Run::new(&plan, 1, 0);
    let before = run.to(200.0);
    let had = working(before) + under_way(before);
    assert!(orders(before) > 700);
    (had, working(run.to(364.0)))
}

#[test]
fn a_cap_counts_and_trims_what_waits_at_vendors() {
    let (had, has) = caught_in_the_backlog(|event| {
        (event.regime, event.cap, event.small_order) = (Regime::Cap, 40.0, 0.0);
    });
    assert_eq!(has, had + 40);
}

#[test]
fn what_waits_at_vendors_needs_a_licence_that_comes_to_be_needed() {
    let (had, has) = caught_in_the_backlog(|event| {
        (event.regime, event.licence_approval) = (Regime::Licence, 0.0);
    });
    assert_eq!(has, had, "refused");
    let (had, has) = caught_in_the_backlog(|event| {
        (event.regime, event.licence_approval, event.licence_delay) = (Regime::Licence, 1.0, 30.0);
    });
    assert!(has > had + 60, "granted after a month: {had} {has}");
}

#[test]
fn the_year_of_a_cap_is_the_calendar_year() {
    let by_day_240 = |start: f64| {
        let mut s = ordering(1000.0);
        (s.horizon.start, s.horizon.tick) = (start, 1.0);
        regime(&mut s, "cap", "AAA", 0.0);
        let event = s.events.entry("cap");
        (event.regime, event.cap, event.small_order) = (Regime::Cap, 40.0, 0.0);
        event.scope = vec![Scope::Hardware];
        working(Run::new(&built(&s), 1, 0).to(240.0))
    };
    // 2026-01-01 and 2026-07-01.
    assert_eq!([by_day_240(20_454.0), by_day_240(20_635.0)], [50, 90]);
}

/// A pool with ten nodes of `ha` (TPP 15,832) and ten of `low` (TPP 2,000), both of `va`, which fail and always need a part.
fn two_models(scope: Vec<Scope>) -> (u32, u32) {
    let mut s = island();
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share) = (0.01, 1.0);
    let low = hardware.clone();
    *s.hardware.entry("low") = low;
    s.hardware.entry("low").tpp = 2000.0;
    s.providers.entry("home").spares = 0.0;
    regime(&mut s, "ban", "AAA", 0.0);
    s.events.entry("ban").scope = scope;
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[10]);
    let low = plan.hardware.iter().position(|h| h.id == "low").unwrap();
    let mut second = plan.initial[0];
    second.hardware = autarky_market::id::HardwareId::new(low);
    plan.initial.push(second);
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(2000.0);
    (world.cohorts[0].up, world.cohorts[1].up)
}

#[test]
fn a_ban_on_spares_stops_parts_of_controlled_models_only_and_none_leak_to_them() {
    let (controlled, below) = two_models(vec![Scope::Spares]);
    assert!(controlled == 0 && below > 5, "{controlled} {below}");
    let (controlled, below) = two_models(vec![Scope::Hardware]);
    assert!(controlled > 5 && below > 5, "{controlled} {below}");
}
