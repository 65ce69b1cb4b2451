//! Uniform-price auction over operators' avoidable costs: merit order, as in power markets (Schweppe et al. 1988).
//!
//! Operators offer u* of their working capacity at avoidable cost. All are paid one price, the lowest at which offers cover demand. Demand at another
//! price than today's is taken to be `x·(p/p₀)^(−θ)`, x the load at today's price p₀ and θ the response to the own price: so the price does not
//! jump to and fro between steps of the merit order. Beyond all offers it is the price at which demand meets them, up to a cap.

use autarky_engine::math;

/// The merit order of a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Auction {
    /// Avoidable cost over the pool's mean, and share of capacity, by cost.
    offers: Vec<(f64, f64)>,
    /// θ.
    response: f64,
    /// u*.
    target: f64,
}

/// What the auction sees of a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// Price p₀ at which the load was offered, USD per H100e-hour.
    pub price: f64,
    /// Load x, H100e.
    pub load: f64,
    /// Working capacity, H100e.
    pub capacity: f64,
    /// Mean avoidable cost, USD per H100e-hour.
    pub cost: f64,
    /// Largest price, USD per H100e-hour.
    pub cap: f64,
}

impl Auction {
    /// From `(avoidable cost over the mean, share of capacity)` of each operator, the response θ and the target utilisation u*.
    #[must_use]
    pub fn new(mut offers: Vec<(f64, f64)>, response: f64, target: f64) -> Self {
        offers.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { offers, response, target }
    }

    /// The clearing price.
    #[must_use]
    pub fn clear(&self, round: &Round) -> f64 {
        let demand =
            |price: f64| round.load * math::exp(-self.response * math::ln(price / round.price));
        let at_demand =
            |supply: f64| round.price * math::exp(math::ln(round.load / supply) / self.response);
        let mut supply = 0.0;
        for (factor, share) in &self.offers {
            let cost = factor * round.cost;
            // Demand that the offers below leave at this cost; if they leave none, it was met between the two costs.
            if demand(cost) <= supply {
                return at_demand(supply).min(round.cap);
            }
            supply += share * round.capacity * self.target;
            if demand(cost) <= supply {
                return cost.min(round.cap);
            }
        }
        if supply > 0.0 { at_demand(supply).min(round.cap) } else { round.cap }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn auction() -> Auction {
        Auction::new(vec![(1.5, 0.25), (0.5, 0.5), (1.0, 0.25)], 4.0, 1.0)
    }

    fn round(load: f64, price: f64) -> Round {
        Round { price, load, capacity: 100.0, cost: 1.0, cap: 10.0 }
    }

    #[test]
    fn with_slack_the_price_is_the_avoidable_cost_of_the_cheapest() {
        let price = auction().clear(&round(10.0, 0.5));
        assert!((price - 0.5).abs() < 1e-12, "{price}");
    }

    #[test]
    fn the_operator_that_meets_the_last_demand_sets_the_price_for_all() {
        for (load, marginal) in [(49.0, 0.5), (60.0, 1.0), (90.0, 1.5)] {
            let price = auction().clear(&round(load, marginal));
            assert!((price - marginal).abs() < 1e-12, "{load}: {price}");
        }
    }

    #[test]
    fn in_scarcity_the_price_rises_until_demand_meets_the_offers_or_the_cap() {
        let price = auction().clear(&round(200.0, 2.0));
        assert!((price - 2.0 * 2.0_f64.sqrt().sqrt()).abs() < 1e-12, "{price}");
        assert!((auction().clear(&round(1e9, 2.0)) - 10.0).abs() < 1e-12);
    }

    #[test]
    fn the_price_rests_where_it_clears() {
        let mut price = 9.0;
        for _ in 0..3 {
            // True demand 80·p^(−4): at the cost of 1.0 it would ask for more than the two cheaper offer, at 1.5 for less.
            let load = 80.0 * math::exp(-4.0 * math::ln(price));
            price = auction().clear(&round(load, price));
        }
        let load = 80.0 * math::exp(-4.0 * math::ln(price));
        assert!((load - 75.0).abs() < 1e-9 && price > 1.0 && price < 1.5, "{price} {load}");
    }

    proptest! {
        #[test]
        fn more_demand_never_lowers_and_more_capacity_never_raises_the_price(
            load in 0.1..500.0_f64, more in 1.0..3.0_f64, price in 0.3..5.0_f64,
        ) {
            let first = auction().clear(&round(load, price));
            prop_assert!(auction().clear(&round(load * more, price)) >= first * (1.0 - 1e-12));
            let larger = Round { capacity: 100.0 * more, ..round(load, price) };
            prop_assert!(auction().clear(&larger) <= first * (1.0 + 1e-12));
            prop_assert!((0.5..=10.0).contains(&first));
        }
    }
}
