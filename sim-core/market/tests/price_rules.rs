//! Price rules in the whole model: signs and limits.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::entity::provider::{PriceRule, ProviderParameters};
use autarky_market::scenario::Scenario;
use autarky_market::simulate;
use common::{Run, Size, add_pool, island, pool, scenario};

/// An island with a pool under a rule, and a rival with posted prices.
fn ruled(rule: PriceRule, change: impl FnOnce(&mut ProviderParameters)) -> Scenario {
    let mut s = island();
    s.horizon.tick = 1.0;
    add_pool(&mut s, "rival", "FOC");
    let home = s.providers.entry("home");
    home.price_rule = rule;
    change(home);
    s
}

/// Prices of the pool in units of its unit cost, month by month over three years.
fn prices(s: &Scenario) -> Vec<f64> {
    let plan = Blueprint::new(s).unwrap();
    let mut run = Run::new(&plan, 2, 0);
    let at = pool(&plan, "home").at();
    let look = |month: u32| {
        let state = &run.to(30.5 * f64::from(month) + 1.0).pools[at];
        state.price / state.unit_cost
    };
    (0..36).map(look).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn an_administered_price_stays_where_the_state_puts_it() {
    let fixed = ruled(PriceRule::Administered, |p| p.administered_price = Some(1.25));
    let plan = Blueprint::new(&fixed).unwrap();
    let mut run = Run::new(&plan, 2, 0);
    let at = pool(&plan, "home").at();
    for month in 0..36 {
        let price = run.to(30.5 * f64::from(month) + 1.0).pools[at].price;
        assert!((price - 1.25).abs() < 1e-12, "{month}: {price}");
    }
}

#[test]
fn an_administered_price_at_cost_moves_once_a_review_and_not_in_between() {
    let s = ruled(PriceRule::Administered, |p| (p.price_review, p.mark_up) = (6, 0.1));
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 2, 0);
    let at = pool(&plan, "home").at();
    let seen: Vec<u64> =
        (0..36).map(|m| run.to(30.5 * f64::from(m) + 1.0).pools[at].price.to_bits()).collect();
    let moves = seen.windows(2).filter(|w| w[0] != w[1]).count();
    assert_eq!(moves, 5, "thirty-five months have five reviews after the first price");
}

#[test]
fn in_an_auction_scarcity_raises_the_price_to_the_cap_and_slack_lowers_it_to_the_cheapest_operator()
{
    let auction = |coverage: f64| {
        prices(&ruled(PriceRule::UniformAuction, |p| {
            (p.initial_coverage, p.operators, p.cost_dispersion) = (coverage, 20, 0.3);
        }))
    };
    let (scarce, ample) = (auction(0.001), auction(20.0));
    assert!(scarce[35] > 2.0 && scarce[35] <= 5.0, "between the rival and the cap: {}", scarce[35]);
    let s = ruled(PriceRule::UniformAuction, |p| p.initial_coverage = 20.0);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 2, 0);
    let state = &run.to(1000.0).pools[pool(&plan, "home").at()];
    assert!((state.price / state.avoidable_cost - 1.0).abs() < 0.05, "one operator: its own cost");
    assert!(ample[35] < state.avoidable_cost / state.unit_cost, "the cheapest of twenty");
    assert!(auction(0.3)[35] < scarce[35] && auction(0.3)[35] >= ample[35]);
}

/// With equal pools, few sellers charge more than many, and many in perfect competition at cost: θ/(θ − 1) of it.
#[test]
fn cournot_prices_fall_with_the_number_of_sellers() {
    let price = |sellers: usize| {
        let mut s = island();
        s.providers.remove("home");
        for i in 0..sellers {
            let id = if i == 0 { "home".to_owned() } else { format!("seller-{i:02}") };
            add_pool(&mut s, &id, "FOC");
            let seller = s.providers.entry(&id);
            (seller.price_rule, seller.price_adjustment) = (PriceRule::Cournot, 1.0);
            seller.initial_coverage = 2.0 / sellers as f64;
        }
        mean(&prices(&s)[24..])
    };
    let (two, four, many) = (price(2), price(4), price(30));
    assert!(two > four && four > many, "{two} {four} {many}");
    assert!((many / (4.0 / 3.0) - 1.0).abs() < 0.06, "{many}");
    assert!((price(1) - 5.0).abs() < 1e-9, "a monopolist is held by the cap");
}

/// Below a gain of two the plain form ends where the exact form ends.
#[test]
fn plain_and_exact_controllers_rest_at_the_same_price() {
    let rest = |rule| {
        let s = ruled(rule, |p| (p.controller_speed, p.initial_coverage) = (0.02, 1.0));
        mean(&prices(&s)[30..])
    };
    let (plain, exact) = (rest(PriceRule::Eip1559), rest(PriceRule::UtilisationController));
    assert!((plain / exact - 1.0).abs() < 0.02, "{plain} {exact}");
}

#[test]
fn every_rule_keeps_the_books_of_the_made_up_world() {
    for rule in PriceRule::ALL {
        let mut s = scenario(Size { operators: 3, nodes: 12 });
        s.horizon.years = 1.0;
        let ids: Vec<String> = s.providers.iter().map(|(id, _)| id.to_owned()).collect();
        for id in ids {
            s.providers.entry(&id).price_rule = *rule;
        }
        let record = simulate(&Blueprint::new(&s).unwrap(), 8, 0, &StopFlag::new());
        assert!(record.is_ok(), "{rule:?}: {record:?}");
    }
}
