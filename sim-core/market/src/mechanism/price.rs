//! How a pool's posted price moves.
//!
//! `posted`: unit cost times one plus a mark-up, with stickiness. `utilisation_controller`: on u = offered demand over capacity, the
//! tick-exact form `p ← p·[E + (1−E)·u/u*]^(1/λ)`, `E = exp(−κ·λ·u*·Δt)`, λ = max(θ, η), between a floor and a cap over unit cost.
//! It is exact in the sense that with demand ∝ p^(−λ) the price after a time is the same for every tick length.

use autarky_engine::math;

/// A utilisation controller for one tick length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UtilisationController {
    /// E, what is left of a deviation after one tick.
    persistence: f64,
    /// 1/λ.
    exponent: f64,
    /// u*.
    target: f64,
}

impl UtilisationController {
    /// From speed κ a day, response λ of demand to price, target u* and tick Δt in days.
    #[must_use]
    pub fn new(speed: f64, response: f64, target: f64, tick_days: f64) -> Self {
        Self {
            persistence: math::exp(-speed * response * target * tick_days),
            exponent: 1.0 / response,
            target,
        }
    }

    /// The next price from the price p and the utilisation u = offered demand over capacity.
    #[must_use]
    pub fn next(&self, price: f64, utilisation: f64) -> f64 {
        // A pool without any demand for long must not reach a price of zero: the floor catches it, the log must exist.
        let base = self.persistence + (1.0 - self.persistence) * utilisation / self.target;
        price * math::exp(self.exponent * math::ln(base.max(1e-6)))
    }
}

/// The posted rule: closes `adjustment` of the gap between the price and unit cost times one plus the mark-up.
#[must_use]
pub fn posted(price: f64, unit_cost: f64, mark_up: f64, adjustment: f64) -> f64 {
    price + adjustment * (unit_cost * (1.0 + mark_up) - price)
}

/// What an H100e-hour costs a pool that buys the best hardware on sale today:
/// `[price·system·(r + 1/life + opex)/8766 + power·PUE·power price] / u*`, in USD per H100e-hour (user cost of capital, Jorgenson 1963).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitCost {
    /// Price of the accelerators with their system, per H100e.
    pub capital: f64,
    /// Rate of return r a year.
    pub return_rate: f64,
    /// Depreciation 1/life a year.
    pub depreciation: f64,
    /// Operating cost over capital a year.
    pub opex: f64,
    /// Power of the accelerators, kW per H100e.
    pub power: f64,
    /// Power usage effectiveness.
    pub pue: f64,
    /// Price of power, USD per kWh.
    pub power_price: f64,
    /// Target utilisation u*.
    pub utilisation: f64,
}

impl UnitCost {
    /// Hours in a year of 365.25 days.
    pub const YEAR_HOURS: f64 = 8766.0;

    /// USD per H100e-hour served.
    #[must_use]
    pub fn per_hour(&self) -> f64 {
        let capital =
            self.capital * (self.return_rate + self.depreciation + self.opex) / Self::YEAR_HOURS;
        (capital + self.power * self.pue * self.power_price) / self.utilisation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With demand u = u*·(p/p*)^(−λ) the controller's price after 28 days is the same in ticks of 1, 7 and 28 days.
    #[test]
    fn the_controller_is_exact_in_the_tick_length() {
        let (speed, response, target) = (0.05, 4.0, 0.75);
        let after = |tick: f64| {
            let rule = UtilisationController::new(speed, response, target, tick);
            let mut price: f64 = 3.0;
            let mut day = 0.0;
            while day < 28.0 {
                let utilisation = target * math::exp(-response * math::ln(price / 2.0));
                price = rule.next(price, utilisation);
                day += tick;
            }
            price
        };
        let (daily, weekly, monthly) = (after(1.0), after(7.0), after(28.0));
        assert!((daily / weekly - 1.0).abs() < 1e-9, "{daily} {weekly}");
        assert!((daily / monthly - 1.0).abs() < 1e-9, "{daily} {monthly}");
    }

    #[test]
    fn the_price_rises_above_target_utilisation_and_falls_below() {
        let rule = UtilisationController::new(0.05, 4.0, 0.75, 1.0);
        assert!(rule.next(2.0, 0.9) > 2.0);
        assert!(rule.next(2.0, 0.5) < 2.0);
        assert!((rule.next(2.0, 0.75) - 2.0).abs() < 1e-12);
        assert!(rule.next(2.0, 0.0) > 0.0);
    }

    #[test]
    fn a_unit_cost_of_an_h100_is_of_the_order_of_its_rental_price() {
        let cost = UnitCost {
            capital: 30_000.0 * 1.35,
            return_rate: 0.08,
            depreciation: 1.0 / 6.0,
            opex: 0.05,
            power: 0.7,
            pue: 1.3,
            power_price: 0.1,
            utilisation: 0.75,
        };
        let by_hand = (40_500.0 * (0.08 + 1.0 / 6.0 + 0.05) / 8766.0 + 0.7 * 1.3 * 0.1) / 0.75;
        assert!((cost.per_hour() - by_hand).abs() < 1e-12);
    }
}
