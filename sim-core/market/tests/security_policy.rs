//! What controls cost and who pays for them, what trust does to choice, and how much sensitive work runs under foreign law.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::nation::Residency;
use autarky_market::entity::provider::{
    CapacityTarget, PriceRule, ProviderKind, ProviderParameters, Verification,
};
use autarky_market::entity::security::Group;
use autarky_market::id::PoolId;
use autarky_market::mechanism::government::Lever;
use autarky_market::metric::series::SERIES;
use autarky_market::metric::sovereignty::Projection;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use autarky_market::world::security::Target;
use common::{Run, add_pool, fleet, island, pool, zone};

const YEAR: f64 = 365.25;
const MONTH: f64 = YEAR / 12.0;

/// The island with 100 nodes in `home` and as many in `rival`, also at home.
fn two_pools(make: impl FnOnce(&mut Scenario)) -> Blueprint {
    pools(&[100, 100], make)
}

/// The same without `rival`.
fn one_pool(make: impl FnOnce(&mut Scenario)) -> Blueprint {
    pools(&[100], make)
}

fn pools(nodes: &[u32], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = island();
    s.horizon.tick = 7.0;
    if nodes.len() > 1 {
        add_pool(&mut s, "rival", "FOC");
    }
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, nodes);
    plan
}

fn home(s: &mut Scenario) -> &mut ProviderParameters {
    s.providers.entry("home")
}

/// Paired on the same incidents: they do not depend on enclaves. Nine tenths of what would be exposed are not, and capacity and price say what that costs: the
/// unit cost rises by the overhead and nothing else.
#[test]
fn an_enclave_lowers_exposure_and_raises_cost_on_the_same_incidents() {
    let run = |enclave: f64| {
        let plan = one_pool(|s| {
            let v = s.vectors.entry("interception");
            (v.rate, v.dwell, v.exposure, v.enclave) = (4.0, 60.0, 0.01, 0.9);
            (home(s).enclave, home(s).enclave_overhead) = (enclave, 0.25);
        });
        let mut run = Run::new(&plan, 67, 0);
        let world = run.to(3600.0);
        let sums = world.observers.window[0].security;
        let of_pool = &world.pools[0];
        let working = world.working_compute(&plan, PoolId::new(0));
        let (cost, price) = (of_pool.unit_cost, of_pool.price);
        let times: Vec<u64> = run
            .trace
            .iter()
            .filter(|r| matches!(r.code, 90 | 91))
            .map(|r| r.time.as_micros())
            .collect();
        (times, sums.exposed / sums.sensitive, working, cost, price)
    };
    let (bare, open, all, cheap, low) = run(0.0);
    let (same, sealed, less, dear, high) = run(1.0);
    assert!(bare == same && bare.len() > 40);
    // Overlapping incidents make it differ from 0.1 by less than their square.
    assert!(open > 1e-3 && (sealed / open - 0.1).abs() < 0.01, "{open} {sealed}");
    assert!((less / all - 0.8).abs() < 1e-12 && (dear / cheap - 1.25).abs() < 1e-12);
    assert!(high / low > 1.2, "the posted price follows: {low} {high}");
}

/// Prices 100 and 50 USD for levels 0.5 and 1 on 100 nodes: 10,000 USD a year; a state pays 60 % of it. Money goes to services at home, to the last micro-dollar.
#[test]
fn audits_and_red_teaming_are_paid_month_by_month_by_those_who_are_to_pay_them() {
    let services = |paid: f64, levels: (f64, f64)| {
        let plan = one_pool(|s| {
            s.nations.entry("FOC").security_paid = paid;
            (home(s).audits, home(s).red_team) = levels;
        });
        let mut run = Run::new(&plan, 71, 0);
        let world = run.to(MONTH * 23.0 + 1.0);
        let n = zone(&plan, "FOC").at();
        let of = |account| world.ledger.micro(account);
        let price = world.pools[0].unit_cost;
        let spent = world.governments[n].spent[Lever::Security as usize];
        let sum = world.observers.window[0].security.paid;
        ((of(world.accounts.services[n]), of(world.accounts.treasuries[n])), price, spent, sum)
    };
    let (free, cost, ..) = services(0.0, (0.0, 0.0));
    for paid in [0.0, 0.6] {
        let ((to, treasury), price, spent, sum) = services(paid, (0.5, 1.0));
        // Two years: the first month and 23 month ends.
        let controls = (to - free.0) as f64;
        assert!((controls - 20_000e6).abs() < 100.0, "{controls}");
        assert!((treasury as f64 + paid * 20_000e6).abs() < 100.0, "{treasury}");
        assert!((spent - paid * 20_000.0).abs() < 1e-3 && (sum - 20_000.0).abs() < 1e-3);
        // What the provider bears is in its unit cost, per hour served at u* = 0.75.
        let per_hour = 100.0 * (1.0 - paid) / 8766.0 / 0.75;
        assert!((price - cost - per_hour).abs() < 1e-12, "{price} {cost}");
    }
}

/// The state demands audits and pays them, from 5,000 USD a year for what costs 20,000: never more than it has, in twelve equal parts, and the level is a quarter.
/// The first month, before any appropriation, has none.
#[test]
fn what_a_state_can_pay_sets_the_level_and_its_appropriation_bounds_what_it_pays() {
    let plan = two_pools(|s| {
        let nation = s.nations.entry("FOC");
        (nation.appropriation, nation.security_paid, nation.demanded_audits) =
            (Some(5000.0 / 0.05), 1.0, 1.0);
    });
    let focus = zone(&plan, "FOC");
    let mut run = Run::new(&plan, 73, 0);
    assert!(run.world().security.levels[0].audits <= 0.0);
    let mut paid = 0.0;
    for month in 1..=60_u32 {
        let world = run.to(MONTH * f64::from(month) + 0.5);
        let treasury = world.ledger.balance(world.accounts.treasuries[focus.at()]);
        let years = f64::from(month / 12 + 1);
        let now = years * 1e5 - treasury;
        assert!(now - paid <= 5000.0 / 11.0 + 1e-6, "{month} {now}");
        paid = now;
        assert!(paid <= years * 5000.0 + 1e-6, "{month} {paid}");
        let level = world.security.levels[1].audits;
        assert!((0.2..0.3).contains(&level), "{month} {level}");
        assert!(world.security.costs[0].0 < 1e-9, "the provider pays nothing");
    }
    assert!(paid > 0.97 * 25_000.0, "{paid}");
    assert!(run.world().ledger.check().is_ok());
}

/// Demands reach pools in the zone that may serve its regulated or critical work, whoever runs them; the state pays for those at home alone.
#[test]
fn a_demand_reaches_those_who_may_serve_sensitive_work_in_the_zone() {
    let mut s = island();
    for (id, home, at) in [("here", "AAA", "FOC"), ("there", "AAA", "AAA")] {
        add_pool(&mut s, id, home);
        let cloud = s.providers.entry(id);
        (cloud.kind, cloud.exports, cloud.zones) = (ProviderKind::Cloud, true, vec![at.to_owned()]);
    }
    let nation = s.nations.entry("FOC");
    (nation.demanded_audits, nation.security_paid) = (0.7, 1.0);
    (nation.residency_regulated, nation.residency_critical) =
        (Residency::Territory, Residency::Domestic);
    s.providers.entry("here").audits = 0.2;
    let wanted = |s: &Scenario, id: &str| {
        let plan = Blueprint::new(s).unwrap();
        let controls = plan.security.controls[pool(&plan, id).at()];
        (controls.wanted.audits, controls.paid)
    };
    assert_eq!(wanted(&s, "home"), (0.7, 1.0));
    assert_eq!(wanted(&s, "here"), (0.7, 0.0));
    assert_eq!(wanted(&s, "there"), (0.0, 0.0));
    s.nations.entry("FOC").residency_regulated = Residency::Domestic;
    assert_eq!(wanted(&s, "here"), (0.2, 0.0), "it may serve open work only");
}

/// Trust is lost when an incident is found, by ln 2 for all of the pool, and returns as e^(−t/τ). Tastes follow, and with them who is asked.
#[test]
fn trust_falls_when_an_incident_is_found_and_returns_by_the_stated_law() {
    let plan = two_pools(|s| {
        let v = s.vectors.entry("leak");
        (v.rate, v.dwell, v.trust, v.share) = (0.2, 100.0, 2.0 * std::f64::consts::LN_2, 0.5);
        s.providers.entry("rival").security_factor = 0.0;
        home(s).trust_memory = 200.0;
    });
    let mut run = Run::new(&plan, 79, 0);
    let of = |world: &World, id: &str| world.served_to(&plan, pool(&plan, id), zone(&plan, "FOC"));
    let (mut log, mut last, mut found) = (0.0_f64, 0.0, 0);
    for day in 1..3600 {
        let seen = run.trace.len();
        let world = run.to(f64::from(day));
        let state = world.security.clone();
        let trust = state.trust_on(&plan, PoolId::new(0), f64::from(day));
        let (asked, rival) = (of(world, "home"), of(world, "rival"));
        for event in run.trace[seen..].iter().filter(|r| r.code == 91) {
            let at = event.time.as_days();
            log = log * (-(at - last) / 200.0).exp() - std::f64::consts::LN_2;
            (last, found) = (at, found + 1);
        }
        let theory = log * (-(f64::from(day) - last) / 200.0).exp();
        assert!((trust - theory).abs() < 2e-6, "{day}: {trust} {theory}");
        // Tastes are taken on weekly: trust has moved by less than 7/200 of itself since.
        let taste = state.taste[0];
        assert!((taste.ln() - theory).abs() <= 0.036 * theory.abs() + 2e-6 || day % 7 > 0);
        assert!(taste > 0.99 || asked < rival, "{day}: {taste} {asked} {rival}");
        assert!((state.taste[1] - 1.0).abs() < f64::EPSILON);
    }
    assert!(found > 0 && found < 8, "{found}");
}

/// A network of two operators of 20 and 60 nodes that all cheat on half of their jobs.
fn cheating(method: Verification, make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = island();
    s.horizon.tick = 7.0;
    let kind = s.operators.entry("op");
    (kind.candidates, kind.reinvested, kind.patience) = (0.0, 0.0, 1200);
    (kind.dishonest, kind.cheat_share) = (1.0, 0.5);
    let network = home(&mut s);
    (network.kind, network.capacity_target) = (ProviderKind::Network, CapacityTarget::Operators);
    (network.operators, network.operator_mix) = (2, vec![("op".to_owned(), 1.0)]);
    (network.verification, network.audit_rate, network.ejects) = (method, 1.0, false);
    (network.threshold, network.trust_memory) = (1.0, 100.0);
    (network.price_rule, network.administered_price) = (PriceRule::Administered, Some(1.0));
    make(&mut s);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[20, 60]);
    plan
}

/// Rounds are weekly: T(k+1) = T(k)·e^(−7/τ) − ρ·b·7/365.25.
#[test]
fn undetected_bad_results_cost_a_network_trust_at_their_share() {
    for rate in [0.0, 3.0] {
        let plan = cheating(Verification::None, |s| home(s).bad_trust = rate);
        let mut run = Run::new(&plan, 83, 0);
        let mut theory = 0.0;
        for week in 1..100 {
            let day = 7.0 * f64::from(week);
            let trust = run.to(day).security.trust_on(&plan, PoolId::new(0), day);
            theory = theory * (-0.07_f64).exp() - rate * 0.5 * 7.0 / YEAR;
            assert!((trust - theory).abs() < 1e-9, "{week}: {trust} {theory}");
        }
        assert!(rate <= 0.0 || theory < -0.3);
    }
}

/// All jobs are checked, so both are found out at every round, with a quarter and three quarters of the work: together they cost 0.2.
#[test]
fn cheaters_that_are_found_cost_a_network_trust_by_their_part_of_the_work() {
    let plan = cheating(Verification::SpotCheck, |s| home(s).cheat_trust = 0.2);
    let mut run = Run::new(&plan, 89, 0);
    let mut theory = 0.0;
    for week in 1..50 {
        let day = 7.0 * f64::from(week);
        let trust = run.to(day).security.trust_on(&plan, PoolId::new(0), day);
        theory = theory * (-0.07_f64).exp() - 0.2;
        assert!((trust - theory).abs() < 1e-9, "{week}: {trust} {theory}");
    }
}

fn series(plan: &Blueprint, seed: u64, name: &str) -> Vec<f64> {
    let record = simulate(plan, seed, 0, &StopFlag::new()).unwrap();
    let at = SERIES.iter().position(|(c, _)| c.name == name).unwrap();
    record.series.chunks_exact(SERIES.len()).map(|row| row[at]).collect()
}

/// A provider governed abroad counts as foreign in the zone too; residency of sensitive work brings the measure to nothing, that of open work does not move it.
#[test]
fn data_are_exposed_abroad_and_at_home_under_foreign_governance_as_far_as_residency_lets_them() {
    let exposure = |change: fn(&mut Scenario)| {
        let mut s = island();
        s.horizon.sample = 365.0;
        for (id, at) in [("here", "FOC"), ("there", "AAA")] {
            add_pool(&mut s, id, "AAA");
            let cloud = s.providers.entry(id);
            (cloud.exports, cloud.zones) = (true, vec![at.to_owned()]);
        }
        let nation = s.nations.entry("FOC");
        (nation.residency_critical, nation.compliance, nation.home_taste) =
            (Residency::Any, 0.0, 1.0);
        change(&mut s);
        let mut plan = Blueprint::new(&s).unwrap();
        fleet(&mut plan, &[200, 200, 200]);
        series(&plan, 97, "data_exposure")[0]
    };
    let both = exposure(|_| {});
    let territory = exposure(|s| {
        let nation = s.nations.entry("FOC");
        (nation.residency_regulated, nation.residency_critical) =
            (Residency::Territory, Residency::Territory);
    });
    let domestic = exposure(|s| {
        let nation = s.nations.entry("FOC");
        (nation.residency_regulated, nation.residency_critical) =
            (Residency::Domestic, Residency::Domestic);
    });
    let open = exposure(|s| s.nations.entry("FOC").residency_open = Residency::Domestic);
    assert!(both > 0.5 && (open - both).abs() < 0.2, "{both} {open}");
    assert!(territory < both && territory > 0.2, "{territory}");
    assert!(domestic <= 0.0, "{domestic}");
}

#[test]
fn the_withdrawal_test_sees_what_incidents_hold_down_today_and_not_in_a_month() {
    let plan = one_pool(|s| {
        s.horizon.tick = 1.0;
        let v = s.vectors.entry("physical");
        (v.rate, v.downtime, v.group) = (1.0, 20.0, Group::Site);
    });
    let focus = zone(&plan, "FOC");
    let mut run = Run::new(&plan, 101, 0);
    let mut seen = [0, 0];
    for day in 1..1500 {
        let world = run.to(f64::from(day));
        let levels =
            Projection::new(world, &plan, f64::from(day)).test(world, &plan, focus).baseline;
        let down = world.security.active > 0;
        assert_eq!(levels[0] < 1e-9, down, "{day}");
        assert!(levels[1] > 0.1, "{day}");
        seen[usize::from(down)] += 1;
    }
    assert!(seen[0] > 100 && seen[1] > 20, "{seen:?}");
}

/// Of two operators one is of a type that is attacked three times as often: incidents come at 2·(1 + 3) a year, and three in four hit it. Both z-scores within 5; of some 280
/// incidents that are seen an even chance would be 10 off.
#[test]
fn operators_are_hit_by_the_factor_of_their_type_whatever_their_size() {
    let plan = cheating(Verification::None, |s| {
        for (id, factor) in [("calm", 1.0), ("sought", 3.0)] {
            let kind = s.operators.entry(id);
            (kind.security_factor, kind.candidates, kind.reinvested) = (factor, 0.0, 0.0);
            kind.patience = 1200;
        }
        home(s).operator_mix = vec![("calm".to_owned(), 0.6), ("sought".to_owned(), 0.4)];
        let v = s.vectors.entry("insider");
        (v.rate, v.surface, v.group, v.downtime) = (2.0, 1.0, Group::Operator, 5.0);
    });
    let (mut hits, mut all, mut sought) = (0.0, 0.0, 0.0);
    for r in 0..20 {
        let mut run = Run::new(&plan, 103, r);
        for month in 1..130 {
            let world = run.to(28.0 * f64::from(month));
            for incident in world.security.incidents.iter() {
                let Target::Operator(id) = incident.target else { panic!("{incident:?}") };
                let kind = world.operators[id.at()].member.as_ref().unwrap().kind;
                hits += 1.0;
                sought += f64::from(u8::from(plan.networks.kinds[kind].id == "sought"));
            }
        }
        all += run.trace.iter().filter(|r| r.code == 90).count() as f64;
    }
    let mean = 20.0 * 8.0 * 129.0 * 28.0 / YEAR;
    assert!(((all - mean) / mean.sqrt()).abs() < 5.0, "{all} {mean}");
    let z = (sought - 0.75 * hits) / (hits * 0.75 * 0.25_f64).sqrt();
    assert!(z.abs() < 5.0 && hits > 200.0, "{sought} of {hits}");
}

/// Copies of a nation with incidents under way, from which the worst vendor withdraws: the level a year later is that of the projection, which knows no incidents
/// after today, and the original is not touched.
#[test]
fn copies_of_a_replication_end_its_incidents_and_leave_the_original_alone() {
    let record = |copies: i64| {
        let plan = one_pool(|s| {
            let v = s.vectors.entry("physical");
            (v.rate, v.dwell, v.downtime) = (6.0, 10.0, 20.0);
            (s.horizon.years, s.horizon.sample) = (3.0, 91.3125);
            (s.withdrawal.replications, s.withdrawal.every) = (copies, 2);
        });
        let record = simulate(&plan, 107, 0, &StopFlag::new()).unwrap();
        let column = |name: &str| -> Vec<f64> {
            let at = SERIES.iter().position(|(c, _)| c.name == name).unwrap();
            record.series.chunks_exact(SERIES.len()).map(|row| row[at]).collect()
        };
        let level = column("rollout_level_365d").into_iter().filter(|x| x.is_finite()).collect();
        let plain: Vec<u64> = column("incident_downtime").iter().map(|x| x.to_bits()).collect();
        let levels: Vec<f64> = level;
        (record.fingerprint, plain, levels, column("sovereignty_365d"))
    };
    let (alone, copied) = (record(0), record(2));
    assert!(alone.0 == copied.0 && alone.1 == copied.1 && copied.2.len() > 3);
    assert!(copied.1.iter().any(|bits| f64::from_bits(*bits) > 0.05));
    // Incidents of the day are over after a year, and a frozen copy has no new ones.
    let levels = copied.3.iter().skip(1).step_by(2);
    for (copy, projected) in copied.2.iter().zip(levels) {
        assert!((copy - projected).abs() < 1e-9, "{copy} {projected}");
    }
}
