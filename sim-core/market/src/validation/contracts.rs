//! Contradictions of long-term contracts: who buys from whom, and exclusive contracts beside others.

use super::problem;
use crate::entity::contract::{ContractForm, ContractParameters};
use crate::entity::provider::CapacityTarget;
use crate::scenario::{Problem, Scenario};

type Out<'a> = &'a mut Vec<Problem>;

/// Contracts that begin outside of the time simulated.
pub(super) fn warnings(scenario: &Scenario, out: Out<'_>) {
    let days = scenario.horizon.years * 365.25;
    for (id, contract) in scenario.contracts.iter() {
        let begins = contract.at + contract.lead_time;
        if contract.at < 0.0 || begins > days {
            let message = format!(
                "contract `{id}` begins at day {begins}, outside of the {days} days simulated"
            );
            let help = "move `at` or lengthen horizon.years";
            out.push(problem(format!("contract.{id}.at"), message, help));
        }
    }
}

pub(super) fn contracts(scenario: &Scenario, out: Out<'_>) {
    for (id, contract) in scenario.contracts.iter() {
        parties(scenario, id, contract, out);
        if contract.form == ContractForm::Exclusive && contract.sellers.len() > 1 {
            let message =
                format!("contract `{id}` is exclusive and has {} sellers", contract.sellers.len());
            let help = "name one seller, or write form = \"diversified\"";
            out.push(problem(format!("contract.{id}.form"), message, help));
        }
        if contract.renewal && contract.lead_time > contract.term {
            let message = format!(
                "contract `{id}` is renewed, but its negotiations of {} days last longer than its term of {} days",
                contract.lead_time, contract.term
            );
            let help = "shorten the negotiations or lengthen `term`";
            out.push(problem(format!("contract.{id}.negotiation.lead_time"), message, help));
        }
    }
    exclusive(scenario, out);
}

fn parties(scenario: &Scenario, id: &str, contract: &ContractParameters, out: Out<'_>) {
    if contract.buyers.is_empty() {
        let help = "write buyers = [\"EST\"]";
        out.push(problem(
            format!("contract.{id}.buyers"),
            format!("contract `{id}` has no buyer"),
            help,
        ));
    }
    if contract.sellers.is_empty() {
        let message = format!("contract `{id}` has no seller");
        let help = "write sellers = { a_cloud = 1 }";
        out.push(problem(format!("contract.{id}.sellers"), message, help));
    }
    for (at, buyer) in contract.buyers.iter().enumerate() {
        if contract.buyers[..at].contains(buyer) {
            let message = format!("`{buyer}` buys twice in contract `{id}`");
            out.push(problem(format!("contract.{id}.buyers"), message, "name each buyer once"));
        }
        for (seller, _) in &contract.sellers {
            let Some(provider) = scenario.providers.get(seller) else { continue };
            if at == 0 && provider.capacity_target == CapacityTarget::Operators {
                let message = format!(
                    "provider `{seller}` cannot sell under contract `{id}`: its operators decide for themselves, and nobody answers for all of them"
                );
                let help = "name a provider with another `capacity_target`";
                out.push(problem(format!("contract.{id}.sellers"), message, help));
            }
            if at == 0 && !provider.members.is_empty() {
                let message = format!(
                    "provider `{seller}` cannot sell under contract `{id}`: its members have it by allotment"
                );
                let help = "name a provider without members";
                out.push(problem(format!("contract.{id}.sellers"), message, help));
                continue;
            }
            if !provider.exports && !provider.zones.contains(buyer) {
                let message = format!(
                    "provider `{seller}` cannot serve `{buyer}` under contract `{id}`: it has no site there and does not export"
                );
                let help = "name a provider with `exports = true`, or one with a site in the zone";
                out.push(problem(format!("contract.{id}.sellers"), message, help));
            }
        }
    }
}

/// An exclusive contract shuts other clouds out, so its buyers have no second contract at the same time.
fn exclusive(scenario: &Scenario, out: Out<'_>) {
    let all: Vec<_> = scenario.contracts.iter().collect();
    for (at, (id, contract)) in all.iter().enumerate() {
        let overlaps = |other: &ContractParameters| {
            let (own, theirs) = (in_force(contract), in_force(other));
            own.0 < theirs.1 && theirs.0 < own.1
        };
        for (o, (other_id, other)) in all.iter().enumerate().filter(|(o, _)| *o != at) {
            let both = contract.form == other.form;
            if contract.form != ContractForm::Exclusive || (both && o > at) || !overlaps(other) {
                continue;
            }
            if let Some(buyer) = contract.buyers.iter().find(|b| other.buyers.contains(b)) {
                let message = format!(
                    "`{buyer}` buys under the exclusive contract `{id}` and at the same time under `{other_id}`"
                );
                let help = format!(
                    "write form = \"diversified\", or end one before the other begins, or switch one off: contract.{other_id}.enabled = false"
                );
                out.push(problem(format!("contract.{id}.form"), message, help));
            }
        }
    }
}

/// First and last day of service; a renewed contract has no last.
fn in_force(contract: &ContractParameters) -> (f64, f64) {
    let begin = contract.at + contract.lead_time;
    (begin, if contract.renewal { f64::INFINITY } else { begin + contract.term })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Scenario)) -> Vec<String> {
        let mut s = Scenario::default();
        s.providers.entry("cloud").exports = true;
        for id in ["a", "b"] {
            let contract = s.contracts.entry(id);
            contract.buyers = vec!["AAA".to_owned()];
            contract.sellers = vec![("cloud".to_owned(), 1.0)];
        }
        change(&mut s);
        let mut out = Vec::new();
        contracts(&s, &mut out);
        out.into_iter().map(|p| p.path).collect()
    }

    #[test]
    fn an_exclusive_contract_beside_another_of_the_same_buyer_is_an_error_while_both_are_in_force()
    {
        let form = ContractForm::Exclusive;
        assert!(with(|_| ()).is_empty(), "two diversified ones stand side by side");
        assert_eq!(with(|s| s.contracts.entry("a").form = form), ["contract.a.form"]);
        let both = |s: &mut Scenario| {
            (s.contracts.entry("a").form, s.contracts.entry("b").form) = (form, form);
        };
        assert_eq!(with(both), ["contract.b.form"], "said once");
        let later = |s: &mut Scenario| {
            s.contracts.entry("a").form = form;
            s.contracts.entry("b").at = 1095.75;
        };
        assert!(with(later).is_empty(), "one after the other");
        let renewed = |s: &mut Scenario| {
            later(s);
            s.contracts.entry("a").renewal = true;
        };
        assert_eq!(with(renewed), ["contract.a.form"]);
        let others = |s: &mut Scenario| {
            s.contracts.entry("a").form = form;
            s.contracts.entry("b").buyers = vec!["BBB".to_owned()];
        };
        assert!(with(others).is_empty(), "another buyer");
    }

    #[test]
    fn each_contradiction_of_a_contract_is_named_at_its_parameter() {
        type Break = fn(&mut Scenario);
        let cases: [(&str, Break); 7] = [
            ("contract.a.buyers", |s| s.contracts.entry("a").buyers.clear()),
            ("contract.a.sellers", |s| s.contracts.entry("a").sellers.clear()),
            ("contract.a.buyers", |s| s.contracts.entry("a").buyers = vec!["C".into(), "C".into()]),
            ("contract.a.sellers", |s| {
                s.providers.entry("closed");
                s.contracts.entry("a").sellers = vec![("closed".into(), 1.0)];
            }),
            ("contract.a.sellers", |s| {
                s.contracts.remove("b");
                s.providers.entry("cloud").capacity_target = CapacityTarget::Operators;
            }),
            ("contract.a.form", |s| {
                s.contracts.remove("b");
                s.providers.entry("other").exports = true;
                let a = s.contracts.entry("a");
                a.form = ContractForm::Exclusive;
                a.sellers = vec![("cloud".into(), 0.5), ("other".into(), 0.5)];
            }),
            ("contract.a.negotiation.lead_time", |s| {
                let a = s.contracts.entry("a");
                (a.renewal, a.term, a.lead_time) = (true, 100.0, 101.0);
            }),
        ];
        for (path, change) in cases {
            assert_eq!(with(change), [path]);
        }
    }
}
