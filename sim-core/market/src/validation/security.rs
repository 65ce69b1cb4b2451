//! Contradictions in security: vectors whose effects need what they do not have, and controls that nothing can feel.

use super::problem;
use crate::entity::provider::{CapacityTarget, ProviderParameters, Verification};
use crate::entity::security::{Group, VectorParameters};
use crate::scenario::{Problem, Scenario};

/// Effects without time, and rates that follow what their vector does not strike.
pub(super) fn security(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, vector) in scenario.vectors.iter() {
        if vector.group == Group::Vendor && vector.surface > 0.0 {
            let message = format!(
                "vector `{id}` strikes all nodes of a vendor at once, so its rate cannot grow with the operators of a pool (surface = {})",
                vector.surface
            );
            let help = "set surface = 0, or another group";
            out.push(problem(format!("vector.{id}.surface"), message, help));
        }
        if vector.group == Group::Vendor && vector.unpatched > 0.0 {
            let message = format!(
                "vector `{id}` strikes a vendor and not a pool, so its rate cannot follow the updates that a pool lacks (unpatched = {})",
                vector.unpatched
            );
            let help = "set unpatched = 0, or another group";
            out.push(problem(format!("vector.{id}.unpatched"), message, help));
        }
        for (name, share) in [("exposure", vector.exposure), ("corruption", vector.corruption)] {
            if share > 0.0 && vector.dwell <= 0.0 {
                let message = format!(
                    "incidents of `{id}` are found at once (dwell = 0), so no work can be hit meanwhile ({name} = {share})"
                );
                let help = "write dwell = \"180 days\", or leave the effect out";
                out.push(problem(format!("vector.{id}.{name}"), message, help));
            }
        }
    }
}

/// What runs but is probably not meant.
pub(super) fn warnings(scenario: &Scenario, out: &mut Vec<Problem>) {
    let live = |v: &VectorParameters| v.rate * scenario.security.rates > 0.0;
    let idle = |v: &VectorParameters| {
        v.downtime + v.exposure + v.corruption + v.trust <= 0.0 || v.share <= 0.0
    };
    for (id, _) in scenario.vectors.iter().filter(|(_, v)| live(v) && idle(v)) {
        let message = format!("incidents of vector `{id}` are counted and have no effect");
        let help = "give it downtime, exposure, corruption or trust, and a share of the nodes";
        out.push(problem(format!("vector.{id}"), message, help));
    }
    for (id, provider) in scenario.providers.iter() {
        if provider.enclave > 0.0 && provider.verification == Verification::Enclave {
            let message = format!(
                "work of provider `{id}` pays for enclaves twice: {} of it in security.enclave, all of it in verification",
                provider.enclave
            );
            let help = "leave one out; the one in verification keeps operators from cheating only";
            out.push(problem(format!("provider.{id}.security.enclave"), message, help));
        }
    }
    cheats(scenario, out);
    states(scenario, out);
}

/// Trust that cheating operators would cost networks whose operators do not decide.
fn cheats(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, provider) in scenario.providers.iter() {
        let decide = provider.capacity_target == CapacityTarget::Operators;
        for (name, loss) in
            [("bad_trust", provider.bad_trust), ("cheat_trust", provider.cheat_trust)]
        {
            if loss > 0.0 && !decide {
                let message = format!(
                    "provider `{id}` would lose trust by cheating operators ({name} = {loss}), but its operators do not decide"
                );
                let help = "set capacity_target = \"operators\", or leave it out";
                out.push(problem(format!("provider.{id}.security.{name}"), message, help));
            }
        }
    }
}

/// States that pay for what nobody does.
fn states(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, nation) in scenario.nations.iter().filter(|(_, n)| n.security_paid > 0.0) {
        let demanded = nation.demanded_enclave + nation.demanded_audits + nation.demanded_red_team;
        let priced = |p: &ProviderParameters| {
            let level = |own: f64, demanded: f64| if own > demanded { own } else { demanded };
            level(p.enclave, nation.demanded_enclave) * p.enclave_cost
                + level(p.audits, nation.demanded_audits) * p.audits_cost
                + level(p.red_team, nation.demanded_red_team) * p.red_team_cost
        };
        let own = |p: &ProviderParameters| p.home == id && p.zones.iter().any(|zone| zone == id);
        if !scenario.providers.iter().any(|(_, p)| own(p) && priced(p) > 0.0) {
            let message = format!(
                "`{id}` pays {} of the controls of its providers, and none has any that costs money (demanded levels sum to {demanded})",
                nation.security_paid
            );
            let help = "demand levels in policy.security, or set them at the providers";
            out.push(problem(format!("nation.{id}.policy.security.paid"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::whole;
    use super::super::{problems, warnings};
    use crate::entity::provider::{CapacityTarget, Verification};
    use crate::entity::security::Group;
    use crate::scenario::Scenario;

    fn breached() -> Scenario {
        let mut s = whole();
        let vector = s.vectors.entry("breach");
        (vector.rate, vector.dwell, vector.downtime) = (0.1, 100.0, 2.0);
        (vector.exposure, vector.corruption) = (0.5, 0.1);
        s
    }

    #[test]
    fn contradictions_of_vectors_are_named_at_their_parameter() {
        type Break = fn(&mut Scenario);
        let cases: [(&[&str], Break); 4] = [
            (&[], |_| {}),
            (&["vector.breach.exposure", "vector.breach.corruption"], |s| {
                s.vectors.entry("breach").dwell = 0.0;
            }),
            (&["vector.breach.surface"], |s| {
                let vector = s.vectors.entry("breach");
                (vector.group, vector.surface) = (Group::Vendor, 1.0);
            }),
            (&["vector.breach.unpatched"], |s| {
                let vector = s.vectors.entry("breach");
                (vector.group, vector.unpatched) = (Group::Vendor, 1.0);
            }),
        ];
        for (expected, change) in cases {
            let mut s = breached();
            change(&mut s);
            let found: Vec<_> = problems(&s).into_iter().map(|p| p.path).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_no_incident_and_no_control_can_feel_is_a_warning() {
        type Break = fn(&mut Scenario);
        let cases: [(&[&str], Break); 6] = [
            (&[], |_| {}),
            (&["vector.breach"], |s| s.vectors.entry("breach").share = 0.0),
            (&["provider.p.security.enclave"], |s| {
                let p = s.providers.entry("p");
                (p.enclave, p.verification) = (0.5, Verification::Enclave);
                p.capacity_target = CapacityTarget::Operators;
            }),
            (&["provider.p.security.bad_trust"], |s| s.providers.entry("p").bad_trust = 1.0),
            (&["nation.AAA.policy.security.paid"], |s| {
                s.nations.entry("AAA").security_paid = 0.5;
                s.providers.entry("p").home = "AAA".to_owned();
            }),
            (&[], |s| {
                let nation = s.nations.entry("AAA");
                (nation.security_paid, nation.demanded_audits) = (0.5, 1.0);
                s.providers.entry("p").home = "AAA".to_owned();
            }),
        ];
        for (expected, change) in cases {
            let mut s = breached();
            change(&mut s);
            let found = warnings(&s).into_iter().map(|p| p.path);
            let found: Vec<_> =
                found.filter(|p| p.contains("security") || p.starts_with("vector")).collect();
            assert_eq!(found, expected);
        }
    }
}
