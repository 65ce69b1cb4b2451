//! Technicians, models, money and shortages together, in a world with networks, clouds and bans.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::event::EventKind;
use autarky_market::entity::model::ModelKind;
use autarky_market::metric::integrity::check_month;
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use common::{Run, Size, regime, scenario};

/// The made-up world with technicians that are short, three kinds of models and an appropriation.
fn everything() -> Scenario {
    let mut s = scenario(Size { operators: 6, nodes: 12 });
    s.horizon.years = 5.0;
    s.frontier.spillover = 0.5;
    regime(&mut s, "ban", "AAA", 900.0);
    for zone in ["FOC", "AAA", "BBB"] {
        let nation = s.nations.entry(zone);
        (nation.talent_technicians, nation.talent_installs) = (Some(0.7), 0.05);
        (nation.talent_training, nation.talent_emigration) = (3.0, 0.1);
        nation.appropriation = Some(1e7);
        (nation.currency_onset, nation.currency_length) = (1.0, 60.0);
        (nation.link_outage_rate, nation.links) = (2.0, 2);
    }
    let api = s.models.entry("api");
    (api.kind, api.home, api.lag) = (ModelKind::ForeignApi, Some("AAA".to_owned()), 0.0);
    (api.fee, api.cut_rate, api.provider) = (0.5, 0.5, Some("c1".to_owned()));
    s.models.entry("open");
    let own = s.models.entry("own");
    (own.kind, own.home, own.training) = (ModelKind::National, Some("FOC".to_owned()), 200.0);
    s.nations.entry("FOC").models_critical = vec!["api".to_owned(), "own".to_owned()];
    let cut = s.events.entry("cut");
    (cut.kind, cut.to, cut.at) = (EventKind::ModelAccessCut, vec!["FOC".to_owned()], Some(600.0));
    s
}

#[test]
fn years_with_everything_run_through_with_all_books_balanced() {
    let plan = Blueprint::new(&everything()).unwrap();
    let mut run = Run::new(&plan, 7, 0);
    for month in 1..=58 {
        check_month(run.to(30.4 * f64::from(month)), &plan).unwrap();
    }
    for code in [94, 95, 96, 97] {
        assert!(run.trace.iter().any(|r| r.code == code), "no event {code}");
    }
    let sums = &run.world().observers.totals[0];
    assert!(sums.models.fees_abroad > 0.0 && sums.models.unserved > 0.0);
    assert!(sums.models.training > 0.0 && sums.talent.waiting > 0.0);
}

#[test]
fn a_replication_with_everything_repeats_bit_for_bit() {
    let plan = Blueprint::new(&everything()).unwrap();
    let run = || simulate(&plan, 7, 1, &StopFlag::new()).unwrap();
    let (one, two) = (run(), run());
    let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!((one.fingerprint, bits(&one.series)), (two.fingerprint, bits(&two.series)));
}

/// Parameters at the ends of their ranges stop no run.
#[test]
fn the_ends_of_the_ranges_are_no_panic() {
    let extremes: [fn(&mut Scenario); 6] = [
        |s| {
            let nation = s.nations.entry("FOC");
            (nation.talent_technicians, nation.talent_graduates) = (Some(1000.0), 100.0);
            nation.talent_growth = 3.0;
        },
        |s| {
            let nation = s.nations.entry("FOC");
            (nation.talent_technicians, nation.talent_emigration) = (Some(0.0), 100.0);
            (nation.talent_pay, nation.talent_elasticity) = (1e-9, 20.0);
        },
        |s| {
            let nation = s.nations.entry("FOC");
            (nation.talent_installs, nation.talent_training) = (1e4, 1e7);
        },
        |s| (s.frontier.algorithms, s.frontier.training_growth) = (20.0, 20.0),
        |s| {
            (s.frontier.substitution, s.frontier.obsolescence) = (50.0, 20.0);
            (s.models.entry("api").fee, s.models.entry("api").lag) = (1000.0, 50.0);
        },
        |s| {
            s.models.entry("own").trained = 1e15;
            s.models.entry("open").release_rate = 365.25;
            s.models.entry("api").cut_rate = 365.25;
            s.frontier.switching = 3650.0;
        },
    ];
    for (at, extreme) in extremes.iter().enumerate() {
        let mut s = everything();
        s.horizon.years = 1.0;
        extreme(&mut s);
        let plan = Blueprint::new(&s).unwrap();
        let run = simulate(&plan, 7, 0, &StopFlag::new());
        assert!(run.is_ok(), "case {at}: {:?}", run.err());
    }
}
