//! Nested rollouts: against the projection, beside the original, within its budget.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_engine::time::{SimDuration, SimTime};
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::metric::sovereignty::{Projection, critical_need};
use autarky_market::scenario::Scenario;
use autarky_market::world::withdrawal::Withdrawn;
use autarky_market::{SimulationError, layout, simulate};
use common::{Run, Size, add_pool, fleet, island, mean_and_error, regime, scenario};

/// The values of a series of the first nation, by sample.
fn series(plan: &Blueprint, record: &autarky_market::record::Record, name: &str) -> Vec<f64> {
    let columns = layout(plan).series;
    let at = columns.iter().position(|c| c.name == name).unwrap();
    record.series.iter().skip(at).step_by(columns.len()).copied().collect()
}

/// A made-up world in which much critical work depends on foreign parties.
fn dependent(copies: i64) -> Scenario {
    let mut s = scenario(Size { operators: 4, nodes: 12 });
    s.horizon.years = 2.0;
    s.sensitivities.entry("open").share = 0.2;
    s.sensitivities.entry("critical").share = 0.6;
    regime(&mut s, "ban", "AAA", 500.0);
    (s.withdrawal.replications, s.withdrawal.every) = (copies, 3);
    s
}

#[test]
fn rollouts_leave_every_bit_of_the_replication_as_it_was() {
    let run = |copies| {
        let plan = Blueprint::new(&dependent(copies)).unwrap();
        let record = simulate(&plan, 5, 1, &StopFlag::new()).unwrap();
        (plan, record)
    };
    let ((plan, off), (_, on)) = (run(0), run(2));
    assert_eq!((off.fingerprint, off.events), (on.fingerprint, on.events));
    assert_eq!(off.withdrawal, on.withdrawal);
    let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&off.scalars), bits(&on.scalars));
    let columns = layout(&plan).series;
    let mut told = 0;
    for (i, (a, b)) in off.series.iter().zip(&on.series).enumerate() {
        let (column, sample) = (columns[i % columns.len()].name, i / columns.len() + 1);
        if column.starts_with("rollout_") {
            assert!(a.is_nan(), "{column}");
            assert_eq!(b.is_nan(), sample % 3 != 0, "{column} at sample {sample}");
            assert!(b.is_nan() || (0.0..=1.5).contains(b), "{column} {b}");
            told += usize::from(!b.is_nan());
        } else {
            assert_eq!(a.to_bits(), b.to_bits(), "{column} at sample {sample}");
        }
    }
    assert_eq!(told, 6);
}

#[test]
fn rollouts_repeat_themselves_and_more_copies_are_other_copies() {
    let level = |copies| {
        let plan = Blueprint::new(&dependent(copies)).unwrap();
        let record = simulate(&plan, 5, 1, &StopFlag::new()).unwrap();
        series(&plan, &record, "rollout_free_served_365d")[2]
    };
    let (one, again, three) = (level(1), level(1), level(3));
    assert_eq!(one.to_bits(), again.to_bits());
    assert!(three.is_finite() && one.to_bits() != three.to_bits());
}

#[test]
fn events_of_copies_count_against_the_budget() {
    let (mut alone, mut nested) = (dependent(0), dependent(4));
    let events = {
        let plan = Blueprint::new(&alone).unwrap();
        simulate(&plan, 5, 1, &StopFlag::new()).unwrap().events
    };
    for s in [&mut alone, &mut nested] {
        s.horizon.event_budget = events.cast_signed() + 10;
    }
    let run = |s| simulate(&Blueprint::new(s).unwrap(), 5, 1, &StopFlag::new());
    assert!(run(&alone).is_ok());
    let refused = run(&nested).unwrap_err();
    assert!(matches!(refused, SimulationError::Run(_)), "{refused}");
    assert!(refused.to_string().contains("used up its"), "{refused}");
}

#[test]
fn a_request_to_stop_ends_a_replication_with_rollouts() {
    let stop = StopFlag::new();
    stop.request();
    let plan = Blueprint::new(&dependent(2)).unwrap();
    assert_eq!(simulate(&plan, 5, 1, &stop).unwrap_err(), SimulationError::Stopped);
}

/// An island whose nodes fail, whose hosts leave and whose sites go out, with a need above its nodes.
fn worn() -> Scenario {
    let mut s = island();
    s.demand.world = 30_000.0;
    for model in ["ha", "hb"] {
        let hardware = s.hardware.entry(model);
        (hardware.failure_rate, hardware.part_share, hardware.infant_hazard) = (0.004, 0.5, 2.0);
    }
    s.nations.entry("FOC").crews = 40.0;
    let provider = s.providers.entry("home");
    (provider.repair_time, provider.spares, provider.operators) = (3.0, 0.1, 8);
    (provider.leave_rate, provider.return_rate_offline) = (0.002, 0.02);
    (provider.outage_rate, provider.outage_time) = (2.0, 4.0);
    s
}

/// The same with a vendor of which `TWN` makes a share of the wafers, and services whose end would show.
fn made_in_taiwan(share: f64) -> Scenario {
    let mut s = worn();
    s.stages.entry("foundry").shares =
        vec![("KOR".to_owned(), 1.0 - share), ("TWN".to_owned(), share)];
    let vendor = s.vendors.entry("va");
    (vendor.chain, vendor.service_erosion) = (vec!["foundry".to_owned()], 0.2);
    s
}

/// Working nodes of a day in copies made on day 100, one each for 60 labels.
fn copies(plan: &Blueprint, withdrawn: Withdrawn, days: u32) -> Vec<f64> {
    let mut run = Run::new(plan, 11, 0);
    run.to(100.0);
    let level = |label: u64| {
        let mut copy = run.simulation.clone();
        copy.set_up(|market, ctx| market.world.withdraw(plan, withdrawn, 1000 + label, ctx))
            .unwrap();
        let end = copy.now().checked_add(SimDuration::from_days(days).unwrap()).unwrap();
        assert!(end > SimTime::ZERO);
        copy.run_until(end, &autarky_engine::simulation::Limits::default(), &StopFlag::new())
            .unwrap();
        copy.set_up(|market, ctx| market.world.refresh_remote(plan, ctx.now().as_days()));
        let world = &copy.model().world;
        (0..plan.pools.len())
            .map(|p| world.working_compute(plan, autarky_market::id::PoolId::new(p)))
            .sum::<f64>()
    };
    (0..60).map(level).collect()
}

/// Theory: the projection is the mean of frozen copies up to its fluid approximations. 60 copies; allowed are 5 standard errors (a false
/// alarm in 1e6 for each of the six cases) and a model error of 1 % of the level: parts that run out at a random time instead of a mean
/// one, hazards that are stepped monthly. Planted errors of theory that it must find: no repair by crews (the old rule), no parts from stock.
#[test]
fn frozen_rollouts_agree_with_the_projection_in_the_mean() {
    let mut plan = Blueprint::new(&made_in_taiwan(1.0)).unwrap();
    fleet(&mut plan, &[60; 8]);
    let nation = plan.focus[0];
    let [va, taiwan] = ["va", "TWN"].map(|id| plan.actors.iter().position(|a| a.actor.id == id));
    let world = Run::new(&plan, 11, 0).to(100.0).clone();
    let need: f64 = critical_need(&world, &plan, nation).iter().sum();
    let projection = Projection::new(&world, &plan, 100.0);
    for actor in [None, va, taiwan] {
        let projected = match actor {
            Some(a) => {
                projection.withdrawal(&world, &plan, (nation, &plan.actors[a])).map(|r| r.level)
            }
            None => projection.test(&world, &plan, nation).baseline,
        };
        for (h, days) in [(1, 30), (2, 365)] {
            let sample = copies(&plan, Withdrawn { actor, nation, frozen: true }, days);
            let (mean, error) = mean_and_error(&sample);
            let theory = projected[h] * need;
            println!("{actor:?} {days} days: {mean:.2} ± {error:.2} against {theory:.2}");
            assert!(
                (mean - theory).abs() < 5.0 * error + 0.01 * theory,
                "{mean} ± {error} {theory}"
            );
            let all_up =
                f64::from(world.live.iter().map(|id| world.cohorts[id.at()].nodes).sum::<u32>());
            assert!((mean - all_up).abs() > 5.0 * error + 0.01 * theory, "repair must matter");
        }
    }
}

/// After the withdrawal of one vendor a state that may buy from the other does so, and a frozen one does not.
#[test]
fn a_free_rollout_orders_from_those_who_stay() {
    let mut s = worn();
    let nation = s.nations.entry("FOC");
    (nation.coverage, nation.portfolio_data_centre) = (0.3, 1.0);
    (nation.portfolio_network, nation.portfolio_cloud) = (0.0, 0.0);
    (s.demand.growth_initial, s.demand.growth_long) = (0.5, 0.5);
    s.providers.entry("home").initial_coverage = 0.05;
    s.horizon.tick = 7.0;
    let plan = Blueprint::new(&s).unwrap();
    let va = plan.actors.iter().position(|a| a.actor.id == "va").unwrap();
    let nation = plan.focus[0];
    let mean = |frozen| {
        let sample = copies(&plan, Withdrawn { actor: Some(va), nation, frozen }, 365);
        sample.iter().sum::<f64>() / sample.len() as f64
    };
    let (frozen, free) = (mean(true), mean(false));
    assert!(free > 1.5 * frozen, "{frozen} {free}");
}

/// Of a cloud whose control plane withdraws nothing is served, in frozen copies and in free ones.
#[test]
fn in_a_copy_the_clouds_of_the_party_are_closed_to_the_nation_alone() {
    let mut s = island();
    add_pool(&mut s, "cloud", "AAA");
    s.providers.entry("home").initial_coverage = 0.02;
    let cloud = s.providers.entry("cloud");
    (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
    (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.1);
    let plan = Blueprint::new(&s).unwrap();
    let nation = plan.focus[0];
    let actor = plan.actors.iter().position(|a| a.actor.id == "cloud");
    let mut run = Run::new(&plan, 1, 0);
    run.to(100.0);
    let pool = common::pool(&plan, "cloud");
    let before = run.world().served_to(&plan, pool, nation);
    assert!(before > 0.0);
    let mut copy = run.simulation.clone();
    let withdrawn = Withdrawn { actor, nation, frozen: false };
    copy.set_up(|market, ctx| market.world.withdraw(&plan, withdrawn, 1, ctx)).unwrap();
    let end = copy.now().checked_add(SimDuration::from_days(60).unwrap()).unwrap();
    copy.run_until(end, &autarky_engine::simulation::Limits::default(), &StopFlag::new()).unwrap();
    let world = &copy.model().world;
    assert!(!world.has_access(&plan, pool, nation));
    // What waited for the cloud at the withdrawal is still served.
    assert!(world.served_to(&plan, pool, nation) < 1e-3 * before);
    let other = common::zone(&plan, "BBB");
    assert!(world.has_access(&plan, pool, other) && world.served_to(&plan, pool, other) > 0.0);
}

/// Stocks of 30 days are used up, then what the rest makes is what the projection leaves; the original keeps its chain and copies have disruptions of their own.
#[test]
fn in_a_copy_the_jurisdiction_leaves_the_chain_of_every_vendor() {
    let mut s = made_in_taiwan(0.7);
    let plan = Blueprint::new(&s).unwrap();
    let actor = plan.actors.iter().position(|a| a.actor.id == "TWN");
    let (nation, va) = (plan.focus[0], autarky_market::id::VendorId::new(0));
    let withdrawn = |actor| Withdrawn { actor, nation, frozen: true };
    let mut run = Run::new(&plan, 1, 0);
    run.to(100.0);
    let factor = |actor, days| {
        let mut copy = run.simulation.clone();
        copy.set_up(|market, ctx| market.world.withdraw(&plan, withdrawn(actor), 1, ctx)).unwrap();
        let end = copy.now().checked_add(SimDuration::from_days(days).unwrap()).unwrap();
        copy.run_until(end, &autarky_engine::simulation::Limits::default(), &StopFlag::new())
            .unwrap();
        copy.model().world.chain_factor(&plan, va)
    };
    assert!((factor(actor, 20) - 1.0).abs() < 1e-12 && (factor(None, 200) - 1.0).abs() < 1e-12);
    let left = plan.supply[0][plan.actors[actor.unwrap()].vendors[0] as usize];
    assert!((factor(actor, 200) - 0.3).abs() < 1e-12 && (left - 0.3).abs() < 1e-12);
    s.stages.entry("foundry").disruption_rate = 20.0;
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    run.to(100.0);
    let draws = |label: u64| {
        let mut copy = run.simulation.clone();
        copy.set_up(|m, ctx| m.world.withdraw(&plan, withdrawn(None), label, ctx)).unwrap();
        copy.set_up(|m, _| m.world.chain.streams[0].exponential().to_bits())
    };
    assert!(draws(1) == draws(1) && draws(1) != draws(2));
}
