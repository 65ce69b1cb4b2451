//! AI models: what work runs on, what a closed interface costs, what a national model learns, who is paid.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::blueprint::models::Models;
use autarky_market::entity::event::EventKind;
use autarky_market::entity::model::ModelKind;
use autarky_market::metric::integrity::check_month;
use autarky_market::metric::model_layer::ModelSums;
use autarky_market::metric::sovereignty::Projection;
use autarky_market::record::{ActorKind, Layer};
use autarky_market::scenario::Scenario;
use autarky_market::{layout, simulate};
use common::{Run, Size, fleet, island, mean_and_error, scenario, t_statistic, zone};

/// The island with compute in plenty and ticks of a day.
fn plenty() -> Scenario {
    let mut s = island();
    s.horizon.tick = 1.0;
    s.horizon.years = 4.0;
    s.frontier.obsolescence = 0.0;
    s
}

/// An interface from `BBB`, free and at the frontier.
fn interface(s: &mut Scenario, id: &str) {
    let api = s.models.entry(id);
    (api.kind, api.home, api.lag) = (ModelKind::ForeignApi, Some("BBB".to_owned()), 0.0);
}

/// Open weights at the frontier of the start, without releases.
fn weights(s: &mut Scenario, id: &str) {
    let open = s.models.entry(id);
    (open.kind, open.lag, open.release_rate) = (ModelKind::OpenWeights, 0.0, 0.0);
}

/// Interfaces are closed to `FOC` from one day to another.
fn cut(s: &mut Scenario, from: f64, until: f64) {
    let event = s.events.entry("cut");
    (event.kind, event.to) = (EventKind::ModelAccessCut, vec!["FOC".to_owned()]);
    (event.at, event.until) = (Some(from), Some(until));
}

fn compiled(s: &Scenario) -> Blueprint {
    let mut plan = Blueprint::new(s).unwrap();
    fleet(&mut plan, &[4000]);
    plan
}

/// Sums of the focus nation after some days.
fn after(s: &Scenario, days: f64) -> ModelSums {
    let plan = compiled(s);
    let mut run = Run::new(&plan, 1, 0);
    check_month(run.to(days - 0.5), &plan).unwrap();
    run.world().observers.window[0].models
}

#[test]
fn a_free_model_at_the_frontier_has_the_bits_of_no_models() {
    let served = |s: &Scenario| {
        let plan = compiled(s);
        let mut run = Run::new(&plan, 1, 0);
        let world = run.to(400.0);
        (world.market.served.clone(), world.market.demand.clone(), world.ledger.clone())
    };
    let mut one = plenty();
    weights(&mut one, "open");
    let (none, one) = (served(&plenty()), served(&one));
    assert_eq!((none.0, none.1), (one.0, one.1));
    assert_eq!(format!("{:?}", none.2), format!("{:?}", one.2));
}

/// Two equal models, of which one is closed: half of the work waits for the time of switching, no longer and no shorter, and all of it for ever where there is no other.
#[test]
fn a_closed_interface_costs_the_time_of_switching_with_open_weights_and_everything_without() {
    let mut s = plenty();
    interface(&mut s, "api");
    weights(&mut s, "open");
    s.frontier.switching = 30.0;
    cut(&mut s, 100.0, 300.0);
    let sums = after(&s, 400.0);
    let need = sums.need / 400.0;
    assert!((sums.unserved - 0.5 * need * 30.0).abs() < 1e-6 * sums.need, "{sums:?}");
    assert!((sums.by_kind[0] - 0.5 * need * 200.0).abs() < 1e-6 * sums.need, "{sums:?}");
    // Work may use the interface alone.
    let nation = s.nations.entry("FOC");
    for list in [&mut nation.models_open, &mut nation.models_regulated, &mut nation.models_critical]
    {
        *list = vec!["api".to_owned()];
    }
    let sums = after(&s, 400.0);
    assert!((sums.unserved - need * 200.0).abs() < 1e-6 * sums.need, "{sums:?}");
    // A closure shorter than the switching ends with it: work goes back to what it knows.
    cut(&mut s, 100.0, 110.0);
    s.nations.entry("FOC").models_open.push("open".to_owned());
    let sums = after(&s, 400.0);
    let shares = 0.6 * 0.5 + 0.4;
    assert!((sums.unserved - shares * need * 10.0).abs() < 1e-6 * sums.need, "{sums:?}");
}

#[test]
fn what_has_no_model_is_not_served_and_stays_in_the_need() {
    let mut s = plenty();
    interface(&mut s, "api");
    let days = |s: &Scenario| {
        let plan = compiled(s);
        let mut run = Run::new(&plan, 1, 0);
        [99.5, 150.5, 250.5].map(|day| {
            let market = &run.to(day).market;
            (market.demand.iter().sum::<f64>(), market.served.iter().sum::<f64>())
        })
    };
    let open = days(&s);
    cut(&mut s, 100.0, 200.0);
    let cut = days(&s);
    assert_eq!(open.map(|day| day.0.to_bits()), cut.map(|day| day.0.to_bits()));
    // A fifth of the demand is training, which needs no model.
    assert!((cut[1].1 - 0.2 * open[1].1).abs() < 0.01 * open[1].1, "{open:?} {cut:?}");
    for day in [0, 2] {
        assert!((cut[day].1 - open[day].1).abs() < 1e-6 * open[day].1, "{open:?} {cut:?}");
    }
}

#[test]
fn a_national_model_learns_from_work_that_the_state_pays_and_from_nothing_else() {
    let own = |training: f64, money: Option<f64>| {
        let mut s = plenty();
        s.frontier.training_work = 1e8;
        // What training asks for does not depend on its price.
        s.workloads.entry("training").elasticity = 0.0;
        let own = s.models.entry("own");
        (own.kind, own.home) = (ModelKind::National, Some("FOC".to_owned()));
        (own.trained, own.training) = (1e6, training);
        s.nations.entry("FOC").appropriation = money;
        weights(&mut s, "open");
        let plan = compiled(&s);
        let at = plan.models.list.iter().position(|m| m.id == "own").unwrap();
        let mut run = Run::new(&plan, 1, 0);
        let start = run.world().models.quality[at];
        check_month(run.to(740.0), &plan).unwrap();
        let world = run.world();
        let treasury = world.accounts.treasuries[zone(&plan, "FOC").at()];
        let state = &world.models;
        let pace = plan.models.pace();
        assert!((pace.quality(state.effective[at]) - state.quality[at]).abs() < 1e-12);
        // Ticks of the first 24 months.
        let asked = training * 24.0 * 731.0;
        let paid = -world.ledger.micro(treasury) as f64 * 1e-6;
        (state.quality[at] - start, state.work[at] - 1e6, asked, paid)
    };
    let (gained, work, _, paid) = own(0.0, None);
    assert_eq!((gained, work, paid), (0.0, 0.0, 0.0));
    let (gained, work, asked, paid) = own(100.0, None);
    assert!((work - asked).abs() < 1e-6 * asked, "{work} of {asked}");
    assert!(paid > 0.5 * work && paid < 5.0 * work, "{paid} USD for {work} hours");
    // Effective work is more than what was done, for algorithms improve; e^{2a} bounds by how much.
    let (growth, a) = (1.526, 1.04);
    let least = (1.0 + work / 1e6).ln() / (growth + a);
    let most = (1.0 + work / 1e6 * (2.1_f64 * a).exp()).ln() / (growth + a);
    assert!(gained > least && gained < most, "{least} < {gained} < {most}");
    // A twentieth of an appropriation goes to models, and buys no more than it pays.
    let (poor, bought, _, paid) = own(100.0, Some(1e6));
    assert!(poor > 0.0 && poor < gained && bought < 0.2 * work, "{bought} of {work}");
    assert!(paid + 3e6 > 0.0 && bought <= 150_000.0, "{bought} hours for at most 150,000 USD");
}

#[test]
fn a_model_that_is_not_trained_falls_behind_by_a_year_a_year() {
    let mut s = plenty();
    s.frontier.obsolescence = 0.5;
    weights(&mut s, "open");
    let plan = compiled(&s);
    let mut run = Run::new(&plan, 1, 0);
    for years in [1.0, 3.0] {
        run.to(years * 365.25 + 2.0);
        let used = &run.world().models.uses[Models::place(zone(&plan, "FOC"), 0)];
        // Choices are reviewed at the end of a month, at most a month ago.
        let (now, ago) = ((-0.5 * years).exp(), (-0.5 * (years - 1.0 / 12.0)).exp());
        assert!(used.useful > 0.99 * now && used.useful < 1.01 * ago, "{} at {years}", used.useful);
    }
}

#[test]
fn fees_raise_the_price_and_go_abroad_to_the_cent() {
    let run_with = |fee: f64| {
        let mut s = plenty();
        interface(&mut s, "api");
        s.models.entry("api").fee = fee;
        let plan = compiled(&s);
        let mut run = Run::new(&plan, 1, 0);
        // The twelfth month has been paid, the tick of that day has not been added.
        check_month(run.to(365.25), &plan).unwrap();
        let world = run.world();
        let home = world.accounts.services[zone(&plan, "BBB").at()];
        let sums = &world.observers.window[0];
        (
            sums.models.fees_abroad,
            world.ledger.micro(home) as f64 * 1e-6,
            sums.served,
            sums.perceived,
        )
    };
    let (none, free) = (run_with(0.0), run_with(0.5));
    assert_eq!((none.0, none.1), (0.0, 0.0));
    assert!(free.0 > 0.0 && (free.0 - free.1).abs() < 0.01, "{free:?}");
    assert!(free.2 < 0.95 * none.2, "a dearer layer is used less: {none:?} {free:?}");
    // Theory: half the reference price for each hour of inference and fine-tuning served, a fifth of it training at the most.
    let (least, most) = (0.7 * free.2 * 24.0 * 0.5 * 1.5, free.2 * 24.0 * 0.5 * 2.0);
    assert!(free.0 > least && free.0 < most, "{least} {} {most}", free.0);
}

/// Theory: releases are a Poisson process, so their number in ten years has mean and variance 30. Seed 3, 200 replications; |t| < 6 with 199 degrees of freedom, variance within six standard
/// errors of a normal sample: a false alarm in 1e7. After the last release at day d the quality is that of the frontier a lag before.
#[test]
fn open_weights_come_out_as_a_poisson_process_and_jump_to_the_frontier_less_their_lag() {
    let mut s = island();
    s.horizon.tick = 28.0;
    weights(&mut s, "open");
    (s.models.entry("open").release_rate, s.models.entry("open").lag) = (3.0, 0.5);
    let plan = Blueprint::new(&s).unwrap();
    let mut counts = vec![];
    for replication in 0..200 {
        let mut run = Run::new(&plan, 3, replication);
        run.to(3652.0);
        let times: Vec<f64> =
            run.trace.iter().filter(|r| r.code == 97).map(|r| r.time.as_days()).collect();
        counts.push(times.len() as f64);
        let last = times[times.len() - 1] / 365.25 - 0.5;
        assert!((run.world().models.quality[0] - last).abs() < 1e-12);
    }
    let t = t_statistic(&counts, 30.0);
    assert!(t.abs() < 6.0, "t = {t}");
    let (mean, error) = mean_and_error(&counts);
    let variance = error * error * 200.0;
    assert!((variance / mean - 1.0).abs() < 0.6, "{variance}");
    assert!(t_statistic(&counts, 33.0).abs() > 6.0, "an error of a tenth would show");
}

/// Theory: open for mean 1/r, closed for mean ℓ, open at first: closed at t with probability `p·(1 − e^{−(r+1/ℓ)t})`, p = rℓ/(1 + rℓ), and on the mean over T
/// `p·(1 − (1 − e^{−kT})/(kT))`, k = r + 1/ℓ. Seed 3, 200 replications of ten years; |t| < 6: a false alarm in 1e7.
#[test]
fn chance_closes_an_interface_for_the_share_of_time_of_an_alternating_renewal_process() {
    let mut s = island();
    interface(&mut s, "api");
    (s.models.entry("api").cut_rate, s.models.entry("api").cut_length) = (2.0, 91.3125);
    let plan = Blueprint::new(&s).unwrap();
    let foc = zone(&plan, "FOC").0;
    let mut shares = vec![];
    for replication in 0..200 {
        let mut run = Run::new(&plan, 3, replication);
        run.to(3652.5);
        let (mut closed, mut since, mut shut) = (0.0, 0.0, false);
        for record in run.trace.iter().filter(|r| r.code == 96 && r.entity == foc) {
            let now = record.time.as_days();
            closed += if shut { now - since } else { 0.0 };
            (since, shut) = (now, !shut);
        }
        closed += if shut { 3652.5 - since } else { 0.0 };
        shares.push(closed / 3652.5);
    }
    let (p, k, years) = (1.0 / 3.0, 6.0_f64, 10.0);
    let theory = p * (1.0 - (1.0 - (-k * years).exp()) / (k * years));
    let t = t_statistic(&shares, theory);
    assert!(t.abs() < 6.0, "t = {t}");
    assert!(t_statistic(&shares, 0.9 * theory).abs() > 6.0, "an error of a tenth would show");
}

#[test]
fn a_release_of_the_scenario_jumps_to_the_frontier_less_the_lag_and_moves_no_other() {
    let mut s = plenty();
    weights(&mut s, "open");
    weights(&mut s, "other");
    s.models.entry("open").lag = 0.25;
    let event = s.events.entry("out");
    (event.kind, event.at) = (EventKind::OpenModelRelease, Some(365.25));
    event.models = vec!["open".to_owned()];
    let plan = compiled(&s);
    let mut run = Run::new(&plan, 1, 0);
    let qualities = run.to(365.0).models.quality.clone();
    assert_eq!(qualities, [-0.25, 0.0]);
    assert_eq!(run.to(367.0).models.quality, [0.75, 0.0]);
}

#[test]
fn a_cloud_that_is_suspended_takes_the_interface_sold_over_it() {
    let mut s = plenty();
    interface(&mut s, "api");
    weights(&mut s, "open");
    common::add_pool(&mut s, "cloud", "BBB");
    s.providers.entry("cloud").exports = true;
    s.models.entry("api").provider = Some("cloud".to_owned());
    s.models.entry("api").fee = 0.2;
    let event = s.events.entry("out");
    (event.kind, event.at) = (EventKind::CloudSuspension, Some(100.0));
    (event.providers, event.to) = (vec!["cloud".to_owned()], vec!["FOC".to_owned()]);
    let plan = compiled(&s);
    let mut run = Run::new(&plan, 1, 0);
    let at = Models::place(zone(&plan, "FOC"), 0);
    assert!(run.to(99.0).models.uses[at].shares[0] > 0.3);
    let used = &run.to(101.0).models.uses[at];
    assert!(used.shares[0] == 0.0 && used.able < 0.7, "{used:?}");
}

/// Times of releases and closures under a lever, by name of the event.
fn course(pull: fn(&mut Scenario)) -> Vec<(u64, u16, u32)> {
    let mut s = scenario(Size { operators: 3, nodes: 12 });
    s.horizon.years = 2.0;
    interface(&mut s, "api");
    s.models.entry("api").cut_rate = 6.0;
    weights(&mut s, "open");
    s.models.entry("open").release_rate = 12.0;
    pull(&mut s);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 17, 2);
    run.to(600.0);
    let moves = run.trace.iter().filter(|r| matches!(r.code, 96 | 97));
    moves.map(|r| (r.time.as_micros(), r.code, if r.code == 97 { 0 } else { r.entity })).collect()
}

#[test]
fn releases_and_closures_take_the_same_course_under_every_lever() {
    let expected = course(|_| ());
    assert!(expected.iter().filter(|r| r.1 == 97).count() > 5 && expected.len() > 40);
    let levers: [fn(&mut Scenario); 5] = [
        |s| s.nations.entry("FOC").models_critical = vec!["open".to_owned()],
        |s| cut(s, 50.0, 90.0),
        |s| s.models.entry("api").fee = 2.0,
        |s| s.nations.entry("FOC").portfolio_network = 0.9,
        |s| {
            let own = s.models.entry("own");
            (own.kind, own.home) = (ModelKind::National, Some("FOC".to_owned()));
            (own.trained, own.training) = (1e8, 100.0);
        },
    ];
    for pull in levers {
        assert_eq!(course(pull), expected);
    }
    // Another model moves by itself and moves no other.
    let more = course(|s| weights(s, "a"));
    assert_eq!(more, expected);
}

#[test]
fn without_the_developer_critical_work_stops_or_moves_and_the_layer_says_model() {
    let mut s = plenty();
    interface(&mut s, "api");
    weights(&mut s, "open");
    s.nations.entry("FOC").models_critical = vec!["api".to_owned()];
    let found = |s: &Scenario| {
        let plan = compiled(s);
        let mut run = Run::new(&plan, 1, 0);
        let world = run.to(50.5);
        let projection = Projection::new(world, &plan, 50.5);
        let weakest = projection.test(world, &plan, zone(&plan, "FOC"));
        let at = plan.actors.iter().position(|a| a.actor.kind == ActorKind::Model).unwrap();
        let of = |h: usize| weakest.results[3 * at + h];
        [of(0), of(1), of(2)]
    };
    // Training is a fifth of the critical need and goes on.
    for result in found(&s) {
        assert!((result.level - 0.2).abs() < 1e-9 && result.layer == Layer::Model, "{result:?}");
    }
    s.nations.entry("FOC").models_critical.push("open".to_owned());
    let results = found(&s);
    assert!((results[0].level - 0.6).abs() < 1e-9 && results[0].layer == Layer::Model);
    assert!((results[1].level - 1.0).abs() < 1e-9 && results[1].layer == Layer::None);
    assert!(results[2].loss.abs() < 1e-9);
}

/// Nothing on the island is drawn but the future of models, so a frozen copy must agree with the projection to the last digits, and a copy must not move its original.
#[test]
fn rollouts_agree_with_the_projection_without_the_developer_and_leave_the_original_alone() {
    let mut s = plenty();
    (s.horizon.years, s.horizon.sample) = (1.0, 100.0);
    interface(&mut s, "api");
    weights(&mut s, "open");
    (s.models.entry("api").cut_rate, s.models.entry("open").release_rate) = (1.0, 6.0);
    let run = |s: &Scenario, copies: i64, names: [&str; 2]| {
        let mut s = s.clone();
        (s.withdrawal.replications, s.withdrawal.every) = (copies, 1);
        let plan = compiled(&s);
        let record = simulate(&plan, 8, 0, &StopFlag::new()).unwrap();
        let columns = layout(&plan).series;
        let at = |name: &str| columns.iter().position(|c| c.name == name).unwrap();
        let [a, b] = names.map(|name| record.series[at(name)]);
        (a, b, record.fingerprint)
    };
    let levels = ["sovereignty_365d", "rollout_level_365d"];
    for (critical, expected) in [(vec!["api"], 0.2), (vec!["api", "open"], 1.0)] {
        let critical = critical.into_iter().map(str::to_owned).collect();
        s.nations.entry("FOC").models_critical = critical;
        let (projected, rolled, fingerprint) = run(&s, 2, levels);
        assert!((projected - expected).abs() < 1e-9 && (rolled - projected).abs() < 1e-9);
        assert_eq!(fingerprint, run(&s, 0, levels).2);
    }
}

#[test]
fn actors_are_the_same_without_models_and_open_weights_add_none() {
    let names = |s: &Scenario| {
        let plan = Blueprint::new(s).unwrap();
        plan.actors.iter().map(|a| a.actor.id.clone()).collect::<Vec<_>>()
    };
    let none = names(&plenty());
    let mut s = plenty();
    weights(&mut s, "open");
    assert_eq!(names(&s), none);
    interface(&mut s, "api");
    assert_eq!(names(&s).len(), none.len() + 1);
}

#[test]
fn a_broken_cable_closes_interfaces_and_no_open_weights() {
    let mut s = plenty();
    interface(&mut s, "api");
    weights(&mut s, "open");
    let nation = s.nations.entry("FOC");
    (nation.links, nation.link_outage_rate, nation.link_outage_time) = (1, 12.0, 10.0);
    let plan = compiled(&s);
    let mut run = Run::new(&plan, 1, 0);
    let (foc, mut cut_off) = (zone(&plan, "FOC"), 0);
    for day in 1..200 {
        let world = run.to(f64::from(day) + 0.5);
        let used = &world.models.uses[Models::place(foc, 0)];
        let connected = world.connectivity.is_connected(foc);
        // Links move during a day, choices at its start.
        let (api, open) = (used.shares[0], used.shares[1]);
        assert!(open > 0.4 && (api > 0.0 || used.able < 1.0 || open > 0.99));
        cut_off += usize::from(!connected && api == 0.0);
    }
    assert!(cut_off > 20, "{cut_off}");
}
