//! Technicians: their stock, what a shortage of them does to repair and installation, and what training buys.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::provider::CapacityTarget;
use autarky_market::metric::integrity::check_month;
use autarky_market::scenario::Scenario;
use autarky_market::world::talent::Labour;
use common::{Run, Size, fleet, island, mean_and_error, pool, scenario, working, zone};

/// The island with `nodes` nodes, one at each site, that want four crews and have `staffing` times as many technicians, of whom nobody comes or goes.
fn staffed(nodes: i64, staffing: Option<f64>) -> Scenario {
    let mut s = island();
    s.hardware.entry("ha").part_share = 0.0;
    s.providers.entry("home").sites_per_operator = nodes;
    let nation = s.nations.entry("FOC");
    nation.crews = 4000.0 / nodes as f64;
    nation.talent_technicians = staffing;
    (nation.talent_graduates, nation.talent_emigration, nation.talent_retirement) = (0.0, 0.0, 0.0);
    s
}

fn labour<'w>(run: &'w Run<'_>, plan: &Blueprint) -> &'w Labour {
    run.world().talent[zone(plan, "FOC").at()].as_ref().unwrap()
}

/// Failures in their order, and the first end of repair by cohort, of 400 nodes in 400 days.
fn repairs(staffing: Option<f64>, replication: u64) -> (Vec<(u64, u32)>, Vec<Option<u64>>) {
    let mut s = staffed(400, staffing);
    s.hardware.entry("ha").failure_rate = 4e-4;
    s.providers.entry("home").repair_time = 20.0;
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[1; 400]);
    let mut run = Run::new(&plan, 11, replication);
    run.to(400.0);
    let failures = run.trace.iter().filter(|r| r.code == 1);
    let failures = failures.map(|r| (r.time.as_micros(), r.entity)).collect();
    let mut ends = vec![None; 400];
    for record in run.trace.iter().filter(|r| r.code == 2) {
        ends[record.entity as usize].get_or_insert(record.time.as_micros());
    }
    (failures, ends)
}

/// Path by path. Failures of two runs are the same until a node fails again that came back at another time; up to there every repair can be compared.
#[test]
fn with_half_the_technicians_no_repair_of_the_same_failure_ends_earlier() {
    let (mut compared, mut later) = (0, 0);
    for replication in 0..12 {
        let (enough, half) = (repairs(Some(1.0), replication), repairs(Some(0.5), replication));
        let same = enough.0.iter().zip(&half.0).take_while(|(a, b)| a == b);
        for (failure, _) in same {
            let node = failure.1 as usize;
            let (fast, slow) = (enough.1[node], half.1[node].unwrap_or(u64::MAX));
            let Some(fast) = fast else { continue };
            assert!(slow >= fast, "node {node} of replication {replication}");
            compared += 1;
            later += usize::from(slow > fast);
        }
    }
    assert!(compared > 200 && later > 50, "{compared} repairs compared, {later} of them later");
}

#[test]
fn enough_technicians_repair_as_if_there_were_no_limit() {
    for replication in 0..3 {
        assert_eq!(repairs(None, replication), repairs(Some(1.0), replication));
        assert_ne!(repairs(None, replication).1, repairs(Some(0.5), replication).1);
    }
}

/// Theory: whoever has not left after T years has survived two hazards, so of S technicians `Binomial(S, e^{−(h+r)T})` are left and
/// `Binomial(S, h/(h+r)·(1 − e^{−(h+r)T}))` have emigrated, with h = h₀·(1/w)^ε. Seed 5, 200 replications of 1,000 technicians over five years;
/// mean within 5.5 standard errors, variance within half of itself (5 standard errors of a normal sample): a false alarm in 1e6.
#[test]
fn technicians_emigrate_and_retire_with_the_mean_and_variance_of_competing_risks() {
    let mut s = staffed(10, Some(250.0));
    s.horizon.years = 6.0;
    let nation = s.nations.entry("FOC");
    (nation.talent_emigration, nation.talent_retirement) = (0.02, 0.05);
    (nation.talent_pay, nation.talent_elasticity) = (0.5, 2.0);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[1; 10]);
    let (h, r, years) = (0.08_f64, 0.05_f64, 5.0_f64);
    let gone = 1.0 - (-(h + r) * years).exp();
    let (mut left, mut out) = (vec![], vec![]);
    for replication in 0..200 {
        let mut run = Run::new(&plan, 5, replication);
        run.to(years * 365.25 + 1.0);
        let labour = labour(&run, &plan);
        assert_eq!((labour.start, labour.months), (1000, 60));
        left.push(f64::from(labour.stock));
        out.push(labour.emigrated as f64);
    }
    for (sample, p) in [(left, 1.0 - gone), (out, h / (h + r) * gone)] {
        let (mean, _) = mean_and_error(&sample);
        let (expected, variance) = (1000.0 * p, 1000.0 * p * (1.0 - p));
        let z = (mean - expected) / (variance / 200.0).sqrt();
        assert!(z.abs() < 5.5, "z = {z}");
        let found = sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 199.0;
        assert!((found / variance - 1.0).abs() < 0.5, "variance {found} against {variance}");
        // A hazard that is wrong by a twentieth would show.
        let planted = 1000.0 * (1.0 - (1.0 - p).powf(1.05));
        assert!(((mean - planted) / (variance / 200.0).sqrt()).abs() > 5.5);
    }
}

#[test]
fn training_that_the_state_pays_raises_the_stock_after_its_time_and_no_earlier() {
    let stock = |pays: bool, money: Option<f64>, day: f64| {
        let mut s = staffed(10, Some(25.0));
        let nation = s.nations.entry("FOC");
        (nation.talent_training, nation.talent_training_time) =
            (if pays { 24.0 } else { 0.0 }, 2.0);
        (nation.talent_training_cost, nation.appropriation) = (10_000.0, money);
        let mut plan = Blueprint::new(&s).unwrap();
        fleet(&mut plan, &[1; 10]);
        let mut run = Run::new(&plan, 1, 0);
        check_month(run.to(day), &plan).unwrap();
        let treasury = run.world().accounts.treasuries[zone(&plan, "FOC").at()];
        (labour(&run, &plan).stock, run.world().ledger.micro(treasury) / 1_000_000)
    };
    let early = 2.0 * 365.25 + 20.0;
    assert_eq!(stock(true, None, early).0, stock(false, None, early).0);
    // Two a month, and the first of them after two years and a month.
    assert_eq!(stock(true, None, 3.0 * 365.25 + 1.0).0, 100 + 24);
    assert_eq!(stock(true, None, 3.0 * 365.25 + 1.0).1, -36 * 20_000);
    // A twentieth of an appropriation pays the first three months of a fiscal year; the next one begins with the twelfth month.
    assert_eq!(stock(true, Some(1.2e6), 3.0 * 365.25 + 1.0).0, 100 + 8);
}

/// The island orders `nodes` nodes at once and has two technicians.
fn boom(installs: f64) -> Scenario {
    let mut s = staffed(1, Some(2.0));
    let home = s.providers.entry("home");
    (home.target_utilisation, home.vendor_mix) = (0.5, vec![("va".to_owned(), 1.0)]);
    let nation = s.nations.entry("FOC");
    (nation.crews, nation.talent_installs) = (1.0, installs);
    (nation.portfolio_data_centre, nation.portfolio_network, nation.portfolio_cloud) =
        (1.0, 0.0, 0.0);
    nation.coverage = 0.5 * 300.0 / 1000.0;
    s
}

#[test]
fn a_boom_of_deliveries_waits_for_people_and_loses_no_node() {
    let plan = {
        let mut plan = Blueprint::new(&boom(1.0)).unwrap();
        fleet(&mut plan, &[10]);
        plan
    };
    let home = pool(&plan, "home");
    let mut run = Run::new(&plan, 1, 0);
    let (mut before, mut most, mut slow) = (10, 0, false);
    for day in 1..400 {
        let world = run.to(f64::from(day));
        check_month(world, &plan).unwrap();
        let now = world.pools[home.at()].nodes;
        assert!(now - before <= 2, "two technicians installed {} nodes on day {day}", now - before);
        let position = world.installed_compute(&plan, home) + world.pools[home.at()].pipeline();
        assert!(
            day < 40 || (position - 300.0).abs() < 1e-9,
            "nothing is ordered twice: {position}"
        );
        let speed = world.build_speed(&plan, zone(&plan, "FOC"));
        slow |= speed < 0.5;
        assert!(speed > 0.0 && speed <= 1.0);
        most = most.max(labour(&run, &plan).queue());
        before = now;
    }
    assert!(most > 200 && slow, "{most} nodes waited at most");
    assert_eq!(working(run.world()), 300);
    let labour = labour(&run, &plan);
    assert_eq!((labour.received, labour.installed, labour.queue()), (290, 290, 0));
    let speed = run.world().build_speed(&plan, zone(&plan, "FOC"));
    assert!((speed - 1.0).abs() < 1e-12, "{speed}");
}

#[test]
fn a_technician_or_a_waiting_node_that_appears_or_vanishes_is_noticed() {
    let mut plan = Blueprint::new(&boom(1.0)).unwrap();
    fleet(&mut plan, &[10]);
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(120.0).clone();
    assert!(check_month(&world, &plan).is_ok());
    let at = zone(&plan, "FOC").at();
    let planted: [fn(&mut Labour); 3] = [
        |labour| labour.stock += 1,
        |labour| labour.emigrated += 1,
        |labour| labour.waiting[0].nodes -= 1,
    ];
    for plant in planted {
        let mut world = world.clone();
        plant(world.talent[at].as_mut().unwrap());
        assert!(check_month(&world, &plan).is_err());
    }
}

#[test]
fn people_at_repairs_install_nothing() {
    let installed = |failing: bool| {
        let mut s = boom(1.0);
        s.providers.entry("home").repair_time = 1e6;
        if failing {
            s.hardware.entry("ha").failure_rate = 10.0;
        }
        let mut plan = Blueprint::new(&s).unwrap();
        fleet(&mut plan, &[10]);
        let mut run = Run::new(&plan, 1, 0);
        run.to(120.0);
        labour(&run, &plan).installed
    };
    // One crew of the two technicians repairs for ever.
    let (free, busy) = (installed(false), installed(true));
    assert!(busy > 10 && free.abs_diff(2 * busy) <= 2, "{free} {busy}");
}

#[test]
fn operators_that_leave_sell_what_waits_for_technicians_and_all_books_balance() {
    let mut s = scenario(Size { operators: 12, nodes: 12 });
    s.horizon.years = 3.0;
    let kind = s.operators.entry("lab");
    (kind.candidates, kind.size, kind.merger_rate) = (40.0, 16.0, 0.2);
    (kind.dishonest, kind.patience) = (0.4, 30);
    let network = s.providers.entry("FOC-network");
    network.operator_mix = vec![("lab".to_owned(), 1.0)];
    network.capacity_target = CapacityTarget::Operators;
    network.verification = autarky_market::entity::provider::Verification::SpotCheck;
    network.audit_rate = 1e-4;
    let nation = s.nations.entry("FOC");
    (nation.talent_technicians, nation.talent_installs) = (Some(0.5), 0.02);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 3, 0);
    for month in 1..=34 {
        check_month(run.to(f64::from(month) * 30.0), &plan).unwrap();
    }
    let labour = labour(&run, &plan);
    assert!(labour.installed > 0 && labour.sold > 0, "{labour:?}");
}

#[test]
fn technicians_come_and_go_the_same_way_under_levers_that_do_not_concern_them() {
    let course = |pull: fn(&mut Scenario)| {
        let mut s = scenario(Size { operators: 3, nodes: 12 });
        s.horizon.years = 3.0;
        let nation = s.nations.entry("FOC");
        (nation.talent_technicians, nation.talent_emigration) = (Some(40.0), 0.3);
        pull(&mut s);
        let plan = Blueprint::new(&s).unwrap();
        let mut run = Run::new(&plan, 17, 2);
        let mut course = vec![];
        for month in 1..=34 {
            run.to(31.0 * f64::from(month));
            let labour = labour(&run, &plan);
            course.push((labour.stock, labour.emigrated, labour.retired));
        }
        course
    };
    let expected = course(|_| ());
    assert!(expected[33].1 > 20 && expected[33].2 > 0);
    let levers: [fn(&mut Scenario); 3] = [
        |s| common::regime(s, "ban", "AAA", 50.0),
        |s| s.nations.entry("FOC").portfolio_network = 0.9,
        |s| s.providers.entry("FOC-network").leave_rate = 0.1,
    ];
    for pull in levers {
        assert_eq!(course(pull), expected);
    }
    // Training adds people and, of those who were there anyway, takes nobody.
    let trained = course(|s| s.nations.entry("FOC").talent_training = 60.0);
    assert!(trained.iter().zip(&expected).all(|(more, less)| more.0 >= less.0));
    assert!(trained[33].0 > expected[33].0);
}
