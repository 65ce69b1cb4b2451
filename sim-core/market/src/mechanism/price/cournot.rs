//! Cournot competition among few: a seller that chooses its quantity and sees its share.
//!
//! First-order condition (Cournot 1838): `(p − c)/p = 1/ε`, ε the elasticity of demand that the seller perceives. In nested CES a seller with the
//! share s of its buyers' spending perceives `1/ε = (1 − s)/θ + s/η` (Atkeson and Burstein 2008), so that the mark-up `ε/(ε − 1)` runs from
//! `θ/(θ − 1)` of a small seller to the monopolist's `η/(η − 1)`, which with η ≤ 1 only a cap bounds.

/// Price at which marginal revenue meets the cost c for a perceived inverse elasticity 1/ε, at most `cap`.
#[must_use]
pub fn marked_up(cost: f64, inverse_elasticity: f64, cap: f64) -> f64 {
    let margin = 1.0 - inverse_elasticity;
    let price = if margin > 0.0 { cost / margin } else { cap };
    if price < cap { price } else { cap }
}

/// 1/ε that a seller with a share s of its buyers' spending perceives in nested CES with (η, θ).
#[must_use]
pub fn perceived(share: f64, (elasticity, substitution): (f64, f64)) -> f64 {
    (1.0 - share) / substitution + share / elasticity
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P = 100 − Q, c = 10: each of n equal sellers perceives `1/ε = (Q/P)/n`. In theory P = (100 + 10n)/(n + 1): 40 for two.
    #[test]
    fn sellers_of_linear_demand_reach_the_textbook_price() {
        for n in [1.0, 2.0, 3.0, 10.0, 1000.0] {
            let mut price: f64 = 50.0;
            for _ in 0..2000 {
                let next = marked_up(10.0, (100.0 - price) / price / n, 100.0);
                price += 0.1 * (next - price);
            }
            let theory = (100.0 + 10.0 * n) / (n + 1.0);
            assert!((price - theory).abs() < 1e-6, "{n}: {price} {theory}");
        }
    }

    #[test]
    fn the_mark_up_grows_with_the_share_from_that_of_a_small_seller_to_the_cap() {
        let price = |share| marked_up(1.0, perceived(share, (0.8, 4.0)), 5.0);
        assert!((price(0.0) - 4.0 / 3.0).abs() < 1e-12);
        assert!(price(0.2) < price(0.3) && price(0.1) < price(0.2));
        assert!((price(1.0) - 5.0).abs() < 1e-12, "a monopolist of inelastic demand");
        let elastic = marked_up(1.0, perceived(1.0, (2.0, 4.0)), 5.0);
        assert!((elastic - 2.0).abs() < 1e-12, "η/(η − 1)");
    }

    #[test]
    fn perfect_substitutes_of_many_sell_at_cost() {
        assert!((marked_up(1.0, perceived(0.0, (0.8, 1e9)), 5.0) - 1.0).abs() < 1e-8);
    }
}
