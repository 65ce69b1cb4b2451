//! What projects build: room for nodes, output of a vendor at home, regions of clouds.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::math;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::project::ProjectKind;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::metric::integrity::check_month;
use autarky_market::metric::sovereignty::Projection;
use autarky_market::record::ActorKind;
use autarky_market::scenario::{Entries, Scenario};
use autarky_market::world::region::Stage;
use autarky_market::world::{ModelError, World};
use common::{Run, add_pool, fleet, island, pool, zone};

/// Power of a node of `ha`, kW.
const NODE: f64 = 0.7;

/// The island wants 100 nodes, from vendor `va` alone, and has room for 40; a project adds room for 40 more in a year.
fn crowded() -> Scenario {
    let mut s = island();
    let home = s.providers.entry("home");
    (home.target_utilisation, home.vendor_mix) = (0.5, vec![("va".to_owned(), 1.0)]);
    home.facility = Some(40.0 * NODE / 1000.0);
    let nation = s.nations.entry("FOC");
    (nation.portfolio_data_centre, nation.portfolio_network, nation.portfolio_cloud) =
        (1.0, 0.0, 0.0);
    nation.coverage = 0.05;
    s.milestones.entry("build");
    let project = s.projects.entry("hall");
    project.nation = "FOC".to_owned();
    (project.provider, project.power) = (Some("home".to_owned()), Some(40.0 * NODE / 1000.0));
    project.milestones = vec!["build".to_owned()];
    s
}

fn started<'a>(plan: &'a mut Blueprint, nodes: &[u32]) -> Run<'a> {
    fleet(plan, nodes);
    Run::new(plan, 1, 0)
}

#[test]
fn nothing_is_installed_above_the_room_of_a_facility_and_what_is_wanted_comes_when_there_is_room() {
    let mut plan = Blueprint::new(&crowded()).unwrap();
    let home = pool(&plan, "home");
    let mut run = started(&mut plan.clone(), &[10]).to(0.0).clone();
    assert_eq!(run.pools[home.at()].nodes, 10);
    let copy = plan.clone();
    let mut course = started(&mut plan, &[10]);
    for day in (0..800).step_by(10) {
        run = course.to(f64::from(day)).clone();
        let (nodes, done) = (run.pools[home.at()].nodes, run.projects[0].finished.is_some());
        assert!(nodes <= if done { 80 } else { 40 }, "day {day}: {nodes} nodes");
        assert!((run.installed_power(&copy, home) - f64::from(nodes) * NODE).abs() < 1e-9);
        if (100..365).contains(&day) {
            assert_eq!(nodes, 40, "day {day}");
        }
    }
    assert_eq!(run.pools[home.at()].nodes, 80, "the target is 100, the room 80");
    // Planned to arrive as the room opens: nodes are there within a review and a delivery.
    assert_eq!(course.world().facilities[home.at()].received, 0);
    let mut free = crowded();
    (free.providers.entry("home").facility, free.projects) = (None, Entries::default());
    let mut plan = Blueprint::new(&free).unwrap();
    let unlimited = started(&mut plan, &[10]).to(300.0).pools[home.at()].nodes;
    assert_eq!(unlimited, 100, "without a limit the pool reaches its target");
}

/// Nodes ordered for a hall that is late wait in store: paid, counted, and installed when it opens. 20 chance courses with a
/// log sd of 0.2 and deliveries that take 250 days, so that they are ordered before it is known that the hall is late.
#[test]
fn what_comes_before_a_late_hall_waits_in_store_and_no_node_is_lost() {
    let mut s = crowded();
    (s.milestones.entry("build").delay_dispersion, s.vendors.entry("va").delivery_time) =
        (0.2, 250.0);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[40]);
    let home = pool(&plan, "home");
    let mut stored = 0;
    for replication in 0..20 {
        let mut run = Run::new(&plan, 1, replication);
        for day in (0..1500).step_by(30) {
            let world = run.to(f64::from(day));
            check_month(world, &plan).unwrap();
            let facility = &world.facilities[home.at()];
            let kept: u32 = facility.stored.iter().map(|one| one.nodes).sum();
            assert_eq!(u64::from(kept), facility.received - facility.placed);

            let bought = world.pools[home.at()].nodes + kept;
            assert!(bought <= 80, "never more than there will be room for: {bought}");
            assert!(world.projects[0].finished.is_some() || world.pools[home.at()].nodes == 40);
        }
        let world = run.to(3600.0);
        stored += u32::from(world.facilities[home.at()].received > 0);
        if world.projects[0].finished.is_some_and(|day| day < 3500.0) {
            assert_eq!(
                (world.pools[home.at()].nodes, world.facilities[home.at()].stored.len()),
                (80, 0)
            );
        }
    }
    assert!((3..20).contains(&stored), "some halls must be late and some not: {stored}");
}

#[test]
fn a_node_that_vanishes_from_store_and_one_beyond_the_room_are_noticed() {
    let mut plan = Blueprint::new(&crowded()).unwrap();
    let copy = plan.clone();
    let world = started(&mut plan, &[40]).to(200.0).clone();
    check_month(&world, &copy).unwrap();
    let law = |change: fn(&mut World)| {
        let mut wrong = world.clone();
        change(&mut wrong);
        match check_month(&wrong, &copy) {
            Err(ModelError::Violation(violation)) => violation.law,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(law(|w| w.facilities[0].received += 1), "nodes in store");
    assert_eq!(law(|w| w.facilities[0].room -= 0.1), "room");
}

/// Two halls for one provider add up; a facility whose limit is unset has room for what stands in it.
#[test]
fn halls_of_one_provider_add_up_to_what_stands_there() {
    let mut s = crowded();
    s.providers.entry("home").facility = None;
    let second = s.projects.get("hall").cloned().unwrap();
    *s.projects.entry("wing") = second;
    s.projects.entry("wing").start = 100.0;
    let mut plan = Blueprint::new(&s).unwrap();
    let mut run = started(&mut plan, &[7]);
    let rooms: Vec<f64> =
        [1.0, 366.0, 466.0].into_iter().map(|day| run.to(day).facilities[0].room / NODE).collect();
    for (room, expected) in rooms.iter().zip([7.0, 47.0, 87.0]) {
        assert!((room - expected).abs() < 1e-9, "{rooms:?}");
    }
}

/// A vendor `vf` of the island that makes nothing before its fab of 36,525 H100e a year is done after two years; it ramps over 200 days.
fn with_fab() -> Scenario {
    let mut s = island();
    let vendor = s.vendors.entry("vf");
    (vendor.home, vendor.output, vendor.market_share) = ("FOC".to_owned(), 0.0, 0.0);
    (vendor.output_growth, vendor.output_volatility) = (0.3, 0.0);
    (vendor.allocation_interval, vendor.stock_limit) = (1.0, 3650.0);
    let model = s.hardware.get("ha").cloned().unwrap();
    *s.hardware.entry("hf") = model;
    s.hardware.entry("hf").vendor = "vf".to_owned();
    let home = s.providers.entry("home");
    (home.target_utilisation, home.vendor_mix) =
        (0.5, vec![("va".to_owned(), 0.5), ("vf".to_owned(), 0.5)]);
    let nation = s.nations.entry("FOC");
    (nation.portfolio_data_centre, nation.portfolio_network, nation.portfolio_cloud) =
        (1.0, 0.0, 0.0);
    nation.coverage = 0.05;
    s.milestones.entry("build").duration = 730.5;
    let fab = s.projects.entry("fab");
    (fab.kind, fab.nation, fab.vendor) =
        (ProjectKind::ChipFab, "FOC".to_owned(), Some("vf".to_owned()));
    (fab.output, fab.ramp) = (Some(36_525.0), 200.0);
    fab.milestones = vec!["build".to_owned()];
    s
}

/// Made by day t after completion: daily sums of `100·e^{0.3t}·min(1, x/200)`.
#[test]
fn a_fab_makes_nothing_before_it_is_done_and_ramps_up_after_it() {
    let plan = Blueprint::new(&with_fab()).unwrap();
    let vf = plan.vendors.iter().position(|v| v.id == "vf").unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let before = run.to(730.0).vendors[vf].clone();
    assert!(before.books.made <= 0.0 && before.backlog.is_empty());
    let later = run.to(1130.25).vendors[vf].books.made;
    let mut expected = 0.0;
    for day in 731..=1130 {
        let (day, done) = (f64::from(day), 730.5);
        expected += 100.0 * math::exp(0.3 * day / 365.25) * ((day - done) / 200.0).min(1.0);
    }
    assert!((later / expected - 1.0).abs() < 1e-9, "{later} {expected}");
}

#[test]
fn nobody_has_or_orders_hardware_of_a_vendor_before_its_first_fab_is_done() {
    let s = with_fab();
    let plan = Blueprint::new(&s).unwrap();
    let vf = plan.vendors.iter().position(|v| v.id == "vf").unwrap();
    let of_vf = |world: &World| {
        let sold = |h: usize| plan.hardware[h].vendor.at() == vf;
        let models = plan.hardware.len();
        world
            .installed
            .iter()
            .enumerate()
            .filter(|(i, _)| sold(i % models))
            .map(|(_, n)| n)
            .sum::<i64>()
    };
    let mut run = Run::new(&plan, 1, 0);
    for day in (0..=730).step_by(73) {
        let world = run.to(f64::from(day));
        let ordered: f64 = world.pools.iter().map(|p| p.on_order[vf]).sum();
        assert!(of_vf(world) == 0 && ordered <= 0.0, "day {day}");
    }
    // All nodes are renewed together every two years, from the vendor that then falls furthest short.
    let mut short = s;
    (short.hardware.entry("ha").life, short.hardware.entry("hf").life) = (2.0, 2.0);
    let plan = Blueprint::new(&short).unwrap();
    let world = Run::new(&plan, 1, 0).to(2200.0).clone();
    assert!(world.vendors[vf].books.shipped > 20.0);
}

/// The island's fleet comes from its own fab, whose chips need a foundry abroad: no foreign vendor or controller can stop it, the foundry's jurisdiction can stop
/// its parts. Nodes fail 0.01 a day and need a part half of the time.
#[test]
fn a_fab_is_independent_of_foreign_vendors_and_depends_on_its_chain() {
    let mut s = with_fab();
    s.demand.world = 30_000.0;
    let foundry = s.stages.entry("foundry");
    foundry.shares = vec![("TWN".to_owned(), 1.0)];
    s.vendors.entry("vf").chain = vec!["foundry".to_owned()];
    s.providers.entry("home").vendor_mix = vec![("vf".to_owned(), 1.0)];
    for model in ["ha", "hf"] {
        let terms = s.hardware.entry(model);
        (terms.failure_rate, terms.part_share, terms.life) = (0.01, 0.5, 2.0);
    }
    let loss = |s: &Scenario, (day, horizon): (f64, usize), (kind, id): (ActorKind, &str)| {
        let plan = Blueprint::new(s).unwrap();
        let world = Run::new(&plan, 1, 0).to(day).clone();
        let weakest = Projection::new(&world, &plan, day).test(&world, &plan, plan.focus[0]);
        let at = plan.actors.iter().position(|a| a.actor.id == id && a.actor.kind == kind).unwrap();
        weakest.results[3 * at + horizon].loss
    };
    let (vendor, chain) = (ActorKind::Vendor, ActorKind::Chain);
    let before = loss(&s, (100.0, 2), (vendor, "va"));
    assert!(before > 0.01, "before the fab the foreign vendor matters: {before}");
    let year = (1000.0, 2);
    for other in [(vendor, "va"), (vendor, "vb"), (ActorKind::Controller, "AAA"), (vendor, "vf")] {
        assert!(loss(&s, year, other).abs() < 1e-12, "{other:?}");
    }
    assert!(loss(&s, year, (chain, "TWN")) > 0.01, "parts need the foundry");
    s.stages.entry("foundry").shares = vec![("FOC".to_owned(), 1.0)];
    assert!(loss(&s, year, (chain, "FOC")).abs() < 1e-12, "a chain at home leaves nothing to stop");
}

/// The island and a cloud of `AAA` that may open a region there at no fixed cost, by a project of two stages of 150 and 250 days.
#[test]
fn a_region_opens_by_the_stages_of_its_project_from_the_decision_on_and_its_cloud_pays() {
    let mut s = island();
    s.horizon.tick = 7.0;
    add_pool(&mut s, "ca", "AAA");
    let cloud = s.providers.entry("ca");
    (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
    (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.8);
    (cloud.region_entry, cloud.region_candidates) = (true, vec!["FOC".to_owned()]);
    (cloud.region_fixed_cost, cloud.region_minimum) = (0.0, 1.0);
    (cloud.region_review, cloud.region_build_time) = (30.0, 1.0);
    for (id, days, cost) in [("site", 150.0, 1e6), ("halls", 250.0, 5e6)] {
        let terms = s.milestones.entry(id);
        (terms.duration, terms.cost) = (days, cost);
    }
    let project = s.projects.entry("region");
    (project.kind, project.nation) = (ProjectKind::CloudRegion, "FOC".to_owned());
    project.provider = Some("ca".to_owned());
    project.milestones = vec!["site".to_owned(), "halls".to_owned()];
    let plan = Blueprint::new(&s).unwrap();
    let at = pool(&plan, "ca@FOC").at();
    let mut run = Run::new(&plan, 1, 0);
    assert_eq!(run.to(29.9).projects[0].begun, None);
    let under_way = run.to(429.0);
    assert_eq!((under_way.regions[at].stage, under_way.pools[at].nodes), (Stage::Building, 0));
    assert_eq!(under_way.projects[0].done, 1);
    let open = run.to(431.0).clone();
    assert_eq!(open.regions[at].stage, Stage::Open);
    assert!((open.projects[0].finished.unwrap() - 430.0).abs() < 1e-6);
    let [state, owner] = open.projects[0].spent;
    assert!(state <= 0.0 && (owner - 6e6).abs() < 1e-6, "{owner}");
    assert!(open.ledger.balance(open.accounts.treasuries[zone(&plan, "FOC").at()]).abs() < 1e-6);
    assert!(run.to(900.0).pools[at].nodes > 50);
    // Room that the project states limits the region.
    s.projects.entry("region").power = Some(20.0 * NODE / 1000.0);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    assert!(run.to(900.0).pools[at].nodes == 20, "{}", run.world().pools[at].nodes);
}

/// A hall comes late, and those who would fill it are few: nodes that wait for technicians hold their room.
#[test]
fn nodes_that_wait_for_technicians_hold_their_room() {
    let mut s = common::scenario(common::Size { operators: 2, nodes: 20 });
    s.horizon.years = 3.0;
    let nation = s.nations.entry("FOC");
    (nation.talent_technicians, nation.talent_installs) = (Some(0.5), 0.02);
    let centre = s.providers.entry("FOC-data_centre");
    centre.facility = Some(2.0);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 5, 0);
    let id = pool(&plan, "FOC-data_centre");
    let mut waited = 0.0_f64;
    for month in 1..36 {
        let world = run.to(f64::from(month) * 30.4375);
        let (here, waits) = (world.installed_power(&plan, id), world.uninstalled_power(&plan, id));
        let room = world.facilities[id.at()].room;
        assert!(here + waits <= room * (1.0 + 1e-9), "month {month}: {here} + {waits} of {room}");
        waited = waited.max(waits);
    }
    assert!(waited > 0.0, "nobody waited, so nothing was tested");
}
