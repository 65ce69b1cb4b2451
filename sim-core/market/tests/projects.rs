//! Projects: how late they come, what they cost and who pays, and what chance has to do with it.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::math;
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::project::{MilestoneParameters, ProjectParameters};
use autarky_market::mechanism::government::Lever;
use autarky_market::mechanism::project::stage;
use autarky_market::process::Process;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use common::{Run, fleet, island, t_statistic, zone};

const MONTH: f64 = 365.25 / 12.0;

/// The island with a project `p` of one megawatt for its provider, with the stages named.
fn building(stages: &[&str]) -> Scenario {
    let mut s = island();
    add_project(&mut s, "p", stages);
    s
}

fn add_project(s: &mut Scenario, id: &str, stages: &[&str]) {
    for stage in stages {
        s.milestones.entry(stage);
    }
    let project: &mut ProjectParameters = s.projects.entry(id);
    project.nation = "FOC".to_owned();
    (project.provider, project.power) = (Some("home".to_owned()), Some(1.0));
    project.milestones = stages.iter().map(|m| (*m).to_owned()).collect();
}

fn milestone<'a>(s: &'a mut Scenario, id: &str) -> &'a mut MilestoneParameters {
    s.milestones.entry(id)
}

/// The appropriation of the island, all of it for data centres.
fn appropriate(s: &mut Scenario, usd: f64) {
    let nation = s.nations.entry("FOC");
    nation.appropriation = Some(usd);
    (nation.budget_data_centre, nation.budget_cloud, nation.budget_node_subsidy) = (1.0, 0.0, 0.0);
    (nation.budget_stockpile, nation.budget_talent) = (0.0, 0.0);
    (nation.budget_security, nation.budget_models) = (0.0, 0.0);
}

/// An empty island after `years`.
fn after(s: &Scenario, (replication, years): (u64, f64)) -> (Blueprint, World) {
    let mut plan = Blueprint::new(s).unwrap();
    fleet(&mut plan, &[]);
    let world = Run::new(&plan, 5, replication).to(365.25 * years).clone();
    (plan, world)
}

/// Day on which the first project is done, within `years`.
fn finished(s: &Scenario, replication: u64, years: f64) -> Option<f64> {
    after(s, (replication, years)).1.projects[0].finished
}

/// 1,000 projects of one stage, planned for 100 days, with a median factor of 1.2 and a log sd of 0.4. Means of the factors and of their logs by Student's t, four
/// quantiles by their binomial counts: six scores below 5.5, false alarm 3e-7 in all. A median 7 % off, or a log sd a fifth off, would be found.
#[test]
fn delays_have_the_stated_lognormal() {
    let mut s = island();
    s.horizon.sample = 36_500.0;
    for i in 0..1000 {
        add_project(&mut s, &format!("p{i}"), &["build"]);
    }
    let build = milestone(&mut s, "build");
    (build.duration, build.delay_median, build.delay_dispersion) = (100.0, 1.2, 0.4);
    let (_, world) = after(&s, (0, 4.0));
    let took =
        |p: &autarky_market::world::project::ProjectState| p.finished.unwrap() - p.begun.unwrap();
    let factors: Vec<f64> = world.projects.iter().map(|p| took(p) / 100.0).collect();
    let logs: Vec<f64> = factors.iter().map(|&f| math::ln(f)).collect();
    let t = t_statistic(&logs, math::ln(1.2));
    assert!(t.abs() < 5.5, "mean of the logs: t = {t}");
    // Quantiles of the normal: Abramowitz and Stegun, table 26.5.
    for (q, z) in [(0.1, -1.281_551_6), (0.5, 0.0), (0.9, 1.281_551_6), (0.975, 1.959_964)] {
        let bound = 1.2 * math::exp(0.4 * z);
        let below = factors.iter().filter(|&&f| f < bound).count() as f64;
        let score = (below - 1000.0 * q) / (1000.0 * q * (1.0 - q)).sqrt();
        assert!(score.abs() < 5.5, "quantile {q}: {below} of 1000 below");
    }
    let mean = t_statistic(&factors, 1.2 * math::exp(0.08));
    assert!(mean.abs() < 5.5, "mean: t = {mean}");
}

/// A stage that fails with probability p is done 1/(1 − p) times in the mean. 1,000 projects, p = 0.4: |t| < 5.2, a p of 0.3 would be found.
#[test]
fn a_stage_that_fails_is_done_again_and_paid_again() {
    let mut s = island();
    s.horizon.sample = 36_500.0;
    for i in 0..1000 {
        add_project(&mut s, &format!("p{i}"), &["build"]);
    }
    let build = milestone(&mut s, "build");
    (build.duration, build.cost, build.failure) = (50.0, 1e6, 0.4);
    let (_, world) = after(&s, (1, 8.0));
    let times: Vec<f64> =
        world.projects.iter().map(|p| (p.finished.unwrap() - p.begun.unwrap()) / 50.0).collect();
    let t = t_statistic(&times, 1.0 / 0.6);
    assert!(t.abs() < 5.2, "t = {t}");
    for (project, times) in world.projects.iter().zip(&times) {
        assert!((times - times.round()).abs() < 1e-6);
        assert!((project.spent[0] - 1e6 * times).abs() < 1e-3, "{} {times}", project.spent[0]);
    }
}

/// Planned cost times the overrun factor leaves treasury and owner in their parts and reaches builders, to the micro-unit over all accounts.
#[test]
fn what_is_paid_is_the_planned_cost_times_the_overrun_to_the_micro_unit() {
    let mut s = building(&["site", "build"]);
    let (site, build) = ("site", "build");
    (milestone(&mut s, site).cost, milestone(&mut s, site).cost_per_power) = (3e6, 7e6);
    let terms = milestone(&mut s, build);
    (terms.cost, terms.delay_median, terms.delay_dispersion) = (1.234_567_89e8, 1.3, 0.5);
    terms.cost_elasticity = 0.7;
    s.projects.entry("p").state_share = Some(0.6);
    for replication in 0..5 {
        let (plan, world) = after(&s, (replication, 10.0));
        let mut due = 0.0;
        for m in &plan.projects.list[0].milestones {
            let key = |process: Process| StreamKey {
                seed: 5,
                replication,
                process: process as u64,
                entity: m.key,
            };
            let draw = |process| Stream::new(key(process)).uniform_open();
            let draws = (draw(Process::ProjectDelay), draw(Process::ProjectRework));
            due += stage(&m.parameters, m.cost, draws).cost;
        }
        assert!(world.projects[0].finished.is_some() && (due - 1.334e8).abs() > 1e5);
        let foc = zone(&plan, "FOC").at();
        let accounts = [
            (world.accounts.treasuries[foc], -0.6 * due),
            (world.accounts.providers[0], -0.4 * due),
            (world.accounts.services[foc], due),
        ];
        let mut sum = 0;
        for (account, expected) in accounts {
            let found = world.ledger.micro(account);
            assert!((found as f64 - expected * 1e6).abs() <= 2.0, "{found} {expected}");
            sum += found;
        }
        assert_eq!(sum, 0, "nothing is paid to or by anybody else");
    }
}

/// A stage of a year costs three appropriations: each year pays four months of it, so that it is done four months into the third year. Without money it
/// stands still for good; with money from the start it takes its year.
#[test]
fn a_project_without_money_stands_still_and_goes_on_when_money_comes() {
    let mut s = building(&["build"]);
    milestone(&mut s, "build").cost = 3e8;
    appropriate(&mut s, 1e8);
    let day = finished(&s, 0, 9.0).unwrap();
    assert!((day - (2.0 * 365.25 + 4.0 * MONTH)).abs() < 1e-6, "{day}");
    let (_, early) = after(&s, (0, 1.0 - 1e-6));
    assert!((early.projects[0].worked - 4.0 * MONTH).abs() < 1e-6);
    assert!((early.projects[0].spent[0] - 1e8).abs() < 1e-3);
    appropriate(&mut s, 0.0);
    assert_eq!(finished(&s, 0, 9.0), None);
    appropriate(&mut s, 3e8);
    assert!((finished(&s, 0, 9.0).unwrap() - 365.25).abs() < 1e-6);
    // What is carried over adds up: nothing lapses.
    appropriate(&mut s, 1e8);
    s.nations.entry("FOC").carry_over = 1.0;
    s.projects.entry("p").start = 3.0 * 365.25;
    assert!((finished(&s, 0, 9.0).unwrap() - 4.0 * 365.25).abs() < 1e-6);
}

/// On every path: 40 chance courses of three stages of unlike cost, each with seven appropriations of which each is half of the one before.
#[test]
fn half_the_appropriation_never_finishes_earlier() {
    let mut s = building(&["site", "build", "fit_out"]);
    for (id, days, cost) in [("site", 200.0, 1e6), ("build", 500.0, 4e8), ("fit_out", 150.0, 5e7)] {
        let terms = milestone(&mut s, id);
        (terms.duration, terms.cost, terms.delay_dispersion, terms.failure) =
            (days, cost, 0.4, 0.1);
    }
    let mut delayed = 0;
    for replication in 0..40 {
        s.nations.entry("FOC").carry_over = f64::from(u32::from(replication % 2 == 0)) * 0.5;
        let mut last = 0.0;
        for halvings in 0..7 {
            appropriate(&mut s, 1.6e9 / f64::from(1 << halvings));
            let day = finished(&s, replication, 10.0).unwrap_or(f64::INFINITY);
            assert!(day >= last - 1e-6, "replication {replication}: {day} before {last}");
            delayed += u32::from(day > last + 1.0 && halvings > 0);
            last = day;
        }
    }
    assert!(delayed > 40, "money must bind: {delayed}");
}

/// What counts is what the lever gets: all of an appropriation, or half of twice of it.
#[test]
fn a_portfolio_all_for_data_centres_behaves_as_that_lever_alone() {
    let mut s = building(&["build"]);
    milestone(&mut s, "build").cost = 3e8;
    appropriate(&mut s, 0.8e8);
    let (plan, alone) = after(&s, (0, 9.0));
    appropriate(&mut s, 1.6e8);
    let nation = s.nations.entry("FOC");
    (nation.budget_data_centre, nation.budget_models) = (0.5, 0.5);
    let (_, half) = after(&s, (0, 9.0));
    assert_eq!(alone.projects, half.projects);
    let spent =
        |w: &World| w.governments[zone(&plan, "FOC").at()].spent[Lever::DataCentre as usize];
    assert!(alone.projects[0].finished.is_some() && (spent(&alone) - spent(&half)).abs() < 1e-6);
}

/// A plan that is longer, dearer, or followed and preceded by other stages and projects has the same luck.
#[test]
fn who_changes_a_plan_redraws_nothing() {
    let mut s = building(&["build"]);
    milestone(&mut s, "build").delay_dispersion = 0.5;
    let factor = |s: &Scenario, project: usize, stage_days: f64, before: f64| {
        let (_, world) = after(s, (3, 15.0));
        (world.projects[project].finished.unwrap() - before) / stage_days
    };
    let luck = factor(&s, 0, 365.25, 0.0);
    assert!((luck - 1.0).abs() > 0.01);
    milestone(&mut s, "build").duration = 900.0;
    milestone(&mut s, "build").cost = 1e9;
    assert!((factor(&s, 0, 900.0, 0.0) - luck).abs() < 1e-9);
    milestone(&mut s, "site").duration = 77.0;
    s.projects.entry("p").milestones = vec!["site".to_owned(), "build".to_owned()];
    add_project(&mut s, "a", &["build"]);
    assert!((factor(&s, 1, 900.0, 77.0) - luck).abs() < 1e-9);
    assert!((factor(&s, 0, 900.0, 0.0) - luck).abs() > 0.01, "projects have luck of their own");
}

/// Entries of stages alone, a rule of release without parts, and a project that never starts within the run.
#[test]
fn what_is_not_switched_on_changes_no_number() {
    let result = |s: &Scenario| {
        let mut plan = Blueprint::new(s).unwrap();
        fleet(&mut plan, &[100]);
        let record = simulate(&plan, 3, 0, &StopFlag::new()).unwrap();
        (record.events, record.fingerprint)
    };
    let mut s = island();
    (s.hardware.entry("ha").failure_rate, s.nations.entry("FOC").coverage) = (0.01, 0.5);
    let before = result(&s);
    milestone(&mut s, "build").cost = 1e9;
    s.nations.entry("FOC").stockpile_release = autarky_market::entity::nation::Release::Last;
    assert_eq!(before, result(&s));
}
