//! Appropriations, levers, subsidies, rebates, taxes, changes of policy: money that is spent is gone, and every account closes.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::simulation::TraceRecord;
use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::event::EventKind;
use autarky_market::mechanism::government::{LEVERS, Lever};
use autarky_market::record::Record;
use autarky_market::scenario::Scenario;
use autarky_market::world::World;
use autarky_market::{layout, simulate};
use common::{Run, Size, pool, scenario, zone};

const SIZE: Size = Size { operators: 4, nodes: 20 };
const YEAR: f64 = 365.25;

/// The made-up world for three years, whose state owns its data centre.
fn owned() -> Scenario {
    let mut s = scenario(SIZE);
    s.horizon.years = 3.0;
    s.providers.entry("FOC-data_centre").public = true;
    s
}

/// The same with every lever of this page pulled, and limited money.
fn everything() -> Scenario {
    let mut s = owned();
    let nation = s.nations.entry("FOC");
    (nation.appropriation, nation.appropriation_growth) = (Some(4e7), 0.1);
    (nation.budget_data_centre, nation.budget_cloud, nation.budget_node_subsidy) = (0.5, 0.1, 0.2);
    (nation.budget_tax_break, nation.budget_stockpile, nation.budget_talent) = (0.05, 0.05, 0.05);
    (nation.cloud_rebate, nation.capital_subsidy, nation.energy_subsidy) = (0.3, 0.4, 0.5);
    (nation.profit_tax, nation.tax_break, nation.tariff) = (0.2, 0.5, 0.1);
    nation.carry_over = 0.5;
    s
}

fn record(s: &Scenario) -> (Blueprint, Record) {
    let plan = Blueprint::new(s).unwrap();
    let record = simulate(&plan, 7, 0, &StopFlag::new()).unwrap();
    (plan, record)
}

/// All that a replication leaves behind, in bits.
fn bits(record: &Record) -> (u64, Vec<u64>) {
    let values = record.series.iter().chain(&record.scalars);
    (record.fingerprint, values.map(|x| x.to_bits()).collect())
}

fn scalar(plan: &Blueprint, record: &Record, name: &str) -> f64 {
    record.scalars[layout(plan).scalars.iter().position(|c| c.name == name).unwrap()]
}

/// Balance of a treasury, what taxpayers paid in, what levers spent, USD.
fn books(plan: &Blueprint, world: &World) -> (f64, f64, f64) {
    let foc = zone(plan, "FOC");
    let usd = |account| world.ledger.micro(account) as f64 * 1e-6;
    let spent = world.governments[foc.at()].spent.iter().sum();
    (usd(world.accounts.treasuries[foc.at()]), -usd(world.accounts.taxpayers[foc.at()]), spent)
}

/// The rate of exchange stands still, so that local money is dollars.
fn without_exchange_risk(mut s: Scenario) -> Scenario {
    for id in ["FOC", "AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG"] {
        s.nations.entry(id).fx_volatility = 0.0;
    }
    s
}

#[test]
fn money_spent_is_gone_and_the_treasury_closes_to_what_levers_spent_and_taxes_brought() {
    let mut s = without_exchange_risk(everything());
    s.providers.entry("FOC-data_centre").public = false;
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 7, 0);
    let world = run.to(3.0 * YEAR - 1.0);
    let (balance, appropriated, spent) = books(&plan, world);
    // Three fiscal years have begun: 4e7, and ten per cent more each year.
    assert!((appropriated - 4e7 * (1.0 + 1.1 + 1.21)).abs() < 1.0, "{appropriated}");
    let revenue = world.observers.totals[0].state.revenue + world.observers.window[0].state.revenue;
    let expected = appropriated + revenue - spent;
    assert!(revenue > 0.0 && spent > 1e6);
    assert!((balance - expected).abs() < 1.0, "{balance} against {expected}");
    world.ledger.check().unwrap();
}

#[test]
fn no_lever_spends_more_than_was_appropriated_for_it() {
    let mut s = everything();
    s.nations.entry("FOC").carry_over = 0.0;
    let plan = Blueprint::new(&s).unwrap();
    let shares = autarky_market::world::government::budget(&plan.nations[zone(&plan, "FOC").at()]);
    let mut run = Run::new(&plan, 7, 0);
    let (mut before, mut exhausted) = ([0.0; LEVERS], 0);
    for year in 0..3 {
        let money = 4e7 * [1.0, 1.1, 1.21][year];
        let world = run.to((year as f64 + 1.0) * YEAR - 0.01);
        let spent = world.governments[zone(&plan, "FOC").at()].spent;
        for lever in 0..LEVERS {
            let (now, most) = (spent[lever] - before[lever], shares[lever] * money);
            assert!(
                now <= most * (1.0 + 1e-12) + 1e-6,
                "lever {lever}, year {year}: {now} of {most}"
            );
            exhausted += i32::from(most > 0.0 && now > 0.999 * most);
        }
        before = spent;
    }
    assert!(exhausted > 0, "no lever ever ran out, so nothing was tested");
}

#[test]
fn a_portfolio_share_of_one_equals_that_lever_alone() {
    let run = |coverage: f64, (centre, cloud): (f64, f64), budget: Option<(f64, f64)>| {
        let mut s = owned();
        let nation = s.nations.entry("FOC");
        (nation.coverage, nation.portfolio_data_centre) = (coverage, centre);
        (nation.portfolio_network, nation.portfolio_cloud) = (0.0, cloud);
        if let Some((money, share)) = budget {
            nation.appropriation = Some(money);
            (nation.budget_data_centre, nation.budget_cloud) = (share, 1.0 - share);
            (nation.budget_node_subsidy, nation.budget_stockpile) = (0.0, 0.0);
            (nation.budget_talent, nation.budget_security, nation.budget_models) = (0.0, 0.0, 0.0);
        }
        bits(&record(&s).1)
    };
    // A share for clouds buys no capacity at home: half of twice as much is all of it.
    assert_eq!(run(0.5, (1.0, 0.0), None), run(1.0, (0.5, 0.5), None));
    let alone = run(0.5, (1.0, 0.0), Some((2e7, 1.0)));
    assert_eq!(alone, run(0.5, (1.0, 0.0), Some((4e7, 0.5))));
    assert_ne!(alone, run(0.5, (1.0, 0.0), None), "the money did not bind");
}

#[test]
fn an_appropriation_that_is_large_enough_changes_nothing_that_is_served() {
    let free = record(&owned()).1;
    let mut s = owned();
    s.nations.entry("FOC").appropriation = Some(1e12);
    let (plan, rich) = record(&s);
    let at = |name: &str| layout(&plan).series.iter().position(|c| c.name == name).unwrap();
    let columns = layout(&plan).series.len();
    for name in ["served", "price", "unserved", "capacity_data_centre", "fiscal_cost"] {
        let column = |r: &Record| -> Vec<u64> {
            r.series.iter().skip(at(name)).step_by(columns).map(|x| x.to_bits()).collect()
        };
        assert_eq!(column(&free), column(&rich), "{name}");
    }
}

#[test]
fn what_a_state_pays_for_its_data_centre_comes_back_as_surplus_but_for_what_it_has_installed() {
    let s = without_exchange_risk(owned());
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 7, 0);
    // Just after the last month's end: the provider holds what its open purchases would cost, and nothing else.
    let month = YEAR / 12.0;
    let world = run.to(35.0 * month + 1e-6);
    let provider = plan.pools[pool(&plan, "FOC-data_centre").at()].provider;
    let held = world.ledger.micro(world.accounts.providers[provider.at()]) as f64 * 1e-6;
    let (balance, _, _) = books(&plan, world);
    let sums = [&world.observers.totals[0].state, &world.observers.window[0].state];
    let cost: f64 = sums.iter().map(|s| s.cost.usd).sum();
    assert!((balance + cost).abs() < 1.0, "cash of the treasury: {balance} against {cost}");
    let open = world.pools[pool(&plan, "FOC-data_centre").at()].pipeline();
    assert!(held >= 0.0 && (held > 1.0) == (open > 0.0), "{held} USD held for {open} H100e");
}

#[test]
fn the_state_pays_exactly_its_share_of_hardware_and_power_of_the_network() {
    let run = |capital: f64, energy: f64| {
        let mut s = without_exchange_risk(scenario(SIZE));
        s.horizon.years = 2.0;
        let nation = s.nations.entry("FOC");
        (nation.capital_subsidy, nation.energy_subsidy) = (capital, energy);
        s
    };
    let s = run(0.4, 0.25);
    let plan = Blueprint::new(&s).unwrap();
    let mut run_on = Run::new(&plan, 3, 0);
    let world = run_on.to(700.0);
    let foc = zone(&plan, "FOC");
    let network = plan.pools[pool(&plan, "FOC-network").at()].provider;
    let spent = world.governments[foc.at()].spent[Lever::NodeSubsidy as usize];
    // Independently: unit cost with the subsidies over unit cost without them.
    let model = world.pools[pool(&plan, "FOC-network").at()].unit_cost;
    let plain = Blueprint::new(&run(0.0, 0.0)).unwrap();
    let mut other = Run::new(&plain, 3, 0);
    let without = other.to(700.0).pools[pool(&plain, "FOC-network").at()].unit_cost;
    let ratio = model / without;
    assert!(spent > 0.0 && ratio > 0.6 && ratio < 0.75, "unit cost {ratio} of that without");
    assert!(world.ledger.micro(world.accounts.providers[network.at()]) != 0);
    let (balance, _, all) = books(&plan, world);
    assert!((balance + all).abs() < 1.0 && (all - spent).abs() < 1e-6, "{balance} {all} {spent}");
}

#[test]
fn a_rebate_is_paid_on_every_bill_of_a_cloud_and_ends_with_the_money() {
    let mut s = without_exchange_risk(scenario(SIZE));
    s.horizon.years = 3.0;
    let nation = s.nations.entry("FOC");
    nation.cloud_rebate = 0.3;
    let plan = Blueprint::new(&s).unwrap();
    let foc = zone(&plan, "FOC");
    let month = YEAR / 12.0;
    let mut run = Run::new(&plan, 5, 0);
    let world = run.to(24.0 * month + 1e-6);
    let paid = world.governments[foc.at()].spent[Lever::Cloud as usize];
    let sums = [&world.observers.totals[0].state, &world.observers.window[0].state];
    let bills: f64 = sums.iter().map(|s| s.foreign).sum();
    assert!((paid - 0.3 * bills).abs() < 1e-6 * bills, "{paid} of {bills}");
    // A tenth of a year's rebates as money for a year: they end in the second month of each year, and begin again in the next.
    s.nations.entry("FOC").appropriation = Some(0.5 * paid);
    (s.nations.entry("FOC").budget_cloud, s.nations.entry("FOC").budget_data_centre) = (0.1, 0.5);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 5, 0);
    let rate = |world: &World| world.governments[foc.at()].rebate;
    assert!((rate(run.to(10.0)) - 0.3).abs() < 1e-12);
    assert!(rate(run.to(200.0)).abs() < 1e-12, "the year's money is out");
    assert!((rate(run.to(YEAR + 2.0)) - 0.3).abs() < 1e-12, "a new year, new money");
}

#[test]
fn buyers_of_clouds_gain_from_a_rebate_and_pay_less_than_it_where_clouds_raise_prices() {
    let price = |rebate: f64| {
        let mut s = scenario(SIZE);
        s.horizon.years = 1.0;
        s.nations.entry("FOC").cloud_rebate = rebate;
        let (plan, record) = record(&s);
        let at = |name| scalar(&plan, &record, name);
        (at("consumer_surplus"), at("served_cloud"), at("fiscal_cost"))
    };
    let (without, with) = (price(0.0), price(0.3));
    assert!(with.0 > without.0 && with.1 > without.1);
    assert!(with.2 > 0.0 && without.2.abs() < 1e-9);
    // A small buyer leaves prices as they are: by the envelope theorem it gains at least the rebate on what it bought before.
    assert!(
        with.0 - without.0 < with.2,
        "a transfer that changes quantities has a dead-weight loss"
    );
}

#[test]
fn a_tax_raises_prices_by_its_factor_on_user_cost_and_a_full_break_takes_it_back() {
    let cost = |tax: f64, waived: f64| {
        let mut s = scenario(SIZE);
        s.horizon.years = 1.0;
        let nation = s.nations.entry("FOC");
        (nation.profit_tax, nation.tax_break) = (tax, waived);
        let plan = Blueprint::new(&s).unwrap();
        let mut run = Run::new(&plan, 1, 0);
        let world = run.to(300.0);
        let p = pool(&plan, "FOC-data_centre");
        let hardware = world.capital.iter().copied().fold(f64::INFINITY, f64::min);
        (world.pools[p.at()].unit_cost, hardware)
    };
    let ((free, capital), (taxed, _), (waived, _)) =
        (cost(0.0, 0.0), cost(0.25, 0.0), cost(0.25, 1.0));
    assert!((waived - free).abs() <= 1e-15 * free);
    let (r, delta) = (0.08, 1.0 / 6.0);
    // Hall and Jorgenson: (r + δ)·[(1 − t·δ/(r + δ))/(1 − t) − 1] on capital, over target utilisation and the hours of a year.
    let extra = (r + delta) * ((1.0 - 0.25 * delta / (r + delta)) / 0.75 - 1.0);
    let expected = capital * extra / 8766.0 / 0.75;
    assert!(((taxed - free) / expected - 1.0).abs() < 1e-9, "{} against {expected}", taxed - free);
}

fn changed(set: impl Fn(&mut Scenario), at: f64, until: Option<f64>) -> Scenario {
    let mut s = scenario(SIZE);
    s.horizon.years = 2.0;
    let event = s.events.entry("new government");
    (event.kind, event.at, event.until) = (EventKind::PolicyChange, Some(at), until);
    event.to = vec!["FOC".to_owned()];
    set(&mut s);
    s
}

#[test]
fn a_change_of_policy_on_the_first_day_is_the_policy_and_before_its_day_nothing_changes() {
    let tariff = |s: &mut Scenario| s.events.entry("new government").set_tariff = Some(0.5);
    let mut from_the_start = scenario(SIZE);
    from_the_start.horizon.years = 2.0;
    from_the_start.nations.entry("FOC").tariff = 0.5;
    let served = |s: &Scenario, day: f64| -> Vec<u64> {
        let plan = Blueprint::new(s).unwrap();
        let mut run = Run::new(&plan, 2, 0);
        run.to(day).market.served.iter().map(|x| x.to_bits()).collect()
    };
    let mut plain = scenario(SIZE);
    plain.horizon.years = 2.0;
    assert_eq!(served(&changed(tariff, 0.0, None), 500.0), served(&from_the_start, 500.0));
    let late = changed(tariff, 300.0, Some(400.0));
    assert_eq!(served(&late, 299.0), served(&plain, 299.0));
    assert_ne!(served(&late, 350.0), served(&plain, 350.0));
    let plan = Blueprint::new(&late).unwrap();
    let mut run = Run::new(&plan, 2, 0);
    let foc = zone(&plan, "FOC");
    assert!((run.to(350.0).policy(foc).tariff - 0.5).abs() < 1e-15);
    assert!(run.to(401.0).policy(foc).tariff.abs() < 1e-15, "lifted");
}

#[test]
fn a_change_of_one_share_rescales_the_portfolio_of_its_nation_alone() {
    let set = |s: &mut Scenario| s.events.entry("new government").set_network = Some(0.7);
    let plan = Blueprint::new(&changed(set, 100.0, None)).unwrap();
    let mut run = Run::new(&plan, 2, 0);
    let (foc, other) = (zone(&plan, "FOC"), zone(&plan, "AAA"));
    let world = run.to(150.0);
    let mut sorted = world.policy(foc).portfolio;
    sorted.sort_by(f64::total_cmp);
    for (found, expected) in sorted.iter().zip([0.0, 0.1, 0.2, 0.7]) {
        assert!((found - expected).abs() < 1e-12, "{sorted:?}");
    }
    let untouched = &world.policy(other).portfolio;
    assert!(world.policy(foc).portfolio.iter().zip(untouched).any(|(a, b)| (a - b).abs() > 0.05));
}

#[test]
fn fiscal_years_are_events_of_those_who_appropriate_and_of_nobody_else() {
    let fiscal = |run: &Run<'_>| -> Vec<TraceRecord> {
        run.trace.iter().filter(|r| r.code == 20).copied().collect()
    };
    let plan = Blueprint::new(&everything()).unwrap();
    let mut run = Run::new(&plan, 7, 0);
    run.to(2.0 * YEAR + 1.0);
    let years = fiscal(&run);
    assert_eq!(years.len(), 3);
    assert!(years.iter().all(|r| r.entity == zone(&plan, "FOC").0));
    let plan = Blueprint::new(&owned()).unwrap();
    let mut run = Run::new(&plan, 7, 0);
    run.to(2.0 * YEAR + 1.0);
    assert!(fiscal(&run).is_empty());
}
