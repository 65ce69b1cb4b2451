//! Contradictions of projects, of the room in facilities, and of stockpiles.

use super::problem;
use crate::entity::project::{ProjectKind, ProjectParameters};
use crate::entity::provider::CapacityTarget;
use crate::scenario::{Problem, Scenario};

pub(super) fn projects(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, project) in scenario.projects.iter() {
        if project.milestones.is_empty() {
            let message = format!("project `{id}` has no stages, so that it never ends");
            let help = "write milestones = [\"…\"] with entries of [milestone], in sequence";
            out.push(problem(format!("project.{id}.milestones"), message, help));
        }
        match project.kind {
            ProjectKind::ChipFab => fab(scenario, (id, project), out),
            ProjectKind::DataCentre => data_centre(scenario, (id, project), out),
            ProjectKind::CloudRegion => region(scenario, (id, project), out),
        }
    }
    for (id, provider) in scenario.providers.iter() {
        if provider.facility.is_some() && provider.capacity_target == CapacityTarget::Operators {
            let message = format!(
                "the operators of `{id}` house their nodes themselves, but it has a limit of room"
            );
            let help = "leave `facility` unset for networks whose operators decide";
            out.push(problem(format!("provider.{id}.facility"), message, help));
        }
    }
}

/// What a kind needs, and what it has no use for.
fn parties(
    (id, project): (&str, &ProjectParameters),
    (needed, size): (&str, &str),
    out: &mut Vec<Problem>,
) {
    let path = |name: &str| format!("project.{id}.{name}");
    let kind = project.kind.as_str();
    let (here, other, spare) = if needed == "vendor" {
        (project.vendor.is_some(), project.provider.is_some(), "provider")
    } else {
        (project.provider.is_some(), project.vendor.is_some(), "vendor")
    };
    if !here {
        let message = format!("project `{id}` is a `{kind}` and names no {needed}");
        out.push(problem(path(needed), message, format!("name the {needed} that it serves")));
    }
    if other {
        let message = format!("project `{id}` is a `{kind}` and serves no {spare}");
        out.push(problem(path(spare), message, format!("leave `{spare}` unset")));
    }
    let given = if size == "output" { project.output } else { project.power };
    let needs = project.kind != ProjectKind::CloudRegion || given.is_some();
    if needs && given.is_none_or(|given| given <= 0.0) {
        let message = format!("project `{id}` builds nothing: its `{size}` is zero or unset");
        out.push(problem(path(size), message, format!("write a `{size}` above zero")));
    }
}

fn fab(scenario: &Scenario, one: (&str, &ProjectParameters), out: &mut Vec<Problem>) {
    let (id, project) = one;
    parties(one, ("vendor", "output"), out);
    let vendor = project.vendor.as_deref().and_then(|v| scenario.vendors.get(v).map(|t| (v, t)));
    if let Some((vendor, terms)) = vendor.filter(|(_, terms)| terms.home != project.nation) {
        let message = format!(
            "project `{id}` builds a fab in `{}` for vendor `{vendor}` of `{}`",
            project.nation, terms.home
        );
        let help = "name a vendor whose `home` is the project's nation";
        out.push(problem(format!("project.{id}.vendor"), message, help));
    }
}

fn data_centre(scenario: &Scenario, one: (&str, &ProjectParameters), out: &mut Vec<Problem>) {
    let (id, project) = one;
    parties(one, ("provider", "power"), out);
    let named = project.provider.as_deref();
    let Some((named, terms)) = named.and_then(|p| scenario.providers.get(p).map(|t| (p, t))) else {
        return;
    };
    let path = format!("project.{id}.provider");
    if !terms.zones.contains(&project.nation) {
        let message = format!(
            "project `{id}` builds in `{}`, where provider `{named}` has no sites",
            project.nation
        );
        out.push(problem(path, message, "name one of the provider's `zones` as the nation"));
    } else if terms.capacity_target == CapacityTarget::Operators {
        let message = format!("the operators of `{named}` house their nodes themselves");
        out.push(problem(path, message, "name a provider that runs its nodes itself"));
    }
}

fn region(scenario: &Scenario, one: (&str, &ProjectParameters), out: &mut Vec<Problem>) {
    let (id, project) = one;
    parties(one, ("provider", "power"), out);
    let named = project.provider.as_deref();
    let Some((named, terms)) = named.and_then(|p| scenario.providers.get(p).map(|t| (p, t))) else {
        return;
    };
    let path = || format!("project.{id}.provider");
    if !terms.region_entry || !terms.region_candidates.contains(&project.nation) {
        let message = format!(
            "project `{id}` builds a region in `{}`, which `{named}` may not open",
            project.nation
        );
        let help = "set the provider's region.entry and name the nation in region.candidates";
        out.push(problem(path(), message, help));
    }
    let same = |(other, p): &(&str, &ProjectParameters)| {
        *other < id
            && p.kind == ProjectKind::CloudRegion
            && p.provider == project.provider
            && p.nation == project.nation
    };
    if let Some((other, _)) = scenario.projects.iter().find(same) {
        let message = format!("projects `{other}` and `{id}` build the same region");
        out.push(problem(path(), message, "one project a region; rooms of data centres add up"));
    }
}

/// Projects and stockpiles that the state never pays, and fabs beside an output that is there already.
pub(super) fn warnings(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, project) in scenario.projects.iter() {
        let usual = if project.kind == ProjectKind::CloudRegion { 0.0 } else { 1.0 };
        let fab = project.kind == ProjectKind::ChipFab;
        let lever = if fab { "chip_project" } else { "data_centre" };
        let unpaid = scenario.nations.get(&project.nation).is_some_and(|n| {
            let share = if fab { n.budget_chip_project } else { n.budget_data_centre };
            n.appropriation.is_some_and(|money| money * share <= 0.0)
        });
        if unpaid && project.state_share.unwrap_or(usual) > 0.0 {
            let message = format!(
                "project `{id}` stands still: the appropriation of `{}` has nothing for it",
                project.nation
            );
            let help = format!("give policy.budget.{lever} a share, or set state_share = 0");
            out.push(problem(format!("project.{id}.state_share"), message, help));
        }
        let vendor = project.vendor.as_deref().filter(|_| fab);
        let makes = |v: &str| scenario.vendors.get(v).map(|v| v.output).filter(|o| *o > 0.0);
        if let Some((vendor, output)) = vendor.and_then(|v| makes(v).map(|output| (v, output))) {
            let message =
                format!("vendor `{vendor}` makes {output} H100e a year before fab `{id}` is done");
            let help = "write output = 0 for a vendor that makes nothing without its fab";
            out.push(problem(format!("vendor.{vendor}.output"), message, help));
        }
    }
    for (id, nation) in scenario.nations.iter().filter(|(_, n)| n.stockpile_parts > 0.0) {
        if nation.appropriation.is_some_and(|money| money * nation.budget_stockpile <= 0.0) {
            let message =
                format!("the stockpile of `{id}` stays empty: nothing is appropriated for it");
            let help = "give policy.budget.stockpile a share";
            out.push(problem(format!("nation.{id}.policy.stockpile.parts"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sound project of each kind: `d`, `f` and `r`.
    fn sound() -> Scenario {
        let mut s = Scenario::default();
        for nation in ["AAA", "BBB"] {
            s.nations.entry(nation);
        }
        s.milestones.entry("m");
        let provider = s.providers.entry("p");
        (provider.zones, provider.region_entry) = (vec!["AAA".to_owned()], true);
        provider.region_candidates = vec!["BBB".to_owned()];
        let vendor = s.vendors.entry("v");
        (vendor.home, vendor.output) = ("AAA".to_owned(), 0.0);
        for (id, kind) in [
            ("d", ProjectKind::DataCentre),
            ("f", ProjectKind::ChipFab),
            ("r", ProjectKind::CloudRegion),
        ] {
            let project = s.projects.entry(id);
            (project.kind, project.milestones) = (kind, vec!["m".to_owned()]);
            project.nation = if id == "r" { "BBB" } else { "AAA" }.to_owned();
            if id == "f" {
                (project.vendor, project.output) = (Some("v".to_owned()), Some(1e4));
            } else {
                (project.provider, project.power) = (Some("p".to_owned()), Some(1.0));
            }
        }
        s
    }

    type Break = fn(&mut Scenario);

    fn paths(check: fn(&Scenario, &mut Vec<Problem>), change: Break) -> Vec<String> {
        let (mut s, mut out) = (sound(), Vec::new());
        change(&mut s);
        check(&s, &mut out);
        out.into_iter().map(|p| p.path).collect()
    }

    #[test]
    fn sound_projects_are_accepted_and_each_contradiction_is_named_at_its_parameter() {
        assert!(paths(projects, |_| ()).is_empty() && paths(warnings, |_| ()).is_empty());
        let cases: &[(&str, Break)] = &[
            ("project.d.milestones", |s| s.projects.entry("d").milestones.clear()),
            ("project.d.provider", |s| s.projects.entry("d").provider = None),
            ("project.d.provider", |s| s.projects.entry("d").nation = "BBB".to_owned()),
            ("project.d.provider", |s| {
                s.projects.entry("r").provider = Some("q".to_owned());
                s.providers.entry("p").capacity_target = CapacityTarget::Operators;
            }),
            ("project.d.vendor", |s| s.projects.entry("d").vendor = Some("v".to_owned())),
            ("project.d.power", |s| s.projects.entry("d").power = None),
            ("project.d.power", |s| s.projects.entry("d").power = Some(0.0)),
            ("project.f.vendor", |s| s.projects.entry("f").vendor = None),
            ("project.f.vendor", |s| s.vendors.entry("v").home = "BBB".to_owned()),
            ("project.f.provider", |s| s.projects.entry("f").provider = Some("p".to_owned())),
            ("project.f.output", |s| s.projects.entry("f").output = Some(0.0)),
            ("project.r.provider", |s| s.providers.entry("p").region_entry = false),
            ("project.r.provider", |s| s.projects.entry("r").nation = "AAA".to_owned()),
            ("project.r.power", |s| s.projects.entry("r").power = Some(0.0)),
            ("project.s.provider", |s| {
                let region = s.projects.get("r").cloned().unwrap_or_default();
                *s.projects.entry("s") = region;
            }),
            ("provider.q.facility", |s| {
                let network = s.providers.entry("q");
                (network.facility, network.capacity_target) =
                    (Some(1.0), CapacityTarget::Operators);
            }),
        ];
        for (path, change) in cases {
            assert_eq!(paths(projects, *change), [*path]);
        }
        assert!(paths(projects, |s| s.projects.entry("r").power = None).is_empty());
    }

    #[test]
    fn two_data_centres_of_one_provider_add_up_and_are_no_contradiction() {
        let twice = |s: &mut Scenario| {
            let first = s.projects.get("d").cloned().unwrap_or_default();
            *s.projects.entry("e") = first;
        };
        assert!(paths(projects, twice).is_empty());
    }

    #[test]
    fn what_the_state_never_pays_and_a_fab_beside_an_output_are_warned_of() {
        let cases: &[(&str, Break)] = &[
            ("project.f.state_share", |s| s.nations.entry("AAA").appropriation = Some(1e9)),
            ("vendor.v.output", |s| s.vendors.entry("v").output = 1e6),
            ("nation.BBB.policy.stockpile.parts", |s| {
                let nation = s.nations.entry("BBB");
                (nation.stockpile_parts, nation.appropriation) = (0.1, Some(1e9));
                nation.budget_stockpile = 0.0;
            }),
        ];
        for (path, change) in cases {
            assert_eq!(paths(warnings, *change), [*path]);
        }
    }
}
