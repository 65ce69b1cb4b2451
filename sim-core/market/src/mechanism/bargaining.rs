//! Terms of a long-term contract: the Nash bargain over both sides' outside options.
//!
//! A buyer that would pay v per unit elsewhere and a seller that would earn c per unit elsewhere, with a fixed cost F of the deal and a rent R
//! from exclusivity, bargain over the price p of a volume Q. Gains are Q(v − p) and Q(p − c) − F + R. The generalised Nash solution
//! (Nash 1950; weights as in Binmore, Rubinstein and Wolinsky 1986, the limit of alternating offers of Rubinstein 1982) maximises
//! `[Q(v−p)]^β · [Q(p−c) − F + R]^(1−β)`; its first-order condition `β(p−e) = (1−β)(v−p)` with `e = c + (F−R)/Q` gives
//!
//! `p = e + (1−β)(v − e)`, and no deal where v < e.
//!
//! In a pooled tender F is shared by volume, each buyer keeps its own v and R, and buyers with v < e leave until none does. So F is all that
//! pooling saves, and no member pays more than alone.

/// One buyer at the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Buyer {
    /// Volume Q over the term, H100e-hours; positive.
    pub volume: f64,
    /// Outside option v: what the same work would cost otherwise, USD/H100eh.
    pub outside: f64,
    /// Rent R to the seller if the buyer buys from no other cloud, USD.
    pub rent: f64,
}

/// The seller's side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seller {
    /// Outside option c: what the capacity would earn elsewhere, at least its unit cost, USD/H100eh.
    pub outside: f64,
    /// Fixed cost F of the deal, USD.
    pub fixed_cost: f64,
}

/// Price of each buyer's volume, USD/H100eh, in one tender; `None` for a buyer without a deal. `power` is the buyers' β.
#[must_use]
pub fn tender(seller: Seller, buyers: &[Buyer], power: f64) -> Vec<Option<f64>> {
    let mut inside = vec![true; buyers.len()];
    loop {
        let members = buyers.iter().zip(&inside).filter(|(_, inside)| **inside);
        let volume: f64 = members.map(|(buyer, _)| buyer.volume).sum();
        let least =
            |buyer: &Buyer| seller.outside + seller.fixed_cost / volume - buyer.rent / buyer.volume;
        let stays = |(buyer, inside): (&Buyer, &bool)| *inside && buyer.outside >= least(buyer);
        let next: Vec<bool> = buyers.iter().zip(&inside).map(stays).collect();
        if next == inside {
            let price = |buyer: &Buyer| {
                let price = power * least(buyer) + (1.0 - power) * buyer.outside;
                if price > 0.0 { price } else { 0.0 }
            };
            return buyers
                .iter()
                .zip(&inside)
                .map(|(b, inside)| inside.then(|| price(b)))
                .collect();
        }
        inside = next;
    }
}

/// What a buyer would pay without the contract: the spot price, or the unit cost of its own providers for the share of its need that they
/// could serve, where that is cheaper.
#[must_use]
pub fn fallback(spot: f64, own_cost: f64, own_share: f64) -> f64 {
    let saving = if own_cost < spot { spot - own_cost } else { 0.0 };
    spot - saving * own_share.clamp(0.0, 1.0)
}

/// What an hour of capacity earns elsewhere: the posted price in the share of hours that the spot market buys, but at least its unit cost.
#[must_use]
pub fn earns_elsewhere(price: f64, utilisation: f64, unit_cost: f64) -> f64 {
    let spot = price * utilisation.clamp(0.0, 1.0);
    if spot > unit_cost { spot } else { unit_cost }
}

/// Mean over a term of a price that declines at `rate` a year, over its value now: `∫ e^(−r·t) dt / T` from `lead` to `lead + T` years.
#[must_use]
pub fn term_mean(rate: f64, lead: f64, term: f64) -> f64 {
    let decay = rate * term;
    let shape =
        if decay.abs() < 1e-9 { 1.0 } else { (1.0 - autarky_engine::math::exp(-decay)) / decay };
    shape * autarky_engine::math::exp(-rate * lead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SELLER: Seller = Seller { outside: 1.0, fixed_cost: 100.0 };

    fn buyer(volume: f64, outside: f64) -> Buyer {
        Buyer { volume, outside, rent: 0.0 }
    }

    fn alone(seller: Seller, buyer: Buyer, power: f64) -> Option<f64> {
        tender(seller, &[buyer], power)[0]
    }

    #[test]
    fn a_buyer_with_all_power_pays_the_sellers_reservation_and_one_with_none_its_own() {
        let b = buyer(200.0, 3.0);
        assert!((alone(SELLER, b, 1.0).unwrap() - 1.5).abs() < 1e-12);
        assert!((alone(SELLER, b, 0.0).unwrap() - 3.0).abs() < 1e-12);
        assert!((alone(SELLER, b, 0.5).unwrap() - 2.25).abs() < 1e-12);
    }

    #[test]
    fn the_price_maximises_the_nash_product() {
        let (b, power) = (Buyer { volume: 150.0, outside: 2.6, rent: 40.0 }, 0.35);
        let price = alone(SELLER, b, power).unwrap();
        let product = |p: f64| {
            let seller = b.volume * (p - SELLER.outside) - SELLER.fixed_cost + b.rent;
            power * autarky_engine::math::ln(b.volume * (b.outside - p))
                + (1.0 - power) * autarky_engine::math::ln(seller)
        };
        for step in [1e-3, 1e-2, 0.1] {
            assert!(
                product(price) > product(price + step) && product(price) > product(price - step)
            );
        }
    }

    #[test]
    fn there_is_no_deal_below_the_sellers_reservation() {
        assert_eq!(alone(SELLER, buyer(200.0, 1.49), 0.5), None);
        assert!(alone(SELLER, buyer(200.0, 1.51), 0.5).is_some());
    }

    #[test]
    fn a_larger_buyer_pays_less_by_its_part_of_the_fixed_cost_and_no_more() {
        let price = |volume, fixed_cost| {
            alone(Seller { fixed_cost, ..SELLER }, buyer(volume, 3.0), 0.5).unwrap()
        };
        assert!((price(100.0, 100.0) - price(1000.0, 100.0) - 0.5 * (1.0 - 0.1)).abs() < 1e-12);
        assert!((price(100.0, 0.0) - price(1000.0, 0.0)).abs() < 1e-12);
    }

    #[test]
    fn exclusivity_lowers_the_price_by_the_buyers_share_of_the_rent() {
        let with = Buyer { rent: 20.0, ..buyer(200.0, 3.0) };
        let (with, without) = (alone(SELLER, with, 0.5), alone(SELLER, buyer(200.0, 3.0), 0.5));
        assert!((without.unwrap() - with.unwrap() - 0.05).abs() < 1e-12);
    }

    #[test]
    fn own_capacity_lowers_the_outside_option_and_so_the_price() {
        let price = |share| alone(SELLER, buyer(200.0, fallback(3.0, 1.8, share)), 0.5).unwrap();
        assert!(price(0.0) > price(0.2) && price(0.2) > price(0.8));
        assert!((fallback(3.0, 4.0, 0.5) - 3.0).abs() < 1e-12, "dear capacity is no threat");
    }

    #[test]
    fn capacity_in_demand_earns_its_price_elsewhere_and_idle_capacity_its_cost() {
        assert!((earns_elsewhere(2.0, 1.3, 1.0) - 2.0).abs() < 1e-12);
        assert!((earns_elsewhere(2.0, 0.3, 1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_mean_over_a_term_is_the_integral() {
        let sum: f64 = (0..3000)
            .map(|i| autarky_engine::math::exp(-0.3 * (0.5 + (f64::from(i) + 0.5) * 1e-3)) * 1e-3)
            .sum();
        assert!((term_mean(0.3, 0.5, 3.0) - sum / 3.0).abs() < 1e-7);
        assert!((term_mean(0.0, 0.5, 3.0) - 1.0).abs() < 1e-12);
    }

    fn buyers() -> impl Strategy<Value = Vec<Buyer>> {
        let one = (1.0..1e6_f64, 0.5..5.0_f64, 0.0..100.0_f64);
        proptest::collection::vec(one, 1..6).prop_map(|list| {
            list.into_iter()
                .map(|(volume, outside, rent)| Buyer { volume, outside, rent })
                .collect()
        })
    }

    proptest! {
        /// Exact up to the last bits: only the shared fixed cost differs.
        #[test]
        fn no_member_of_a_pooled_tender_pays_more_than_alone(
            buyers in buyers(), power in 0.0..1.0_f64, fixed_cost in 0.0..1e5_f64,
        ) {
            let seller = Seller { outside: 1.0, fixed_cost };
            for (buyer, pooled) in buyers.iter().zip(tender(seller, &buyers, power)) {
                let alone = alone(seller, *buyer, power);
                match (alone, pooled) {
                    (Some(alone), Some(pooled)) => prop_assert!(pooled <= alone * (1.0 + 1e-14)),
                    (Some(alone), None) => prop_assert!(false, "loses its deal at {}", alone),
                    (None, Some(pooled)) => prop_assert!(pooled <= buyer.outside * (1.0 + 1e-14)),
                    (None, None) => {}
                }
            }
        }

        #[test]
        fn a_deal_leaves_neither_side_worse_off(
            buyers in buyers(), power in 0.0..1.0_f64, fixed_cost in 0.0..1e5_f64,
        ) {
            let seller = Seller { outside: 1.0, fixed_cost };
            let prices = tender(seller, &buyers, power);
            let mut gain = if prices.iter().any(Option::is_some) { -fixed_cost } else { 0.0 };
            for (buyer, price) in buyers.iter().zip(prices) {
                let Some(price) = price else { continue };
                prop_assert!(price <= buyer.outside * (1.0 + 1e-12) + 1e-12);
                gain += buyer.volume * (price - seller.outside) + buyer.rent;
            }
            prop_assert!(gain >= -1e-6 * (1.0 + fixed_cost));
        }
    }
}
