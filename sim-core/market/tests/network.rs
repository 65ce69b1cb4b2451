//! Networks whose operators decide: books, limits and signs of everything inside.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

mod common;

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::provider::CapacityTarget;
use autarky_market::entity::token::TokenPrice;
use autarky_market::metric::integrity::check_month;
use autarky_market::scenario::Scenario;
use common::{Run, Size, scenario};

/// The made-up world whose network at home has operators that decide, of two types, paid in a token.
fn inside() -> Scenario {
    let mut s = scenario(Size { operators: 30, nodes: 12 });
    s.horizon.years = 4.0;
    for (id, share) in [("miner", 0.6), ("lab", 0.4)] {
        let kind = s.operators.entry(id);
        (kind.candidates, kind.size) = (20.0, 16.0);
        let network = s.providers.entry("FOC-network");
        network.operator_mix.push((id.to_owned(), share));
    }
    s.operators.entry("miner").at_hand = 0.5;
    let token = s.tokens.entry("tok");
    (token.price, token.rate) = (Some(TokenPrice::Exogenous), 1e6);
    let network = s.providers.entry("FOC-network");
    network.capacity_target = CapacityTarget::Operators;
    network.token = Some("tok".to_owned());
    s
}

#[test]
fn everything_inside_runs_for_years_with_all_books_balanced() {
    let mut s = inside();
    let token = s.tokens.entry("tok");
    (token.required, token.slash, token.grants) = (1000.0, 0.5, 0.2);
    for id in ["miner", "lab"] {
        let kind = s.operators.entry(id);
        (kind.merger_rate, kind.dishonest, kind.rational) = (0.2, 0.1, 0.2);
    }
    let network = s.providers.entry("FOC-network");
    network.verification = autarky_market::entity::provider::Verification::SpotCheck;
    network.audit_rate = 1e-6;
    (network.dispute_rate, network.fork_probability) = (1.0, 0.3);
    let plan = Blueprint::new(&s).unwrap();
    let mut run = Run::new(&plan, 3, 0);
    for step in 1..=48 {
        let world = run.to(f64::from(step) * 30.0);
        check_month(world, &plan).unwrap();
    }
    for code in [80, 81, 82, 83, 84, 86] {
        println!("{code}: {}", run.trace.iter().filter(|r| r.code == code).count());
    }
    println!("{:#?}", run.world().observers.totals[0].inside);
    println!("{:#?}", run.world().networks[0].beliefs);
    println!("{:#?}", run.world().tokens[0].price());
}
