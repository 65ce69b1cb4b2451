//! Nodes, work and money are conserved after every event, and a planted leak of any of them stops the check with its name.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::id::CohortId;
use autarky_market::metric::integrity::{check_month, check_tick};
use autarky_market::simulate;
use autarky_market::world::{ModelError, World};
use common::{Run, Size, regime, scenario};

fn plan() -> Blueprint {
    let mut s = scenario(Size { operators: 4, nodes: 20 });
    s.horizon.years = 2.0;
    s.horizon.sample = 30.0;
    regime(&mut s, "ban", "AAA", 200.0);
    s.events.entry("ban").until = Some(400.0);
    for vendor in ["v1", "v2", "v3"] {
        for generation in 0..6 {
            s.hardware.entry(&format!("{vendor}-g{generation}")).life = 1.5;
        }
    }
    Blueprint::new(&s).unwrap()
}

/// Nodes of every pool, recounted from the cohorts; each in exactly one of its states.
fn recount(world: &World, plan: &Blueprint) {
    let mut nodes = vec![0_u32; plan.pools.len()];
    for (at, cohort) in world.cohorts.iter().enumerate() {
        let states = cohort.up + cohort.repairing + cohort.waiting_part + cohort.offline;
        assert_eq!(cohort.nodes, states);
        assert_eq!(cohort.retired, !world.live.contains(&CohortId::new(at)));
        assert!(!cohort.retired || cohort.nodes == 0);
        nodes[plan.sites[cohort.site.at()].pool.at()] += cohort.nodes;
    }
    for (state, counted) in world.pools.iter().zip(nodes) {
        assert_eq!(state.nodes, counted);
        // Everything in repair is with a crew or in the queue; crews may also finish what has retired meanwhile.
        assert!(state.parts.iter().all(|p| p.waiting.is_empty() || p.stock == 0));
    }
}

/// Compute on order of every pool is that of its open orders and shipments under way.
fn recount_orders(world: &World, plan: &Blueprint) {
    let mut pools = vec![0.0; plan.pools.len()];
    let shipped = world.shipments.iter().map(|s| (s.order, s.nodes));
    for (order, nodes) in world.orders.iter().map(|o| (*o, o.nodes)).chain(shipped) {
        pools[order.pool.at()] += f64::from(nodes) * order.node_compute(plan);
    }
    for (state, counted) in world.pools.iter().zip(pools) {
        assert!((state.pipeline() - counted).abs() < 1e-6 * counted.max(1.0));
    }
}

#[test]
fn nodes_orders_and_money_are_conserved_through_a_ban_and_the_retirement_of_the_fleet() {
    let plan = plan();
    let mut run = Run::new(&plan, 3, 0);
    for step in 1..=146 {
        let world = run.to(f64::from(step) * 5.0);
        recount(world, &plan);
        recount_orders(world, &plan);
        check_month(world, &plan).unwrap();
        world.ledger.check().unwrap();
    }
    let books = run.world().node_books;
    assert!(books.retired > 100 && books.failures > 100 && books.repairs > 100, "{books:?}");
    let seen = |code: u16| run.trace.iter().any(|r| r.code == code);
    assert!((1..=18).filter(|&code| code != 10).all(seen), "every family but licences took part");
}

/// Every hour of work that waits at the end of a tick is carried into the next, also when groups come or go and the problem is built anew.
#[test]
fn backlog_is_carried_from_tick_to_tick_in_full() {
    let plan = plan();
    let mut run = Run::new(&plan, 8, 0);
    let (mut waiting, mut groups, mut rebuilt, mut most) = (0.0, 0, 0, 0.0_f64);
    for day in 0..700 {
        let market = &run.to(f64::from(day) + 0.5).market;
        let pairs = 0..market.pairs.len();
        let carried: f64 = pairs.clone().map(|p| market.inputs.backlog(&market.structure, p)).sum();
        assert!((carried - waiting).abs() <= 1e-9 * waiting.max(1.0), "{day}: {carried} {waiting}");
        waiting = pairs.map(|p| market.outcome.pair(&market.structure, p).backlog).sum();
        rebuilt += usize::from(groups != market.groups.len());
        groups = market.groups.len();
        most = most.max(waiting);
    }
    assert!(rebuilt >= 2 && most > 1000.0, "{rebuilt} {most}");
}

/// The law that a check finds broken after `plant` has altered a sound world.
fn law(
    check: fn(&World, &Blueprint) -> Result<(), ModelError>,
    plant: impl FnOnce(&mut World),
) -> String {
    let plan = plan();
    let mut run = Run::new(&plan, 3, 0);
    run.to(60.0);
    run.simulation.set_up(|market, _| {
        check(&market.world, &plan).unwrap();
        plant(&mut market.world);
        match check(&market.world, &plan) {
            Err(ModelError::Violation(violation)) => violation.law.to_owned(),
            Err(other) => other.to_string(),
            Ok(()) => "none".to_owned(),
        }
    })
}

#[test]
fn a_node_that_appears_or_vanishes_is_noticed() {
    let oldest = |w: &mut World| w.live[0].at();
    let appears = |w: &mut World| {
        let at = oldest(w);
        w.cohorts[at].up += 1;
    };
    assert_eq!(law(check_month, appears), "nodes");
    assert_eq!(law(check_tick, |w| w.pools[0].nodes += 1), "nodes");
    assert_eq!(law(check_tick, |w| w.node_books.retired += 1), "nodes");
    let broken = |w: &mut World| {
        let at = oldest(w);
        let cohort = &mut w.cohorts[at];
        (cohort.up, cohort.repairing) = (cohort.up - 1, cohort.repairing + 1);
    };
    assert_eq!(law(check_month, broken), "working servers");
}

#[test]
fn a_count_that_is_not_in_step_is_noticed() {
    let first = |counts: &mut Vec<i64>| *counts.iter_mut().find(|n| **n > 0).unwrap() += 1;
    assert_eq!(law(check_month, |w| first(&mut w.installed)), "installed servers");
    assert_eq!(law(check_month, |w| first(&mut w.available)), "working servers");
    let queue = |w: &mut World| w.pools[0].parts[0].waiting.push_back(w.live[0]);
    assert_eq!(law(check_month, queue), "waiting nodes");
    let pool = |w: &mut World| {
        w.pools[0].nodes -= 1;
        w.pools[1].nodes += 1;
    };
    assert_eq!(law(check_month, pool), "nodes");
}

#[test]
fn work_that_appears_from_nowhere_is_noticed() {
    let plan = plan();
    let tuning: Vec<_> =
        (0..plan.segments.len()).filter(|&s| plan.segments[s].class == 1).collect();
    let carried = |w: &mut World| {
        let waits = |p: &usize| tuning.contains(&w.market.pairs[*p].segment.at());
        let pair = (0..w.market.pairs.len()).find(waits).unwrap();
        w.market.inputs.set_backlog(&w.market.structure, pair, 1e6).unwrap();
    };
    assert_eq!(law(check_tick, carried), "work");
}

#[test]
fn output_of_a_vendor_that_appears_or_vanishes_is_noticed() {
    assert_eq!(law(check_month, |w| w.vendors[0].stock += 1.0), "vendor output");
    assert_eq!(law(check_month, |w| w.vendors[2].books.shipped -= 1.0), "vendor output");
    assert_eq!(law(check_month, |w| w.vendors[1].books.made *= 1.000_001), "vendor output");
    let forgotten = |w: &mut World| {
        let id = w.vendors.iter().flat_map(|v| &v.backlog).next().copied().unwrap();
        w.orders.get_mut(id.0).unwrap().credit += 0.5;
    };
    assert_eq!(law(check_month, forgotten), "vendor output");
}

/// Waits of a thousand years do not fit the calendar: they must mean never, and no run may fail by them.
#[test]
fn what_happens_once_in_a_thousand_years_fails_no_run() {
    let mut s = scenario(Size { operators: 3, nodes: 12 });
    s.horizon.years = 1.0;
    for (id, _) in common::ZONES {
        let nation = s.nations.entry(id);
        nation.link_outage_rate = 0.001;
        nation.currency_onset = 0.001;
        for kind in ["data_centre", "network"] {
            s.providers.entry(&format!("{id}-{kind}")).outage_rate = 0.001;
        }
    }
    let stage = s.stages.entry("fab");
    (stage.shares, stage.disruption_rate) = (vec![("TWN".to_owned(), 1.0)], 0.001);
    s.vendors.entry("v1").chain = vec!["fab".to_owned()];
    let plan = Blueprint::new(&s).unwrap();
    for replication in 0..3 {
        let record = simulate(&plan, 5, replication, &StopFlag::new());
        assert!(record.is_ok(), "{record:?}");
    }
}
