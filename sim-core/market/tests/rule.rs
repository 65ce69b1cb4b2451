//! Rules: what they see is what is recorded, what they decide is a policy, and one that decides nothing changes nothing.
//!
//! Every claim but one is about equal bits; no test is stochastic.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use std::sync::Mutex;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::event::EventKind;
use autarky_market::mechanism::government::{LEVERS, Lever};
use autarky_market::mechanism::policy::{Change, Policy};
use autarky_market::record::Record;
use autarky_market::rule::{Governed, Rule, Rules, StateView, set};
use autarky_market::scenario::Scenario;
use autarky_market::{SimulationError, layout, simulate};
use common::{Run, Size, scenario, zone};

const SIZE: Size = Size { operators: 4, nodes: 20 };
const YEAR: f64 = 365.25;

/// Levers of each fiscal year.
#[derive(Debug)]
struct ByYear(&'static [&'static [(&'static str, f64)]]);

impl Rule for ByYear {
    fn decide(&self, view: &StateView<'_>) -> Result<Change, String> {
        let levers = self.0.get(view.year as usize).copied().unwrap_or_default();
        set(levers.iter().copied()).map_err(|name| format!("no lever `{name}`"))
    }
}

/// What a rule saw at one time.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    year: u32,
    day: f64,
    nation: String,
    tariff: f64,
    spent: [f64; LEVERS],
    left: Option<[f64; LEVERS]>,
    sample: Option<(f64, Vec<u64>)>,
}

/// Decides as `by_year` and keeps what it saw.
#[derive(Debug)]
struct Spy {
    by_year: ByYear,
    seen: Mutex<Vec<Seen>>,
}

impl Spy {
    const fn new(levers: &'static [&'static [(&'static str, f64)]]) -> Self {
        Self { by_year: ByYear(levers), seen: Mutex::new(Vec::new()) }
    }
}

impl Rule for Spy {
    fn decide(&self, view: &StateView<'_>) -> Result<Change, String> {
        let bits =
            |s: autarky_market::rule::Sample<'_>| s.values.iter().map(|x| x.to_bits()).collect();
        self.seen.lock().unwrap().push(Seen {
            year: view.year,
            day: view.day,
            nation: view.nation.to_owned(),
            tariff: view.policy.tariff,
            spent: *view.spent,
            left: view.left.copied(),
            sample: view.sample.map(|s| (s.day, bits(s))),
        });
        self.by_year.decide(view)
    }
}

/// The made-up world for three years and a bit.
fn world() -> Scenario {
    let mut s = scenario(SIZE);
    s.horizon.years = 3.1;
    s
}

/// The same with an appropriation that binds.
fn with_money() -> Scenario {
    let mut s = world();
    let nation = s.nations.entry("FOC");
    (nation.appropriation, nation.appropriation_growth) = (Some(4e7), 0.1);
    (nation.cloud_rebate, nation.capital_subsidy) = (0.1, 0.3);
    s
}

/// Adds a change of policy in force from a day to another.
fn change(s: &mut Scenario, id: &str, (at, until): (f64, Option<f64>), levers: &[(&str, f64)]) {
    let event = s.events.entry(id);
    let policy =
        autarky_market::blueprint::politics::parameters(&set(levers.iter().copied()).unwrap());
    *event = policy;
    (event.kind, event.at, event.until) = (EventKind::PolicyChange, Some(at), until);
    event.to = vec!["FOC".to_owned()];
}

fn governed<'p>(plan: &'p Blueprint, rule: &'p dyn Rule) -> Governed<'p> {
    let mut rules = Rules::default();
    rules.govern(plan, "FOC", rule).unwrap();
    Governed { plan, rules }
}

fn run<'p>(plan: impl Into<Governed<'p>>) -> Result<Record, SimulationError> {
    simulate(plan, 7, 2, &StopFlag::new())
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn a_rule_that_decides_nothing_leaves_every_bit_as_it_is() {
    let idle = ByYear(&[]);
    let plan = Blueprint::new(&with_money()).unwrap();
    let (plain, ruled) = (run(&plan).unwrap(), run(governed(&plan, &idle)).unwrap());
    assert_eq!((plain.fingerprint, plain.events), (ruled.fingerprint, ruled.events));
    assert_eq!(bits(&plain.series), bits(&ruled.series));
    assert_eq!(bits(&plain.scalars), bits(&ruled.scalars));
    // Where nothing was appropriated its fiscal years are events that were not there, and nothing else.
    let plan = Blueprint::new(&world()).unwrap();
    let (plain, ruled) = (run(&plan).unwrap(), run(governed(&plan, &idle)).unwrap());
    assert_eq!(plain.events + 4, ruled.events);
    assert_eq!(bits(&plain.series), bits(&ruled.series));
    assert_eq!(bits(&plain.scalars), bits(&ruled.scalars));
}

const FIRST: &[(&str, f64)] = &[("coverage", 0.6), ("portfolio.network", 0.7)];
const SECOND: &[(&str, f64)] = &[FIRST[0], FIRST[1], ("tariff", 0.5), ("appropriation", 3e7)];
const THIRD: &[(&str, f64)] =
    &[FIRST[0], FIRST[1], SECOND[2], SECOND[3], ("cloud_rebate", 0.4), ("tax.profit", 0.2)];

#[test]
fn a_rule_that_sets_what_dated_changes_set_gives_the_bits_of_those() {
    let mut dated = world();
    change(&mut dated, "first", (0.0, None), FIRST);
    change(&mut dated, "second", (YEAR, None), &SECOND[2..]);
    change(&mut dated, "third", (2.0 * YEAR, None), &THIRD[4..]);
    let rule = ByYear(&[FIRST, SECOND, THIRD, THIRD]);
    let (by_date, free) = (Blueprint::new(&dated).unwrap(), Blueprint::new(&world()).unwrap());
    let (by_date, by_rule) = (run(&by_date).unwrap(), run(governed(&free, &rule)).unwrap());
    assert_eq!(bits(&by_date.series), bits(&by_rule.series));
    assert_eq!(bits(&by_date.scalars), bits(&by_rule.scalars));
    let untouched = run(&free).unwrap();
    assert_ne!(bits(&untouched.series), bits(&by_rule.series), "the levers move something");
}

#[test]
fn a_decision_lies_over_scenario_and_events_until_the_next_and_then_is_gone() {
    let mut s = world();
    s.nations.entry("FOC").tariff = 0.05;
    change(&mut s, "crisis", (100.0, Some(2.5 * YEAR)), &[("tariff", 0.3), ("coverage", 0.9)]);
    let rule = ByYear(&[&[("tariff", 0.1)], &[("tariff", 0.2)], &[("tax.profit", 0.25)], &[]]);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::governed(governed(&plan, &rule), 2, 0);
    let foc = zone(&plan, "FOC");
    let mut at = |day: f64, expected: [f64; 3]| {
        let Policy { tariff, coverage, profit_tax, .. } = *run.to(day).policy(foc);
        assert_eq!(bits(&[tariff, coverage, profit_tax]), bits(&expected), "day {day}");
    };
    at(50.0, [0.1, 0.25, 0.0]);
    // Over an event that comes later; what the rule leaves open is the event's.
    at(200.0, [0.1, 0.9, 0.0]);
    at(YEAR + 1.0, [0.2, 0.9, 0.0]);
    // What it no longer names falls back to the event and, once that is lifted, to the scenario.
    at(2.0 * YEAR + 1.0, [0.3, 0.9, 0.25]);
    at(2.5 * YEAR + 1.0, [0.05, 0.25, 0.25]);
    at(3.0 * YEAR + 1.0, [0.05, 0.25, 0.0]);
}

#[test]
fn a_rule_sees_the_series_as_recorded_the_policy_in_force_and_the_purse() {
    let spy = Spy::new(&[&[("tariff", 0.1)], &[("tariff", 0.2)]]);
    let plan = Blueprint::new(&with_money()).unwrap();
    let record = run(governed(&plan, &spy)).unwrap();
    let (seen, layout) = (spy.seen.into_inner().unwrap(), layout(&plan));
    let width = layout.series.len();
    assert_eq!(seen.iter().map(|s| s.year).collect::<Vec<_>>(), [0, 1, 2, 3]);
    for Seen { year, day, nation, sample, .. } in &seen {
        assert!((day - f64::from(*year) * YEAR).abs() < 1e-9 && nation == "FOC");
        // The last sample before that day.
        let last = layout.sample_days.iter().rposition(|sampled| *sampled < day - 1e-9);
        let row = |i: usize| bits(&record.series[i * width..(i + 1) * width]);
        let expected = last.map(|i| (layout.sample_days[i], row(i)));
        assert_eq!(*sample, expected);
    }
    assert!(seen[0].sample.is_none() && seen[1].sample.is_some());
    let tariffs: Vec<f64> = seen.iter().map(|s| s.tariff).collect();
    assert_eq!(bits(&tariffs), bits(&[0.0, 0.1, 0.2, 0.0]));
    let cloud = Lever::Cloud as usize;
    assert!(seen[1].spent[cloud] > 0.0 && seen[1].left.unwrap()[cloud] >= 0.0);
    let shares = autarky_market::world::government::budget(&plan.nations[zone(&plan, "FOC").at()]);
    for (lever, share) in shares.iter().enumerate() {
        let whole = seen[1].spent[lever] + seen[1].left.unwrap()[lever];
        assert!((whole - share * 4e7).abs() < 1e-6 * 4e7, "{lever}: {whole}");
    }
    let spy = Spy::new(&[]);
    run(governed(&Blueprint::new(&world()).unwrap(), &spy)).unwrap();
    assert!(spy.seen.into_inner().unwrap().iter().all(|s| s.left.is_none()), "no appropriation");
}

#[test]
fn what_no_scenario_may_state_ends_the_run_with_lever_value_range_year_and_nation() {
    let plan = Blueprint::new(&world()).unwrap();
    let text = |rule: &dyn Rule| run(governed(&plan, rule)).unwrap_err().to_string();
    let range = text(&ByYear(&[&[], &[("tariff", 12.5)]]));
    for part in ["`FOC`", "fiscal year 1", "`tariff` to 12.5", "allowed: 0 to 10"] {
        assert!(range.contains(part), "{range}");
    }
    let nan = text(&ByYear(&[&[("appropriation", f64::NAN)]]));
    assert!(nan.contains("`appropriation` to NaN USD/year; allowed: 0 to 10000000000000"), "{nan}");
    let shares = text(&ByYear(&[&[("portfolio.network", 0.8), ("portfolio.cloud", 0.3)]]));
    assert!(shares.contains("sum to 1.1; allowed: at most 1"), "{shares}");
    let own = text(&ByYear(&[&[], &[], &[("tarif", 0.1)]]));
    assert!(own.contains("fiscal year 2 failed: no lever `tarif`"), "{own}");
}

#[test]
fn only_nations_that_are_recorded_can_be_governed() {
    let plan = Blueprint::new(&world()).unwrap();
    let (idle, mut rules) = (ByYear(&[]), Rules::default());
    for nation in ["AAA", "XXX"] {
        let error = rules.govern(&plan, nation, &idle).unwrap_err();
        assert_eq!(error.known, ["FOC"]);
        assert!(error.to_string().contains(&format!("govern `{nation}`")));
    }
    assert!(rules.of(zone(&plan, "AAA")).is_none());
}

#[test]
fn free_copies_of_a_rollout_ask_the_rule_and_frozen_ones_keep_the_policy() {
    let mut s = world();
    s.withdrawal.replications = 2;
    s.withdrawal.every = 6;
    let asked = |s: &Scenario| {
        let plan = Blueprint::new(s).unwrap();
        let spy = Spy::new(&[&[("tariff", 0.1)], &[("tariff", 0.2)]]);
        let record = run(governed(&plan, &spy)).unwrap();
        (bits(&record.series), spy.seen.into_inner().unwrap())
    };
    s.withdrawal.free = false;
    assert_eq!(asked(&s).1.len(), 4, "frozen copies ask nothing");
    s.withdrawal.free = true;
    let (first, seen) = asked(&s);
    assert!(seen.len() > 4);
    // Copies that part in the second year meet the third, under what was decided before they parted.
    let third: Vec<f64> = seen.iter().filter(|s| s.year == 2).map(|s| s.tariff).collect();
    assert!(third.len() > 1, "{third:?}");
    assert_eq!(bits(&third), bits(&vec![0.2; third.len()]));
    assert_eq!(first, asked(&s).0);
}
