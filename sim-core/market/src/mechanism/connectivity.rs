//! Links to the outside and the distance to it.
//!
//! A nation with L links of failure rate λ each has L independent causes of rate (1−β)·λ, each of which takes one link, and one cause of
//! rate β·λ that takes them all (beta-factor model, Fleming 1975). Each cause is up for an exponential time of its rate and down for an
//! exponential time of mean τ, so it is up for a share `1/(1 + rate·τ)` of the time. Distance lowers the taste for what lies abroad by
//! `e^(−ψ·ℓ)`, with ℓ the round-trip time and ψ the sensitivity of the class: a logit choice with a cost linear in ℓ.

use autarky_engine::math;

use crate::entity::nation::NationParameters;

/// Rate a year of a cause of outages: of one link for a number below `links`, of all of them for the number itself.
#[must_use]
pub fn outage_rate(nation: &NationParameters, cause: u32) -> f64 {
    let common = i64::from(cause) == nation.links;
    let share = if common { nation.link_common_cause } else { 1.0 - nation.link_common_cause };
    nation.link_outage_rate * share
}

/// Factor on the taste for what lies at a round-trip time of `latency` ms.
#[must_use]
pub fn nearness(sensitivity: f64, latency: f64) -> f64 {
    math::exp(-sensitivity * latency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_causes_of_one_link_add_up_to_its_rate() {
        let nation =
            NationParameters { links: 4, link_outage_rate: 0.5, ..NationParameters::default() };
        for link in 0..4 {
            let sum = outage_rate(&nation, link) + outage_rate(&nation, 4);
            assert!((sum - 0.5).abs() < 1e-15, "{sum}");
        }
    }

    #[test]
    fn distance_only_repels_and_only_those_who_mind() {
        assert_eq!(nearness(0.0, 300.0).to_bits(), 1.0_f64.to_bits());
        assert_eq!(nearness(0.01, 0.0).to_bits(), 1.0_f64.to_bits());
        assert!(nearness(0.01, 100.0) < nearness(0.01, 50.0));
        assert!(nearness(0.02, 50.0) < nearness(0.01, 50.0));
    }
}
