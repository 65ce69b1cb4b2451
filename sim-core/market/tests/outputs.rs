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
use autarky_market::entity::nation::Residency;
use autarky_market::entity::provider::{CapacityTarget, PriceRule, ProviderKind};
use autarky_market::entity::welfare::Surplus;
use autarky_market::id::{HardwareId, PoolId};
use autarky_market::metric::state::StateSums;
use autarky_market::record::Record;
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use autarky_market::{layout, simulate};
use common::{Run, Size, add_pool, fleet, island, pool, scenario, zone};

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

/// What each pool sells the focus nation on a day: hours, and their revenue at the price of before the tick, H100e-hours and USD. Days are taken in order.
fn sold(run: &mut Run<'_>, plan: &Blueprint, day: u32) -> Vec<(f64, f64)> {
    let day = f64::from(day);
    let before = if day > 0.0 { run.to(day - 0.01) } else { run.world() };
    let prices: Vec<f64> = before.pools.iter().map(|p| p.price).collect();
    let world = run.to(day + 0.01);
    let of = |(p, price)| {
        let hours = world.served_to(plan, PoolId::new(p), plan.focus[0]) * 24.0;
        (hours, hours * price)
    };
    prices.into_iter().enumerate().map(of).collect()
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
        let bills_abroad: f64 = (0..=365).map(|day| sold(&mut run, &plan, day)[cloud.at()].1).sum();
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
        let (producer, fiscal) = (state.producer.usd, state.fiscal.usd);
        let (gains, nothing) = if public { (fiscal, producer) } else { (producer, fiscal) };
        near(gains, profit, "profit");
        assert!(nothing == 0.0 && state.producer_abroad.usd == 0.0);
    }
}

/// A home data centre and a dearer cloud, with incidents that expose a third of the sensitive work done meanwhile.
fn priced_apart(discount_rate: f64, surplus: Surplus) -> Scenario {
    let mut s = daily();
    (s.welfare.discount_rate, s.welfare.surplus) = (discount_rate, surplus);
    let breach = s.vectors.entry("breach");
    (breach.rate, breach.dwell, breach.exposure) = (6.0, 20.0, 0.3);
    add_pool(&mut s, "cloud", "AAA");
    let cloud = s.providers.entry("cloud");
    (cloud.kind, cloud.zones) = (ProviderKind::Cloud, vec!["FOC".to_owned()]);
    cloud.mark_up = 1.4;
    let nation = s.nations.entry("FOC");
    (nation.tariff, nation.profit_tax) = (0.1, 0.2);
    s
}

fn exposed(discount_rate: f64) -> Blueprint {
    let mut plan = Blueprint::new(&priced_apart(discount_rate, Surplus::Index)).unwrap();
    fleet(&mut plan, &[400, 400]);
    plan
}

/// What was added to consumer surplus, producer surplus, fiscal balance and exposure at each instant, each discounted by the test: consumers' and work's at
/// the end of the tick, money at the end of the month.
fn accounts(plan: &Blueprint, discount_rate: f64) -> [f64; 4] {
    let read = |world: &World| {
        let s = sums(world);
        [s.consumer.usd, s.producer.usd, s.fiscal.usd, s.exposure.usd]
    };
    let mut run = Run::new(plan, 1, 0);
    let (mut before, mut total, mut month) = ([0.0; 4], [0.0; 4], 1.0);
    let mut add = |now: [f64; 4], day: f64| {
        let factor = (-discount_rate * day / YEAR).exp();
        for ((total, before), now) in total.iter_mut().zip(&mut before).zip(now) {
            *total += (now - *before) * factor;
            *before = now;
        }
    };
    for day in 0..=365 {
        let day = f64::from(day);
        add(read(run.to(day + 0.01)), day + 1.0);
        if month * MONTH < day + 1.0 {
            add(read(run.to(month * MONTH + 0.01)), month * MONTH);
            month += 1.0;
        }
    }
    total
}

#[test]
fn welfare_is_both_surpluses_and_the_weighted_balance_less_the_loss_by_exposure_discounted() {
    for rate in [0.0, 0.2] {
        let plan = exposed(rate);
        let record = record(&plan);
        let found = |name: &str| scalar(&plan, &record, name);
        let [consumer, producer, fiscal, exposure] = accounts(&plan, rate);
        assert!(exposure > 1e4 && fiscal > 1e5 && producer.abs() > 1e5, "{fiscal} {producer}");
        near(found("consumer_surplus"), consumer, "consumer_surplus");
        near(found("producer_surplus"), producer, "producer_surplus");
        near(found("fiscal_balance"), fiscal, "fiscal_balance");
        let at = layout(&plan).series.iter().position(|c| c.name == "exposed_work").unwrap();
        let series = record.series.iter().skip(at).step_by(layout(&plan).series.len());
        let undiscounted: f64 = series.sum();
        if rate == 0.0 {
            near(exposure, undiscounted, "exposed_work");
        } else {
            assert!(exposure < 0.95 * undiscounted && exposure > 0.8 * undiscounted);
        }
        near(found("welfare"), consumer + producer + 1.3 * fiscal - exposure, "welfare");
    }
}

/// Two prices 0.6 apart in logs, a spread of 0.3 where buyers divide evenly: the cloud has six times the nodes, and neither is short of them.
#[test]
fn consumer_surplus_by_the_index_is_8_to_16_percent_above_that_along_the_path_at_a_spread_of_0_3() {
    let of = |surplus| {
        let mut s = priced_apart(0.03, surplus);
        let nation = s.nations.entry("FOC");
        (nation.residency_critical, nation.compliance) = (Residency::Any, 0.0);
        (nation.tariff, nation.home_taste) = (0.0, 1.0);
        let mut plan = Blueprint::new(&s).unwrap();
        let nodes =
            if plan.pools[0].id.starts_with("home") { [2000, 12_000] } else { [12_000, 2000] };
        fleet(&mut plan, &nodes);
        scalar(&plan, &record(&plan), "consumer_surplus")
    };
    let ratio = of(Surplus::Index) / of(Surplus::Path);
    assert!(ratio > 1.08 && ratio < 1.16, "{ratio}");
}

/// ∫ p^−η dp from the price to choke, the last 15 % of it tapered, by a sum of a million trapezia; price 1 at the reference.
fn area(price: f64, elasticity: f64) -> f64 {
    let (choke, n) = (8.0, 1_000_000);
    let height = |p: f64| p.powf(-elasticity) * ((choke - p) / (0.15 * choke)).min(1.0);
    let step = (choke - price) / f64::from(n);
    (0..n).map(|i| height(price + step * (f64::from(i) + 0.5)) * step).sum()
}

/// One seller with plenty of nodes for which nobody waits, at twice the reference price: `p^−η` of the need is demanded and the rest priced out.
#[test]
fn unserved_counts_what_is_priced_out_though_nothing_is_lost_at_the_market() {
    let plan = one_seller(&[20_000], |s| {
        s.demand.reference_price_decline = 0.0;
        s.welfare.discount_rate = 0.0;
        s.workloads.entry("inference").elasticity = 0.9;
        let home = s.providers.entry("home");
        home.price_rule = PriceRule::Administered;
        home.administered_price = Some(4.0);
    });
    let record = record(&plan);
    let found = |name: &str| scalar(&plan, &record, name);
    let served = 0.6 * 2.0_f64.powf(-0.9) + 0.4 * 2.0_f64.powf(-0.7);
    near(found("served_share"), served, "served_share");
    near(found("unserved"), 1.0 - served, "unserved");
    let columns = layout(&plan).series;
    let at = columns.iter().position(|c| c.name == "unserved_market").unwrap();
    assert!(record.series.iter().skip(at).step_by(columns.len()).all(|&lost| lost < 1e-9));
    // Weeks at 1,000 H100e of need and 2 USD: the surplus of theory.
    let hourly = 1000.0 * 2.0 * (0.6 * area(2.0, 0.9) + 0.4 * area(2.0, 0.7));
    near(found("consumer_surplus"), hourly * 53.0 * 7.0 * 24.0, "consumer_surplus");
}

/// Bills at the end of the month in which the work was done, over hours from the end of its tick, both at 20 % a year.
#[test]
fn cost_is_discounted_bills_over_discounted_hours() {
    let plan = exposed(0.2);
    let mut run = Run::new(&plan, 1, 0);
    let (mut bills, mut hours, mut month) = (0.0, 0.0, 1.0);
    let (mut due, mut spent) = (0.0, 0.0);
    for day in 0..=365_u32 {
        let after = f64::from(day) + 1.0;
        for (served, usd) in sold(&mut run, &plan, day) {
            due += usd;
            hours += served * (-0.2 * after / YEAR).exp();
        }
        if month * MONTH < after {
            bills += due * (-0.2 * month * MONTH / YEAR).exp();
            spent += due;
            (due, month) = (0.0, month + 1.0);
        }
    }
    near(scalar(&plan, &record(&plan), "cost"), bills / hours, "cost");
    let share = bills / spent;
    assert!(due == 0.0 && share < 0.95 && share > 0.85, "{due} {share}");
}

/// Cost of an hour of `ha` by hand: the price falls by 15 % a year from its release 454 days before the start; 8 % of interest, a fiftieth of decay and 5 % to
/// operate; 0.7 kW at a PUE of 1.3 and 0.12 USD; at three quarters of load.
fn unit_cost(day: f64) -> f64 {
    let capital = 40_500.0 * (-0.15 * (day + 454.0) / YEAR).exp();
    (capital * (0.08 + 0.02 + 0.05) / 8766.0 + 0.7 * 1.3 * 0.12) / 0.75
}

#[test]
fn a_posted_price_closes_its_share_of_the_gap_to_cost_each_month_and_is_paid_on_served_work_only() {
    let plan = one_seller(&[300], |s| {
        for model in ["ha", "hb"] {
            s.hardware.entry(model).price_decline = 0.15;
        }
        let home = s.providers.entry("home");
        (home.price_adjustment, home.mark_up) = (0.35, 0.4);
    });
    let (home, foc) = (pool(&plan, "home"), zone(&plan, "FOC").at());
    let mut run = Run::new(&plan, 1, 0);
    let (mut price, mut paid, mut day) = (1.4 * unit_cost(0.0), 0.0, 0);
    for month in 1..=12 {
        let end = f64::from(month) * MONTH;
        let (mut revenue, mut offered) = (0.0, 0.0);
        while f64::from(day) < end {
            revenue += sold(&mut run, &plan, day)[home.at()].1;
            offered += run.world().market.offered[home.at()] * 24.0 * price;
            day += 1;
        }
        near(run.world().pools[home.at()].price, price, "price of the month");
        let world = run.to(end + 0.001);
        let bought = -world.ledger.balance(world.accounts.buyers[foc]);
        near(bought - paid, revenue, "revenue of the month");
        assert!(offered > 1.2 * revenue, "demand must exceed what is served");
        paid = bought;
        price += 0.35 * (1.4 * unit_cost(end) - price);
        near(run.world().pools[home.at()].price, price, "price of the next month");
    }
}

/// In the made-up world a generation has 2.2 times the compute at 1.25 times the price of the one before, which has become cheaper by 15 % a year since its release.
#[test]
fn each_release_of_hardware_makes_an_h100e_cheaper_by_what_its_price_and_compute_say() {
    let plan = Blueprint::new(&scenario(Size { operators: 2, nodes: 10 })).unwrap();
    let model = |g: usize| plan.hardware.iter().position(|h| h.id == format!("v1-g{g}")).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let (mut best, mut newest, mut releases) = (f64::INFINITY, 0, 0);
    for month in 1..=72 {
        let day = f64::from(month) * MONTH;
        let world = run.to(day + 0.001);
        for g in 0..6 {
            let at = model(g);
            let released = world.released[at];
            if released > day {
                assert!(
                    world.capital[at].is_infinite(),
                    "generation {g} is sold before its release"
                );
                continue;
            }
            let years = (day - released) / YEAR;
            let (n, compute) = (i32::try_from(g).unwrap(), 2.2_f64);
            let price = 25_000.0 * 1.25_f64.powi(n) * (-0.15 * years).exp();
            near(world.capital[at], 1.35 * price / compute.powi(n), "price of an H100e");
        }
        let on_sale = (0..6).filter(|&g| world.released[model(g)] <= day).count();
        let now = (0..6).map(|g| world.capital[model(g)]).fold(f64::INFINITY, f64::min);
        // A release makes a step of (1.25/2.2)·e^{0.15·2} = 0.77, less or more by what it is late; a month without one 1.2 %.
        let step = now / best;
        if on_sale > newest && newest > 0 {
            releases += 1;
            assert!(step < 0.85, "{step}");
        } else if newest > 0 {
            assert!(step > 0.98 && step < 1.0, "{step}");
        }
        (best, newest) = (now, on_sale);
    }
    assert!(releases >= 2, "{releases} releases in six years");
}
