//! Worlds to measure on: those of the market's tests, in the sizes that the benches name, and what they hold.

use autarky_market::blueprint::Blueprint;
use autarky_market::entity::nation::{IncomeGroup, Residency};
use autarky_market::entity::provider::{CapacityTarget, PriceRule, ProviderKind, Verification};
use autarky_market::entity::token::TokenPrice;
use autarky_market::scenario::Scenario;
use autarky_market::world::market::problem;

#[path = "../../sim-core/market/tests/common/mod.rs"]
mod common;

use common::{SMALL_STATE, scenario};

/// Nations of the large world.
pub(crate) const NATIONS: i64 = 200;
/// Operators of the large world, in equal networks.
pub(crate) const OPERATORS: i64 = 20_000;
/// Nodes asked for in the large world; nodes are aggregated by powers of two, so about half as many stand at the start.
pub(crate) const NODES: i64 = 1_000_000;

/// The small state: a focus nation, seven blocs, 3 × 3 segments each; ten years in daily ticks, a withdrawal test a quarter.
pub(crate) fn small_state() -> Blueprint {
    compile(&scenario(SMALL_STATE))
}

/// The fleet of the small state whose market clears only every four weeks: what is left is events of nodes.
#[allow(dead_code, reason = "for the criterion benches")]
pub(crate) fn nodes_alone() -> Blueprint {
    let mut s = scenario(SMALL_STATE);
    (s.horizon.tick, s.horizon.sample) = (28.0, 3650.0);
    compile(&s)
}

/// Two hundred nations, each with a data centre and a network beside the clouds of the small state; in ticks of `tick` days.
pub(crate) fn two_hundred_nations(tick: f64, years: f64) -> Blueprint {
    let mut s = scenario(SMALL_STATE);
    (s.horizon.tick, s.horizon.years) = (tick, years);
    let pools = 2 * NATIONS;
    let nodes = NODES / pools;
    let operators = OPERATORS / NATIONS;
    for id in (0..NATIONS as usize - common::ZONES.len()).map(|n| format!("N{n:03}")) {
        let nation = s.nations.entry(&id);
        (nation.gdp, nation.income_group) = (5e11, IncomeGroup::High);
        nation.residency_critical = Residency::Any;
        for (kind, name) in
            [(ProviderKind::DataCentre, "data_centre"), (ProviderKind::Network, "network")]
        {
            let provider = s.providers.entry(&format!("{id}-{name}"));
            (provider.kind, provider.home, provider.zones) = (kind, id.clone(), vec![id.clone()]);
            if kind == ProviderKind::Network {
                (provider.operator_dispersion, provider.leave_rate) = (1.0, 0.01);
                (provider.return_rate_offline, provider.price_rule) =
                    (0.5, PriceRule::UtilisationController);
            }
        }
    }
    let ids: Vec<String> = s.providers.iter().map(|(id, _)| id.to_owned()).collect();
    for id in ids {
        let provider = s.providers.entry(&id);
        provider.aggregate_nodes = Some(nodes);
        if provider.kind == ProviderKind::Network {
            provider.operators = operators;
        }
    }
    compile(&s)
}

fn compile(s: &Scenario) -> Blueprint {
    match Blueprint::new(s) {
        Ok(plan) => plan,
        Err(e) => unreachable!("a valid scenario: {e}"),
    }
}

/// How large a world is.
#[allow(dead_code, reason = "for the example")]
pub(crate) fn size(plan: &Blueprint) -> String {
    let groups: Vec<_> = (0..plan.groups()).map(autarky_market::id::GroupId::new).collect();
    let pairs = problem(plan, &groups).map_or(0, |compiled| compiled.pairs.len());
    let nodes: u64 = plan.initial.iter().map(|c| u64::from(c.nodes)).sum();
    format!(
        "{} nations, {} segments, {} pools, {} operators, {} cohorts, {nodes} nodes; {} queue groups and {pairs} feasible pairs in all",
        plan.nations.len(),
        plan.segments.len(),
        plan.pools.len(),
        plan.operators.len(),
        plan.initial.len(),
        plan.groups(),
    )
}

/// The small state whose network at home has twenty thousand operators that decide for themselves, paid in a token, checked, merging and voting.
#[allow(dead_code, reason = "for the example")]
pub(crate) fn twenty_thousand_operators(years: f64) -> Blueprint {
    let mut s = scenario(SMALL_STATE);
    s.horizon.years = years;
    // So large that every operator has nodes of its own.
    s.nations.entry("FOC").gdp = 1e13;
    inside(&mut s, OPERATORS);
    compile(&s)
}

/// The small state with everything on inside its network.
#[allow(dead_code, reason = "for the example")]
pub(crate) fn small_state_inside() -> Blueprint {
    let mut s = scenario(SMALL_STATE);
    inside(&mut s, SMALL_STATE.operators);
    compile(&s)
}

fn inside(s: &mut Scenario, operators: i64) {
    for (id, share) in [("miner", 0.6), ("lab", 0.4)] {
        let kind = s.operators.entry(id);
        (kind.candidates, kind.size, kind.merger_rate) = (operators as f64 / 20.0, 16.0, 0.05);
        (kind.dishonest, kind.rational, kind.at_hand) = (0.05, 0.2, 0.5);
        s.providers.entry("FOC-network").operator_mix.push((id.to_owned(), share));
    }
    let token = s.tokens.entry("token");
    (token.price, token.rate) = (Some(TokenPrice::Exogenous), 1e6);
    (token.required, token.slash) = (1000.0, 0.5);
    let network = s.providers.entry("FOC-network");
    (network.capacity_target, network.operators) = (CapacityTarget::Operators, operators);
    (network.token, network.owner_cap) = (Some("token".to_owned()), 0.3);
    (network.verification, network.audit_rate) = (Verification::SpotCheck, 1e-5);
    (network.dispute_rate, network.vote_exponent) = (0.5, 0.5);
}
