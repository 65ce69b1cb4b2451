//! Divergent rules cost compliance per pair of jurisdictions, and recognition removes exactly the pair's; residency among allies hangs on it.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;
mod neighbours;

use autarky_market::blueprint::{Blueprint, ResolvedActor};
use autarky_market::entity::alliance::Priority;
use autarky_market::entity::demand::Sensitivity;
use autarky_market::entity::event::{Change, EventKind};
use autarky_market::entity::nation::Residency;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::metric::sovereignty::Projection;
use autarky_market::record::ActorKind;
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use common::{Run, add_pool, pool, zone};
use neighbours::{ally, neighbours, with_nodes};

/// A cloud at home in each of two zones sells everywhere: `west` from `AAA`, `near` from `NB2`, and `outpost` of `AAA` in `NB2`.
fn clouds(recognition: bool) -> Scenario {
    let mut s = neighbours(0.0);
    for (id, home, site) in
        [("west", "AAA", "AAA"), ("near", "NB2", "NB2"), ("outpost", "AAA", "NB2")]
    {
        add_pool(&mut s, id, home);
        let cloud = s.providers.entry(id);
        (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
        cloud.zones = vec![site.to_owned()];
        cloud.capacity_target = CapacityTarget::OfferedLoad;
    }
    let nation = s.nations.entry("NB1");
    nation.compliance = 0.4;
    nation.compliance_with = vec![("AAA".to_owned(), 0.7), ("NB2".to_owned(), 0.2)];
    ally(&mut s, 0.0, Priority::OwnFirst);
    s.alliances.entry("pact").recognition = recognition;
    s
}

/// Sites by provider in the order of their names: the three data centres, then the clouds.
fn plan(s: &Scenario) -> Blueprint {
    let nodes: Vec<u32> = s.providers.iter().map(|_| 300).collect();
    with_nodes(s, &nodes)
}

/// Compliance cost of `NB1`'s work of a sensitivity in a pool.
fn cost(world: &World, plan: &Blueprint, sensitivity: Sensitivity, id: &str) -> f64 {
    let at = |p: &&autarky_market::world::market::MarketPair| {
        let segment = &plan.segments[p.segment.at()];
        p.pool == pool(plan, id)
            && segment.nation == zone(plan, "NB1")
            && Sensitivity::ALL[segment.sensitivity] == sensitivity
    };
    let pairs: Vec<f64> = world.market.pairs.iter().filter(at).map(|p| p.compliance).collect();
    assert!(pairs.windows(2).all(|w| w[0].to_bits() == w[1].to_bits()) && !pairs.is_empty());
    pairs[0]
}

#[test]
fn recognition_removes_exactly_the_compliance_of_the_pair() {
    let costs = |recognition| {
        let plan = plan(&clouds(recognition));
        let mut run = Run::new(&plan, 48, 0);
        let world = run.to(1.0);
        ["NB1", "near", "west", "outpost"]
            .map(|id| cost(world, &plan, Sensitivity::Regulated, id).to_bits())
    };
    // An outpost is under two jurisdictions, of which the stricter counts: recognition by the milder changes nothing.
    assert_eq!(costs(false), [0.0_f64, 0.2, 0.7, 0.7].map(f64::to_bits));
    assert_eq!(costs(true), [0.0_f64, 0.0, 0.7, 0.7].map(f64::to_bits));
    let plan = plan(&clouds(false));
    let mut run = Run::new(&plan, 48, 0);
    assert!(cost(run.to(1.0), &plan, Sensitivity::Open, "west") == 0.0, "open work pays nothing");
}

/// `NB2` leaves the alliance between the days 100 and 200.
fn leaves(s: &mut Scenario) {
    let event = s.events.entry("exit");
    (event.kind, event.change) = (EventKind::AllianceChange, Change::Leave);
    (event.alliance, event.to) = (Some("pact".to_owned()), vec!["NB2".to_owned()]);
    (event.at, event.until) = (Some(100.0), Some(200.0));
}

#[test]
fn a_member_that_leaves_is_foreign_until_it_is_back() {
    let mut s = clouds(true);
    leaves(&mut s);
    s.nations.entry("NB1").residency_critical = Residency::Alliance;
    let plan = plan(&s);
    let mut run = Run::new(&plan, 48, 0);
    let critical = |world: &World, id: &str| -> f64 {
        let of = |s: usize| {
            let segment = &plan.segments[s];
            segment.nation == zone(&plan, "NB1")
                && Sensitivity::ALL[segment.sensitivity] == Sensitivity::Critical
        };
        let pairs =
            (0..plan.segments.len()).filter(|&s| of(s)).flat_map(|s| world.market.pairs_of(s));
        pairs
            .filter(|&p| world.market.pairs[p].pool == pool(&plan, id))
            .map(|p| world.market.outcome.served(&world.market.structure, p))
            .sum()
    };
    for (day, member) in [(92.0, true), (106.0, false), (197.0, false), (211.0, true)] {
        let world = run.to(day);
        assert!(critical(world, "NB1") > 0.0, "day {day}");
        assert!(critical(world, "west") == 0.0, "no ally, day {day}");
        // The outpost lies in an ally's territory: `alliance` asks for the zone or the control plane.
        for id in ["near", "outpost"] {
            assert_eq!(critical(world, id) > 0.0, member, "{id} on day {day}");
        }
        let expected = if member { 0.0_f64 } else { 0.2 };
        let found = cost(world, &plan, Sensitivity::Regulated, "near");
        assert_eq!(found.to_bits(), expected.to_bits(), "day {day}");
    }
}

#[test]
fn without_recognition_residency_among_allies_is_the_own_territory_or_control_plane() {
    let options = |residency, recognition| {
        let mut s = clouds(recognition);
        s.nations.entry("NB1").residency_open = residency;
        let plan = plan(&s);
        let segment = plan.segments.iter().find(|segment| segment.nation == zone(&plan, "NB1"));
        let mut pools: Vec<String> = segment
            .unwrap()
            .options
            .iter()
            .map(|o| plan.pools[plan.pool_of(o.group).at()].id.clone())
            .collect();
        pools.dedup();
        pools
    };
    assert_eq!(options(Residency::Alliance, false), options(Residency::Territory, false));
    assert_eq!(options(Residency::Alliance, true), ["NB1", "near", "outpost"]);
    assert_eq!(options(Residency::Any, true).len(), 4);
}

fn actor<'a>(plan: &'a Blueprint, kind: ActorKind, id: &str) -> &'a ResolvedActor {
    plan.actors.iter().find(|a| a.actor.kind == kind && a.actor.id == id).unwrap()
}

/// What an ally lends is lost when it withdraws, one's own is not; a coalition takes at least what each of its members takes, and a nation is never
/// in the coalition that withdraws from it.
#[test]
fn an_ally_that_withdraws_takes_its_transfers_and_a_coalition_all_of_them() {
    let mut s = neighbours(0.0);
    ally(&mut s, 1.0, Priority::OwnFirst);
    s.alliances.entry("pact").coalition = true;
    s.sensitivities.entry("open").share = 0.0;
    s.sensitivities.entry("critical").share = 0.8;
    let plan = with_nodes(&s, &[300, 1600, 1600]);
    let mut run = Run::new(&plan, 48, 0);
    let world = run.to(50.0);
    let projection = Projection::new(world, &plan, 50.0);
    let nation = zone(&plan, "NB1");
    let loss = |actor: &ResolvedActor| projection.withdrawal(world, &plan, (nation, actor))[0].loss;
    let hosts = ["NB2", "NB3"].map(|id| loss(actor(&plan, ActorKind::Host, id)));
    let coalition = loss(actor(&plan, ActorKind::Coalition, "pact"));
    assert!(hosts.iter().all(|&x| x > 0.1), "{hosts:?}");
    assert!((coalition - hosts[0] - hosts[1]).abs() < 1e-9, "{coalition} {hosts:?}");
    assert!(loss(actor(&plan, ActorKind::Host, "NB1")) == 0.0, "no state withdraws from itself");
    let lender = zone(&plan, "NB2");
    let test =
        projection.withdrawal(world, &plan, (lender, actor(&plan, ActorKind::Coalition, "pact")));
    assert!(test[0].loss == 0.0, "who borrows nothing loses nothing: {test:?}");
}

/// A coalition of states with vendors is the union of what its members control.
#[test]
fn a_coalition_of_jurisdictions_stops_the_vendors_of_all() {
    let mut s = neighbours(0.0);
    let bloc = s.alliances.entry("bloc");
    bloc.members = ["AAA", "BBB"].map(str::to_owned).to_vec();
    bloc.coalition = true;
    let plan = with_nodes(&s, &[100; 3]);
    let both = actor(&plan, ActorKind::Coalition, "bloc");
    let one = actor(&plan, ActorKind::Controller, "AAA");
    assert_eq!(both.vendors, [1, 1], "no chips of either");
    assert_eq!(one.vendors, [1, 0]);
    assert!(both.is_foreign() && both.home.is_none());
    assert_eq!(both.supply_of(&plan, 0, zone(&plan, "AAA")), 0, "not from itself");
}
