//! How an operator grows: retained earnings, economies of scale, and the cap on a beneficial owner.
//!
//! Average avoidable cost falls with size as `(q/q₀)^{1/ρ − 1}`, ρ the returns to scale (Christensen and Greene 1976): with ρ = 1 cost does not depend on size, and
//! growth out of retained earnings is proportional to size (Gibrat 1931). An owner may hold at most the share κ of a network: it grows by at most
//! `(κ·T − o)/(1 − κ)`, o what it holds of the total T, both before.

use autarky_engine::math;

/// Bound of the factor on cost: a network of one node is no hundred times as dear, a giant runs on more than nothing.
const BOUND: f64 = 4.0;

/// Factor on average avoidable cost of an operator of `size` H100e, one at `reference`, within a quarter and four.
#[must_use]
pub fn scale_factor(size: f64, reference: f64, returns_to_scale: f64) -> f64 {
    let exponent = 1.0 / returns_to_scale - 1.0;
    if size <= 0.0 || reference <= 0.0 || exponent.abs() < 1e-12 {
        return 1.0;
    }
    math::exp(exponent * math::ln(size / reference)).clamp(1.0 / BOUND, BOUND)
}

/// Money to invest: the share `reinvested` of what cash exceeds the reserve and what is on order already.
#[must_use]
pub fn retained(cash: f64, reserve: f64, committed: f64, reinvested: f64) -> f64 {
    let free = cash - reserve - committed;
    if free > 0.0 { free * reinvested } else { 0.0 }
}

/// Largest growth that keeps an owner of `held` of a `total` within the share `cap`, H100e.
#[must_use]
pub fn room(held: f64, total: f64, cap: f64) -> f64 {
    // The first to come holds all of a network, whatever the cap.
    if cap >= 1.0 || total <= 0.0 {
        return f64::INFINITY;
    }
    let room = (cap * total - held) / (1.0 - cap);
    if room > 0.0 { room } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn with_constant_returns_size_does_not_matter_and_with_increasing_ones_it_saves() {
        assert!((scale_factor(1e4, 10.0, 1.0) - 1.0).abs() < 1e-12);
        let at = |size| scale_factor(size, 100.0, 1.25);
        assert!(at(200.0) < at(100.0) && (at(100.0) - 1.0).abs() < 1e-12);
        assert!((at(200.0) - math::pow(2.0, -0.2)).abs() < 1e-12);
        assert!(scale_factor(200.0, 100.0, 0.8) > 1.0, "decreasing returns cost");
        assert!((at(1e12) - 0.25).abs() < 1e-12, "bounded");
    }

    #[test]
    fn the_reserve_and_what_is_on_order_are_spent_by_nobody() {
        assert!((retained(100.0, 30.0, 20.0, 0.5) - 25.0).abs() < 1e-12);
        assert!(retained(100.0, 90.0, 20.0, 0.5).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn an_owner_that_uses_all_its_room_holds_exactly_the_cap(
            total in 1.0..1e6_f64, share in 0.0..1.0_f64, cap in 0.01..0.99_f64,
        ) {
            let held = share * total;
            let growth = room(held, total, cap);
            let after = (held + growth) / (total + growth);
            if share <= cap {
                prop_assert!((after - cap).abs() < 1e-9, "{after} {cap}");
            } else {
                prop_assert!(growth.abs() < 1e-12);
            }
        }
    }
}
