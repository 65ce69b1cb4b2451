//! The projection of the withdrawal test against closed forms, and what must hold whoever withdraws.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::rng::{Stream, StreamKey};
use autarky_market::blueprint::{Blueprint, NO_SUPPLY, Reach, ResolvedActor};
use autarky_market::entity::controller::Scope;
use autarky_market::entity::nation::Residency;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::metric::sovereignty::{Projection, TestResult, Weakest, critical_need};
use autarky_market::record::{ActorKind, Layer};
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use common::{Run, Size, add_pool, fleet, island, regime, scenario, zone};

fn state(s: &Scenario, nodes: &[u32], day: f64) -> (Blueprint, World) {
    let mut plan = Blueprint::new(s).unwrap();
    if !nodes.is_empty() {
        fleet(&mut plan, nodes);
    }
    let world = Run::new(&plan, 1, 0).to(day).clone();
    (plan, world)
}

fn tested(world: &World, plan: &Blueprint, day: f64) -> Weakest {
    Projection::new(world, plan, day).test(world, plan, plan.focus[0])
}

/// Results of an actor of a kind, by horizon.
fn of<'a>(
    weakest: &'a Weakest,
    plan: &Blueprint,
    (kind, id): (ActorKind, &str),
) -> &'a [TestResult] {
    let named = |a: &ResolvedActor| a.actor.id == id && a.actor.kind == kind;
    let at = plan.actors.iter().position(named).unwrap();
    &weakest.results[3 * at..3 * at + 3]
}

/// Working nodes of 1 H100e at each horizon, without a withdrawal; the need must exceed them.
fn working(plan: &Blueprint, world: &World, day: f64) -> [f64; 3] {
    let need: f64 = critical_need(world, plan, plan.focus[0]).iter().sum();
    let levels = tested(world, plan, day).baseline;
    assert!(levels.iter().all(|&level| level < 1.0), "the need must exceed what works: {levels:?}");
    levels.map(|level| level * need)
}

/// An island with a need far above its nodes, whose nodes fail at 0.02 a day.
fn failing() -> Scenario {
    let mut s = island();
    s.demand.world = 30_000.0;
    let hardware = s.hardware.entry("ha");
    (hardware.failure_rate, hardware.part_share) = (0.02, 0.0);
    s.providers.entry("home").repair_time = 5.0;
    s.vendors.entry("va").service_erosion = 0.0;
    s
}

/// With a crew for every node: `N/(1 + λm)`.
#[test]
fn nodes_on_the_bench_come_back_as_the_crews_repair_them() {
    let mut s = failing();
    s.nations.entry("FOC").crews = 1000.0;
    for day in [0.0, 300.0] {
        let (plan, world) = state(&s, &[100], day);
        let found = working(&plan, &world, day);
        assert!((found[2] - 100.0 / 1.1).abs() < 1e-9, "day {day}: {found:?}");
        let memory = autarky_engine::math::exp(-30.0 * (0.02 + (1.0 - 0.1 / 1.1) / 5.0));
        let up = f64::from(common::working(&world));
        let month = 100.0 / 1.1 + (up - 100.0 / 1.1) * memory;
        assert!((found[1] - month).abs() < 1e-9, "day {day}: {found:?} {month}");
    }
}

/// Without a crew nothing returns: `N·e^{−λh}`.
#[test]
fn without_crews_nodes_are_lost_whoever_stays() {
    let mut s = failing();
    s.nations.entry("FOC").crews = 0.0;
    let (plan, world) = state(&s, &[100], 0.0);
    for (found, days) in working(&plan, &world, 0.0).into_iter().zip([0.0, 30.0, 365.0]) {
        assert!((found - 100.0 * autarky_engine::math::exp(-0.02 * days)).abs() < 1e-9, "{found}");
    }
}

/// Too few crews: what works is what keeps them busy, c/(mλ).
#[test]
fn starved_crews_bind_the_level_of_a_year() {
    let mut s = failing();
    s.nations.entry("FOC").crews = 2.0;
    let (plan, world) = state(&s, &[1000], 0.0);
    let found = working(&plan, &world, 0.0);
    // The gap of the first day closes at rate λ: e^{−7.3} of 980 nodes is left after a year.
    let left = 20.0 + 980.0 * autarky_engine::math::exp(-0.02 * 365.0);
    assert!((found[2] - left).abs() < 0.5, "{found:?} {left}");
    let month = 20.0 + 980.0 * autarky_engine::math::exp(-0.02 * 30.0);
    assert!((found[1] - month).abs() < 2.0, "{found:?} {month}");
}

/// μ/(λ + μ) of the hosts are online in the long run, and the difference of today is forgotten at rate λ + μ.
#[test]
fn hosts_offline_today_are_counted_at_their_stationary_share() {
    let mut s = island();
    s.demand.world = 30_000.0;
    let provider = s.providers.entry("home");
    (provider.leave_rate, provider.return_rate_offline) = (0.002, 0.008);
    let (plan, world) = state(&s, &[1000], 0.0);
    for (found, days) in working(&plan, &world, 0.0).into_iter().zip([0.0, 30.0, 365.0]) {
        let online = f64::from(common::working(&world));
        let theory = 800.0 + (online - 800.0) * autarky_engine::math::exp(-0.01 * days);
        assert!((found - theory).abs() < 1e-9, "{found} {theory}");
    }
}

/// Waiting nodes return within the time that a part takes, and those of a vendor that withdrew only from the shelf.
#[test]
fn nodes_that_wait_for_parts_come_back_only_if_parts_come() {
    let mut s = failing();
    s.hardware.entry("ha").part_share = 1.0;
    s.providers.entry("home").spares = 0.0;
    s.nations.entry("FOC").crews = 1000.0;
    let (plan, world) = state(&s, &[400], 60.0);
    let waiting: usize = world.pools[0].parts.iter().map(|p| p.waiting.len()).sum();
    assert!(waiting > 50, "{waiting}");
    let weakest = tested(&world, &plan, 60.0);
    let [today, _, year] = of(&weakest, &plan, (ActorKind::Vendor, "va")) else { panic!() };
    assert!(today.loss.abs() < 1e-12);
    assert!(weakest.baseline[2] > 0.9 * weakest.baseline[0]);
    assert!(year.level < 0.01 * weakest.baseline[0], "{year:?}");
}

/// Services stop with the vendor: of nodes that never fail `e^{−εh}` is effective.
#[test]
fn without_the_vendors_services_compute_erodes_at_its_rate() {
    let mut s = island();
    s.demand.world = 30_000.0;
    s.vendors.entry("va").service_erosion = 0.2;
    let (plan, world) = state(&s, &[100], 0.0);
    let weakest = tested(&world, &plan, 0.0);
    let vendor = of(&weakest, &plan, (ActorKind::Vendor, "va"));
    for (result, days) in vendor.iter().zip([0.0, 30.0, 365.0]) {
        let left = weakest.baseline[0] * autarky_engine::math::exp(-0.2 * days / 365.25);
        assert!((result.level - left).abs() < 1e-12, "{result:?} {left}");
    }
}

#[test]
fn stopping_spare_parts_too_lowers_the_level_after_a_year_strictly() {
    let level = |scope: &[Scope]| {
        let mut s = failing();
        s.hardware.entry("ha").part_share = 0.5;
        s.nations.entry("FOC").crews = 1000.0;
        s.horizon.years = 2.0;
        regime(&mut s, "ban", "AAA", 10.0);
        s.events.entry("ban").scope = scope.to_vec();
        let (plan, world) = state(&s, &[100], 20.0);
        tested(&world, &plan, 20.0).baseline
    };
    let (hardware, both) = (level(&[Scope::Hardware]), level(&[Scope::Hardware, Scope::Spares]));
    assert!(both[2] < 0.5 * hardware[2] && both[1] < hardware[1], "{hardware:?} {both:?}");
}

/// The union of some actors' cuts.
fn coalition(plan: &Blueprint, members: &[usize]) -> ResolvedActor {
    let mut all = plan.actors[members[0]].clone();
    all.home = None;
    for &m in members {
        let one = &plan.actors[m];
        let vendors = all.vendors.iter_mut().zip(&one.vendors);
        for ((mine, theirs), supply) in vendors.zip(&plan.supply) {
            // No supply takes services too; else the smaller supply is the wider cut.
            let left = |at: u32| (at != NO_SUPPLY, supply[at as usize]);
            *mine = if left(*theirs) < left(*mine) { *theirs } else { *mine };
        }
        for (mine, theirs) in all.providers.iter_mut().zip(&one.providers) {
            *mine |= theirs;
        }
        for (mine, theirs) in all.zones.iter_mut().zip(&one.zones) {
            *mine |= theirs;
        }
        if one.reach == Reach::Abroad {
            all.reach = Reach::Abroad;
        }
    }
    all
}

/// Property over 200 random chains of coalitions (seed 7): each member more takes away at least as much. Projections are deterministic, so
/// the tolerance is that of rounding, 1e-12.
#[test]
fn a_wider_coalition_never_raises_a_level_in_projections_from_one_state() {
    let mut s = scenario(Size { operators: 5, nodes: 12 });
    s.horizon.years = 3.0;
    s.sensitivities.entry("open").share = 0.2;
    s.sensitivities.entry("critical").share = 0.6;
    regime(&mut s, "ban", "AAA", 400.0);
    for (id, share) in [("foundry", 1.0), ("memory", 0.7)] {
        chain(&mut s, id, share);
    }
    s.vendors.entry("v1").chain = vec!["foundry".to_owned()];
    s.vendors.entry("v2").chain = vec!["memory".to_owned()];
    let plan = Blueprint::new(&s).unwrap();
    assert_eq!(plan.supply.iter().map(Vec::len).collect::<Vec<_>>(), [3, 4, 2]);
    let mut run = Run::new(&plan, 4, 0);
    let mut draw = Stream::new(StreamKey { seed: 7, replication: 0, process: 0, entity: 0 });
    let foreign: Vec<usize> =
        (0..plan.actors.len()).filter(|&a| plan.actors[a].is_foreign()).collect();
    let mut lower = 0;
    for day in [30.0, 300.0, 450.0, 900.0] {
        let world = run.to(day).clone();
        let projection = Projection::new(&world, &plan, day);
        for _ in 0..50 {
            let mut members = Vec::new();
            let mut before = [f64::INFINITY; 3];
            for _ in 0..4 {
                members.push(foreign[draw.uniform_below(foreign.len() as u64) as usize]);
                let cut = coalition(&plan, &members);
                let after = projection.withdrawal(&world, &plan, (plan.focus[0], &cut));
                for (b, a) in before.iter().zip(&after) {
                    assert!(a.level <= b + 1e-12, "{members:?} at day {day}: {before:?} {after:?}");
                    lower += usize::from(a.level < b - 1e-6);
                }
                before = after.map(|r| r.level);
            }
        }
    }
    assert!(lower > 500, "most members take something away: {lower}");
}

/// Two providers at home that differ in kind, operators and sites alone.
fn twins() -> Scenario {
    let mut s = failing();
    s.hardware.entry("ha").part_share = 0.5;
    s.providers.entry("home").initial_coverage = 0.05;
    s.providers.entry("home").hardware = vec!["ha".to_owned()];
    let mut network = s.providers.get("home").unwrap().clone();
    (network.kind, network.operators) = (ProviderKind::Network, 10);
    *s.providers.entry("peers") = network;
    s
}

#[test]
fn an_identical_network_and_data_centre_keep_the_same_after_a_year() {
    let (plan, world) = state(&twins(), &[], 0.0);
    let weakest = tested(&world, &plan, 0.0);
    let [_, centre, network, _] = weakest.kept_by;
    assert!(centre < 0.9 && (centre - network).abs() < 2e-3 * centre, "{:?}", weakest.kept_by);
    for only in ["home", "peers"] {
        let mut s = twins();
        s.providers.remove(if only == "home" { "peers" } else { "home" });
        let (plan, world) = state(&s, &[], 0.0);
        let alone = tested(&world, &plan, 0.0);
        let year = of(&alone, &plan, (ActorKind::Vendor, "va"))[2];
        assert_eq!(year.layer, Layer::Chips, "{only}");
        assert!((year.level / alone.baseline[0] - centre).abs() < 5e-3, "{only}: {year:?}");
    }
}

#[test]
fn the_largest_operator_of_a_data_centre_is_all_of_it_and_of_a_network_its_part() {
    let (plan, world) = state(&twins(), &[], 0.0);
    let weakest = tested(&world, &plan, 0.0);
    let [today, ..] = of(&weakest, &plan, (ActorKind::Operator, "data_centre")) else { panic!() };
    let [peer, ..] = of(&weakest, &plan, (ActorKind::Operator, "network")) else { panic!() };
    assert_eq!((today.layer, peer.layer), (Layer::Facilities, Layer::Facilities));
    assert!((today.loss - 0.5 * weakest.baseline[0]).abs() < 0.02 * weakest.baseline[0]);
    assert!((peer.loss - 0.1 * today.loss).abs() < 0.02 * today.loss, "{peer:?} {today:?}");
    assert!((weakest.operator_loss[0] - today.loss).abs() < 1e-12);
    assert!(weakest.loss[0].abs() < 1e-12, "operators at home are no foreign party");
}

/// The island buys from clouds abroad and has nodes of its own.
fn connected(clouds: &[(&str, &str)]) -> Scenario {
    let mut s = island();
    s.nations.entry("FOC").residency_critical = Residency::Any;
    s.providers.entry("home").initial_coverage = 0.05;
    for (id, home) in clouds {
        add_pool(&mut s, id, home);
        let cloud = s.providers.entry(id);
        (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
        (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.1);
    }
    s
}

#[test]
fn losing_all_links_costs_everything_abroad_and_nothing_at_home() {
    let (plan, world) = state(&connected(&[("c1", "AAA"), ("c2", "BBB")]), &[], 1.0);
    let weakest = tested(&world, &plan, 1.0);
    let links = of(&weakest, &plan, (ActorKind::Connectivity, "links"));
    let clouds = ["c1", "c2"].map(|id| of(&weakest, &plan, (ActorKind::Cloud, id))[0].loss);
    assert!(clouds.iter().all(|&loss| loss > 0.0));
    assert_eq!(links[0].layer, Layer::Connectivity);
    assert!(links[0].loss >= clouds[0].max(clouds[1]) && links[0].level > 0.0, "{links:?}");
    let mut own = connected(&[("c1", "AAA")]);
    own.nations.entry("FOC").residency_critical = Residency::Territory;
    let (plan, world) = state(&own, &[], 1.0);
    let weakest = tested(&world, &plan, 1.0);
    let links = of(&weakest, &plan, (ActorKind::Connectivity, "links"));
    assert!(links.iter().all(|r| r.loss.abs() < 1e-12 && r.layer == Layer::None));
}

/// Two states that lose the same to their worst party, of which one depends on a second party as well.
#[test]
fn expected_losses_tell_apart_what_the_largest_loss_does_not() {
    let loss = |second: f64| {
        let mut s = failing();
        s.hardware.entry("ha").part_share = 1.0;
        s.nations.entry("FOC").crews = 1000.0;
        let mut hb = s.hardware.get("ha").unwrap().clone();
        hb.vendor = "vb".to_owned();
        *s.hardware.entry("hb") = hb;
        s.providers.entry("home").initial_coverage = 0.02;
        s.providers.entry("home").vendor_mix = vec![("va".to_owned(), 1.0)];
        if second > 0.0 {
            add_pool(&mut s, "other", "FOC");
            let other = s.providers.entry("other");
            (other.kind, other.initial_coverage) = (ProviderKind::Network, second);
            other.vendor_mix = vec![("vb".to_owned(), 1.0)];
        }
        s.demand.world = 3000.0;
        let (plan, world) = state(&s, &[], 0.0);
        let weakest = tested(&world, &plan, 0.0);
        let sum: f64 = plan
            .actors
            .iter()
            .zip(weakest.results.chunks(3))
            .map(|(a, r)| a.hazard * r[2].loss)
            .sum();
        assert!((weakest.expected_loss[2] - sum).abs() < 1e-12, "no hazard of links counts here");
        (weakest.loss[2], weakest.expected_loss[2])
    };
    let (one, two) = (loss(0.0), loss(0.015));
    assert!(one.0 > 0.02 && (one.0 - two.0).abs() < 1e-3 * one.0, "{one:?} {two:?}");
    assert!(two.1 > 1.5 * one.1, "{one:?} {two:?}");
}

#[test]
fn hazards_of_zero_expect_no_loss_and_twice_the_hazards_twice_the_loss() {
    let expected = |factor: f64| {
        let mut s = scenario(Size { operators: 3, nodes: 12 });
        s.sensitivities.entry("open").share = 0.2;
        s.sensitivities.entry("critical").share = 0.6;
        for id in ["FOC-data_centre", "FOC-network"] {
            s.providers.entry(id).initial_coverage = 0.05;
        }
        for id in ["v1", "v2", "v3"] {
            s.vendors.entry(id).hazard *= factor;
        }
        for id in ["c1", "c2", "c3", "c4", "c5"] {
            s.providers.entry(id).hazard *= factor;
        }
        s.controllers.entry("AAA").hazard *= factor;
        for (id, _) in common::ZONES {
            let nation = s.nations.entry(id);
            nation.hosting_hazard *= factor;
            nation.isolation_hazard *= factor;
        }
        let (plan, world) = state(&s, &[], 30.0);
        assert_eq!(zone(&plan, "FOC"), plan.focus[0]);
        tested(&world, &plan, 30.0).expected_loss
    };
    let (none, one, two) = (expected(0.0), expected(1.0), expected(2.0));
    assert!(none.iter().all(|&x| x == 0.0) && one.iter().all(|&x| x > 0.0), "{one:?}");
    assert!(one.iter().zip(two).all(|(a, b)| (2.0 * a - b).abs() < 1e-12 * b));
}

/// A stage of which `TWN` makes a share and `KOR` the rest.
fn chain(s: &mut Scenario, id: &str, taiwan: f64) {
    let shares = [("KOR", 1.0 - taiwan), ("TWN", taiwan)];
    s.stages.entry(id).shares =
        shares.iter().filter(|x| x.1 > 0.0).map(|x| (x.0.to_owned(), x.1)).collect();
}

/// Nodes that fail and need parts, of a vendor with a foundry.
fn made_in(taiwan: f64, erosion: f64) -> Scenario {
    let mut s = failing();
    s.hardware.entry("ha").part_share = 0.5;
    s.nations.entry("FOC").crews = 1000.0;
    chain(&mut s, "foundry", taiwan);
    s.vendors.entry("va").chain = vec!["foundry".to_owned()];
    s.vendors.entry("va").service_erosion = erosion;
    s
}

#[test]
fn a_jurisdiction_that_makes_all_takes_what_the_vendors_hardware_does_and_not_its_services() {
    for erosion in [0.0, 0.3] {
        let (plan, world) = state(&made_in(1.0, erosion), &[100], 0.0);
        let weakest = tested(&world, &plan, 0.0);
        let vendor = of(&weakest, &plan, (ActorKind::Vendor, "va"))[2];
        let taiwan = of(&weakest, &plan, (ActorKind::Chain, "TWN"))[2];
        assert_eq!(taiwan.layer, Layer::Chips);
        assert!(taiwan.loss > 0.5 * weakest.baseline[2], "{taiwan:?}");
        // 365 days of a year of 365.25.
        let services = autarky_engine::math::exp(-erosion * 365.0 / 365.25);
        assert!((vendor.level - services * taiwan.level).abs() < 1e-12, "{vendor:?} {taiwan:?}");
    }
}

#[test]
fn a_jurisdiction_that_makes_nothing_or_is_replaced_by_slack_takes_nothing() {
    let mut full = made_in(0.5, 0.3);
    full.stages.entry("foundry").slack = 2.0;
    let mut none = made_in(1.0, 0.3);
    none.stages.entry("foundry").shares.push(("KOR".to_owned(), 0.0));
    for (s, code) in [(full, "TWN"), (none, "KOR")] {
        let (plan, world) = state(&s, &[100], 0.0);
        let weakest = tested(&world, &plan, 0.0);
        let results = of(&weakest, &plan, (ActorKind::Chain, code));
        assert!(results.iter().all(|r| r.loss == 0.0 && r.layer == Layer::None), "{results:?}");
    }
}

/// A state that waits for what it has ordered: the less is left of output, the later it arrives.
#[test]
fn more_concentrated_shares_never_lower_the_loss_and_orders_arrive_as_output_lets_them() {
    let loss = |taiwan: f64| {
        let mut s = made_in(taiwan, 0.0);
        s.vendors.entry("va").output = 3000.0;
        let home = s.providers.entry("home");
        (home.initial_coverage, home.vendor_mix) = (0.02, vec![("va".to_owned(), 1.0)]);
        let nation = s.nations.entry("FOC");
        (nation.coverage, nation.portfolio_data_centre) = (0.1, 1.0);
        (nation.portfolio_network, nation.portfolio_cloud) = (0.0, 0.0);
        let (plan, world) = state(&s, &[], 120.0);
        let weakest = tested(&world, &plan, 120.0);
        assert!(!world.vendors[0].backlog.is_empty(), "something is on order");
        of(&weakest, &plan, (ActorKind::Chain, "TWN"))[2].loss
    };
    let losses = [0.1, 0.3, 0.5, 0.9, 0.99, 0.999, 1.0].map(loss);
    assert!(losses.is_sorted(), "{losses:?}");
    assert!(losses[5] > 1e-3 && losses[6] > losses[5] + 1e-3, "{losses:?}");
}

#[test]
fn a_jurisdiction_is_listed_once_with_the_largest_hazard_and_never_against_itself() {
    let mut s = made_in(1.0, 0.0);
    chain(&mut s, "memory", 0.5);
    s.vendors.entry("va").chain.push("memory".to_owned());
    (s.stages.entry("foundry").hazard, s.stages.entry("memory").hazard) = (0.02, 0.03);
    s.stages.entry("memory").shares[0].0 = "FOC".to_owned();
    let (plan, world) = state(&s, &[100], 0.0);
    let chain: Vec<_> = plan.actors.iter().filter(|a| a.actor.kind == ActorKind::Chain).collect();
    let found: Vec<_> = chain.iter().map(|a| (a.actor.id.as_str(), a.hazard, a.home)).collect();
    assert_eq!(found, [("FOC", 0.03, Some(plan.focus[0])), ("TWN", 0.03, None)]);
    let weakest = tested(&world, &plan, 0.0);
    assert!(of(&weakest, &plan, (ActorKind::Chain, "FOC")).iter().all(|r| r.loss == 0.0));
    assert!(of(&weakest, &plan, (ActorKind::Chain, "TWN"))[2].loss > 0.0);
}
