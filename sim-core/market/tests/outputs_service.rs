//! Recorded service and the rules behind it: loss of service, utilisation, what nodes may do, demand, limits of prices, ends of life, construction,
//! allotments; each against ticks, formulas or counts of the test's own.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;
mod neighbours;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::demand::{Class, Sensitivity};
use autarky_market::entity::provider::{Allotment, PriceRule, ProviderKind};
use autarky_market::metric::sovereignty::{Projection, critical_need};
use autarky_market::record::Record;
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use autarky_market::{layout, simulate};
use common::{Run, fleet, island, pool, zone};
use neighbours::{NEIGHBOURS, neighbours, with_nodes};

const YEAR: f64 = 365.25;

/// The island in days for a year.
fn daily() -> Scenario {
    let mut s = island();
    (s.horizon.tick, s.horizon.years, s.horizon.sample) = (1.0, 1.0, YEAR / 4.0);
    s
}

fn near(found: f64, expected: f64, what: &str) {
    let error = (found - expected).abs();
    assert!(error <= 1e-9 * expected.abs() + 1e-9, "{what}: {found} against {expected}");
}

fn record(plan: &Blueprint) -> Record {
    simulate(plan, 3, 0, &StopFlag::new()).unwrap()
}

fn scalar(plan: &Blueprint, record: &Record, name: &str) -> f64 {
    record.scalars[layout(plan).scalars.iter().position(|c| c.name == name).unwrap()]
}

fn series(plan: &Blueprint, record: &Record, name: &str) -> Vec<f64> {
    let columns = layout(plan).series;
    let at = columns.iter().position(|c| c.name == name).unwrap();
    record.series.iter().skip(at).step_by(columns.len()).copied().collect()
}

/// What a tick did for the segments of the focus nation that are of a class or sensitivity.
#[derive(Debug, Clone, Copy, Default)]
struct Tick {
    need: f64,
    offered: f64,
    served: f64,
    backlog: f64,
}

fn tick(world: &World, plan: &Blueprint, of: impl Fn(Class, Sensitivity) -> bool) -> Tick {
    let (market, mut sum) = (&world.market, Tick::default());
    for (s, segment) in plan.segments.iter().enumerate() {
        let is = of(Class::ALL[segment.class], Sensitivity::ALL[segment.sensitivity]);
        if segment.nation != plan.focus[0] || !is {
            continue;
        }
        sum.need += market.demand[s];
        for flow in market.outcome.flows(&market.structure, s, market.pairs_of(s)) {
            sum.offered += flow.offered;
            sum.served += flow.served;
            sum.backlog += flow.backlog;
        }
    }
    sum
}

/// Three sites that fail, 250 nodes in all, against a need of 1,000 H100e of which most waits or is lost.
fn troubled() -> Blueprint {
    let mut s = daily();
    s.demand.noise = 0.1;
    let home = s.providers.entry("home");
    (home.outage_rate, home.outage_time, home.sites_per_operator) = (12.0, 8.0, 3);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[90, 60, 100]);
    plan
}

#[test]
fn loss_of_service_is_the_share_of_ticks_with_less_than_nine_tenths_of_critical_need_served() {
    let plan = troubled();
    let mut run = Run::new(&plan, 3, 0);
    let critical = |_, sensitivity| sensitivity == Sensitivity::Critical;
    let (mut short, mut served, mut need) = (0, 0.0, 0.0);
    for day in 0..=365 {
        let tick = tick(run.to(f64::from(day) + 0.01), &plan, critical);
        short += u32::from(tick.served < 0.9 * tick.need);
        (served, need) = (served + tick.served, need + tick.need);
    }
    let record = record(&plan);
    assert!((20..346).contains(&short), "{short} ticks");
    near(scalar(&plan, &record, "loss_of_service"), f64::from(short) / 366.0, "loss_of_service");
    near(scalar(&plan, &record, "critical_served_share"), served / need, "critical_served_share");
}

/// Lost is what comes and is neither served nor waits: the test adds up the others.
#[test]
fn utilisation_is_served_over_working_and_unserved_market_what_is_lost_of_what_comes() {
    let plan = troubled();
    let home = pool(&plan, "home");
    let mut run = Run::new(&plan, 3, 0);
    let record = record(&plan);
    let (mut load, mut there, mut came, mut lost, mut waited, mut samples) =
        (0.0, 0.0, 0.0, 0.0, 0.0, vec![]);
    for day in 0..=365 {
        let world = run.to(f64::from(day) + 0.01);
        let up = world.live.iter().map(|id| &world.cohorts[id.at()]);
        let up = up.filter(|c| world.site_up[c.site.at()]).map(|c| f64::from(c.up));
        there += up.sum::<f64>();
        load += world.served_to(&plan, home, plan.focus[0]);
        let tick = tick(world, &plan, |_, _| true);
        came += tick.offered;
        lost += tick.offered - tick.served - (tick.backlog - waited) / 24.0;
        waited = tick.backlog;
        if f64::from(day) + 1.0 > f64::from(samples.len() as u32 + 1) * YEAR / 4.0 {
            samples.push([load / there, lost / came]);
            (load, there, came, lost) = (0.0, 0.0, 0.0, 0.0);
        }
    }
    assert_eq!(samples.len(), 4);
    let found = series(&plan, &record, "utilisation").into_iter().zip(series(
        &plan,
        &record,
        "unserved_market",
    ));
    for ([utilisation, unserved], found) in samples.into_iter().zip(found) {
        near(found.0, utilisation, "utilisation");
        near(found.1, unserved, "unserved_market");
        assert!(utilisation > 0.1 && utilisation < 1.0 && unserved > 0.05 && unserved < 0.95);
    }
}

/// Whether training is served: by nodes at so many sites, its gang of 64 H100e on accelerators of 60 GB.
fn trains(nodes: &[u32], memory: f64) -> bool {
    let mut s = daily();
    let training = s.workloads.entry("training");
    (training.gang, training.memory) = (64.0, 60.0);
    for model in ["ha", "hb"] {
        s.hardware.entry(model).memory = memory;
    }
    s.providers.entry("home").sites_per_operator = i64::try_from(nodes.len()).unwrap();
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, nodes);
    let mut run = Run::new(&plan, 1, 0);
    let world = run.to(30.01);
    let of = |class| tick(world, &plan, |k, _| k == class);
    let (training, inference) = (of(Class::Training), of(Class::Inference));
    assert!(inference.served > 1.0, "other work is served in any case");
    assert!(training.need > 1.0);
    let able = world.cohorts.iter().any(|c| c.level == Class::Training as usize);
    assert_eq!(able, training.served > 0.0, "nodes are graded by the work that they do");
    able
}

#[test]
fn training_is_served_only_where_one_site_has_its_gang_with_its_memory() {
    assert!(trains(&[64], 60.0));
    assert!(!trains(&[63], 60.0), "one node too few");
    assert!(!trains(&[64], 59.0), "too little memory");
    assert!(!trains(&[40, 40], 80.0), "two sites are not one");
    assert!(trains(&[64, 16], 80.0));
}

/// D₀ of a third of the world times 0.6 or 0.2 of each class and sensitivity.
#[test]
fn without_noise_reference_demand_follows_growth_and_season_by_the_formula() {
    let mut s = island();
    (s.horizon.tick, s.horizon.years) = (7.0, 5.0);
    (s.demand.growth_initial, s.demand.growth_long, s.demand.growth_time) = (0.6, 0.2, 2.0);
    s.demand.season = 0.3;
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[100]);
    let mut run = Run::new(&plan, 1, 0);
    let share = |at: usize| if at == 0 { 0.6 } else { 0.2 };
    for week in 0..260 {
        let day = 7.0 * f64::from(week);
        let world = run.to(day + 0.01);
        let t = day / YEAR;
        let growth = (0.2 * t + 0.4 * 2.0 * (1.0 - (-t / 2.0).exp())).exp();
        let season = 1.0 + 0.3 * (std::f64::consts::TAU * t).sin();
        for (segment, &demand) in plan.segments.iter().zip(&world.market.demand) {
            let first = 1000.0 * share(segment.class) * share(segment.sensitivity);
            near(demand, first * growth * season, &format!("week {week}"));
        }
    }
}

/// The price of a utilisation controller after a year and a half at so much demand on 1,000 nodes, over unit cost by hand.
fn settles(rule: PriceRule, demand: f64) -> f64 {
    let mut s = daily();
    s.horizon.years = 2.0;
    (s.demand.world, s.demand.reference_price_decline) = (3.0 * demand, 0.0);
    for model in ["ha", "hb"] {
        s.hardware.entry(model).price_decline = 0.0;
    }
    let home = s.providers.entry("home");
    (home.price_rule, home.price_floor, home.price_cap) = (rule, 0.8, 1.6);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[1000]);
    let mut run = Run::new(&plan, 1, 0);
    let cost = (40_500.0 * (0.08 + 0.02 + 0.05) / 8766.0 + 0.7 * 1.3 * 0.12) / 0.75;
    run.to(550.0).pools[0].price / cost
}

#[test]
fn controlled_prices_end_at_floor_or_cap_over_unit_cost_where_load_never_meets_its_target() {
    for rule in [PriceRule::UtilisationController, PriceRule::Eip1559] {
        near(settles(rule, 10.0), 0.8, "floor");
        near(settles(rule, 1e5), 1.6, "cap");
        let between = settles(rule, 600.0);
        assert!(between > 0.85 && between < 1.55, "{rule:?}: {between}");
    }
}

/// 100 new nodes and 60 that have 200 days left, against a need far above them.
#[test]
fn nodes_whose_life_ends_within_a_year_are_gone_after_365_days_of_the_projection_and_not_after_30()
{
    let mut s = island();
    s.demand.world = 30_000.0;
    s.providers.entry("home").sites_per_operator = 2;
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[100, 60]);
    for left in [29.0, 31.0, 200.0, 364.0, 366.0] {
        plan.initial[1].age = 50.0 * YEAR - left;
        let world = Run::new(&plan, 1, 0).to(0.0).clone();
        let need: f64 = critical_need(&world, &plan, plan.focus[0]).iter().sum();
        let levels =
            Projection::new(&world, &plan, 0.0).test(&world, &plan, plan.focus[0]).baseline;
        for (level, horizon) in levels.into_iter().zip([0.0, 30.0, 365.0]) {
            let expected = if left > horizon { 160.0 } else { 100.0 };
            near(level * need, expected, &format!("{left} days left, after {horizon}"));
        }
    }
}

/// Day on which a hall is finished whose work is drawn with a log sd of 0.3, with so many technicians over those that 100 nodes want (four).
fn finished(staffing: Option<f64>, replication: u64) -> (f64, f64) {
    let mut s = island();
    let home = s.providers.entry("home");
    (home.facility, home.sites_per_operator) = (Some(0.07), 100);
    let nation = s.nations.entry("FOC");
    (nation.crews, nation.talent_technicians) = (40.0, staffing);
    (nation.talent_graduates, nation.talent_emigration, nation.talent_retirement) = (0.0, 0.0, 0.0);
    s.milestones.entry("build").delay_dispersion = 0.3;
    let project = s.projects.entry("hall");
    project.nation = "FOC".to_owned();
    (project.provider, project.power) = (Some("home".to_owned()), Some(0.01));
    project.milestones = vec!["build".to_owned()];
    assert_eq!(autarky_market::validation::problems(&s), []);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[1; 100]);
    let mut run = Run::new(&plan, 1, replication);
    let world = run.to(3600.0);
    (world.projects[0].finished.unwrap(), world.build_speed(&plan, zone(&plan, "FOC")))
}

/// The same draws: work that takes T days takes T over the pace, to the microsecond in which events are timed.
#[test]
fn with_half_of_the_technicians_wanted_a_hall_takes_twice_as_long_on_the_same_draws() {
    let mut before = 0.0;
    for replication in 0..5 {
        let (free, pace) = finished(None, replication);
        assert!((pace - 1.0).abs() < 1e-12 && (free - before).abs() > 1.0, "draws must differ");
        before = free;
        for (staffing, slower) in [(2.0, 1.0), (1.0, 1.0), (0.5, 2.0), (0.25, 4.0)] {
            let (day, pace) = finished(Some(staffing), replication);
            assert!((pace * slower - 1.0).abs() < 1e-12, "{pace}");
            assert!((day - free * slower).abs() < 1e-6, "{day} against {free} times {slower}");
        }
    }
}

/// A commons of 300 H100e whose members want a thousand each, their own work first: each is served its allotment.
#[test]
fn a_commons_is_allotted_equally_or_by_population_and_serves_each_member_its_allotment_when_short()
{
    for (rule, shares) in
        [(Allotment::Equal, [1.0 / 3.0; 3]), (Allotment::Population, [0.125, 0.25, 0.625])]
    {
        let mut s = neighbours(0.0);
        for id in &NEIGHBOURS[1..] {
            s.providers.remove(id);
        }
        for (id, people) in NEIGHBOURS.into_iter().zip([1e6, 2e6, 5e6]) {
            s.nations.entry(id).population = people;
        }
        let own = s.providers.entry("NB1");
        (own.kind, own.allotment) = (ProviderKind::Commons, rule);
        own.members = NEIGHBOURS.map(str::to_owned).to_vec();
        let plan = with_nodes(&s, &[300]);
        let mut run = Run::new(&plan, 1, 0);
        let world = run.to(70.01);
        let club = &plan.sharing.clubs[0];
        for (id, share) in NEIGHBOURS.into_iter().zip(shares) {
            let nation = zone(&plan, id);
            near(world.allotment(club, 0, club.seat(nation).unwrap()), share, "allotment");
            let served = world.served_to(&plan, pool(&plan, "NB1"), nation);
            assert!(
                (served - 300.0 * share).abs() < 0.01 * 300.0 * share,
                "{rule:?} {id}: {served}"
            );
        }
    }
}
