//! When a cloud opens a region in a zone, and when it closes one: expected margin there against the fixed cost of being there.
//!
//! Sales there are what it sells to the zone from abroad and would lose to a rival with a region (`at_risk`), and what it wins by being at
//! home: work that residency keeps in the territory, and the share that it gains where the border made it dearer. In the clearing's logit in
//! log price an offer with share s that becomes cheaper by the factor 1+τ has the odds `s/(1−s)·(1+τ)^θ`. The yearly margin is the mean over
//! the horizon after opening, with the known trends of demand and price; it must exceed the fixed cost (free entry with a fixed cost, Mankiw
//! and Whinston 1986). It is all or nothing: small zones get no region.

/// What a cloud expects of a region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prospect {
    /// Sales there today, H100e.
    pub sales: f64,
    /// Posted price less unit cost there today, USD/H100eh.
    pub margin: f64,
    /// Mean over the horizon of demand's growth times the price trend.
    pub trend: f64,
    /// Demand's growth until it opens.
    pub growth: f64,
}

/// Share of a segment's work at home of an offer with share `share` from abroad, where the border's factor on its price falls away.
#[must_use]
pub fn share_at_home(share: f64, border: f64, substitution: f64) -> f64 {
    let odds = share * autarky_engine::math::pow(border, substitution);
    let total = 1.0 - share + odds;
    if total > 0.0 { odds / total } else { 0.0 }
}

/// Expected margin less the fixed cost, USD a year.
#[must_use]
pub fn yearly_profit(prospect: &Prospect, fixed_cost: f64) -> f64 {
    prospect.sales * prospect.margin * prospect.trend * 8766.0 - fixed_cost
}

/// Whether to build: it pays, and is no smaller than the smallest region.
#[must_use]
pub fn opens(prospect: &Prospect, fixed_cost: f64, minimum: f64) -> bool {
    yearly_profit(prospect, fixed_cost) > 0.0 && prospect.sales * prospect.growth >= minimum
}

/// Mean of `value` over years `from` to `from + horizon`, by eight midpoints.
#[must_use]
pub fn mean_over(from: f64, horizon: f64, value: impl Fn(f64) -> f64) -> f64 {
    (0..8).map(|i| value(from + horizon * (f64::from(i) + 0.5) / 8.0)).sum::<f64>() / 8.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prospect(sales: f64) -> Prospect {
        Prospect { sales, margin: 0.5, trend: 1.2, growth: 1.1 }
    }

    #[test]
    fn a_region_opens_from_the_demand_on_that_pays_its_fixed_cost() {
        let needed = 40e6 / (0.5 * 1.2 * 8766.0);
        assert!(!opens(&prospect(needed * 0.999), 40e6, 0.0));
        assert!(opens(&prospect(needed * 1.001), 40e6, 0.0));
        assert!(yearly_profit(&prospect(needed), 40e6).abs() < 1e-6);
    }

    #[test]
    fn entry_is_monotone_in_demand_and_fixed_cost() {
        let opens_at = |sales: i32, cost: i32| {
            opens(&prospect(f64::from(sales) * 1e3), f64::from(cost) * 1e6, 500.0)
        };
        for cost in 0..100 {
            for sales in 0..50 {
                assert!(!opens_at(sales, cost) || opens_at(sales + 1, cost));
                assert!(!opens_at(sales, cost + 1) || opens_at(sales, cost));
            }
        }
        assert!(!opens(&prospect(1e9), f64::INFINITY, 0.0) && !opens(&prospect(0.0), 0.0, 0.0));
    }

    #[test]
    fn a_region_below_the_minimum_is_not_built() {
        assert!(opens(&prospect(1e4), 1e6, 1.09e4) && !opens(&prospect(1e4), 1e6, 1.11e4));
    }

    #[test]
    fn without_a_border_nothing_is_won_and_a_higher_one_wins_more() {
        assert!((share_at_home(0.3, 1.0, 4.0) - 0.3).abs() < 1e-12);
        let at = |i: i32| share_at_home(0.3, 1.0 + 0.05 * f64::from(i), 4.0);
        assert!((0..20).all(|i| at(i + 1) > at(i) && at(i) < 1.0));
        assert!(share_at_home(0.0, 1.5, 4.0).abs() < 1e-12);
    }

    #[test]
    fn the_mean_of_a_line_is_its_middle() {
        assert!((mean_over(1.0, 4.0, |t| 2.0 * t) - 6.0).abs() < 1e-12);
    }
}
