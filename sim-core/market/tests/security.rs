//! Security incidents against the laws that they follow: counts, times, groups, what is down, exposed and trusted.
//!
//! Counts are compared with Poisson means by z-scores within 5 (false-alarm rate 6e-7), means over replications by Student's t within 5.5 (100
//! replications: 3e-7), unless a test says otherwise.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::{Blueprint, InitialCohort};
use autarky_market::entity::controller::Scope;
use autarky_market::entity::security::{Group, VectorParameters};
use autarky_market::id::{HardwareId, PoolId, SiteId};
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use autarky_market::world::security::Target;
use common::{Run, add_pool, fleet, island, pool, regime, t_statistic};

const BEGINS: u16 = 90;
const FOUND: u16 = 91;
const ENDS: u16 = 92;
const YEAR: f64 = 365.25;

fn breach(s: &mut Scenario) -> &mut VectorParameters {
    s.vectors.entry("breach")
}

/// The island with a vector of incidents and a pool of operators with so many nodes each.
fn exposed(nodes: &[u32], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = island();
    s.providers.entry("home").operators = i64::try_from(nodes.len()).unwrap();
    (breach(&mut s).rate, breach(&mut s).downtime) = (2.0, 10.0);
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, nodes);
    plan
}

/// Days on which events of a code happened.
fn days(run: &Run<'_>, code: u16) -> Vec<f64> {
    run.trace.iter().filter(|r| r.code == code).map(|r| r.time.as_days()).collect()
}

/// Incidents in so many years, by replication.
fn counts(plan: &Blueprint, years: f64, replications: u64) -> Vec<f64> {
    let count = |r| {
        let mut run = Run::new(plan, 31, r);
        run.to(years * YEAR);
        days(&run, BEGINS).len() as f64
    };
    (0..replications).map(count).collect()
}

fn poisson_z(counts: &[f64], mean: f64) -> f64 {
    let expected = mean * counts.len() as f64;
    (counts.iter().sum::<f64>() - expected) / expected.sqrt()
}

/// Everything about vectors is set but their rate, or their rate and the switch.
#[test]
fn without_a_rate_vectors_leave_every_bit_of_a_replication() {
    let run = |make: fn(&mut Scenario)| {
        let mut s = common::scenario(common::Size { operators: 3, nodes: 12 });
        s.horizon.years = 2.0;
        make(&mut s);
        let plan = Blueprint::new(&s).unwrap();
        let record = simulate(&plan, 5, 0, &StopFlag::new()).unwrap();
        let bits: Vec<u64> = record.series.iter().map(|x| x.to_bits()).collect();
        (record.fingerprint, record.events, bits)
    };
    let terms = |s: &mut Scenario| {
        for (id, group) in [("a", Group::Pool), ("b", Group::Operator), ("c", Group::Vendor)] {
            let v = s.vectors.entry(id);
            (v.group, v.dwell, v.downtime, v.trust) = (group, 90.0, 10.0, 1.0);
            (v.exposure, v.corruption, v.unpatched) = (1.0, 1.0, 1.0);
        }
    };
    let off = run(|_| ());
    assert_eq!(run(terms), off);
    let switched_off = run(|s| {
        let v = breach(s);
        (v.rate, v.downtime, s.security.rates) = (50.0, 10.0, 0.0);
    });
    assert_eq!(switched_off, off);
    let on = run(|s| (breach(s).rate, breach(s).downtime) = (5.0, 10.0));
    assert_ne!(on.2, off.2, "and with one they do not");
}

/// 100 replications of ten years at five incidents a year: a rate off by 7 % would be seen. The dispersion Σ(x − x̄)²/x̄ is chi-squared with 99 degrees of
/// freedom, by Wilson and Hilferty a normal.
#[test]
fn incident_counts_follow_the_poisson_law_at_the_stated_rate() {
    let plan = exposed(&[100], |s| breach(s).rate = 5.0);
    let counts = counts(&plan, 10.0, 100);
    assert!(poisson_z(&counts, 50.0).abs() < 5.0, "{}", poisson_z(&counts, 50.0));
    let mean = counts.iter().sum::<f64>() / 100.0;
    let chi = counts.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / mean;
    let spread = 2.0 / (9.0 * 99.0);
    let z = ((chi / 99.0).cbrt() - (1.0 - spread)) / spread.sqrt();
    assert!(z.abs() < 5.0, "dispersion {z}");
}

#[test]
fn a_rate_is_that_of_the_vector_times_the_factors_of_provider_and_scenario() {
    let plan = exposed(&[100], |s| {
        s.security.rates = 0.5;
        s.providers.entry("home").security_factor = 4.0;
    });
    let counts = counts(&plan, 10.0, 40);
    let z = poisson_z(&counts, 2.0 * 0.5 * 4.0 * 10.0);
    assert!(z.abs() < 5.0, "{z}");
}

/// Share of the pool that incidents hold down, mean over looks every four weeks from the second year on.
fn down(plan: &Blueprint, replication: u64) -> f64 {
    let mut run = Run::new(plan, 37, replication);
    let look = |month: u32| run.to(28.0 * f64::from(13 + month)).security.down[0];
    (1..=100).map(look).sum::<f64>() / 100.0 / 1000.0
}

/// Each node is hit at λ = 3 a year by incidents of 20 days that take 60 % of their group, whoever runs it. So many are under way as calls in a system without
/// end (M/M/∞): Poisson with mean a = λ·20/365.25, and the share down is `1 − E(1 − s)^N = 1 − e^(−a·s)` = 0.094.
#[test]
fn with_exponent_one_ten_operators_have_ten_times_the_incidents_and_the_same_downtime_as_one() {
    let theory = 1.0 - (-3.0 * 20.0 / YEAR * 0.6_f64).exp();
    for n in [1, 10] {
        let plan = exposed(&vec![1000 / n; n as usize], |s| {
            let v = breach(s);
            (v.rate, v.surface, v.group) = (3.0, 1.0, Group::Operator);
            (v.share, v.downtime) = (0.6, 20.0);
        });
        let z = poisson_z(&counts(&plan, 5.0, 40), 3.0 * 5.0 * f64::from(n));
        assert!(z.abs() < 5.0, "{n} operators: {z}");
        let shares: Vec<f64> = (0..100).map(|r| down(&plan, r)).collect();
        let t = t_statistic(&shares, theory);
        assert!(t.abs() < 5.5, "{n} operators: {t}");
    }
}

/// The planted error: with exponent zero ten operators have as many incidents as one, each a tenth as large.
#[test]
fn with_exponent_zero_incidents_that_hit_one_of_ten_operators_hold_down_a_tenth() {
    let plan = exposed(&[100; 10], |s| {
        let v = breach(s);
        (v.rate, v.surface, v.group) = (3.0, 0.0, Group::Operator);
        (v.share, v.downtime) = (0.6, 20.0);
    });
    let shares: Vec<f64> = (0..100).map(|r| down(&plan, r)).collect();
    let theory = 1.0 - (-0.3 * 20.0 / YEAR * 0.6_f64).exp();
    let (t, ten_times) = (t_statistic(&shares, theory), 1.0 - (-3.0 * 20.0 / YEAR * 0.6_f64).exp());
    assert!(t.abs() < 5.5 && t_statistic(&shares, ten_times) < -20.0, "{t}");
}

/// Servers that work in the eyes of the market, by pool.
fn working(plan: &Blueprint, world: &World, id: &str) -> f64 {
    world.working_compute(plan, pool(plan, id))
}

/// Sites of 10, 20 and 30 nodes in one pool; one incident takes one of them whole.
#[test]
fn an_incident_takes_the_nodes_of_its_group_and_gives_them_back() {
    for (group, sizes) in [
        (Group::Pool, vec![60.0]),
        (Group::Operator, vec![10.0, 20.0, 30.0]),
        (Group::Site, vec![10.0, 20.0, 30.0]),
    ] {
        let plan = exposed(&[10, 20, 30], |s| {
            s.horizon.tick = 1.0;
            let v = breach(s);
            (v.rate, v.group, v.downtime) = (3.0, group, 4.0);
        });
        let mut run = Run::new(&plan, 41, 0);
        let mut seen = vec![];
        for day in 1..3000 {
            let world = run.to(f64::from(day));
            let (active, lost) = (world.security.active, 60.0 - working(&plan, world, "home"));
            assert_eq!(active == 0, lost < 1e-9, "{group:?} {day}");
            assert!((world.security.down[0] - lost).abs() < 1e-9);
            if active == 1 {
                assert!(sizes.iter().any(|size| (lost - size).abs() < 1e-9), "{group:?} {lost}");
                seen.push(lost as u32);
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), sizes.len(), "{group:?}");
        let (begun, ended) = (days(&run, BEGINS), days(&run, ENDS));
        assert!(begun.len() > 10 && ended.len() + 1 >= begun.len());
    }
}

/// Nodes of `ha` in pools `a` and `both`, of `hb` in `b` and `both`; `home` has `ha` and controls that hold off everything.
fn two_vendors() -> Blueprint {
    let mut s = island();
    s.horizon.tick = 1.0;
    for id in ["a", "b", "both"] {
        add_pool(&mut s, id, if id == "b" { "BBB" } else { "AAA" });
    }
    let v = s.vectors.entry("supply_chain");
    (v.rate, v.group, v.downtime, v.audits) = (0.5, Group::Vendor, 30.0, 1.0);
    s.providers.entry("home").audits = 1.0;
    let mut plan = Blueprint::new(&s).unwrap();
    let model = |id: &str| HardwareId::new(plan.hardware.iter().position(|h| h.id == id).unwrap());
    let at = |id: &str, hardware| InitialCohort {
        site: SiteId::new(plan.sites.iter().position(|s| s.pool == pool(&plan, id)).unwrap()),
        hardware,
        nodes: 40,
        servers: 1,
        age: 0.0,
    };
    let (ha, hb) = (model("ha"), model("hb"));
    plan.initial = vec![at("a", ha), at("b", hb), at("both", ha), at("both", hb), at("home", ha)];
    plan
}

#[test]
fn an_incident_at_a_vendor_strikes_every_pool_with_its_nodes_at_once_and_no_other() {
    let plan = two_vendors();
    let mut run = Run::new(&plan, 43, 0);
    let mut seen = [0, 0];
    for day in 1..3600 {
        let world = run.to(f64::from(day));
        let struck = |vendor: &str| {
            let of =
                |t: Target| matches!(t, Target::Vendor(v) if plan.vendors[v.at()].id == vendor);
            let incidents = world.security.incidents.iter().filter(|i| of(i.target));
            let mut pools: Vec<PoolId> = incidents.map(|i| i.pool).collect();
            pools.sort_unstable();
            pools.dedup();
            pools
        };
        let (va, vb) = (struck("va"), struck("vb"));
        for (hit, other, at) in [(&va, "a", 0), (&vb, "b", 1)] {
            assert!(hit.is_empty() || *hit == [pool(&plan, other), pool(&plan, "both")]);
            seen[at] += usize::from(!hit.is_empty());
        }
        let left = |down: bool| if down { 0.0 } else { 40.0 };
        let (a, b) = (left(!va.is_empty()), left(!vb.is_empty()));
        assert!((working(&plan, world, "a") - a).abs() < 1e-9);
        assert!((working(&plan, world, "b") - b).abs() < 1e-9);
        assert!((working(&plan, world, "both") - a - b).abs() < 1e-9);
        assert!((working(&plan, world, "home") - 40.0).abs() < 1e-9, "controls hold all off");
    }
    assert!(seen[0] > 20 && seen[1] > 20, "{seen:?}");
}

/// With a share let through of 0.5·0.6 the pool has a part of the incidents at the vendor: a binomial, z within 5.
#[test]
fn controls_hold_off_their_share_of_the_incidents_at_a_vendor_and_move_none() {
    let run = |audits: f64, red_team: f64| {
        let plan = exposed(&[100], |s| {
            let v = breach(s);
            (v.rate, v.group, v.downtime) = (80.0, Group::Vendor, 0.0);
            (v.trust, v.audits, v.red_team) = (1e-3, 0.5, 0.4);
            s.vendors.remove("vb");
            s.hardware.remove("hb");
            let home = s.providers.entry("home");
            (home.audits, home.red_team) = (audits, red_team);
        });
        let mut run = Run::new(&plan, 47, 0);
        let struck = run.to(3600.0).observers.window[0].security.incidents;
        (days(&run, BEGINS), struck)
    };
    let ((bare, all), (controlled, some)) = (run(0.0, 0.0), run(1.0, 1.0));
    assert_eq!(bare, controlled, "the vendor's incidents are the same");
    let n = bare.len() as f64;
    assert!((all - n).abs() < 0.5 && n > 500.0);
    let z = (some - 0.3 * n) / (n * 0.3 * 0.7).sqrt();
    assert!(z.abs() < 5.0, "{z}");
}

/// A time change: at half of the rate the k-th incident of a pool comes in twice the time, with the span that it had. Error: rounding to microseconds, once a
/// rate.
#[test]
fn under_stronger_controls_the_same_incidents_come_in_the_same_order_later_and_so_fewer() {
    let run = |audits: f64| {
        let plan = exposed(&[100], |s| {
            (breach(s).audits, breach(s).group) = (0.5, Group::Pool);
            breach(s).downtime = 1.0;
            s.providers.entry("home").audits = audits;
        });
        let mut run = Run::new(&plan, 53, 0);
        run.to(10.0 * YEAR);
        let length = |slot: u32, from: f64| {
            let ends = run.trace.iter().filter(|r| r.code == ENDS && r.entity == slot);
            ends.map(|r| r.time.as_days() - from).find(|length| *length >= 0.0)
        };
        let begun = days(&run, BEGINS);
        let apart = begun.windows(2).filter(|w| w[1] - w[0] > 40.0).count();
        // Slots are reused, so the lengths of incidents that stand alone are known: slot 0.
        let lengths: Vec<Option<f64>> = begun.iter().map(|&day| length(0, day)).collect();
        (begun, lengths, apart)
    };
    let ((often, spans, _), (seldom, later, apart)) = (run(0.0), run(1.0));
    assert!(seldom.len() * 3 < often.len() * 2 && seldom.len() > 4 && apart > 2);
    for (k, (slow, fast)) in seldom.iter().zip(&often).enumerate() {
        assert!((slow - 2.0 * fast).abs() < 1e-6, "{k}: {slow} {fast}");
    }
    let same = spans.iter().zip(&later).filter(|(a, b)| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-6,
        _ => false,
    });
    assert!(same.count() * 2 > later.len(), "{spans:?} {later:?}");
}

/// λ = 1 a year and υ = 0.5 a year: without updates for ten years ∫(1 + υt)dt = 35 incidents instead of 10. Nodes of another vendor have 10.
#[test]
fn the_rate_rises_with_the_updates_that_nodes_lack() {
    for (by, mean) in [("AAA", 35.0), ("BBB", 10.0)] {
        let plan = exposed(&[100], |s| {
            (breach(s).rate, breach(s).unpatched) = (1.0, 0.5);
            regime(s, "ban", by, 0.0);
            s.events.entry("ban").scope = vec![Scope::Services];
        });
        let counts = counts(&plan, 10.0, 60);
        let z = poisson_z(&counts, mean);
        assert!(z.abs() < 5.0, "{by}: {z}");
        assert!(poisson_z(&counts, 45.0 - mean).abs() > 10.0, "no other rate");
    }
}

/// Undetected incidents are Poisson with mean λ·D = 2·180/365.25, each exposes 0.4 of the sensitive work and 0.05 of the results: 1 − e^(−0.986·0.4) in the mean. Of
/// what runs in enclaves, 90 % is safe.
#[test]
fn the_share_of_work_exposed_and_corrupted_is_that_of_theory() {
    for (enclave, open) in [(0.0, 1.0), (0.5, 0.55)] {
        let plan = exposed(&[100], |s| {
            let v = breach(s);
            (v.dwell, v.exposure, v.corruption, v.enclave) = (180.0, 0.4, 0.05, 0.9);
            s.horizon.tick = 14.0;
            s.providers.entry("home").enclave = enclave;
        });
        let share = |r| {
            let mut run = Run::new(&plan, 59, r);
            run.to(4.0 * YEAR);
            let before = run.world().observers.window[0].security;
            let after = run.to(3600.0).observers.window[0].security;
            let sensitive = after.sensitive - before.sensitive;
            let work = after.work - before.work;
            (
                (after.exposed - before.exposed) / sensitive,
                (after.corrupted - before.corrupted) / work,
            )
        };
        let (exposed, bad): (Vec<f64>, Vec<f64>) = (0..100).map(share).unzip();
        let load = 2.0 * 180.0 / YEAR * open;
        for (sample, part) in [(exposed, 0.4), (bad, 0.05)] {
            let t = t_statistic(&sample, 1.0 - (-load * part).exp());
            assert!(t.abs() < 5.5, "{enclave} {part}: {t}");
        }
    }
}

/// Nodes go down when an incident is found and not before; work is exposed until then and not after.
#[test]
fn until_it_is_found_an_incident_exposes_work_and_then_it_takes_nodes_down() {
    let plan = exposed(&[100], |s| {
        s.horizon.tick = 1.0;
        let v = breach(s);
        (v.rate, v.dwell, v.downtime, v.exposure) = (1.0, 100.0, 30.0, 1.0);
    });
    let mut run = Run::new(&plan, 61, 1);
    let mut states = [0; 3];
    for day in 1..3600 {
        let world = run.to(f64::from(day));
        if world.security.active > 1 {
            continue;
        }
        let incident = world.security.incidents.iter().next();
        let (exposed, down) = (world.security.exposed[0], world.security.down[0]);
        let expected = match incident {
            None => (0.0, 0.0),
            Some(i) if i.found => (0.0, 100.0),
            Some(_) => (1.0, 0.0),
        };
        assert!((exposed - expected.0).abs() < 1e-9 && (down - expected.1).abs() < 1e-9, "{day}");
        states[incident.map_or(0, |i| 1 + usize::from(i.found))] += 1;
    }
    assert!(states.iter().all(|n| *n > 50), "{states:?}");
    assert!(days(&run, FOUND).len() >= days(&run, ENDS).len());
}
