//! Pools that share a dispatcher stand in one queue, whatever the labels on their nodes.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::{layout, simulate};
use common::{Run, add_pool, fleet, island, mean_and_error, pool, zone};

/// An island of four owners with 250 nodes each, for one year: under one label, or under four that share a dispatcher, or under four apart.
fn owners(labels: usize, dispatcher: &str, failures: f64) -> Blueprint {
    let mut s = island();
    (s.horizon.years, s.horizon.tick, s.horizon.sample) = (1.0, 7.0, 91.0);
    s.hardware.entry("ha").failure_rate = failures;
    s.nations.entry("FOC").crews = 4000.0;
    s.providers.remove("home");
    for label in 0..labels {
        let id = format!("home{label}");
        add_pool(&mut s, &id, "FOC");
        let provider = s.providers.entry(&id);
        provider.operators = i64::try_from(4 / labels).unwrap();
        (provider.dispatcher, provider.spares) = (dispatcher.to_owned(), 1.0);
    }
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[250; 4]);
    plan
}

fn scalar(plan: &Blueprint, seed: u64, replication: u64, name: &str) -> f64 {
    let at = layout(plan).scalars.iter().position(|c| c.name == name).unwrap();
    simulate(plan, seed, replication, &StopFlag::new()).unwrap().scalars[at]
}

/// Identity of the model: nothing but rounding tells four labels on one queue from one. Four queues of their own do serve less.
#[test]
fn four_labels_on_the_nodes_of_one_pool_change_nothing_under_one_dispatcher() {
    let (one, four, apart) = (owners(1, "", 0.0), owners(4, "grid", 0.0), owners(4, "", 0.0));
    for name in ["served_share", "critical_served_share", "price", "availability", "unserved"] {
        let (a, b) = (scalar(&one, 7, 0, name), scalar(&four, 7, 0, name));
        assert!((a - b).abs() <= 1e-9 * a.abs(), "{name}: {a} {b}");
    }
    let served = |plan: &Blueprint| scalar(plan, 7, 0, "served_share");
    assert!(served(&apart) < served(&one) * (1.0 - 1e-6), "{} {}", served(&apart), served(&one));
}

/// With failures the labels own other streams of the same laws. 40 replications each of a year, seed 11; the means of the served share may differ by
/// five standard errors (a false alarm in 6e-7).
#[test]
fn with_failures_four_labels_have_the_same_law_as_one() {
    let sample = |plan: &Blueprint| -> Vec<f64> {
        (0..40).map(|r| scalar(plan, 11, r, "served_share")).collect()
    };
    let (one, four) = (sample(&owners(1, "", 0.02)), sample(&owners(4, "grid", 0.02)));
    let ((a, ea), (b, eb)) = (mean_and_error(&one), mean_and_error(&four));
    let error = (ea * ea + eb * eb).sqrt();
    assert!(error > 0.0 && error < 0.01 * a, "chance plays a part and not the main one: {error}");
    assert!((a - b).abs() < 5.0 * error, "{a} {b} ± {error}");
}

#[test]
fn of_two_labels_in_one_queue_the_dearer_sells_less_and_both_wait_alike() {
    let mut plan = owners(2, "grid", 0.0);
    plan.providers[1].parameters.mark_up *= 2.0;
    let mut run = Run::new(&plan, 3, 0);
    let world = run.to(100.0);
    let served = |id: &str| world.served_to(&plan, pool(&plan, id), zone(&plan, "FOC"));
    assert!(served("home1") < 0.9 * served("home0"), "{} {}", served("home1"), served("home0"));
    assert_eq!(world.market.queues.len(), 1);
    let offered: f64 = world.market.offered.iter().sum();
    let queue: f64 =
        (0..world.market.tiers).map(|t| world.market.outcome.group(t, 0).offered).sum();
    assert!((offered / queue - 1.0).abs() < 1e-9, "what pools are asked adds up to the queue");
}
