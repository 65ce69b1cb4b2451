//! Contradictions of alliances and commons: who is a member of what, allotments and contributions, and changes of membership.

use super::{problem, tidy};
use crate::entity::event::{Change, EventKind, EventParameters};
use crate::entity::nation::{NationParameters, Residency};
use crate::entity::provider::{Allotment, CapacityTarget, ProviderKind, ProviderParameters};
use crate::scenario::{Problem, Scenario};

type Out<'a> = &'a mut Vec<Problem>;

/// Tolerance of sums of shares.
const ROUNDING: f64 = 1e-9;

pub(super) fn clubs(scenario: &Scenario, out: Out<'_>) {
    alliances(scenario, out);
    for (id, provider) in scenario.providers.iter() {
        if provider.members.is_empty() {
            memberless(id, provider, out);
        } else {
            commons(id, provider, out);
            allotments(scenario, (id, provider), out);
        }
    }
    one_commons_each(scenario, out);
    for (id, nation) in scenario.nations.iter() {
        if nation.compliance_with.iter().any(|(other, _)| other == id) {
            let path = format!("nation.{id}.policy.compliance_with");
            let message = format!("`{id}` would pay for complying with its own rules");
            out.push(problem(path, message, "name other nations"));
        }
    }
}

/// What changes nothing.
pub(super) fn warnings(scenario: &Scenario, out: Out<'_>) {
    for (id, alliance) in scenario.alliances.iter() {
        if alliance.transfer_limit > 0.0 && alliance.interoperability <= 0.0 {
            let message = format!(
                "alliance `{id}` offers {} of each member's capacity, and the others can use none of it",
                alliance.transfer_limit
            );
            let path = format!("alliance.{id}.interoperability");
            out.push(problem(path, message, "raise it, or set transfer_limit = 0"));
        }
    }
    for (id, nation) in scenario.nations.iter() {
        let Some(field) = allied(nation) else { continue };
        let recognised = scenario.alliances.iter().any(|(name, alliance)| {
            alliance.recognition && members(scenario, name, &alliance.members).any(|m| m == id)
        });
        let owns = scenario
            .providers
            .iter()
            .any(|(name, p)| p.recognition && members(scenario, name, &p.members).any(|m| m == id));
        if !recognised && !owns {
            let message =
                format!("`{id}` admits allies that recognise its rules, and none ever does");
            let help = "write recognition = true in an alliance of which it is a member, or another residency";
            out.push(problem(format!("nation.{id}.policy.residency.{field}"), message, help));
        }
    }
}

/// The first sensitivity whose residency is `alliance`.
fn allied(nation: &NationParameters) -> Option<&'static str> {
    let rules = [
        ("open", nation.residency_open),
        ("regulated", nation.residency_regulated),
        ("critical", nation.residency_critical),
    ];
    rules.into_iter().find(|(_, rule)| *rule == Residency::Alliance).map(|(field, _)| field)
}

/// Members at the start and those whom an event makes members.
fn members<'a>(
    scenario: &'a Scenario,
    id: &'a str,
    first: &'a [String],
) -> impl Iterator<Item = &'a str> {
    let joins = scenario.events.iter().filter(move |(_, event)| {
        event.kind == EventKind::AllianceChange
            && event.change == Change::Join
            && named(event).any(|club| club == id)
    });
    let later = joins.flat_map(|(_, event)| event.to.iter());
    first.iter().chain(later).map(String::as_str)
}

/// Alliance and commons that an event is about.
fn named(event: &EventParameters) -> impl Iterator<Item = &str> {
    event.alliance.iter().chain(&event.providers).map(String::as_str)
}

fn alliances(scenario: &Scenario, out: Out<'_>) {
    for (at, (id, alliance)) in scenario.alliances.iter().enumerate() {
        let all: std::collections::BTreeSet<&str> =
            members(scenario, id, &alliance.members).collect();
        if all.len() < 2 {
            let path = format!("alliance.{id}.members");
            let message = format!("alliance `{id}` has {} members", all.len());
            out.push(problem(path, message, "name at least two nations"));
        }
        if alliance.transfer_limit <= 0.0 {
            continue;
        }
        for (other, earlier) in scenario.alliances.iter().take(at) {
            let twice = members(scenario, other, &earlier.members).find(|m| all.contains(m));
            if let Some(nation) = twice.filter(|_| earlier.transfer_limit > 0.0) {
                let message = format!(
                    "`{nation}` offers its capacity to two alliances, `{other}` and `{id}`"
                );
                let help = "a nation offers to one alliance; set transfer_limit = 0 in the other";
                out.push(problem(format!("alliance.{id}.members"), message, help));
            }
        }
    }
}

fn memberless(id: &str, provider: &ProviderParameters, out: Out<'_>) {
    if provider.kind == ProviderKind::Commons {
        let message = format!("commons `{id}` has no member");
        let help = "write commons.members = [\"EST\", \"LVA\"]";
        out.push(problem(format!("provider.{id}.commons.members"), message, help));
    }
    for (field, given) in [
        ("allotments", !provider.allotments.is_empty()),
        ("contributions", !provider.contributions.is_empty()),
    ] {
        if given && provider.kind != ProviderKind::Commons {
            let message = format!("provider `{id}` has {field}, but no member");
            let help = "write commons.members, or leave them out";
            out.push(problem(format!("provider.{id}.commons.{field}"), message, help));
        }
    }
}

/// A commons serves its members at desks of its own.
fn commons(id: &str, provider: &ProviderParameters, out: Out<'_>) {
    if provider.exports {
        let message = format!("provider `{id}` has members and sells to everybody");
        let help = "write exports = false: a commons serves its members";
        out.push(problem(format!("provider.{id}.exports"), message, help));
    }
    if !provider.dispatcher.is_empty() {
        let message = format!("provider `{id}` has members, for whom it keeps queues of its own");
        out.push(problem(format!("provider.{id}.dispatcher"), message, "leave `dispatcher` out"));
    }
    if provider.capacity_target == CapacityTarget::Operators {
        let message = format!("provider `{id}` has members, who decide on its capacity");
        let help = "write capacity_target = \"portfolio\" or \"offered_load\"";
        out.push(problem(format!("provider.{id}.capacity_target"), message, help));
    }
}

fn allotments(scenario: &Scenario, (id, provider): (&str, &ProviderParameters), out: Out<'_>) {
    let path = |field: &str| format!("provider.{id}.commons.{field}");
    let is_member = |nation: &str| members(scenario, id, &provider.members).any(|m| m == nation);
    for (field, shares) in
        [("allotments", &provider.allotments), ("contributions", &provider.contributions)]
    {
        for (nation, share) in shares.iter().filter(|(nation, _)| !is_member(nation)) {
            let message = format!("`{nation}` has {share} of `{id}` and is no member of it");
            let help = format!("members: {}", provider.members.join(", "));
            out.push(problem(path(field), message, help));
        }
    }
    for (nation, share) in provider.allotments.iter().filter(|(_, share)| *share > 1.0) {
        let message = format!("the allotment of `{nation}` is {share} of all there is");
        out.push(problem(path("allotments"), message, "allotments lie from 0 to 1"));
    }
    let sum: f64 = provider.allotments.iter().map(|(_, share)| share).sum();
    if sum > 1.0 + ROUNDING {
        let message = format!("the allotments of `{id}` sum to {}", tidy(sum));
        out.push(problem(path("allotments"), message, "allotments sum to one at most"));
    }
    let given = provider.allotment == Allotment::Given;
    if given && sum <= 0.0 {
        let message = format!("the allotments of `{id}` are to be given, and there are none");
        let help = "write commons.allotments = { EST = 0.5, LVA = 0.5 }, or another rule";
        out.push(problem(path("allotments"), message, help));
    } else if !given && !provider.allotments.is_empty() {
        let rule = provider.allotment.as_str();
        let message = format!("`{id}` has allotments, but divides itself by the rule `{rule}`");
        let help = "write commons.allotment = \"given\", or leave the allotments out";
        out.push(problem(path("allotments"), message, help));
    }
}

/// The portfolio of a nation has one share for commons.
fn one_commons_each(scenario: &Scenario, out: Out<'_>) {
    let all: Vec<_> = scenario.providers.iter().filter(|(_, p)| !p.members.is_empty()).collect();
    for (at, (id, provider)) in all.iter().enumerate() {
        for (other, earlier) in &all[..at] {
            let mut both = members(scenario, id, &provider.members);
            let twice = both.find(|m| members(scenario, other, &earlier.members).any(|n| n == *m));
            if let Some(nation) = twice {
                let message =
                    format!("`{nation}` has allotments of two commons, `{other}` and `{id}`");
                let help =
                    "a nation is a member of one commons: its portfolio has one share for it";
                out.push(problem(format!("provider.{id}.commons.members"), message, help));
            }
        }
    }
}

/// An event by which states join or leave.
pub(super) fn change(scenario: &Scenario, id: &str, event: &EventParameters, out: Out<'_>) {
    if named(event).next().is_none() {
        let message = format!("event `{id}` changes no alliance");
        let help = "write alliance = \"an alliance\", or providers = [\"a commons\"]";
        out.push(problem(format!("event.{id}.alliance"), message, help));
    }
    for (field, given) in
        [("controller", event.controller.is_some()), ("vendors", !event.vendors.is_empty())]
    {
        if given {
            let message =
                format!("event `{id}` names {field}, but it is states that join or leave");
            out.push(problem(
                format!("event.{id}.{field}"),
                message,
                format!("leave `{field}` out"),
            ));
        }
    }
    for name in &event.providers {
        let members = scenario.providers.get(name).map(|p| p.members.as_slice());
        if members.is_some_and(<[String]>::is_empty) {
            let message = format!("event `{id}`: provider `{name}` has no members");
            out.push(problem(format!("event.{id}.providers"), message, "name a commons"));
        }
    }
    if event.change == Change::Leave {
        leavers(scenario, id, event, out);
    }
}

fn leavers(scenario: &Scenario, id: &str, event: &EventParameters, out: Out<'_>) {
    for club in named(event) {
        let first = scenario.alliances.get(club).map(|a| a.members.as_slice());
        let first = first.or_else(|| scenario.providers.get(club).map(|p| p.members.as_slice()));
        let Some(first) = first.filter(|first| !first.is_empty()) else { continue };
        let is_member = |nation: &&String| members(scenario, club, first).any(|m| m == **nation);
        for nation in event.to.iter().filter(|nation| !is_member(nation)) {
            let message =
                format!("event `{id}`: `{nation}` leaves `{club}` and is no member of it");
            let help = format!("members: {}", first.join(", "));
            out.push(problem(format!("event.{id}.to.nations"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{problems, tests::whole};
    use super::*;

    /// `AAA` and `BBB` are allies, and own the commons `c`.
    fn sound() -> Scenario {
        let mut s = whole();
        s.nations.entry("BBB");
        s.nations.entry("CCC");
        let both = vec!["AAA".to_owned(), "BBB".to_owned()];
        let alliance = s.alliances.entry("pact");
        (alliance.members, alliance.transfer_limit) = (both.clone(), 0.5);
        let commons = s.providers.entry("c");
        (commons.kind, commons.members) = (ProviderKind::Commons, both);
        commons.zones = vec!["AAA".to_owned()];
        s
    }

    fn given(s: &mut Scenario, shares: &[(&str, f64)]) {
        let commons = s.providers.entry("c");
        commons.allotment = Allotment::Given;
        commons.allotments = shares.iter().map(|(n, x)| ((*n).to_owned(), *x)).collect();
    }

    fn leaves<'a>(s: &'a mut Scenario, who: &str) -> &'a mut EventParameters {
        let event = s.events.entry("e");
        (event.kind, event.at) = (EventKind::AllianceChange, Some(30.0));
        (event.alliance, event.to) = (Some("pact".to_owned()), vec![who.to_owned()]);
        s.events.entry("e")
    }

    #[test]
    fn a_sound_alliance_and_a_sound_commons_have_no_problem() {
        let mut s = sound();
        assert_eq!(problems(&s), []);
        leaves(&mut s, "BBB");
        given(&mut s, &[("AAA", 0.5), ("BBB", 0.25)]);
        assert_eq!(problems(&s), []);
    }

    #[test]
    fn each_contradiction_of_a_club_is_named_at_its_parameter() {
        type Break = fn(&mut Scenario);
        let cases: &[(&str, Break)] = &[
            ("alliance.pact.members", |s| s.alliances.entry("pact").members.truncate(1)),
            ("alliance.twin.members", |s| {
                let twin = s.alliances.get("pact").cloned();
                *s.alliances.entry("twin") = twin.unwrap_or_default();
            }),
            ("provider.c.commons.members", |s| s.providers.entry("c").members.clear()),
            ("provider.d.commons.members", |s| {
                let twin = s.providers.get("c").cloned();
                *s.providers.entry("d") = twin.unwrap_or_default();
            }),
            ("provider.c.exports", |s| s.providers.entry("c").exports = true),
            ("provider.c.dispatcher", |s| s.providers.entry("c").dispatcher = "grid".to_owned()),
            ("provider.c.commons.allotments", |s| given(s, &[("AAA", 0.7), ("BBB", 0.4)])),
            ("provider.c.commons.allotments", |s| given(s, &[("CCC", 0.2), ("BBB", 0.4)])),
            ("provider.c.commons.allotments", |s| given(s, &[])),
            ("provider.c.commons.allotments", |s| {
                given(s, &[("AAA", 0.5)]);
                s.providers.entry("c").allotment = Allotment::Equal;
            }),
            ("provider.c.commons.contributions", |s| {
                s.providers.entry("c").contributions = vec![("CCC".to_owned(), 1.0)];
            }),
            ("nation.AAA.policy.compliance_with", |s| {
                s.nations.entry("AAA").compliance_with = vec![("AAA".to_owned(), 0.1)];
            }),
            ("event.e.to.nations", |s| leaves(s, "CCC").level = 1),
            ("event.e.alliance", |s| leaves(s, "BBB").alliance = None),
            ("event.e.providers", |s| leaves(s, "BBB").providers = vec!["p".to_owned()]),
            ("event.e.vendors", |s| leaves(s, "BBB").vendors = vec!["v".to_owned()]),
        ];
        for (path, change) in cases {
            let mut s = sound();
            change(&mut s);
            let found: Vec<String> = problems(&s).into_iter().map(|p| p.path).collect();
            assert_eq!(found, [*path], "{path}");
        }
    }

    #[test]
    fn an_allotment_above_one_names_the_nation_and_the_figure() {
        let mut s = sound();
        given(&mut s, &[("AAA", 1.5)]);
        let found = problems(&s);
        assert!(found[0].message.contains("`AAA` is 1.5"), "{found:?}");
        assert!(found[1].message.contains("sum to 1.5"), "{found:?}");
    }

    #[test]
    fn residency_among_allies_without_recognition_is_a_warning() {
        let mut s = sound();
        s.nations.entry("AAA").residency_critical = Residency::Alliance;
        let paths = |s: &Scenario| -> Vec<String> {
            let mut out = Vec::new();
            warnings(s, &mut out);
            out.into_iter().map(|p| p.path).collect()
        };
        assert_eq!(paths(&s), ["nation.AAA.policy.residency.critical"]);
        s.alliances.entry("pact").recognition = true;
        assert_eq!(paths(&s), Vec::<String>::new());
    }
}
