//! Price rules that run but are probably not meant.

use super::problem;
use crate::entity::provider::PriceRule;
use crate::scenario::{Problem, Scenario};

/// Gain κ·Δt·λ·u* from which the plain form of the controller oscillates without end.
const UNSTABLE: f64 = 2.0;

pub(super) fn warnings(scenario: &Scenario, out: &mut Vec<Problem>) {
    let responses = scenario.workloads.iter().map(|(_, w)| w.substitution.max(w.elasticity));
    let response = responses.fold(0.0, f64::max);
    for (id, provider) in scenario.providers.iter() {
        let per_speed = scenario.horizon.tick * response * provider.target_utilisation;
        let gain = provider.controller_speed * per_speed;
        if provider.price_rule == PriceRule::Eip1559 && gain >= UNSTABLE {
            let message = format!(
                "the price of `{id}` must oscillate: κ·Δt·max(θ, η)·u* = {gain:.3} is not below {UNSTABLE}"
            );
            let help = format!(
                "a speed below {:.4} a day, a shorter tick, or price_rule = \"utilisation_controller\", which is exact at any speed",
                UNSTABLE / per_speed
            );
            out.push(problem(format!("provider.{id}.controller_speed"), message, help));
        }
        if provider.administered_price.is_some() && provider.price_rule != PriceRule::Administered {
            let message = format!(
                "the administered price of `{id}` has no effect under the rule `{}`",
                provider.price_rule.as_str()
            );
            let help = "price_rule = \"administered\", or leave the price out";
            out.push(problem(format!("provider.{id}.administered_price"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(change: impl FnOnce(&mut Scenario)) -> Vec<String> {
        let mut scenario = Scenario::default();
        (scenario.workloads.entry("inference").substitution, scenario.horizon.tick) = (4.0, 7.0);
        let provider = scenario.providers.entry("p");
        (provider.target_utilisation, provider.price_rule) = (0.75, PriceRule::Eip1559);
        change(&mut scenario);
        let mut out = Vec::new();
        warnings(&scenario, &mut out);
        out.into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn a_plain_controller_that_must_oscillate_is_a_warning_and_an_exact_one_never() {
        let place = ["provider.p.controller_speed"];
        assert_eq!(places(|s| s.providers.entry("p").controller_speed = 0.1), place);
        assert!(places(|s| s.providers.entry("p").controller_speed = 0.09).is_empty());
        assert!(
            places(|s| {
                let p = s.providers.entry("p");
                (p.controller_speed, p.price_rule) = (9.0, PriceRule::UtilisationController);
            })
            .is_empty()
        );
    }

    #[test]
    fn an_administered_price_under_another_rule_is_a_warning() {
        let place = ["provider.p.administered_price"];
        assert_eq!(places(|s| s.providers.entry("p").administered_price = Some(1.0)), place);
        assert!(
            places(|s| {
                let p = s.providers.entry("p");
                (p.administered_price, p.price_rule) = (Some(1.0), PriceRule::Administered);
            })
            .is_empty()
        );
    }
}
