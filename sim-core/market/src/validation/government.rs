//! Contradictions of governments: what changes of policy set, who owns what, rates without money.

use super::{SHARE_TOLERANCE, problem, tidy};
use crate::blueprint::politics::change;
use crate::entity::event::{EventKind, EventParameters};
use crate::entity::nation::NationParameters;
use crate::entity::provider::{CapacityTarget, ProviderKind};
use crate::scenario::{Problem, Scenario};

type Out<'a> = &'a mut Vec<Problem>;

/// A change of policy sets something, and shares that leave room for the rest.
pub(super) fn policy_change(id: &str, event: &EventParameters, out: Out<'_>) {
    let change = change(event);
    if change.is_empty() {
        let message = format!("event `{id}` changes a policy and sets nothing");
        let help = "write set.tariff = 0.1, set.portfolio.network = 0.7 or another `set`";
        out.push(problem(format!("event.{id}.kind"), message, help));
    }
    let given: f64 = change.portfolio.iter().flatten().sum();
    if given > 1.0 + SHARE_TOLERANCE {
        let message =
            format!("event `{id}` sets shares of a portfolio that sum to {}", tidy(given));
        let help = "shares that are set sum to at most one; the others rescale";
        out.push(problem(format!("event.{id}.set.portfolio"), message, help));
    }
}

/// What belongs to a change of policy stands in no other event.
pub(super) fn only_policy_changes_set(id: &str, event: &EventParameters, out: Out<'_>) {
    if event.kind != EventKind::PolicyChange && !change(event).is_empty() {
        let kind = event.kind.as_str();
        let message = format!("event `{id}` is a `{kind}` and sets a policy");
        let help = "`set` belongs to kind = \"policy_change\"; give the change an event of its own";
        out.push(problem(format!("event.{id}.set"), message, help));
    }
}

/// A provider of the state decides for its nodes itself.
pub(super) fn owners(scenario: &Scenario, out: Out<'_>) {
    let public = scenario.providers.iter().filter(|(_, provider)| provider.public);
    for (id, _) in public.filter(|(_, p)| p.capacity_target == CapacityTarget::Operators) {
        let message =
            format!("provider `{id}` belongs to the state, and its operators own its hardware");
        let help = "set public = false, or another capacity_target";
        out.push(problem(format!("provider.{id}.public"), message, help));
    }
}

/// A commons belongs to its members.
pub(super) fn commons(scenario: &Scenario, out: Out<'_>) {
    let public = scenario.providers.iter().filter(|(_, provider)| provider.public);
    for (id, _) in public.filter(|(_, p)| p.kind == ProviderKind::Commons) {
        let message = format!("provider `{id}` is a commons, and belongs to its members");
        let help = "set public = false; members pay by contribution";
        out.push(problem(format!("provider.{id}.public"), message, help));
    }
}

/// Rates that an appropriation leaves without money.
pub(super) fn warnings(scenario: &Scenario, out: Out<'_>) {
    for (id, nation) in scenario.nations.iter().filter(|(_, n)| n.appropriation.is_some()) {
        for (rate, lever) in unfunded(nation) {
            let message = format!(
                "`nation.{id}.{rate}` is promised, but `policy.budget.{lever}` gives it no money"
            );
            let help = format!("give policy.budget.{lever} a share, or leave the rate at zero");
            out.push(problem(format!("nation.{id}.{rate}"), message, help));
        }
    }
}

fn unfunded(nation: &NationParameters) -> Vec<(&'static str, &'static str)> {
    let rates = [
        (nation.cloud_rebate, nation.budget_cloud, ("policy.cloud_rebate", "cloud")),
        (
            nation.capital_subsidy,
            nation.budget_node_subsidy,
            ("policy.node_subsidy.capital", "node_subsidy"),
        ),
        (
            nation.energy_subsidy,
            nation.budget_node_subsidy,
            ("policy.node_subsidy.energy", "node_subsidy"),
        ),
        (nation.tax_break, nation.budget_tax_break, ("policy.tax.break", "tax_break")),
    ];
    rates.into_iter().filter(|(rate, share, _)| *rate > 0.0 && *share <= 0.0).map(|r| r.2).collect()
}
