//! Openness of trade and the price of hardware.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::controller::Regime;
use autarky_market::scenario::Scenario;
use common::{Run, island, regime};

/// The island, a third of the world, under a regime of `AAA` on hardware.
fn under(form: Option<Regime>, elasticity: f64) -> Scenario {
    let mut s = island();
    s.frontier.spillover = elasticity;
    s.demand.reference_price_decline = 0.3;
    if let Some(form) = form {
        regime(&mut s, "limit", "AAA", 0.0);
        let event = s.events.entry("limit");
        event.regime = form;
        event.scope = vec![autarky_market::entity::controller::Scope::Hardware];
    }
    s
}

/// Prices of an H100e by model after three years and a day, USD.
fn prices(s: &Scenario) -> Vec<f64> {
    let plan = Blueprint::new(s).unwrap();
    let mut run = Run::new(&plan, 1, 0);
    run.to(3.0 * 365.25 + 1.0).capital.clone()
}

fn bits(prices: &[f64]) -> Vec<u64> {
    prices.iter().map(|p| p.to_bits()).collect()
}

#[test]
fn by_default_and_with_open_trade_prices_have_the_same_bits() {
    let open = bits(&prices(&under(None, 0.0)));
    assert_eq!(bits(&prices(&under(Some(Regime::Ban), 0.0))), open);
    assert_eq!(bits(&prices(&under(None, 2.0))), open);
    assert_eq!(bits(&prices(&under(Some(Regime::Licence), 2.0))), open);
}

/// Theory: with a third of the world closed for 36 months, prices are `e^{g·(1 − (2/3)^ε)·3}` above their path, of every vendor.
#[test]
fn a_ban_or_a_cap_on_a_third_of_the_world_slows_progress_for_everybody() {
    let open = prices(&under(None, 1.0));
    for elasticity in [0.5, 1.0, 2.0] {
        let expected = (0.3 * (1.0 - (2.0_f64 / 3.0).powf(elasticity)) * 3.0).exp();
        for form in [Regime::Ban, Regime::Cap] {
            let found = prices(&under(Some(form), elasticity));
            for (found, open) in found.iter().zip(&open) {
                assert!((found / open / expected - 1.0).abs() < 1e-9, "{}", found / open);
            }
        }
    }
}

#[test]
fn a_limit_that_is_lifted_costs_what_it_cost_and_no_more() {
    let mut s = under(Some(Regime::Ban), 1.0);
    s.events.entry("limit").until = Some(365.25 + 1.0);
    let ratio = prices(&s)[0] / prices(&under(None, 1.0))[0];
    assert!((ratio - (0.3_f64 / 3.0).exp()).abs() < 1e-9, "{ratio}");
}
