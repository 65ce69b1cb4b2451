//! Recorded money: jobs, value retained, surpluses, welfare, cost, prices; each against a sum that the test makes itself from accounts, ticks or theory.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::entity::welfare::Surplus;
use autarky_market::id::{HardwareId, PoolId};
use autarky_market::metric::state::StateSums;
use autarky_market::record::Record;
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use autarky_market::{layout, simulate};
use common::{Run, add_pool, fleet, island, pool, zone};

const YEAR: f64 = 365.25;
const MONTH: f64 = YEAR / 12.0;

/// The island in days for a year; the price of hardware stands still.
fn daily() -> Scenario {
    let mut s = island();
    (s.horizon.tick, s.horizon.years, s.horizon.sample) = (1.0, 1.0, YEAR / 4.0);
    for model in ["ha", "hb"] {
        s.hardware.entry(model).price_decline = 0.0;
    }
    s
}

fn near(found: f64, expected: f64, what: &str) {
    let error = (found - expected).abs();
    assert!(error <= 1e-6 * expected.abs() + 1e-6, "{what}: {found} against {expected}");
}

fn scalar(plan: &Blueprint, record: &Record, name: &str) -> f64 {
    record.scalars[layout(plan).scalars.iter().position(|c| c.name == name).unwrap()]
}

fn record(plan: &Blueprint) -> Record {
    simulate(plan, 1, 0, &StopFlag::new()).unwrap()
}

/// Sums since the start of the focus nation.
fn sums(world: &World) -> StateSums {
    let mut sums = world.observers.totals[0].state;
    sums.add(&world.observers.window[0].state);
    sums
}

/// Hour by hour what a pool sells the focus nation at the price of before the tick: a day's revenue, USD. Days are taken in order.
fn sold(run: &mut Run<'_>, plan: &Blueprint, pool: PoolId, day: u32) -> f64 {
    let foc = plan.focus[0];
    let before = f64::from(day) - 0.01;
    let price = if day == 0 { run.world() } else { run.to(before) }.pools[pool.at()].price;
    run.to(f64::from(day) + 0.01).served_to(plan, pool, foc) * 24.0 * price
}

/// A home data centre, a network of three and a foreign cloud with a pool in the nation; they grow.
fn three_kinds() -> Blueprint {
    let mut s = daily();
    s.demand.growth_initial = 0.6;
    let nation = s.nations.entry("FOC");
    (nation.coverage, nation.jobs_per_megawatt, nation.jobs_per_operator) = (1.0, 2.0, 0.25);
    add_pool(&mut s, "network", "FOC");
    add_pool(&mut s, "cloud", "AAA");
    let network = s.providers.entry("network");
    (network.kind, network.operators, network.pue) = (ProviderKind::Network, 3, 1.5);
    let cloud = s.providers.entry("cloud");
    (cloud.kind, cloud.zones) = (ProviderKind::Cloud, vec!["FOC".to_owned()]);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[100, 20, 30, 40, 50]);
    plan
}

/// An H100e of 0.7 kW at the site's PUE is there for every node; jobs are averaged over the ends of months.
#[test]
fn jobs_are_those_per_megawatt_installed_and_those_per_operator() {
    let plan = three_kinds();
    let mut run = Run::new(&plan, 1, 0);
    let (mut expected, mut first, mut last) = (0.0, 0.0, 0.0);
    for month in 1..=12 {
        let world = run.to(f64::from(month) * MONTH + 0.001);
        let power = |id: &autarky_market::id::CohortId| {
            let cohort = &world.cohorts[id.at()];
            let home = &plan.pools[world.pool_of(*id).at()].id;
            let pue = if home.starts_with("network") { 1.5 } else { 1.3 };
            f64::from(cohort.nodes) * 0.7 * pue / 1000.0
        };
        let megawatts: f64 = world.live.iter().map(power).sum();
        expected += 2.0 * megawatts + 0.25 * 5.0;
        (first, last) = (if month == 1 { megawatts } else { first }, megawatts);
    }
    assert!(last > 1.2 * first, "nodes must be added: {first} to {last} MW");
    near(scalar(&plan, &record(&plan), "jobs"), expected / 12.0, "jobs");
}

/// A home data centre that buys of `va` alone, and a foreign cloud in the nation that buys of `vb` alone, both of them parts and nodes.
fn trade(vendor_at_home: bool) -> Blueprint {
    let mut s = daily();
    s.demand.growth_initial = 0.6;
    add_pool(&mut s, "cloud", "AAA");
    if vendor_at_home {
        s.vendors.entry("va").home = "FOC".to_owned();
    }
    for (id, vendor, kind) in
        [("home", "va", ProviderKind::DataCentre), ("cloud", "vb", ProviderKind::Cloud)]
    {
        let provider = s.providers.entry(id);
        (provider.kind, provider.zones) = (kind, vec!["FOC".to_owned()]);
        (provider.vendor_mix, provider.spares) = (vec![(vendor.to_owned(), 1.0)], 0.0);
    }
    s.providers.entry("cloud").capacity_target = CapacityTarget::OfferedLoad;
    let nation = s.nations.entry("FOC");
    (nation.coverage, nation.portfolio_data_centre, nation.portfolio_cloud) = (0.5, 0.6, 0.4);
    nation.portfolio_network = 0.0;
    for model in ["ha", "hb"] {
        let hardware = s.hardware.entry(model);
        (hardware.failure_rate, hardware.part_share) = (1e-3, 0.5);
    }
    assert_eq!(autarky_market::validation::problems(&s), []);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, &[300, 300]);
    let cloud = pool(&plan, "cloud");
    let hb = plan.hardware.iter().position(|h| h.id == "hb").unwrap();
    for cohort in plan.initial.iter_mut().filter(|c| plan.sites[c.site.at()].pool == cloud) {
        cohort.hardware = HardwareId::new(hb);
    }
    plan
}

/// Vendors, power companies and services only receive, so the balances of a year say who paid whom once the bills of the cloud are known, and those are
/// added up tick by tick.
#[test]
fn value_retained_and_transfers_abroad_are_sums_of_the_flows_between_accounts() {
    for vendor_at_home in [false, true] {
        let plan = trade(vendor_at_home);
        let (foc, cloud) = (zone(&plan, "FOC").at(), pool(&plan, "cloud"));
        let mut run = Run::new(&plan, 1, 0);
        let bills_abroad: f64 = (0..=365).map(|day| sold(&mut run, &plan, cloud, day)).sum();
        let world = run.to(YEAR + 0.01);
        let (books, accounts) = (&world.ledger, &world.accounts);
        let vendor = |id: &str| {
            let at = plan.vendors.iter().position(|v| v.id == id).unwrap();
            books.balance(accounts.vendors[at])
        };
        let account = accounts.providers[plan.pools[cloud.at()].provider.at()];
        let (goods, goods_of_cloud) = (vendor("va"), vendor("vb"));
        let running = books.balance(accounts.power[foc]) + books.balance(accounts.services[foc]);
        let running_of_cloud = bills_abroad - goods_of_cloud - books.balance(account);
        let bills_home = -books.balance(accounts.buyers[foc]) - bills_abroad;
        assert!([goods, goods_of_cloud, running_of_cloud, bills_abroad].iter().all(|&x| x > 1e4));
        let goods_at_home = if vendor_at_home { goods } else { 0.0 };
        let outlays = bills_abroad + (running - running_of_cloud) + goods;
        let record = record(&plan);
        let found = |name: &str| scalar(&plan, &record, name);
        near(found("value_retained"), (running + goods_at_home) / outlays, "value_retained");
        let abroad = bills_abroad - running_of_cloud + goods - goods_at_home;
        near(found("transfers_abroad"), abroad, "transfers_abroad");
        near(found("spent_abroad"), bills_abroad / (bills_abroad + bills_home), "spent_abroad");
    }
}

/// The island's pool with `nodes` at its sites, demand of 1,000 H100e in the nation.
fn one_seller(nodes: &[u32], make: impl FnOnce(&mut Scenario)) -> Blueprint {
    let mut s = daily();
    make(&mut s);
    assert_eq!(autarky_market::validation::problems(&s), []);
    let mut plan = Blueprint::new(&s).unwrap();
    fleet(&mut plan, nodes);
    plan
}

/// What the only seller of the nation earned in a year at the user cost of `nodes` nodes of 40,500 USD: 8 % of interest and a fiftieth of decay, USD.
fn profit(plan: &Blueprint, world: &World, nodes: f64) -> f64 {
    let (foc, books, accounts) = (zone(plan, "FOC").at(), &world.ledger, &world.accounts);
    let running = books.balance(accounts.power[foc]) + books.balance(accounts.services[foc]);
    -books.balance(accounts.buyers[foc]) - running - nodes * 40_500.0 * (0.08 + 0.02)
}

#[test]
fn an_operators_network_with_half_of_its_owners_abroad_splits_its_profit_by_their_compute() {
    let nodes = [100, 200, 300, 400];
    let plan = one_seller(&nodes, |s| {
        let op = s.operators.entry("op");
        (op.candidates, op.reinvested, op.patience) = (0.0, 0.0, 1200);
        (op.size_dispersion, op.cost_dispersion) = (0.0, 0.0);
        op.residence = vec![("FOC".to_owned(), 0.5), ("AAA".to_owned(), 0.5)];
        let home = s.providers.entry("home");
        (home.kind, home.capacity_target) = (ProviderKind::Network, CapacityTarget::Operators);
        (home.operators, home.threshold) = (4, 1.0);
        home.operator_mix = vec![("op".to_owned(), 1.0)];
    });
    let mut divided = 0;
    for replication in 0..4 {
        let mut run = Run::new(&plan, 1, replication);
        let world = run.to(YEAR + 0.01);
        let owner = |o: usize| world.owners[world.operators[o].owner.at()].residence;
        let at_home = (0..4).filter(|&o| owner(o) == zone(&plan, "FOC")).map(|o| nodes[o]);
        let share = f64::from(at_home.sum::<u32>()) / 1000.0;
        let (state, profit) = (sums(world), profit(&plan, world, 1000.0));
        near(state.producer.usd, share * profit, "resident");
        near(state.producer_abroad.usd, (1.0 - share) * profit, "abroad");
        assert!(profit.abs() > 1e5 && state.fiscal.usd == 0.0);
        divided += usize::from(share > 0.0 && share < 1.0);
    }
    assert!(divided > 0, "in no replication did owners live in both places");
}

#[test]
fn the_profit_of_a_public_provider_is_the_states_and_no_producers() {
    for public in [false, true] {
        let plan = one_seller(&[500], |s| s.providers.entry("home").public = public);
        let mut run = Run::new(&plan, 1, 0);
        let world = run.to(YEAR + 0.01);
        let (state, profit) = (sums(world), profit(&plan, world, 500.0));
        assert!(profit.abs() > 1e5, "{profit}");
        let (gains, nothing) = match public {
            true => (state.fiscal.usd, state.producer.usd),
            false => (state.producer.usd, state.fiscal.usd),
        };
        near(gains, profit, "profit");
        assert!(nothing == 0.0 && state.producer_abroad.usd == 0.0);
    }
}
