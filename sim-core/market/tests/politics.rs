//! Tension, triggers, retaliation and suspension: when events are in force, and what closes with them.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::controller::{Regime, Scope};
use autarky_market::entity::event::EventKind;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::id::{NationId, PoolId};
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use common::{Run, add_pool, island, pool, regime, t_statistic, zone};

const RISES: u16 = 40;
const FALLS: u16 = 41;
const ANSWERS: u16 = 42;

/// The island with a tension of four levels that moves some forty times a year.
fn tense() -> Scenario {
    let mut s = island();
    let tension = s.tensions.entry("blocs");
    (tension.levels, tension.escalation, tension.relaxation) = (3, 30.0, 20.0);
    (tension.escalation_step, tension.relaxation_step) = (0.5, 1.5);
    s
}

/// A ban by `AAA` on `FOC` while the tension is at `level` or above.
fn ban_at(s: &mut Scenario, level: i64) {
    regime(s, "ban", "AAA", 0.0);
    let event = s.events.entry("ban");
    (event.at, event.tension, event.level) = (None, Some("blocs".to_owned()), level);
}

/// Share of the time from `begin` to `end` (days) at each level, from the trace.
fn shares(run: &Run<'_>, begin: f64, end: f64) -> [f64; 4] {
    let (mut level, mut since, mut out) = (0_usize, 0.0, [0.0; 4]);
    let moves = run.trace.iter().filter(|r| r.code == RISES || r.code == FALLS);
    for (day, code) in moves.map(|r| (r.time.as_days(), r.code)).chain([(end, 0)]) {
        out[level] += (day - f64::max(since, begin)).max(0.0) / (end - begin);
        since = day;
        level = if code == RISES { level + 1 } else { level.saturating_sub(1) };
    }
    out
}

/// Theory: a birth–death chain with rates λ = 30, 15, 7.5 and μ = 20, 30, 45 spends the share π_k ∝ Π λ_i/μ_{i+1} at level k.
/// 60 replications of ten years after half a year; Student's t of each level with 59 degrees of freedom, bound 6: false alarms below
/// 1e-6 for all four together. It finds a bias of some 2 % of the share of a level.
#[test]
fn a_tension_spends_the_shares_of_a_birth_death_chain_at_its_levels() {
    let plan = Blueprint::new(&tense()).unwrap();
    let mut sample: [Vec<f64>; 4] = Default::default();
    for replication in 0..60 {
        let mut run = Run::new(&plan, 5, replication);
        run.to(3650.0);
        for (level, share) in shares(&run, 180.0, 3650.0).into_iter().enumerate() {
            sample[level].push(share);
        }
    }
    let weights = [1.0, 30.0 / 20.0, 30.0 / 20.0 * 15.0 / 30.0, 30.0 / 20.0 * 0.5 * 7.5 / 45.0];
    let total: f64 = weights.iter().sum();
    for (level, weight) in weights.iter().enumerate() {
        let t = t_statistic(&sample[level], weight / total);
        assert!(t.abs() < 6.0, "level {level}: t = {t}");
    }
}

#[test]
fn a_tension_without_escalation_never_moves() {
    let mut s = tense();
    s.tensions.entry("blocs").escalation = 0.0;
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    assert_eq!(run.to(3650.0).politics.levels, [0]);
    assert!(run.trace.iter().all(|r| r.code != RISES && r.code != FALLS));
}

#[test]
fn what_hangs_on_a_tension_is_in_force_exactly_while_the_level_is_reached() {
    let mut s = tense();
    s.tensions.entry("blocs").initial = 2;
    ban_at(&mut s, 2);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let mut days = [0; 2];
    for day in 0..1000 {
        let world = run.to(f64::from(day));
        let high = world.politics.levels[0] >= 2;
        let terms = world.regime(&plan, 0, zone(&plan, "FOC")).hardware;
        assert_eq!(terms.regime == Regime::Ban, high, "day {day}");
        days[usize::from(high)] += 1;
    }
    assert!(days[0] > 100 && days[1] > 100, "both happened: {days:?}");
}

/// `cloud` of `AAA`, which sells to all, suspends `FOC` in answer to the ban of `tense`.
fn answered(probability: f64, delay: f64) -> Scenario {
    let mut s = tense();
    ban_at(&mut s, 1);
    suspension(&mut s, "answer", &["ca"]);
    let event = s.events.entry("answer");
    (event.at, event.answers) = (None, Some("ban".to_owned()));
    (event.probability, event.delay) = (probability, delay);
    s
}

/// Two clouds, of `AAA` and of `BBB`, with a region in `FOC` each; those named close to `FOC` from day 100 on.
fn suspension(s: &mut Scenario, id: &str, providers: &[&str]) {
    for (cloud, home) in [("ca", "AAA"), ("cb", "BBB")] {
        add_pool(s, cloud, home);
        let cloud = s.providers.entry(cloud);
        (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
        cloud.capacity_target = CapacityTarget::OfferedLoad;
        cloud.zones = vec![home.to_owned(), "FOC".to_owned()];
    }
    let event = s.events.entry(id);
    (event.kind, event.at) = (EventKind::CloudSuspension, Some(100.0));
    event.providers = providers.iter().map(|p| (*p).to_owned()).collect();
    event.to = vec!["FOC".to_owned()];
}

/// Theory: each time the ban takes effect it is answered with probability 0.3, independently. One replication of ten years, n near 90
/// episodes; z-score of the binomial, bound 5 (false alarms near 1e-6).
#[test]
fn retaliation_comes_with_its_probability() {
    let plan = Blueprint::new(&answered(0.3, 0.0)).unwrap();
    let (mut episodes, mut answers) = (0.0, 0.0);
    for replication in 0..4 {
        let mut run = Run::new(&plan, 3, replication);
        episodes += run.to(3650.0).politics.times[1] as f64;
        answers += run.trace.iter().filter(|r| r.code == ANSWERS).count() as f64;
    }
    let z = (answers - 0.3 * episodes) / (episodes * 0.3 * 0.7_f64).sqrt();
    assert!(episodes > 200.0 && z.abs() < 5.0, "{answers} of {episodes}: z = {z}");
}

#[test]
fn retaliation_waits_its_delay_and_lasts_as_long_as_what_it_answers() {
    let plan = Blueprint::new(&answered(1.0, 5.0)).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let mut seen = [0; 2];
    for day in 0..2000 {
        let world = run.to(f64::from(day));
        let (ban, answer) = (world.politics.active[1], world.politics.active[0]);
        assert!(ban || !answer, "no answer without a ban");
        let began = world.politics.since[1].as_days();
        let since = ban.then_some(began);
        let due = since.is_some_and(|began: f64| f64::from(day) >= began + 5.0);
        assert_eq!(answer, due, "day {day}: ban since {since:?}");
        seen[usize::from(answer)] += 1;
        let island = zone(&plan, "FOC");
        assert_eq!(world.has_access(&plan, pool(&plan, "ca@FOC"), island), !answer);
    }
    assert!(seen[0] > 100 && seen[1] > 100, "{seen:?}");
}

#[test]
fn an_answer_of_probability_zero_never_comes() {
    let plan = Blueprint::new(&answered(0.0, 0.0)).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    assert_eq!(run.to(3650.0).politics.times[0], 0);
    assert!(run.world().politics.times[1] > 50);
}

#[test]
fn a_suspension_closes_the_clouds_it_names_at_once_and_opens_them_at_its_end() {
    let mut s = island();
    s.horizon.tick = 1.0;
    suspension(&mut s, "cut", &["ca"]);
    s.events.entry("cut").until = Some(200.0);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let island = zone(&plan, "FOC");
    let served = |world: &World, name: &str, n| world.served_to(&plan, pool(&plan, name), n);
    let before = run.to(99.0).clone();
    let during = run.to(150.0).clone();
    let after = run.to(250.0);
    for (world, open) in [(&before, true), (&during, false), (after, true)] {
        for (p, one) in plan.pools.iter().enumerate() {
            for n in (0..plan.nations.len()).map(NationId::new) {
                let closed = n == island && plan.providers[one.provider.at()].id == "ca";
                assert_eq!(world.has_access(&plan, PoolId::new(p), n), open || !closed);
            }
        }
        assert_eq!(served(world, "ca@FOC", island) > 0.0, open);
        assert!(served(world, "cb@FOC", island) > 0.0);
    }
}

#[test]
fn of_two_events_in_force_the_later_one_holds_whatever_triggered_it() {
    let mut s = tense();
    s.tensions.entry("blocs").initial = 1;
    s.tensions.entry("blocs").relaxation = 0.0;
    ban_at(&mut s, 1);
    regime(&mut s, "accord", "AAA", 50.0);
    let accord = s.events.entry("accord");
    (accord.regime, accord.scope, accord.until) = (Regime::Open, vec![Scope::Spares], Some(80.0));
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let mut on = |day: f64| {
        let terms = run.to(day).regime(&plan, 0, zone(&plan, "FOC"));
        [terms.hardware.regime, terms.spares.regime]
    };
    assert_eq!(on(40.0), [Regime::Ban, Regime::Ban]);
    assert_eq!(on(60.0), [Regime::Ban, Regime::Open]);
    assert_eq!(on(90.0), [Regime::Ban, Regime::Ban]);
}
