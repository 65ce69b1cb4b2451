//! Contradictions of owners behind operators: who owns whom, and behind how much of a network they stand.

use std::collections::{BTreeMap, BTreeSet};

use super::{SHARE_TOLERANCE, problem, tidy};
use crate::entity::operator::OwnerParameters;
use crate::entity::provider::CapacityTarget;
use crate::scenario::{Problem, Scenario};

type Out<'a> = &'a mut Vec<Problem>;

pub(super) fn owners(scenario: &Scenario, out: Out<'_>) {
    circles(scenario, out);
    shares(scenario, out);
}

/// What runs but is probably not meant: owners that stand behind nobody.
pub(super) fn warnings(scenario: &Scenario, out: Out<'_>) {
    let parents = scenario.owners.iter().filter_map(|(_, o)| o.parent.as_deref());
    let parents: BTreeSet<&str> = parents.collect();
    for (id, owner) in scenario.owners.iter() {
        let is_behind = owner.share > 0.0 || owner.entrants > 0.0;
        if owner.networks.is_empty() && (is_behind || !parents.contains(id)) {
            let message = format!("owner `{id}` stands behind nobody: it names no network");
            let help = "write networks = [\"EST-network\"], or make it the parent of an owner";
            out.push(problem(format!("owner.{id}.networks"), message, help));
        }
        if !owner.networks.is_empty() && !is_behind {
            let message = format!("owner `{id}` stands behind nobody: share and entrants are 0");
            let help = "write a `share` or `entrants` above 0";
            out.push(problem(format!("owner.{id}.share"), message, help));
        }
        for (at, network) in owner.networks.iter().enumerate() {
            let provider = scenario.providers.get(network);
            if provider.is_some_and(|p| p.capacity_target != CapacityTarget::Operators) {
                let message = format!(
                    "owner `{id}` names provider `{network}`, whose operators decide nothing"
                );
                let help = format!("write provider.{network}.capacity_target = \"operators\"");
                out.push(problem(format!("owner.{id}.networks[{at}]"), message, help));
            }
        }
    }
}

/// Owners whose parents lead back to them. Each circle is reported once, at its first owner.
fn circles(scenario: &Scenario, out: Out<'_>) {
    let owners: Vec<_> = scenario.owners.iter().collect();
    let above = |o: &OwnerParameters| scenario.owners.position(o.parent.as_deref()?);
    let parents: Vec<Option<usize>> = owners.iter().map(|(_, owner)| above(owner)).collect();
    let mut seen: Vec<Option<usize>> = vec![None; owners.len()];
    for start in 0..owners.len() {
        let mut at = Some(start);
        while let Some(owner) = at.filter(|&owner| seen[owner].is_none()) {
            seen[owner] = Some(start);
            at = parents[owner];
        }
        // Whoever was seen on an earlier walk is in no new circle.
        let Some(known) = at.filter(|&owner| seen[owner] == Some(start)) else { continue };
        let mut circle: Vec<usize> =
            std::iter::successors(Some(known), |&o| parents[o].filter(|&next| next != known))
                .collect();
        let least = (0..circle.len()).min_by_key(|&at| circle[at]).unwrap_or_default();
        circle.rotate_left(least);
        let first = owners[circle[0]].0;
        let names: Vec<&str> = circle.iter().map(|&owner| owners[owner].0).collect();
        let message = format!(
            "the parents of owner `{first}` lead back to it: {} → {first}",
            names.join(" → ")
        );
        let help = "leave one `parent` out, so that somebody owns them in the end";
        out.push(problem(format!("owner.{first}.parent"), message, help));
    }
}

/// All owners of a network together stand behind its operators at most once.
fn shares(scenario: &Scenario, out: Out<'_>) {
    type Share = fn(&OwnerParameters) -> f64;
    let shares: [(&str, &str, Share); 2] = [
        ("share", "the operators at the start", |o| o.share),
        ("entrants", "the candidates", |o| o.entrants),
    ];
    for (name, whom, share) in shares {
        let mut sums: BTreeMap<&str, (f64, &str)> = BTreeMap::new();
        for (id, owner) in scenario.owners.iter().filter(|(_, o)| share(o) > 0.0) {
            for network in &owner.networks {
                let sum = sums.entry(network).or_default();
                *sum = (sum.0 + share(owner), id);
            }
        }
        for (network, (sum, last)) in sums {
            if sum > 1.0 + SHARE_TOLERANCE {
                let message = format!("owners of `{network}` stand behind {} of {whom}", tidy(sum));
                let help = "over all owners of a network these shares sum to at most one";
                out.push(problem(format!("owner.{last}.{name}"), message, help));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Break = fn(&mut Scenario);

    /// A network `n` of operators that decide, behind some of which `o` stands, and a data centre `d`.
    fn with(change: impl FnOnce(&mut Scenario)) -> Scenario {
        let mut s = Scenario::default();
        s.providers.entry("d");
        s.providers.entry("n").capacity_target = CapacityTarget::Operators;
        let o = behind(&mut s, "o");
        (o.share, o.entrants) = (0.6, 0.6);
        change(&mut s);
        s
    }

    fn behind<'s>(s: &'s mut Scenario, id: &str) -> &'s mut OwnerParameters {
        let owner = s.owners.entry(id);
        owner.networks = vec!["n".to_owned()];
        owner
    }

    fn found(change: impl FnOnce(&mut Scenario)) -> Vec<Problem> {
        let mut out = Vec::new();
        owners(&with(change), &mut out);
        out
    }

    fn paths(change: impl FnOnce(&mut Scenario)) -> Vec<String> {
        found(change).into_iter().map(|p| p.path).collect()
    }

    fn doubted(change: impl FnOnce(&mut Scenario)) -> Vec<String> {
        let mut out = Vec::new();
        warnings(&with(change), &mut out);
        out.into_iter().map(|p| p.path).collect()
    }

    fn parent(s: &mut Scenario, id: &str, parent: &str) {
        s.owners.entry(id).parent = Some(parent.to_owned());
    }

    #[test]
    fn each_contradiction_of_owners_is_named_at_its_parameter() {
        let cases: [(&str, Break); 4] = [
            ("owner.o.parent", |s| parent(s, "o", "o")),
            ("owner.a.parent", |s| {
                parent(s, "o", "a");
                parent(s, "a", "o");
            }),
            ("owner.p.share", |s| behind(s, "p").share = 0.5),
            ("owner.p.entrants", |s| {
                behind(s, "p").entrants = 0.5;
                behind(s, "z").share = 0.1;
            }),
        ];
        for (path, change) in cases {
            assert_eq!(paths(change), [path]);
        }
    }

    #[test]
    fn what_comes_close_to_a_contradiction_is_none() {
        let cases: [Break; 5] = [
            |_| (),
            |s| {
                let p = behind(s, "p");
                (p.share, p.entrants) = (0.4, 0.4);
            },
            |s| {
                let p = s.owners.entry("p");
                (p.networks, p.share) = (vec!["other".into()], 0.9);
            },
            // Two owned by one that is owned by another.
            |s| {
                parent(s, "o", "p");
                parent(s, "a", "p");
                parent(s, "p", "top");
                s.owners.entry("top");
            },
            // Unknown names are the reader's to report.
            |s| {
                parent(s, "o", "nobody");
                s.owners.entry("o").networks.push("nowhere".into());
            },
        ];
        for (at, change) in cases.into_iter().enumerate() {
            assert_eq!(paths(change), Vec::<String>::new(), "case {at}");
        }
    }

    #[test]
    fn owners_that_own_each_other_in_a_circle_are_named_once_with_the_circle() {
        // m → k → c → d → k, and two who own each other; b and x only lead there.
        let circles = |s: &mut Scenario| {
            for (id, of) in [("b", "d"), ("m", "k"), ("k", "c"), ("c", "d"), ("d", "k")] {
                parent(s, id, of);
            }
            for (id, of) in [("y", "z"), ("z", "y"), ("x", "z")] {
                parent(s, id, of);
            }
        };
        let found = found(circles);
        let said: Vec<&str> = found.iter().map(|p| p.message.as_str()).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert_eq!(
            (found[0].path.as_str(), said[0]),
            ("owner.c.parent", "the parents of owner `c` lead back to it: c → d → k → c")
        );
        assert_eq!(found[1].path, "owner.y.parent");
        assert!(said[1].ends_with("y → z → y"));
    }

    #[test]
    fn a_long_chain_of_owners_is_followed_in_one_walk() {
        let found = found(|s| {
            for i in 0..20_000 {
                parent(s, &format!("o{i:05}"), &format!("o{:05}", i + 1));
            }
            parent(s, "o20000", "o19999");
        });
        assert_eq!(found.len(), 1);
        assert!(found[0].message.ends_with("o19999 → o20000 → o19999"), "{}", found[0].message);
    }

    #[test]
    fn owners_that_stand_behind_nobody_are_a_warning() {
        let cases: [(&str, Break); 5] = [
            ("owner.idle.networks", |s| _ = s.owners.entry("idle")),
            ("owner.o.networks", |s| s.owners.entry("o").networks.clear()),
            ("owner.o.share", |s| {
                let o = s.owners.entry("o");
                (o.share, o.entrants) = (0.0, 0.0);
            }),
            ("owner.o.networks[1]", |s| s.owners.entry("o").networks.push("d".into())),
            // The parent of an owner, with shares of no network.
            ("owner.p.networks", |s| {
                parent(s, "o", "p");
                s.owners.entry("p").share = 0.1;
            }),
        ];
        for (path, change) in cases {
            assert_eq!(doubted(change), [path]);
        }
        let holding = |s: &mut Scenario| {
            parent(s, "o", "holding");
            s.owners.entry("holding");
        };
        assert_eq!(doubted(holding), Vec::<String>::new(), "a holding need not stand behind any");
        let entrants = |s: &mut Scenario| s.owners.entry("o").share = 0.0;
        assert_eq!(doubted(entrants), Vec::<String>::new(), "candidates are enough");
    }
}
