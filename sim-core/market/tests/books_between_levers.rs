//! Where levers meet: tills in local money, income under contract, policies in force under contract, who owns a commons.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::event::EventKind;
use autarky_market::entity::provider::{CapacityTarget, ProviderKind};
use autarky_market::scenario::Scenario;
use autarky_market::validation::problems;
use autarky_market::world::World;
use common::{Run, Size, add_pool, island, pool, scenario, zone};

const MONTH: f64 = 365.25 / 12.0;

/// Local money floats: at a month's end the till of the state's data centre, in dollars, is what its open purchases would cost, and nothing where there are none.
#[test]
fn a_till_in_local_money_is_emptied_to_the_cent_whatever_the_exchange_rate() {
    let mut s = scenario(Size { operators: 4, nodes: 20 });
    s.horizon.years = 3.0;
    s.providers.entry("FOC-data_centre").public = true;
    s.nations.entry("FOC").fx_volatility = 0.4;
    let plan = Blueprint::new(&s).unwrap();
    let (foc, home) = (zone(&plan, "FOC"), pool(&plan, "FOC-data_centre"));
    let account = |w: &World| w.accounts.providers[plan.pools[home.at()].provider.at()];
    let (mut run, mut empty, mut moved) = (Run::new(&plan, 9, 0), 0, 0.0_f64);
    for month in 1..36 {
        let world = run.to(f64::from(month) * MONTH + 1e-6);
        let rate = world.market.rate[foc.at()];
        moved = moved.max((rate - 1.0).abs());
        if world.pools[home.at()].pipeline() <= 0.0 {
            let usd = world.ledger.balance(account(world)) / rate;
            assert!(usd.abs() < 0.01, "month {month}: {usd} USD at a rate of {rate}");
            empty += 1;
        }
    }
    assert!(empty > 5 && moved > 0.1, "{empty} months without purchases, rate moved {moved}");
}

/// A cloud at home that sells to `AAA`, under a contract from day 100 on or not.
fn seller(contract: bool) -> Blueprint {
    let mut s = island();
    s.horizon.tick = 7.0;
    add_pool(&mut s, "own", "FOC");
    let cloud = s.providers.entry("own");
    (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
    (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.5);
    cloud.order_trigger = 10.0;
    if contract {
        let terms = s.contracts.entry("deal");
        (terms.buyers, terms.sellers) = (vec!["AAA".to_owned()], vec![("own".to_owned(), 1.0)]);
        (terms.share, terms.lead_time, terms.term) = (0.3, 100.0, 3000.0);
        terms.fixed_cost = 0.0;
    }
    Blueprint::new(&s).unwrap()
}

/// No node is bought and none fails: surpluses of two courses differ by what their tills differ.
#[test]
fn what_a_seller_earns_under_contract_is_in_its_surplus() {
    let [without, with] = [false, true].map(|contract| {
        let plan = seller(contract);
        let mut run = Run::new(&plan, 4, 0);
        let world = run.to(20.0 * MONTH + 1e-6);
        // Its neighbour `home` has other buyers then.
        let till: f64 = ["own", "home"]
            .map(|id| plan.pools[pool(&plan, id).at()].provider)
            .map(|provider| world.ledger.balance(world.accounts.providers[provider.at()]))
            .iter()
            .sum();
        let contracted: f64 = world.contracts.segments.iter().map(|s| s.served).sum();
        let sums = [&world.observers.totals[0].state, &world.observers.window[0].state];
        // Dues of the last month are earned when the next is settled.
        let late = world.pools[pool(&plan, "own").at()].other_fees;
        (till, sums.iter().map(|s| s.producer.usd).sum::<f64>() + late, contracted)
    });
    assert!(with.2 > 0.0 && without.2.abs() < 1e-12);
    let (tills, surpluses) = (with.0 - without.0, with.1 - without.1);
    assert!(
        tills.abs() > 1.0 && (surpluses - tills).abs() < 1e-3 * tills.abs(),
        "{surpluses} {tills}"
    );
}

fn under_contract(change: Option<f64>) -> f64 {
    let mut s: Scenario = island();
    (s.horizon.tick, s.demand.reference_price_decline) = (7.0, 0.0);
    add_pool(&mut s, "ca", "AAA");
    let cloud = s.providers.entry("ca");
    (cloud.kind, cloud.exports) = (ProviderKind::Cloud, true);
    (cloud.capacity_target, cloud.initial_coverage) = (CapacityTarget::OfferedLoad, 0.5);
    let terms = s.contracts.entry("deal");
    (terms.buyers, terms.sellers) = (vec!["FOC".to_owned()], vec![("ca".to_owned(), 1.0)]);
    (terms.share, terms.lead_time, terms.term, terms.fixed_cost) = (2.0, 100.0, 3000.0, 0.0);
    if let Some(tariff) = change {
        let event = s.events.entry("tariff");
        (event.kind, event.at, event.set_tariff) =
            (EventKind::PolicyChange, Some(200.0), Some(tariff));
        event.to = vec!["FOC".to_owned()];
    }
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 4, 0);
    let world = run.to(300.0);
    world.contracts.segments.iter().map(|segment| segment.served).sum()
}

#[test]
fn buyers_under_contract_see_the_tariff_in_force_and_not_that_of_the_scenario() {
    let (before, same, dearer) =
        (under_contract(None), under_contract(Some(0.0)), under_contract(Some(1.0)));
    assert!(before > 0.0 && (before - same).abs() < 1e-9 * before);
    assert!(dearer < 0.95 * before, "{dearer} of {before}");
}

#[test]
fn a_commons_is_no_property_of_the_state_in_which_it_stands() {
    let mut s = island();
    add_pool(&mut s, "shared", "FOC");
    let shared = s.providers.entry("shared");
    (shared.kind, shared.public) = (ProviderKind::Commons, true);
    let found = problems(&s);
    assert!(found.iter().any(|p| p.path == "provider.shared.public"), "{found:?}");
}
