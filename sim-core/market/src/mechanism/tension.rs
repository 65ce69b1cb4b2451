//! Tension between blocs: a birth–death chain over the levels 0 to n (Karlin and McGregor 1957).
//!
//! At level k it rises at the rate `λ_k = escalation · escalation_step^k` (k < n) and falls at `μ_k = relaxation · relaxation_step^(k−1)` (k > 0).
//! In the long run it spends the share `π_k ∝ Π_{i<k} λ_i/μ_{i+1}` of the time at level k. It decides rates; clocks and levels are the handler's.

use autarky_engine::math;

use crate::entity::tension::TensionParameters;

/// Rate at which a tension at `level` rises, 1/year.
#[must_use]
pub fn rise(terms: &TensionParameters, level: u32) -> f64 {
    if i64::from(level) >= terms.levels {
        return 0.0;
    }
    terms.escalation * math::pow(terms.escalation_step, f64::from(level))
}

/// Rate at which a tension at `level` falls, 1/year.
#[must_use]
pub fn fall(terms: &TensionParameters, level: u32) -> f64 {
    match level.checked_sub(1) {
        Some(above) => terms.relaxation * math::pow(terms.relaxation_step, f64::from(above)),
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tension_stays_between_its_lowest_and_highest_level() {
        let terms = TensionParameters { levels: 2, ..TensionParameters::default() };
        assert_eq!((fall(&terms, 0), rise(&terms, 2)), (0.0, 0.0));
        assert!(rise(&terms, 1) > 0.0 && fall(&terms, 2) > 0.0);
    }

    #[test]
    fn steps_multiply_the_rates_level_by_level() {
        let terms = TensionParameters {
            levels: 3,
            escalation: 0.5,
            escalation_step: 2.0,
            relaxation: 0.8,
            relaxation_step: 0.5,
            ..TensionParameters::default()
        };
        for (k, (up, down)) in [(0.5, 0.8), (1.0, 0.4), (2.0, 0.2)].into_iter().enumerate() {
            assert!((rise(&terms, k as u32) - up).abs() < 1e-12);
            assert!((fall(&terms, k as u32 + 1) - down).abs() < 1e-12);
        }
    }
}
