//! The production chain in the whole model: disruptions, buffers, what a controller withholds, and nothing of it when nothing happens.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::{Blueprint, ResolvedActor};
use autarky_market::entity::controller::Scope;
use autarky_market::id::VendorId;
use autarky_market::record::ActorKind;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use common::{Run, Size, fleet, island, regime, scenario, t_statistic};

/// A stage with shares in `TWN` and `KOR`.
fn stage(s: &mut Scenario, id: &str, taiwan: f64) {
    let stage = s.stages.entry(id);
    stage.shares = vec![("KOR".to_owned(), 1.0 - taiwan), ("TWN".to_owned(), taiwan)];
    stage.shares.retain(|(_, share)| *share > 0.0);
    stage.buffer = 0.0;
}

/// The island with one vendor that needs a foundry, whose output nobody buys and which is all kept.
fn foundry(taiwan: f64) -> Scenario {
    let mut s = island();
    stage(&mut s, "foundry", taiwan);
    let vendor = s.vendors.entry("va");
    vendor.chain = vec!["foundry".to_owned()];
    (vendor.output, vendor.stock_limit) = (365.25, 3650.0);
    s
}

fn built(s: &Scenario) -> Blueprint {
    let mut plan = Blueprint::new(s).unwrap();
    fleet(&mut plan, &[10]);
    plan
}

#[test]
fn a_chain_without_disruptions_leaves_every_bit_of_a_replication() {
    let mut s = scenario(Size { operators: 3, nodes: 12 });
    s.horizon.years = 2.0;
    let run = |s: &Scenario| {
        let record = simulate(&Blueprint::new(s).unwrap(), 4, 0, &StopFlag::new()).unwrap();
        (record.fingerprint, record.events, record.series.iter().map(|x| x.to_bits()).collect())
    };
    let without: (u64, u64, Vec<u64>) = run(&s);
    stage(&mut s, "foundry", 0.9);
    stage(&mut s, "memory", 0.1);
    for vendor in ["v1", "v2", "v3"] {
        s.vendors.entry(vendor).chain = vec!["foundry".to_owned(), "memory".to_owned()];
    }
    assert!(run(&s) == without);
    for id in ["foundry", "memory"] {
        s.stages.entry(id).disruption_rate = 5.0;
    }
    assert!(run(&s) != without, "disruptions change it");
}

/// Theory: each of two halves of a stage is up for the share A = 1/(1 + λm) of the time, so output is A² + 2A(1−A)·slack/2 of full output. λ = 20 a year,
/// m = 10 days, slack 1.25: the start (all up) fades within a month of ten years. Seed 11, 40 replications; |t| < 5 with 39 degrees of freedom: a
/// false alarm in 8e4. An error of 5 % shows.
#[test]
fn mean_output_under_disruptions_is_that_of_two_alternating_renewal_processes() {
    let mut s = foundry(0.5);
    let terms = s.stages.entry("foundry");
    (terms.slack, terms.disruption_rate, terms.disruption_time) = (1.25, 20.0, 10.0);
    let plan = built(&s);
    let output = |replication| {
        let mut run = Run::new(&plan, 11, replication);
        let early = run.to(70.0).vendors[0].books.made;
        (run.to(70.0 + 3500.0).vendors[0].books.made - early) / 3500.0
    };
    let sample: Vec<f64> = (0..40).map(output).collect();
    let up = 1.0 / (1.0 + 20.0 / 365.25 * 10.0);
    let theory = up * up + 2.0 * up * (1.0 - up) * 1.25 / 2.0;
    let t = t_statistic(&sample, theory);
    assert!(t.abs() < 5.0, "t = {t}");
    assert!(t_statistic(&sample, 1.05 * theory).abs() > 5.0, "the test has power");
}

/// One jurisdiction, a buffer of 15 days that nothing refills: what is lost is the time of all disruptions but 15 days, to the microsecond.
#[test]
fn output_is_lost_for_as_long_as_disruptions_outlast_the_buffer() {
    let mut s = foundry(1.0);
    let terms = s.stages.entry("foundry");
    (terms.buffer, terms.disruption_rate, terms.disruption_time) = (15.0, 2.0, 10.0);
    let plan = built(&s);
    let mut run = Run::new(&plan, 12, 1);
    // Allocations are on days 0, 7, …: the first sells a week made before the start.
    let made = run.to(1400.0).vendors[0].books.made - 7.0;
    let (mut down, mut since) = (0.0, None);
    for record in run.trace.iter().filter(|r| r.code == 50 || r.code == 51) {
        let day = record.time.as_days();
        match since.take() {
            None => since = Some(day),
            Some(start) => down += day - start,
        }
    }
    down += since.map_or(0.0, |start| 1400.0 - start);
    assert!(down > 20.0, "{down}");
    assert!((1400.0 - made - (down - 15.0)).abs() < 1e-6, "{made} {down}");
}

#[test]
fn a_controller_withholds_the_stages_of_its_economies_from_vendors_at_home_in_the_destinations_alone()
 {
    let made = |economies: &[&str], to: &str| {
        let mut s = foundry(0.9);
        s.vendors.entry("vb").chain = vec!["foundry".to_owned()];
        s.vendors.entry("vb").output = 365.25;
        s.controllers.entry("BBB").economies = economies.iter().map(|e| (*e).to_owned()).collect();
        regime(&mut s, "embargo", "BBB", 100.0);
        let event = s.events.entry("embargo");
        (event.to, event.scope) = (vec![to.to_owned()], vec![Scope::Chain]);
        event.until = Some(200.0);
        let plan = built(&s);
        let mut run = Run::new(&plan, 1, 0);
        let vendor = VendorId::new(0);
        let during = run.to(150.0).chain_factor(&plan, vendor);
        let after = run.to(250.0).chain_factor(&plan, vendor);
        assert!((after - 1.0).abs() < 1e-12);
        (during, run.to(700.0).vendors[0].books.made - 7.0, run.world().vendors[1].books.made - 7.0)
    };
    let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
    let (during, va, vb) = made(&["TWN"], "AAA");
    assert!(close(during, 0.1) && close(va, 700.0 - 90.0) && close(vb, 700.0), "{va} {vb}");
    let (during, va, vb) = made(&["KOR"], "AAA");
    assert!(close(during, 0.9) && close(va, 700.0 - 10.0) && close(vb, 700.0), "{va} {vb}");
    let (during, va, _) = made(&[], "AAA");
    assert!(close(during, 1.0) && close(va, 700.0), "it governs none of these economies");
    let (during, va, vb) = made(&["TWN"], "BBB");
    assert!(close(during, 1.0) && close(va, 700.0) && close(vb, 700.0 - 90.0), "{va} {vb}");
}

#[test]
fn without_a_jurisdiction_the_scarcest_stage_decides_what_is_left_for_good() {
    let mut s = foundry(0.9);
    stage(&mut s, "memory", 0.2);
    s.stages.entry("memory").slack = 1.5;
    s.vendors.entry("va").chain.push("memory".to_owned());
    let plan = built(&s);
    let left = |code: &str, vendor: usize| {
        let is_it = |a: &&ResolvedActor| a.actor.kind == ActorKind::Chain && a.actor.id == code;
        let actor = plan.actors.iter().find(is_it).unwrap();
        plan.supply[vendor][actor.vendors[vendor] as usize]
    };
    assert!((left("TWN", 0) - 0.1).abs() < 1e-12, "the foundry binds");
    assert!((left("KOR", 0) - 0.3).abs() < 1e-12, "memory binds, with its slack");
    let other = left("TWN", 1);
    assert!((other - 1.0).abs() < 1e-12, "a vendor without a chain needs nobody");
}

/// Same seed, same disruptions: more of a stage in a jurisdiction that fails makes buyers wait longer.
#[test]
fn the_lead_time_rises_with_disruptions_of_the_chain() {
    let wait = |rate: f64| {
        let mut s = foundry(1.0);
        s.stages.entry("foundry").disruption_rate = rate;
        let home = s.providers.entry("home");
        (home.target_utilisation, home.vendor_mix) = (0.5, vec![("va".to_owned(), 1.0)]);
        let nation = s.nations.entry("FOC");
        (nation.portfolio_data_centre, nation.portfolio_network) = (1.0, 0.0);
        (nation.portfolio_cloud, nation.coverage) = (0.0, 0.5);
        let plan = built(&s);
        let mut run = Run::new(&plan, 3, 0);
        let sums = run.to(3000.0).observers.window[0];
        assert!(sums.delivered > 900.0, "{}", sums.delivered);
        sums.waited / sums.delivered
    };
    let waits = [0.0, 1.0, 4.0].map(wait);
    assert!(waits[0] + 10.0 < waits[1] && waits[1] + 10.0 < waits[2], "{waits:?}");
}
