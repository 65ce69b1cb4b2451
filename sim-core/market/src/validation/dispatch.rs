//! Providers that share a dispatcher: what one of them sold runs on the nodes of all, so the same access must hold for all.

use super::problem;
use crate::scenario::{Problem, Scenario};

/// Providers that name one dispatcher and have a zone in common must be under one law and sell to the same buyers.
pub(super) fn dispatchers(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (at, (id, provider)) in scenario.providers.iter().enumerate() {
        let fellow = scenario.providers.iter().take(at).find(|(_, other)| {
            !provider.dispatcher.is_empty()
                && other.dispatcher == provider.dispatcher
                && other.zones.iter().any(|zone| provider.zones.contains(zone))
                && (other.home != provider.home || other.exports != provider.exports)
        });
        let Some((other, _)) = fellow else { continue };
        let message = format!(
            "`{id}` and `{other}` share the dispatcher `{}` and differ in `home` or `exports`: whom one may not serve would be served by its nodes through the other",
            provider.dispatcher
        );
        let help = "give both the same `home` and `exports`, or another dispatcher";
        out.push(problem(format!("provider.{id}.dispatcher"), message, help));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{problems, tests::whole};

    #[test]
    fn a_dispatcher_has_one_law_and_one_market() {
        let mut s = whole();
        let twin = s.providers.entry("p").clone();
        *s.providers.entry("q") = twin;
        for id in ["p", "q"] {
            s.providers.entry(id).dispatcher = "grid".to_owned();
        }
        assert!(problems(&s).is_empty());
        s.providers.entry("q").exports = true;
        let found: Vec<_> = problems(&s).into_iter().map(|p| p.path).collect();
        assert_eq!(found, ["provider.q.dispatcher"]);
    }
}
