//! What remote services and firmware are worth: compute without them erodes, and catches up when they come back.
//!
//! The effective share f of compute follows `df/dt = −ε·f` while services are cut and `df/dt = ρ·(1 − f)` while they flow, with
//! ε = `service_erosion` and ρ = `service_recovery`, both 1/year. The solution is exact at any step. It raises no price; what missing updates do to
//! security is in [`security`](super::security).

use autarky_engine::math;

/// Shares this close to one are one: what is left to catch up is noise.
const WHOLE: f64 = 1.0 - 1e-9;

/// Rates of one vendor, 1/year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// ε.
    pub erosion: f64,
    /// ρ.
    pub recovery: f64,
}

/// Effective share of compute `years` after it was `from`.
#[must_use]
pub fn effective_share(from: f64, cut: bool, rates: Rates, years: f64) -> f64 {
    if cut {
        return from * math::exp(-rates.erosion * years);
    }
    if from >= WHOLE {
        return 1.0;
    }
    let share = 1.0 - (1.0 - from) * math::exp(-rates.recovery * years);
    if share >= WHOLE { 1.0 } else { share }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Rates = Rates { erosion: 0.2, recovery: 12.0 };

    #[test]
    fn two_half_steps_are_one_step_and_a_cut_of_no_time_costs_nothing() {
        for cut in [true, false] {
            let half = effective_share(effective_share(0.7, cut, RATES, 0.5), cut, RATES, 0.5);
            assert!((half - effective_share(0.7, cut, RATES, 1.0)).abs() < 1e-12);
        }
        assert!((effective_share(0.7, true, RATES, 0.0) - 0.7).abs() < 1e-15);
    }

    #[test]
    fn compute_erodes_at_the_rate_stated_and_catches_up_wholly() {
        let cut = effective_share(1.0, true, RATES, 1.0);
        assert!((cut - 0.818_730_753_077_981_9).abs() < 1e-12, "e^-0.2, was {cut}");
        assert!((effective_share(cut, false, RATES, 10.0) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn without_erosion_a_cut_changes_nothing() {
        let none = Rates { erosion: 0.0, ..RATES };
        assert!((effective_share(1.0, true, none, 50.0) - 1.0).abs() < f64::EPSILON);
    }
}
