//! Stockpiles of spare parts: what they cost, whom they serve, and what they are worth when parts stop coming.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::math;
use autarky_market::blueprint::{Blueprint, ResolvedActor};
use autarky_market::entity::nation::Release;
use autarky_market::metric::integrity::check_month;
use autarky_market::metric::sovereignty::{Projection, critical_need};
use autarky_market::record::ActorKind;
use autarky_market::scenario::Scenario;
use autarky_market::world::stockpile::StateShelf;
use autarky_market::world::{ModelError, World};
use common::{Run, add_pool, fleet, island, pool, regime, t_statistic, working, zone};

/// 200 nodes of `ha` that fail 0.005 a day, need a part every time, and are repaired within minutes by a crew each; the provider keeps no spares of its own.
/// The state wants `parts` a node.
fn island_with(parts: f64) -> Scenario {
    let mut s = island();
    let model = s.hardware.entry("ha");
    (model.failure_rate, model.part_share) = (0.005, 1.0);
    let nation = s.nations.entry("FOC");
    (nation.stockpile_parts, nation.crews) = (parts, 1000.0);
    let home = s.providers.entry("home");
    (home.spares, home.repair_time) = (0.0, 0.001);
    s
}

fn course(plan: &mut Blueprint, replication: u64) -> Run<'_> {
    fleet(plan, &[200]);
    Run::new(plan, 1, replication)
}

/// All that the island ever had of parts for `ha`.
fn shelf(world: &World, plan: &Blueprint) -> StateShelf {
    let mut sum = StateShelf::default();
    for one in &world.stockpiles[zone(plan, "FOC").at()] {
        sum.stock += one.stock;
        sum.bought += one.bought;
        sum.used += one.used;
    }
    sum
}

/// A ban of `AAA` on spares, and nothing else, from day 100.
fn ban(s: &mut Scenario) {
    regime(s, "ban", "AAA", 100.0);
    s.events.entry("ban").scope = vec![autarky_market::entity::controller::Scope::Spares];
}

#[test]
fn the_state_buys_what_it_wants_at_the_vendors_price_and_parts_are_conserved() {
    let mut s = island_with(0.5);
    (s.hardware.entry("ha").price_decline, s.providers.entry("home").spare_price) = (0.0, 1.0);
    s.hardware.entry("ha").price = 1000.0;
    ban(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    let copy = plan.clone();
    let mut run = course(&mut plan, 0);
    let foc = zone(&copy, "FOC");
    let world = run.to(99.0);
    assert_eq!(shelf(world, &copy), StateShelf { stock: 100, bought: 100, used: 0 });
    let treasury = world.ledger.balance(world.accounts.treasuries[foc.at()]);
    assert!((treasury + 100.0 * 1000.0).abs() < 1e-5, "{treasury}");
    let mut last = 0;
    for day in (100..1500).step_by(50) {
        let world = run.to(f64::from(day));
        let now = shelf(world, &copy);
        assert_eq!(now.bought, now.used + u64::from(now.stock));
        assert!(now.bought == 100 && now.used >= last, "nothing comes under the ban");
        last = now.used;
        check_month(world, &copy).unwrap();
    }
    assert_eq!(last, 100, "all of it is used in the end");
    // Providers paid the state for what they took: the purse is as it was.
    let world = run.world();
    assert!(world.ledger.balance(world.accounts.treasuries[foc.at()]).abs() < 1e-5);
}

#[test]
fn without_money_for_it_a_stockpile_stays_empty_and_with_half_of_the_money_it_is_half_full() {
    let bought = |usd: f64| {
        let mut s = island_with(0.5);
        (s.hardware.entry("ha").price, s.hardware.entry("ha").price_decline) = (1000.0, 0.0);
        s.providers.entry("home").spare_price = 1.0;
        let nation = s.nations.entry("FOC");
        (nation.appropriation, nation.budget_stockpile) = (Some(usd), 0.5);
        (nation.budget_data_centre, nation.budget_models) = (0.05, 0.05);
        let mut plan = Blueprint::new(&s).unwrap();
        let copy = plan.clone();
        shelf(course(&mut plan, 0).to(90.0), &copy).bought
    };
    assert_eq!([bought(0.0), bought(1e5), bought(2e5), bought(9e5)], [0, 50, 100, 100]);
}

/// Under `ban` the stockpile rests while parts come; under `last` it serves whoever runs out, and the state buys anew.
#[test]
fn the_rule_of_release_says_when_it_is_drawn_upon() {
    let used = |release, banned: bool| {
        let mut s = island_with(0.2);
        s.nations.entry("FOC").stockpile_release = release;
        if banned {
            ban(&mut s);
        }
        let mut plan = Blueprint::new(&s).unwrap();
        let copy = plan.clone();
        shelf(course(&mut plan, 0).to(1000.0), &copy).used
    };
    assert_eq!(used(Release::Ban, false), 0);
    assert!(used(Release::Last, false) > 200, "{}", used(Release::Last, false));
    assert_eq!((used(Release::Ban, true), used(Release::Last, true) >= 40), (40, true));
}

/// Only providers of the nation draw on it: a foreign one in the same zone does not.
#[test]
fn a_foreign_provider_in_the_zone_gets_nothing() {
    let mut s = island_with(0.5);
    ban(&mut s);
    add_pool(&mut s, "alien", "AAA");
    let alien = s.providers.entry("alien");
    (alien.zones, alien.spares) = (vec!["FOC".to_owned()], 0.0);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[200]);
    plan.initial[0].site = autarky_market::id::SiteId::new(
        plan.operators[plan.pools[pool(&plan, "alien").at()].operators.start].sites.start,
    );
    let world = Run::new(&plan, 1, 0).to(900.0).clone();
    assert_eq!(shelf(&world, &plan), StateShelf::default(), "nothing is bought for it either");
    assert!(working(&world) < 20);
}

/// Node-days until day 1,500 under a ban from day 100: failures follow one clock under the time change ∫ up dt and repair takes minutes, so that a larger stockpile
/// serves at least as much on every path (section 7.28). Daily counts miss the integral by at most half a day a failure: some 200. A part is worth the mean
/// time between failures, 200 node-days, less what lies beyond the end (1.6 days a node with two lives): 200 parts on 30 paths give |t| < 7 with 29
/// degrees of freedom, false alarm 1.1e-7; a stockpile of which a tenth is lost would be found.
#[test]
fn twice_the_stockpile_never_serves_less_under_a_ban_on_spares() {
    let served = |parts: f64, replication: u64| {
        let mut s = island_with(parts);
        ban(&mut s);
        let mut plan = Blueprint::new(&s).unwrap();
        let mut run = course(&mut plan, replication);
        (0..1500).map(|day| f64::from(working(run.to(f64::from(day))))).sum::<f64>()
    };
    let mut gains = Vec::new();
    for replication in 0..30 {
        let courses = [0.0, 0.25, 0.5, 1.0].map(|parts| served(parts, replication));
        for pair in courses.windows(2) {
            assert!(pair[1] >= pair[0] - 200.0, "replication {replication}: {courses:?}");
        }
        gains.push(courses[3] - courses[0]);
    }
    let t = t_statistic(&gains, 200.0 * (200.0 - 1.6));
    assert!(t.abs() < 7.0, "t = {t}: {gains:?}");
}

/// After the first purchase, against shelves of the provider with as many parts at that moment: what is left after a year without the vendor is the same whoever has
/// them. Under a rule that waits for a ban they change nothing without a withdrawal.
#[test]
fn a_stockpile_and_own_spares_of_the_same_size_leave_the_same_level() {
    let day = 45.0;
    let level = |s: &Scenario, move_parts: bool| {
        let mut plan = Blueprint::new(s).unwrap();
        fleet(&mut plan, &[200]);
        let mut world = Run::new(&plan, 1, 0).to(day).clone();
        let foc = zone(&plan, "FOC").at();
        if move_parts {
            for at in 0..plan.shelves() {
                world.pools[0].parts[at].stock += world.stockpiles[foc][at].stock;
                world.stockpiles[foc][at].stock = 0;
            }
        }
        let weakest = Projection::new(&world, &plan, day).test(&world, &plan, plan.focus[0]);
        let at = plan
            .actors
            .iter()
            .position(|a| a.actor.kind == ActorKind::Vendor && a.actor.id == "va");
        (weakest.results[3 * at.unwrap() + 2].level, weakest.baseline[2])
    };
    for release in [Release::Last, Release::Ban] {
        let mut s = island_with(0.5);
        s.demand.world = 30_000.0;
        s.nations.entry("FOC").stockpile_release = release;
        let (state, own) = (level(&s, false), level(&s, true));
        assert!((state.0 - own.0).abs() < 1e-12, "{state:?} {own:?}");
        s.nations.entry("FOC").stockpile_parts = 0.0;
        let none = level(&s, false);
        assert!(
            state.0 > none.0 * 1.2
                && (release == Release::Last || (state.1 - none.1).abs() < 1e-12)
        );
    }
}

/// Parts S for N nodes that fail at rate λ: S/(λN) days are covered, then nodes are lost at rate λ, so that `N·e^{S/N − λh}` work after h days: 64.9 of 200 with 40 parts
/// of the provider and 100 of the state. The projection says so to a thousandth (repair takes a minute and a half), and 60 chance courses in the mean: |t| < 6 with 59 degrees of freedom,
/// false alarm 1.3e-7; a stockpile of which a fifth did not count would be found.
#[test]
fn under_a_ban_the_stockpile_carries_the_fleet_as_far_as_the_projection_says() {
    let mut s = island_with(0.5);
    (s.demand.world, s.vendors.entry("va").service_erosion) = (30_000.0, 0.0);
    s.providers.entry("home").spares = 0.2;
    let theory = 200.0 * math::exp(0.7 - 0.005 * 365.0);
    let mut plan = Blueprint::new(&s).unwrap();
    let copy = plan.clone();
    let world = course(&mut plan, 0).to(100.0).clone();
    let weakest = Projection::new(&world, &copy, 100.0).test(&world, &copy, copy.focus[0]);
    let of_aaa = |a: &ResolvedActor| a.actor.kind == ActorKind::Controller && a.actor.id == "AAA";
    let at = copy.actors.iter().position(of_aaa).unwrap();
    let need: f64 = critical_need(&world, &copy, copy.focus[0]).iter().sum();
    let projected = weakest.results[3 * at + 2].level * need;
    assert!((projected / theory - 1.0).abs() < 1e-3, "{projected} {theory}");
    ban(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    let left: Vec<f64> =
        (0..60).map(|r| f64::from(working(course(&mut plan, r).to(465.0)))).collect();
    let t = t_statistic(&left, theory);
    assert!(t.abs() < 6.0, "t = {t}: {left:?}");
}

#[test]
fn a_part_that_vanishes_is_noticed() {
    let mut plan = Blueprint::new(&island_with(0.5)).unwrap();
    let copy = plan.clone();
    let mut world = course(&mut plan, 0).to(60.0).clone();
    let foc = zone(&copy, "FOC").at();
    let one = world.stockpiles[foc].iter_mut().find(|one| one.stock > 0).unwrap();
    one.stock -= 1;
    match check_month(&world, &copy) {
        Err(ModelError::Violation(violation)) => assert_eq!(violation.law, "stockpiled parts"),
        other => panic!("{other:?}"),
    }
}
