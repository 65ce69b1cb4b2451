//! Operators of networks: whom the rules let in, how they grow, when they leave, who owns them; books, limits and signs.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::operator::{EntryRule, OperatorParameters};
use autarky_market::entity::provider::{CapacityTarget, ProviderKind, ProviderParameters};
use autarky_market::id::PoolId;
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use common::{Run, fleet, island};

const HOME: PoolId = PoolId(0);

fn kind(s: &mut Scenario) -> &mut OperatorParameters {
    s.operators.entry("op")
}

fn home(s: &mut Scenario) -> &mut ProviderParameters {
    s.providers.entry("home")
}

/// The island as a network of operators with so many nodes each (of 1 H100e). Nobody enters, grows, leaves or rules, and no price changes, until `make` says so.
fn still(nodes: &[u32], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = island();
    s.horizon.tick = 7.0;
    s.demand.reference_price_decline = 0.0;
    for model in ["ha", "hb"] {
        s.hardware.entry(model).price_decline = 0.0;
    }
    let op = kind(&mut s);
    (op.candidates, op.reinvested, op.patience) = (0.0, 0.0, 1200);
    (op.size_dispersion, op.cost_dispersion) = (0.0, 0.0);
    let home = home(&mut s);
    (home.kind, home.capacity_target) = (ProviderKind::Network, CapacityTarget::Operators);
    home.operators = i64::try_from(nodes.len()).unwrap();
    (home.operator_mix, home.threshold) = (vec![("op".to_owned(), 1.0)], 1.0);
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, nodes);
    plan
}

/// V/K of a newcomer of `size`, written out: what is on order shares the load, and an H100e costs 40,500 USD, 5 % of it a year to operate and power when it works.
fn value(world: &World, plan: &Blueprint, size: f64) -> f64 {
    let belief = world.networks[0].beliefs[0];
    let installed = world.installed_compute(plan, HOME);
    let ordered: f64 = world.members(HOME).map(|(_, _, m)| m.due).sum();
    let u = (belief.utilisation * installed / (installed + ordered + size)).min(1.0);
    let op = &plan.networks.kinds[0].parameters;
    let capital = 40_500.0;
    let income = 8766.0 * u * (belief.price - 0.7 * 1.3 * 0.12) - 0.05 * capital;
    income / ((op.return_rate + 1.0 / plan.hardware[0].parameters.life) * capital)
}

#[test]
fn explore() {
    for memory in [0.0, 30.0, 180.0] {
        for cand in [60.0, 200.0] {
    for nodes in [vec![8], vec![8; 40], vec![8; 200]] {
        let mut plan = still(&nodes, |s| {
            let op = kind(s);
            (op.candidates, op.size, op.entry, op.memory) = (cand, 8.0, EntryRule::Free, memory);
            for model in ["ha", "hb"] {
                s.hardware.entry(model).life = 6.0;
            }
            home(s).mark_up = 0.5;
            home(s).review_interval = 7.0;
        });
        let count = plan.initial.len() as f64;
        for (i, c) in plan.initial.iter_mut().enumerate() {
            c.age = 6.0 * 365.25 * (i as f64 + 0.5) / count;
        }
        let mut run = Run::new(&plan, 5, 0);
        let t = std::time::Instant::now();
        let mut v = vec![];
        for month in 1..=240 {
            let world = run.to(f64::from(month) * 30.0);
            let x = value(world, &plan, 8.0);
            if month % 30 == 0 {
                println!("{memory} {cand} {} {month}: {x:.3} {:.0} {} u {:.3} p {:.3}", nodes.len(), world.installed_compute(&plan, HOME), world.members(HOME).count(), world.networks[0].beliefs[0].utilisation, world.networks[0].beliefs[0].price);
            }
            if month > 150 { v.push(x); }
        }
        let (m, _) = common::mean_and_error(&v);
        println!("mean {m:.4} min {:.4} max {:.4} {:?}", v.iter().copied().fold(9.0, f64::min), v.iter().copied().fold(0.0, f64::max), t.elapsed());
    }
    }
    }
}
#[test]
fn explore2() {
    let mut plan = still(&[8], |s| {
        let op = kind(s);
        (op.candidates, op.size, op.entry, op.memory) = (0.0, 8.0, EntryRule::Free, 0.0);
        for model in ["ha", "hb"] {
            s.hardware.entry(model).life = 6.0;
        }
        home(s).mark_up = 0.5;
        home(s).review_interval = 7.0;
    });
    for c in &mut plan.initial { c.age = 3.0 * 365.25; }
    let mut run = Run::new(&plan, 5, 0);
    for week in [1, 2, 10, 150, 154, 155,156,157,158,159,160] {
        let world = run.to(f64::from(week) * 7.0 + 0.5);
        let n = &world.networks[0];
        println!("{week}: C {} cap {:?} offered {:?} served {:?} belief {:?} seen {:?} groups {}", world.installed_compute(&plan, HOME), world.market.capacity, world.market.offered, world.market.served, n.beliefs[0], n.seen, world.market.groups.len());
    }
}
#[test]
fn explore3() {
    for (memory, review, cand) in [(0.0, 7.0, 60.0), (0.0, 7.0, 200.0), (0.0, 30.4375, 60.0), (0.0,30.4375,200.0), (180.0, 30.4375, 60.0), (180.0, 30.4375, 200.0)] {
    for nodes in [vec![8; 5], vec![8; 40]] {
        let plan = still(&nodes, |s| {
            let op = kind(s);
            (op.candidates, op.size, op.entry, op.memory) = (cand, 8.0, EntryRule::Free, memory);
            home(s).mark_up = 0.5;
            home(s).review_interval = review;
        });
        let mut run = Run::new(&plan, 5, 0);
        for month in 1..=160 {
            let world = run.to(f64::from(month) * 30.0);
            let x = value(world, &plan, 8.0);
            if month % 40 == 0 {
                println!("{memory} {review} {cand} {} {month}: {x:.4} {:.0} {} u {:.3} p {:.3}", nodes.len(), world.installed_compute(&plan, HOME), world.members(HOME).count(), world.networks[0].beliefs[0].utilisation, world.networks[0].beliefs[0].price);
            }
        }
    }
    }
}
