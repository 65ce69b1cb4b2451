//! How contracts are served before the spot market: how much work comes at a contract's price, and how a seller that is short shares out.
//!
//! A contract's price is one posted price without a wait, so demand of a segment at it is the clearing's own curve at one offer:
//! `x = D_ref·(P/P_ref)^(−η)·min(1, (choke − P)/(δ·choke))`. A seller short of capacity serves priorities in order, and within one priority
//! every contract the same share of its size.

use super::clearing::DemandCurve;

/// Demand of a segment whose only offer has this price, H100e; `price` in the units of the curve.
#[must_use]
pub fn demand_at(curve: &DemandCurve, reference: f64, price: f64) -> f64 {
    if price >= curve.choke_price {
        return 0.0;
    }
    let floor = 1e-9 * curve.choke_price;
    let price = if price < floor { floor } else { price };
    let response = autarky_engine::math::pow(price / curve.reference_price, -curve.elasticity);
    let taper = (curve.choke_price - price) / (curve.taper * curve.choke_price);
    reference * response * if taper < 1.0 { taper } else { 1.0 }
}

/// The share of its size that every contract of one priority can count on, of what a seller has left.
#[must_use]
pub fn served_share(sizes: f64, left: f64) -> f64 {
    if sizes <= left { 1.0 } else { (left / sizes).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: DemandCurve = DemandCurve {
        reference_price: 1.0,
        choke_price: 8.0,
        elasticity: 0.7,
        substitution: 4.0,
        taper: 0.2,
    };

    #[test]
    fn demand_is_the_reference_at_the_reference_price_and_nothing_from_choke_on() {
        assert!((demand_at(&CURVE, 50.0, 1.0) - 50.0).abs() < 1e-12);
        assert!(demand_at(&CURVE, 50.0, 8.0).abs() < 1e-12);
        assert!(demand_at(&CURVE, 50.0, 0.0).is_finite());
        assert!(demand_at(&CURVE, 50.0, 7.9) < 0.1 * demand_at(&CURVE, 50.0, 6.3));
    }

    #[test]
    fn demand_falls_with_the_price_everywhere() {
        let at = |i: i32| demand_at(&CURVE, 50.0, 0.1 * f64::from(i));
        assert!((1..79).all(|i| at(i + 1) < at(i)));
    }

    #[test]
    fn a_seller_that_is_short_serves_all_the_same_share() {
        assert!((served_share(80.0, 100.0) - 1.0).abs() < 1e-12);
        assert!((served_share(80.0, 20.0) - 0.25).abs() < 1e-12);
        assert!(served_share(80.0, 0.0).abs() < 1e-12);
        assert!((served_share(0.0, 0.0) - 1.0).abs() < 1e-12);
    }
}
