//! Contradictions of the regions that clouds may open.

use super::problem;
use crate::entity::provider::CapacityTarget;
use crate::scenario::{Problem, Scenario};

pub(super) fn regions(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, provider) in scenario.providers.iter().filter(|(_, p)| p.region_entry) {
        let path = |name: &str| format!("provider.{id}.region.{name}");
        if provider.region_candidates.is_empty() {
            let message = format!("provider `{id}` may open regions, but has no candidate zone");
            let help = "write region.candidates = [\"EST\"]";
            out.push(problem(path("entry"), message, help));
        }
        if provider.capacity_target != CapacityTarget::OfferedLoad {
            let message = format!(
                "provider `{id}` may open regions, but its capacity does not follow its load"
            );
            let help = "write capacity_target = \"offered_load\", or region.entry = false";
            out.push(problem(path("entry"), message, help));
        }
        for (at, zone) in provider.region_candidates.iter().enumerate() {
            let twice = provider.region_candidates[..at].contains(zone);
            if twice || provider.zones.contains(zone) {
                let message =
                    format!("provider `{id}` has sites in `{zone}` already, or names it twice");
                let help = "name zones that are not among `zones`, each once";
                out.push(problem(path("candidates"), message, help));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_needs_a_zone_that_is_new_and_a_cloud_that_follows_its_load() {
        let found = |candidates: &[&str], target| {
            let mut s = Scenario::default();
            let cloud = s.providers.entry("c");
            (cloud.region_entry, cloud.capacity_target) = (true, target);
            cloud.zones = vec!["AAA".to_owned()];
            cloud.region_candidates = candidates.iter().map(|c| (*c).to_owned()).collect();
            let mut out = Vec::new();
            regions(&s, &mut out);
            out.into_iter().map(|p| p.path).collect::<Vec<_>>()
        };
        let load = CapacityTarget::OfferedLoad;
        assert!(found(&["BBB"], load).is_empty());
        assert_eq!(found(&[], load), ["provider.c.region.entry"]);
        assert_eq!(found(&["BBB"], CapacityTarget::Portfolio), ["provider.c.region.entry"]);
        assert_eq!(found(&["AAA"], load), ["provider.c.region.candidates"]);
        assert_eq!(found(&["BBB", "BBB"], load), ["provider.c.region.candidates"]);
    }
}
