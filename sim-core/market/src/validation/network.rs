//! Contradictions inside networks whose operators decide: types of operators, payment, verification and votes.

use std::collections::BTreeSet;

use super::{SHARE_TOLERANCE, problem, tidy};
use crate::entity::provider::{
    CapacityTarget, Payment, ProviderParameters, Scheduling, Verification,
};
use crate::scenario::{Problem, Scenario};

/// Days between two settlements.
const MONTH: f64 = 365.25 / 12.0;

type Out<'a> = &'a mut Vec<Problem>;

pub(super) fn networks(scenario: &Scenario, out: Out<'_>) {
    for (id, provider) in scenario.providers.iter() {
        decides(id, (provider, scenario.horizon.tick), out);
        rules(id, provider, out);
    }
    operators(scenario, out);
}

/// What runs but is probably not meant.
pub(super) fn warnings(scenario: &Scenario, out: Out<'_>) {
    unused(scenario, out);
    for (id, provider) in scenario.providers.iter() {
        idle_rules(scenario, id, provider, out);
        cheats(scenario, id, provider, out);
    }
}

/// What belongs to networks whose operators decide, and to them only.
fn decides(id: &str, (provider, tick): (&ProviderParameters, f64), out: Out<'_>) {
    let path = |name: &str| format!("provider.{id}.{name}");
    let target = provider.capacity_target;
    if target == CapacityTarget::Operators {
        if provider.operator_mix.is_empty() {
            let message = format!("the operators of `{id}` decide, but it names no types of them");
            let help = "write operator_mix = { a_type = 1 }, with an [operator.a_type]";
            out.push(problem(path("capacity_target"), message, help));
        }
        if provider.round < tick {
            let message = format!(
                "a round of `{id}` of {} days is shorter than a tick of {tick} days, in which its work is known",
                provider.round
            );
            out.push(problem(path("round"), message, "lengthen the round or shorten the tick"));
        }
        if provider.round > MONTH {
            let message = format!(
                "a round of `{id}` of {} days is longer than a month, after which its operators are paid for their work",
                provider.round
            );
            out.push(problem(path("round"), message, format!("at most {MONTH} days")));
        }
        return;
    }
    let help = "write capacity_target = \"operators\", or leave it out";
    if !provider.operator_mix.is_empty() {
        let message = format!(
            "provider `{id}` has types of operators, but they decide nothing under the capacity target `{}`",
            target.as_str()
        );
        out.push(problem(path("operator_mix"), message, help));
    }
    if let Some(token) = &provider.token {
        let message = format!(
            "provider `{id}` pays in token `{token}`, but has no operators to pay under the capacity target `{}`",
            target.as_str()
        );
        out.push(problem(path("token"), message, help));
    }
}

fn rules(id: &str, provider: &ProviderParameters, out: Out<'_>) {
    let path = |name: &str| format!("provider.{id}.{name}");
    if provider.payment != Payment::Currency && provider.token.is_none() {
        let message = format!("buyers of `{id}` pay in tokens, but it has no token");
        let help = "name a [token.*] as `token`, or write payment.rail = \"currency\"";
        out.push(problem(path("payment.rail"), message, help));
    }
    let copies = provider.copies;
    if provider.verification == Verification::Redundancy && copies % 2 == 0 {
        let message = format!("{copies} copies of a job may split evenly, without a majority");
        let help = format!("an odd number, such as {}", copies + 1);
        out.push(problem(path("verification.copies"), message, help));
    }
    if provider.take_rate > provider.take_most {
        let message = format!(
            "the take of `{id}` begins at {}, above governance.take_most = {}",
            provider.take_rate, provider.take_most
        );
        let help = format!("at most {}, or raise governance.take_most", provider.take_most);
        out.push(problem(path("governance.take_rate"), message, help));
    }
}

fn operators(scenario: &Scenario, out: Out<'_>) {
    for (id, kind) in scenario.operators.iter() {
        if kind.at_hand <= 0.0 && !kind.orders {
            let message = format!(
                "operators of type `{id}` have no hardware: none have it at hand, and none order it"
            );
            let help = "write hardware.orders = true, or a hardware.at_hand above 0";
            out.push(problem(format!("operator.{id}.hardware.orders"), message, help));
        }
        let sum = kind.dishonest + kind.rational;
        if sum > 1.0 + SHARE_TOLERANCE {
            let message =
                format!("dishonest and rational operators of type `{id}` are {} of all", tidy(sum));
            let help = format!("at most {}, or lower `dishonest`", tidy(1.0 - kind.dishonest));
            out.push(problem(format!("operator.{id}.rational"), message, help));
        }
    }
}

/// Entries that no other names.
fn unused(scenario: &Scenario, out: Out<'_>) {
    let mixes = scenario.providers.iter().flat_map(|(_, p)| &p.operator_mix);
    let hosts = scenario.operators.iter().flat_map(|(_, o)| &o.hosts);
    let tokens = scenario.providers.iter().filter_map(|(_, p)| p.token.as_deref());
    let named: [(&str, BTreeSet<&str>, &str); 3] = [
        (
            "operator",
            mixes.map(|(id, _)| id.as_str()).collect(),
            "name it in a provider's `operator_mix`",
        ),
        (
            "host",
            hosts.map(|(id, _)| id.as_str()).collect(),
            "name it in an operator type's `hosts`",
        ),
        ("token", tokens.collect(), "name it as a provider's `token`"),
    ];
    for (root, names, help) in named {
        for id in scenario.identifiers(root).into_iter().filter(|id| !names.contains(id)) {
            let message = format!("nothing names {root} `{id}`: it has no effect");
            out.push(problem(format!("{root}.{id}"), message, help));
        }
    }
}

/// Rules inside a network that cannot come to bear.
fn idle_rules(scenario: &Scenario, id: &str, provider: &ProviderParameters, out: Out<'_>) {
    if provider.fork_probability > 0.0 && provider.dispute_rate <= 0.0 {
        let message = format!("`{id}` never forks: a fork ends a dispute, and there are none");
        let help = "write a governance.dispute.rate above 0";
        out.push(problem(format!("provider.{id}.governance.dispute.fork"), message, help));
    }
    let token = provider.token.as_deref().and_then(|token| scenario.tokens.get(token));
    if provider.scheduling == Scheduling::StakeWeighted && token.is_none_or(|t| t.required <= 0.0) {
        let message = format!(
            "the work of `{id}` goes by stake, but its operators bind none: it is spread by capacity"
        );
        let help =
            "name a `token` with a stake.required above 0, or write scheduling = \"proportional\"";
        out.push(problem(format!("provider.{id}.scheduling"), message, help));
    }
}

/// Types of operators that cheat, in a network that never finds a cheater out.
fn cheats(scenario: &Scenario, id: &str, provider: &ProviderParameters, out: Out<'_>) {
    let finds_nobody = match provider.verification {
        Verification::None => true,
        Verification::Redundancy => provider.copies < 3,
        Verification::SpotCheck => provider.audit_rate * provider.audit_accuracy <= 0.0,
        Verification::Proof => provider.soundness <= 0.0,
        // It keeps them from cheating instead.
        Verification::Enclave => false,
    };
    for (kind, _) in &provider.operator_mix {
        let Some(terms) = scenario.operators.get(kind).filter(|_| finds_nobody) else { continue };
        let is_challenged = terms.fake > 0.0 && provider.challenges > 0.0;
        if terms.dishonest > 0.0 && (terms.cheat_share > 0.0 || terms.fake > 0.0) && !is_challenged
        {
            let message = format!(
                "{} % of the operators of type `{kind}` cheat in `{id}`, and verification `{}` never finds them out",
                tidy(100.0 * terms.dishonest),
                provider.verification.as_str()
            );
            let help = "write verification.method = \"spot_check\", or dishonest = 0 for the type";
            out.push(problem(format!("provider.{id}.verification.method"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Break = fn(&mut Scenario);

    /// A network `n` of operators that decide, all `miner`s hosted by `h` and paid in `tok`, and a data centre `d`.
    fn with(change: impl FnOnce(&mut Scenario)) -> Scenario {
        let mut s = Scenario::default();
        s.providers.entry("d");
        let network = s.providers.entry("n");
        network.capacity_target = CapacityTarget::Operators;
        network.operator_mix = vec![("miner".to_owned(), 1.0)];
        network.token = Some("tok".to_owned());
        s.operators.entry("miner").hosts = vec![("h".to_owned(), 1.0)];
        s.hosts.entry("h");
        s.tokens.entry("tok");
        change(&mut s);
        s
    }

    fn found(change: impl FnOnce(&mut Scenario)) -> Vec<Problem> {
        let mut out = Vec::new();
        networks(&with(change), &mut out);
        out
    }

    fn doubted(change: impl FnOnce(&mut Scenario)) -> Vec<String> {
        let mut out = Vec::new();
        warnings(&with(change), &mut out);
        out.into_iter().map(|p| p.path).collect()
    }

    fn paths(change: impl FnOnce(&mut Scenario)) -> Vec<String> {
        found(change).into_iter().map(|p| p.path).collect()
    }

    /// The network with some operators that cheat, under a method.
    fn cheated(s: &mut Scenario, method: Verification) -> &mut ProviderParameters {
        s.operators.entry("miner").dishonest = 0.1;
        let network = s.providers.entry("n");
        network.verification = method;
        network
    }

    #[test]
    fn each_contradiction_of_a_network_is_named_at_its_parameter() {
        let cases: [(&str, Break); 11] = [
            ("provider.n.round", |s| s.horizon.tick = 8.0),
            ("provider.n.round", |s| s.providers.entry("n").round = 31.0),
            ("provider.n.capacity_target", |s| s.providers.entry("n").operator_mix.clear()),
            ("provider.d.operator_mix", |s| {
                s.providers.entry("d").operator_mix = vec![("miner".into(), 1.0)];
            }),
            ("provider.d.token", |s| s.providers.entry("d").token = Some("tok".into())),
            ("provider.n.payment.rail", |s| {
                let n = s.providers.entry("n");
                (n.token, n.payment) = (None, Payment::Token);
            }),
            ("provider.d.payment.rail", |s| s.providers.entry("d").payment = Payment::Either),
            ("provider.n.verification.copies", |s| {
                let n = s.providers.entry("n");
                (n.verification, n.copies) = (Verification::Redundancy, 4);
            }),
            ("provider.n.governance.take_rate", |s| {
                let n = s.providers.entry("n");
                (n.take_rate, n.take_most) = (0.3, 0.2);
            }),
            ("operator.miner.hardware.orders", |s| s.operators.entry("miner").orders = false),
            ("operator.miner.rational", |s| {
                let miner = s.operators.entry("miner");
                (miner.dishonest, miner.rational) = (0.4, 0.7);
            }),
        ];
        assert_eq!(paths(|_| ()), Vec::<String>::new());
        for (path, change) in cases {
            assert_eq!(paths(change), [path]);
        }
    }

    #[test]
    fn what_comes_close_to_a_contradiction_is_none() {
        let cases: [Break; 5] = [
            |s| s.providers.entry("n").copies = 4,
            |s| _ = cheated(s, Verification::Redundancy),
            |s| {
                let n = s.providers.entry("n");
                (n.take_rate, n.take_most) = (0.2, 0.2);
            },
            |s| {
                let miner = s.operators.entry("miner");
                (miner.orders, miner.at_hand) = (false, 0.01);
            },
            |s| {
                let miner = s.operators.entry("miner");
                (miner.dishonest, miner.rational) = (0.9, 0.1);
            },
        ];
        for (at, change) in cases.into_iter().enumerate() {
            assert_eq!(paths(change), Vec::<String>::new(), "case {at}");
        }
    }

    #[test]
    fn what_has_no_effect_in_a_network_is_a_warning_at_its_parameter() {
        let cases: [(&str, Break); 11] = [
            ("operator.idle", |s| _ = s.operators.entry("idle")),
            ("host.idle", |s| _ = s.hosts.entry("idle")),
            ("token.idle", |s| _ = s.tokens.entry("idle")),
            ("provider.n.governance.dispute.fork", |s| {
                s.providers.entry("n").fork_probability = 0.1;
            }),
            ("provider.n.scheduling", |s| {
                s.providers.entry("n").scheduling = Scheduling::StakeWeighted;
            }),
            ("provider.d.scheduling", |s| {
                s.tokens.entry("tok").required = 1.0;
                s.providers.entry("d").scheduling = Scheduling::StakeWeighted;
            }),
            ("provider.n.verification.method", |s| _ = cheated(s, Verification::None)),
            ("provider.n.verification.method", |s| {
                cheated(s, Verification::SpotCheck).audit_accuracy = 0.0;
            }),
            ("provider.n.verification.method", |s| cheated(s, Verification::Redundancy).copies = 1),
            ("provider.n.verification.method", |s| cheated(s, Verification::Proof).soundness = 0.0),
            ("provider.n.verification.method", |s| {
                cheated(s, Verification::None);
                let miner = s.operators.entry("miner");
                (miner.cheat_share, miner.fake) = (0.0, 0.5);
            }),
        ];
        assert_eq!(doubted(|_| ()), Vec::<String>::new());
        for (path, change) in cases {
            assert_eq!(doubted(change), [path]);
        }
    }

    #[test]
    fn what_has_an_effect_in_a_network_is_no_warning() {
        let cases: [Break; 7] = [
            |s| {
                let n = s.providers.entry("n");
                (n.fork_probability, n.dispute_rate) = (0.1, 1.0);
            },
            |s| {
                s.tokens.entry("tok").required = 1.0;
                s.providers.entry("n").scheduling = Scheduling::StakeWeighted;
            },
            |s| s.operators.entry("miner").rational = 0.1,
            |s| {
                let miner = s.operators.entry("miner");
                (miner.dishonest, miner.cheat_share) = (0.1, 0.0);
            },
            |s| _ = cheated(s, Verification::SpotCheck),
            |s| _ = cheated(s, Verification::Enclave),
            |s| {
                let miner = s.operators.entry("miner");
                (miner.dishonest, miner.fake) = (0.1, 0.5);
                s.providers.entry("n").challenges = 1.0;
            },
        ];
        for (at, change) in cases.into_iter().enumerate() {
            assert_eq!(doubted(change), Vec::<String>::new(), "case {at}");
        }
    }
}
