//! Long-term contracts: bargained terms, service before the spot market, bills, exclusivity, and what ends them.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::contract::{ContractForm, ContractParameters};
use autarky_market::entity::controller::Scope;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use autarky_market::world::World;
use autarky_market::world::contracts::Terms;
use common::{Run, Size, add_pool, island, pool, regime, scenario, zone};

/// The island with two exporting clouds, `ca` of `AAA` and `cb` of `BBB`, of 2,000 H100e each; every zone needs 1,000.
fn clouds() -> Scenario {
    let mut s = island();
    (s.horizon.tick, s.demand.reference_price_decline) = (7.0, 0.0);
    for (id, home) in [("ca", "AAA"), ("cb", "BBB")] {
        add_pool(&mut s, id, home);
        let cloud = s.providers.entry(id);
        (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
        (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.5);
    }
    s
}

/// A contract of `FOC` with `ca` over a fifth of its need, in force from day 100 to day 465.
fn contract<'s>(s: &'s mut Scenario, id: &str) -> &'s mut ContractParameters {
    let contract = s.contracts.entry(id);
    contract.buyers = vec!["FOC".to_owned()];
    contract.sellers = vec![("ca".to_owned(), 1.0)];
    (contract.share, contract.lead_time, contract.term) = (0.2, 100.0, 365.0);
    contract.fixed_cost = 1e4;
    contract
}

fn terms(world: &World) -> Vec<Option<Terms>> {
    world.contracts.deals.iter().map(|deal| deal.terms).collect()
}

fn price(s: &Scenario) -> f64 {
    let plan = Blueprint::new(s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    terms(run.to(101.0))[0].expect("a deal").price
}

#[test]
fn a_contract_that_never_begins_changes_no_bit() {
    let mut s = scenario(Size { operators: 3, nodes: 12 });
    s.horizon.years = 1.0;
    let bits = |s: &Scenario| {
        let record = simulate(&Blueprint::new(s).unwrap(), 5, 1, &StopFlag::new()).unwrap();
        let scalars: Vec<u64> = record.scalars.iter().map(|x| x.to_bits()).collect();
        (record.fingerprint, scalars)
    };
    let without = bits(&s);
    let later = s.contracts.entry("later");
    (later.buyers, later.sellers) = (vec!["FOC".to_owned()], vec![("c1".to_owned(), 1.0)]);
    later.at = 400.0;
    assert_eq!(bits(&s), without);
    s.contracts.entry("later").at = 100.0;
    assert_ne!(bits(&s), without, "and one that begins does");
}

#[test]
fn a_contract_is_in_force_for_its_term_and_is_served_to_its_size_at_its_price() {
    let mut s = clouds();
    contract(&mut s, "c");
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    assert_eq!(terms(run.to(99.0)), [None]);
    let world = run.to(200.0);
    let agreed = terms(world)[0].unwrap();
    assert!((agreed.quantity - 200.0).abs() < 1e-9, "{agreed:?}");
    let cost = world.pools[pool(&plan, "ca").at()].unit_cost;
    assert!(agreed.price >= cost, "{agreed:?}, unit cost {cost}");
    assert!((world.contracts.deals[0].used - 200.0).abs() < 1e-9);
    let sold: f64 = world.contracts.segments.iter().map(|s| s.billed).sum();
    assert!((sold - 200.0 * agreed.price).abs() < 1e-9);
    assert_eq!(terms(run.to(466.0)), [None]);
    assert!(run.world().contracts.services.is_empty() || !run.world().contracts.running);
}

#[test]
fn the_buyers_power_moves_the_price_from_its_own_reservation_to_the_sellers() {
    let at = |power| {
        let mut s = clouds();
        contract(&mut s, "c").buyer_power = power;
        price(&s)
    };
    let (seller, middle, buyer) = (at(1.0), at(0.5), at(0.0));
    assert!(seller < middle && middle < buyer, "{seller} {middle} {buyer}");
    assert!((middle - 0.5 * (seller + buyer)).abs() < 1e-12);
}

#[test]
fn own_capacity_lowers_the_price_of_a_contract() {
    let at = |coverage| {
        let mut s = clouds();
        contract(&mut s, "c");
        s.providers.entry("home").initial_coverage = coverage;
        // Spot prices are the same whatever the island owns: no waits.
        for class in ["inference", "fine_tuning", "training"] {
            let class = s.workloads.entry(class);
            (class.waiting_value, class.failed_attempt_cost) = (0.0, 0.0);
        }
        price(&s)
    };
    let (none, some, much) = (at(0.0), at(0.2), at(0.5));
    assert!(none > some && some > much, "{none} {some} {much}");
}

/// `FOC` and `DDD` buy 150 each from `ca`, together or apart, at a fixed cost that matters.
fn two_buyers(pooled: bool, fixed_cost: f64) -> Vec<f64> {
    let mut s = clouds();
    // Another island like the first; no zone but these two is without a cloud of its own.
    *s.nations.entry("DDD") = s.nations.get("FOC").unwrap().clone();
    let names: &[&[&str]] = if pooled { &[&["DDD", "FOC"]] } else { &[&["DDD"], &["FOC"]] };
    for (i, buyers) in names.iter().enumerate() {
        let one = contract(&mut s, &format!("c{i}"));
        one.buyers = buyers.iter().map(|b| (*b).to_owned()).collect();
        one.fixed_cost = fixed_cost;
    }
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    terms(run.to(101.0)).into_iter().map(|t| t.expect("a deal").price).collect()
}

/// Separate tenders pay the fixed cost each, a pooled one once: with equal sizes, half of half of it each at equal power.
#[test]
fn a_pooled_tender_saves_each_buyer_its_part_of_the_fixed_cost() {
    let volume = 150.0 * 365.0 * 24.0;
    for fixed_cost in [0.0, 4e4] {
        let (pooled, apart) = (two_buyers(true, fixed_cost), two_buyers(false, fixed_cost));
        for (together, alone) in pooled.iter().zip(&apart) {
            let saving = 0.5 * 0.5 * fixed_cost / volume;
            assert!((alone - together - saving).abs() < 1e-9, "{pooled:?} {apart:?}");
        }
    }
}

/// Two contracts of 300 with a cloud of which 240 work.
fn short(priorities: (i64, i64)) -> (f64, f64) {
    let mut s = clouds();
    s.providers.entry("ca").initial_coverage = 0.06;
    let ca = s.providers.entry("ca");
    (ca.order_trigger, ca.capacity_target) = (10.0, CapacityTarget::OfferedLoad);
    for (id, priority) in [("c1", priorities.0), ("c2", priorities.1)] {
        let one = contract(&mut s, id);
        (one.share, one.priority, one.take_or_pay) = (0.3, priority, 0.0);
    }
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let deals = &run.to(120.0).contracts.deals;
    (deals[0].used, deals[1].used)
}

#[test]
fn a_seller_that_is_short_serves_equal_priorities_alike_and_the_first_before_the_second() {
    let (first, second) = short((0, 0));
    assert!((first - second).abs() < 1e-9 && first > 50.0 && first < 200.0, "{first} {second}");
    let (early, late) = short((0, 1));
    assert!((early + late - first - second).abs() < 1e-6, "all capacity is used either way");
    assert!(early > first && late < second, "{early} {late}");
    assert_eq!(short((1, 0)), (late, early));
}

#[test]
fn a_ban_stops_service_and_bills_at_once_and_its_end_brings_both_back() {
    let mut s = clouds();
    contract(&mut s, "c").take_or_pay = 1.0;
    regime(&mut s, "ban", "AAA", 200.5);
    let ban = s.events.entry("ban");
    (ban.scope, ban.until) = (vec![Scope::Cloud], Some(300.5));
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let used = |world: &World| world.contracts.deals[0].used;
    let buyer = |world: &World| {
        let account = world.accounts.providers[plan.pools[pool(&plan, "ca").at()].provider.at()];
        (world.ledger.balance(account), world.contracts.deals[0].owed)
    };
    assert!(used(run.to(200.0)) > 199.0);
    run.to(240.0);
    assert!(used(run.world()).abs() < 1e-12);
    let from_island = run.world().served_to(&plan, pool(&plan, "ca"), zone(&plan, "FOC"));
    assert!(from_island.abs() < 1e-12, "{from_island}");
    assert!(buyer(run.to(299.0)).1.abs() < 1e-9, "nothing is owed for days without service");
    assert!(used(run.to(310.0)) > 199.0 && buyer(run.world()).1 > 0.0);
}

/// Spending of `FOC` within a year in which its need is a fifth of the size of the contract.
#[test]
fn what_is_not_used_is_paid_to_the_agreed_share() {
    let owed = |share: f64| {
        let mut s = clouds();
        let one = contract(&mut s, "c");
        (one.share, one.take_or_pay) = (1.5, share);
        s.providers.entry("ca").initial_coverage = 2.0;
        let plan = Blueprint::new(&s).unwrap();
        let mut run = Run::new(&plan, 1, 0);
        run.to(122.0);
        let before = run.world().contracts.deals[0].owed;
        run.to(146.0);
        let deal = run.world().contracts.deals[0];
        assert!(deal.used < 1499.0, "{deal:?}");
        let terms = deal.terms.unwrap();
        ((deal.owed - before) / terms.price, deal.used, deal.quota)
    };
    let (bare, used, _) = owed(0.0);
    let (full, _, quota) = owed(1.0);
    assert!((quota - 1500.0).abs() < 1e-6);
    assert!((full / bare - quota / used).abs() < 1e-6, "{full} {bare} {quota} {used}");
}

#[test]
fn an_exclusive_contract_shuts_other_foreign_clouds_out_and_costs_less() {
    let run = |form| {
        let mut s = clouds();
        contract(&mut s, "c").form = form;
        let plan = Blueprint::new(&s).unwrap();
        let mut run = Run::new(&plan, 1, 0);
        run.to(200.0);
        let at = |world: &World, p| world.served_to(&plan, pool(&plan, p), zone(&plan, "FOC"));
        let (world, price) = (run.world(), terms(run.world())[0].unwrap().price);
        (at(world, "ca"), at(world, "cb"), at(world, "home"), price)
    };
    let (_, rival, _, dear) = run(ContractForm::Diversified);
    assert!(rival > 10.0, "{rival}");
    let (seller, rival, home, cheap) = run(ContractForm::Exclusive);
    assert!(rival.abs() < 1e-12 && seller > 200.0 && home > 10.0, "{seller} {rival} {home}");
    assert!(cheap < dear, "{cheap} {dear}");
}

#[test]
fn a_renewed_contract_has_no_gap_between_its_terms() {
    let mut s = clouds();
    s.demand.reference_price_decline = 0.3;
    contract(&mut s, "c").renewal = true;
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    let mut prices: Vec<f64> = (0..100)
        .map(|i| terms(run.to(101.0 + 14.0 * f64::from(i)))[0].expect("in force").price)
        .collect();
    prices.dedup();
    assert_eq!(prices.len(), 4, "{prices:?}");
    assert!(prices.windows(2).all(|w| w[1] < w[0]), "prices follow the market: {prices:?}");
}

#[test]
fn there_is_no_deal_where_the_fixed_cost_eats_the_gain() {
    let mut s = clouds();
    contract(&mut s, "c").fixed_cost = 1e9;
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    assert_eq!(terms(run.to(200.0)), [None]);
    assert!(!run.world().contracts.running);
}

/// Work, nodes and money are checked in every tick and every event of a debug build; this world has all of it at once.
#[test]
fn a_world_with_pooled_diversified_contracts_runs_through_with_all_books_balanced() {
    let mut s = scenario(Size { operators: 3, nodes: 12 });
    s.horizon.years = 3.0;
    regime(&mut s, "ban", "AAA", 700.0);
    s.events.entry("ban").scope = Scope::ALL.to_vec();
    let one = s.contracts.entry("pooled");
    one.buyers = vec!["FOC".to_owned(), "GGG".to_owned()];
    one.sellers = vec![("c1".to_owned(), 0.6), ("c4".to_owned(), 0.4)];
    (one.term, one.renewal) = (365.0, true);
    s.nations.entry("FOC").tariff = 0.1;
    let plan = Blueprint::new(&s).unwrap();
    let first = simulate(&plan, 3, 0, &StopFlag::new()).unwrap();
    let again = simulate(&plan, 3, 0, &StopFlag::new()).unwrap();
    assert_eq!(first.fingerprint, again.fingerprint);
    assert_eq!(
        first.series.iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
        again.series.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
    );
}
